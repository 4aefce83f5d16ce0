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
from typing import Final

from omniqueue.cli.log_options import add_log_options, logged, staff_of
from omniqueue.cli.options import add_explain, add_policy_options, question
from omniqueue.cli.verb import add_output_options, present, watched
from omniqueue.errors import InvalidValueError

WHAT: Final = "route a contact log (CSV) through a staff (TOML) and report waits and fairness"
MORE: Final = (
    "Route a contact log through a staff on a simulated clock. Prints what became"
    " of the contacts by channel and skill, the agents' work, and the fairness verdict. Exit"
    " code 1: the verdict found something unexplained. 2: bad input."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    add_log_options(parser)
    add_policy_options(parser)
    add = parser.add_argument
    add("--interval", metavar="LENGTH", help="also a table by time of arrival, as 30min")
    folded = " with --fold in the week that all are laid over;"
    add_explain(parser, "ISO 8601, or seconds since 1970 UTC", folded)
    add("--events", metavar="OUT.jsonl", help="write every event, as JSON lines; gzip: *.gz")
    add_output_options(parser, quiet="only the totals and the verdict")


def run(arguments: argparse.Namespace) -> int:
    """Route the log and return the exit code.

    Raises:
        OmniqueueError: bad input; a `FileFaultsError` names every fault of a file.
        OSError: a file that cannot be written.
    """
    from omniqueue.centre.regular_file import same_file
    from omniqueue.model.durations import duration_seconds
    from omniqueue.report.route_tables import route_json, route_lines
    from omniqueue.sim.logs.contact_log import Clock
    from omniqueue.sim.studies.routed_log import route_log

    interval, events = arguments.interval, arguments.events
    interval_seconds = None if interval is None else duration_seconds("--interval", interval)
    read = (arguments.log, arguments.staff)
    if events is not None and any(same_file(events, each) for each in read):
        raise InvalidValueError("--events", events, "a file that is not read as well")
    staff = staff_of(arguments, order=arguments.order, selection=arguments.selection)
    questions = [question(text, Clock(staff.zone)) for text in arguments.explain]
    log = logged(arguments, staff)
    with watched(arguments, "routing", len(log.contacts)) as watch:
        routed = route_log(
            log,
            staff,
            interval_seconds=interval_seconds,
            explain=questions,
            events=events,
            **watch,
        )
    return present(arguments, routed, route_json, route_lines, holds=routed.verdict.fair)
