"""Handling times: the rule that covers a contact, and streams that do not touch each other."""

from __future__ import annotations

from math import isclose
from statistics import fmean, pstdev

import pytest

from omniqueue import Skills
from omniqueue.centre.handling import HandlingRules, HandlingTimes
from omniqueue.centre.times import Constant, Lognormal
from omniqueue.errors import InvalidValueError

NONE = Skills.of({})
FR = Skills.of({"fr": 1})
LAW = Skills.of({"law": 1})
RULES = HandlingRules(
    Lognormal(100.0, 50.0), {"phone": Lognormal(240.0, 120.0)}, {"law": Lognormal(900.0, 300.0)}
)


def drawn(times: HandlingTimes, number: int, channel: str, skills: Skills) -> list[float]:
    return [times.seconds(channel, skills) or 0.0 for _ in range(number)]


def test_skill_goes_before_channel_and_channel_before_default() -> None:
    rules = HandlingRules(Constant(1.0), {"fax": Constant(2.0)}, {"law": Constant(3.0)})
    times = HandlingTimes(rules, seed=1)
    assert times.seconds("phone", FR) == 1.0
    assert times.seconds("fax", FR) == 2.0
    assert times.seconds("fax", LAW) == 3.0
    assert HandlingTimes(HandlingRules(), seed=1).seconds("fax", FR) is None


def test_a_stream_does_not_depend_on_the_others() -> None:
    alone = drawn(HandlingTimes(RULES, seed=7), 3000, "phone", NONE)
    times = HandlingTimes(RULES, seed=7)
    mixed = []
    for _ in range(3000):
        times.seconds("fax", NONE)
        mixed += drawn(times, 1, "phone", NONE)
        times.seconds("phone", LAW)
    assert mixed == alone


def test_the_seed_decides() -> None:
    first = drawn(HandlingTimes(RULES, seed=1), 5, "phone", NONE)
    assert first == drawn(HandlingTimes(RULES, seed=1), 5, "phone", NONE)
    assert first != drawn(HandlingTimes(RULES, seed=2), 5, "phone", NONE)


def test_mean_and_deviation_are_those_asked_for() -> None:
    times = drawn(HandlingTimes(RULES, seed=3), 100_000, "phone", NONE)
    assert isclose(fmean(times), 240, rel_tol=0.01)
    assert isclose(pstdev(times), 120, rel_tol=0.03)
    assert min(times) > 0


def test_no_deviation_is_the_mean() -> None:
    times = HandlingTimes(HandlingRules(Lognormal(240.0, 0.0)), seed=1)
    assert times.seconds("fax", NONE) == pytest.approx(240)


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5, True, None])
def test_a_seed_out_of_range_is_refused(seed: int) -> None:
    with pytest.raises(InvalidValueError, match="seed"):
        HandlingTimes(RULES, seed=seed)


@pytest.mark.parametrize(
    ("mean", "sd"), [(0.0, 1.0), (-1.0, 1.0), (1e10, 1.0), (1.0, -1.0), (1.0, 1e6)]
)
def test_parameters_out_of_range_are_refused(mean: float, sd: float) -> None:
    with pytest.raises(InvalidValueError):
        Lognormal(mean, sd)
