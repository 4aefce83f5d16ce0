"""The canonical workload, its yardstick and its rivals, as `omniqueue bench` runs them."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.life import Life, ScriptedWorld, busy_life, record
from benchmarks.rivals import RIVALS
from omniqueue.bench.timing import Stopwatch
from omniqueue.bench.workload import BareHeap, Engine, RoutedSystem, RoutingSizes, RoutingWorld

Size = Callable[[int, int], int]


def sizes_of(size: Size) -> RoutingSizes:
    return RoutingSizes(waiting=size(200, 100_000), agents=size(20, 1_000))


@pytest.mark.parametrize("heard", [False, True], ids=["left alone", "heard"])
def test_engine(benchmark: BenchmarkFixture, size: Size, rounds: int, heard: bool) -> None:
    """Submit, complete, assignment: with events left alone, or each built and heard."""
    world = RoutingWorld(sizes_of(size), Engine(), Stopwatch())
    pairs = size(20, 10_000)
    hear = (lambda _: None) if heard else None
    benchmark.extra_info["contacts"] = pairs
    assert benchmark.pedantic(world.run, (pairs, hear), rounds=rounds, warmup_rounds=1) > 0
    benchmark.extra_info["checksum"] = world.checksum()


@pytest.mark.parametrize("make", RIVALS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("blocked", [0, 1], ids=["backlog", "wall"])
def test_rival(
    benchmark: BenchmarkFixture,
    size: Size,
    rounds: int,
    make: Callable[[], RoutedSystem],
    blocked: int,
) -> None:
    sizes = attrs.evolve(sizes_of(size), blocked=blocked * size(20, 1_000))
    world = RoutingWorld(sizes, make(), Stopwatch())
    pairs = size(20, 500)
    benchmark.extra_info["contacts"] = pairs
    benchmark.pedantic(world.run, (pairs,), rounds=rounds, warmup_rounds=1)
    benchmark.extra_info["checksum"] = world.checksum()


def test_bare_heap(benchmark: BenchmarkFixture, size: Size, rounds: int) -> None:
    heap = BareHeap(size(200, 100_000), Stopwatch())
    pairs = size(100, 100_000)
    benchmark.extra_info["contacts"] = pairs
    benchmark.pedantic(heap.run, (pairs,), rounds=rounds, warmup_rounds=1)
    assert len(heap.heap) == size(200, 100_000)


@pytest.mark.parametrize("busy", [False, True], ids=["plain", "busy"])
def test_life(benchmark: BenchmarkFixture, size: Size, rounds: int, busy: bool) -> None:
    """Commands with offers, refusals, customers who give up and shared agents; and without."""
    sizes = sizes_of(size)
    life = busy_life(sizes) if busy else Life(sizes=sizes)
    commands = size(50, 10_000)
    script = record(life, commands * (rounds + 1))
    world = ScriptedWorld(script, Stopwatch())
    benchmark.extra_info["commands"] = commands
    benchmark.extra_info["checksum"] = script.checksum
    benchmark.pedantic(world.run, (commands,), rounds=rounds, warmup_rounds=1)
    world.router.check()
