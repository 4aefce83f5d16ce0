"""Busy lives: the shares that are promised, and a script that gives the same twice."""

from __future__ import annotations

from collections import Counter

from benchmarks.life import Life, ScriptedWorld, busy_life, record

from omniqueue.bench.timing import Stopwatch
from omniqueue.bench.workload import RoutingSizes

SMALL = RoutingSizes(waiting=300, lanes=12, agents=40, profiles=4)


def test_shares_are_as_promised() -> None:
    script = record(busy_life(SMALL), 4000)
    counts = Counter(method for method, _, _ in script.commands[script.setup :])
    assert 0.17 < counts["abandon"] / counts["submit"] < 0.23
    # As many offers are missed as declined, and a missed one takes no command.
    offers = counts["accept"] + 2 * counts["decline"]
    assert 0.25 < 2 * counts["decline"] / offers < 0.35
    assert len(script.commands) - script.setup >= 4000


def test_a_script_gives_the_same_again() -> None:
    life = busy_life(SMALL)
    script = record(life, 500)
    assert record(life, 500).checksum == script.checksum
    world = ScriptedWorld(script, Stopwatch())
    while world.run(100) and world.left:
        pass
    world.router.check()
    taken = sum(view.state in ("active", "completed") for view in world.router.contacts.values())
    assert taken > SMALL.agents


def test_a_plain_life_only_submits_and_completes() -> None:
    script = record(Life(sizes=SMALL), 100)
    assert {method for method, _, _ in script.commands} == {"submit", "complete"}
