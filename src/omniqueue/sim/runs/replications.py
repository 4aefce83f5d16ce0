"""Replications: running them here, in processes or anywhere, up to a number or a precision."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from concurrent.futures.process import BrokenProcessPool
from math import ceil, isfinite, isnan
from typing import Final, Protocol, TypeVar

import attrs

from omniqueue.centre.chance import REPLICATIONS_MAX, SEED_MAX
from omniqueue.core.router import Router
from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import instant, whole
from omniqueue.policy.order import STOCK_ORDERS, OrderPolicy
from omniqueue.policy.registry import order_named, selection_named
from omniqueue.policy.selection import STOCK_SELECTIONS, Selection
from omniqueue.sim.replication.loop import run_replication
from omniqueue.sim.runs.estimates import check_confidence
from omniqueue.sim.runs.results import SimulationResult
from omniqueue.sim.runs.summary import Summary, summarise
from omniqueue.sim.scenarios.scenario import Scenario, check_scenario

T = TypeVar("T")
Progress = Callable[[int, int], None]  # replications done, replications planned

JOBS_MAX: Final = 1024
BATCHES_MAX: Final = 10_000
PRECISION_REPLICATIONS_MAX: Final = 10_000
_FIRST_ROUND: Final = 10  # replications before the precision is looked at
_POLL_SECONDS: Final = 0.2


class Executor(Protocol):
    """Where replications run: anything with the `map` of `concurrent.futures`.

    Results must come in the order of the items. The function and its results can be pickled.
    """

    def map(self, function: Callable[[int], T], items: Iterable[int], /) -> Iterator[T]:
        """Yield the function's value for every item, in order."""
        ...


class Here:
    """Runs everything in this process, one after another.

    Example:
        >>> list(Here().map(abs, [-1, 2]))
        [1, 2]
    """

    def map(self, function: Callable[[int], T], items: Iterable[int], /) -> Iterator[T]:
        """Yield the function's value for every item, in order."""
        return map(function, items)


class Processes:
    """Runs in processes of this machine.

    Args:
        jobs: how many processes (int from 1).
        stopped: asked while waiting; true: what has begun is finished, nothing else begun.

    Raises:
        InvalidValueError: no such number.
    """

    def __init__(self, jobs: int, stopped: Callable[[], bool] | None = None) -> None:
        self._jobs = whole("jobs", jobs, 1, JOBS_MAX)
        self._stopped = stopped

    def map(self, function: Callable[[int], T], items: Iterable[int], /) -> Iterator[T]:
        """Yield the function's value for every item, in order; at most 2 x jobs are under way.

        Raises:
            InvalidValueError: the processes cannot start, or cannot take the function.
        """
        try:
            yield from self._map(function, items)
        except BrokenProcessPool:
            raise InvalidValueError(
                "jobs",
                self._jobs,
                "processes that can start: policies of modules that they can import, and a script"
                " that guards its start by if __name__ == '__main__' (or jobs = 1)",
            ) from None

    def _map(self, function: Callable[[int], T], items: Iterable[int]) -> Iterator[T]:
        # Fresh processes: one that was forked would share locks with the caller's threads.
        context = multiprocessing.get_context("spawn")
        left = iter(items)
        with ProcessPoolExecutor(self._jobs, context, _ignore_interrupts) as pool:
            running: deque[Future[T]] = deque()
            for item in left:
                running.append(pool.submit(function, item))
                if len(running) >= 2 * self._jobs:
                    break
            while running:
                if not self._wait(running[0]):
                    for future in running:
                        future.cancel()
                    for future in running:
                        if future.cancelled():
                            return
                        yield future.result()
                    return
                yield running.popleft().result()
                for item in left:
                    running.append(pool.submit(function, item))
                    break

    def _wait(self, future: Future[T]) -> bool:
        """Wait for a result; tell whether to go on."""
        while True:
            if self._stopped is not None and self._stopped():
                return False
            try:
                future.exception(timeout=_POLL_SECONDS)
            except NotYet:
                continue
            return True


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asked


@attrs.frozen(kw_only=True)
class Task:
    """One replication, to be run anywhere: called with its number, it returns its sums.

    Args:
        scenario: what is simulated.
        seed: the seed.
        order: the order policy; None: the scenario's.
        selection: the selection policy; None: the scenario's.
        batches: how many batches to sum up separately.
    """

    scenario: Scenario
    seed: int
    order: str | OrderPolicy | None = None
    selection: str | Selection | None = None
    batches: int = 1

    def __call__(
        self, replication: int, stopped: Callable[[], bool] | None = None
    ) -> list[Summary]:
        """Run the replication of that number. Cost: that of `run_replication`."""
        record = run_replication(
            self.scenario,
            self.seed,
            replication,
            order=self.order,
            selection=self.selection,
            stopped=stopped,
        )
        return summarise(record, self.scenario, batches=self.batches)


def _goal(replications: int, precision: float | None) -> int:
    """Return how many replications to begin with, or refuse the numbers."""
    goal = whole("replications", replications, 1, REPLICATIONS_MAX)
    if precision is None:
        return goal
    if not 0.0001 <= instant("precision", precision) < 1:
        raise InvalidValueError("precision", precision, "a share, as 0.05")
    return min(max(goal, _FIRST_ROUND), PRECISION_REPLICATIONS_MAX)


def _nothing_yet(
    task: Task, router: Router, confidence: float, precision: float | None
) -> SimulationResult:
    """Return the result before the first replication."""
    return SimulationResult(
        scenario=task.scenario,
        summaries=(),
        seed=task.seed,
        replications=0,
        batches=task.batches,
        confidence=confidence,
        order=router.order,
        selection=router.selection,
        precision=precision,
    )


def simulate(
    scenario: Scenario,
    *,
    order: str | OrderPolicy | None = None,
    selection: str | Selection | None = None,
    replications: int | None = None,
    precision: float | None = None,
    batches: int = 1,
    confidence: float = 0.95,
    seed: int | None = None,
    jobs: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
    stopped: Callable[[], bool] | None = None,
) -> SimulationResult:
    """Run a scenario as often as wanted and return what it says.

    The result depends on the scenario, the policies, the seed and the numbers of replications
    and batches, and on nothing else: not on `jobs`, nor on the executor.

    Args:
        scenario: what is simulated.
        order: an order policy instead of the scenario's.
        selection: a selection policy instead of the scenario's.
        replications: how many; None: the scenario's. With a precision: the least number.
        precision: go on until the half width of the interval of the mean wait (of all) is this
            share of it, as 0.05; at most 10,000 replications.
        batches: cut the measured time of each replication into so many units (batch means, for
            one long run in a steady state).
        confidence: the level of all intervals.
        seed: the seed; None: the scenario's.
        jobs: how many processes.
        executor: where to run, instead of processes.
        progress: told how many replications are done, and planned.
        stopped: asked now and then; true ends it with a partial result.

    Raises:
        InvalidValueError: no scenario; a value out of range; a policy that processes cannot
            be sent.

    Cost: replications x that of `run_replication`, divided by the processors there are.

    Example:
        >>> from omniqueue.sim.scenarios.scenario import Group, Stream
        >>> calls = Stream("calls", channel="phone", arrivals=60, handling=50)
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=3600)
        >>> simulate(desk, replications=2, seed=1).replications
        2
    """
    check_scenario(scenario)
    goal = _goal(scenario.replications if replications is None else replications, precision)
    whole("jobs", jobs, 1, JOBS_MAX)
    check_confidence(confidence)
    order = scenario.order if order is None else order
    selection = scenario.selection if selection is None else selection
    task = Task(
        scenario=scenario,
        seed=whole("seed", scenario.seed if seed is None else seed, 0, SEED_MAX),
        order=_sendable_order(order),
        selection=_sendable_selection(selection),
        batches=whole("batches", batches, 1, BATCHES_MAX),
    )
    router = Router(order=order, selection=selection)
    nothing = _nothing_yet(task, router, confidence, precision)

    def run(numbers: range) -> tuple[list[Summary], bool]:
        return _round(task, numbers, jobs, executor, progress, stopped)

    return _run_rounds(nothing, goal, run)


def _run_rounds(
    result: SimulationResult, goal: int, run: Callable[[range], tuple[list[Summary], bool]]
) -> SimulationResult:
    """Add replications to a result until its goal, and its precision if it has one."""
    while True:
        summaries, incomplete = run(range(result.replications, goal))
        every = (*result.summaries, *summaries)
        done = len(every) // result.batches
        result = attrs.evolve(result, summaries=every, replications=done, incomplete=incomplete)
        precision = result.precision
        if incomplete or precision is None or goal >= PRECISION_REPLICATIONS_MAX:
            return result
        reached = result.estimate("mean_wait_all")
        nobody_waits = isnan(reached.value) or reached.value == 0
        if nobody_waits or reached.relative_half_width <= precision:
            return result
        goal = _next_goal(goal, reached.relative_half_width / precision)


def _next_goal(goal: int, ratio: float) -> int:
    """Return how many replications to go on to, by the square of what is missing."""
    wanted = ceil(1.1 * goal * ratio**2) if isfinite(ratio) else 4 * goal
    return min(max(goal + 1, min(wanted, 4 * goal)), PRECISION_REPLICATIONS_MAX)


def _round(
    task: Task,
    numbers: range,
    jobs: int,
    executor: Executor | None,
    progress: Progress | None,
    stopped: Callable[[], bool] | None,
) -> tuple[list[Summary], bool]:
    """Run some replications; return their sums, and whether it was stopped on the way."""
    results: Iterator[list[Summary]]
    if executor is not None:
        results = executor.map(task, numbers)
    elif jobs > 1 and len(numbers) > 1:
        _check_sendable(task)
        results = Processes(min(jobs, len(numbers)), stopped).map(task, numbers)
    else:
        results = (task(number, stopped) for number in numbers)
    summaries: list[Summary] = []
    done, goal = numbers.start, numbers.stop
    try:
        for found in results:
            cut = not found or any(summary.incomplete for summary in found)
            if cut and (done or not found):
                return summaries, True  # the part of a day that was over says nothing of days
            summaries += found
            done += 1
            if progress is not None:
                progress(done, goal)
            if cut or (stopped is not None and done < goal and stopped()):
                return summaries, True
    finally:
        close = getattr(results, "close", None)
        if close is not None:
            close()  # what was handed to processes is taken back
    return summaries, done < goal


def _sendable_order(order: str | OrderPolicy) -> str | OrderPolicy:
    """Return an order that a fresh process knows: what a program registered, it does not."""
    if isinstance(order, str) and order not in STOCK_ORDERS and ":" not in order:
        policy = order_named(order).policy
        assert policy is not None
        return policy
    return order


def _sendable_selection(selection: str | Selection) -> str | Selection:
    if isinstance(selection, str) and selection not in STOCK_SELECTIONS:
        return selection_named(selection)
    return selection


def _check_sendable(task: Task) -> None:
    try:
        pickle.dumps(task)
    except (pickle.PicklingError, AttributeError, TypeError) as problem:
        expected = f"policies at the top of a module (or jobs = 1): {problem}"
        raise InvalidValueError("order or selection", task.order, expected) from None
