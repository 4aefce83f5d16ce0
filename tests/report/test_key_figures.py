"""Key figures: labels from the table of measures, nothing that nobody has."""

from __future__ import annotations

import attrs

from omniqueue.record.measures import MEASURES
from omniqueue.report.key_figures import KEY_COLUMNS, cards, key_rows
from omniqueue.sim.runs.replications import simulate
from omniqueue.sim.scenarios.scenario import Group
from report.scenarios import a_scenario


def test_columns_are_called_as_measures_are() -> None:
    heads = [column.head for column in KEY_COLUMNS]
    for name in ("arrived", "answered", "abandoned", "abandonment", "mean_wait", "service_level"):
        assert MEASURES[name].label in heads
    for row in key_rows(simulate(a_scenario(), replications=2)):
        assert len(row.cells) == len(heads)


def test_what_nobody_has_is_no_card() -> None:
    """Nobody is ever signed in, so there is no occupancy, and nobody is answered."""
    empty = attrs.evolve(a_scenario(), groups=[Group("desk", count=0, skills={"paper": 2})])
    found = [card.label for card in cards(simulate(empty, replications=2))]
    assert found == ["contacts a run", "abandonment", "service level"]
