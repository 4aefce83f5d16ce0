"""Figures: every section of the list is drawn, each figure with its sentence."""

from __future__ import annotations

import pytest

from omniqueue.report.figures import SECTIONS, Drawn, ReportSection
from omniqueue.sim.runs.replications import simulate
from report.scenarios import a_scenario


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return Drawn.of(simulate(a_scenario()))


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.heading)
def test_a_section_is_drawn(section: ReportSection, drawn: Drawn) -> None:
    figures = section.drawn(drawn)
    assert figures
    for figure in figures:
        assert figure.drawing.startswith("<svg ")
        assert figure.caption.endswith(".")
    assert section.lead.format(interval="30m", day="monday", confidence="95 %")


def test_no_two_figures_have_one_inner_name(drawn: Drawn) -> None:
    drawings = [figure.drawing for section in SECTIONS for figure in section.drawn(drawn)]
    assert len(set(drawings)) == len(drawings)
