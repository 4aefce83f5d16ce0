"""The result of `omniqueue whatif`: as text for people, as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from math import isfinite
from typing import Final, TypeVar

import attrs

from omniqueue.model.event import JsonValue
from omniqueue.policy.order import order_text
from omniqueue.record.measures import RECORD_FORMULAS, Measured
from omniqueue.report import formats
from omniqueue.report.json_values import json_fields, json_value
from omniqueue.report.route_tables import log_marks
from omniqueue.report.tables import (
    ASA,
    INCOMPLETE,
    MEDIAN,
    P95,
    SERVICE_LEVEL,
    Column,
    contact_columns,
    group_columns,
    record_formula_lines,
    table_lines,
)
from omniqueue.sim.studies.whatif import METHOD, Outcome, PairedDifference, WhatIf

FORMAT: Final = "omniqueue-whatif/2"
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


@attrs.frozen(kw_only=True)
class WhatIfReport:
    """The content of a report on a log routed in two ways.

    Args:
        log: the log's name. staff: the staff file's name. title: the staff file's title.
        zone: the zone of printed times; None: UTC.
        folded_weeks: how many weeks were laid over one; None: not folded.
        dropped: rows that a repair left out. moved: rows that it sorted in.
        seed: the seed of drawn handling times.
        found: the two outcomes.
    """

    log: str
    staff: str
    title: str
    zone: tzinfo | None
    folded_weeks: int | None
    dropped: int
    moved: int
    seed: int
    found: WhatIf

    def clock(self, at: float) -> str:
        """Return an instant as text in the report's zone."""
        return formats.timestamp(at, self.zone)

    def to_dict(self) -> dict[str, JsonValue]:
        """Return the report as JSON types; the keys are documented with `omniqueue whatif`."""
        found = self.found
        return {
            "format": FORMAT,
            **json_fields(self, "zone", "found"),
            "change": found.change.text(),
            "incomplete": found.incomplete,
            "first": self._outcome(found.first),
            "second": self._outcome(found.second),
            "differences": [_difference_json(each) for each in found.differences],
            "sentence": found.sentence(),
            "formulas": {**RECORD_FORMULAS, "difference": METHOD},
        }

    def _outcome(self, outcome: Outcome) -> dict[str, JsonValue]:
        return {
            "order": order_text(outcome.order),
            "selection": outcome.selection,
            "started_at": self.clock(outcome.started_at),
            "ended_at": self.clock(outcome.ended_at),
            **outcome.totals,
            "channels": [each.to_dict() for each in outcome.channels],
            "groups": [each.to_dict() for each in outcome.groups],
            "verdict": outcome.verdict.to_dict(),
        }


def whatif_lines(report: WhatIfReport, *, brief: bool = False) -> Iterator[str]:
    """Yield a what-if report as lines of text.

    Args:
        report: what was found.
        brief: only marks, the sentence and the verdicts.

    Cost: O(its size).
    """
    found = report.found
    if found.incomplete:
        yield INCOMPLETE
    if not brief:
        yield from _head(report)
    yield from log_marks(report.folded_weeks, report.dropped, report.moved)
    if not brief:
        yield from _tables(found)
    yield found.sentence() or _no_effect(report)
    for name, outcome in (("A", found.first), ("B", found.second)):
        verdict = outcome.verdict
        unexplained = f"unexplained = {verdict.unexplained_total:,}"
        yield f"fairness {name}: {verdict.judged:,} given, {unexplained}"
        for fault in verdict.faults:
            yield f"  {fault.text(report.clock)}"


def _head(report: WhatIfReport) -> Iterator[str]:
    if report.title:
        yield report.title
    first, second = report.found.first, report.found.second
    contacts = formats.counted(first.totals["arrived"], "contact")
    yield f"{report.log} through {report.staff}, {contacts}"
    change = report.found.change.text()
    yield f"A: as it is: order {order_text(first.order)}, selection {first.selection}"
    yield f"B: {change}: order {order_text(second.order)}, selection {second.selection}"


def _tables(found: WhatIf) -> Iterator[str]:
    yield ""
    channels = _side_by_side(found.first.channels, found.second.channels)
    columns = contact_columns("channel", channels, ASA, MEDIAN, P95, SERVICE_LEVEL)
    yield from table_lines(columns, channels)
    yield ""
    yield from table_lines(group_columns(), _side_by_side(found.first.groups, found.second.groups))
    if found.differences:
        yield ""
        yield from table_lines(_PAIRS, found.differences)
    yield ""
    yield from record_formula_lines()
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


def _no_effect(report: WhatIfReport) -> str:
    """Return the line in the sentence's place where a run was stopped."""
    parts = [
        f"{name} met {formats.counted(each.totals['arrived'], 'contact')}"
        f" up to {report.clock(each.ended_at)}"
        for name, each in (("A", report.found.first), ("B", report.found.second))
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
    change = {"mean": each.change.value, "low": each.change.low, "high": each.change.high}
    return {
        **json_fields(each, "change"),
        **{name: json_value(value) for name, value in change.items()},
    }
