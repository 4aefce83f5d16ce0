"""One command given as JSON to any router: what a play's step does, with its events."""

from __future__ import annotations

import random

import pytest

from omniqueue import Event, Router
from omniqueue.errors import FileFaultsError, OmniqueueError, UnknownContactError
from omniqueue.model.event import JsonValue
from omniqueue.play import perform
from oracle.generate_second_edition import second_edition_play
from oracle.side_by_side import fast_router, fast_step, steps_of


@pytest.mark.parametrize("seed", range(10))
def test_a_play_given_command_by_command_comes_to_the_same(seed: int) -> None:
    play = second_edition_play(random.Random(seed), 60)
    one, other = fast_router(play), fast_router(play)
    told: list[Event] = []
    other.observe(told.append)
    events: list[object] = []
    for step in steps_of(play):
        try:
            events += perform(other, step)
        except OmniqueueError as refusal:
            assert not isinstance(refusal, FileFaultsError)
            events += refusal.events
        fast_step(one, step)
    assert events == told
    assert one.snapshot() == other.snapshot()


def test_a_refusal_carries_the_events_of_the_time_that_passed() -> None:
    made = Router()
    contact: JsonValue = {"id": "c", "channel": "fax", "expire_seconds": 5}
    perform(made, {"at": 0, "do": "submit", "contact": contact})
    with pytest.raises(UnknownContactError) as caught:
        perform(made, {"at": 9, "do": "abandon", "contact": "ghost"})
    assert [event.name for event in caught.value.events] == ["expired"]  # type: ignore[attr-defined]


def test_what_is_no_command_does_nothing() -> None:
    made = Router()
    bad: list[dict[str, JsonValue]] = [
        {},
        {"at": 1},
        {"at": "now", "do": "advance"},
        {"at": 1, "do": "dance"},
    ]
    for said in bad:
        with pytest.raises(FileFaultsError):
            perform(made, said)
    assert made.now == -float("inf")
