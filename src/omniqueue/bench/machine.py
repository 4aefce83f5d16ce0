"""What a result was measured on: processor, system, Python and libraries; no names of anyone."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import attrs

from omniqueue import __version__

_LIBRARIES = ("attrs", "numpy", "sortedcontainers", "simpy", "ciw")


@attrs.frozen
class Machine:
    """The facts without which a timing says nothing.

    Args:
        processor: its model, as the system tells it. cores: how many this process may use.
        system: the kind of operating system. python: implementation and version.
        omniqueue: the version. libraries: name to version, of those installed.

    Example:
        >>> this_machine().python.split()[1].count(".")
        2
    """

    processor: str
    cores: int
    system: str
    python: str
    omniqueue: str
    libraries: dict[str, str]


def this_machine() -> Machine:
    """Return the facts of this machine. Cost: O(1), some file reads.

    Example:
        >>> this_machine().cores > 0
        True
    """
    libraries = {}
    for name in _LIBRARIES:
        try:
            libraries[name] = version(name)
        except PackageNotFoundError:
            continue
    return Machine(
        processor=_processor(),
        cores=_cores(),
        system=f"{platform.system()} {platform.machine()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        omniqueue=__version__,
        libraries=libraries,
    )


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            field, _, model = line.partition(":")
            if field.strip() == "model name":
                return " ".join(model.split())
    except OSError:
        pass  # only Linux has that file
    return platform.processor() or "unknown"


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not every system can tell
        return os.cpu_count() or 1
