"""Shifts follow the clock of their zone, also where it jumps."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from omniqueue.centre.groups import Break, Group, ShiftPlan
from omniqueue.centre.shifts import (
    SIGN_IN,
    SIGN_OUT,
    local_instant,
    next_midnight,
    sign_changes,
    signed_in,
)
from omniqueue.centre.week import Hours

CHICAGO = ZoneInfo("America/Chicago")
DAILY = (0, 1, 2, 3, 4, 5, 6)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO).timestamp()


def told(shift: ShiftPlan, start: str, end: str, *, agent: int = 0) -> list[tuple[str, str]]:
    stretches = signed_in(shift, agent, CHICAGO, start=at(start), end=at(end))
    return [(clock(low), clock(high)) for low, high, _ in stretches]


def clock(instant: float) -> str:
    return datetime.fromtimestamp(instant, CHICAGO).strftime("%a %H:%M")


def test_shifts_follow_weekdays_and_clock() -> None:
    shift = ShiftPlan(Hours("fri-sat", "09:00", "17:00"))
    assert told(shift, "2024-05-01", "2024-05-06") == [
        ("Fri 09:00", "Fri 17:00"),
        ("Sat 09:00", "Sat 17:00"),
    ]


def test_a_night_shift_ends_on_the_next_day() -> None:
    night = ShiftPlan(Hours("mon", "22:00", "06:00"))
    assert told(night, "2024-05-06", "2024-05-08") == [("Mon 22:00", "Tue 06:00")]
    assert told(night, "2024-05-07", "2024-05-08") == [("Tue 00:00", "Tue 06:00")]


def test_a_shift_around_the_clock_is_one_stretch() -> None:
    assert told(ShiftPlan(Hours()), "2024-05-06", "2024-05-09") == [("Mon 00:00", "Thu 00:00")]


def test_breaks_are_taken_in_turns_and_may_lie_after_midnight() -> None:
    day = ShiftPlan(Hours("mon", "08:00", "16:00"), breaks=[Break("12:00", "12:30", turns=2)])
    assert told(day, "2024-05-06", "2024-05-07", agent=3) == [
        ("Mon 08:00", "Mon 12:30"),
        ("Mon 13:00", "Mon 16:00"),
    ]
    late = [Break("02:00", "03:00"), Break("22:00", "22:30"), Break("05:30", "06:30")]
    night = ShiftPlan(Hours("mon", "22:00", "06:00"), breaks=late)
    found = list(signed_in(night, 0, CHICAGO, start=at("2024-05-06"), end=at("2024-05-08")))
    assert [(clock(low), clock(high), why) for low, high, why in found] == [
        ("Mon 22:30", "Tue 02:00", "break"),
        ("Tue 03:00", "Tue 05:30", "break"),
    ]


def test_who_signs_in_and_out_in_order_of_time_then_group_then_number() -> None:
    lunch = Break("12:00", "13:00", turns=2)
    groups = [
        Group("a", count=3, shifts=[ShiftPlan(Hours("mon", "12:00", "20:00"))]),
        Group("b", shifts=[ShiftPlan(Hours("mon", "08:00", "16:00"), 3, [lunch]), ShiftPlan()]),
        Group("c"),
    ]
    start, end = at("2024-05-06"), at("2024-05-07")
    found = [
        (clock(when)[4:], change, why if change == SIGN_OUT else "", agents)
        for when, change, why, agents in sign_changes(
            groups, CHICAGO, start=start, end=end, without_shifts=(start, end)
        )
    ]
    assert found == [
        ("00:00", SIGN_IN, "", ["b-4"]),
        ("00:00", SIGN_IN, "", ["c-1"]),
        ("08:00", SIGN_IN, "", ["b-1", "b-2", "b-3"]),
        ("12:00", SIGN_IN, "", ["a-1", "a-2", "a-3"]),
        ("12:00", SIGN_OUT, "break", ["b-1", "b-3"]),
        ("13:00", SIGN_IN, "", ["b-1", "b-3"]),
        ("13:00", SIGN_OUT, "break", ["b-2"]),
        ("14:00", SIGN_IN, "", ["b-2"]),
        ("16:00", SIGN_OUT, "shift over", ["b-1", "b-2", "b-3"]),
        ("20:00", SIGN_OUT, "shift over", ["a-1", "a-2", "a-3"]),
        ("00:00", SIGN_OUT, "shift over", ["b-4"]),
        ("00:00", SIGN_OUT, "shift over", ["c-1"]),
    ]
    assert not list(
        sign_changes(
            [Group("a", count=0)], CHICAGO, start=start, end=end, without_shifts=(start, end)
        )
    )


@pytest.mark.parametrize(
    ("day", "length"), [("2024-03-10", 23 - 16), ("2024-11-03", 25 - 16), ("2024-05-06", 8)]
)
def test_a_night_is_shorter_or_longer_where_the_clock_jumps(day: str, length: int) -> None:
    until_eight = ShiftPlan(Hours(end=8 * 3600))
    start = at(day)
    [(low, high, _)] = signed_in(until_eight, 0, CHICAGO, start=start, end=start + 12 * 3600)
    assert (high - low) / 3600 == length


def test_a_skipped_clock_time_and_one_that_comes_twice() -> None:
    skipped = local_instant(date(2024, 3, 10), 2 * 3600 + 1800, CHICAGO)
    assert datetime.fromtimestamp(skipped, CHICAGO).isoformat() == "2024-03-10T03:30:00-05:00"
    twice = local_instant(date(2024, 11, 3), 3600 + 1800, CHICAGO)
    assert datetime.fromtimestamp(twice, CHICAGO).isoformat() == "2024-11-03T01:30:00-05:00"


def test_midnight_after_a_short_day() -> None:
    assert next_midnight(at("2024-03-10"), CHICAGO) - at("2024-03-10") == 23 * 3600


@given(
    st.builds(
        Hours,
        st.lists(st.sampled_from(DAILY), min_size=1).map(tuple),
        st.integers(0, 86399),
        st.integers(0, 86400),
    ),
    st.lists(
        st.builds(Break, st.integers(0, 86399), st.integers(0, 86400), st.integers(1, 3)),
        max_size=3,
    ),
    st.sampled_from(["2024-03-08", "2024-11-01", "2024-07-01"]),
)
def test_stretches_are_in_order_apart_and_within(
    when: Hours, breaks: list[Break], day: str
) -> None:
    start = at(day)
    end = start + 5.5 * 86400
    found = signed_in(ShiftPlan(when, breaks=breaks), 1, CHICAGO, start=start, end=end)
    edges = [edge for low, high, _ in found for edge in (low, high)]
    assert edges == sorted(set(edges))
    assert not edges or (edges[0] >= start and edges[-1] <= end)
