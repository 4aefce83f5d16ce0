"""Comparisons: pairs on the same customers, intervals that are right, one joint verdict."""

from __future__ import annotations

import json
from operator import attrgetter

import attrs
import numpy as np
import pytest
from scipy import stats

from omniqueue import register_order
from omniqueue.centre.groups import Group
from omniqueue.centre.times import Exponential
from omniqueue.errors import InvalidValueError
from omniqueue.report.comparison_tables import comparison_lines, comparison_verdict
from omniqueue.sim.scenarios.arrivals import Poisson, Rate
from omniqueue.sim.scenarios.scenario import Scenario, Stream
from omniqueue.sim.studies.comparison import compare, paired_difference
from omniqueue.theory import erlang_c

HOUR = 3600.0


def desk(**changes: object) -> Scenario:
    settings: dict[str, object] = {
        "streams": [
            Stream(
                "calls",
                channel="phone",
                arrivals="40 per hour",
                handling=Exponential(120),
                target_seconds=20,
            ),
            Stream(
                "mails",
                channel="email",
                arrivals="15 per hour",
                handling=Exponential(200),
                priority=-1,
            ),
        ],
        "groups": [Group("desk", count=3)],
        "horizon_seconds": 10 * HOUR,
        "replications": 12,
        "seed": 4,
    }
    return Scenario(**(settings | changes))  # type: ignore[arg-type]


def test_with_denominators_of_one_it_is_the_paired_t_interval() -> None:
    generator = np.random.default_rng(1)
    a = generator.normal(5, 2, 30)
    b = a + generator.normal(0.3, 0.5, 30)
    found = paired_difference((a, np.ones(30)), (b, np.ones(30)), confidence=0.9)
    truth = stats.ttest_rel(b, a).confidence_interval(0.9)
    assert (found.low, found.high) == pytest.approx((truth.low, truth.high))


def test_its_intervals_cover_as_often_as_they_say() -> None:
    generator = np.random.default_rng(2)
    hits = 0
    for _ in range(1000):
        size = generator.uniform(50, 150, 25)  # busy days are busy for both
        noise = generator.normal(0, 10, 25)
        a = 2 * size + noise + generator.normal(0, 5, 25)
        b = 3 * size + noise + generator.normal(0, 5, 25)
        hits += paired_difference((a, size), (b, size)).covers(1.0)
    assert 925 <= hits <= 970


def test_the_joint_intervals_are_those_of_bonferroni() -> None:
    found = compare(desk(), desk(order="priority"), replications=8)
    number = len(found.differences)
    assert [(each.measure, each.name) for each in found.differences] == [
        ("mean_wait_all", "phone"),
        ("service_level", "phone"),
        ("mean_wait_all", "email"),
        ("mean_wait_all", "all"),
        ("occupancy", "all"),
    ]
    one = found.difference("mean_wait_all", "phone")
    wider = stats.t.ppf(1 - 0.05 / number / 2, 7) / stats.t.ppf(0.975, 7)
    assert one.joint.half_width == pytest.approx(one.change.half_width * wider)
    assert one.better == "B"
    assert one.change.value == pytest.approx(one.second.value - one.first.value)
    assert found.difference("mean_wait_all", "email").better == "A"
    assert found.to_dict()["comparisons"] == number
    with pytest.raises(InvalidValueError, match="abandonment of phone"):
        found.difference("abandonment", "phone")


def test_one_agent_more_as_theory_says() -> None:
    """The difference of two Erlang C queues lies in the interval, which pairs make narrow."""
    calls = Stream("calls", channel="phone", arrivals="100 per hour", handling=Exponential(100))
    one = Scenario(
        streams=[calls],
        groups=[Group("desk", count=4)],
        horizon_seconds=60 * HOUR,
        warm_up_seconds=4 * HOUR,
    )
    two = attrs.evolve(one, groups=[Group("desk", count=5)])
    found = compare(one, two, replications=15, seed=9).difference("mean_wait_all", "phone")
    waits = [
        erlang_c(arrival_rate=100 / HOUR, service_rate=1 / 100, agents=agents).mean_wait
        for agents in (4, 5)
    ]
    # Seed and length are fixed: a wide margin of 2 half widths keeps it from being a lottery.
    assert found.change.value == pytest.approx(
        waits[1] - waits[0], abs=2 * found.change.half_width
    )
    alone = np.hypot(found.first.half_width, found.second.half_width)
    assert found.change.half_width < 0.9 * alone


def test_the_same_twice_is_the_same() -> None:
    found = compare(desk(), desk(), replications=3)
    assert found.same
    assert not any(each.shown for each in found.differences)
    assert "the same to the last digit in each of these 3" in comparison_verdict(found)[0]


def test_what_is_too_small_is_not_claimed() -> None:
    found = compare(
        desk(), desk(selection="least-loaded", groups=[Group("desk", count=3)]), replications=4
    )
    other = compare(desk(), desk(seed=5, order="aging:1"), replications=4)
    for each in (found, other):
        text = " ".join(comparison_verdict(each))
        assert "B is better" not in text
        assert "same to the last digit" in text or "these 4 replications could show" in text


def test_precision_goes_on_until_it_is_reached() -> None:
    found = compare(desk(), desk(groups=[Group("desk", count=4)]), replications=2, precision=0.12)
    one = found.difference("mean_wait_all")
    assert found.replications >= 10
    assert one.change.half_width <= 0.12 * one.first.value


def test_processes_say_the_same_and_know_a_policy_of_the_program() -> None:
    register_order("test-compare-least-first", attrgetter("priority"))
    other = desk(order="test-compare-least-first")
    here = compare(desk(), other, replications=4)
    there = compare(desk(), other, replications=4, jobs=2)
    assert here.to_dict() == there.to_dict()
    assert here.second.order == "test-compare-least-first"


def test_a_partial_result_has_whole_pairs_and_says_so() -> None:
    told: list[tuple[int, int]] = []
    found = compare(
        desk(),
        desk(order="priority"),
        replications=9,
        progress=lambda done, planned: told.append((done, planned)),
        stopped=lambda: len(told) >= 3,
    )
    assert found.incomplete
    assert found.replications == len(found.second.summaries) == 3
    assert told == [(1, 9), (2, 9), (3, 9)]
    assert "partial" in next(iter(comparison_lines(found)))
    nothing = compare(desk(), desk(), replications=3, stopped=lambda: True)
    assert nothing.replications <= 1
    assert "two whole replications" in comparison_verdict(nothing)[0]
    json.dumps(nothing.to_dict(), allow_nan=False)


def test_what_cannot_be_compared() -> None:
    with pytest.raises(InvalidValueError, match="horizon_seconds of B"):
        compare(desk(), desk(horizon_seconds=HOUR))
    faxes = Stream("faxes", channel="fax", arrivals="1 per hour", handling="60s")
    with pytest.raises(InvalidValueError, match="channels of B"):
        compare(desk(), desk(streams=[faxes]))
    for bad in ({"precision": 2}, {"replications": 0}, {"confidence": 1}, {"jobs": 0}):
        with pytest.raises(InvalidValueError):
            compare(desk(), desk(), **bad)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="units"):
        paired_difference(([1, 2], [1, 1]), ([1], [1]))


def test_groups_that_only_one_has_and_channels_with_nobody() -> None:
    other = desk(groups=[Group("desk", count=2), Group("extra", count=1)])
    names = [each.name for each in compare(desk(), other, replications=2).differences]
    assert names[-2:] == ["desk", "all"]
    assert "extra" not in names
    late = Stream(
        "late",
        channel="chat",
        arrivals=Poisson([Rate(1e-9)]),
        handling="60s",
        patience=Exponential(60),
    )
    quiet = desk(streams=[*desk().streams, late])
    found = compare(quiet, quiet, replications=2)
    assert found.same
    assert found.difference("abandonment", "chat").change.value != 0  # NaN: nothing to measure
