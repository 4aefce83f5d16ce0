"""Events written as JSON lines come back the same."""

from __future__ import annotations

import json
from io import StringIO
from math import inf

import pytest

from omniqueue import Agent, Channel, Contact, Event, Queued, Router, Skills
from omniqueue.errors import FileFaultsError
from omniqueue.model import agent_events as of_agents
from omniqueue.record.event_lines import FORMAT, EventWriter, settings_of
from omniqueue.record.event_reading import EventReader
from record.planting import event_of


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
    file.seek(0)
    assert (header["format"], header["order"]) == (FORMAT, "deadline")
    assert Channel("phone", **header["channels"]["phone"]) == router.channels["phone"]
    assert [item for _, item in EventReader("record", file) if isinstance(item, Event)] == events
    assert any(isinstance(event, Queued) and event.rank == inf for event in events)
    assert lines[-1] == {"event": "end", "at": 2.0, "events": len(events)}


def test_interruptions_costs_and_certificates_come_back() -> None:
    channels = [Channel("email", interrupted_by=["phone"]), Channel("phone", cost=2)]
    router, file = Router(channels=channels), StringIO()
    router.certify()
    events = [
        *router.add_agent(Agent("ana", capacity=2, costs={"fax": 2}), at=0),
        *router.submit(Contact("f", "fax", skills={"fr": 1}), at=1),
        *router.submit(Contact("m1", "email"), at=1),
        *router.submit(Contact("m2", "email"), at=1),
        *router.submit(Contact("call", "phone"), at=2),
        *router.complete("call", at=3),
        *router.update_agent("ana", costs={"phone": 1, "fax": 1}, at=4),
    ]
    names = [event.name for event in events]
    for name in ("interrupted", "continued", "passed_over", "agent_updated"):
        assert name in names
    writer = EventWriter(file, channels, order="arrival", selection="longest-idle")
    for event in events:
        writer.write(event)
    writer.close(at=4.0)
    header = json.loads(file.getvalue().splitlines()[0])
    assert [Channel(name, **said) for name, said in header["channels"].items()] == channels
    file.seek(0)
    reader = EventReader("record", file)
    assert reader.header.channels == tuple(channels)
    assert [item for _, item in reader if isinstance(item, Event)] == events


def test_costs_may_be_left_out() -> None:
    event = of_agents.AgentAdded(0.0, "ana", Skills.of({}), 1, {}, None, "ready")
    line = event.to_dict()
    assert line.pop("costs") == {}
    assert event_of(line) == event


CERTIFICATE = {
    "at": 1.0,
    "event": "passed_over",
    "contact": "c2",
    "agent": "ana",
    "contacts": 1,
    "causes": {"skill": 1},
    "first": [["c1", "skill"]],
}


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("contacts", 2, "contacts is 2; expected the sum of the causes"),
        ("contacts", None, "contacts is None; expected a whole number"),
        ("causes", {"skill": -1}, "causes is -1; expected a whole number from 0"),
        ("first", "c1", "first is 'c1'; expected a list of contacts"),
        ("first", [["c1"]], "expected a contact and a cause"),
        ("first", [["c1", 3]], "first is 3; expected a name"),
        ("first", [["c1", "skill"]] * 2, "expected a list of contacts"),
        ("agent", "", "agent is ''; expected a name"),
    ],
)
def test_a_wrong_certificate_is_refused(key: str, value: object, fault: str) -> None:
    assert event_of(CERTIFICATE).to_dict() == CERTIFICATE
    with pytest.raises(FileFaultsError) as refused:
        event_of({**CERTIFICATE, key: value})
    assert fault in str(refused.value)


def test_costs_are_checked() -> None:
    line = {**of_agents.AgentUpdated(0.0, "a", Skills.of({}), 1, {}, None).to_dict()}
    with pytest.raises(FileFaultsError, match="costs is 0; expected a whole number from 1"):
        event_of({**line, "costs": {"phone": 0}})


def test_ranks_of_several_parts_come_back() -> None:
    event = Queued(1.0, "c1", "fax", Skills.of({}), 0, 1.0, (1, inf, 2.5))
    assert event_of(json.loads(json.dumps(event.to_dict()))) == event


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"event": 3},
        {"event": "requeued", "at": 1.0},
        {**Queued(1.0, "c1", "fax", Skills.of({}), 0, 1.0, 1.0).to_dict(), "rank": "first"},
        {**Queued(1.0, "c1", "fax", Skills.of({}), 0, 1.0, 1.0).to_dict(), "skills": {"x": 0}},
    ],
)
def test_a_line_that_is_no_event_is_refused(line: dict[str, object]) -> None:
    with pytest.raises(FileFaultsError):
        event_of(line)


def test_settings_say_all_but_the_name() -> None:
    settings = settings_of(Channel("sms", cost=2, target_seconds=30))
    assert "name" not in settings
    assert Channel("sms", **settings) == Channel("sms", cost=2, target_seconds=30)  # type: ignore[arg-type]
