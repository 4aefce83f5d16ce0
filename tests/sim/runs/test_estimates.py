"""Estimates: quantiles of Student's t, and intervals that cover as often as they say."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan

import numpy as np
import pytest
from scipy import stats

from omniqueue.errors import InvalidValueError
from omniqueue.sim.runs.estimates import (
    Estimate,
    check_confidence,
    mean_interval,
    measure_interval,
    quantile_interval,
    ratio_interval,
    student_t,
)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.99, 0.999, 0.999999])
def test_student_t_is_that_of_the_tables(confidence: float) -> None:
    for degrees in [*range(1, 40), 99, 100, 199, 200, 201, 500, 10**4, 10**9]:
        truth = stats.t.ppf((1 + confidence) / 2, degrees)
        assert student_t(confidence, degrees) == pytest.approx(truth, rel=2e-8)


def test_a_ratio_is_covered_as_often_as_said() -> None:
    generator = np.random.default_rng(1)
    hits = 0
    for _ in range(2000):
        y = generator.uniform(50, 150, 30)
        x = 0.3 * y + generator.normal(0, 5, 30)
        hits += ratio_interval(x, y, confidence=0.9).covers(0.3)
    assert hits / 2000 == pytest.approx(0.9, abs=0.025)


def test_a_quantile_is_covered_as_often_as_said() -> None:
    generator = np.random.default_rng(2)
    truth = -np.log(0.05)
    hits = 0
    for _ in range(600):
        units = [np.sort(generator.exponential(1, generator.poisson(200))) for _ in range(20)]
        hits += quantile_interval(units, 0.95, confidence=0.9).covers(truth)
    assert hits / 600 == pytest.approx(0.9, abs=0.05)


def test_small_numbers_of_units() -> None:
    assert isnan(ratio_interval([], []).value)
    assert isnan(ratio_interval([0.0], [0.0]).value)
    one = ratio_interval([3.0], [2.0])
    assert one.value == 1.5
    assert isnan(one.low)
    assert isnan(one.half_width)
    assert mean_interval([2.0, 2.0]) == Estimate(2.0, 2.0, 2.0)
    assert isnan(quantile_interval([], 0.5).value)
    assert isnan(quantile_interval([np.zeros(0)], 0.5).value)
    assert quantile_interval([np.array([7.0])], 0.5).value == 7.0
    assert isnan(Estimate(0.0, 0.0, 0.0).relative_half_width)


@pytest.mark.parametrize(
    "make",
    [
        lambda: check_confidence(0),
        lambda: check_confidence(1),
        lambda: check_confidence(95),
        lambda: check_confidence(float("nan")),
        lambda: student_t(0.95, 0),
    ],
)
def test_levels_that_cannot_be(make: Callable[[], object]) -> None:
    with pytest.raises(InvalidValueError):
        make()


def test_a_measure_stays_in_its_range_and_keeps_its_precision() -> None:
    plain = ratio_interval([1.0, 9.0], [10.0, 10.0])
    assert plain.low < 0
    assert plain.high > 1
    share = measure_interval("service_level", [1.0, 9.0], [10.0, 10.0])
    assert (share.value, share.low, share.high) == (0.5, 0.0, 1.0)
    wait = measure_interval("mean_wait", [1.0, 9.0], [10.0, 10.0])
    assert (wait.low, wait.high) == (0.0, plain.high)
    for kept in (share, wait):
        assert kept.half_width == plain.half_width
        assert kept.relative_half_width == plain.relative_half_width
    beyond = Estimate(1.2, 1.1, 1.3).within(0.0, 1.0)  # work in hand after the shift's end
    assert (beyond.low, beyond.high) == (1.1, 1.2)
    assert isnan(measure_interval("load", [1.0], [1.0]).low)
