"""Drawings: the same bytes every time, nothing from outside, inner names of their own."""

from __future__ import annotations

import re
from math import nan

import numpy as np

from omniqueue.report.charts import stacked_chart
from report.drawings import EDGES


def test_a_drawing_is_the_same_twice_and_carries_nothing_from_outside() -> None:
    values = np.array([1.0, nan, 3.0, 0.0])
    drawn = [
        stacked_chart(EDGES, [("#0072b2", values)], "agents", title=title)
        for title in ("<&>", "<&>", "b")
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert 'aria-label="&lt;&amp;&gt;"><title>&lt;&amp;&gt;</title>' in drawn[0]
    assert not re.search(r"://|metadata|<!|\d{4}-\d\d-\d\d", drawn[0])
    clips = [set(re.findall(r'id="([^"]*)"', svg)) for svg in drawn]
    assert clips[0]
    assert not clips[0] & clips[2]
