"""`omniqueue audit`: tables, JSON, exit codes, bad input on one line."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from omniqueue.cli import audit as verb, main as cli, verb as common
from omniqueue.record.measures import RECORD_FORMULAS

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LOG, STAFF = str(EXAMPLES / "desk_log.csv"), str(EXAMPLES / "desk_staff.toml")

Ran = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Ran:
    def run(*arguments: object) -> tuple[int, str, str]:
        code = cli.main([str(each) for each in arguments])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return code, told.out, told.err

    return run


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audit") / "events.jsonl"
    assert cli.main(["route", LOG, "--staff", STAFF, "--quiet", "--events", str(path)]) == 0
    return path


def test_a_sound_record_has_tables_and_exit_0(run: Ran, record: Path) -> None:
    code, out, err = run("audit", record, "--zone", "Europe/Berlin")
    assert (code, err) == (0, "")
    assert "3,173 contacts arrived = 3,173 answered" in out
    assert out.rstrip().endswith("unexplained = 0")
    for word in ("channel", "skill", "between 18 agents", "who served whom", "2024-05-06T00:00"):
        assert word in out
    brief = run("audit", record, "--quiet")[1]
    assert "who served whom" not in brief
    assert brief.rstrip().endswith("unexplained = 0")


def test_a_record_named_gz_is_gzip_and_the_same_every_time(
    run: Ran, record: Path, tmp_path: Path
) -> None:
    several = [tmp_path / "one.jsonl.gz", tmp_path / "two.jsonl.GZ"]
    for path in several:
        assert run("route", LOG, "--staff", STAFF, "--quiet", "--events", path)[0] == 0
    first, second = (path.read_bytes() for path in several)
    assert first == second
    assert gzip.decompress(first) == record.read_bytes()
    assert first[3:8] == bytes(5)  # no name inside, and no time
    code, out, _ = run("audit", several[0])
    assert code == 0
    assert out.rstrip().endswith("unexplained = 0")


def test_the_audit_says_what_the_route_said(run: Ran, record: Path) -> None:
    routed = json.loads(run("route", LOG, "--staff", STAFF, "--json")[1])
    code, out, _ = run("audit", record, "--json")
    found = json.loads(out)
    assert code == 0
    assert found["format"] == "omniqueue-audit/2"
    documented = {*re.findall(r"`(\w+)`", verb.__doc__ or ""), *RECORD_FORMULAS}
    for part in (found, found["channels"][0], found["agents"][0], found["served"][0]):
        assert set(part) <= documented
    assert set(found["spread"]["occupancy"]) <= documented
    for key in ("judged", "overtakings", "most_overtaken", "unexplained", "unexplained_by_kind"):
        assert found[key] == routed["verdict"][key]
    for part in ("channels", "skills"):
        for mine, theirs in zip(found[part], routed[part], strict=True):
            assert {key: mine[key] for key in theirs} == theirs
    assert sum(each["answered"] for each in found["served"]) == routed["answered"]
    assert sum(each["answered"] for each in found["agents"]) == routed["answered"]
    signed_in = sum(group["signed_in_seconds"] for group in routed["groups"])
    assert sum(each["signed_in_seconds"] for each in found["agents"]) == pytest.approx(signed_in)
    assert sum(each["overtakings"] for each in found["channels"]) == sum(
        found["overtakings"].values()
    )


def test_a_packed_record_is_read_too(run: Ran, record: Path, tmp_path: Path) -> None:
    packed = tmp_path / "events.jsonl.gz"
    packed.write_bytes(gzip.compress(record.read_bytes()))
    code, out, _ = run("audit", packed, "--quiet")
    assert code == 0
    assert out.rstrip().endswith("unexplained = 0")
    packed.write_bytes(packed.read_bytes()[:-2000])
    code, out, err = run("audit", packed)
    assert (code, out) == (2, "")
    assert "cannot be read: EOFError" in err


def test_planted_faults_are_told_with_their_lines_and_exit_1(
    run: Ran, record: Path, tmp_path: Path
) -> None:
    lines = record.read_text().splitlines(keepends=True)
    at = next(
        number
        for number, line in enumerate(lines)
        if '"assigned"' in line and '"queued"' in lines[number - 1] and number > 3000
    )
    forged = tmp_path / "forged.jsonl"
    forged.write_text("".join([*lines[:at], *lines[at + 1 :]]))
    code, out, err = run("audit", forged)
    assert (code, err) == (1, "")
    assert "  not held: 1 (the contact was not with that agent)" in out
    assert re.search(r"line \d+: not held: at [\d.]+ c\d+, [\w-]+: completed while ", out)
    assert "wrong number of events: 1" in out
    found = json.loads(run("audit", forged, "--json")[1])
    assert found["unexplained"] == sum(found["unexplained_by_kind"].values()) > 0
    keys = {"line", "at", "kind", "contact", "agent", "detail", "other_at"}
    assert set(found["faults"][0]) == keys
    forged.write_text("".join(lines[:-1]))
    code, out, _ = run("audit", forged, "--quiet")
    assert code == 1
    assert "cut file: 1 (there is no end line)" in out


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("missing.jsonl",), "missing.jsonl: cannot be opened"),
        ((".",), ".: is not a regular file"),
        (("/dev/zero",), "/dev/zero: is not a regular file"),
        ((LOG,), "line 1: is not JSON"),
        ((LOG, "--zone", "../etc"), "--zone is '../etc'"),
        ((), "EVENTS.jsonl"),
        ((LOG, "--jobs", "-5"), "--jobs"),
    ],
)
def test_bad_use_is_one_line_and_exit_2(run: Ran, arguments: tuple[str, ...], fault: str) -> None:
    code, out, err = run("audit", *arguments)
    assert (code, out) == (2, "")
    assert fault in err
    assert len(err.splitlines()) == 1


def test_an_empty_file_and_a_large_one_are_refused(
    run: Ran, record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    assert run("audit", empty) == (2, "", f"{empty}: is empty\n")
    monkeypatch.setattr(verb, "_BYTES_MAX", 100_000)
    code, out, err = run("audit", record)
    assert (code, out) == (2, "")
    assert "holds more than 100000 bytes" in err


def test_ctrl_c_gives_a_marked_partial_result(
    run: Ran, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def impatient() -> Iterator[Callable[[], bool]]:
        yield lambda: True

    monkeypatch.setattr(common, "stop_wish", impatient)
    code, out, _ = run("audit", record, "--quiet")
    assert code == 130
    assert out.startswith("INCOMPLETE: this is a partial result")
    assert json.loads(run("audit", record, "--json")[1])["incomplete"] is True
