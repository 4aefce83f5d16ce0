"""Staffing by numbers: groups of another size, their planned hours, and a start from Erlang."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush
from math import ceil, inf, isfinite
from typing import Final

import attrs
import numpy as np

from omniqueue.centre.chance import Chance
from omniqueue.centre.groups import AGENTS_MAX, COME, LEVEL, RETURN, Group
from omniqueue.centre.times import Floats
from omniqueue.centre.week import DAY_SECONDS, WEEK_SECONDS
from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import whole
from omniqueue.sim.scenarios.arrivals import Trace
from omniqueue.sim.scenarios.scenario import Scenario, Stream
from omniqueue.sim.studies.targets import Target
from omniqueue.theory import agents_for_erlang_a, agents_for_erlang_c, square_root_agents

_BETA: Final = 1.0  # of the square-root rule, where no target says more
_SHARE_MAX: Final = 0.9999  # formulas know no certainty


def resized(group: Group, agents: int) -> Group:
    """Return a group with another number of agents in all, of the same shape.

    A group that is always there has that many. Shifts share them in the proportion of their
    counts, by the divisor method of Webster, so that one agent more takes none from any shift.
    Levels: the highest has that many, the others in proportion, rounded up.

    Args:
        group: the group.
        agents: how many agents in all (int from 0).

    Raises:
        InvalidValueError: no such number.

    Cost: O(agents x log(shifts)), or O(levels).

    Example:
        >>> from omniqueue.sim import ShiftPlan
        >>> group = Group("desk", shifts=[ShiftPlan(count=4), ShiftPlan(count=2)])
        >>> [shift.count for shift in resized(group, 9).shifts]
        [6, 3]
    """
    whole(f"agents of {group.name}", agents, 0, AGENTS_MAX)
    if agents == group.size:
        return group
    if group.levels:
        most = group.size
        levels = [
            attrs.evolve(level, count=-(-level.count * agents // most) if most else agents)
            for level in group.levels
        ]
        return attrs.evolve(group, levels=levels)
    if not group.shifts:
        return attrs.evolve(group, count=agents)
    counts = _seats([group.shift_count(shift) for shift in group.shifts], agents)
    shifts = [
        attrs.evolve(shift, count=count) for shift, count in zip(group.shifts, counts, strict=True)
    ]
    return attrs.evolve(group, shifts=shifts)


def _seats(weights: Sequence[int], seats: int) -> list[int]:
    """Return so many seats by weight: each goes to the greatest weight / (2 x seats + 1)."""
    found = [0] * len(weights)
    if not any(weights):
        weights = [1] * len(weights)
    heap: list[tuple[float, int]] = []
    for place, weight in enumerate(weights):
        if weight:
            heappush(heap, (1 / weight, place))
    for _ in range(seats):
        _, place = heappop(heap)
        found[place] += 1
        heappush(heap, ((2 * found[place] + 1) / weights[place], place))
    return found


def staffed(scenario: Scenario, agents: Mapping[str, int]) -> Scenario:
    """Return a scenario with other numbers of agents, by the name of the group; see `resized`.

    Raises:
        InvalidValueError: no such group or number.

    Example:
        >>> calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="50s")
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")])
        >>> staffed(desk, {"desk": 3}).groups[0].count
        3
    """
    check_groups(scenario, agents)
    groups = [
        resized(group, agents[group.name]) if group.name in agents else group
        for group in scenario.groups
    ]
    return attrs.evolve(scenario, groups=groups)


def check_groups(scenario: Scenario, named: Iterable[str]) -> None:
    """Refuse names that no agent group of a scenario has.

    Raises:
        InvalidValueError: no such group.

    Cost: O(groups x names).
    """
    names = [group.name for group in scenario.groups]
    for name in named:
        if name not in names:
            raise InvalidValueError("group", name, f"one of {', '.join(names)}")


def planned_seconds(group: Group, edges: Floats) -> Floats:
    """Return for how long agents are signed in by plan, all agents together, between edges.

    Breaks are not counted; that some do not come (`shrinkage`) is not deducted.

    Args:
        group: the group.
        edges: instants of the simulated clock, in order, shape (n + 1,).

    Returns:
        Agent-seconds, shape (n,).

    Cost: O(days x agents).

    Example:
        >>> planned_seconds(Group("desk", count=2), np.array([0.0, 3600.0])).tolist()
        [7200.0]
    """
    days = max(1, ceil(float(edges[-1]) / DAY_SECONDS))
    times, steps = [0.0], [0]
    there, present = 0, set[int]()
    for at, kind, which in attrs.evolve(group, shrinkage=0.0).changes(Chance(0), days):
        if kind == LEVEL:
            now = which
        else:
            (present.add if kind in (COME, RETURN) else present.discard)(which)
            now = len(present)
        times.append(at)
        steps.append(now - there)
        there = now
    at_times, levels = np.array(times), np.cumsum(steps)
    areas = np.concatenate(([0.0], np.cumsum(levels[:-1] * np.diff(at_times))))
    place = np.searchsorted(at_times, edges, side="right") - 1
    before: Floats = areas[place] + levels[place] * (edges - at_times[place])
    return np.diff(before)


def erlang_start(scenario: Scenario, targets: Sequence[Target]) -> dict[str, int]:
    """Return numbers of agents by group to begin a search with.

    The load of each stream is shared by the groups that can serve it, by who is planned to be
    there. What may wait for longer than an interval of the scenario (or has no target) is spread
    over all staffed hours. Each group then gets, for the interval in which its load by planned
    agent is greatest, what Erlang C asks for its strictest target (Erlang A, where all its
    customers with a target give up some day), or load + sqrt(load) without a target; more by
    its shrinkage.

    Args:
        scenario: the scenario; its numbers of agents only say who is there when.
        targets: the targets.

    Cost: O(streams x groups x intervals of a week).

    Example:
        >>> from omniqueue.sim.studies.targets import parse_target
        >>> from omniqueue.sim import Exponential
        >>> calls = Stream(
        ...     "calls", channel="phone", arrivals="90 per hour", handling=Exponential(240)
        ... )
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")])
        >>> erlang_start(desk, [parse_target("phone 80% in 20s")])
        {'desk': 9}
    """
    length = scenario.interval_seconds
    cycle = min(scenario.horizon_seconds, float(WEEK_SECONDS))
    edges = np.append(np.arange(0.0, cycle, length), cycle)
    empty = all(group.size == 0 for group in scenario.groups)
    plans = [resized(group, 1) if empty else group for group in scenario.groups]
    there = np.array([planned_seconds(group, edges) for group in plans]) / np.diff(edges)
    quick = [
        any(each.concerns(stream) and (each.seconds or 0.0) <= length for each in targets)
        for stream in scenario.streams
    ]
    found = {}
    for place, group in enumerate(scenario.groups):
        rates, loads = np.zeros((2, len(scenario.streams), len(edges) - 1))
        for number, stream in enumerate(scenario.streams):
            able = np.array([_serves(each, stream, scenario) for each in scenario.groups])
            if not able[place]:
                continue
            arrived = _expected(stream, edges)
            together = there[able].sum(axis=0)
            mine = np.divide(there[place], together, where=together > 0, out=0 * together)
            if quick[number]:
                rate = arrived / np.diff(edges) * mine
            else:
                staffed_seconds = max(float(np.sum(together * np.diff(edges))), length)
                rate = arrived.sum() / staffed_seconds * there[place]
            rates[number] = rate
            loads[number] = rate * _work(scenario, stream, group)
        found[group.name] = _agents_of(
            scenario, group, targets, (rates, loads, there[place] / max(plans[place].size, 1))
        )
    return found


def _serves(group: Group, stream: Stream, scenario: Scenario) -> bool:
    channel = scenario.all_channels()[stream.channel]
    return (
        (group.channels is None or stream.channel in group.channels)
        and group.cost_of(channel) <= group.capacity
        and group.limits.get(stream.channel, 1) > 0
        and group.pattern().skills.covers(stream.contact("probe").needs)
    )


def _expected(stream: Stream, edges: Floats) -> Floats:
    if isinstance(stream.arrivals, Trace):
        return np.histogram(np.array(stream.arrivals.times), edges)[0].astype(float)
    return np.diff([stream.arrivals.expected(edge) for edge in edges.tolist()])


def _work(scenario: Scenario, stream: Stream, group: Group) -> float:
    """Return how long a contact takes one agent of a group at full use, in seconds."""
    if stream.handling is not None:
        handling = stream.handling.mean_seconds
    else:
        assert isinstance(stream.arrivals, Trace)
        handling = float(np.mean(stream.arrivals.handling or (0.0,)))
    channel = scenario.all_channels()[stream.channel]
    after = group.wrap_up_seconds.get(channel.name, channel.wrap_up_seconds) or 0.0
    if stream.wrap_up is not None:
        after = stream.wrap_up.mean_seconds
    whole_agent = group.cost_of(channel) / max(group.capacity, 1)
    return (handling / group.speed_for(stream.name) + after) * whole_agent


def _agents_of(
    scenario: Scenario,
    group: Group,
    targets: Sequence[Target],
    plan: tuple[Floats, Floats, Floats],
) -> int:
    """Return the agents for a group's busiest interval: rates, loads by stream, presence."""
    rates, loads, present = plan
    load = loads.sum(axis=0)
    by_agent = np.divide(load, present, where=present > 0, out=np.zeros(len(load)))
    busiest = int(np.argmax(by_agent))
    if not by_agent[busiest] > 0:
        return 0
    rate = float(rates[:, busiest].sum())
    service = rate / float(load[busiest])
    served = [
        (stream, float(rates[number, busiest]))
        for number, stream in enumerate(scenario.streams)
        if rates[number, busiest] > 0
    ]
    mine = [each for each in targets if any(each.concerns(stream) for stream, _ in served)]
    if mine:
        patience = _patience(served, mine)
        asked = max(_needed(target, rate, service, patience) for target in mine)
    else:
        asked = square_root_agents(arrival_rate=rate, service_rate=service, beta=_BETA)
    coming = float(present[busiest]) * max(1 - group.shrinkage, 0.01)
    return min(ceil(asked / coming - 1e-9), AGENTS_MAX)


def _patience(served: Sequence[tuple[Stream, float]], targets: Sequence[Target]) -> float:
    """Return the mean patience of customers with a target, by their rates."""
    parts = [
        (stream.patience, part)
        for stream, part in served
        if any(target.concerns(stream) for target in targets)
    ]
    total = sum(part * (inf if law is None else law.mean_seconds) for law, part in parts)
    return total / sum(part for _, part in parts)


def _needed(target: Target, rate: float, service: float, patience: float) -> int:
    """Return how many agents one target asks for by Erlang A or C, by the square root else."""
    within = 0.0 if target.share is None else target.seconds or 0.0
    goals = {"mean_wait": "mean_wait", "abandonment": "p_abandon"}
    goal = {goals.get(target.kind, "service_level"): target.limit}
    if target.share is not None:
        goal = {name: min(share, _SHARE_MAX) for name, share in goal.items()}
    try:
        if isfinite(patience) and patience > 0:
            return agents_for_erlang_a(
                arrival_rate=rate,
                service_rate=service,
                patience_rate=1 / patience,
                service_level_time=within,
                **goal,
            ).agents
        if target.kind != "abandonment":
            return agents_for_erlang_c(
                arrival_rate=rate, service_rate=service, service_level_time=within, **goal
            ).agents
    except InvalidValueError:
        pass  # beyond what the formulas can compute: the rule of thumb begins as well
    return square_root_agents(arrival_rate=rate, service_rate=service, beta=_BETA)
