"""Tables: columns declared once, printed as plain text; most columns are rows of `MEASURES`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from typing import Final, Generic, TypeVar

import attrs

from omniqueue.record.measures import (
    MEASURES,
    QUANTILE_FORMULA,
    TOTALS,
    ContactMeasures,
    GroupMeasures,
    Measured,
)
from omniqueue.report import formats

INCOMPLETE: Final = "INCOMPLETE: this is a partial result"
Row = TypeVar("Row", contravariant=True)
Contacts = TypeVar("Contacts", bound=ContactMeasures)


@attrs.frozen
class Column(Generic[Row]):
    """A column of a table.

    Args:
        head: its heading.
        cell: a row of the table to the text of its cell.
        words: whether its cells are words, which stand to the left; the first column's always do.
    """

    head: str
    cell: Callable[[Row], str]
    words: bool = False


def table_lines(columns: Sequence[Column[Row]], rows: Iterable[Row]) -> list[str]:
    r"""Return the lines of a table: words to the left, numbers to the right.

    Args:
        columns: its columns.
        rows: its rows.

    Cost: O(cells).

    Example:
        >>> columns = [Column("word", str), Column("length", lambda word: f"{len(word)}")]
        >>> print(*table_lines(columns, ["queue", "lane"]), sep="\n")
        word   length
        queue       5
        lane        4
    """
    cells = [[column.cell(row) for column in columns] for row in rows]
    left = [place for place, column in enumerate(columns) if column.words or not place]
    return text_table([column.head for column in columns], cells, left=left)


def text_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, left: Container[int] = (0,)
) -> list[str]:
    r"""Return the lines of a table whose cells are texts already.

    Args:
        header: the columns' headings.
        rows: the cells, as many in each row as there are headings.
        left: places of the columns that stand to the left, from 0.

    Raises:
        ValueError: a row of another length.

    Cost: O(cells).

    Example:
        >>> print(*text_table(["channel", "in"], [["phone", "12"], ["fax", "3"]]), sep="\n")
        channel  in
        phone    12
        fax       3
    """
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = []
    for row in (header, *rows):
        cells = [
            cell.ljust(width) if place in left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def measure_column(name: str) -> Column[Measured]:
    """Return the column of a measure: its label as heading, its unit as format.

    Args:
        name: a key of `MEASURES`.

    Example:
        >>> load = measure_column("load")
        >>> load.cell(Measured(name="desk", sums={"load_seconds": 1, "signed_in_seconds": 4}))
        '25.0 %'
    """
    measure = MEASURES[name]
    text = formats.UNITS[measure.unit]
    return Column(measure.label, lambda row: text(row.value(name)))


ASA: Final = measure_column("mean_wait")
MEDIAN: Final = Column[ContactMeasures]("median", lambda row: formats.seconds(row.median_wait))
P95: Final = Column[ContactMeasures]("95th pct", lambda row: formats.seconds(row.p95_wait))
LONGEST: Final = Column[ContactMeasures]("longest", lambda row: formats.seconds(row.longest_wait))
SERVICE_LEVEL: Final = measure_column("service_level")


def contact_table(heading: str, rows: Sequence[Contacts], *columns: Column[Contacts]) -> list[str]:
    """Return a blank line and a table of contacts: name, counts as of `outcomes_shown`, more.

    Args:
        heading: the heading of the names.
        rows: the rows of the table.
        columns: those after the counts.

    Cost: O(cells).

    Example:
        >>> contact_table("channel", [], ASA)
        ['', 'channel  arrived  answered  ASA']
    """
    outcomes = map(measure_column, outcomes_shown([row.sums for row in rows]))
    name = Column[Contacts](heading, lambda row: row.name)
    return ["", *table_lines([name, *outcomes, *columns], rows)]


def group_table(rows: Iterable[GroupMeasures], *more: Column[GroupMeasures]) -> list[str]:
    """Return a blank line and a table of agent groups.

    Args:
        rows: the groups.
        more: further columns, before the occupancy.

    Cost: O(cells).

    Example:
        >>> group_table([])
        ['', 'group  agents  occupancy  load  answered']
    """
    columns: list[Column[GroupMeasures]] = [
        Column("group", lambda each: each.name),
        Column("agents", lambda each: formats.number(each.agents)),
        *more,
        *map(measure_column, ("occupancy", "load", "answered")),
    ]
    return ["", *table_lines(columns, rows)]


def outcomes_shown(rows: Collection[Mapping[str, float]]) -> list[str]:
    """Return the counts of contacts that a table shows: the first is the sum of the others.

    Outcomes that no contact of the table had are left out, but for the answered.

    Args:
        rows: the counts of `TOTALS` (or those of them that there can be) of each row.

    Example:
        >>> outcomes_shown([{"arrived": 3, "answered": 2, "refused": 1, "open": 0}])
        ['arrived', 'answered', 'refused']
    """
    return [name for name in TOTALS if name in TOTALS[:2] or any(row.get(name, 0) for row in rows)]


def totals_text(totals: Mapping[str, int]) -> str:
    """Return how many contacts arrived, and of what that is the sum; nothings are left out.

    Args:
        totals: the counts of `omniqueue.record.measures.TOTALS`.

    Example:
        >>> totals_text(dict.fromkeys(TOTALS, 0) | {"arrived": 3, "answered": 2, "refused": 1})
        '3 contacts arrived = 2 answered + 1 refused'
    """
    parts = [f"{totals[name]:,} {name}" for name in TOTALS[1:] if totals[name]]
    return f"{formats.counted(totals['arrived'], 'contact')} arrived = {' + '.join(parts) or '0'}"


def formula_lines(names: Iterable[str]) -> Iterator[str]:
    """Yield the label and the formula of measures.

    Args:
        names: keys of `MEASURES`.

    Example:
        >>> print(*formula_lines(["occupancy"]))
        occupancy = time with at least one contact in hand (wrap-up included) / signed-in time
    """
    for name in names:
        yield f"{MEASURES[name].label} = {MEASURES[name].formula}"


def record_formula_lines() -> Iterator[str]:
    """Yield the formulas of what tables of recorded contacts and agents show.

    Example:
        >>> list(record_formula_lines())[-1] == QUANTILE_FORMULA
        True
    """
    yield from formula_lines(["mean_wait", "service_level", "occupancy", "load"])
    yield QUANTILE_FORMULA
