"""`omniqueue validate`: simulate what theory knows exactly, and compare.

Exit codes: 0 everything holds; 1 something does not; 2 bad use; 130 interrupted (what is printed
is then a partial result, and says so). The keys of `--json` are documented at
`Validation.to_dict`.
"""

from __future__ import annotations

import argparse
import json

from omniqueue.cli.console import say


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb to the command line."""
    parser = subparsers.add_parser(
        "validate",
        help="simulate queues whose exact measures are known, and compare",
        description="Run the simulator, through the router that runs live, on queues whose exact"
        " measures theory knows; print for each the difference in standard errors (z). The limit"
        " lets a right simulator pass with 999 of 1,000 seeds. Exit code 1: something does not"
        " hold; 130: interrupted, the result is partial.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--full", action="store_true", help="large systems as well: minutes instead of seconds")
    add("--seed", type=int, default=1, metavar="N", help="the seed of all chance (1)")
    add("--jobs", type=int, default=1, metavar="N", help="processes; the result is the same")
    add("--json", action="store_true", help="one JSON object instead of a table")
    add("--quiet", action="store_true", help="no progress bar; of the table only what fails")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Validate and return the exit code.

    Raises:
        InvalidValueError: an option out of range.
        OSError: standard output cannot take the result.
    """
    from omniqueue.cli.interrupt import stop_wish
    from omniqueue.cli.simulate import progress_bar
    from omniqueue.report.validation_tables import validation_lines
    from omniqueue.sim.validation.checks import validate

    with progress_bar(wanted=not arguments.quiet) as progress, stop_wish() as stopped:
        found = validate(
            arguments.full,
            seed=arguments.seed,
            jobs=arguments.jobs,
            progress=progress,
            stopped=stopped,
        )
    if arguments.json:
        say(json.dumps(found.to_dict(), allow_nan=False))
    else:
        for line in validation_lines(found, brief=arguments.quiet):
            say(line)
    if found.incomplete:
        return 130
    return 0 if found.passed else 1
