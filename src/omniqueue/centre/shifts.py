"""Shifts on a real clock, as instants: safe where the clock is put forward or back."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import groupby
from typing import Final, Literal, TypeAlias

from omniqueue.centre.groups import Group, ShiftPlan
from omniqueue.centre.week import DAY_SECONDS

BREAK: Final = "break"
SHIFT_OVER: Final = "shift over"
Why: TypeAlias = Literal["break", "shift over"]
SIGN_IN, SIGN_OUT = 0, 1  # at one instant in this order


def local_instant(day: date, clock_seconds: int, zone: tzinfo) -> float:
    """Return the instant (seconds since 1970 UTC) of a clock time on a day.

    A clock time that the clock skips is taken as if the clock had not been put forward (02:30
    is then half an hour after the jump); one that comes twice is the first.

    Example:
        >>> from datetime import timezone
        >>> local_instant(date(1970, 1, 2), 3600, timezone.utc)
        90000.0
    """
    day += timedelta(days=clock_seconds // DAY_SECONDS)
    rest = clock_seconds % DAY_SECONDS
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


def previous_midnight(at: float, zone: tzinfo) -> float:
    """Return the local midnight at or before an instant.

    Example:
        >>> from datetime import timezone
        >>> previous_midnight(90000.0, timezone.utc)
        86400.0
    """
    return min(at, local_instant(datetime.fromtimestamp(at, zone).date(), 0, zone))


def signed_in(
    shift: ShiftPlan, agent: int, zone: tzinfo, *, start: float, end: float
) -> Iterator[tuple[float, float, Why]]:
    """Yield the stretches (from, to, why it ends) within [start, end] of an agent, in order.

    Args:
        shift: the agent's shift; stretches that touch are one.
        agent: which agent of the shift (from 0), for the turns of breaks.
        zone: whose clock and weekdays it follows.
        start: the first instant that counts.
        end: the last instant that counts.
        without_shifts: from when to when agents without shifts are signed in.

    Cost: O(days x breaks), as it is read.

    Example:
        >>> from datetime import timezone
        >>> from omniqueue.sim import Hours
        >>> early = ShiftPlan(Hours("mon-sun", "00:00", "01:00"))
        >>> list(signed_in(early, 0, timezone.utc, start=0.0, end=90000.0))
        [(0.0, 3600.0, 'shift over'), (86400.0, 90000.0, 'shift over')]
    """
    day = datetime.fromtimestamp(start, zone).date() - timedelta(days=1)
    last = datetime.fromtimestamp(end, zone).date()
    running: tuple[float, float, Why] | None = None
    while day <= last:
        pieces = _pieces(shift, agent, day, zone) if day.weekday() in shift.hours.days else ()
        for begin, finish, why in pieces:
            low, high = max(begin, start), min(finish, end)
            if low >= high:
                continue
            if running is not None and low <= running[1]:
                low, high = running[0], max(running[1], high)
            elif running is not None:
                yield running
            running = low, high, why
        day += timedelta(days=1)
    if running is not None:
        yield running


def _pieces(
    shift: ShiftPlan, agent: int, day: date, zone: tzinfo
) -> Iterator[tuple[float, float, Why]]:
    """Yield what breaks leave of the shift that starts on a day."""
    hours = shift.hours
    low = local_instant(day, hours.start, zone)
    high = local_instant(day, hours.start + hours.length, zone)
    for begin, finish in sorted(each.within(hours, agent) for each in shift.breaks):
        begin_at = local_instant(day, begin, zone)
        if begin_at < high:
            if low < begin_at:
                yield low, begin_at, BREAK
            low = max(low, local_instant(day, finish, zone))
    if low < high:
        yield low, high, SHIFT_OVER


def sign_changes(
    groups: Sequence[Group],
    zone: tzinfo,
    *,
    start: float,
    end: float,
    without_shifts: tuple[float, float],
) -> Iterator[tuple[float, int, Why, list[str]]]:
    """Yield who signs in and out within [start, end]: (at, SIGN_IN or SIGN_OUT, why, agents).

    At one instant those who sign in come first; then by group, then by the agent's number.

    Args:
        groups: the agent groups, with shifts or without.
        zone: whose clock and weekdays the shifts follow.
        start: the first instant that counts.
        end: the last instant that counts.
        without_shifts: from when to when agents without shifts are signed in.

    Cost: O(days x agents), as it is read.
    """

    def of(
        place: int, first: int, stretches: Iterator[tuple[float, float, Why]]
    ) -> Iterator[tuple[float, int, int, Why, int]]:
        for low, high, why in stretches:
            yield low, SIGN_IN, place, why, first
            yield high, SIGN_OUT, place, why, first

    streams, agents = [], {}
    for place, group in enumerate(groups):
        for numbers, shift, turn in _alike(group):
            low, high = without_shifts
            always: Sequence[tuple[float, float, Why]] = ((low, high, SHIFT_OVER),)
            found = (
                iter(always if low < high else ())
                if shift is None
                else signed_in(shift, turn, zone, start=start, end=end)
            )
            agents[place, numbers[0]] = numbers
            streams.append(of(place, numbers[0], found))
    for (at, change, place, why), several in groupby(heapq.merge(*streams), lambda it: it[:4]):
        numbers = sorted(number for it in several for number in agents[place, it[4]])
        yield at, change, why, [f"{groups[place].name}-{number}" for number in numbers]


def _alike(group: Group) -> Iterator[tuple[list[int], ShiftPlan | None, int]]:
    """Yield the numbers of the agents who come and go together, with their shift and turn."""
    if not group.shifts:
        if group.size:
            yield list(range(1, group.size + 1)), None, 0
        return
    first = 1
    for shift in group.shifts:
        together: dict[tuple[int, ...], list[int]] = {}
        for turn in range(group.shift_count(shift)):
            kind = tuple(turn % each.turns for each in shift.breaks)
            together.setdefault(kind, []).append(first + turn)
        for numbers in together.values():
            yield numbers, shift, numbers[0] - first
        first += group.shift_count(shift)
