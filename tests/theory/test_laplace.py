"""Inversion of a Laplace transform: a law whose tail is known."""

import numpy as np
import pytest

from omniqueue.theory.laplace import Complexes, invert


def test_inversion_finds_a_gamma_law() -> None:
    def transform(s: Complexes) -> Complexes:
        out: Complexes = 1.0 / (s + 1.5) ** 3
        return out

    for time in (1e-3, 0.1, 1.0, 10.0):
        known = 0.5 * time**2 * np.exp(-1.5 * time)
        assert invert(transform, time) == pytest.approx(known, abs=1e-9)
