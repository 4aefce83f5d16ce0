"""Replications: as many as wanted or as a precision takes, of one scenario or of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import ceil, isfinite
from typing import Final, TypeAlias

import attrs

from omniqueue.centre.chance import REPLICATIONS_MAX, SEED_MAX
from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import instant, truth, whole
from omniqueue.policy.order import OrderPolicy
from omniqueue.policy.registry import order_of, selection_of
from omniqueue.policy.selection import Selection
from omniqueue.sim.replication.loop import run_replication
from omniqueue.sim.replication.replication_record import ReplicationRecord
from omniqueue.sim.runs.estimates import check_confidence
from omniqueue.sim.runs.results import SimulationResult
from omniqueue.sim.runs.summary import Summary, summarise
from omniqueue.sim.runs.workers import Executor, Progress, Stopped, Workers, sendable
from omniqueue.sim.scenarios.scenario import Scenario, check_scenario

BATCHES_MAX: Final = 10_000
PRECISION_REPLICATIONS_MAX: Final = 10_000
_FIRST_ROUND: Final = 10  # replications before the precision is looked at

Results: TypeAlias = Sequence[SimulationResult]
Excess: TypeAlias = Callable[[Results], float]


@attrs.frozen(kw_only=True)
class _Run:
    """One replication of a scenario: its sums, and where it is kept the record too."""

    summaries: list[Summary]
    record: ReplicationRecord | None

    @property
    def incomplete(self) -> bool:
        return not self.summaries or any(each.incomplete for each in self.summaries)


@attrs.frozen(kw_only=True)
class _Task:
    """Called with its number, it runs that replication of each scenario, anywhere."""

    scenarios: tuple[Scenario, ...]
    seed: int
    batches: int
    keep_contacts: bool

    def __call__(self, replication: int, stopped: Stopped | None = None, /) -> list[_Run]:
        found = []
        for scenario in self.scenarios:
            record = run_replication(scenario, self.seed, replication, stopped=stopped)
            keep = self.keep_contacts or (replication == 0 and not record.incomplete)
            summaries = summarise(record, scenario, batches=self.batches)
            found.append(_Run(summaries=summaries, record=record if keep else None))
        return found


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
    keep_contacts: bool = False,
    jobs: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
    stopped: Stopped | None = None,
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
        keep_contacts: whether every contact of every replication is kept, for the result's
            `contact_columns`; about 100 bytes each.
        jobs: how many processes.
        executor: where to run, instead of processes.
        progress: told how many replications are done, and planned.
        stopped: asked now and then; true ends it with a partial result.

    Raises:
        InvalidValueError: no scenario; a value out of range; a policy that processes cannot
            be sent.

    Cost: replications x that of `run_replication`, divided by the processors there are.

    Example:
        >>> from omniqueue.sim import Group, Stream
        >>> calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="50s")
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=3600)
        >>> simulate(desk, replications=2, seed=1).replications
        2
    """
    changes = {"order": order, "selection": selection}
    changes = {name: policy for name, policy in changes.items() if policy is not None}
    scenario = check_scenario(scenario)
    scenario = attrs.evolve(scenario, **changes) if changes else scenario  # type: ignore[arg-type]
    nothing = attrs.evolve(
        nothing_yet(scenario, seed=seed, confidence=confidence, batches=batches),
        precision=precision,
        records=() if truth("keep_contacts", keep_contacts) else None,
    )
    goal = first_goal(scenario, replications, precision)

    excess = partial(_excess, precision) if precision else None
    with Workers(jobs, executor, stopped, progress) as workers:
        [result] = replicate([nothing], goal, workers, excess)
    return result


def _excess(precision: float, results: Results) -> float:
    [result] = results
    return result.estimate("mean_wait_all").relative_half_width / precision


def nothing_yet(
    scenario: Scenario, *, seed: int | None, confidence: float, batches: int = 1
) -> SimulationResult:
    """Return the result before the first replication; arguments as of `simulate`."""
    return SimulationResult(
        scenario=scenario,
        summaries=(),
        seed=whole("seed", scenario.seed if seed is None else seed, 0, SEED_MAX),
        replications=0,
        batches=whole("batches", batches, 1, BATCHES_MAX),
        confidence=check_confidence(confidence),
        order=order_of(scenario.order).name,
        selection=selection_of(scenario.selection).name,
    )


def first_goal(scenario: Scenario, replications: int | None, precision: float | None) -> int:
    """Return how many replications to begin with, or refuse the numbers.

    Raises:
        InvalidValueError: a number out of range.
    """
    goal = scenario.replications if replications is None else replications
    goal = whole("replications", goal, 1, REPLICATIONS_MAX)
    if precision is None:
        return goal
    if not 0.0001 <= instant("precision", precision) < 1:
        raise InvalidValueError("precision", precision, "a share, as 0.05")
    return min(max(goal, _FIRST_ROUND), PRECISION_REPLICATIONS_MAX)


def replicate(results: Results, goal: int, workers: Workers, excess: Excess | None) -> Results:
    """Add replications to results, up to a goal and, if wanted, a precision.

    Replication k of every result meets the same customers, if the seeds are the same. A part of
    a replication says nothing of days: it is kept only where it is all that one result has.

    Args:
        results: one or several, of as many replications.
        goal: how many replications.
        workers: where they run.
        excess: how many times too wide the interval in question still is; None: no precision
            is asked for.

    Cost: that of `run_replication` for each replication and result.
    """
    while True:
        results = _more(results, goal, workers)
        if results[0].incomplete or excess is None or goal >= PRECISION_REPLICATIONS_MAX:
            return results
        ratio = excess(results)
        if not ratio > 1:  # or there is nothing to measure
            return results
        # The number goes by the square of what is missing, and a little more.
        wanted = ceil(1.1 * goal * ratio**2) if isfinite(ratio) else 4 * goal
        goal = min(max(goal + 1, min(wanted, 4 * goal)), PRECISION_REPLICATIONS_MAX)


def _more(results: Results, goal: int, workers: Workers) -> Results:
    """Return the results with as many replications as wanted, or fewer when stopped."""
    first = results[0]
    task = _Task(
        scenarios=tuple(sendable(each.scenario) for each in results),
        seed=first.seed,
        batches=first.batches,
        keep_contacts=first.records is not None,
    )
    runs: list[list[_Run]] = []
    done, cut = first.replications, False
    for found in workers.map(task, range(done, goal)):
        cut = any(run.incomplete for run in found)
        if cut and (done or len(found) > 1 or not found[0].summaries):
            break
        runs.append(found)
        done += 1
        if cut:
            break
    return [
        attrs.evolve(
            result,
            summaries=(*result.summaries, *(each for run in of_it for each in run.summaries)),
            replications=done,
            incomplete=cut or done < goal,
            first_record=result.first_record or _first_record(of_it),
            records=None if result.records is None else (*result.records, *_records(of_it)),
        )
        for place, result in enumerate(results)
        for of_it in [[found[place] for found in runs]]
    ]


def _first_record(runs: Sequence[_Run]) -> ReplicationRecord | None:
    """Return the record of the first replication, if it is whole."""
    record = runs[0].record if runs else None
    return None if record is None or record.replication or record.incomplete else record


def _records(runs: Sequence[_Run]) -> list[ReplicationRecord]:
    return [run.record for run in runs if run.record is not None]
