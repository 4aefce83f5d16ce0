"""`omniqueue compare`: options, words, JSON, exit codes."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from omniqueue.cli import main as cli
from omniqueue.sim.runs import replications

SCENARIO = """
[run]
horizon = "12h"
replications = 10
[routing]
order = "arrival"
[[streams]]
name = "calls"
channel = "phone"
priority = 1
target = "20s"
arrivals = { per_hour = 45 }
handling = { mean = "2min" }
[[streams]]
name = "mails"
channel = "email"
arrivals = { per_hour = 15 }
handling = { mean = "200s" }
[[agents]]
group = "desk"
count = 3
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = cli.main(["compare", *map(str, arguments)])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return code, told.out, told.err

    return call


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "desk.toml"
    path.write_text(SCENARIO)
    return path


def test_another_order(run: Run, scenario: Path) -> None:
    code, out, err = run(scenario, "--order", "priority")
    assert (code, err) == (0, "")
    assert "A: order arrival" in out
    assert "B: order priority" in out
    assert "B is better: phone waits" in out
    assert "mean wait of all email contacts" in out
    code, brief, _ = run(scenario, "--order", "priority", "--quiet")
    assert code == 0
    assert brief.startswith("B is better")
    assert "B - A" not in brief


def test_no_change_is_bad_use(run: Run, scenario: Path) -> None:
    said = "omniqueue: compare needs a change for B: --order, --selection or --agents\n"
    assert run(scenario) == (2, "", said)


def test_in_json(run: Run, scenario: Path) -> None:
    options = ("--agents", "desk=4", "--replications", 3, "--seed", 9, "--json")
    code, out, _ = run(scenario, *options)
    found = json.loads(out)
    assert code == 0
    assert found["format"] == "omniqueue-comparison/2"
    assert (found["seed"], found["replications"], found["incomplete"]) == (9, 3, False)
    assert [each["size"] for each in found["second"]["groups"]] == [4]
    assert {"measure", "of", "name", "first", "second", "change", "joint", "shown", "better"} == (
        set(found["differences"][0])
    )
    assert found["verdict"]
    assert run(scenario, *options)[1] == out


def test_the_agents_of_another_scenario(run: Run, scenario: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(SCENARIO.replace('"desk"', '"team"'))
    code, out, _ = run(scenario, "--agents", other, "--agents", "team=2", "--replications", 2)
    assert code == 0
    assert "agents team 2" in out
    assert "agents desk 3" in out


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--order", "nonsense"),
        ("--selection", "nonsense"),
        ("--agents", "desk"),
        ("--agents", "desk=-1"),
        ("--agents", "desk=999999999"),
        ("--agents", "nobody=3"),
        ("--agents", "nowhere.toml"),
        ("--order", "priority", "--replications", "0"),
        ("--order", "priority", "--precision", "7"),
        ("--order", "priority", "--confidence", "2"),
        ("--order", "priority", "--jobs", "0"),
        ("--order", "priority", "--seed", "-1"),
    ],
)
def test_bad_use(run: Run, scenario: Path, options: tuple[str, ...]) -> None:
    code, out, err = run(scenario, *options)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1


def test_interrupted(run: Run, scenario: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    once = replications._Task.__call__

    def interrupting(self: replications._Task, replication: int, *rest: object) -> object:
        begun.append(replication)
        if len(begun) == 3:
            signal.raise_signal(signal.SIGINT)
        return once(self, replication)

    monkeypatch.setattr(replications._Task, "__call__", interrupting)
    code, out, _ = run(scenario, "--order", "priority", "--json")
    found = json.loads(out)
    assert (code, found["incomplete"], found["replications"]) == (130, True, 3)
