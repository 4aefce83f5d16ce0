"""The record of a replication while it runs: contacts in columns that grow."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from math import nan
from typing import Final

import numpy as np

from omniqueue.record.ledger import COMPLETED, OPEN
from omniqueue.sim.replication.crew import Crew
from omniqueue.sim.replication.customers import Customers
from omniqueue.sim.replication.replication_record import CLOSED, ReplicationRecord
from omniqueue.sim.scenarios.scenario import Scenario

# The columns that the record has as well.
_KEPT: Final = (
    *("stream", "attempt", "arrived_at", "answered_at", "ended_at", "released_at", "patience"),
    *("agent", "outcome", "pause_contact", "pause_from", "pause_to"),
)


class GrowingRecord:
    """The columns of `ReplicationRecord` as arrays whose single items are quick to read and write.

    Args:
        customers: the contacts, in order of arrival.

    Cost: O(n); about 60 bytes a contact.
    """

    def __init__(self, customers: Customers) -> None:
        size = len(customers.arrived_at)
        self.stream = array("h", customers.stream.tobytes())
        self.position = array("q", customers.position.tobytes())
        self.arrived_at = array("d", customers.arrived_at.tobytes())
        self.handling = array("d", customers.handling.tobytes())
        self.wrap_up = array("d", customers.wrap_up.tobytes())
        self.patience = array("d", customers.patience.tobytes())
        self.attempt: array[int] = array("h", [1]) * size
        self.answered_at = array("d", [nan]) * size
        self.ended_at = array("d", [nan]) * size
        self.released_at = array("d", [nan]) * size
        self.agent: array[int] = array("i", [-1]) * size
        self.outcome: array[int] = array("b", [OPEN]) * size
        self.pause_contact: array[int] = array("q")
        self.pause_from = array("d")
        self.pause_to = array("d")
        self.has_wrap_up = bool(customers.wrap_up.any())
        self._open_to = customers.open_to
        for row in np.flatnonzero(~customers.open_to).tolist():
            self.turn_away(row)

    def __len__(self) -> int:
        return len(self.arrived_at)

    def entering(self) -> Iterator[tuple[float, int]]:
        """Yield when and which rows come when the centre is open, in order of arrival."""
        if self._open_to.all():
            return zip(self.arrived_at, range(len(self)), strict=False)
        rows = np.flatnonzero(self._open_to)
        return zip(np.array(self.arrived_at)[rows].tolist(), rows.tolist(), strict=True)

    def turn_away(self, row: int) -> None:
        """Note that a contact came when the centre was closed."""
        self.outcome[row] = CLOSED
        self.ended_at[row] = self.arrived_at[row]

    def call_again(self, before: int, at: float, patience: float) -> int:
        """Add a row for a customer who calls again with the same need; return its number."""
        row = len(self)
        self.stream.append(self.stream[before])
        self.position.append(self.position[before])
        self.handling.append(self.handling[before])
        self.wrap_up.append(self.wrap_up[before])
        self.attempt.append(self.attempt[before] + 1)
        self.arrived_at.append(at)
        self.patience.append(patience)
        for column in (self.answered_at, self.ended_at, self.released_at):
            column.append(nan)
        self.agent.append(-1)
        self.outcome.append(OPEN)
        return row

    def pause(self, row: int, since: float, until: float) -> None:
        """Note that a contact was interrupted for a time."""
        self.pause_contact.append(row)
        self.pause_from.append(since)
        self.pause_to.append(until)

    def record(
        self, scenario: Scenario, crew: Crew, replication: int, ended: float, *, incomplete: bool
    ) -> ReplicationRecord:
        """Return the columns for good. Cost: O(n)."""
        column = {name: np.array(getattr(self, name)) for name in _KEPT}
        outcome, ended_at = column["outcome"], column["ended_at"]
        completed = (outcome == OPEN) & ~np.isnan(ended_at)
        through = completed & (np.array(self.wrap_up) == 0)
        column["released_at"][through] = ended_at[through]
        column["outcome"] = np.where(completed, COMPLETED, outcome).astype(np.int8)
        horizon = scenario.horizon_seconds
        return ReplicationRecord(
            **column,
            replication=replication,
            agent_group=np.array(crew.group_of),
            staffed_agent=np.array(crew.staffed_agent),
            staffed_from=np.array(crew.staffed_from),
            staffed_to=np.array(crew.staffed_to),
            warm_up_seconds=scenario.warm_up_seconds,
            horizon_seconds=min(horizon, ended) if incomplete else horizon,
            ended_seconds=ended,
            incomplete=incomplete,
        )
