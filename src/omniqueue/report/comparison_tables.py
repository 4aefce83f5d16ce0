"""The result of `omniqueue compare` as text for people: a verdict in words, then the numbers."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from textwrap import wrap
from typing import Final

from omniqueue.policy.order import order_text
from omniqueue.report.tables import text_table
from omniqueue.sim.calendar.durations import duration_text
from omniqueue.sim.runs.estimates import Estimate
from omniqueue.sim.runs.results import FORMULAS, SimulationResult
from omniqueue.sim.studies.comparison import MEASURES, Comparison, Difference

_WIDTH: Final = 96
_LABELS: Final = {
    "mean_wait_all": "mean wait of all",
    "service_level": "in target",
    "abandonment": "gave up",
    "occupancy": "occupancy",
}


def comparison_lines(comparison: Comparison, *, brief: bool = False) -> Iterator[str]:
    """Yield a comparison as lines of text.

    Args:
        comparison: what was compared.
        brief: only the verdict.

    Cost: O(differences).
    """
    if comparison.interrupted:
        yield "INTERRUPTED: this is a partial result"
    if not brief:
        yield from _head(comparison)
        yield ""
    for line in verdict_lines(comparison):
        yield from wrap(line, _WIDTH, subsequent_indent="  ")
    if brief or not comparison.replications:
        return
    yield ""
    yield from _table(comparison)
    yield ""
    yield "mean wait of all: " + FORMULAS["mean_wait_all"]
    yield "in target: " + FORMULAS["service_level"]
    yield "gave up: " + FORMULAS["abandonment"]
    yield "occupancy: " + FORMULAS["occupancy"]
    yield (
        "B - A: pair by pair on the same customers, Student t (ratios by the delta method);"
        " points: of a percentage"
    )


def verdict_lines(comparison: Comparison) -> list[str]:
    """Return what the comparison shows, in words.

    Args:
        comparison: what was compared.

    Cost: O(differences).

    Example:
        >>> import attrs
        >>> from omniqueue.sim.studies.comparison import compare
        >>> from omniqueue.sim.scenarios.scenario import Group, Scenario, Stream
        >>> calls = Stream("calls", channel="phone", arrivals=60, handling=50)
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=36000)
        >>> print(*verdict_lines(compare(desk, desk, replications=5, seed=1)))
        A and B are the same to the last digit in each of these 5 replications.
    """
    pairs = f"{comparison.replications:,} replications"
    if comparison.replications < 2:
        return ["Nothing can be said: it takes two whole replications of both at least."]
    if comparison.same:
        return [f"A and B are the same to the last digit in each of these {pairs}."]
    shown = [each for each in comparison.differences if each.shown]
    lines = []
    for which, heading in (("B", "B is better"), ("A", "B is worse"), (None, "B is different")):
        told = [_sentence(each) for each in shown if each.better == which]
        if told:
            lines.append(f"{heading}: {'; '.join(told)}.")
    hidden = [_of(each) for each in comparison.differences if not each.shown]
    if hidden:
        lines.append(f"No difference that these {pairs} could show: {'; '.join(hidden)}.")
    number = len(comparison.differences)
    sure = f"{100 * comparison.confidence:g} %"
    lines.append(
        f"In brackets: intervals that hold for all {number} differences at once with {sure}"
        " confidence (Bonferroni)."
        if shown
        else f"Tested: {number} differences, all at once with {sure} confidence (Bonferroni)."
    )
    return lines


def _head(comparison: Comparison) -> Iterator[str]:
    if comparison.first.scenario.title:
        yield comparison.first.scenario.title
    yield (
        f"{comparison.replications:,} replications of both on the same customers, seed"
        f" {comparison.first.seed}"
    )
    for name, result in (("A", comparison.first), ("B", comparison.second)):
        policies = f"order {order_text(result.order)}, selection {result.selection}"
        yield f"{name}: {policies}, {_groups(result)}"
    if comparison.precision is not None and comparison.replications > 1:
        yield f"precision asked for: {100 * comparison.precision:g} % of A's mean wait of all"


def _groups(result: SimulationResult) -> str:
    several = ", ".join(f"{group.name} {group.size}" for group in result.scenario.groups)
    signed_in = result.estimate("agents", group="all").value
    mean = "" if isnan(signed_in) else f" ({signed_in:,.2f} signed in on the mean)"
    return f"agents {several}{mean}"


def _table(comparison: Comparison) -> list[str]:
    sure = f"{100 * comparison.confidence:g} % interval"
    rows = [
        [
            _of(each),
            _value(each.measure, each.first.value),
            _value(each.measure, each.second.value),
            _signed(each.measure, each.change.value),
            _interval(each.measure, each.change),
            _interval(each.measure, each.joint),
            _mark(each),
        ]
        for each in comparison.differences
    ]
    return text_table(("measure", "A", "B", "B - A", sure, "all at once", ""), rows)


def _mark(found: Difference) -> str:
    if not found.shown:
        return "not shown"
    if found.better is None:
        return "more" if found.change.value > 0 else "less"
    return "better" if found.better == "B" else "worse"


def _of(found: Difference) -> str:
    label = _LABELS[found.measure]
    if found.measure == "mean_wait_all":
        return f"{label} contacts" if found.of == "total" else f"{label} {found.name} contacts"
    if found.of == "group":
        return f"{label} of " + ("all agents" if found.name == "all" else found.name)
    return f"{label} of " + ("all contacts" if found.of == "total" else found.name)


def _sentence(found: Difference) -> str:
    """Return a difference that is shown as words, as "phone waits 12.3s less (9.8s to 14.8s)"."""
    value = found.change.value
    low, high = sorted((abs(found.joint.low), abs(found.joint.high)))
    who = {"total": "all contacts", "channel": found.name}.get(found.of, "")
    if found.measure == "mean_wait_all":
        verb = "wait" if found.of == "total" else "waits"
        ends = f"({duration_text(low)} to {duration_text(high)})"
        more = "longer" if value > 0 else "less"
        return f"{who} {verb} {duration_text(abs(value))} {more} {ends}"
    points = f"{100 * abs(value):.2f} points"
    ends = f"({100 * low:.2f} to {100 * high:.2f})"
    more = "more" if value > 0 else "less"
    if found.measure == "occupancy":
        agents = "agents" if found.name == "all" else f"agents {found.name}"
        return f"{agents} are busy {points} {more} of their time {ends}"
    done = "answered in target" if found.measure == "service_level" else "give up"
    return f"{points} {more} of {who} {done} {ends}"


def _value(measure: str, value: float) -> str:
    if isnan(value):
        return "-"
    return duration_text(value) if _is_time(measure) else f"{100 * value:.2f} %"


def _signed(measure: str, value: float) -> str:
    if isnan(value):
        return "-"
    sign = "-" if value < 0 else "+" if value > 0 else ""
    text = duration_text(abs(value)) if _is_time(measure) else f"{100 * abs(value):.2f}"
    return sign + text


def _interval(measure: str, found: Estimate) -> str:
    if isnan(found.low):
        return "-"
    return f"{_signed(measure, found.low)} to {_signed(measure, found.high)}"


def _is_time(measure: str) -> bool:
    assert measure in MEASURES
    return measure == "mean_wait_all"
