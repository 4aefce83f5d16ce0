"""Turn policies through the router: one that fails in a match gives way to the stock rank."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan

import pytest

from omniqueue import (  # fmt: skip
    Agent,
    AgentLoad,
    Assigned,
    Channel,
    Contact,
    Router,
    Selection,
    Skills,
)
from omniqueue.errors import PolicyError
from omniqueue.events import PolicyFailed
from omniqueue.policy.turn import least_loaded, longest_idle


def load(capacity: int, used: int, contacts: int) -> AgentLoad:
    return AgentLoad("ana", Skills.of({}), capacity, used, contacts)


def test_stock_turns() -> None:
    assert [longest_idle(load(3, n, n)) for n in range(3)] == [0, 1, 1]
    assert [least_loaded(load(*said)) for said in ((4, 1, 1), (2, 3, 2))] == [0.25, 1.5]
    assert least_loaded(load(0, 0, 0)) == load(0, 1, 1).occupancy == inf


async def coroutine(agent: AgentLoad) -> float:
    return 0


def failing(agent: AgentLoad) -> float:
    raise KeyError("card 4711")


def changing(agent: AgentLoad) -> float:
    agent.used = 0  # type: ignore[misc]
    return 0


def calling(agent: AgentLoad) -> float:
    ROUTERS[-1].complete("a", at=99.0)
    return 0


ROUTERS: list[Router] = []
BAD: list[Callable[..., object]] = [
    *(failing, coroutine, changing),
    *(lambda agent, value=value: value for value in (nan, None, [1], "1", ())),
]


@pytest.mark.parametrize("bad", [*BAD, calling])
def test_a_failure_uses_the_stock_rank_and_says_so(bad: Callable[..., object]) -> None:
    broken = False

    def turn(agent: AgentLoad) -> object:
        return bad(agent) if broken else -agent.used

    router = Router(
        selection=Selection(name="mine", turn=turn),  # type: ignore[arg-type]
        channels=[Channel("fax", wrap_up_seconds=5)],
    )
    ROUTERS.append(router)
    router.add_agent(Agent("ana", capacity=3), at=0)
    router.add_agent(Agent("bo", capacity=3), at=0)
    assert router.submit(Contact("a", "fax"), at=1).of(Assigned)[0].agent == "ana"
    assert router.submit(Contact("b", "phone"), at=2).of(Assigned)[0].agent == "ana"
    broken = True
    events = router.submit(Contact("c", "phone"), at=3)  # ana's rank is of before
    assert events.of(Assigned)[0].agent == "ana"
    router.set_presence("bo", "away", at=4)
    failed = router.set_presence("bo", "ready", at=4).of(PolicyFailed)
    assert [(event.at, event.policy) for event in failed] == [(4.0, "turn policy of mine")]
    assert "4711" not in repr(failed)
    router.complete("a", at=5)
    [timed] = router.advance(at=20).of(PolicyFailed)  # in a timer's course
    assert timed.at == 10.0
    router.set_presence("bo", "away", at=20)
    router.set_presence("bo", "ready", at=20)  # ana has been free longer
    # Both by the stock rank now: bo, without work, before ana.
    assert router.submit(Contact("d", "phone"), at=21).of(Assigned)[0].agent == "bo"
    assert (router.now, router.contacts["b"].state) == (21.0, "active")
    router.check()


@pytest.mark.parametrize("bad", BAD)
def test_a_policy_is_tried_on_the_first_agent(bad: Callable[..., object]) -> None:
    router = Router(selection=Selection(name="mine", turn=bad))  # type: ignore[arg-type]
    with pytest.raises(PolicyError, match="turn policy of mine"):
        router.add_agent(Agent("ana"), at=0)
    assert not router.agents


def test_a_policy_may_know_its_agents_by_name() -> None:
    places = {"ana": 2, "bo": 1}
    router = Router(selection=Selection(name="mine", turn=lambda agent: places[agent.id]))
    router.add_agent(Agent("ana"), at=0)
    router.add_agent(Agent("bo"), at=0)
    assert router.submit(Contact("c", "fax"), at=1).of(Assigned)[0].agent == "bo"


def test_what_a_policy_sees() -> None:
    seen: list[AgentLoad] = []
    router = Router(
        selection=Selection(name="mine", turn=lambda agent: seen.append(agent) or 0),  # type: ignore[func-returns-value, redundant-expr]
        channels=[Channel("phone", cost=3)],
    )
    router.add_agent(Agent("ana", skills={"fr": 1}, capacity=9), at=0)
    del seen[0]  # tried before it was added
    router.submit(Contact("a", "phone"), at=1)
    router.submit(Contact("b", "fax"), at=2)
    fr = Skills.of({"fr": 1})
    assert seen[0] == AgentLoad("ana", fr, 9, 0, 0, added=1)
    assert seen[-1] == AgentLoad(
        "ana", fr, 9, 4, 2, added=1, taken=2, latest_taking=3, busy_since=1.0
    )
