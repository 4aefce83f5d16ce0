"""`omniqueue simulate`: run a scenario day after day, and say what everybody will see.

Exit codes: 0 done; 2 bad use or bad input; 130 incomplete (what is printed is then a partial
result, and says so). The keys of `--json` are documented at `SimulationResult.to_dict`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from omniqueue.cli.options import add_policy_options, add_study_options, instead, study_of
from omniqueue.cli.verb import add_output_options, present, watched
from omniqueue.errors import InvalidValueError

if TYPE_CHECKING:  # what only a run needs is imported by `run`
    from omniqueue.sim.scenarios.scenario import Scenario

WHAT: Final = "simulate a scenario (TOML) and report waits, service and work with intervals"
MORE: Final = (
    "Run a contact centre day after day with the router that runs live, and"
    " print what customers and agents will see, with confidence intervals. Exit code 130:"
    " the run was stopped, the result is partial."
)
_INTERVALS_MAX: Final = 96  # two days of half hours: a longer table is printed when asked for
_LENGTHS: Final = ("horizon", "warm_up", "interval")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    add = parser.add_argument
    add("scenario", metavar="SCENARIO.toml", help="who calls, who answers, when and how long")
    add_policy_options(parser)
    known = "the mean wait is known to within this share, as 0.05"
    add_study_options(parser, replications="how many independent runs", until=known)
    parts = "batch means: cut each run into N parts (for one long run)"
    add("--batches", type=int, default=1, metavar="N", help=parts)
    until = "until when contacts arrive, from Monday 00:00, as 12h or 20d"
    add("--horizon", metavar="LENGTH", help=until)
    add("--warm-up", metavar="LENGTH", help="what is not measured at the beginning")
    add("--interval", metavar="LENGTH", help="a table by intervals of this length, as 30min")
    add("--brief", action="store_true", help="no table by interval")
    add_output_options(parser, quiet="no progress bar")
    add("--report", metavar="OUT.html", help="also write a report with figures (extra: plot)")
    add("--contacts", metavar="OUT.csv", help="also write every simulated contact, a row each")
    hour = "the hour of the first day that it shows contact by contact, as 10:00 (the busiest)"
    add("--report-hour", metavar="CLOCK", help=hour)


def run(arguments: argparse.Namespace) -> int:
    """Simulate the scenario of a file and return the exit code.

    Raises:
        FileFaultsError: it is no valid scenario.
        InvalidValueError: an option out of range.
        MissingExtraError: a report without the libraries that draw it.
        OSError: standard output cannot take the result, or the disk not the report.
    """
    from omniqueue.model.durations import duration_text
    from omniqueue.report.page import write_report
    from omniqueue.report.simulation_tables import simulation_lines
    from omniqueue.sim.runs.contact_columns import write_contacts
    from omniqueue.sim.runs.replications import simulate
    from omniqueue.sim.runs.results import SimulationResult
    from omniqueue.sim.runs.summary import interval_count

    scenario = _scenario(arguments)
    hour_seconds = _checked_hour(arguments)
    if arguments.contacts is not None:
        _check_output("--contacts", arguments.contacts, arguments.scenario)
    with watched(arguments) as watch:
        result = simulate(
            scenario,
            order=arguments.order,
            selection=arguments.selection,
            batches=arguments.batches,
            keep_contacts=arguments.contacts is not None,
            **study_of(arguments),
            **watch,
        )
    if arguments.report is not None:  # first: who reads what is printed may leave before its end
        write_report(arguments.report, result, hour_seconds=hour_seconds)
    if arguments.contacts is not None and result.records:
        write_contacts(arguments.contacts, result.contact_columns())
    intervals = interval_count(result.scenario)
    few = intervals <= _INTERVALS_MAX or arguments.interval is not None
    lines = list(simulation_lines(result, intervals=few and not arguments.brief))
    if not few and not arguments.brief:
        length = duration_text(result.scenario.interval_seconds)
        lines += ["", f"{intervals} intervals: table left out (--interval {length} prints it)"]
    return present(arguments, result, SimulationResult.to_dict, lambda *_, **__: lines)


def _scenario(arguments: argparse.Namespace) -> Scenario:
    """Return the scenario, with what the options say instead."""
    from omniqueue.model.durations import duration_seconds
    from omniqueue.sim.scenarios.file import read_scenario

    changes = {
        f"{name}_seconds": duration_seconds(f"--{name.replace('_', '-')}", given)
        for name in _LENGTHS
        if (given := getattr(arguments, name)) is not None
    }
    return instead(read_scenario(arguments.scenario), **changes)


def _checked_hour(arguments: argparse.Namespace) -> int | None:
    """Return the hour of the report in seconds; refuse, before a long run, what cannot be."""
    from omniqueue.model.durations import clock_seconds
    from omniqueue.report.page import check_plot_extra

    path, hour = arguments.report, arguments.report_hour
    if path is None:
        if hour is not None:
            raise InvalidValueError("--report-hour", hour, "--report OUT.html as well")
        return None
    check_plot_extra()
    start = None if hour is None else clock_seconds("--report-hour", hour)
    if start is not None and start % 86400 != start:
        raise InvalidValueError("--report-hour", hour, "a time before 24:00")
    _check_output("--report", path, arguments.scenario)
    return start


def _check_output(option: str, path: str, read: str) -> None:
    """Refuse, before a long run, a file that cannot be written, or that is read."""
    from omniqueue.centre.regular_file import same_file

    if Path(path).is_dir() or not Path(path).absolute().parent.is_dir():
        raise InvalidValueError(option, path, "a file in a folder that exists")
    if same_file(path, read):
        raise InvalidValueError(option, path, "a file that is not read as well")
