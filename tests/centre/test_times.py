"""Times: laws have the mean and spread they say; a longer block only adds to a shorter one."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan, pi, sqrt
from typing import Any

import numpy as np
import pytest
from scipy.stats import expon, gamma, lognorm, norm

from omniqueue.centre.chance import Chance
from omniqueue.centre.times import (
    ByInterval,
    Constant,
    Empirical,
    Erlang,
    Exponential,
    Frozen,
    Gamma,
    Hyperexponential,
    Lognormal,
    Mixture,
    Share,
    Times,
    Triangular,
    Uniform,
    Weibull,
    times,
)
from omniqueue.centre.week import Hours
from omniqueue.errors import InvalidValueError
from omniqueue.sim import Stream

LAWS: list[tuple[Times, float]] = [
    (Constant(90), 0.0),
    (Exponential(240), 240.0),
    (Lognormal(240, 180), 180.0),
    (Gamma(240, 120), 120.0),
    (Gamma(240, 480), 480.0),
    (Erlang(240, 4), 120.0),
    (Uniform(60, 120), 60 / sqrt(12)),
    (Empirical([10, 20, 60]), float(np.std([10, 20, 60]))),
    (Weibull(60, 2.0), 60 * sqrt(4 / pi - 1)),
    (Triangular(60, 90, 180), sqrt((60**2 + 90**2 + 180**2 - 60 * 90 - 60 * 180 - 90 * 180) / 18)),
    (Triangular(60, 60, 60.5), 0.5 / sqrt(18)),
    (Hyperexponential([60, 600], [0.9, 0.1]), sqrt(2 * (0.9 * 60**2 + 0.1 * 600**2) - 114**2)),
    (Mixture([Share(0.1, "0s"), Share(0.9, Exponential(100))]), sqrt(0.9 * 2e4 - 8100)),
    (Frozen(expon(scale=240)), 240.0),
    (Frozen(lognorm(0.5, scale=100)), float(lognorm(0.5, scale=100).std())),
]


class Bad(Times):
    """A user's law that draws what is given."""

    mean_seconds = 5.0

    def __init__(self, *drawn: object) -> None:
        self.given = drawn

    def sample(self, generator: np.random.Generator, count: int) -> Any:
        [found] = self.given
        if isinstance(found, Exception):
            raise found
        return found


BAD_DRAWS = [
    (np.full(3, -1.0), "patience calls is -1.0; expected times .* of Bad"),
    (np.array([1.0, nan, 2.0]), "patience calls is nan"),
    (np.array([1.0, inf, 2.0]), "patience calls is inf"),
    (np.zeros(2), "expected 3 times"),
    ([1.0, 2.0, 3.0], "patience calls is 'list'"),
    (KeyError("x"), "of Bad, which raised KeyError"),
]


@pytest.mark.parametrize(("drawn", "told"), BAD_DRAWS)
def test_a_users_law_is_named_where_it_fails(drawn: object, told: str) -> None:
    with pytest.raises(InvalidValueError, match=told):
        Bad(drawn).drawn(Chance(1), "patience calls", np.zeros(3))


def test_a_frozen_law_is_taken_as_it_is() -> None:
    assert times(expon(scale=60)).mean_seconds == 60.0
    calls = Stream("calls", channel="phone", arrivals="60 per hour", handling=gamma(2, scale=30))
    assert calls.handling is not None
    assert calls.handling.mean_seconds == 60.0
    with pytest.raises(InvalidValueError, match="mean"):
        Frozen(norm(loc=-5))


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
        lambda: Weibull(60, 0),
        lambda: Triangular(60, 50, 180),
        lambda: Triangular(60, 60, 60),
        lambda: Hyperexponential([60, 600], [0.9, 0.2]),
        lambda: Hyperexponential([60], [0.5, 0.5]),
        lambda: Mixture([Share(0.5, "9s")]),
        lambda: Mixture([]),
    ],
)
def test_laws_that_cannot_be(make: Callable[[], Times]) -> None:
    with pytest.raises(InvalidValueError):
        make()
