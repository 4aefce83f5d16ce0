"""Colours that people with any kind of colour vision can tell apart, also in print.

Source of the channels' colours: Okabe and Ito, Color Universal Design (2008), less the yellow,
which is too light for lines; of the groups': Tol, Colour Schemes (2021), "muted".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

CHANNEL_COLOURS: Final = (
    "#0072b2",  # blue
    "#e69f00",  # orange
    "#009e73",  # green
    "#cc79a7",  # purple
    "#d55e00",  # vermilion
    "#56b4e9",  # sky
    "#666666",  # grey
    "#000000",  # black
)
GROUP_COLOURS: Final = (
    "#332288",  # indigo
    "#cc6677",  # rose
    "#117733",  # green
    "#999933",  # olive
    "#882255",  # wine
    "#44aa99",  # teal
    "#aa4499",  # purple
    "#777777",  # grey
)
DRAWN_MAX: Final = len(CHANNEL_COLOURS)  # more cannot be told apart


def colours_of(names: Sequence[str], palette: Sequence[str]) -> dict[str, str]:
    """Return a colour for each name; names beyond the palette have none.

    Args:
        names: those that matter most first.
        palette: the colours.

    Example:
        >>> colours_of(["phone", "fax"], CHANNEL_COLOURS)["fax"]
        '#e69f00'
    """
    return dict(zip(names, palette, strict=False))
