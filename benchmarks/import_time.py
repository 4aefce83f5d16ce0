"""`python -m benchmarks import`: how long `import omniqueue` takes over bare Python.

Prints medians in milliseconds. Each run is a fresh process, started bare and with the import in
turn, so that what the machine does meanwhile touches both alike.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

_NO_COMPILED = "PYTHONDONTWRITEBYTECODE"  # an installed package is compiled; so is this one
SOURCE = Path(__file__).resolve().parent.parent / "src"


def process_ms(statement: str, compiled: str) -> float:
    """Return the wall time of a fresh process that runs a statement."""
    kept = {name: value for name, value in os.environ.items() if name != _NO_COMPILED}
    environment = {**kept, "PYTHONPATH": str(SOURCE), "PYTHONPYCACHEPREFIX": compiled}
    started = time.perf_counter()
    command = [sys.executable, "-c", statement]
    subprocess.run(command, env=environment, check=True)  # noqa: S603 - this very Python
    return (time.perf_counter() - started) * 1000


def print_times(runs: int) -> None:
    """Measure and print, the median of so many runs."""
    bare, needs, whole = [], [], []
    with tempfile.TemporaryDirectory() as compiled:
        process_ms("import omniqueue", compiled)  # compiles, once
        for _ in range(runs):
            bare.append(process_ms("pass", compiled))
            needs.append(process_ms("import attrs, sortedcontainers", compiled))
            whole.append(process_ms("import omniqueue", compiled))
    print(f"bare Python                    {median(bare):6.1f} ms")
    print(f"attrs and sortedcontainers    +{median(needs) - median(bare):6.1f} ms")
    print(f"import omniqueue, all in all  +{median(whole) - median(bare):6.1f} ms")
