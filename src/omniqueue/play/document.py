"""A play as values: what its file says, and what came of running it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import attrs

from omniqueue.errors import OmniqueueError
from omniqueue.model import Agent, Channel, Presence
from omniqueue.model.agent import presence
from omniqueue.model.checks import WAITING_MAX, identifier, whole
from omniqueue.model.event import JsonValue
from omniqueue.model.faults import channel_faults, name_faults, refuse
from omniqueue.model.fields import checked, inline, setting, several
from omniqueue.model.json_forms import ABILITIES
from omniqueue.model.reader import (
    Place,
    array_of,
    instant,
    named,
    number,
    row_of,
    table_of,
    text,
)
from omniqueue.policy.order_text import read_order
from omniqueue.policy.registry import selection_named

Assignment: TypeAlias = tuple[float, str, str]  # when, contact, agent
RejectedStep: TypeAlias = tuple[int, str]  # index in steps, name of the error


def _name(value: object, _: Place) -> str:
    return identifier("", text(value))


def _selection(value: object, _: Place) -> str:
    return selection_named(text(value)).name


@attrs.frozen(field_transformer=checked)
class Entrance:
    """An agent who is there from the start of a play.

    Args:
        agent: the agent.
        presence: ready, away or offline.

    Example:
        >>> Entrance(Agent("ana"), "away").agent.id
        'ana'
    """

    agent: Agent = attrs.field(metadata=inline(Agent))
    presence: Presence = attrs.field(default="ready", metadata=setting(presence))


@attrs.frozen
class Step:
    """One timed command of a play.

    Args:
        at: when it is given, in seconds on the play's epoch.
        do: the command's name.
        fields: the command's other keys, as in the file; their JSON types have been checked.

    Example:
        >>> Step(3.0, "abandon", {"contact": "c1"}).do
        'abandon'
    """

    at: float
    do: str
    fields: Mapping[str, JsonValue] = attrs.field(factory=dict)


@attrs.frozen
class Expectation:
    """What a play says will come of it; None: nothing is said, so nothing is compared.

    Args:
        assignments: (seconds, contact, agent) in the order in which they happen.
        waiting: ids of the contacts that wait at the end, in queue order.
        rejected: (index in steps, error class name) of the refused commands, in order.

    Example:
        >>> Expectation(waiting=("c1",)).rejected is None
        True
    """

    assignments: tuple[Assignment, ...] | None = attrs.field(
        default=None,
        metadata=setting(
            read=array_of(row_of("[seconds, contact, agent]", instant, _name, _name))
        ),
    )
    waiting: tuple[str, ...] | None = attrs.field(
        default=None, metadata=setting(read=array_of(_name))
    )
    rejected: tuple[RejectedStep, ...] | None = attrs.field(
        default=None,
        metadata=setting(read=array_of(row_of("[index of the step, error]", number, text))),
    )


@attrs.frozen
class Outcome:
    """What came of a play.

    Args:
        assignments: (seconds, contact, agent) in the order in which they happened.
        waiting: ids of the contacts that wait at the end, in queue order.
        rejected: (index in steps, error class name) of the refused commands, in order.

    Example:
        >>> Outcome((), ("c1",), ()).waiting
        ('c1',)
    """

    assignments: tuple[Assignment, ...]
    waiting: tuple[str, ...]
    rejected: tuple[RejectedStep, ...]


@attrs.frozen
class Rejection:
    """A step that the router refused.

    Args:
        at: when the step was to happen, in seconds on the play's epoch.
        step: its index in the play's steps.
        error: why it was refused.

    Example:
        >>> from omniqueue.errors import UnknownContactError
        >>> refused = Rejection(7.0, 2, UnknownContactError("contact", "c9", "a known id"))
        >>> refused.to_dict()["error"]
        'UnknownContactError'
    """

    at: float
    step: int
    error: OmniqueueError

    def to_dict(self) -> dict[str, JsonValue]:
        """Return the rejection as JSON types, shaped like an event. Cost: O(1).

        Example:
            >>> from omniqueue.errors import InvalidValueError
            >>> Rejection(1.0, 0, InvalidValueError("at", None, "seconds")).to_dict()["event"]
            'rejected'
        """
        return {
            "at": self.at,
            "event": "rejected",
            "step": self.step,
            "error": type(self.error).__name__,
            "message": str(self.error),
        }


@attrs.frozen(kw_only=True, field_transformer=checked)
class Play:
    """A whole play: `parse_play` and `read_play` make it.

    Args:
        title: what it shows, for people; may be empty.
        order: the order policy, as `Router` takes it.
        selection: the selection policy, as `Router` takes it.
        max_waiting: how many contacts may wait at once; None: any number.
        channels: channels with their settings, beside or instead of the stock ones.
        agents: who is there from the start, in the order in which they are added.
        steps: the commands, in the order in which they are given.
        expect: what should come of it; None: nothing is said.

    Raises:
        InvalidValueError: names that are there twice, unknown channels.

    Example:
        >>> Play(steps=(Step(0.0, "advance"),)).order
        'arrival'
    """

    title: str = attrs.field(default="", metadata=setting(read=text))
    order: str = attrs.field(default="arrival", metadata=setting(read=read_order))
    selection: str = attrs.field(default="longest-idle", metadata=setting(read=_selection))
    max_waiting: int | None = attrs.field(default=None, metadata=setting(whole, 0, WAITING_MAX))
    channels: tuple[Channel, ...] = attrs.field(
        default=(), metadata=several(Channel, read=named(Channel))
    )
    agents: tuple[Entrance, ...] = attrs.field(
        default=(), metadata=several(Entrance, read=array_of(table_of(Entrance, reads=ABILITIES)))
    )
    steps: tuple[Step, ...] = ()
    expect: Expectation | None = attrs.field(
        default=None, metadata=setting(read=table_of(Expectation))
    )

    def __attrs_post_init__(self) -> None:
        refuse(self.faults())

    def faults(self) -> Iterator[OmniqueueError]:
        """Yield what does not fit together, each with its place."""
        agents = [entrance.agent for entrance in self.agents]
        yield from name_faults("agents", "id", [agent.id for agent in agents])
        yield from channel_faults(self.channels, "agents", agents)
