"""Chance: every purpose has a stream of its own, the same in every process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from omniqueue.centre.chance import SEED_MAX, Chance
from omniqueue.errors import InvalidValueError

DRAW = "from omniqueue.centre.chance import Chance; print(Chance(7, 3).stream('a b').random())"


def test_streams_differ_by_seed_replication_and_purpose() -> None:
    drawn = {
        Chance(seed, replication).stream(purpose).random()
        for seed in (0, 1, SEED_MAX)
        for replication in (0, 1)
        for purpose in ("handling a", "handling b", "patience a")
    }
    assert len(drawn) == 18


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_a_stream_is_the_same_in_every_process(hash_seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    found = subprocess.run(
        [sys.executable, "-c", DRAW], env=environment, capture_output=True, text=True, check=True
    )
    assert float(found.stdout) == Chance(7, 3).stream("a b").random()


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5, True, "1", None])
def test_a_seed_is_an_int_in_range(seed: object) -> None:
    with pytest.raises(InvalidValueError, match="seed"):
        Chance(seed)  # type: ignore[arg-type]
