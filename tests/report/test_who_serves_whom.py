"""Who serves whom: shares that add up, the smaller groups together."""

from __future__ import annotations

import numpy as np
import pytest

from omniqueue.report.who_serves_whom import heat_cell, serving_text, who_serves_whom
from omniqueue.sim.replication.loop import run_replication
from report.scenarios import a_scenario


def test_shares_agree_with_the_record() -> None:
    scenario = a_scenario()
    record = run_replication(scenario, scenario.seed)
    serving = who_serves_whom(record, scenario)
    assert serving.answered == sum(row.answered for row in serving.rows)
    assert serving.answered == int(np.sum(~np.isnan(record.answered_at)))
    for row in serving.rows:
        assert sum(row.shares) == pytest.approx(1.0)
    assert "Served by one group alone: mails (only late)." in serving_text(serving)


def test_the_groups_beyond_the_largest_stand_together() -> None:
    scenario = a_scenario()
    serving = who_serves_whom(run_replication(scenario, scenario.seed), scenario)
    assert serving.largest(2) == serving
    folded = serving.largest(1)
    assert folded.groups == (serving.groups[0], "others")
    for before, after in zip(serving.rows, folded.rows, strict=True):
        assert after.shares == pytest.approx(before.shares)


def test_a_cell_is_readable_in_every_colour() -> None:
    assert [heat_cell(share).text for share in (0.0, 0.004, 0.5, 1.0)] == [
        "0 %",
        "< 1 %",
        "50 %",
        "100 %",
    ]
    assert heat_cell(0.5).ink != heat_cell(1.0).ink
