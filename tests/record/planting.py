"""What tests of records share: audit lines, read one, find places, count anew."""

from __future__ import annotations

import json
from typing import Any

from omniqueue import Event
from omniqueue.record.audit import AuditResult, audited
from omniqueue.record.event_lines import FORMAT
from omniqueue.record.event_reading import EventReader

Lines = list[dict[str, Any]]


def audit(lines: Lines) -> AuditResult:
    """What the audit says of a record."""
    reader = EventReader("record", [json.dumps(line) + "\n" for line in lines])
    return audited(reader.header, reader)


def event_of(line: object) -> Event:
    """What a reader makes of one line that stands for an event."""
    header = {"format": FORMAT, "order": "arrival", "selection": "x"}
    reader = EventReader("record", [json.dumps(header) + "\n", json.dumps(line) + "\n"])
    [(_, event)] = reader
    assert isinstance(event, Event)
    return event


def place(lines: Lines, name: str, **said: object) -> int:
    """The index of the first event of that name with those values."""
    for index, line in enumerate(lines):
        if line.get("event") == name and all(line[key] == value for key, value in said.items()):
            return index
    raise AssertionError(f"no {name} {said}")


def recount(lines: Lines) -> Lines:
    """Make the end line's number of events right again, as a careful forger would."""
    lines[-1]["events"] = len(lines) - 2
    return lines
