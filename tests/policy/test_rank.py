"""Ranks: numbers and tuples of numbers; for all else an error that names the policy."""

from __future__ import annotations

import pickle
from enum import IntEnum
from math import inf, nan

import numpy as np
import pytest

from omniqueue.errors import PolicyError
from omniqueue.policy.rank import RANK_PARTS_MAX, checked_rank, policy_fault


class Tier(IntEnum):
    GOLD = 1


async def coroutine() -> float:
    return 0


def generator() -> object:
    yield 1


@pytest.mark.parametrize("rank", [0, -5, 1.5, inf, 2**1023 - 1, Tier.GOLD, np.float64(2)])
def test_numbers(rank: float) -> None:
    assert checked_rank("order mine", rank) == (rank,)
    assert checked_rank("order mine", (rank, 1)) == (rank, 1)
    assert (rank,) < (2.0**1023 * 1.5,) or rank == inf  # all compare with one another


@pytest.mark.parametrize(
    "make",
    [
        *(lambda: nan, lambda: -inf, lambda: None, lambda: True, lambda: "1", lambda: [1]),
        *(lambda: {1: 2}, lambda: 1j, lambda: 2**1024, lambda: -(10**5000), lambda: b"1"),
        *(lambda: (), lambda: (nan,), lambda: (1, None), lambda: (1, (2,)), lambda: (True,)),
        *(lambda: (0,) * (RANK_PARTS_MAX + 1), lambda: object(), coroutine, generator),
    ],
)
def test_no_ranks(make: object) -> None:
    with pytest.raises(PolicyError) as caught:
        checked_rank("order mine", make())  # type: ignore[operator]
    assert caught.value.field == "order mine"
    assert len(str(caught.value)) < 200


def test_text_that_a_policy_returns_is_not_shown() -> None:
    with pytest.raises(PolicyError) as caught:
        checked_rank("order mine", "card 4711")  # it may come from a contact's attributes
    assert "4711" not in f"{caught.value} {caught.value.args}"


def test_a_fault_says_the_exception_but_not_what_a_customer_said() -> None:
    fault = policy_fault("turn mine", KeyError("card 4711"))
    assert (fault.field, fault.value) == ("turn mine", "raised KeyError")
    assert "4711" not in str(pickle.loads(pickle.dumps(fault)))
    problem = TypeError("'NoneType' object is not subscriptable")
    again = pickle.loads(pickle.dumps(policy_fault("turn mine", problem)))
    assert str(again) == (
        "turn mine raised TypeError: 'NoneType' object is not subscriptable;"
        " expected a rank, not an exception"
    )
