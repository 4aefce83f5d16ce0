"""What the engine costs, counted in executed lines and bytes, never in time."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import pytest

from core.worlds import router
from omniqueue import Agent, Channel, Contact, Router
from omniqueue.core.rows import ContactRow


def lines(command: Callable[[], object]) -> int:
    """How many lines of omniqueue run for it."""
    count = 0

    def within(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return within

    def entering(frame: FrameType, event: str, argument: Any) -> Any:
        return within if "omniqueue" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(entering)
    try:
        command()
    finally:
        sys.settrace(before)
    return count


def turnover(made: Router, at: float) -> int:
    """Lines for five contacts, each submitted and completed."""

    def run() -> None:
        for index in range(5):
            made.submit(Contact(f"{at}-{index}", "phone"), at=at)
            made.complete(f"{at}-{index}", at=at)

    run()  # whatever is worked out once, and kept
    at += 1000
    return lines(run)


def with_ana(**settings: Any) -> Router:
    made = router(Agent("ana"), **settings)
    made.submit(Contact("warm", "phone"), at=0)
    made.complete("warm", at=0)
    return made


def test_waiting_contacts_that_nobody_present_serves_cost_nothing() -> None:
    """10,000 of one requirement, and 10,000 of 10,000 requirements."""
    alone = turnover(with_ana(), 1)
    one, many = with_ana(), with_ana()
    many.add_agent(Agent("away", skills={"law": 3}), at=0, presence="away")
    for index in range(10_000):
        one.submit(Contact(f"w{index}", "fax", skills={"law": 1}), at=0)
        needs = {"law": 1 + index % 3, f"s{index}": 1}
        many.submit(Contact(f"w{index}", "fax", skills=needs), at=0)
    assert turnover(one, 1) == alone
    assert turnover(many, 1) == alone
    assert len(many.queue) == len(one.queue) == 10_000


@pytest.mark.parametrize("selection", ["longest-idle", "least-loaded", "closest-fit"])
def test_full_agents_are_never_looked_at(selection: str) -> None:
    """1,000 at work: the same lines."""
    alone = turnover(with_ana(selection=selection), 1)
    made = with_ana(selection=selection)
    for index in range(1000):
        made.add_agent(Agent(f"a{index}", channels=["fax"]), at=0)
        made.submit(Contact(f"b{index}", "fax"), at=0)
        made.update_agent(f"a{index}", at=0, channels=None)
    assert made.statistics().contacts["active"] == 1000
    assert turnover(made, 1) == alone


def test_a_backlog_costs_the_same_however_long() -> None:
    """Complete, and take the next: as many lines at 10,000 waiting as at 100."""
    found = []
    for size in (100, 10_000):
        made = with_ana()
        for index in range(size):
            made.submit(Contact(f"c{index}", "phone"), at=0)
        for index in range(3):
            made.complete(f"c{index}", at=1)
        found.append(lines(partial(made.complete, "c3", at=1.0)))
    assert found[0] == found[1]


def test_bytes_of_a_waiting_contact() -> None:
    """Under 1,000 each at 100,000, its id and the Contact included."""
    count = 100_000
    gc.collect()
    tracemalloc.start()
    try:
        made = Router()
        before = tracemalloc.get_traced_memory()[0]
        for index in range(count):
            made.submit(Contact(f"contact-{index}", "phone"), at=float(index))
        gc.collect()
        each = (tracemalloc.get_traced_memory()[0] - before) / count
    finally:
        tracemalloc.stop()
    assert len(made.queue) == count
    assert each < 1000, each


def test_dead_timers_are_pruned() -> None:
    """Expiries of contacts long answered do not pile up."""
    made = with_ana()
    for index in range(5000):
        made.submit(Contact(f"c{index}", "phone", expire_seconds=1e6), at=index)
        made.complete(f"c{index}", at=index)
    assert len(made._state.timers.heap) < 300
    made.check()


def test_requirements_without_end_are_not_kept() -> None:
    """20,000 minted, none waiting: the lanes stay bounded."""
    made = router(Agent("ana", skills={"s": 1_000_000}))
    for index in range(20_000):
        made.submit(Contact(f"c{index}", "phone", skills={"s": index + 1}), at=index)
        made.complete(f"c{index}", at=index)
    assert made.statistics().lanes <= 1100
    made.check()


def test_dead_places_in_lines_are_pruned() -> None:
    """Contacts that leave the middle, the solo list and the early heap."""
    made = router()
    made.submit(Contact("first", "phone"), at=0)
    for index in range(5000):
        made.submit(Contact(f"c{index}", "phone"), at=index + 1)
        made.cancel(f"c{index}", at=index + 1)
    made.submit(Contact("b", "phone"), at=6000)
    for index in range(5000):
        made.defer("b", at=6000 + index)
        made.release("b", at=6000 + index)
    [lane] = made._state.channels["phone"].lanes.values()
    assert len(lane.line) < 200
    assert len(lane.early) < 200
    made.check()


def test_seats_of_agents_that_come_and_go_are_pruned() -> None:
    made = router(Agent("first"), Agent("ana"))
    for index in range(3000):
        made.set_presence("ana", "away", at=index)
        made.set_presence("ana", "ready", at=index)
    shape = made._state.roster.agents["ana"].shape
    assert shape is not None
    assert len(shape.heap) < 200
    made.check()


def rows_alive() -> int:
    gc.collect()
    return sum(type(thing) is ContactRow for thing in gc.get_objects())


def test_contacts_that_were_never_overdue_leave_nothing_behind() -> None:
    """A long `reserve_seconds` keeps no answered contact in memory."""
    before = rows_alive()
    channel = Channel("phone", reserve_seconds=86_400)
    made = router(Agent("ana"), channels=[channel], forget_seconds=0)
    for index in range(2000):
        made.submit(Contact(f"c{index}", "phone"), at=index)
        made.complete(f"c{index}", at=index)
    assert rows_alive() - before < 300
    assert len(made._state.overdue_later) < 300


def test_a_contact_offered_again_and_again_leaves_nothing_behind() -> None:
    channel = Channel(
        "chat", offer_seconds=1, retry_seconds=0, reserve_seconds=86_400, max_misses=10**6
    )
    made = router(Agent("ana"), channels=[channel])
    made.submit(Contact("c", "chat"), at=0)
    made.advance(at=2000)
    assert len(made._state.overdue_later) < 300
    assert len(made._state.timers.heap) < 300


def test_sets_of_channels_with_room_are_not_kept_for_ever() -> None:
    """Agents with many limited channels pass through thousands of sets; few are open at once."""
    made = Router(channels=[Channel(f"ch{n}") for n in range(10)])
    for index in range(4):
        limits = {f"ch{n}": 1 for n in range(10)}
        made.add_agent(Agent(f"a{index}", capacity=10, limits=limits), at=0)
    held: list[str] = []
    for index in range(6000):
        name = f"c{index}"
        made.submit(Contact(name, f"ch{(index * 7 + index // 11) % 10}"), at=index)
        held.append(name)
        if len(held) > 20:
            leaving = held.pop((index * 13) % 20)
            if made.contacts[leaving].state == "active":
                made.complete(leaving, at=index)
            else:
                made.cancel(leaving, at=index)
    rooms = len(made._state.roster.rooms)
    assert rooms < 100, rooms


def test_signing_off_costs_lines_in_proportion_to_the_work_held() -> None:
    found = []
    for size in (100, 200):
        made = router(Agent("ana", capacity=2 * size))
        for index in range(2 * size):
            made.submit(Contact(f"c{index}", "phone"), at=0)
        for index in range(size):
            made.complete(f"c{index}", at=0, wrap_up_seconds=None)
        made.add_agent(Agent("bob", capacity=size), at=0)
        found.append(lines(partial(made.set_presence, "ana", "offline", at=1)))
    assert found[1] < 2.6 * found[0], found
