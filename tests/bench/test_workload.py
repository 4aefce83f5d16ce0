"""The canonical workload: what is routed does not depend on how it is timed."""

from __future__ import annotations

import attrs
import pytest

from omniqueue import Skills
from omniqueue.bench.timing import Stopwatch
from omniqueue.bench.workload import (
    BareHeap,
    Engine,
    RoutingSizes,
    RoutingWorld,
    assignments_checksum,
)
from omniqueue.errors import InvalidValueError

SMALL = RoutingSizes(waiting=300, lanes=12, agents=40, profiles=4)


def world(sizes: RoutingSizes = SMALL, engine: Engine | None = None) -> RoutingWorld:
    return RoutingWorld(sizes, engine or Engine(), Stopwatch())


def test_the_backlog_stays_as_long_and_everybody_at_work() -> None:
    engine = Engine()
    made = world(SMALL, engine)
    for pairs in (1, 7, 40, 95):
        made.run(pairs)
    assert len(engine.router.queue) == SMALL.waiting
    assert engine.router.statistics().contacts["active"] == SMALL.agents
    assert len(made.assignments) == SMALL.agents + 1 + 7 + 40 + 95
    engine.router.check()


def test_runs_may_be_cut_in_any_way() -> None:
    """The same contacts go to the same agents."""
    one, many = world(), world()
    one.run(120)
    for _ in range(12):
        many.run(10)
    assert one.assignments == many.assignments
    assert one.checksum() == many.checksum() == assignments_checksum(one.assignments)


def test_the_checksum_is_the_same_on_every_machine() -> None:
    made = world()
    made.run(200)
    assert made.checksum() == ("70230ff08fa8141ff4b4a9d5f3a704b39163417c6669f9764f2c7cb4785f00e2")


def test_the_seed_changes_it() -> None:
    assert world().checksum() != world(attrs.evolve(SMALL, seed=2)).checksum()


def test_every_event_is_heard() -> None:
    heard: list[str] = []
    world().run(10, lambda event: heard.append(event.name))
    assert heard == ["queued", "completed", "assigned"] * 10


def test_all_requirements_are_served_by_somebody() -> None:
    for lanes in (1, 10, 3000):
        sizes = RoutingSizes(lanes=lanes, profiles=7, agents=7)
        staff = sizes.staff()
        requirements = sizes.requirements()
        assert len(set(requirements)) == lanes
        for _, skills in requirements[:: max(1, lanes // 50)]:
            assert any(agent.skills.covers(skills) for agent in staff)


def test_profiles_are_distinct() -> None:
    kinds: set[Skills] = {agent.skills for agent in RoutingSizes(lanes=4, profiles=50).staff()}
    assert len(kinds) == 50


def test_an_idle_centre_has_no_backlog() -> None:
    engine = Engine()
    made = world(attrs.evolve(SMALL, idle=True, waiting=0), engine)
    made.run(50)
    assert len(engine.router.queue) == 0
    assert engine.router.statistics().contacts["active"] == SMALL.agents // 2


def test_a_heap_keeps_its_depth() -> None:
    heap = BareHeap(100, Stopwatch())
    heap.run(1000)
    assert len(heap.heap) == 100


def test_sizes_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="agents is 0"):
        RoutingSizes(agents=0)
