"""Holding times are those of the work: what is interrupted does not count meanwhile."""

from __future__ import annotations

from omniqueue import Agent, Channel, Contact, Router, Skills
from omniqueue.record.holding_times import HoldingTimes

NONE = Skills.of({})


def desk() -> tuple[Router, HoldingTimes]:
    """An agent with an e-mail since 0, which is put aside for a call at 10."""
    channels = [Channel("email", interrupted_by=["phone"], wrap_up_seconds=5)]
    router, times = Router(channels=channels), HoldingTimes()
    router.observe(times.hear)
    router.add_agent(Agent("ana"), at=0)
    router.submit(Contact("mail", "email"), at=0)
    router.submit(Contact("call", "phone"), at=10)
    return router, times


def test_time_interrupted_is_left_out() -> None:
    router, times = desk()
    router.complete("call", at=40)
    router.submit(Contact("again", "phone"), at=45)
    router.complete("again", at=60)
    router.complete("mail", at=80)
    router.advance(at=100)
    assert times.holding("phone", NONE) == (22.5, 1.0)
    assert times.holding("email", NONE) == (40.0, 1.0)  # 10 + 5 + 20, and 5 of wrap-up


def test_what_ends_while_it_is_interrupted_counts_up_to_then() -> None:
    for end in (Router.complete, Router.park, Router.transfer):
        router, times = desk()
        end(router, "mail", at=30)
        assert times.holding("email", NONE) == (10.0, 1.0)


def test_what_goes_back_to_the_queue_counts_not_at_all() -> None:
    router, times = desk()
    router.set_presence("ana", "offline", at=30)
    assert times.holding("email", NONE) is None
    router.set_presence("ana", "ready", at=50)  # the e-mail came first; the call interrupts it
    router.complete("call", at=60)
    router.complete("mail", at=70)
    router.advance(at=75)
    assert times.holding("phone", NONE) == (10.0, 1.0)
    assert times.holding("email", NONE) == (15.0, 1.0)
