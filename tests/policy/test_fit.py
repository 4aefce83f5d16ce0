"""Fit policies through the router: one that fails in a match gives way to the stock rank."""

from __future__ import annotations

from collections.abc import Callable
from math import nan

import pytest

from omniqueue import Agent, Assigned, Contact, Router, Selection, Skills  # fmt: skip
from omniqueue.errors import PolicyError, QueueFullError
from omniqueue.events import PolicyFailed
from omniqueue.policy.fit import any_fit, closest_fit, most_skilled

HELD = Skills.of({"fr": 3, "law": 2})
NEEDED = Skills.of({"fr": 1})


def test_stock_fits() -> None:
    assert any_fit(HELD, NEEDED) == any_fit(HELD, HELD) == 0
    assert (most_skilled(HELD, NEEDED), most_skilled(HELD, HELD)) == (-3, -5)
    assert (closest_fit(HELD, NEEDED), closest_fit(HELD, HELD)) == ((2, 1), (0, 0))


async def coroutine(held: Skills, needed: Skills) -> float:
    return 0


def failing(held: Skills, needed: Skills) -> float:
    raise KeyError("card 4711")


def changing(held: Skills, needed: Skills) -> float:
    held["fr"] = 9  # type: ignore[index]
    return 0


def calling(held: Skills, needed: Skills) -> float:
    ROUTERS[-1].advance(at=99)
    return 0


ROUTERS: list[Router] = []
BAD: list[Callable[..., object]] = [
    *(failing, coroutine, changing),
    *(lambda held, needed, value=value: value for value in (nan, None, [1], "1", ())),
]


@pytest.mark.parametrize("bad", [*BAD, calling])
def test_a_failure_in_a_match_uses_the_stock_rank(bad: Callable[..., object]) -> None:
    asked: list[int] = []

    def fit(held: Skills, needed: Skills) -> object:
        asked.append(0)
        if len(needed):
            return bad(held, needed)
        return -held.get("fr", 0)

    router = Router(selection=Selection(name="mine", fit=fit))  # type: ignore[arg-type]
    ROUTERS.append(router)
    router.add_agent(Agent("ana", skills={"fr": 1}, capacity=9), at=0)
    router.add_agent(Agent("bo", skills={"fr": 2}, capacity=9), at=0)
    assert router.submit(Contact("a", "fax"), at=1).of(Assigned)[0].agent == "bo"
    events = router.submit(Contact("b", "fax", skills={"fr": 1}), at=2)
    failed = events.of(PolicyFailed)
    assert [event.policy for event in failed] == ["fit policy of mine"] * 2
    assert {event.at for event in failed} == {2.0}
    assert "4711" not in repr(events)
    assert events.of(Assigned)[0].agent == "ana"  # all fit alike: the idle one
    count = len(asked)
    assert not router.submit(Contact("c", "fax", skills={"fr": 1}), at=3).of(PolicyFailed)
    assert len(asked) == count  # once for each kind of agent and kind of contact
    assert router.now == 3.0
    router.check()


@pytest.mark.parametrize("bad", BAD)
def test_a_policy_is_tried_when_the_router_is_made(bad: Callable[..., object]) -> None:
    with pytest.raises(PolicyError, match="fit policy of mine"):
        Router(selection=Selection(name="mine", fit=bad))  # type: ignore[arg-type]


def test_a_refused_command_that_asked_a_failing_policy_changes_nothing() -> None:
    def fit(held: Skills, needed: Skills) -> float:
        return 1 // (0 if len(needed) else 1)

    def full() -> Router:
        router = Router(selection=Selection(name="mine", fit=fit), max_waiting=0)
        router.add_agent(Agent("ana", skills={"fr": 1}), at=0)
        router.submit(Contact("a", "fax"), at=0)
        return router

    router, twin = full(), full()
    with pytest.raises(QueueFullError):
        router.submit(Contact("b", "fax", skills={"fr": 1}), at=1)
    twin.advance(at=1)
    assert router.snapshot() == twin.snapshot()
    router.check()
