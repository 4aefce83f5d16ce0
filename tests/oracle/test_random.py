"""What must hold after every step of any play, checked on random ones."""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from oracle.generate import random_play
from oracle.generate_interrupting import interrupting_play
from oracle.generate_second_edition import second_edition_play
from oracle.naive_router import NaiveRouter, Refused
from oracle.naive_values import Json
from oracle.run_play import make_router, run_play


def state(router: NaiveRouter) -> list[object]:
    """Everything that can be seen of a router, but its counter."""
    contacts = [
        (c.id, c.state, c.channel.name, c.needs, c.priority, c.arrived_at, c.target_seconds,
         c.sequence, c.holder.id if c.holder else None, c.excluded, c.barred,
         vars(c.preference) if c.preference else None, c.expiry_fell_due)
        for c in router.contacts
    ]  # fmt: skip
    agents = [
        (a.id, a.as_event(), a.presence, a.stamp, a.misses, [c.id for c in a.work],
         a.taken, a.latest_taking, a.busy_seconds)
        for a in router.agents
    ]  # fmt: skip
    timers = [(t.due, t.made, t.kind, t.contact.id, t.agent_id) for t in router.timers]
    held = [(c.id, a.id) for c, a in router.reservations]
    return [router.now, router.stopped, contacts, agents, timers, held]


def check(router: NaiveRouter) -> None:
    """Nobody can take what waits; work and holders agree; matching again does nothing."""
    for contact in router.waiting_contacts():
        assert router.stopped or not router.takers(contact)
    held = {id(c) for agent in router.agents for c in agent.work}
    for contact in router.contacts:
        at_work = contact.state in ("offered", "active", "interrupted", "wrap_up")
        assert at_work == (contact.holder is not None) == (id(contact) in held)
        if contact.preference is not None:
            assert contact.state in ("waiting", "deferred")
        if contact.state in ("completed", "cancelled", "expired"):
            assert all(timer.contact is not contact for timer in router.timers)
    for contact, agent in router.reservations:
        assert contact.state in ("waiting", "offered")
        assert agent in router.agents
        assert contact.state == "offered" or router.could_take_empty(agent, contact)
    reserved = [agent.id for _, agent in router.reservations]
    assert len(set(reserved)) == len(reserved)
    for contact in router.contacts:
        if contact.state == "interrupted":  # somebody else has what it needs (rule 15d)
            holder = contact.holder
            assert holder is not None
            others = router.going_on(holder)
            assert others and not router.fits_beside(holder, contact, others)
    before = state(router)
    router.events = []
    router.settle()
    assert state(router) == before and not router.events


def let_in(router: NaiveRouter, most: int | None) -> None:
    """Let only so many contacts wait, in all and of each channel."""
    router.max_waiting = most
    for channel in router.channels.values():
        channel.max_waiting = most


def submit_goes(router: NaiveRouter, step: Json) -> bool:
    """Tell whether the contact, submitted without the limit, would go to an agent at once."""
    let_in(router, None)
    router.step(**step)
    return router.state_of(step["contact"]["id"]) in ("offered", "active")


@pytest.mark.parametrize("write", [random_play, interrupting_play, second_edition_play])
@pytest.mark.parametrize("seed", range(60))
def test_invariants(seed: int, write: Callable[[random.Random, int], Json]) -> None:
    """After every step; and a refused command is an `advance`."""
    play = write(random.Random(seed), 60)
    router = make_router(play)
    for agent in play["agents"]:
        router.step("add_agent", play["steps"][0]["at"], agent=agent)
    for step in play["steps"]:
        before = copy.deepcopy(router)
        try:
            router.step(**step)
        except Refused as refusal:
            if refusal.error_name == "TimeWentBackwardsError":
                assert state(router) == state(before)
                continue
            if refusal.error_name == "QueueFullError":
                assert not submit_goes(copy.deepcopy(before), step)
            assert before.step("advance", step["at"]) == refusal.events
            assert state(router) == state(before)
        else:
            limits = [channel.max_waiting for channel in before.channels.values()]
            if {before.max_waiting, *limits} != {None} and step["do"] == "submit":
                full = copy.deepcopy(before)
                full.step("advance", step["at"])
                let_in(full, 0)
                if submit_goes(copy.deepcopy(full), step):
                    full.step(**step)  # not refused, however full the queue
        check(router)


def test_large_world_holds_too() -> None:
    """The same checks, once, on a large world's end."""
    play = random_play(random.Random(1), 200, large=True)
    router = make_router(play)
    for agent in play["agents"]:
        router.step("add_agent", play["steps"][0]["at"], agent=agent)
    for step in play["steps"]:
        with suppress(Refused):
            router.step(**step)
    check(router)
    assert len({(c.channel.name, tuple(c.skills)) for c in router.contacts}) > 50


def test_generator_is_deterministic_fast_and_wide() -> None:
    """The same seed gives the same play; every command, event and error comes up."""
    assert random_play(random.Random(7), 50) == random_play(random.Random(7), 50)
    dos: set[str] = set()
    seen: set[str] = set()
    errors: list[str] = []
    started = time.perf_counter()
    for seed in range(200):
        play = random_play(random.Random(seed), 60)
        _, _, rejected, events = run_play(play)
        dos.update(step["do"] for step in play["steps"])
        seen.update(event["event"] for event in events)
        errors += [error for _, error in rejected]
    assert (time.perf_counter() - started) / 200 < 0.03
    assert len(dos) == 20
    assert len(seen) == 29
    assert len(set(errors)) == 9
    assert 0.05 < len(errors) / (200 * 60) < 0.18
