"""`omniqueue simulate`: run a scenario day after day, and say what everybody will see.

Exit codes: 0 done; 2 bad use or bad input; 130 interrupted (what is printed is then a partial
result, and says so). The keys of `--json` are documented at `SimulationResult.to_dict`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from omniqueue.cli.console import say
from omniqueue.cli.options import add_policy_options, add_study_options
from omniqueue.cli.simulate_report import add_options, report_writer

if TYPE_CHECKING:  # what only a run needs is imported by `run`
    from omniqueue.sim.scenarios.scenario import Scenario

_INTERVALS_MAX: Final = 96  # two days of half hours: a longer table is printed when asked for


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb to the command line."""
    parser = subparsers.add_parser(
        "simulate",
        help="simulate a scenario (TOML) and report waits, service and work with intervals",
        description="Run a contact centre day after day with the router that runs live, and"
        " print what customers and agents will see, with confidence intervals. Exit code 130:"
        " interrupted, the result is partial.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("scenario", metavar="SCENARIO.toml", help="who calls, who answers, when and how long")
    add_policy_options(parser)
    add_study_options(parser, replications="how many independent runs")
    add(
        "--precision",
        type=float,
        metavar="SHARE",
        help="go on until the mean wait is known to within this share, as 0.05",
    )
    add(
        "--batches",
        type=int,
        default=1,
        metavar="N",
        help="batch means: cut each run into so many parts (for one long run)",
    )
    add(
        "--horizon",
        metavar="LENGTH",
        help="until when contacts arrive, from Monday 00:00, as 12h or 20d",
    )
    add("--warm-up", metavar="LENGTH", help="what is not measured at the beginning")
    add("--interval", metavar="LENGTH", help="a table by intervals of this length, as 30min")
    add("--brief", action="store_true", help="no table by interval")
    add("--quiet", action="store_true", help="no progress bar")
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Simulate the scenario of a file and return the exit code.

    Raises:
        FileFaultsError: it is no valid scenario.
        InvalidValueError: an option out of range.
        MissingExtraError: a report without the libraries that draw it.
        OSError: standard output cannot take the result, or the disk not the report.
    """
    from omniqueue.cli.interrupt import stop_wish
    from omniqueue.report.simulation_tables import simulation_lines
    from omniqueue.sim.runs.replications import simulate
    from omniqueue.sim.runs.summary import interval_count

    scenario = _scenario(arguments)
    write = report_writer(arguments)
    with progress_bar(wanted=not arguments.quiet) as progress, stop_wish() as stopped:
        result = simulate(
            scenario,
            order=arguments.order,
            selection=arguments.selection,
            replications=arguments.replications,
            precision=arguments.precision,
            batches=arguments.batches,
            confidence=arguments.confidence,
            seed=arguments.seed,
            jobs=arguments.jobs,
            progress=progress,
            stopped=stopped,
        )
    few = interval_count(result.scenario) <= _INTERVALS_MAX
    if arguments.json:
        say(json.dumps(result.to_dict(), allow_nan=False))
    else:
        intervals = not arguments.brief and (few or arguments.interval is not None)
        for line in simulation_lines(result, intervals=intervals):
            say(line)
    if write is not None:
        write(result)
    return 130 if result.incomplete else 0


def _scenario(arguments: argparse.Namespace) -> Scenario:
    """Return the scenario, with what the options say instead."""
    import attrs

    from omniqueue.model.durations import duration_seconds
    from omniqueue.sim.scenarios.file import read_scenario

    changes: dict[str, float] = {}
    for field, option in (
        ("horizon_seconds", "horizon"),
        ("warm_up_seconds", "warm_up"),
        ("interval_seconds", "interval"),
    ):
        given = getattr(arguments, option)
        if given is not None:
            changes[field] = duration_seconds(f"--{option.replace('_', '-')}", given)
    scenario = read_scenario(arguments.scenario)
    return attrs.evolve(scenario, **changes) if changes else scenario  # type: ignore[arg-type]


@contextmanager
def progress_bar(*, wanted: bool = True) -> Iterator[Callable[[int, int], None] | None]:
    """Yield a function that is told how many replications are done, and planned; or None.

    There is a bar only on a terminal and where the library `rich` is installed (which leaves
    colours out where NO_COLOR is set).

    Args:
        wanted: whether a bar is wanted at all.

    Example:
        >>> with progress_bar(wanted=False) as tell:
        ...     tell is None
        True
    """
    if not wanted or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    try:
        from rich.console import Console
        from rich.progress import Progress
    except ImportError:
        yield None
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("simulating", total=None)
        yield lambda done, planned: bar.update(task, completed=done, total=planned)
