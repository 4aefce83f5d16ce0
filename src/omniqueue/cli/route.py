"""`omniqueue route`: route a contact log through a staff, and say how it went.

Exit codes: 0 done; 1 the verdict found something unexplained; 2 bad use or bad input; 130
incomplete (what is printed is then a partial result, and says so).

Keys of `--json` (one object; seconds unless said otherwise; null: nothing to measure):

- `format` "omniqueue-route/2"; `log`, `staff`, `title`; `started_at`, `ended_at` (ISO 8601);
  `incomplete`; `folded_weeks` and `busiest_minute` (null: not folded); `unserved`
  (what no agent group has, to how many contacts need it); `dropped` and `moved`
  (rows that `--repair` left out and sorted in); `order`, `selection`, `seed`;
- `arrived` = `answered` + `abandoned` + `cancelled` + `expired` + `refused` + `open`;
- `channels`, `skills`, `intervals` (null: not asked for; from the first arrival to the last, those
  without a contact too): lists of `name`, the counts as above, every other
  measure of contacts that `formulas` names, `median_wait`, `p95_wait`, `longest_wait`;
- `groups`: list of `name`, `agents`, `signed_in_seconds`, `occupancy`, `load`, `answered`;
- `verdict`: `judged`, `overtakings` (cause to number), `unexplained` (number),
  `unexplained_by_kind`, `faults` (the first 20: `at`, `kind`, `contact`, `agent`, `needs`,
  `passed_over`, `others`), `most_overtaken` (`contact`, `times`; or null);
- `explained` (null: not asked for): list of `contact`, `at`, `time` (ISO 8601), `text` (lines),
  `explanation` (as `Explanation.to_dict` gives it; null: there is nothing to explain);
- `formulas`: measure to its formula in words.
"""

from __future__ import annotations

import argparse
import json

from omniqueue.cli.console import say
from omniqueue.cli.options import add_log_options, add_policy_options


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb to the command line."""
    parser = subparsers.add_parser(
        "route",
        help="route a contact log (CSV) through a staff (TOML) and report waits and fairness",
        description="Route a contact log through a staff on a simulated clock. Prints what became"
        " of the contacts by channel and skill, the agents' work, and the fairness verdict. Exit"
        " code 1: the verdict found something unexplained. 2: bad input.",
        allow_abbrev=False,
    )
    add_log_options(parser)
    add_policy_options(parser)
    add = parser.add_argument
    add("--interval", metavar="LENGTH", help="also a table by time of arrival, as 30min")
    add(
        "--explain",
        metavar="CONTACT@TIME",
        action="append",
        default=[],
        help="say why that contact waits at that time (ISO 8601, or seconds since 1970 UTC),"
        " after all that happens then; with --fold in the week that all are laid over; may be"
        " given more than once",
    )
    add("--events", metavar="OUT.jsonl", help="write every event, as JSON lines; gzip: *.gz")
    add("--json", action="store_true", help="one JSON object, no tables")
    add("--quiet", action="store_true", help="only the totals and the verdict")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Route the log and return the exit code.

    Raises:
        OmniqueueError: bad input; a `FileFaultsError` names every fault of a file.
        OSError: a file that cannot be written.
    """
    from omniqueue.cli.route_run import route
    from omniqueue.report.route_tables import route_lines

    report = route(arguments)
    if arguments.json:
        say(json.dumps(report.to_dict(), allow_nan=False))
    else:
        for line in route_lines(report, brief=arguments.quiet):
            say(line)
    if report.incomplete:
        return 130
    return 0 if report.verdict.fair else 1
