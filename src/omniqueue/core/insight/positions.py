"""Positions: how many wait before a contact, from an index that is built when first asked for.

Theory of operation. The index keeps the places of all waiting contacts in one sorted list and in
one per lane (order statistics of `sortedcontainers`: a rank is two bisections). Commands carry
nothing of it until it is built. From then on a hook notes which contacts the events name; the
notes are worked in, by comparing with what the contact is now, before an answer is given or when
`BATCH` have gathered, so that an answer never has more than that to catch up with. An index that
is not asked while about twice as many contacts move as it holds is given up, hook and all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import attrs
from sortedcontainers import SortedList

from omniqueue.core.insight.views import queue_rows
from omniqueue.core.observers import stop_observing
from omniqueue.core.rows import NOWHERE, ContactRow, Lane, place
from omniqueue.core.state import State
from omniqueue.model import contact_events as events
from omniqueue.model.event import Event, Rank, RawEvent

# Sequence numbers differ, so comparisons never come to the id or the lane.
Key: TypeAlias = "tuple[Rank, float, int, str, Lane]"

BATCH: Final = 4  # noted contacts that are worked in at once, at about 10 microseconds each
_PATIENCE_MIN: Final = 10_000

# Events that change who waits, or a contact's place or lane.
_MOVES: Final[tuple[type[Event], ...]] = (
    events.Queued,
    events.Deferred,
    events.Released,
    events.Relaxed,
    events.Updated,
    events.Offered,
    events.Assigned,
    events.Requeued,
    events.Transferred,
    events.Reopened,
    events.Abandoned,
    events.Cancelled,
    events.Resumed,
    events.Expired,
)


@attrs.frozen
class Position:
    """A contact's place in the queue; 1 is the first.

    Args:
        queue: its place among all waiting contacts (a deferred one: the place it keeps).
        lane: its place among those of the same channel and needed skills.
        waiting: how many contacts wait.
        lane_waiting: how many of them are of the same channel and needed skills.

    Example:
        >>> from omniqueue import Contact, Router
        >>> router = Router()
        >>> for name, channel in [("c1", "phone"), ("c2", "fax"), ("c3", "phone")]:
        ...     _ = router.submit(Contact(name, channel), at=0)
        >>> router.position("c3")
        Position(queue=3, lane=2, waiting=3, lane_waiting=2)
    """

    queue: int
    lane: int
    waiting: int
    lane_waiting: int


class PositionIndex:
    """The places of all waiting contacts, kept up to date.

    Cost: O(n log n) to build; O(log n) for each contact that moves, and for each answer.
    """

    __slots__ = (
        "_known",
        "_last",
        "_moved",
        "_noted",
        "_patience",
        "_seen",
        "_state",
        "lanes",
        "queue",
    )

    def __init__(self, state: State) -> None:
        self._state = state
        self._known: dict[str, Key] = {}
        self._noted: dict[str, None] = {}  # moved since they were last looked at
        self._moved = 0  # how many have moved since the last question
        self._seen = 0  # how much of the present command's log has been read
        self._last: RawEvent | None = None  # what was read last
        grouped: dict[Lane, list[Key]] = {}
        keys: list[Key] = []
        for row in queue_rows(state):
            key = _key(row)
            keys.append(key)
            self._known[row.id] = key
            grouped.setdefault(row.lane, []).append(key)
        self.queue: SortedList[Key] = SortedList(keys)
        self.lanes: dict[Lane, SortedList[Key]] = {
            lane: SortedList(several) for lane, several in grouped.items()
        }
        self._patience = max(_PATIENCE_MIN, 2 * len(keys))

    def before(self, row: ContactRow) -> tuple[int, int]:
        """Return how many wait before a contact: in all, and in its lane."""
        where = place(row)
        lane = self.lanes.get(row.lane)
        return self.queue.bisect_left(where), 0 if lane is None else lane.bisect_left(where)

    def note(self, event: Event) -> None:
        """Note that a contact has moved; drop the index when it is no longer asked."""
        self._noted[event.contact] = None  # type: ignore[attr-defined]
        if len(self._noted) >= BATCH:
            self._work_in()
        self._moved += 1
        if self._moved > self._patience:
            drop_index(self._state)

    def catch_up(self) -> None:
        """Work in all that has moved, in the present command too (certificates ask then)."""
        log = self._state.log
        if log:
            start = self._seen
            if not (0 < start <= len(log) and log[start - 1] is self._last):
                start = 0
            for raw in log[start:]:
                if raw[0] in _MOVES:
                    assert isinstance(raw[2], str)
                    self._noted[raw[2]] = None
            self._seen, self._last = len(log), log[-1]
        self._work_in()
        self._moved = 0

    def _work_in(self) -> None:
        known, contacts = self._known, self._state.contacts
        for contact_id in self._noted:
            row = contacts.get(contact_id)
            new = None if row is None or row.where == NOWHERE else _key(row)
            old = known.get(contact_id)
            if old is not None:
                if old == new:
                    continue
                del known[contact_id]
                self.queue.remove(old)
                lane = self.lanes[old[4]]
                lane.remove(old)
                if not lane:
                    del self.lanes[old[4]]
            if new is not None:
                known[contact_id] = new
                self.queue.add(new)
                self.lanes.setdefault(new[4], SortedList()).add(new)
        self._noted.clear()


def _key(row: ContactRow) -> Key:
    return row.rank, row.arrived_at, row.sequence, row.id, row.lane


def position_index(state: State) -> PositionIndex:
    """Return the index, up to date; built when there is none yet.

    While a hook or a policy runs, not all that happened has been noted: then it is a fresh one,
    not kept.
    """
    if state.asking:
        return PositionIndex(state)
    index = state.positions
    try:
        if not isinstance(index, PositionIndex):
            index = state.positions = PositionIndex(state)
            for kind in _MOVES:
                state.hooks[kind] = (index.note, *state.hooks.get(kind, ()))
        index.catch_up()
    except BaseException:  # interrupted: it may be half done
        drop_index(state)
        raise
    return index


def drop_index(state: State) -> None:
    """Give the index up, so that commands carry nothing of it any more."""
    index = state.positions
    if isinstance(index, PositionIndex):
        state.positions = None
        note: Callable[[Event], None] = index.note
        stop_observing(state, note)


def position_of(state: State, row: ContactRow) -> Position:
    """Return the position of a contact that waits or is deferred. Cost: O(log n)."""
    index = position_index(state)
    before, before_in_lane = index.before(row)
    lane = index.lanes.get(row.lane)
    return Position(
        before + 1,
        before_in_lane + 1,
        len(index.queue),
        0 if lane is None else len(lane),
    )
