"""Events written as JSON lines come back the same."""

from __future__ import annotations

import json
from io import StringIO
from math import inf

import pytest

from omniqueue import Agent, Channel, Contact, InvalidValueError, Queued, Router, Skills
from omniqueue.record.event_lines import FORMAT, EventWriter, event_of, events_of, settings_of


def test_what_is_written_comes_back() -> None:
    router = Router(order="deadline")
    file = StringIO()
    channels = list(router.channels.values())
    writer = EventWriter(file, channels, order="deadline", selection="longest-idle")
    agent = Agent("ana", skills={"fr": 2}, limits={"chat": 1}, channels=("chat", "phone"))
    events = [
        *router.add_agent(agent, at=0),
        *router.submit(Contact("c1", "phone", skills={"fr": 1}), at=1),  # no target: rank inf
        *router.complete("c1", at=2),
    ]
    for event in events:
        writer.write(event)
    writer.close(at=2.0)
    header, *lines = [json.loads(line) for line in file.getvalue().splitlines()]
    assert (header["format"], header["order"]) == (FORMAT, "deadline")
    assert Channel("phone", **header["channels"]["phone"]) == router.channels["phone"]
    assert list(events_of(lines)) == events
    assert any(isinstance(event, Queued) and event.rank == inf for event in events)
    assert lines[-1] == {"event": "end", "at": 2.0, "events": len(events)}


def test_ranks_of_several_parts_come_back() -> None:
    event = Queued(1.0, "c1", "fax", Skills.of({}), 0, 1.0, (1, inf, 2.5))
    assert event_of(json.loads(json.dumps(event.to_dict()))) == event


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"event": "no-such"},
        {"event": 3},
        {"event": "requeued", "at": 1.0},
        {**Queued(1.0, "c1", "fax", Skills.of({}), 0, 1.0, 1.0).to_dict(), "rank": "first"},
        {**Queued(1.0, "c1", "fax", Skills.of({}), 0, 1.0, 1.0).to_dict(), "skills": {"x": 0}},
    ],
)
def test_a_line_that_is_no_event_is_refused(line: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError):
        event_of(line)  # type: ignore[arg-type]


def test_settings_say_all_but_the_name() -> None:
    settings = settings_of(Channel("sms", cost=2, target_seconds=30))
    assert "name" not in settings
    assert Channel("sms", **settings) == Channel("sms", cost=2, target_seconds=30)  # type: ignore[arg-type]
