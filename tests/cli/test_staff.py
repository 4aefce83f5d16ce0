"""`omniqueue staff`: options, words, JSON, exit codes."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from omniqueue.cli import main as cli
from omniqueue.sim.studies import targets

SCENARIO = """
title = "A small desk"
[run]
horizon = "10h"
replications = 6
[[streams]]
name = "calls"
channel = "phone"
arrivals = { per_hour = 60 }
handling = { mean = "2min" }
patience = { mean = "3min" }
[[streams]]
name = "mails"
channel = "email"
arrivals = { per_hour = 10 }
handling = { mean = "3min" }
[[agents]]
group = "desk"
count = 1
[[agents]]
group = "mailroom"
count = 1
channels = ["email"]
"""
TARGETS = ("--target", "phone 80% in 20s", "--target", "email 95% in 2h")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = cli.main(["staff", *map(str, arguments)])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return code, told.out, told.err

    return call


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "desk.toml"
    path.write_text(SCENARIO)
    return path


def test_found_with_evidence(run: Run, scenario: Path) -> None:
    code, out, err = run(scenario, *TARGETS, "--cost", "mailroom=0.5")
    assert (code, err) == (0, "")
    assert "meets every target" in out
    assert "With one agent less" in out
    assert "Every staffing that was simulated, in order" in out
    code, brief, _ = run(scenario, *TARGETS, "--cost", "mailroom=0.5", "--quiet")
    assert code == 0
    assert brief.splitlines()[0] in out
    assert "in order" not in brief


def test_in_json(run: Run, scenario: Path) -> None:
    options = (*TARGETS, "--target", "abandon phone under 4%", "--max-agents", "9", "--json")
    code, out, _ = run(scenario, *options, "--max-agents", "mailroom=2", "--seed", "5")
    found = json.loads(out)
    assert code == 0
    assert (found["format"], found["met"], found["seed"]) == ("omniqueue-staffing/2", True, 5)
    assert found["most"] == {"desk": 9, "mailroom": 2}
    assert found["targets"] == ["phone 80% in 20s", "email 95% in 2h", "abandon phone under 4%"]
    assert all(each["met"] for each in found["best"]["outcomes"])
    for name, less in found["neighbours"].items():
        assert less["agents"][name] == found["best"]["agents"][name] - 1
        assert not less["met"]
    assert found["trail"][0]["phase"] == "start"


def test_not_to_be_had(run: Run, scenario: Path) -> None:
    code, out, err = run(scenario, *TARGETS, "--max-agents", "2")
    assert (code, err) == (1, "")
    assert "No staffing within the bounds (desk 2, mailroom 2)" in out
    assert "phone 80% in 20s fails by" in out


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--target", "phone quickly"),
        ("--target", "fax 80% in 20s"),
        (*TARGETS, "--cost", "desk"),
        (*TARGETS, "--cost", "desk=x"),
        (*TARGETS, "--cost", "desk=nan"),
        (*TARGETS, "--cost", "desk=0"),
        (*TARGETS, "--cost", "nobody=1"),
        (*TARGETS, "--max-agents", "many"),
        (*TARGETS, "--max-agents", "desk=-1"),
        (*TARGETS, "--max-agents", "nobody=1"),
        (*TARGETS, "--max-agents", "999999999"),
        (*TARGETS, "--replications", "1"),
        (*TARGETS, "--jobs", "0"),
    ],
)
def test_bad_use(run: Run, scenario: Path, options: tuple[str, ...]) -> None:
    code, out, err = run(scenario, *options)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1


def test_interrupted(run: Run, scenario: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    once = targets.Probe.__call__

    def interrupting(self: targets.Probe, replication: int, *rest: object) -> object:
        begun.append(replication)
        if len(begun) == 2:
            signal.raise_signal(signal.SIGINT)
        return once(self, replication)

    monkeypatch.setattr(targets.Probe, "__call__", interrupting)
    code, out, _ = run(scenario, *TARGETS)
    assert code == 130
    assert out.startswith("INCOMPLETE")
    begun.clear()
    code, out, _ = run(scenario, *TARGETS, "--json")
    found = json.loads(out)
    assert (code, found["incomplete"], found["best"]) == (130, True, None)
