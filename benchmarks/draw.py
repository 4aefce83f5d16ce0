"""Draw the kept results: what a contact costs against each size, rivals beside, log-log.

Results are kept by

    python -m benchmarks scale --json | python -m json.tool > benchmarks/results/scale.json

and `python -m benchmarks draw`, which needs matplotlib, draws one picture for each of their sets
of curves into `benchmarks/pictures`. The same results give the same pictures, byte for byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
OWN = "#1f5fa8"
OTHERS = ("#d9822b", "#5a8f4e", "#8e5aa8")
COLOURS = {"bare heap": "#777777", "list": OTHERS[0], "SortedKeyList": OTHERS[1]}

Curve = Mapping[str, object]


def curves_of(result: Mapping[str, object]) -> dict[str, list[Curve]]:
    """Return the curves of a result by picture, in the order in which they were measured."""
    found: dict[str, list[Curve]] = {}
    curves = result["curves"]
    assert isinstance(curves, list)
    for curve in curves:
        found.setdefault(curve["picture"], []).append(curve)
    return found


def draw(picture: str, curves: Sequence[Curve], note: str, path: Path) -> None:
    """Draw one picture.

    Args:
        picture: what the horizontal axis is.
        curves: the lines.
        note: what was measured with what, in small letters.
        path: the SVG file to write.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    # Without a salt the ids in the file are random; and text stays text.
    with mpl.rc_context({"svg.hashsalt": "omniqueue", "svg.fonttype": "none", "font.size": 10}):
        figure = Figure(figsize=(7.6, 3.6), layout="constrained")
        axes = figure.subplots()
        for place, curve in enumerate(curves):
            points, name = curve["points"], str(curve["name"])
            assert isinstance(points, list)
            other = COLOURS.get(name.split(",")[0], OTHERS[-1])
            axes.plot(
                [size for size, _ in points],
                [cost for _, cost in points],
                marker="o",
                markersize=4,
                linewidth=2.5 if place == 0 else 1.5,
                color=OWN if place == 0 else other,
                label=name,
            )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel(picture)
        axes.set_ylabel("microseconds a contact")
        axes.set_ylim(bottom=0.1)
        axes.grid(visible=True, which="major", color="#dddddd")
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(lambda number, _: f"{number:,.9g}")
        figure.legend(loc="outside right upper", frameon=False)
        figure.text(0.01, -0.03, note, fontsize=7, color="#666666")
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(
            path, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None}
        )


def file_name(picture: str) -> str:
    """Return the name of a picture's file, as `contacts_waiting.svg`."""
    return re.sub(r"[^a-z0-9]+", "_", picture.lower()) + ".svg"


def draw_all(results: Path, pictures: Path) -> list[Path]:
    """Draw every picture of every result in a folder, and return the files."""
    drawn = []
    for source in sorted(results.glob("*.json")):
        result = json.loads(source.read_text(encoding="utf-8"))
        machine = result["machine"]
        note = (
            f"omniqueue {machine['omniqueue']}, {machine['python']}, {machine['processor']};"
            f" medians of CPU time; checksum {result['checksum'][:8]}"
        )
        for picture, curves in curves_of(result).items():
            path = pictures / file_name(picture)
            draw(picture, curves, note, path)
            drawn.append(path)
    return drawn


def draw_kept() -> None:
    """Draw the results that are kept here, and print the files."""
    for path in draw_all(FOLDER / "results", FOLDER / "pictures"):
        print(path.relative_to(FOLDER.parent))
