"""The timeline of an hour: everybody who arrived, in order, and what became of them."""

from __future__ import annotations

import numpy as np

from omniqueue.report.hour_timeline import Hour, HourRow, hour_chart, hour_of
from omniqueue.sim.replication.loop import run_replication
from report.drawings import texts
from report.scenarios import a_scenario


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
    said = texts(hour_chart(rows, {"phone": "#0072b2"}, 1, title="t"))
    assert {"desk", "a group of a \u2026", "abandoned after 30s", "refused"} <= set(said)
    assert "\u2026 desk after 14h 59m" in said
    assert Hour(start_seconds=36000, rows=tuple(rows)).overtaken == 1


def test_the_busiest_hour_is_that_of_most_arrivals() -> None:
    scenario = a_scenario()
    record = run_replication(scenario, scenario.seed)
    hour = hour_of(record, scenario, None)
    arrived = [row.arrived_at for row in hour.rows]
    assert arrived == sorted(arrived)
    counts = np.bincount((record.arrived_at[record.arrived_at < 86400] // 3600).astype(int))
    assert len(hour.rows) == counts.max()
