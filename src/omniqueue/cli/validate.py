"""`omniqueue validate`: simulate what theory knows exactly, and compare.

Exit codes: 0 everything holds; 1 something does not; 2 bad use; 130 incomplete (what is printed
is then a partial result, and says so). The keys of `--json` are documented at
`Validation.to_dict`.
"""

from __future__ import annotations

import argparse
from typing import Final

from omniqueue.cli.verb import add_output_options, present, watched

WHAT: Final = "simulate queues whose exact measures are known, and compare"
MORE: Final = (
    "Run the simulator, through the router that runs live, on queues whose exact"
    " measures theory knows; print for each the difference in standard errors (z). The limit"
    " lets a right simulator pass with 999 of 1,000 seeds. Exit code 1: something does not"
    " hold; 130: the run was stopped, the result is partial."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    add = parser.add_argument
    add("--full", action="store_true", help="large systems as well: minutes instead of seconds")
    add("--seed", type=int, default=1, metavar="N", help="the seed of all chance (1)")
    add("--jobs", type=int, default=1, metavar="N", help="processes; the result is the same")
    add_output_options(parser, quiet="no progress bar; of the table only what fails")


def run(arguments: argparse.Namespace) -> int:
    """Validate and return the exit code.

    Raises:
        InvalidValueError: an option out of range.
        OSError: standard output cannot take the result.
    """
    from omniqueue.report.validation_tables import validation_lines
    from omniqueue.sim.validation.validation import Validation, validate

    with watched(arguments) as watch:
        found = validate(arguments.full, seed=arguments.seed, jobs=arguments.jobs, **watch)
    return present(arguments, found, Validation.to_dict, validation_lines, holds=found.passed)
