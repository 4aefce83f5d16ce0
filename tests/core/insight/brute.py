"""What the brute force says is in the way between a contact and an agent, by its own picture."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

import pytest

from omniqueue import Router
from omniqueue.core.insight.obstacles import OBSTACLES
from oracle.generate import random_play
from oracle.generate_interrupting import interrupting_play
from oracle.generate_second_edition import second_edition_play
from oracle.run_play import make_router
from oracle.side_by_side import fast_router, fast_step, naive_step, steps_of

Writer = Callable[..., dict[str, Any]]

WRITERS: tuple[Writer, ...] = (random_play, interrupting_play, second_edition_play)
of_both_kinds = pytest.mark.parametrize("write", WRITERS)


def reached(seed: int, steps: int, write: Writer = random_play) -> tuple[Router, Any]:
    """Both routers after a random play."""
    play = write(random.Random(seed), steps)
    fast, naive = fast_router(play), make_router(play)
    for step in steps_of(play):
        fast_step(fast, step)
        naive_step(naive, step)
    return fast, naive


def at_the_time_of(naive: Any, step: dict[str, Any]) -> Any:
    """A copy of the brute force in which a command's timers have fired, and no more."""
    tried = copy.deepcopy(naive)
    naive_step(tried, {"at": step["at"], "do": "advance"})
    return tried


def brute_causes(naive: Any, agent: Any, contact: Any) -> list[str]:
    """All that is in the way, in the fixed order."""
    channel, cost = contact.channel, naive.cost(agent, contact)
    not_counted = naive.not_counted(agent, contact)
    in_way = [held for held in agent.work if held not in not_counted]
    used = naive.total(agent, in_way)
    same = sum(held.channel is channel for held in agent.work)
    preferred = None if contact.preference is None else contact.preference.agent_id
    holds = {
        "offline": agent.presence == "offline",
        "away": agent.presence == "away",
        "channel": agent.channels is not None and channel.name not in agent.channels,
        "skill": not naive.meets_all(agent, contact),
        "capacity": cost > agent.capacity,
        "room": bool(in_way) and used + cost > max(agent.capacity, cost),
        "limit": channel.name in agent.limits and same >= agent.limits[channel.name],
        "unwanted": agent.id in contact.not_agents,
        "barred": contact.barred == agent.id,
        "excluded": agent.id in contact.excluded,
        "reserved": any(a is agent and c is not contact for c, a in naive.reservations),
        "preference": preferred not in (None, agent.id),
        "deferred": contact.state == "deferred",
        "stopped": naive.stopped,
    }
    assert tuple(holds) == OBSTACLES
    return [cause for cause, there in holds.items() if there]


def brute_queue_for(naive: Any, agent: Any) -> list[str]:
    """Whom the agent would take, ready and done with its work; first whom it is kept free for."""
    able = []
    for contact in naive.waiting_contacts():
        wishes = contact.preference is None or contact.preference.agent_id == agent.id
        refused = agent.id in contact.excluded or agent.id == contact.barred
        if wishes and not refused and naive.could_serve_empty(agent, contact):
            able.append(contact)
    able.sort(key=lambda contact: naive.own_place(agent, contact))
    kept_for = [c for c, a in naive.reservations if a is agent]
    return [c.id for c in able if c in kept_for] + [c.id for c in able if c not in kept_for]
