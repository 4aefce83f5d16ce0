"""Times: laws have the mean and spread they say; a longer block only adds to a shorter one."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan, sqrt

import numpy as np
import pytest

from omniqueue.centre.chance import Chance
from omniqueue.centre.times import (
    ByInterval,
    Constant,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Lognormal,
    Times,
    Uniform,
)
from omniqueue.centre.week import Hours
from omniqueue.errors import InvalidValueError

LAWS: list[tuple[Times, float]] = [
    (Constant(90), 0.0),
    (Exponential(240), 240.0),
    (Lognormal(240, 180), 180.0),
    (Gamma(240, 120), 120.0),
    (Gamma(240, 480), 480.0),
    (Erlang(240, 4), 120.0),
    (Uniform(60, 120), 60 / sqrt(12)),
    (Empirical([10, 20, 60]), float(np.std([10, 20, 60]))),
]


@pytest.mark.parametrize(("law", "sd"), LAWS, ids=lambda item: type(item).__name__)
def test_mean_and_spread(law: Times, sd: float) -> None:
    drawn = law.draw(Chance(1), "x", np.zeros(40_000))
    assert drawn.mean() == pytest.approx(law.mean_seconds, abs=5 * sd / 200 + 1e-9)
    assert drawn.std() == pytest.approx(sd, rel=0.1, abs=1e-9)
    assert (drawn >= 0).all()


@pytest.mark.parametrize(("law", "sd"), LAWS, ids=lambda item: type(item).__name__)
def test_the_kth_contact_takes_the_kth_draw(law: Times, sd: float) -> None:
    few = law.draw(Chance(1), "x", np.zeros(10))
    many = law.draw(Chance(1), "x", np.zeros(5000))
    assert few.tolist() == many[:10].tolist()


def test_by_interval_goes_by_the_arrival_and_changes_nothing_for_the_others() -> None:
    early, late = Hours(start=0, end=7200), Hours(start=7200, end=14400)
    law = ByInterval([(early, Exponential(100)), (late, Exponential(10))], Constant(1))
    arrived_at = np.array([0.0, 7199.0, 7200.0, 14400.0, 86400.0, 7 * 86400.0 + 7200.0])
    drawn = law.draw(Chance(1), "x", arrived_at)
    one = Exponential(100).draw(Chance(1), "x/0", arrived_at)
    two = Exponential(10).draw(Chance(1), "x/1", arrived_at)
    assert drawn.tolist() == [one[0], one[1], two[2], 1.0, one[4], two[5]]
    assert law.law_at(7200.0) == Exponential(10)
    assert law.mean_seconds == pytest.approx((2 * 100 + 2 * 10 + 20) / 24)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Exponential(0),
        lambda: Exponential(-1),
        lambda: Exponential(nan),
        lambda: Exponential(inf),
        lambda: Exponential(1e300),
        lambda: Exponential(True),
        lambda: Exponential("4 min"),  # type: ignore[arg-type]
        lambda: Lognormal(240, -1),
        lambda: Gamma(240, 0),
        lambda: Erlang(240, 0),
        lambda: Uniform(5, 5),
        lambda: Uniform(-1, 5),
        lambda: Empirical([]),
        lambda: Empirical([1, -1]),
        lambda: ByInterval([], "x"),  # type: ignore[arg-type]
    ],
)
def test_laws_that_cannot_be(make: Callable[[], Times]) -> None:
    with pytest.raises(InvalidValueError):
        make()
