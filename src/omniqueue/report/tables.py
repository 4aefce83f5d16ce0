"""Plain text tables: aligned columns, nothing else."""

from __future__ import annotations

from collections.abc import Sequence


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


def share_text(share: float | None) -> str:
    """Return a share as a percentage, a dash for none.

    Example:
        >>> share_text(0.8151), share_text(None)
        ('81.5 %', '-')
    """
    return "-" if share is None else f"{100 * share:.1f} %"
