"""Presence: an agent becomes ready, goes away or goes offline (rule 9 of play/README.md)."""

from __future__ import annotations

from omniqueue.core.lanes import review_lanes, review_servable
from omniqueue.core.lifecycle import OFFERED, TAKEN, WRAP_UP
from omniqueue.core.offers import (
    back_to_queue,
    end_work,
    finish_wrap_up,
    revoke,
)
from omniqueue.core.preferences import lift_preference
from omniqueue.core.rows import AgentRow, ContactRow, place
from omniqueue.core.state import State
from omniqueue.model.agent import Presence
from omniqueue.model.agent_events import PresenceSet


def change_presence(state: State, agent: AgentRow, presence: Presence, reason: str | None) -> None:
    """Write the presence and what is counted by it; say so."""
    roster = state.roster
    ready, signed_in = roster.ready, roster.signed_in
    was_offline = agent.presence == "offline"
    roster.count_present(agent, -1)
    roster.count_unreserved(agent, -1)
    agent.presence = presence
    roster.moves += 1
    agent.reason = reason
    agent.since = state.now
    roster.count_present(agent, +1)
    roster.count_unreserved(agent, +1)
    if agent.reserved_for is not None:
        state.suspects.append(agent.reserved_for)
    if presence == "ready":
        agent.misses = 0
        roster.renew_stamp(agent)
    if was_offline:
        roster.come_in(agent)
    roster.unseat(agent)
    if roster.ready != ready:
        review_lanes(state)
    if roster.signed_in != signed_in:
        review_servable(state)
    state.log.append((PresenceSet, state.now, agent.id, presence, reason))


def go_away(
    state: State, agent: AgentRow, reason: str | None
) -> tuple[list[AgentRow], list[ContactRow]]:
    """Set an agent away: offers are taken back, work goes on.

    Returns:
        Agents that reservations of expired contacts freed, and contacts that wait again.
    """
    change_presence(state, agent, "away", reason)
    agents: list[AgentRow] = []
    rows = sorted((row for row in agent.holding if row.state == OFFERED), key=place)
    for row in rows:
        revoke(state, row)
        agents += back_to_queue(state, row, "agent away")
    return agents, rows + _end_wishes(state, agent)


def go_offline(
    state: State, agent: AgentRow, reason: str | None
) -> tuple[list[AgentRow], list[ContactRow]]:
    """Sign an agent off: its offers and contacts go back to their places, wrap-ups end."""
    change_presence(state, agent, "offline", reason)
    agents: list[AgentRow] = []
    held = sorted(agent.holding, key=place)
    rows = [row for row in held if row.state == OFFERED or row.state in TAKEN]
    for row in rows:
        if row.state == OFFERED:
            revoke(state, row)
        else:
            end_work(state, row)
        agents += back_to_queue(state, row, "agent offline")
    for row in held:
        if row.state == WRAP_UP:
            finish_wrap_up(state, row, "agent offline")
    return agents, rows + _end_wishes(state, agent)


def _end_wishes(state: State, agent: AgentRow) -> list[ContactRow]:
    """End the preferences for an agent who is ready no more, save those that wait on."""
    rows = [
        row
        for row in state.wishes.get(agent.id, ())
        if row.details is not None and row.details.prefer_skip
    ]
    rows.sort(key=place)
    for row in rows:
        lift_preference(state, row)
    return rows
