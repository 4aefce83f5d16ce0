"""Staffing plans: the staffing that a search has found, with the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import attrs

from omniqueue.model.event import JsonValue
from omniqueue.model.json_values import json_fields
from omniqueue.sim.scenarios.scenario import Scenario
from omniqueue.sim.studies.targets import Target, TargetOutcome

FORMAT: Final = "omniqueue-staffing/2"

Phase: TypeAlias = Literal["start", "bounds", "grow", "shrink", "exchange"]


@attrs.frozen(kw_only=True)
class Evaluation:
    """A staffing that was simulated.

    Args:
        agents: group to number of agents in all.
        agent_hours: signed in by plan before the horizon (breaks not counted, shrinkage not
            deducted), of all groups.
        cost: the agent-hours, each at the cost of its group.
        replications: of how many replications.
        outcomes: how the targets fare.
        phase: at which step of the search.
        taken: whether the search went on from here.

    Example:
        >>> Evaluation(agents={"desk": 3}, agent_hours=24.0, cost=24.0, replications=20,
        ...            outcomes=(), phase="start").met
        True
    """

    agents: Mapping[str, int]
    agent_hours: float
    cost: float
    replications: int
    outcomes: tuple[TargetOutcome, ...]
    phase: Phase
    taken: bool = False

    @property
    def met(self) -> bool:
        """Whether all targets are met."""
        return all(each.met for each in self.outcomes)

    @property
    def failing(self) -> tuple[TargetOutcome, ...]:
        """The targets that are not met."""
        return tuple(each for each in self.outcomes if not each.met)

    def to_dict(self) -> dict[str, JsonValue]:
        """Return it as JSON types. Cost: O(groups + targets)."""
        return {**json_fields(self), "met": self.met}


@attrs.frozen(kw_only=True, eq=False)
class StaffingPlan:
    """The staffing that was found, with the evidence.

    Args:
        scenario: the scenario with that staffing.
        targets: what was to be met.
        best: the staffing; where the targets are not met, the nearest that was tried last
            (all bounds exhausted); None: stopped before any met them.
        neighbours: the staffings with one agent less, by group; groups of none have none.
        trail: every staffing that was simulated, in order.
        start: the agents by group from Erlang.
        most: the most agents by group that might be used.
        costs: the cost of an agent-hour by group.
        seed: the seed of all of them.
        replications: of the last search.
        confidence: the level of the intervals.
        incomplete: whether the search was stopped.

    Example:
        >>> from omniqueue.sim import Group, Stream, find_staffing
        >>> calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="50s")
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=36000)
        >>> plan = find_staffing(desk, ["phone 80% in 20s"], replications=5, seed=1)
        >>> plan.met, dict(plan.agents)
        (True, {'desk': 2})
    """

    scenario: Scenario
    targets: tuple[Target, ...]
    best: Evaluation | None
    neighbours: Mapping[str, Evaluation]
    trail: tuple[Evaluation, ...]
    start: Mapping[str, int]
    most: Mapping[str, int]
    costs: Mapping[str, float]
    seed: int
    replications: int
    confidence: float
    incomplete: bool = False

    @property
    def met(self) -> bool:
        """Whether the staffing meets all targets with all replications."""
        return (
            self.best is not None and self.best.met and self.best.replications == self.replications
        )

    @property
    def agents(self) -> Mapping[str, int]:
        """Group to number of agents of the staffing found; empty: none was."""
        return {} if self.best is None else self.best.agents

    def to_dict(self) -> dict[str, JsonValue]:
        """Return everything as JSON types, as `omniqueue staff --json` prints it.

        Keys: `format`; `title`, `seed`, `replications`, `confidence`, `incomplete`, `met`;
        `targets` (texts); `start`, `most` (agents by group), `costs` (by group); `best` (null:
        none), `neighbours` (group to the staffing with one agent less there), `trail` (a list).
        A staffing is `agents` (group to number), `agent_hours`, `cost`, `replications`, `met`,
        `phase`, `taken`, and `outcomes`: a list of `target`, `value`, `low`, `high`, `met`,
        `missing` (shares; null: nothing to measure, or no interval).

        Cost: O(length of the trail).
        """
        return {
            "format": FORMAT,
            "title": self.scenario.title,
            "met": self.met,
            **json_fields(self, "scenario", "targets"),
            "targets": [target.text for target in self.targets],
        }
