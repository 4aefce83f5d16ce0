"""What all commands share: the door (time, ids) and the way out (matching, events)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from math import inf
from typing import Concatenate, ParamSpec, TypeVar

from omniqueue.core.endings import forget_now
from omniqueue.core.lifecycle import COMMANDS, refuse
from omniqueue.core.matching import settle
from omniqueue.core.observers import tell
from omniqueue.core.rows import AgentRow, ChannelRow, ContactRow
from omniqueue.core.state import State
from omniqueue.errors import (
    BrokenRouterError,
    InvalidValueError,
    InvariantError,
    OmniqueueError,
    ReentrantCallError,
    UnknownAgentError,
    UnknownChannelError,
    UnknownContactError,
)
from omniqueue.model.checks import identifier
from omniqueue.model.contact import Contact
from omniqueue.model.event import Events, Rank
from omniqueue.model.skill import Skills

P = ParamSpec("P")
C = TypeVar("C", bound="Commands")


def command(method: Callable[Concatenate[C, P], Events]) -> Callable[Concatenate[C, P], Events]:
    """Make a command tell, when it is refused, what timers did up to its time.

    (The commands that every contact needs do the same in place: they must be quick.)
    """

    @wraps(method)
    def run(commands: C, /, *args: P.args, **kwargs: P.kwargs) -> Events:
        try:
            return method(commands, *args, **kwargs)
        except OmniqueueError as refusal:
            tell_refusal(commands._state, refusal)
            raise

    return run


def tell_refusal(state: State, refusal: OmniqueueError) -> None:
    """Give the events of the time that passed to the error that a command is refused with.

    One that did not get inside, or found a defect of the engine, has no door to open.
    """
    if not isinstance(refusal, BrokenRouterError | ReentrantCallError | InvariantError):
        refusal.events = told(state)


class Commands:
    """The base of the router's public commands."""

    __slots__ = ("_state",)

    _state: State


def known_id(field: str, value: object) -> str | None:
    """Return an id in its normal form; None for text that can be nobody's id."""
    if not isinstance(value, str):
        raise InvalidValueError(field, value, "a str (ids are text)")
    try:
        return identifier(field, value)
    except InvalidValueError:
        return None


def contact_of(state: State, contact_id: object) -> ContactRow:
    """Return the contact of that id.

    Raises:
        UnknownContactError: no such contact is known (any more).
    """
    if contact_id.__class__ is str and not state.ended:
        row = state.contacts.get(contact_id)
        if row is not None:
            return row
    name = known_id("contact", contact_id)
    forget_now(state)
    row = None if name is None else state.contacts.get(name)
    if row is None:
        raise UnknownContactError("contact", contact_id, "the id of a contact submitted before")
    return row


def contact_in_state(
    state: State, contact_id: object, command: str, agent_id: object = None
) -> ContactRow:
    """Return the contact of that id, in a state that allows the command (of that agent, if any).

    Raises:
        UnknownContactError: no such contact.
        IllegalTransitionError: its state does not allow the command.
    """
    row = contact_of(state, contact_id)
    if row.state not in COMMANDS[command]:
        raise refuse(command, row, None if agent_id is None else known_id("agent", agent_id))
    return row


def agent_of(state: State, agent_id: object) -> AgentRow:
    """Return the agent of that id.

    Raises:
        UnknownAgentError: no such agent.
    """
    name = known_id("agent", agent_id)
    agent = None if name is None else state.roster.agents.get(name)
    if agent is None:
        raise UnknownAgentError("agent", agent_id, "the id of an agent added before")
    return agent


def channel_of(state: State, field: str, name: object) -> ChannelRow:
    """Return the channel of that name.

    Raises:
        UnknownChannelError: no such channel was declared.
    """
    found = known_id(field, name)
    channel = None if found is None else state.channels.get(found)
    if channel is None:
        raise UnknownChannelError(field, name, f"one of {', '.join(state.channels)}")
    return channel


def rank_of(state: State, contact: Contact, needs: Skills, arrived_at: float) -> Rank:
    """Return the rank of a contact by the router's order.

    Raises:
        PolicyError: a user's order policy failed.
    """
    target_seconds = contact.target_seconds
    if target_seconds is None:
        # The channel it was submitted on: a change of channel does not change the promise.
        promised = state.channels[contact.channel].settings.target_seconds
        target_seconds = inf if promised is None else promised
    if state.order.stock is not None:
        return state.order.stock(contact.priority, arrived_at, target_seconds)
    return state.ask(state.order.rank, contact, needs, arrived_at, target_seconds)


def done(state: State, agents: list[AgentRow], rows: list[ContactRow]) -> Events:
    """Match after a command, and return what happened."""
    settle(state, agents, rows)
    return told(state)


def told(state: State) -> Events:
    """Return what happened since the last command, tell the observers, and open the door."""
    events = Events(state.log)
    state.log.clear()
    if state.hooks:
        events = tell(state, events)
    state.door = state.now
    return events
