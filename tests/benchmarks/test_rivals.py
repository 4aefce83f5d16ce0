"""Rivals: those that keep the rules route the same; the others say what they break."""

from __future__ import annotations

import attrs
import pytest
from benchmarks.rivals import RIVALS, ListScan, SortedScan, SqliteTable

from omniqueue import Agent, Contact
from omniqueue.bench.timing import Stopwatch
from omniqueue.bench.workload import Engine, RoutingSizes, RoutingWorld

SMALL = RoutingSizes(waiting=300, lanes=12, agents=40, profiles=4)


@pytest.mark.parametrize("make", RIVALS)
@pytest.mark.parametrize("blocked", [0, 40])
def test_rivals_that_keep_the_rules_have_the_same_checksum(
    make: type[ListScan], blocked: int
) -> None:
    """The table gives out later, but the same (the workload is a whole number of ticks)."""
    sizes = attrs.evolve(SMALL, blocked=blocked)
    ours = RoutingWorld(sizes, Engine(), Stopwatch())
    theirs = RoutingWorld(sizes, make(), Stopwatch())
    ours.run(80)
    theirs.run(80)
    assert len(theirs.assignments) >= SMALL.agents + 60
    assert theirs.checksum(100) == ours.checksum(100)


def test_a_table_leaves_agents_idle_until_the_tick() -> None:
    table = SqliteTable(tick_commands=3)
    table.add_agent(Agent("ana"), at=0.0)
    table.submit(Contact("c1", "fax"), at=1.0)
    table.submit(Contact("c2", "fax", skills={"greek": 1}), at=2.0)
    assert table.held("ana") is None
    table.submit(Contact("c3", "fax"), at=3.0)
    assert table.held("ana") == "c1"
    table.complete("c1", at=4.0)
    assert table.held("ana") is None
    assert SqliteTable.breaks


@pytest.mark.parametrize("make", [ListScan, SortedScan])
def test_scans_pass_over_what_an_agent_cannot_serve(make: type[ListScan]) -> None:
    scan = make()
    scan.add_agent(Agent("ana"), at=0.0)
    scan.submit(Contact("c1", "fax", skills={"greek": 1}), at=1.0)
    scan.submit(Contact("c2", "fax"), at=2.0)
    assert scan.held("ana") == "c2"
    scan.complete("c2", at=3.0)
    assert scan.held("ana") is None
    scan.submit(Contact("c3", "fax"), at=4.0)
    assert scan.held("ana") == "c3"
