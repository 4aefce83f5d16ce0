"""The simulation through the full router, and the same centre in the rivals' libraries."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.rival_simulations import ciw_pool, simpy_pool, simpy_skills
from omniqueue.bench.simulate import draw_customers, scenario
from omniqueue.sim.replication.loop import run_replication

Size = Callable[[int, int], int]
AGENTS = 100


def test_omniqueue(benchmark: BenchmarkFixture, size: Size, rounds: int) -> None:
    centre = scenario(draw_customers(size(300, 20_000), 1))
    record = benchmark.pedantic(run_replication, (centre,), rounds=rounds)
    assert np.isfinite(record.answered_at).all()


@pytest.mark.parametrize("rival", ["simpy", "ciw", "simpy_skills"])
def test_rival(benchmark: BenchmarkFixture, size: Size, rounds: int, rival: str) -> None:
    pytest.importorskip("simpy")
    pytest.importorskip("ciw")
    skills = partial(simpy_skills, blocked=size(20, 1_000))
    pool = {"simpy": simpy_pool, "ciw": ciw_pool, "simpy_skills": skills}[rival]
    customers = draw_customers(size(300, 20_000 if rival != "simpy_skills" else 1_000), 1)
    assert benchmark.pedantic(pool, (customers, AGENTS), rounds=rounds) >= 0.0
