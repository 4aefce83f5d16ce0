"""The result of `omniqueue route`: as text for people, as JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Final

import attrs

from omniqueue.model.event import JsonValue
from omniqueue.policy.order import order_text
from omniqueue.record.measures import RECORD_FORMULAS, ContactMeasures, GroupMeasures
from omniqueue.record.verdict import Verdict
from omniqueue.report import formats
from omniqueue.report.fairness_tables import fairness_lines
from omniqueue.report.json_values import json_fields
from omniqueue.report.tables import (
    ASA,
    INCOMPLETE,
    LONGEST,
    MEDIAN,
    P95,
    SERVICE_LEVEL,
    Column,
    contact_columns,
    group_columns,
    record_formula_lines,
    table_lines,
    totals_text,
)

if TYPE_CHECKING:
    from omniqueue.core.insight.explanation import Explanation

FORMAT: Final = "omniqueue-route/2"
_SIGNED_IN: Final = Column[GroupMeasures](
    "signed in", lambda each: f"{each.sums['signed_in_seconds'] / 3600:,.1f} h"
)


@attrs.frozen(kw_only=True)
class ContactExplanation:
    """Why a contact of a routed log waits at an instant, with times of the calendar.

    Args:
        contact: the contact's id.
        at: the instant, in seconds since 1970 UTC.
        explanation: why it waits, or what else it does; None: there is nothing to explain.
        otherwise: the text where there is nothing to explain.

    Example:
        >>> given = {"contact": "c1", "at": 7.0, "explanation": None}
        >>> asked = ContactExplanation(**given, otherwise="has not arrived")
        >>> asked.lines(lambda at: f"00:00:{at:02.0f}")
        ('c1 at 00:00:07: has not arrived',)
    """

    contact: str
    at: float
    explanation: Explanation | None
    otherwise: str = ""

    def lines(self, clock: Callable[[float], str]) -> tuple[str, ...]:
        """Return the answer as lines of text.

        Args:
            clock: an instant to its text.

        Cost: O(its size).
        """
        found = self.explanation
        if found is None:
            return (f"{self.contact} at {clock(self.at)}: {self.otherwise}",)
        first, *others = found.lines
        place = first.index(f" at {_plain(found.at)}: ", len(found.contact))
        rest = first[place:].replace(_plain(found.at), clock(found.at), 1)
        since = f" since {_plain(found.arrived_at)}, "
        rest = rest.replace(since, f" since {clock(found.arrived_at)}, ", 1)
        dated = {
            f"  next, at {change.text}": clock(change.at)
            + change.text.removeprefix(_plain(change.at))
            for change in found.next_changes
        }
        lines = [f"  next, at {dated[line]}" if line in dated else line for line in others]
        return (first[:place] + rest, *lines)

    def to_dict(self, clock: Callable[[float], str]) -> dict[str, JsonValue]:
        """Return the answer as JSON types.

        Args:
            clock: an instant to its text.

        Cost: O(its size).
        """
        return {
            "contact": self.contact,
            "at": self.at,
            "time": clock(self.at),
            "explanation": None if self.explanation is None else self.explanation.to_dict(),
            "text": list(self.lines(clock)),
        }


@attrs.frozen(kw_only=True)
class RouteReport:
    """The content of a route report.

    Args:
        log: the log's name. staff: the staff file's name. title: the staff file's title.
        zone: the zone of printed times; None: UTC.
        started_at: the first instant (seconds since 1970 UTC). ended_at: the last.
        incomplete: whether the run was stopped before its end.
        folded_weeks: how many weeks were laid over one; None: not folded.
        busiest_minute: the most arrivals in one minute of a folded week.
        unserved: what no agent group has, to how many contacts need it.
        dropped: rows that a repair left out. moved: rows that it sorted in.
        order: the order policy. selection: the selection policy. seed: the seed.
        totals: the counts of `omniqueue.record.measures.TOTALS`.
        channels: measures by channel. skills: by skill. groups: by agent group.
        intervals: by interval of arrival; None: not asked for.
        interval: the name of the intervals, as "30m 00s".
        verdict: the fairness verdict.
        explained: the answers about single contacts; None: nothing was asked.
    """

    log: str
    staff: str
    title: str
    zone: tzinfo | None
    started_at: float
    ended_at: float
    incomplete: bool
    folded_weeks: int | None
    busiest_minute: int | None
    unserved: Mapping[str, int]
    dropped: int
    moved: int
    order: str
    selection: str
    seed: int
    totals: Mapping[str, int]
    channels: Sequence[ContactMeasures]
    skills: Sequence[ContactMeasures]
    groups: Sequence[GroupMeasures]
    intervals: Sequence[ContactMeasures] | None
    interval: str
    verdict: Verdict
    explained: Sequence[ContactExplanation] | None = None

    def clock(self, at: float) -> str:
        """Return an instant as text in the report's zone."""
        return formats.timestamp(at, self.zone)

    def to_dict(self) -> dict[str, JsonValue]:
        """Return the report as JSON types; the keys are documented with `omniqueue route`."""
        explained = self.explained
        return {
            "format": FORMAT,
            **json_fields(self, "zone", "totals", "interval", "explained"),
            "started_at": self.clock(self.started_at),
            "ended_at": self.clock(self.ended_at),
            "order": order_text(self.order),
            **self.totals,
            "explained": (
                None if explained is None else [each.to_dict(self.clock) for each in explained]
            ),
            "formulas": dict(RECORD_FORMULAS),
        }


def route_lines(report: RouteReport, *, brief: bool = False) -> Iterator[str]:
    """Yield a route report as lines of text.

    Args:
        report: what was found.
        brief: only marks, totals, verdict and explanations.

    Cost: O(its size).
    """
    if report.incomplete:
        yield f"{INCOMPLETE}, up to {report.clock(report.ended_at)}"
    if not brief:
        if report.title:
            yield report.title
        policies = f"order {order_text(report.order)}, selection {report.selection}"
        yield f"{report.log} through {report.staff}: {policies}"
        yield f"{report.clock(report.started_at)} to {report.clock(report.ended_at)}"
    yield from log_marks(
        report.folded_weeks, report.dropped, report.moved, busiest_minute=report.busiest_minute
    )
    yield from _unserved_lines(report.unserved)
    yield totals_text(report.totals)
    if not brief:
        yield from _tables(report)
    yield ""
    yield from fairness_lines(report.verdict, report.clock)
    for each in report.explained or ():
        yield ""
        yield from each.lines(report.clock)


def _unserved_lines(unserved: Mapping[str, int]) -> Iterator[str]:
    if unserved:
        several = (
            f"{formats.counted(number, 'contact')} {'needs' if number == 1 else 'need'} {what}"
            for what, number in unserved.items()
        )
        yield "NOBODY CAN SERVE: " + "; ".join(several)


def _tables(report: RouteReport) -> Iterator[str]:
    yield from _contact_table("channel", report.channels)
    yield from _contact_table("skill", report.skills)
    yield ""
    yield from table_lines(group_columns(_SIGNED_IN), report.groups)
    if report.intervals is not None:
        yield from _contact_table(f"arrived within {report.interval} of", report.intervals)
    yield ""
    yield from record_formula_lines()


def _contact_table(heading: str, rows: Sequence[ContactMeasures]) -> Iterator[str]:
    yield ""
    columns = contact_columns(heading, rows, ASA, MEDIAN, P95, LONGEST, SERVICE_LEVEL)
    yield from table_lines(columns, rows)


def log_marks(
    folded_weeks: int | None, dropped: int, moved: int, *, busiest_minute: int | None = None
) -> Iterator[str]:
    """Yield warnings about changes made to the log.

    Args:
        folded_weeks: how many weeks were laid over one; None: not folded.
        dropped: rows that a repair left out.
        moved: rows that it sorted in.
        busiest_minute: the most arrivals in one minute of a folded week; None: left out.

    Cost: O(1).

    Example:
        >>> list(log_marks(1, 0, 0))
        ['FOLDED: 1 week laid over one, weekday and clock time kept']
    """
    if folded_weeks is not None:
        most = ""
        if busiest_minute is not None:
            most = f"; at most {formats.counted(busiest_minute, 'contact')} within a minute"
        weeks = formats.counted(folded_weeks, "week")
        yield f"FOLDED: {weeks} laid over one, weekday and clock time kept{most}"
    if dropped or moved:
        out, in_order = formats.counted(dropped, "bad row"), formats.counted(moved, "row")
        yield f"REPAIRED: {out} left out, {in_order} sorted in"


def _plain(at: float) -> str:
    """Return an instant as an explanation writes it."""
    return f"{at:.15g}"
