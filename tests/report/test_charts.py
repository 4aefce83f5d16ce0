"""Charts say their numbers on axes that fit them."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest

from omniqueue.report.charts import distribution_chart, shares_chart, waits_chart
from omniqueue.sim.runs.estimates import Estimate
from report.drawings import EDGES, texts


def test_waits_in_the_unit_that_fits_with_targets_that_are_near() -> None:
    waits = [Estimate(30, 20, 40), Estimate(nan), Estimate(50, 10, 90), Estimate(0, 0, 0)]
    said = texts(waits_chart(EDGES, waits, [20, 5000], "#0072b2", title="t"))
    assert "mean wait (s)" in said
    assert "target 20s" in said
    assert not [text for text in said if "1h" in text]
    assert {"08:00", "10:00"} <= set(said)
    nothing = [Estimate(nan)] * 4
    assert texts(waits_chart(EDGES, nothing, [], "#0072b2", title="t"))


def test_shares_have_a_scale_from_nothing_to_all() -> None:
    values = np.array([0.5, nan, 1.0, 0.0])
    said = texts(shares_chart(EDGES, [("#332288", values)], "busy", title="t"))
    assert {"0 %", "100 %", "busy"} <= set(said)


@pytest.mark.parametrize("waits", [[0.0], [0.0, 0.0, 0.0], [0.0, 10.0, 4000.0], [90000.0] * 3])
def test_distributions_of_any_size(waits: list[float]) -> None:
    said = texts(distribution_chart(np.array(waits), [20.0], "#000000", title="t"))
    assert any(text.startswith("waited at most") for text in said)
    assert "target 20s" in said
