"""The timeline of an hour: one row a contact, in order of arrival."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING, Final

from omniqueue.report.axes import clock_axis
from omniqueue.report.drawing import INK, svg_of
from omniqueue.report.hour import HourRow
from omniqueue.report.words import seconds_text

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes

OTHER: Final = "#999999"
ROWS_MAX: Final = 80  # on one sheet of paper
_WIDTH: Final = 7.4
_PITCH: Final = 0.107  # inches a row
_AFTER_SECONDS: Final = 1800.0  # how far beyond the last arrival a row is followed
_NAME_MAX: Final = 14
_MARGIN: Final = 0.22  # of the width, for the text of bars that go on


def hour_chart(
    rows: Sequence[HourRow], colours: Mapping[str, str], first: int, *, name: str, title: str
) -> Markup:
    """Return contacts as bars: pale while waiting, full while served, hatched in wrap-up.

    Args:
        rows: at least one, at most `ROWS_MAX`, in order of arrival.
        colours: of the channels; others are grey.
        first: the number of the first of them among all of the hour.
        name: as of `svg_of`.
        title: likewise.

    Cost: O(rows), some 200 ms.
    """
    step = 300
    low = rows[0].arrived_at // step * step
    ends = [row.left_queue_at if row.released_at is None else row.released_at for row in rows]
    high = min(ceil(max(ends) / step) * step, rows[-1].arrived_at + _AFTER_SECONDS)
    high = max(high, low + 2 * step)

    def draw(axes: Axes) -> None:
        for place, row in enumerate(rows):
            _bars(axes, place, row, colours.get(row.channel, OTHER), high)
            _text(axes, place, row, high)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        numbers = [first + tick for tick in range(len(rows)) if not (first + tick) % 10]
        axes.set_yticks([number - first for number in numbers], [f"{each}" for each in numbers])
        axes.set_ylabel("contacts in order of arrival", fontsize=7)
        axes.grid(visible=False, axis="y")
        axes.tick_params(top=True, labeltop=len(rows) > 20, labelsize=7)
        clock_axis(axes, low, high)
        axes.set_xlim(low, high + _MARGIN * (high - low))

    size = (_WIDTH, max(0.9, 0.65 + _PITCH * len(rows)))
    return svg_of(draw, size=size, name=name, title=title)


def _bars(axes: Axes, place: int, row: HourRow, colour: str, high: float) -> None:
    def bar(start: float, end: float, **look: object) -> None:
        end = min(end, high)
        if end > start:
            axes.barh(place, end - start, left=start, height=0.72, linewidth=0, **look)  # type: ignore[arg-type]

    bar(row.arrived_at, row.left_queue_at, color=colour, alpha=0.28)
    if row.served_to is not None and row.released_at is not None:
        bar(row.left_queue_at, row.served_to, color=colour)
        bar(row.served_to, row.released_at, color=colour, alpha=0.6, hatch="//////")
    elif row.left_queue_at <= high:
        axes.plot(row.left_queue_at, place, marker="x", color=INK, markersize=3.2, mew=0.9)
    axes.plot(row.arrived_at, place, marker="|", color=INK, markersize=4.2, mew=0.8)


def _text(axes: Axes, place: int, row: HourRow, high: float) -> None:
    """Write who answered, or what became of it, where the row ends."""
    end = row.left_queue_at if row.released_at is None else row.released_at
    if row.group is not None:
        text = "\u2026 " if end > high else ""
        text += row.group if len(row.group) <= _NAME_MAX else row.group[: _NAME_MAX - 1] + "\u2026"
        if row.left_queue_at > high:
            text += f" after {seconds_text(row.waited_seconds)}"
    else:
        text = row.fate
        if row.fate != "turned away":
            text += f" after {seconds_text(row.waited_seconds)}"
    said = axes.annotate(
        text,
        (min(end, high), place),
        xytext=(4, 0),
        textcoords="offset points",
        va="center_baseline",
        fontsize=6,
    )
    said.set_in_layout(False)  # there is a margin for it
