"""Events: values built when looked at, told as JSON types, the same sequence every time."""

from __future__ import annotations

import json
import pickle
from math import inf

import attrs
import pytest

from omniqueue import Agent, Assigned, Contact, Event, Events, Queued, Router, Skills, events
from omniqueue.model.event import plain


def some_events() -> Events:
    router = Router(order="deadline")
    router.submit(Contact("c1", "phone", skills={"fr": 1}), at=0)
    return router.add_agent(
        Agent("ana", skills={"fr": 2}, limits={"phone": 1}, channels=("phone",)), at=1
    )


def test_every_kind_has_its_own_name_and_is_public() -> None:
    kinds = set(Event.kinds.values())
    assert {kind.name for kind in kinds} == set(Event.kinds)
    public = {kind for kind in vars(events).values() if isinstance(kind, type)}
    assert {kind.__name__ for kind in kinds} <= {kind.__name__ for kind in public}
    for kind in public:
        if issubclass(kind, Event) and kind is not Event:
            assert Event.kinds[kind.name] is kind
            assert attrs.fields(kind)[0].name == "at"


def test_a_sequence_that_nobody_can_change() -> None:
    events = some_events()
    assert [event.name for event in events] == ["agent_added", "assigned"]
    assert events[-1] == Assigned(1.0, "c1", "ana", False)
    assert events[1:] == Events([(Assigned, 1.0, "c1", "ana", False)])
    assert events == some_events()
    assert events != events[:1]
    assert events != list(events)  # type: ignore[comparison-overlap]
    assert list(reversed(events)) == [events[1], events[0]]
    assert events.of(Assigned) == [events[1]]
    assert len(events.of(Event)) == 2
    assert events[1] in events
    assert repr(events).startswith("Events([AgentAdded(")
    with pytest.raises(IndexError):
        events[2]
    with pytest.raises(TypeError):
        hash(events)
    with pytest.raises(TypeError):
        events[0] = events[1]  # type: ignore[index]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        events[1].at = 2.0


def test_events_are_json_types() -> None:
    told = [event.to_dict() for event in some_events()]
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told[0]["limits"] == {"phone": 1}
    queued = Router(order="deadline").submit(Contact("c1", "fax"), at=0)[0]
    assert isinstance(queued, Queued)
    assert (queued.rank, queued.to_dict()["rank"]) == (inf, None)


def test_plain() -> None:
    value = {"a": (1, inf, [True, None]), "s": Skills.of({"fr": 1})}
    assert plain(value) == {"a": [1, None, [True, None]], "s": {"fr": 1}}
    with pytest.raises(TypeError, match="a set"):
        plain({1})


def test_events_survive_pickling() -> None:
    events = some_events()
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(events[1], protocol)) == events[1]
        assert pickle.loads(pickle.dumps(events[1:], protocol)) == events[1:]


def test_events_that_tell_of_limits_survive_pickling() -> None:
    events = some_events()
    assert pickle.loads(pickle.dumps(events[0])) == events[0]
    assert pickle.loads(pickle.dumps(events)) == events


def every_event() -> list[Event]:
    """One event of each class, its fields filled with their own names."""
    found = []
    for kind in Event.kinds.values():
        if kind is not Event:
            names = [field.name for field in attrs.fields(kind)][1:]
            found.append(kind(1.0, *names))
    return found


@pytest.mark.parametrize("event", every_event(), ids=lambda event: event.name)
def test_a_built_event_is_the_same_as_one_that_its_class_makes(event: Event) -> None:
    fields = attrs.astuple(event, recurse=False)
    made = Events([(type(event), *fields)])[0]
    assert type(made) is type(event)
    assert (made, hash(made), repr(made)) == (event, hash(event), repr(event))
    assert pickle.loads(pickle.dumps(made)) == event
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        made.at = 2.0
    assert Event.kinds[event.name] is type(event)
