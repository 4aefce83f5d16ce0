"""The naive router: what the second edition of play-format.md adds, rule by rule."""

from __future__ import annotations

import pytest

from oracle.naive_values import Json
from oracle.naive_world import CHAT_OFFER, World

FRENCH_OR_ENGLISH: list[Json] = [{"fr": 2, "en": 1}]

# ---------------------------------------------------------------- requirements


def test_of_every_group_one_alternative_is_enough() -> None:
    """At its level; beside all needed skills."""
    world = World()
    world.agent("low", skills={"fr": 1, "tax": 1})
    world.agent("no-tax", skills={"fr": 2})
    world.new("1", 0, any_of=FRENCH_OR_ENGLISH, skills={"tax": 1})
    assert world.waiting() == ["1"]
    assert world.agent("en", 1, skills={"en": 1, "tax": 1})[-1] == "assigned 1 en@1"


def test_giving_one_half_of_a_requirement_replaces_both() -> None:
    """`update` and `transfer`; the same requirement, or an empty one, ends preference, too."""
    world = World()
    world.agent("a", presence="away", skills={"fr": 1})
    prefer = {"agent": "a", "seconds": 90, "skip_if_away": False}
    world.new("1", 0, skills={"tax": 1})
    world.do("update", 1, "1", any_of=FRENCH_OR_ENGLISH)
    assert world.contacts[0].needs == ({}, FRENCH_OR_ENGLISH)
    world.do("update", 2, "1", skills={"fr": 1})
    assert world.contacts[0].needs == ({"fr": 1}, [])
    world.new("2", 3, skills={"fr": 1}, prefer=prefer, relax=[{"after_seconds": 9}])
    assert world.do("update", 4, "2", priority=1, target_seconds=3) == ["updated 2@4"]
    assert world.do("update", 4, "2", skills={"fr": 1})[-1] == "preference_ended 2 a@4"
    assert world.do("advance", 20) == []  # the relaxation is gone as well
    world.do("presence", 22, agent="a", state="ready")
    world.do("transfer", 23, "1", any_of=[])
    assert world.contacts[0].needs == ({}, [])


def test_an_update_states_something() -> None:
    world = World()
    world.new("1", 0)
    assert world.refused("update", 1, "1") == "InvalidValueError"
    assert world.refused("update", 1, "1", target_seconds=-1) == "InvalidValueError"


@pytest.mark.parametrize(
    ("before", "step", "fine"),
    [
        ({"skills": {"fr": 2}}, {"any_of": [{"fr": 2, "en": 3}]}, True),
        ({"skills": {"fr": 2}}, {"any_of": [{"fr": 3, "en": 3}]}, False),
        ({"skills": {"fr": 2}}, {}, True),
        ({"any_of": FRENCH_OR_ENGLISH}, {"any_of": [{"fr": 2, "en": 1, "es": 3}]}, True),
        ({"any_of": FRENCH_OR_ENGLISH}, {"any_of": [{"fr": 1, "en": 1}]}, True),
        ({"any_of": FRENCH_OR_ENGLISH}, {"any_of": [{"fr": 2, "es": 1}]}, False),
        ({"any_of": FRENCH_OR_ENGLISH}, {"any_of": [{"fr": 2, "en": 2}]}, False),
        ({"any_of": FRENCH_OR_ENGLISH}, {"skills": {"en": 1}}, False),
        ({"any_of": [{"a": 1, "b": 1}, {"c": 1, "d": 1}]},
         {"any_of": [{"a": 1, "b": 1, "c": 1}, {"a": 1, "b": 1, "d": 1}]}, True),
        ({"any_of": [{"a": 1, "b": 1}, {"c": 1, "d": 1}]}, {"any_of": [{"a": 1, "c": 1}]}, False),
    ],
)  # fmt: skip
def test_a_relaxation_is_implied(before: Json, step: Json, fine: bool) -> None:
    """By a needed skill, or by all alternatives of one former group."""
    world = World()
    contact = {"id": "1", "channel": "phone", **before}
    contact["relax"] = [{"after_seconds": 1, **step}]
    if fine:
        world.do("submit", 0, contact=contact)
        assert world.do("advance", 1) == ["relaxed 1@1"]
        assert world.contacts[0].needs == (step.get("skills", {}), step.get("any_of", []))
    else:
        assert world.refused("submit", 0, contact=contact) == "InvalidValueError"


@pytest.mark.parametrize(
    "bad",
    [
        {"any_of": [{"a": 1}]},
        {"any_of": [{}]},
        {"any_of": [{"a": 1, "b": 0}]},
        {"any_of": [{"a": n, "b": 1} for n in range(1, 18)]},
        {"any_of": [{f"a{n}": 1 for n in range(33)}]},
        {"not_agents": ["x", "x"]},
        {"not_agents": ["é", "é"]},
        {"not_agents": [""]},
        {"not_agents": [f"x{n}" for n in range(65)]},
    ],
)
def test_contacts_that_cannot_be_right(bad: Json) -> None:
    contact = {"id": "1", "channel": "phone", **bad}
    assert World().refused("submit", 0, contact=contact) == "InvalidValueError"


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ({"skill_order": ["x", "x"]}, "InvalidValueError"),
        ({"skill_order": [f"x{n}" for n in range(1001)]}, "InvalidValueError"),
        ({"wrap_up_seconds": {"phone": -1}}, "InvalidValueError"),
        ({"wrap_up_seconds": {"pigeon": 1}}, "UnknownChannelError"),
    ],
)
def test_agents_that_cannot_be_right(bad: Json, error: str) -> None:
    world = World()
    world.agent("a")
    assert world.refused("add_agent", 0, agent={"id": "b", **bad}) == error
    assert world.refused("update_agent", 0, agent={"id": "a", **bad}) == error


def test_the_unwanted_never_take_it() -> None:
    """Nor are they preferred, nor reserved; an id may be of nobody yet."""
    world = World(channels={"phone": {"reserve_seconds": 0}})
    world.new("1", 0, not_agents=["a"], prefer={"agent": "a", "seconds": 90})
    assert world.agent("a", 1) == ["agent_added a@1"]
    assert world.refused("assign", 2, "1", agent="a") == "IllegalTransitionError"
    assert world.agent("b", 3)[-1] == "assigned 1 b@3"
    world.do("transfer", 4, "1")
    assert world.waiting() == ["1"]  # the list outlives it


# ---------------------------------------------------------------- agents' own


def test_own_wrap_up_goes_before_the_channels() -> None:
    """Null: until finished; an interrupted contact has none; what runs is not touched."""
    channels = {"email": {"interrupted_by": ["phone"], "wrap_up_seconds": 5}}
    world = World(channels=channels)
    world.agent("a", wrap_up_seconds={"email": None, "phone": 3})
    world.new("e", 0, "email")
    world.new("p", 1)
    world.do("complete", 2, "e")
    assert world.state_of("e") == "completed"
    world.do("complete", 3, "p")
    world.do("update_agent", 4, agent={"id": "a", "wrap_up_seconds": {}})
    assert world.do("advance", 6) == ["wrap_up_ended p a@6"]


def test_own_order_counts_what_the_agent_meets() -> None:
    """At the level; the first in the list; the list's length if none."""
    world = World()
    world.agent("a", skills={"fr": 1, "en": 2, "tax": 1}, skill_order=["fr", "en", "nothing"])
    world.new("busy", 0)
    world.new("none", 1, skills={"tax": 1})
    world.new("en", 2, any_of=[{"fr": 2, "en": 2}])  # its French is too little
    world.new("fr", 3, skills={"en": 1, "fr": 1})
    taken = []
    for at in (4, 5, 6):
        holder = world.agents[0].work[0]
        taken.append(world.do("complete", at, holder.id)[-1])
    assert taken == ["assigned fr a@4", "assigned en a@5", "assigned none a@6"]


def test_own_order_of_several_agents() -> None:
    """The pair that comes first: an agent without a list takes the head of the queue."""
    world = World()
    world.new("1", 0, skills={"x": 1})
    world.new("2", 1, skills={"y": 1})
    both = {"x": 1, "y": 1}
    assert world.agent("a", 2, presence="away", skills=both, skill_order=["y"]) == [
        "agent_added a@2"]  # fmt: skip
    assert world.do("presence", 3, agent="a", state="ready")[1:] == ["assigned 2 a@3"]
    assert world.agent("b", 4, skills=both)[1:] == ["assigned 1 b@4"]


def test_after_a_reservation_the_pair_is_looked_for_again() -> None:
    """The pair's agent is kept for an earlier contact: another pair comes first."""
    world = World(channels={"fax": {"cost": 2, "reserve_seconds": 5}})
    world.agent("a", capacity=2, skills={"x": 1}, skill_order=["x"])
    world.new("half", 0, "chat")
    world.new("big", 1, "fax", skills={"x": 1})
    world.do("presence", 2, agent="a", state="away")
    world.new("small", 3, "chat", skills={"x": 1})
    world.new("other", 4, "chat")
    world.agent("b", 5, presence="away", skill_order=["x"])
    world.do("stop_matching", 6)
    world.do("presence", 6, agent="a", state="ready")
    world.do("presence", 6, agent="b", state="ready")
    assert world.do("start_matching", 7) == [
        "matching_started@7", "reserved big a@7", "assigned other b@7"]  # fmt: skip


# ---------------------------------------------------------------- selections


def test_round_robin_counts_takings_by_hand_too() -> None:
    """Who never took: in the order of adding, which begins anew after a removal."""
    world = World(selection="round-robin")
    for name in "abc":
        world.agent(name, capacity=9)
    world.do("remove_agent", 0, agent="a")
    world.agent("a", 0, capacity=9)
    world.do("presence", 0, agent="b", state="offline")
    world.new("1", 1)
    world.do("presence", 2, agent="b", state="ready")
    takers = [world.new(f"n{n}", 3 + n)[-1].split()[2][0] for n in range(4)]
    assert (world.contacts[0].holder, takers) == (world.agents[1], ["b", "a", "c", "b"])


def test_counts_are_raised_for_who_comes_in() -> None:
    """Added or back from offline (ready or away), to the least of the others not offline."""
    world = World(selection="fewest-taken")
    world.agent("a", capacity=9)
    world.agent("b", capacity=9, presence="offline")
    for n in range(3):
        world.new(f"n{n}", n)
    world.agent("c", 5, capacity=9)
    assert [agent.taken for agent in world.agents] == [3, 0, 3]
    world.do("presence", 6, agent="b", state="away")
    world.agent("d", 7, presence="offline")
    assert [agent.taken for agent in world.agents] == [3, 3, 3, 0]


def test_busy_seconds_are_those_of_finished_periods() -> None:
    """An offer is work; without any for an instant the period ends; raised likewise."""
    world = World(selection="least-busy", channels=CHAT_OFFER)
    world.agent("a")
    world.new("1", 0, "chat")
    world.new("2", 1, "chat")
    assert world.agents[0].busy_seconds == 0
    world.do("decline", 4, "1", agent="a")  # and 2 is offered at once
    assert world.agents[0].busy_seconds == 4
    world.agent("b", 6, channels=[])
    assert world.agents[1].busy_seconds == 4


# ---------------------------------------------------------------- channels


def test_a_channel_may_be_full() -> None:
    """By the channel that contacts have now; both limits apply; who is free is not refused."""
    world = World(channels={"chat": {"max_waiting": 1}}, max_waiting=3)
    world.new("1", 0)
    world.do("defer", 1, "1", channel="chat")
    contact = {"id": "2", "channel": "chat"}
    assert world.refused("submit", 2, contact=contact) == "QueueFullError"
    world.new("3", 3)
    world.new("4", 4, not_before=99)
    phone = {"id": "5", "channel": "phone"}
    assert world.refused("submit", 5, contact=phone) == "QueueFullError"
    world.agent("a", 6, capacity=2)
    assert world.do("submit", 7, contact=contact)[-1] == "assigned 2 a@7"


def test_retry_seconds_null_lasts_until_somebody_takes_it() -> None:
    world = World(channels={"chat": {"offer_seconds": 5, "retry_seconds": None}})
    world.agent("a")
    world.new("1", 0, "chat")
    assert world.do("advance", 9999) == ["offer_expired 1 a@5", "requeued 1@5", "presence a@5"]
    assert world.events[0]["retry_at"] is None
    assert world.do("presence", 9999, agent="a", state="ready") == ["presence a@9999"]
    world.do("assign", 9999, "1", agent="a")
    assert world.contacts[0].excluded == []


# ---------------------------------------------------------------- guards and reasons


def test_a_named_agent_must_hold_the_contact() -> None:
    """Known or not; of a parked contact it is not looked at, by `complete`."""
    world = World()
    world.agent("a")
    world.agent("b")
    world.new("1", 0)
    for do in ("complete", "transfer", "park"):
        for other in ("b", "nobody", ""):
            assert world.refused(do, 1, "1", agent=other) == "IllegalTransitionError"
    world.do("complete", 2, "1", agent="a", wrap_up_seconds=None)
    assert world.refused("finish_wrap_up", 3, "1", agent="b") == "IllegalTransitionError"
    assert world.do("finish_wrap_up", 3, "1", agent="a") == ["wrap_up_ended 1 a@3"]
    world.new("2", 4)
    world.do("park", 5, "2", agent="b")
    world.do("complete", 6, "2", agent="nobody")
    assert world.state_of("2") == "completed"


def test_presence_tells_its_reason() -> None:
    world = World()
    world.agent("a")
    for state in ("away", "ready", "offline"):
        world.do("presence", 1, agent="a", state=state, reason="lunch")
        assert world.events[0]["reason"] == "lunch"
    assert world.do("presence", 1, agent="a", state="offline", reason="other") == []
    assert world.refused("presence", 1, agent="a", state="ready", reason="") == "InvalidValueError"


# ---------------------------------------------------------------- rule 16: stopped matching


def test_stopping_takes_back_offers_in_queue_order() -> None:
    """Neither misses nor exclusions; an expiry that fell due acts; twice changes nothing."""
    world = World(channels=CHAT_OFFER)
    world.agent("a", capacity=2)
    world.new("1", 1, "chat")
    world.new("2", 2, "chat", arrived_at=0, expire_seconds=3)
    world.do("advance", 5)
    assert world.do("stop_matching", 6) == [
        "matching_stopped@6", "offer_revoked 2 a@6", "expired 2@6", "offer_revoked 1 a@6",
        "requeued 1@6"]  # fmt: skip
    assert world.do("stop_matching", 7) == []
    assert world.refused("accept", 8, "1", agent="a") == "IllegalTransitionError"
    assert world.do("start_matching", 60) == ["matching_started@60", "offered 1 a@60"]
    assert world.do("start_matching", 61) == []


def test_while_stopped_all_else_goes_on() -> None:
    """Reservations fall and none is made; work is taken up again; by hand it goes."""
    channels = {"phone": {"cost": 2, "reserve_seconds": 1}, "email": {"interrupted_by": ["chat"]}}
    world = World(channels=channels)
    world.agent("a", capacity=2)
    world.new("e", 0, "email")
    world.new("p", 1)
    assert world.do("advance", 2) == ["reserved p a@2"]
    world.do("stop_matching", 3)
    assert world.do("complete", 4, "e") == ["completed e a@4"]
    assert world.do("presence", 5, agent="a", state="away")[1:] == ["reservation_ended p a@5"]
    assert world.do("presence", 6, agent="a", state="ready") == ["presence a@6"]
    world.new("e2", 7, "email")
    world.do("assign", 8, "e2", agent="a")
    assert world.new("p2", 9) == ["queued p2@9"]
    assert world.do("start_matching", 10) == ["matching_started@10", "reserved p a@10"]


def test_while_stopped_a_full_queue_refuses_whoever_is_free() -> None:
    world = World(max_waiting=0)
    world.agent("a")
    world.do("stop_matching", 0)
    contact = {"id": "1", "channel": "phone"}
    assert world.refused("submit", 1, contact=contact) == "QueueFullError"
