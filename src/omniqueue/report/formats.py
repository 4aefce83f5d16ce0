"""Formats: numbers, times and intervals as people read them; a dash where there is nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from math import isnan
from typing import TYPE_CHECKING, Final

from omniqueue.centre.week import DAY_SECONDS
from omniqueue.model.durations import duration_text

if TYPE_CHECKING:  # tables of a play load no numpy
    from omniqueue.sim.runs.estimates import Estimate

NOTHING: Final = "-"
_ZEROS: Final = re.compile(" 00[smh]$")


def seconds(value: float | None) -> str:
    """Return a time in the two largest units that it has.

    Example:
        >>> seconds(75.2), seconds(3600.0), seconds(None)
        ('1m 15s', '1h 00m', '-')
    """
    return NOTHING if value is None or isnan(value) else duration_text(max(value, 0.0))


def brief_seconds(value: float | None) -> str:
    """Return a time as `seconds` does, without a smaller unit of which there is nothing.

    Example:
        >>> brief_seconds(75.2), brief_seconds(14400), brief_seconds(86400), brief_seconds(432000)
        ('1m 15s', '4h', '24h', '5d')
    """
    return _ZEROS.sub("", seconds(value))


def share(value: float | None, digits: int = 1) -> str:
    """Return a share as a percentage.

    Args:
        value: 0 to 1; None or NaN: nothing to measure.
        digits: decimals of the percentage.

    Example:
        >>> share(0.8151), share(0.8151, 2), share(None)
        ('81.5 %', '81.51 %', '-')
    """
    return NOTHING if value is None or isnan(value) else f"{100 * value:.{digits}f} %"


def number(value: float | None) -> str:
    """Return a number: a count whole, a mean below 1,000 with one decimal.

    Example:
        >>> number(1692), number(12.0), number(6030.3), number(None)
        ('1,692', '12.0', '6,030', '-')
    """
    if value is None or isnan(value):
        return NOTHING
    whole = isinstance(value, int) or abs(value) >= 1000
    return f"{value:,.0f}" if whole else f"{value:,.1f}"


def brief_number(value: float | None) -> str:
    """Return a number with one decimal where it is below 100 and has one.

    Example:
        >>> brief_number(12.0), brief_number(12.34), brief_number(123.4)
        ('12', '12.3', '123')
    """
    if value is None or isnan(value):
        return NOTHING
    return f"{value:,.0f}" if value >= 100 or value == round(value) else f"{value:,.1f}"


def counted(number: int, what: str) -> str:
    """Return a number of things, in the plural where it is not one.

    Example:
        >>> counted(1, "week"), counted(1200, "week")
        ('1 week', '1,200 weeks')
    """
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def interval(estimate: Estimate, text: Callable[[float], str], *, unknown: str = NOTHING) -> str:
    """Return the interval of an estimate.

    Args:
        estimate: a number with its interval.
        text: one number to its text.
        unknown: what to return where there is no interval.

    Example:
        >>> from omniqueue.sim import Estimate
        >>> interval(Estimate(60.0, 50.0, 70.0), seconds)
        '50s to 1m 10s'
    """
    if isnan(estimate.low):
        return unknown
    return f"{text(estimate.low)} to {text(estimate.high)}"


def share_interval(estimate: Estimate, digits: int = 1, *, unknown: str = NOTHING) -> str:
    """Return the interval of a share; arguments as of `share` and `interval`.

    Example:
        >>> from omniqueue.sim import Estimate
        >>> share_interval(Estimate(0.5, 0.4, 0.6))
        '40.0 to 60.0 %'
    """
    if isnan(estimate.low):
        return unknown
    return f"{100 * estimate.low:.{digits}f} to {100 * estimate.high:.{digits}f} %"


def with_margin(estimate: Estimate, unit: str) -> str:
    """Return an estimate with the half width of its interval.

    Args:
        estimate: a share or a time.
        unit: "share" or "seconds".

    Example:
        >>> from omniqueue.sim import Estimate
        >>> with_margin(Estimate(0.5, 0.4, 0.6), "share")
        '50.0 +-10.0 %'
        >>> with_margin(Estimate(60.0, 55.0, 65.0), "seconds")
        '1m 00s +-5s'
    """
    value, half = estimate.value, estimate.half_width
    if isnan(value) or isnan(half):
        return UNITS[unit](value)
    if unit == "share":
        return f"{100 * value:.1f} +-{100 * half:.1f} %"
    return f"{seconds(value)} +-{seconds(half)}"


UNITS: Final[dict[str, Callable[[float | None], str]]] = {
    "agents": number,
    "contacts": number,
    "seconds": seconds,
    "share": share,
}
"""The format of each unit of a `omniqueue.record.measures.Measure`."""


def typeset(text: str) -> str:
    r"""Return a text as a page shows it: a percentage is not broken, a dash is a long one.

    Example:
        >>> typeset("81.5 %")
        '81.5\xa0%'
    """
    return "\u2013" if text == NOTHING else text.replace(" %", "\u00a0%")


def timestamp(at: float, zone: tzinfo | None) -> str:
    """Return an instant as ISO 8601 text, to the second (finer where it is finer).

    Args:
        at: seconds since 1970 UTC.
        zone: the zone to write it in; None: UTC.

    Example:
        >>> timestamp(0.0, None), timestamp(0.25, None)
        ('1970-01-01T00:00:00+00:00', '1970-01-01T00:00:00.250+00:00')
    """
    moment = datetime.fromtimestamp(at, zone or UTC)
    return moment.isoformat(timespec="milliseconds" if at % 1 else "seconds")


def time_of_day(seconds: float, *, end: bool = False) -> str:
    """Return the time of day of an instant of the simulated clock.

    Args:
        seconds: the instant.
        end: whether midnight is the end of a day.

    Example:
        >>> time_of_day(34200.0), time_of_day(86400.0, end=True)
        ('09:30', '24:00')
    """
    minutes = round(seconds) % DAY_SECONDS // 60
    if end and not minutes and seconds:
        return "24:00"
    return f"{minutes // 60:02}:{minutes % 60:02}"
