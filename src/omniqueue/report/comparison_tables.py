"""The result of `omniqueue compare` as text for people: a verdict in words, then the numbers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import isnan
from textwrap import wrap
from typing import Final

from omniqueue.policy.order import order_text
from omniqueue.record.measures import MEASURES
from omniqueue.report import formats, tables
from omniqueue.report.simulation_tables import unserved_line
from omniqueue.report.tables import Column
from omniqueue.sim.runs.estimates import Estimate
from omniqueue.sim.runs.results import SimulationResult
from omniqueue.sim.studies.comparison import Comparison, Difference

_WIDTH: Final = 96


def comparison_lines(comparison: Comparison, *, brief: bool = False) -> Iterator[str]:
    """Yield a comparison as lines of text.

    Args:
        comparison: what was compared.
        brief: only the verdict.

    Cost: O(differences).
    """
    if comparison.incomplete:
        yield tables.INCOMPLETE
    if not brief:
        yield from _head(comparison)
        yield ""
    for side, result in (("A", comparison.first), ("B", comparison.second)):
        yield from unserved_line(result.scenario, f" IN {side}")
    for line in comparison_verdict(comparison):
        yield from wrap(line, _WIDTH, subsequent_indent="  ")
    if brief or not comparison.replications:
        return
    yield ""
    yield from _table(comparison)
    yield ""
    yield from tables.formula_lines(dict.fromkeys(each.measure for each in _known(comparison)))
    yield (
        "B - A: pair by pair on the same customers, Student t (ratios by the delta method);"
        " points: of a percentage"
    )


def comparison_verdict(comparison: Comparison) -> list[str]:
    """Return what the comparison shows, in words.

    Args:
        comparison: what was compared.

    Cost: O(differences).

    Example:
        >>> import attrs
        >>> from omniqueue.sim import Group, Scenario, Stream, compare
        >>> calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="50s")
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=36000)
        >>> print(*comparison_verdict(compare(desk, desk, replications=5, seed=1)))
        A and B are the same to the last digit in each of these 5 replications.
    """
    pairs = f"{comparison.replications:,} replications"
    if comparison.replications < 2:
        return ["Too few: a verdict takes at least two whole replications of both."]
    if comparison.same:
        return [f"A and B are the same to the last digit in each of these {pairs}."]
    known = _known(comparison)
    shown = [each for each in known if each.shown]
    lines = []
    for which, heading in (("B", "B is better"), ("A", "B is worse"), (None, "B is different")):
        sentences = [_sentence(each) for each in shown if each.better == which]
        if sentences:
            lines.append(f"{heading}: {'; '.join(sentences)}.")
    hidden = [_of(each) for each in known if not each.shown]
    if hidden:
        lines.append(f"No difference that these {pairs} could show: {'; '.join(hidden)}.")
    number = len(known)
    sure = f"{100 * comparison.confidence:g} %"
    lines.append(
        f"In brackets: intervals that hold for all {number} differences at once with {sure}"
        " confidence (Bonferroni)."
        if shown
        else f"Tested: {number} differences, all at once with {sure} confidence (Bonferroni)."
    )
    return lines


def _known(comparison: Comparison) -> list[Difference]:
    """Return the differences of what A and B both have: an empty group has no occupancy."""
    return [each for each in comparison.differences if not isnan(each.change.value)]


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
        label = MEASURES["mean_wait_all"].label
        yield f"precision asked for: {100 * comparison.precision:g} % of A's {label}"


def _groups(result: SimulationResult) -> str:
    several = ", ".join(f"{group.name} {group.size}" for group in result.scenario.groups)
    signed_in = result.estimate("agents", group="all").value
    mean = "" if isnan(signed_in) else f" ({signed_in:,.2f} signed in on average)"
    return f"agents {several}{mean}"


def _table(comparison: Comparison) -> list[str]:
    sure = f"{100 * comparison.confidence:g} % interval"
    columns = (
        Column[Difference]("measure", _of),
        Column[Difference]("A", lambda each: _value(each.measure, each.first.value)),
        Column[Difference]("B", lambda each: _value(each.measure, each.second.value)),
        Column[Difference]("B - A", lambda each: _signed(each.measure, each.change.value)),
        Column[Difference](sure, lambda each: _interval(each.measure, each.change)),
        Column[Difference]("all at once", lambda each: _interval(each.measure, each.joint)),
        Column[Difference]("", _mark),
    )
    return tables.table_lines(columns, _known(comparison))


def _mark(found: Difference) -> str:
    if not found.shown:
        return "not shown"
    if found.better is None:
        return "more" if found.change.value > 0 else "less"
    return "better" if found.better == "B" else "worse"


def _of(found: Difference) -> str:
    """Return the name of a row, as "service level of phone"."""
    label = MEASURES[found.measure].label
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
        ends = f"({formats.seconds(low)} to {formats.seconds(high)})"
        more = "longer" if value > 0 else "less"
        return f"{who} {verb} {formats.seconds(abs(value))} {more} {ends}"
    points = f"{100 * abs(value):.2f} points"
    ends = f"({100 * low:.2f} to {100 * high:.2f})"
    more = "more" if value > 0 else "less"
    if found.measure == "occupancy":
        agents = "agents" if found.name == "all" else f"agents {found.name}"
        return f"{agents} are busy {points} {more} of their time {ends}"
    done = "answered in target" if found.measure == "service_level" else "give up"
    return f"{points} {more} of {who} {done} {ends}"


def _value(measure: str, value: float) -> str:
    return formats.seconds(value) if _is_time(measure) else formats.share(value, 2)


def _signed(measure: str, value: float) -> str:
    if isnan(value):
        return formats.NOTHING
    sign = "-" if value < 0 else "+" if value > 0 else ""
    return sign + (formats.seconds(abs(value)) if _is_time(measure) else f"{100 * abs(value):.2f}")


def _interval(measure: str, found: Estimate) -> str:
    return formats.interval(found, partial(_signed, measure))


def _is_time(measure: str) -> bool:
    return MEASURES[measure].unit == "seconds"
