"""Axes: durations are drawn in the unit that fits."""

from __future__ import annotations

from omniqueue.report.axes import unit_of


def test_units() -> None:
    assert [unit_of(seconds)[1] for seconds in (1, 151, 9001, 400000)] == ["s", "min", "h", "days"]
