"""A staffing plan as text: what was found, each target, each staffing that was tried."""

from __future__ import annotations

from omniqueue.centre.groups import Group
from omniqueue.report.staffing_tables import staffing_lines
from omniqueue.sim.scenarios.scenario import Scenario, Stream
from omniqueue.sim.studies.staff_search import find_staffing


def test_a_plan_tells_its_targets_and_its_trail() -> None:
    calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="110s")
    desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=36000)
    plan = find_staffing(desk, ["phone 80% in 20s"], replications=10, seed=1)
    lines = list(staffing_lines(plan))
    assert lines[0] == "desk 4: meets every target, 40 agent-hours, cost 40."
    head, row = lines[2:4]
    assert head.split() == ["target", "simulated", "interval", "what", "counts"]
    assert row.startswith("phone 80% in 20s ")
    assert row.endswith(" met")
    place = next(place for place, line in enumerate(lines) if line.startswith("step "))
    assert len(lines[place + 1 :]) >= len(plan.trail)
    taken = [line for line in lines[place:] if line.startswith("start ")]
    assert taken
    assert list(staffing_lines(plan, brief=True)) == lines[:4]
