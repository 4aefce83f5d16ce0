"""Targets: what people write, what is measured, and which end of an interval counts."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest

from omniqueue.centre.groups import Group
from omniqueue.centre.times import Exponential
from omniqueue.errors import InvalidValueError
from omniqueue.sim.runs.estimates import Estimate
from omniqueue.sim.runs.replications import simulate
from omniqueue.sim.scenarios.scenario import Scenario, Stream
from omniqueue.sim.studies.targets import (
    Probe,
    Target,
    TargetOutcome,
    check_targets,
    outcomes_of,
    parse_target,
)


@pytest.mark.parametrize(
    ("text", "channel", "share", "seconds"),
    [
        ("phone 80% in 20s", "phone", 0.8, 20),
        (" email  95 %  within 4h ", "email", 0.95, 14400),
        ("walk in 99.5% in 1h 30min", "walk in", 0.995, 5400),
        ("phone 80% in 20", "phone", 0.8, 20),
        ("chat 100% in 0.5s", "chat", 1.0, 0.5),
        ("abandon phone under 5%", "phone", 0.05, None),
        ("abandon abandon under 2.5 %", "abandon", 0.025, None),
    ],
)
def test_texts(text: str, channel: str, share: float, seconds: float | None) -> None:
    found = parse_target(text)
    assert (found.channel, found.seconds) == (channel, seconds)
    assert found.share == pytest.approx(share)
    assert parse_target(found.text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "phone",
        "phone 80%",
        "phone 80 in 20s",
        "phone 180% in 20s",
        "phone 0% in 20s",
        "phone -5% in 20s",
        "phone nan% in 20s",
        "phone x% in 20s",
        "phone 80% in soon",
        "phone 80% in -3s",
        "80% in 20s",
        "abandon phone under 0%",
        "abandon phone over 5%",
        "a" * 10_000 + " 80% in 20s",
        " " * 100_000,
    ],
)
def test_what_is_no_target(text: str) -> None:
    with pytest.raises(InvalidValueError):
        parse_target(text)


def test_values_out_of_range() -> None:
    for share, seconds in ((0.0, 20.0), (1.1, 20.0), (0.8, -1.0), (float("nan"), 1.0)):
        with pytest.raises(InvalidValueError):
            Target(channel="phone", share=share, seconds=seconds)


def two_channels() -> Scenario:
    return Scenario(
        streams=[
            Stream(
                "calls",
                channel="phone",
                arrivals="60 per hour",
                handling=Exponential(100),
                patience=Exponential(60),
                target_seconds=15,
            ),
            Stream("chats", channel="chat", arrivals="20 per hour", handling="90s"),
        ],
        groups=[Group("desk", count=2)],
        horizon_seconds=36_000,
        warm_up_seconds=600,
    )


def test_channels_must_be_there() -> None:
    with pytest.raises(InvalidValueError, match="fax"):
        check_targets(["fax 80% in 20s"], two_channels())
    with pytest.raises(InvalidValueError, match="targets"):
        check_targets([], two_channels())


def test_the_probe_measures_what_simulate_does() -> None:
    scenario = two_channels()
    texts = ("phone 80% in 15s", "phone 90% in 45s", "abandon phone under 5%", "chat 80% in 1min")
    targets = check_targets(texts, scenario)
    probe = Probe(scenario=scenario, targets=targets, seed=3)
    found = [probe(number) for number in range(4)]
    units = np.array(found)
    assert units.shape == (4, 4, 4)
    outcomes = outcomes_of(targets, units, confidence=0.95, cautious=True)
    result = simulate(scenario, replications=4, seed=3)
    assert outcomes[0].estimate == result.estimate("service_level", channel="phone")
    assert outcomes[2].estimate == result.estimate("abandonment", channel="phone")
    other = [
        attrs.evolve(stream, target_seconds=seconds)
        for stream, seconds in zip(scenario.streams, (45, 60), strict=True)
    ]
    result = simulate(attrs.evolve(scenario, streams=other), replications=4, seed=3)
    assert outcomes[1].estimate == result.estimate("service_level", channel="phone")
    assert outcomes[3].estimate == result.estimate("service_level", channel="chat")


def test_a_stopped_probe_says_nothing() -> None:
    scenario = two_channels()
    probe = Probe(scenario=scenario, targets=check_targets(["chat 80% in 9s"], scenario), seed=3)
    assert probe(0, lambda: True) is None


def test_the_worse_end_counts() -> None:
    service, giving_up = parse_target("phone 80% in 20s"), parse_target("abandon phone under 5%")
    near = TargetOutcome(target=service, estimate=Estimate(0.82, 0.79, 0.85))
    assert (near.met, round(near.missing, 6)) == (False, 0.01)
    assert attrs.evolve(near, cautious=False).met
    assert TargetOutcome(target=service, estimate=Estimate(0.82, 0.8, 0.84)).met
    near = TargetOutcome(target=giving_up, estimate=Estimate(0.04, 0.02, 0.06))
    assert (near.met, round(near.missing, 6)) == (False, 0.01)
    assert attrs.evolve(near, cautious=False).met
    nothing = TargetOutcome(target=giving_up, estimate=Estimate(float("nan")))
    assert (nothing.met, nothing.to_dict()["value"]) == (False, None)


def test_targets_of_skills_streams_and_mean_waits() -> None:
    calls = Stream(
        "repairs", channel="phone", arrivals="60 per hour", handling="100s", skills={"tech": 1}
    )
    orders = Stream("orders", channel="phone", arrivals="30 per hour", handling="60s")
    scenario = Scenario(
        streams=[calls, orders],
        groups=[Group("desk", count=3, skills={"tech": 1})],
        horizon_seconds=36000,
    )
    texts = ("skill tech 80% in 20s", "stream orders asa 15s", "phone mean wait 1min")
    targets = check_targets(texts, scenario)
    assert [each.text for each in targets] == [*texts[:2], "phone asa 1min"]
    assert [each.kind for each in targets] == ["service_level", "mean_wait", "mean_wait"]
    units = np.array([Probe(scenario=scenario, targets=targets, seed=3)(n) for n in range(4)])
    outcomes = outcomes_of(targets, units, confidence=0.95, cautious=True)
    result = simulate(scenario, replications=4, seed=3)
    for found, told in (
        (outcomes[1].estimate, result.estimate("mean_wait", stream="orders")),
        (outcomes[2].estimate, result.estimate("mean_wait", channel="phone")),
    ):
        assert (found.value, found.low) == pytest.approx((told.value, told.low), rel=1e-12)
    promised = [attrs.evolve(stream, target_seconds=20) for stream in scenario.streams]
    result = simulate(attrs.evolve(scenario, streams=promised), replications=4, seed=3)
    assert outcomes[0].estimate == result.estimate("service_level", skill="tech")


def test_a_mean_wait_is_missed_by_the_share_that_is_too_long() -> None:
    asa = parse_target("phone asa 30s")
    found = TargetOutcome(target=asa, estimate=Estimate(25.0, 10.0, 40.0))
    assert (found.met, found.missing, found.estimate_meets) == (False, 0.25, True)
    assert TargetOutcome(target=asa, estimate=Estimate(25.0, 20.0, 30.0)).met


@pytest.mark.parametrize("text", ["skill zz 80% in 20s", "stream zz asa 5s", "fax asa 5s"])
def test_whose_service_nobody_knows_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="expected phone, .*stream "):
        check_targets([text], two_channels())


@pytest.mark.parametrize(
    "said",
    [
        {"share": 0.5, "seconds": 3},
        {"channel": "phone", "skill": "x", "share": 0.5},
        {"channel": "phone"},
        {"channel": "phone", "seconds": 0},
    ],
)
def test_targets_that_cannot_be(said: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError):
        Target(**said)
