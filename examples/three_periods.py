"""The four measures of a published study of 1,000 days beside ours, with 95 % intervals.

    python three_periods.py [--days N] [--jobs N] [--seed N]

The scenario is three_periods.toml. Each interval of ours should overlap the published one: both
are estimates, so neither is the truth. With fewer days ours is wider. A day is measured until
its last call is over, some ten minutes after closing, in which agents have less and less to do.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import attrs
import numpy as np

from omniqueue.sim.replication.loop import run_replication
from omniqueue.sim.runs.estimates import Estimate
from omniqueue.sim.runs.results import SimulationResult
from omniqueue.sim.runs.summary import Summary, summarise
from omniqueue.sim.runs.workers import Stopped, Workers
from omniqueue.sim.scenarios.file import read_scenario
from omniqueue.sim.scenarios.scenario import Scenario

SCENARIO = Path(__file__).with_name("three_periods.toml")
PUBLISHED = {
    "served a day": Estimate(4297.3, 4270.2, 4324.5),
    "abandoned a day": Estimate(910.3, 876.1, 944.5),
    "service level within 20 s": Estimate(0.501, 0.494, 0.509),
    "occupancy of group 0": Estimate(0.881, 0.877, 0.884),
}


@attrs.frozen
class Day:
    """Called with its number, a day returns its sums."""

    scenario: Scenario
    seed: int

    def __call__(self, number: int, stopped: Stopped | None = None, /) -> Summary:
        record = run_replication(self.scenario, self.seed, number, stopped=stopped)
        last = float(np.nanmax(record.ended_at, initial=record.horizon_seconds))
        [sums] = summarise(attrs.evolve(record, horizon_seconds=last), self.scenario)
        return sums


def simulated(days: int, *, seed: int, jobs: int = 1) -> SimulationResult:
    scenario = read_scenario(str(SCENARIO))
    with Workers(jobs) as workers:
        summaries = tuple(workers.map(Day(scenario, seed), range(days)))
    return SimulationResult(
        scenario=scenario,
        summaries=summaries,
        seed=seed,
        replications=days,
        selection="most-skilled",
    )


def measured(result: SimulationResult) -> dict[str, Estimate]:
    return {
        "served a day": result.estimate("answered"),
        "abandoned a day": result.estimate("abandoned"),
        "service level within 20 s": result.estimate("service_level"),
        "occupancy of group 0": result.estimate("occupancy", group="group 0"),
    }


def overlap(one: Estimate, other: Estimate) -> bool:
    return one.low <= other.high and other.low <= one.high


def text(found: Estimate) -> str:
    digits = 1 if found.value > 1 else 4
    return f"{found.value:.{digits}f} ({found.low:.{digits}f}, {found.high:.{digits}f})"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--days", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    result = simulated(arguments.days, seed=arguments.seed, jobs=arguments.jobs)
    agreed = True
    print(f"{'':26} {'published':>26} {'omniqueue':>26}")
    for name, found in measured(result).items():
        both = overlap(found, PUBLISHED[name])
        agreed &= both
        verdict = "overlap" if both else "APART"
        print(f"{name:26} {text(PUBLISHED[name]):>26} {text(found):>26}  {verdict}")
    return 0 if agreed else 1


if __name__ == "__main__":
    raise SystemExit(main())
