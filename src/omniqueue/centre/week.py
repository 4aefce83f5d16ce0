"""The simulated clock: seconds from a Monday's midnight on, in weeks of seven whole days.

It has no zone and is never put forward or back. Hours of the week are written as shifts are:
weekdays and a stretch of the clock.
"""

from __future__ import annotations

from typing import Final

import attrs

from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import whole
from omniqueue.model.durations import clock_seconds
from omniqueue.model.fields import checked, setting

DAY_SECONDS: Final = 86400
WEEK_SECONDS: Final = 7 * DAY_SECONDS
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


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


def _days(value: object) -> tuple[int, ...]:
    if isinstance(value, tuple) and all(type(day) is int and 0 <= day <= 6 for day in value):
        if value:
            return tuple(sorted({int(day) for day in value}))
    return weekdays("", value)


def clock(value: object) -> int:
    """Return a time of day in seconds after midnight: such a number, or text as "09:00"."""
    if isinstance(value, str):
        return clock_seconds("", value)
    return whole("", value, 0, DAY_SECONDS)


@attrs.frozen(field_transformer=checked)
class Hours:
    """A stretch of the clock on some weekdays, from its start on and before its end.

    Args:
        days: weekdays on which it starts: numbers from 0 (Monday) to 6, or text as "mon-fri".
        start: seconds after midnight, or text as "09:00".
        end: likewise; not after `start`: it ends on the next day.

    Raises:
        InvalidValueError: no such day or time of day.

    Example:
        >>> Hours("sun", "22:00", "06:00").week_stretches()
        [(597600.0, 604800.0), (0.0, 21600.0)]
    """

    days: tuple[int, ...] = attrs.field(converter=_days, default=tuple(range(7)))
    start: int = attrs.field(converter=clock, default=0, metadata=setting(key="from"))
    end: int = attrs.field(converter=clock, default=DAY_SECONDS, metadata=setting(key="to"))

    @start.validator
    def _check(self, _: attrs.Attribute[int], value: int) -> None:
        if value == DAY_SECONDS:
            raise InvalidValueError("start", "24:00", "a time before 24:00")

    @property
    def length(self) -> int:
        """How long it lasts, in seconds."""
        later = 0 if self.end > self.start else DAY_SECONDS
        return self.end - self.start + later

    def week_stretches(self) -> list[tuple[float, float]]:
        """Return the stretches of one week, cut at the week's end. Cost: O(days)."""
        found = []
        for day in self.days:
            low = day * DAY_SECONDS + self.start
            high = low + self.length
            found.append((float(low), float(min(high, WEEK_SECONDS))))
            if high > WEEK_SECONDS:
                found.append((0.0, float(high - WEEK_SECONDS)))
        return found

    def stretches(self, days: int) -> list[tuple[float, float]]:
        """Return the stretches that start on the first so many days of the clock.

        The one of the Sunday before, where it lasts into the first Monday, is among them.

        Cost: O(days).

        Example:
            >>> Hours("mon", "09:00", "17:00").stretches(8)
            [(32400.0, 61200.0), (637200.0, 666000.0)]
        """
        found = []
        for day in range(-1, days):
            if day % 7 in self.days:
                low = day * DAY_SECONDS + self.start
                high = low + self.length
                if high > 0:
                    found.append((float(max(low, 0)), float(high)))
        return found


def week_label(seconds: float, *, with_day: bool) -> str:
    """Return an instant of the clock for people.

    Example:
        >>> week_label(95400.0, with_day=True), week_label(95400.0, with_day=False)
        ('tue 02:30', '02:30')
    """
    day, rest = divmod(round(seconds) % WEEK_SECONDS, DAY_SECONDS)
    clock = f"{rest // 3600:02}:{rest % 3600 // 60:02}"
    if rest % 60:
        clock += f":{rest % 60:02}"
    return f"{WEEKDAYS[day]} {clock}" if with_day else clock
