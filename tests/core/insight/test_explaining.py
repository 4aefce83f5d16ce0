"""`explain` is never wrong: what it says is in the way, once gone, lets the contact be taken."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from core.insight.brute import (
    WRITERS,
    Writer,
    brute_causes,
    brute_queue_for,
    of_both_kinds,
    reached,
)
from omniqueue import Agent, Assigned, Channel, Contact, Offered, Router
from omniqueue.core.insight.obstacles import OBSTACLES
from omniqueue.errors import IllegalTransitionError
from omniqueue.insight import Obstacle
from oracle.generate_second_edition import second_edition_play
from oracle.run_play import make_router
from oracle.side_by_side import fast_router, fast_step, naive_step, steps_of

QUEUED = ("waiting", "deferred")


def in_way(made: Router, contact: str, agent: str) -> tuple[Obstacle, ...]:
    [found] = [e for e in made.explain(contact, agents=True).agents if e.agent == agent]
    return found.obstacles


def taker(made: Router, contact: str) -> str | None:
    """Who has it; another may have interrupted it by now."""
    view = made.contacts[contact]
    return view.agent if view.state in ("offered", "active", "interrupted") else None


# ------------------------------------------------------------ against the brute force


@of_both_kinds
@pytest.mark.parametrize("block", range(5))
def test_no_obstacle_exactly_where_the_brute_force_finds_none(block: int, write: Writer) -> None:
    """Every agent and every contact in the queue, after every step of random plays."""
    pairs = 0
    for seed in range(7000 + block * 10, 7010 + block * 10):
        play = write(random.Random(seed), 50)
        fast, naive = fast_router(play), make_router(play)
        for step in steps_of(play):
            fast_step(fast, step)
            naive_step(naive, step)
            pairs += compare(fast, naive)
    assert pairs > 1000


def compare(fast: Router, naive: Any) -> int:
    pairs = 0
    for contact in naive.contacts:
        if contact.state not in QUEUED:
            continue
        told = fast.explain(contact.id, agents=True)
        assert [each.agent for each in told.agents] == [agent.id for agent in naive.agents]
        for agent, found in zip(naive.agents, told.agents, strict=True):
            causes = list(dict.fromkeys(each.cause for each in found.obstacles))
            assert causes == brute_causes(naive, agent, contact), (contact.id, agent.id)
            takable = contact.state == "waiting" and naive.can_take(agent, contact)
            assert (causes in ([], ["stopped"])) == takable
            assert causes, "between commands there is always something in the way"
            pairs += 1
        firsts = [found.obstacles[0].cause for found in told.agents]
        counted: dict[str, int] = {}
        for group in told.groups:
            assert group.agents == sum(each.agents for each in group.causes)
            for each in group.causes:
                counted[each.cause] = counted.get(each.cause, 0) + each.agents
        assert counted == {cause: firsts.count(cause) for cause in firsts}
        assert told.lines
        assert told.to_dict()["text"] == list(told.lines)
    return pairs


# ------------------------------------------------------------ by doing what it says


def alone(made: Router, contact: str, agent: str) -> Router:
    """A copy in which the contact is the only one in the queue, and only that agent can work."""
    tried = made.fork()
    at = tried.now
    for other in list(tried.agents):
        if other != agent:
            tried.set_presence(other, "away", at=at)
    while True:
        others = [
            view.id
            for view in tried.contacts.values()
            if view.id != contact and view.state in (*QUEUED, "offered")
        ]
        if not others:
            return tried
        tried.cancel(others[0], at=at)


def remedy(made: Router, contact: str, agent: str, found: Obstacle, *, grow: bool) -> None:
    """Do the single thing that takes this obstacle away: make the agent larger, or end work."""
    at = made.now
    said = made.agents[agent].agent
    channel = made.contacts[contact].channel
    if found.cause in ("offline", "away"):
        made.set_presence(agent, "ready", at=at)
    elif found.cause == "channel":
        assert found.other == channel
        made.update_agent(agent, channels=[*(said.channels or ()), channel], at=at)
    elif found.cause == "skill" and found.any_of is not None:
        name, level = found.any_of.pairs[0]
        made.update_agent(agent, skills={**said.skills, name: level}, at=at)
    elif found.cause == "skill":
        assert found.skill is not None
        assert found.needed is not None
        made.update_agent(agent, skills={**said.skills, found.skill: found.needed}, at=at)
    elif found.cause == "capacity":
        assert found.needed is not None
        made.update_agent(agent, capacity=found.needed, at=at)
    elif found.cause == "limit" and (grow or found.held == 0):
        assert found.needed is not None
        made.update_agent(agent, limits={**said.limits, channel: found.needed}, at=at)
    elif found.cause == "room" and grow:
        assert found.needed is not None
        assert found.held is not None
        made.update_agent(agent, capacity=said.capacity - found.held + found.needed, at=at)
    elif found.cause in ("room", "limit"):
        assert found.work
        for held in found.work:
            end_work(made, held, at)
    elif found.cause == "stopped":
        made.start_matching(at=at)
    elif found.cause == "barred" or (found.cause == "excluded" and found.until is None):
        made.assign(contact, agent, at=at)  # what alone gets past it
    elif found.cause == "reserved":
        assert found.other is not None
        made.cancel(found.other, at=at)
    else:
        assert found.cause in ("excluded", "preference", "deferred")
        if found.until is None:
            assert found.cause == "deferred"
            made.release(contact, at=at)
        else:
            made.advance(at=found.until)


def end_work(made: Router, held: str, at: float) -> None:
    """End the work on a contact, if it is not over by now."""
    state = made.contacts[held].state
    if state == "offered":
        made.cancel(held, at=at)
    elif state in ("active", "interrupted"):
        made.complete(held, at=at, wrap_up_seconds=0)
    elif state == "wrap_up":
        made.finish_wrap_up(held, at=at)


def play_out(made: Router, contact: str, agent: str, *, grow: bool = False) -> list[str]:
    """Take one obstacle after the other away, until the agent has the contact."""
    tried = alone(made, contact, agent)
    gone: list[str] = []
    if tried.contacts[contact].state not in QUEUED:
        return gone  # somebody took it while the others went
    while tried.contacts[contact].state in QUEUED:
        several = in_way(tried, contact, agent)
        first = several[0]  # there is one, for it is not taken
        gone.append(first.cause)
        assert len(gone) < 30
        if first.cause == "unwanted":
            with pytest.raises(IllegalTransitionError):
                tried.assign(contact, agent, at=tried.now)
            return gone  # nothing helps
        remedy(tried, contact, agent, first, grow=grow)
        tried.check()
        if tried.contacts[contact].state not in QUEUED:
            break
        left = in_way(tried, contact, agent)
        assert first not in left
        if first.until is None:  # no time has passed: this obstacle is gone, and no other came
            assert left
            assert {each.cause for each in left} <= {each.cause for each in several}
    if tried.contacts[contact].state != "expired":  # it may have been too long
        assert taker(tried, contact) == agent, (contact, agent, gone)
    return gone


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 10**6), steps=st.integers(10, 70), write=st.sampled_from(WRITERS))
def test_doing_what_it_says_lets_the_agent_have_the_contact(
    seed: int, steps: int, write: Writer
) -> None:
    made, _ = reached(seed, steps, write)
    before = made.snapshot()
    for view in list(made.contacts.values()):
        if view.state in QUEUED:
            for agent in list(made.agents):
                play_out(made, view.id, agent, grow=seed % 2 == 0)
    assert made.snapshot() == before  # and nothing has changed


@of_both_kinds
def test_every_kind_of_obstacle_is_met_and_taken_away(write: Writer) -> None:
    """The random states are rich enough to say something."""
    met: dict[str, int] = {}
    for seed in range(120, 200):
        made, _ = reached(seed, 60, write)
        for view in list(made.contacts.values()):
            if view.state in QUEUED:
                for agent in list(made.agents):
                    for cause in play_out(made, view.id, agent):
                        met[cause] = met.get(cause, 0) + 1
    rare = {"reserved"}  # cancelling the others ends those; they have a test of their own
    if write is not second_edition_play:
        rare |= {"unwanted", "stopped"}
    assert set(met) >= set(OBSTACLES) - rare, met


def test_a_reservation_is_named_and_its_end_frees_the_agent() -> None:
    made = Router(channels=[Channel("phone", cost=2, reserve_seconds=5), Channel("chat")])
    made.add_agent(Agent("ana", capacity=2), at=0)
    made.submit(Contact("chat-0", "chat"), at=0)
    made.submit(Contact("call", "phone"), at=0)
    made.submit(Contact("chat-1", "chat", arrived_at=0), at=6)
    assert made.agents["ana"].reserved_for == "call"
    assert [e.cause for e in in_way(made, "call", "ana")] == ["room"]
    [found] = in_way(made, "chat-1", "ana")
    assert (found.cause, found.other) == ("reserved", "call")
    assert "reserved for call" in made.explain("chat-1").text
    assert [contact.id for contact in made.queue_for("ana")] == ["call", "chat-1"]
    made.cancel("call", at=7)
    assert taker(made, "chat-1") == "ana"


# ------------------------------------------------------------ agents


@of_both_kinds
def test_an_idle_agent_is_explained_by_all_that_wait(write: Writer) -> None:
    for seed in range(40):
        made, _ = reached(seed, 60, write)
        waiting = [view.id for view in made.queue]
        for agent in made.agents:
            told = made.explain_agent(agent)
            firsts = [in_way(made, contact, agent)[0] for contact in waiting]
            assert told.waiting == len(waiting) == sum(e.contacts for e in told.causes)
            for each in told.causes:
                same = [i for i, first in enumerate(firsts) if first.cause == each.cause]
                assert len(same) == each.contacts
                assert each.example == waiting[same[0]]
                assert each.obstacle == firsts[same[0]]
            held = told.contacts
            states = [made.contacts[name].state for name in held]
            pairs = zip(held, states, strict=True)
            assert told.interrupted == tuple(n for n, state in pairs if state == "interrupted")
            assert told.lines[0].startswith(f"{agent} at ")
            assert told.to_dict()["text"] == list(told.lines)


@of_both_kinds
def test_the_queue_of_an_agent_is_that_of_the_brute_force(write: Writer) -> None:
    found = 0
    for seed in range(100):
        made, naive = reached(seed, 60, write)
        for agent in naive.agents:
            queue = [view.id for view in made.queue_for(agent.id, 1000)]
            assert queue == brute_queue_for(naive, agent), (seed, agent.id)
            found += len(queue)
    assert found > 100


@of_both_kinds
def test_the_queue_of_an_agent_is_what_it_takes_one_after_the_other(write: Writer) -> None:
    taken_in_all = 0
    for seed in range(120):
        made, _ = reached(seed, 60, write)
        for agent in made.agents:
            tried = made.fork()
            tried.start_matching(at=tried.now)
            for other in list(tried.agents):
                tried.set_presence(other, "away", at=tried.now)
            for view in list(tried.contacts.values()):
                if view.agent == agent:
                    end_work(tried, view.id, tried.now)
            expected = [view.id for view in tried.queue_for(agent, 1000)]
            assert [view.id for view in tried.queue_for(agent, 2)] == expected[:2]
            events = tried.set_presence(agent, "ready", at=tried.now)
            given = [e.contact for e in events if isinstance(e, Offered | Assigned)]
            assert given[:1] == expected[:1], (seed, agent)
            assert [name for name in expected if name in given] == given
            taken_in_all += len(given)
    assert taken_in_all > 50


@of_both_kinds
def test_a_hopeless_contact_is_taken_by_nobody_signed_in_whatever_they_do(
    write: Writer,
) -> None:
    """All ready, all work over, all time of its relaxations gone by; and the others are taken."""
    hopeless = taken = 0
    for seed in range(50):
        made, _ = reached(seed, 60, write)
        for view in list(made.contacts.values()):
            if view.state not in QUEUED:
                continue
            told = made.explain(view.id)
            tried = made.fork()
            for agent in list(tried.agents):
                if tried.agents[agent].presence == "offline":
                    tried.remove_agent(agent, at=tried.now)
            taker_found = any(is_taken(tried.fork(), view.id, agent) for agent in tried.agents)
            if told.hopeless:
                hopeless += 1
                assert not taker_found, (seed, view.id)
            else:
                taken += taker_found
    assert hopeless > 10
    assert taken > 10


def is_taken(made: Router, contact: str, agent: str) -> bool:
    tried = alone(made, contact, agent)
    tried.start_matching(at=tried.now)
    tried.set_presence(agent, "ready", at=tried.now)
    if tried.contacts[contact].state == "deferred":
        tried.release(contact, at=tried.now)
    while True:
        for held in [view.id for view in tried.contacts.values() if view.agent == agent]:
            if held != contact:
                end_work(tried, held, tried.now)
        if tried.contacts[contact].state not in QUEUED:
            return taker(tried, contact) is not None
        if tried.next_timer is None:
            return False
        tried.advance(at=tried.next_timer)
