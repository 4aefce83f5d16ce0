"""Results: every number is the one that counting by hand gives."""

from __future__ import annotations

import json
from math import nan

import numpy as np
import pytest

from omniqueue import Channel
from omniqueue.centre.groups import Group, ShiftPlan
from omniqueue.centre.times import Exponential
from omniqueue.centre.week import Hours
from omniqueue.errors import InvalidValueError, InvariantError
from omniqueue.sim.replication.loop import run_replication
from omniqueue.sim.replication.replication_record import check_identities
from omniqueue.sim.runs.replications import simulate
from omniqueue.sim.runs.results import CONTACT_MEASURES, SimulationResult
from omniqueue.sim.runs.summary import summarise
from omniqueue.sim.scenarios.arrivals import Poisson, Rate, Trace
from omniqueue.sim.scenarios.scenario import Scenario, Stream


@pytest.fixture(scope="module")
def two_days() -> SimulationResult:
    scenario = Scenario(
        streams=[
            Stream(
                "calls",
                channel="phone",
                arrivals=Trace([0, 10, 20, 90000], [60, 60, 60, 60]),
                patience="100s",
            ),
            Stream(
                "faxes", channel="fax", arrivals=Trace([15, 5400], [60, 60]), skills={"paper": 1}
            ),
        ],
        groups=[
            Group(
                "desk", skills={"paper": 1}, shifts=[ShiftPlan(Hours("mon-sun", "00:00", "02:00"))]
            )
        ],
        channels=[Channel("phone", target_seconds=20), Channel("fax", target_seconds=300)],
        horizon_seconds=2 * 86400.0,
    )
    return simulate(scenario, replications=2)


def test_numbers_by_hand(two_days: SimulationResult) -> None:
    # The desk takes the calls of 0, 10 and the fax of 15 at 0, 60, 120; the call of 20 leaves.
    value = {name: two_days.estimate(name, stream="calls").value for name in CONTACT_MEASURES}
    assert value["arrived"] == 4
    assert value["answered"] == 3
    assert value["abandoned"] == 1
    assert value["abandonment"] == 0.25
    assert value["chance_of_waiting"] == 0.5
    assert value["mean_wait"] == pytest.approx(50 / 3)
    assert value["mean_wait_all"] == pytest.approx(150 / 4)
    assert value["service_level"] == 0.5
    assert value["mean_contact_time"] == value["mean_handling_time"] == 60
    assert value["queue_length"] == pytest.approx(150 / 172800)
    assert two_days.estimate("mean_wait", channel="fax").value == pytest.approx(105 / 2)
    assert two_days.estimate("overtook", skill="paper").value == 0.0
    assert two_days.estimate("agents", group="desk").value == pytest.approx(4 / 48)
    assert two_days.estimate("occupancy", group="desk").value == pytest.approx(300 / 14400)
    assert two_days.quantile(0.5).value == 0.0
    assert two_days.quantile(0.95, by="stream", name="faxes").value == 105.0


def test_intervals_by_hand(two_days: SimulationResult) -> None:
    columns = two_days.interval_columns()
    assert len(columns["interval"]) == 96
    assert columns["interval"][[0, 3, 50]].tolist() == ["mon 00:00", "mon 01:30", "tue 01:00"]
    assert columns["arrived"][[0, 1, 3, 50]].tolist() == [4, 0, 1, 1]
    assert columns["agents"][[0, 3, 4, 48]].tolist() == [1, 1, 0, 1]
    assert columns["occupancy"][0] == pytest.approx(180 / 1800)
    assert np.isnan(columns["occupancy"][10])
    fax = two_days.interval_columns(by="channel", name="fax", group="desk")
    assert fax["mean_wait"][0] == 105


def test_the_json_is_json_and_complete(two_days: SimulationResult) -> None:
    said = json.loads(json.dumps(two_days.to_dict(), allow_nan=False))
    assert said["format"] == "omniqueue-simulation/2"
    assert [row["name"] for row in said["channels"]] == ["phone", "fax"]
    assert [row["name"] for row in said["skills"]] == ["(none)", "paper"]
    assert set(CONTACT_MEASURES) < set(said["total"])
    assert set(said["total"]["mean_wait"]) == {"value", "low", "high"}
    assert len(said["intervals"]["arrived"]) == 96


def test_columns_are_of_one_length(two_days: SimulationResult) -> None:
    for columns in (
        two_days.columns(),
        two_days.columns("stream"),
        two_days.group_columns(),
        two_days.interval_columns(),
        run_replication(two_days.scenario).columns(),
    ):
        assert len({len(column) for column in columns.values()}) == 1
        assert all(isinstance(column, np.ndarray) for column in columns.values())


def test_unknown_names_are_refused(two_days: SimulationResult) -> None:
    for arguments in (
        {"measure": "happiness"},
        {"measure": "mean_wait", "channel": "telepathy"},
        {"measure": "mean_wait", "skill": "x"},
        {"measure": "mean_wait", "stream": "x"},
        {"measure": "mean_wait", "group": "desk"},
        {"measure": "load", "group": "x"},
    ):
        with pytest.raises(InvalidValueError):
            two_days.estimate(**arguments)


def test_batches_and_warm_up_share_out_the_whole() -> None:
    scenario = Scenario(
        streams=[
            Stream(
                "calls",
                channel="phone",
                arrivals=Poisson([Rate(100)]),
                handling=Exponential(60),
                patience=Exponential(300),
            ),
        ],
        groups=[Group("desk", count=2)],
        warm_up_seconds=3600.0,
    )
    record = run_replication(scenario)
    [whole] = summarise(record, scenario)
    parts = summarise(record, scenario, batches=7)
    for table in ("contacts", "groups", "intervals", "interval_groups"):
        for name, found in getattr(whole, table).items():
            total = sum(getattr(part, table)[name] for part in parts)
            np.testing.assert_allclose(total, found, rtol=1e-9, atol=1e-6)
    seconds = sum(part.interval_seconds for part in parts)
    np.testing.assert_allclose(seconds, whole.interval_seconds, rtol=1e-9, atol=1e-6)
    measured = (record.arrived_at >= 3600) & (record.arrived_at < 86400)
    assert whole.contacts["arrived"][0] == measured.sum()
    within = np.clip(record.left_queue_at, 3600, 86400) - np.clip(record.arrived_at, 3600, 86400)
    assert whole.contacts["queue_seconds"][0] == pytest.approx(within.sum())


def test_broken_records_are_found() -> None:
    scenario = Scenario(
        streams=[
            Stream(
                "calls",
                channel="phone",
                arrivals="60 per hour",
                handling=Exponential(60),
                patience=Exponential(100),
            )
        ],
        groups=[Group("desk")],
    )
    for name, value in (("answered_at", nan), ("ended_at", 0.0), ("agent", -1), ("outcome", 9)):
        record = run_replication(scenario)
        check_identities(record)
        getattr(record, name)[0] = value
        with pytest.raises(InvariantError):
            check_identities(record)
