"""An audit as text and as JSON: who was overtaken, who served whom, the spread between agents."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import pytest

from omniqueue import Agent, Contact, Router
from omniqueue.record.audit import AuditResult, audited
from omniqueue.record.event_reading import EventReader, Header
from omniqueue.report.audit_tables import audit_json, audit_lines


@pytest.fixture(scope="module")
def found() -> AuditResult:
    """Two calls and a fax of which the agent takes one after the other; the fax still waits."""
    router = Router()
    events = [*router.add_agent(Agent("ana"), presence="ready", at=0.0)]
    for at, channel in enumerate(["phone", "phone", "fax"], start=1):
        events += router.submit(Contact(f"{channel}-{at}", channel), at=float(at))
    events += router.complete("phone-1", at=10.0)
    header = Header("arrival", "longest-idle", tuple(router.channels.values()))
    return audited(header, list(enumerate(events, start=2)))


def test_it_tells_totals_tables_and_verdict(found: AuditResult) -> None:
    lines = list(audit_lines(found, name="day.jsonl"))
    assert lines[0].startswith("day.jsonl: ")
    assert lines[0].endswith(" events, order arrival, selection longest-idle, 0 to 10")
    assert lines[1] == "3 contacts arrived = 2 answered + 1 open"
    rows = [line.split() for line in lines]
    assert rows[3][:5] == ["channel", "arrived", "answered", "open", "ASA"]
    assert ["fax", "1", "0", "1", "-", "-", "-", "-", "0", "0", "0"] in rows
    assert any(line.startswith("between 1 agent ") for line in lines)
    assert any(line.startswith("who served whom ") for line in lines)


def test_instants_have_a_zone_or_are_as_recorded(found: AuditResult) -> None:
    zone = ZoneInfo("Europe/Berlin")
    assert audit_json(found, name="x")["ended_at"] == 10.0
    assert audit_json(found, name="x", zone=zone)["ended_at"] == "1970-01-01T01:00:10+01:00"
    assert "1970-01-01T01:00:10+01:00" in next(iter(audit_lines(found, name="x", zone=zone)))
    json.dumps(audit_json(found, name="x"), allow_nan=False)


def test_every_instant_is_in_the_zone_and_what_is_trusted_is_said() -> None:
    lines = [
        '{"format": "omniqueue-events/1", "order": "mine", "selection": "drawn"}\n',
        (
            '{"at": 1762186714, "event": "agent_added", "agent": "a", "skills": {}, "capacity": 1,'
            ' "limits": {}, "channels": null, "presence": "ready"}\n'
        ),
        '{"at": 1762186642, "event": "presence", "agent": "a", "state": "away", "reason": null}\n',
        '{"at": 1762186714, "event": "end", "events": 2}\n',
    ]
    reader = EventReader("day.jsonl", lines)
    told = list(audit_lines(audited(reader.header, reader), name="day", zone=ZoneInfo("UTC")))
    assert (
        "  line 3: time went back: at 2025-11-03T16:17:22+00:00 after 2025-11-03T16:18:34+00:00"
        in told
    )
    assert told[-1] == (
        "taken on trust: the ranks that the order mine gave; which of several free agents the"
        " selection drawn took"
    )
