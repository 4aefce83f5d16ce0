"""`omniqueue route --explain`: answers below the report or in its JSON; nothing else changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from omniqueue.cli import verb as common
from omniqueue.cli.main import main

LOG = """id,time,channel,topic
c1,2024-05-06T09:00:00,phone,law
c2,2024-05-06T09:01:00,phone,law
c@3,2024-05-06T09:02:00,phone,law
c4,2024-05-06T09:02:30,phone,law
"""
STAFF = """
zone = "Europe/Berlin"
handling.default = "10 min"
log.skills = ["topic"]
routing.max_waiting = 2
channels.phone.wrap_up = "1 min"
[[agents]]
group = "desk"
skills = ["law"]
[[agents]]
group = "hall"
"""
NINE = 1714978800.0  # 2024-05-06 09:00 in Berlin

Told = tuple[int, str, str]
Route = Callable[..., Told]


@pytest.fixture
def route(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Route:
    log, staff = tmp_path / "log.csv", tmp_path / "staff.toml"
    log.write_text(LOG, encoding="utf-8")
    staff.write_text(STAFF, encoding="utf-8")

    def run(*asked: str, more: tuple[str, ...] = ()) -> Told:
        options = [option for text in asked for option in ("--explain", text)]
        code = main(["route", str(log), "--staff", str(staff), *options, *more])
        told = capsys.readouterr()
        return code, told.out.replace(str(tmp_path), ""), told.err.replace(str(tmp_path), "")

    return run


def test_answers_stand_below_the_report_in_the_clock_of_the_log(route: Route) -> None:
    _, plain, _ = route()
    code, out, err = route("c@3@2024-05-06T09:10:30", "c2@2024-05-06T09:05", "c2@2024-05-06")
    assert (code, err) == (0, "")
    assert out.startswith(plain)
    assert out.removeprefix(plain) == (
        "\n"
        "c2 at 2024-05-06T00:00:00+02:00: has not arrived yet\n"
        "\n"
        "c2 (phone needs law 1) at 2024-05-06T09:05:00+02:00: waiting since"
        " 2024-05-06T09:01:00+02:00, place 1 of 2 waiting, 1 of 2 of its kind\n"
        "  desk-1 (law 1, capacity 1): 1 has no room"
        " (desk-1 no room: 0 free, 1 needed, holds c1)\n"
        "  hall-1 (no skills, capacity 1): 1 lacks a skill"
        " (hall-1 lacks law at level 1 (has none))\n"
        "  desk-1 no room: 0 free, 1 needed, holds c1\n"
        "  hall-1 lacks law at level 1 (has none)\n"
        "  when work ends: desk-1 (c1)\n"
        "\n"
        "c@3 (phone needs law 1) at 2024-05-06T09:10:30+02:00: waiting since"
        " 2024-05-06T09:02:00+02:00, place 2 of 2 waiting, 2 of 2 of its kind\n"
        "  desk-1 (law 1, capacity 1): 1 has no room"
        " (desk-1 no room: 0 free, 1 needed, holds c1)\n"
        "  hall-1 (no skills, capacity 1): 1 lacks a skill"
        " (hall-1 lacks law at level 1 (has none))\n"
        "  desk-1 no room: 0 free, 1 needed, holds c1\n"
        "  hall-1 lacks law at level 1 (has none)\n"
        "  next, at 2024-05-06T09:11:00+02:00: the wrap_up of c1 ends (desk-1)\n"
        "  or when work ends: desk-1 (c1)\n"
    )


def test_an_answer_is_after_all_that_happens_at_that_time(route: Route) -> None:
    _, out, _ = route(f"c2@{NINE + 660}", f"c2@{NINE + 659.5}", more=("--quiet",))
    before, after = out.split("\n\n")[-2:]
    assert before.startswith("c2 (phone needs law 1) at 2024-05-06T09:10:59.500+02:00: waiting")
    assert after == (
        "c2 (phone needs law 1) at 2024-05-06T09:11:00+02:00: active with desk-1 since"
        " 2024-05-06T09:11:00+02:00 (arrived at 2024-05-06T09:01:00+02:00)\n"
    )


def test_what_becomes_of_refused_and_ended_contacts(route: Route) -> None:
    asked = (f"c4@{NINE + 140}", f"c4@{NINE + 150}", "c1@2024-05-06T12:00:00Z")
    _, out, _ = route(*asked, more=("--quiet",))
    assert out.split("\n\n")[-3:] == [
        "c4 at 2024-05-06T09:02:20+02:00: has not arrived yet",
        "c4 at 2024-05-06T09:02:30+02:00: was refused, the queue was full",
        (
            "c1 (phone needs law 1) at 2024-05-06T14:00:00+02:00: completed since"
            " 2024-05-06T09:11:00+02:00 (arrived at 2024-05-06T09:00:00+02:00)\n"
        ),
    ]


def test_json_has_a_key_of_its_own(route: Route) -> None:
    plain = json.loads(route(more=("--json",))[1])
    assert plain["explained"] is None
    found = json.loads(route("c2@2024-05-06T09:05", "c2@0", more=("--json",))[1])
    never, waits = found["explained"]
    assert {**found, "explained": None} == plain
    assert (waits["contact"], waits["at"]) == ("c2", NINE + 300)
    assert waits["time"] == "2024-05-06T09:05:00+02:00"
    assert waits["explanation"]["work"] == {"desk-1": ["c1"]}
    assert waits["text"][0].startswith("c2 (phone needs law 1) at 2024-05-06T09:05:00+02:00")
    assert (never["time"], never["explanation"]) == ("1970-01-01T01:00:00+01:00", None)


def test_times_of_a_folded_log_are_those_of_the_one_week(route: Route) -> None:
    folded = ("--fold", "week", "--quiet")
    assert (
        "c2 (phone needs law 1) at 2001-01-01T09:05:00+01:00: waiting since 2001-01-01"
        in (route("c2@2001-01-01T09:05", more=folded)[1])
    )


def test_an_interrupted_run_says_what_it_did_not_reach(
    route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def impatient() -> Iterator[Callable[[], bool]]:
        steps = iter(range(10**9))
        yield lambda: next(steps) >= 6  # two agents sign in, four contacts come

    monkeypatch.setattr(common, "stop_wish", impatient)
    code, out, _ = route("c2@2024-05-06T09:01", "c2@2024-05-06T10:00", more=("--quiet",))
    reached, missed = out.split("\n\n")[-2:]
    assert code == 130
    assert ": waiting since" in reached
    assert missed == "c2 at 2024-05-06T10:00:00+02:00: the run was stopped before\n"


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ("c9@2024-05-06T09:05", "T09:05'; expected a contact routed from /log.csv"),
        ("c1", "'c1'; expected CONTACT@TIME, the time in ISO 8601 or in seconds since 1970 UTC"),
        ("@3", "'@3'; expected CONTACT@TIME"),
        ("c1@", "'c1@'; expected CONTACT@TIME"),
        ("c1@noon", "'c1@noon'; expected a time in ISO 8601, or seconds since 1970 UTC"),
        ("c1@nan", "'c1@nan'; expected CONTACT@TIME"),
        ("c1@1e300", "'c1@1e300'; expected CONTACT@TIME"),
        ("c1@1700-01-01", "'c1@1700-01-01'; expected a year from 1900 to 2200"),
        ("c1@2024-03-31T02:30", "expected a time that the clock of the zone shows"),
    ],
)
def test_bad_questions_are_one_line_and_exit_2(asked: str, fault: str, route: Route) -> None:
    code, out, err = route(asked)
    assert (code, out) == (2, "")
    assert err.startswith(("omniqueue: --explain is ", "omniqueue: explain is "))
    assert fault in err
    assert len(err.splitlines()) == 1


def test_contacts_that_are_left_out_are_not_known(route: Route) -> None:
    code, _, err = route("c1@2024-05-06T09:05", more=("--from", "2024-05-06T09:00:30"))
    assert (code, "a contact routed from" in err) == (2, True)
