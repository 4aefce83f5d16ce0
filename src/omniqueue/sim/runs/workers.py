"""Workers: where replications run, here, in processes that stay, or anywhere."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, TimeoutError as NotYet
from concurrent.futures.process import BrokenProcessPool
from typing import Final, Protocol, TypeVar

import attrs

from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import whole
from omniqueue.policy.registry import order_of, selection_of
from omniqueue.policy.selection import STOCK_SELECTIONS
from omniqueue.sim.scenarios.scenario import Scenario

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Progress = Callable[[int, int], None]
"""Called with how much is done, and how much there is to do."""
Stopped = Callable[[], bool]
"""Asked now and then whether to stop."""

JOBS_MAX: Final = 1024
_POLL_SECONDS: Final = 0.2


class Executor(Protocol):
    """Where replications run: anything with the `map` of `concurrent.futures`.

    Results must come in the order of the items. The function and its results can be pickled.
    """

    def map(self, function: Callable[[int], T], items: Iterable[int], /) -> Iterator[T]:
        """Yield the function's value for every item, in order."""
        ...


class Work(Protocol[T_co]):
    """What is done for each replication: it can be pickled, and stopped before its end."""

    def __call__(self, replication: int, stopped: Stopped | None = None, /) -> T_co:
        """Return what comes of the replication of that number."""
        ...


@attrs.define
class Workers:
    """Where rounds of replications run; to be used in a `with` statement.

    Processes are started once, and serve every round.

    Args:
        jobs: how many processes (int from 1); 1: this one.
        executor: where to run instead.
        stopped: asked now and then; true: no other replication is begun.
        progress: told after each replication how many are done, and planned.

    Raises:
        InvalidValueError: no such number of processes.

    Example:
        >>> with Workers() as workers:
        ...     list(workers.map(lambda number, stopped=None: number**2, range(2, 5)))
        [4, 9, 16]
    """

    _jobs: int = 1
    _executor: Executor | None = None
    _stopped: Stopped | None = None
    _progress: Progress | None = None
    _pool: ProcessPoolExecutor | None = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        whole("jobs", self._jobs, 1, JOBS_MAX)

    def __enter__(self) -> Workers:
        if self._executor is None and self._jobs > 1:
            # Fresh processes: one that was forked would share locks with the caller's threads.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._jobs, context, _ignore_interrupts)
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def map(self, work: Work[T], numbers: range) -> Iterator[T]:
        """Yield what comes of each replication, in order; fewer when stopped.

        Raises:
            InvalidValueError: the processes cannot start, or cannot take the work.
        """
        results: Iterator[T]
        if self._executor is not None:
            results = self._executor.map(work, numbers)
        elif self._pool is not None and len(numbers) > 1:
            results = self._in_processes(self._pool, work, numbers)
        else:
            results = (work(number, self._stopped) for number in numbers)
        try:
            for number, found in zip(numbers, results, strict=False):
                yield found
                if self._progress is not None:
                    self._progress(number + 1, numbers.stop)
                if self._wants_to_stop():
                    return
        finally:
            close = getattr(results, "close", None)
            if close is not None:
                close()  # what was handed to processes is taken back

    def _wants_to_stop(self) -> bool:
        return self._stopped is not None and self._stopped()

    def _in_processes(
        self, pool: ProcessPoolExecutor, work: Work[T], numbers: range
    ) -> Iterator[T]:
        """Yield results in order; at most 2 x jobs replications are under way."""
        _check_sendable(work)
        left = iter(numbers)
        running: deque[Future[T]] = deque()
        try:
            while True:
                for number in left:
                    running.append(pool.submit(work, number))
                    if len(running) >= 2 * self._jobs:
                        break
                if not running or not self._wait(running[0]):
                    return
                yield running.popleft().result()
        except BrokenProcessPool:
            # Ctrl-C ends processes that were just being started; all else is a fault.
            if not self._wants_to_stop():
                expected = (
                    "processes that can start: policies of modules that they can import, and a"
                    " script that guards its start by if __name__ == '__main__' (or jobs = 1)"
                )
                raise InvalidValueError("jobs", self._jobs, expected) from None
        finally:
            for future in running:
                future.cancel()

    def _wait(self, future: Future[T]) -> bool:
        """Wait for a result; tell whether to go on."""
        while not self._wants_to_stop():
            try:
                future.exception(timeout=_POLL_SECONDS)
            except NotYet:
                continue
            return True
        return False


def sendable(scenario: Scenario) -> Scenario:
    """Return a scenario whose policies a fresh process knows, though a program registered them.

    Example:
        >>> from omniqueue.sim import Group, Stream
        >>> calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="50s")
        >>> sendable(Scenario(streams=[calls], groups=[Group("desk")])).order
        'arrival'
    """
    order = order_of(scenario.order).policy or scenario.order
    selection = scenario.selection
    if selection not in STOCK_SELECTIONS:
        selection = selection_of(selection)
    if order is scenario.order and selection is scenario.selection:
        return scenario
    return attrs.evolve(scenario, order=order, selection=selection)


def _check_sendable(work: object) -> None:
    try:
        pickle.dumps(work)
    except (pickle.PicklingError, AttributeError, TypeError) as problem:
        expected = f"policies at the top of a module (or jobs = 1): {problem}"
        raise InvalidValueError("order or selection", work, expected) from None


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asked
