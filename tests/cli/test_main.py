"""The command line as such: exit codes, one line a fault, never a traceback."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import omniqueue
from omniqueue.cli import main as cli
from omniqueue.cli.console import complain, printable, say
from omniqueue.errors import FileFaultsError, InvalidValueError

COMMAND = (sys.executable, "-m", "omniqueue")
PLAY = '{"format": "omniqueue-play/1", "agents": [{"id": "ana"}], "steps": []}'


@pytest.fixture
def a_play(tmp_path: Path) -> str:
    path = tmp_path / "a.json"
    path.write_text(PLAY, encoding="utf-8")
    return str(path)


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        (*COMMAND, *arguments), capture_output=True, text=True, check=False, timeout=60, **options
    )


def test_help_and_version_are_done(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["play", "--help"]):
        assert cli.main(arguments) == 0
        assert "usage: omniqueue" in capsys.readouterr().out
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"omniqueue {omniqueue.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "omniqueue: the following arguments are required: VERB"),
        (["dance"], "omniqueue: argument VERB: invalid choice: 'dance'"),
        (["play"], "omniqueue play: the following arguments are required: FILE"),
        (["play", "a", "b"], "omniqueue play: unrecognized arguments: b"),
        (["play", "a", "--js"], "omniqueue play: unrecognized arguments: --js"),
        (["--vers"], "omniqueue: "),
        (["play", "a", "--\x1b[31m\n"], r"omniqueue play: unrecognized arguments: --\x1b[31m\n"),
    ],
)
def test_bad_use_is_one_line_and_2(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(complaint)
    assert captured.err.count("\n") == 1


def test_a_verb_names_its_own_help(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["route", "log.csv", "--staff", "staff.toml", "--exlpain", "c1@5"]
    assert cli.main(arguments) == 2
    said = "omniqueue route: unrecognized arguments: --exlpain c1@5 (see omniqueue route --help)\n"
    assert capsys.readouterr().err == said
    assert cli.main(["--exlpain", *arguments[:4]]) == 2
    assert "omniqueue: unrecognized arguments: --exlpain (see omniqueue --" in (
        capsys.readouterr().err
    )


class _Verb:
    """A verb that does what a test wants."""

    WHAT = MORE = "what a test wants"

    def __init__(self, failure: BaseException | None) -> None:
        self.__name__ = "act"
        self.failure = failure

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        pass

    def run(self, arguments: argparse.Namespace) -> int:
        if self.failure:
            raise self.failure
        return 1


@pytest.mark.parametrize(
    ("failure", "code", "lines"),
    [
        (None, 1, []),
        (KeyboardInterrupt(), 130, ["omniqueue: stopped; the output is incomplete"]),
        (
            InvalidValueError("--jobs", -5, "an int from 1"),
            2,
            ["omniqueue: --jobs is -5; expected an int from 1"],
        ),
        (
            FileFaultsError("a\nb.json", ["x: is missing", "y: is \x1b"], 3),
            2,
            [
                r"a\nb.json: x: is missing",
                r"a\nb.json: y: is \x1b",
                r"a\nb.json: and 3 more faults",
            ],
        ),
        (OSError(28, "No space left", "out.csv"), 2, ["out.csv: No space left"]),
    ],
)
def test_what_a_verb_raises_becomes_an_exit_code(
    failure: BaseException | None,
    code: int,
    lines: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(cli, "_VERBS", (_Verb(failure),))
    assert cli.main(["act"]) == code
    assert capsys.readouterr().err.splitlines() == lines


def test_what_is_not_printable_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    assert printable("caf\u00e9 \u4f60 100 %") == "caf\u00e9 \u4f60 100 %"
    say("a\x1b[2J\r\n\x00\u202e\ud800")
    complain("b\x9b\u200b")
    captured = capsys.readouterr()
    assert captured.out == "a\\x1b[2J\\r\\n\\x00\\u202e\\ud800\n"
    assert captured.err == "b\\x9b\\u200b\n"


def test_it_runs_as_a_module(a_play: str) -> None:
    for module in ("omniqueue", "omniqueue.cli"):
        done = subprocess.run(
            (sys.executable, "-m", module, "play", a_play, "--json"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.endswith('{"event": "end", "waiting": []}\n')


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from omniqueue.cli.main import main; main(['--help']);"
        "heavy = {'numpy', 'rich', 'asyncio', 'matplotlib', "
        "'omniqueue.play', 'omniqueue.sim'};"
        "sys.exit(str(sorted(heavy & set(sys.modules)) or 0))"
    )
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True)
    assert done.stderr.strip() == "0"


@pytest.mark.parametrize("flag", ["--json", None])
def test_a_reader_who_leaves_is_no_traceback(a_play: str, flag: str | None) -> None:
    arguments = ("play", a_play, *filter(None, [flag]))
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        (*COMMAND, *arguments), stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_reader_who_has_read_enough_ends_it_in_silence() -> None:
    examples = Path(__file__).resolve().parents[2] / "examples"
    log, staff = str(examples / "desk_log.csv"), str(examples / "desk_staff.toml")
    with subprocess.Popen(
        (*COMMAND, "route", log, "--staff", staff, "--interval", "1min"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "A blended desk, two days\n"
        child.stdout.close()
        assert child.stderr is not None
        assert child.stderr.read() == ""
    assert child.returncode == 141


def test_a_closed_standard_output_is_no_traceback(a_play: str) -> None:
    shell = f"exec '{sys.executable}' -m omniqueue play '{a_play}' >&-"
    done = subprocess.run(["sh", "-c", shell], stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "standard output: standard output is closed\n")


@pytest.mark.parametrize("closing", ["2>&-", ">&- 2>&-", "<&-"])
def test_closed_standard_streams_are_no_crash(a_play: str, closing: str) -> None:
    shell = f"exec '{sys.executable}' -m omniqueue play '{a_play}' {closing}"
    done = subprocess.run(["sh", "-c", shell], stdout=subprocess.PIPE, check=False)
    assert done.returncode == (2 if ">&- 2" in closing else 0)


def test_a_closed_standard_input_is_named() -> None:
    shell = f"exec '{sys.executable}' -m omniqueue play - <&-"
    done = subprocess.run(["sh", "-c", shell], stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "standard input: is closed\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_a_full_disk_is_no_traceback(a_play: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            (*COMMAND, "play", a_play), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (2, "standard output: No space left on device\n")


def test_an_alphabet_without_the_letter_is_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(PLAY.replace("ana", "\u00e4nn\u00e4"), encoding="utf-8")
    done = run("play", str(path), env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")
    assert r"\xe4nn\xe4" in done.stdout


def test_an_interrupted_play_says_so_and_ends_with_130(tmp_path: Path) -> None:
    states = ("away", "ready")
    steps = ",".join(
        f'{{"at": {n}, "do": "presence", "agent": "ana", "state": "{states[n % 2]}"}}'
        for n in range(20_000)
    )
    path = tmp_path / "long.json"
    path.write_text(PLAY.replace("[]", f"[{steps}]"), encoding="utf-8")
    with subprocess.Popen(
        (*COMMAND, "play", str(path), "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        # The play is under way, and cannot end: the pipe holds less than it has to say.
        assert child.stdout.readline().startswith('{"at": 0.0, "event": "agent_added"')
        time.sleep(0.2)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert err == "omniqueue: stopped; the output is incomplete\n"
    assert out.splitlines()[-1] == '{"event": "incomplete"}'


TOP = Path(__file__).resolve().parents[2]
TYPED = [
    ("simulate --warm-up 100d", "--warm-up is '100d'"),
    ("simulate --replications 2 --confidence=95", "--confidence is '95'"),
    ("simulate --order aging:-5", "--order is 'aging:-5'"),
    ("simulate --replications 2 --replications 0", "--replications is '0'"),
    ("compare --agents early=2 --agents dusk=2", "--agents is 'dusk=2'"),
    ("staff --target zz:80%", "--target is 'zz:80%'"),
    ("staff --cost early=2 --cost dusk=2 --target=email=1", "--target is 'email=1'"),
]


@pytest.mark.parametrize(("said", "told"), TYPED)
def test_a_fault_names_what_was_typed(
    said: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    verb, *options = said.split()
    assert cli.main([verb, str(TOP / "examples" / "desk_scenario.toml"), *options]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"omniqueue: {told}; expected")
