"""Certificates name who was passed over and why; off, there is nothing of them."""

from __future__ import annotations

import pickle
import random
from typing import Any

import pytest

from core.insight.brute import Writer, at_the_time_of, brute_causes, of_both_kinds
from core.worlds import router
from omniqueue import Agent, Assigned, Contact, Event, Offered, Router
from omniqueue.core.insight.obstacles import OBSTACLES, OWN_ORDER
from omniqueue.errors import InvalidValueError, ReentrantCallError
from omniqueue.events import PassedOver
from oracle.run_play import make_router
from oracle.side_by_side import fast_router, fast_step, naive_step, steps_of


@of_both_kinds
def test_other_events_stay_the_same(write: Writer) -> None:
    for seed in range(80):
        play = write(random.Random(seed), 60)
        plain, certified = fast_router(play), fast_router(play)
        certified.certify(3)
        for step in steps_of(play):
            events, error = fast_step(certified, step)
            kept = [event for event in events if event["event"] != "passed_over"]
            assert (kept, error) == fast_step(plain, step)
            certified.check()
        assert plain.snapshot() == certified.snapshot()


@of_both_kinds
def test_every_contact_given_by_matching_has_one_and_it_is_true(write: Writer) -> None:
    """Compared with what walking the brute force's queue finds, one command at a time."""
    found = passed = compared = 0
    for seed in range(200, 270):
        play = write(random.Random(seed), 60)
        made, naive = fast_router(play), make_router(play)
        made.certify(2)
        for step in steps_of(play):
            before = at_the_time_of(naive, step)
            naive_step(naive, step)
            events, _ = fast_step(made, step)
            for index, event in enumerate(events):
                given = event["event"] == "offered" or (
                    event["event"] == "assigned"
                    and not event["by_hand"]
                    and step["do"] != "accept"
                )
                if given:
                    told = [e for e in events[:index] if e["event"] != "interrupted"]
                    certificate = told[-1]
                    assert certificate["event"] == "passed_over"
                    assert certificate["contact"] == event["contact"]
                    assert certificate["agent"] == event["agent"]
                    passed += check_certificate(certificate)
                    found += 1
            compared += compare(before, naive, step, events)
    assert found > 300
    assert passed > 50
    assert compared > 20


def check_certificate(certificate: dict[str, Any]) -> int:
    causes = certificate["causes"]
    assert sum(causes.values()) == certificate["contacts"]
    assert set(causes) <= {*OBSTACLES, OWN_ORDER}
    assert len(certificate["first"]) == min(2, certificate["contacts"])
    return int(certificate["contacts"])


def compare(before: Any, after: Any, step: dict[str, Any], events: list[Any]) -> int:
    """A contact given by its own submit: who stood before it, and why."""
    if step["do"] != "submit":
        return 0
    submitted = [e for e in events if e.get("contact") == step["contact"]["id"]]
    if [e["event"] for e in submitted[:2]] != ["queued", "passed_over"]:
        return 0
    certificate = submitted[1]
    new = next(c for c in after.contacts if c.id == certificate["contact"])
    agent = next(a for a in before.agents if a.id == certificate["agent"])
    ahead = [c for c in before.waiting_contacts() if after.queue_key(c) < after.queue_key(new)]
    firsts = [brute_causes(before, agent, other)[0] for other in ahead]
    assert certificate["contacts"] == len(ahead)
    assert certificate["causes"] == {cause: firsts.count(cause) for cause in firsts}
    assert list(certificate["causes"]) == sorted(set(firsts), key=OBSTACLES.index)
    named = [(other.id, cause) for other, cause in zip(ahead, firsts, strict=True)]
    assert [tuple(each) for each in certificate["first"]] == named[:2]
    return len(ahead)


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


def test_a_certificate_can_be_pickled_like_every_event() -> None:
    made = Router()
    made.certify()
    made.add_agent(Agent("ana", skills={"s": 1}), at=0, presence="away")
    made.submit(Contact("first", "fax", skills={"t": 1}), at=0)
    made.submit(Contact("second", "fax", skills={"s": 1}), at=1)
    [event] = made.set_presence("ana", "ready", at=2).of(PassedOver)
    assert event.causes == {"skill": 1}
    assert pickle.loads(pickle.dumps(event)) == event
