"""Arrivals: the pattern of the week, exactly; the k-th contact takes the k-th draw."""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sin, sqrt

import numpy as np
import pytest

from omniqueue.centre.chance import Chance
from omniqueue.centre.week import DAY_SECONDS, WEEK_SECONDS, Hours
from omniqueue.errors import InvalidValueError
from omniqueue.sim.scenarios.arrivals import Busyness, Poisson, Rate, RateFunction, Trace

DESK = Poisson(
    [
        Rate(60, Hours("mon-fri", "08:00", "12:00")),
        Rate(0, Hours("mon-fri", "12:00", "13:00")),
        Rate(30, Hours("mon-fri", "13:00", "17:00")),
        Rate(6, Hours("sun", "22:00", "02:00")),
    ]
)


def test_numbers_by_interval_are_poisson_of_the_rates() -> None:
    weeks = 200
    found = DESK.instants(Chance(3), "x", weeks * WEEK_SECONDS, np.ones(7 * weeks))
    assert (np.diff(found) >= 0).all()
    clock = found % WEEK_SECONDS
    counts, _ = np.histogram(clock, bins=np.arange(0, WEEK_SECONDS + 1, 3600))
    expected = np.zeros(168)
    for day in range(5):
        expected[24 * day + 8 : 24 * day + 12] = 60
        expected[24 * day + 13 : 24 * day + 17] = 30
    expected[[0, 1, 166, 167]] = 6
    assert (counts[expected == 0] == 0).all()
    there = expected > 0
    scores = (counts[there] - weeks * expected[there]) / np.sqrt(weeks * expected[there])
    assert np.abs(scores).max() < 4.5
    # The number of weeks does not end on a Monday's night shift: two hours are missing at 0.
    assert DESK.expected(weeks * WEEK_SECONDS) == pytest.approx(weeks * expected.sum())


def test_expected_up_to_any_horizon() -> None:
    assert DESK.expected(9 * 3600) == pytest.approx(12 + 60)
    assert DESK.expected(DAY_SECONDS + 12.5 * 3600) == pytest.approx(12 + 360 + 240)


def test_a_doubled_rate_halves_the_times_of_the_same_customers() -> None:
    slow = Poisson([Rate(10)]).instants(Chance(1), "x", 40 * DAY_SECONDS, np.ones(40))
    quick = Poisson([Rate(20)]).instants(Chance(1), "x", 20 * DAY_SECONDS, np.ones(20))
    assert len(slow) == len(quick)
    assert slow == pytest.approx(2 * quick)


def test_gaps_of_a_constant_rate_are_exponential() -> None:
    found = Poisson([Rate(3600)]).instants(Chance(1), "x", 50_000.0, np.ones(1))
    gaps = np.sort(np.diff(found))
    shares = np.arange(1, len(gaps) + 1) / len(gaps)
    assert np.abs(1 - np.exp(-gaps) - shares).max() < 1.95 / np.sqrt(len(gaps))  # 99.9 %


def test_busyness_multiplies_whole_days() -> None:
    factors = Busyness(4).factors(Chance(1), 5000)
    assert factors.mean() == pytest.approx(1, abs=0.03)
    assert factors.std() == pytest.approx(0.5, abs=0.03)
    found = Poisson([Rate(100)]).instants(
        Chance(1), "x", 5 * DAY_SECONDS, np.array([1, 2, 1e-12, 1, 3.0])
    )
    counts = np.bincount((found // DAY_SECONDS).astype(int), minlength=5)
    assert counts == pytest.approx(2400 * np.array([1, 2, 0, 1, 3]), abs=400)


def test_a_trace_is_kept_as_it_is() -> None:
    log = Trace([5, 5, 60], handling=[1, 2, 3])
    assert log.instants(Chance(1), "x", 60.0, np.ones(1)).tolist() == [5, 5]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Rate(-1),
        lambda: Rate(float("nan")),
        lambda: Rate(1e12),
        lambda: Rate(True),
        lambda: Poisson([]),
        lambda: Poisson("60"),
        lambda: Poisson([Rate(1, Hours(start=0, end=7200)), Rate(1, Hours(start=7199))]),
        lambda: Poisson([Rate(1, Hours("sun", "22:00", "06:00")), Rate(1, Hours("mon"))]),
        lambda: Trace([2, 1]),
        lambda: Trace([-1]),
        lambda: Trace([]),
        lambda: Trace([1, 2], handling=[3]),
        lambda: Busyness(0),
        lambda: Hours("mon", "24:00", "03:00"),
        lambda: Hours("someday"),
    ],
)
def test_arrivals_that_cannot_be(make: Callable[[], object]) -> None:
    with pytest.raises(InvalidValueError):
        make()


def tide(at: float) -> float:
    return 30 * (1 + sin(2 * pi * at / 86400))


def test_a_rate_may_be_any_function_of_the_time() -> None:
    law = RateFunction(tide, 60)
    assert law.expected(86400.0) == pytest.approx(720, rel=1e-6)
    found = [law.instants(Chance(1, number), "x", 86400.0, np.ones(1)) for number in range(200)]
    counts = np.array([[np.sum(each < 43200), np.sum(each >= 43200)] for each in found])
    # The first half has 360 (1 + 2 / pi), the second 360 (1 - 2 / pi); Poisson: sd = sqrt(mean).
    for half, mean in enumerate((360 * (1 + 2 / pi), 360 * (1 - 2 / pi))):
        assert counts[:, half].mean() == pytest.approx(mean, abs=4 * sqrt(mean / 200))
        assert counts[:, half].var() == pytest.approx(mean, rel=0.4)
    assert all((np.diff(each) >= 0).all() for each in found)


def test_a_constant_rate_function_is_a_rate_and_busy_days_bring_more() -> None:
    law = RateFunction(lambda at: 60.0, 60)
    days = [
        law.instants(Chance(2, number), "x", 2 * 86400.0, np.array([0.5, 1.5]))
        for number in range(20)
    ]
    first = np.mean([np.sum(each < 86400) for each in days])
    second = np.mean([np.sum(each >= 86400) for each in days])
    assert first == pytest.approx(720, abs=30)
    assert second == pytest.approx(2160, abs=50)


RATES: dict[str, float] = {}
BAD_RATES = [
    (lambda at: 61.0, "per_hour is 61.0; expected from 0 to most_per_hour, 60"),
    (lambda at: -1.0, "per_hour is -1.0"),
    (lambda at: RATES["x"], "raised KeyError"),
]


@pytest.mark.parametrize(("function", "told"), BAD_RATES)
def test_a_rate_function_that_fails_is_named(
    function: Callable[[float], float], told: str
) -> None:
    with pytest.raises(InvalidValueError, match=told):
        RateFunction(function, 60).expected(3600.0)
    with pytest.raises(InvalidValueError, match="most_per_hour"):
        RateFunction(function, 0)
