"""Durations and clock times as people write them."""

from __future__ import annotations

import pytest

from omniqueue.errors import InvalidValueError
from omniqueue.model.durations import clock_seconds, duration_seconds, duration_text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("4 min", 240),
        ("1h 30min", 5400),
        ("8H", 28800),
        ("1.5 hours", 5400),
        (90, 90),
        (0, 0),
        ("2d", 172800),
        (" 5 m ", 300),
    ],
)
def test_durations(text: object, seconds: float) -> None:
    assert duration_seconds("target", text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "4",
            "min",
            "4 lightyears",
            "-4 min",
            "4 min ago",
            "1e3s",
            "9" * 400 + "s",
            "4 m\u0131n",
        ),
        *(-1, float("nan"), float("inf"), True, None, [], "until finished", "\u0664s"),
    ],
)
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(InvalidValueError, match="target"):
        duration_seconds("target", text)


def test_what_would_be_a_duration_is_said() -> None:
    with pytest.raises(InvalidValueError) as refused:
        duration_seconds("--interval", "90")
    said = "--interval is '90'; expected a length such as 90s, 30min, 1h 30min or 8h"
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("text", "seconds"), [("00:00", 0), ("9:05", 32700), ("24:00", 86400), ("23:59:59", 86399)]
)
def test_clock_times(text: str, seconds: int) -> None:
    assert clock_seconds("from", text) == seconds


@pytest.mark.parametrize("text", ["24:01", "12:60", "12", "noon", "12:00:61", 900, None, "-1:00"])
def test_what_is_no_clock_time_is_refused(text: object) -> None:
    with pytest.raises(InvalidValueError, match="from"):
        clock_seconds("from", text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0s"), (0.26, "0.3s"), (59.96, "60.0s"), (61, "1m 01s"), (7261, "2h 01m")],
)
def test_durations_for_people(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
