"""Options that several verbs share, each defined once."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, TypeVar
from unicodedata import normalize

from omniqueue.errors import InvalidValueError

if TYPE_CHECKING:  # what only a run needs is imported by it
    from omniqueue.play.questions import Question

N = TypeVar("N", int, float)
T = TypeVar("T")
_STUDY: Final = ("replications", "confidence", "seed", "jobs", "precision")
_SECONDS: Final = (-2_208_988_800, 7_289_654_400)  # the years 1900 to 2200, as in a log


def add_repeatable(
    to: argparse._ActionsContainer, option: str, metavar: str, what: str, *, required: bool = False
) -> None:
    """Add an option that may be given several times; its value is a list.

    Args:
        to: the verb's parser, or a group of its options.
        option: its name.
        metavar: what it takes.
        what: its help.
        required: whether it must be given.

    Example:
        >>> parser = argparse.ArgumentParser()
        >>> add_repeatable(parser, "--cost", "GROUP=COST", "what an agent-hour costs")
        >>> parser.parse_args(["--cost", "a=1", "--cost", "b=2"]).cost
        ['a=1', 'b=2']
    """
    add = to.add_argument
    add(option, metavar=metavar, action="append", default=[], help=what, required=required)


def add_explain(parser: argparse.ArgumentParser, times: str, more: str = "") -> None:
    """Add --explain.

    Args:
        parser: the verb's parser.
        times: how a time is written, in words.
        more: what else is to be known, in words.

    Example:
        >>> parser = argparse.ArgumentParser()
        >>> add_explain(parser, "seconds")
        >>> parser.parse_args(["--explain", "c7@120"]).explain
        ['c7@120']
    """
    what = f"say why that contact waits at that time ({times}), after all that happens then;{more}"
    add_repeatable(parser, "--explain", "CONTACT@TIME", f"{what} may be given more than once")


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
    by_name = "longest-idle, least-loaded, most-skilled, closest-fit, linear, round-robin"
    for option, known in (
        ("order", "arrival, priority, aging:SECONDS or deadline"),
        ("selection", f"{by_name}, fewest-taken or least-busy"),
    ):
        text = f"{whose} {option}: {known}" if whose else known
        parser.add_argument(f"--{option}", metavar="NAME", help=text)


def add_study_options(
    parser: argparse.ArgumentParser, *, replications: str, same_for: str = "", until: str = ""
) -> None:
    """Add what every study by simulation takes: how often, how surely, with which chance.

    Args:
        parser: the verb's parser.
        replications: what is counted by --replications, in words.
        same_for: for whom the chance is the same, in words; empty: nothing is compared.
        until: what --precision waits for, in words; empty: there is no such option.

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
    if until:
        add("--precision", type=float, metavar="SHARE", help=f"go on until {until}")


def study_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what `add_study_options` has read, as the keywords of a study in `omniqueue.sim`.

    Args:
        arguments: the command line.

    Example:
        >>> parser = argparse.ArgumentParser()
        >>> add_study_options(parser, replications="how many")
        >>> study_of(parser.parse_args([]))
        {'replications': None, 'confidence': 0.95, 'seed': None, 'jobs': 1}
    """
    return {name: getattr(arguments, name) for name in _STUDY if name in arguments}


def instead(value: T, **changes: object) -> T:
    """Return an attrs value with what options give instead of its fields.

    Args:
        value: an attrs value.
        changes: field to what was given; None: nothing was, the field stays.

    Cost: O(fields), and the value's own checks.

    Example:
        >>> from omniqueue import Preference
        >>> instead(Preference("ann", 60), agent="bob", seconds=None)
        Preference(agent='bob', seconds=60.0, skip_if_away=True)
    """
    import attrs

    given = {name: each for name, each in changes.items() if each is not None}
    return attrs.evolve(value, **given) if given else value  # type: ignore[misc]


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


def question(text: str, clock: Callable[[str, str], float] | None = None) -> Question:
    """Return what CONTACT@TIME asks.

    Args:
        text: as "c7@120.5"; the time stands after the last @.
        clock: reads a time that is no number (field, text), where instants are those of a
            calendar; None: times are numbers.

    Raises:
        InvalidValueError: no contact, or no time.

    Cost: O(length).

    Example:
        >>> question("ann@desk@12")
        Question(contact='ann@desk', at=12.0)
    """
    from omniqueue.play.questions import Question

    contact, _, time = text.rpartition("@")
    expected = "CONTACT@TIME, the time in seconds, as c7@120"
    if clock is not None:
        expected = "CONTACT@TIME, the time in ISO 8601 or in seconds since 1970 UTC"
    if not contact:
        raise InvalidValueError("--explain", text, expected)
    try:
        at = float(time)
    except ValueError:
        if clock is None or not time:
            raise InvalidValueError("--explain", text, expected) from None
        try:
            at = clock("--explain", time)
        except InvalidValueError as error:
            expected = f"{error.expected}, or seconds since 1970 UTC"
            raise InvalidValueError("--explain", text, expected) from None
    if not isfinite(at) or (clock is not None and not _SECONDS[0] <= at < _SECONDS[1]):
        raise InvalidValueError("--explain", text, expected)
    return Question(normalize("NFC", contact), at)
