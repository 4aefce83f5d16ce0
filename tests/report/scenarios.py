"""A scenario that tests of reports share."""

from __future__ import annotations

import attrs

from omniqueue.centre.groups import Group, ShiftPlan
from omniqueue.centre.times import Exponential
from omniqueue.centre.week import Hours
from omniqueue.sim.scenarios.arrivals import Poisson, Rate
from omniqueue.sim.scenarios.scenario import Scenario, Stream


def a_scenario(**changes: object) -> Scenario:
    office = [ShiftPlan(Hours("mon-fri", "08:00", "17:00"))]
    day = Hours("mon-fri", "08:00", "16:00")
    scenario = Scenario(
        streams=[
            Stream(
                "calls",
                channel="phone",
                arrivals=Poisson([Rate(40.0, day)]),
                handling=Exponential(240),
                wrap_up=Exponential(30),
                patience=Exponential(120),
                target_seconds=20,
            ),
            Stream(
                "mails",
                channel="email",
                arrivals=Poisson([Rate(8.0, day)]),
                handling="300s",
                skills={"paper": 2},
                target_seconds=14400,
            ),
        ],
        groups=[
            Group("early", count=3, shifts=office),
            Group("late", count=1, skills={"paper": 2}, shifts=office),
        ],
        horizon_seconds=2 * 86400,
        title="A desk",
        replications=3,
    )
    return attrs.evolve(scenario, **changes)  # type: ignore[arg-type]
