"""Who serves whom: which group answers which kind of contact, as shares."""

from __future__ import annotations

import attrs
import numpy as np

from omniqueue.sim.centre.columns import ReplicationRecord
from omniqueue.sim.scenarios.scenario import Scenario


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
