"""`omniqueue whatif`: route a log through a staff as it is and with a change, side by side.

Both runs meet the same arrivals and the same handling times, so waits are compared contact by
contact. Changes may be given together and repeated.

Exit codes: 0 done; 1 a fairness verdict found something unexplained; 2 bad use or bad input; 130
incomplete (what is printed is then a partial result, and says so).

Keys of `--json` (one object; seconds unless said otherwise; null: nothing to measure):

- `format` "omniqueue-whatif/2"; `log`, `staff`, `title`, `change` (in words), `seed`,
  `folded_weeks`, `dropped`, `moved`, `incomplete`;
- `first` (A, as it is) and `second` (B, with the change): `order`, `selection`, `started_at`,
  `ended_at` (ISO 8601), the counts from `arrived` to `open`, `channels`, `groups` and `verdict` as
  `omniqueue route --json` has them;
- `differences` (empty when incomplete: the two runs have met unequal parts of the log): all
  contacts (`name` "all"), then each channel: `name`, `contacts`, `pairs`
  (answered in both), `mean` of wait B - wait A over the pairs, its 95 % interval `low` to `high`
  (null: fewer than 100 pairs), `better`, `worse`, `same` (contacts), `only_first`, `only_second`
  (answered in one run alone);
- `sentence`: the verdict in words (null: incomplete); `formulas`: measure to its formula in
  words, and `difference`.
"""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Final

from omniqueue.cli.log_options import add_log_options, logged, staff_of
from omniqueue.cli.options import add_policy_options, add_repeatable, count, group_numbers
from omniqueue.cli.verb import add_output_options, present, watched

WHAT: Final = "route a log through a staff as it is and with a change, contact by contact"
MORE: Final = (
    "Route a contact log through a staff as it is (A) and with a change (B), on"
    " the same arrivals and handling times. Prints both side by side and what the change does"
    " to the wait of the same contacts. Exit code 1: a fairness verdict found something"
    " unexplained. 2: bad input."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    add_log_options(parser)
    change = parser.add_argument_group("what is different in B (together, and repeated)")
    for option, words in (("--add-agents", "more"), ("--remove-agents", "fewer")):
        add_repeatable(change, option, "GROUP=N", f"N agents {words} in a group")
    add_repeatable(change, "--without-skill", "NAME", "no agent has this skill any more")
    add_policy_options(change)
    add_output_options(parser, quiet="only the sentence and the verdicts, no progress bar")


def run(arguments: argparse.Namespace) -> int:
    """Route the log twice and return the exit code.

    Raises:
        OmniqueueError: bad input; a `FileFaultsError` names every fault of a file.
    """
    from omniqueue.report.whatif_tables import whatif_json, whatif_lines
    from omniqueue.sim.studies.what_if import StaffChange, changed, what_if

    change = StaffChange(
        add=_agents("--add-agents", arguments.add_agents),
        remove=_agents("--remove-agents", arguments.remove_agents),
        without_skills=tuple(dict.fromkeys(arguments.without_skill)),
        order=arguments.order,
        selection=arguments.selection,
    )
    staff = staff_of(arguments)
    changed(staff, change)  # what cannot be done is said before a long log is read
    log = logged(arguments, staff)
    with watched(arguments, "routing", 2 * len(log.contacts)) as watch:
        found = what_if(log, staff, change, **watch)
    return present(arguments, found, whatif_json, whatif_lines, holds=found.fair)


def _agents(option: str, texts: list[str]) -> Counter[str]:
    """Return group to number; of a group named twice, the sum."""
    agents: Counter[str] = Counter()
    for group, number in group_numbers(option, texts, count):
        agents[group] += number
    return agents
