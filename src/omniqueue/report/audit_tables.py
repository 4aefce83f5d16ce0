"""The result of `omniqueue audit`: as text for people, as JSON for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import tzinfo
from functools import partial
from typing import Final

from omniqueue.model.event import JsonValue
from omniqueue.model.json_values import json_fields, json_value
from omniqueue.policy.order import STOCK_ORDERS, order_text
from omniqueue.policy.selection import STOCK_SELECTIONS
from omniqueue.record.audit import AgentShare, AuditResult, Suffered
from omniqueue.record.audit_faults import AUDIT_KINDS
from omniqueue.record.measures import RECORD_FORMULAS
from omniqueue.report import formats, tables
from omniqueue.report.fairness_tables import overtaking_lines
from omniqueue.report.tables import Column

FORMAT: Final = "omniqueue-audit/2"
_SUFFERED: Final = (
    *(tables.ASA, tables.P95, tables.LONGEST, tables.SERVICE_LEVEL),
    Column[Suffered]("overtaken", lambda each: formats.number(each.overtaken)),
    Column[Suffered]("times", lambda each: formats.number(each.overtakings)),
    Column[Suffered]("most", lambda each: formats.number(each.most_overtakings)),
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
    several = json_fields(found, "totals", "verdict", "unexplained", "faults", "served")
    times = {"started_at": found.started_at, "ended_at": found.ended_at}
    if zone is not None:
        several |= {name: _clock_text(at, zone) for name, at in times.items()}
    return {
        "format": FORMAT,
        "record": name,
        **several,
        "order": order_text(found.order),
        **found.totals,
        **found.verdict.to_dict(),
        "unexplained": found.unexplained_total,
        "unexplained_by_kind": dict(found.unexplained),
        "faults": json_value(found.faults),
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
        yield f"{tables.INCOMPLETE}, up to {clock(found.ended_at)}"
    policies = f"order {order_text(found.order)}, selection {found.selection}"
    times = f"{clock(found.started_at)} to {clock(found.ended_at)}"
    yield f"{name}: {formats.counted(found.events, 'event')}, {policies}, {times}"
    yield tables.totals_text(found.totals)
    if not brief:
        yield from tables.contact_table("channel", found.channels, *_SUFFERED)
        yield from tables.contact_table("skill", found.skills, *_SUFFERED)
        yield from _spread_table(found.agents)
        yield from _served_table(found)
        yield ""
        yield "overtaken = passed over at least once by a contact ranked after it; times = in all"
        yield from tables.record_formula_lines()
    yield ""
    yield f"Judged from the events alone: {found.verdict.judged:,} given"
    yield from overtaking_lines(found.verdict)
    yield f"unexplained = {found.unexplained_total:,}"
    for kind, number in found.unexplained.items():
        yield f"  {kind}: {number:,} ({AUDIT_KINDS[kind]})"
    for fault in found.faults:
        yield f"  {fault.text(clock)}"
    trusted = _taken_on_trust(found)
    if trusted:
        yield f"taken on trust: {'; '.join(trusted)}"


def _taken_on_trust(found: AuditResult) -> list[str]:
    """Return what the events alone cannot show, in words."""
    trusted = []
    if found.order not in STOCK_ORDERS and not found.order.startswith("aging:"):
        trusted.append(f"the ranks that the order {found.order} gave")
    if found.selection not in STOCK_SELECTIONS:
        trusted.append(f"which of several free agents the selection {found.selection} took")
    by_hand = found.verdict.overtakings.get("by_hand", 0)
    if by_hand:
        trusted.append(f"that somebody commanded what overtook by hand ({by_hand:,})")
    return trusted


def _clock_text(at: float, zone: tzinfo | None) -> str:
    """Return an instant in a zone; as recorded without one, or where no calendar reaches it."""
    if zone is None or not -_YEAR_MAX / 8 < at < _YEAR_MAX:
        return f"{at:g}" if at == int(at) and abs(at) < 1e6 else repr(at)
    return formats.timestamp(at, zone)


def _quartiles(values: Sequence[float]) -> list[float]:
    """Return lowest, lower quartile, median, upper quartile, highest, by nearest rank."""
    ranked = sorted(values)
    return ranked and [ranked[max(0, -(-part * len(ranked) // 4) - 1)] for part in range(5)]


_PARTS: Final = ("lowest", "lower_quartile", "median", "upper_quartile", "highest")
_SPREAD: Final[Mapping[str, tuple[str, Callable[[float], str]]]] = {
    "occupancy": ("occupancy", formats.share),
    "idle_seconds": ("idle", formats.seconds),
    "answered": ("answered", "{:,.0f}".format),
}


def _spread(agents: Sequence[AgentShare]) -> dict[str, list[float]]:
    """Return the quartiles of what differs between the agents who were signed in."""
    there = [each for each in agents if each.occupancy is not None]
    return {name: _quartiles([getattr(each, name) for each in there]) for name in _SPREAD}


def _spread_json(agents: Sequence[AgentShare]) -> JsonValue:
    return {
        name: dict(zip(_PARTS, map(float, parts), strict=True)) if parts else None
        for name, parts in _spread(agents).items()
    }


def _spread_table(agents: Sequence[AgentShare]) -> Iterator[str]:
    yield ""
    number = sum(each.occupancy is not None for each in agents)
    if not number:
        yield "no agent was ever signed in"
        return
    heads = [f"between {formats.counted(number, 'agent')}", *_PARTS]
    rows = [
        [_SPREAD[name][0], *map(_SPREAD[name][1], parts)]
        for name, parts in _spread(agents).items()
    ]
    yield from tables.text_table([head.replace("_", " ") for head in heads], rows)


def _served_table(found: AuditResult) -> Iterator[str]:
    """Yield who took how many of which contacts; many agents stand together by abilities."""
    if not found.served:
        return
    row_of = _row_names(found.agents)
    totals: Counter[str] = Counter()
    for (_, kind), number in found.served.items():
        totals[kind] += number
    shown = sorted(totals, key=lambda kind: (-totals[kind], kind))[:_COLUMNS_MAX]
    if len(totals) > len(shown):
        shown.append("")  # the others
    counts: dict[str, Counter[str]] = {row: Counter() for row in row_of.values()}
    for (agent, kind), number in found.served.items():
        counts[row_of[agent]][kind if kind in shown else ""] += number
    rows = []
    for name, row in counts.items():
        cells = [f"{row[kind]:,}" if row[kind] else "." for kind in shown]
        rows.append([name, *cells, f"{row.total():,}"])
    yield ""
    yield from tables.text_table(
        ["who served whom", *(kind or "others" for kind in shown), "all"], rows
    )


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
