"""A published study: three periods, three types of calls, two groups of agents."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from omniqueue.sim.replication.loop import run_replication
from omniqueue.sim.scenarios.file import read_scenario

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
DAYS = 60


def example() -> ModuleType:
    place = EXAMPLES / "three_periods.py"
    spec = importlib.util.spec_from_file_location("three_periods", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_sixty_days_overlap_what_was_published() -> None:
    study = example()
    for name, found in study.measured(DAYS, seed=1).items():
        published = study.PUBLISHED[name]
        assert study.overlap(found, published), (name, found)
        # Wider than those of 1,000 days by about the root of how many fewer, not by more.
        wider = (1000 / DAYS) ** 0.5
        assert 0.5 * wider < found.half_width / published.half_width < 2 * wider, name


def test_who_serves_whom_and_how_many_are_there() -> None:
    scenario = read_scenario(EXAMPLES / "three_periods.toml")  # type: ignore[arg-type]
    record = run_replication(scenario, 4)
    group, stream = record.group, record.stream
    assert set(group[(stream == 0) & (record.agent >= 0)].tolist()) == {0}
    assert set(group[(stream == 1) & (record.agent >= 0)].tolist()) == {0, 1}
    assert set(group[(stream == 2) & (record.agent >= 0)].tolist()) == {1}
    for at, there in ((3600, (12, 15)), (10800, (18, 20)), (18000, (9, 11))):
        present = (record.staffed_from <= at) & (record.staffed_to > at)
        whose = record.agent_group[record.staffed_agent[present]]
        assert tuple(np.bincount(whose, minlength=2).tolist()) == there
    ends = record.ended_at
    assert 6 * 3600 < ends.max() < 8 * 3600, "whoever is there at six is still served"
    over = record.answered_at[~np.isnan(record.answered_at)]
    assert (over > 6 * 3600).any()


def test_the_script_prints_both(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["three_periods.py", "--days", "10"])
    code = example().main()
    lines = capsys.readouterr().out.splitlines()
    assert code in (0, 1)
    assert [line.split("  ")[0] for line in lines[1:]] == list(example().PUBLISHED)
