"""What tests of drawings share."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import numpy as np

EDGES = np.arange(28800.0, 36001.0, 1800.0)


def texts(svg: str) -> list[str]:
    """The texts of a drawing, which must be XML in itself."""
    return [each.text or "" for each in ElementTree.fromstring(svg).iter("text")]
