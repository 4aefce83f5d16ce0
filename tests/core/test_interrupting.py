"""Work put aside for what may interrupt it, and taken up again; costs of an agent's own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.worlds import contact_in, names, refused, router, shown
from omniqueue import Agent, Channel, Contact, Router
from omniqueue.errors import (
    IllegalTransitionError,
    InvalidValueError,
    QueueFullError,
    UnknownChannelError,
)
from omniqueue.events import Interrupted

LETTER = Channel("letter", interrupted_by=["phone"])


def desk(*agents: Agent, **settings: Any) -> Router:
    """A router whose letters may be interrupted by calls."""
    return router(*agents, channels=[LETTER, *settings.pop("channels", ())], **settings)


def states(made: Router) -> dict[str, str]:
    return {view.id: view.state for view in made.contacts.values()}


def test_a_call_goes_first_and_the_letter_goes_on() -> None:
    made = desk(Agent("ana"))
    made.submit(Contact("mail", "letter"), at=0)
    made.submit(Contact("next", "letter"), at=1)
    assert shown(made.submit(Contact("call", "phone"), at=5)) == [
        "queued call@5",
        "interrupted mail ana@5",
        "assigned call ana@5",
    ]
    made.check()
    assert made.contacts["mail"].agent == "ana"
    assert made.agents["ana"].free == -1
    assert shown(made.complete("call", at=9)) == ["completed call ana@9", "continued mail ana@9"]
    assert names(made.complete("mail", at=12)) == ["completed", "assigned"]


def test_in_queue_order_what_fits_beside_is_kept_on() -> None:
    made = desk(Agent("ana", capacity=4), channels=[Channel("phone", cost=3)])
    for number in range(4):
        made.submit(Contact(f"l{number}", "letter"), at=number)
    events = made.submit(Contact("call", "phone"), at=9)
    assert [event.contact for event in events.of(Interrupted)] == ["l1", "l2", "l3"]
    assert states(made) == {
        "l0": "active",
        "l1": "interrupted",
        "l2": "interrupted",
        "l3": "interrupted",
        "call": "active",
    }
    assert shown(made.park("l0", at=10)) == ["parked l0 ana@10", "continued l1 ana@10"]
    made.check()


def test_who_need_not_interrupt_comes_first() -> None:
    made = desk(Agent("ana"), Agent("bob"))
    made.submit(Contact("mail", "letter"), at=0)
    made.submit(Contact("first", "phone"), at=1)
    made.complete("first", at=2)  # bob has been idle for no time at all
    made.submit(Contact("second", "phone"), at=2)
    assert made.contacts["second"].agent == "bob"
    made.submit(Contact("third", "phone"), at=3)
    assert states(made)["mail"] == "interrupted"


def test_an_offer_puts_aside_and_gives_back() -> None:
    made = desk(Agent("ana"), channels=[Channel("phone", offer_seconds=20, max_misses=2)])
    made.submit(Contact("mail", "letter"), at=0)
    assert names(made.submit(Contact("call", "phone"), at=5)) == [
        "queued",
        "interrupted",
        "offered",
    ]
    assert names(made.advance(at=25)) == ["offer_expired", "requeued", "continued"]
    made.check()
    assert made.contacts["mail"].state == "active"


def test_neither_offers_nor_wrap_ups_are_interrupted() -> None:
    asked = Channel("letter", offer_seconds=20, wrap_up_seconds=30, interrupted_by=["phone"])
    made = router(Agent("ana"), channels=[asked])
    made.submit(Contact("mail", "letter"), at=0)
    made.submit(Contact("call", "phone"), at=1)
    assert states(made) == {"mail": "offered", "call": "waiting"}
    assert names(made.accept("mail", "ana", at=2)) == ["assigned", "interrupted", "assigned"]
    made.complete("call", at=3)
    made.complete("mail", at=4)
    made.submit(Contact("late", "phone"), at=5)
    assert states(made)["late"] == "waiting"
    made.check()
    assert names(made.advance(at=34)) == ["wrap_up_ended", "assigned"]


def test_a_full_queue_lets_in_what_may_interrupt() -> None:
    made = desk(Agent("ana"), max_waiting=0)
    made.submit(Contact("mail", "letter"), at=0)
    refused(made, QueueFullError, lambda: made.submit(Contact("fax", "fax"), at=1))
    assert "assigned" in names(made.submit(Contact("call", "phone"), at=1))


def test_ended_while_interrupted() -> None:
    made = contact_in("interrupted")
    event = made.complete("c", at=3, wrap_up_seconds=60)[0]
    assert (event.to_dict()["agent"], event.to_dict()["wrap_up_seconds"]) == ("ana", 0.0)
    assert made.agents["ana"].free == 0
    made.check()
    made = contact_in("interrupted")
    error = refused(made, InvalidValueError, lambda: made.complete("c", at=3, wrap_up_seconds=-1))
    assert "wrap_up_seconds" in str(error)


def test_away_leaves_it_and_it_goes_on_there() -> None:
    made = contact_in("interrupted")
    made.set_presence("ana", "away", at=1)
    assert names(made.complete("call", at=2)) == ["completed", "continued"]
    assert names(made.set_presence("ana", "offline", at=3)) == [
        "presence",
        "requeued",
        "unservable",
    ]
    made.check()


def test_it_goes_on_alone_even_where_it_fits_no_more() -> None:
    made = contact_in("interrupted")
    made.update_agent("ana", capacity=0, at=1)
    assert names(made.complete("call", at=2)) == ["completed", "continued"]
    made.check()


def test_a_snapshot_and_a_fork_go_on_the_same() -> None:
    made = contact_in("interrupted")
    made.submit(Contact("next", "letter"), at=1)
    twins = [made.fork(), Router.restore(json.loads(json.dumps(made.snapshot())))]
    told = [event.to_dict() for event in made.complete("call", at=2)]
    for twin in twins:
        twin.check()
        assert [event.to_dict() for event in twin.complete("call", at=2)] == told


def test_own_costs_count_and_can_change() -> None:
    made = router(Agent("ana", capacity=4, costs={"chat": 3}), Agent("bob", capacity=4))
    for number in range(6):
        made.submit(Contact(f"c{number}", "chat"), at=number)
    held = [made.contacts[f"c{number}"].agent for number in range(6)]
    assert held == ["ana", "bob", "bob", "bob", "bob", None]
    assert names(made.update_agent("ana", costs={}, at=9)) == ["agent_updated", "assigned"]
    assert made.agents["ana"].free == 2
    made.check()


def test_what_cannot_be_said() -> None:
    for wrong in (["letter"], ["phone", "phone"], "phone", [3]):
        with pytest.raises(InvalidValueError):
            Channel("letter", interrupted_by=wrong)
    with pytest.raises(UnknownChannelError):
        Router(channels=[Channel("letter", interrupted_by=["pigeon"])])
    for costs in ({"chat": 0}, {"chat": 1.5}, ["chat"]):
        with pytest.raises(InvalidValueError):
            Agent("ana", costs=costs)
    made = router()
    refused(made, UnknownChannelError, lambda: made.add_agent(Agent("a", costs={"x": 1}), at=0))
    made = contact_in("interrupted")
    refused(made, IllegalTransitionError, lambda: made.abandon("c", at=1))
