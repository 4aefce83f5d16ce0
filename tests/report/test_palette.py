"""Colours: every channel and group that is drawn has its own."""

from __future__ import annotations

from omniqueue.report.palette import CHANNEL_COLOURS, GROUP_COLOURS


def test_colours_are_all_different() -> None:
    assert len({*CHANNEL_COLOURS, *GROUP_COLOURS}) == len(CHANNEL_COLOURS) + len(GROUP_COLOURS)
