"""Sizes: small while nothing is timed, so that the suite keeps the benchmarks alive; else real."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from omniqueue.bench.timing import collector_frozen


@pytest.fixture
def size(benchmark: BenchmarkFixture) -> Callable[[int, int], int]:
    """Give the first of two sizes in a smoke run, the second where time is measured."""
    return lambda smoke, real: real if benchmark.enabled else smoke


@pytest.fixture
def rounds(benchmark: BenchmarkFixture) -> int:
    return 15 if benchmark.enabled else 1


@pytest.fixture
def frozen() -> Iterator[None]:
    with collector_frozen():
        yield
