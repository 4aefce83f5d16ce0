"""`omniqueue bench` without arguments: one workload, two numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import attrs

from omniqueue.bench.machine import this_machine
from omniqueue.bench.result import BenchResult, Figure, number_text
from omniqueue.bench.timing import Spread, Stopwatch, alternate, collector_frozen, ratios
from omniqueue.bench.workload import BareHeap, Engine, RoutingSizes, RoutingWorld

# About 35 ms a run each, so that a turn of one is as long as a turn of the other.
PAIRS: Final = 10_000
HEAP_PAIRS: Final = 100_000
_RUNS: Final = 25
_QUICK: Final = RoutingSizes(waiting=2_000, agents=100)


def canonical(
    *, seed: int = 1, quick: bool = False, tell: Callable[[str], None] = lambda _: None
) -> BenchResult:
    """Run the canonical workload beside a bare heap.

    Args:
        seed: of everything drawn.
        quick: small sizes, to see that it works.
        tell: called with what is being done.

    Cost: under 30 seconds; under one when quick.

    Example:
        >>> canonical(quick=True).bench
        'canonical'
    """
    sizes = attrs.evolve(_QUICK if quick else RoutingSizes(), seed=seed)
    shrink, runs = (50, 5) if quick else (1, _RUNS)
    watch = Stopwatch()
    tell(f"{sizes.waiting:,} contacts come to wait")
    world = RoutingWorld(sizes, Engine(), watch)
    heap = BareHeap(sizes.waiting, watch, seed)
    with collector_frozen():
        world.run(PAIRS // shrink)  # whatever is worked out once, and kept
        bare, routed = alternate(
            [lambda: heap.run(HEAP_PAIRS // shrink), lambda: world.run(PAIRS // shrink)],
            runs,
            lambda: tell("contacts are routed, a heap is pushed to and popped from, in turns"),
        )
    ratio = Spread.of(ratios(routed, bare))
    cost = Spread.of([1e6 * seconds for seconds in routed])
    checksum = world.checksum()
    return BenchResult(
        bench="canonical",
        machine=this_machine(),
        seed=seed,
        sizes=sizes.named(),
        quick=quick,
        headline=(
            f"{1e6 / cost.median:,.0f} contacts routed a second",
            f"{number_text(ratio.median)} x a bare heap push + pop: submit, complete, assignment",
        ),
        figures=(
            Figure("submit + complete", "us", cost, "", checksum, len(world.assignments)),
            Figure("heap push + pop", "us", Spread.of([1e6 * seconds for seconds in bare])),
            Figure("one over the other", "x", ratio),
        ),
        checksum=checksum,
        cpu_share=watch.cpu_share,
    )
