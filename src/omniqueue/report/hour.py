"""An hour: everybody who arrived in it, in order of arrival, and what became of them."""

from __future__ import annotations

from typing import Final

import attrs
import numpy as np

from omniqueue.errors import InvalidValueError
from omniqueue.record.ledger import ABANDONED, EXPIRED
from omniqueue.sim.calendar.week import DAY_SECONDS
from omniqueue.sim.centre.columns import CLOSED, OUTCOMES, ReplicationRecord
from omniqueue.sim.scenarios.scenario import Scenario

HOUR_SECONDS: Final = 3600
_REFUSED = OUTCOMES.index("refused")


@attrs.frozen(kw_only=True)
class HourRow:
    """One contact of the hour; instants are seconds of the simulated clock.

    Args:
        channel: its channel.
        arrived_at: when it came.
        left_queue_at: when it waited no more.
        served_to: when the customer was through; None: nobody answered.
        released_at: when the agent's work on it ended; None: nobody answered.
        group: who answered; None: nobody.
        fate: "answered", "gave up", "turned away", "expired" or "still waiting".
    """

    channel: str
    arrived_at: float
    left_queue_at: float
    served_to: float | None
    released_at: float | None
    group: str | None
    fate: str

    @property
    def waited_seconds(self) -> float:
        """How long it waited."""
        return self.left_queue_at - self.arrived_at


@attrs.frozen(kw_only=True)
class Hour:
    """The contacts of one hour of one replication.

    Args:
        start_seconds: when it begins, on the simulated clock.
        rows: the contacts in order of arrival.
    """

    start_seconds: float
    rows: tuple[HourRow, ...]

    @property
    def overtaken(self) -> int:
        """How many were answered while one of the hour that came earlier still waited."""
        latest, found = -1.0, 0
        for row in self.rows:
            found += row.group is not None and row.left_queue_at < latest
            if row.fate != "turned away":
                latest = max(latest, row.left_queue_at)
        return found


def busiest_hour(record: ReplicationRecord) -> float:
    """Return the start of the hour of the first day in which most contacts arrived, in seconds.

    The first day is that of the first contact after the warm-up; of equal hours the first.

    Args:
        record: a replication.

    Cost: O(n).
    """
    arrived = record.arrived_at
    measured = arrived[(arrived >= record.warm_up_seconds) & (record.outcome != CLOSED)]
    if not len(measured):
        return float(record.warm_up_seconds // HOUR_SECONDS * HOUR_SECONDS)
    day = float(measured.min() // DAY_SECONDS * DAY_SECONDS)
    within = measured[measured < day + DAY_SECONDS] - day
    counts = np.bincount((within // HOUR_SECONDS).astype(np.int64), minlength=24)
    return day + HOUR_SECONDS * float(np.argmax(counts))


def hour_of(record: ReplicationRecord, scenario: Scenario, clock_seconds: int | None) -> Hour:
    """Return the contacts of an hour of the first day.

    Args:
        record: a replication.
        scenario: what was simulated.
        clock_seconds: when the hour begins, in seconds after midnight; None: the busiest.

    Raises:
        InvalidValueError: no time of day.

    Cost: O(n).

    Example:
        >>> from omniqueue.sim.centre.replication import run_replication
        >>> from omniqueue.sim.scenarios.scenario import Group, Stream
        >>> calls = Stream("calls", channel="phone", arrivals=60, handling=50)
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=7200)
        >>> hour = hour_of(run_replication(desk, 1), desk, 3600)
        >>> hour.start_seconds, hour.rows[0].group
        (3600.0, 'desk')
    """
    start = busiest_hour(record)
    if clock_seconds is not None:
        if not 0 <= clock_seconds < DAY_SECONDS:
            raise InvalidValueError("hour", clock_seconds, "seconds after midnight, below 86400")
        start = start // DAY_SECONDS * DAY_SECONDS + clock_seconds
    arrived = record.arrived_at
    chosen = np.flatnonzero((arrived >= start) & (arrived < start + HOUR_SECONDS))
    chosen = chosen[np.argsort(arrived[chosen], kind="stable")]
    return Hour(start_seconds=start, rows=tuple(_rows(record, scenario, chosen.tolist())))


def _rows(record: ReplicationRecord, scenario: Scenario, chosen: list[int]) -> list[HourRow]:
    left, group, busy_to = record.left_queue_at, record.group, record.busy_to
    found = []
    for row in chosen:
        answered = int(group[row]) >= 0
        ended = float(record.ended_at[row])
        found.append(
            HourRow(
                channel=scenario.streams[int(record.stream[row])].channel,
                arrived_at=float(record.arrived_at[row]),
                left_queue_at=float(left[row]),
                served_to=(ended if ended == ended else record.ended_seconds)
                if answered
                else None,
                released_at=float(busy_to[row]) if answered else None,
                group=scenario.groups[int(group[row])].name if answered else None,
                fate="answered" if answered else _fate(int(record.outcome[row])),
            )
        )
    return found


def _fate(outcome: int) -> str:
    known = {
        ABANDONED: "gave up",
        EXPIRED: "expired",
        _REFUSED: "turned away",
        CLOSED: "turned away",
    }
    return known.get(outcome, "still waiting")
