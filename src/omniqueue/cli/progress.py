"""A progress bar on standard error, where that is a terminal and the run is long."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

_LONG: Final = 5000  # contacts: shorter runs are over before a bar can be read


@contextmanager
def progress_bar(
    total: int, *, wanted: bool = True, what: str = "routing"
) -> Iterator[Callable[[int], None]]:
    """Yield a function that is told how much is done; it draws a bar, or does nothing.

    There is a bar only on a terminal, for a long run, and where the library `rich` is installed
    (which leaves colours out where NO_COLOR is set).

    Args:
        total: how much there is to do.
        wanted: whether a bar is wanted at all.
        what: the word in front of the bar.

    Example:
        >>> with progress_bar(10) as tell:
        ...     tell(5)
    """
    if not wanted or total < _LONG or sys.stderr is None or not sys.stderr.isatty():
        yield _silent
        return
    try:
        from rich.console import Console
        from rich.progress import Progress
    except ImportError:
        yield _silent
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def _silent(_: int) -> None:
    """Draw nothing."""
