"""A comparison as text: the verdict in words, a row for what both sides have."""

from __future__ import annotations

import pytest

from omniqueue.centre.groups import Group
from omniqueue.centre.times import Exponential
from omniqueue.record.measures import MEASURES
from omniqueue.report.comparison_tables import comparison_lines, comparison_verdict
from omniqueue.sim.scenarios.scenario import Scenario, Stream
from omniqueue.sim.studies.comparison import Comparison, compare


def desk(order: str) -> Scenario:
    calls = Stream(
        "calls",
        channel="phone",
        arrivals="40 per hour",
        handling=Exponential(120),
        target_seconds=20,
    )
    mails = Stream(
        "mails", channel="email", arrivals="15 per hour", handling=Exponential(200), priority=-1
    )
    return Scenario(
        streams=[calls, mails],
        groups=[Group("desk", count=3), Group("spare", count=0)],
        horizon_seconds=36000,
        seed=4,
        order=order,
    )


@pytest.fixture(scope="module")
def found() -> Comparison:
    return compare(desk("arrival"), desk("priority"), replications=12)


def test_the_verdict_in_words(found: Comparison) -> None:
    text = " ".join(" ".join(comparison_lines(found)).split())
    assert "B is better: phone waits " in text
    assert "B is worse: email waits " in text
    assert next(iter(comparison_lines(found, brief=True))).startswith("B is better")


def test_what_an_empty_group_cannot_have_is_no_result(found: Comparison) -> None:
    assert "spare" not in [each.name for each in found.differences]
    verdict = " ".join(comparison_verdict(found))
    assert "spare" not in verdict
    assert "all 5 differences at once with 95 % confidence (Bonferroni)" in verdict
    assert not [line for line in comparison_lines(found) if line.startswith("occupancy of spare")]


def test_rows_and_formulas_are_called_as_measures_are(found: Comparison) -> None:
    lines = list(comparison_lines(found))
    for name in ("mean_wait_all", "service_level", "occupancy"):
        measure = MEASURES[name]
        assert f"{measure.label} = {measure.formula}" in lines
    assert any(line.startswith("service level of phone ") for line in lines)
