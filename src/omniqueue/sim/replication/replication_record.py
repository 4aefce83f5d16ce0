"""The record of a replication: what became of every contact and agent, as numpy arrays."""

from __future__ import annotations

from typing import Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from omniqueue.centre.times import Floats
from omniqueue.errors import InvariantError
from omniqueue.record import ledger

Whole: TypeAlias = NDArray[np.int64]

OUTCOMES: Final = (*ledger.OUTCOMES, "closed")
CLOSED: Final = len(ledger.OUTCOMES)  # came when the centre was closed


@attrs.frozen(kw_only=True, eq=False)
class ReplicationRecord:
    """One replication, contact by contact, in order of arrival (redials after all others).

    Args:
        replication: its number.
        stream: number of the stream in the scenario, shape (n,).
        attempt: 1 for a first call, 2 for a first redial, shape (n,).
        arrived_at: seconds of the simulated clock, shape (n,).
        answered_at: when an agent took it; NaN: never, shape (n,).
        ended_at: when the customer was through, answered or not; NaN: not yet, shape (n,).
        released_at: when the agent's work on it ended, wrap-up included; NaN, shape (n,).
        patience: seconds that it would have waited, shape (n,).
        agent: number of the agent; -1: none, shape (n,).
        outcome: index into `OUTCOMES`, shape (n,).
        agent_group: number of each agent's group, shape (agents,).
        staffed_agent: agent of each stretch of presence, shape (m,).
        staffed_from: its begin, in seconds, shape (m,).
        staffed_to: its end, when the agent had nothing in hand any more, shape (m,).
        pause_contact: row of the contact of each stretch in which one was interrupted, shape (p,).
        pause_from: its begin, in seconds, shape (p,).
        pause_to: its end, when the contact went on or the run ended, shape (p,).
        warm_up_seconds: before, nothing is measured.
        horizon_seconds: from then on, nothing is measured.
        ended_seconds: when the run ended.
        incomplete: whether it was stopped before its end.
    """

    replication: int
    stream: NDArray[np.int16]
    attempt: NDArray[np.int16]
    arrived_at: Floats
    answered_at: Floats
    ended_at: Floats
    released_at: Floats
    patience: Floats
    agent: NDArray[np.int32]
    outcome: NDArray[np.int8]
    agent_group: NDArray[np.int16]
    staffed_agent: NDArray[np.int32]
    staffed_from: Floats
    staffed_to: Floats
    pause_contact: Whole
    pause_from: Floats
    pause_to: Floats
    warm_up_seconds: float
    horizon_seconds: float
    ended_seconds: float
    incomplete: bool

    def __len__(self) -> int:
        return len(self.arrived_at)

    @property
    def group(self) -> NDArray[np.int16]:
        """Number of the group that answered; -1: none, shape (n,). Cost: O(n)."""
        padded = np.append(self.agent_group, np.int16(-1))
        return padded[self.agent]

    @property
    def entered(self) -> NDArray[np.bool_]:
        """Whether the contact was let into the queue, shape (n,). Cost: O(n)."""
        entered: NDArray[np.bool_] = (self.outcome != ledger.REFUSED) & (self.outcome != CLOSED)
        return entered

    @property
    def left_queue_at(self) -> Floats:
        """When it waited no more: answered, gone, or the end of the run. Cost: O(n)."""
        left = np.where(np.isnan(self.answered_at), self.ended_at, self.answered_at)
        return np.where(np.isnan(left), self.ended_seconds, left)

    @property
    def waited_seconds(self) -> Floats:
        """How long it waited, answered or not, up to the end of the run. Cost: O(n)."""
        return np.where(self.entered, self.left_queue_at - self.arrived_at, 0.0)

    @property
    def busy_to(self) -> Floats:
        """When its agent was free of it, up to the end of the run; NaN: no agent. Cost: O(n)."""
        found = np.where(np.isnan(self.released_at), self.ended_seconds, self.released_at)
        return np.where(self.agent >= 0, found, np.nan)

    @property
    def interrupted_seconds(self) -> Floats:
        """How long it was interrupted while in its agent's hands, shape (n,). Cost: O(n)."""
        found = np.zeros(len(self))
        np.add.at(found, self.pause_contact, self.pause_to - self.pause_from)
        return found

    def columns(self) -> dict[str, np.ndarray[tuple[int], np.dtype[np.generic]]]:
        """Return the columns of the contacts by name, as data frames take them. Cost: O(n)."""
        return {
            "stream": self.stream,
            "attempt": self.attempt,
            "arrived_at": self.arrived_at,
            "waited_seconds": self.waited_seconds,
            "answered_at": self.answered_at,
            "ended_at": self.ended_at,
            "released_at": self.released_at,
            "interrupted_seconds": self.interrupted_seconds,
            "agent": self.agent,
            "group": self.group,
            "outcome": self.outcome,
        }


def check_identities(record: ReplicationRecord) -> None:
    """Verify what holds exactly in every run, whatever the chance; quiet when all holds.

    Nobody is lost or answered before arriving; no agent has two sides of one contact; the time
    that contacts spent waiting is the queue length summed over time (Little's law, as an
    identity of the two ways to add), likewise work and agents at work; a contact is interrupted
    only in an agent's hands, before its end, and once at a time.

    Args:
        record: a replication.

    Raises:
        InvariantError: something does not hold: a defect of omniqueue.

    Cost: O(n log n).
    """
    outcome, waited, within = record.outcome, record.waited_seconds, record.entered
    answered = ~np.isnan(record.answered_at)
    known = answered & ~np.isnan(record.ended_at)
    gone = outcome == ledger.ABANDONED
    _must("every contact has one outcome", outcome < len(OUTCOMES))
    _must("only agents answer", answered == (record.agent >= 0))
    _must("who completes was answered", answered[outcome == ledger.COMPLETED])
    for name, code in (
        ("abandons", ledger.ABANDONED),
        ("is refused", ledger.REFUSED),
        ("expires", ledger.EXPIRED),
    ):
        _must(f"nobody answered {name}", ~answered[outcome == code])
    in_hand, waiting = (outcome == ledger.OPEN) & answered, (outcome == ledger.OPEN) & ~answered
    parts = (outcome == ledger.COMPLETED, in_hand, waiting, ~answered & ~waiting)
    _must("everybody who came is somewhere", sum(part.sum() for part in parts) == len(record))
    _must("nobody waits a negative time", waited >= 0)
    _must("service follows the answer", record.ended_at[known] >= record.answered_at[known])
    _must("nobody waits beyond patience", waited <= record.patience * (1 + 1e-9) + 1e-6)
    _must("who gives up waited that long", np.isclose(waited[gone], record.patience[gone]))
    _little("queue", record.arrived_at[within], record.left_queue_at[within])
    _little("work", record.answered_at[answered], record.busy_to[answered])
    if len(record.pause_contact):
        _check_pauses(record)


def _check_pauses(record: ReplicationRecord) -> None:
    """Compare the stretches in which contacts were interrupted with the work of their agents."""
    row, start, end = record.pause_contact, record.pause_from, record.pause_to
    _must("only what is in hand is interrupted", record.agent[row] >= 0)
    through = np.where(np.isnan(record.ended_at[row]), record.ended_seconds, record.ended_at[row])
    within = (record.answered_at[row] <= start) & (start <= end) & (end <= through)
    _must("interruptions end before the contact does", within)
    order = np.lexsort((start, row))
    twice = (row[order][1:] == row[order][:-1]) & (start[order][1:] < end[order][:-1])
    _must("nobody is interrupted twice at once", ~twice)


def _little(name: str, start: Floats, end: Floats) -> None:
    """Compare the sum of times with the number present summed over time."""
    instants = np.concatenate((start, end))
    steps = np.concatenate((np.ones(len(start)), -np.ones(len(end))))
    order = np.lexsort((-steps, instants))
    present = np.cumsum(steps[order])
    _must(f"nobody leaves the {name} twice", present >= 0)
    area = float(np.sum(present[:-1] * np.diff(instants[order])))
    total = float(np.sum(end - start))
    _must(f"Little's law for the {name}", abs(area - total) <= 1e-6 * (1 + abs(total)))


def _must(what: str, holds: ArrayLike) -> None:
    """Refuse the record, unless something holds of all."""
    if not np.all(holds):
        raise InvariantError("replication", "broken", what)
