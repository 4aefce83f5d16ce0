"""The report of a run says what it must, as text and as JSON."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import attrs

from omniqueue import Skills
from omniqueue.centre.groups import Group
from omniqueue.model.contact_events import Assigned, Queued
from omniqueue.record.ledger import Ledger
from omniqueue.record.measures import (
    AGENT_SUMS,
    RECORD_FORMULAS,
    TOTALS,
    ContactMeasures,
    ContactSums,
    GroupMeasures,
    by_channel,
)
from omniqueue.record.verdict import FairnessFault, Verdict
from omniqueue.report.route_tables import route_json, route_lines
from omniqueue.sim.logs.contact_log import ContactLog
from omniqueue.sim.logs.staff_file import Staff
from omniqueue.sim.studies.routed_log import RoutedLog

LOG = ContactLog((), name="log.csv")
STAFF = Staff(
    groups=[Group("desk", count=2)],
    title="A desk",
    zone=ZoneInfo("America/Chicago"),
    name="staff.toml",
)
FAULT = FairnessFault(30.0, "passed over", "c2", "ana", "phone fr 1", "c1", 2)
FAIR = Verdict(judged=3, overtakings={"skill": 4, "room": 0}, unexplained={}, faults=())
UNFAIR = Verdict(
    judged=3,
    overtakings={"skill": 0},
    unexplained={"passed over": 3},
    faults=(FAULT,),
    most_overtaken=("c1", 3),
)


def waited(*waits: float, name: str) -> ContactMeasures:
    """Contacts that arrived at 0 and waited so long, against a target of 20 seconds."""
    ledger, none = Ledger(), Skills.of({})
    for number, wait in enumerate(waits):
        ledger.observe([Queued(0.0, f"c{number}", name, none, 0, 0.0, 0.0)])
        ledger.observe([Assigned(wait, f"c{number}", "ana", False)])
    (found,) = by_channel(ledger, {name: 20.0}, now=99.0)
    return found


def counts(**several: int) -> dict[str, int]:
    return dict.fromkeys(TOTALS, 0) | several


def a_report(log: ContactLog = LOG, **changes: object) -> RoutedLog:
    routed = RoutedLog(
        log=log,
        staff=STAFF,
        started_at=21600.0,
        ended_at=25200.0,
        incomplete=False,
        unserved={},
        order="arrival",
        selection="longest-idle",
        ledger=Ledger(),
        totals=counts(arrived=6, answered=3, open=2, refused=1),
        channels=[waited(1.0, 61.0, name="phone")],
        skills=[waited(3.0, name="(none)")],
        groups=[
            GroupMeasures(
                name="desk",
                agents=2,
                sums={
                    "signed_in_seconds": 7200,
                    "busy_seconds": 3600,
                    "load_seconds": 3600,
                    "answered": 3,
                },
            )
        ],
        intervals=None,
        interval_seconds=None,
        verdict=FAIR,
        explained=None,
    )
    return attrs.evolve(routed, **changes)  # type: ignore[arg-type]


def text(routed: RoutedLog, *, brief: bool = False) -> str:
    return "\n".join(route_lines(routed, brief=brief))


def test_a_whole_report() -> None:
    lines = text(a_report())
    assert lines.startswith("A desk\nlog.csv through staff.toml: order arrival")
    assert "1970-01-01T00:00:00-06:00 to 1970-01-01T01:00:00-06:00" in lines
    assert "6 contacts arrived = 3 answered + 1 refused + 2 open" in lines
    rows = [line.split() for line in lines.splitlines()]
    phone = ["phone", "2", "2", "31s", "31s", "1m", "01s", "1m", "01s", "50.0", "%"]
    assert phone in rows
    assert ["desk", "2", "2.0", "h", "50.0", "%", "50.0", "%", "3"] in rows
    assert "service level = answered within the target / (" in lines
    assert "skill                         4  the agent lacks a skill it needs" in lines
    assert "room" not in lines.split("Fairness")[1]
    assert lines.endswith("unexplained = 0")


def test_the_counts_of_a_table_add_up() -> None:
    """Outcomes that no contact had are left out; every other stands in its column."""
    sums = ContactSums()
    for outcome in ("answered", "answered", "abandoned", "expired", "refused", "open"):
        sums.add(outcome, 30.0, 20.0)
    phone = attrs.evolve(waited(1.0, name="phone"), sums=sums.to_dict())
    lines = text(a_report(channels=[phone, waited(1.0, name="fax")])).splitlines()
    place = next(place for place, line in enumerate(lines) if line.startswith("channel"))
    head, *rows = (line.split() for line in lines[place : place + 3])
    assert head[1:7] == ["arrived", "answered", "abandoned", "expired", "refused", "open"]
    for row in rows:
        arrived, *others = map(int, row[1:7])
        assert arrived == sum(others)


def test_an_empty_group_has_no_occupancy() -> None:
    nobody = GroupMeasures(name="desk", agents=0, sums=dict.fromkeys(AGENT_SUMS, 0))
    rows = [line.split() for line in text(a_report(groups=[nobody])).splitlines()]
    assert ["desk", "0", "0.0", "h", "-", "-", "0"] in rows


def test_one_is_told_in_the_singular() -> None:
    totals = counts(arrived=1, answered=1)
    once = attrs.evolve(UNFAIR, most_overtaken=("c1", 1))
    lines = text(a_report(totals=totals, verdict=once))
    assert "\n1 contact arrived = 1 answered" in lines
    assert "overtaken most often: c1, 1 time\n" in lines


def test_a_brief_report_is_totals_and_verdict() -> None:
    lines = text(a_report(), brief=True).splitlines()
    assert lines[0].startswith("6 contacts arrived")
    assert lines[-1] == "unexplained = 0"
    assert len(lines) == 6


def test_folding_repair_and_interruption_are_said() -> None:
    folded = text(a_report(ContactLog((), 2, 1, folded_weeks=9, busiest_minute=27)))
    assert "FOLDED: 9 weeks laid over one" in folded
    assert "at most 27 contacts within a minute" in folded
    assert "REPAIRED: 2 bad rows left out, 1 row sorted in" in folded
    short = text(a_report(ContactLog((), 1, folded_weeks=1, busiest_minute=2)), brief=True)
    assert short.startswith("FOLDED: 1 week laid over one")
    assert "\nREPAIRED: 1 bad row left out, 0 rows sorted in\n" in short
    for brief in (True, False):
        partial = text(a_report(incomplete=True), brief=brief)
        assert partial.startswith("INCOMPLETE: this is a partial result, up to 1970-01-01T01:00")


def test_what_nobody_can_serve_is_said() -> None:
    lines = text(a_report(unserved={"ordrs (no agent has it)": 1}), brief=True)
    assert lines.startswith("NOBODY CAN SERVE: 1 contact needs ordrs (no agent has it)\n")


def test_faults_are_named_with_the_clock_of_the_report() -> None:
    lines = text(a_report(verdict=UNFAIR))
    assert "unexplained = 3\n  passed over: 3\n" in lines
    assert (
        "passed over: at 1969-12-31T18:00:30-06:00 ana got c2 while c1 (phone fr 1)"
        " and 2 more like it waited before it"
    ) in lines
    assert "overtaken most often: c1, 3 times" in lines


def test_json_is_plain_and_adds_up() -> None:
    found = json.loads(json.dumps(route_json(a_report(verdict=UNFAIR)), allow_nan=False))
    assert found["arrived"] == sum(found[name] for name in TOTALS[1:])
    assert found["channels"][0]["service_level"] == 0.5
    assert found["verdict"]["faults"][0]["passed_over"] == "c1"
    assert found["intervals"] is None
    assert found["formulas"] == RECORD_FORMULAS


def test_intervals_have_a_table_of_their_own() -> None:
    intervals = [waited(1.0, name="1970-01-01T00:00-06:00")]
    lines = text(a_report(intervals=intervals, interval_seconds=1800.0))
    assert "arrived within 30m 00s of" in lines
