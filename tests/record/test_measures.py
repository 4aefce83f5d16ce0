"""Measures are the formulas that they name."""

from __future__ import annotations

import random
from io import StringIO
from math import ceil

import pytest

from omniqueue import Agent, Channel, Contact, Router, Skills
from omniqueue.centre.groups import Group
from omniqueue.model.contact_events import Abandoned, Assigned, Cancelled, Queued
from omniqueue.record import measures
from omniqueue.record.audit import audited
from omniqueue.record.event_lines import EventWriter
from omniqueue.record.event_reading import EventReader
from omniqueue.record.ledger import Ledger
from omniqueue.record.live_statistics import LiveStatistics
from omniqueue.record.measures import MEASURES, ContactMeasures
from omniqueue.record.workload import AgentTime
from omniqueue.sim.runs.replications import simulate
from omniqueue.sim.scenarios.arrivals import Trace
from omniqueue.sim.scenarios.scenario import Scenario, Stream

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


def phone(*waits: float | None, target_seconds: float | None = None) -> ContactMeasures:
    """Contacts that arrived at 0 (None: still waiting at 100)."""
    ledger = ledger_of(*(("phone", NONE, 0, wait) for wait in waits))
    (found,) = measures.grouped(
        ledger, lambda row: ("phone",), {"phone": target_seconds}, now=100.0, order=["phone"]
    )
    return found


def test_every_row_has_what_it_divides() -> None:
    sums = dict.fromkeys((each.over for each in MEASURES.values()), 1.0)
    sums |= {each.under: 4.0 for each in MEASURES.values() if each.under is not None}
    for each in MEASURES.values():
        assert each.value(sums) == sums[each.over] / sums.get(each.under or "", 1.0)
        assert each.unit in ("contacts", "agents", "seconds", "share")
    assert len({each.label for each in MEASURES.values()}) == len(MEASURES)


def test_waits_of_the_answered() -> None:
    found = phone(4.0, 1.0, 2.0, 9.0, None, None)
    assert [found.sums[name] for name in ("arrived", "answered", "open")] == [6, 4, 2]
    assert (found.value("mean_wait"), found.median_wait) == (4.0, 3.0)
    assert (found.p95_wait, found.longest_wait) == (9.0, 9.0)
    assert found.value("mean_wait_all") == (16.0 + 2 * 100.0) / 6


@pytest.mark.parametrize("number", [1, 2, 19, 20, 21, 60, 100, 101, 180, 1000])
def test_95th_percentile_is_the_nearest_rank(number: int) -> None:
    waits = [float(n) for n in range(1, number + 1)]
    random.Random(number).shuffle(waits)
    found = phone(*waits).p95_wait
    assert found == float(ceil(number * 95 / 100))
    assert sum(wait <= found for wait in waits) >= 0.95 * number


def test_nothing_to_measure_is_none() -> None:
    ledger = Ledger()
    for number in range(3):
        ledger.refuse(f"c{number}", "phone", NONE, at=0.0)
    (found,) = measures.by_channel(ledger, {"phone": 20.0}, now=9.0)
    assert (found.sums["arrived"], found.sums["refused"]) == (3, 3)
    said = found.to_dict()
    nobody = ("mean_wait", "median_wait", "p95_wait", "service_level", "abandonment")
    assert {said[name] for name in nobody} == {None}
    assert said["service_level_arrived"] == 0.0


def test_service_levels_by_name() -> None:
    ledger = ledger_of(*(("phone", NONE, 0, wait) for wait in (0, 20, 30, None, None, None)))
    ledger.observe([Abandoned(20.0, "c3"), Abandoned(99.0, "c4"), Cancelled(21.0, "c5")])
    ledger.refuse("c6", "phone", NONE, at=0.0)
    (found,) = measures.by_channel(ledger, {"phone": 20.0}, now=100.0)
    assert found.value("service_level") == 2 / 5  # not who left within the target, nor refused
    assert found.value("service_level_answered") == 2 / 3
    assert found.value("service_level_arrived") == 2 / 7
    counts = {"arrived": 7, "answered": 3, "abandoned": 2, "cancelled": 1, "refused": 1}
    assert {name: found.sums[name] for name in counts} == counts


def test_service_level_counts_who_waits_longer_than_the_target() -> None:
    ledger = ledger_of(
        ("phone", NONE, 0, 10),  # in target
        ("phone", NONE, 0, 31),  # too late
        ("phone", NONE, 0, 30),  # exactly on target: in
        ("phone", NONE, 0, None),  # waits for 100 s: counted
        ("phone", NONE, 80, None),  # waits for 20 s: not yet to be counted
    )
    (found,) = measures.by_channel(ledger, {"phone": 30.0}, now=100.0)
    assert (found.sums["answered_in_target"], found.value("service_level")) == (2, 0.5)
    (no_target,) = measures.by_channel(ledger, {"phone": None}, now=100.0)
    assert no_target.value("service_level") is None


def test_a_contact_counts_under_each_skill() -> None:
    ledger = ledger_of(("phone", FR, 0, 1), ("fax", FR_LAW, 0, 2), ("fax", NONE, 0, 3))
    found = {each.name: each.sums["answered"] for each in measures.by_skill(ledger, {}, now=9)}
    assert found == {"fr": 2, "law": 1, "(none)": 1}
    assert [each.name for each in measures.by_channel(ledger, {}, now=9)] == ["fax", "phone"]


def test_intervals_come_in_order_of_time() -> None:
    ledger = ledger_of(("phone", NONE, 5, 1), ("phone", NONE, 65, 1), ("phone", NONE, 66, None))
    minutes = [str(int(at // 60)) for at in ledger.arrived_at]
    found = measures.grouped(ledger, lambda row: (minutes[row],), {}, now=99)
    assert [(each.name, each.sums["arrived"], each.sums["open"]) for each in found] == [
        ("0", 1, 0),
        ("1", 2, 1),
    ]


def test_totals_add_up() -> None:
    ledger = ledger_of(("phone", NONE, 0, 1), ("phone", NONE, 0, None), ("phone", NONE, 0, None))
    ledger.observe([Abandoned(5.0, "c2")])
    ledger.refuse("c9", "phone", NONE, at=6.0)
    assert measures.totals(ledger) == {
        "arrived": 4,
        "answered": 1,
        "abandoned": 1,
        "cancelled": 0,
        "expired": 0,
        "refused": 1,
        "open": 1,
    }


def test_groups_are_summed() -> None:
    ana, eve = AgentTime("ana", 0.0), AgentTime("eve", 0.0)
    for agent in (ana, eve):
        agent.resize(0.0, 2)
        agent.set_presence(0.0, "ready")
    ana.hold(0.0, 1, 1)
    ana.hold(50.0, -1, -1)
    for agent in (ana, eve):
        agent.settle(100.0)
    groups = measures.by_group({"ana": ana, "eve": eve}, {"ana": "desk", "eve": "desk"}, ["desk"])
    (desk,) = groups
    assert (desk.agents, desk.value("signed_in_seconds")) == (2, 200.0)
    assert (desk.value("occupancy"), desk.value("load")) == (0.25, 0.125)


def test_one_service_level_wherever_it_is_told() -> None:
    """One call answered at once, one gone after 99 s, against a target of 20 s."""
    channels = [Channel("phone", target_seconds=20)]
    router, ledger, live = Router(channels=channels), Ledger(), LiveStatistics(channels)
    file = StringIO()
    writer = EventWriter(file, channels, order="arrival", selection="longest-idle")
    for listener in (ledger, live, writer):
        router.observe(listener.hear)
    router.add_agent(Agent("ana"), at=0)
    router.submit(Contact("c1", "phone"), at=0)
    router.submit(Contact("c2", "phone"), at=0)
    router.abandon("c2", at=99)
    router.complete("c1", at=100)
    writer.close(at=100)
    [routed] = measures.by_channel(ledger, {"phone": 20.0}, now=100.0)
    [shown] = live.summary(at=100).channels
    reader = EventReader("events.jsonl", file.getvalue().splitlines())
    [judged] = audited(reader.header, reader).channels
    simulated = simulate(
        Scenario(
            streams=[
                Stream(
                    "calls", channel="phone", arrivals=Trace([0, 0], [100, 100]), patience="99s"
                )
            ],
            groups=[Group("desk")],
            channels=channels,
            horizon_seconds=200.0,
        ),
        replications=1,
    )
    level = "service_level"
    assert routed.value(level) == shown.value(level) == judged.value(level) == 0.5
    assert simulated.estimate(level).value == 0.5
    for name, value in routed.values().items():
        assert shown.value(name) == judged.value(name) == value, name
        if name != "cancelled":  # none are, in a simulation
            assert simulated.estimate(name).value == value, name
