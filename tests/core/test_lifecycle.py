"""The one table of states: complete, sound, and what moves contacts in fact."""

from __future__ import annotations

import ast
import random
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from core.worlds import contact_in
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
from omniqueue.errors import InvariantError
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
    error = refuse("cancel", "c\n1", STATES.index("active"))
    assert "cancel" in str(error)
    assert "'active'" in str(error)
    assert "waiting or deferred or offered or parked" in error.expected
    assert "\n" not in str(error)


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
