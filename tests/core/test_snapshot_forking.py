"""A fork goes on exactly like the original, and neither knows of the other."""

from __future__ import annotations

import random

import pytest

from core.insight.brute import Writer, of_both_kinds
from core.worlds import router
from omniqueue import Agent, AgentLoad, Channel, Contact, EnteringContact, Event, Router, Selection
from omniqueue.errors import ReentrantCallError
from oracle.side_by_side import fast_router, fast_step, steps_of


@of_both_kinds
@pytest.mark.parametrize("every", [1, 7, 25])
def test_a_fork_goes_on_event_by_event_like_the_original(every: int, write: Writer) -> None:
    for seed in range(6000, 6015):
        play = write(random.Random(seed), 60)
        made = fast_router(play)
        tried = made.fork()
        for index, step in enumerate(steps_of(play)):
            if index % every == 0:
                tried = made.fork()
                tried.check()
                assert tried.snapshot() == made.snapshot()
            assert fast_step(made, step) == fast_step(tried, step), (seed, index)
        assert tried.snapshot() == made.snapshot()
        assert tried.next_timer == made.next_timer


@of_both_kinds
def test_a_large_world_and_forks_of_forks(write: Writer) -> None:
    play = write(random.Random(8), 200, large=True)
    made = fast_router(play)
    tried = made.fork()
    for index, step in enumerate(steps_of(play)):
        assert fast_step(made, step) == fast_step(tried, step)
        if index % 60 == 0:
            tried = tried.fork()
    tried.check()


@of_both_kinds
def test_what_happens_in_one_stays_in_it(write: Writer) -> None:
    for seed in range(20):
        play = write(random.Random(seed), 60)
        steps = steps_of(play)
        made = fast_router(play)
        for step in steps[:40]:
            fast_step(made, step)
        before = made.snapshot()
        tried = made.fork()
        for step in steps[40:]:
            fast_step(tried, step)
        made.check()
        assert made.snapshot() == before


def late_first(contact: EnteringContact) -> float:
    return -contact.arrived_at


def by_name(load: AgentLoad) -> float:
    return float(load.id[1:]) if load.id[1:].isdigit() else 0.0


def test_policies_go_along_and_hooks_do_not() -> None:
    made = Router(order=late_first, selection=Selection(name="mine", turn=by_name))
    seen: list[Event] = []
    made.observe(seen.append)
    for number in (2, 1):
        made.add_agent(Agent(f"a{number}"), at=0)
    tried = made.fork()
    told = len(seen)
    events = tried.submit(Contact("c1", "fax"), at=1)
    assert [event.to_dict().get("agent") for event in events] == [None, "a1"]
    assert len(seen) == told
    assert tried.order == "late_first"
    assert type(tried) is Router


def test_forgetting_and_far_timers_go_along() -> None:
    made = router(forget_seconds=10, channels=[Channel("fax", wrap_up_seconds=1e308)])
    made.add_agent(Agent("ana"), at=0)
    made.submit(Contact("c1", "phone"), at=0)
    made.complete("c1", at=1)
    made.submit(Contact("c2", "fax"), at=2)
    made.complete("c2", at=3)
    tried = made.fork()
    tried.check()
    assert list(tried.contacts) == ["c1", "c2"]
    tried.advance(at=11)
    assert list(tried.contacts) == ["c2"]
    assert list(made.contacts) == ["c1", "c2"]


def test_no_fork_inside_an_observer() -> None:
    made = router(Agent("ana"))
    failed: list[Exception] = []

    def fork(event: Event) -> None:
        try:
            made.fork()
        except ReentrantCallError as error:
            failed.append(error)

    made.observe(fork)
    made.submit(Contact("c1", "fax"), at=1)
    assert len(failed) == 2
