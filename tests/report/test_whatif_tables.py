"""A what-if report: each channel and group of A above that of B, the pairs, the sentence."""

from __future__ import annotations

import json

import attrs
import pytest

from omniqueue import Skills
from omniqueue.report.whatif_tables import WhatIfReport, whatif_lines
from omniqueue.sim.logs.contact_log import LoggedContact
from omniqueue.sim.logs.staff_file import parse_staff
from omniqueue.sim.studies.whatif import StaffChange, what_if

STAFF = b'[[agents]]\ngroup = "desk"\ncount = 1\n'


@pytest.fixture(scope="module")
def report() -> WhatIfReport:
    none = Skills.of({})
    contacts = [LoggedContact(f"c{n}", 10.0 * n, "phone", none, None, 0) for n in range(20)]
    change = StaffChange(add={"desk": 1})
    found = what_if(parse_staff(STAFF), contacts, [15.0] * 20, change)
    return WhatIfReport(
        log="log.csv", staff="desk.toml", title="", zone=None, folded_weeks=None, dropped=0,
        moved=0, seed=1, found=found,
    )  # fmt: skip


def test_both_sides_stand_below_each_other(report: WhatIfReport) -> None:
    lines = list(whatif_lines(report))
    for name in ("phone", "desk"):
        place = next(place for place, line in enumerate(lines) if line.startswith(f"{name} A "))
        assert lines[place + 1].startswith(f"{name} B ")
    [pairs] = [line.split() for line in lines if line.startswith("all ")]
    assert pairs[1:3] == ["20", "20"]
    assert report.found.sentence() in lines


def test_in_brief_it_is_the_sentence_and_the_verdicts(report: WhatIfReport) -> None:
    sentence, first, second = whatif_lines(report, brief=True)
    assert sentence == report.found.sentence()
    assert first == "fairness A: 20 given, unexplained = 0"
    assert second == "fairness B: 20 given, unexplained = 0"


def test_json_is_plain(report: WhatIfReport) -> None:
    found = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert found["first"]["arrived"] == found["second"]["answered"] == 20
    assert [each["name"] for each in found["differences"]] == ["all", "phone"]
    folded = attrs.evolve(report, folded_weeks=2)
    assert next(iter(whatif_lines(folded, brief=True))).startswith("FOLDED: 2 weeks")
