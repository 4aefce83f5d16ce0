"""The one table of states: complete, sound, and what moves contacts in fact."""

from __future__ import annotations

import ast
import pickle
import random
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from core.worlds import contact_in
from omniqueue import Router
from omniqueue.core import (
    contact_commands,
    endings,
    interrupting,
    lifecycle,
    matching,
    offers,
)
from omniqueue.core.lifecycle import (
    ACTIVE,
    COMMANDS,
    COMPLETED,
    ENDED,
    FINAL,
    OCCASIONS,
    PARKED,
    STATES,
    TRANSITIONS,
    WAITING,
    Move,
    leaving,
    move,
    refuse,
    state_diagram,
    state_table,
)
from omniqueue.errors import IllegalTransitionError, InvariantError
from oracle.generate import random_play
from oracle.generate_interrupting import interrupting_play
from oracle.generate_second_edition import second_edition_play
from oracle.side_by_side import fast_router, fast_step, steps_of

Edge = tuple[str, str, str]  # cause, state found, state left

# What an event says of its contact's state.
SAYS = {
    "queued": "waiting",
    "deferred": "deferred",
    "released": "waiting",
    "offered": "offered",
    "assigned": "active",
    "interrupted": "interrupted",
    "continued": "active",
    "requeued": "waiting",
    "transferred": "waiting",
    "parked": "parked",
    "reopened": "waiting",
    "abandoned": "abandoned",
    "cancelled": "cancelled",
    "resumed": "waiting",
    "expired": "expired",
    "wrap_up_ended": "completed",
}
MOVERS: tuple[ModuleType, ...] = (contact_commands, endings, interrupting, matching, offers)


def edges() -> set[Edge]:
    """All moves that the table allows."""
    return {
        (cause, STATES[found], STATES[left])
        for cause, table in TRANSITIONS.items()
        for found, lefts in table.items()
        for left in lefts
    }


def cause_of(by: Move) -> str:
    """The cause whose part of the table this is."""
    [cause] = {
        cause
        for cause, table in TRANSITIONS.items()
        for lefts in table.values()
        for left in lefts
        if leaving(cause, left) is by
    }
    return cause


class Noted(Move):
    """A part of the table that notes the moves read from it: those made in place too."""

    def __init__(self, by: Move, seen: list[Edge]) -> None:
        super().__init__(by)
        self.cause = cause_of(by)
        self.seen = seen

    def __getitem__(self, found: int) -> int:
        left = super().__getitem__(found)
        self.seen.append((self.cause, STATES[found], STATES[left]))
        return left


@pytest.fixture
def moves(monkeypatch: pytest.MonkeyPatch) -> list[Edge]:
    """Every move made from now on, with its cause."""
    seen: list[Edge] = []
    noted = {key: Noted(by, seen) for key, by in lifecycle._MOVES.items()}
    for module in MOVERS:
        for name, value in list(vars(module).items()):
            for key, by in lifecycle._MOVES.items():
                if value is by:
                    monkeypatch.setattr(module, name, noted[key])
    monkeypatch.setattr(lifecycle, "_MOVES", noted)
    return seen


def stopped_late(_: random.Random, __: int) -> dict[str, Any]:
    """Matching is stopped while a contact is offered that should have expired meanwhile."""
    contact = {"id": "c", "channel": "phone", "expire_seconds": 5}
    steps = [
        {"at": 0, "do": "submit", "contact": contact},
        {"at": 6, "do": "stop_matching"},
    ]
    return {"channels": {"phone": {"offer_seconds": 9}}, "agents": [{"id": "a"}], "steps": steps}


def test_every_state_can_be_reached_and_final_ones_are_final() -> None:
    reached = {"waiting"}
    for _ in STATES:
        reached |= {left for _, found, left in edges() if found in reached}
    assert reached == set(STATES)
    sources = {found for _, found, _ in edges()}
    assert not sources & {STATES[final] for final in FINAL}
    assert {STATES[state] for state in ENDED} - {STATES[state] for state in FINAL} == {"abandoned"}
    assert not set(COMMANDS) & set(OCCASIONS)


def test_all_of_the_table_happens_and_events_tell_it(moves: list[Edge]) -> None:
    """On random plays each cause moves contacts along all its edges, and events say so."""
    seen: set[Edge] = set()
    for seed in range(900, 1100):
        for write in (random_play, interrupting_play, second_edition_play, stopped_late):
            play = write(random.Random(seed), 60)
            made = fast_router(play)
            state: dict[str, str] = {}
            for step in steps_of(play):
                moves.clear()
                events, _ = fast_step(made, step)
                seen |= set(moves)
                commands = {cause for cause, _, _ in moves if cause in COMMANDS}
                assert commands <= {step["do"]}
                for event in events:
                    left = SAYS.get(event["event"])
                    if event["event"] == "completed":
                        ends = event["wrap_up_seconds"] == 0
                        left = "completed" if ends else "wrap_up"
                    if left is not None:
                        state[event["contact"]] = left
                assert all(state[each.id] == each.state for each in made.contacts.values())
    unmoved = {edge for edge in edges() if edge[1] == edge[2]}
    assert seen == edges() - unmoved
    assert {cause for cause, _, _ in unmoved} == {"update"}


def test_a_planted_illegal_move_is_refused() -> None:
    row = contact_in("parked")._state.contacts["c"]
    with pytest.raises(InvariantError, match="matched 'c' to active .*'parked'"):
        move(row, leaving("matched", ACTIVE), 1.0)
    assert row.state == PARKED
    with pytest.raises(InvariantError, match="park to .*'waiting'"):
        leaving("park", WAITING)


def test_a_move_planted_in_the_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where the command itself is allowed."""
    monkeypatch.setattr(contact_commands, "_PARKED", leaving("reopen", WAITING))
    with pytest.raises(InvariantError, match="reopen 'c' to waiting .*'active'"):
        contact_in("active").park("c", at=5)


def test_nothing_but_the_table_writes_a_state() -> None:
    """Birth, `move`, and `move` in place: `row.state = PART_OF_THE_TABLE[row.state]`."""
    found: dict[str, list[str]] = {}
    for path in sorted(Path(lifecycle.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            targets = node.targets if isinstance(node, ast.Assign) else []
            if isinstance(node, ast.AugAssign | ast.AnnAssign):
                targets = [node.target]
            for target in targets:
                if isinstance(target, ast.Attribute) and target.attr == "state":
                    found.setdefault(path.stem, []).append(ast.unparse(node))
    assert found == {
        "contact_commands": ["row.state = _COMPLETED[row.state]"],
        "lifecycle": ["row.state = by[row.state]"],
        "matching": ["taken.state = _TAKEN[taken.state]"],
        "rows": ["row.state = state"],
    }
    assert contact_commands._COMPLETED is leaving("complete", COMPLETED)
    assert matching._TAKEN is leaving("matched", ACTIVE)


def test_a_refusal_names_state_command_and_what_was_allowed() -> None:
    row = contact_in("active")._state.contacts["c"]
    row.id = "c\n1"
    error = refuse("cancel", row)
    assert str(error) == (
        "cancel 'c\\n1': it is active with 'ana';"
        " expected one that is waiting or deferred or offered or parked"
    )
    assert (error.code, error.contact, error.state, error.holder) == (
        "wrong_state",
        "c\n1",
        "active",
        "ana",
    )


Ask = Callable[[Router], object]
CODES: list[tuple[str, str, Ask, str, str]] = [
    ("active", "already_yours", lambda made: made.accept("c", "ana", at=9), "contact", "active"),
    ("active", "with_colleague", lambda made: made.accept("c", "bo", at=9), "contact", "active"),
    ("offered", "with_colleague", lambda made: made.accept("c", "bo", at=9), "agent", "offered"),
    ("offered", "with_colleague", lambda made: made.decline("c", "bo", at=9), "agent", "offered"),
    (
        "active",
        "with_colleague",
        lambda made: made.complete("c", at=9, agent="zoe"),
        "agent",
        "active",
    ),
    ("waiting", "too_late", lambda made: made.accept("c", "ana", at=9), "contact", "waiting"),
    ("wrap_up", "too_late", lambda made: made.accept("c", "ana", at=9), "contact", "wrap_up"),
    ("abandoned", "gone", lambda made: made.accept("c", "ana", at=9), "contact", "abandoned"),
    ("completed", "gone", lambda made: made.complete("c", at=9), "contact", "completed"),
    ("abandoned", "too_late", lambda made: made.resume("c", at=9999), "at", "abandoned"),
    ("waiting", "cannot_take", lambda made: made.assign("c", "bob", at=9), "agent", "waiting"),
    ("parked", "wrong_state", lambda made: made.abandon("c", at=9), "contact", "parked"),
    ("active", "wrong_state", lambda made: made.position("c"), "contact", "active"),
    ("completed", "gone", lambda made: made.position("c"), "contact", "completed"),
]


@pytest.mark.parametrize(("state", "code", "ask", "field", "told"), CODES)
def test_a_program_can_tell_refusals_apart(
    state: str, code: str, ask: Ask, field: str, told: str
) -> None:
    made = contact_in(state)
    with pytest.raises(IllegalTransitionError) as caught:
        ask(made)
    error = caught.value
    assert (error.code, error.field, error.state, error.contact) == (code, field, told, "c")
    assert error.holder == made.contacts["c"].agent
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.code, again.holder) == (str(error), error.code, error.holder)


def test_table_and_diagram_are_drawn_from_the_one_table() -> None:
    """Every cause with every edge; the diagram leaves out what moves nothing."""
    drawn = re.findall(r"^    (\w+) --> (\w+): (.+)$", state_diagram(), re.MULTILINE)
    moved = {edge for edge in edges() if edge[1] != edge[2]}
    assert {(cause, found, left) for found, left, cause in drawn} == moved
    told: set[Edge] = set()
    for line in state_table().splitlines()[2:]:
        cause, founds, lefts = line.strip("| ").split(" | ")
        for found in founds.split(", "):
            told |= {(cause.strip("`"), found, left) for left in lefts.split(" or ")}
    assert told == edges()
