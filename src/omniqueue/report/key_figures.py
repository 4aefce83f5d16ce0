"""The key figures of a report: what a manager reads first, in words and with intervals."""

from __future__ import annotations

from math import isnan

import attrs

from omniqueue.report.words import (
    NOTHING,
    count_range,
    count_text,
    percent_range,
    percent_text,
    seconds_range,
    seconds_text,
)
from omniqueue.sim.runs.results import ContactRow, SimulationResult
from omniqueue.sim.scenarios.scenario import Scenario


@attrs.frozen
class Cell:
    """A number with its interval.

    Args:
        value: the number in words.
        interval: from where to where it may be; empty: unknown.
    """

    value: str
    interval: str = ""


@attrs.frozen
class Card:
    """One of the few numbers at the top.

    Args:
        label: what it is.
        cell: the number.
    """

    label: str
    cell: Cell


@attrs.frozen
class KeyRow:
    """The key figures of a channel, or of all.

    Args:
        name: the channel; "all" for all.
        total: whether it is the row of all.
        cells: arrived, answered, abandoned, share abandoned, mean wait, 90th percentile, target,
            service level.
    """

    name: str
    total: bool
    cells: tuple[Cell, ...]


KEY_HEADINGS = (
    "arrived",
    "answered",
    "gave up",
    "share that gave up",
    "mean wait",
    "90 % waited at most",
    "target",
    "service level",
)


def unit_name(result: SimulationResult) -> str:
    """Return what contacts are counted by: a run or a batch of one."""
    return "batch" if result.batches > 1 else "run"


def targets_of(scenario: Scenario, channel: str | None = None) -> list[float]:
    """Return the answer times promised on a channel (or on any), in seconds, in order.

    Example:
        >>> from omniqueue.sim.scenarios.scenario import Group, Stream
        >>> calls = Stream("calls", channel="phone", arrivals=60, handling=50, target_seconds=20)
        >>> targets_of(Scenario(streams=[calls], groups=[Group("desk")]), "phone")
        [20.0]
    """
    found = {
        scenario.target_of(stream)
        for stream in scenario.streams
        if channel is None or stream.channel == channel
    }
    return sorted(float(target) for target in found if target is not None)


def cards(result: SimulationResult) -> list[Card]:
    """Return the few numbers at the top. Cost: O(units x streams)."""
    wait, level = result.estimate("mean_wait"), result.estimate("service_level")
    gone, busy = result.estimate("abandonment"), result.estimate("occupancy", group="all")
    arrived = result.estimate("arrived")
    return [
        Card(
            f"contacts a {unit_name(result)}",
            Cell(count_text(arrived.value), count_range(arrived)),
        ),
        Card("give up", Cell(percent_text(gone.value), percent_range(gone))),
        Card("mean wait", Cell(seconds_text(wait.value), seconds_range(wait))),
        Card("service level", Cell(percent_text(level.value), percent_range(level))),
        Card("agents are busy", Cell(percent_text(busy.value), percent_range(busy))),
    ]


def key_rows(result: SimulationResult) -> list[KeyRow]:
    """Return the key figures by channel, then of all. Cost: O(n log n) in the waits."""
    rows = [
        _row(row, targets_of(result.scenario, row.name), total=False)
        for row in result.rows("channel")
    ]
    if len(rows) > 1:
        [total] = result.rows()
        rows.append(_row(total, [], total=True))
    return rows


def _row(row: ContactRow, targets: list[float], *, total: bool) -> KeyRow:
    found = row.measures
    counts = [
        Cell(count_text(found[name].value), count_range(found[name]))
        for name in ("arrived", "answered", "abandoned")
    ]
    ninety = row.quantiles[0.9]
    promised = ", ".join(seconds_text(each) for each in targets)
    target = NOTHING if total else promised or "none"
    gone, wait, level = (found[name] for name in ("abandonment", "mean_wait", "service_level"))
    reached = Cell(percent_text(level.value), percent_range(level))
    return KeyRow(
        row.name,
        total,
        (
            *counts,
            Cell(percent_text(gone.value), percent_range(gone)),
            Cell(seconds_text(wait.value), seconds_range(wait)),
            Cell(seconds_text(ninety.value), seconds_range(ninety)),
            Cell(target),
            Cell(NOTHING) if isnan(level.value) else reached,
        ),
    )
