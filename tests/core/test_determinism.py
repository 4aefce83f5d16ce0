"""The same commands give the same events, byte for byte, whatever the hash seed and Python."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import attr
import attrs
import pytest
import sortedcontainers

from oracle.generate import random_play

TESTS = Path(__file__).resolve().parent.parent
SOURCE = TESTS.parent / "src"
SCRIPT = TESTS / "core" / "same_everywhere.py"
VERSIONS = ("3.11", "3.12", "3.13", "3.14")


@pytest.fixture(scope="module")
def plays(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 small plays and a large one, as a file."""
    written = [random_play(random.Random(seed), 60) for seed in range(700, 760)]
    written.append(random_play(random.Random(9), 200, large=True))
    path = tmp_path_factory.mktemp("plays") / "plays.json"
    path.write_text(json.dumps(written), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pure-Python packages that the engine needs, for Pythons that have none."""
    path = tmp_path_factory.mktemp("packages")
    for module in (attr, attrs, sortedcontainers):
        assert module.__file__ is not None
        folder = Path(module.__file__).parent
        shutil.copytree(folder, path / folder.name, ignore=shutil.ignore_patterns("*.pyc"))
    return path


def told(
    python: str, plays: Path, hash_seed: str, *more: Path
) -> subprocess.CompletedProcess[str]:
    """What a fresh process prints."""
    path = os.pathsep.join(str(part) for part in (SOURCE, TESTS, *more))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": path, "PYTHONHASHSEED": hash_seed}
    return subprocess.run(
        [python, "-B", str(SCRIPT), str(plays)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def here(plays: Path) -> str:
    """What this Python prints with hashing fixed."""
    done = told(sys.executable, plays, "0")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.strip()) == 64
    return done.stdout


@pytest.mark.parametrize("hash_seed", ["1", "4711", "random"])
def test_the_hash_seed_changes_nothing(hash_seed: str, plays: Path, here: str) -> None:
    done = told(sys.executable, plays, hash_seed)
    assert done.returncode == 0, done.stderr
    assert done.stdout == here


def candidates(version: str) -> list[str]:
    """Interpreters of that version that are present, those that pyenv keeps among them."""
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    found = [shutil.which(f"python{version}"), *map(str, kept)]
    return [path for path in found if path is not None]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_python_tells_the_same(version: str, plays: Path, packages: Path, here: str) -> None:
    asked = "import sys; print('%d.%d' % sys.version_info[:2])"
    for python in candidates(version):
        probe = subprocess.run(
            [python, "-c", asked], capture_output=True, text=True, timeout=60, check=False
        )
        if probe.stdout.strip() == version:
            break
    else:
        pytest.skip(f"no working Python {version} here")
    done = told(python, plays, "77", packages)
    if "ModuleNotFoundError" in done.stderr and "omniqueue" not in done.stderr.split("\n")[-2]:
        pytest.skip(f"Python {version} lacks a package: {done.stderr.splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    assert done.stdout == here
