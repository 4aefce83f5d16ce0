"""`check()` notices: each fault is planted by hand in a sound state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from omniqueue import Agent, Channel, Contact, Preference, RelaxStep, Router
from omniqueue.core import lifecycle
from omniqueue.core.rows import NOWHERE
from omniqueue.core.state import State
from omniqueue.errors import InvariantError


def everything() -> Router:
    """A router with something of every kind, at 10."""
    channels = [Channel("asked", offer_seconds=90, reserve_seconds=5, retry_seconds=90)]
    made = Router(channels=channels, order="priority")
    made.add_agent(Agent("ana", skills={"s": 2}, capacity=3, limits={"fax": 1}), at=0)
    made.add_agent(Agent("bob", skills={"s": 1}), at=0)
    made.add_agent(Agent("cy", skills={"t": 1}, capacity=2), at=0)
    made.add_agent(Agent("off", skills={"x": 1}), at=0, presence="offline")
    made.submit(Contact("f", "fax", skills={"s": 2}), at=0)
    made.submit(Contact("b", "phone", skills={"s": 1}), at=0)
    made.submit(Contact("o", "asked", skills={"s": 2}), at=1)
    made.submit(Contact("o2", "asked", skills={"t": 1}), at=1)
    made.submit(Contact("u", "phone", skills={"s": 2}), at=1)
    made.complete("u", at=1, wrap_up_seconds=None)
    made.decline("o2", "cy", at=2)
    steps = [RelaxStep(80, {})]
    waiting = {
        "w1": Contact("w1", "phone", skills={"s": 2}, relax=steps, expire_seconds=70),
        "w2": Contact("w2", "phone", skills={"s": 2}),
        "w3": Contact("w3", "phone", skills={"s": 2}),
        "x1": Contact("x1", "phone", skills={"x": 1}),
        "f2": Contact("f2", "fax", skills={"s": 2}),
        "p1": Contact("p1", "fax", skills={"s": 2}, prefer=Preference("ana", 60)),
        "p2": Contact("p2", "fax", skills={"s": 2}, prefer=Preference("ana", 60)),
        "d": Contact("d", "phone", not_before=50),
        "r": Contact("r", "asked", skills={"s": 2}),
    }
    for at, contact in enumerate(waiting.values(), start=2):
        made.submit(contact, at=at)
    made.submit(Contact("e", "phone", skills={"t": 1}), at=11)
    made.park("e", at=11)
    made.advance(at=20)
    made.check()
    return made


def lane(state: State, name: str) -> Any:
    return state.contacts[name].lane


def agent(state: State, name: str) -> Any:
    return state.roster.agents[name]


def timer(state: State, kind: str) -> Any:
    return next(timer for timer in state.timers.heap if timer.kind == kind)


def do(*calls: object) -> None:
    """Lets a lambda do several things."""


FAULTS: dict[str, Callable[[State], object]] = {
    "lost contact": lambda s: s.contacts.pop("w1"),
    "lost and uncounted": lambda s: do(s.contacts.pop("w1"), setattr(s, "waiting", s.waiting - 1)),  # type: ignore[func-returns-value]
    "another id": lambda s: setattr(s.contacts["w1"], "id", "w9"),
    "count of waiting": lambda s: setattr(s, "waiting", s.waiting + 1),
    "count of deferred": lambda s: setattr(s, "deferred", 0),
    "count of parked": lambda s: setattr(s, "parked", 5),
    "count of cancelled": lambda s: s.counts.__setitem__(lifecycle.CANCELLED, 7),
    "sequence": lambda s: setattr(s, "sequence", s.sequence + 1),
    "state": lambda s: setattr(s.contacts["w2"], "state", lifecycle.DEFERRED),
    "waits nowhere": lambda s: setattr(s.contacts["w2"], "where", NOWHERE),
    "no holder": lambda s: setattr(s.contacts["f"], "agent", None),
    "two holders": lambda s: agent(s, "cy").holding.__setitem__(s.contacts["f"], None),
    "holder forgets": lambda s: agent(s, "ana").holding.pop(s.contacts["f"]),
    "forged load": lambda s: setattr(agent(s, "ana"), "free", 2),
    "limit not counted": lambda s: setattr(agent(s, "ana"), "full", 0),
    "offline with work": lambda s: setattr(agent(s, "bob"), "presence", "offline"),
    "no seat": lambda s: setattr(agent(s, "cy"), "seat", None),
    "seat of a full agent": lambda s: setattr(agent(s, "bob"), "seat", (0, 1, agent(s, "bob"))),
    "lost seat": lambda s: agent(s, "cy").shape.heap.clear(),
    "stamp": lambda s: setattr(agent(s, "cy"), "stamp", 99),
    "equal stamps": lambda s: setattr(agent(s, "bob"), "stamp", agent(s, "ana").stamp),
    "open mask": lambda s: setattr(agent(s, "cy").shape.room, "open", 0),
    "open mask of nobody": lambda s: do(
        *(setattr(room, "open", room.open | 1) for room in s.roster.rooms.values())  # type: ignore[func-returns-value]
    ),
    "shape size": lambda s: setattr(agent(s, "cy").shape, "size", 2),
    "served": lambda s: lane(s, "w1").serves.__setitem__(agent(s, "cy").shape.number, 1),
    "not served": lambda s: lane(s, "o2").serves.__setitem__(agent(s, "cy").shape.number, 0),
    "lost front": lambda s: s.roster.fronts.clear(),
    "front of another seat": lambda s: setattr(agent(s, "cy").shape, "front", (0, 999, None)),
    "shape number": lambda s: setattr(agent(s, "cy").shape, "number", 0),
    "ready of a profile": lambda s: setattr(agent(s, "bob").profile, "ready", 0),
    "unreserved": lambda s: setattr(agent(s, "bob").profile, "unreserved", 9),
    "ready mask": lambda s: setattr(s.roster, "ready", 0),
    "holders": lambda s: setattr(lane(s, "w1"), "holders", 0),
    "swapped heads": lambda s: s.heads.reverse(),
    "lost head": lambda s: s.heads.pop(),
    "head twice": lambda s: s.heads.append(s.heads[-1]),
    "not aside": lambda s: s.aside.clear(),
    "knows not it is aside": lambda s: setattr(lane(s, "x1"), "aside", False),
    "retired in use": lambda s: setattr(lane(s, "x1"), "retired", True),
    "line out of order": lambda s: lane(s, "w2").line.reverse(),
    "contact twice in line": lambda s: lane(s, "w2").line.append(lane(s, "w2").line[-1]),
    "dead places": lambda s: setattr(lane(s, "w2"), "dead", 1),
    "preferring out of order": lambda s: s.preferring["ana"].reverse(),
    "preference lost": lambda s: s.preferring.pop("ana"),
    "prefers another": lambda s: setattr(s.contacts["p1"].details, "prefer_agent", "bob"),
    "timer in the past": lambda s: s.timers.start(3.0, "expiry", timer(s, "expiry").row),
    "sleeps too long": lambda s: setattr(s.timers, "wake", 1e9),
    "lost timer": lambda s: s.timers.heap.remove(timer(s, "retry")),
    "timer killed": lambda s: s.timers.alive.discard(0) or s.timers.alive.add(0),  # type: ignore[func-returns-value, redundant-expr]
    "forged timer": lambda s: s.timers.start(70.0, "offer", s.contacts["w1"]),
    "timer of another state": lambda s: setattr(s.contacts["d"], "timer", None),
    "reservation with one side": lambda s: setattr(
        agent(s, "bob"), "reserved_for", s.contacts["w1"]
    ),
    "reserved and the agent knows not": lambda s: setattr(agent(s, "ana"), "reserved_for", None),
    "reserved and the contact knows not": lambda s: setattr(
        s.contacts["r"].details, "reserved", None
    ),
    "limit forgotten": lambda s: setattr(agent(s, "ana"), "limited", False),
    "capacity that nobody uses": lambda s: setattr(agent(s, "bob"), "free", 1),
}


def test_the_planted_state_is_sound_and_full() -> None:
    made = everything()
    state = made._state
    found = made.statistics().contacts
    for name in ("waiting", "deferred", "offered", "active", "wrap_up", "parked"):
        assert found[name], name
    assert state.heads
    assert state.aside
    assert len(state.preferring["ana"]) == 2
    assert agent(state, "cy").seat is not None
    assert agent(state, "ana").reserved_for is state.contacts["r"]
    kinds = {timer.kind for timer in state.timers.live()}
    assert kinds >= {"retry", "expiry", "relaxation", "deferral", "preference"}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_noticed(fault: str) -> None:
    made = everything()
    FAULTS[fault](made._state)
    with pytest.raises(InvariantError) as caught:
        made.check()
    assert "report" in caught.value.expected


def test_a_contact_that_somebody_could_take_is_noticed() -> None:
    """Nobody waits in vain: an agent with room who is not told is found."""
    made = Router()
    made.add_agent(Agent("ana", capacity=0), at=0)
    made.submit(Contact("c", "phone"), at=0)
    row = made._state.roster.agents["ana"]
    object.__setattr__(row.agent, "capacity", 1)
    state = made._state
    state.roster.leave_profile(row)
    profile, _ = state.roster.profile_for(row.agent)
    state.roster.join_profile(row, profile)
    state.roster.recount(row)
    with pytest.raises(InvariantError):
        made.check()


def test_check_changes_nothing() -> None:
    made = everything()
    before = made.snapshot()
    made.check()
    assert made.snapshot() == before
