"""Listeners: each says which kinds of event it hears, so that an unheard kind costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeAlias

from omniqueue.model.event import Event

Hear: TypeAlias = Callable[..., None]  # takes one event of the kind under which it is kept


class Listener(Protocol):
    """What listens to events."""

    @property
    def hears(self) -> Mapping[type[Event], Hear]:
        """Kind of event to what takes in one event of that kind."""
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
