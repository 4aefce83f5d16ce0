"""Timing: runs in turns, spreads, a frozen collector; no time is asserted."""

from __future__ import annotations

import gc

import pytest

from omniqueue.bench.machine import this_machine
from omniqueue.bench.timing import Spread, Stopwatch, alternate, collector_frozen
from omniqueue.errors import InvalidValueError


def test_contenders_take_turns() -> None:
    turns: list[str] = []

    def contender(name: str) -> float:
        turns.append(name)
        return len(turns)

    told: list[int] = []
    found = alternate(
        [lambda: contender("a"), lambda: contender("b")], 3, lambda: told.append(len(turns))
    )
    assert turns == ["a", "b"] * 3
    assert found == [[1, 3, 5], [2, 4, 6]]
    assert told == [2, 4, 6]


def test_a_spread_of_one_run_is_that_run() -> None:
    assert Spread.of([2.0]) == Spread(2.0, 2.0, 2.0, 2.0, 2.0, 1)
    with pytest.raises(InvalidValueError, match="runs is 0"):
        Spread.of([])


def test_what_is_alive_is_frozen_and_thawed_even_after_a_failure() -> None:
    before = gc.get_freeze_count()

    def fail() -> None:
        with collector_frozen():
            assert gc.get_freeze_count() > before
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert gc.get_freeze_count() == 0


def test_a_stopwatch_sums_up() -> None:
    watch = Stopwatch()
    assert watch.cpu_share == 1.0
    took = [watch.seconds(lambda: sum(range(10_000))) for _ in range(3)]
    assert watch.cpu_seconds == sum(took)
    assert 0 < watch.cpu_share <= 1


def test_facts_of_the_machine_name_nobody() -> None:
    facts = this_machine()
    assert facts.python.startswith(("CPython", "PyPy"))
    assert set(facts.libraries) >= {"attrs", "numpy", "sortedcontainers"}
