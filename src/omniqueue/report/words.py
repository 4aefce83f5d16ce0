"""Numbers as people read them in a report."""

from __future__ import annotations

import re
from math import isnan
from typing import Final

from omniqueue.sim.calendar.durations import duration_text
from omniqueue.sim.calendar.week import DAY_SECONDS
from omniqueue.sim.runs.estimates import Estimate

NOTHING: Final = "\u2013"
_ZEROS: Final = re.compile(" 00[smh]$")


def seconds_text(seconds: float) -> str:
    """Return a time for people, a dash for none.

    Example:
        >>> seconds_text(75.2), seconds_text(14400), seconds_text(86400), seconds_text(432000)
        ('1m 15s', '4h', '24h', '5d')
    """
    if isnan(seconds):
        return NOTHING
    text = duration_text(max(seconds, 0.0))
    return _ZEROS.sub("", text)


def percent_text(share: float) -> str:
    r"""Return a share as a percentage, a dash for none.

    Example:
        >>> percent_text(0.8151)
        '81.5\xa0%'
    """
    return NOTHING if isnan(share) else f"{100 * share:.1f}\u00a0%"


def count_text(count: float) -> str:
    """Return a number of contacts for people, a dash for none.

    Example:
        >>> count_text(12.34), count_text(12345.6)
        ('12.3', '12,346')
    """
    if isnan(count):
        return NOTHING
    count = max(count, 0.0)
    return f"{count:,.0f}" if count >= 100 or count == round(count) else f"{count:,.1f}"


def seconds_range(estimate: Estimate) -> str:
    """Return the interval of a time; empty: none.

    Example:
        >>> seconds_range(Estimate(60.0, 50.0, 70.0))
        '50s to 1m 10s'
    """
    if isnan(estimate.low):
        return ""
    return f"{seconds_text(estimate.low)} to {seconds_text(estimate.high)}"


def percent_range(estimate: Estimate) -> str:
    r"""Return the interval of a share, within what a share can be; empty: none.

    Example:
        >>> percent_range(Estimate(0.5, 0.4, 0.6))
        '40.0 to 60.0\xa0%'
    """
    if isnan(estimate.low):
        return ""
    low, high = max(0.0, estimate.low), min(1.0, estimate.high)
    return f"{100 * low:.1f} to {percent_text(high)}"


def count_range(estimate: Estimate) -> str:
    """Return the interval of a number of contacts; empty: none.

    Example:
        >>> count_range(Estimate(10.0, -0.5, 20.0))
        '0 to 20'
    """
    if isnan(estimate.low):
        return ""
    return f"{count_text(estimate.low)} to {count_text(estimate.high)}"


def clock_text(seconds: float, *, end: bool = False) -> str:
    """Return the time of day of an instant of the simulated clock.

    Args:
        seconds: the instant.
        end: whether midnight is the end of a day.

    Example:
        >>> clock_text(34200.0), clock_text(86400.0, end=True)
        ('09:30', '24:00')
    """
    minutes = round(seconds) % DAY_SECONDS // 60
    if end and not minutes and seconds:
        return "24:00"
    return f"{minutes // 60:02}:{minutes % 60:02}"
