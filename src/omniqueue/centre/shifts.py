"""Shifts by weekday and clock, as instants: safe where the clock is put forward or back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

import attrs

from omniqueue.errors import InvalidValueError

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_SECONDS: Final = 86400


@attrs.frozen
class Shift:
    """A stretch of the clock on some weekdays.

    Args:
        days: weekdays on which it starts, 0 (Monday) to 6.
        start: seconds after midnight by the clock.
        end: seconds after midnight by the clock; not after `start`: it ends the next day.

    Example:
        >>> Shift((0, 1), 79200, 21600).overnight
        True
    """

    days: tuple[int, ...]
    start: int
    end: int

    @property
    def overnight(self) -> bool:
        """Whether it ends on the day after it starts."""
        return self.end <= self.start


def weekdays(field: str, value: object) -> tuple[int, ...]:
    """Return weekdays as numbers, Monday 0: of "mon-fri", "sat", or a list of such.

    Raises:
        InvalidValueError: no such day.

    Example:
        >>> weekdays("days", "mon-wed"), weekdays("days", ["sat", "sun-mon"])
        ((0, 1, 2), (0, 5, 6))
    """
    parts = [value] if isinstance(value, str) else value
    found: set[int] = set()
    if isinstance(parts, list) and 0 < len(parts) <= len(WEEKDAYS):
        for part in parts:
            first, dash, last = part.lower().partition("-") if isinstance(part, str) else ("",) * 3
            last = last if dash else first
            if first not in WEEKDAYS or last not in WEEKDAYS:
                break
            low, high = WEEKDAYS.index(first), WEEKDAYS.index(last)
            found.update((low + step) % 7 for step in range((high - low) % 7 + 1))
        else:
            return tuple(sorted(found))
    raise InvalidValueError(field, value, 'weekdays, as "mon-fri" or ["sat", "sun"]')


def local_instant(day: date, clock_seconds: int, zone: tzinfo) -> float:
    """Return the instant (seconds since 1970 UTC) of a clock time on a day.

    A clock time that the clock skips is taken as if the clock had not been put forward (02:30
    is then half an hour after the jump); one that comes twice is the first.

    Example:
        >>> from datetime import timezone
        >>> local_instant(date(1970, 1, 2), 3600, timezone.utc)
        90000.0
    """
    day += timedelta(days=clock_seconds // _DAY_SECONDS)
    rest = clock_seconds % _DAY_SECONDS
    clock = time(rest // 3600, rest % 3600 // 60, rest % 60)
    return datetime.combine(day, clock, zone).timestamp()


def next_midnight(at: float, zone: tzinfo) -> float:
    """Return the first local midnight after an instant.

    Example:
        >>> from datetime import timezone
        >>> next_midnight(90000.0, timezone.utc)
        172800.0
    """
    day = datetime.fromtimestamp(at, zone).date()
    return local_instant(day + timedelta(days=1), 0, zone)


def signed_in(
    shifts: Sequence[Shift], zone: tzinfo, *, start: float, end: float
) -> Iterator[tuple[float, float]]:
    """Yield the stretches (from, to) within [start, end] in which shifts run, in order, merged.

    Args:
        shifts: the shifts of one agent; none: always.
        zone: whose clock and weekdays they follow.
        start: the first instant that counts.
        end: the last instant that counts.

    Cost: O(days x shifts), as it is read.

    Example:
        >>> from datetime import timezone
        >>> shift = Shift((0, 1, 2, 3, 4, 5, 6), 0, 3600)
        >>> list(signed_in([shift], timezone.utc, start=0.0, end=90000.0))
        [(0.0, 3600.0), (86400.0, 90000.0)]
    """
    if not shifts:
        if start < end:
            yield start, end
        return
    day = datetime.fromtimestamp(start, zone).date() - timedelta(days=1)
    last = datetime.fromtimestamp(end, zone).date()
    running: tuple[float, float] | None = None
    while day <= last:
        for begin, finish in sorted(_stretches(shifts, day, zone)):
            low, high = max(begin, start), min(finish, end)
            if low >= high:
                continue
            if running is not None and low <= running[1]:
                running = running[0], max(running[1], high)
                continue
            if running is not None:
                yield running
            running = low, high
        day += timedelta(days=1)
    if running is not None:
        yield running


def _stretches(shifts: Sequence[Shift], day: date, zone: tzinfo) -> Iterator[tuple[float, float]]:
    for shift in shifts:
        if day.weekday() in shift.days:
            over = _DAY_SECONDS if shift.overnight else 0
            yield (
                local_instant(day, shift.start, zone),
                local_instant(day, shift.end + over, zone),
            )
