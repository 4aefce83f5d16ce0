"""The one table of states: complete, sound, and what happens in fact."""

from __future__ import annotations

import random
import re

from omniqueue.core.lifecycle import (
    CAUSES,
    COMMANDS,
    ENDED,
    FINAL,
    STATES,
    TRANSITIONS,
    WAITING,
    refuse,
    state_diagram,
    state_table,
)
from oracle.generate import random_play
from oracle.side_by_side import fast_router, fast_step, steps_of

# What an event says of its contact's state.
SAYS = {
    "queued": "waiting",
    "deferred": "deferred",
    "released": "waiting",
    "offered": "offered",
    "assigned": "active",
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


def edges() -> set[tuple[str, str]]:
    """All moves that the table allows."""
    return {
        (STATES[found], STATES[left])
        for table in TRANSITIONS.values()
        for found, lefts in table.items()
        for left in lefts
    }


def test_every_state_can_be_reached_and_final_ones_are_final() -> None:
    reached = {"waiting", "deferred"}
    for _ in STATES:
        reached |= {left for found, left in edges() if found in reached}
    assert reached == set(STATES)
    sources = {found for found, _ in edges()}
    assert not sources & {STATES[final] for final in FINAL}
    assert {STATES[state] for state in ENDED} - {STATES[state] for state in FINAL} == {"abandoned"}
    assert not set(COMMANDS) & set(CAUSES)


def test_what_happens_in_fact_is_in_the_table() -> None:
    """Every move that events tell of, on random plays; and nearly all of the table comes up."""
    allowed, seen = edges(), set()
    for seed in range(900, 1100):
        play = random_play(random.Random(seed), 60)
        made = fast_router(play)
        state: dict[str, str] = {}
        for step in steps_of(play):
            events, _ = fast_step(made, step)
            for event in events:
                name = event.get("contact")
                left = SAYS.get(event["event"])
                if event["event"] == "completed":
                    ends = event["wrap_up_seconds"] == 0
                    left = "completed" if ends else "wrap_up"
                if name is None or left is None:
                    continue
                if name in state and state[name] != left:
                    seen.add((state[name], left))
                state[name] = left
            assert all(state[c.id] == c.state for c in made.contacts.values())
    assert seen <= allowed | {("offered", "waiting")}, seen - allowed
    assert len(seen) > 20


def test_a_refusal_names_state_command_and_what_was_allowed() -> None:
    error = refuse("cancel", "c\n1", STATES.index("active"))
    assert "cancel" in str(error)
    assert "'active'" in str(error)
    assert "waiting or deferred or offered or parked" in error.expected
    assert "\n" not in str(error)


def test_table_and_diagram_are_drawn_from_the_one_table() -> None:
    table, diagram = state_table(), state_diagram()
    for cause in TRANSITIONS:
        assert f"| {f'`{cause}`' if cause in COMMANDS else cause} |" in table
    drawn = set(re.findall(r"^    (\w+) --> (\w+):", diagram, re.MULTILINE))
    assert drawn == {edge for edge in edges() if edge[0] != edge[1]}
    assert STATES[WAITING] == "waiting"
