"""Events as JSON lines: a header that says under which rules they happened, then one a line.

The first line is an object with `format` ("omniqueue-events/1"), `order`, `selection` and
`channels` (their settings); the last is `{"event": "end", "at": ..., "events": how many}`, so a
cut file is seen; where the writer was told, it also has `contacts`: how many the engine holds in
each state, so that a lost contact is seen. What lies between is `event.to_dict()` of every event,
in order: all that a judge apart from the engine needs. The only infinite number an event carries
is a rank, "last": it is written as null. `costs` of agents may be missing: none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from math import inf
from typing import Final, TextIO

import attrs

from omniqueue.errors import InvalidValueError
from omniqueue.model.channel import Channel
from omniqueue.model.event import Event, JsonValue, Rank
from omniqueue.model.skill import Skills
from omniqueue.record.listener import EventListener, Hear

FORMAT: Final = "omniqueue-events/1"


class EventWriter(EventListener):
    """Listens to events and writes them as JSON lines.

    Args:
        file: where to write (text; the caller opens and closes it).
        channels: all channels in force.
        order: the order policy's name.
        selection: the selection policy's name.

    Cost: about 5 microseconds an event.

    Example:
        >>> from io import StringIO
        >>> from omniqueue import Abandoned
        >>> file = StringIO()
        >>> writer = EventWriter(file, [], order="arrival", selection="longest-idle")
        >>> writer.write(Abandoned(9.0, "c1")); writer.close(at=9.0)
        >>> print(file.getvalue().splitlines()[1])
        {"at": 9.0, "event": "abandoned", "contact": "c1"}
    """

    def __init__(
        self, file: TextIO, channels: Iterable[Channel], *, order: str, selection: str
    ) -> None:
        self._file = file
        self._number = 0
        self.hears: Mapping[type[Event], Hear] = dict.fromkeys(Event.kinds.values(), self.write)
        self._write(
            {
                "format": FORMAT,
                "order": order,
                "selection": selection,
                "channels": {each.name: settings_of(each) for each in channels},
            }
        )

    def write(self, event: Event) -> None:
        """Write one event."""
        self._write(event.to_dict())
        self._number += 1

    def close(self, *, at: float, contacts: Mapping[str, int] | None = None) -> None:
        """Write the last line; the file stays open.

        Args:
            at: the last instant.
            contacts: state to how many contacts the engine holds in it
                (`router.statistics().contacts`); None: not known.
        """
        end: dict[str, JsonValue] = {"event": "end", "at": at, "events": self._number}
        if contacts is not None:
            end["contacts"] = dict(contacts)
        self._write(end)

    def _write(self, value: Mapping[str, JsonValue]) -> None:
        self._file.write(json.dumps(value, allow_nan=False) + "\n")


def settings_of(channel: Channel) -> dict[str, JsonValue]:
    """Return a channel's settings without its name.

    Example:
        >>> settings_of(Channel("sms", cost=2))["cost"]
        2
    """
    return {
        field.name: getattr(channel, field.name)
        for field in attrs.fields(Channel)
        if field.name != "name"
    }


def event_of(line: Mapping[str, JsonValue]) -> Event:
    """Return the event that a line stands for.

    Args:
        line: the JSON object, as `event.to_dict()` gives it; further keys are ignored, and a
            field with a default may be missing.

    Raises:
        InvalidValueError: no such event, or a field is missing.

    Example:
        >>> event_of({"at": 9.0, "event": "abandoned", "contact": "c1"})
        Abandoned(at=9.0, contact='c1')
    """
    name = line.get("event")
    kind = Event.kinds.get(name) if isinstance(name, str) else None
    if kind is None or kind is Event:
        raise InvalidValueError("event", name, "the name of an event")
    values: dict[str, object] = {}
    for field in attrs.fields(kind):
        if field.name not in line:
            if field.default is not attrs.NOTHING:
                continue
            raise InvalidValueError(f"{name}.{field.name}", None, "a value (it is missing)")
        values[field.name] = _typed(field.name, line[field.name])
    return kind(**values)  # type: ignore[arg-type]


def events_of(lines: Iterable[Mapping[str, JsonValue]]) -> Iterator[Event]:
    """Yield the events of lines, up to the end line.

    Example:
        >>> list(events_of([{"event": "end", "at": 0.0, "events": 0}]))
        []
    """
    for line in lines:
        if line.get("event") == "end":
            return
        yield event_of(line)


def _typed(name: str, value: JsonValue) -> object:
    if name == "skills":
        return Skills.of(value)
    if name == "channels" and isinstance(value, list):
        return tuple(value)
    if name == "first" and isinstance(value, list):  # of a certificate: pairs of id and cause
        return tuple(tuple(pair) if isinstance(pair, list) else pair for pair in value)
    if name == "rank":
        return _rank(value)
    return value


def _rank(value: JsonValue) -> Rank:
    if isinstance(value, list):
        return tuple(_number(part) for part in value)
    return _number(value)


def _number(value: JsonValue) -> float:
    if value is None:
        return inf
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise InvalidValueError("rank", value, "a number, null, or a list of them")
