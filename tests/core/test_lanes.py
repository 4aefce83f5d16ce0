"""Lanes: each waiting contact stands in one place, the queue is one, empty lanes are retired."""

from __future__ import annotations

import random

from core.worlds import names, router
from omniqueue import Agent, Assigned, Channel, Contact, Preference, Router
from omniqueue.core import lanes
from omniqueue.core.rows import EARLY, IN_LINE, NOWHERE, SOLO, WITH_AGENT


def where(made: Router, name: str) -> int:
    return made._state.contacts[name].where


def test_where_contacts_stand() -> None:
    """In line by arrival; early when back; alone when somebody is excluded; with their agent."""
    made = router(Agent("ana"), Agent("bob", skills={"s": 1}))
    made.submit(Contact("o", "asked", skills={"s": 1}), at=0)
    made.submit(Contact("a", "phone"), at=0)
    made.submit(Contact("w", "phone"), at=1)
    assert where(made, "w") == IN_LINE
    assert where(made, "a") == where(made, "o") == NOWHERE
    made.defer("w", at=2)
    assert where(made, "w") == NOWHERE
    made.release("w", at=3)
    assert where(made, "w") == EARLY
    wish = Contact("p", "asked", prefer=Preference("ana", 50))
    made.submit(wish, at=4)
    assert where(made, "p") == WITH_AGENT
    made.decline("o", "bob", at=5)
    assert where(made, "o") == SOLO
    assert made.contacts["w"].state == "active"
    made.check()


def test_a_contact_that_arrived_before_others_goes_before_them() -> None:
    """`arrived_at` in the past, whatever the order of submission."""
    made = Router()
    rng = random.Random(2)
    arrivals = []
    for index in range(200):
        arrived = float(rng.randrange(0, 50))
        arrivals.append((arrived, index))
        made.submit(Contact(f"c{index}", "fax", arrived_at=arrived), at=100)
        if index % 20 == 0:
            made.check()
    expected = [f"c{index}" for _, index in sorted(arrivals)]
    assert [contact.id for contact in made.queue] == expected
    made.add_agent(Agent("ana", capacity=200), at=200)
    assert list(made.agents["ana"].contacts) == expected


def test_one_queue_over_all_requirements() -> None:
    """An agent takes from hundreds of lanes in the one order of arrival."""
    made = Router()
    rng = random.Random(4)
    for index in range(600):
        channel = rng.choice(("phone", "email", "fax", "chat"))
        skills = {f"s{rng.randrange(80)}": 1}
        made.submit(Contact(f"c{index}", channel, skills=skills), at=index)
    assert made.statistics().heads == 0  # nobody serves them: all stand aside
    everything = {f"s{n}": 1 for n in range(80)}
    made.add_agent(Agent("ana", skills=everything, capacity=600), at=600)
    assert list(made.agents["ana"].contacts) == [f"c{index}" for index in range(600)]
    made.check()


def test_lanes_nobody_present_serves_stand_aside_and_come_back() -> None:
    made = router(Agent("ana", skills={"s": 1}))
    made.submit(Contact("a", "phone"), at=0)
    made.submit(Contact("b", "phone", skills={"s": 1}), at=0)
    made.submit(Contact("c", "phone", skills={"t": 1}), at=0)
    assert made.statistics().heads == 1
    made.set_presence("ana", "away", at=1)
    assert made.statistics().heads == 0
    made.check()
    made.set_presence("ana", "ready", at=2)
    assert made.statistics().heads == 1
    made.add_agent(Agent("tom", skills={"t": 1}, capacity=0), at=3)
    assert made.statistics().heads == 1
    assert "assigned" in names(made.update_agent("tom", at=4, capacity=1))
    made.remove_agent("ana", at=5)
    made.check()


def test_retired_lanes_come_back_for_contacts_that_still_need_them() -> None:
    """Deferred, parked, active and abandoned contacts outlive the lane they came from."""
    made = router(Agent("ana", skills={"s": 1, "t": 1}, capacity=2))
    kinds = ("deferred", "parked", "active", "abandoned")
    for index, kind in enumerate(kinds):
        later = 1e6 if kind == "deferred" else None
        needs = {"s" if kind != "abandoned" else "nobody": 1}
        made.submit(Contact(kind, "fax", skills=needs, not_before=later), at=index)
    made.park("parked", at=9)
    made.abandon("abandoned", at=9)
    kept = {made._state.contacts[kind].lane for kind in kinds}
    for index in range(lanes._SPARE_LANES + 50):
        made.submit(Contact(f"m{index}", "fax", skills={f"x{index}": 1}), at=10)
        made.cancel(f"m{index}", at=10)
    assert all(lane.retired for lane in kept)
    made.check()
    made.transfer("active", at=11)
    made.release("deferred", at=12)
    made.reopen("parked", at=13, prefer=Preference("ana", 5))
    made.resume("abandoned", at=14)
    made.check()
    assert made.contacts["deferred"].agent == made.contacts["parked"].agent == "ana"
    assert [contact.id for contact in made.queue] == ["active", "abandoned"]


def test_a_line_with_dead_places_stays_in_order() -> None:
    made = Router()
    rng = random.Random(8)
    alive = []
    for index in range(300):
        made.submit(Contact(f"c{index}", "fax"), at=index)
        alive.append(f"c{index}")
        if rng.random() < 0.6:
            gone = alive.pop(rng.randrange(len(alive)))
            if rng.random() < 0.5:
                made.cancel(gone, at=index)
            else:
                made.defer(gone, at=index)
                made.release(gone, at=index)
                alive.append(gone)
        made.check()
    alive.sort(key=lambda name: int(name[1:]))
    assert [contact.id for contact in made.queue] == alive
    made.add_agent(Agent("ana", capacity=500), at=999)
    assert list(made.agents["ana"].contacts) == alive


def test_agents_with_little_room_mark_the_heads_of_their_channels() -> None:
    """Many old calls that need a whole agent; chats go past them, and all stay in step."""
    large, small = Channel("phone", cost=3), Channel("chat")
    made = router(Agent("ana", capacity=4, skills={"s": 99}), channels=[large, small])
    # One of the same kind, who keeps what is known of it while ana changes.
    made.add_agent(Agent("bob", capacity=4, skills={"s": 99}), at=0, presence="away")
    made.submit(Contact("first", "phone", skills={"s": 1}), at=0)
    for level in range(1, 31):
        made.submit(Contact(f"p{level}", "phone", skills={"s": level}), at=1)
    for level in range(1, 31):
        made.submit(Contact(f"c{level}", "chat", skills={"s": level}), at=2)
    given = []
    for level in range(1, 31):
        given.append([taken.contact for taken in made.complete(f"c{level}", at=3).of(Assigned)])
        made.check()
    assert given == [*([f"c{level}"] for level in range(2, 31)), []]
    [room] = made._state.roster.marked
    assert made._state.heads
    assert room.marks == bytearray(len(made._state.heads))
    made.update_agent("ana", capacity=7, at=4)  # another room, which walks all heads
    assert made.contacts["p1"].state == "active"
    made.set_presence("ana", "away", at=5)
    assert room.marks == bytearray()
    made.check()
    made.set_presence("ana", "ready", at=6)
    made.check()
