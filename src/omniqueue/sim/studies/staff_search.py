"""The cheapest staffing that meets targets, searched by simulation on the same customers.

Theory of operation. A point is a number of agents for each group. Every point is simulated under
one seed (common random numbers), so that points differ by their staffing only, and none is
simulated twice. The search is fixed in advance and leaves nothing to chance:

1. Start from Erlang (`erlang_start`). If that fails, try the bounds at once: if all agents that
   may be there do not meet the targets, nothing does.
2. A first search with a quarter of the replications, by the estimates themselves:
   grow (add 1, 2, 4 ... agents to the group in which they bring most for their cost, until the
   targets are met), shrink (take 2**k ... 4, 2, 1 agents from the group where that saves most and
   the targets stay met), exchange (one or two agents of one group for one of another, where that
   is cheaper).
3. The same with all replications and with the worse ends of the intervals: grow, then shrink by
   one agent at a time, until no group can do with one agent less.

So the last point meets every target, and each of its neighbours with one agent less fails at least
one: it is a local optimum. It is the cheapest of all only as far as service gets better with every
agent and no exchange of several agents is cheaper; that is not proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final, TypeAlias

import attrs
import numpy as np

from omniqueue.centre.chance import REPLICATIONS_MAX, SEED_MAX
from omniqueue.centre.groups import AGENTS_MAX
from omniqueue.centre.times import Floats
from omniqueue.model.checks import ABOVE_0, bounded, whole
from omniqueue.sim.runs.estimates import check_confidence
from omniqueue.sim.runs.workers import Executor, Progress, Stopped, Workers, sendable
from omniqueue.sim.scenarios.scenario import Scenario, check_scenario
from omniqueue.sim.studies import staff_start
from omniqueue.sim.studies.staffing_plan import Evaluation, Phase, StaffingPlan
from omniqueue.sim.studies.targets import Probe, Target, check_targets, outcomes_of

EXCHANGE_GROUPS_MAX: Final = 8  # with more groups, pairs of them are too many to try
COST_MAX: Final = 1e12
_FIRST_MIN, _FIRST_SHARE = 5, 4  # the first search: a quarter of the replications, 5 at least

_Point: TypeAlias = tuple[int, ...]


def find_staffing(
    scenario: Scenario,
    targets: Iterable[Target | str],
    *,
    costs: Mapping[str, float] | None = None,
    most: Mapping[str, int] | int | None = None,
    replications: int | None = None,
    confidence: float = 0.95,
    seed: int | None = None,
    jobs: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
    stopped: Stopped | None = None,
) -> StaffingPlan:
    """Search the cheapest numbers of agents by group that meet all targets.

    A target is met when the worse end of its two-sided interval is on the right side: the lower
    end of a service level, the upper end of abandonment. Groups keep their shape; see `resized`.

    Args:
        scenario: the scenario; its numbers of agents only give the groups their shape.
        targets: what is to be met, or texts as of `parse_target`.
        costs: what an agent-hour costs, by group; others: 1.
        most: the most agents of each group, by group or one for all; None, or not named: the
            greater of what it has and 4 times the start from Erlang + 20.
        replications: how many of the last search (int from 2); None: the scenario's.
        confidence: the level of the intervals.
        seed: the seed; None: the scenario's.
        jobs: how many processes; the result is the same.
        executor: where to run, instead of processes.
        progress: told how many replications of a staffing are done, and planned.
        stopped: asked now and then; true ends it with what was found so far.

    Raises:
        InvalidValueError: a value out of range, an unknown group or channel.

    Cost: some 10 to 100 staffings, most with a quarter of the replications.

    Example:
        >>> from omniqueue.sim import Group, Stream
        >>> calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="110s")
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=36000)
        >>> plan = find_staffing(desk, ["phone 80% in 20s"], replications=10, seed=1)
        >>> dict(plan.agents), dict(plan.start), plan.neighbours["desk"].met
        ({'desk': 4}, {'desk': 4}, False)
    """
    promised = check_targets(targets, check_scenario(scenario))
    goal = scenario.replications if replications is None else replications
    goal = whole("replications", goal, 2, REPLICATIONS_MAX)
    seed = whole("seed", scenario.seed if seed is None else seed, 0, SEED_MAX)
    start = staff_start.erlang_start(scenario, promised)
    bounds = _bounds(scenario, start, most)
    with Workers(jobs, executor, stopped, progress) as workers:
        search = _Search(
            scenario=scenario,
            targets=promised,
            costs=_costs(scenario, costs or {}),
            most=tuple(bounds.values()),
            seed=seed,
            confidence=check_confidence(confidence),
            workers=workers,
        )
        point = tuple(min(start[name], bound) for name, bound in bounds.items())
        try:
            search.run(point, goal)
        except _StoppedError:
            return search.plan(start, goal, incomplete=True)
    return search.plan(start, goal, incomplete=False)


def _bounds(
    scenario: Scenario, start: Mapping[str, int], most: Mapping[str, int] | int | None
) -> dict[str, int]:
    names = [group.name for group in scenario.groups]
    given = dict.fromkeys(names, most) if isinstance(most, int) else dict(most or {})
    staff_start.check_groups(scenario, given)
    usual = {
        group.name: min(max(group.size, 4 * start[group.name] + 20), AGENTS_MAX // len(names))
        for group in scenario.groups
    }
    found = {
        name: whole(f"most agents of {name}", bound, 0, AGENTS_MAX)
        for name, bound in given.items()
    }
    return {**usual, **found}


def _costs(scenario: Scenario, costs: Mapping[str, float]) -> dict[str, float]:
    staff_start.check_groups(scenario, costs)
    for name, value in costs.items():
        bounded(f"cost of {name}", value, ABOVE_0, COST_MAX, "a number above 0")
    return {group.name: float(costs.get(group.name, 1.0)) for group in scenario.groups}


class _StoppedError(Exception):
    """Raised when the caller asks to stop."""


@attrs.define(kw_only=True, eq=False)
class _Search:
    """A search under way: what was simulated, and where it stands."""

    scenario: Scenario
    targets: tuple[Target, ...]
    costs: dict[str, float]
    most: _Point
    seed: int
    confidence: float
    workers: Workers
    trail: dict[tuple[_Point, int], Evaluation] = attrs.field(factory=dict)
    _units: dict[_Point, list[Floats]] = attrs.field(factory=dict)
    _hours: dict[tuple[int, int], float] = attrs.field(factory=dict)
    _goal: int = 0  # replications of the search under way
    _cautious: bool = False
    _last: _Point = ()

    def run(self, point: _Point, goal: int) -> None:
        """Search; afterwards `plan` tells."""
        first = max(_FIRST_MIN, goal // _FIRST_SHARE)
        if first < goal:
            self._goal = first
            point = self._search(point, thorough=True)
        self._goal, self._cautious = goal, True
        self._search(point, thorough=first >= goal)

    def _search(self, point: _Point, *, thorough: bool) -> _Point:
        """Return the end of one search; a thorough one looks farther than one agent."""
        if not self._try(point, "start").met and thorough:
            if not self._try(self.most, "bounds").met:
                self._take(self.most)
                return self.most
        self._take(point)
        point, stride = self._grow(point)
        if thorough:
            stride = max(stride, _power(max(point) // 8))
        while True:
            point = self._shrink(point, stride)
            better = self._exchange(point) if thorough else point
            if better == point:
                return point
            point, stride = better, 1

    def plan(self, start: Mapping[str, int], goal: int, *, incomplete: bool) -> StaffingPlan:
        """Return what was found."""
        best = self._best(goal, incomplete=incomplete)
        return StaffingPlan(
            scenario=staff_start.staffed(self.scenario, {} if best is None else best.agents),
            targets=self.targets,
            best=best,
            neighbours={} if best is None or incomplete else self._neighbours(best),
            trail=tuple(self.trail.values()),
            start=start,
            most=dict(zip(self.costs, self.most, strict=True)),
            costs=self.costs,
            seed=self.seed,
            replications=goal,
            confidence=self.confidence,
            incomplete=incomplete,
        )

    def _best(self, goal: int, *, incomplete: bool) -> Evaluation | None:
        """Return where the search stands; when it was stopped, the cheapest that is sure."""
        if not incomplete:
            return self.trail[self._last, goal]
        sure = [each for each in self.trail.values() if each.met and each.replications == goal]
        return min(sure, key=lambda each: each.cost, default=None)

    def _neighbours(self, best: Evaluation) -> dict[str, Evaluation]:
        """Return the staffings with one agent less that were simulated as often."""
        point = tuple(best.agents.values())
        less = {name: _with(point, place, -1) for place, name in enumerate(best.agents)}
        tried = {name: self.trail.get((each, best.replications)) for name, each in less.items()}
        return {name: each for name, each in tried.items() if each is not None}

    def _grow(self, point: _Point) -> tuple[_Point, int]:
        """Add agents until the targets are met, or nobody is left to add."""
        stride = last = 1
        while not self._try(point, "grow").met:
            steps = [
                _with(point, place, min(stride, most - point[place]))
                for place, most in enumerate(self.most)
                if point[place] < most
            ]
            if not steps:
                return point, last
            fine = [step for step in steps if self._try(step, "grow").met]
            if fine:
                point = min(fine, key=self._cost)
            else:
                point = max(steps, key=partial(self._gain, point))
            self._take(point)
            last, stride = stride, 2 * stride
        return point, last

    def _gain(self, point: _Point, step: _Point) -> tuple[float, float]:
        """Return by how much a step lessens what is missing, and waits, for what it costs."""
        (short, waits), (still, waiting) = self._strain(point), self._strain(step)
        more = max(self._cost(step) - self._cost(point), 1e-9)
        # Far below the load no share moves yet, but waits do.
        return round(short - still, 3) / more, (waits - waiting) / more

    def _shrink(self, point: _Point, stride: int) -> _Point:
        """Take agents away as long as the targets stay met; in the end one by one."""
        while stride and self._try(point, "shrink").met:
            steps = [
                _with(point, place, -stride)
                for place, agents in enumerate(point)
                if agents >= stride
            ]
            # A neighbour that saves nothing (a shift outside of the horizon) still goes.
            for step in sorted(steps, key=self._cost):
                if self._try(step, "shrink").met:
                    point = step
                    self._take(point)
                    break
            else:
                stride //= 2
        return point

    def _exchange(self, point: _Point) -> _Point:
        """Return the first cheaper staffing with agents of one group for one of another."""
        groups = range(len(point))
        if len(point) > EXCHANGE_GROUPS_MAX or not self._try(point, "exchange").met:
            return point
        steps = [
            _with(_with(point, less, -number), more, 1)
            for number in (2, 1)
            for less in groups
            for more in groups
            if less != more and point[less] >= number and point[more] < self.most[more]
        ]
        cost = self._cost(point)
        for step in sorted(steps, key=self._cost):
            if self._cost(step) < cost * (1 - 1e-9) and self._try(step, "exchange").met:
                self._take(step)
                return step
        return point

    def _take(self, point: _Point) -> None:
        self._last = point
        key = (point, self._goal)
        if key in self.trail:
            self.trail[key] = attrs.evolve(self.trail[key], taken=True)

    def _try(self, point: _Point, phase: Phase) -> Evaluation:
        """Return how a staffing fares; what was simulated before is not simulated again."""
        key = (point, self._goal)
        known = self.trail.get(key)
        if known is None:
            units = self._simulated(point)
            known = self.trail[key] = Evaluation(
                agents=dict(zip(self.costs, point, strict=True)),
                agent_hours=sum(self._hours_of(place, n) for place, n in enumerate(point)),
                cost=self._cost(point),
                replications=self._goal,
                outcomes=outcomes_of(
                    self.targets,
                    np.array(units[: self._goal]),
                    confidence=self.confidence,
                    cautious=self._cautious,
                ),
                phase=phase,
            )
        return known

    def _simulated(self, point: _Point) -> list[Floats]:
        units = self._units.setdefault(point, [])
        if len(units) < self._goal:
            agents = dict(zip(self.costs, point, strict=True))
            scenario = staff_start.staffed(self.scenario, agents)
            probe = Probe(scenario=sendable(scenario), targets=self.targets, seed=self.seed)
            for found in self.workers.map(probe, range(len(units), self._goal)):
                if found is None:
                    break
                units.append(found)
        if len(units) < self._goal:
            raise _StoppedError
        return units

    def _strain(self, point: _Point) -> tuple[float, float]:
        """Return how far the targets are in all, and how long failing channels wait."""
        tried = self._try(point, "grow")
        sums = np.array(self._units[point][: self._goal]).sum(axis=0)
        waits = [
            float(sums[place, 2]) / max(float(sums[place, 3]), 1.0)
            for place, each in enumerate(tried.outcomes)
            if not each.met
        ]
        return sum(each.missing for each in tried.outcomes), sum(waits)

    def _cost(self, point: _Point) -> float:
        costs = self.costs.values()
        return sum(self._hours_of(place, point[place]) * cost for place, cost in enumerate(costs))

    def _hours_of(self, place: int, agents: int) -> float:
        key = (place, agents)
        if key not in self._hours:
            group = staff_start.resized(self.scenario.groups[place], agents)
            edges = np.array([0.0, self.scenario.horizon_seconds])
            self._hours[key] = float(staff_start.planned_seconds(group, edges)[0]) / 3600
        return self._hours[key]


def _with(point: _Point, place: int, more: int) -> _Point:
    return (*point[:place], point[place] + more, *point[place + 1 :])


def _power(number: int) -> int:
    """Return the greatest power of 2 up to a number, 1 at least."""
    return 1 << max(number.bit_length() - 1, 0)
