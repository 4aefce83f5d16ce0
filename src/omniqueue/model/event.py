"""Events: what the engine says happened, built only when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar, Self, SupportsIndex, TypeAlias, TypeVar, overload

import attrs

E = TypeVar("E", bound="Event")
T = TypeVar("T")
Rank: TypeAlias = float | tuple[float, ...]  # smaller is served first; +inf: last
RawEvent: TypeAlias = tuple[object, ...]  # (class, at, further fields in order)
JsonValue: TypeAlias = (
    "bool | int | float | str | list[JsonValue] | Mapping[str, JsonValue] | None"
)


def plain(value: object) -> JsonValue:
    """Return a value as JSON types; an infinite rank, which is last, as None."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, float) and value == inf:
        return None
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"an event cannot carry a {type(value).__name__}")


_raw_items: Callable[..., tuple[Any, ...]] = tuple.__getitem__
_raw_iterator: Callable[..., Iterator[RawEvent]] = tuple.__iter__
_ALL = slice(None)
_IF_ANY = "omniqueue if any"


def if_any(default: T) -> T:
    """Return a field of an event that its JSON form leaves out where there is nothing of it.

    Example:
        >>> from omniqueue import Skills
        >>> from omniqueue.events import Relaxed
        >>> "any_of" in Relaxed(60.0, "c1", Skills.of({})).to_dict()
        False
    """
    metadata = {_IF_ANY: True}
    if isinstance(default, dict):
        return attrs.field(factory=dict, metadata=metadata)  # type: ignore[return-value]
    return attrs.field(default=default, metadata=metadata)


@attrs.define
class Event:
    """The base of all events, which are frozen themselves.

    Args:
        at: when it happened, in seconds on the caller's epoch.

    Example:
        >>> from omniqueue import Abandoned
        >>> Abandoned(9.0, "c1").to_dict()
        {'at': 9.0, 'event': 'abandoned', 'contact': 'c1'}
    """

    name: ClassVar[str] = "event"
    kinds: ClassVar[dict[str, type[Event]]] = {}

    at: float

    def __init_subclass__(cls, name: str | None = None) -> None:
        # attrs makes a slotted class a second time, without the keyword: the name is inherited.
        if name is not None:
            cls.name = name
        if "name" in cls.__dict__:
            Event.kinds[cls.name] = cls

    def to_dict(self) -> dict[str, JsonValue]:
        """Return the event as JSON types: `at`, `event` (its name) and its own fields.

        What few contacts and agents have (`if_any`) is left out where there is nothing of it.

        Cost: O(size of the event).

        Example:
            >>> from omniqueue.events import Requeued
            >>> Requeued(20.0, "c1").to_dict()["event"]
            'requeued'
        """
        found: dict[str, JsonValue] = {"at": self.at, "event": self.name}
        for field in attrs.fields(type(self))[1:]:
            value = getattr(self, field.name)
            if value or not field.metadata.get(_IF_ANY):
                found[field.name] = plain(value)
        return found


_blanks: dict[object, type[Event]] = {}


def built(raw: RawEvent) -> Event:
    """Return the event that a raw one stands for. Cost: O(1), half that of calling the class.

    A frozen class is slow to fill: every field is one guarded call. So the fields are written
    into a twin of the class that is not frozen, of the same slots, which then becomes the class.
    """
    kind = raw[0]
    event: Event = (_blanks.get(kind) or _blank(kind))(*raw[1:])  # type: ignore[arg-type]
    event.__class__ = kind  # type: ignore[assignment]
    return event


def _blank(kind: object) -> type[Event]:
    """Return the twin of an event class that can be filled at full speed; keep it."""
    assert isinstance(kind, type)
    own = {
        field.name: attrs.field(default=field.default)
        for field in attrs.fields(kind)
        if not field.inherited
    }
    bases = kind.__bases__  # none of them frozen
    twin: type[Event] = attrs.make_class(kind.__name__, own, bases=bases, slots=True, eq=False)
    _blanks[kind] = twin
    return twin


class Events(tuple[Event, ...]):
    """The events of one command: an immutable sequence, each event built when looked at.

    Cost: O(1) to get from a command; O(1) for each event looked at.

    Example:
        >>> from omniqueue import Agent, Router
        >>> events = Router().add_agent(Agent("ana"), at=0)
        >>> len(events), events[0].name
        (1, 'agent_added')
    """

    # A tuple of raw events underneath: the quickest thing to make that nobody can change.
    __slots__ = ()

    if TYPE_CHECKING:  # to its users it is a tuple of events

        def __new__(cls, raw: Iterable[RawEvent] = ...) -> Self:
            """Keep raw events as they are."""

    @overload
    def __getitem__(self, index: SupportsIndex) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> Events: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Event | Events:
        if isinstance(index, slice):
            return Events(self.tuples[index])
        return built(_raw_items(self, index))

    def __iter__(self) -> Iterator[Event]:
        return map(built, _raw_iterator(self))

    def __reversed__(self) -> Iterator[Event]:
        events: list[Event] = [*self]
        return reversed(events)

    def __contains__(self, event: object) -> bool:
        return event in list(self)

    def __add__(self, other: tuple[object, ...]) -> Events:
        if not isinstance(other, Events):
            return NotImplemented
        return Events((*self.tuples, *other.tuples))

    def count(self, event: object) -> int:
        """Return how often an equal event is among them. Cost: O(events)."""
        return sum(event == found for found in self)

    @property
    def tuples(self) -> tuple[RawEvent, ...]:
        """The events as plain tuples (class, at, further fields in order), for hot loops.

        Cost: O(events); none is built.

        Example:
            >>> from omniqueue import Contact, Queued, Router
            >>> raw = Router().submit(Contact("c1", "fax"), at=1).tuples[0]
            >>> raw[0] is Queued, raw[1:3]
            (True, (1.0, 'c1'))
        """
        return _raw_items(self, _ALL)  # one call into C; hot loops live on this

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of one class, in order. Cost: O(events).

        Example:
            >>> from omniqueue import Agent, Contact, Assigned, Router
            >>> router = Router()
            >>> _ = router.add_agent(Agent("ana"), at=0)
            >>> [e.contact for e in router.submit(Contact("c1", "fax"), at=1).of(Assigned)]
            ['c1']
        """
        return [event for event in self if isinstance(event, kind)]

    def __repr__(self) -> str:
        return f"Events({list(self)!r})"
