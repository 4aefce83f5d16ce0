"""Shapes: how the tables of a scenario file become values, by a cattrs converter."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import attrs

from omniqueue.centre.groups import Break, Group, Level, ShiftPlan
from omniqueue.centre.regular_file import lines_of
from omniqueue.centre.section import text, texts
from omniqueue.centre.times import (
    VALUES_MAX,
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
from omniqueue.centre.week import DAY_SECONDS, WEEK_SECONDS, Hours, weekdays
from omniqueue.errors import FileFaultsError, InvalidValueError
from omniqueue.model.agent import channels as channels_taken, costs, limits
from omniqueue.model.channel import Channel
from omniqueue.model.checks import LEVEL_MAX, instant, whole
from omniqueue.model.contact import Preference, RelaxStep
from omniqueue.model.durations import clock_seconds, duration_seconds
from omniqueue.model.skill import Skills
from omniqueue.sim.logs.contact_log import LogColumns, read_log
from omniqueue.sim.logs.staff_file import zone_named
from omniqueue.sim.scenarios.arrivals import Arrivals, Busyness, Poisson, Rate, Trace
from omniqueue.sim.scenarios.faults import UnknownKeysError, array, key_of, strict_converter, table
from omniqueue.sim.scenarios.scenario import Redial, Stream

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")
Convert: TypeAlias = Callable[[str, object], object]

LOG_BYTES_MAX: Final = 2 * 1024**3
STEPS_MAX: Final = 10_000
_HOURS: Final = ("days", "from", "to")
_LAWS: Final[Mapping[str, type[Times]]] = {
    "deterministic": Constant,
    "exponential": Exponential,
    "lognormal": Lognormal,
    "gamma": Gamma,
    "erlang": Erlang,
    "uniform": Uniform,
    "empirical": Empirical,
}
_BY_KEYS: Final[Mapping[frozenset[str], str]] = {
    frozenset({"seconds"}): "deterministic",
    frozenset({"mean"}): "exponential",
    frozenset({"mean", "sd"}): "lognormal",
    frozenset({"mean", "phases"}): "erlang",
    frozenset({"low", "high"}): "uniform",
    frozenset({"values"}): "empirical",
    frozenset({"file", "column"}): "empirical",
}
_PER: Final = {"per_second": 3600.0, "per_minute": 60.0, "per_hour": 1.0, "per_day": 1 / 24}
_LAW_KEYS: Final = ("kind", *dict.fromkeys(key for keys in _BY_KEYS for key in sorted(keys)))
_RATE_KEYS: Final = (*_HOURS, *_PER, "every", "counts")
_TRACE_KEYS: Final = ("trace", "id", "time", "channel", "skills", "handling", "zone", "only")


def whole_number(field: str, value: object) -> int:
    """Return a whole number of any size that a file may hold, or refuse the value."""
    return whole(field, value, -(2**63), 2**63 - 1)


def number(field: str, value: object) -> float:
    """Return a finite number, or refuse the value."""
    return instant(field, value)


def add_shape(converter: Converter, shape: type, fields: Mapping[str, Convert]) -> None:
    """Teach a converter a class: its keys as `key_of` says, its fields by these functions.

    Args:
        converter: the converter.
        shape: an attrs class; fields without a function are structured by their type.
        fields: field to a function (name, value) to the value in its normal form.
    """
    from cattrs.gen import make_dict_structure_fn, override

    def hook(convert: Convert) -> Callable[[Any, Any], Any]:
        return lambda value, _: convert("", value)

    overrides = {
        field.name: override(
            rename=key_of(field.name),
            struct_hook=hook(fields[field.name]) if field.name in fields else None,
        )
        for field in attrs.fields(shape)
    }
    structure: Callable[[Any, Any], Any]
    structure = make_dict_structure_fn(shape, converter, **overrides)  # type: ignore[arg-type]
    converter.register_structure_hook(shape, lambda value, kind: structure(table(value), kind))


def _check_keys(found: Mapping[str, object], known: Sequence[str]) -> None:
    """Refuse a table with a key that is none of these."""
    others = [key for key in found if key not in known]
    if others:
        raise UnknownKeysError(others, known)


def _levels(field: str, value: object) -> Skills:
    """Return skills: a table of levels, or a list of names (each at level 1)."""
    return Skills.of(dict.fromkeys(texts(field, value), 1) if isinstance(value, list) else value)


def _wrap_up(field: str, value: object) -> float:
    return duration_seconds(field, value)


class Shapes:
    """A converter for everything that a scenario file holds.

    Args:
        folder: where the files lie that it names; None: it may name none.

    Raises:
        ImportError: the library `cattrs` is not installed.
    """

    def __init__(self, folder: Path | None) -> None:
        self.converter = self._converter = strict_converter()
        self._folder = folder
        shape = self._shape
        hours = {"days": weekdays, "start": clock_seconds, "end": clock_seconds}
        shape(Hours, hours)
        for law, fields in (
            (Constant, ("seconds",)),
            (Exponential, ("mean",)),
            (Lognormal, ("mean", "sd")),
            (Gamma, ("mean", "sd")),
            (Uniform, ("low", "high")),
        ):
            shape(law, dict.fromkeys(fields, duration_seconds))
        shape(Erlang, {"mean": duration_seconds, "phases": whole_number})
        shape(Empirical, {"values": self._durations})
        shape(Busyness, {"shape": number})
        shape(Redial, {"chance": number, "after": self._times, "attempts": whole_number})
        shape(RelaxStep, {"after_seconds": duration_seconds, "skills": _levels})
        shape(
            Preference,
            {"agent": text, "seconds": duration_seconds, "skip_if_away": lambda _, value: value},
        )
        add_hook = self._converter.register_structure_hook
        add_hook(_Rates, lambda value, _: _Rates(self._rates(table(value))))
        add_hook(_Part, lambda value, _: self._part(value))
        self._add_groups(hours)
        self._add_streams()

    def _shape(self, shape: type, fields: Mapping[str, Convert]) -> None:
        add_shape(self._converter, shape, fields)

    def _add_streams(self) -> None:
        self._shape(
            Stream,
            {
                "name": text,
                "channel": text,
                "arrivals": self._arrivals,
                "handling": self._times,
                "wrap_up": self._times,
                "patience": self._times,
                "skills": _levels,
                "priority": whole_number,
                "target_seconds": duration_seconds,
                "expire_seconds": duration_seconds,
                "relax": self.several(RelaxStep),
                "opening": self.several(Hours),
            },
        )

    def _add_groups(self, hours: Mapping[str, Convert]) -> None:
        self._shape(Break, {**hours, "turns": whole_number})
        self._shape(_Shift, {**hours, "count": whole_number, "breaks": self.several(Break)})
        self._shape(_Level, {**hours, "count": whole_number})
        self._shape(
            _Group,
            {
                "group": text,
                "count": whole_number,
                "skills": _levels,
                "capacity": lambda field, value: whole(field, value, 0, LEVEL_MAX),
                "limits": lambda _, value: limits(value),
                "costs": lambda _, value: costs(value),
                "channels": lambda _, value: channels_taken(value),
                "shifts": lambda _, value: [each.plan() for each in self._list(value, _Shift)],
                "levels": lambda _, value: [each.level() for each in self._list(value, _Level)],
                "shrinkage": number,
                "speed": lambda field, value: (
                    {name: number(field, each) for name, each in value.items()}
                    if isinstance(value, dict)
                    else number(field, value)
                ),
                "slowdown": number,
                "miss": number,
                "decline": number,
                "reaction": self._times,
                "back_after": self._times,
            },
        )
        self._converter.register_structure_hook(
            Group, lambda value, _: self._converter.structure(value, _Group).made()
        )

    def _list(self, value: object, kind: type[T]) -> list[T]:
        return self._converter.structure(array(value), list[kind])  # type: ignore[valid-type]

    def several(self, kind: type) -> Convert:
        """Return a function that reads an array of tables of one class."""
        return lambda _, value: self._list(value, kind)

    def channels(self, _: str, value: object) -> tuple[Channel, ...]:
        """Return the channels of a table, name to settings."""
        fields: dict[str, Convert] = {
            "name": text,
            "cost": whole_number,
            "offer_seconds": duration_seconds,
            "wrap_up_seconds": _wrap_up,
            "retry_seconds": duration_seconds,
            "max_misses": whole_number,
            "resume_seconds": duration_seconds,
            "target_seconds": duration_seconds,
            "reserve_seconds": duration_seconds,
            "interrupted_by": lambda _, value: array(value),
        }
        self._shape(Channel, fields)
        named = {
            name: {**table(settings), "name": name} for name, settings in table(value).items()
        }
        return tuple(self._converter.structure(named, dict[str, Channel]).values())

    def _durations(self, field: str, value: object) -> tuple[float, ...]:
        return tuple(duration_seconds(field, each) for each in array(value))

    def _times(self, field: str, value: object, others: Sequence[str] = ()) -> Times:
        """Return a law of times; `others` are the keys of its table that are read elsewhere."""
        if isinstance(value, list):
            return self._by_interval(value)
        if not isinstance(value, dict):
            return Constant(duration_seconds(field, value))
        if "kind" not in value:
            _check_keys(value, (*_LAW_KEYS, *others))
        rest = {key: item for key, item in value.items() if key != "kind"}
        kind = value.get("kind", _BY_KEYS.get(frozenset(rest)))
        if not isinstance(kind, str) or kind not in _LAWS:
            raise InvalidValueError(
                field, kind, f"kind, one of {', '.join(_LAWS)}, with its mean, sd ..."
            )
        if kind == "empirical" and "file" in rest:
            return Empirical(self._column(rest))
        return self._converter.structure(rest, _LAWS[kind])

    def _by_interval(self, value: list[object]) -> Times:
        several = self._list(value, _Part)
        others = [part.law for part in several if part.hours is None]
        if len(others) != 1:
            raise InvalidValueError(
                "", len(others), "one law without days, from and to: that of all other hours"
            )
        parts = [(part.hours, part.law) for part in several if part.hours is not None]
        return ByInterval(parts, others[0])

    def _part(self, value: object) -> _Part:
        found = table(value)
        rest = {key: each for key, each in found.items() if key not in _HOURS}
        law = self._times("", rest, _HOURS)
        return _Part(law, self._hours(found) if any(key in found for key in _HOURS) else None)

    def _hours(self, found: Mapping[str, object]) -> Hours:
        return self._converter.structure(
            {key: each for key, each in found.items() if key in _HOURS}, Hours
        )

    def _arrivals(self, _: str, value: object) -> Arrivals:
        if isinstance(value, list):
            several = self._list(value, _Rates)
            return Poisson([rate for each in several for rate in each.rates])
        found = table(value)
        if "trace" in found:
            return self._trace(found)
        _check_keys(found, (*_RATE_KEYS, *_TRACE_KEYS))
        return Poisson(self._rates(found))

    def _rates(self, found: dict[str, object]) -> list[Rate]:
        _check_keys(found, _RATE_KEYS)
        hours = self._hours(found)
        rest = {key: each for key, each in found.items() if key not in _HOURS}
        if set(rest) == {"every", "counts"}:
            return _counted(hours, rest)
        if len(rest) == 1:
            [(unit, each)] = rest.items()
            if unit in _PER:
                return [Rate(number("", each) * _PER[unit], hours)]
        expected = f"one of {', '.join(_PER)}; or every and counts"
        raise InvalidValueError("", ", ".join(rest) or "nothing", expected)

    def _path(self, value: object) -> str:
        """Return the path of a file that a scenario names: in its folder, nowhere else."""
        name = text("", value)
        if self._folder is not None:
            folder = self._folder.resolve()
            try:
                path = (folder / name).resolve()
            except (OSError, ValueError, RuntimeError):
                path = folder
            if path != folder and path.is_relative_to(folder) and ".." not in Path(name).parts:
                return str(path)
        raise InvalidValueError("", value, "a file in the folder of the scenario file")

    def _trace(self, found: dict[str, object]) -> Trace:
        """Return the arrivals of a log's rows, on the clock that starts on its first Monday."""
        _check_keys(found, _TRACE_KEYS)
        usual = LogColumns()
        columns = LogColumns(
            id=text("", found.get("id", usual.id)),
            time=text("", found.get("time", usual.time)),
            channel=text("", found.get("channel", usual.channel)),
            skills=texts("", found.get("skills", [])),
            handling=text("", found["handling"]) if "handling" in found else None,
        )
        zone = zone_named("", found["zone"]) if "zone" in found else UTC
        log = read_log(self._path(found["trace"]), columns, zone=zone)
        only = text("", found["only"]) if "only" in found else None
        rows = [each for each in log.contacts if only in (None, each.channel)]
        if not rows:
            raise InvalidValueError("", only, "a channel that the log has")
        # 1970-01-05 was a Monday. Clock changes are left out: days have 24 hours here.
        monday = (log.contacts[0].at - 4 * DAY_SECONDS) // WEEK_SECONDS * WEEK_SECONDS
        start = monday + 4 * DAY_SECONDS
        handling = [each.handling_seconds for each in rows]
        recorded = [each for each in handling if each is not None]
        return Trace(
            [each.at - start for each in rows],
            recorded if len(recorded) == len(rows) else None,
        )

    def _column(self, found: Mapping[str, object]) -> Sequence[float]:
        """Return the numbers of a column of a CSV file, in seconds."""
        if set(found) != {"file", "column"}:
            raise InvalidValueError("", ", ".join(found), "file and column")
        path, column = self._path(found["file"]), text("", found["column"])
        values: list[float] = []
        try:
            for line, row in enumerate(csv.DictReader(lines_of(path, LOG_BYTES_MAX)), start=2):
                cell = row.get(column)
                if cell is None:
                    raise FileFaultsError(path, [f"line {line}: no cell in column {column!a}"])
                if len(values) >= VALUES_MAX:
                    raise FileFaultsError(path, [f"holds more than {VALUES_MAX} rows"])
                if cell:
                    values.append(_cell_seconds(f"line {line}, {column}", cell))
        except csv.Error as problem:
            raise FileFaultsError(path, [f"no CSV: {problem}"]) from None
        return values


def _cell_seconds(field: str, cell: str) -> float:
    try:
        return duration_seconds(field, float(cell))
    except ValueError:
        return duration_seconds(field, cell)


def _counted(hours: Hours, found: Mapping[str, object]) -> list[Rate]:
    """Return rates from the expected numbers of contacts of equal intervals in a row."""
    every = duration_seconds("every", found["every"])
    counts = array(found["counts"])
    if not every >= 1 or every % 1 or len(counts) > STEPS_MAX:
        raise InvalidValueError("every", every, "whole seconds, as 30min")
    if len(counts) * every > hours.length or not counts:
        raise InvalidValueError("counts", len(counts), "as many as there is time for")
    rates = []
    for place, each in enumerate(counts):
        start = hours.start + place * int(every)
        days, clock = divmod(start, DAY_SECONDS)
        finish = (clock + int(every) - 1) % DAY_SECONDS + 1
        weekday = tuple((day + days) % 7 for day in hours.days)
        rates.append(Rate(number("counts", each) * 3600 / every, Hours(weekday, clock, finish)))
    return rates


@attrs.frozen
class _Rates:
    """One entry of an array of rates."""

    rates: list[Rate]


@attrs.frozen
class _Part:
    """One entry of an array of laws of times."""

    law: Times
    hours: Hours | None


@attrs.frozen(kw_only=True)
class _Shift:
    """A shift as a file writes it."""

    days: tuple[int, ...] = tuple(range(7))
    start: int = 0
    end: int = DAY_SECONDS
    count: int | None = None
    breaks: tuple[Break, ...] = ()

    def plan(self) -> ShiftPlan:
        return ShiftPlan(Hours(self.days, self.start, self.end), self.count, self.breaks)


@attrs.frozen(kw_only=True)
class _Level:
    """A level as a file writes it."""

    days: tuple[int, ...] = tuple(range(7))
    start: int = 0
    end: int = DAY_SECONDS
    count: int

    def level(self) -> Level:
        return Level(Hours(self.days, self.start, self.end), self.count)


_AT_ONCE: Final = Constant(0.0)
_A_MINUTE: Final = Constant(60.0)


@attrs.frozen(kw_only=True)
class _Group:
    """An agent group as a file writes it; the checks are those of `Group`."""

    group: str
    count: int = 1
    skills: Mapping[str, int] = attrs.field(factory=dict)
    capacity: int = 1
    limits: Mapping[str, int] = attrs.field(factory=dict)
    channels: tuple[str, ...] | None = None
    costs: Mapping[str, int] = attrs.field(factory=dict)
    shifts: tuple[ShiftPlan, ...] = ()
    levels: tuple[Level, ...] = ()
    shrinkage: float = 0.0
    speed: Mapping[str, float] | float = 1.0
    slowdown: float = 0.0
    miss: float = 0.0
    decline: float = 0.0
    reaction: Times = _AT_ONCE
    back_after: Times = _A_MINUTE

    def made(self) -> Group:
        fields = {field.name: getattr(self, field.name) for field in attrs.fields(_Group)}
        return Group(fields.pop("group"), **fields)
