"""Durations and clock times as people write them: "90s", "4 min", "8h", "09:00"."""

from __future__ import annotations

import re
from typing import Final

from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import duration

_UNITS: Final = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "seconds": 1,
    "m": 60,
    "min": 60,
    "minute": 60,
    "minutes": 60,
    "h": 3600,
    "hour": 3600,
    "hours": 3600,
    "d": 86400,
    "day": 86400,
    "days": 86400,
}
_TEXT_MAX: Final = 64
_PARTS: Final = re.compile(r"(?:\s*\d+(?:\.\d+)?\s*[a-z]+)+\s*", re.ASCII)
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)", re.ASCII)
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_EXPECTED: Final = "a length such as 90s, 30min, 1h 30min or 8h"


def duration_seconds(field: str, value: object) -> float:
    """Return a duration in seconds: a number of seconds, or text with units (s, min, h, d).

    Args:
        field: what to call the value in an error.
        value: a number of seconds >= 0, or text.

    Raises:
        InvalidValueError: neither, or negative, or not finite.

    Example:
        >>> duration_seconds("target", "4 min"), duration_seconds("target", "1h 30min")
        (240.0, 5400.0)
    """
    if not isinstance(value, str):
        if isinstance(value, int | float) and not isinstance(value, bool):
            return duration(field, value)
        raise InvalidValueError(field, value, _EXPECTED)
    text = value.lower()
    if len(text) <= _TEXT_MAX and _PARTS.fullmatch(text):
        parts = _PART.findall(text)
        if all(unit in _UNITS for _, unit in parts):
            return duration(field, sum(float(number) * _UNITS[unit] for number, unit in parts))
    raise InvalidValueError(field, value, _EXPECTED)


def cell_seconds(field: str, cell: str) -> float:
    """Return the duration that a cell of a CSV file holds: a number of seconds, or text.

    Raises:
        InvalidValueError: as of `duration_seconds`.

    Example:
        >>> cell_seconds("handling", "90"), cell_seconds("handling", "4 min")
        (90.0, 240.0)
    """
    try:
        number = float(cell)
    except ValueError:
        return duration_seconds(field, cell)
    return duration_seconds(field, number)


def clock_seconds(field: str, value: object) -> int:
    """Return a time of day, "09:00" to "24:00", in seconds after midnight by the clock.

    Args:
        field: what to call the value in an error.
        value: text, as "09:00" or "17:30:15".

    Raises:
        InvalidValueError: not a time of day.

    Example:
        >>> clock_seconds("from", "09:30"), clock_seconds("to", "24:00")
        (34200, 86400)
    """
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is not None:
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        total = hours * 3600 + minutes * 60 + seconds
        if minutes < 60 and seconds < 60 and total <= 86400:
            return total
    raise InvalidValueError(field, value, 'a time of day from "00:00" to "24:00"')


def duration_text(seconds: float) -> str:
    """Return a duration for people, in the two largest units that it has.

    Example:
        >>> duration_text(75.2), duration_text(3600.0), duration_text(4.25)
        ('1m 15s', '1h 00m', '4.2s')
    """
    if seconds < 60:
        return f"{seconds:.1f}s" if seconds % 1 else f"{seconds:.0f}s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02}s"
    if whole < 100 * 3600:
        return f"{whole // 3600}h {whole % 3600 // 60:02}m"
    return f"{whole // 86400}d {whole % 86400 // 3600:02}h"
