"""Plain text tables: aligned columns, nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from omniqueue.record.measures import MEASURES, QUANTILE_FORMULA, TOTALS


def text_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    r"""Return the lines of a table: the first column to the left, the others to the right.

    Args:
        header: the columns' headings.
        rows: the cells, as many in each row as there are headings.

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
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def counted(number: int, what: str) -> str:
    """Return a number of things, in the plural where it is not one.

    Example:
        >>> counted(1, "week"), counted(1200, "week")
        ('1 week', '1,200 weeks')
    """
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def totals_text(totals: Mapping[str, int]) -> str:
    """Return how many contacts arrived, and of what that is the sum; nothings are left out.

    Args:
        totals: the counts of `omniqueue.record.measures.TOTALS`.

    Example:
        >>> totals_text(dict.fromkeys(TOTALS, 0) | {"arrived": 3, "answered": 2, "refused": 1})
        '3 contacts arrived = 2 answered + 1 refused'
    """
    parts = [f"{totals[name]:,} {name}" for name in TOTALS[1:] if totals[name]]
    return f"{counted(totals['arrived'], 'contact')} arrived = {' + '.join(parts) or '0'}"


def formula_lines() -> Iterator[str]:
    """Yield the formulas of what tables of contacts and agents show.

    Example:
        >>> next(formula_lines())
        'ASA = time from arrival to first assignment / answered'
    """
    for name in ("mean_wait", "service_level", "occupancy", "load"):
        yield f"{MEASURES[name].label} = {MEASURES[name].formula}"
    yield QUANTILE_FORMULA


def share_text(share: float | None) -> str:
    """Return a share as a percentage, a dash for none.

    Example:
        >>> share_text(0.8151), share_text(None)
        ('81.5 %', '-')
    """
    return "-" if share is None else f"{100 * share:.1f} %"
