"""`omniqueue staff`: search the cheapest staffing that meets targets, and show the evidence.

Exit codes: 0 found; 1 no staffing within the bounds meets all targets; 2 bad use or bad input; 130
interrupted (what is printed is then a partial result, and says so). The keys of `--json` are
documented at `StaffingPlan.to_dict`; the command line adds `verdict`, a list of sentences.
"""

from __future__ import annotations

import argparse
import json

from omniqueue.cli.console import say
from omniqueue.cli.options import add_study_options
from omniqueue.errors import InvalidValueError


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb to the command line."""
    parser = subparsers.add_parser(
        "staff",
        help="search the cheapest staffing by group that meets targets",
        description="Search, from an Erlang start and by simulation, the cheapest numbers of"
        " agents by group that meet all targets, and print the evidence. Exit code 1: no staffing"
        " within the bounds meets them. 130: interrupted, the result is partial.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("scenario", metavar="SCENARIO.toml", help="who calls, who answers, when and how long")
    add(
        "--target",
        metavar="TEXT",
        action="append",
        required=True,
        help='"phone 80%% in 20s" or "abandon phone under 5%%" (repeatable)',
    )
    add(
        "--cost",
        metavar="GROUP=COST",
        action="append",
        default=[],
        help="what an agent-hour of a group costs; others: 1 (repeatable)",
    )
    add(
        "--max-agents",
        metavar="[GROUP=]N",
        action="append",
        default=[],
        help="the most agents of every group, or of one (repeatable)",
    )
    add_study_options(parser, replications="how many runs of each last candidate", same_for="all")
    add("--quiet", action="store_true", help="only the staffing, no progress bar")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Search the staffing for the scenario of a file and return the exit code.

    Raises:
        FileFaultsError: it is no valid scenario.
        InvalidValueError: an option out of range.
        OSError: standard output cannot take the result.
    """
    from omniqueue.cli.interrupt import stop_wish
    from omniqueue.cli.simulate import progress_bar
    from omniqueue.report.staffing_tables import staffing_lines, staffing_verdict
    from omniqueue.sim.scenarios.file import read_scenario
    from omniqueue.sim.studies.staff_search import cheapest_staffing

    scenario = read_scenario(arguments.scenario)
    names = [group.name for group in scenario.groups]
    costs = dict(_named("--cost", text) for text in arguments.cost)
    most = _most(arguments.max_agents, names)
    with progress_bar(wanted=not arguments.quiet) as progress, stop_wish() as stopped:
        plan = cheapest_staffing(
            scenario,
            arguments.target,
            costs=costs,
            most=most,
            replications=arguments.replications,
            confidence=arguments.confidence,
            seed=arguments.seed,
            jobs=arguments.jobs,
            progress=progress,
            stopped=stopped,
        )
    if arguments.json:
        say(json.dumps({**plan.to_dict(), "verdict": staffing_verdict(plan)}, allow_nan=False))
    else:
        for line in staffing_lines(plan, brief=arguments.quiet):
            say(line)
    if plan.incomplete:
        return 130
    return 0 if plan.met else 1


def _named(option: str, text: str) -> tuple[str, float]:
    """Return the name and the number of NAME=NUMBER."""
    name, sign, number = text.rpartition("=")
    try:
        value = float(number)
    except ValueError:
        sign = ""
    if not sign or not name:
        raise InvalidValueError(option, text, "GROUP=NUMBER")
    return name, value


def _most(texts: list[str], names: list[str]) -> dict[str, int]:
    """Return the most agents by group; a bare number is for every group not named."""
    every: dict[str, int] = {}
    named: dict[str, int] = {}
    for text in texts:
        group, sign, number = text.rpartition("=")
        if not (number.isascii() and number.isdigit() and len(number) <= 9):
            raise InvalidValueError("--max-agents", text, "a number, or GROUP=NUMBER")
        if sign:
            named[group] = int(number)
        else:
            every = dict.fromkeys(names, int(number))
    return {**every, **named}
