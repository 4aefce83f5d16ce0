"""Sums of a replication: where nobody is, they are nothing."""

from __future__ import annotations

from pathlib import Path

import attrs
import numpy as np

from omniqueue.sim import read_scenario, simulate

DESK = Path(__file__).resolve().parents[3] / "examples" / "desk_scenario.toml"


def test_where_nobody_is_there_is_nobody_and_no_dust() -> None:
    scenario = attrs.evolve(read_scenario(str(DESK)), interval_seconds=3600.0)
    columns = simulate(scenario, replications=2, seed=4).interval_columns()
    agents, occupancy = (columns[name].astype(float) for name in ("agents", "occupancy"))
    night = agents < 1e-6
    assert night.sum() == 65
    assert not agents[night].any()
    assert np.isnan(occupancy[night]).all()
