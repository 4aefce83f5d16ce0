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
import json
import re
from collections.abc import Sequence

from omniqueue.cli.console import say
from omniqueue.cli.options import add_log_options, add_policy_options
from omniqueue.cli.verb import watched
from omniqueue.errors import InvalidValueError


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb to the command line."""
    parser = subparsers.add_parser(
        "whatif",
        help="route a log through a staff as it is and with a change, contact by contact",
        description="Route a contact log through a staff as it is (A) and with a change (B), on"
        " the same arrivals and handling times. Prints both side by side and what the change does"
        " to the wait of the same contacts. Exit code 1: a fairness verdict found something"
        " unexplained. 2: bad input.",
        allow_abbrev=False,
    )
    add_log_options(parser)
    change = parser.add_argument_group("what is different in B (together, and repeated)")
    for option, words in (("--add-agents", "more"), ("--remove-agents", "fewer")):
        change.add_argument(
            option,
            metavar="GROUP=N",
            action="append",
            default=[],
            help=f"so many agents {words} in a group",
        )
    change.add_argument(
        "--without-skill",
        metavar="NAME",
        action="append",
        default=[],
        help="no agent has this skill any more",
    )
    add_policy_options(change)
    add = parser.add_argument
    add("--json", action="store_true", help="one JSON object, no tables")
    add("--quiet", action="store_true", help="only the sentence and the verdicts, no progress bar")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Route the log twice and return the exit code.

    Raises:
        OmniqueueError: bad input; a `FileFaultsError` names every fault of a file.
    """
    from omniqueue.cli.route_run import contacts_of, no_collection, staff_of
    from omniqueue.report.whatif_tables import WhatIfReport, whatif_lines
    from omniqueue.sim.logs.routing import handling_seconds
    from omniqueue.sim.studies.whatif import StaffChange, changed, what_if

    change = StaffChange(
        add=_numbers("--add-agents", arguments.add_agents),
        remove=_numbers("--remove-agents", arguments.remove_agents),
        without_skills=tuple(dict.fromkeys(arguments.without_skill)),
        order=arguments.order,
        selection=arguments.selection,
    )
    # A is the staff as it is: its policies are not those that the change asks for.
    plain = argparse.Namespace(**{**vars(arguments), "order": None, "selection": None})
    with no_collection():
        staff = staff_of(plain)
        changed(staff, change)  # what cannot be done is said before a long log is read
        log, contacts, fold = contacts_of(plain, staff)
        handling = handling_seconds(
            contacts, staff.handling, seed=staff.seed, name=arguments.staff
        )
        total = 2 * len(contacts)
        with watched(arguments, "routing", total) as (progress, stopped):
            found = what_if(
                staff,
                contacts,
                handling,
                change,
                stopped=stopped,
                on_progress=lambda done: progress(done, total),
            )
    report = WhatIfReport(
        log=arguments.log,
        staff=arguments.staff,
        title=staff.title,
        zone=staff.zone,
        folded_weeks=None if fold is None else fold.weeks,
        dropped=log.dropped,
        moved=log.moved,
        seed=staff.seed,
        found=found,
    )
    if arguments.json:
        say(json.dumps(report.to_dict(), allow_nan=False))
    else:
        for line in whatif_lines(report, brief=arguments.quiet):
            say(line)
    if found.incomplete:
        return 130
    return 0 if found.fair else 1


def _numbers(option: str, texts: Sequence[str]) -> dict[str, int]:
    """Return group to number; of a group named twice, the sum."""
    numbers: dict[str, int] = {}
    for text in texts:
        found = re.fullmatch(r"(.+)=([0-9]{1,6})", text)
        if found is None:
            raise InvalidValueError(option, text, "GROUP=NUMBER, as desk=2")
        numbers[found[1]] = numbers.get(found[1], 0) + int(found[2])
    return numbers
