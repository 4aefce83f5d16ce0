"""A what-if report: each channel and group of A above that of B, the pairs, the sentence."""

from __future__ import annotations

import json

import attrs
import pytest

from omniqueue import Skills
from omniqueue.report.whatif_tables import whatif_json, whatif_lines
from omniqueue.sim.logs.contact_log import ContactLog, LoggedContact
from omniqueue.sim.logs.staff_file import parse_staff
from omniqueue.sim.studies.what_if import StaffChange, WhatIf, what_if

STAFF = b'[[agents]]\ngroup = "desk"\ncount = 1\n'


@pytest.fixture(scope="module")
def found() -> WhatIf:
    none = Skills.of({})
    contacts = [LoggedContact(f"c{n}", 10.0 * n, "phone", none, 15.0, 0) for n in range(20)]
    return what_if(ContactLog(tuple(contacts)), parse_staff(STAFF), StaffChange(add={"desk": 1}))


def test_both_sides_stand_below_each_other(found: WhatIf) -> None:
    lines = list(whatif_lines(found))
    for name in ("phone", "desk"):
        place = next(place for place, line in enumerate(lines) if line.startswith(f"{name} A "))
        assert lines[place + 1].startswith(f"{name} B ")
    [pairs] = [line.split() for line in lines if line.startswith("all ")]
    assert pairs[1:3] == ["20", "20"]
    assert found.sentence() in lines


def test_in_brief_it_is_the_sentence_and_the_verdicts(found: WhatIf) -> None:
    sentence, first, second = whatif_lines(found, brief=True)
    assert sentence == found.sentence()
    assert first == "fairness A: 20 given, unexplained = 0"
    assert second == "fairness B: 20 given, unexplained = 0"


def test_json_is_plain(found: WhatIf) -> None:
    told = json.loads(json.dumps(whatif_json(found), allow_nan=False))
    assert told["first"]["arrived"] == told["second"]["answered"] == 20
    assert [each["name"] for each in told["differences"]] == ["all", "phone"]
    log = attrs.evolve(found.first.log, folded_weeks=2, busiest_minute=3)
    folded = attrs.evolve(found, first=attrs.evolve(found.first, log=log))
    assert next(iter(whatif_lines(folded, brief=True))).startswith("FOLDED: 2 weeks")
