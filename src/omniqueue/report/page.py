"""The report of a simulation: one HTML file that a manager can read, print and send on.

It holds its drawings and its looks and asks nothing of a network. The same result gives the same
bytes. Needs the extra `plot` (matplotlib, jinja2).
"""

from __future__ import annotations

from importlib.resources import files
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from typing import Final

import attrs

from omniqueue.errors import MissingExtraError
from omniqueue.policy.order import order_text
from omniqueue.report.day_profile import days_text
from omniqueue.report.figures import Figures, hour_told
from omniqueue.report.hour import hour_of
from omniqueue.report.key_figures import KEY_HEADINGS, cards, key_rows, unit_name
from omniqueue.report.serving import Serving, who_serves_whom
from omniqueue.report.words import seconds_text
from omniqueue.sim.centre.columns import ReplicationRecord
from omniqueue.sim.runs.results import FORMULAS, SimulationResult

_LIBRARIES: Final = ("matplotlib", "jinja2")
_GROUPS_MAX: Final = 10  # columns of who serves whom; the others together
_STREAMS_MAX: Final = 60  # rows of it
_FORMULAS_TOLD: Final = ("abandonment", "mean_wait", "service_level", "occupancy", "confidence")


def check_plot_extra() -> None:
    """Make sure that a report can be made.

    Raises:
        MissingExtraError: a library of the extra `plot` is not installed.

    Cost: a look at the disk; nothing is loaded.
    """
    for library in _LIBRARIES:
        if find_spec(library) is None:
            raise MissingExtraError("reports", library, "pip install 'omniqueue[plot]'")


def report_page(
    result: SimulationResult,
    record: ReplicationRecord | None = None,
    *,
    hour_seconds: int | None = None,
) -> str:
    """Return a simulation's report as HTML.

    Args:
        result: what was simulated.
        record: one of its replications, as of `run_replication`; None: without who serves whom
            and without the timeline.
        hour_seconds: when the timeline's hour begins on the first day, in seconds after
            midnight; None: the busiest hour.

    Raises:
        MissingExtraError: a library of the extra `plot` is not installed.
        InvalidValueError: no such hour.

    Cost: a second or two, some MB of memory; not to be called in several threads at once.

    Example:
        >>> from omniqueue.sim.runs.replications import simulate
        >>> from omniqueue.sim.scenarios.scenario import Group, Scenario, Stream
        >>> calls = Stream("calls", channel="phone", arrivals=60, handling=50)
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=3600)
        >>> report_page(simulate(desk, replications=2, seed=1))[:15]
        '<!DOCTYPE html>'
    """
    check_plot_extra()
    from jinja2 import Environment, StrictUndefined

    source = files("omniqueue.report").joinpath("page.html.j2").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(source)
    return template.render(_content(result, record, hour_seconds)) + "\n"


def write_report(
    path: str | PathLike[str],
    result: SimulationResult,
    record: ReplicationRecord | None = None,
    *,
    hour_seconds: int | None = None,
) -> None:
    """Write a simulation's report to a file; arguments and cost as of `report_page`.

    Raises:
        MissingExtraError: a library of the extra `plot` is not installed.
        InvalidValueError: no such hour.
        OSError: the file cannot be written.
    """
    page = report_page(result, record, hour_seconds=hour_seconds)
    Path(path).write_text(page, encoding="utf-8", newline="\n")


def _content(
    result: SimulationResult, record: ReplicationRecord | None, hour_seconds: int | None
) -> dict[str, object]:
    scenario = result.scenario
    content: dict[str, object] = {
        "title": scenario.title or "A contact centre, simulated",
        "subtitle": _subtitle(result),
        "warnings": _warnings(result, record),
        "formulas": [(name.replace("_", " "), FORMULAS[name]) for name in _FORMULAS_TOLD],
        "measured": bool(result.summaries),
        "serving": None,
        "timeline": None,
    }
    if not result.summaries:
        return content
    figures = Figures(result)
    days = figures.days
    content |= {
        "cards": cards(result),
        "headings": KEY_HEADINGS,
        "key_rows": key_rows(result),
        "unit": _unit_text(result),
        "confidence": f"{100 * result.confidence:g} %",
        "day": f"an average day ({days_text(days)})" if days else "the time simulated",
        "interval": seconds_text(scenario.interval_seconds),
        "waits": figures.waits(),
        "numbers": figures.numbers(),
        "work": figures.work(),
        "distributions": figures.distributions(),
        "channels": list(figures.channels.items()),
        "channels_left_out": figures.channels_left_out,
        "groups_left_out": figures.groups_left_out,
    }
    if record is not None:
        hour = hour_of(record, scenario, hour_seconds)
        content["serving"] = _serving_table(who_serves_whom(record, scenario))
        content["timeline"] = figures.timeline(hour)
        content["hour_told"] = hour_told(hour)
        content["run_number"] = record.replication + 1
    return content


def _subtitle(result: SimulationResult) -> str:
    scenario = result.scenario
    runs = f"{result.replications:,} simulated run{'s' if result.replications != 1 else ''}"
    length = seconds_text(scenario.horizon_seconds - scenario.warm_up_seconds)
    told = f"{runs} of {length} each"
    if scenario.warm_up_seconds:
        told += f" after a warm-up of {seconds_text(scenario.warm_up_seconds)}"
    if result.batches > 1:
        told += f", cut into {result.batches:,} batches"
    return (
        f"{told}; seed {result.seed}; order of the queue: {order_text(result.order)};"
        f" choice of agents: {result.selection}"
    )


def _unit_text(result: SimulationResult) -> str:
    length = result.scenario.horizon_seconds - result.scenario.warm_up_seconds
    return f"{unit_name(result)} of {seconds_text(length / result.batches)}"


def _warnings(result: SimulationResult, record: ReplicationRecord | None) -> list[str]:
    found = []
    if result.interrupted:
        found.append(
            "This is a partial result: the simulation was interrupted before its end, and what"
            " is told here may differ from what the whole of it would have said."
        )
    if record is not None and record.interrupted and not result.interrupted:
        found.append("The run that is told contact by contact was interrupted before its end.")
    if not result.summaries:
        found.append("Nothing was measured.")
    elif len(result.summaries) < 2:
        found.append("One run alone tells nothing about chance: there are no intervals.")
    if result.precision is not None and result.summaries:
        reached = result.estimate("mean_wait_all").relative_half_width
        if not reached <= result.precision:
            found.append(
                f"The precision asked for (mean wait to within {100 * result.precision:g} %)"
                " was not reached."
            )
    return found


@attrs.frozen
class _HeatCell:
    """A share with the colours of its cell."""

    text: str
    background: str
    ink: str


@attrs.frozen
class _HeatRow:
    """A row of the heat table."""

    name: str
    needs: str
    answered: str
    cells: tuple[_HeatCell, ...]


@attrs.frozen
class _HeatTable:
    """Who serves whom, ready to be set."""

    groups: tuple[str, ...]
    rows: tuple[_HeatRow, ...]
    left_out: int
    told: str


def _serving_table(serving: Serving) -> _HeatTable:
    shown = serving.groups[:_GROUPS_MAX]
    others = len(serving.groups) > len(shown)

    def cells(shares: tuple[float, ...] | None) -> tuple[_HeatCell, ...]:
        if shares is None:
            return (_HeatCell("", "#ffffff", "#333333"),) * (len(shown) + others)
        several = [*shares[: len(shown)], *([sum(shares[len(shown) :])] if others else [])]
        return tuple(_heat(share) for share in several)

    rows = [
        _HeatRow(
            row.stream,
            f"{row.channel}, needs {row.skills}" if row.skills else row.channel,
            f"{row.answered:,}",
            cells(row.shares),
        )
        for row in serving.rows[:_STREAMS_MAX]
    ]
    if len(serving.rows) > 1:
        rows.append(_HeatRow("all", "", f"{serving.answered:,}", cells(serving.totals)))
    return _HeatTable(
        (*shown, "others") if others else shown,
        tuple(rows),
        max(0, len(serving.rows) - _STREAMS_MAX),
        _serving_told(serving),
    )


def _serving_told(serving: Serving) -> str:
    if serving.totals is None:
        return "Nobody was answered in this run."
    told = (
        f"Of {serving.answered:,} contacts answered in this run, {serving.groups[0]} took"
        f" {100 * serving.totals[0]:.0f} %."
    )
    alone = [
        f"{row.stream} (only {serving.groups[row.shares.index(1.0)]})"
        for row in serving.rows
        if row.shares is not None and 1.0 in row.shares and len(serving.groups) > 1
    ]
    if alone:
        more = f" and {len(alone) - 5} more" if len(alone) > 5 else ""
        told += f" Served by one group alone: {', '.join(alone[:5])}{more}."
    return told


def _heat(share: float) -> _HeatCell:
    """Return a cell between white and blue; the ink stays readable on it."""
    low, high = (255, 255, 255), (0, 90, 150)
    mixed = [round(a + (b - a) * share) for a, b in zip(low, high, strict=True)]
    red, green, blue = mixed
    text = f"{100 * share:.0f} %" if share >= 0.01 or not share else "< 1 %"
    return _HeatCell(
        text, f"#{red:02x}{green:02x}{blue:02x}", "#ffffff" if share > 0.75 else "#111111"
    )
