"""The result of `omniqueue whatif`: as text for people, as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from math import isfinite
from typing import Final

import attrs

from omniqueue.model.event import JsonValue
from omniqueue.policy.order import order_text
from omniqueue.record.measures import (
    RECORD_FORMULAS,
    ContactMeasures,
)
from omniqueue.report.routed import clock_text, log_marks
from omniqueue.report.tables import counted, formula_lines, share_text, text_table
from omniqueue.sim.calendar.durations import duration_text
from omniqueue.sim.studies.whatif import METHOD, Outcome, PairedDifference, WhatIf

FORMAT: Final = "omniqueue-whatif/2"
_CHANNELS: Final = ("", "answered", "open", "ASA", "median", "95th pct", "service level")
_GROUPS: Final = ("", "agents", "occupancy", "load", "answered")
_PAIRS: Final = ("contacts", "pairs", "mean", "95 % interval", "sooner", "later", "same")


@attrs.frozen(kw_only=True)
class WhatIfReport:
    """Everything that a comparison of two runs of a log is to be told with.

    Args:
        log: the log's name. staff: the staff file's name. title: the staff file's title.
        zone: the zone in which times are told; None: UTC.
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

    def to_dict(self) -> dict[str, JsonValue]:
        """Return the report as JSON types; the keys are documented with `omniqueue whatif`."""
        found = self.found
        return {
            "format": FORMAT,
            "log": self.log,
            "staff": self.staff,
            "title": self.title,
            "change": found.change.text(),
            "seed": self.seed,
            "folded_weeks": self.folded_weeks,
            "dropped": self.dropped,
            "moved": self.moved,
            "interrupted": found.interrupted,
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
            "started_at": clock_text(outcome.started_at, self.zone),
            "ended_at": clock_text(outcome.ended_at, self.zone),
            **outcome.totals,
            "channels": [each.to_dict() for each in outcome.channels],
            "groups": [each.to_dict() for each in outcome.groups],
            "verdict": outcome.verdict.to_dict(),
        }

    def lines(self, *, brief: bool = False) -> Iterator[str]:
        """Yield the report as lines of text; `brief`: only marks, the sentence and verdicts."""
        found = self.found
        if found.interrupted:
            yield "INTERRUPTED: this is a partial result"
        if not brief:
            yield from self._head()
        yield from log_marks(self.folded_weeks, self.dropped, self.moved)
        if not brief:
            yield from _channel_table(found.first, found.second)
            yield from _group_table(found.first, found.second)
            if found.differences:
                yield from _pair_table(found.differences)
            yield ""
            yield from formula_lines()
            if found.differences:
                yield "pairs = contacts answered in both: the mean and its interval are theirs"
                yield f"difference = {METHOD}"
            yield ""
        yield found.sentence() or self._no_effect()
        for name, outcome in (("A", found.first), ("B", found.second)):
            verdict = outcome.verdict
            unexplained = f"unexplained = {verdict.unexplained_total:,}"
            yield f"fairness {name}: {verdict.judged:,} given, {unexplained}"
            for fault in verdict.faults:
                yield f"  {fault.text(lambda at: clock_text(at, self.zone))}"

    def _no_effect(self) -> str:
        """Return what stands in the sentence's place after a stop."""
        parts = [
            f"{name} met {counted(each.totals['arrived'], 'contact')}"
            f" up to {clock_text(each.ended_at, self.zone)}"
            for name, each in (("A", self.found.first), ("B", self.found.second))
        ]
        return f"stopped too early to tell an effect: {', '.join(parts)}"

    def _head(self) -> Iterator[str]:
        if self.title:
            yield self.title
        first, second = self.found.first, self.found.second
        contacts = counted(first.totals["arrived"], "contact")
        yield f"{self.log} through {self.staff}, {contacts}"
        change = self.found.change.text()
        yield f"A: as it is: order {order_text(first.order)}, selection {first.selection}"
        yield f"B: {change}: order {order_text(second.order)}, selection {second.selection}"


def _channel_table(first: Outcome, second: Outcome) -> Iterator[str]:
    yield ""
    others = {each.name: each for each in second.channels}
    rows = []
    for each in first.channels:
        rows.append(_channel_row(f"{each.name} A", each))
        other = others.get(each.name)  # none: B was stopped before such a contact came
        if other is not None:
            rows.append(_channel_row(f"{each.name} B", other))
    yield from text_table(("channel", *_CHANNELS[1:]), rows)


def _channel_row(name: str, each: ContactMeasures) -> list[str]:
    return [
        name,
        f"{each.sums['answered']:,}",
        f"{each.sums['open']:,}",
        _seconds(each.value("mean_wait")),
        _seconds(each.median_wait),
        _seconds(each.p95_wait),
        share_text(each.value("service_level")),
    ]


def _group_table(first: Outcome, second: Outcome) -> Iterator[str]:
    yield ""
    rows = [
        [
            f"{each.name} {which}",
            f"{each.agents:,}",
            share_text(each.value("occupancy")),
            share_text(each.value("load")),
            f"{each.sums['answered']:,}",
        ]
        for pair in zip(first.groups, second.groups, strict=True)
        for which, each in zip("AB", pair, strict=True)
    ]
    yield from text_table(("group", *_GROUPS[1:]), rows)


def _pair_table(differences: Sequence[PairedDifference]) -> Iterator[str]:
    yield ""
    rows = [
        [
            each.name,
            f"{each.contacts:,}",
            f"{each.pairs:,}",
            _change(each.change.value),
            _interval(each),
            _share(each.better, each),
            _share(each.worse, each),
            _share(each.same, each),
        ]
        for each in differences
    ]
    yield from text_table(("wait B - wait A", *_PAIRS), rows)


def _seconds(seconds: float | None) -> str:
    return "-" if seconds is None else duration_text(seconds)


def _change(seconds: float) -> str:
    return f"{seconds:+,.1f}s" if isfinite(seconds) else "-"


def _interval(each: PairedDifference) -> str:
    if not isfinite(each.change.low):
        return "-"
    return f"{_change(each.change.low)} to {_change(each.change.high)}"


def _share(number: int, each: PairedDifference) -> str:
    return share_text(number / each.contacts if each.contacts else None)


def _number(value: float) -> float | None:
    return value if isfinite(value) else None


def _difference_json(each: PairedDifference) -> dict[str, JsonValue]:
    change = each.change
    return {
        "name": each.name,
        "contacts": each.contacts,
        "pairs": each.pairs,
        "mean": _number(change.value),
        "low": _number(change.low),
        "high": _number(change.high),
        "better": each.better,
        "worse": each.worse,
        "same": each.same,
        "only_first": each.only_first,
        "only_second": each.only_second,
    }
