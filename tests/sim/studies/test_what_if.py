"""What if: the same contacts through two staffs, compared one by one."""

from __future__ import annotations

import random
from math import isnan
from pathlib import Path

import numpy as np
import pytest

from omniqueue import Skills
from omniqueue.errors import InvalidValueError
from omniqueue.sim.logs.contact_log import ContactLog, LoggedContact, read_log
from omniqueue.sim.logs.staff_file import Staff, parse_staff, read_staff
from omniqueue.sim.studies.what_if import (
    StaffChange,
    WhatIf,
    batch_interval,
    changed,
    paired,
    what_if,
)

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
NONE = Skills.of({})
DESK = b'[[agents]]\ngroup = "desk"\ncount = 2\nskills = { fr = 2, en = 1 }\n'


def shipped(change: StaffChange) -> WhatIf:
    staff = read_staff(str(EXAMPLES / "desk_staff.toml"))
    log = read_log(str(EXAMPLES / "desk_log.csv"), staff.columns, zone=staff.zone)
    return what_if(log, staff, change)


def one_kind(number: int, seed: int) -> ContactLog:
    """Contacts that all need the same, with whole seconds (sums are exact)."""
    chance = random.Random(seed)
    at, log = 0.0, []
    for place in range(number):
        at += chance.randrange(20)
        seconds = float(chance.randrange(1, 60))
        log.append(LoggedContact(f"c{place}", at, "phone", NONE, seconds, 0))
    return ContactLog(tuple(log))


def test_no_change_changes_nothing_at_all() -> None:
    found = shipped(StaffChange())
    assert {each.name for each in found.differences} == {
        "all", "chat", "email", "fax", "phone", "web",
    }  # fmt: skip
    for each in found.differences:
        assert each.change.value == 0
        assert (each.better, each.worse, each.same) == (0, 0, each.contacts)
        assert each.pairs == each.contacts
        assert each.change.half_width == 0 or isnan(each.change.half_width)
        assert not each.shown
    assert found.sentence() == "Nothing changes: every contact waits exactly as long as before."
    assert found.first.totals == found.second.totals
    assert found.first.verdict == found.second.verdict
    assert found.fair


@pytest.mark.parametrize("seed", range(5))
def test_more_agents_never_make_anybody_of_one_kind_wait_longer(seed: int) -> None:
    """First come, first served among equals: no wait grows (not so with skills)."""
    log = one_kind(400, seed)
    found = what_if(log, parse_staff(DESK), StaffChange(add={"desk": 1}))
    every = found.differences[0]
    assert every.worse == 0
    assert every.better > 0
    assert every.change.value < 0
    assert found.first.totals["answered"] == found.second.totals["answered"] == 400


def test_more_agents_for_the_shipped_log() -> None:
    found = shipped(StaffChange(add={"late": 2, "technicians": 2}))
    every = found.differences[0]
    assert every.shown
    assert every.change.high < 0
    assert every.better > every.worse
    assert found.fair
    assert "s less on average" in str(found.sentence())
    assert [group.agents for group in found.second.groups] == [5, 7, 6, 2, 2]


def test_fewer_agents_are_worse() -> None:
    every = shipped(StaffChange(remove={"all-round": 2, "late": 1})).differences[0]
    assert every.change.value > 0
    assert every.worse > every.better


def test_without_a_skill_the_contacts_that_need_it_wait() -> None:
    found = shipped(StaffChange(without_skills=["polish"]))
    polish = 261  # in the shipped log
    assert found.first.totals["open"] == 0
    assert found.second.totals["open"] == polish
    assert found.differences[0].only_first == polish
    assert "261 fewer are answered at all" in str(found.sentence())
    assert found.fair


def test_another_order_helps_some_and_costs_others() -> None:
    found = shipped(StaffChange(order="priority", selection="closest-fit"))
    assert (found.second.order, found.second.selection) == ("priority", "closest-fit")
    assert found.first.order == "arrival"
    every = found.differences[0]
    assert every.better > 0
    assert every.worse > 0
    assert sum(each.contacts for each in found.differences[1:]) == every.contacts


def test_changes_come_together() -> None:
    staff = parse_staff(DESK)
    change = StaffChange(
        add={"desk": 3}, remove={"desk": 1}, without_skills=["fr"], order="aging:9"
    )
    other = changed(staff, change)
    assert other.groups[0].count == 4
    assert dict(other.groups[0].skills) == {"en": 1}
    assert other.order == "aging:9"
    assert change.text() == "3 more in desk, 1 fewer in desk, nobody with skill fr, order aging:9"
    assert StaffChange().text() == "no change"
    assert changed(staff, StaffChange()) == staff


def test_all_agents_of_a_group_can_go() -> None:
    log = one_kind(30, 1)
    found = what_if(log, parse_staff(DESK), StaffChange(remove={"desk": 2}))
    assert found.second.totals["open"] == 30
    assert found.second.groups[0].agents == 0
    assert str(found.sentence()).startswith("No contact is answered in both: 0.0 %")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (StaffChange(add={"moon": 1}), "add agents is 'moon'; expected a group: desk"),
        (StaffChange(remove={"desk": 3}), "remove agents is 'desk'; expected no more than"),
        (StaffChange(without_skills=["pl"]), "without skill is 'pl'; expected a skill that"),
        (StaffChange(add={"desk": 10**6}), "expected an int from 0 to 100000"),
        (StaffChange(order="os:system"), "order is 'os:system'"),
        (StaffChange(selection="x"), "selection is 'x'"),
    ],
)
def test_what_cannot_be_changed_is_refused(change: StaffChange, fault: str) -> None:
    staff: Staff = parse_staff(DESK)
    with pytest.raises(InvalidValueError, match=fault):
        changed(staff, change)


def test_pairs_are_counted_with_those_answered_once() -> None:
    nan = float("nan")
    found = paired(
        "all", np.array([5.0, 1.0, 2.0, nan, 4.0, nan]), np.array([3.0, 2.0, 2.0, 7.0, nan, nan])
    )
    assert (found.pairs, found.better, found.worse, found.same) == (3, 2, 2, 2)
    assert (found.only_first, found.only_second) == (1, 1)
    assert found.change.value == pytest.approx((-2 + 1 + 0) / 3)


def test_batches_give_neighbours_that_go_together_a_wider_interval() -> None:
    """Of a first-order autoregression (0.9), 95 % intervals by batches cover far more often."""
    chance = np.random.default_rng(5)
    covered = naive = 0
    for _ in range(200):
        noise = chance.normal(size=4000)
        values = np.zeros(4000)
        for place in range(1, 4000):
            values[place] = 0.9 * values[place - 1] + noise[place]
        found = batch_interval(values)
        covered += found.covers(0.0)
        naive += abs(np.mean(values)) <= 1.96 * np.std(values) / np.sqrt(4000)
    assert covered >= 180
    assert naive < 130
    assert isnan(batch_interval(np.zeros(0)).value)
    assert isnan(batch_interval(np.ones(99)).low)
    assert batch_interval(np.ones(100)).half_width == 0
