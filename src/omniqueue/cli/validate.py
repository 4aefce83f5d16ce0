"""`omniqueue validate`: simulate what theory knows exactly, and compare.

Exit codes: 0 everything holds; 1 something does not; 2 bad use; 130 interrupted (what is printed
is then a partial result, and says so). The keys of `--json` are documented at
`Validation.to_dict`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from omniqueue.cli.console import say

if TYPE_CHECKING:  # what only a run needs is imported by `run`
    from omniqueue.sim.validation.checks import Validation


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
        for line in _lines(found, brief=arguments.quiet):
            say(line)
    if found.interrupted:
        return 130
    return 0 if found.passed else 1


def _lines(found: Validation, *, brief: bool) -> Iterator[str]:
    """Yield the table and the verdict."""
    from omniqueue.report.tables import text_table
    from omniqueue.sim.validation.checks import CONFIDENCE, DEGREES

    rows = [
        [
            check.system,
            check.measure,
            _number(check.theory),
            _number(check.simulated),
            _number(check.half_width),
            f"{check.z:+.2f}",
            "pass" if check.passed else "FAIL",
        ]
        for check in found.checks
        if not (brief and check.passed)
    ]
    if rows:
        header = ["system", "measure", "theory", "simulated", "half width", "z", ""]
        width = max(len(row[1]) for row in (header, *rows))
        # Two columns of words: the second to the left as well.
        yield from text_table(header, [[row[0], row[1].ljust(width), *row[2:]] for row in rows])
        yield ""
    yield from found.faults
    held = found.runs - len(found.faults)
    yield f"Little's law and flows, exactly: hold in {held} of {found.runs} runs"
    failed = sum(not check.passed for check in found.checks)
    yield (
        f"{len(found.checks)} measures, {failed} beyond |z| = {found.limit:.2f} (together"
        f" {100 * CONFIDENCE:g} %, Bonferroni, Student t with {DEGREES} degrees of freedom);"
        f" greatest |z| {found.worst:.2f}"
    )
    yield f"{found.contacts:,} contacts, seed {found.seed}"
    if found.interrupted:
        yield "interrupted: systems are missing, so there is no verdict"
    else:
        yield "passed" if found.passed else "failed"


def _number(value: float) -> str:
    return f"{value:.6f}"
