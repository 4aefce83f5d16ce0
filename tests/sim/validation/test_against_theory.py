"""Simulated queues against formulas: within 99.9 % intervals, shared out over what is compared."""

from __future__ import annotations

import numpy as np
import pytest

from omniqueue.centre.groups import Group
from omniqueue.centre.times import Exponential
from omniqueue.sim.replication.loop import run_replication
from omniqueue.sim.replication.replication_record import check_identities
from omniqueue.sim.runs.estimates import Estimate, ratio_interval
from omniqueue.sim.runs.replications import simulate
from omniqueue.sim.runs.results import SimulationResult
from omniqueue.sim.scenarios.arrivals import Poisson, Rate
from omniqueue.sim.scenarios.scenario import Scenario, Stream
from omniqueue.theory import erlang_a, erlang_c, fcfs_alis, finite_queue, priority_queue

COMPARED = 14  # Bonferroni
CONFIDENCE = 1 - 0.001 / COMPARED
HANDLING = 60.0


def long_run(
    streams: list[Stream], groups: list[Group], hours: float, **more: object
) -> SimulationResult:
    scenario = Scenario(
        streams=streams,
        groups=groups,
        horizon_seconds=3600 * hours,
        warm_up_seconds=36_000.0,
        **more,  # type: ignore[arg-type]
    )
    return simulate(scenario, replications=1, batches=25, confidence=CONFIDENCE, seed=11)


def calls(rate: float, **more: object) -> Stream:
    handling = Exponential(HANDLING)
    arrivals = Poisson([Rate(rate)])
    return Stream("calls", channel="phone", arrivals=arrivals, handling=handling, **more)  # type: ignore[arg-type]


def agrees(found: Estimate, truth: float, within: float) -> None:
    assert found.covers(truth), (found, truth)
    assert found.half_width < within * truth, found  # else it says nothing


def test_three_agents() -> None:
    truth = erlang_c(arrival_rate=2.4, service_rate=1.0, agents=3)
    found = long_run([calls(144)], [Group("desk", count=3)], 1000)
    agrees(found.estimate("chance_of_waiting"), truth.p_wait, 0.1)
    agrees(found.estimate("mean_wait"), HANDLING * truth.mean_wait, 0.2)
    agrees(found.estimate("occupancy", group="desk"), 0.8, 0.03)
    agrees(found.estimate("queue_length"), 2.4 * truth.mean_wait, 0.2)


def test_impatient_customers_leave_at_the_rate_of_their_patience() -> None:
    truth = erlang_a(arrival_rate=3.3, service_rate=1.0, patience_rate=0.5, agents=3)
    found = long_run(
        [calls(198, patience=Exponential(2 * HANDLING))], [Group("desk", count=3)], 600
    )
    agrees(found.estimate("abandonment"), truth.p_abandon, 0.1)
    lost, _ = found.units("abandoned")
    waited, _ = found.units("mean_wait_all")
    agrees(ratio_interval(lost, waited, confidence=CONFIDENCE), 0.5 / HANDLING, 0.1)


def test_a_queue_with_little_room() -> None:
    truth = finite_queue(arrival_rate=3.0, service_rate=1.0, agents=3, capacity=5)
    found = long_run([calls(180)], [Group("desk", count=3)], 500, max_waiting=2)
    refused, _ = found.units("refused")
    arrived, _ = found.units("arrived")
    blocked = ratio_interval(refused, arrived, confidence=CONFIDENCE)
    agrees(blocked, truth.p_block, 0.1)


def test_strict_priorities() -> None:
    truth = priority_queue(arrival_rate=[0.8, 1.6], service_rate=1.0, agents=3)
    streams = [
        Stream(
            "first",
            channel="phone",
            arrivals="48 per hour",
            handling=Exponential(HANDLING),
            priority=1,
        ),
        Stream("second", channel="phone", arrivals="96 per hour", handling=Exponential(HANDLING)),
    ]
    found = long_run(streams, [Group("desk", count=3)], 1000, order="priority")
    for stream, wait in zip(("first", "second"), truth.mean_wait, strict=True):
        agrees(found.estimate("mean_wait", stream=stream), HANDLING * wait, 0.25)


def test_skills_first_come_first_served_to_the_agent_idle_longest() -> None:
    truth = fcfs_alis(
        arrival_rate=[0.5, 0.7],
        service_rate=[1.0, 0.8],
        agents=[1, 1],
        pools_of_class=[[0], [0, 1]],
    )
    streams = [
        Stream(
            "a", channel="phone", arrivals="30 per hour", handling=Exponential(60), skills={"a": 1}
        ),
        Stream(
            "b", channel="phone", arrivals="42 per hour", handling=Exponential(60), skills={"b": 1}
        ),
    ]
    groups = [Group("both", skills={"a": 1, "b": 1}), Group("one", skills={"b": 1}, speed=0.8)]
    found = long_run(streams, groups, 2500)
    for place, stream in enumerate(("a", "b")):
        agrees(found.estimate("mean_wait", stream=stream), 60 * truth.mean_wait[place], 0.25)


@pytest.mark.parametrize("agents", [1, 3])
def test_little_holds_exactly(agents: int) -> None:
    scenario = Scenario(
        streams=[calls(55.0 * agents)], groups=[Group("desk", count=agents)], horizon_seconds=1e5
    )
    record = run_replication(scenario, 3)
    check_identities(record)
    area = np.sum(record.waited_seconds)
    assert area > 0
    assert Poisson([Rate(55)]).expected(7200.0) == pytest.approx(110)
