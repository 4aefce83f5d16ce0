"""The shipped log is what its script makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


def test_the_shipped_log_is_made_from_its_seed() -> None:
    command = [sys.executable, str(EXAMPLES / "make_log.py")]
    made = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert made.stdout == (EXAMPLES / "desk_log.csv").read_bytes()
