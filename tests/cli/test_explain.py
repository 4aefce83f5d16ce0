"""`omniqueue play --explain`: answers below the table or among the JSON lines; nothing changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from omniqueue.cli.main import main

DAY = {
    "format": "omniqueue-play/1",
    "agents": [{"id": "ana"}],
    "steps": [
        {"at": 0, "do": "submit", "contact": {"id": "c1", "channel": "phone"}},
        {"at": 1, "do": "submit", "contact": {"id": "c@2", "channel": "fax", "expire_seconds": 8}},
        {"at": 5, "do": "complete", "contact": "c1"},
    ],
}


@pytest.fixture
def day(tmp_path: Path) -> str:
    path = tmp_path / "day.json"
    path.write_text(json.dumps(DAY), encoding="utf-8")
    return str(path)


def test_text_below_the_table(day: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--explain", "c@2@1", "--explain", "c@2@20", "--explain", "c@2@0"]
    assert main(["play", day, *asked]) == 0
    text = capsys.readouterr().out
    table, *answers = text.split("\n\n")
    assert table.splitlines()[-1].endswith("waiting: nobody")
    assert answers[0] == "c@2: no such contact has come"
    assert answers[1].splitlines()[0] == (
        "c@2 (fax) at 1: waiting since 1, place 1 of 1 waiting, 1 of 1 of its kind"
    )
    assert "  ana no room: 0 free, 1 needed, holds c1" in answers[1].splitlines()
    assert answers[2].strip() == "c@2 (fax) at 20: active with ana since 5 (arrived at 1)"


def test_json_lines(day: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", day, "--json"]) == 0
    plain = capsys.readouterr().out.splitlines()
    assert main(["play", day, "--json", "--explain", "c@2@3", "--explain", "c@2@0"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if '"explained"' not in line] == plain
    second, first = (json.loads(line) for line in lines if '"explained"' in line)
    assert (first["at"], first["contact"]) == (3.0, "c@2")
    assert first["explanation"]["work"] == {"ana": ["c1"]}
    assert first["explanation"]["next_changes"][0]["what"] == "expiry"
    assert second["explanation"] is None


def test_a_contact_that_never_comes_is_bad_use(
    day: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["play", day, "--explain", "foo@3"]) == 2
    said = capsys.readouterr()
    assert said.err == f"omniqueue: --explain is 'foo'; expected a contact that {day} submits\n"
    assert not said.out


@pytest.mark.parametrize("asked", ["c1", "@3", "c1@", "c1@noon", "c1@nan", "c1@inf"])
def test_bad_questions_are_bad_use(
    asked: str, day: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["play", day, "--explain", asked]) == 2
    assert "--explain" in capsys.readouterr().err
