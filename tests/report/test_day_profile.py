"""The day's profile: days laid over one another, adding up to the result."""

from __future__ import annotations

import numpy as np
import pytest

from omniqueue.centre.groups import Group
from omniqueue.centre.times import Exponential
from omniqueue.centre.week import Hours
from omniqueue.report.day_profile import day_profile
from omniqueue.sim.runs.replications import simulate
from omniqueue.sim.runs.results import SimulationResult
from omniqueue.sim.scenarios.arrivals import Poisson, Rate
from omniqueue.sim.scenarios.scenario import Scenario, Stream


def a_week(**changes: object) -> SimulationResult:
    calls = Stream(
        "calls",
        channel="phone",
        arrivals=Poisson([Rate(60.0, Hours("mon-fri", "08:00", "10:00"))]),
        handling=Exponential(100),
    )
    settings: dict[str, object] = {"horizon_seconds": 7 * 86400, **changes}
    desk = Scenario(streams=[calls], groups=[Group("desk", count=2)], **settings)  # type: ignore[arg-type]
    return simulate(desk, replications=3)


def test_a_profile_adds_up_to_the_result() -> None:
    """On the days with contacts; of a group that is always there the day is whole."""
    result = a_week()
    profile = day_profile(result)
    assert profile.days == (0, 1, 2, 3, 4)
    assert len(profile.edges) == 49
    arriving = profile.arriving("phone")
    assert 5 * arriving.sum() / 2 == pytest.approx(result.estimate("arrived").value)
    queue = 5 / 7 * profile.waiting("phone").mean()
    assert queue == pytest.approx(result.estimate("queue_length").value)
    assert profile.agents("desk") == pytest.approx(2.0)
    waits = result.interval_columns()["mean_wait"]
    assert len(waits) == 7 * 48
    found = profile.waits("phone")
    assert found[16].low <= found[16].value <= found[16].high
    assert np.isnan(found[40].value)


def test_a_profile_of_intervals_that_do_not_divide_a_day_or_of_part_of_one() -> None:
    odd = day_profile(a_week(interval_seconds=7 * 3600))
    assert odd.days == ()
    assert odd.edges[-1] == 7 * 86400
    short = day_profile(a_week(horizon_seconds=9.25 * 3600))
    assert short.days == ()
    assert short.edges[-1] == 9.25 * 3600
