"""`omniqueue compare`: run a scenario in two ways on the same customers, and say what differs.

Exit codes: 0 done; 2 bad use or bad input; 130 interrupted (what is printed is then a partial
result, and says so). The keys of `--json` are documented at `Comparison.to_dict`; the command
line adds `verdict`, a list of sentences.
"""

from __future__ import annotations

import argparse
import json
import re
from typing import TYPE_CHECKING

from omniqueue.cli.console import complain, say
from omniqueue.cli.options import add_policy_options, add_study_options
from omniqueue.errors import InvalidValueError

if TYPE_CHECKING:  # what only a run needs is imported by `run`
    from omniqueue.sim.scenarios.scenario import Scenario


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb to the command line."""
    parser = subparsers.add_parser(
        "compare",
        help="compare a scenario with another order, selection or staffing, pair by pair",
        description="Simulate a scenario as it is (A) and with changes (B) on the same customers,"
        " and print what differs, with a verdict in words. Exit code 130: interrupted, the result"
        " is partial.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("scenario", metavar="SCENARIO.toml", help="A: who calls, who answers, when and how long")
    add_policy_options(parser, whose="B's")
    add(
        "--staff",
        metavar="GROUP=COUNT",
        action="append",
        default=[],
        help="so many agents of a group in B, in all its shifts together (repeatable); or"
        " OTHER.toml: the agents of another scenario",
    )
    add_study_options(parser, replications="how many pairs of runs", same_for="both")
    add(
        "--precision",
        type=float,
        metavar="SHARE",
        help="go on until the difference in the mean wait is known to within this share of A's",
    )
    add("--quiet", action="store_true", help="only the verdict, no progress bar")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare the scenario of a file with another and return the exit code.

    Raises:
        FileFaultsError: it is no valid scenario.
        InvalidValueError: an option out of range, or no change at all.
        OSError: standard output cannot take the result.
    """
    from omniqueue.cli.interrupt import stop_wish
    from omniqueue.cli.simulate import progress_bar
    from omniqueue.report.comparison_tables import comparison_lines, comparison_verdict
    from omniqueue.sim.scenarios.file import read_scenario
    from omniqueue.sim.studies.comparison import compare

    if not (arguments.order or arguments.selection or arguments.staff):
        complain("omniqueue: compare needs a change for B: --order, --selection or --staff")
        return 2
    scenario = read_scenario(arguments.scenario)
    other = _changed(scenario, arguments)
    with progress_bar(wanted=not arguments.quiet) as progress, stop_wish() as stopped:
        found = compare(
            scenario,
            other,
            replications=arguments.replications,
            precision=arguments.precision,
            confidence=arguments.confidence,
            seed=arguments.seed,
            jobs=arguments.jobs,
            progress=progress,
            stopped=stopped,
        )
    if arguments.json:
        say(json.dumps({**found.to_dict(), "verdict": comparison_verdict(found)}, allow_nan=False))
    else:
        for line in comparison_lines(found, brief=arguments.quiet):
            say(line)
    return 130 if found.incomplete else 0


def _changed(scenario: Scenario, arguments: argparse.Namespace) -> Scenario:
    """Return B: the scenario with what the options say instead."""
    import attrs

    from omniqueue.sim.scenarios.file import read_scenario
    from omniqueue.sim.studies.staff_start import staffed

    changes = {
        name: given
        for name, given in (("order", arguments.order), ("selection", arguments.selection))
        if given is not None
    }
    other = attrs.evolve(scenario, **changes)
    numbers: dict[str, int] = {}
    for text in arguments.staff:
        found = re.fullmatch(r"(.+)=([0-9]{1,9})", text)
        if found is not None:
            numbers[found[1]] = int(found[2])
        elif text.endswith(".toml"):
            other = attrs.evolve(other, groups=read_scenario(text).groups)
        else:
            raise InvalidValueError("--staff", text, "GROUP=COUNT or OTHER.toml")
    return staffed(other, numbers)
