"""`python -m benchmarks route`: the canonical workload, and a wall that nobody present serves.

Rivals run the same loop with the same contacts in turns with the engine. The checksum beside each
is of as many assignments as the slowest makes: who keeps the rules has the engine's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import attrs

from benchmarks.rivals import RIVALS
from omniqueue.bench.canonical import HEAP_PAIRS, PAIRS
from omniqueue.bench.machine import this_machine
from omniqueue.bench.result import BenchResult, Figure, number_text
from omniqueue.bench.timing import Spread, Stopwatch, alternate, collector_frozen, ratios
from omniqueue.bench.workload import BareHeap, Engine, RoutedSystem, RoutingSizes, RoutingWorld

_RUNS: Final = 7
_RIVAL_PAIRS: Final = 500
_WALL_PAIRS: Final = 100  # each of these passes the whole wall
_QUICK_SHRINK: Final = 25
_HEAP_BREAKS: Final = "skills: whoever is free takes the first, served or not"

_NOTE: Final = (
    "Rivals have no offers, timers, capacities, events or refusals."
    " Equal checksums: the same contacts went to the same agents, in the same order."
)


@attrs.frozen
class Scene:
    """One workload of `route`.

    Args:
        name: what it is about. sizes: how large. rival_pairs: contacts in one run of a rival.
    """

    name: str
    sizes: RoutingSizes
    rival_pairs: int


def scenes(seed: int, *, quick: bool) -> tuple[Scene, Scene]:
    """Return the two workloads: a backlog; a short one behind a wall.

    Example:
        >>> [scene.sizes.blocked for scene in scenes(1, quick=False)]
        [0, 10000]
    """
    if quick:
        small = RoutingSizes(waiting=2_000, agents=100, seed=seed)
        return (
            Scene("backlog", small, _RIVAL_PAIRS // _QUICK_SHRINK),
            Scene("wall", attrs.evolve(small, blocked=200), _WALL_PAIRS // 5),
        )
    full = RoutingSizes(seed=seed)
    return (
        Scene("backlog", full, _RIVAL_PAIRS),
        Scene("wall", attrs.evolve(full, waiting=10_000, blocked=10_000), _WALL_PAIRS),
    )


def route(
    *, seed: int = 1, quick: bool = False, tell: Callable[[str], None] = lambda _: None
) -> BenchResult:
    """Route the same contacts with the engine and with its rivals.

    Args:
        seed: of everything drawn.
        quick: small sizes, to see that it works.
        tell: called with what is being done.

    Cost: about a minute; some seconds when quick.

    Example:
        >>> route(quick=True).figures[0].name
        'backlog: omniqueue'
    """
    watch = Stopwatch()
    figures: list[Figure] = []
    headline = []
    checksum = ""
    backlog, wall = scenes(seed, quick=quick)
    for scene in (backlog, wall):
        found, times = _run(scene, watch, quick=quick, tell=tell)
        figures += found
        own, beside = times[0], times[1:-1]
        slower = ", ".join(
            f"{_short(rival.name)} {number_text(Spread.of(ratios(it, own)).median)} x"
            for it, rival in zip(beside, (make() for make in RIVALS), strict=True)
        )
        headline.append(f"{scene.name}: one contact costs rivals {slower} what omniqueue takes")
        checksum = checksum or found[0].checksum or ""
    return BenchResult(
        bench="route",
        machine=this_machine(),
        seed=seed,
        sizes={
            **backlog.sizes.named(),
            "wall_waiting": wall.sizes.waiting,
            "wall_blocked": wall.sizes.blocked,
        },
        quick=quick,
        headline=tuple(headline),
        figures=tuple(figures),
        checksum=checksum,
        cpu_share=watch.cpu_share,
        notes=(_NOTE,),
    )


def _short(name: str) -> str:
    """Return a rival's name without what it does.

    Example:
        >>> [_short(rival.name) for rival in RIVALS]
        ['list', 'SortedKeyList', 'SQLite']
    """
    return name.split()[0].rstrip(",")


def _run(
    scene: Scene, watch: Stopwatch, *, quick: bool, tell: Callable[[str], None]
) -> tuple[list[Figure], list[list[float]]]:
    """Return the figures of one scene, and the seconds of each run: engine, rivals, heap."""
    shrink = _QUICK_SHRINK if quick else 1
    systems: list[RoutedSystem] = [Engine(), *(make() for make in RIVALS)]
    worlds = []
    for system in systems:
        tell(f"{scene.name}: contacts come to wait in {system.name}")
        worlds.append(RoutingWorld(scene.sizes, system, watch))
    heap = BareHeap(scene.sizes.waiting + scene.sizes.blocked, watch, scene.sizes.seed)
    pairs = [PAIRS // shrink, *([scene.rival_pairs] * len(RIVALS))]
    contenders = [partial(world.run, count) for world, count in zip(worlds, pairs, strict=True)]
    contenders.append(partial(heap.run, HEAP_PAIRS // shrink))
    with collector_frozen():
        times = alternate(contenders, _RUNS, lambda: tell(f"{scene.name}: all route in turns"))
    # No more than a rival that waits for its tick has given out by the end of a run.
    checked = min(len(world.assignments) for world in worlds)
    names = [f"{scene.name}: {system.name}" for system in systems]
    figures = [
        Figure(
            name,
            "us",
            Spread.of([1e6 * seconds for seconds in runs]),
            world.system.breaks,
            world.checksum(checked),
            checked,
        )
        for name, runs, world in zip(names, times, worlds, strict=False)
    ]
    bare = Spread.of([1e6 * seconds for seconds in times[-1]])
    figures.append(Figure(f"{scene.name}: bare heap", "us", bare, _HEAP_BREAKS))
    return figures, times
