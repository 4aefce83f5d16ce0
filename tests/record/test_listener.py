"""Listeners that start late know what is under way; none of them grows with what is over."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from omniqueue import Agent, Channel, Contact, Preference, Router
from omniqueue.record import HoldingTimes, LiveStatistics
from omniqueue.record.ledger import OUTCOMES, Ledger
from omniqueue.record.listener import EventListener
from omniqueue.record.live_statistics import LiveSummary
from omniqueue.record.lives import Lives
from omniqueue.record.workload import Workload
from oracle.generate import random_play
from oracle.generate_interrupting import interrupting_play
from oracle.generate_second_edition import second_edition_play
from oracle.side_by_side import fast_router, fast_step, steps_of

PLAYS = (random_play, interrupting_play, second_edition_play)
OPEN = ("waiting", "deferred", "offered", "active", "interrupted", "wrap_up", "parked")


def now_of(summary: LiveSummary) -> dict[str, object]:
    """What a summary says of the instant, whenever it started."""
    return {
        "states": {name: summary.states.get(name, 0) for name in OPEN},
        "lanes": {lane: number for lane, number in summary.lanes.items() if number},
        "presences": dict(summary.presences),
        "longest": summary.longest_waiting_seconds,
    }


def since(later: Mapping[str, float], before: Mapping[str, float]) -> dict[str, float]:
    return {name: later[name] - before[name] for name in later}


@pytest.mark.parametrize("seed", range(30))
def test_statistics_that_start_late_say_what_those_from_the_start_say(seed: int) -> None:
    chance = random.Random(seed)
    play = PLAYS[seed % 3](chance, 60)
    steps = steps_of(play)
    made = fast_router(play)
    whole = LiveStatistics(made.channels.values())
    made.observe(whole.hear)
    cut = chance.randrange(len(steps))
    for step in steps[:cut]:
        fast_step(made, step)
    made = Router.restore(made.snapshot())
    if made.now == -float("inf"):
        return
    late = LiveStatistics.of(made)
    made.observe(whole.hear)
    made.observe(late.hear)
    before = whole.summary(at=made.now).agents.sums
    assert now_of(late.summary(at=made.now)) == now_of(whole.summary(at=made.now))
    for step in steps[cut:]:
        events, _ = fast_step(made, step)
        assert "observer_failed" not in {event["event"] for event in events}
        assert now_of(late.summary(at=made.now)) == now_of(whole.summary(at=made.now))
    agents = late.summary(at=made.now).agents.sums
    assert agents == pytest.approx(since(whole.summary(at=made.now).agents.sums, before))


def test_one_who_comes_back_is_open_again_and_not_abandoned() -> None:
    made = Router()
    made.submit(Contact("c", "phone"), at=0)
    made.submit(Contact("d", "phone"), at=0)
    made.abandon("c", at=5)
    made.abandon("d", at=6)
    late = LiveStatistics.of(made)
    made.observe(late.hear)
    made.resume("c", at=7)
    [phone] = late.summary(at=8).channels
    assert (phone.sums["abandoned"], phone.sums["open"]) == (1, 1)
    assert (phone.states["abandoned"], phone.states["waiting"]) == (1, 1)


def test_ended_contacts_and_those_who_cannot_come_back_are_left_out() -> None:
    made = Router(channels=[Channel("chat", resume_seconds=1)])
    for name in ("gone", "over", "open"):
        made.submit(Contact(name, "chat"), at=0)
    made.abandon("gone", at=1)
    made.cancel("over", at=2)
    made.advance(at=9)
    late = LiveStatistics.of(made).summary(at=9)
    assert dict(late.states) == {"waiting": 1}
    lives = Lives()  # resume times not known: whoever abandoned may come back
    lives.begin(made)
    assert {life.id for life in lives} == {"gone", "open"}


def test_work_in_hand_at_the_start_is_not_measured() -> None:
    made = Router()
    made.add_agent(Agent("ana"), at=0)
    made.submit(Contact("c", "phone"), at=0)
    made.submit(Contact("d", "phone"), at=0)
    late = HoldingTimes.of(made)
    made.observe(late.hear)
    made.complete("c", at=1000)
    assert late.holding("phone", Contact("c", "phone").skills) is None
    made.complete("d", at=1030)
    assert late.holding("phone", Contact("c", "phone").skills) == (30.0, 1.0)


def test_a_late_ledger_has_the_open_contacts_and_what_becomes_of_them() -> None:
    made = Router(channels=[Channel("chat", wrap_up_seconds=9)])
    made.add_agent(Agent("ana"), at=0)
    for name in ("w", "a", "c", "q"):
        made.submit(Contact(name, "chat"), at=1)
    made.complete("w", at=2)
    made.abandon("c", at=3)
    made.advance(at=11)
    made.complete("a", at=12)
    ledger = Ledger.of(made)
    made.observe(ledger.hear)
    made.complete("q", at=40)
    assert ledger.ids == ["a", "c", "q"]
    assert [OUTCOMES[each] for each in ledger.outcomes] == ["completed", "abandoned", "completed"]
    assert ledger.assigned_at[0] == 11
    assert ledger.agents == ["ana", None, "ana"]


def test_agents_who_were_there_before_anybody_listened_do_no_harm() -> None:
    made = Router()
    made.add_agent(Agent("ana", capacity=2), at=0)
    late = LiveStatistics()
    made.observe(late.hear)
    told = [*made.submit(Contact("c", "phone"), at=1), *made.complete("c", at=2)]
    told += [*made.update_agent("ana", at=3, capacity=1), *made.set_presence("ana", "away", at=4)]
    told += made.remove_agent("ana", at=5)
    assert "observer_failed" not in {event.name for event in told}
    assert late.summary(at=6).states["completed"] == 1


# ------------------------------------------------------------ memory


def size_of(value: Any, seen: set[int]) -> int:
    """How many items all containers hold that can be reached from a listener."""
    if id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, dict):
        parts = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set):
        parts = list(value)
    else:
        slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
        named = [getattr(value, name) for name in slots if hasattr(value, name)]
        parts = [*named, *getattr(value, "__dict__", {}).values()]
        if callable(value) or isinstance(value, type):
            return 0
    return len(parts) + sum(size_of(part, seen) for part in parts)


@pytest.mark.parametrize("kind", [LiveStatistics, Workload, HoldingTimes, Lives])
def test_memory_is_for_what_is_open(kind: type[EventListener]) -> None:
    listener = kind(()) if kind is Lives else kind()
    made = Router(
        channels=[Channel("phone", offer_seconds=20, wrap_up_seconds=5, resume_seconds=30)],
        forget_seconds=10,
    )
    made.observe(listener.hear)
    made.add_agent(Agent("ana"), at=0)
    made.add_agent(Agent("bo", skills={"s": 1}), at=0)
    for number in range(6000):
        at = number * 60.0
        name = f"c{number}"
        prefer = Preference("bo", 5)
        made.submit(Contact(name, "phone", skills={"s": 1}, prefer=prefer), at=at)
        if number % 5 == 1:
            made.abandon(name, at=at + 1)
            if number % 10 == 1:
                made.resume(name, at=at + 2)
                made.cancel(name, at=at + 3)
        elif number % 5 == 2:
            made.decline(name, "bo", at=at + 1)
            made.cancel(name, at=at + 2)
        else:
            made.accept(name, "bo", at=at + 4)
            if number % 5 == 3:
                made.transfer(name, skills={}, at=at + 5)
                made.accept(name, "ana", at=at + 6)
                made.park(name, at=at + 7)
            made.complete(name, at=at + 9)
    # Up to 64 places of those who wait no more; one item kept of each contact would be 6,000.
    assert size_of(listener, set()) < 1_500
