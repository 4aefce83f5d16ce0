"""What holds in every run: flows and Little's law exactly, giving up at the rate of patience."""

from __future__ import annotations

from pathlib import Path

import attrs
import numpy as np
import pytest

from omniqueue.centre.groups import Group
from omniqueue.centre.times import Exponential, Lognormal
from omniqueue.errors import InvariantError
from omniqueue.model.channel import Channel
from omniqueue.record.ledger import ABANDONED, COMPLETED, EXPIRED, OPEN, REFUSED
from omniqueue.sim.replication.loop import run_replication
from omniqueue.sim.replication.replication_record import (
    CLOSED,
    ReplicationRecord,
    check_identities,
)
from omniqueue.sim.runs.estimates import ratio_interval
from omniqueue.sim.runs.summary import summarise
from omniqueue.sim.scenarios.file import read_scenario
from omniqueue.sim.scenarios.scenario import Redial, Scenario, Stream

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
HOUR = 3600.0
PATIENCE = 120.0


def crowded() -> Scenario:
    """Too few agents, impatient callers of two kinds."""
    calls = Stream(
        "calls",
        channel="phone",
        arrivals="100 per hour",
        handling=Lognormal(240, 200),
        patience=Exponential(PATIENCE),
    )
    return Scenario(
        streams=[
            calls,
            attrs.evolve(calls, name="french", arrivals="30 per hour", skills={"fr": 1}),
        ],
        groups=[Group("all", count=4, skills={"fr": 1}), Group("some", count=3)],
        horizon_seconds=8 * HOUR,
    )


def redialling() -> Scenario:
    """Callers who call again, a small room, priorities."""
    [calls, french] = crowded().streams
    again = Redial(chance=0.5, after=Exponential(60), attempts=3)
    return attrs.evolve(
        crowded(),
        streams=[attrs.evolve(calls, redial=again), attrs.evolve(french, priority=5)],
        order="priority",
        max_waiting=6,
    )


def offered() -> Scenario:
    """Calls held out to agents, some of whom miss or decline; work after the call."""
    phone = Channel("phone", offer_seconds=20, wrap_up_seconds=30, retry_seconds=5)
    groups = [
        attrs.evolve(group, miss=0.1, decline=0.1, reaction=Exponential(5))
        for group in crowded().groups
    ]
    return attrs.evolve(crowded(), channels=[phone], groups=groups)


def cut_off() -> Scenario:
    """A run that ends while contacts wait and are in hand."""
    return attrs.evolve(crowded(), drain_seconds=0.0)


def expiring() -> Scenario:
    """Calls that leave the queue after a time, and those that wait for ever."""
    streams = [attrs.evolve(each, patience=None, expire_seconds=200) for each in crowded().streams]
    return attrs.evolve(crowded(), streams=streams)


MADE = {each.__name__: each() for each in (crowded, redialling, offered, cut_off, expiring)}
SHIPPED = ("desk_scenario.toml", "three_periods.toml")


def scenario_named(name: str) -> Scenario:
    return MADE[name] if name in MADE else read_scenario(EXAMPLES / name)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [*MADE, *SHIPPED])
def test_flows_and_little_hold_exactly(name: str) -> None:
    scenario = scenario_named(name)
    record = run_replication(scenario, 11)
    assert len(record) > 300
    check_identities(record)
    ends = [COMPLETED, ABANDONED, REFUSED, EXPIRED, CLOSED, OPEN]
    assert sum(int(np.sum(record.outcome == end)) for end in ends) == len(record)
    if name != "cut_off":
        assert not np.any(record.outcome == OPEN)
    whole = attrs.evolve(record, warm_up_seconds=0.0, horizon_seconds=record.ended_seconds + 1.0)
    [total] = summarise(whole, scenario)
    # Little's law: contacts waiting, summed over time, are the waits, summed over contacts.
    queue = float(total.contacts["queue_seconds"].sum())
    assert queue == pytest.approx(float(record.waited_seconds.sum()), rel=1e-9)
    in_hand = float(total.contacts["in_hand_seconds"].sum())
    taken = record.agent >= 0
    work = float(np.sum(record.busy_to[taken] - record.answered_at[taken]))
    assert in_hand == pytest.approx(work, rel=1e-9)
    busy, staffed = (total.groups[name].sum() for name in ("busy_seconds", "signed_in_seconds"))
    assert 0 < busy <= staffed * (1 + 1e-9)


@pytest.mark.parametrize("name", ["crowded", "redialling", "offered"])
def test_giving_up_is_patience_rate_times_time_waited(name: str) -> None:
    scenario = scenario_named(name)
    units = []
    for replication in range(20):
        record = run_replication(scenario, 5, replication)
        gone = float(np.sum(record.outcome == ABANDONED))
        units.append((gone, float(record.waited_seconds.sum())))
    gone, waited = np.array(units).T
    assert gone.min() > 30
    found = ratio_interval(gone, waited, confidence=0.9999)
    assert found.covers(1 / PATIENCE)
    assert found.relative_half_width < 0.12
    assert not found.covers(1 / (2 * PATIENCE)), "patience twice too long would be seen"


def broken(record: ReplicationRecord, **changes: object) -> ReplicationRecord:
    return attrs.evolve(record, **changes)  # type: ignore[arg-type]


def test_a_broken_record_is_found() -> None:
    record = run_replication(MADE["crowded"], 3)
    row = int(np.flatnonzero(record.outcome == COMPLETED)[0])
    gone = int(np.flatnonzero(record.outcome == ABANDONED)[0])

    early = record.answered_at.copy()
    early[row] = record.arrived_at[row] - 1
    nobody = record.agent.copy()
    nobody[row] = -1
    lost = record.outcome.copy()
    lost[row] = ABANDONED
    hasty = record.ended_at.copy()
    hasty[gone] -= 0.5 * record.patience[gone]
    for changes in (
        {"answered_at": early},
        {"agent": nobody},
        {"outcome": lost},
        {"ended_at": hasty},
    ):
        with pytest.raises(InvariantError):
            check_identities(broken(record, **changes))
