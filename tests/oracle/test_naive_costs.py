"""Agents' own costs in the naive router (rule 14), worked on paper; faults of interrupted_by."""

from __future__ import annotations

import pytest

from oracle.naive_values import Json
from oracle.naive_world import World


def test_14_own_cost_stands_for_the_channels() -> None:
    """Dearer or cheaper than the channel's: that agent's room goes by its own."""
    world = World(channels={"phone": {"cost": 2}})
    world.agent("dear", capacity=4, costs={"phone": 4})
    assert world.new("1", 0)[-1] == "assigned 1 dear@0"
    assert world.new("2", 0) == ["queued 2@0"]
    assert world.agent("cheap", capacity=1, costs={"phone": 1})[-1] == "assigned 2 cheap@0"
    assert world.refused("assign", 1, "1", agent="cheap") == "IllegalTransitionError"


def test_14_own_cost_above_the_capacity() -> None:
    """Such an agent could not serve the contact even when empty: no preference, no assign."""
    world = World()
    world.agent("a", capacity=2, costs={"phone": 3})
    assert world.new("1", 0, prefer={"agent": "a", "seconds": 5}) == ["queued 1@0"]
    assert world.refused("assign", 1, "1", agent="a") == "IllegalTransitionError"


def test_14_own_costs_count_in_the_load() -> None:
    """Least loaded: a call is 1 of 4 for a and 2 of 4 for b."""
    world = World(selection="least-loaded", channels={"phone": {"cost": 2}})
    world.agent("a", capacity=4, costs={"phone": 1})
    world.agent("b", capacity=4)
    given = [world.new(str(number), 1)[-1] for number in range(1, 6)]
    assert given == ["assigned 1 a@1", "assigned 2 b@1", "assigned 3 a@1",
                     "assigned 4 b@1", "assigned 5 a@1"]  # fmt: skip


def test_14_own_costs_count_in_reservations() -> None:
    """The lowest used / capacity is b's; by the channel's cost a would come first."""
    world = World(channels={"phone": {"cost": 4, "reserve_seconds": 0}})
    world.agent("a", capacity=4, costs={"email": 3})
    world.agent("b", capacity=4)
    world.new("e1", 0, "email")
    world.new("e2", 0, "email")
    assert world.new("p1", 1) == ["queued p1@1", "reserved p1 b@1"]


def test_14_update_replaces_the_whole_mapping() -> None:
    """Work in hand is counted at the new costs; null: none."""
    world = World()
    world.agent("a", capacity=4, costs={"phone": 4})
    assert world.events[0]["costs"] == {"phone": 4}
    world.new("1", 0)
    world.new("2", 0)
    fields: Json = {"id": "a", "costs": {"email": 2}}
    assert world.do("update_agent", 1, agent=fields) == ["agent_updated a@1", "assigned 2 a@1"]
    assert world.events[0]["costs"] == {"email": 2}
    world.new("e1", 2, "email")
    assert world.new("3", 2) == ["queued 3@2"]
    fields = {"id": "a", "costs": None}
    assert world.do("update_agent", 3, agent=fields) == ["agent_updated a@3", "assigned 3 a@3"]
    assert "costs" not in world.events[0]


def test_14_bad_costs() -> None:
    """Checked as limits are: channels must be declared; costs are ints of at least 1."""
    world = World()
    world.agent("a", costs={"phone": 1_000_000})
    for cost in (0, -1, 1_000_001, True, 1.5, "1", None):
        agent = {"id": "b", "costs": {"phone": cost}}
        assert world.refused("add_agent", 0, agent=agent) == "InvalidValueError"
        agent = {"id": "a", "costs": {"phone": cost}}
        assert world.refused("update_agent", 0, agent=agent) == "InvalidValueError"
    for command, name in (("add_agent", "a"), ("update_agent", "nobody")):
        agent = {"id": name, "costs": {"pigeon": 0}}
        assert world.refused(command, 0, agent=agent) == "UnknownChannelError"


# ---------------------------------------------------------------- interrupted_by


@pytest.mark.parametrize("names", [["phone"], ["pigeon"], ["fax", "fax"], "fax", None, [1]])
def test_15_faults_of_a_channel(names: object) -> None:
    """Itself, an undeclared channel, one twice, no list of names."""
    with pytest.raises(ValueError, match="phone"):
        World(channels={"phone": {"interrupted_by": names}})


def test_15_any_declared_channel_may_be_named() -> None:
    """Stock channels not listed, later ones, each other."""
    named: Json = {
        "phone": {"interrupted_by": ["fax", "sms"]},
        "sms": {"interrupted_by": ["phone"]},
    }
    assert World(channels=named).channels["phone"].interrupted_by == ["fax", "sms"]
    assert World().channels["email"].interrupted_by == []
