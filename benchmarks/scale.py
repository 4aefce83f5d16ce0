"""`python -m benchmarks scale`: every promise about cost, and the curves of the pictures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import attrs

from benchmarks.growth import Line, Measured, measure
from benchmarks.life import Life, ScriptedWorld, busy_life, record
from benchmarks.rivals import ListScan, SortedScan, SqliteTable
from benchmarks.simulate import simulate
from benchmarks.single import bytes_a_contact, latency, lines_a_contact, table_growth
from benchmarks.slowest import (
    backlog,
    comings_and_goings,
    declines,
    overdue,
    slowest,
    unwanted,
)
from omniqueue.bench.canonical import HEAP_PAIRS, PAIRS
from omniqueue.bench.machine import this_machine
from omniqueue.bench.result import BenchResult, BenchTarget, Curve, Figure, number_text
from omniqueue.bench.timing import Spread, Stopwatch, alternate, collector_frozen, ratios
from omniqueue.bench.workload import BareHeap, Engine, RoutedSystem, RoutingSizes, RoutingWorld
from omniqueue.errors import MissingExtraError
from omniqueue.model.event import Event

_RUNS: Final = 11
_QUICK_RUNS: Final = 3
_QUICK_SHRINK: Final = 50
_SPECIALIST_SHARE: Final = 0.02
_RIVAL_PAIRS: Final = 500
_WALL_PAIRS: Final = 100


@attrs.define
class _Scale:
    """What all measures share, and what they have found so far."""

    seed: int
    quick: bool
    tell: Callable[[str], None]
    watch: Stopwatch = attrs.Factory(Stopwatch)
    figures: list[Figure] = attrs.Factory(list)
    targets: list[BenchTarget] = attrs.Factory(list)
    curves: list[Curve] = attrs.Factory(list)
    notes: list[str] = attrs.Factory(list)
    checksum: str = ""

    @property
    def runs(self) -> int:
        return _QUICK_RUNS if self.quick else _RUNS

    def shrunk(self, size: int) -> int:
        """Return a size as it is, or a smaller one when quick."""
        return max(10, size // _QUICK_SHRINK) if self.quick else size

    def sizes(
        self, *, waiting: int = 100_000, share: float = 0.5, idle: bool = False, **sizes: int
    ) -> RoutingSizes:
        """Return sizes; those of waiting contacts and agents are smaller when quick."""
        agents = self.shrunk(sizes.pop("agents", 1_000))
        waiting = 0 if idle else self.shrunk(waiting)
        return RoutingSizes(
            waiting=waiting, agents=agents, share=share, idle=idle, seed=self.seed, **sizes
        )

    def target(
        self, name: str, spread: Spread, bound: float, *, unit: str = "x", remark: str = ""
    ) -> None:
        """Judge the median of some runs."""
        self.figures.append(Figure(name, unit, spread))
        judged = not self.quick
        self.targets.append(
            BenchTarget(name, spread.median, bound, unit, judged=judged, remark=remark)
        )

    def lines(self, name: str, lines: list[Line]) -> list[Measured]:
        """Measure the lines of one picture."""
        found = measure(lines, self.runs, self.watch, lambda what: self.tell(f"{name}: {what}"))
        self.curves += [it.curve(name) for it in found]
        return found

    def line(
        self,
        name: str,
        sizes: dict[int, RoutingSizes],
        make: Callable[[], RoutedSystem] | None = Engine,
        pairs: int = PAIRS,
    ) -> Line:
        """Return a line; its runs are shorter when quick."""
        return Line(name, sizes, make, self.shrunk(pairs))


def scale(
    *, seed: int = 1, quick: bool = False, tell: Callable[[str], None] = lambda _: None
) -> BenchResult:
    """Measure every promise about the cost of routing.

    Args:
        seed: of everything drawn.
        quick: small sizes, to see that it works; nothing is judged.
        tell: called with what is being done.

    Cost: five to ten minutes and 2 GB of memory; some seconds when quick.
    """
    it = _Scale(seed, quick, tell)
    for part in (_heap, _waiting, _wall, _lanes, _profiles, _agents, _steps, _life, _one, _memory):
        part(it)
    _own_orders(it)
    _slowest(it)
    _simulation(it)
    missed = [target.name for target in it.targets if target.met is False]
    judged = sum(target.met is not None for target in it.targets)
    return BenchResult(
        bench="scale",
        machine=this_machine(),
        seed=seed,
        sizes={"waiting": it.shrunk(100_000), "lanes": 100, "agents": it.shrunk(1_000)},
        quick=quick,
        headline=(f"{judged - len(missed)} of {judged} promises met",),
        figures=tuple(it.figures),
        targets=tuple(it.targets),
        curves=tuple(it.curves),
        checksum=it.checksum,
        cpu_share=it.watch.cpu_share,
        notes=("Ratios are of runs in turns.", *it.notes),
    )


def _heap(it: _Scale) -> None:
    """Route the canonical workload beside a bare heap, events left alone and all heard."""
    sizes = it.sizes()
    it.tell("canonical workload")
    worlds = [RoutingWorld(sizes, Engine(), it.watch) for _ in range(2)]
    heap = BareHeap(sizes.waiting, it.watch, it.seed)
    pairs = it.shrunk(PAIRS)
    with collector_frozen():
        for world in worlds:
            world.run(pairs)
        bare, plain, heard = alternate(
            [
                partial(heap.run, it.shrunk(HEAP_PAIRS)),
                partial(worlds[0].run, pairs),
                partial(worlds[1].run, pairs, _hear),
            ],
            it.runs * 2,
        )
    it.checksum = worlds[0].checksum()
    own = Spread.of([1e6 * seconds for seconds in plain])
    it.figures += [
        Figure("submit + complete", "us", own, "", it.checksum, len(worlds[0].assignments)),
        Figure("heap push + pop", "us", Spread.of([1e6 * seconds for seconds in bare])),
    ]
    it.target("submit + complete, over a bare heap", Spread.of(ratios(plain, bare)), 10)
    it.target("the same, every event heard", Spread.of(ratios(heard, bare)), 16)


def _hear(_: Event) -> None:
    """Hear an event, and do nothing about it."""


def _waiting(it: _Scale) -> None:
    """Growth with the contacts that wait, over that of the heap; rivals beside."""
    waiting = {it.shrunk(n): it.sizes(waiting=n) for n in (1_000, 10_000, 100_000, 1_000_000)}
    some = dict(list(waiting.items())[:3])
    engine, heap, *_ = it.lines(
        "contacts waiting",
        [
            it.line("omniqueue", waiting),
            it.line("bare heap", waiting, None, HEAP_PAIRS),
            it.line(ListScan.name, some, ListScan, _RIVAL_PAIRS),
            it.line(SortedScan.name, some, SortedScan, _RIVAL_PAIRS),
            it.line(SqliteTable.name, some, SqliteTable, _RIVAL_PAIRS),
        ],
    )
    growth = Spread.of(ratios(engine.growth(), heap.growth()))
    it.target(
        "growth from 1,000 to 1,000,000 waiting, over the heap's own",
        growth,
        1.2,
        remark=(
            f"omniqueue {number_text(Spread.of(engine.growth()).median)} x,"
            f" heap {number_text(Spread.of(heap.growth()).median)} x"
        ),
    )


def _wall(it: _Scale) -> None:
    """Contacts before all others that nobody present can serve: a picture only."""
    blocked = {
        it.shrunk(n): it.sizes(waiting=1_000, blocked=it.shrunk(n))
        for n in (100, 1_000, 10_000, 100_000)
    }
    some = dict(list(blocked.items())[:3])
    it.lines(
        "contacts that nobody present serves",
        [
            it.line("omniqueue", blocked),
            it.line(ListScan.name, some, ListScan, _WALL_PAIRS),
            it.line(SortedScan.name, some, SortedScan, _WALL_PAIRS),
            it.line(SqliteTable.name, dict(list(some.items())[:2]), SqliteTable, _WALL_PAIRS),
        ],
    )


def _lanes(it: _Scale) -> None:
    """Growth with the lanes; and where agents serve few of them, which nothing promises."""
    numbers = (10, 100, 1_000) if it.quick else (10, 100, 1_000, 10_000)
    lanes = {n: it.sizes(lanes=n) for n in numbers}
    few = {n: it.sizes(lanes=n, share=_SPECIALIST_SHARE, profiles=50) for n in numbers}
    all_round, special = it.lines(
        "lanes",
        [it.line("agents serve half of the lanes", lanes), it.line("agents serve few", few)],
    )
    it.target("growth from 10 to 1,000 lanes", Spread.of(all_round.growth(1_000)), 2)
    if not it.quick:
        it.target("growth from 10 to 10,000 lanes", Spread.of(all_round.growth()), 3)
    few_growth = Spread.of(special.growth())
    it.figures.append(Figure("growth with lanes where agents serve few", "x", few_growth))


def _profiles(it: _Scale) -> None:
    """Growth with the distinct kinds of agents: all at work, and half of them free."""
    numbers = (10, 20) if it.quick else (10, 100, 1_000)
    busy = {n: it.sizes(profiles=n) for n in numbers}
    idle = {n: it.sizes(profiles=n, idle=True) for n in numbers}
    at_work, free = it.lines(
        "agent profiles", [it.line("backlog", busy), it.line("half of the agents free", idle)]
    )
    it.target("growth from 10 to 1,000 profiles, backlog", Spread.of(at_work.growth()), 2)
    it.target("growth from 10 to 1,000 profiles, agents free", Spread.of(free.growth()), 2)


def _agents(it: _Scale) -> None:
    """Growth with the agents."""
    agents = {it.shrunk(n): it.sizes(agents=n) for n in (1_000, 10_000, 100_000)}
    if not it.quick:
        agents = {100: it.sizes(agents=100), **agents}
    [found] = it.lines("agents", [it.line("omniqueue", agents)])
    it.target("growth from 100 to 100,000 agents", Spread.of(found.growth()), 1.5)


def _steps(it: _Scale) -> None:
    """Lines of code for a contact behind a wall that nobody present serves, and without it."""
    it.tell("lines of code a contact")
    without = it.sizes(waiting=1_000)
    behind = attrs.evolve(without, blocked=it.shrunk(100_000))
    contacts = it.shrunk(500)
    warm_up = it.shrunk(30_000)
    lines = [lines_a_contact(sizes, contacts, warm_up) for sizes in (without, behind)]
    picture = [
        it.line("in front of nothing", {0: without}),
        it.line("behind the wall", {behind.blocked: behind}),
    ]
    found = measure(picture, it.runs, it.watch, it.tell)
    micros = [
        Spread.of([1e6 * seconds for runs in each.seconds.values() for seconds in runs]).median
        for each in found
    ]
    it.targets.append(
        BenchTarget(
            f"more steps behind {behind.blocked:,} that nobody present serves",
            lines[1] - lines[0],
            0,
            "lines",
            judged=not it.quick,
            remark=f"{lines[0]:g} and {lines[1]:g} lines a contact; {number_text(micros[0])} and"
            f" {number_text(micros[1])} us",
        )
    )


def _life(it: _Scale) -> None:
    """Offers, refusals, customers who give up, shared agents: per command, over the plain path."""
    it.tell("commands of a busy life are written down")
    sizes = it.sizes()
    commands = it.shrunk(2 * PAIRS)
    scripts = [
        record(life, commands * (it.runs + 1)) for life in (Life(sizes=sizes), busy_life(sizes))
    ]
    worlds = [ScriptedWorld(script, it.watch) for script in scripts]
    with collector_frozen():
        for world in worlds:
            world.run(commands)
        plain, busy = alternate(
            [partial(world.run, commands) for world in worlds],
            it.runs,
            lambda: it.tell("a plain and a busy life, in turns"),
        )
    names = ("a command, plain", "a command, busy life")
    for name, times, script in zip(names, (plain, busy), scripts, strict=True):
        spread = Spread.of([1e6 * seconds for seconds in times])
        it.figures.append(Figure(name, "us", spread, "", script.checksum))
    it.target(
        "a command of a busy life, over the plain one",
        Spread.of(ratios(busy, plain)),
        1.6,
        remark="offers, 30 % declined or missed, 20 % give up, capacity 3, costs 1 to 3",
    )


def _one(it: _Scale) -> None:
    """Single commands while a million wait."""
    sizes = it.sizes(waiting=1_000_000)

    def world() -> RoutingWorld:
        it.tell(f"single commands: {sizes.waiting:,} contacts come to wait")
        return RoutingWorld(sizes, Engine(), it.watch)

    found = latency(world, it.shrunk(200_000), 3)
    growing = world()
    with collector_frozen():
        known, took = table_growth(growing, it.shrunk(500_000))
    it.targets.append(
        BenchTarget(
            f"99.9 % of single commands at {sizes.waiting:,} waiting",
            found.p999,
            100,
            "us",
            judged=not it.quick,
            remark=f"wall time {number_text(found.p999_wall)} us; worst ever"
            f" {number_text(found.worst)} us ({found.cause}); worst in each of {found.runs} equal"
            f" runs {number_text(found.worst_own)} us ({found.own_cause}); the submit at which"
            f" the table of contacts grows, here at {known:,} known: {number_text(took)} us",
        )
    )


def _own_orders(it: _Scale) -> None:
    """What it costs that every agent takes its own kinds first."""
    it.tell("agents take their own kinds first")
    agents, contacts = it.shrunk(1_000), it.shrunk(3_000)
    roads = [backlog(agents, ordered=ordered) for ordered in (False, True)]
    with collector_frozen():
        plain, ordered = alternate(
            [partial(it.watch.seconds, partial(road, contacts)) for road in roads],
            it.runs,
            lambda: it.tell("without and with own orders, in turns"),
        )
    it.target(
        "a contact where every agent has an own order, over one without",
        Spread.of(ratios(ordered, plain)),
        1.5,
        remark=f"{agents:,} agents in 20 profiles, 100 lanes, three kinds first",
    )


def _slowest(it: _Scale) -> None:
    """The slowest single command, where one might have to look at all agents or contacts."""
    for name, world, size in (
        ("a command, agents all at work and twice as many contacts overdue", overdue, 10_000),
        ("a decline, of as many of one contact", declines, 1_000),
        ("a presence, of an agent whom nobody who waits wants", unwanted, 10_000),
        ("a command, agents of ever other channels come and go", comings_and_goings, 100_000),
    ):
        it.tell(f"slowest single commands: {name}")
        number = it.shrunk(size)
        took = 1e3 * slowest(it.watch, world(number))
        it.targets.append(
            BenchTarget(f"slowest: {name}: {number:,}", took, 10, "ms", judged=not it.quick)
        )


def _simulation(it: _Scale) -> None:
    """Take in the promises about simulation, where the rivals' libraries are installed."""
    try:
        found = simulate(seed=it.seed, quick=it.quick, tell=it.tell)
    except MissingExtraError as error:
        it.notes.append(f"Simulation was not measured: {error}.")
        return
    it.figures += found.figures
    it.targets += found.targets
    it.notes += found.notes


def _memory(it: _Scale) -> None:
    """Bytes of a waiting contact."""
    it.tell("memory")
    waiting = it.shrunk(100_000)
    measured = bytes_a_contact(waiting)
    remark = f"tracemalloc, {waiting:,} waiting, tables, object and id included"
    it.targets.append(
        BenchTarget(
            "memory of a waiting contact",
            measured,
            600,
            "bytes",
            judged=not it.quick,
            remark=remark,
        )
    )
