"""Run a play through the public router, and compare what came of it with what it expects."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import zip_longest
from math import inf

from omniqueue.core.router import Router
from omniqueue.errors import OmniqueueError
from omniqueue.model.contact_events import Assigned
from omniqueue.model.event import Event, Events
from omniqueue.play.commands import take
from omniqueue.play.document import Assignment, Expectation, Outcome, Play, RejectedStep, Rejection

_NOTHING = object()


def _ignore(happening: Event | Rejection) -> None:
    """Tell nobody."""


def _look_away(router: Router, next_at: float) -> None:
    """Look at nothing."""


def run_play(
    play: Play,
    tell: Callable[[Event | Rejection], None] = _ignore,
    look: Callable[[Router, float], None] = _look_away,
) -> Outcome:
    """Run a play from its first step to its last, on its own clock.

    Args:
        play: the play.
        tell: is given every event and every refusal, as they happen.
        look: is given the router before each step, and the step's time; at the end, infinity.
            It must not change the router.

    Raises:
        OmniqueueError: the play was not made by `parse_play`, and its settings are at fault.

    Cost: that of the router's commands.

    Example:
        >>> from omniqueue.play import Play, Step
        >>> outcome = run_play(Play(steps=(Step(3.0, "abandon", {"contact": "c1"}),)))
        >>> outcome.rejected
        ((0, 'UnknownContactError'),)
    """
    router = Router(
        channels=play.channels,
        order=play.order,
        selection=play.selection,
        max_waiting=play.max_waiting,
    )
    assignments: list[Assignment] = []
    rejected: list[RejectedStep] = []

    def happened(events: Events) -> None:
        for event in events:
            if isinstance(event, Assigned):
                assignments.append((event.at, event.contact, event.agent))
            tell(event)

    start = play.steps[0].at if play.steps else 0.0
    for entrance in play.agents:
        happened(router.add_agent(entrance.agent, presence=entrance.presence, at=start))
    for index, step in enumerate(play.steps):
        look(router, step.at)
        try:
            # First the timers alone: a refused command has none of its own events to show theirs.
            happened(router.advance(at=step.at))
            happened(take(router, step))
        except OmniqueueError as error:
            rejected.append((index, type(error).__name__))
            tell(Rejection(step.at, index, error))
    look(router, inf)
    waiting = tuple(contact.id for contact in router.queue)
    return Outcome(tuple(assignments), waiting, tuple(rejected))


def first_difference(expected: Expectation, found: Outcome) -> str | None:
    """Return where an outcome first differs from what was expected; None: it does not.

    Args:
        expected: what should have come of the play.
        found: what came of it.

    Cost: O(size of both).

    Example:
        >>> print(first_difference(Expectation(waiting=("c1",)), Outcome((), ("c2",), ())))
        expect.waiting[0]: expected "c1", found "c2"
    """
    pairs: tuple[tuple[str, Sequence[object] | None, Sequence[object]], ...] = (
        ("assignments", expected.assignments, found.assignments),
        ("waiting", expected.waiting, found.waiting),
        ("rejected", expected.rejected, found.rejected),
    )
    for name, wanted, came in pairs:
        if wanted is None:
            continue
        for index, (one, other) in enumerate(zip_longest(wanted, came, fillvalue=_NOTHING)):
            if one != other:
                return f"expect.{name}[{index}]: expected {_said(one)}, found {_said(other)}"
    return None


def _said(item: object) -> str:
    return "nothing" if item is _NOTHING else json.dumps(item)
