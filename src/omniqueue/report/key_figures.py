"""The key figures of a report: what a manager reads first, in words and with intervals."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from typing import Final, TypeAlias

import attrs

from omniqueue.record.measures import MEASURES
from omniqueue.report import formats
from omniqueue.report.simulation_tables import simulated_outcomes
from omniqueue.sim.runs.estimates import Estimate
from omniqueue.sim.runs.results import EstimateRow, SimulationResult
from omniqueue.sim.scenarios.scenario import Scenario


@attrs.frozen
class Cell:
    """A number with its interval.

    Args:
        value: the number in words.
        interval: from where to where it may be; empty: unknown.
    """

    value: str = attrs.field(converter=formats.typeset)
    interval: str = attrs.field(default="", converter=formats.typeset)


@attrs.frozen
class KeyRow:
    """The key figures of a channel, or of all.

    Args:
        name: the channel; "all" for all.
        total: whether it is the row of all.
        cells: one for each heading.
    """

    name: str
    total: bool
    cells: tuple[Cell, ...]


@attrs.frozen
class KeyTable:
    """The table of key figures.

    Args:
        heads: the headings of the columns after the name.
        rows: the channels, then all.
    """

    heads: tuple[str, ...]
    rows: tuple[KeyRow, ...]


def _cell(unit: str, estimate: Estimate) -> Cell:
    if unit == "share":
        return Cell(formats.share(estimate.value), formats.share_interval(estimate, unknown=""))
    text = formats.brief_seconds if unit == "seconds" else formats.brief_number
    return Cell(text(estimate.value), formats.interval(estimate, text, unknown=""))


KeyColumn: TypeAlias = tuple[str, Callable[[EstimateRow, str], Cell]]
"""A heading, and the estimates of a channel (or of all) and its targets in words to a cell."""


def _measure(name: str) -> KeyColumn:
    measure = MEASURES[name]
    return measure.label, lambda row, _: _cell(measure.unit, row.measures[name])


_CARDS: Final = ("arrived", "abandonment", "mean_wait", "service_level")
KEY_COLUMNS: Final[tuple[KeyColumn, ...]] = (
    _measure("abandonment"),
    _measure("mean_wait"),
    ("90 % waited at most", lambda row, _: _cell("seconds", row.quantiles[0.9])),
    ("target", lambda _, targets: Cell(targets)),
    _measure("service_level"),
)
"""The columns of key figures after the counts of contacts."""


def unit_name(result: SimulationResult) -> str:
    """Return what contacts are counted by: a run or a batch of one."""
    return "batch" if result.batches > 1 else "run"


def targets_of(scenario: Scenario, channel: str | None = None) -> list[float]:
    """Return the answer times promised on a channel (or on any), in seconds, in order.

    Example:
        >>> from omniqueue.sim import Group, Stream
        >>> calls = Stream(
        ...     "calls", channel="phone", arrivals="60 per hour", handling="50s", target_seconds=20
        ... )
        >>> targets_of(Scenario(streams=[calls], groups=[Group("desk")]), "phone")
        [20.0]
    """
    found = {
        scenario.target_of(stream)
        for stream in scenario.streams
        if channel is None or stream.channel == channel
    }
    return sorted(float(target) for target in found if target is not None)


def cards(result: SimulationResult) -> list[tuple[str, Cell]]:
    """Return the few numbers at the top, each with its label, without those that nobody has.

    Cost: O(units x streams).
    """
    several = {name: result.estimate(name) for name in _CARDS}
    several["occupancy"] = result.estimate("occupancy", group="all")
    labels = {"arrived": f"contacts a {unit_name(result)}"}
    labels["mean_wait"] = f"{MEASURES['mean_wait'].label} (of the answered)"
    return [
        (labels.get(name, MEASURES[name].label), _cell(MEASURES[name].unit, estimate))
        for name, estimate in several.items()
        if not isnan(estimate.value)
    ]


def key_table(result: SimulationResult) -> KeyTable:
    """Return the key figures by channel, then of all. Cost: O(n log n) in the waits."""
    rows = result.rows("channel")
    if len(rows) > 1:
        rows += result.rows()
    columns = [*map(_measure, simulated_outcomes(rows)), *KEY_COLUMNS]
    found = []
    for row in rows:
        total = row.name == "all" and len(rows) > 1
        targets = ", ".join(map(formats.brief_seconds, targets_of(result.scenario, row.name)))
        promised = formats.NOTHING if total else targets or "none"
        cells = tuple(cell(row, promised) for _, cell in columns)
        found.append(KeyRow(row.name, total, cells))
    return KeyTable(tuple(head for head, _ in columns), tuple(found))
