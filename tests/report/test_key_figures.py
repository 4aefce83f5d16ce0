"""Key figures: labels from the table of measures, counts that add up, nothing that nobody has."""

from __future__ import annotations

import attrs

from omniqueue.centre.groups import Group
from omniqueue.record.measures import MEASURES, TOTALS
from omniqueue.report.key_figures import cards, key_table
from omniqueue.sim.runs.replications import simulate
from report.scenarios import a_scenario


def test_columns_are_called_as_measures_are() -> None:
    table = key_table(simulate(a_scenario(), replications=2))
    for name in ("arrived", "answered", "abandoned", "abandonment", "mean_wait", "service_level"):
        assert MEASURES[name].label in table.heads
    assert [row.name for row in table.rows] == ["phone", "email", "all"]
    assert [row.total for row in table.rows] == [False, False, True]


def test_counts_add_up() -> None:
    """Mails need an agent who is not there: they stay open."""
    table = key_table(simulate(a_scenario(groups=a_scenario().groups[:1]), replications=1))
    counts = [place for place, head in enumerate(table.heads) if head in TOTALS]
    assert [table.heads[place] for place in counts] == ["arrived", "answered", "abandoned", "open"]
    for row in table.rows:
        arrived, *others = (int(row.cells[place].value.replace(",", "")) for place in counts)
        assert arrived == sum(others)


def test_what_nobody_has_is_no_card() -> None:
    """Nobody is ever signed in, so there is no occupancy, and nobody is answered."""
    empty = attrs.evolve(a_scenario(), groups=[Group("desk", count=0, skills={"paper": 2})])
    found = [label for label, _ in cards(simulate(empty, replications=2))]
    assert found == ["contacts a run", "abandonment", "service level"]
