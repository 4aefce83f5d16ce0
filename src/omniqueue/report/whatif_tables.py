"""The result of `omniqueue whatif`: as text for people, as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Final, TypeVar

import attrs

from omniqueue.model.event import JsonValue
from omniqueue.model.json_values import json_fields, json_value
from omniqueue.policy.order import order_text
from omniqueue.record.measures import RECORD_FORMULAS, TOTALS, Measured
from omniqueue.report import formats, tables
from omniqueue.report.route_tables import clock_of, log_marks, route_json
from omniqueue.report.tables import Column
from omniqueue.sim.studies.routed_log import RoutedLog
from omniqueue.sim.studies.what_if import METHOD, PairedDifference, WhatIf

FORMAT: Final = "omniqueue-whatif/2"
_WAITS: Final = (tables.ASA, tables.MEDIAN, tables.P95, tables.SERVICE_LEVEL)
_Named = TypeVar("_Named", bound=Measured)
_PAIRS: Final = (
    Column[PairedDifference]("wait B - wait A", lambda each: each.name),
    Column[PairedDifference]("contacts", lambda each: formats.number(each.contacts)),
    Column[PairedDifference]("pairs", lambda each: formats.number(each.pairs)),
    Column[PairedDifference]("mean", lambda each: _change(each.change.value)),
    Column[PairedDifference]("95 % interval", lambda each: _interval(each)),
    Column[PairedDifference]("sooner", lambda each: _share(each.better, each)),
    Column[PairedDifference]("later", lambda each: _share(each.worse, each)),
    Column[PairedDifference]("same", lambda each: _share(each.same, each)),
)


def whatif_json(found: WhatIf) -> dict[str, JsonValue]:
    """Return a log routed in two ways as JSON types; the keys are those of `omniqueue whatif`.

    Args:
        found: the two ways.

    Cost: O(its size).
    """
    log, staff = found.first.log, found.first.staff
    return {
        "format": FORMAT,
        "log": log.name,
        "staff": staff.name,
        "title": staff.title,
        "change": found.change.text(),
        "seed": staff.seed,
        "folded_weeks": log.folded_weeks,
        "dropped": log.dropped,
        "moved": log.moved,
        "incomplete": found.incomplete,
        "first": _way_json(found.first),
        "second": _way_json(found.second),
        "differences": [_difference_json(each) for each in found.differences],
        "sentence": found.sentence(),
        "formulas": {**RECORD_FORMULAS, "difference": METHOD},
    }


def _way_json(routed: RoutedLog) -> dict[str, JsonValue]:
    whole = route_json(routed)
    names = ("order", "selection", "started_at", "ended_at", *TOTALS)
    return {name: whole[name] for name in (*names, "channels", "groups", "verdict")}


def whatif_lines(found: WhatIf, *, brief: bool = False) -> Iterator[str]:
    """Yield a log routed in two ways as lines of text.

    Args:
        found: the two ways.
        brief: only marks, the sentence and the verdicts.

    Cost: O(its size).
    """
    if found.incomplete:
        yield tables.INCOMPLETE
    if not brief:
        yield from _head(found)
    yield from log_marks(found.first.log)
    if not brief:
        yield from _tables(found)
    yield found.sentence() or _no_effect(found)
    for name, routed in (("A", found.first), ("B", found.second)):
        verdict = routed.verdict
        unexplained = f"unexplained = {verdict.unexplained_total:,}"
        yield f"fairness {name}: {verdict.judged:,} given, {unexplained}"
        for fault in verdict.faults:
            yield f"  {fault.text(clock_of(routed))}"


def _head(found: WhatIf) -> Iterator[str]:
    first, second = found.first, found.second
    if first.staff.title:
        yield first.staff.title
    contacts = formats.counted(first.totals["arrived"], "contact")
    yield f"{first.log.name} through {first.staff.name}, {contacts}"
    yield f"A: as it is: order {order_text(first.order)}, selection {first.selection}"
    change = found.change.text()
    yield f"B: {change}: order {order_text(second.order)}, selection {second.selection}"


def _tables(found: WhatIf) -> Iterator[str]:
    channels = _side_by_side(found.first.channels, found.second.channels)
    yield from tables.contact_table("channel", channels, *_WAITS)
    yield from tables.group_table(_side_by_side(found.first.groups, found.second.groups))
    if found.differences:
        yield ""
        yield from tables.table_lines(_PAIRS, found.differences)
    yield ""
    yield from tables.record_formula_lines()
    if found.differences:
        yield "pairs = contacts answered in both: the mean and its interval are theirs"
        yield f"difference = {METHOD}"
    yield ""


def _side_by_side(first: Sequence[_Named], second: Sequence[_Named]) -> list[_Named]:
    """Return the rows of A, each followed by that of B; none: B met no such contact."""
    others = {each.name: each for each in second}
    rows = []
    for each in first:
        rows.append(attrs.evolve(each, name=f"{each.name} A"))
        if each.name in others:
            rows.append(attrs.evolve(others[each.name], name=f"{each.name} B"))
    return rows


def _no_effect(found: WhatIf) -> str:
    """Return the line in the sentence's place where a run was stopped."""
    parts = [
        f"{name} met {formats.counted(each.totals['arrived'], 'contact')}"
        f" up to {clock_of(each)(each.ended_at)}"
        for name, each in (("A", found.first), ("B", found.second))
    ]
    return f"stopped too early to tell an effect: {', '.join(parts)}"


def _change(seconds: float) -> str:
    return f"{seconds:+,.1f}s" if isfinite(seconds) else "-"


def _interval(each: PairedDifference) -> str:
    if not isfinite(each.change.low):
        return "-"
    return f"{_change(each.change.low)} to {_change(each.change.high)}"


def _share(number: int, each: PairedDifference) -> str:
    return formats.share(number / each.contacts if each.contacts else None)


def _difference_json(each: PairedDifference) -> dict[str, JsonValue]:
    mean, low, high = map(json_value, (each.change.value, each.change.low, each.change.high))
    return {**json_fields(each, "change"), "mean": mean, "low": low, "high": high}
