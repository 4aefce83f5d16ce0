"""Options that several verbs share, each defined once."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from omniqueue.errors import InvalidValueError

N = TypeVar("N", int, float)
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
    add(
        "--column",
        metavar="ROLE=NAME",
        action="append",
        default=[],
        help=f"a column of the log, before the staff file's; roles: {', '.join(LOG_ROLES)}"
        " (skill more than once: several columns)",
    )
    add("--zone", metavar="ZONE", help="the zone of naive times and shifts, as Europe/Berlin")
    add("--from", dest="start", metavar="TIME", help="only contacts from this time on (ISO 8601)")
    add("--to", dest="end", metavar="TIME", help="only contacts before this time (ISO 8601)")
    add("--fold", choices=["week"], help="lay all weeks over one")
    add("--seed", type=int, metavar="N", help="the seed of drawn handling times")
    add("--repair", action="store_true", help="sort the log and leave out bad rows")


def add_policy_options(parser: argparse._ActionsContainer, *, whose: str = "") -> None:
    """Add --order and --selection.

    Args:
        parser: the verb's parser, or a group of its options.
        whose: whose policies these are, as "B's"; empty: there is only one.

    Cost: O(1).

    Example:
        >>> parser = argparse.ArgumentParser()
        >>> add_policy_options(parser)
        >>> parser.parse_args(["--order", "priority"]).order
        'priority'
    """
    order = f"{whose} order: " if whose else ""
    selection = f"{whose} selection: " if whose else ""
    parser.add_argument(
        "--order", metavar="NAME", help=f"{order}arrival, priority, aging:SECONDS or deadline"
    )
    parser.add_argument(
        "--selection",
        metavar="NAME",
        help=f"{selection}longest-idle, least-loaded, most-skilled or closest-fit",
    )


def add_study_options(
    parser: argparse.ArgumentParser, *, replications: str, same_for: str = ""
) -> None:
    """Add what every study by simulation takes: how often, how surely, with which chance.

    Args:
        parser: the verb's parser.
        replications: what is counted by --replications, in words.
        same_for: for whom the chance is the same, in words; empty: nothing is compared.

    Cost: O(1).

    Example:
        >>> parser = argparse.ArgumentParser()
        >>> add_study_options(parser, replications="how many pairs of runs", same_for="both")
        >>> parser.parse_args(["--jobs", "2"]).confidence
        0.95
    """
    seed = "the seed of all chance" + (f", the same for {same_for}" if same_for else "")
    add = parser.add_argument
    add("--replications", type=int, metavar="N", help=replications)
    add("--confidence", type=float, default=0.95, metavar="LEVEL", help="of all intervals (0.95)")
    add("--seed", type=int, metavar="N", help=seed)
    add("--jobs", type=int, default=1, metavar="N", help="processes; the result is the same")


def group_numbers(
    option: str, texts: Iterable[str], number: Callable[[str], N], *, bare: bool = False
) -> list[tuple[str, N]]:
    """Return group and number of each text GROUP=N.

    Args:
        option: the option's name.
        texts: what was given.
        number: reads N, or raises a ValueError.
        bare: whether N alone will do; its group is then empty.

    Raises:
        InvalidValueError: no group, or no number.

    Cost: O(length).

    Example:
        >>> group_numbers("--agents", ["desk=3"], count)
        [('desk', 3)]
    """
    found = []
    for text in texts:
        group, sign, value = text.rpartition("=")
        try:
            if not group and (sign or not bare):
                raise ValueError
            found.append((group, number(value)))
        except ValueError:
            expected = "a number, or GROUP=NUMBER" if bare else "GROUP=NUMBER, as desk=2"
            raise InvalidValueError(option, text, expected) from None
    return found


def count(text: str) -> int:
    """Return a whole number of at most nine digits, or raise a ValueError.

    Example:
        >>> count("12")
        12
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValueError
    return int(text)
