"""Timers: a heap of deadlines with lazy deletion, pruned when more than half of it is dead.

Theory of operation. Nothing in the engine polls. What happens by time alone (an offer ends, a
wrap-up is over, a contact expires ...) is a `Timer` in one heap, ordered by due time and then by
number of creation, so that timers due together fire in the order in which they were made. A timer
is a tuple and stands in the heap as it is: heaps compare tuples in C, and the number, which no
two share, keeps them from ever comparing contacts.

Most timers are cancelled: offers are accepted, wrap-ups finished. Finding one in a heap is O(n),
so `cancel` only takes its number out of `alive`. A dead timer is dropped when it comes to the
top, or when dead ones are more than half of the heap (a rebuild of n costs O(n), and n/2
cancellations have paid for it).

`wake` is never later than the first live deadline. Commands compare their time with it, one
comparison of floats, and come here only when something may be due. It may be too early (its
timer was cancelled): `pop_due` then finds nothing and moves it on. It is never beyond `cap`
either, which a router that bounds jumps of its clock moves along, so as to look at every jump.

What it costs: O(log timers) to start and to fire, O(1) amortised to cancel, nothing to wait.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from math import inf

from omniqueue.core.rows import ContactRow, Timer

_PRUNE_MIN = 64  # below this a rebuild saves nothing
_new = tuple.__new__  # a third of the cost of calling the class


class Timers:
    """The engine's deadlines, in order of due time, then of creation."""

    __slots__ = ("alive", "cap", "heap", "made", "wake")

    def __init__(self) -> None:
        self.heap: list[Timer] = []
        self.alive: set[int] = set()  # the numbers of those neither spent nor cancelled
        self.made = 0
        self.wake = inf  # no live deadline is before this
        self.cap = inf

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
        """Cancel a timer; no-op for None or a spent timer. Cost: O(1) amortised."""
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
        """Pop the next live timer due by `at`; None if nothing is due (then `wake` is updated).

        Cost: O(log timers), amortised over those cancelled.
        """
        heap = self.heap
        alive = self.alive
        while heap:
            timer = heap[0]
            if timer[1] in alive:
                if timer[0] > at:
                    self.wake = min(timer[0], self.cap)
                    return None
                alive.remove(timer[1])
                return heappop(heap)
            heappop(heap)
        self.wake = self.cap
        return None

    def live(self) -> list[Timer]:
        """Return the live timers in the order in which they will fire. Cost: O(n log n)."""
        return sorted(timer for timer in self.heap if timer.number in self.alive)
