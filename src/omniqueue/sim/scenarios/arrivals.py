"""Arrivals: when contacts come, as a Poisson process of any weekly pattern, or from a log."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, tzinfo
from functools import partial
from itertools import pairwise
from math import ceil, sqrt
from typing import Final

import attrs
import numpy as np

from omniqueue.centre.chance import Chance
from omniqueue.centre.times import Floats
from omniqueue.centre.week import DAY_SECONDS, WEEK_SECONDS, Hours, week_label
from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import bounded, duration, instant
from omniqueue.model.fields import checked, inline, setting
from omniqueue.model.reader import Place, array_of, keys_of, table_of, text
from omniqueue.sim.logs.contact_log import LogColumns, read_log, read_zone

ARRIVALS_MAX: Final = 20_000_000  # of one replication: some 6 GB with its statistics
RATE_MAX: Final = 1e9  # contacts an hour
RATES_MAX: Final = 10_000
TRACE_MAX: Final = 5_000_000
_STEPS_MAX: Final = 100_000  # of the time for which a rate function is added up
_PER: Final = {"per_second": 3600.0, "per_minute": 60.0, "per_hour": 1.0, "per_day": 1 / 24}
_RATE: Final = re.compile(r"(\d{1,12}(?:\.\d{1,12})?) per (second|minute|hour|day)", re.ASCII)


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
            chance: the random streams of the replication.
            purpose: the name of the random stream.
            horizon_seconds: where they end, in seconds of the simulated clock.
            busyness: a factor for each day, shape (days,).
        """


_FROM_0: Final = setting(bounded, 0.0, RATE_MAX, f"a rate from 0 to {RATE_MAX:.0e}")


@attrs.frozen(field_transformer=checked)
class Rate:
    """So many contacts an hour within some hours of the week.

    Args:
        per_hour: the mean number of contacts in an hour, from 0.
        hours: when.

    Example:
        >>> Rate(60, Hours("mon-fri", "09:00", "17:00")).per_hour
        60.0
    """

    per_hour: float = attrs.field(metadata=_FROM_0)
    hours: Hours = attrs.field(factory=Hours)


def _rates(value: object) -> tuple[Rate, ...]:
    found = tuple(value) if isinstance(value, Iterable) else (value,)
    if not all(isinstance(rate, Rate) for rate in found):
        raise InvalidValueError("", value, "Rate values")
    if not 0 < len(found) <= RATES_MAX:
        raise InvalidValueError("", len(found), f"1 to {RATES_MAX}")
    return found


@attrs.frozen(field_transformer=checked)
class Poisson(Arrivals):
    """Poisson arrivals whose rate is constant by intervals of the week.

    Exact, without thinning: the k-th contact arrives when the integrated rate reaches the sum of
    the first k standard exponential draws. So it takes the k-th draw whatever the rate is.

    Source: the time change of a Poisson process (Cinlar, Introduction to Stochastic Processes,
    1975, section 4.7).

    Args:
        rates: the rates; hours that none covers have no arrivals.

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
            >>> Poisson([Rate(30)]).expected(7200.0)
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


@attrs.frozen(field_transformer=checked)
class RateFunction(Arrivals):
    """Poisson arrivals whose rate is any function of time, by thinning.

    Candidates come at the greatest rate, and each is kept with the chance rate / greatest rate.
    Source: P. Lewis and G. Shedler, "Simulation of nonhomogeneous Poisson processes by thinning",
    Naval Research Logistics Quarterly 26 (1979).

    Args:
        per_hour: a function from seconds of the simulated clock (from Monday 00:00) to contacts an
            hour; with several processes it must be at the top level of a module.
        most_per_hour: what it never exceeds.

    Raises:
        InvalidValueError: no function, or a bound that is no rate; when drawn: a rate that is no
            number from 0 to the bound.

    Example:
        >>> from math import pi, sin
        >>> tide = RateFunction(lambda at: 30 * (1 + sin(2 * pi * at / 86400)), 60)
        >>> round(tide.expected(86400.0))
        720
    """

    per_hour: Callable[[float], float]
    most_per_hour: float = attrs.field(metadata=_FROM_0)

    def __attrs_post_init__(self) -> None:
        if not callable(self.per_hour):
            raise InvalidValueError("per_hour", self.per_hour, "a function of the time in seconds")
        if not self.most_per_hour:
            raise InvalidValueError("most_per_hour", self.most_per_hour, "a rate above 0")

    def _rate(self, at: float) -> float:
        try:
            rate = float(self.per_hour(at))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as problem:
            expected = f"a rate at {at:g} s; it raised {type(problem).__name__}: {problem}"
            raise InvalidValueError("per_hour", None, expected) from problem
        if not 0 <= rate <= self.most_per_hour:
            expected = f"from 0 to most_per_hour, {self.most_per_hour:g}, at {at:g} s"
            raise InvalidValueError("per_hour", rate, expected)
        return rate

    def expected(self, horizon_seconds: float) -> float:
        """Return the mean number of contacts before the horizon, by minutes. Cost: O(minutes)."""
        count = max(1, min(ceil(horizon_seconds / 60), _STEPS_MAX))
        step = horizon_seconds / count
        return sum(self._rate((place + 0.5) * step) for place in range(count)) * step / 3600

    def instants(
        self, chance: Chance, purpose: str, horizon_seconds: float, busyness: Floats
    ) -> Floats:
        """Return the instants of the arrivals before the horizon. Cost: O(candidates)."""
        most = self.most_per_hour / 3600
        hours = np.append(busyness, busyness[-1:]) if len(busyness) else np.ones(1)
        peak = float(hours.max()) or 1.0
        found = _unit_sums(chance.stream(purpose), horizon_seconds * most * peak) / (most * peak)
        shares = chance.stream(f"{purpose}/thinning").random(len(found))
        factors = hours[np.minimum((found // DAY_SECONDS).astype(np.int64), len(hours) - 1)]
        rates = np.array([self._rate(at) for at in found.tolist()]) / 3600
        return found[shares * most * peak < rates * factors]


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


def _instants(field: str, values: Iterable[float]) -> tuple[float, ...]:
    found = tuple(map(partial(duration, field), values))
    if not 0 < len(found) <= TRACE_MAX:
        raise InvalidValueError(field, len(found), f"1 to {TRACE_MAX} instants")
    if any(later < earlier for earlier, later in pairwise(found)):
        raise InvalidValueError(field, "not in order", "instants in order")
    return found


def _durations(field: str, values: Iterable[float]) -> tuple[float, ...]:
    return tuple(map(partial(duration, field), values))


@attrs.frozen(field_transformer=checked)
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

    times: Sequence[float] = attrs.field(metadata=setting(_instants), repr=False)
    handling: Sequence[float] | None = attrs.field(
        default=None, metadata=setting(_durations), repr=False
    )

    @handling.validator
    def _check(
        self, _: attrs.Attribute[Sequence[float] | None], value: Sequence[float] | None
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


@attrs.frozen(field_transformer=checked)
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

    shape: float = attrs.field(
        metadata=setting(bounded, 1e-3, 1e12, "a number from 0.001 to 1e12")
    )

    def factors(self, chance: Chance, days: int) -> Floats:
        """Return the factors of the days, shape (days,). Cost: O(days)."""
        generator = chance.stream("busyness")
        # A day with a factor of 0 has no arrivals; so small a one has none either.
        return np.maximum(generator.standard_gamma(self.shape, days) / self.shape, 1e-12)


def _counts(field: str, value: object) -> tuple[float, ...]:
    if not isinstance(value, Sequence) or len(value) > RATES_MAX:
        raise InvalidValueError(field, value, f"up to {RATES_MAX} numbers")
    return tuple(instant(field, each) for each in value)


def arrivals(value: Arrivals | str) -> Arrivals:
    """Return arrivals; a rate with its unit means Poisson arrivals at that rate, always.

    Args:
        value: arrivals, or text as "60 per hour" (second, minute, hour, day).

    Raises:
        InvalidValueError: it is neither.

    Example:
        >>> arrivals("60 per hour").expected(7200.0)
        120.0
    """
    if isinstance(value, Arrivals):
        return value
    return _constant_rate(value)


def _constant_rate(value: object) -> Poisson:
    found = _RATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise InvalidValueError("", value, 'a rate with its unit, as "60 per hour"')
    number, unit = found.groups()
    return Poisson([Rate(float(number) * _PER[f"per_{unit}"])])


@attrs.frozen(kw_only=True, field_transformer=checked)
class _Rates:
    """Rates within some hours as a file writes them: one with its unit, or counts in a row."""

    hours: Hours = attrs.field(factory=Hours, metadata=inline(Hours))
    per_second: float | None = attrs.field(default=None, metadata=_FROM_0)
    per_minute: float | None = attrs.field(default=None, metadata=_FROM_0)
    per_hour: float | None = attrs.field(default=None, metadata=_FROM_0)
    per_day: float | None = attrs.field(default=None, metadata=_FROM_0)
    every_seconds: float | None = attrs.field(default=None, metadata=setting(duration))
    counts: Sequence[float] | None = attrs.field(default=None, metadata=setting(_counts))

    def rates(self) -> list[Rate]:
        """Return them a rate each. Cost: O(counts)."""
        given = [(getattr(self, name), factor) for name, factor in _PER.items()]
        rates = [Rate(each * factor, self.hours) for each, factor in given if each is not None]
        counted = self.every_seconds is not None, self.counts is not None
        if len(rates) + any(counted) != 1 or counted[0] != counted[1]:
            expected = f"one of {', '.join(_PER)}; or every and counts"
            raise InvalidValueError("", len(rates) + sum(counted), expected)
        return rates or self._counted()

    def _counted(self) -> list[Rate]:
        """Return rates from the expected numbers of contacts of equal intervals in a row."""
        every, counts, hours = self.every_seconds, self.counts, self.hours
        assert every is not None
        assert counts is not None
        if not every >= 1 or every % 1:
            raise InvalidValueError("every_seconds", every, 'whole seconds, as "30min"')
        if len(counts) * every > hours.length or not counts:
            raise InvalidValueError("counts", len(counts), "as many as there is time for")
        rates = []
        for place, each in enumerate(counts):
            start = hours.start + place * int(every)
            days, clock = divmod(start, DAY_SECONDS)
            finish = (clock + int(every) - 1) % DAY_SECONDS + 1
            weekday = tuple((day + days) % 7 for day in hours.days)
            rates.append(Rate(each * 3600 / every, Hours(weekday, clock, finish)))
        return rates


@attrs.frozen(kw_only=True)
class _Log:
    """A log whose arrivals are those of a stream, as a file writes it."""

    trace: str = attrs.field(metadata=setting(read=text))
    columns: LogColumns = attrs.field(factory=LogColumns, metadata=inline(LogColumns))
    zone: tzinfo = attrs.field(default=UTC, metadata=setting(read=read_zone))
    only: str | None = attrs.field(default=None, metadata=setting(read=text))

    def arrivals(self, path: str) -> Trace:
        """Return the arrivals of its rows, on the clock that starts on its first Monday."""
        log = read_log(path, self.columns, zone=self.zone)
        rows = [each for each in log.contacts if self.only in (None, each.channel)]
        if not rows:
            raise InvalidValueError("only", self.only, "a channel that the log has")
        # 1970-01-05 was a Monday. Clock changes are left out: days have 24 hours here.
        monday = (log.contacts[0].at - 4 * DAY_SECONDS) // WEEK_SECONDS * WEEK_SECONDS
        start = monday + 4 * DAY_SECONDS
        recorded = [each.handling_seconds for each in rows if each.handling_seconds is not None]
        return Trace(
            [each.at - start for each in rows], recorded if len(recorded) == len(rows) else None
        )


_LOG: Final = table_of(_Log, refused={"priority": "all contacts of a stream have its priority"})


def read_arrivals(value: object, place: Place) -> Arrivals:
    """Return the arrivals that a file describes: a rate with its unit, several, or a log.

    Args:
        value: what the file says.
        place: where.

    Raises:
        InvalidValueError: it is none of these.
        NotedError: it has faults, which are kept.
    """
    if isinstance(value, list):
        several = array_of(partial(_read_rates, others=()))(value, place)
        return Poisson([rate for rates in several for rate in rates])
    if not isinstance(value, dict):
        return _constant_rate(value)
    if "trace" not in value:
        return Poisson(_read_rates(value, place, list(keys_of(_Log))))
    log = _LOG(value, place)
    return log.arrivals(place.below("trace").file(log.trace))


def _read_rates(value: object, place: Place, others: Sequence[str]) -> list[Rate]:
    return table_of(_Rates, others=others)(value, place).rates()
