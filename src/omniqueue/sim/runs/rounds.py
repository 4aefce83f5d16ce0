"""Rounds of replications for searches and comparisons: here, in processes that stay, or anywhere.

Beside `simulate`, which runs one scenario once: here many short rounds follow each other, so
processes are started once, and every round goes on where the one before ended.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Protocol, TypeVar

import attrs

from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import whole
from omniqueue.policy.registry import order_named, selection_named
from omniqueue.policy.selection import STOCK_SELECTIONS
from omniqueue.sim.runs.replications import JOBS_MAX, Executor
from omniqueue.sim.scenarios.scenario import Scenario

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Work(Protocol[T_co]):
    """What is done for each replication: it can be pickled, and stopped before its end."""

    def __call__(self, replication: int, stopped: Callable[[], bool] | None = None, /) -> T_co:
        """Return what comes of the replication of that number."""
        ...


class Workers:
    """Where rounds of replications run; to be used in a `with` statement.

    Args:
        jobs: how many processes (int from 1); 1: this one.
        executor: where to run instead; see `omniqueue.sim.runs.replications.Executor`.
        stopped: asked now and then; true: nothing else is begun.

    Raises:
        InvalidValueError: no such number of processes.

    Example:
        >>> with Workers() as workers:
        ...     list(workers.map(lambda number, stopped=None: number**2, range(2, 5)))
        [4, 9, 16]
    """

    def __init__(
        self,
        jobs: int = 1,
        executor: Executor | None = None,
        stopped: Callable[[], bool] | None = None,
    ) -> None:
        self._jobs = whole("jobs", jobs, 1, JOBS_MAX)
        self._executor = executor
        self._stopped = stopped
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        if self._executor is None and self._jobs > 1:
            # Fresh processes: one that was forked would share locks with the caller's threads.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._jobs, context, _ignore_interrupts)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    @property
    def jobs(self) -> int:
        """How many replications go at the same time, as far as it is known here."""
        return self._jobs

    def map(self, work: Work[T], numbers: range) -> Iterator[T]:
        """Yield what comes of each replication, in order; fewer when stopped.

        Raises:
            InvalidValueError: processes cannot be sent what they need.
        """
        results: Iterator[T]
        if self._executor is not None:
            results = self._executor.map(work, numbers)
        elif self._pool is not None:
            _check_sendable(work)
            results = self._pool.map(work, numbers)
        else:
            results = (work(number, self._stopped) for number in numbers)
        try:
            for found in results:
                yield found
                if self._stopped is not None and self._stopped():
                    return
        except BrokenProcessPool:
            # Ctrl-C ends processes that were just being started; all else is a fault.
            if self._stopped is None or not self._stopped():
                raise
        finally:
            close = getattr(results, "close", None)
            if close is not None:
                close()  # what was handed to processes is taken back


def sendable(scenario: Scenario) -> Scenario:
    """Return a scenario whose policies a fresh process knows, though a program registered them.

    Example:
        >>> from omniqueue.sim.scenarios.scenario import Group, Stream
        >>> calls = Stream("calls", channel="phone", arrivals=60, handling=50)
        >>> sendable(Scenario(streams=[calls], groups=[Group("desk")])).order
        'arrival'
    """
    order, selection = scenario.order, scenario.selection
    if isinstance(order, str):
        order = order_named(order).policy or order
    if isinstance(selection, str) and selection not in STOCK_SELECTIONS:
        selection = selection_named(selection)
    return attrs.evolve(scenario, order=order, selection=selection)


def _check_sendable(work: object) -> None:
    try:
        pickle.dumps(work)
    except (pickle.PicklingError, AttributeError, TypeError) as problem:
        expected = f"policies at the top of a module (or jobs = 1): {problem}"
        raise InvalidValueError("order or selection", work, expected) from None


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asked
