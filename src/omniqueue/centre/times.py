"""Times: the laws of handling, wrap-up, patience and delays, drawn in blocks, in seconds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from math import log, sqrt
from typing import Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from omniqueue.centre.chance import Chance
from omniqueue.centre.week import WEEK_SECONDS, Hours
from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import duration, whole

Floats: TypeAlias = NDArray[np.float64]

SECONDS_MAX: Final = 1e9  # 31 years: far above any use, and no sum of draws overflows
PHASES_MAX: Final = 10_000
VALUES_MAX: Final = 5_000_000


class Times(ABC):
    """A law of times. Every law tells its mean and draws the times of a block of contacts."""

    __slots__ = ()

    @property
    @abstractmethod
    def mean_seconds(self) -> float:
        """The mean, in seconds."""

    @abstractmethod
    def sample(self, generator: np.random.Generator, count: int) -> Floats:
        """Return independent times in seconds, shape (count,); a longer block only adds to it."""

    def law_at(self, instant: float) -> Times:  # noqa: ARG002 - only few laws change
        """Return the law for a contact that arrives then (seconds of the simulated clock)."""
        return self

    def draw(self, chance: Chance, purpose: str, arrived_at: Floats) -> Floats:
        """Return the times of contacts, the k-th contact taking the k-th draw.

        Args:
            chance: the streams of the replication.
            purpose: the name of the stream.
            arrived_at: when the contacts arrive, in seconds of the simulated clock, shape (n,).

        Cost: O(n).

        Example:
            >>> Constant(5.0).draw(Chance(1), "handling", np.zeros(2)).tolist()
            [5.0, 5.0]
        """
        return self.sample(chance.stream(purpose), len(arrived_at))


def _seconds(field: str, value: object, *, positive: bool = True) -> float:
    seconds = duration(field, value, positive=positive)
    if seconds > SECONDS_MAX:
        raise InvalidValueError(field, value, f"at most {SECONDS_MAX:.0f} seconds")
    return seconds


def _fixed(value: float) -> float:
    return _seconds("seconds", value, positive=False)


def _mean(value: float) -> float:
    return _seconds("mean", value)


def _sd(value: float) -> float:
    return _seconds("sd", value)


def _phases(value: int) -> int:
    return whole("phases", value, 1, PHASES_MAX)


def _low(value: float) -> float:
    return _seconds("low", value, positive=False)


def _high(value: float) -> float:
    return _seconds("high", value)


@attrs.frozen
class Constant(Times):
    """Every time is the same.

    Args:
        seconds: the time, from 0.

    Example:
        >>> Constant(90).mean_seconds
        90.0
    """

    seconds: float = attrs.field(converter=_fixed)

    @property
    def mean_seconds(self) -> float:
        """The mean, in seconds."""
        return self.seconds

    def sample(self, generator: np.random.Generator, count: int) -> Floats:  # noqa: ARG002
        """Return the same time for all."""
        return np.full(count, self.seconds)


@attrs.frozen
class Exponential(Times):
    """Times without memory.

    Args:
        mean: the mean, in seconds above 0.

    Example:
        >>> Exponential(240).mean_seconds
        240.0
    """

    mean: float = attrs.field(converter=_mean)

    @property
    def mean_seconds(self) -> float:
        """The mean, in seconds."""
        return self.mean

    def sample(self, generator: np.random.Generator, count: int) -> Floats:
        """Return exponential times."""
        return generator.standard_exponential(count) * self.mean


@attrs.frozen
class Lognormal(Times):
    """Lognormal times with this mean and standard deviation: the usual law of talk times.

    Source for the parameters: mean = exp(mu + sigma^2 / 2), variance = (exp(sigma^2) - 1) mean^2.

    Args:
        mean: the mean, in seconds above 0.
        sd: the standard deviation, in seconds from 0.

    Example:
        >>> Lognormal(240, 180).mean_seconds
        240.0
    """

    mean: float = attrs.field(converter=_mean)
    sd: float = attrs.field()

    @sd.validator
    def _check(self, _: attrs.Attribute[float], value: object) -> None:
        if duration("sd", value) > 1000 * self.mean:
            raise InvalidValueError("sd", value, "at most 1,000 times the mean")

    @property
    def mean_seconds(self) -> float:
        """The mean, in seconds."""
        return self.mean

    def sample(self, generator: np.random.Generator, count: int) -> Floats:
        """Return lognormal times."""
        variance = log(1 + (self.sd / self.mean) ** 2)
        mu, sigma = log(self.mean) - variance / 2, sqrt(variance)
        return np.exp(mu + sigma * generator.standard_normal(count))


@attrs.frozen
class Gamma(Times):
    """Gamma times with this mean and standard deviation.

    Args:
        mean: the mean, in seconds above 0.
        sd: the standard deviation, in seconds above 0; shape = (mean / sd)^2.

    Example:
        >>> Gamma(240, 120).shape
        4.0
    """

    mean: float = attrs.field(converter=_mean)
    sd: float = attrs.field(converter=_sd)

    @sd.validator
    def _check(self, _: attrs.Attribute[float], value: object) -> None:
        if not 1e-6 * self.mean <= self.sd <= 1000 * self.mean:
            raise InvalidValueError("sd", value, "from a millionth to 1,000 times the mean")

    @property
    def shape(self) -> float:
        """The shape parameter."""
        return (self.mean / self.sd) ** 2

    @property
    def mean_seconds(self) -> float:
        """The mean, in seconds."""
        return self.mean

    def sample(self, generator: np.random.Generator, count: int) -> Floats:
        """Return gamma times."""
        return generator.standard_gamma(self.shape, count) * (self.mean / self.shape)


@attrs.frozen
class Erlang(Times):
    """Erlang times: a sum of exponential phases.

    Args:
        mean: the mean of the whole, in seconds above 0.
        phases: how many phases (int from 1).

    Example:
        >>> Erlang(240, 3).mean_seconds
        240.0
    """

    mean: float = attrs.field(converter=_mean)
    phases: int = attrs.field(converter=_phases)

    @property
    def mean_seconds(self) -> float:
        """The mean, in seconds."""
        return self.mean

    def sample(self, generator: np.random.Generator, count: int) -> Floats:
        """Return Erlang times."""
        return generator.standard_gamma(self.phases, count) * (self.mean / self.phases)


@attrs.frozen
class Uniform(Times):
    """Times spread evenly between two bounds.

    Args:
        low: the least, in seconds from 0.
        high: the most, in seconds, above `low`.

    Example:
        >>> Uniform(60, 120).mean_seconds
        90.0
    """

    low: float = attrs.field(converter=_low)
    high: float = attrs.field(converter=_high)

    @high.validator
    def _check(self, _: attrs.Attribute[float], value: object) -> None:
        if self.high <= self.low:
            raise InvalidValueError("high", value, "more than low")

    @property
    def mean_seconds(self) -> float:
        """The mean, in seconds."""
        return (self.low + self.high) / 2

    def sample(self, generator: np.random.Generator, count: int) -> Floats:
        """Return uniform times."""
        return self.low + (self.high - self.low) * generator.random(count)


def _values(values: Iterable[float]) -> tuple[float, ...]:
    if isinstance(values, str):
        raise InvalidValueError("values", values, "a list of seconds")
    found = tuple(_seconds("values", value, positive=False) for value in values)
    if not 0 < len(found) <= VALUES_MAX:
        raise InvalidValueError("values", len(found), f"1 to {VALUES_MAX} times")
    return found


@attrs.frozen
class Empirical(Times):
    """Times drawn from observed ones, each as likely as the others.

    Args:
        values: the observed times, in seconds from 0.

    Example:
        >>> Empirical([60, 120]).mean_seconds
        90.0
    """

    values: tuple[float, ...] = attrs.field(converter=_values, repr=False)

    @property
    def mean_seconds(self) -> float:
        """The mean, in seconds."""
        return sum(self.values) / len(self.values)

    def sample(self, generator: np.random.Generator, count: int) -> Floats:
        """Return observed times, drawn with repetition."""
        places = (generator.random(count) * len(self.values)).astype(np.int64)
        return np.array(self.values)[places]


def _parts(value: Iterable[tuple[Hours, Times]]) -> tuple[tuple[Hours, Times], ...]:
    return tuple(value)


@attrs.frozen
class ByInterval(Times):
    """A law for each stretch of the week; that of a contact is the one in which it arrives.

    Args:
        parts: pairs of hours and law; hours that overlap go by the first.
        otherwise: the law of all other hours.

    Example:
        >>> from omniqueue.centre.week import hours
        >>> law = ByInterval([(hours("mon-sun", "00:00", "02:00"), Constant(5))],
        ...                  Constant(9))
        >>> law.draw(Chance(1), "handling", np.array([60.0, 7200.0])).tolist()
        [5.0, 9.0]
    """

    parts: tuple[tuple[Hours, Times], ...] = attrs.field(converter=_parts)
    otherwise: Times = attrs.field()

    @otherwise.validator
    def _check(self, _: attrs.Attribute[Times], value: object) -> None:
        laws = [*(law for _, law in self.parts), value]
        if not all(isinstance(law, Times) and not isinstance(law, ByInterval) for law in laws):
            raise InvalidValueError("times by interval", value, "a law of times for each interval")
        if len(self.parts) > 1000:
            raise InvalidValueError("times by interval", len(self.parts), "at most 1,000")

    @property
    def mean_seconds(self) -> float:
        """The mean over the hours of a week, in seconds."""
        edges, law = self._steps()
        means = np.array([each.mean_seconds for each in self._laws()])[law]
        return float(np.sum(means * np.diff([*edges, WEEK_SECONDS])) / WEEK_SECONDS)

    def _laws(self) -> list[Times]:
        return [*(law for _, law in self.parts), self.otherwise]

    def _steps(self) -> tuple[Floats, NDArray[np.int64]]:
        """Return the edges of a step function over the week, and the law from each edge on."""
        stretches = [
            (low, high, place)
            for place, (when, _) in enumerate(self.parts)
            for low, high in when.week_stretches()
        ]
        edges = sorted(
            {0.0, *(low for low, _, _ in stretches), *(high for _, high, _ in stretches)}
        )
        edges = [edge for edge in edges if edge < WEEK_SECONDS]
        law = [
            min(
                (place for low, high, place in stretches if low <= edge < high),
                default=len(self.parts),
            )
            for edge in edges
        ]
        return np.array(edges), np.array(law, dtype=np.int64)

    def law_at(self, instant: float) -> Times:
        """Return the law for a contact that arrives then. Cost: O(parts)."""
        clock = instant % WEEK_SECONDS
        for when, law in self.parts:
            if any(low <= clock < high for low, high in when.week_stretches()):
                return law
        return self.otherwise

    def sample(self, generator: np.random.Generator, count: int) -> Floats:
        """Return times of the law that holds otherwise."""
        return self.otherwise.sample(generator, count)

    def draw(self, chance: Chance, purpose: str, arrived_at: Floats) -> Floats:
        """Return the times of contacts by when they arrive; each law has a stream of its own.

        Cost: O(laws x n).
        """
        edges, law = self._steps()
        places = law[np.searchsorted(edges, arrived_at % WEEK_SECONDS, side="right") - 1]
        found = np.empty(len(arrived_at))
        for place, each in enumerate(self._laws()):
            mine = places == place
            if mine.any():
                drawn = each.draw(chance, f"{purpose}/{place}", arrived_at)
                found[mine] = drawn[mine]
        return found


def seconds_of(value: Times | float, field: str) -> Times:
    """Return a law of times; a number is a time that is always the same.

    Example:
        >>> seconds_of(30, "wrap_up")
        Constant(seconds=30.0)
    """
    if isinstance(value, Times):
        return value
    return Constant(_seconds(field, value, positive=False))


__all__ = [
    "ByInterval",
    "Constant",
    "Empirical",
    "Erlang",
    "Exponential",
    "Gamma",
    "Lognormal",
    "Times",
    "Uniform",
    "seconds_of",
]
