"""`python -m benchmarks`: whole comparisons at smoke sizes, what they state, and exit codes."""

from __future__ import annotations

import json
import sys

import pytest
from benchmarks.__main__ import main
from benchmarks.insight_costs import measure
from benchmarks.rival_simulations import simpy_pool
from benchmarks.route import route
from benchmarks.scale import _Scale, _simulation, scale
from benchmarks.simulate import simulate

from omniqueue.bench.simulate import draw_customers
from omniqueue.errors import MissingExtraError


def test_route_shows_who_routes_the_same() -> None:
    result = route(seed=3, quick=True)
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
    [note] = result.notes
    waits = {part.rsplit(" ", 1)[1] for part in note.split(";")[0].split(": ")[1].split(", ")}
    assert len(waits) == 1
    assert [target.met for target in result.targets] == [None] * 3


def test_scale_measures_every_promise() -> None:
    told: list[str] = []
    result = scale(seed=3, quick=True, tell=told.append)
    assert told
    assert {curve.picture for curve in result.curves} == {
        "contacts waiting",
        "contacts that nobody present serves",
        "lanes",
        "agent profiles",
        "agents",
    }
    assert result.met
    assert len(result.targets) in (16, 19)  # without and with the rivals' libraries


def test_a_missing_library_says_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "simpy", None)
    with pytest.raises(MissingExtraError, match=r"omniqueue\[bench\]"):
        simpy_pool(draw_customers(3, 1), 1)
    it = _Scale(1, True, lambda _: None)
    _simulation(it)
    assert it.targets == []
    assert "not measured" in it.notes[0]


def test_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["route", "--quick", "--json", "--seed", "5"]) == 0
    [line] = capsys.readouterr().out.splitlines()
    result = json.loads(line)
    assert result["format"] == "omniqueue-bench/1"
    assert result["bench"] == "route"
    assert result["seed"] == 5


def test_a_missing_library_is_one_line_and_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "simpy", None)
    assert main(["simulate", "--quick"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "omniqueue[bench]" in captured.err


def test_the_import_is_timed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "1"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_questions_are_timed() -> None:
    assert measure(1_000)["waiting"] == "1,000"
