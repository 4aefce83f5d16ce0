"""Positions are right at any time, cost little, and commands carry nothing before and after."""

from __future__ import annotations

import random

import pytest

from core.insight.brute import Writer, of_both_kinds
from core.worlds import contact_in, router
from omniqueue import Agent, Assigned, Contact, Event, Queued, Router
from omniqueue.core.insight import positions
from omniqueue.core.insight.views import ContactView
from omniqueue.core.invariants import check
from omniqueue.errors import IllegalTransitionError, UnknownContactError
from omniqueue.insight import Position
from oracle.generate import random_play
from oracle.side_by_side import fast_router, fast_step, steps_of


def alike(view: ContactView) -> tuple[object, ...]:
    """What contacts of one kind share."""
    return view.channel, view.skills, view.any_of


def expected(made: Router, contact: str) -> Position:
    """By walking the queue."""
    view = made.contacts[contact]

    def key(other: ContactView) -> tuple[object, ...]:
        return other.rank, other.arrived_at, other.sequence

    queue = list(made.queue)
    lane = [o for o in queue if alike(o) == alike(view)]
    before, before_lane = (sum(key(o) < key(view) for o in some) for some in (queue, lane))
    return Position(before + 1, before_lane + 1, len(queue), len(lane))


def assert_right(made: Router) -> int:
    asked = 0
    for view in list(made.contacts.values()):
        if view.state in ("waiting", "deferred"):
            assert made.position(view.id) == expected(made, view.id)
            asked += 1
    return asked


@of_both_kinds
@pytest.mark.parametrize("every", [1, 3, 10])
def test_right_after_every_command_of_random_plays(every: int, write: Writer) -> None:
    """Also when many contacts move between two questions."""
    asked = 0
    for seed in range(3000, 3035):
        play = write(random.Random(seed), 60)
        made = fast_router(play)
        for index, step in enumerate(steps_of(play)):
            fast_step(made, step)
            if index % every == 0:
                asked += assert_right(made)
    assert asked > 500


def test_right_in_a_large_world() -> None:
    play = random_play(random.Random(5), 400, large=True)
    made = fast_router(play)
    for index, step in enumerate(steps_of(play)):
        fast_step(made, step)
        if index % 40 == 0:
            assert_right(made)
    check(made._state)


def test_events_stay_the_same_when_positions_are_asked() -> None:
    for seed in range(20):
        play = random_play(random.Random(seed), 60)
        asked, quiet = fast_router(play), fast_router(play)
        for step in steps_of(play):
            assert fast_step(asked, step) == fast_step(quiet, step)
            for view in asked.queue:
                asked.position(view.id)


def test_commands_carry_nothing_until_somebody_asks() -> None:
    made = router(Agent("ana"))
    made.submit(Contact("c0", "fax"), at=0)
    made.submit(Contact("c1", "fax"), at=0)
    assert made._state.positions is None
    assert not made._state.hooks
    made.position("c1")
    assert made._state.hooks


def test_an_index_that_nobody_asks_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(positions, "_PATIENCE_MIN", 20)
    made = router()
    seen: list[Event] = []
    made.observe(seen.append, Queued)
    made.submit(Contact("first", "fax"), at=0)
    made.position("first")
    for index in range(20):
        made.submit(Contact(f"c{index}", "fax"), at=1)
    assert made._state.positions is not None
    made.submit(Contact("last", "fax"), at=1)
    assert made._state.positions is None
    assert set(made._state.hooks) == {Queued}
    assert len(seen) == 22
    assert made.position("last") == Position(22, 22, 22, 22)


def test_inside_an_observer_positions_are_those_after_the_command() -> None:
    """Told of the first of several events, when the index has not heard of the others."""
    made = router(Agent("ana", capacity=2))
    made.set_presence("ana", "away", at=0)
    for index in range(5):
        made.submit(Contact(f"c{index}", "fax"), at=0)
    assert made.position("c4").queue == 5
    found: list[int] = []
    made.observe(lambda event: found.append(made.position("c4").queue), Assigned)
    made.set_presence("ana", "ready", at=1)
    assert found == [3, 3]
    assert made.position("c4") == Position(3, 3, 3, 3)


def test_a_deferred_contact_keeps_its_place() -> None:
    made = router()
    for index in range(3):
        made.submit(Contact(f"c{index}", "fax"), at=0)
    made.defer("c1", at=1, channel="phone")
    assert made.position("c1") == Position(2, 1, 2, 0)
    assert made.position("c2") == Position(2, 2, 2, 2)


STATES = ["offered", "active", "interrupted", "parked", "wrap_up", "cancelled"]


@pytest.mark.parametrize("state", STATES)
def test_who_is_not_in_the_queue_has_no_position(state: str) -> None:
    with pytest.raises(IllegalTransitionError):
        contact_in(state).position("c")
    with pytest.raises(UnknownContactError):
        contact_in(state).position("ghost")
