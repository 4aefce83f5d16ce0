"""What all verbs have in common: exit codes, a parser, a run that is watched, a printed result."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, TypedDict, TypeVar

from omniqueue.cli.console import say
from omniqueue.cli.interrupt import stop_wish

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

DONE: Final = 0
CHECK_FAILED: Final = 1  # done, and what was checked does not hold
BAD_USE: Final = 2  # or bad input
INCOMPLETE: Final = 130  # Ctrl-C; what is printed is then a partial result, and says so
READER_GONE: Final = 141  # what a shell says of a program that SIGPIPE has ended

Progress: TypeAlias = Callable[[int, int], None]
Found = TypeVar("Found", bound="Finding")
_LONG: Final = 5000  # contacts: shorter runs are over before a bar can be read


class Finding(Protocol):
    """What a verb finds."""

    @property
    def incomplete(self) -> bool:
        """Whether the run was stopped before its end."""
        ...


class Watch(TypedDict):
    """What a long run is told, as its keywords."""

    progress: Progress
    stopped: Callable[[], bool]


def add_output_options(parser: argparse.ArgumentParser, *, quiet: str) -> None:
    """Add --json and --quiet.

    Args:
        parser: the verb's parser.
        quiet: what --quiet does, in words.

    Example:
        >>> parser = argparse.ArgumentParser()
        >>> add_output_options(parser, quiet="only the verdict")
        >>> parser.parse_args(["--json"]).quiet
        False
    """
    parser.add_argument("--json", action="store_true", help="one JSON object, no tables")
    parser.add_argument("--quiet", action="store_true", help=quiet)


def present(
    arguments: argparse.Namespace,
    found: Found,
    document: Callable[[Found], Mapping[str, object]],
    lines: Callable[..., Iterable[str]],
    *,
    holds: bool = True,
) -> int:
    """Print a result as the options say, and return the exit code.

    Args:
        arguments: the command line, with the options of `add_output_options`.
        found: the result.
        document: the result to JSON types.
        lines: the result, and whether to be `brief`, to lines of text.
        holds: whether what was checked holds.

    Raises:
        OSError: standard output cannot take it.

    Example:
        >>> done = argparse.Namespace(incomplete=False, answered=3)
        >>> present(argparse.Namespace(json=True), done, lambda found: {"n": found.answered}, list)
        {"n": 3}
        0
    """
    if arguments.json:
        say(json.dumps(document(found), allow_nan=False))
    else:
        for line in lines(found, brief=arguments.quiet):
            say(line)
    if found.incomplete:
        return INCOMPLETE
    return DONE if holds else CHECK_FAILED


@contextmanager
def watched(
    arguments: argparse.Namespace, what: str = "simulating", total: int | None = None
) -> Iterator[Watch]:
    """Yield what a long run is told: whom to tell its progress, whom to ask whether to stop.

    Args:
        arguments: the command line, with `quiet`.
        what: the word in front of the bar.
        total: how much there is to do; None: not known yet. Short runs have no bar.

    Example:
        >>> with watched(argparse.Namespace(quiet=True)) as watch:
        ...     watch["progress"](1, 20)
        ...     watch["stopped"]()
        False
    """
    with progress_bar(what, total, wanted=not arguments.quiet) as progress, stop_wish() as stopped:
        yield {"progress": progress, "stopped": stopped}


@contextmanager
def progress_bar(
    what: str, total: int | None = None, *, wanted: bool = True
) -> Iterator[Progress]:
    """Yield a function that is told how much is done, and planned; it draws a bar, or nothing.

    Args:
        what: the word in front of the bar.
        total: how much there is to do; None: not known yet. Short runs have no bar.
        wanted: whether a bar is wanted at all.

    Example:
        >>> with progress_bar("routing", 10) as tell:
        ...     tell(5, 10)
    """
    long = total is None or total >= _LONG
    with _drawn(wanted=wanted and long) as bar:
        if bar is None:
            yield _no_progress
            return
        task = bar.add_task(what, total=total)
        yield lambda done, planned: bar.update(task, completed=done, total=planned)


@contextmanager
def told_progress() -> Iterator[Callable[[str], None]]:
    """Yield a function that is told what is being done; it shows that on a terminal.

    Nothing is drawn between two calls, so that drawing takes no time from what is measured.

    Example:
        >>> with told_progress() as tell:
        ...     tell("contacts come to wait")
    """
    with _drawn(auto_refresh=False) as bar:
        if bar is None:
            yield _no_progress
            return
        task = bar.add_task("", total=None)
        yield lambda what: bar.update(task, description=what, refresh=True)


@contextmanager
def _drawn(*, wanted: bool = True, **options: Any) -> Iterator[Bar | None]:
    """Yield what draws on standard error; None: it is no terminal, or `rich` is not installed.

    Colours are left out where NO_COLOR is set, by `rich` itself.
    """
    if not wanted or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    try:
        from rich.console import Console
        from rich.progress import Progress as RichProgress
    except ImportError:
        yield None
        return
    console = Console(stderr=True)
    with RichProgress(console=console, transient=True, **options) as bar:
        yield bar


def _no_progress(*_: object) -> None:
    """Draw nothing."""
