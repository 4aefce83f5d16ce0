"""`omniqueue play`: what it prints and with which exit code."""

from __future__ import annotations

import argparse
import io
import json
import shutil
import sys
from pathlib import Path

import pytest

from omniqueue.cli.main import main
from omniqueue.cli.play import run

CASES = Path(__file__).parent.parent / "play" / "cases"

LUNCH: dict[str, object] = {
    "format": "omniqueue-play/1",
    "title": "Lunch",
    "agents": [{"id": "ana", "skills": {"fr": 2}, "limits": {"chat": 1}}],
    "steps": [
        {"at": 0, "do": "submit", "contact": {"id": "c1", "channel": "phone"}},
        {"at": 1.5, "do": "submit", "contact": {"id": "c2", "channel": "fax"}},
        {"at": 60, "do": "abandon", "contact": "c1"},
    ],
}


def written(folder: Path, text: str) -> str:
    path = folder / "odd.json"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture
def lunch(tmp_path: Path) -> str:
    return written(tmp_path, json.dumps(LUNCH))


@pytest.mark.parametrize("path", sorted(CASES.glob("*.json")), ids=lambda path: path.stem)
def test_a_case_is_done_and_tells_its_assignments(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["play", str(path), "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    lines = [json.loads(line) for line in captured.out.splitlines()]
    expect = json.loads(path.read_text(encoding="utf-8"))["expect"]
    taken = [line for line in lines if line["event"] == "assigned"]
    rejected = [line for line in lines if line["event"] == "rejected"]
    assert [[e["at"], e["contact"], e["agent"]] for e in taken] == expect["assignments"]
    assert [[e["step"], e["error"]] for e in rejected] == expect["rejected"]
    assert lines[-1] == {"event": "end", "waiting": expect["waiting"]}
    assert [list(line)[:2] for line in lines[:-1]] == [["at", "event"]] * (len(lines) - 1)


@pytest.mark.parametrize("path", sorted(CASES.glob("*.json")), ids=lambda path: path.stem)
def test_a_changed_expectation_is_told_and_1(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    play = json.loads(path.read_text(encoding="utf-8"))
    play["expect"]["waiting"] = [*play["expect"]["waiting"], "nobody"]
    file = written(tmp_path, json.dumps(play))
    assert main(["play", file]) == 1
    index = len(play["expect"]["waiting"]) - 1
    said = f'{file}: expect.waiting[{index}]: expected "nobody", found nothing\n'
    assert capsys.readouterr().err == said


def test_the_lines_are_those_of_the_format(lunch: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", lunch, "--json"]) == 1
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assigned = '{"at": 0.0, "event": "assigned", "contact": "c1", "agent": "ana", '
    assert f'{assigned}"by_hand": false}}' in lines
    refused = json.loads(lines[-2])
    message = refused.pop("message")
    assert refused == {
        "at": 60.0,
        "event": "rejected",
        "step": 2,
        "error": "IllegalTransitionError",
    }
    assert "c1" in message or "active" in message
    assert lines[-1] == '{"event": "end", "waiting": ["c2"]}'
    said = f"{lunch}: 1 of 3 commands refused, the first: steps[2]: IllegalTransitionError\n"
    assert captured.err == said


def test_the_table_is_aligned(lunch: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", lunch]) == 1
    title, blank, heading, *rows, last = capsys.readouterr().out.splitlines()
    assert (title, blank) == ("Lunch", "")
    assert heading.split() == ["time", "event", "contact", "agent", "detail"]
    assert rows[0].startswith("   0  agent_added           ana    skills=fr:2  capacity=1")
    assert all(row[heading.index("event") - 2 :].startswith("  ") for row in rows)
    assert rows[-1].startswith("  60  rejected")
    assert "step=2  error=IllegalTransitionError" in rows[-1]
    assert last.split(maxsplit=1) == ["end", "waiting: c2"]


def test_without_expectation_and_refusal_all_is_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, json.dumps({**LUNCH, "steps": []}))
    assert main(["play", file]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out.endswith("waiting: nobody\n")


def test_expected_refusals_are_no_failure(tmp_path: Path) -> None:
    expect = {"rejected": [[2, "IllegalTransitionError"]]}
    assert main(["play", written(tmp_path, json.dumps({**LUNCH, "expect": expect}))]) == 0


def test_a_dash_reads_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for text, code in ((json.dumps({**LUNCH, "steps": []}), 0), ("[1", 2)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert main(["play", "-"]) == code
    assert capsys.readouterr().err.startswith("standard input: line 1, column 3: is not JSON")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NaN",
        "[" * 100_000,
        '{"a": 1' + "0" * 5000 + "}",
        '{"format": "omniqueue-play/1", "format": 1}',
        json.dumps({**LUNCH, "order": "os:system"}),
        json.dumps({**LUNCH, "steps": [{"at": 0, "do": "dance"}, {"do": "advance"}]}),
        json.dumps({**LUNCH, "channels": {"\x1b[2J\n": {}}}),
    ],
)
def test_no_valid_play_is_2_with_one_line_a_fault_and_nothing_run(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, text)
    assert main(["play", file, "--json"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert lines
    assert all(line.startswith(f"{file}: ") and line.isprintable() for line in lines)


def test_a_missing_file_and_a_folder_are_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["play", str(tmp_path / "none.json")]) == 2
    assert main(["play", str(tmp_path)]) == 2
    assert main(["play", "/dev/zero"]) == 2
    assert capsys.readouterr().err.count("\n") == 3


def test_odd_names_of_files_and_things_cannot_drive_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a\x1b[31m\n.json"
    file.write_text(json.dumps({**LUNCH, "title": "\x1b]0;x\x07\ud800"}), encoding="utf-8")
    assert main(["play", str(file)]) == 1
    captured = capsys.readouterr()
    for line in (*captured.out.splitlines(), *captured.err.splitlines()):
        assert line.isprintable(), line
    shutil.rmtree(tmp_path)


def test_a_verb_can_be_called_as_a_function(lunch: str) -> None:
    assert run(argparse.Namespace(file=lunch, json=True, explain=[])) == 1
