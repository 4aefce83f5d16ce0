"""A long comparison of the two routers: `python -m oracle.campaign --plays 50000 --seed 0`.

Run in `tests`, with `src` on the path. Exits 1 at the first difference, with the smallest play
that dropping steps, agents and fields one at a time leaves. `--interrupting`: plays of another
kind, from their own seeds, with `interrupted_by` and `costs`.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from multiprocessing import Pool
from typing import Any

from oracle.generate import random_play
from oracle.generate_interrupting import interrupting_play
from oracle.naive_values import Json
from oracle.side_by_side import first_difference

_SMALL_STEPS = 60
_LARGE_STEPS = 400


def play_of(seed: int, large: bool, interrupting: bool = False) -> Json:
    """The campaign's play of that seed."""
    write = interrupting_play if interrupting else random_play
    return write(random.Random(seed), _LARGE_STEPS if large else _SMALL_STEPS, large)


def difference(play: Json, seed: int, large: bool) -> str | None:
    """Where the routers differ, or how the fast one failed; None: they agree.

    Every third play goes by way of snapshots.
    """
    try:
        return first_difference(play, check=not large, restore=7 if seed % 3 == 0 else 0)
    except Exception as problem:  # whatever it is, it is what the campaign looks for
        return f"{type(problem).__name__}: {problem}"


def _run(job: tuple[int, bool, bool]) -> tuple[int, str | None]:
    seed, large, interrupting = job
    return seed, difference(play_of(seed, large, interrupting), seed, large)


def _without(items: list[Any]) -> Iterator[list[Any]]:
    """The list without some run of its items: long runs first, the last items first."""
    size = len(items) // 2 or 1
    while size:
        for start in range(len(items) - size, -1, -size):
            yield items[:start] + items[start + size :]
        size //= 2


def _smaller(play: Json) -> Iterator[Json]:
    """Plays with a little less in them."""
    for steps in _without(play["steps"]):
        if steps:
            yield {**play, "steps": steps}
    for agents in _without(play["agents"]):
        yield {**play, "agents": agents}
    for index, step in enumerate(play["steps"]):
        said = step.get("contact")
        if not isinstance(said, dict):
            continue
        for name in said.keys() - {"id", "channel"}:
            less = {**step, "contact": {k: v for k, v in said.items() if k != name}}
            steps = [*play["steps"][:index], less, *play["steps"][index + 1 :]]
            yield {**play, "steps": steps}
    for index, agent in enumerate(play["agents"]):
        if "costs" in agent:
            less = {key: value for key, value in agent.items() if key != "costs"}
            yield {**play, "agents": [*play["agents"][:index], less, *play["agents"][index + 1 :]]}
    for name, settings in play.get("channels", {}).items():
        for names in _without(settings.get("interrupted_by", [])):
            less = {**settings, "interrupted_by": names}
            yield {**play, "channels": {**play["channels"], name: less}}


def smallest(play: Json, seed: int, large: bool) -> Json:
    """Drop what can be dropped while the routers still differ."""
    found = True
    while found:
        found = False
        for less in _smaller(play):
            if difference(less, seed, large) is not None:
                play, found = less, True
                break
    return play


def _results(
    jobs: list[tuple[int, bool, bool]], processes: int
) -> Iterator[tuple[int, str | None]]:
    if processes == 1:
        yield from map(_run, jobs)
        return
    with Pool(processes) as pool:
        yield from pool.imap_unordered(_run, jobs, chunksize=20)


def main(arguments: list[str] | None = None) -> int:
    """Run the campaign; the exit status."""
    parser = argparse.ArgumentParser(prog="oracle.campaign", description=__doc__)
    parser.add_argument("--plays", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="the first play's seed")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--large", action="store_true", help="40 agents, hundreds of lanes")
    parser.add_argument("--interrupting", action="store_true", help="plays with interrupting")
    said = parser.parse_args(arguments)
    seeds = range(said.seed, said.seed + said.plays)
    jobs = [(seed, said.large, said.interrupting) for seed in seeds]
    every = max(1, said.plays // 100)
    for done, (seed, found) in enumerate(_results(jobs, max(1, said.jobs)), start=1):
        if done % every == 0:
            sys.stderr.write(f"\r{done} of {said.plays} plays")
            sys.stderr.flush()
        if found is None:
            continue
        play = smallest(play_of(seed, said.large, said.interrupting), seed, said.large)
        sys.stderr.write(f"\nseed {seed}: {found}\n")
        sys.stdout.write(json.dumps(play, indent=1) + "\n")
        sys.stdout.write(f"{difference(play, seed, said.large)}\n")
        return 1
    sys.stderr.write("\nno difference\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
