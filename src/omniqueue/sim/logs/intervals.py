"""Intervals of a log: of equal length, aligned to the clock of a zone."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from math import floor
from typing import Final

from omniqueue.errors import InvalidValueError
from omniqueue.model.durations import duration_text
from omniqueue.record import measures
from omniqueue.record.ledger import Ledger

INTERVALS_MAX: Final = 1_000_000  # lines of a table: two years by the minute


class Intervals:
    """All intervals of one length, each named by its start.

    Where the clock is changed a new interval begins, so that each has one offset from UTC.

    Args:
        seconds: the length of an interval.
        zone: whose clock; None: UTC.

    Raises:
        InvalidValueError: a length that is not from a minute to a week.

    Example:
        >>> half_hours = Intervals(1800.0, None)
        >>> half_hours.name(2000.0)
        '1970-01-01T00:30+00:00'
        >>> half_hours.names(0.0, 2000.0)
        ['1970-01-01T00:00+00:00', '1970-01-01T00:30+00:00']
    """

    def __init__(self, seconds: float, zone: tzinfo | None) -> None:
        if not 60 <= seconds <= 7 * 86400:
            expected = "a length from 1min to 7d"
            raise InvalidValueError("interval", duration_text(seconds), expected)
        self.seconds = seconds
        self._zone = zone or UTC
        self._names: dict[tuple[int, float], str] = {}

    def check(self, first: float, last: float) -> None:
        """Refuse a length of which too many lie between two instants. Cost: O(1).

        Raises:
            InvalidValueError: there are more than a million.
        """
        if (last - first) / self.seconds > INTERVALS_MAX:
            expected = f"at most {INTERVALS_MAX:,} intervals from the first contact to the last"
            raise InvalidValueError("interval", duration_text(self.seconds), expected)

    def name(self, at: float) -> str:
        """Return the start of an instant's interval, as ISO 8601 text. Cost: O(1)."""
        offset = self._offset(at)
        return self._named(self._number(at, offset), offset, at)

    def names(self, first: float, last: float) -> list[str]:
        """Return the intervals from that of one instant to that of another, in order.

        Args:
            first: an instant, in seconds since 1970 UTC.
            last: one that is not before it.

        Cost: O(intervals).
        """
        found = []
        at, offset = first, self._offset(first)
        number = self._number(at, offset)
        while at <= last:
            found.append(self._named(number, offset, at))
            then = self._start(number + 1, offset)
            reached = self._offset(min(then, last))
            if reached == offset:
                at, number = then, number + 1
            else:
                at, offset = self._change(at, min(then, last)), reached
                number = self._number(at, offset)
        name = self.name(last)
        return found if found[-1] == name else [*found, name]

    def _offset(self, at: float) -> float:
        offset = datetime.fromtimestamp(at, self._zone).utcoffset()
        return 0.0 if offset is None else offset.total_seconds()

    def _number(self, at: float, offset: float) -> int:
        return int((at + offset) // self.seconds)

    def _start(self, number: int, offset: float) -> float:
        return number * self.seconds - offset

    def _named(self, number: int, offset: float, at: float) -> str:
        found = self._names.get((number, offset))
        if found is None:
            start = self._start(number, offset)
            if self._offset(start) != offset:  # it began when the clock was changed
                start = self._change(start, at)
            finest = "milliseconds" if start % 1 else "seconds" if start % 60 else "minutes"
            found = datetime.fromtimestamp(start, self._zone).isoformat(timespec=finest)
            self._names[number, offset] = found
        return found

    def _change(self, low: float, high: float) -> float:
        """Return when the clock was changed to the offset of the later of two instants."""
        before, after = floor(low), floor(high)  # clocks are changed at whole seconds
        offset = self._offset(after)
        between = range(before + 1, after)
        place = bisect_left(between, True, key=lambda at: self._offset(at) == offset)
        return float(before + 1 + place)


def by_interval(
    ledger: Ledger, targets: Mapping[str, float | None], intervals: Intervals, *, now: float
) -> list[measures.ContactMeasures]:
    """Return measures of all intervals from the first arrival to the last, empty ones too.

    Args:
        ledger: the contacts, in order of arrival.
        targets: channel name to target in seconds; None: no target.
        intervals: the intervals.
        now: the instant at which the record ends.

    Cost: O(n log n) in contacts, O(intervals).

    Example:
        >>> by_interval(Ledger(), {}, Intervals(60.0, None), now=0.0)
        []
    """
    arrived_at = ledger.arrived_at
    if not arrived_at:
        return []
    names = [intervals.name(at) for at in arrived_at]
    order = intervals.names(arrived_at[0], arrived_at[-1])
    return measures.grouped(ledger, lambda row: (names[row],), targets, now=now, order=order)
