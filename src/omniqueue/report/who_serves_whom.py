"""Who serves whom: which group answers which kind of contact, as shares and as a heat table."""

from __future__ import annotations

from typing import Final

import attrs
import numpy as np

from omniqueue.sim.centre.columns import ReplicationRecord
from omniqueue.sim.scenarios.scenario import Scenario

_GROUPS_MAX: Final = 10  # columns; the others together
_STREAMS_MAX: Final = 60  # rows


@attrs.frozen(kw_only=True)
class ServingRow:
    """One stream of contacts.

    Args:
        stream: its name.
        channel: its channel.
        skills: what it needs, in words; empty: nothing.
        answered: how many were answered.
        shares: the share of each group in them; None: none was answered.
    """

    stream: str
    channel: str
    skills: str
    answered: int
    shares: tuple[float, ...] | None


@attrs.frozen(kw_only=True)
class Serving:
    """Who serves whom, in one replication.

    Args:
        groups: names of the groups, those who answered most first.
        rows: the streams, in the order of the scenario.
        totals: the share of each group in all that was answered; None: nothing was.
        answered: how many were answered in all.
    """

    groups: tuple[str, ...]
    rows: tuple[ServingRow, ...]
    totals: tuple[float, ...] | None
    answered: int


def who_serves_whom(record: ReplicationRecord, scenario: Scenario) -> Serving:
    """Return the share of each group in the answered contacts of each stream.

    Counted are contacts that arrived while it was measured.

    Args:
        record: a replication.
        scenario: what was simulated.

    Cost: O(n).

    Example:
        >>> from omniqueue.sim.centre.replication import run_replication
        >>> from omniqueue.sim.scenarios.scenario import Group, Stream
        >>> calls = Stream("calls", channel="phone", arrivals=60, handling=50)
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=3600)
        >>> who_serves_whom(run_replication(desk, 1), desk).rows[0].shares
        (1.0,)
    """
    group = record.group.astype(np.int64)
    counted = (group >= 0) & (record.arrived_at >= record.warm_up_seconds)
    counted &= record.arrived_at < record.horizon_seconds
    groups, streams = len(scenario.groups), len(scenario.streams)
    cell = record.stream[counted].astype(np.int64) * groups + group[counted]
    table = np.bincount(cell, minlength=streams * groups).reshape(streams, groups)
    order = np.argsort(-table.sum(axis=0), kind="stable")
    table = table[:, order]
    rows = []
    for stream, counts in zip(scenario.streams, table, strict=True):
        needs = [
            name if level == 1 else f"{name} {level}" for name, level in stream.skills.items()
        ]
        rows.append(
            ServingRow(
                stream=stream.name,
                channel=stream.channel,
                skills=", ".join(needs),
                answered=int(counts.sum()),
                shares=_shares(counts.tolist()),
            )
        )
    return Serving(
        groups=tuple(scenario.groups[place].name for place in order.tolist()),
        rows=tuple(rows),
        totals=_shares(table.sum(axis=0).tolist()),
        answered=int(table.sum()),
    )


def _shares(counts: list[int]) -> tuple[float, ...] | None:
    total = sum(counts)
    return tuple(count / total for count in counts) if total else None


@attrs.frozen
class HeatCell:
    """A share with the colours of its cell."""

    text: str
    background: str
    ink: str


@attrs.frozen
class HeatRow:
    """A row of the heat table."""

    name: str
    needs: str
    answered: str
    cells: tuple[HeatCell, ...]


@attrs.frozen
class HeatTable:
    """Who serves whom, ready to be set."""

    groups: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    left_out: int
    told: str


def serving_table(serving: Serving) -> HeatTable:
    """Return who serves whom as a table of coloured cells.

    Args:
        serving: the shares.

    Cost: O(streams x groups).
    """
    shown = serving.groups[:_GROUPS_MAX]
    others = len(serving.groups) > len(shown)

    def cells(shares: tuple[float, ...] | None) -> tuple[HeatCell, ...]:
        if shares is None:
            return (HeatCell("", "#ffffff", "#333333"),) * (len(shown) + others)
        several = [*shares[: len(shown)], *([sum(shares[len(shown) :])] if others else [])]
        return tuple(_heat(share) for share in several)

    rows = [
        HeatRow(
            row.stream,
            f"{row.channel}, needs {row.skills}" if row.skills else row.channel,
            f"{row.answered:,}",
            cells(row.shares),
        )
        for row in serving.rows[:_STREAMS_MAX]
    ]
    if len(serving.rows) > 1:
        rows.append(HeatRow("all", "", f"{serving.answered:,}", cells(serving.totals)))
    return HeatTable(
        (*shown, "others") if others else shown,
        tuple(rows),
        max(0, len(serving.rows) - _STREAMS_MAX),
        _serving_told(serving),
    )


def _serving_told(serving: Serving) -> str:
    if serving.totals is None:
        return "Nobody was answered in this run."
    told = (
        f"Of {serving.answered:,} contacts answered in this run, {serving.groups[0]} took"
        f" {100 * serving.totals[0]:.0f} %."
    )
    alone = [
        f"{row.stream} (only {serving.groups[row.shares.index(1.0)]})"
        for row in serving.rows
        if row.shares is not None and 1.0 in row.shares and len(serving.groups) > 1
    ]
    if alone:
        more = f" and {len(alone) - 5} more" if len(alone) > 5 else ""
        told += f" Served by one group alone: {', '.join(alone[:5])}{more}."
    return told


def _heat(share: float) -> HeatCell:
    """Return a cell between white and blue; the ink stays readable on it."""
    low, high = (255, 255, 255), (0, 90, 150)
    mixed = [round(a + (b - a) * share) for a, b in zip(low, high, strict=True)]
    red, green, blue = mixed
    text = f"{100 * share:.0f} %" if share >= 0.01 or not share else "< 1 %"
    return HeatCell(
        text, f"#{red:02x}{green:02x}{blue:02x}", "#ffffff" if share > 0.75 else "#111111"
    )
