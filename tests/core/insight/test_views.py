"""Views are read-only, of this moment, and cost nothing to get; reprs are safe to log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import pytest

from core.worlds import busy_play, contact_in, router
from omniqueue import Agent, Contact, Router
from omniqueue.insight import Statistics
from oracle.side_by_side import fast_router, fast_step, steps_of


def test_views_are_of_this_moment() -> None:
    made = router(Agent("ana", capacity=2, skills={"s": 1}, limits={"fax": 1}, costs={"chat": 2}))
    contacts, agents, queue = made.contacts, made.agents, made.queue
    view = agents["ana"]
    made.submit(Contact("c", "fax", priority=3), at=1)
    seen = contacts["c"]
    assert (seen.state, seen.agent, seen.priority, seen.arrived_at) == ("active", "ana", 3, 1.0)
    assert (view.used, view.free, view.contacts, view.reserved_for) == (1, 1, ("c",), None)
    assert (view.capacity, view.channels, dict(view.limits)) == (2, None, {"fax": 1})
    assert dict(view.costs) == {"chat": 2}
    made.submit(Contact("w", "fax"), at=2)
    assert [contact.id for contact in queue] == ["w"]
    assert len(queue) == 1
    made.transfer("c", at=3, skills={"t": 1})
    assert (seen.state, seen.agent, seen.skills, seen.channel) == (  # type: ignore[comparison-overlap]
        "waiting",
        None,
        {"t": 1},
        "fax",
    )
    made.set_presence("ana", "away", at=4, reason="lunch")
    assert (view.presence, view.reason) == ("away", "lunch")


def test_an_interrupted_contact_stays_with_its_agent() -> None:
    made = contact_in("interrupted")
    view = made.agents["ana"]
    assert (made.contacts["c"].agent, view.contacts) == ("ana", ("c", "call"))
    assert (view.used, view.free) == (2, -1)
    assert repr(view) == "<agent 'ana': ready, 2 of 1 in use>"


@pytest.mark.parametrize("view", ["contacts", "agents", "channels"])
def test_mappings_are_read_only(view: str) -> None:
    made = router(Agent("ana"))
    made.submit(Contact("c", "fax"), at=0)
    mapping: Any = getattr(made, view)
    assert isinstance(mapping, Mapping)
    name = next(iter(mapping))
    with pytest.raises(TypeError):
        mapping["x"] = mapping[name]  # type: ignore[index]
    with pytest.raises(TypeError):
        del mapping[name]  # type: ignore[attr-defined]
    with pytest.raises(KeyError):
        mapping["ghost"]
    assert mapping.get("ghost") is None
    assert 5 not in mapping
    assert len(list(mapping)) == len(mapping)
    with pytest.raises(AttributeError):
        setattr(made, view, {})


READ_ONLY = ["id", "state", "channel", "skills", "priority", "arrived_at", "rank", "agent"]


@pytest.mark.parametrize("name", READ_ONLY)
def test_a_contact_cannot_be_written(name: str) -> None:
    view = contact_in("active").contacts["c"]
    with pytest.raises(AttributeError):
        setattr(view, name, None)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        view.contact.priority = 5  # type: ignore[misc]
    with pytest.raises(TypeError):
        view.skills["s"] = 1  # type: ignore[index]


@pytest.mark.parametrize("name", ["id", "presence", "capacity", "used", "free", "contacts"])
def test_an_agent_cannot_be_written(name: str) -> None:
    view = contact_in("active").agents["ana"]
    with pytest.raises(AttributeError):
        setattr(view, name, None)
    with pytest.raises(TypeError):
        view.limits["fax"] = 1  # type: ignore[index]
    with pytest.raises(TypeError):
        view.costs["fax"] = 1  # type: ignore[index]


def test_what_is_given_in_is_not_shared() -> None:
    """Later changes to the caller's own dicts and lists reach nothing."""
    skills, limits, attributes = {"s": 1}, {"fax": 1}, {"tags": ["x"]}
    agent = Agent("ana", skills=skills, limits=limits)
    contact = Contact("c", "fax", skills=skills, attributes=attributes)  # type: ignore[arg-type]
    skills["s"], limits["fax"] = 9, 0
    attributes["tags"].append("y")
    made = router(agent)
    made.submit(contact, at=0)
    assert made.contacts["c"].agent == "ana"
    assert made.contacts["c"].contact.attributes == {"tags": ["x"]}


def test_events_are_an_immutable_sequence() -> None:
    made = router()
    events: Any = made.submit(Contact("c", "fax"), at=0)
    with pytest.raises(TypeError):
        events[0] = None
    with pytest.raises(AttributeError):
        events.append(None)
    assert events[-1] == list(events)[-1]
    assert list(events[0:1]) == [events[0]]
    assert events == events[:]
    assert "Queued" in repr(events)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        events[0].at = 5
    with pytest.raises(IndexError):
        events[99]
    made.cancel("c", at=1)
    assert events[0].name == "queued"


def test_reprs_are_short_ascii_and_tell_no_secrets() -> None:
    made = router(Agent("Zo\u00eb"))
    secret = {"card": "4711"}
    made.submit(Contact("\u65e5", "fax", customer="Mrs X", attributes=secret), at=0)
    made.submit(Contact("w", "fax"), at=1)
    for thing in (made, made.contacts["\u65e5"], made.agents["Zo\u00eb"], made.contacts["w"]):
        assert repr(thing).isascii()
        assert len(repr(thing)) < 150
        assert "4711" not in repr(thing)
    assert repr(Router()) == (
        "<Router at -inf: 0 waiting, 0 deferred, 0 contacts, 0 agents, order arrival>"
    )
    assert "with 'Zo\\xeb'" in repr(made.contacts["\u65e5"])


@pytest.mark.parametrize("seed", range(5))
def test_statistics_are_the_counts_of_the_views(seed: int) -> None:
    play = busy_play(seed, 80)
    made = fast_router(play)
    for step in steps_of(play):
        fast_step(made, step)
        found = made.statistics()
        assert isinstance(found, Statistics)
        counts = dict.fromkeys(found.contacts, 0)
        for contact in made.contacts.values():
            counts[contact.state] += 1
        assert dict(found.contacts) == counts
        presences = [agent.presence for agent in made.agents.values()]
        assert {name: presences.count(name) for name in found.agents} == dict(found.agents)  # type: ignore[arg-type]
        assert found.entered == len(made.contacts)
        held = {name: agent.id for agent in made.agents.values() for name in agent.contacts}
        assert held == {c.id: c.agent for c in made.contacts.values() if c.agent is not None}
        places = [(c.rank, c.arrived_at, c.sequence) for c in made.queue]
        assert places == sorted(places)
        assert (found.timers == 0) == (made.next_timer is None)
    with pytest.raises(TypeError):
        found.contacts["waiting"] = 5  # type: ignore[index]
