"""`omniqueue bench`: see for yourself, on your machine, what routing costs, rivals beside it.

Exit codes: 0 done; 1 done, and a promise about cost was not met; 2 bad use, or a rival's library
is not installed; 130 interrupted. The keys of `--json` are documented in
`omniqueue.bench.result`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from omniqueue.cli.console import say

_WHAT = ("route", "simulate", "scale")
_SEED_MAX = 2**63 - 1


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb to the command line."""
    parser = subparsers.add_parser(
        "bench",
        help="measure on this machine what routing costs, beside rivals",
        description="Without WHAT: the one canonical workload, and two numbers, in under 30"
        " seconds. route: beside a list, a sorted list and a table in SQLite. simulate: beside"
        " SimPy and Ciw (install omniqueue[bench]). scale: every promise about cost, in some"
        " minutes; exit code 1: one is not met.",
        allow_abbrev=False,
    )
    parser.add_argument("what", metavar="WHAT", nargs="?", choices=_WHAT, help=", ".join(_WHAT))
    parser.add_argument("--json", action="store_true", help="one JSON object, no tables")
    parser.add_argument("--quick", action="store_true", help="small sizes: only that it works")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of all chance (1)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run a benchmark, print its result, and return the exit code.

    Raises:
        MissingExtraError: a rival's library is not installed.
        InvalidValueError: the seed is out of range.
        OSError: standard output cannot take the result.
    """
    from omniqueue.bench.canonical import canonical
    from omniqueue.bench.route import route
    from omniqueue.bench.scale import scale
    from omniqueue.bench.simulate import simulate
    from omniqueue.model.checks import whole

    benches = {None: canonical, "route": route, "simulate": simulate, "scale": scale}
    seed = whole("--seed", arguments.seed, 0, _SEED_MAX)
    with told_progress() as tell:
        result = benches[arguments.what](seed=seed, quick=arguments.quick, tell=tell)
    for line in [result.json()] if arguments.json else result.lines():
        say(line)
    return 0 if result.met else 1


@contextmanager
def told_progress() -> Iterator[Callable[[str], None]]:
    """Yield a function that is told what is being done; it shows that on a terminal.

    Nothing is drawn between two calls, so that drawing takes no time from what is measured; and
    nothing at all where the library `rich` is not installed.

    Example:
        >>> with told_progress() as tell:
        ...     tell("contacts come to wait")
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield _silent
        return
    try:
        from rich.console import Console
        from rich.progress import Progress, TextColumn, TimeElapsedColumn
    except ImportError:
        yield _silent
        return
    columns = (TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as bar:
        task = bar.add_task("")
        yield lambda what: bar.update(task, description=what, refresh=True)


def _silent(_: str) -> None:
    """Show nothing."""
