"""The options `--report` and `--report-hour` of `omniqueue simulate`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from omniqueue.errors import InvalidValueError

if TYPE_CHECKING:  # what only a run needs is imported by it
    from omniqueue.sim.runs.results import SimulationResult


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--report", metavar="OUT.html", help="also write a report with figures (extra: plot)"
    )
    parser.add_argument(
        "--report-hour",
        metavar="CLOCK",
        help="the hour of the first day that it shows contact by contact, as 10:00 (the busiest)",
    )


def report_writer(
    arguments: argparse.Namespace,
) -> Callable[[SimulationResult], None] | None:
    """Return what writes the report; None: none is wanted. To be called before a long run.

    Args:
        arguments: the command line.

    Raises:
        MissingExtraError: a library of the extra `plot` is not installed.
        InvalidValueError: no time of day, or no place for a file.

    Cost: a look at the disk.
    """
    from omniqueue.centre.regular_file import same_file
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
    if Path(path).is_dir() or not Path(path).absolute().parent.is_dir():
        raise InvalidValueError("--report", path, "a file in a folder that exists")
    if same_file(path, arguments.scenario):
        raise InvalidValueError("--report", path, "a file that is not read as well")
    return lambda result: _write(result, arguments, start)


def _write(result: SimulationResult, arguments: argparse.Namespace, start: int | None) -> None:
    from omniqueue.report.page import write_report
    from omniqueue.sim.replication.loop import run_replication

    record = None
    if result.summaries and not result.summaries[0].incomplete:
        record = run_replication(
            result.scenario, result.seed, order=arguments.order, selection=arguments.selection
        )
    write_report(arguments.report, result, record, hour_seconds=start)


__all__ = ["add_options", "report_writer"]
