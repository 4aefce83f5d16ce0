"""Run a whole play with the naive router."""

from __future__ import annotations

from typing import Any

from oracle.naive_router import NaiveRouter, Refused
from oracle.naive_values import Json

Outcome = tuple[list[list[Any]], list[str], list[list[Any]], list[Json]]


def make_router(play: Json) -> NaiveRouter:
    """The router of a play, with its agents not yet added."""
    names = ("order", "selection", "max_waiting", "channels")
    return NaiveRouter(**{name: play[name] for name in names if play.get(name) is not None})


def run_play(play: Json) -> Outcome:
    """Return (assignments, waiting, rejected, events); a rejection is not among the events.

    The play's own agents are added at the instant of the first step (0 without steps).
    A fault in them is raised as it is: such a play is invalid.
    """
    router = make_router(play)
    steps = play["steps"]
    events: list[Json] = []
    rejected: list[list[Any]] = []
    for agent in play["agents"]:
        events += router.step("add_agent", steps[0]["at"] if steps else 0.0, agent=agent)
    for index, step in enumerate(steps):
        try:
            events += router.step(**step)
        except Refused as refusal:
            events += refusal.events
            rejected.append([index, refusal.error_name])
    taken = [event for event in events if event["event"] == "assigned"]
    assignments = [[event["at"], event["contact"], event["agent"]] for event in taken]
    return assignments, router.waiting(), rejected, events
