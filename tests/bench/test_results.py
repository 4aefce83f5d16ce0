"""Whole benchmarks at smoke sizes: that they run, what they state, what they keep as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import pytest

from omniqueue import MissingExtraError
from omniqueue.bench import rival_simulations
from omniqueue.bench.canonical import canonical
from omniqueue.bench.result import FORMAT, BenchResult, Curve, Figure, Target
from omniqueue.bench.route import route
from omniqueue.bench.scale import _Scale, _simulation, scale
from omniqueue.bench.simulate import draw_customers, simulate
from omniqueue.bench.timing import Spread

Bench = Callable[..., BenchResult]


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


def test_route_shows_who_routes_the_same() -> None:
    result = route(seed=3, quick=True)
    stated(result)
    for scene in ("backlog", "wall"):
        own, *rivals, heap = [f for f in result.figures if f.name.startswith(scene)]
        assert own.checksum is not None
        assert own.breaks == ""
        assert [rival.checksum for rival in rivals] == [own.checksum] * 3
        assert [bool(rival.breaks) for rival in rivals] == [False, False, True]
        assert heap.checksum is None
        assert "skills" in heap.breaks


def test_simulations_find_the_same_waits() -> None:
    pytest.importorskip("simpy")
    pytest.importorskip("ciw")
    result = simulate(seed=3, quick=True)
    stated(result)
    [note] = result.notes
    waits = {part.rsplit(" ", 1)[1] for part in note.split(";")[0].split(": ")[1].split(", ")}
    assert len(waits) == 1
    assert [target.met for target in result.targets] == [None] * 3


def test_scale_measures_every_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    result = scale(seed=3, quick=True, tell=told.append)
    stated(result)
    assert told
    assert {curve.picture for curve in result.curves} == {
        "contacts waiting",
        "contacts that nobody present serves",
        "lanes",
        "agent profiles",
        "agents",
    }
    assert result.met
    assert len(result.targets) in (11, 14)  # without and with the rivals' libraries


def test_a_missing_library_says_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "simpy", None)
    with pytest.raises(MissingExtraError, match=r"omniqueue\[bench\]"):
        rival_simulations.simpy_pool(draw_customers(3, 1), 1)
    it = _Scale(1, True, lambda _: None)
    _simulation(it)
    assert it.targets == []
    assert "not measured" in it.notes[0]


def test_targets_are_judged_honestly() -> None:
    assert [
        Target("t", 2.0, 2.0, "x").met,
        Target("t", 2.1, 2.0, "x").met,
        Target("t", 2.0, 2.0, "x", least=True).met,
        Target("t", 1.9, 2.0, "x", least=True).met,
        Target("t", 9.0, 2.0, "x", judged=False).met,
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
        targets=(Target("cost", 3.0, 2.0, "x", remark="measured so"),),
        curves=(Curve("lanes", "a", ((10, 1.0),)), Curve("lanes", "b", ((20, 1234.5),))),
    )
    text = "\n".join(result.lines())
    assert not result.met
    assert "MISSED" in text
    assert "cost: measured so" in text
    assert "CPU time was 50 % of wall time" in text
    assert "1,234" in text
