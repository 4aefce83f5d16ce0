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

from omniqueue.errors import MissingExtraError
from omniqueue.policy.order import order_text
from omniqueue.record.measures import MEASURES
from omniqueue.report import formats
from omniqueue.report.day_profile import days_text
from omniqueue.report.figures import SECTIONS, Drawn
from omniqueue.report.hour_timeline import hour_of, hour_text, timeline
from omniqueue.report.key_figures import cards, key_table, unit_name
from omniqueue.report.who_serves_whom import heat_cell, serving_text, who_serves_whom
from omniqueue.sim.runs.results import FORMULAS, SimulationResult

_LIBRARIES: Final = ("matplotlib", "jinja2")
_GROUPS_MAX: Final = 10  # columns of who serves whom; the others together
_STREAMS_MAX: Final = 60  # rows of it
_DEFINED: Final = ("abandonment", "mean_wait", "service_level", "occupancy")


def check_plot_extra() -> None:
    """Make sure that a report can be made.

    Raises:
        MissingExtraError: a library of the extra `plot` is not installed.

    Cost: a look at the disk; nothing is loaded.
    """
    for library in _LIBRARIES:
        if find_spec(library) is None:
            raise MissingExtraError("reports", library, "pip install 'omniqueue[plot]'")


def report_page(result: SimulationResult, *, hour_seconds: int | None = None) -> str:
    """Return a simulation's report as HTML.

    Args:
        result: what was simulated; who serves whom and the timeline show its first replication.
        hour_seconds: when the timeline's hour begins on the first day, in seconds after
            midnight; None: the busiest hour.

    Raises:
        MissingExtraError: a library of the extra `plot` is not installed.
        InvalidValueError: no such hour.

    Cost: a second or two, some MB of memory; not to be called in several threads at once.

    Example:
        >>> from omniqueue.sim import Group, Scenario, Stream, simulate
        >>> calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="50s")
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
    return template.render(_content(result, hour_seconds)) + "\n"


def write_report(
    path: str | PathLike[str], result: SimulationResult, *, hour_seconds: int | None = None
) -> None:
    """Write a simulation's report to a file; arguments and cost as of `report_page`.

    Raises:
        MissingExtraError: a library of the extra `plot` is not installed.
        InvalidValueError: no such hour.
        OSError: the file cannot be written.
    """
    page = report_page(result, hour_seconds=hour_seconds)
    Path(path).write_text(page, encoding="utf-8", newline="\n")


def _content(result: SimulationResult, hour_seconds: int | None) -> dict[str, object]:
    scenario, record = result.scenario, result.first_record
    defined = [(MEASURES[name].label, MEASURES[name].formula) for name in _DEFINED]
    content: dict[str, object] = {
        "title": scenario.title or "A contact centre, simulated",
        "subtitle": _subtitle(result),
        "warnings": _warnings(result),
        "formulas": [*defined, ("confidence", FORMULAS["confidence"])],
        "measured": bool(result.summaries),
        "serving": None,
        "timeline": None,
    }
    if not result.summaries:
        return content
    drawn = Drawn.of(result)
    days = drawn.profile.days
    words = {
        "confidence": f"{100 * result.confidence:g} %",
        "day": f"an average day ({days_text(days)})" if days else "the time simulated",
        "interval": formats.brief_seconds(scenario.interval_seconds),
    }
    content |= {
        "cards": cards(result),
        "key_table": key_table(result),
        "unit": _unit_text(result),
        "confidence": words["confidence"],
        "service_level": MEASURES["service_level"].formula,
        "sections": [
            (each.heading, each.lead.format(**words), each.drawn(drawn)) for each in SECTIONS
        ],
        "channels": list(drawn.channels.items()),
        "channels_left_out": drawn.channels_left_out,
        "groups_left_out": drawn.groups_left_out,
    }
    if record is not None:
        hour = hour_of(record, scenario, hour_seconds)
        serving = who_serves_whom(record, scenario)
        content["serving"] = serving.largest(_GROUPS_MAX)
        content["serving_text"] = serving_text(serving)
        content["streams_max"] = _STREAMS_MAX
        content["heat_cell"] = heat_cell
        content["timeline"] = timeline(hour, drawn.channels)
        content["hour_text"] = hour_text(hour)
        content["run_number"] = record.replication + 1
    return content


def _subtitle(result: SimulationResult) -> str:
    scenario = result.scenario
    runs = formats.counted(result.replications, "simulated run")
    length = formats.brief_seconds(scenario.horizon_seconds - scenario.warm_up_seconds)
    runs_text = f"{runs} of {length} each"
    if scenario.warm_up_seconds:
        runs_text += f" after a warm-up of {formats.brief_seconds(scenario.warm_up_seconds)}"
    if result.batches > 1:
        runs_text += f", cut into {result.batches:,} batches"
    return (
        f"{runs_text}; seed {result.seed}; order of the queue: {order_text(result.order)};"
        f" choice of agents: {result.selection}"
    )


def _unit_text(result: SimulationResult) -> str:
    length = result.scenario.horizon_seconds - result.scenario.warm_up_seconds
    return f"{unit_name(result)} of {formats.brief_seconds(length / result.batches)}"


def _warnings(result: SimulationResult) -> list[str]:
    found = []
    if result.incomplete:
        found.append(
            "This is a partial result: the simulation was stopped before its end, and the"
            " whole of it may give other numbers."
        )
    if not result.summaries:
        found.append("Nothing was measured.")
    elif len(result.summaries) < 2:
        found.append("One run alone tells nothing about chance: there are no intervals.")
    if result.precision is not None and result.summaries:
        reached = result.estimate("mean_wait_all").relative_half_width
        if not reached <= result.precision:
            what = f"{MEASURES['mean_wait_all'].label} to within {100 * result.precision:g} %"
            found.append(f"The precision asked for ({what}) was not reached.")
    return found
