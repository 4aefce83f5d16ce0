"""Times: the laws of handling, wrap-up, patience and delays, drawn in blocks, in seconds."""

from __future__ import annotations

import csv
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from math import gamma, log, sqrt
from operator import mul
from typing import Final, Protocol, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from omniqueue.centre.chance import Chance
from omniqueue.centre.regular_file import lines_of
from omniqueue.centre.week import WEEK_SECONDS, Hours
from omniqueue.errors import FileFaultsError, InvalidValueError
from omniqueue.model import reader
from omniqueue.model.checks import bounded, duration, whole
from omniqueue.model.durations import cell_seconds
from omniqueue.model.fields import checked, setting, several

Floats: TypeAlias = NDArray[np.float64]

SECONDS_MAX: Final = 1e9  # 31 years: far above any use, and no sum of draws overflows
PHASES_MAX: Final = 10_000
VALUES_MAX: Final = 5_000_000
PARTS_MAX: Final = 100
_BLOCK: Final = 1024  # drawn at once
FILE_BYTES_MAX: Final = 2 * 1024**3


class Times(ABC):
    """A law of times. Every law tells its mean and draws the times of a block of contacts.

    A law of one's own is a subclass with `mean_seconds` and `sample`.

    Example:
        >>> class Rounded(Times):
        ...     mean_seconds = 60.0
        ...     def sample(self, generator, count):
        ...         return np.round(generator.standard_exponential(count) * 60)
        >>> Rounded().draw(Chance(1), "handling", np.zeros(3)).shape
        (3,)
    """

    __slots__ = ()

    @property
    @abstractmethod
    def mean_seconds(self) -> float:
        """The mean, in seconds."""

    @abstractmethod
    def sample(self, generator: np.random.Generator, count: int) -> Floats:
        """Return independent times in seconds, shape (count,); a longer block only adds to it."""

    def endless(self, generator: np.random.Generator) -> Iterator[float]:
        """Yield times for ever, drawn in blocks: alone each would cost numpy 50 times more."""
        while True:
            yield from self.sample(generator, _BLOCK).tolist()

    def law_at(self, instant: float) -> Times:  # noqa: ARG002 - only few laws change
        """Return the law for a contact that arrives then (seconds of the simulated clock)."""
        return self

    def draw(self, chance: Chance, purpose: str, arrived_at: Floats) -> Floats:
        """Return the times of contacts, the k-th contact taking the k-th draw.

        Args:
            chance: the random streams of the replication.
            purpose: the name of the random stream.
            arrived_at: when the contacts arrive, in seconds of the simulated clock, shape (n,).

        Cost: O(n).

        Example:
            >>> Constant(5.0).draw(Chance(1), "handling", np.zeros(2)).tolist()
            [5.0, 5.0]
        """
        return self.sample(chance.stream(purpose), len(arrived_at))

    def drawn(self, chance: Chance, purpose: str, arrived_at: Floats) -> Floats:
        """Return what `draw` returns, or refuse it in the name of the law and what it is for.

        Raises:
            InvalidValueError: it raised, or what it drew are not as many times, finite and from 0.

        Cost: that of `draw`.

        Example:
            >>> class Early(Times):
            ...     mean_seconds = 5.0
            ...     def sample(self, generator, count):
            ...         return np.full(count, -1.0)
            >>> Early().drawn(Chance(1), "patience calls", np.zeros(2))
            Traceback (most recent call last):
            ...
            omniqueue.errors.InvalidValueError: patience calls is -1.0; expected times ... of Early
        """
        law = type(self).__name__
        try:
            found: object = self.draw(chance, purpose, arrived_at)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as problem:
            expected = f"times of {law}, which raised {type(problem).__name__}: {problem}"
            raise InvalidValueError(purpose, None, expected) from problem
        expected = f"times (finite seconds from 0) of {law}"
        if not isinstance(found, np.ndarray) or found.shape != arrived_at.shape:
            told = found.shape if isinstance(found, np.ndarray) else type(found).__name__
            raise InvalidValueError(purpose, str(told), f"{len(arrived_at)} {expected}")
        wrong = found[~((found >= 0) & (found < np.inf))]
        if len(wrong):
            raise InvalidValueError(purpose, float(wrong[0]), expected)
        return found


def _time(field: str, value: object) -> float:
    seconds = duration(field, value)
    if seconds > SECONDS_MAX:
        raise InvalidValueError(field, value, f"at most {SECONDS_MAX:.0f} seconds")
    return seconds


def _length(field: str, value: object) -> float:
    duration(field, value, positive=True)
    return _time(field, value)


@attrs.frozen(field_transformer=checked)
class Constant(Times):
    """Every time is the same.

    Args:
        seconds: the time, from 0.

    Example:
        >>> Constant(90).mean_seconds
        90.0
    """

    seconds: float = attrs.field(metadata=setting(_time))

    @property
    def mean_seconds(self) -> float:
        """The mean, in seconds."""
        return self.seconds

    def sample(self, generator: np.random.Generator, count: int) -> Floats:  # noqa: ARG002
        """Return the same time for all."""
        return np.full(count, self.seconds)


@attrs.frozen(field_transformer=checked)
class _OfMean(Times):
    """A law that is given by its mean."""

    mean: float = attrs.field(metadata=setting(_length, seconds=True))

    @property
    def mean_seconds(self) -> float:
        """The mean, in seconds."""
        return self.mean


@attrs.frozen(field_transformer=checked)
class Exponential(_OfMean):
    """Times without memory.

    Args:
        mean: the mean, in seconds above 0.

    Example:
        >>> Exponential(240).mean_seconds
        240.0
    """

    def sample(self, generator: np.random.Generator, count: int) -> Floats:
        """Return exponential times."""
        return generator.standard_exponential(count) * self.mean


@attrs.frozen(field_transformer=checked)
class Lognormal(_OfMean):
    """Lognormal times with this mean and standard deviation: the usual law of talk times.

    Source for the parameters: mean = exp(mu + sigma^2 / 2), variance = (exp(sigma^2) - 1) mean^2.

    Args:
        mean: the mean, in seconds above 0.
        sd: the standard deviation, in seconds from 0.

    Example:
        >>> Lognormal(240, 180).mean_seconds
        240.0
    """

    sd: float = attrs.field(metadata=setting(_time, seconds=True))

    @sd.validator
    def _check(self, _: attrs.Attribute[float], value: object) -> None:
        if self.sd > 1000 * self.mean:
            raise InvalidValueError("sd", value, "at most 1,000 times the mean")

    def sample(self, generator: np.random.Generator, count: int) -> Floats:
        """Return lognormal times."""
        variance = log(1 + (self.sd / self.mean) ** 2)
        mu, sigma = log(self.mean) - variance / 2, sqrt(variance)
        return np.exp(mu + sigma * generator.standard_normal(count))


@attrs.frozen(field_transformer=checked)
class Gamma(_OfMean):
    """Gamma times with this mean and standard deviation.

    Args:
        mean: the mean, in seconds above 0.
        sd: the standard deviation, in seconds above 0; shape = (mean / sd)^2.

    Example:
        >>> Gamma(240, 120).shape
        4.0
    """

    sd: float = attrs.field(metadata=setting(_length, seconds=True))

    @sd.validator
    def _check(self, _: attrs.Attribute[float], value: object) -> None:
        if not 1e-6 * self.mean <= self.sd <= 1000 * self.mean:
            raise InvalidValueError("sd", value, "from a millionth to 1,000 times the mean")

    @property
    def shape(self) -> float:
        """The shape parameter."""
        return (self.mean / self.sd) ** 2

    def sample(self, generator: np.random.Generator, count: int) -> Floats:
        """Return gamma times."""
        return generator.standard_gamma(self.shape, count) * (self.mean / self.shape)


@attrs.frozen(field_transformer=checked)
class Erlang(_OfMean):
    """Erlang times: a sum of exponential phases.

    Args:
        mean: the mean of the whole, in seconds above 0.
        phases: how many phases (int from 1).

    Example:
        >>> Erlang(240, 3).mean_seconds
        240.0
    """

    phases: int = attrs.field(metadata=setting(whole, 1, PHASES_MAX))

    def sample(self, generator: np.random.Generator, count: int) -> Floats:
        """Return Erlang times."""
        return generator.standard_gamma(self.phases, count) * (self.mean / self.phases)


@attrs.frozen(field_transformer=checked)
class Uniform(Times):
    """Times spread evenly between two bounds.

    Args:
        low: the least, in seconds from 0.
        high: the most, in seconds, above `low`.

    Example:
        >>> Uniform(60, 120).mean_seconds
        90.0
    """

    low: float = attrs.field(metadata=setting(_time, seconds=True))
    high: float = attrs.field(metadata=setting(_length, seconds=True))

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


@attrs.frozen(field_transformer=checked)
class Weibull(_OfMean):
    """Weibull times: below a shape of 1 those who have waited long wait on, above 1 they give up.

    Args:
        mean: the mean, in seconds above 0.
        shape: the shape, from 0.1 to 100; 1 is exponential.

    Example:
        >>> Weibull(60, 0.7).mean_seconds
        60.0
    """

    shape: float = attrs.field(metadata=setting(bounded, 0.1, 100.0, "a shape from 0.1 to 100"))

    def sample(self, generator: np.random.Generator, count: int) -> Floats:
        """Return Weibull times."""
        scale = self.mean / gamma(1 + 1 / self.shape)
        return generator.standard_exponential(count) ** (1 / self.shape) * scale


@attrs.frozen(field_transformer=checked)
class Triangular(Times):
    """Times between two bounds, most likely in between: what people guess when nobody measured.

    Args:
        low: the least, in seconds from 0.
        mode: the most likely, in seconds.
        high: the most, in seconds, above `low`.

    Example:
        >>> Triangular(60, 90, 180).mean_seconds
        110.0
    """

    low: float = attrs.field(metadata=setting(_time, seconds=True))
    mode: float = attrs.field(metadata=setting(_time, seconds=True))
    high: float = attrs.field(metadata=setting(_length, seconds=True))

    def __attrs_post_init__(self) -> None:
        if self.high <= self.low:
            raise InvalidValueError("high", self.high, "more than low")
        if not self.low <= self.mode <= self.high:
            raise InvalidValueError("mode", self.mode, "from low to high")

    @property
    def mean_seconds(self) -> float:
        """The mean, in seconds."""
        return (self.low + self.mode + self.high) / 3

    def sample(self, generator: np.random.Generator, count: int) -> Floats:
        """Return triangular times, by the inverse of their distribution function."""
        shares, width = generator.random(count), self.high - self.low
        rising = np.sqrt(shares * width * (self.mode - self.low))
        falling = np.sqrt((1 - shares) * width * (self.high - self.mode))
        up = shares * width < self.mode - self.low
        return np.where(up, self.low + rising, self.high - falling)


def _chances(field: str, value: object) -> tuple[float, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidValueError(field, value, "a list of chances")
    found = tuple(bounded(field, each, 0.0, 1.0, "chances from 0 to 1") for each in value)
    if not 0 < len(found) <= PARTS_MAX or abs(sum(found) - 1) > 1e-9:
        raise InvalidValueError(field, round(sum(found), 9), f"1 to {PARTS_MAX}, 1 in sum")
    return found


def _means(field: str, values: object) -> tuple[float, ...]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InvalidValueError(field, values, "a list of means")
    return tuple(_length(field, value) for value in values)


@attrs.frozen(field_transformer=checked)
class Hyperexponential(Times):
    """Exponential times of several kinds of customers: more spread than one kind has.

    Args:
        means: the mean of each kind, in seconds above 0.
        chances: the chance of each kind, 1 in sum.

    Example:
        >>> Hyperexponential([60, 600], [0.9, 0.1]).mean_seconds
        114.0
    """

    means: Sequence[float] = attrs.field(
        metadata=setting(_means, seconds=True, read=reader.array_of(reader.duration))
    )
    chances: Sequence[float] = attrs.field(metadata=setting(_chances))

    def __attrs_post_init__(self) -> None:
        if len(self.means) != len(self.chances):
            raise InvalidValueError("chances", len(self.chances), f"{len(self.means)}, one a mean")

    @property
    def mean_seconds(self) -> float:
        """The mean, in seconds."""
        return float(sum(map(mul, self.means, self.chances)))

    def sample(self, generator: np.random.Generator, count: int) -> Floats:
        """Return hyperexponential times; each takes two draws."""
        drawn = generator.random((count, 2))
        kinds = np.searchsorted(np.cumsum(self.chances)[:-1], drawn[:, 0], side="right")
        times: Floats = -np.log1p(-drawn[:, 1]) * np.array(self.means)[kinds]
        return times


class FrozenLaw(Protocol):
    """What a frozen law of `scipy.stats` has, as `scipy.stats.invgauss(0.6, scale=200)`."""

    def rvs(self, *, size: int, random_state: np.random.Generator) -> object:
        """Return so many values."""
        ...

    def mean(self) -> float:
        """Return the mean."""
        ...


@attrs.frozen
class Frozen(Times):
    """Times of a frozen law of `scipy.stats`, in seconds.

    Args:
        law: the frozen law; where a law of times is expected, it can be given as it is.

    Raises:
        InvalidValueError: its mean is not a length of time.

    Example:
        >>> class Half:  # as a frozen law has it
        ...     def rvs(self, *, size, random_state): return random_state.random(size)
        ...     def mean(self): return 0.5
        >>> Frozen(Half()).mean_seconds
        0.5
    """

    law: FrozenLaw

    def __attrs_post_init__(self) -> None:
        _time("mean", float(self.law.mean()))

    @property
    def mean_seconds(self) -> float:
        """The mean, in seconds."""
        return float(self.law.mean())

    def sample(self, generator: np.random.Generator, count: int) -> Floats:
        """Return times of the law."""
        return np.asarray(self.law.rvs(size=count, random_state=generator), dtype=float)


def _values(field: str, values: object) -> tuple[float, ...]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InvalidValueError(field, values, "a list of times")
    found = tuple(_time(field, value) for value in values)
    if not 0 < len(found) <= VALUES_MAX:
        raise InvalidValueError(field, len(found), f"1 to {VALUES_MAX} times")
    return found


@attrs.frozen(field_transformer=checked)
class Empirical(Times):
    """Times drawn from observed ones, each as likely as the others.

    Args:
        values: the observed times, in seconds from 0.

    Example:
        >>> Empirical([60, 120]).mean_seconds
        90.0
    """

    values: Sequence[float] = attrs.field(
        repr=False, metadata=setting(_values, seconds=True, read=reader.array_of(reader.duration))
    )

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


@attrs.frozen(field_transformer=checked)
class ByInterval(Times):
    """A law for each stretch of the week; that of a contact is the one in which it arrives.

    Args:
        parts: pairs of hours and law; hours that overlap go by the first.
        otherwise: the law of all other hours.

    Example:
        >>> law = ByInterval([(Hours("mon-sun", "00:00", "02:00"), Constant(5))],
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
        stretches = [each for when, _ in self.parts for each in when.week_stretches()]
        edges = sorted({0.0, *chain.from_iterable(stretches)} - {float(WEEK_SECONDS)})
        return np.array(edges), np.array([self._place(edge) for edge in edges], dtype=np.int64)

    def _place(self, clock: float) -> int:
        """Return which of the laws holds at an instant of the week."""
        for place, (when, _) in enumerate(self.parts):
            if any(low <= clock < high for low, high in when.week_stretches()):
                return place
        return len(self.parts)

    def law_at(self, instant: float) -> Times:
        """Return the law for a contact that arrives then. Cost: O(parts)."""
        return self._laws()[self._place(instant % WEEK_SECONDS)]

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


def times(value: Times | FrozenLaw | str) -> Times:
    """Return a law of times; a length with its unit means a constant, a frozen law itself.

    Example:
        >>> times("30s")
        Constant(seconds=30.0)
    """
    if isinstance(value, Times):
        return value
    if hasattr(value, "rvs") and hasattr(value, "mean"):
        return Frozen(value)
    return Constant(reader.duration(value))


def optional_times(value: Times | str | None) -> Times | None:
    """Return a law of times as `times` does, or None."""
    return None if value is None else times(value)


_FROM_FILE: Final = ("file", "column")  # empirical
_HOURS: Final = tuple(reader.keys_of(Hours))


def law(value: object, place: reader.Place, others: Sequence[str] = ()) -> Times:
    """Return the law of times that a file describes.

    It is a length with its unit (a constant); a table, whose keys say which law it is where
    `kind` does not; or an array of tables, each with the hours in which it holds.

    Args:
        value: what the file says.
        place: where.
        others: keys of the table that are read elsewhere.

    Raises:
        InvalidValueError: it is none of these.
        NotedError: it has faults, which are kept.
    """
    if isinstance(value, list):
        return _by_interval(value, place)
    if isinstance(value, str):
        return Constant(reader.duration(value))
    if not isinstance(value, dict):
        expected = 'a length with its unit, as "4 min", or a law, as { mean = "4 min" }'
        raise InvalidValueError("", value, expected)
    rest = {key: each for key, each in value.items() if key != "kind"}
    kind = value.get("kind", _kind_of(rest))
    if kind is None:
        keys = dict.fromkeys(key for law in LAWS.values() for key in reader.keys_of(law))
        known = ["kind", *keys, *_FROM_FILE, *others]
        wrong = [key for key in rest if key not in known]
        for key in wrong:
            place.below(key).note(reader.not_a_key(key, known))
        if wrong:
            raise reader.NotedError
    if not isinstance(kind, str) or kind not in LAWS:
        told = ", ".join(rest) if kind is None else kind
        raise InvalidValueError("", told, f"kind, one of {', '.join(LAWS)}, with its mean, sd ...")
    if kind == "empirical" and "file" in rest:
        column = reader.table_of(_Column)(rest, place)
        return Empirical(_observed(place.below("file").file(column.file), column.column))
    return reader.table_of(LAWS[kind])(rest, place)


A_LAW: Final = setting(read=law)


@attrs.frozen(field_transformer=checked)
class Share:
    """A part of a mixture: a law, and the chance that it holds.

    Args:
        chance: from 0 to 1.
        law: the law of times; a length with its unit is a constant.

    Example:
        >>> Share(0.1, "0s").law
        Constant(seconds=0.0)
    """

    chance: float = attrs.field(metadata=setting(bounded, 0.0, 1.0, "a chance from 0 to 1"))
    law: Times = attrs.field(converter=times, metadata=A_LAW)


@attrs.frozen(field_transformer=checked)
class Mixture(Times):
    """Times that are of one law or another by chance, as "one in ten hangs up at once".

    Args:
        mix: the parts, with chances of 1 in sum.

    Example:
        >>> Mixture([Share(0.1, "0s"), Share(0.9, Exponential(100))]).mean_seconds
        90.0
    """

    mix: Sequence[Share] = attrs.field(metadata=several(Share))

    def __attrs_post_init__(self) -> None:
        _chances("mix", [part.chance for part in self.mix])

    @property
    def mean_seconds(self) -> float:
        """The mean, in seconds."""
        return sum(part.chance * part.law.mean_seconds for part in self.mix)

    def _mixed(self, shares: Floats, drawn: Sequence[Floats]) -> Floats:
        chances = np.cumsum([part.chance for part in self.mix])[:-1]
        return np.choose(np.searchsorted(chances, shares, side="right"), drawn)

    def sample(self, generator: np.random.Generator, count: int) -> Floats:
        """Return times, each part drawn from a generator of its own."""
        shares, *own = generator.spawn(len(self.mix) + 1)
        drawn = [part.law.sample(each, count) for part, each in zip(self.mix, own, strict=True)]
        return self._mixed(shares.random(count), drawn)

    def draw(self, chance: Chance, purpose: str, arrived_at: Floats) -> Floats:
        """Return the times of contacts; each part has a random stream of its own.

        Cost: O(parts x n).
        """
        drawn = [
            part.law.draw(chance, f"{purpose}/{place}", arrived_at)
            for place, part in enumerate(self.mix)
        ]
        return self._mixed(chance.stream(f"{purpose}/mix").random(len(arrived_at)), drawn)


LAWS: Final[Mapping[str, type[Times]]] = {  # of equal keys, the first where `kind` is not given
    "constant": Constant,
    "exponential": Exponential,
    "lognormal": Lognormal,
    "gamma": Gamma,
    "erlang": Erlang,
    "uniform": Uniform,
    "empirical": Empirical,
    "weibull": Weibull,
    "triangular": Triangular,
    "hyperexponential": Hyperexponential,
    "mixture": Mixture,
}


def _kind_of(found: Mapping[str, object]) -> str | None:
    """Return the first law that has just these keys."""
    given = sorted(key.removesuffix("_seconds") for key in found)
    if given == sorted(_FROM_FILE):
        return "empirical"
    for name, kind in LAWS.items():
        if given == sorted({key.removesuffix("_seconds") for key in reader.keys_of(kind)}):
            return name
    return None


@attrs.frozen
class _Column:
    """Observed times: a column of a CSV file."""

    file: str = attrs.field(metadata=setting(read=reader.text))
    column: str = attrs.field(metadata=setting(read=reader.text))


def _observed(path: str, column: str) -> list[float]:
    values: list[float] = []
    try:
        for line, row in enumerate(csv.DictReader(lines_of(path, FILE_BYTES_MAX)), start=2):
            cell = row.get(column)
            if cell is None:
                raise FileFaultsError(path, [f"line {line}: no cell in column {column!a}"])
            if len(values) >= VALUES_MAX:
                raise FileFaultsError(path, [f"holds more than {VALUES_MAX} rows"])
            if cell:
                values.append(cell_seconds(f"line {line}, {column}", cell))
    except csv.Error as problem:
        raise FileFaultsError(path, [f"no CSV: {problem}"]) from None
    return values


def _by_interval(value: list[object], place: reader.Place) -> Times:
    several = reader.array_of(_part)(value, place)
    others = [each for hours, each in several if hours is None]
    if len(others) != 1:
        expected = "one law without days, from and to: that of all other hours"
        raise InvalidValueError("", len(others), expected)
    parts = [(hours, each) for hours, each in several if hours is not None]
    return ByInterval(parts, others[0])


def _part(value: object, place: reader.Place) -> tuple[Hours | None, Times]:
    found = reader.table(value)
    hours = {key: each for key, each in found.items() if key in _HOURS}
    rest = {key: each for key, each in found.items() if key not in _HOURS}
    return reader.table_of(Hours)(hours, place) if hours else None, law(rest, place, _HOURS)
