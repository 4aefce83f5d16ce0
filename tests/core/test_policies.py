"""Users' policies inside the engine: odd ranks, faults, calls back into the router."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import pytest

from core.worlds import names, refused, router
from omniqueue import (
    Agent,
    AgentLoad,
    Contact,
    EnteringContact,
    PolicyError,
    PolicyFailed,
    ReentrantCallError,
    Router,
    Selection,
    Skills,
    SnapshotError,
)


@pytest.mark.parametrize(
    "rank",
    [lambda n: n % 3, lambda n: (n % 3, -n % 2), lambda n: n % 3 / 2 if n % 2 else n % 3,
     lambda n: 0, lambda n: math.inf, lambda n: 2**1000 * (n % 3), lambda n: -(10**300) * (n % 2),
     lambda n: (n % 2,) if n % 4 else (n % 2, math.inf), lambda n: n % 3 - 1e-9,
     lambda n: (2**53 + n % 3, float(2**53))],
)  # fmt: skip
def test_any_ranks_order_the_queue_and_ties_go_by_arrival(rank: Callable[[int], Any]) -> None:
    """Ints, floats and tuples mixed, equal, huge or infinite; smaller goes first, exactly."""

    def order(contact: EnteringContact) -> Any:
        return rank(contact.priority)

    made = router(order=order)
    rng = random.Random(1)
    expected = []
    for index in range(60):
        number, arrived = rng.randrange(9), index - rng.choice((0, 0, 3))
        made.submit(Contact(f"c{index}", "fax", priority=number, arrived_at=arrived), at=index)
        key = rank(number)
        expected.append((key if isinstance(key, tuple) else (key,), arrived, index))
        made.check()
    ids = [f"c{index}" for _, _, index in sorted(expected)]
    assert [contact.id for contact in made.queue] == ids
    assert [c.id for c in Router.restore(made.snapshot(), order=order).queue] == ids
    made.add_agent(Agent("ana"), at=100)
    served = []
    while made.agents["ana"].contacts:
        [name] = made.agents["ana"].contacts
        served.append(name)
        made.complete(name, at=100)
    assert served == ids


NO_RANKS: list[Any] = [math.nan, None, [1], "1", True, (), (1, math.nan), (1, "a"), -math.inf]
NO_RANKS += [(0,) * 17, 1j, 2**1100]


@pytest.mark.parametrize("answer", NO_RANKS, ids=lambda answer: repr(answer)[:20])
def test_an_order_that_gives_no_rank_refuses_the_command(answer: Any) -> None:
    """The policy is named; the router is as it was."""
    answers: list[Any] = [0]

    def shaky(contact: EnteringContact) -> Any:
        return answers[-1]

    made = router(order=shaky)
    made.submit(Contact("a", "fax"), at=0)
    before = made.snapshot()
    answers.append(answer)
    for command in (
        lambda: made.submit(Contact("b", "fax"), at=0),
        lambda: made.update("a", at=0, priority=4),
    ):
        assert "shaky" in refused(made, PolicyError, command).field
        assert made.snapshot() == before
    with pytest.raises(PolicyError):
        Router(order=shaky)


def test_a_policy_that_raises_names_itself_and_no_more() -> None:
    broken: list[bool] = []

    def tier(contact: EnteringContact) -> float:
        if broken:
            raise KeyError("card number 4711")
        return 0

    made = router(Agent("ana"), order=tier)
    made.submit(Contact("a", "fax"), at=0)
    broken.append(True)
    error = refused(made, PolicyError, lambda: made.transfer("a", at=1, keep_place=False))
    assert "KeyError" in str(error)
    assert "4711" not in str(error)
    assert made.contacts["a"].state == "active"


def test_a_coroutine_is_no_rank() -> None:
    async def later(contact: EnteringContact) -> float:
        return 0

    with pytest.raises(PolicyError):
        Router(order=later)  # type: ignore[arg-type]


COMMANDS: list[Callable[[Router], Any]] = [
    lambda r: r.submit(Contact("x", "fax"), at=5),
    lambda r: r.submit(Contact("x", "fax"), at=5.0),
    lambda r: r.submit(Contact("x", "fax"), at=math.inf),
    lambda r: r.complete("a", at=5.0),
    lambda r: r.complete("a", at=math.inf),
    lambda r: r.advance(at=5),
    lambda r: r.remove_agent("ana", at=1e308),
]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("socket", ["order", "fit", "turn"])
def test_no_command_from_inside_a_policy(socket: str, command: Callable[[Router], Any]) -> None:
    """It is refused there, with a clear error, and the command outside goes on."""
    inside: list[Router] = []
    errors: list[Exception] = []

    def meddling(*_: object) -> float:
        for made in inside:
            try:
                command(made)
            except Exception as error:
                errors.append(error)
        return 0

    settings: dict[str, Any] = {"order": meddling}
    if socket != "order":
        settings = {"selection": Selection(name="meddling", **{socket: meddling})}
    made = router(Agent("ana", capacity=2), **settings)
    made.submit(Contact("a", "fax"), at=0)
    inside.append(made)
    made.submit(Contact("b", "fax", skills={}), at=6)
    made.add_agent(Agent("bob", skills={"s": 1}), at=7)
    made.submit(Contact("c", "fax", skills={"s": 1}), at=7)
    made.check()
    assert errors
    for error in errors:
        if not isinstance(error, ReentrantCallError):
            assert error.field == "at"  # type: ignore[attr-defined]
    assert list(made.contacts) == ["a", "b", "c"]
    assert made.now == 7


def test_a_selection_that_fails_in_a_match_is_replaced_and_told() -> None:
    """Nobody waits because a policy is broken."""
    broken: list[bool] = []

    def fit(held: Skills, needed: Skills) -> float:
        return math.nan if broken else 0

    def turn(agent: AgentLoad) -> float:
        if broken:
            raise RuntimeError
        return agent.contacts

    made = router(selection=Selection(name="frail", fit=fit, turn=turn))
    broken.append(True)
    events = made.add_agent(Agent("ana", capacity=2), at=0)
    assert "policy_failed" in names(events)
    events = made.submit(Contact("a", "fax"), at=1)
    assert names(events)[0] == "queued"
    assert "assigned" in names(events)
    fault = events.of(PolicyFailed)[0]
    assert "frail" in fault.policy
    made.check()


def test_looking_asks_no_policy() -> None:
    """`check` and the views tell nothing and change nothing, whatever policies do."""
    asked: list[int] = []

    def turn(agent: AgentLoad) -> float:
        asked.append(1)
        if len(asked) > 4:
            raise RuntimeError
        return 0

    made = router(Agent("ana"), selection=Selection(name="counted", turn=turn))
    made.check()
    made.statistics()
    made.snapshot()
    made.check()
    made.check()
    assert names(made.advance(at=1)) == []


def test_a_router_with_a_failing_selection_is_restored_quietly() -> None:
    def turn(agent: AgentLoad) -> float:
        return agent.contacts

    made = router(Agent("ana"), Agent("bob"), selection=Selection(name="own-turn", turn=turn))
    made.submit(Contact("a", "fax"), at=0)
    with pytest.raises(SnapshotError, match="own-turn"):
        Router.restore(made.snapshot(), selection=Selection(name="other", turn=turn))
    other = Router.restore(made.snapshot(), selection=Selection(name="own-turn", turn=turn))
    other.check()
    assert other.selection == "own-turn"
