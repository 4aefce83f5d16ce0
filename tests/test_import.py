"""`import omniqueue` is light: a fresh process loads no number cruncher, network or loop."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
HEAVY = ("numpy", "scipy", "matplotlib", "rich", "asyncio", "socket", "ssl", "sqlite3",
         "multiprocessing", "concurrent.futures", "http", "email", "tomllib", "argparse",
         "subprocess", "tempfile", "logging", "unittest", "pytest", "hypothesis")  # fmt: skip
SHOW = "import sys, json; {}; print(json.dumps(sorted(sys.modules)))"


def modules(statement: str) -> set[str]:
    """What a fresh process has loaded after a statement."""
    environment = {**os.environ, "PYTHONPATH": str(TOP / "src")}
    done = subprocess.run(
        [sys.executable, "-c", SHOW.format(statement)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(json.loads(done.stdout))


def test_the_import_loads_nothing_heavy() -> None:
    """Beyond what bare Python, attrs and sortedcontainers load themselves."""
    bare = modules("import attrs, sortedcontainers")
    loaded = modules("import omniqueue") - bare
    assert not loaded & set(HEAVY)
    assert "numpy" not in modules("import omniqueue")
    engine = modules("from omniqueue import Agent, Contact, Router") - bare
    assert not engine & set(HEAVY)
    assert "omniqueue.core.router" in engine


def test_the_import_loads_no_more_than_the_engine() -> None:
    """Plays, reports, simulation and the command line come when they are asked for."""
    loaded = modules("from omniqueue import Router")
    parts = {name.split(".")[1] for name in loaded if "omniqueue." in name}
    assert parts == {"core", "errors", "faces", "model", "policy"}
    nothing = {name for name in modules("import omniqueue") if "omniqueue" in name}
    assert nothing == {"omniqueue", "omniqueue.faces"}


def test_an_import_prints_nothing() -> None:
    environment = {**os.environ, "PYTHONPATH": str(TOP / "src")}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "import omniqueue"],
        env=environment,
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == done.stderr == b""
