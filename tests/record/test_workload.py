"""Signed-in, busy and loaded time of agents."""

from __future__ import annotations

import random

import pytest

from omniqueue import Agent, Channel, Contact, Router
from omniqueue.record.workload import AgentTime, Workload
from oracle.generate_interrupting import interrupting_play
from oracle.side_by_side import fast_router, fast_step, steps_of

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
    assert times.answered == 1


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


def test_an_interrupted_contact_is_in_hand_and_uses_nothing_meanwhile() -> None:
    channels = [Channel("email", interrupted_by=["phone"]), Channel("phone", cost=2)]
    router, work = Router(channels=channels), Workload(channels)
    router.observe(lambda event: work.observe([event]))
    router.add_agent(Agent("ana", capacity=3, costs={"phone": 3, "fax": 3}), at=0)
    for name in ("m1", "m2"):
        router.submit(Contact(name, "email"), at=10)
    router.submit(Contact("call", "phone"), at=20)  # both are put aside
    router.complete("m1", at=30)
    router.update_agent("ana", costs={"phone": 2}, at=40)  # m2 fits beside the call again
    router.complete("call", at=50)
    router.complete("m2", at=60)
    ana = work.agents(at=60)["ana"]
    assert ana.busy_seconds == 50
    assert ana.load_seconds == pytest.approx((10 * 2 + 20 * 3 + 10 * 3 + 10 * 1) / 3)


@pytest.mark.parametrize("seed", range(60))
def test_times_agree_with_looking_at_every_instant(seed: int) -> None:
    """Random plays that interrupt: who is signed in, busy, and with how much, asked in between."""
    play = interrupting_play(random.Random(seed), 60)
    router = fast_router(play)
    work = Workload(router.channels.values())
    router.observe(lambda event: work.observe([event]))
    looked: dict[str, list[float]] = {}  # signed in, busy, loaded
    for step in steps_of(play):
        while router.next_timer is not None and router.next_timer < step["at"]:
            look(router, router.next_timer, looked)
            router.advance(at=router.next_timer)
        look(router, step["at"], looked)
        fast_step(router, step)
    for name, time in work.agents(at=router.now).items():
        times = [time.signed_in_seconds, time.busy_seconds, time.load_seconds]
        assert times == pytest.approx(looked.get(name, [0, 0, 0]))


def look(router: Router, until: float, looked: dict[str, list[float]]) -> None:
    """Add the time that is about to pass."""
    for agent in router.agents.values():
        seconds = until - router.now
        if seconds <= 0 or agent.presence == "offline":
            continue
        held = [router.contacts[name] for name in agent.contacts]
        going_on = [contact.channel for contact in held if contact.state != "interrupted"]
        used = sum(agent.costs.get(name, router.channels[name].cost) for name in going_on)
        times = looked.setdefault(agent.id, [0.0, 0.0, 0.0])
        times[0] += seconds
        times[1] += seconds if held else 0.0
        times[2] += seconds * used / max(agent.capacity, 1)
