"""`omniqueue simulate`: tables, JSON, faults, interruption."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from omniqueue.cli import main as cli
from omniqueue.record.measures import MEASURES

EXAMPLE = str(Path(__file__).parents[2] / "examples" / "desk_scenario.toml")
SMALL = """
title = "A desk"
[[streams]]
name = "calls"
channel = "phone"
arrivals = { per_hour = 60 }
handling = { mean = "1 min" }
patience = { mean = "5 min" }
[channels]
phone = { target = "20s" }
[[agents]]
group = "desk"
count = 2
"""


@pytest.fixture
def small(tmp_path: Path) -> str:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return str(path)


def test_tables_for_people(small: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["simulate", small, "--replications", "4", "--seed", "3"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("A desk\n4 replications, each 24h 00m; seed 3, order arrival")
    for word in (
        "service level",
        "99th percentile of waits",
        "occupancy",
        "23:30",
        "delta method",
    ):
        assert word in said
    assert "nan" not in said
    assert cli.main(["simulate", small, "--replications", "4", "--brief"]) == 0
    assert "23:30" not in capsys.readouterr().out


def test_intervals_stay_within_what_can_be(small: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["simulate", small, "--replications", "2", "--horizon", "1h", "--json"]
    assert cli.main(options) == 0
    found = json.loads(capsys.readouterr().out)
    rows = [found["total"], *found["channels"], *found["streams"], *found["groups"]]
    ends = {"low": 0, "high": 0}
    shares = [each.name for each in MEASURES.values() if each.unit == "share"]
    for row in rows:
        for name, each in row.items():
            if name == "name" or each["low"] is None:
                continue
            assert 0 <= each["low"] <= each["value"] <= each["high"], name
            ends["low"] += each["low"] == 0 < each["value"]
            if name in shares:
                assert each["high"] <= 1, name
                ends["high"] += each["high"] == 1 > each["value"]
    assert all(ends.values())  # some were kept in at either end
    for name, column in found["intervals"].items():
        if name.endswith("_low"):
            assert all(low is None or low >= 0 for low in column), name
        if name.removesuffix("_high") in shares:
            assert all(high is None or high <= 1 for high in column), name
    assert cli.main(options[:-1]) == 0
    out = capsys.readouterr().out
    level = found["total"]["service_level"]
    told = f"{100 * level['low']:.1f} % to {100 * level['high']:.1f} %"
    assert told in next(line for line in out.splitlines() if line.startswith("service level"))


def test_answers_after_the_measured_time_are_said(
    small: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["simulate", small, "--replications", "2", "--brief", "--horizon", "1h"]
    for rate, count, told in (("180 }", "1", True), ("60 }", "30", False)):
        text = SMALL.replace("60 }", rate).replace("count = 2", f"count = {count}")
        Path(small).write_text(text, encoding="utf-8")
        assert cli.main(options) == 0
        out = capsys.readouterr().out
        assert ("\nanswered by groups: by when the answer is given" in out) is told


def test_json_is_the_same_whatever_the_number_of_processes(
    small: str, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = []
    for jobs in ("1", "2"):
        code = cli.main(["simulate", small, "--json", "--replications", "3", "--jobs", jobs])
        assert code == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]
    said = json.loads(outputs[0])
    assert said["replications"] == 3
    assert said["incomplete"] is False


def test_options_stand_in_for_the_file(small: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = [
        "--horizon",
        "6h",
        "--warm-up",
        "1h",
        "--interval",
        "1h",
        "--replications",
        "1",
        "--batches",
        "5",
    ]
    options += [
        "--confidence",
        "0.9",
        "--order",
        "priority",
        "--selection",
        "least-loaded",
        "--json",
    ]
    assert cli.main(["simulate", small, *options]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["horizon_seconds"] == 6 * 3600
    assert said["warm_up_seconds"] == 3600
    assert said["batches"] == 5
    assert (said["order"], said["selection"]) == ("priority", "least-loaded")
    assert len(said["intervals"]["interval"]) == 6


def test_a_precision_is_told(small: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["simulate", small, "--precision", "0.2", "--brief"]) == 0
    assert "(asked for: 20 %)" in capsys.readouterr().out


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["simulate", EXAMPLE, "--replications", "1", "--horizon", "1d"]) == 0
    out = capsys.readouterr().out
    assert "A desk for phone, e-mail, fax and chat" in out
    assert "\n1 replication, each" in out
    assert "had to wait = waited longer" in out
    assert "_" not in out
    assert "-0.0" not in out
    assert "NOBODY" not in out


def test_interruptions_are_told_where_there_may_be_some(
    small: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["simulate", small, "--replications", "2"]) == 0
    assert "\ninterrupted " not in capsys.readouterr().out
    mails = SMALL.split("patience")[0].replace("calls", "mails").replace("phone", "email")
    with Path(small).open("a", encoding="utf-8") as file:
        file.write(mails.replace('title = "A desk"', ""))
        file.write('[channels.email]\ninterrupted_by = ["phone"]\n')
    assert cli.main(["simulate", small, "--replications", "2"]) == 0
    told = capsys.readouterr().out
    assert "\ninterrupted  " in told
    assert "interrupted = time between answer and end" in told
    assert cli.main(["simulate", small, "--replications", "2", "--json"]) == 0
    said = {row["name"]: row for row in json.loads(capsys.readouterr().out)["channels"]}
    assert said["phone"]["mean_interrupted_time"]["value"] == 0
    assert said["email"]["mean_interrupted_time"]["value"] > 5


def test_no_contact_before_the_horizon_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["simulate", EXAMPLE, "--horizon", "6h"]) == 2
    said = "the run starts on Monday 00:00, and no contact arrives before the horizon"
    assert said in capsys.readouterr().err


def test_what_nobody_can_serve_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ordrs.toml"
    content = Path(EXAMPLE).read_text(encoding="utf-8")
    path.write_text(content.replace('["paper"]', '["ordrs"]'), encoding="utf-8")
    assert cli.main(["simulate", str(path), "--replications", "1", "--horizon", "1d"]) == 0
    said = "NOBODY CAN SERVE: stream faxes needs ordrs (no agent has it)\n"
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    "options",
    [
        ["--jobs", "-5"],
        ["--seed", "abc"],
        ["--seed", "-1"],
        ["--replications", "0"],
        ["--precision", "7"],
        ["--confidence", "95"],
        ["--order", "os:system"],
        ["--selection", "nobody-knows"],
        ["--horizon", "soon"],
        ["--warm-up", "9d"],
        ["--interval", "0"],
    ],
)
def test_bad_options_are_one_line_and_2(
    small: str, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["simulate", small, *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1


def test_every_fault_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(SMALL.replace("60 }", "-60 }").replace("count = 2", "count = 0.5\nx = 1"))
    assert cli.main(["simulate", str(path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert all(line.startswith(f"{path}: ") for line in lines)
    assert any("streams[0].arrivals.per_hour" in line for line in lines)


def test_what_is_no_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (str(tmp_path), str(tmp_path / "pipe"), "/dev/zero", str(tmp_path / "missing")):
        assert cli.main(["simulate", path]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_ctrl_c_gives_a_partial_result(small: str) -> None:
    command = [sys.executable, "-m", "omniqueue", "simulate", small, "--brief", "--horizon", "20d"]
    with subprocess.Popen(
        [*command, "--replications", "100000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        time.sleep(3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out.startswith("INCOMPLETE: this is a partial result")
    assert "Traceback" not in err
