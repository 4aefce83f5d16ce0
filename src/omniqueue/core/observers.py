"""Observers: hooks that are told of events by kind; one that raises is switched off."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from omniqueue.errors import InvalidValueError
from omniqueue.model.agent_events import ObserverFailed
from omniqueue.model.event import Event, Events, RawEvent

if TYPE_CHECKING:
    from omniqueue.core.state import State

Hook: TypeAlias = Callable[[Event], None]


def kinds_of(named: tuple[str | type[Event], ...]) -> list[type[Event]]:
    """Return event classes for names or classes; none named: all of them.

    Raises:
        InvalidValueError: no such event.
    """
    found = []
    for one in named:
        kind = Event.kinds.get(one) if isinstance(one, str) else one
        if kind not in Event.kinds.values():
            raise InvalidValueError("event", one, "the name or the class of an event")
        assert kind is not None
        found.append(kind)
    return found or [kind for kind in Event.kinds.values() if kind is not Event]


def observe(state: State, hook: Hook, kinds: list[type[Event]]) -> None:
    """Let a hook be told of events of these kinds."""
    for kind in kinds:
        hooks = state.hooks.setdefault(kind, [])
        if hook not in hooks:
            hooks.append(hook)


def stop_observing(state: State, hook: Hook) -> None:
    """Let a hook be told of nothing any more."""
    for kind, hooks in list(state.hooks.items()):
        if hook in hooks:
            hooks.remove(hook)
        if not hooks:
            del state.hooks[kind]


def tell(state: State, events: Events) -> Events:
    """Tell the hooks of a command's events; return them, with those of hooks that failed.

    Cost: O(events) look-ups; an event is built only if some hook wants its kind.
    """
    failed: list[RawEvent] = []
    with state.locked():
        for raw in events.tuples:
            hooks = state.hooks.get(raw[0])
            if not hooks:
                continue
            event: Event = raw[0](*raw[1:])  # type: ignore[operator]
            for hook in list(hooks):
                try:
                    hook(event)
                except Exception as problem:
                    stop_observing(state, hook)
                    name = getattr(hook, "__qualname__", type(hook).__name__)
                    said = (ObserverFailed, event.at, name, type(problem).__name__)
                    failed.append(said)
    return Events((*events.tuples, *failed)) if failed else events
