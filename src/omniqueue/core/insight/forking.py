"""Forking: an independent copy of a router's state that goes on exactly like the original.

What is immutable is shared (contacts as said, skills, channels, policies); what changes is made
anew, and what is worked out from it (lanes, heads, seats, masks) is worked out anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from omniqueue.core.agent_row import AgentRow
from omniqueue.core.contact_row import ContactRow, Details, contact_row, place
from omniqueue.core.endings import forget_now
from omniqueue.core.insight.certificate import certify
from omniqueue.core.lanes import join, lane_of, review_lanes, stand
from omniqueue.core.lifecycle import WAITING
from omniqueue.core.state import State
from omniqueue.core.timers import Timer

if TYPE_CHECKING:
    from collections.abc import Mapping


def fork(state: State) -> State:
    """Return an independent copy; observers and the index of positions are not copied.

    Cost: O(n log n) in contacts, agents and timers.
    """
    forget_now(state)
    twin = State(
        [row.channel for row in state.channels.values()],
        state.order,
        state.choice.selection,
        state.max_waiting,
        state.forget_seconds,
    )
    twin.now = state.now
    twin.sequence = state.sequence
    twin.replaced = state.replaced
    twin.counts = list(state.counts)
    twin.deferred = state.deferred
    twin.parked = state.parked
    agents = _agents(state, twin)
    rows = _contacts(state, twin)
    _timers(state, twin, rows)
    for agent, copied in agents.items():
        for held in agent.holding:
            rows[held].agent = copied
            twin.roster.load(copied, rows[held])
        if agent.reserved_for is not None:
            twin.roster.count_unreserved(copied, -1)
            copied.reserved_for = rows[agent.reserved_for]
            copied.reserved_for.detailed().reserved = copied
    _places(twin)
    twin.roster.stamp = state.roster.stamp
    twin.roster.stirred = {agents[agent]: None for agent in state.roster.stirred}
    for row, forget_at in state.ended.items():
        twin.ended[rows[row]] = forget_at
    for name, wishes in state.wishes.items():
        twin.wishes[name] = {rows[row]: None for row in wishes}
    twin.log.clear()  # a policy that failed has been reported when it did so first
    if state.certifier is not None:
        certify(twin, state.certifier.ids)
    return twin


def _agents(state: State, twin: State) -> dict[AgentRow, AgentRow]:
    roster = twin.roster
    agents: dict[AgentRow, AgentRow] = {}
    for row in state.roster.agents.values():
        profile, _ = roster.profile_for(row.agent)
        copied = agents[row] = AgentRow(row.agent, profile)
        copied.presence = row.presence
        copied.reason = row.reason
        copied.stamp = row.stamp
        copied.misses = row.misses
        roster.agents[row.id] = copied
        roster.recount(copied)
        roster.join_profile(copied, profile)
    return agents


def _contacts(state: State, twin: State) -> dict[ContactRow, ContactRow]:
    rows: dict[ContactRow, ContactRow] = {}
    for row in state.contacts.values():
        channel = twin.channels[row.lane.channel.name]
        skills = row.lane.skills
        lane = channel.lanes.get(skills) or lane_of(twin, channel, skills)
        copied = contact_row(row.contact, lane, row.rank, row.arrived_at, row.sequence)
        copied.state = row.state
        if row.details is not None:
            copied.details = _details(row.details)
        rows[row] = twin.contacts[row.id] = copied
    return rows


def _details(details: Details) -> Details:
    """Copy what is neither a timer nor a reservation, nor worked out when the contact stands."""
    copied = Details()
    copied.prefer_agent = details.prefer_agent
    copied.prefer_skip = details.prefer_skip
    copied.barred = details.barred
    copied.expiry_due = details.expiry_due
    copied.reserve_due = details.reserve_due
    copied.abandoned_at = details.abandoned_at
    return copied


def _timers(state: State, twin: State, rows: Mapping[ContactRow, ContactRow]) -> None:
    timers: dict[Timer | None, Timer] = {}
    for timer in state.timers.live():
        copied = timers[timer] = timer._replace(row=rows[timer.row])
        twin.timers.heap.append(copied)  # in order: a heap
    twin.timers.alive = set(state.timers.alive)
    twin.timers.made = state.timers.made
    twin.timers.wake = state.timers.wake
    for row, copied_row in rows.items():
        copied_row.timer = timers.get(row.timer)
        details, new = row.details, copied_row.details
        if details is None or new is None:
            continue
        new.prefer_timer = timers.get(details.prefer_timer)
        new.expiry = timers.get(details.expiry)
        new.reserve_timer = timers.get(details.reserve_timer)
        new.relaxation = [timers[timer] for timer in details.relaxation]
        new.excluded = {name: timers[timer] for name, timer in details.excluded.items()}


def _places(twin: State) -> None:
    review_lanes(twin)
    waiting = [row for row in twin.contacts.values() if row.state == WAITING]
    for row in sorted(waiting, key=place):
        if row.details is None:
            join(twin, row)
        else:
            stand(twin, row)
    for agent in twin.roster.agents.values():
        twin.roster.seat(agent)
