"""Plays: timed commands for one router, written in a JSON file (see README.md beside this).

- read: `read_play`, `parse_play`
- run: `run_play`, `first_difference` (of what was expected and what was found); `perform`: one
  command given as JSON, on any router
- what a play is made of: `Play`, `Step`, `Expectation`, `Outcome`, `Rejection`, `Entrance`
"""

from omniqueue.faces import face

__getattr__, __dir__ = face(__name__)
