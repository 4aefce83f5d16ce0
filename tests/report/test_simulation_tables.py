"""A simulation as text: counts that add up, rows and heads called as measures are."""

from __future__ import annotations

import attrs
import pytest

from omniqueue.record.measures import MEASURES, TOTALS
from omniqueue.report.simulation_tables import simulation_lines
from omniqueue.sim.runs.replications import simulate
from omniqueue.sim.runs.results import SimulationResult
from report.scenarios import a_scenario


@pytest.fixture(scope="module")
def result() -> SimulationResult:
    return simulate(a_scenario(groups=a_scenario().groups[:1]))


def test_the_counts_of_all_contacts_add_up(result: SimulationResult) -> None:
    """Mails need an agent who is not there: they stay open."""
    lines = list(simulation_lines(result))
    place = lines.index("all contacts, with 95 % confidence intervals")
    rows = [line.split("  ")[0] for line in lines[place + 2 : lines.index("", place)]]
    assert [name for name in rows if name in TOTALS] == [
        "arrived",
        "answered",
        "abandoned",
        "open",
    ]
    [total] = result.rows()
    counts = {name: total.measures[name].value for name in TOTALS if name in total.measures}
    assert counts.pop("arrived") == pytest.approx(sum(counts.values()))


def test_tables_and_formulas_are_called_as_measures_are(result: SimulationResult) -> None:
    lines = list(simulation_lines(result))
    for name in ("abandonment", "mean_wait", "service_level", "occupancy", "load"):
        measure = MEASURES[name]
        assert f"{measure.label} = {measure.formula}" in lines
    [head] = [line for line in lines if line.startswith("channel ")]
    assert "ASA" in head.split()
    assert "service level" in head


def test_a_partial_result_is_marked(result: SimulationResult) -> None:
    nothing = attrs.evolve(result, summaries=(), incomplete=True)
    first, *_, last = simulation_lines(nothing)
    assert (first, last) == ("INCOMPLETE: this is a partial result", "nothing was measured")
