"""Plain tables."""

from __future__ import annotations

import pytest

from omniqueue.report import formats
from omniqueue.report.tables import text_table


def test_columns_are_aligned() -> None:
    assert text_table(("name", "in", "out"), [("a", "1", "20"), ("longer", "300", "4")]) == [
        "name     in  out",
        "a         1   20",
        "longer  300    4",
    ]


def test_a_table_may_be_empty_but_not_ragged() -> None:
    assert text_table(("name", "in"), []) == ["name  in"]
    with pytest.raises(ValueError, match="argument"):
        text_table(("name", "in"), [("a",)])


def test_shares() -> None:
    assert [formats.share(share) for share in (0.0, 1.0, 0.12345, None)] == [
        "0.0 %",
        "100.0 %",
        "12.3 %",
        "-",
    ]
