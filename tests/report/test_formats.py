"""Formats: what is not there is a dash, in every unit."""

from __future__ import annotations

from math import nan

import pytest

from omniqueue.record.measures import MEASURES
from omniqueue.report import formats
from omniqueue.sim.runs.estimates import Estimate


def test_shares() -> None:
    assert [formats.share(share) for share in (0.0, 1.0, 0.12345, None)] == [
        "0.0 %",
        "100.0 %",
        "12.3 %",
        "-",
    ]


@pytest.mark.parametrize("unit", sorted({measure.unit for measure in MEASURES.values()}))
def test_nothing_is_a_dash(unit: str) -> None:
    assert formats.UNITS[unit](None) == formats.UNITS[unit](nan) == formats.NOTHING


def test_an_interval_that_is_unknown() -> None:
    unknown = Estimate(0.5)
    assert formats.interval(unknown, formats.share) == formats.NOTHING
    assert formats.share_interval(unknown, unknown="") == ""
    assert formats.with_margin(unknown, "share") == "50.0 %"
