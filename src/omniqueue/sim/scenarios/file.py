"""Scenario files: a scenario in TOML, every fault with its place.

The keys are those of the classes `Scenario`, `Stream`, `Group` and so on, and where a staff file
has the same thing, its words: `[run]`, `[routing]`, `[busyness]`, `[channels]`, `[[streams]]`
and `[[agents]]`. Durations and times of day are written as people write them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from omniqueue.centre.regular_file import read_small
from omniqueue.centre.toml_file import FILE_BYTES_MAX, toml_table
from omniqueue.model.reader import read_file, table_of
from omniqueue.sim.scenarios.scenario import Scenario

FORMAT: Final = "omniqueue-scenario/2"
_REFUSED: Final = {
    "zone": "the simulated clock has no zone and is never put forward or back",
    "log": "contacts come from streams; a stream takes a log as { trace = ... }",
    "handling": "each stream says how long its contacts take",
    "run.days": 'the horizon has its unit, as horizon = "5 days"',
}


def read_scenario(path: str) -> Scenario:
    """Read a scenario file.

    Args:
        path: a regular file of at most 1 MiB; the files that it names lie in its folder.

    Raises:
        FileFaultsError: every fault with its place, the first 20 spelt out.

    Example:
        >>> read_scenario("/dev/null")
        Traceback (most recent call last):
        ...
        omniqueue.errors.FileFaultsError: /dev/null: is not a regular file
    """
    return parse_scenario(read_small(path, FILE_BYTES_MAX), name=path, folder=Path(path).parent)


def parse_scenario(
    content: bytes, *, name: str = "scenario", folder: Path | None = None
) -> Scenario:
    r"""Return what the bytes of a scenario file say.

    Args:
        content: TOML in UTF-8.
        name: what to call the file in an error.
        folder: where the files lie that it names; None: it may name none.

    Raises:
        FileFaultsError: every fault with its place, the first 20 spelt out.

    Example:
        >>> parse_scenario(b'''
        ... [[streams]]
        ... name = "calls"
        ... channel = "phone"
        ... arrivals = { per_hour = 60 }
        ... handling = { mean = "4 min" }
        ... [[agents]]
        ... group = "desk"
        ... count = 5
        ... ''').streams[0].handling
        Exponential(mean=240.0)
    """
    tree = toml_table(content, name=name, kind="scenario")
    read = table_of(Scenario, refused=_REFUSED)
    return read_file(read, tree, name=name, format=FORMAT, folder=folder)
