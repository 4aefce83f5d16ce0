"""`omniqueue bench`: what it prints and with which exit code."""

from __future__ import annotations

import json
import sys

import pytest

from omniqueue.cli import verb
from omniqueue.cli.main import main


class _Terminal:
    """What stands for standard error on a terminal."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass


def test_without_arguments_two_numbers_and_the_facts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["bench", "--quick"]) == 0
    captured = capsys.readouterr()
    first, second, *rest = captured.out.splitlines()
    assert first.endswith(" contacts routed a second")
    assert " x a bare heap push + pop" in second
    assert any(line.startswith("checksum of the assignments: sha256 ") for line in rest)
    assert captured.err == ""


@pytest.mark.parametrize("what", [[], ["simulate"]])
def test_json_is_one_object(what: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", *what, "--quick", "--json", "--seed", "5"]) == 0
    [line] = capsys.readouterr().out.splitlines()
    result = json.loads(line)
    assert result["format"] == "omniqueue-bench/1"
    assert result["bench"] == (what[0] if what else "canonical")
    assert result["seed"] == 5


@pytest.mark.parametrize(
    "arguments", [["dance"], ["--seed", "-1"], ["--seed", "x"], ["route"], ["simulate", "a"]]
)
def test_bad_use_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--quick", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1


def test_progress_is_told_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rich")
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with verb.told_progress() as tell:
        tell("contacts come to wait")
    assert "contacts come to wait" in terminal.text


def test_without_rich_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    with verb.told_progress() as tell:
        tell("contacts come to wait")
    assert terminal.text == ""
