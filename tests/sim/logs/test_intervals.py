"""`omniqueue route --interval`: whole tables, names by the clock, changes of the clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from omniqueue.cli.main import main
from omniqueue.errors import InvalidValueError
from omniqueue.record.measures import TOTALS
from omniqueue.sim.logs.intervals import Intervals

Table = Callable[..., list[dict[str, object]]]

BERLIN = ZoneInfo("Europe/Berlin")
STAFF = 'zone = "Europe/Berlin"\nhandling.default = "60 s"\n[[agents]]\ngroup = "desk"\n'


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@pytest.fixture
def table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., object]:
    """Route contacts of these times; return the intervals."""

    def run(*times: str, options: tuple[str, ...]) -> object:
        log, staff = tmp_path / "log.csv", tmp_path / "staff.toml"
        rows = "".join(f"c{place},{time},phone\n" for place, time in enumerate(times))
        log.write_text(f"id,time,channel\n{rows}")
        staff.write_text(STAFF)
        main(["route", str(log), "--staff", str(staff), "--json", *options])
        told = capsys.readouterr()
        return json.loads(told.out)["intervals"] if told.out else told.err

    return run


def test_intervals_without_an_arrival_are_listed(table: Table) -> None:
    found = table("2024-05-06T09:10", "2024-05-06T10:40", options=("--interval", "30min"))
    assert [(each["name"], each["arrived"]) for each in found] == [
        ("2024-05-06T09:00+02:00", 1),
        ("2024-05-06T09:30+02:00", 0),
        ("2024-05-06T10:00+02:00", 0),
        ("2024-05-06T10:30+02:00", 1),
    ]
    nobody = found[1]
    counts = (*TOTALS[1:], "answered_in_target")
    assert [nobody[key] for key in counts] == [0] * len(counts)
    measured = ("mean_wait", "median_wait", "p95_wait", "longest_wait", "service_level")
    assert [nobody[key] for key in measured] == [None] * 5


def test_so_it_is_in_a_folded_week(table: Table) -> None:
    times = ("2024-05-06T09:10", "2024-05-15T10:00", "2024-05-20T11:00")
    found = table(*times, options=("--interval", "1d", "--fold", "week"))
    assert [(each["name"], each["arrived"]) for each in found] == [
        ("2001-01-01T00:00+01:00", 2),
        ("2001-01-02T00:00+01:00", 0),
        ("2001-01-03T00:00+01:00", 1),
    ]


def test_too_many_intervals_are_refused_before_the_run(table: Callable[..., str]) -> None:
    said = table("1999-05-06T09:10", "2024-05-06T10:40", options=("--interval", "1min"))
    assert said == (
        "omniqueue: --interval is '1min'; expected at most 1,000,000 intervals from the first"
        " contact to the last\n"
    )


def test_an_hour_that_the_clock_skips_or_shows_twice() -> None:
    hours = Intervals(3600.0, BERLIN)
    spring = hours.names(at("2024-03-31T00:30+01:00"), at("2024-03-31T04:10+02:00"))
    assert spring == [
        "2024-03-31T00:00+01:00",
        "2024-03-31T01:00+01:00",
        "2024-03-31T03:00+02:00",
        "2024-03-31T04:00+02:00",
    ]
    autumn = hours.names(at("2024-10-27T01:30+02:00"), at("2024-10-27T03:00+01:00"))
    assert autumn == [
        "2024-10-27T01:00+02:00",
        "2024-10-27T02:00+02:00",
        "2024-10-27T02:00+01:00",
        "2024-10-27T03:00+01:00",
    ]


def test_a_day_on_which_the_clock_is_changed_is_two_intervals() -> None:
    days = Intervals(86400.0, BERLIN)
    names = [
        "2024-10-26T00:00+02:00",
        "2024-10-27T00:00+02:00",
        "2024-10-27T02:00+01:00",
        "2024-10-28T00:00+01:00",
    ]
    assert days.names(at("2024-10-26T12:00+02:00"), at("2024-10-28T12:00+01:00")) == names
    assert days.name(at("2024-10-27T23:59:59+01:00")) == names[2]


@pytest.mark.parametrize("seconds", [60.0, 90.1, 1800.0, 5400.0, 7200.0, 86400.0, 604800.0])
@pytest.mark.parametrize("zone", [BERLIN, None, ZoneInfo("Australia/Lord_Howe")])
def test_every_instant_is_in_a_listed_interval_and_they_are_in_order(
    seconds: float, zone: ZoneInfo | None
) -> None:
    first, last = at("2024-03-30T12:00Z"), at("2024-04-07T18:00Z")
    listed = Intervals(seconds, zone).names(first, last)
    assert len(set(listed)) == len(listed)
    assert [at(name) for name in listed] == sorted(at(name) for name in listed)
    places = {name: place for place, name in enumerate(listed)}
    other = Intervals(seconds, zone)  # which is asked in another order
    span = last - first
    found = [places[other.name(first + span * step / 5000)] for step in range(5001)]
    assert found == sorted(found)
    assert (found[0], found[-1]) == (0, len(listed) - 1)


def test_a_name_is_no_rounder_than_the_start() -> None:
    assert Intervals(90.0, None).names(0.0, 100.0) == [
        "1970-01-01T00:00+00:00",
        "1970-01-01T00:01:30+00:00",
    ]


def test_a_length_is_refused_where_there_are_too_many() -> None:
    Intervals(60.0, None).check(0.0, 60e6)
    with pytest.raises(InvalidValueError, match="1,000,000 intervals"):
        Intervals(60.0, None).check(0.0, 61e6)
