"""`omniqueue compare`: run a scenario in two ways on the same customers, and say what differs.

Exit codes: 0 done; 2 bad use or bad input; 130 incomplete (what is printed is then a partial
result, and says so). The keys of `--json` are documented at `Comparison.to_dict`; the command
line adds `verdict`, a list of sentences.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from omniqueue.cli.console import complain
from omniqueue.cli.options import (
    add_policy_options,
    add_repeatable,
    add_study_options,
    count,
    group_numbers,
    instead,
    study_of,
)
from omniqueue.cli.verb import BAD_USE, add_output_options, present, watched

if TYPE_CHECKING:  # what only a run needs is imported by `run`
    from omniqueue.sim.scenarios.scenario import Scenario

WHAT: Final = "compare a scenario with another order, selection or staffing, pair by pair"
MORE: Final = (
    "Simulate a scenario as it is (A) and with changes (B) on the same customers,"
    " and print what differs, with a verdict in words. Exit code 130: the run was stopped,"
    " the result is partial."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    add = parser.add_argument
    add("scenario", metavar="SCENARIO.toml", help="A: who calls, who answers, when and how long")
    add_policy_options(parser, whose="B's")
    agents = "B has N agents in a group, in all its shifts together (repeatable); or OTHER.toml:"
    add_repeatable(parser, "--agents", "GROUP=N", f"{agents} the agents of another scenario")
    known = "the difference in the mean wait is known to within this share of A's"
    add_study_options(parser, replications="how many pairs of runs", same_for="both", until=known)
    add_output_options(parser, quiet="only the verdict, no progress bar")


def run(arguments: argparse.Namespace) -> int:
    """Compare the scenario of a file with another and return the exit code.

    Raises:
        FileFaultsError: it is no valid scenario.
        InvalidValueError: an option out of range.
        OSError: standard output cannot take the result.
    """
    from omniqueue.report.comparison_tables import comparison_lines, comparison_verdict
    from omniqueue.sim.scenarios.file import read_scenario
    from omniqueue.sim.studies.comparison import compare

    if not (arguments.order or arguments.selection or arguments.agents):
        complain("omniqueue: compare needs a change for B: --order, --selection or --agents")
        return BAD_USE
    scenario = read_scenario(arguments.scenario)
    other = _changed(scenario, arguments)
    with watched(arguments) as watch:
        found = compare(scenario, other, **study_of(arguments), **watch)
    return present(
        arguments,
        found,
        lambda found: {**found.to_dict(), "verdict": comparison_verdict(found)},
        comparison_lines,
    )


def _changed(scenario: Scenario, arguments: argparse.Namespace) -> Scenario:
    """Return B: the scenario with what the options say instead."""
    from omniqueue.sim.scenarios.file import read_scenario
    from omniqueue.sim.studies.staff_start import staffed

    files = [text for text in arguments.agents if text.endswith(".toml")]
    groups = [read_scenario(file).groups for file in files]
    policies = {"order": arguments.order, "selection": arguments.selection}
    other = instead(scenario, groups=groups[-1] if groups else None, **policies)
    numbers = [text for text in arguments.agents if text not in files]
    return staffed(other, dict(group_numbers("--agents", numbers, count)))
