"""Single commands and contacts: how long the slowest takes, how many steps, how many bytes."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Sequence, Sized
from contextlib import contextmanager
from statistics import median
from time import perf_counter_ns, thread_time_ns
from types import FrameType
from typing import Final, TypeAlias

import attrs

from omniqueue.bench.timing import Stopwatch, collector_frozen, freeze
from omniqueue.bench.workload import Engine, RoutingSizes, RoutingWorld, turnover
from omniqueue.core.router import Router
from omniqueue.model.contact import Contact

_LocalTrace: TypeAlias = "Callable[[FrameType, str, object], _LocalTrace | None]"
_HALF: Final = 0.5
_AT_ONCE_MAX: Final = 1_000
_PACKAGE: Final = "omniqueue"


@attrs.frozen
class Latency:
    """How long single commands took, in microseconds.

    Args:
        commands: how many. runs: in how many worlds that are the same.
        p999: 99.9 % took at most this, of CPU time. p999_wall: of wall time.
        worst: the longest of all, of wall time. cause: why.
        worst_own: the longest that took as long in every world, of CPU time. own_cause: why.

    Example:
        >>> Latency(1000, 2, 20.0, 25.0, 900.0, "another process", 30.0, "a submit").runs
        2
    """

    commands: int
    runs: int
    p999: float
    p999_wall: float
    worst: float
    cause: str
    worst_own: float
    own_cause: str


@attrs.frozen
class _Mark:
    """One command: its wall and CPU time in nanoseconds, and what was collected meanwhile."""

    wall: int
    own: int
    collected: int | None  # the generation
    grew: bool  # the table of known contacts, at one of some commands of which this is one

    def cause(self, least: int) -> str:
        """Say why it took its time, where it can take as little as `least` of CPU time."""
        if self.own < self.wall * _HALF:
            return "another process had the processor"
        if self.collected is not None:
            return f"a garbage collection, generation {self.collected}"
        if least < self.own * _HALF:
            return "the machine: the same command is quick in a world that is the same"
        if self.grew:
            return "the table of known contacts growing"
        return "the command itself"


def latency(make: Callable[[], RoutingWorld], commands: int, runs: int) -> Latency:
    """Time single commands, submits and completes by turns, in worlds that are the same.

    The least of the runs is what a command takes by itself; more than that is the machine's.

    Args:
        make: makes a world, the same each time.
        commands: how many; rounded up to what the agents' contacts give.
        runs: how many worlds, one after the other.

    Cost: that of the worlds, and some microseconds a command.

    Example:
        >>> sizes = RoutingSizes(waiting=50, lanes=4, agents=10, profiles=2)
        >>> latency(lambda: RoutingWorld(sizes, Engine(), Stopwatch()), 200, 2).commands
        200
    """
    found = []
    for _ in range(runs):
        world = make()
        with collector_frozen():
            found.append(_marks(world, commands))
        del world
        gc.collect()
    own = [min(mark.own for mark in marks) for marks in zip(*found, strict=True)]
    slowest = max(range(len(own)), key=own.__getitem__)
    every = [(mark, own[index]) for marks in found for index, mark in enumerate(marks)]
    worst, least = max(every, key=lambda each: each[0].wall)
    kept = min((marks[slowest] for marks in found), key=lambda mark: mark.own)
    return Latency(
        commands=len(own),
        runs=runs,
        p999=median(_microseconds_of([mark.own for mark in marks], 0.999) for marks in found),
        p999_wall=median(
            _microseconds_of([mark.wall for mark in marks], 0.999) for marks in found
        ),
        worst=worst.wall / 1000,
        cause=worst.cause(least),
        worst_own=own[slowest] / 1000,
        own_cause=f"a {('submit', 'complete')[slowest % 2]}: {kept.cause(own[slowest])}",
    )


def _marks(world: RoutingWorld, commands: int) -> list[_Mark]:
    found: list[_Mark] = []
    table = _table(world)
    with _collections() as collections:
        while len(found) < commands:
            contacts, finished, times = world.next_contacts(min(world.at_work, _AT_ONCE_MAX))
            freeze()
            collections.clear()
            size = sys.getsizeof(table)
            timed = _timed(world, contacts, finished, times)
            ended = dict(collections)
            grew = sys.getsizeof(table) != size
            world.look()
            for start, wall, own in timed:
                collected = [ended[at] for at in ended if start <= at <= start + wall]
                found.append(_Mark(wall, own, collected[0] if collected else None, grew))
    return found


def _timed(
    world: RoutingWorld,
    contacts: Sequence[Contact],
    finished: Sequence[str],
    times: Sequence[float],
) -> list[tuple[int, int, int]]:
    """Return (start, wall, CPU) of each command, in nanoseconds."""
    submit, complete = world.system.submit, world.system.complete
    wall, own = perf_counter_ns, thread_time_ns
    marks = []
    for contact, done, at in zip(contacts, finished, times, strict=True):
        own_0 = own()
        wall_0 = wall()
        submit(contact, at=at)
        wall_1 = wall()
        own_1 = own()
        marks.append((wall_0, wall_1 - wall_0, own_1 - own_0))
        own_0 = own()
        wall_0 = wall()
        complete(done, at=at)
        wall_1 = wall()
        own_1 = own()
        marks.append((wall_0, wall_1 - wall_0, own_1 - own_0))
    return marks


@contextmanager
def _collections() -> Iterator[list[tuple[int, int]]]:
    """Yield a list to which every garbage collection adds when it ended, and its generation."""
    found: list[tuple[int, int]] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "stop":
            found.append((perf_counter_ns(), info["generation"]))

    gc.callbacks.append(note)
    try:
        yield found
    finally:
        gc.callbacks.remove(note)


def _microseconds_of(nanoseconds: Sequence[int], share: float) -> float:
    ordered = sorted(nanoseconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] / 1000


def table_growth(world: RoutingWorld, most: int) -> tuple[int, float]:
    """Submit until the table of known contacts has to grow, and time that submit.

    It is the one cost of a command that is spread over many: rare, and the larger the later.

    Args:
        world: filled.
        most: how many contacts to try at most.

    Returns:
        How many contacts were known then, and the CPU time in microseconds; 0 and 0.0: it did
        not grow.

    Example:
        >>> sizes = RoutingSizes(waiting=50, lanes=4, agents=10, profiles=2)
        >>> table_growth(RoutingWorld(sizes, Engine(), Stopwatch()), 100)[0]
        86
    """
    table = _table(world)
    size = sys.getsizeof(table)
    submit = world.system.submit
    for contact, at in world.newcomers(most):
        started = thread_time_ns()
        submit(contact, at=at)
        took = thread_time_ns() - started
        if sys.getsizeof(table) != size:
            return len(table), took / 1000
    return 0, 0.0


def _table(world: RoutingWorld) -> Sized:
    assert isinstance(world.system, Engine)
    return world.system.router._state.contacts


def traced_lines(act: Callable[[], object]) -> int:
    """Return how many lines of omniqueue an act runs, the benchmark's own left out.

    Example:
        >>> traced_lines(lambda: None), traced_lines(lambda: Router().now) > 3
        (0, True)
    """
    lines = 0

    def within(frame: FrameType, event: str, argument: object) -> _LocalTrace:
        nonlocal lines
        lines += event == "line"
        return within

    def entering(frame: FrameType, event: str, argument: object) -> _LocalTrace | None:
        module = frame.f_globals.get("__name__", "")
        counted = module.startswith(_PACKAGE) and not module.startswith(f"{_PACKAGE}.bench")
        return within if counted else None

    before = sys.gettrace()
    sys.settrace(entering)
    try:
        act()
    finally:
        sys.settrace(before)
    return lines


def lines_a_contact(sizes: RoutingSizes, contacts: int, warm_up: int) -> float:
    """Return how many lines run to submit and complete a contact, its assignment included.

    Args:
        sizes: of the workload.
        contacts: over how many it is averaged, at most one an agent.
        warm_up: how many contacts before, until all is worked out that is worked out once.

    Cost: about a microsecond a line.

    Example:
        >>> lines_a_contact(RoutingSizes(waiting=50, lanes=4, agents=10, profiles=2), 9, 90) > 10
        True
    """
    world = RoutingWorld(sizes, Engine(), Stopwatch())
    world.run(warm_up)
    new, finished, times = world.next_contacts(min(contacts, world.at_work))
    return traced_lines(lambda: turnover(world.system, new, finished, times)) / len(new)


def bytes_a_contact(waiting: int) -> float:
    """Return the bytes of memory of a waiting contact, its object and id included (tracemalloc).

    Args:
        waiting: over how many it is averaged, the router's tables included.

    Cost: about 10 microseconds a contact.

    Example:
        >>> 100 < bytes_a_contact(1000) < 2000
        True
    """
    router = Router()
    needs = RoutingSizes().requirement_stream()
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number, (channel, skills) in zip(range(waiting), needs, strict=False):
            contact = Contact(f"contact-{number}", channel, skills=skills)
            router.submit(contact, at=float(number))
        del contact, channel, skills
        gc.collect()
        return (tracemalloc.get_traced_memory()[0] - before) / waiting
    finally:
        tracemalloc.stop()
