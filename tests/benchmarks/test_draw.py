"""The pictures: drawn from what is kept, the same bytes each time."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import pytest

from benchmarks import draw
from omniqueue.bench.canonical import canonical
from omniqueue.bench.result import Curve

RESULTS = sorted((draw.FOLDER / "results").glob("*.json"))


def test_the_same_results_give_the_same_pictures(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    curves = (
        Curve("contacts waiting", "omniqueue", ((1000, 3.0), (100_000, 3.5))),
        Curve("contacts waiting", "list, scanned", ((1000, 9.0), (100_000, 90.0))),
        Curve("lanes", "omniqueue", ((10, 3.0), (1000, 3.5))),
    )
    result = attrs.evolve(canonical(quick=True), curves=curves)
    (tmp_path / "scale.json").write_text(result.json(), encoding="utf-8")
    first = draw.draw_all(tmp_path, tmp_path / "a")
    second = draw.draw_all(tmp_path, tmp_path / "b")
    assert [path.name for path in first] == ["contacts_waiting.svg", "lanes.svg"]
    for one, other in zip(first, second, strict=True):
        text = one.read_text(encoding="utf-8")
        assert text == other.read_text(encoding="utf-8")
        assert "<dc:date>" not in text
        assert "omniqueue" in text


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.name)
def test_kept_results_are_of_full_size_and_small(path: Path) -> None:
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept["format"] == "omniqueue-bench/1"
    assert kept["quick"] is False
    assert kept["bench"] == path.stem
    assert path.stat().st_size < 50_000
