"""Estimates: means, ratios and quantiles with confidence intervals from independent units.

A unit is a replication, or a batch of one long run. All intervals are two-sided Student t.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import atan, cos, inf, isfinite, isnan, nan, pi, sqrt
from statistics import NormalDist
from typing import Final

import attrs
import numpy as np
from numpy.typing import ArrayLike

from omniqueue.centre.times import Floats
from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import instant, whole
from omniqueue.model.event import JsonValue
from omniqueue.model.json_values import json_fields
from omniqueue.record.measures import MEASURES

_EXACT_MAX: Final = 200  # degrees of freedom above which the expansion is exact to 1e-9


@attrs.frozen
class Estimate:
    """A number that was estimated.

    Args:
        value: the estimate; NaN: there was nothing to measure.
        low: the lower end of its confidence interval; NaN: fewer than two units.
        high: the upper end.
        half_width: half the width of the interval before it was kept to a range; not given: from
            its ends. A precision is judged by it.

    Example:
        >>> Estimate(2.0, 1.5, 2.5).half_width
        0.5
    """

    value: float
    low: float = nan
    high: float = nan
    half_width: float = attrs.field(repr=False, kw_only=True)

    @half_width.default
    def _half(self) -> float:
        return (self.high - self.low) / 2

    @property
    def relative_half_width(self) -> float:
        """The half width as a share of the value; NaN: the value is 0 or unknown."""
        return self.half_width / abs(self.value) if self.value else nan

    def within(self, least: float, most: float) -> Estimate:
        """Return it with the ends of its interval kept to what the number can be.

        Args:
            least: the least that it can be.
            most: the most.

        Example:
            >>> Estimate(0.75, 0.5, 1.0625).within(0.0, 1.0)
            Estimate(value=0.75, low=0.5, high=1.0)
        """
        if isnan(self.low):
            return self
        return attrs.evolve(
            self,
            low=min(self.value, max(self.low, least)),
            high=max(self.value, min(self.high, most)),
        )

    def to_dict(self) -> dict[str, JsonValue]:
        """Return the value and the ends of its interval as JSON types. Cost: O(1).

        Example:
            >>> Estimate(2.0).to_dict()
            {'value': 2.0, 'low': None, 'high': None}
        """
        return json_fields(self, "half_width")

    def covers(self, truth: float) -> bool:
        """Tell whether the interval contains a number."""
        return self.low <= truth <= self.high


def check_confidence(confidence: float) -> float:
    """Return a confidence level between 0 and 1, or refuse it."""
    level = instant("confidence", confidence)
    if not 0 < level < 1:
        raise InvalidValueError("confidence", confidence, "a number between 0 and 1, as 0.95")
    return level


def student_t(confidence: float, degrees: int) -> float:
    """Return the two-sided Student t quantile: P(|T| <= t) = confidence.

    Up to 200 degrees of freedom from the finite series of the distribution function, solved by
    bisection; above by the expansion in the normal quantile. Source: Abramowitz and Stegun,
    Handbook of Mathematical Functions (1964), 26.7.3, 26.7.4 and 26.7.5.

    Args:
        confidence: between 0 and 1.
        degrees: degrees of freedom (int from 1).

    Cost: O(degrees), at most 200.

    Example:
        >>> round(student_t(0.95, 10), 6), round(student_t(0.95, 1000), 6)
        (2.228139, 1.962339)
    """
    level = check_confidence(confidence)
    freedom = whole("degrees", degrees, 1, 2**53)
    x = NormalDist().inv_cdf((1 + level) / 2)
    if freedom > _EXACT_MAX:
        terms = (
            (x**3 + x) / 4,
            (5 * x**5 + 16 * x**3 + 3 * x) / 96,
            (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
            (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92160,
        )
        return x + sum(term / float(freedom) ** power for power, term in enumerate(terms, start=1))
    low, high = 0.0, pi / 2  # of the angle whose tangent is t / sqrt(degrees)
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _central(middle, freedom) < level else (low, middle)
    angle = (low + high) / 2
    return sqrt(freedom) * float(np.tan(angle))


def _central(angle: float, freedom: int) -> float:
    """Return P(|T| <= t), t = sqrt(freedom) tan(angle)."""
    sine, cosine = float(np.sin(angle)), cos(angle)
    term = cosine if freedom % 2 else 1.0
    total = term if freedom > 1 else 0.0
    start = 3 if freedom % 2 else 2
    for step in range(start, freedom - 1, 2):
        term *= cosine**2 * (step - 1) / step
        total += term
    if freedom % 2:
        return 2 / pi * (atan(np.tan(angle)) + (sine * total if freedom > 1 else 0.0))
    return sine * total


def mean_interval(values: ArrayLike, *, confidence: float = 0.95) -> Estimate:
    """Return the mean of independent values with its Student t interval.

    Args:
        values: one number for each unit, shape (n,).
        confidence: the level of the interval.

    Cost: O(n).

    Example:
        >>> found = mean_interval([1.0, 2.0, 3.0])
        >>> found.value, round(found.half_width, 4)
        (2.0, 2.4841)
    """
    numbers = np.asarray(values, dtype=float)
    return ratio_interval(numbers, np.ones(len(numbers)), confidence=confidence)


def ratio_interval(
    numerators: ArrayLike, denominators: ArrayLike, *, confidence: float = 0.95
) -> Estimate:
    """Return the ratio of two means with its interval by the delta method.

    Source: Asmussen and Glynn, Stochastic Simulation (2007), section III.3.

    Args:
        numerators: one number for each unit, shape (n,).
        denominators: likewise; their sum must be above 0, else there is no estimate.
        confidence: the level of the interval.

    Cost: O(n).

    Example:
        >>> found = ratio_interval([10.0, 30.0], [10.0, 20.0])
        >>> round(found.value, 6), round(found.half_width, 4)
        (1.333333, 2.8236)
    """
    x = np.asarray(numerators, dtype=float)
    y = np.asarray(denominators, dtype=float)
    total = float(np.sum(y))
    if not total > 0:
        return Estimate(nan)
    value = float(np.sum(x)) / total
    units = len(x)
    if units < 2:
        return Estimate(value)
    rest = x - value * y
    error = sqrt(float(np.sum(rest * rest)) / (units - 1) / units) / (total / units)
    half = student_t(confidence, units - 1) * error
    return Estimate(value, value - half, value + half)


def measure_interval(
    measure: str, numerators: ArrayLike, denominators: ArrayLike, *, confidence: float = 0.95
) -> Estimate:
    """Return the estimate of a simulated measure, its interval within what it can be.

    All measures are from 0, shares to 1. Differences and tests against theory are not measures:
    they take `ratio_interval` as it is.

    Args:
        measure: its name, a key of `omniqueue.record.measures.MEASURES`.
        numerators: as of `ratio_interval`.
        denominators: likewise.
        confidence: the level of the interval.

    Cost: O(n).

    Example:
        >>> measure_interval("service_level", [1.0, 9.0], [10.0, 10.0])
        Estimate(value=0.5, low=0.0, high=1.0)
    """
    found = ratio_interval(numerators, denominators, confidence=confidence)
    return found.within(0.0, 1.0 if MEASURES[measure].unit == "share" else inf)


def quantile_interval(
    sorted_units: Sequence[Floats], share: float, *, confidence: float = 0.95
) -> Estimate:
    """Return a quantile of all values with an interval.

    The quantile is that of all values together (nearest rank). The interval is that of the share
    of values up to it, by the delta method, turned back into quantiles. Source: Woodruff,
    Confidence intervals for medians and other position measures (1952).

    Args:
        sorted_units: the values of each unit in order, one array of any length for each.
        share: from 0 to 1, as 0.95.
        confidence: the level of the interval.

    Cost: O(n log n) in all values.

    Example:
        >>> quantile_interval([np.arange(1.0, 101.0)], 0.95).value
        95.0
    """
    pooled = np.sort(np.concatenate([np.zeros(0), *sorted_units]))
    if not len(pooled):
        return Estimate(nan)
    value = _ranked(pooled, share)
    up_to = [float(np.searchsorted(unit, value, side="right")) for unit in sorted_units]
    sizes = [float(len(unit)) for unit in sorted_units]
    half = ratio_interval(up_to, sizes, confidence=confidence).half_width
    if not isfinite(half):
        return Estimate(value)
    return Estimate(
        value, _ranked(pooled, max(0.0, share - half)), _ranked(pooled, min(1.0, share + half))
    )


def _ranked(ordered: Floats, share: float) -> float:
    # The tolerance keeps 0.95 x 100 from being rounded up to rank 96.
    rank = int(np.ceil(share * len(ordered) * (1 - 1e-12))) - 1
    return float(ordered[min(max(rank, 0), len(ordered) - 1)])
