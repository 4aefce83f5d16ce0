"""Listeners: each says which kinds of event it hears, so that an unheard kind costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeAlias

from omniqueue.model.agent import Presence
from omniqueue.model.channel import Channel
from omniqueue.model.contact import Contact
from omniqueue.model.event import Event
from omniqueue.model.skill import Skills

Hear: TypeAlias = Callable[..., None]  # takes one event of the kind under which it is kept


class Listener(Protocol):
    """What listens to events."""

    @property
    def hears(self) -> Mapping[type[Event], Hear]:
        """Kind of event to what takes in one event of that kind."""
        ...


class ContactNow(Protocol):
    """What a listener that starts late asks of a contact: a view of the router has it."""

    @property
    def contact(self) -> Contact:
        """What was submitted."""
        ...

    @property
    def state(self) -> str:
        """Its state."""
        ...

    @property
    def since(self) -> float:
        """When it came to its state, in seconds."""
        ...

    @property
    def channel(self) -> str:
        """Its channel now."""
        ...

    @property
    def skills(self) -> Skills:
        """What it needs now."""
        ...

    @property
    def arrived_at(self) -> float:
        """When it arrived, in seconds."""
        ...

    @property
    def answered_at(self) -> float | None:
        """When an agent first took it, in seconds; None: nobody has yet."""
        ...

    @property
    def agent(self) -> str | None:
        """Who holds it."""
        ...


class AgentNow(Protocol):
    """What it asks of an agent."""

    @property
    def presence(self) -> Presence:
        """ready, away or offline."""
        ...

    @property
    def capacity(self) -> int:
        """How much work at once, in channel costs."""
        ...

    @property
    def costs(self) -> Mapping[str, int]:
        """Its own costs per channel."""
        ...


class RouterNow(Protocol):
    """What a listener starts from that was not there from the beginning: a `Router`."""

    @property
    def now(self) -> float:
        """The time of its last command, in seconds."""
        ...

    @property
    def channels(self) -> Mapping[str, Channel]:
        """Its channels by name."""
        ...

    @property
    def contacts(self) -> Mapping[str, ContactNow]:
        """All contacts that it knows, by id."""
        ...

    @property
    def agents(self) -> Mapping[str, AgentNow]:
        """All its agents, by id."""
        ...


class EventListener:
    """A listener that can be attached to a router, or told of events by hand.

    A subclass sets `hears`.

    Example:
        >>> from omniqueue import Abandoned
        >>> listener = EventListener()
        >>> listener.hears = {Abandoned: print}
        >>> listener.hear(Abandoned(3.0, "c1"))
        Abandoned(at=3.0, contact='c1')
    """

    hears: Mapping[type[Event], Hear]

    def hear(self, event: Event) -> None:
        """Take in one event: a hook for `Router.observe`. Cost: O(1) beside the listener's own."""
        hear = self.hears.get(type(event))
        if hear is not None:
            hear(event)

    def observe(self, events: Iterable[Event]) -> None:
        """Take in events, in the order in which they happened."""
        hears = self.hears
        for event in events:
            hear = hears.get(type(event))
            if hear is not None:
                hear(event)


def hearers(listeners: Sequence[Listener]) -> dict[type[Event], tuple[Hear, ...]]:
    """Return, for every kind of event, all that hear it, in the order of the listeners.

    Cost: O(kinds of event x listeners), once.

    Example:
        >>> from omniqueue import Queued
        >>> from omniqueue.record import Ledger
        >>> len(hearers([Ledger(), Ledger()])[Queued])
        2
    """
    return {
        kind: tuple(each.hears[kind] for each in listeners if kind in each.hears)
        for kind in Event.kinds.values()
    }
