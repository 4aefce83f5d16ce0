"""Arrivals: when contacts come, as a Poisson process of any weekly pattern, or from a log."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import partial
from itertools import pairwise
from math import ceil, sqrt
from typing import Final

import attrs
import numpy as np

from omniqueue.centre.chance import Chance
from omniqueue.centre.times import Floats
from omniqueue.centre.week import DAY_SECONDS, Hours, week_label
from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import duration, instant

ARRIVALS_MAX: Final = 20_000_000  # of one replication: some 6 GB with its statistics
RATE_MAX: Final = 1e9  # contacts an hour
RATES_MAX: Final = 10_000
TRACE_MAX: Final = 5_000_000


class Arrivals(ABC):
    """When the contacts of a stream arrive."""

    __slots__ = ()

    @abstractmethod
    def expected(self, horizon_seconds: float) -> float:
        """Return how many contacts are to be expected before the horizon."""

    @abstractmethod
    def instants(
        self, chance: Chance, purpose: str, horizon_seconds: float, busyness: Floats
    ) -> Floats:
        """Return the instants of the arrivals before the horizon, in order, shape (n,).

        Args:
            chance: the streams of the replication.
            purpose: the name of the stream.
            horizon_seconds: where they end, in seconds of the simulated clock.
            busyness: a factor for each day, shape (days,).
        """


@attrs.frozen
class Rate:
    """So many contacts an hour within some hours of the week.

    Args:
        per_hour: the mean number of contacts in an hour, from 0.
        hours: when.

    Example:
        >>> Rate(60, Hours("mon-fri", "09:00", "17:00")).per_hour
        60.0
    """

    per_hour: float = attrs.field()
    hours: Hours = attrs.field(factory=Hours)

    def __attrs_post_init__(self) -> None:
        rate = instant("per_hour", self.per_hour)
        if not 0 <= rate <= RATE_MAX:
            raise InvalidValueError("per_hour", self.per_hour, f"a rate from 0 to {RATE_MAX:.0e}")
        object.__setattr__(self, "per_hour", rate)


def _rates(value: Iterable[Rate] | float) -> tuple[Rate, ...]:
    if isinstance(value, int | float | str):
        return (Rate(value),)
    found = tuple(value)
    if not all(isinstance(rate, Rate) for rate in found):
        raise InvalidValueError("rates", value, "Rate values")
    if not 0 < len(found) <= RATES_MAX:
        raise InvalidValueError("rates", len(found), f"1 to {RATES_MAX}")
    return found


@attrs.frozen
class Poisson(Arrivals):
    """Poisson arrivals whose rate is constant by intervals of the week.

    Exact, without thinning: the k-th contact arrives when the integrated rate reaches the sum of
    the first k standard exponential draws. So it takes the k-th draw whatever the rate is.

    Source: the time change of a Poisson process (Cinlar, Introduction to Stochastic Processes,
    1975, section 4.7).

    Args:
        rates: the rates; hours that none covers have no arrivals. A number: that many an hour,
            always.

    Raises:
        InvalidValueError: a rate out of range, hours that overlap.

    Example:
        >>> calls = Poisson([Rate(60, Hours("mon-fri", "09:00", "17:00"))])
        >>> calls.expected(86400.0)
        480.0
        >>> (calls.instants(Chance(1), "calls", 86400.0, np.ones(1)) >= 32400).all()
        np.True_
    """

    rates: tuple[Rate, ...] = attrs.field(converter=_rates)

    @rates.validator
    def _check(self, _: attrs.Attribute[tuple[Rate, ...]], value: tuple[Rate, ...]) -> None:
        stretches = sorted(stretch for rate in value for stretch in rate.hours.week_stretches())
        end = 0.0
        for low, high in stretches:
            if low < end:
                clash = week_label(low, with_day=True)
                raise InvalidValueError("rates", clash, "hours that do not overlap")
            end = high

    def _day(self, weekday: int) -> tuple[Floats, Floats]:
        """Return a weekday's edges (seconds after midnight) and the rates a second from them."""
        midnight = weekday * DAY_SECONDS
        edges, rates = [0.0], [0.0]
        pieces = sorted(
            (max(low - midnight, 0.0), min(high - midnight, DAY_SECONDS), rate.per_hour / 3600)
            for rate in self.rates
            for low, high in rate.hours.week_stretches()
            if low < midnight + DAY_SECONDS and high > midnight
        )
        for low, high, rate in pieces:
            if low == edges[-1]:
                rates[-1] = rate
            else:
                edges.append(low)
                rates.append(rate)
            edges.append(high)
            rates.append(0.0)
        if edges[-1] < DAY_SECONDS:
            edges.append(float(DAY_SECONDS))
        else:
            rates.pop()
        return np.array(edges), np.array(rates)

    def expected(self, horizon_seconds: float) -> float:
        """Return the mean number of contacts before the horizon. Cost: O(rates).

        Example:
            >>> Poisson(30).expected(7200.0)
            60.0
        """
        weekdays = [self._day(weekday) for weekday in range(7)]
        of_days = [float(np.sum(np.diff(edges) * rates)) for edges, rates in weekdays]
        days, rest = divmod(horizon_seconds, DAY_SECONDS)
        weeks, day = divmod(int(days), 7)
        edges, rates = weekdays[day]
        part = np.diff(np.minimum(edges, rest)) * rates
        return weeks * sum(of_days) + sum(of_days[:day]) + float(np.sum(part))

    def instants(
        self, chance: Chance, purpose: str, horizon_seconds: float, busyness: Floats
    ) -> Floats:
        """Return the instants of the arrivals before the horizon. Cost: O(n + days)."""
        weekdays = [self._day(weekday) for weekday in range(7)]
        areas = [np.concatenate(([0.0], np.cumsum(np.diff(e) * r))) for e, r in weekdays]
        days = len(busyness)
        kinds = np.arange(days) % 7
        totals = np.array([area[-1] for area in areas])[kinds] * busyness
        before = np.concatenate(([0.0], np.cumsum(totals)))
        end = float(before[-1])
        last, rest_seconds = divmod(horizon_seconds, DAY_SECONDS)
        if last < days:  # the horizon cuts the last day short
            edges, area = weekdays[int(last) % 7][0], areas[int(last) % 7]
            cut = float(np.interp(rest_seconds, edges, area)) * float(busyness[int(last)])
            end = float(before[int(last)]) + cut
        sums = _unit_sums(chance.stream(purpose), end)
        day = np.searchsorted(before, sums, side="right") - 1
        found = np.empty(len(sums))
        for kind in range(min(7, days)):
            mine = np.flatnonzero(kinds[day] == kind)
            edges, rates = weekdays[kind]
            rest = (sums[mine] - before[day[mine]]) / busyness[day[mine]]
            # Where the rate is 0 the area stands still: the place is the last of equal areas.
            place = np.searchsorted(areas[kind], rest, side="right") - 1
            place = np.minimum(place, np.flatnonzero(rates)[-1]) if rates.any() else place
            within = (rest - areas[kind][place]) / rates[place]
            clock = np.minimum(edges[place] + within, edges[place + 1])
            found[mine] = day[mine] * float(DAY_SECONDS) + clock
        return found[found < horizon_seconds]


def _unit_sums(generator: np.random.Generator, end: float) -> Floats:
    """Return the instants of a Poisson process of rate 1 before an end."""
    blocks = []
    total, size = 0.0, ceil(end + 6 * sqrt(end) + 16)
    while True:
        blocks.append(generator.standard_exponential(size))
        total += float(np.sum(blocks[-1]))
        if total > end * (1 + 1e-9) + 1e-9:
            break
        size = ceil(sqrt(end) + 16)
    sums = np.cumsum(np.concatenate(blocks))
    return sums[sums < end]


def _instants(values: Iterable[float]) -> tuple[float, ...]:
    found = tuple(map(partial(duration, "times"), values))
    if not 0 < len(found) <= TRACE_MAX:
        raise InvalidValueError("times", len(found), f"1 to {TRACE_MAX} instants")
    if any(later < earlier for earlier, later in pairwise(found)):
        raise InvalidValueError("times", "not in order", "instants in order")
    return found


def _handling(values: Iterable[float] | None) -> tuple[float, ...] | None:
    return None if values is None else tuple(map(partial(duration, "handling"), values))


@attrs.frozen
class Trace(Arrivals):
    """Arrivals as they were recorded, the same in every replication.

    Args:
        times: the instants, in seconds of the simulated clock, in order.
        handling: the recorded handling times, in seconds; None: not recorded.

    Raises:
        InvalidValueError: out of order, negative, or of different numbers.

    Example:
        >>> Trace([10, 20, 90]).expected(60.0)
        2.0
    """

    times: tuple[float, ...] = attrs.field(converter=_instants, repr=False)
    handling: tuple[float, ...] | None = attrs.field(default=None, converter=_handling, repr=False)

    @handling.validator
    def _check(
        self, _: attrs.Attribute[tuple[float, ...] | None], value: tuple[float, ...] | None
    ) -> None:
        if value is not None and len(value) != len(self.times):
            raise InvalidValueError("handling", len(value), "one for each instant")

    def expected(self, horizon_seconds: float) -> float:
        """Return the number of contacts before the horizon. Cost: O(n)."""
        return float(np.count_nonzero(np.array(self.times) < horizon_seconds))

    def instants(
        self,
        chance: Chance,  # noqa: ARG002 - nothing is left to chance
        purpose: str,  # noqa: ARG002
        horizon_seconds: float,
        busyness: Floats,  # noqa: ARG002
    ) -> Floats:
        """Return the instants before the horizon, as recorded. Cost: O(n)."""
        times = np.array(self.times)
        return times[times < horizon_seconds]


def _shape(value: float) -> float:
    shape = instant("shape", value)
    if not 1e-3 <= shape <= 1e12:
        raise InvalidValueError("shape", value, "a number from 0.001 to 1e12")
    return shape


@attrs.frozen
class Busyness:
    """How busy a day is: one gamma factor of mean 1 for all the arrivals of the day.

    Source: Whitt, Dynamic staffing in a telephone call center aiming to immediately answer all
    calls (1999); Avramidis, Deslauriers and L'Ecuyer, Modeling daily arrivals to a telephone
    call center (2004).

    Args:
        shape: the shape of the gamma law; the factor's standard deviation is 1 / sqrt(shape).

    Example:
        >>> Busyness(28.7).factors(Chance(1), 3).shape
        (3,)
    """

    shape: float = attrs.field(converter=_shape)

    def factors(self, chance: Chance, days: int) -> Floats:
        """Return the factors of the days, shape (days,). Cost: O(days)."""
        generator = chance.stream("busyness")
        # A day with a factor of 0 has no arrivals; so small a one has none either.
        return np.maximum(generator.standard_gamma(self.shape, days) / self.shape, 1e-12)


def recorded_handling(arrivals: Arrivals, count: int) -> Floats | None:
    """Return the handling times that a log has recorded for its first contacts, or None."""
    if isinstance(arrivals, Trace) and arrivals.handling is not None:
        return np.array(arrivals.handling[:count])
    return None


__all__ = ["Arrivals", "Busyness", "Poisson", "Rate", "Trace", "recorded_handling"]
