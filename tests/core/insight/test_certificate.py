"""Certificates name who was passed over and why; off, there is nothing of them."""

from __future__ import annotations

import random
from typing import Any

import pytest

from core.worlds import router
from omniqueue import (
    Agent,
    Assigned,
    Contact,
    Event,
    InvalidValueError,
    Offered,
    PassedOver,
    ReentrantCallError,
    Router,
)
from omniqueue.core.insight.obstacles import CAUSES
from oracle.generate import random_play
from oracle.side_by_side import fast_router, fast_step, steps_of


def test_other_events_stay_the_same() -> None:
    for seed in range(80):
        play = random_play(random.Random(seed), 60)
        plain, certified = fast_router(play), fast_router(play)
        certified.certify(3)
        for step in steps_of(play):
            events, error = fast_step(certified, step)
            kept = [event for event in events if event["event"] != "passed_over"]
            assert (kept, error) == fast_step(plain, step)
            certified.check()
        assert plain.snapshot() == certified.snapshot()


def test_every_contact_given_by_matching_has_one_and_it_is_true() -> None:
    """Compared with what walking the queue finds, one command at a time."""
    found = passed = 0
    for seed in range(200, 270):
        play = random_play(random.Random(seed), 60)
        made = fast_router(play)
        made.certify(2)
        for step in steps_of(play):
            before = made.fork()
            events, _ = fast_step(made, step)
            for index, event in enumerate(events):
                given = event["event"] == "offered" or (
                    event["event"] == "assigned"
                    and not event["by_hand"]
                    and step["do"] != "accept"
                )
                if given:
                    certificate = events[index - 1]
                    assert certificate["event"] == "passed_over"
                    assert certificate["contact"] == event["contact"]
                    assert certificate["agent"] == event["agent"]
                    passed += check_certificate(certificate)
                    found += 1
            kinds = [event["event"] for event in events]
            if kinds[:1] == ["passed_over"] or kinds[1:2] == ["passed_over"]:
                compare(before, made, step, events)
    assert found > 300
    assert passed > 50


def check_certificate(certificate: dict[str, Any]) -> int:
    causes = certificate["causes"]
    assert sum(causes.values()) == certificate["contacts"]
    assert set(causes) <= set(CAUSES)
    assert len(certificate["first"]) == min(2, certificate["contacts"])
    return int(certificate["contacts"])


def compare(before: Router, after: Router, step: dict[str, Any], events: list[Any]) -> None:
    """The first contact given by a plain submit: who stood before it, and why."""
    if step["do"] != "submit" or [e["event"] for e in events[:2]] != ["queued", "passed_over"]:
        return
    certificate = events[1]
    if certificate["contact"] != step["contact"]["id"]:
        return
    before.advance(at=step["at"])
    given = after.contacts[certificate["contact"]]
    place = (given.rank, given.arrived_at, given.sequence)
    ahead = [v for v in before.queue if (v.rank, v.arrived_at, v.sequence) < place]
    assert certificate["contacts"] == len(ahead)
    causes: dict[str, int] = {}
    for view in ahead:
        told = before.explain(view.id, agents=True)
        [mine] = [each for each in told.agents if each.agent == certificate["agent"]]
        causes[mine.obstacles[0].cause] = causes.get(mine.obstacles[0].cause, 0) + 1
    assert certificate["causes"] == causes
    assert [name for name, _ in certificate["first"]] == [view.id for view in ahead[:2]]


def test_counts_and_names() -> None:
    made = router()
    made.certify(2)
    for number in range(3):
        made.submit(Contact(f"law-{number}", "phone", skills={"law": 1}), at=number)
    made.submit(Contact("call", "phone"), at=4)
    made.submit(Contact("fax", "fax"), at=5)
    events = made.add_agent(Agent("ana", channels=["fax"]), at=6)
    [certificate] = events.of(PassedOver)
    assert dict(certificate.causes) == {"channel": 4}
    assert certificate.first == (("law-0", "channel"), ("law-1", "channel"))
    assert certificate.contacts == 4
    names = [event.name for event in events]
    assert names == ["agent_added", "passed_over", "assigned"]
    events = made.add_agent(Agent("bob"), at=7)
    assert dict(events.of(PassedOver)[0].causes) == {"skill": 3}


def test_off_by_default_and_off_again() -> None:
    made = router(Agent("ana"), Agent("bob"))
    state = made._state
    plain = {name: channel.plain for name, channel in state.channels.items()}
    assert [e.name for e in made.submit(Contact("c0", "fax"), at=0)] == ["queued", "assigned"]
    made.certify(0)
    events = made.submit(Contact("c1", "fax"), at=1)
    assert [e.name for e in events] == ["queued", "passed_over", "assigned"]
    assert events.of(PassedOver)[0].first == ()
    made.certify(None)
    assert state.certifier is None
    assert type(state.preferring) is dict
    assert plain == {name: channel.plain for name, channel in state.channels.items()}
    assert not made.complete("c0", at=2).of(PassedOver)
    assert made.submit(Contact("c2", "asked"), at=3).of(Offered)


def test_a_fork_certifies_like_its_original_and_a_restored_router_does_not() -> None:
    made = router(Agent("ana"))
    made.certify(1)
    assert made.fork().submit(Contact("c", "fax"), at=1).of(PassedOver)
    again = Router.restore(made.snapshot())
    assert not again.submit(Contact("c", "fax"), at=1).of(PassedOver)


@pytest.mark.parametrize("ids", [-1, 1.5, True, "all", 1001])
def test_bad_numbers_are_refused(ids: Any) -> None:
    with pytest.raises(InvalidValueError):
        router().certify(ids)


def test_not_inside_an_observer() -> None:
    made = router(Agent("ana"))
    failed: list[Event] = []

    def certify(event: Event) -> None:
        try:
            made.certify()
        except ReentrantCallError:
            failed.append(event)

    made.observe(certify, Assigned)
    made.submit(Contact("c", "fax"), at=1)
    assert len(failed) == 1
