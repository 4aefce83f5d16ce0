"""Preferences: a contact that waits for one agent for a while (rule 4 of play/README.md)."""

from __future__ import annotations

from omniqueue.core.lanes import leave, stand
from omniqueue.core.lifecycle import WAITING
from omniqueue.core.rows import PREFERENCE, AgentRow, ContactRow
from omniqueue.core.state import State
from omniqueue.model.contact import Preference
from omniqueue.model.contact_events import PreferenceEnded, Preferred


def wanted_agent(state: State, row: ContactRow, prefer: Preference | None) -> AgentRow | None:
    """Return the agent worth waiting for, or None: unknown, unable, barred, or not ready."""
    if prefer is None:
        return None
    agent = state.roster.agents.get(prefer.agent)
    if agent is None or not state.roster.could_take_if_empty(agent, row.lane):
        return None
    if row.details is not None and row.details.barred == agent.id:
        return None
    if row.does_not_want(agent.id):
        return None
    if agent.presence != "ready" and prefer.skip_if_away:
        return None
    return agent


def start_preference(state: State, row: ContactRow, prefer: Preference | None) -> None:
    """Start a preference if its agent is worth waiting for; the contact stands nowhere yet."""
    agent = wanted_agent(state, row, prefer)
    if agent is None or prefer is None:
        return
    details = row.detailed()
    details.prefer_agent = agent.id
    details.prefer_skip = prefer.skip_if_away
    until = state.now + prefer.seconds
    details.prefer_timer = state.timers.start(until, PREFERENCE, row)
    state.wishes.setdefault(agent.id, {})[row] = None
    state.log.append((Preferred, state.now, row.id, agent.id, until, prefer.skip_if_away))


def stop_preference(state: State, row: ContactRow) -> None:
    """End a preference of a contact that stands nowhere; nothing if none runs."""
    details = row.details
    if details is None or details.prefer_agent is None:
        return
    state.timers.cancel(details.prefer_timer)
    wishes = state.wishes[details.prefer_agent]
    del wishes[row]
    if not wishes:
        del state.wishes[details.prefer_agent]
    details.prefer_agent = details.prefer_timer = None


def lift_preference(state: State, row: ContactRow) -> None:
    """End a running preference and say so; a waiting contact stands among all again."""
    details = row.details
    assert details is not None
    assert details.prefer_agent is not None
    agent_id = details.prefer_agent
    waiting = row.state == WAITING
    if waiting:
        leave(state, row)
    stop_preference(state, row)
    if waiting:
        stand(state, row)
    state.log.append((PreferenceEnded, state.now, row.id, agent_id))
