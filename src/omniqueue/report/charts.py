"""Charts of a simulation's result as SVG. They show numbers; names stand beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from omniqueue.centre.times import Floats
from omniqueue.report import formats
from omniqueue.report.axes import clock_axis, share_axis, unit_of
from omniqueue.report.svg import INK, svg_of
from omniqueue.sim.runs.estimates import Estimate

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes

SIZE: Final = (4.7, 2.5)  # inches; readable on a phone, two beside each other on a sheet
_TARGETS_MAX: Final = 3
_WIDEST: Final = 2.5  # of the largest mean: what is drawn of intervals
_POINTS: Final = 400  # of a distribution: finer than can be seen
_SHARES_SHOWN: Final = 0.98
_TARGET_LINE: Final[Mapping[str, Any]] = {"color": INK, "linewidth": 1.1, "linestyle": (0, (5, 3))}
_Pair: TypeAlias = tuple[float, float]


def _fill(axes: Axes, at: Floats, low: Floats, high: Floats | float = 0.0, **look: Any) -> None:
    axes.fill_between(at, low, high, linewidth=0, **look)


def _name(axes: Axes, target: float, place: _Pair, shift: _Pair, **look: Any) -> None:
    """Write the name of a target beside its line."""
    text = f"target {formats.brief_seconds(target)}"
    axes.annotate(text, place, xytext=shift, textcoords="offset points", fontsize=8, **look)


def waits_chart(
    edges: Floats, waits: Sequence[Estimate], targets: Sequence[float], colour: str, *, title: str
) -> Markup:
    """Return the mean wait by time of arrival, with its interval and the targets.

    Args:
        edges: between which the intervals of the day lie, in seconds, one more than waits.
        waits: the mean wait in each, in seconds.
        targets: the answer times promised, in seconds.
        colour: of the line.
        title: as of `svg_of`.

    Cost: some 50 ms.
    """
    middle = (edges[:-1] + edges[1:]) / 2
    value, low, high = (
        np.array([getattr(each, part) for each in waits]) for part in ("value", "low", "high")
    )
    largest = float(np.nanmax(np.append(value, 1.0)))
    # A very wide interval is cut at the edge, so that the means can be told apart.
    most = min(float(np.nanmax(np.append(high, largest))), _WIDEST * largest)
    near = [target for target in targets if target <= 3 * most]
    top = max([most, *near]) * 1.12
    unit, unit_name = unit_of(top)

    def draw(axes: Axes) -> None:
        known, lowest = (~np.isnan(low)).tolist(), np.maximum(low, 0) / unit
        _fill(axes, middle, lowest, high / unit, where=known, color=colour, alpha=0.22)
        axes.plot(middle, value / unit, color=colour, marker="o", markersize=2.6)
        axes.set_ylim(0, top / unit)
        axes.set_ylabel(f"mean wait ({unit_name})")
        clock_axis(axes, float(edges[0]), float(edges[-1]))
        for target in near[:_TARGETS_MAX]:
            axes.axhline(target / unit, **_TARGET_LINE)
            place, within = (1.0, target / unit), ("axes fraction", "data")
            _name(axes, target, place, (-2, 2), xycoords=within, ha="right", va="bottom")

    return svg_of(draw, size=SIZE, title=title)


def stacked_chart(
    edges: Floats, layers: Sequence[tuple[str, Floats]], label: str, *, title: str
) -> Markup:
    """Return numbers by time of day, stacked on one another.

    Args:
        edges: between which the intervals lie, in seconds.
        layers: colour and numbers of each layer, the lowest first; NaN: nothing.
        label: of the y axis.
        title: as of `svg_of`.

    Cost: some 50 ms.
    """

    def draw(axes: Axes) -> None:
        base = np.zeros(len(edges) - 1)
        for colour, values in layers:
            above = base + np.nan_to_num(values)
            low, high = (np.append(each, each[-1]) for each in (base, above))
            _fill(axes, edges, low, high, step="post", color=colour, alpha=0.85)
            base = above
        axes.set_ylim(0, max(float(base.max()) * 1.08, 0.1))
        axes.set_ylabel(label)
        clock_axis(axes, float(edges[0]), float(edges[-1]))

    return svg_of(draw, size=SIZE, title=title)


def shares_chart(
    edges: Floats, lines: Sequence[tuple[str, Floats]], label: str, *, title: str
) -> Markup:
    """Return shares by time of day as steps; arguments as of `stacked_chart`.

    Cost: some 50 ms.
    """
    dashes = ("-", (0, (6, 1.5)), (0, (2, 1)), (0, (6, 1.5, 1.5, 1.5)))

    def draw(axes: Axes) -> None:
        for place, (colour, values) in enumerate(lines):
            axes.plot(
                edges,
                np.append(values, values[-1]),
                drawstyle="steps-post",
                color=colour,
                linestyle=dashes[place % len(dashes)],
            )
        share_axis(axes)
        axes.set_ylabel(label)
        clock_axis(axes, float(edges[0]), float(edges[-1]))

    return svg_of(draw, size=SIZE, title=title)


def distribution_chart(
    waits: Floats, targets: Sequence[float], colour: str, *, title: str
) -> Markup:
    """Return the share of the answered that waited no longer than so long.

    Args:
        waits: in order, in seconds, at least one.
        targets: the answer times promised, in seconds.
        colour: of the line.
        title: as of `svg_of`.

    Cost: O(log n), some 50 ms.
    """
    usual = float(waits[int(_SHARES_SHOWN * (len(waits) - 1))])
    near = [target for target in targets if target <= max(4 * usual, 60.0)]
    top = max([1.15 * target for target in near] + [usual, 1.0])
    unit, unit_name = unit_of(top)
    # The share at each point is exact; between the points the line is straight.
    points = np.linspace(0.0, top, _POINTS)
    shares = np.searchsorted(waits, points, side="right") / len(waits)

    def draw(axes: Axes) -> None:
        _fill(axes, points / unit, shares, color=colour, alpha=0.15)
        axes.plot(points / unit, shares, color=colour)
        for target in near[:_TARGETS_MAX]:
            axes.axvline(target / unit, **_TARGET_LINE)
            side, shift = ("right", -4) if target > 0.6 * top else ("left", 4)
            _name(axes, target, (target / unit, 0.04), (shift, 0), ha=side)
        axes.set_xlim(0, top / unit)
        axes.set_xlabel(f"waited at most ({unit_name})")
        axes.set_ylabel("of the answered")
        share_axis(axes)

    return svg_of(draw, size=SIZE, title=title)
