"""Drawing: a matplotlib figure as SVG that stands inside a page, the same bytes every time."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes

INK: Final = "#333333"
GRID: Final = "#dddddd"
# Whatever a user has configured, a report looks the same.
_STYLE: Final[dict[Any, object]] = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a name with dollar signs is no formula
    "font.family": ["DejaVu Sans"],  # ships with matplotlib, so the layout is everywhere the same
    "font.size": 8.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#888888",
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "lines.linewidth": 1.6,
    "hatch.linewidth": 0.6,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}
_HEAD = re.compile(r'^.*?<svg [^>]*viewBox="([^"]*)"[^>]*>', re.DOTALL)


def svg_of(draw: Callable[[Axes], None], *, size: tuple[float, float], title: str) -> Markup:
    """Return a drawing as an `svg` element.

    Args:
        draw: draws on the axes it is given.
        size: width and height in inches.
        title: what it shows, for those who do not see it; it distinguishes the drawing's inner
            names from those of others on the page.

    Cost: some 50 ms. Not to be called in several threads at once: matplotlib's settings are
    the process's.
    """
    import matplotlib
    from markupsafe import Markup
    from matplotlib.figure import Figure

    with matplotlib.rc_context(), warnings.catch_warnings():
        # The browser has the signs that the font for measuring has not.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        matplotlib.rcdefaults()
        for key, value in {**_STYLE, "svg.hashsalt": f"omniqueue {title}"}.items():
            matplotlib.rcParams[key] = value
        figure = Figure(figsize=size, layout="constrained")
        draw(figure.subplots())
        written = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(written, format="svg", metadata=nothing)
    text = written.getvalue()
    head = _HEAD.match(text)
    assert head is not None
    body = text[head.end() :]
    # Names of groups would be on the page several times; nothing refers to them.
    body = re.sub(r'<g id="[^"]*"', "<g", body).replace("xlink:href=", "href=")
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    opening = Markup('<svg viewBox="{}" role="img" aria-label="{}"><title>{}</title>').format(
        head.group(1), title, title
    )
    # What matplotlib writes is XML, with all text escaped.
    return opening + Markup(body.strip())  # noqa: S704
