"""The result of `omniqueue audit`: as text for people, as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from functools import partial
from typing import Final

import attrs

from omniqueue.model.event import JsonValue
from omniqueue.policy.order import order_text
from omniqueue.record.audit import AgentShare, AuditResult, Suffered
from omniqueue.record.audit_faults import AUDIT_KINDS
from omniqueue.record.measures import RECORD_FORMULAS, ContactMeasures
from omniqueue.report import formats
from omniqueue.report.fairness_tables import overtaking_lines
from omniqueue.report.tables import (
    ASA,
    INCOMPLETE,
    LONGEST,
    P95,
    SERVICE_LEVEL,
    Column,
    contact_columns,
    record_formula_lines,
    table_lines,
    text_table,
    totals_text,
)

FORMAT: Final = "omniqueue-audit/2"
_OVERTAKEN: Final = (
    Column[Suffered]("overtaken", lambda each: formats.number(each.overtaken)),
    Column[Suffered]("times", lambda each: formats.number(each.overtakings)),
    Column[Suffered]("most", lambda each: formats.number(each.most)),
)
_ROWS_MAX: Final = 20  # agents by name; beyond, they stand together by what they can do
_COLUMNS_MAX: Final = 5
_YEAR_MAX: Final = 253402214400.0  # the last instant that a calendar clock can say


def audit_json(
    found: AuditResult, *, name: str, zone: tzinfo | None = None
) -> dict[str, JsonValue]:
    """Return an audit as JSON types; the keys are documented with `omniqueue audit`.

    Args:
        found: the audit.
        name: the record's name.
        zone: the zone of `started_at` and `ended_at`; None: seconds, as recorded.

    Cost: O(agents x kinds of contacts).
    """
    verdict = found.verdict.to_dict()
    return {
        "format": FORMAT,
        "record": name,
        "order": order_text(found.order),
        "selection": found.selection,
        "events": found.events,
        "started_at": _clock_text(found.started_at, zone) if zone else found.started_at,
        "ended_at": _clock_text(found.ended_at, zone) if zone else found.ended_at,
        "incomplete": found.incomplete,
        **found.totals,
        "judged": verdict["judged"],
        "overtakings": verdict["overtakings"],
        "most_overtaken": verdict["most_overtaken"],
        "unexplained": found.unexplained_total,
        "unexplained_by_kind": dict(found.unexplained),
        "faults": [attrs.asdict(fault) for fault in found.faults],
        "channels": [_suffered_json(each) for each in found.channels],
        "skills": [_suffered_json(each) for each in found.skills],
        "agents": [attrs.asdict(each) for each in found.agents],
        "spread": _spread_json(found.agents),
        "served": [
            {"agent": agent, "contacts": kind, "answered": number}
            for (agent, kind), number in found.served.items()
        ],
        "formulas": dict(RECORD_FORMULAS),
    }


def audit_lines(
    found: AuditResult, *, name: str, zone: tzinfo | None = None, brief: bool = False
) -> Iterator[str]:
    """Yield an audit as lines of text.

    Args:
        found: the audit.
        name: the record's name.
        zone: the zone of printed instants; None: seconds, as recorded.
        brief: only the totals and the verdict.

    Cost: O(agents x kinds of contacts).
    """
    clock = partial(_clock_text, zone=zone)
    if found.incomplete:
        yield f"{INCOMPLETE}, up to {clock(found.ended_at)}"
    policies = f"order {order_text(found.order)}, selection {found.selection}"
    times = f"{clock(found.started_at)} to {clock(found.ended_at)}"
    yield f"{name}: {formats.counted(found.events, 'event')}, {policies}, {times}"
    yield totals_text(found.totals)
    if not brief:
        yield from _suffered_table("channel", found.channels)
        yield from _suffered_table("skill", found.skills)
        yield from _spread_table(found.agents)
        yield from _served_table(found)
        yield ""
        yield "overtaken = passed over at least once by a contact ranked after it; times = in all"
        yield from record_formula_lines()
    yield ""
    yield f"Judged from the events alone: {found.verdict.judged:,} given"
    yield from overtaking_lines(found.verdict)
    yield f"unexplained = {found.unexplained_total:,}"
    for kind, number in found.unexplained.items():
        yield f"  {kind}: {number:,} ({AUDIT_KINDS[kind]})"
    for fault in found.faults:
        yield f"  {fault.text(clock)}"


def _clock_text(at: float, zone: tzinfo | None) -> str:
    """Return an instant in a zone; as recorded without one, or where no calendar reaches it."""
    if zone is None or not -_YEAR_MAX / 8 < at < _YEAR_MAX:
        return f"{at:g}" if at == int(at) and abs(at) < 1e6 else repr(at)
    return formats.timestamp(at, zone)


def _suffered_json(each: Suffered) -> dict[str, JsonValue]:
    return {
        **each.contacts.to_dict(),
        "overtaken": each.overtaken,
        "overtakings": each.overtakings,
        "most_overtakings": each.most,
    }


def _suffered_table(heading: str, rows: Sequence[Suffered]) -> Iterator[str]:
    yield ""
    measured = [each.contacts for each in rows]
    contacts = contact_columns(heading, measured, ASA, P95, LONGEST, SERVICE_LEVEL)
    yield from table_lines([*map(_of_contacts, contacts), *_OVERTAKEN], rows)


def _of_contacts(column: Column[ContactMeasures]) -> Column[Suffered]:
    return Column(column.head, lambda each: column.cell(each.contacts))


def _quartiles(values: Sequence[float]) -> list[float]:
    """Return lowest, lower quartile, median, upper quartile, highest, by nearest rank."""
    ranked = sorted(values)
    return [ranked[max(0, -(-part * len(ranked) // 4) - 1)] for part in range(5)]


_PARTS: Final = ("lowest", "lower_quartile", "median", "upper_quartile", "highest")


def _measured(agents: Sequence[AgentShare]) -> dict[str, list[float]]:
    there = [each for each in agents if each.occupancy is not None]
    return {
        "occupancy": [each.occupancy for each in there if each.occupancy is not None],
        "idle_seconds": [each.idle_seconds for each in there],
        "answered": [float(each.answered) for each in there],
    }


def _spread_json(agents: Sequence[AgentShare]) -> JsonValue:
    return {
        name: dict(zip(_PARTS, _quartiles(values), strict=True)) if values else None
        for name, values in _measured(agents).items()
    }


def _spread_table(agents: Sequence[AgentShare]) -> Iterator[str]:
    measured = _measured(agents)
    number = len(measured["answered"])
    yield ""
    if not number:
        yield "no agent was ever signed in"
        return
    heads = (
        f"between {formats.counted(number, 'agent')}",
        *(part.replace("_", " ") for part in _PARTS),
    )
    rows = [
        ["occupancy", *map(formats.share, _quartiles(measured["occupancy"]))],
        ["idle", *map(formats.seconds, _quartiles(measured["idle_seconds"]))],
        ["answered", *(f"{value:,.0f}" for value in _quartiles(measured["answered"]))],
    ]
    yield from text_table(heads, rows)


def _served_table(found: AuditResult) -> Iterator[str]:
    """Yield who took how many of which contacts; many agents stand together by abilities."""
    if not found.served:
        return
    row_of = _row_names(found.agents)
    columns: dict[str, int] = {}
    for (_, kind), number in found.served.items():
        columns[kind] = columns.get(kind, 0) + number
    shown = sorted(columns, key=lambda kind: (-columns[kind], kind))[:_COLUMNS_MAX]
    others = len(columns) > len(shown)
    counts: dict[str, dict[str, int]] = {row: {} for row in row_of.values()}
    for (agent, kind), number in found.served.items():
        row = counts[row_of[agent]]
        column = kind if kind in shown else ""
        row[column] = row.get(column, 0) + number
    yield ""
    header = ["who served whom", *shown, *(["others"] if others else []), "all"]
    rows = []
    for name, row in counts.items():
        cells = [row.get(kind, 0) for kind in shown] + ([row.get("", 0)] if others else [])
        rows.append([name, *(f"{cell:,}" if cell else "." for cell in cells), f"{sum(cells):,}"])
    yield from text_table(header, rows)


def _row_names(agents: Sequence[AgentShare]) -> Mapping[str, str]:
    """Return agent id to the name of its row: its own, or that of all who can do the same."""
    if len(agents) <= _ROWS_MAX:
        return {each.agent: each.agent for each in agents}
    members: dict[str, list[str]] = {}
    for each in agents:
        members.setdefault(each.abilities, []).append(each.agent)
    return {
        name: names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1:,} more"
        for names in members.values()
        for name in names
    }
