"""Live statistics agree with the router's own counts, and with walking the queue."""

from __future__ import annotations

import random

import pytest

from omniqueue import Agent, Channel, Contact, Router
from omniqueue.record.live_statistics import LiveStatistics
from oracle.generate import random_play
from oracle.generate_interrupting import interrupting_play
from oracle.side_by_side import fast_router, fast_step, steps_of


@pytest.mark.parametrize("block", range(4))
def test_counts_agree_with_the_router_after_every_step(block: int) -> None:
    for seed in range(block * 20, block * 20 + 20):
        play = (interrupting_play if seed % 2 else random_play)(random.Random(seed), 60)
        made = fast_router(play)
        statistics = LiveStatistics(made.channels.values())
        made.observe(statistics.hear)
        for step in steps_of(play):
            fast_step(made, step)
            compare(made, statistics)


def compare(made: Router, statistics: LiveStatistics) -> None:
    summary = statistics.summary(at=made.now)
    counts = made.statistics()
    states = {state: number for state, number in counts.contacts.items() if number}
    assert {state: n for state, n in summary.states.items() if n} == states
    assert dict(summary.presences) == dict(counts.agents)
    lanes: dict[object, int] = {}
    for view in made.queue:
        lanes[view.channel, view.skills] = lanes.get((view.channel, view.skills), 0) + 1
    assert dict(summary.lanes) == lanes
    assert list(summary.lanes.values()) == sorted(lanes.values(), reverse=True)
    assert sum(channel.sums["arrived"] for channel in summary.channels) == len(made.contacts)
    oldest = min((view.arrived_at for view in made.queue), default=None)
    if oldest is None:
        assert summary.longest_waiting is summary.longest_waiting_seconds is None  # type: ignore[comparison-overlap]
    else:
        assert summary.longest_waiting_seconds == made.now - oldest


def desk() -> tuple[Router, LiveStatistics]:
    channels = [Channel("phone", target_seconds=20, resume_seconds=60)]
    router, statistics = Router(channels=channels), LiveStatistics(channels)
    router.observe(statistics.hear)
    return router, statistics


def test_waits_service_level_abandonment_and_occupancy() -> None:
    router, statistics = desk()
    router.add_agent(Agent("ana"), at=0)
    router.submit(Contact("c1", "phone"), at=0)  # at once
    router.submit(Contact("c2", "phone"), at=10)  # after 30: late
    router.submit(Contact("c3", "phone"), at=20)  # gives up after 25: late
    router.submit(Contact("c4", "phone"), at=30)  # gives up after 5: not counted
    router.abandon("c4", at=35)
    router.complete("c1", at=40)
    router.abandon("c3", at=45)
    router.complete("c2", at=50)
    [phone] = statistics.summary(at=100).channels
    assert (phone.value("arrived"), phone.value("answered")) == (4, 2)
    assert (phone.value("mean_wait"), phone.longest_wait) == (15.0, 30.0)
    assert phone.value("service_level") == 1 / 3
    assert phone.value("abandonment") == 0.5
    assert (phone.wait_buckets[5.0], phone.wait_buckets[30.0]) == (1, 2)
    assert statistics.summary(at=100).agents.value("occupancy") == 0.5


def level(statistics: LiveStatistics, at: float) -> float | None:
    return statistics.summary(at=at).channels[0].value("service_level")


def test_who_waits_too_long_counts_and_who_comes_back_does_no_more() -> None:
    router, statistics = desk()
    router.submit(Contact("c1", "phone"), at=0)
    assert level(statistics, 20) is None
    assert level(statistics, 21) == 0.0
    router.abandon("c1", at=30)
    assert level(statistics, 31) == 0.0
    router.resume("c1", at=40)
    router.add_agent(Agent("ana"), at=41)
    [phone] = statistics.summary(at=41).channels
    assert (level(statistics, 41), phone.longest_wait) == (0.0, 41.0)
    assert (phone.sums["abandoned"], phone.value("abandonment")) == (0, 0.0)


def test_who_is_cancelled_or_deferred_for_too_long_counts() -> None:
    router, statistics = desk()
    for name in ("c1", "c2", "c3"):
        router.submit(Contact(name, "phone"), at=0)
    router.defer("c3", at=1)
    router.cancel("c1", at=20)  # within the target: not counted
    router.cancel("c2", at=21)
    [phone] = statistics.summary(at=22).channels
    assert (phone.sums["counted"], phone.sums["cancelled"], phone.sums["open"]) == (2, 2, 1)


def test_memory_is_that_of_open_contacts() -> None:
    router, statistics = desk()
    router.add_agent(Agent("ana"), at=0)
    for number in range(2000):
        router.submit(Contact(f"c{number}", "phone"), at=number * 10)
        router.submit(Contact(f"d{number}", "phone"), at=number * 10)
        router.abandon(f"d{number}", at=number * 10 + 1)
        router.complete(f"c{number}", at=number * 10 + 2)
    assert len(statistics._lives) < 10
    assert len(statistics._oldest) < 200


def test_contacts_from_before_are_let_be() -> None:
    router = Router()
    router.add_agent(Agent("ana"), at=0)
    router.submit(Contact("c1", "phone"), at=0)
    statistics = LiveStatistics()
    router.observe(statistics.hear, "completed", "queued", "abandoned", "resumed", "expired")
    router.complete("c1", at=1)
    assert statistics.summary(at=1).states == {}
