"""The result of `omniqueue staff` as text for people: the staffing, then the evidence."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from typing import Final

from omniqueue.report import formats
from omniqueue.report.tables import INCOMPLETE, Column, table_lines
from omniqueue.sim.studies.staffing_plan import Evaluation, StaffingPlan
from omniqueue.sim.studies.targets import TargetOutcome

_TRAIL_WORDS: Final = {
    "start": "start",
    "bounds": "all bounds",
    "grow": "add",
    "shrink": "take away",
    "exchange": "exchange",
}
_TARGETS: Final = (
    Column[TargetOutcome]("target", lambda each: each.target.text),
    Column[TargetOutcome]("simulated", lambda each: _said(each, each.estimate.value)),
    Column[TargetOutcome]("interval", lambda each: _interval(each)),
    Column[TargetOutcome]("what counts", lambda each: _said(each, each.bound)),
    Column[TargetOutcome]("", lambda each: "met" if each.met else _short(each)),
)


def staffing_lines(plan: StaffingPlan, *, brief: bool = False) -> Iterator[str]:
    """Yield a staffing plan as lines of text.

    Args:
        plan: what was found.
        brief: neither the neighbours nor the trail.

    Cost: O(length of the trail).
    """
    if plan.incomplete:
        yield INCOMPLETE
    if plan.scenario.title and not brief:
        yield plan.scenario.title
    yield from staffing_verdict(plan)
    if plan.best is not None:
        yield ""
        yield from table_lines(_TARGETS, plan.best.outcomes)
    if brief:
        return
    if plan.neighbours:
        yield ""
        yield "With one agent less (the worse ends of the intervals):"
        yield from _neighbours(plan)
    yield ""
    yield f"Every staffing that was simulated, in order (* taken); seed {plan.seed}"
    yield from _trail(plan)
    yield ""
    yield from _notes(plan)


def staffing_verdict(plan: StaffingPlan) -> list[str]:
    """Return what was found, in words.

    Args:
        plan: what was found.

    Cost: O(groups + targets).

    Example:
        >>> from omniqueue.sim import Group, Scenario, Stream, find_staffing
        >>> calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="110s")
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=36000)
        >>> plan = find_staffing(desk, ["phone 80% in 20s"], replications=10, seed=1)
        >>> print(*staffing_verdict(plan))
        desk 4: meets every target, 40 agent-hours, cost 40.
    """
    if plan.best is None:
        return ["Nothing was found before the run was stopped."]
    found = plan.best
    hours = f"{found.agent_hours:,.6g} agent-hours, cost {found.cost:,.6g}"
    if plan.met:
        lines = [f"{_agents(found)}: meets every target, {hours}."]
        if plan.incomplete:
            lines.append("Cheaper ones were not all tried.")
        return lines
    most = ", ".join(f"{name} {number}" for name, number in plan.most.items())
    lines = [f"No staffing within the bounds ({most}) was found that meets every target."]
    lines += [f"With {_agents(found)}: {_failure(each)}." for each in found.failing]
    return lines


def _agents(found: Evaluation) -> str:
    return ", ".join(f"{name} {number}" for name, number in found.agents.items())


def _failure(found: TargetOutcome) -> str:
    """Return how a target is missed, in words."""
    if isnan(found.bound):
        return f"{found.target.text} cannot be shown, nothing was measured"
    ends = "" if isnan(found.estimate.low) else f", {_interval(found)}"
    said = _said(found, found.estimate.value)
    return f"{found.target.text} fails by {_gap(found)} ({said}{ends}; its worse end counts)"


def _said(found: TargetOutcome, value: float) -> str:
    """Return a share, or a mean wait, as text."""
    waits = found.target.kind == "mean_wait"
    return formats.seconds(value) if waits else formats.share(value, 2)


def _interval(found: TargetOutcome) -> str:
    if found.target.kind == "mean_wait":
        return formats.interval(found.estimate, formats.seconds)
    return formats.share_interval(found.estimate, 2)


def _gap(found: TargetOutcome) -> str:
    if found.target.kind == "mean_wait":
        return formats.seconds(found.bound - found.target.limit)
    return f"{100 * found.missing:.2f} points"


def _short(found: TargetOutcome) -> str:
    waits = found.target.kind == "mean_wait" and not isnan(found.bound)
    return f"{_gap(found)} {'too long' if waits else 'short'}"


def _neighbours(plan: StaffingPlan) -> Iterator[str]:
    for name, each in plan.neighbours.items():
        why = "; ".join(_reason(outcome) for outcome in each.failing) or "meets every target"
        yield f"  {name} {each.agents[name]} (cost {each.cost:,.6g}): {why}"


def _reason(found: TargetOutcome) -> str:
    if isnan(found.bound):
        return f"{found.target.text} cannot be shown"
    text = f"{found.target.text} fails with {_said(found, found.bound)}"
    only = found.estimate_meets
    return text + (" (the estimate meets it, its interval does not)" if only else "")


def _trail(plan: StaffingPlan) -> list[str]:
    columns = (
        Column[Evaluation]("step", lambda each: _TRAIL_WORDS[each.phase]),
        Column[Evaluation]("agents", lambda each: _agents(each) + (" *" if each.taken else "")),
        Column[Evaluation]("cost", lambda each: f"{each.cost:,.6g}"),
        Column[Evaluation]("replications", lambda each: formats.number(each.replications)),
        *(_reached(place, target.text) for place, target in enumerate(plan.targets)),
        Column[Evaluation]("met", lambda each: "yes" if each.met else "no"),
    )
    return table_lines(columns, plan.trail)


def _reached(place: int, target: str) -> Column[Evaluation]:
    def text(each: Evaluation) -> str:
        found = each.outcomes[place]
        return _said(found, found.estimate.value)

    return Column(target, text)


def _notes(plan: StaffingPlan) -> Iterator[str]:
    sure = f"{100 * plan.confidence:g} %"
    yield (
        f"met: with all {plan.replications:,} replications, the worse end of the {sure} interval"
        " (two-sided) is on the right side; in the first search, with fewer, the estimate"
    )
    yield (
        "agent-hours: signed in by plan before the horizon (breaks not counted, shrinkage not"
        " deducted); cost: each at the cost of its group"
    )
    yield (
        "agents: in all; shifts share them in the proportion of the scenario's counts, levels by"
        " the highest"
    )
    if plan.met and not plan.incomplete:
        yield (
            "No group can do with one agent less. The staffing is the cheapest of all as far as"
            " service gets better with every agent and no exchange of several agents is cheaper;"
            " that is not proved."
        )
