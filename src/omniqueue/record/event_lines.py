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
from collections.abc import Iterable, Mapping
from typing import Final, TextIO

import attrs

from omniqueue.model.channel import Channel
from omniqueue.model.event import Event, JsonValue
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
