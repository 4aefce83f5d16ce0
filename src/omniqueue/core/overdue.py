"""Who waits too long: overdue contacts without a reservation, in queue order.

Those that any agent with the skills may take are alike, and stand by lane: of each lane only the
first can make a difference. The others (restricted, or waiting for one agent) stand together.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from heapq import heapify, heappop, heappush
from math import inf

from omniqueue.core.lifecycle import WAITING
from omniqueue.core.rows import (
    RESERVATION,
    ContactRow,
    Details,
    Entry,
    Lane,
    place,
)
from omniqueue.core.state import State

_PRUNE_MIN = 64


def track(state: State, row: ContactRow, details: Details) -> None:
    """List a waiting contact without a reservation: now if overdue, else when it will be."""
    if details.reserve_due <= state.now:
        _list(state, row, details)
    elif details.listed_due != details.reserve_due:
        details.listed_due = details.reserve_due
        heappush(state.overdue_later, (details.reserve_due, row.sequence, row))
        if len(state.overdue_later) > 2 * state.waiting + _PRUNE_MIN:
            _prune(state)


def _prune(state: State) -> None:
    """Drop the entries of contacts that do not wait any more, or for another time."""
    kept = []
    for entry in state.overdue_later:
        due, _, row = entry
        details = row.details
        assert details is not None
        if row.state == WAITING and details.reserve_due == due:
            kept.append(entry)
        elif details.listed_due == due:
            details.listed_due = inf
    state.overdue_later[:] = kept
    heapify(state.overdue_later)


def untrack(state: State, row: ContactRow, details: Details) -> None:
    """Take a contact from the list of the overdue."""
    kind = kind_of(row)
    entries = state.overdue[kind]
    del entries[bisect_left(entries, (*place(row), row))]
    if not entries:
        del state.overdue[kind]
    details.in_overdue = False


def kind_of(row: ContactRow) -> Lane | None:
    """Return the lane in which an overdue contact is like any other; None: it is special."""
    details = row.details
    special = row.restricted() or (details is not None and details.prefer_agent is not None)
    return None if special else row.lane


def first_overdue(state: State) -> list[Entry]:
    """Return the first overdue contact of each lane, and all special ones, in queue order.

    Cost: O(n log n) in those.
    """
    firsts = [entries[0] for lane, entries in state.overdue.items() if lane is not None]
    return sorted(firsts + state.overdue.get(None, []))


def _list(state: State, row: ContactRow, details: Details) -> None:
    insort(state.overdue.setdefault(kind_of(row), []), (*place(row), row))
    details.in_overdue = True


def bring_in_overdue(state: State) -> None:
    """Move those that have become overdue into the list."""
    later = state.overdue_later
    while later and later[0][0] <= state.now:
        due, _, row = heappop(later)
        details = row.details
        if details is not None and details.listed_due == due:
            details.listed_due = inf
        # An entry may be stale: the contact went, was reserved for, or has another due time.
        if (
            details is not None
            and row.state == WAITING
            and details.reserve_due == due
            and details.reserved is None
            and not details.in_overdue
        ):
            _list(state, row, details)


def start_reserve_clock(state: State, row: ContactRow) -> None:
    """Set when a contact is overdue, by its channel and arrival; an earlier clock is stopped."""
    if row.details is not None:
        state.timers.cancel(row.details.reserve_timer)
        row.details.reserve_timer = None
        row.details.reserve_due = inf
    seconds = row.lane.channel.settings.reserve_seconds
    if seconds is None:
        return
    details = row.detailed()
    details.reserve_due = row.arrived_at + seconds
    due = max(state.now, details.reserve_due)
    details.reserve_timer = state.timers.start(due, RESERVATION, row)
