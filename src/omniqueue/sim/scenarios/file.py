"""Scenario files: a scenario in TOML, every fault with its place.

The keys are those of the classes `Scenario`, `Stream`, `Group` and so on, and where a staff file
has the same thing, its words: `[run]`, `[routing]`, `[busyness]`, `[channels]`, `[[streams]]`
and `[[agents]]`. Durations and times of day are written as people write them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import attrs

from omniqueue.centre.groups import Group
from omniqueue.centre.regular_file import read_small
from omniqueue.centre.section import text
from omniqueue.centre.toml_file import toml_table
from omniqueue.centre.week import DAY_SECONDS
from omniqueue.errors import FileFaultsError, InvalidValueError, MissingExtraError, OmniqueueError
from omniqueue.model.channel import Channel
from omniqueue.model.checks import whole
from omniqueue.model.durations import duration_seconds
from omniqueue.sim.logs.staff_file import order_name, selection_name
from omniqueue.sim.scenarios.arrivals import Busyness
from omniqueue.sim.scenarios.faults import faults_of
from omniqueue.sim.scenarios.scenario import Scenario, Stream
from omniqueue.sim.scenarios.shapes import Shapes, add_shape, whole_number

FORMAT: Final = "omniqueue-scenario/1"
BYTES_MAX: Final = 1 << 20
FAULTS_MAX: Final = 20


def read_scenario(path: str) -> Scenario:
    """Read a scenario file.

    Args:
        path: a regular file of at most 1 MiB; the files that it names lie in its folder.

    Raises:
        FileFaultsError: every fault with its place, the first 20 spelt out.
        MissingExtraError: the library `cattrs` is not installed.

    Example:
        >>> read_scenario("/dev/null")
        Traceback (most recent call last):
        ...
        omniqueue.errors.FileFaultsError: /dev/null: is not a regular file
    """
    return parse_scenario(read_small(path, BYTES_MAX), name=path, folder=Path(path).parent)


def parse_scenario(
    content: bytes, *, name: str = "scenario", folder: Path | None = None
) -> Scenario:
    r"""Return what the bytes of a scenario file say.

    Args:
        content: TOML in UTF-8.
        name: what to call the file in an error.
        folder: where the files lie that it names; None: it may name none.

    Raises:
        FileFaultsError: every fault with its place, the first 20 spelt out.
        MissingExtraError: the library `cattrs` is not installed.

    Example:
        >>> parse_scenario(b'''
        ... [[streams]]
        ... name = "calls"
        ... channel = "phone"
        ... arrivals = { per_hour = 60 }
        ... handling = { mean = "4 min" }
        ... [[agents]]
        ... group = "desk"
        ... count = 5
        ... ''').streams[0].handling
        Exponential(mean=240.0)
    """
    found = toml_table(content, name=name, kind="scenario")
    try:
        shapes = Shapes(folder)
    except ImportError:
        raise MissingExtraError(
            "scenario files", "cattrs", "pip install 'omniqueue[cli]'"
        ) from None
    try:
        return _structured(shapes, found).scenario()
    except OmniqueueError as problem:
        faults = [line for each in (problem, *problem.others) for line in faults_of(each)]
    except Exception as problem:  # cattrs gathers what went wrong in groups
        from cattrs.errors import BaseValidationError

        if not isinstance(problem, BaseValidationError):
            raise
        faults = list(faults_of(problem))
    raise FileFaultsError(name, faults[:FAULTS_MAX], max(0, len(faults) - FAULTS_MAX))


@attrs.frozen(kw_only=True)
class _Run:
    """The table `run`."""

    days: int | None = None
    horizon_seconds: float | None = None
    warm_up_seconds: float = 0.0
    drain_seconds: float = float(DAY_SECONDS)
    interval_seconds: float = 1800.0
    replications: int = 20

    def horizon(self) -> float:
        if self.days is not None and self.horizon_seconds is not None:
            raise InvalidValueError("run", "days and horizon", "one of the two")
        if self.horizon_seconds is not None:
            return self.horizon_seconds
        days = 1 if self.days is None else whole("days", self.days, 1, 100_000)
        return float(days * DAY_SECONDS)


@attrs.frozen(kw_only=True)
class _Routing:
    """The table `routing`."""

    order: str = "arrival"
    selection: str = "longest-idle"
    max_waiting: int | None = None


@attrs.frozen(kw_only=True)
class _File:
    """A scenario file."""

    streams: tuple[Stream, ...]
    agents: tuple[Group, ...]
    format: str = FORMAT
    title: str = ""
    seed: int = 1
    run: _Run = _Run()
    routing: _Routing = _Routing()
    busyness: Busyness | None = None
    channels: tuple[Channel, ...] = ()

    def scenario(self) -> Scenario:
        return Scenario(
            streams=self.streams,
            groups=self.agents,
            channels=self.channels,
            order=self.routing.order,
            selection=self.routing.selection,
            max_waiting=self.routing.max_waiting,
            horizon_seconds=self.run.horizon(),
            warm_up_seconds=self.run.warm_up_seconds,
            drain_seconds=self.run.drain_seconds,
            interval_seconds=self.run.interval_seconds,
            replications=self.run.replications,
            busyness=self.busyness,
            seed=self.seed,
            title=self.title,
        )


def _format(field: str, value: object) -> str:
    if value == FORMAT:
        return FORMAT
    raise InvalidValueError(field, value, repr(FORMAT))


def _structured(shapes: Shapes, found: dict[str, object]) -> _File:
    run = dict.fromkeys(
        ("horizon_seconds", "warm_up_seconds", "drain_seconds", "interval_seconds"),
        duration_seconds,
    )
    converter = shapes.converter
    add_shape(converter, _Run, {**run, "days": whole_number, "replications": whole_number})
    add_shape(
        converter,
        _Routing,
        {"order": order_name, "selection": selection_name, "max_waiting": whole_number},
    )
    add_shape(
        converter,
        _File,
        {
            "format": _format,
            "title": text,
            "seed": whole_number,
            "channels": shapes.channels,
            "streams": shapes.several(Stream),
            "agents": shapes.several(Group),
        },
    )
    return converter.structure(found, _File)
