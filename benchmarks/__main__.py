"""`python -m benchmarks NAME`, from the top of the repository: run one of the benchmarks.

Exit codes: 0 done; 1 done, and a promise about cost was not met; 2 bad use, or a rival's library
is not installed; 130 interrupted. The keys of `--json` are documented in
`omniqueue.bench.result`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks import draw, import_time, insight_costs
from benchmarks.route import route
from benchmarks.scale import scale
from benchmarks.simulate import simulate
from omniqueue.bench.result import BenchResult
from omniqueue.cli.bench import add_options, run_bench
from omniqueue.errors import OmniqueueError

COMPARED: dict[str, tuple[Callable[..., BenchResult], str]] = {
    "route": (route, "routing beside a list, a sorted list and a table in SQLite (a minute)"),
    "simulate": (simulate, "a simulated centre beside SimPy and Ciw (two minutes)"),
    "scale": (scale, "every promise about cost (ten minutes); exit code 1: one is not met"),
}


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = parser.add_subparsers(title="benchmarks", metavar="NAME", required=True)
    for name, (compare, text) in COMPARED.items():
        one = names.add_parser(name, help=text, description=text, allow_abbrev=False)
        add_options(one)
        one.set_defaults(run=partial(run_bench, compare))
    text = "what questions to a router cost, such as `explain` and `position`"
    insight = names.add_parser("insight", help=text, description=insight_costs.__doc__)
    insight.add_argument(
        "sizes", metavar="WAITING", nargs="*", type=int, default=insight_costs.SIZES
    )
    insight.set_defaults(run=lambda arguments: insight_costs.print_costs(arguments.sizes))
    text = "how long `import omniqueue` takes over bare Python"
    imported = names.add_parser("import", help=text, description=import_time.__doc__)
    imported.add_argument("runs", metavar="RUNS", nargs="?", type=int, default=15)
    imported.set_defaults(run=lambda arguments: import_time.print_times(arguments.runs))
    text = "draw the kept results into benchmarks/pictures (needs matplotlib)"
    drawn = names.add_parser("draw", help=text, description=draw.__doc__)
    drawn.set_defaults(run=lambda _: draw.draw_kept())
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    arguments = make_parser().parse_args(argv)
    try:
        code: int | None = arguments.run(arguments)
    except OmniqueueError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return code or 0


if __name__ == "__main__":
    sys.exit(main())
