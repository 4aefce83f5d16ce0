"""Scenarios: what cannot be simulated is refused before anything is allocated."""

from __future__ import annotations

import pickle
import time
import tracemalloc

import attrs
import pytest

from omniqueue import Channel, OmniqueueError
from omniqueue.centre.groups import Group, ShiftPlan
from omniqueue.centre.times import Exponential
from omniqueue.centre.week import Hours
from omniqueue.errors import InvalidValueError, PolicyError
from omniqueue.sim.scenarios.arrivals import Poisson, Rate
from omniqueue.sim.scenarios.scenario import Redial, Scenario, Stream

CALLS = Stream("calls", channel="phone", arrivals="60 per hour", handling=Exponential(240))
DESK = Group("desk", count=5)


def a_scenario(**changes: object) -> Scenario:
    return Scenario(**{"streams": [CALLS], "groups": [DESK], **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"streams": []}, "streams"),
        ({"groups": []}, "groups"),
        ({"streams": [CALLS, CALLS]}, "streams[1].name"),
        ({"groups": [DESK, DESK]}, "groups[1].group"),
        ({"streams": [attrs.evolve(CALLS, channel="telepathy")]}, "streams[0].channel"),
        ({"groups": [Group("g", limits={"telepathy": 1})]}, "groups[0].limits"),
        ({"groups": [Group("g", channels=["telepathy"])]}, "groups[0].channels"),
        ({"groups": [Group("g", speed={"others": 2})]}, "groups[0].speed"),
        ({"channels": [Channel("sms", wrap_up_seconds=None)]}, "channels.sms.wrap_up"),
        ({"horizon_seconds": 0}, "horizon_seconds"),
        ({"horizon_seconds": float("inf")}, "horizon_seconds"),
        ({"horizon_seconds": 1e300}, "horizon_seconds"),
        ({"warm_up_seconds": 86400}, "warm_up_seconds"),
        ({"drain_seconds": 1e300}, "drain_seconds"),
        ({"interval_seconds": 0}, "interval_seconds"),
        ({"interval_seconds": 5}, "interval_seconds"),
        ({"replications": 0}, "replications"),
        ({"seed": -1}, "seed"),
        ({"max_waiting": -1}, "max_waiting"),
        ({"order": "nobody-knows"}, "order"),
        ({"order": "os:system"}, "order"),
        ({"selection": "nobody-knows"}, "selection"),
        # 10**12 arrivals; a rate of 0; more agents or changes of shift than can be kept.
        (
            {
                "streams": [attrs.evolve(CALLS, arrivals=Poisson([Rate(1e9)]))],
                "horizon_seconds": 3.6e6,
            },
            "arrivals",
        ),
        ({"streams": [attrs.evolve(CALLS, arrivals="0 per hour")]}, "horizon_seconds"),
        (
            {
                "streams": [attrs.evolve(CALLS, arrivals=Poisson([Rate(9, Hours("tue"))]))],
                "horizon_seconds": 86400,
            },
            "horizon_seconds",
        ),
        ({"groups": [Group("a", count=60_000), Group("b", count=60_000)]}, "groups"),
        (
            {
                "groups": [Group("a", count=50_000, shifts=[ShiftPlan()])],
                "horizon_seconds": 1000 * 86400.0,
            },
            "shifts",
        ),
    ],
)
def test_scenarios_that_cannot_be(changes: dict[str, object], field: str) -> None:
    tracemalloc.start()
    started = time.perf_counter()
    try:
        with pytest.raises(OmniqueueError) as caught:
            a_scenario(**changes)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    assert time.perf_counter() - started < 5
    assert caught.value.field == field


@pytest.mark.parametrize(
    "changes",
    [
        {"handling": None},
        {"handling": "-1s"},
        {"patience": float("nan")},
        {"redial": Redial(chance=0.5, after="60s")},  # nobody gives up
        {"priority": 2**40},
        {"channel": ""},
        {"skills": {"a": 0}},
        {"target_seconds": -1},
        {"arrivals": "-5 per hour"},
        {"arrivals": 60},
        {"handling": 60},
        {"arrivals": "1000000000000 per hour"},
        {"name": "a\nb"},
    ],
)
def test_streams_that_cannot_be(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError):
        attrs.evolve(CALLS, **changes)  # type: ignore[arg-type]


def test_a_policy_that_fails_is_refused_at_once() -> None:
    with pytest.raises(PolicyError):
        a_scenario(order=lambda contact: None)


def test_a_scenario_survives_pickling() -> None:
    scenario = a_scenario(groups=[Group("g", limits={"chat": 2}, skills={"a": 3})])
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_targets_come_from_the_stream_before_the_channel() -> None:
    own = attrs.evolve(CALLS, name="own", target_seconds=5.0)
    scenario = a_scenario(streams=[CALLS, own], channels=[Channel("phone", target_seconds=20)])
    assert [scenario.target_of(stream) for stream in scenario.streams] == [20.0, 5.0]
