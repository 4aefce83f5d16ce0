"""Tables: declared columns, aligned; counts that add up; labels and formats from measures."""

from __future__ import annotations

import attrs
import pytest

from omniqueue.record.ledger import Ledger
from omniqueue.record.measures import MEASURES, ContactMeasures, ContactSums, grouped
from omniqueue.report.tables import (
    ASA,
    SERVICE_LEVEL,
    Column,
    contact_table,
    measure_column,
    table_lines,
    text_table,
)


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


def test_words_stand_to_the_left() -> None:
    columns = (
        Column[str]("word", str),
        Column[str]("length", lambda word: f"{len(word)}"),
        Column[str]("backwards", lambda word: word[::-1], words=True),
    )
    assert table_lines(columns, ["queue", "lane"]) == [
        "word   length  backwards",
        "queue       5  eueuq",
        "lane        4  enal",
    ]


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_has_a_column(name: str) -> None:
    measure = MEASURES[name]
    column = measure_column(name)
    assert column.head == measure.label
    sums = {measure.over: 1.0, measure.under or measure.over: 1.0}
    assert column.cell(attrs.evolve(nobody(), sums=sums)) != "-"


def nobody(*outcomes: str) -> ContactMeasures:
    """Contacts of these outcomes."""
    [found] = grouped(Ledger(), lambda _: [], {}, now=0.0, order=["phone"])
    sums = ContactSums()
    for outcome in outcomes:
        sums.add(outcome, 30.0, None)
    return attrs.evolve(found, sums=sums.to_dict())


def test_outcomes_that_nobody_had_have_no_column() -> None:
    rows = [nobody("answered", "open"), nobody("answered", "abandoned", "abandoned")]
    assert contact_table("channel", rows, ASA, SERVICE_LEVEL)[:3] == [
        "",
        "channel  arrived  answered  abandoned  open  ASA  service level",
        "phone          2         1          0     1  30s              -",
    ]
