"""The result of `omniqueue simulate` as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isclose, isnan
from typing import Final

from omniqueue.policy.order import order_text
from omniqueue.report.tables import counted, text_table
from omniqueue.sim.calendar.durations import duration_text
from omniqueue.sim.runs.estimates import Estimate
from omniqueue.sim.runs.results import FORMULAS, By, SimulationResult
from omniqueue.sim.scenarios.unserved import unserved_streams

_CONTACTS: Final = (
    "arrived",
    "answered",
    "abandoned",
    "waits",
    "mean wait",
    "median",
    "80th pct",
    "90th pct",
    "95th pct",
    "99th pct",
    "in target",
    "queue",
    "overtook",
)
_TELL: Final = (
    "abandonment",
    "chance_of_waiting",
    "mean_wait",
    "service_level",
    "mean_contact_time",
    "mean_handling_time",
)

_INTERRUPTED: Final = "mean_interrupted_time"

_LEGEND: Final = {  # what is printed to its key in `FORMULAS`
    "arrived, answered, abandoned, refused, redials": "counts",
    "abandonment, abandoned in %": "abandonment",
    "chance of waiting, waits": "chance_of_waiting",
    "mean wait": "mean_wait",
    "mean wait of all": "mean_wait_all",
    "mean interrupted time, interrupted": _INTERRUPTED,
    "service level, in target": "service_level",
    "median, percentiles": "quantiles",
    "queue length, queue": "queue_length",
    "overtook": "overtook",
    "agents": "agents",
    "occupancy": "occupancy",
    "load": "load",
    "interval from": "intervals",
    "interval, +-": "confidence",
}

_GROUPS_ANSWERED: Final = (
    "answered by groups: by when the answer is given; of contacts: by when they arrive, so the"
    " answer may come after the measured time"
)


def simulation_lines(result: SimulationResult, *, intervals: bool = True) -> Iterator[str]:
    """Yield a simulation's result as lines of text.

    Args:
        result: what was simulated.
        intervals: whether to tell it by interval as well.

    Cost: O(n log n) in the answered contacts.
    """
    yield from _head(result)
    if not result.summaries:
        yield "nothing was measured"
        return
    yield ""
    yield from _total(result)
    several: tuple[By, ...] = ("channel", "skill", "stream")
    for by in several:
        if by != "skill" or len(result.names("skill")) > 1:
            yield ""
            yield from _contacts(result, by)
    yield ""
    yield from _groups(result)
    if intervals:
        yield ""
        yield from _intervals(result)
    yield ""
    yield from _legend(result, intervals=intervals)


def _legend(result: SimulationResult, *, intervals: bool) -> Iterator[str]:
    """Yield what the printed names mean, and of them only those that are printed."""
    left_out = {
        "mean_wait_all": result.precision is None,
        _INTERRUPTED: not result.scenario.interrupts,
        "intervals": not intervals,
    }
    for printed, name in _LEGEND.items():
        if not left_out.get(name):
            yield f"{printed}: {FORMULAS[name]}"
    every = result.group_rows()[-1].measures["answered"].value
    if not isclose(every, result.estimate("answered").value):
        yield _GROUPS_ANSWERED


def _head(result: SimulationResult) -> Iterator[str]:
    if result.interrupted:
        yield "INTERRUPTED: this is a partial result"
    scenario = result.scenario
    if scenario.title:
        yield scenario.title
    units = counted(result.replications, "replication")
    if result.batches > 1:
        units += f" of {result.batches:,} batches"
    measured = scenario.horizon_seconds - scenario.warm_up_seconds
    yield (
        f"{units}, each {duration_text(measured)}"
        + (
            f" after a warm-up of {duration_text(scenario.warm_up_seconds)}"
            if scenario.warm_up_seconds
            else ""
        )
        + f"; seed {result.seed}, order {order_text(result.order)}, selection {result.selection}"
    )
    if result.precision is not None:
        reached = result.estimate("mean_wait_all").relative_half_width
        text = "-" if isnan(reached) else f"{100 * reached:.2f} %"
        yield f"mean wait of all to within {text} (asked for: {100 * result.precision:g} %)"
    if unserved := unserved_streams(scenario):
        several = (f"stream {name} needs {what}" for name, what in unserved.items())
        yield "NOBODY CAN SERVE: " + "; ".join(several)


def _total(result: SimulationResult) -> Iterator[str]:
    yield f"all contacts, with {100 * result.confidence:g} % confidence intervals"
    [row] = result.rows()
    rows = []
    for name in (*_TELL, _INTERRUPTED) if result.scenario.interrupts else _TELL:
        estimate = row.measures[name]
        text = _seconds if name.startswith("mean") else _share
        rows.append([name.replace("_", " "), text(estimate.value), _interval(estimate, text)])
    for share, estimate in row.quantiles.items():
        label = "median wait" if share == 0.5 else f"{100 * share:g}th percentile of waits"
        rows.append([label, _seconds(estimate.value), _interval(estimate, _seconds)])
    for name in ("arrived", "answered", "abandoned", "refused", "redials", "queue_length"):
        estimate = row.measures[name]
        label = name.replace("_", " ")
        rows.append([label, _number(estimate.value), _interval(estimate, _number)])
    yield from text_table(("measure", "estimate", "interval"), rows)


def _contacts(result: SimulationResult, by: By) -> Iterator[str]:
    rows = []
    interrupts = result.scenario.interrupts
    for row in result.rows(by):
        found: Mapping[str, Estimate] = row.measures
        rows.append(
            [
                row.name,
                *(_number(found[name].value) for name in ("arrived", "answered")),
                _with_margin(found["abandonment"]),
                _with_margin(found["chance_of_waiting"]),
                _seconds(found["mean_wait"].value) + _margin_seconds(found["mean_wait"]),
                *(_seconds(each.value) for each in row.quantiles.values()),
                _with_margin(found["service_level"]),
                _number(found["queue_length"].value),
                _share(found["overtook"].value),
                *([_seconds(found[_INTERRUPTED].value)] if interrupts else []),
            ]
        )
    yield from text_table((by, *_CONTACTS, *(["interrupted"] if interrupts else [])), rows)


def _groups(result: SimulationResult) -> Iterator[str]:
    rows = [
        [
            row.name,
            _number(row.measures["agents"].value),
            _with_margin(row.measures["occupancy"]),
            _with_margin(row.measures["load"]),
            _number(row.measures["answered"].value),
        ]
        for row in result.group_rows()
    ]
    yield from text_table(("group", "agents", "occupancy", "load", "answered"), rows)


def _intervals(result: SimulationResult) -> Iterator[str]:
    columns = result.interval_columns()
    names = (
        ("arrived", _number),
        ("answered", _number),
        ("abandoned", _number),
        ("mean_wait", _seconds),
        ("service_level", _share),
        ("queue_length", _number),
        ("agents", _number),
        ("occupancy", _share),
    )
    rows = []
    for place, label in enumerate(columns["interval"].tolist()):
        quiet = not columns["arrived"][place] > 0 and not columns["agents"][place] > 0
        if not quiet:
            cells = [text(float(columns[name][place])) for name, text in names]
            rows.append([str(label), *cells])
    header = ("interval from", *(name.replace("_", " ") for name, _ in names))
    yield from text_table(header, rows)


def _seconds(value: float) -> str:
    return "-" if isnan(value) else duration_text(max(value, 0.0))


def _share(value: float) -> str:
    return "-" if isnan(value) else f"{100 * value:.1f} %"


def _number(value: float) -> str:
    if isnan(value):
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.1f}"


def _with_margin(estimate: Estimate) -> str:
    if isnan(estimate.value) or isnan(estimate.half_width):
        return _share(estimate.value)
    return f"{100 * estimate.value:.1f} +-{100 * estimate.half_width:.1f} %"


def _margin_seconds(estimate: Estimate) -> str:
    return "" if isnan(estimate.half_width) else f" +-{duration_text(estimate.half_width)}"


def _interval(estimate: Estimate, text: object) -> str:
    if isnan(estimate.low) or not callable(text):
        return "-"
    return f"{text(estimate.low)} to {text(estimate.high)}"
