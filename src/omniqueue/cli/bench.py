"""`omniqueue bench`: see for yourself, on your machine, what routing costs.

Exit codes: 0 done; 1 done, and a promise about cost was not met; 2 bad use; 130 stopped. The
keys of `--json` are documented in `omniqueue.bench.result`. Rivals and growth are measured from
the repository: `python -m benchmarks`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from omniqueue.cli.console import say
from omniqueue.cli.verb import CHECK_FAILED, DONE, told_progress

if TYPE_CHECKING:
    from omniqueue.bench.result import BenchResult

WHAT: Final = "measure on this machine what routing costs"
MORE: Final = (
    "Without WHAT: the one canonical workload, and two numbers, in under 30"
    " seconds. simulate: a simulated centre of 100 agents, in under a minute."
)
_SEED_MAX = 2**63 - 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.add_argument("what", metavar="WHAT", nargs="?", choices=("simulate",), help="simulate")
    add_options(parser)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that every benchmark has.

    Example:
        >>> parser = argparse.ArgumentParser()
        >>> add_options(parser)
        >>> parser.parse_args(["--quick"]).seed
        1
    """
    parser.add_argument("--json", action="store_true", help="one JSON object, no tables")
    parser.add_argument("--quick", action="store_true", help="small sizes: only that it works")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of all chance (1)")


def run(arguments: argparse.Namespace) -> int:
    """Run a benchmark, print its result, and return the exit code.

    Raises:
        InvalidValueError: the seed is out of range.
        OSError: standard output cannot take the result.
    """
    from omniqueue.bench.canonical import canonical
    from omniqueue.bench.simulate import simulate

    return run_bench(simulate if arguments.what else canonical, arguments)


def run_bench(bench: Callable[..., BenchResult], arguments: argparse.Namespace) -> int:
    """Run one benchmark as the options say, print its result, and return the exit code.

    Args:
        bench: takes `seed`, `quick` and `tell` by keyword.
        arguments: the options of `add_options`.

    Raises:
        InvalidValueError: the seed is out of range.
        OSError: standard output cannot take the result.
    """
    from omniqueue.model.checks import whole

    seed = whole("--seed", arguments.seed, 0, _SEED_MAX)
    with told_progress() as tell:
        result = bench(seed=seed, quick=arguments.quick, tell=tell)
    for line in [result.json()] if arguments.json else result.lines():
        say(line)
    return DONE if result.met else CHECK_FAILED
