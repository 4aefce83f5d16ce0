"""Single commands: steps that do not depend on who waits, causes of what is slow, bytes."""

from __future__ import annotations

import gc

import attrs
import pytest
from benchmarks.single import bytes_a_contact, latency, lines_a_contact, table_growth

from benchmarks import single
from omniqueue.bench.timing import Stopwatch
from omniqueue.bench.workload import Engine, RoutingSizes, RoutingWorld

SMALL = RoutingSizes(waiting=300, lanes=12, agents=40, profiles=4)


def world() -> RoutingWorld:
    return RoutingWorld(SMALL, Engine(), Stopwatch())


def test_no_step_more_behind_a_wall_that_nobody_serves() -> None:
    behind = attrs.evolve(SMALL, blocked=3000)
    assert lines_a_contact(behind, 40, 2000) == lines_a_contact(SMALL, 40, 2000) > 10


def test_latency_tells_a_cause() -> None:
    hooks = list(gc.callbacks)
    found = latency(world, 400, 2)
    assert (found.commands, found.runs) == (400, 2)
    assert found.worst >= found.p999_wall > 0
    assert found.cause
    assert found.own_cause.startswith(("a submit: ", "a complete: "))
    assert gc.callbacks == hooks


@pytest.mark.parametrize(
    ("mark", "least", "cause"),
    [
        (single._Mark(1000, 400, None, False), 100, "another process"),
        (single._Mark(1000, 900, 2, False), 100, "a garbage collection, generation 2"),
        (single._Mark(1000, 900, None, True), 100, "the machine"),
        (single._Mark(1000, 900, None, True), 800, "the table of known contacts"),
        (single._Mark(1000, 900, None, False), 800, "the command itself"),
    ],
)
def test_causes(mark: single._Mark, least: int, cause: str) -> None:
    assert mark.cause(least).startswith(cause)


def test_the_table_grows_or_not() -> None:
    known, took = table_growth(world(), 1000)
    assert known > SMALL.waiting
    assert took > 0
    assert table_growth(world(), 1) == (0, 0.0)


def test_bytes() -> None:
    assert 100 < bytes_a_contact(5000) < 2000
