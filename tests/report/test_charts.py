"""Charts and what they are drawn from: the day's profile, axes, drawings."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from math import nan

import numpy as np
import pytest

from omniqueue.report.axes import unit_of
from omniqueue.report.charts import (
    distribution_chart,
    shares_chart,
    stacked_chart,
    waits_chart,
)
from omniqueue.report.day_profile import day_profile
from omniqueue.report.hour_timeline import Hour, HourRow, hour_chart
from omniqueue.report.palette import CHANNEL_COLOURS, GROUP_COLOURS
from omniqueue.sim.calendar.week import hours
from omniqueue.sim.laws.arrivals import Poisson, Rate
from omniqueue.sim.runs.estimates import Estimate
from omniqueue.sim.runs.replications import simulate
from omniqueue.sim.runs.results import SimulationResult
from omniqueue.sim.scenarios.scenario import Exponential, Group, Scenario, Stream

EDGES = np.arange(28800.0, 36001.0, 1800.0)


def texts(svg: str) -> list[str]:
    """The texts of a drawing, which must be XML in itself."""
    return [each.text or "" for each in ElementTree.fromstring(svg).iter("text")]


def test_waits_in_the_unit_that_fits_with_targets_that_are_near() -> None:
    waits = [Estimate(30, 20, 40), Estimate(nan), Estimate(50, 10, 90), Estimate(0, 0, 0)]
    said = texts(waits_chart(EDGES, waits, [20, 5000], "#0072b2", name="a", title="t"))
    assert "mean wait (s)" in said
    assert "target 20s" in said
    assert not [text for text in said if "1h" in text]
    assert {"08:00", "10:00"} <= set(said)
    nothing = [Estimate(nan)] * 4
    assert texts(waits_chart(EDGES, nothing, [], "#0072b2", name="a", title="t"))


def test_a_drawing_is_the_same_twice_and_carries_nothing_from_outside() -> None:
    values = np.array([1.0, nan, 3.0, 0.0])
    drawn = [
        stacked_chart(EDGES, [("#0072b2", values)], "agents", name=name, title="<&>")
        for name in ("a", "a", "b")
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert 'aria-label="&lt;&amp;&gt;"><title>&lt;&amp;&gt;</title>' in drawn[0]
    assert not re.search(r"://|metadata|<!|\d{4}-\d\d-\d\d", drawn[0])
    clips = [set(re.findall(r'id="([^"]*)"', svg)) for svg in drawn]
    assert clips[0]
    assert not clips[0] & clips[2]


def test_shares_have_a_scale_from_nothing_to_all() -> None:
    values = np.array([0.5, nan, 1.0, 0.0])
    said = texts(shares_chart(EDGES, [("#332288", values)], "busy", name="a", title="t"))
    assert {"0 %", "100 %", "busy"} <= set(said)


@pytest.mark.parametrize("waits", [[0.0], [0.0, 0.0, 0.0], [0.0, 10.0, 4000.0], [90000.0] * 3])
def test_distributions_of_any_size(waits: list[float]) -> None:
    said = texts(distribution_chart(np.array(waits), [20.0], "#000000", name="a", title="t"))
    assert any(text.startswith("waited at most") for text in said)
    assert "target 20s" in said


def a_row(
    at: float, left: float, group: str | None = "desk", outcome: str = "answered"
) -> HourRow:
    served = None if group is None else left + 60
    return HourRow(
        channel="phone",
        arrived_at=at,
        left_queue_at=left,
        served_to=served,
        released_at=None if served is None else served + 20,
        group=group,
        outcome=outcome,
    )


def test_an_hour_tells_who_answered_and_who_gave_up() -> None:
    rows = [
        a_row(36000, 36100),
        a_row(36010, 36020, group="a group of a very long name"),
        a_row(36020, 36050, None, "abandoned"),
        a_row(36030, 36030, None, "refused"),
        a_row(36040, 90000),
    ]
    said = texts(hour_chart(rows, {"phone": "#0072b2"}, 1, name="a", title="t"))
    assert {"desk", "a group of a \u2026", "abandoned after 30s", "refused"} <= set(said)
    assert "\u2026 desk after 14h 59m" in said
    assert Hour(start_seconds=36000, rows=tuple(rows)).overtaken == 1


def test_units() -> None:
    assert [unit_of(seconds)[1] for seconds in (1, 151, 9001, 400000)] == ["s", "min", "h", "days"]


def test_colours_are_all_different() -> None:
    assert len({*CHANNEL_COLOURS, *GROUP_COLOURS}) == len(CHANNEL_COLOURS) + len(GROUP_COLOURS)


def a_week(**changes: object) -> SimulationResult:
    calls = Stream(
        "calls",
        channel="phone",
        arrivals=Poisson([Rate(60.0, hours("mon-fri", "08:00", "10:00"))]),
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
