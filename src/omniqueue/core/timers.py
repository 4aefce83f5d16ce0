"""Timers: a heap of deadlines with lazy deletion, pruned when more than half of it is dead."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from math import inf
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from omniqueue.core.contact_row import ContactRow

OFFER: Final = "offer"
WRAP_UP_END: Final = "wrap_up"
DEFERRAL: Final = "deferral"
PREFERENCE: Final = "preference"
RELAXATION: Final = "relaxation"
EXPIRY: Final = "expiry"
RESERVATION: Final = "reservation"
RETRY: Final = "retry"

_PRUNE_MIN = 64  # below this a rebuild saves nothing


class Timer:
    """One deadline: due time, creation number, what it is for, and of which contact."""

    __slots__ = ("alive", "detail", "due", "kind", "number", "row")

    def __init__(
        self, due: float, number: int, kind: str, row: ContactRow, detail: str | int
    ) -> None:
        self.due = due
        self.number = number
        self.kind = kind
        self.row = row
        self.detail = detail  # retry: the agent's id; relaxation: the step's index
        self.alive = True


class Timers:
    """The engine's deadlines, in order of due time, then of creation."""

    __slots__ = ("dead", "heap", "made", "wake")

    def __init__(self) -> None:
        self.heap: list[tuple[float, int, Timer]] = []
        self.made = 0
        self.dead = 0
        self.wake = inf  # no deadline, nor anything else that time alone does, is before this

    def start(self, due: float, kind: str, row: ContactRow, detail: str | int = "") -> Timer:
        """Create a timer. Cost: O(log timers)."""
        number = self.made = self.made + 1
        timer = Timer(due, number, kind, row, detail)
        heappush(self.heap, (due, number, timer))
        if due < self.wake:
            self.wake = due
        return timer

    def cancel(self, timer: Timer | None) -> None:
        """Make a timer never fire; None and a spent timer are let be. Cost: O(1) amortised."""
        if timer is None or not timer.alive:
            return
        timer.alive = False
        self.dead += 1
        if self.dead > _PRUNE_MIN and self.dead * 2 > len(self.heap):
            # In place: the router's loop holds this very list.
            self.heap[:] = [entry for entry in self.heap if entry[2].alive]
            heapify(self.heap)
            self.dead = 0

    def next_due(self) -> float | None:
        """Return the earliest live deadline, dropping dead ones before it."""
        heap = self.heap
        while heap and not heap[0][2].alive:
            heappop(heap)
            self.dead -= 1
        return heap[0][0] if heap else None

    def pop_due(self, at: float) -> Timer | None:
        """Return the next live timer due at or before `at`, spent; None if there is none."""
        due = self.next_due()
        if due is None or due > at:
            return None
        timer = heappop(self.heap)[2]
        timer.alive = False
        return timer

    def live(self) -> list[Timer]:
        """Return the live timers in the order in which they will fire. Cost: O(n log n)."""
        return [entry[2] for entry in sorted(self.heap, key=_order) if entry[2].alive]


def _order(entry: tuple[float, int, Timer]) -> tuple[float, int]:
    return entry[0], entry[1]
