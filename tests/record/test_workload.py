"""Signed-in, busy and loaded time of agents."""

from __future__ import annotations

import pytest

from omniqueue import Agent, Channel, Contact, Router
from omniqueue.record.workload import AgentTime, Workload

VIDEO = Channel("video", cost=2, offer_seconds=30, wrap_up_seconds=5)


def follow(*commands: tuple[str, tuple[object, ...], dict[str, object]]) -> dict[str, AgentTime]:
    router, work = Router(channels=[VIDEO]), Workload([VIDEO])
    for name, positional, named in commands:
        work.observe(getattr(router, name)(*positional, **named))
    return work.agents(at=100)


def test_time_with_work_is_busy_and_weighted_by_cost() -> None:
    times = follow(
        ("add_agent", (Agent("ana", capacity=4),), {"at": 0}),
        ("submit", (Contact("v", "video"),), {"at": 10}),  # offered: uses capacity from here
        ("accept", ("v", "ana"), {"at": 20}),
        ("complete", ("v",), {"at": 35}),  # wrap-up to 40
        ("advance", (), {"at": 60}),
    )["ana"]
    assert times.signed_in_seconds == 100
    assert times.busy_seconds == 30
    assert times.load_seconds == 15
    assert times.taken == 1


def test_nobody_is_signed_in_while_offline() -> None:
    times = follow(
        ("add_agent", (Agent("ana"),), {"at": 0, "presence": "offline"}),
        ("set_presence", ("ana", "ready"), {"at": 10}),
        ("submit", (Contact("c", "phone"),), {"at": 20}),
        ("set_presence", ("ana", "away"), {"at": 30}),
        ("set_presence", ("ana", "offline"), {"at": 50}),
    )["ana"]
    assert (times.signed_in_seconds, times.busy_seconds) == (40, 30)


def test_a_removed_agent_and_a_changed_capacity_count_on() -> None:
    times = follow(
        ("add_agent", (Agent("ana", capacity=1),), {"at": 0}),
        ("submit", (Contact("c", "phone"),), {"at": 0}),
        ("update_agent", ("ana",), {"at": 10, "capacity": 4}),
        ("remove_agent", ("ana",), {"at": 20}),
        ("add_agent", (Agent("ana"),), {"at": 90}),
    )["ana"]
    assert times.signed_in_seconds == 30
    assert times.busy_seconds == 30  # the contact went back to the queue, and to her again
    assert times.load_seconds == pytest.approx(10 + 10 / 4 + 10)
