"""Whole benchmarks at smoke sizes: that they run, what they state, what they keep as JSON."""

from __future__ import annotations

import json
import sys

import pytest

from omniqueue.bench.canonical import canonical
from omniqueue.bench.result import FORMAT, BenchResult, BenchTarget, Curve, Figure
from omniqueue.bench.simulate import simulate
from omniqueue.bench.timing import Spread


def stated(result: BenchResult) -> None:
    """Every result says on what, with what, how often and with which outcome."""
    kept = json.loads(result.json())
    assert kept["format"] == FORMAT
    assert {"processor", "cores", "system", "python", "omniqueue"} <= set(kept["machine"])
    assert kept["seed"] == 3
    assert kept["sizes"]
    assert len(kept["checksum"]) == 64
    assert kept["headline"]
    for figure in kept["figures"]:
        assert figure["spread"]["runs"] > 0
        assert figure["spread"]["least"] <= figure["spread"]["median"] <= figure["spread"]["most"]
    text = "\n".join(result.lines())
    assert result.checksum in text
    assert "quick" in text


def test_canonical_is_the_same_twice_but_for_time() -> None:
    first, second = (canonical(seed=3, quick=True) for _ in range(2))
    stated(first)
    assert len(first.headline) == 2
    assert first.checksum == second.checksum != canonical(seed=4, quick=True).checksum


def test_simulate_runs_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "simpy", None)
    monkeypatch.setitem(sys.modules, "ciw", None)
    first, second = (simulate(seed=3, quick=True) for _ in range(2))
    stated(first)
    assert first.checksum == second.checksum != simulate(seed=4, quick=True).checksum
    assert [target.met for target in first.targets] == [None]


def test_targets_are_judged_honestly() -> None:
    assert [
        BenchTarget("t", 2.0, 2.0, "x").met,
        BenchTarget("t", 2.1, 2.0, "x").met,
        BenchTarget("t", 2.0, 2.0, "x", least=True).met,
        BenchTarget("t", 1.9, 2.0, "x", least=True).met,
        BenchTarget("t", 9.0, 2.0, "x", judged=False).met,
    ] == [True, False, True, False, None]


def test_a_missed_promise_and_a_busy_machine_are_told() -> None:
    quick = canonical(seed=3, quick=True)
    result = BenchResult(
        bench="scale",
        machine=quick.machine,
        seed=3,
        sizes={"waiting": 10},
        quick=False,
        headline=("0 of 1 promises met",),
        checksum=quick.checksum,
        cpu_share=0.5,
        figures=(Figure("it", "us", Spread.of([1.0, 250.0])),),
        targets=(BenchTarget("cost", 3.0, 2.0, "x", remark="measured so"),),
        curves=(Curve("lanes", "a", ((10, 1.0),)), Curve("lanes", "b", ((20, 1234.5),))),
    )
    text = "\n".join(result.lines())
    assert not result.met
    assert "MISSED" in text
    assert "cost: measured so" in text
    assert "CPU time was 50 % of wall time" in text
    assert "1,234" in text
