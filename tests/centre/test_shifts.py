"""Shifts follow the clock of their zone, also where it jumps."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniqueue import InvalidValueError
from omniqueue.centre.shifts import Shift, local_instant, next_midnight, signed_in, weekdays

CHICAGO = ZoneInfo("America/Chicago")
DAILY = (0, 1, 2, 3, 4, 5, 6)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO).timestamp()


def told(shifts: list[Shift], start: str, end: str) -> list[tuple[str, str]]:
    def clock(instant: float) -> str:
        return datetime.fromtimestamp(instant, CHICAGO).strftime("%a %H:%M")

    stretches = signed_in(shifts, CHICAGO, start=at(start), end=at(end))
    return [(clock(low), clock(high)) for low, high in stretches]


def test_shifts_follow_weekdays_and_clock() -> None:
    shift = Shift((4, 5), 9 * 3600, 17 * 3600)
    assert told([shift], "2024-05-01", "2024-05-06") == [
        ("Fri 09:00", "Fri 17:00"),
        ("Sat 09:00", "Sat 17:00"),
    ]


def test_a_night_shift_ends_on_the_next_day() -> None:
    night = Shift((0,), 22 * 3600, 6 * 3600)
    assert told([night], "2024-05-06", "2024-05-08") == [("Mon 22:00", "Tue 06:00")]
    assert told([night], "2024-05-07", "2024-05-08") == [("Tue 00:00", "Tue 06:00")]


def test_touching_and_overlapping_shifts_are_one() -> None:
    shifts = [Shift((0,), 0, 3600), Shift((0,), 3600, 7200), Shift((0,), 5000, 10800)]
    assert told(shifts, "2024-05-06", "2024-05-07") == [("Mon 00:00", "Mon 03:00")]
    around = [Shift(DAILY, 0, 86400)]
    assert told(around, "2024-05-06", "2024-05-09") == [("Mon 00:00", "Thu 00:00")]


def test_no_shifts_is_always() -> None:
    assert list(signed_in([], CHICAGO, start=1.0, end=2.0)) == [(1.0, 2.0)]
    assert list(signed_in([], CHICAGO, start=2.0, end=2.0)) == []


@pytest.mark.parametrize(
    ("day", "hours"), [("2024-03-10", 23 - 16), ("2024-11-03", 25 - 16), ("2024-05-06", 8)]
)
def test_a_night_is_shorter_or_longer_where_the_clock_jumps(day: str, hours: int) -> None:
    until_eight = Shift(DAILY, 0, 8 * 3600)
    start = at(day)
    ((low, high),) = signed_in([until_eight], CHICAGO, start=start, end=start + 12 * 3600)
    assert (high - low) / 3600 == hours


def test_a_skipped_clock_time_and_one_that_comes_twice() -> None:
    skipped = local_instant(date(2024, 3, 10), 2 * 3600 + 1800, CHICAGO)
    assert datetime.fromtimestamp(skipped, CHICAGO).isoformat() == "2024-03-10T03:30:00-05:00"
    twice = local_instant(date(2024, 11, 3), 3600 + 1800, CHICAGO)
    assert datetime.fromtimestamp(twice, CHICAGO).isoformat() == "2024-11-03T01:30:00-05:00"


def test_midnight_after_a_short_day() -> None:
    assert next_midnight(at("2024-03-10"), CHICAGO) - at("2024-03-10") == 23 * 3600


@given(
    st.lists(
        st.builds(
            Shift,
            st.lists(st.sampled_from(DAILY), min_size=1).map(tuple),
            st.integers(0, 86399),
            st.integers(0, 86400),
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(["2024-03-08", "2024-11-01", "2024-07-01"]),
)
def test_stretches_are_in_order_apart_and_within(shifts: list[Shift], day: str) -> None:
    start = at(day)
    end = start + 5.5 * 86400
    edges = [edge for pair in signed_in(shifts, CHICAGO, start=start, end=end) for edge in pair]
    assert edges == sorted(set(edges))
    assert not edges or (edges[0] >= start and edges[-1] <= end)


@pytest.mark.parametrize(
    ("value", "days"),
    [("mon", (0,)), ("fri-mon", (0, 4, 5, 6)), (["Tue", "thu"], (1, 3)), ("mon-sun", DAILY)],
)
def test_weekdays(value: object, days: tuple[int, ...]) -> None:
    assert weekdays("days", value) == days


@pytest.mark.parametrize("value", ["", "monday", "mon-", "1", 1, [], [1], None, ["mon"] * 8])
def test_what_is_no_weekday_is_refused(value: object) -> None:
    with pytest.raises(InvalidValueError, match="days"):
        weekdays("days", value)
