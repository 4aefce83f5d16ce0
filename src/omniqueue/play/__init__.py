"""Plays: timed commands for one router, written in a JSON file (see README.md beside this)."""

from omniqueue.play.document import Entrance, Expectation, Outcome, Play, Rejection, Step
from omniqueue.play.reading import parse_play, read_play
from omniqueue.play.running import first_difference, run_play

__all__ = [
    "Entrance",
    "Expectation",
    "Outcome",
    "Play",
    "Rejection",
    "Step",
    "first_difference",
    "parse_play",
    "read_play",
    "run_play",
]
