"""Axes: times of day along the bottom, durations in a fitting unit, shares from 0 to 100 %."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from omniqueue.centre.week import DAY_SECONDS, week_label
from omniqueue.report import formats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STEPS: Final = (60, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, DAY_SECONDS)
_CLOCK_LABELS_MAX: Final = 9
_DAY_LABELS_MAX: Final = 7


def unit_of(seconds: float) -> tuple[float, str]:
    """Return the unit to draw durations of at most `seconds` in: its length and its name.

    Example:
        >>> unit_of(90), unit_of(3000), unit_of(40000)
        ((1.0, 's'), (60.0, 'min'), (3600.0, 'h'))
    """
    if seconds <= 150:
        return 1.0, "s"
    if seconds <= 150 * 60:
        return 60.0, "min"
    return (3600.0, "h") if seconds <= 100 * 3600 else (float(DAY_SECONDS), "days")


def clock_axis(axes: Axes, low: float, high: float) -> None:
    """Let the x axis tell the time of day (of the week, where it is longer than a day).

    Args:
        axes: whose x axis, in seconds of the simulated clock.
        low: where it begins.
        high: where it ends.
    """
    span = high - low
    with_day = span > DAY_SECONDS
    most = _DAY_LABELS_MAX if with_day else _CLOCK_LABELS_MAX
    step = next((each for each in _STEPS if span / each <= most - 1), DAY_SECONDS)
    places = [step * number for number in range(ceil(low / step), int(high // step) + 1)]
    labels = [formats.time_of_day(at, end=at > low) for at in places]
    if with_day:
        labels = [week_label(at, with_day=True).removesuffix(" 00:00") for at in places]
    axes.set_xticks(places, labels)
    axes.set_xlim(low, high)


def share_axis(axes: Axes) -> None:
    """Let the y axis go from 0 to 100 %."""
    axes.set_ylim(0, 1.02)
    places = (0.0, 0.25, 0.5, 0.75, 1.0)
    axes.set_yticks(places, [f"{100 * place:.0f} %" for place in places])
