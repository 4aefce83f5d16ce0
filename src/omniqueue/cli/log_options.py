"""The options of verbs that route a log, and what they ask for."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING, Final

from omniqueue.cli.options import add_repeatable, instead
from omniqueue.errors import InvalidValueError

if TYPE_CHECKING:  # what only a run needs is imported by it
    from omniqueue.sim.logs.contact_log import ContactLog, LogColumns
    from omniqueue.sim.logs.staff_file import Staff

LOG_ROLES: Final = ("id", "time", "channel", "skill", "handling", "priority")


def add_log_options(parser: argparse.ArgumentParser) -> None:
    """Add what routes a log: the log, its staff, and which part of it is read how.

    Args:
        parser: the verb's parser.

    Cost: O(1).

    Example:
        >>> parser = argparse.ArgumentParser()
        >>> add_log_options(parser)
        >>> parser.parse_args(["log.csv", "--staff", "staff.toml", "--fold", "week"]).fold
        'week'
    """
    add = parser.add_argument
    add("log", metavar="LOG.csv", help="the log: CSV with a header line, plain or gzip")
    add("--staff", metavar="STAFF.toml", required=True, help="agents, shifts, channels, times")
    add_repeatable(
        parser,
        "--column",
        "ROLE=NAME",
        f"a column of the log, before the staff file's; roles: {', '.join(LOG_ROLES)}"
        " (skill more than once: several columns)",
    )
    add("--zone", metavar="ZONE", help="the zone of naive times and shifts, as Europe/Berlin")
    add("--from", dest="start", metavar="TIME", help="only contacts from this time on (ISO 8601)")
    add("--to", dest="end", metavar="TIME", help="only contacts before this time (ISO 8601)")
    add("--fold", choices=["week"], help="lay all weeks over one")
    add("--seed", type=int, metavar="N", help="the seed of drawn handling times")
    add("--repair", action="store_true", help="sort the log and leave out bad rows")


def staff_of(arguments: argparse.Namespace, **policies: str | None) -> Staff:
    """Return the staff file, with what the options say instead.

    Args:
        arguments: the options of `add_log_options`.
        policies: order and selection; None: the staff file's.

    Raises:
        FileFaultsError: it is no valid staff file.
        InvalidValueError: an option out of range.
    """
    from omniqueue.sim.logs.contact_log import zone_named
    from omniqueue.sim.logs.staff_file import read_staff

    staff = read_staff(arguments.staff)
    zone = None if arguments.zone is None else zone_named("--zone", arguments.zone)
    columns = columns_of(arguments.column, staff.columns)
    return instead(staff, zone=zone, seed=arguments.seed, columns=columns, **policies)


def columns_of(options: Sequence[str], columns: LogColumns) -> LogColumns:
    """Return the log's columns with those that options name instead.

    Args:
        options: texts as "time=opened"; "skill=..." may come several times.
        columns: the columns of the staff file.

    Raises:
        InvalidValueError: no such role, or no name.

    Example:
        >>> from omniqueue.sim.logs.contact_log import LogColumns
        >>> columns_of(["skill=topic", "skill=town"], LogColumns()).skills
        ('topic', 'town')
    """
    named: dict[str, list[str]] = {}
    for option in options:
        role, given, name = option.partition("=")
        if given and role not in LOG_ROLES:
            raise InvalidValueError(
                "role", role, f"{', '.join(LOG_ROLES[:-1])} or {LOG_ROLES[-1]}"
            )
        if not name:
            raise InvalidValueError("--column", option, "ROLE=NAME, as time=opened or skill=topic")
        named.setdefault(role, []).append(name)
    skills = named.pop("skill", None)
    changes = {role: names[-1] for role, names in named.items()}
    return instead(columns, skills=None if skills is None else tuple(skills), **changes)


def logged(arguments: argparse.Namespace, staff: Staff) -> ContactLog:
    """Return the log: the part that --from and --to ask for, folded if --fold says so.

    Args:
        arguments: the options of `add_log_options`.
        staff: whose zone and columns the log has.

    Raises:
        FileFaultsError: it is no valid log, or holds no contact in that time.
        InvalidValueError: an option that is no time.
    """
    from datetime import UTC

    from omniqueue.sim.logs.contact_log import Clock, fold_week, read_log

    clock = Clock(staff.zone)
    start = -inf if arguments.start is None else clock("--from", arguments.start)
    end = inf if arguments.end is None else clock("--to", arguments.end)
    log = read_log(
        arguments.log,
        staff.columns,
        zone=staff.zone,
        repair=arguments.repair,
        channels=staff.all_channels(),
    ).between(start, end)
    return log if arguments.fold is None else fold_week(log, staff.zone or UTC)
