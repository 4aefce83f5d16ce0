"""`omniqueue validate`: the table, the verdict, exit codes and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import attrs
import pytest

from omniqueue.cli import main as cli, verb
from omniqueue.sim.validation import validation
from omniqueue.sim.validation.systems import KnownSystem, erlang_c_system

Validate = Callable[..., tuple[int, str, str]]


def tiny(name: str) -> KnownSystem:
    return erlang_c_system(name, 2.0, 4, within=0.2, batch=150)


def wrong(name: str) -> KnownSystem:
    """A system of which theory says something else."""
    system = tiny(name)
    first = attrs.evolve(system.measures[0], theory=0.9)
    return attrs.evolve(system, measures=(first, *system.measures[1:]))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Validate:
    """Run the verb on two tiny systems; return exit code, standard output and error."""
    monkeypatch.setattr(validation, "small_systems", lambda: (tiny("small desk"),))
    monkeypatch.setattr(validation, "large_systems", lambda: (tiny("large desk"),))

    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["validate", *arguments])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return code, told.out, told.err

    return call


def test_it_prints_every_measure_and_passes(run: Validate) -> None:
    code, out, err = run()
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].split() == [
        "system", "measure", "theory", "simulated", "half", "width", "z"
    ]  # fmt: skip
    rows = [line for line in lines if line.startswith("small desk")]
    assert len(rows) == 7
    assert all(row.endswith("pass") for row in rows)
    assert "Little's law and flows, exactly: hold in 8 of 8 runs" in lines
    assert "7 measures, 0 beyond |z| = 4.22" in out
    assert lines[-1] == "passed"


def test_full_adds_the_large_systems(run: Validate) -> None:
    code, out, _ = run("--full")
    assert code == 0
    assert sum(line.startswith("large desk") for line in out.splitlines()) == 7
    assert "hold in 16 of 16 runs" in out


def test_what_does_not_hold_is_exit_code_1(run: Validate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "small_systems", lambda: (tiny("right"), wrong("wrong")))
    code, out, _ = run()
    assert code == 1
    [failed] = [line for line in out.splitlines() if line.endswith("FAIL")]
    assert failed.startswith("wrong   chance of a wait")
    assert out.splitlines()[-1] == "failed"
    code, brief, _ = run("--quiet")
    assert code == 1
    assert sum(line.startswith(("right", "wrong")) for line in brief.splitlines()) == 1


def test_quiet_prints_the_verdict_alone(run: Validate) -> None:
    code, out, _ = run("--quiet")
    assert code == 0
    assert len(out.splitlines()) == 4


def test_json(run: Validate) -> None:
    code, out, _ = run("--json", "--seed", "9")
    found = json.loads(out)
    assert code == 0
    assert found["format"] == "omniqueue-validation/2"
    assert (found["passed"], found["full"], found["seed"], found["runs"]) == (True, False, 9, 8)
    assert (found["faults"], found["incomplete"], found["confidence"]) == ([], False, 0.999)
    first = found["checks"][0]
    assert set(first) == {
        "system", "measure", "theory", "simulated", "half_width", "z", "passed"
    }  # fmt: skip
    assert abs(first["z"]) <= found["worst"] <= found["limit"]


@pytest.mark.parametrize(
    "arguments", [("--seed", "-1"), ("--jobs", "0"), ("--seed", "x"), ("extra",), ("--ful",)]
)
def test_bad_use_is_one_line_and_exit_code_2(run: Validate, arguments: tuple[str, ...]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1


def test_interrupted_is_exit_code_130(run: Validate, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def at_once() -> Iterator[Callable[[], bool]]:
        yield lambda: True

    monkeypatch.setattr(verb, "stop_wish", at_once)
    code, out, _ = run()
    assert code == 130
    assert out.splitlines()[-1] == "incomplete: systems are missing, so there is no verdict"
    code, out, _ = run("--json")
    found = json.loads(out)
    assert (code, found["incomplete"], found["passed"]) == (130, True, False)
