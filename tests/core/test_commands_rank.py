"""A user's order policy inside the engine: odd ranks and faults."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import pytest

from core.worlds import refused, router
from omniqueue import Agent, Contact, EnteringContact, Router
from omniqueue.errors import PolicyError


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
