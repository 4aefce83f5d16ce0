"""Measures are the formulas that they name."""

from __future__ import annotations

import random
from math import ceil

import pytest

from omniqueue import Skills
from omniqueue.model.contact_events import Abandoned, Assigned, Queued
from omniqueue.record import measures
from omniqueue.record.ledger import Ledger
from omniqueue.record.workload import AgentTime

FR = Skills.of({"fr": 1})
FR_LAW = Skills.of({"fr": 1, "law": 2})
NONE = Skills.of({})


def ledger_of(*rows: tuple[str, Skills, float, float | None]) -> Ledger:
    """Channel, skills, arrival, wait (None: still waiting)."""
    ledger = Ledger()
    for number, (channel, skills, at, wait) in enumerate(rows):
        ledger.observe([Queued(at, f"c{number}", channel, skills, 0, at, at)])
        if wait is not None:
            ledger.observe([Assigned(at + wait, f"c{number}", "ana", False)])
    return ledger


def test_waits_of_the_answered() -> None:
    found = measures.measures([4.0, 1.0, 2.0, 9.0], name="phone", waiting=2)
    assert (found.arrived, found.answered, found.waiting) == (6, 4, 2)
    assert (found.mean_wait, found.median_wait) == (4.0, 3.0)
    assert (found.p95_wait, found.longest_wait) == (9.0, 9.0)


@pytest.mark.parametrize("number", [1, 2, 19, 20, 21, 60, 100, 101, 180, 1000])
def test_95th_percentile_is_the_nearest_rank(number: int) -> None:
    waits = [float(n) for n in range(1, number + 1)]
    random.Random(number).shuffle(waits)
    found = measures.measures(waits, name="x").p95_wait
    assert found == float(ceil(number * 95 / 100))
    assert sum(wait <= found for wait in waits) >= 0.95 * number


def test_nothing_to_measure_is_none() -> None:
    found = measures.measures([], name="phone", refused=3)
    assert (found.arrived, found.refused) == (3, 3)
    assert {found.mean_wait, found.median_wait, found.p95_wait, found.service_level} == {None}


def test_service_level_counts_who_waits_longer_than_the_target() -> None:
    ledger = ledger_of(
        ("phone", NONE, 0, 10),  # in target
        ("phone", NONE, 0, 31),  # too late
        ("phone", NONE, 0, 30),  # exactly on target: in
        ("phone", NONE, 0, None),  # waits for 100 s: counted
        ("phone", NONE, 80, None),  # waits for 20 s: not yet to be counted
    )
    (found,) = measures.by_channel(ledger, {"phone": 30.0}, now=100.0)
    assert (found.in_target, found.service_level) == (2, 0.5)
    (no_target,) = measures.by_channel(ledger, {"phone": None}, now=100.0)
    assert no_target.service_level is None


def test_a_contact_counts_under_each_skill() -> None:
    ledger = ledger_of(("phone", FR, 0, 1), ("fax", FR_LAW, 0, 2), ("fax", NONE, 0, 3))
    found = {each.name: each.answered for each in measures.by_skill(ledger, {}, now=9)}
    assert found == {"fr": 2, "law": 1, "(none)": 1}
    assert [each.name for each in measures.by_channel(ledger, {}, now=9)] == ["fax", "phone"]


def test_intervals_come_in_order_of_time() -> None:
    ledger = ledger_of(("phone", NONE, 5, 1), ("phone", NONE, 65, 1), ("phone", NONE, 66, None))
    minutes = [str(int(at // 60)) for at in ledger.arrived_at]
    found = measures.grouped(ledger, lambda row: (minutes[row],), {}, now=99)
    assert [(each.name, each.arrived, each.waiting) for each in found] == [
        ("0", 1, 0),
        ("1", 2, 1),
    ]


def test_totals_add_up() -> None:
    ledger = ledger_of(("phone", NONE, 0, 1), ("phone", NONE, 0, None), ("phone", NONE, 0, None))
    ledger.observe([Abandoned(5.0, "c2")])
    ledger.refuse("c9", "phone", NONE, at=6.0)
    assert measures.totals(ledger) == {
        "contacts_in": 4,
        "answered": 1,
        "waiting": 1,
        "refused": 1,
        "left": 1,
    }


def test_groups_are_summed() -> None:
    ana, eve = AgentTime("ana", 0.0), AgentTime("eve", 0.0)
    for agent in (ana, eve):
        agent.resize(0.0, 2)
        agent.sign(0.0, signed_in=True)
    ana.hold(0.0, 1, 1)
    ana.hold(50.0, -1, -1)
    for agent in (ana, eve):
        agent.settle(100.0)
    groups = measures.by_group({"ana": ana, "eve": eve}, {"ana": "desk", "eve": "desk"}, ["desk"])
    (desk,) = groups
    assert (desk.agents, desk.signed_in_seconds) == (2, 200.0)
    assert (desk.occupancy, desk.load) == (0.25, 0.125)
