"""Comparisons: two ways to run a centre, on the same customers, pair by pair.

Both are simulated under one seed, so that replication k of one meets the customers of replication
k of the other (common random numbers). What is left of the difference is the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan, nan, sqrt
from typing import Final, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import ArrayLike

from omniqueue.errors import InvalidValueError
from omniqueue.model.event import JsonValue
from omniqueue.model.json_values import json_fields, json_value
from omniqueue.policy.order import order_text
from omniqueue.sim.runs.estimates import Estimate, student_t
from omniqueue.sim.runs.replications import Results, first_goal, nothing_yet, replicate
from omniqueue.sim.runs.results import FORMULAS, SimulationResult
from omniqueue.sim.runs.workers import Executor, Progress, Stopped, Workers
from omniqueue.sim.scenarios.scenario import Scenario, check_scenario

FORMAT: Final = "omniqueue-comparison/2"

Of: TypeAlias = Literal["channel", "total", "group"]

# Whether more of it is better (1), less is (-1), or neither (0).
COMPARED: Final[Mapping[str, int]] = {
    "mean_wait_all": -1,
    "service_level": 1,
    "abandonment": -1,
    "occupancy": 0,
}


@attrs.frozen(kw_only=True)
class Difference:
    """What one measure says of two ways: A, B, and B - A.

    Args:
        measure: a key of `COMPARED`; waits in seconds, the others shares.
        of: whether `name` is a channel, "total" or an agent group.
        name: which; "all" for all.
        first: the measure of A.
        second: that of B.
        change: B - A, with its own interval.
        joint: B - A, with the interval that holds for all differences of the comparison at once
            (Bonferroni).

    Example:
        >>> far = Estimate(-9.0, -12.0, -6.0)
        >>> found = Difference(measure="mean_wait_all", of="channel", name="phone",
        ...                    first=Estimate(20.0), second=Estimate(11.0), change=far, joint=far)
        >>> found.shown, found.better
        (True, 'B')
    """

    measure: str
    of: Of
    name: str
    first: Estimate
    second: Estimate
    change: Estimate
    joint: Estimate

    @property
    def shown(self) -> bool:
        """Whether there is a difference beyond chance: 0 lies outside the joint interval."""
        return self.joint.low > 0 or self.joint.high < 0

    @property
    def better(self) -> str | None:
        """Which is better, "A" or "B"; None: not shown, or neither is good in itself."""
        sign = COMPARED[self.measure]
        if not sign or not self.shown:
            return None
        return "B" if self.change.value * sign > 0 else "A"

    def to_dict(self) -> dict[str, JsonValue]:
        """Return it as JSON types. Cost: O(1)."""
        return {**json_fields(self), "shown": self.shown, "better": self.better}


@attrs.frozen(kw_only=True, eq=False)
class Comparison:
    """Two ways to run a centre, compared pair by pair.

    Args:
        first: what was simulated of A.
        second: what was simulated of B, on the same customers.
        confidence: the level of all intervals, and of all joint ones together.
        precision: the half width asked for, as a share of A's mean wait; None: none was.

    Example:
        >>> from omniqueue.sim import Group, Stream
        >>> calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="50s")
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=3600)
        >>> [each.measure for each in compare(desk, desk, replications=2).differences]
        ['mean_wait_all', 'occupancy']
    """

    first: SimulationResult
    second: SimulationResult
    confidence: float = 0.95
    precision: float | None = None
    differences: tuple[Difference, ...] = attrs.field(init=False)

    @differences.default
    def _compared(self) -> tuple[Difference, ...]:
        asked = _asked(self.first.scenario, self.second.scenario)
        joint = 1 - (1 - self.confidence) / len(asked)
        return tuple(self._difference(measure, of, name, joint) for measure, of, name in asked)

    def _difference(self, measure: str, of: Of, name: str, joint: float) -> Difference:
        kind = {} if of == "total" else {of: name}
        a, b = self.first.units(measure, **kind), self.second.units(measure, **kind)
        return Difference(
            measure=measure,
            of=of,
            name=name,
            first=self.first.estimate(measure, **kind),
            second=self.second.estimate(measure, **kind),
            change=paired_difference(a, b, confidence=self.confidence),
            joint=paired_difference(a, b, confidence=joint),
        )

    @property
    def replications(self) -> int:
        """How many pairs of replications there are."""
        return self.first.replications

    @property
    def incomplete(self) -> bool:
        """Whether it is a partial result."""
        return self.first.incomplete

    @property
    def same(self) -> bool:
        """Whether no measure differs in any replication."""
        return all(
            each.change.value == 0 == each.change.half_width or isnan(each.change.value)
            for each in self.differences
        )

    def difference(self, measure: str, name: str = "all") -> Difference:
        """Return the difference in a measure.

        Args:
            measure: a key of `COMPARED`.
            name: of which channel (of which group, for the occupancy).

        Raises:
            InvalidValueError: it was not compared.

        Cost: O(differences).
        """
        for found in self.differences:
            if (found.measure, found.name) == (measure, name):
                return found
        names = [f"{each.measure} of {each.name}" for each in self.differences]
        raise InvalidValueError("difference", f"{measure} of {name}", ", ".join(names))

    def to_dict(self) -> dict[str, JsonValue]:
        """Return everything as JSON types, as `omniqueue compare --json` prints it.

        Keys: `format`; `title`, `seed`, `replications` (pairs), `confidence`, `comparisons` (the
        number of differences, by which the joint intervals are adjusted), `precision`,
        `incomplete`; `first` and `second` (A and B: `order`, `selection`, `groups`: a list of
        `name`, `size` and `agents`, signed in on average); `differences`: a list of `measure`,
        `of`, `name`, `first`, `second`, `change`, `joint`, `shown`, `better`; `formulas`. An
        estimate is {"value", "low", "high"}, waits in seconds, the others shares; null: nothing
        to measure, or fewer than two pairs.

        Cost: O(differences).
        """
        return {
            "format": FORMAT,
            "title": self.first.scenario.title,
            "seed": self.first.seed,
            "replications": self.replications,
            "comparisons": len(self.differences),
            "incomplete": self.incomplete,
            **json_fields(self, "first", "second"),
            "first": _way_json(self.first),
            "second": _way_json(self.second),
            "formulas": {
                **{name: FORMULAS[name] for name in COMPARED if name in FORMULAS},
                "change": "B - A, pair by pair: Student t, ratios by the delta method",
                "joint": "as change, at the confidence 1 - (1 - confidence) / comparisons",
            },
        }


def paired_difference(
    first: tuple[ArrayLike, ArrayLike],
    second: tuple[ArrayLike, ArrayLike],
    *,
    confidence: float = 0.95,
) -> Estimate:
    """Return the difference of two ratios of means over paired units, with its interval.

    With denominators of 1 this is the paired t interval. Source: Law, Simulation Modeling and
    Analysis (2015), section 10.2.1; ratios by the delta method: Asmussen and Glynn, Stochastic
    Simulation (2007), section III.3.

    Args:
        first: numerators and denominators of A, one for each unit, shape (n,) both.
        second: those of B, unit by unit on the same customers.
        confidence: the level of the interval.

    Cost: O(n).

    Example:
        >>> ones = [1.0, 1.0, 1.0]
        >>> found = paired_difference(([1.0, 5.0, 3.0], ones), ([3.0, 7.0, 6.0], ones))
        >>> round(found.value, 4), round(found.half_width, 4)
        (2.3333, 1.4342)
    """
    ratios, rests = [], []
    for x, y in (first, second):
        numerators, denominators = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        total = float(np.sum(denominators))
        if not total > 0:
            return Estimate(nan)
        ratio = float(np.sum(numerators)) / total
        ratios.append(ratio)
        rests.append((numerators - ratio * denominators) / (total / len(denominators)))
    value = ratios[1] - ratios[0]
    if len(rests[0]) != len(rests[1]):
        raise InvalidValueError("second", len(rests[1]), f"{len(rests[0])} units, in pairs")
    rest, units = rests[1] - rests[0], len(rests[0])
    if units < 2:
        return Estimate(value)
    error = sqrt(float(np.sum(rest * rest)) / (units - 1) / units)
    half = student_t(confidence, units - 1) * error
    return Estimate(value, value - half, value + half)


def compare(
    scenario: Scenario,
    other: Scenario,
    *,
    replications: int | None = None,
    precision: float | None = None,
    confidence: float = 0.95,
    seed: int | None = None,
    jobs: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
    stopped: Stopped | None = None,
) -> Comparison:
    """Simulate two scenarios on the same customers and return their differences.

    Compared are, by channel and in all: the mean wait (of all let in, answered or not), the
    service level where there is a target, abandonment where anybody gives up; and the occupancy,
    of each group that both have and of all agents.

    Args:
        scenario: A.
        other: B: the same scenario with another order, selection, staffing or anything else
            (`attrs.evolve`). Streams of the same name meet the same customers.
        replications: how many pairs; None: as A says. With a precision: the least number.
        precision: go on until the half width of the difference in the mean wait of all contacts
            is this share of A's mean wait, as 0.05; at most 10,000 pairs.
        confidence: the level of all intervals.
        seed: the seed of both; None: A's.
        jobs: how many processes; the result is the same.
        executor: where to run, instead of processes.
        progress: told how many pairs are done, and planned.
        stopped: asked now and then; true ends it with a partial result of whole pairs.

    Raises:
        InvalidValueError: no scenario; a value out of range; no channel in common; another
            horizon.

    Cost: 2 x replications x that of `run_replication`, divided by the processors there are.

    Example:
        >>> from omniqueue.sim import Group, Stream
        >>> calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="50s")
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=36000)
        >>> more = attrs.evolve(desk, groups=[Group("desk", count=2)])
        >>> compare(desk, more, replications=5, seed=1).difference("mean_wait_all", "phone").better
        'B'
    """
    _check_pair(check_scenario(scenario), check_scenario(other, "other"))
    goal = first_goal(scenario, replications, precision)
    one = nothing_yet(scenario, seed=seed, confidence=confidence)
    two = nothing_yet(other, seed=one.seed, confidence=confidence)

    def excess(results: Results) -> float:
        mean = results[0].estimate("mean_wait_all").value
        units = (each.units("mean_wait_all") for each in results)
        half = paired_difference(*units, confidence=confidence).half_width
        return half / (precision * mean) if precision and mean > 0 else nan

    with Workers(jobs, executor, stopped, progress) as workers:
        one, two = replicate([one, two], goal, workers, excess if precision else None)
    return Comparison(first=one, second=two, confidence=confidence, precision=precision)


def _check_pair(first: Scenario, second: Scenario) -> None:
    for name in ("horizon_seconds", "warm_up_seconds"):
        mine, theirs = getattr(first, name), getattr(second, name)
        if mine != theirs:
            raise InvalidValueError(f"{name} of B", theirs, f"that of A, {mine:g}")
    if not _channels(first, second):
        raise InvalidValueError("channels of B", "others", "one that A has as well")


def _channels(first: Scenario, second: Scenario) -> list[str]:
    theirs = {stream.channel for stream in second.streams}
    names = dict.fromkeys(stream.channel for stream in first.streams)
    return [name for name in names if name in theirs]


def _asked(first: Scenario, second: Scenario) -> list[tuple[str, Of, str]]:
    """Return what is compared; it depends on the scenarios only, not on what is found."""
    found: list[tuple[str, Of, str]] = []
    channels = _channels(first, second)
    several: list[tuple[Of, str]] = [("channel", name) for name in channels]
    if len(channels) > 1 or any(
        stream.channel not in channels for each in (first, second) for stream in each.streams
    ):
        several.append(("total", "all"))
    for of, name in several:
        found.append(("mean_wait_all", of, name))
        sides = [
            [(each, s) for s in each.streams if of == "total" or s.channel == name]
            for each in (first, second)
        ]
        promised = all(any(each.target_of(s) is not None for each, s in side) for side in sides)
        # In all it would be the same once more, where one channel has targets.
        if promised and (of != "total" or [each[0] for each in found].count("service_level") > 1):
            found.append(("service_level", of, name))
        if any(s.patience is not None for side in sides for _, s in side):
            found.append(("abandonment", of, name))
    # Where nobody is, there is no occupancy.
    groups, theirs = (
        [group.name for group in each.groups if group.size] for each in (first, second)
    )
    if max(len(groups), len(theirs)) > 1:
        found += [("occupancy", "group", name) for name in groups if name in theirs]
    return [*found, ("occupancy", "group", "all")] if groups and theirs else found


def _way_json(result: SimulationResult) -> dict[str, JsonValue]:
    groups = [
        {
            "name": group.name,
            "size": group.size,
            "agents": json_value(result.estimate("agents", group=group.name).value),
        }
        for group in result.scenario.groups
    ]
    return {"order": order_text(result.order), "selection": result.selection, "groups": [*groups]}
