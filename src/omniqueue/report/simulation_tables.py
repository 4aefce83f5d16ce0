"""The result of `omniqueue simulate` as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import isclose
from typing import Final

from omniqueue.policy.order import order_text
from omniqueue.record.measures import MEASURES
from omniqueue.report import formats, tables
from omniqueue.report.tables import Column
from omniqueue.sim.runs.results import FORMULAS, QUANTILES, By, EstimateRow, SimulationResult
from omniqueue.sim.scenarios.scenario import Scenario
from omniqueue.sim.scenarios.unserved import unserved_streams

# Of all contacts, above the quantiles of the waits and below them.
_WHOLE: Final = (
    "abandonment",
    "chance_of_waiting",
    "mean_wait",
    "service_level",
    "mean_contact_time",
    "mean_handling_time",
)
_BY_INTERVAL: Final = (
    "arrived",
    "answered",
    "abandoned",
    "mean_wait",
    "service_level",
    "queue_length",
    "agents",
    "occupancy",
)
_GROUPS_ANSWERED: Final = (
    "answered by groups: by when the answer is given; of contacts: by when they arrive, so the"
    " answer may come after the measured time"
)


def simulation_lines(result: SimulationResult, *, intervals: bool = True) -> Iterator[str]:
    """Yield a simulation's result as lines of text.

    Args:
        result: what was simulated.
        intervals: whether to print the table by interval as well.

    Cost: O(n log n) in the answered contacts.
    """
    yield from _head(result)
    if not result.summaries:
        yield "nothing was measured"
        return
    several: tuple[By, ...] = ("channel", "skill", "stream")
    if len(result.names("skill")) < 2:
        several = ("channel", "stream")
    parts: list[Iterable[str]] = [_total(result), *(_contacts(result, by) for by in several)]
    parts.append(tables.table_lines(_GROUPS, result.group_rows()))
    if intervals:
        parts.append(_intervals(result))
    for lines in (*parts, _legend(result, intervals=intervals)):
        yield ""
        yield from lines


def _legend(result: SimulationResult, *, intervals: bool) -> Iterator[str]:
    """Yield what the printed names mean, and of them only those that are printed."""
    yield f"arrived, answered ...: {FORMULAS['counts']}"
    named = [*_WHOLE, "mean_interrupted_time", "queue_length", "overtook"]
    if not result.scenario.interrupts:
        named.remove("mean_interrupted_time")
    if result.precision is not None:
        named.append("mean_wait_all")
    yield from tables.formula_lines([*named, "agents", "occupancy", "load"])
    yield f"median, percentiles: {FORMULAS['quantiles']}"
    if intervals:
        yield f"interval from: {FORMULAS['intervals']}"
    yield f"interval, +-: {FORMULAS['confidence']}"
    every = result.group_rows()[-1].measures["answered"].value
    if not isclose(every, result.estimate("answered").value):
        yield _GROUPS_ANSWERED


def _head(result: SimulationResult) -> Iterator[str]:
    if result.incomplete:
        yield tables.INCOMPLETE
    scenario = result.scenario
    if scenario.title:
        yield scenario.title
    units = formats.counted(result.replications, "replication")
    if result.batches > 1:
        units += f" of {result.batches:,} batches"
    length = formats.seconds(scenario.horizon_seconds - scenario.warm_up_seconds)
    if scenario.warm_up_seconds:
        length += f" after a warm-up of {formats.seconds(scenario.warm_up_seconds)}"
    policies = f"order {order_text(result.order)}, selection {result.selection}"
    yield f"{units}, each {length}; seed {result.seed}, {policies}"
    if result.precision is not None:
        text = formats.share(result.estimate("mean_wait_all").relative_half_width, 2)
        label = MEASURES["mean_wait_all"].label
        yield f"{label} to within {text} (asked for: {100 * result.precision:g} %)"
    yield from unserved_line(scenario)


def unserved_line(scenario: Scenario, where: str = "") -> Iterator[str]:
    """Yield what nobody can serve, if there is anything.

    Args:
        scenario: the scenario.
        where: which scenario, as " IN B"; empty: there is only one.
    """
    if unserved := unserved_streams(scenario):
        several = (f"stream {name} needs {what}" for name, what in unserved.items())
        yield f"NOBODY CAN SERVE{where}: " + "; ".join(several)


def _total(result: SimulationResult) -> Iterator[str]:
    yield f"all contacts, with {100 * result.confidence:g} % confidence intervals"
    [row] = result.rows()
    whole = (*_WHOLE, "mean_interrupted_time") if result.scenario.interrupts else _WHOLE
    rows = [_estimate_cells(name, row) for name in whole]
    for share, estimate in row.quantiles.items():
        label = "median wait" if share == 0.5 else f"{100 * share:g}th percentile of waits"
        interval = formats.interval(estimate, formats.seconds)
        rows.append([label, formats.seconds(estimate.value), interval])
    others = (*simulated_outcomes([row]), "redials", "queue_length")
    rows += [_estimate_cells(name, row) for name in others]
    yield from tables.text_table(("measure", "estimate", "interval"), rows)


def _estimate_cells(name: str, row: EstimateRow) -> list[str]:
    measure, estimate = MEASURES[name], row.measures[name]
    text = formats.UNITS[measure.unit]
    return [measure.label, text(estimate.value), formats.interval(estimate, text)]


def simulated_outcomes(rows: Sequence[EstimateRow]) -> list[str]:
    """Return the counts of contacts to show of these rows; see `outcomes_shown`."""
    return tables.outcomes_shown(
        [{name: estimate.value for name, estimate in row.measures.items()} for row in rows]
    )


def _value(name: str) -> Column[EstimateRow]:
    """Return the column of a measure's estimate."""
    measure = MEASURES[name]
    text = formats.UNITS[measure.unit]
    return Column(measure.label, lambda row: text(row.measures[name].value))


def _margin(name: str) -> Column[EstimateRow]:
    """Return the column of a measure's estimate with half its interval."""
    measure = MEASURES[name]
    return Column(measure.label, lambda row: formats.with_margin(row.measures[name], measure.unit))


def _quantile(share: float) -> Column[EstimateRow]:
    head = "median" if share == 0.5 else f"{100 * share:g}th pct"
    return Column(head, lambda row: formats.seconds(row.quantiles[share].value))


_CONTACTS: Final[tuple[Column[EstimateRow], ...]] = (
    _margin("abandonment"),
    _margin("chance_of_waiting"),
    _margin("mean_wait"),
    *map(_quantile, QUANTILES),
    _margin("service_level"),
    _value("queue_length"),
    _value("overtook"),
)
_GROUPS: Final = (
    Column[EstimateRow]("group", lambda row: row.name),
    _value("agents"),
    _margin("occupancy"),
    _margin("load"),
    _value("answered"),
)


def _contacts(result: SimulationResult, by: By) -> Iterator[str]:
    rows = result.rows(by)
    outcomes = map(_value, simulated_outcomes(rows))
    columns: list[Column[EstimateRow]] = [Column(by, lambda row: row.name), *outcomes, *_CONTACTS]
    if result.scenario.interrupts:
        columns.append(_value("mean_interrupted_time"))
    yield from tables.table_lines(columns, rows)


def _intervals(result: SimulationResult) -> Iterator[str]:
    found = result.interval_columns()
    measures = [MEASURES[name] for name in _BY_INTERVAL]
    rows = []
    for place, label in enumerate(found["interval"].tolist()):
        if found["arrived"][place] > 0 or found["agents"][place] > 0:
            cells = [formats.UNITS[each.unit](float(found[each.name][place])) for each in measures]
            rows.append([str(label), *cells])
    yield from tables.text_table(("interval from", *(each.label for each in measures)), rows)
