"""Simulated contacts one by one, as columns with names: for data frames, and as a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from omniqueue.sim.replication.replication_record import OUTCOMES, ReplicationRecord

if TYPE_CHECKING:
    from omniqueue.sim.scenarios.scenario import Scenario

Column: TypeAlias = NDArray[np.generic]
_EMPTY = ("", "nan", "inf")  # what a CSV file leaves empty: never, not known, for ever


def contact_columns(records: Sequence[ReplicationRecord], scenario: Scenario) -> dict[str, Column]:
    """Return all contacts of some replications as columns of one length, in order of arrival.

    Args:
        records: the replications, at least one.
        scenario: what was simulated.

    Returns:
        `replication` (from 1), `contact` (id: `STREAM:NUMBER`, the same customer in every study
        with that seed), `stream`, `channel`, `attempt` (2: the first redial), `priority`,
        `arrived_at`, `answered_at`, `ended_at`, `released_at` (seconds of the simulated clock;
        NaN: never), `waited_seconds`, `handling_seconds` (contact time and wrap-up; NaN: not
        answered, or not through), `interrupted_seconds`, `patience_seconds` (inf: for ever),
        `group` and `agent` (empty: nobody answered), `outcome`.

    Cost: O(contacts).

    Example:
        >>> from omniqueue.sim import Group, Scenario, Stream, run_replication
        >>> calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="50s")
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=3600)
        >>> columns = contact_columns([run_replication(desk, 1)], desk)
        >>> [str(columns[name][0]) for name in ("contact", "group", "agent", "outcome")]
        ['calls:1', 'desk', 'desk-1', 'completed']
    """
    several = [_columns(record, scenario) for record in records]
    return {name: np.concatenate([each[name] for each in several]) for name in several[0]}


def _columns(record: ReplicationRecord, scenario: Scenario) -> dict[str, Column]:
    streams, stream = scenario.streams, record.stream
    groups = np.array([*(group.name for group in scenario.groups), ""])
    agents = np.array([*(agent.id for _, agent in scenario.agents()), ""])
    names = np.array([each.name for each in streams])
    numbers = np.empty(len(record), dtype=np.int64)
    for place in range(len(streams)):
        rows = np.flatnonzero(stream == place)
        numbers[rows] = np.arange(1, len(rows) + 1)
    ids = [f"{names[place]}:{number}" for place, number in zip(stream, numbers, strict=True)]
    return {
        "replication": np.full(len(record), record.replication + 1),
        "contact": np.array(ids, dtype=np.str_),
        "stream": names[stream],
        "channel": np.array([each.channel for each in streams])[stream],
        "attempt": record.attempt,
        "priority": np.array([each.priority for each in streams])[stream],
        "arrived_at": record.arrived_at,
        "answered_at": record.answered_at,
        "ended_at": record.ended_at,
        "released_at": record.released_at,
        "waited_seconds": record.waited_seconds,
        "handling_seconds": record.released_at - record.answered_at - record.interrupted_seconds,
        "interrupted_seconds": record.interrupted_seconds,
        "patience_seconds": record.patience,
        "group": groups[record.group],
        "agent": agents[record.agent],
        "outcome": np.array(OUTCOMES)[record.outcome],
    }


def write_contacts(path: str, columns: Mapping[str, Column]) -> None:
    """Write the columns of `contact_columns` as a CSV file; what is NaN or infinite is empty.

    Args:
        path: the file; what is there is replaced.
        columns: columns of one length.

    Raises:
        OSError: it cannot be written.

    Cost: O(contacts), some 5 microseconds each.
    """
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(columns)
        for row in zip(*(column.tolist() for column in columns.values()), strict=True):
            rows.writerow(["" if str(cell) in _EMPTY else cell for cell in row])
