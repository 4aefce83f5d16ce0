"""Timers: a heap of deadlines with lazy deletion, pruned when more than half of it is dead."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from math import inf

from omniqueue.core.rows import ContactRow, Timer

_PRUNE_MIN = 64  # below this a rebuild saves nothing
_new = tuple.__new__  # a third of the cost of calling the class


class Timers:
    """The engine's deadlines, in order of due time, then of creation."""

    __slots__ = ("alive", "heap", "made", "wake")

    def __init__(self) -> None:
        self.heap: list[Timer] = []
        self.alive: set[int] = set()  # the numbers of those neither spent nor cancelled
        self.made = 0
        self.wake = inf  # no deadline, nor anything else that time alone does, is before this

    def start(self, due: float, kind: str, row: ContactRow, detail: str | int = "") -> Timer:
        """Create a timer. Cost: O(log timers)."""
        number = self.made = self.made + 1
        timer = _new(Timer, (due, number, kind, row, detail))
        heappush(self.heap, timer)
        self.alive.add(number)
        if due < self.wake:
            self.wake = due
        return timer

    def cancel(self, timer: Timer | None) -> None:
        """Make a timer never fire; None and a spent timer are let be. Cost: O(1) amortised."""
        if timer is None or timer[1] not in self.alive:
            return
        alive = self.alive
        alive.remove(timer[1])
        heap = self.heap
        if len(heap) > 2 * len(alive) + _PRUNE_MIN:
            heap[:] = [timer for timer in heap if timer[1] in alive]
            heapify(heap)

    def is_alive(self, timer: Timer | None) -> bool:
        """Tell whether a timer is yet to fire."""
        return timer is not None and timer.number in self.alive

    def next_due(self) -> float | None:
        """Return the earliest live deadline, dropping dead ones before it."""
        heap = self.heap
        alive = self.alive
        while heap and heap[0][1] not in alive:
            heappop(heap)
        return heap[0][0] if heap else None

    def pop_due(self, at: float) -> Timer | None:
        """Return the next live timer due at or before `at`, spent; None: sleep on, as `wake` says.

        Cost: O(log timers), amortised over those cancelled.
        """
        heap = self.heap
        alive = self.alive
        while heap:
            timer = heap[0]
            if timer[1] in alive:
                if timer[0] > at:
                    self.wake = timer[0]
                    return None
                alive.remove(timer[1])
                return heappop(heap)
            heappop(heap)
        self.wake = inf
        return None

    def live(self) -> list[Timer]:
        """Return the live timers in the order in which they will fire. Cost: O(n log n)."""
        return sorted((timer for timer in self.heap if timer.number in self.alive), key=_order)


def _order(timer: Timer) -> tuple[float, int]:
    return timer.due, timer.number
