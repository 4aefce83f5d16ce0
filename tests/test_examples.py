"""Every example with a golden output prints exactly that, whatever the hash seed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
EXPECTED = sorted((EXAMPLES / "expected").glob("*.txt"))
HASH_SEEDS = ("0", "4711")


def start(script: Path, hash_seed: str) -> subprocess.Popen[str]:
    paths = [str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {
        **os.environ,
        "PYTHONHASHSEED": hash_seed,
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONIOENCODING": "utf-8",
    }
    return subprocess.Popen(
        [sys.executable, "-W", "error", script.name],
        cwd=script.parent,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def test_there_are_examples() -> None:
    assert {"order_policy", "fit_policy", "turn_policy"} <= {path.stem for path in EXPECTED}


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.stem)
def test_example_prints_what_it_should(expected: Path) -> None:
    script = EXAMPLES / f"{expected.stem}.py"
    assert script.is_file(), f"no example goes with {expected.name}"
    runs = [start(script, hash_seed) for hash_seed in HASH_SEEDS]
    for run in runs:
        printed, complaints = run.communicate(timeout=60)
        assert (run.returncode, complaints) == (0, "")
        assert printed == expected.read_text(encoding="utf-8")
