"""A wait made of exponential phases: its tail, and the size at which it is refused."""

import numpy as np
import pytest
from attrs import evolve

from omniqueue.errors import InvalidValueError
from omniqueue.theory.phases import Phases


def test_a_wait_of_too_many_phases_is_refused() -> None:
    ones = np.ones(3)
    wait = Phases(entry=ones / 3, rate=np.array([1.0, 1e-9, 1.0]), moves=(np.zeros(3),))
    assert wait.tail(1.0) == pytest.approx((2 * np.exp(-1.0) + 1) / 3)
    with pytest.raises(InvalidValueError, match=r"^service_level_time is"):
        wait.tail(1e8)
    quick = evolve(wait, rate=ones)
    assert quick.tail(1e8) == 0.0
