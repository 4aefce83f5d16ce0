"""Observers: hooks called with events of their kinds; one that raises is switched off."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from omniqueue.core.state import State
from omniqueue.errors import InvalidValueError
from omniqueue.model.agent_events import ObserverFailed
from omniqueue.model.event import Event, Events, RawEvent, built

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
    """Call a hook with events of these kinds from now on."""
    for kind in kinds:
        hooks = state.hooks.get(kind, ())
        if hook not in hooks:
            state.hooks[kind] = (*hooks, hook)


def stop_observing(state: State, hook: Hook) -> None:
    """Stop calling a hook."""
    for kind, hooks in list(state.hooks.items()):
        left = tuple(each for each in hooks if each != hook)
        if left:
            state.hooks[kind] = left
        else:
            del state.hooks[kind]


def tell(state: State, events: Events) -> Events:
    """Tell the hooks of a command's events; return them, with those of hooks that failed.

    The hooks that are left are told of those that failed, too.

    Cost: O(events) look-ups; an event is built only if some hook wants its kind.
    """
    failed: list[RawEvent] = []
    state.asking = True
    try:
        for raw in events.tuples:
            if raw[0] in state.hooks:
                _tell_one(state, raw, failed)
        for raw in failed:  # it grows by hooks that fail at this: each is switched off
            _tell_one(state, raw, failed)
    finally:
        state.asking = False
    return Events((*events.tuples, *failed)) if failed else events


def _tell_one(state: State, raw: RawEvent, failed: list[RawEvent]) -> None:
    hooks = state.hooks.get(raw[0], ())
    event = built(raw) if hooks else None
    for hook in hooks:
        assert event is not None
        try:
            hook(event)
        except Exception as problem:
            failed.append(_switched_off(state, hook, event, problem))


def _switched_off(state: State, hook: Hook, event: Event, problem: Exception) -> RawEvent:
    stop_observing(state, hook)
    name = getattr(hook, "__qualname__", type(hook).__name__)
    return ObserverFailed, event.at, name, type(problem).__name__
