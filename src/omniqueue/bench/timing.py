"""Timing on a shared machine: CPU time, alternated runs, medians, a collector that stays out.

Theory of operation. Machines are shared and noisy, so nothing is compared across runs of a
program: things that are compared take turns (A B A B) in one process, each turn gives one ratio,
and the median of the ratios is the result. Time is the CPU time of the thread, which leaves out
what other processes take; how much that was is told beside the result. Garbage is collected and
everything alive is frozen before anything is timed, which is the driver's choice and not the
engine's: a full collection would walk a million waiting contacts in the middle of a run.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import median, quantiles
from time import perf_counter, thread_time

import attrs

from omniqueue.errors import InvalidValueError


@attrs.frozen
class Spread:
    """One measure over several runs: the median, the middle half, the ends.

    Args:
        median: the middle run; low, high: the first and third quartile.
        least, most: the ends; runs: how many runs.

    Example:
        >>> Spread.of([3.0, 1.0, 2.0])
        Spread(median=2.0, low=1.5, high=2.5, least=1.0, most=3.0, runs=3)
    """

    median: float
    low: float
    high: float
    least: float
    most: float
    runs: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the spread of some runs.

        Args:
            values: one number a run, at least one.

        Raises:
            InvalidValueError: there is none.

        Cost: O(n log n).
        """
        if not values:
            raise InvalidValueError("runs", 0, "at least one")
        low, high = values[0], values[0]
        if len(values) > 1:
            low, _, high = quantiles(values, n=4, method="inclusive")
        return cls(median(values), low, high, min(values), max(values), len(values))


class Stopwatch:
    """Measures the CPU time of calls, and keeps the sums of CPU and wall time.

    Example:
        >>> watch = Stopwatch()
        >>> watch.seconds(lambda: sum(range(1000))) > 0
        True
    """

    def __init__(self) -> None:
        self.cpu_seconds = 0.0
        self.wall_seconds = 0.0

    def seconds(self, act: Callable[[], object]) -> float:
        """Call it, and return the CPU time of this thread that it took, in seconds."""
        wall, cpu = perf_counter(), thread_time()
        act()
        took = thread_time() - cpu
        self.wall_seconds += perf_counter() - wall
        self.cpu_seconds += took
        return took

    @property
    def cpu_share(self) -> float:
        """CPU time over wall time of all that was timed; well under 1: a busy machine."""
        return min(1.0, self.cpu_seconds / self.wall_seconds) if self.wall_seconds else 1.0


@contextmanager
def collector_frozen() -> Iterator[None]:
    """Collect garbage and freeze what is alive; at the end let the collector see it again.

    Cost: one full collection.

    Example:
        >>> with collector_frozen():
        ...     gc.get_freeze_count() > 0
        True
    """
    freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def freeze() -> None:
    """Collect what is not frozen yet, and freeze what stays. Cost: O(objects not yet frozen)."""
    gc.collect()
    gc.freeze()


def alternate(
    contenders: Sequence[Callable[[], float]],
    runs: int,
    tell: Callable[[], None] = lambda: None,
) -> list[list[float]]:
    """Let contenders take turns, and return the numbers of each, in order.

    Args:
        contenders: each gives one number a run, such as seconds.
        runs: how many turns each has.
        tell: called after each round.

    Cost: that of the contenders.

    Example:
        >>> alternate([lambda: 1.0, lambda: 2.0], 2)
        [[1.0, 1.0], [2.0, 2.0]]
    """
    found: list[list[float]] = [[] for _ in contenders]
    for _ in range(runs):
        for numbers, contender in zip(found, contenders, strict=True):
            numbers.append(contender())
        tell()
    return found


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Return the ratio of each run to the one beside it.

    Example:
        >>> ratios([4.0, 9.0], [2.0, 3.0])
        [2.0, 3.0]
    """
    return [one / other for one, other in zip(above, below, strict=True)]
