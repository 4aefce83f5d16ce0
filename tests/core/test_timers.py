"""Deadlines: in order of due time, then of creation; each once, none early; cheap to cancel."""

from __future__ import annotations

import random
from typing import Any, cast

from core.worlds import names, router, shown
from omniqueue import Agent, Channel, Contact, Preference, RelaxStep, Router
from omniqueue.core.timers import Timers


def heap_of(*due: float) -> Timers:
    timers = Timers()
    for at in due:
        timers.start(at, "offer", cast("Any", None))
    return timers


def test_order_of_due_time_then_of_creation() -> None:
    timers = heap_of(5, 1, 3, 1, 3)
    fired = []
    while (timer := timers.pop_due(10)) is not None:
        fired.append((timer.due, timer.number))
        assert not timers.is_alive(timer)
    assert fired == [(1, 2), (1, 4), (3, 3), (3, 5), (5, 1)]
    assert timers.next_due() is None


def test_none_fires_early() -> None:
    timers = heap_of(5)
    assert timers.pop_due(4.999) is None
    assert timers.next_due() == 5
    assert timers.pop_due(5) is not None
    assert timers.pop_due(5) is None


def test_cancelling_twice_or_a_spent_timer_is_let_be() -> None:
    timers = heap_of(1, 2)
    first = timers.pop_due(1)
    timers.cancel(first)
    timers.cancel(None)
    [second] = timers.live()
    timers.cancel(second)
    timers.cancel(second)
    assert len(timers.heap) == 1
    assert timers.next_due() is None
    assert timers.heap == []


def test_the_heap_stays_within_twice_what_lives() -> None:
    """Against a plain list, over many random starts, cancels and firings."""
    rng = random.Random(3)
    timers, alive, most = Timers(), [], 0
    for _ in range(5000):
        chance = rng.random()
        if chance < 0.5:
            alive.append(timers.start(rng.randrange(1000), "retry", cast("Any", None)))
        elif alive and chance < 0.9:
            timers.cancel(alive.pop(rng.randrange(len(alive))))
        elif alive:
            due = min((timer.due, timer.number) for timer in alive)
            fired = timers.pop_due(2000)
            assert fired is not None
            assert (fired.due, fired.number) == due
            alive.remove(fired)
        most = max(most, len(timers.heap) - 2 * len(alive))
    assert most <= 130
    expected = sorted((timer.due, timer.number) for timer in alive)
    assert [(timer.due, timer.number) for timer in timers.live()] == expected


def test_timers_of_one_submit_at_one_instant_fire_in_the_order_of_the_rules() -> None:
    """Deferral end, preference end, relaxation steps as listed, expiry, reservation."""
    channel = Channel("mail", reserve_seconds=5)
    made = router(Agent("ana", skills={"s": 3}), channels=[channel])
    made.submit(Contact("busy", "phone"), at=0)
    contact = Contact(
        "c",
        "mail",
        skills={"s": 3},
        not_before=5,
        prefer=Preference("ana", 5),
        relax=[RelaxStep(5, {"s": 2}), RelaxStep(5, {"s": 1})],
        expire_seconds=5,
    )
    assert names(made.submit(contact, at=0)) == ["queued", "deferred", "preferred"]
    assert shown(made.advance(at=5)) == [
        "released c@5",
        "reserved c ana@5",
        "preference_ended c ana@5",
        "relaxed c@5",
        "relaxed c@5",
        "expired c@5",
        "reservation_ended c ana@5",
    ]
    made.check()


def test_a_timer_due_at_the_instant_of_its_own_command_fires_with_the_next() -> None:
    made = router(Agent("ana"))
    made.set_presence("ana", "away", at=0)
    assert names(made.submit(Contact("c", "fax", expire_seconds=0), at=3)) == ["queued"]
    assert made.next_timer == 3
    made.check()
    assert names(made.advance(at=3)) == ["expired"]
    assert made.next_timer is None


def test_ends_of_offers_resumes_and_wrap_ups_at_the_very_instant() -> None:
    """An accept at the offer's end is late, a resume at its last second is in time."""
    made = router(Agent("ana"))
    made.submit(Contact("c", "asked"), at=0)
    events = made.advance(at=20)
    assert names(events) == ["offer_expired", "requeued", "presence"]
    made.abandon("c", at=30)
    assert names(made.resume("c", at=90)) == ["exclusion_ended", "resumed"]
    made.check()


def test_many_timers_at_one_instant_each_match_before_the_next() -> None:
    """Three wrap-ups end together: the first agent freed takes the first contact."""
    made = router(*(Agent(name) for name in "abc"))
    for name in "abc":
        made.submit(Contact(f"{name}0", "phone"), at=0)
    for name in "abc":
        made.complete(f"{name}0", at=10, wrap_up_seconds=5)
    for index in range(4):
        made.submit(Contact(f"w{index}", "phone"), at=11)
    assert shown(made.advance(at=15)) == [
        "wrap_up_ended a0 a@15",
        "assigned w0 a@15",
        "wrap_up_ended b0 b@15",
        "assigned w1 b@15",
        "wrap_up_ended c0 c@15",
        "assigned w2 c@15",
    ]


def test_next_timer_is_the_next_live_one() -> None:
    made = Router()
    assert made.next_timer is None
    made.submit(Contact("a", "fax", expire_seconds=5), at=0)
    made.submit(Contact("b", "fax", expire_seconds=9), at=0)
    assert made.next_timer == 5
    made.cancel("a", at=1)
    assert made.next_timer == 9
    assert made.statistics().timers == 1
