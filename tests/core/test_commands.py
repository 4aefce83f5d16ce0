"""What is refused, with which error, and that a refused command has changed nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from core.worlds import contact_in, names, refused, router
from omniqueue import Agent, Contact, OmniqueueError, Preference, RelaxStep, Router
from omniqueue.core.lifecycle import COMMANDS, OCCASIONS, STATES, WAITING
from omniqueue.errors import (
    DuplicateAgentError,
    DuplicateContactError,
    IllegalTransitionError,
    InvalidValueError,
    QueueFullError,
    TimeWentBackwardsError,
    UnknownAgentError,
    UnknownChannelError,
    UnknownContactError,
)

# What matching may make of a contact that a command lets wait.
MATCHED = {STATES[left] for left in OCCASIONS["matched"][WAITING]}
CALLS: dict[str, Callable[[Router, float], Any]] = {
    "accept": lambda r, at: r.accept("c", "ana", at=at),
    "decline": lambda r, at: r.decline("c", "ana", at=at),
    "complete": lambda r, at: r.complete("c", at=at),
    "finish_wrap_up": lambda r, at: r.finish_wrap_up("c", at=at),
    "abandon": lambda r, at: r.abandon("c", at=at),
    "cancel": lambda r, at: r.cancel("c", at=at),
    "resume": lambda r, at: r.resume("c", at=at),
    "defer": lambda r, at: r.defer("c", at=at),
    "release": lambda r, at: r.release("c", at=at),
    "update": lambda r, at: r.update("c", at=at, priority=3),
    "transfer": lambda r, at: r.transfer("c", at=at),
    "park": lambda r, at: r.park("c", at=at),
    "reopen": lambda r, at: r.reopen("c", at=at),
    "assign": lambda r, at: r.assign("c", "ana", at=at),
}
NUMBERS_THAT_ARE_NONE = [math.nan, math.inf, -math.inf, "5", True, None, 10**400, b"5", 1j]
TOO_MANY = {f"s{n}": 1 for n in range(65)}
NO_INSTANTS = [*NUMBERS_THAT_ARE_NONE, datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 1)]


def ready_for_assign(state: str, do: str) -> Router:
    """A contact in that state; for `assign`, with an agent who has room."""
    made = contact_in(state)
    if do == "assign" and state == "waiting":
        made.complete("blocker", at=0)  # ana declined `c`, and may have it by hand
    return made


def left_by(do: str, state: str) -> set[str]:
    """The states that a command may leave a contact in, by the table; none: it is refused."""
    found = {STATES[left] for left in COMMANDS[do].get(STATES.index(state), ())}
    return found | MATCHED if "waiting" in found else found


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("do", COMMANDS)
def test_accepted_or_refused_as_the_table_says(do: str, state: str) -> None:
    """And a refused command leaves what `advance` to the same time leaves."""
    made, twin = ready_for_assign(state, do), ready_for_assign(state, do)
    if left_by(do, state):
        assert names(CALLS[do](made, 5))
        assert made.contacts["c"].state in left_by(do, state)
        made.check()
        return
    error = refused(made, IllegalTransitionError, lambda: CALLS[do](made, 5))
    assert f"it is {state}" in str(error)
    assert all(STATES[allowed] in error.expected for allowed in COMMANDS[do])
    twin.advance(at=5)
    assert made.snapshot() == twin.snapshot()


def busy() -> Router:
    """A router with something of everything, and a timer at 3."""
    made = router(Agent("ana", capacity=2, skills={"s": 2}), max_waiting=3)
    made.add_agent(Agent("bob"), at=0, presence="away")
    made.submit(Contact("o", "asked", prefer=Preference("ana", 9)), at=0)
    made.submit(Contact("a", "phone"), at=0)
    made.submit(Contact("d", "fax", not_before=400), at=0)
    made.submit(Contact("w", "chat", relax=[RelaxStep(8, {})], skills={"s": 9}), at=0)
    made.submit(Contact("e", "chat", skills={"t": 1}, expire_seconds=3), at=0)
    return made


REFUSED: list[tuple[type[OmniqueueError], Callable[[Router, float], Any]]] = [
    (UnknownContactError, lambda r, at: r.accept("ghost", "ana", at=at)),
    (UnknownContactError, lambda r, at: r.assign("ghost", "nobody", at=at)),
    (UnknownContactError, lambda r, at: r.complete("", at=at)),
    (UnknownContactError, lambda r, at: r.complete("x" * 10**6, at=at)),
    (UnknownContactError, lambda r, at: r.park("\ud800", at=at)),
    (UnknownAgentError, lambda r, at: r.assign("a", "nobody", at=at)),
    (UnknownAgentError, lambda r, at: r.remove_agent("nobody", at=at)),
    (UnknownAgentError, lambda r, at: r.set_presence("nobody", "asleep", at=at)),  # type: ignore[arg-type]
    (UnknownAgentError, lambda r, at: r.update_agent("nobody", at=at, capacity=-1)),
    (UnknownChannelError, lambda r, at: r.submit(Contact("a", "pigeon"), at=at)),
    (UnknownChannelError, lambda r, at: r.defer("ghost", channel="pigeon", at=at)),
    (UnknownChannelError, lambda r, at: r.update_agent("nobody", limits={"pigeon": 1}, at=at)),
    (UnknownChannelError, lambda r, at: r.add_agent(Agent("ana", channels=["pigeon"]), at=at)),
    (DuplicateContactError, lambda r, at: r.submit(Contact("a", "phone"), at=at)),
    (DuplicateContactError, lambda r, at: r.submit(Contact("a", "fax", arrived_at=99), at=at)),
    (DuplicateAgentError, lambda r, at: r.add_agent(Agent("ana"), at=at, presence="asleep")),  # type: ignore[arg-type]
    (IllegalTransitionError, lambda r, at: r.accept("o", "bob", at=at)),
    (IllegalTransitionError, lambda r, at: r.accept("o", "nobody", at=at)),
    (IllegalTransitionError, lambda r, at: r.decline("o", "\n", at=at)),
    (IllegalTransitionError, lambda r, at: r.assign("w", "ana", at=at)),
    (IllegalTransitionError, lambda r, at: r.assign("d", "bob", at=at)),
    (IllegalTransitionError, lambda r, at: r.defer("o", until=-5, at=at)),
    (IllegalTransitionError, lambda r, at: r.update("a", priority=2**40, at=at)),
    (IllegalTransitionError, lambda r, at: r.complete("w", wrap_up_seconds=-1, at=at)),
    (InvalidValueError, lambda r, at: r.complete("a", wrap_up_seconds=-1, at=at)),
    (InvalidValueError, lambda r, at: r.complete("a", wrap_up_seconds="soon", at=at)),  # type: ignore[arg-type]
    (InvalidValueError, lambda r, at: r.defer("w", until=at, at=at)),
    (InvalidValueError, lambda r, at: r.defer("w", channel=5, at=at)),  # type: ignore[arg-type]
    (InvalidValueError, lambda r, at: r.update("w", at=at)),
    (InvalidValueError, lambda r, at: r.update("w", skills={"s": 0}, at=at)),
    (InvalidValueError, lambda r, at: r.update("w", priority=True, at=at)),
    (InvalidValueError, lambda r, at: r.transfer("a", keep_place=1, at=at)),  # type: ignore[arg-type]
    (InvalidValueError, lambda r, at: r.transfer("a", prefer="ana", at=at)),  # type: ignore[arg-type]
    (InvalidValueError, lambda r, at: r.transfer("a", skills=TOO_MANY, at=at)),
    (InvalidValueError, lambda r, at: r.set_presence("bob", "asleep", at=at)),  # type: ignore[arg-type]
    (InvalidValueError, lambda r, at: r.set_presence("bob", "ready", reason="", at=at)),
    (InvalidValueError, lambda r, at: r.add_agent("cy", at=at)),  # type: ignore[arg-type]
    (InvalidValueError, lambda r, at: r.add_agent(Agent("cy"), presence="", at=at)),  # type: ignore[arg-type]
    (InvalidValueError, lambda r, at: r.update_agent("ana", capacity=10**9, at=at)),
    (InvalidValueError, lambda r, at: r.update_agent("ana", channels="phone", at=at)),
    (InvalidValueError, lambda r, at: r.update_agent("ana", limits={"fax": -1}, at=at)),
    (InvalidValueError, lambda r, at: r.submit("c9", at=at)),  # type: ignore[arg-type]
    (InvalidValueError, lambda r, at: r.submit(Contact("n", "fax", arrived_at=at + 1), at=at)),
    (QueueFullError, lambda r, at: r.submit(Contact("n", "fax", skills={"t": 1}), at=at)),
]


@pytest.mark.parametrize(("error", "command"), REFUSED)
def test_a_refused_command_changes_nothing(
    error: type[OmniqueueError], command: Callable[[Router, float], Any]
) -> None:
    """At the very instant, and before any timer fires."""
    for at in (0, 2.5):
        made, twin = busy(), busy()
        refused(made, error, partial(command, made, at))
        twin.advance(at=at)
        assert made.snapshot() == twin.snapshot()
        assert made.now == at


@pytest.mark.parametrize("refuse", ["park", "complete", "submit"])
def test_what_timers_did_on_the_way_is_told_by_the_refusal(refuse: str) -> None:
    made, twin = busy(), busy()
    commands: dict[str, Callable[[], object]] = {
        "park": lambda: made.park("ghost", at=30),
        "complete": lambda: made.complete("ghost", at=30),
        "submit": lambda: made.submit(Contact("new", "pigeon"), at=30),
    }
    with pytest.raises((UnknownContactError, UnknownChannelError)) as caught:
        commands[refuse]()
    on_the_way = twin.advance(at=30)
    assert caught.value.events == on_the_way
    assert "expired" in names(on_the_way)
    assert made.snapshot() == twin.snapshot()
    assert not made.advance(at=30)


def test_of_several_errors_the_first_by_the_order_of_precedence() -> None:
    """Time, channel, contact, agent, duplicate, transition, value, full queue."""
    made = busy()
    made.advance(at=1)
    refused(made, TimeWentBackwardsError, lambda: made.defer("ghost", at=0, channel="pigeon"))
    refused(made, UnknownChannelError, lambda: made.defer("ghost", at=1, channel="pigeon"))
    refused(made, UnknownContactError, lambda: made.assign("ghost", "nobody", at=1))
    refused(made, UnknownAgentError, lambda: made.assign("a", "nobody", at=1))
    late = Contact("a", "fax", arrived_at=9, skills={"t": 1})
    refused(made, DuplicateContactError, lambda: made.submit(late, at=1))
    refused(made, IllegalTransitionError, lambda: made.update("a", at=1))
    late = Contact("n", "fax", arrived_at=9, skills={"t": 1})
    refused(made, InvalidValueError, lambda: made.submit(late, at=1))


@pytest.mark.parametrize("at", NO_INSTANTS, ids=str)
@pytest.mark.parametrize("do", ["submit", "complete", "advance", "park", "add_agent"])
def test_a_time_that_is_no_finite_number(do: str, at: Any) -> None:
    """It is named, and the clock stays."""
    made = busy()
    before = made.snapshot()
    calls: dict[str, Callable[[], Any]] = {
        "submit": lambda: made.submit(Contact("n", "fax"), at=at),
        "complete": lambda: made.complete("a", at=at),
        "advance": lambda: made.advance(at=at),
        "park": lambda: made.park("a", at=at),
        "add_agent": lambda: made.add_agent(Agent("cy"), at=at),
    }
    assert refused(made, InvalidValueError, calls[do]).field == "at"
    assert made.snapshot() == before


def test_time_does_not_go_back() -> None:
    made = busy()
    made.advance(at=2)
    before = made.snapshot()
    just_before = math.nextafter(2, 0)
    refused(made, TimeWentBackwardsError, lambda: made.advance(at=just_before))
    refused(made, TimeWentBackwardsError, lambda: made.complete("a", at=just_before))
    assert made.snapshot() == before
    assert made.now == 2
    made.complete("a", at=2)


@pytest.mark.parametrize("name", [5, 1.5, True, None, b"c", ["c"], ("c",), object()])
def test_ids_are_text(name: Any) -> None:
    made = busy()
    for call in (
        lambda: made.complete(name, at=0),
        lambda: made.accept(name, "ana", at=0),
        lambda: made.assign("w", name, at=0),
        lambda: made.set_presence(name, "away", at=0),
        lambda: made.remove_agent(name, at=0),
        lambda: Contact(name, "fax"),
        lambda: Agent(name),
        lambda: Preference(name, 5),
    ):
        refused(made, InvalidValueError, call)


def test_ids_that_differ_by_composition_are_one_id_in_every_command() -> None:
    """Composed and decomposed letters, as keyboards and systems send them."""
    composed, apart = "Andr\u00e9", "Andre\u0301"
    made = router(Agent(composed, capacity=2))
    made.submit(Contact(apart, "asked"), at=0)
    assert names(made.accept(composed, apart, at=1))[0] == "assigned"
    refused(made, DuplicateAgentError, lambda: made.add_agent(Agent(apart), at=1))
    refused(made, DuplicateContactError, lambda: made.submit(Contact(composed, "fax"), at=1))
    made.park(apart, at=2)
    made.reopen(composed, at=3, prefer=Preference(apart, 9))
    made.decline(apart, apart, at=4)
