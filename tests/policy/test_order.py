"""Order policies through the router: asked at the door, and a failure changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import inf, nan

import pytest
from hypothesis import given, settings, strategies as st

from omniqueue import (  # fmt: skip
    Agent,
    Assigned,
    Channel,
    Contact,
    EnteringContact,
    OmniqueueError,
    Router,
    Skills,
)
from omniqueue.errors import PolicyError, SnapshotError

QUICK = settings(max_examples=50, deadline=None, database=None, derandomize=True)


async def coroutine(contact: EnteringContact) -> float:
    return 0


def failing(contact: EnteringContact) -> float:
    raise KeyError(contact.attributes)


def setting(contact: EnteringContact) -> float:
    contact.priority = 1  # type: ignore[misc]
    return 0


def answer(value: object) -> Callable[[EnteringContact], object]:
    return lambda contact: value


BAD = [failing, setting, coroutine, *map(answer, (nan, -inf, None, [1], "1", True, (), (1, "x")))]


class Switch:
    """A policy that does as another one says once `bad` is set."""

    __name__ = "switch"

    def __init__(self, bad: Callable[..., object]) -> None:
        self.bad: Callable[..., object] | None = None
        self.then = bad

    def __call__(self, contact: EnteringContact) -> object:
        return contact.arrived_at if self.bad is None else self.bad(contact)


def desk(order: object) -> Router:
    """A router with a contact in every state that asks the order again, and timers due at 5."""
    router = Router(
        order=order,  # type: ignore[arg-type]
        channels=[Channel("chat", offer_seconds=5), Channel("fax", reserve_seconds=5)],
    )
    router.add_agent(Agent("ana"), at=0)
    router.add_agent(Agent("bo", channels=("chat",)), at=0)
    router.submit(Contact("active", "phone"), at=0)
    router.submit(Contact("offered", "chat"), at=1)
    router.submit(Contact("waiting", "fax", expire_seconds=60), at=2)
    router.submit(Contact("deferred", "email", not_before=50), at=2)
    return router


COMMANDS: dict[str, Callable[[Router], object]] = {
    "submit": lambda router: router.submit(
        Contact("new", "phone", attributes={"card": "4711"}), at=7
    ),
    "update": lambda router: router.update("waiting", at=7, priority=5, skills={"fr": 1}),
    "update deferred": lambda router: router.update("deferred", at=7, priority=5),
    "transfer": lambda router: router.transfer("active", at=7, keep_place=False),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_a_failure_at_the_door_changes_nothing(bad: Callable[..., object], command: str) -> None:
    policy = Switch(bad)
    router, twin = desk(policy), desk(policy)
    policy.bad = bad
    with pytest.raises(PolicyError) as caught:
        COMMANDS[command](router)
    policy.bad = None
    assert "switch" in caught.value.field
    assert "4711" not in str(caught.value)
    missed = twin.advance(at=7)
    assert caught.value.events == missed
    assert router.snapshot() == twin.snapshot()
    router.check()
    # The id is free and the command works; what the timers did on the way has been told.
    assert COMMANDS[command](router) == COMMANDS[command](twin)
    assert router.snapshot() == twin.snapshot()


def test_a_policy_that_calls_the_router_is_refused() -> None:
    routers: list[Router] = []
    calls: list[Callable[[Router], object]] = [
        lambda router: router.submit(Contact("x", "fax"), at=7),
        lambda router: router.submit(Contact("x", "fax"), at=7.0),
        lambda router: router.submit(Contact("x", "fax"), at=inf),
        lambda router: router.complete("active", at=7.0),
        lambda router: router.complete("active", at=inf),
        lambda router: router.advance(at=7.0),
        lambda router: router.advance(at="x"),  # type: ignore[arg-type]
        lambda router: router.set_presence("ana", "away", at=7),
        lambda router: router.add_agent(Agent("cy"), at=7),
    ]
    caught: list[OmniqueueError] = []
    for call in calls:
        policy = Switch(lambda contact, call=call: call(routers[-1]) or 0)
        router, twin = desk(policy), desk(policy)
        routers.append(router)
        policy.bad = policy.then
        with pytest.raises(PolicyError, match="ReentrantCallError") as found:
            router.submit(Contact("new", "phone"), at=7)
        caught.append(found.value)
        policy.bad = None
        twin.advance(at=7)
        assert router.snapshot() == twin.snapshot()
        router.check()
        assert router.submit(Contact("new", "phone"), at=8)
    assert len(caught) == len(calls)


def test_a_policy_may_look_at_the_router() -> None:
    seen: list[tuple[float, int]] = []

    def order(contact: EnteringContact) -> float:
        if contact.id != "probe":
            seen.append((router.now, len(router.queue)))
        return 0

    router = Router(order=order)
    router.submit(Contact("a", "fax"), at=3)
    router.submit(Contact("b", "fax"), at=4)
    assert seen == [(3.0, 0), (4.0, 1)]


def test_a_policy_that_swallows_the_refusal_still_changed_nothing() -> None:
    def swallowing(contact: EnteringContact) -> float:
        if contact.id != "probe":
            try:
                router.advance(at=99)
            except OmniqueueError:
                return 1
        return 0

    router = Router(order=swallowing)
    router.submit(Contact("a", "fax"), at=3)
    assert (router.now, len(router.queue)) == (3.0, 1)


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_a_policy_is_tried_when_the_router_is_made(bad: Callable[..., object]) -> None:
    with pytest.raises(PolicyError, match="order policy"):
        Router(order=bad)  # type: ignore[arg-type]


def test_a_policy_that_changes_attributes_is_refused() -> None:
    def top(contact: EnteringContact) -> float:
        if contact.attributes:
            contact.attributes["seen"] = 1  # type: ignore[index]
        return 0

    def below(contact: EnteringContact) -> float:
        if contact.attributes:
            contact.attributes["calls"].append(4)  # type: ignore[union-attr]
        return 0

    for policy in (top, below):
        router = Router(order=policy)
        contact = Contact("c1", "fax", attributes={"calls": [1, {"a": 2}]})
        with pytest.raises(PolicyError, match=policy.__name__):
            router.submit(contact, at=0)
        assert contact.attributes == {"calls": [1, {"a": 2}]}
        assert not router.contacts


def test_what_a_policy_sees() -> None:
    seen: list[EnteringContact] = []
    router = Router(order=lambda contact: seen.append(contact) or 0,  # type: ignore[func-returns-value, redundant-expr]
                    channels=[Channel("sms", target_seconds=20)])  # fmt: skip
    seen.clear()
    said = {"tier": "gold"}
    router.submit(
        Contact("a", "sms", skills={"fr": 1}, priority=2, arrived_at=-5, customer="x",
                attributes=said),
        at=3,
    )  # fmt: skip
    router.submit(Contact("b", "fax"), at=4)
    router.update("a", at=5, priority=3, skills={})
    fr = Skills.of({"fr": 1})
    assert seen[0] == EnteringContact("a", "sms", fr, 2, -5.0, 20.0, "x", said)
    assert seen[1] == EnteringContact("b", "fax", Skills.of({}), 0, 4.0, inf)
    assert (seen[2].priority, dict(seen[2].skills), seen[2].arrived_at) == (3, {}, -5.0)


def test_a_policy_is_asked_once_for_each_entry() -> None:
    asked: list[str] = []
    router = Router(order=lambda contact: asked.append(contact.id) or 0)  # type: ignore[func-returns-value, redundant-expr]
    asked.clear()
    router.add_agent(Agent("ana"), at=0)
    for number in range(9):
        router.submit(Contact(f"c{number}", "fax"), at=number)
    assert asked == [f"c{number}" for number in range(9)]
    for number in range(9):
        router.complete(f"c{number}", at=10)
    assert len(asked) == 9


RANKS = st.one_of(
    st.integers(-(2**1022), 2**1022),
    st.floats(allow_nan=False, min_value=-1e308),
    st.tuples(st.integers(-2, 2), st.floats(allow_nan=False, min_value=-1e308)),
)


@QUICK
@given(st.lists(RANKS, min_size=1, max_size=12))
def test_the_queue_is_in_order_of_rank(ranks: list[object]) -> None:
    def order(contact: EnteringContact) -> object:
        return 0 if contact.id == "probe" else ranks[int(contact.id)]

    router = Router(order=order)  # type: ignore[arg-type]
    for number in range(len(ranks)):
        router.submit(Contact(str(number), "fax"), at=number)
    router.check()
    keys = [rank if isinstance(rank, tuple) else (rank,) for rank in ranks]
    wanted = sorted(range(len(ranks)), key=lambda number: keys[number])
    assert [int(contact.id) for contact in router.queue] == wanted
    saved = json.loads(json.dumps(router.snapshot()))
    again = Router.restore(saved, order=lambda contact: 0)
    assert [int(contact.id) for contact in again.queue] == wanted
    taken = router.add_agent(Agent("ana", capacity=99), at=99).of(Assigned)
    assert [int(event.contact) for event in taken] == wanted


# ------------------------------------------------------------ names and snapshots


def test_a_policy_not_registered_must_be_given_again() -> None:
    def mine(contact: EnteringContact) -> float:
        return -contact.priority

    router = Router(order=mine)
    router.submit(Contact("a", "fax"), at=0)
    with pytest.raises(SnapshotError, match="order"):
        Router.restore(router.snapshot())
    again = Router.restore(router.snapshot(), order=mine)
    again.submit(Contact("b", "fax", priority=1), at=1)
    assert [contact.id for contact in again.queue] == ["b", "a"]


def test_a_policy_does_not_pass_for_a_stock_order_of_its_name() -> None:
    """Else a router restored from its snapshot would order in another way, and break."""

    def priority(contact: EnteringContact) -> float:
        return contact.priority

    router = Router(order=priority)
    router.submit(Contact("a", "fax"), at=0)
    with pytest.raises(SnapshotError):
        Router.restore(router.snapshot())


def test_a_policy_is_not_put_in_the_place_of_a_stock_order() -> None:
    router = Router()
    router.submit(Contact("a", "fax"), at=0)
    with pytest.raises(SnapshotError):
        Router.restore(router.snapshot(), order=lambda contact: contact.priority)


def test_names_of_functions_are_escaped() -> None:
    def odd(contact: EnteringContact) -> float:
        return nan

    odd.__name__ = "\x1b[31m\n" + "x" * 500
    with pytest.raises(PolicyError) as caught:
        Router(order=odd)
    assert str(caught.value).isprintable()
