"""Weekdays as people write them."""

from __future__ import annotations

import pytest

from omniqueue.centre.week import weekdays
from omniqueue.errors import InvalidValueError

DAILY = (0, 1, 2, 3, 4, 5, 6)


@pytest.mark.parametrize(
    ("value", "days"),
    [("mon", (0,)), ("fri-mon", (0, 4, 5, 6)), (["Tue", "thu"], (1, 3)), ("mon-sun", DAILY)],
)
def test_weekdays(value: object, days: tuple[int, ...]) -> None:
    assert weekdays("days", value) == days


@pytest.mark.parametrize("value", ["", "monday", "mon-", "1", 1, [], [1], None, ["mon"] * 8])
def test_what_is_no_weekday_is_refused(value: object) -> None:
    with pytest.raises(InvalidValueError, match="days"):
        weekdays("days", value)
