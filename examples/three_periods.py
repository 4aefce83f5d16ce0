"""The four measures of a published study of 1,000 days beside ours, with 95 % intervals.

    python three_periods.py [--days N] [--jobs N] [--seed N]

The scenario is three_periods.toml. Each interval of ours should overlap the published one: both
are estimates, so neither is the truth. With fewer days ours is wider. A day is measured until
its last call is over, some ten minutes after closing, in which agents have less and less to do.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from omniqueue.sim import Estimate, mean_interval, ratio_interval, read_scenario, run_replication

SCENARIO = Path(__file__).with_name("three_periods.toml")
PUBLISHED = {
    "served a day": Estimate(4297.3, 4270.2, 4324.5),
    "abandoned a day": Estimate(910.3, 876.1, 944.5),
    "service level within 20 s": Estimate(0.501, 0.494, 0.509),
    "occupancy of group 0": Estimate(0.881, 0.877, 0.884),
}


def day(number: int, *, seed: int) -> list[float]:
    """Simulate one day and return its sums: numbers of contacts, then seconds of group 0."""
    record = run_replication(read_scenario(str(SCENARIO)), seed, number)
    answered, last = record.agent >= 0, record.ended_at.max()
    soon, late = record.waited_seconds <= 20, record.waited_seconds > 20
    mine = record.agent_group[record.staffed_agent] == 0
    staffed = np.minimum(record.staffed_to, last) - np.minimum(record.staffed_from, last)
    work = np.where(record.group == 0, record.busy_to - record.answered_at, 0)
    sums = (
        np.sum(answered),
        np.sum(~answered),
        np.sum(answered & soon),
        np.sum(answered | late),
        np.sum(work),
        np.sum(staffed[mine]),
    )
    return [float(each) for each in sums]


def measured(days: int, *, seed: int, jobs: int = 1) -> dict[str, Estimate]:
    one, numbers = partial(day, seed=seed), range(days)
    if jobs == 1:
        sums = [one(number) for number in numbers]
    else:
        with ProcessPoolExecutor(jobs) as pool:
            sums = list(pool.map(one, numbers, chunksize=5))
    answered, abandoned, in_target, counted, work, staffed = np.array(sums).T
    estimates = (
        mean_interval(answered),
        mean_interval(abandoned),
        ratio_interval(in_target, counted),
        ratio_interval(work, staffed),
    )
    return dict(zip(PUBLISHED, estimates, strict=True))


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
    agreed = True
    print(f"{'':26} {'published':>26} {'omniqueue':>26}")
    for name, found in measured(arguments.days, seed=arguments.seed, jobs=arguments.jobs).items():
        both = overlap(found, PUBLISHED[name])
        agreed &= both
        verdict = "overlap" if both else "APART"
        print(f"{name:26} {text(PUBLISHED[name]):>26} {text(found):>26}  {verdict}")
    return 0 if agreed else 1


if __name__ == "__main__":
    raise SystemExit(main())
