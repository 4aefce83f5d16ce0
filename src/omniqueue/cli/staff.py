"""`omniqueue staff`: search the cheapest staffing that meets targets, and show the evidence.

Exit codes: 0 found; 1 no staffing within the bounds meets all targets; 2 bad use or bad input; 130
incomplete (what is printed is then a partial result, and says so). The keys of `--json` are
documented at `StaffingPlan.to_dict`; the command line adds `verdict`, a list of sentences.
"""

from __future__ import annotations

import argparse
from typing import Final

from omniqueue.cli.options import add_repeatable, add_study_options, count, group_numbers, study_of
from omniqueue.cli.verb import add_output_options, present, watched

WHAT: Final = "search the cheapest staffing by group that meets targets"
MORE: Final = (
    "Search, from an Erlang start and by simulation, the cheapest numbers of"
    " agents by group that meet all targets, and print the evidence. Exit code 1: no staffing"
    " within the bounds meets them. 130: the search was stopped, the result is partial."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.add_argument(
        "scenario", metavar="SCENARIO.toml", help="who calls, who answers, when and how long"
    )
    targets = '"phone 80%% in 20s", "phone asa 30s" or "abandon phone under 5%%"; for a channel'
    targets += ' also "skill NAME" or "stream NAME" (repeatable)'
    add_repeatable(parser, "--target", "TEXT", targets, required=True)
    costs = "what an agent-hour of a group costs; others: 1 (repeatable)"
    add_repeatable(parser, "--cost", "GROUP=COST", costs)
    most = "the most agents of every group, or of one (repeatable)"
    add_repeatable(parser, "--max-agents", "[GROUP=]N", most)
    add_study_options(parser, replications="how many runs of each last candidate", same_for="all")
    add_output_options(parser, quiet="only the staffing, no progress bar")


def run(arguments: argparse.Namespace) -> int:
    """Search the staffing for the scenario of a file and return the exit code.

    Raises:
        FileFaultsError: it is no valid scenario.
        InvalidValueError: an option out of range.
        OSError: standard output cannot take the result.
    """
    from omniqueue.report.staffing_tables import staffing_lines, staffing_verdict
    from omniqueue.sim.scenarios.file import read_scenario
    from omniqueue.sim.studies.staff_search import find_staffing

    scenario = read_scenario(arguments.scenario)
    most = dict(group_numbers("--max-agents", arguments.max_agents, count, bare=True))
    if "" in most:  # of every group that is not named
        most = {**dict.fromkeys((each.name for each in scenario.groups), most.pop("")), **most}
    with watched(arguments) as watch:
        plan = find_staffing(
            scenario,
            arguments.target,
            costs=dict(group_numbers("--cost", arguments.cost, float)),
            most=most,
            **study_of(arguments),
            **watch,
        )
    return present(
        arguments,
        plan,
        lambda plan: {**plan.to_dict(), "verdict": staffing_verdict(plan)},
        staffing_lines,
        holds=plan.met,
    )
