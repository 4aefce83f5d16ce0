"""An order is written in the same ways in every settings file."""

from __future__ import annotations

import pytest

from omniqueue.errors import InvalidValueError
from omniqueue.model.reader import Faults, NotedError, Place
from omniqueue.policy.order_text import read_order

PLACE = Place("order", Faults("a.toml"))


@pytest.mark.parametrize(
    ("value", "order"),
    [
        ("deadline", "deadline"),
        ("aging:60", "aging:60"),
        ({"aging": {"seconds_per_priority": 60}}, "aging:60.0"),
    ],
)
def test_what_stands_for_which_order(value: object, order: str) -> None:
    assert read_order(value, PLACE) == order


@pytest.mark.parametrize("value", ["os:system", "aging:", "aging:nan", 7, None, []])
def test_what_is_no_order(value: object) -> None:
    with pytest.raises(InvalidValueError):
        read_order(value, PLACE)


@pytest.mark.parametrize("value", [{}, {"aging": {}}, {"aging": {"seconds_per_priority": "x"}}])
def test_what_is_no_rule(value: object) -> None:
    with pytest.raises((InvalidValueError, NotedError)):
        read_order(value, PLACE)
