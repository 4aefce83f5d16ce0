"""The result of `omniqueue route`: as text for people, as JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final, TypeAlias

from omniqueue.model.event import JsonValue
from omniqueue.model.json_values import json_fields, json_value
from omniqueue.play.questions import Answer
from omniqueue.policy.order import order_text
from omniqueue.record.measures import RECORD_FORMULAS, GroupMeasures
from omniqueue.report import formats, tables
from omniqueue.report.fairness_tables import fairness_lines
from omniqueue.report.tables import Column
from omniqueue.sim.logs.contact_log import ContactLog
from omniqueue.sim.studies.routed_log import RoutedLog

Clock: TypeAlias = Callable[[float], str]
_WAITS: Final = (tables.ASA, tables.MEDIAN, tables.P95, tables.LONGEST, tables.SERVICE_LEVEL)
FORMAT: Final = "omniqueue-route/2"
_SIGNED_IN: Final = Column[GroupMeasures](
    "signed in", lambda each: f"{each.sums['signed_in_seconds'] / 3600:,.1f} h"
)


def route_json(routed: RoutedLog) -> dict[str, JsonValue]:
    """Return a routed log as JSON types; the keys are documented with `omniqueue route`.

    Args:
        routed: what was routed.

    Cost: O(its size).
    """
    log, staff, explained, clock = routed.log, routed.staff, routed.explained, clock_of(routed)
    return {
        "format": FORMAT,
        "log": log.name,
        "staff": staff.name,
        "title": staff.title,
        "seed": staff.seed,
        **json_fields(log, "name", "contacts"),
        **json_fields(routed, "log", "staff", "ledger", "totals", "interval_seconds", "explained"),
        "started_at": clock(routed.started_at),
        "ended_at": clock(routed.ended_at),
        "order": order_text(routed.order),
        **routed.totals,
        "explained": None if explained is None else [_answer(each, clock) for each in explained],
        "formulas": dict(RECORD_FORMULAS),
    }


def route_lines(routed: RoutedLog, *, brief: bool = False) -> Iterator[str]:
    """Yield a routed log as lines of text.

    Args:
        routed: what was routed.
        brief: only marks, totals, verdict and explanations.

    Cost: O(its size).
    """
    staff, clock = routed.staff, clock_of(routed)
    if routed.incomplete:
        yield f"{tables.INCOMPLETE}, up to {clock(routed.ended_at)}"
    if not brief:
        if staff.title:
            yield staff.title
        policies = f"order {order_text(routed.order)}, selection {routed.selection}"
        yield f"{routed.log.name} through {staff.name}: {policies}"
        yield f"{clock(routed.started_at)} to {clock(routed.ended_at)}"
    yield from log_marks(routed.log)
    yield from _unserved_lines(routed.unserved)
    yield tables.totals_text(routed.totals)
    if not brief:
        yield from _tables(routed)
    yield ""
    yield from fairness_lines(routed.verdict, clock)
    for each in routed.explained or ():
        yield ""
        yield from answer_lines(each, clock)


def clock_of(routed: RoutedLog) -> Clock:
    """Return what writes an instant in the zone of a staff."""
    return partial(formats.timestamp, zone=routed.staff.zone)


def answer_lines(answer: Answer, clock: Clock) -> tuple[str, ...]:
    """Return an answer about one contact as lines of text, its instants in the log's clock.

    Args:
        answer: what was found.
        clock: an instant to its text.

    Cost: O(its size).

    Example:
        >>> answer_lines(Answer("c1", 7.0, None, "has not arrived"), lambda at: f"00:0{at:.0f}")
        ('c1 at 00:07: has not arrived',)
    """
    if answer.explanation is None:
        return (f"{answer.contact} at {clock(answer.at)}: {answer.otherwise}",)
    return answer.explanation.told(clock)


def _answer(answer: Answer, clock: Clock) -> dict[str, JsonValue]:
    return {
        "contact": answer.contact,
        "at": answer.at,
        "time": clock(answer.at),
        "explanation": json_value(answer.explanation),
        "text": list(answer_lines(answer, clock)),
    }


def _unserved_lines(unserved: Mapping[str, int]) -> Iterator[str]:
    if unserved:
        several = (
            f"{formats.counted(number, 'contact')} {'needs' if number == 1 else 'need'} {what}"
            for what, number in unserved.items()
        )
        yield "NOBODY CAN SERVE: " + "; ".join(several)


def _tables(routed: RoutedLog) -> Iterator[str]:
    yield from tables.contact_table("channel", routed.channels, *_WAITS)
    yield from tables.contact_table("skill", routed.skills, *_WAITS)
    yield from tables.group_table(routed.groups, _SIGNED_IN)
    if routed.intervals is not None:
        length = formats.seconds(routed.interval_seconds)
        yield from tables.contact_table(f"arrived within {length} of", routed.intervals, *_WAITS)
    yield ""
    yield from tables.record_formula_lines()


def log_marks(log: ContactLog) -> Iterator[str]:
    """Yield warnings about changes made to a log.

    Args:
        log: the log that was routed.

    Cost: O(1).

    Example:
        >>> list(log_marks(ContactLog((), folded_weeks=1, busiest_minute=2)))
        ['FOLDED: 1 week ... kept; at most 2 contacts within a minute']
    """
    if log.folded_weeks is not None:
        weeks = formats.counted(log.folded_weeks, "week")
        most = formats.counted(log.busiest_minute or 0, "contact")
        kept = "weekday and clock time kept"
        yield f"FOLDED: {weeks} laid over one, {kept}; at most {most} within a minute"
    if log.dropped or log.moved:
        out = formats.counted(log.dropped, "bad row")
        in_order = formats.counted(log.moved, "row")
        yield f"REPAIRED: {out} left out, {in_order} sorted in"


def _plain(at: float) -> str:
    """Return an instant as an explanation writes it."""
    return f"{at:.15g}"
