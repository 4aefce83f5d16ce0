"""A long comparison of the two routers: `python -m oracle.campaign --plays 50000 --seed 0`.

Run in `tests`, with `src` on the path. Exits 1 at the first difference, with the smallest play
that dropping steps, agents and fields one at a time leaves. `--interrupting`: plays of another
kind, from their own seeds, with `interrupted_by` and `costs`. `--edition 2`: plays with what the
second edition of play-format.md adds, every second one with all of it; half interrupt, too.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from multiprocessing import Pool
from typing import Any, Literal

from oracle.generate import random_play
from oracle.generate_interrupting import interrupting_play
from oracle.generate_second_edition import GUARDED, second_edition_play
from oracle.naive_values import Json
from oracle.side_by_side import first_difference

_SMALL_STEPS = 60
_LARGE_STEPS = 400
_WHOLE = ("order", "prefer")  # said whole or not at all


Kind = Literal["plain", "interrupting", "second edition"]


def play_of(seed: int, large: bool, kind: Kind = "plain") -> Json:
    """The campaign's play of that seed."""
    rng, steps = random.Random(seed), _LARGE_STEPS if large else _SMALL_STEPS
    if kind == "second edition":
        return second_edition_play(rng, steps, large, whole=seed % 2 == 0)
    write = interrupting_play if kind == "interrupting" else random_play
    return write(rng, steps, large)


def difference(play: Json, seed: int, large: bool) -> str | None:
    """Where the routers differ, or how the fast one failed; None: they agree.

    Every third play goes by way of snapshots.
    """
    try:
        return first_difference(play, check=not large, restore=7 if seed % 3 == 0 else 0)
    except Exception as problem:  # whatever it is, it is what the campaign looks for
        return f"{type(problem).__name__}: {problem}"


def _run(job: tuple[int, bool, Kind]) -> tuple[int, str | None]:
    seed, large, kind = job
    return seed, difference(play_of(seed, large, kind), seed, large)


def _without(items: list[Any]) -> Iterator[list[Any]]:
    """The list without some run of its items: long runs first, the last items first."""
    size = len(items) // 2 or 1
    while size:
        for start in range(len(items) - size, -1, -size):
            yield items[:start] + items[start + size :]
        size //= 2


def _less(said: Json, *kept: str) -> Iterator[Json]:
    """The object without one of its keys, none of those kept; then with less in one of them."""
    for name in said.keys() - {*kept}:
        yield {key: value for key, value in said.items() if key != name}
    for name, value in said.items():
        if name in kept or name in _WHOLE:
            continue
        if isinstance(value, list):
            yield from ({**said, name: less} for less in _without(value))
        elif isinstance(value, dict):
            yield from ({**said, name: less} for less in _less(value))


def _smaller(play: Json) -> Iterator[Json]:
    """Plays with a little less in them."""
    for steps in _without(play["steps"]):
        if steps:
            yield {**play, "steps": steps}
    for agents in _without(play["agents"]):
        yield {**play, "agents": agents}
    yield from _less(play, "format", "agents", "steps")
    for index, step in enumerate(play["steps"]):
        rest = [*_less(step, "at", "do", "contact", "agent", "state")]
        for name, kept in (("contact", ("id", "channel")), ("agent", ("id",))):
            said = step.get(name)
            if isinstance(said, dict):
                rest += [{**step, name: less} for less in _less(said, *kept)]
            elif said is not None and step["do"] in GUARDED and name == "agent":
                rest.append({key: value for key, value in step.items() if key != "agent"})
        for less in rest:
            yield {**play, "steps": [*play["steps"][:index], less, *play["steps"][index + 1 :]]}
    for index, agent in enumerate(play["agents"]):
        for less in _less(agent, "id"):
            yield {**play, "agents": [*play["agents"][:index], less, *play["agents"][index + 1 :]]}


def smallest(play: Json, seed: int, large: bool) -> Json:
    """Drop what can be dropped while the routers still differ, or one fails, in the same way."""
    way = (difference(play, seed, large) or "").split(" ")[0]
    found = True
    while found:
        found = False
        for less in _smaller(play):
            if (difference(less, seed, large) or "nowhere").split(" ")[0] == way:
                play, found = less, True
                break
    return play


def _results(
    jobs: list[tuple[int, bool, Kind]], processes: int
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
    parser.add_argument("--edition", type=int, choices=(1, 2), default=1, help="of play-format")
    said = parser.parse_args(arguments)
    kind: Kind = "interrupting" if said.interrupting else "plain"
    if said.edition == 2:
        kind = "second edition"
    seeds = range(said.seed, said.seed + said.plays)
    jobs = [(seed, said.large, kind) for seed in seeds]
    every = max(1, said.plays // 100)
    for done, (seed, found) in enumerate(_results(jobs, max(1, said.jobs)), start=1):
        if done % every == 0:
            sys.stderr.write(f"\r{done} of {said.plays} plays")
            sys.stderr.flush()
        if found is None:
            continue
        play = smallest(play_of(seed, said.large, kind), seed, said.large)
        sys.stderr.write(f"\nseed {seed}: {found}\n")
        sys.stdout.write(json.dumps(play, indent=1) + "\n")
        sys.stdout.write(f"{difference(play, seed, said.large)}\n")
        return 1
    sys.stderr.write("\nno difference\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
