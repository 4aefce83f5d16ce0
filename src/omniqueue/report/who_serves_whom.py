"""Who serves whom: which group answers which kind of contact, as shares."""

from __future__ import annotations

from typing import Final

import attrs
import numpy as np

from omniqueue.sim.replication.replication_record import ReplicationRecord
from omniqueue.sim.scenarios.scenario import Scenario

_NAMED_MAX: Final = 5  # streams that are named in the sentence


@attrs.frozen(kw_only=True)
class ServingRow:
    """One stream of contacts.

    Args:
        stream: its name.
        channel: its channel.
        skills: what it needs, in words; empty: nothing.
        answered: how many were answered.
        shares: the share of each group in them; empty: none was answered.
    """

    stream: str
    channel: str
    skills: str
    answered: int
    shares: tuple[float, ...]


@attrs.frozen(kw_only=True)
class Serving:
    """Who serves whom, in one replication.

    Args:
        groups: names of the groups, those who answered most first.
        rows: the streams, in the order of the scenario.
        totals: the share of each group in all that was answered; empty: nothing was.
        answered: how many were answered in all.
    """

    groups: tuple[str, ...]
    rows: tuple[ServingRow, ...]
    totals: tuple[float, ...]
    answered: int

    def largest(self, number: int) -> Serving:
        """Return it with the groups beyond the largest put together as "others".

        Args:
            number: how many groups stay.

        Cost: O(streams x groups).
        """
        if len(self.groups) <= number:
            return self

        def folded(shares: tuple[float, ...]) -> tuple[float, ...]:
            return (*shares[:number], sum(shares[number:])) if shares else ()

        return Serving(
            groups=(*self.groups[:number], "others"),
            rows=tuple(attrs.evolve(row, shares=folded(row.shares)) for row in self.rows),
            totals=folded(self.totals),
            answered=self.answered,
        )


def who_serves_whom(record: ReplicationRecord, scenario: Scenario) -> Serving:
    """Return the share of each group in the answered contacts of each stream.

    Counted are contacts that arrived while it was measured.

    Args:
        record: a replication.
        scenario: what was simulated.

    Cost: O(n).

    Example:
        >>> from omniqueue.sim import Group, Stream, run_replication
        >>> calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="50s")
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
        row = ServingRow(
            stream=stream.name,
            channel=stream.channel,
            skills=", ".join(needs),
            answered=int(counts.sum()),
            shares=_shares(counts.tolist()),
        )
        rows.append(row)
    return Serving(
        groups=tuple(scenario.groups[place].name for place in order.tolist()),
        rows=tuple(rows),
        totals=_shares(table.sum(axis=0).tolist()),
        answered=int(table.sum()),
    )


def _shares(counts: list[int]) -> tuple[float, ...]:
    total = sum(counts)
    return tuple(count / total for count in counts) if total else ()


def serving_text(serving: Serving) -> str:
    """Return who serves whom in a sentence or two. Cost: O(streams x groups)."""
    if not serving.totals:
        return "Nobody was answered in this run."
    text = (
        f"Of {serving.answered:,} contacts answered in this run, {serving.groups[0]} took"
        f" {100 * serving.totals[0]:.0f} %."
    )
    alone = [
        f"{row.stream} (only {serving.groups[row.shares.index(1.0)]})"
        for row in serving.rows
        if 1.0 in row.shares and len(serving.groups) > 1
    ]
    if alone:
        more = f" and {len(alone) - _NAMED_MAX} more" if len(alone) > _NAMED_MAX else ""
        text += f" Served by one group alone: {', '.join(alone[:_NAMED_MAX])}{more}."
    return text


@attrs.frozen
class HeatCell:
    """A share with the colours of its cell, from white to blue.

    Args:
        text: the share.
        background: the colour behind it.
        ink: its own colour, readable on that.
    """

    text: str
    background: str
    ink: str


def heat_cell(share: float) -> HeatCell:
    """Return a share as a coloured cell.

    Example:
        >>> heat_cell(0.0)
        HeatCell(text='0 %', background='#ffffff', ink='#111111')
    """
    low, high = (255, 255, 255), (0, 90, 150)
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(low, high, strict=True))
    text = f"{100 * share:.0f} %" if share >= 0.01 or not share else "< 1 %"
    ink = "#ffffff" if share > 0.75 else "#111111"
    return HeatCell(text, f"#{red:02x}{green:02x}{blue:02x}", ink)
