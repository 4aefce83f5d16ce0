"""The roster: who is found for a contact, by what an agent has room for right now."""

from __future__ import annotations

import pytest

from core.worlds import names, router, taker
from omniqueue import Agent, Channel, Router


def test_costs_and_limits_decide_who_has_room() -> None:
    """Room for a chat but not for a call; a limit reached; a channel not taken."""
    channels = [Channel("call", cost=60), Channel("talk", cost=30)]
    made = router(channels=channels)
    made.add_agent(Agent("a", capacity=100, limits={"talk": 1}), at=0)
    made.add_agent(Agent("b", capacity=100, channels=["talk"]), at=0)
    assert taker(made, "c1", "call") == "a"
    assert taker(made, "c2", "call") == ""
    assert [taker(made, f"t{n}", "talk") for n in range(5)] == ["b", "a", "b", "b", ""]
    assert made.agents["a"].free == 10
    assert made.agents["a"].used == 90
    made.check()
    assert names(made.complete("t1", at=1)) == ["completed", "assigned"]
    assert made.contacts["t4"].agent == "a"
    made.check()


@pytest.mark.parametrize("capacity", [0, 1, 999_999, 1_000_000])
def test_any_capacity(capacity: int) -> None:
    made = router(Agent("a", capacity=capacity), channels=[Channel("all", cost=1_000_000)])
    assert (taker(made, "c", "all") == "a") == (capacity == 1_000_000)
    assert (taker(made, "d") == "a") == (0 < capacity < 1_000_000)
    made.check()


def test_profiles_are_shared_dropped_and_used_again() -> None:
    made = Router()
    for index in range(30):
        made.add_agent(Agent(f"a{index}", skills={"s": index % 3 + 1}), at=0)
    assert made.statistics().profiles == 3
    for index in range(30):
        if index % 3 == 1:
            made.remove_agent(f"a{index}", at=1)
    assert made.statistics().profiles == 2
    made.add_agent(Agent("new", skills={"t": 1}), at=2)
    assert len([profile for profile in made._state.roster.profiles if profile]) == 3
    assert len(made._state.roster.profiles) == 3  # the free bit is used again
    assert taker(made, "c", at=3, skills={"t": 1}) == "new"
    assert taker(made, "d", at=3, skills={"s": 2}) in {f"a{n}" for n in range(2, 30, 3)}
    made.check()


def test_a_bit_used_again_serves_only_what_its_new_profile_serves() -> None:
    """Lanes, fits and masks remember nothing of the profile that had the bit before."""
    made = router(Agent("old", skills={"s": 5}), selection="most-skilled")
    assert taker(made, "c1", skills={"s": 1}) == "old"
    made.complete("c1", at=1)
    made.remove_agent("old", at=1)
    made.add_agent(Agent("new", skills={"t": 1}), at=2)
    assert taker(made, "c2", at=3, skills={"s": 1}) == ""
    made.add_agent(Agent("third", skills={"s": 1, "t": 7}), at=4)
    assert made.contacts["c2"].agent == "third"
    made.check()


def test_an_update_moves_an_agent_at_work_to_another_profile() -> None:
    made = router(Agent("a", skills={"s": 1}, capacity=2, limits={"phone": 1}))
    assert taker(made, "c1") == "a"
    assert taker(made, "c2") == ""
    events = made.update_agent("a", at=1, limits={"phone": 2})
    assert names(events) == ["agent_updated", "assigned"]
    made.update_agent("a", at=2, skills={}, channels=["fax"])
    assert made.agents["a"].contacts == ("c1", "c2")
    made.check()
    made.complete("c1", at=3)
    assert taker(made, "c3", at=4) == ""
    assert taker(made, "f", "fax", at=4) == "a"
    made.check()
