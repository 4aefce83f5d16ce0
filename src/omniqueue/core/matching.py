"""Matching: the first contact in queue order that an agent can take, to the agent ranked first.

The complete rule is kept by looking only where something changed. Between commands no waiting
contact can be taken by anyone, so after one only the agents it freed and the contacts it let
wait can meet anybody.
"""

from __future__ import annotations

from omniqueue.core.interrupting import go_on, interrupt
from omniqueue.core.lanes import LONG_WALK, first_marked, follow_head, join, mark_heads, serves
from omniqueue.core.lifecycle import (
    ACTIVE,
    WAITING,
    leaving,
    move,
)
from omniqueue.core.offers import give, offer
from omniqueue.core.reservations import any_overdue, reserve_overdue, review_reservations
from omniqueue.core.rows import NOWHERE, AgentRow, ContactRow, place
from omniqueue.core.seeking import best_agent, first_contact, first_in_turn
from omniqueue.core.state import State
from omniqueue.model.contact_events import Assigned

_TAKEN = leaving("matched", ACTIVE)


def settle(state: State, agents: list[AgentRow], rows: list[ContactRow]) -> None:
    """Match until nobody who waits can be taken; then interrupted contacts go on that fit.

    Args:
        state: the router's.
        agents: those whom the command or timer freed; they need no seat yet.
        rows: the contacts that it let wait, standing.
    """
    _match(state, agents, rows)
    if state.roster.stirred:
        go_on(state)


def _match(state: State, agents: list[AgentRow], rows: list[ContactRow]) -> None:
    if state.suspects:
        for agent in agents:  # they too may be able to take what lost its reservation
            state.roster.seat(agent)
        agents = agents + review_reservations(state)
    if not any_overdue(state):
        if not rows and len(agents) == 1:
            serve(state, agents[0])
            return
        if not agents and len(rows) == 1:
            _place(state, rows[0])
            return
        if not agents and not rows:
            return
        if len(agents) == len(rows) == 1 and (
            rows[0].state != WAITING or best_agent(state, rows[0]) is None
        ):  # a contact comes back and nobody but perhaps the agent, unseated, can take it
            serve(state, agents[0])
            return
    _settle_all(state, agents, rows)


def serve(state: State, agent: AgentRow) -> None:
    """Give a freed agent what it can take, in queue order, then seat it among the free.

    Valid only while no contact is overdue without a reservation. The agent needs no seat
    before: one who goes from contact to contact in a backlog never touches a heap.
    """
    roster = state.roster
    if agent.seat is not None:
        roster.unseat(agent)
    if agent.presence != "ready":
        return
    while agent.free > 0 or agent.crowd is not None:
        if agent.reserved_for is not None or state.preferring or state.certifier is not None:
            if not _serve_one(state, agent, first_contact(state, agent)):
                return
            continue
        shape = agent.profile.by_load.get(agent.free) if agent.crowd is None else None
        if shape is None:
            shape = roster.shape_for(agent)
            if shape is None:
                return
        marks = shape.room.marks
        if marks is None:
            number = shape.number
            index = 0
            for head in state.heads:
                known = head[3].serves[number]
                if known and (known == 1 or serves(head[3], shape)):
                    break
                index += 1
            if index > LONG_WALK:
                mark_heads(state, shape.room, index)
        else:
            index = first_marked(state, shape, marks)
        if index == len(state.heads):
            roster.seat_in(agent, shape)
            return
        lane = state.heads[index][3]
        line = lane.line
        if not line or line[0].details is not None or lane.early or lane.solo:
            row = lane.first()
            if row is None or row.refuses(agent.id):
                row = first_contact(state, agent)
            if not _serve_one(state, agent, row):
                return
            continue
        first = line.popleft()
        first.where = NOWHERE
        state.waiting -= 1
        follow_head(state, lane, index)
        channel = lane.channel
        if channel.settings.offer_seconds is not None:
            offer(state, agent, first, channel.settings.offer_seconds)
        elif agent.limited:
            _assign(state, agent, first)
        else:  # the same, in place: this is where most contacts pass
            first.state = _TAKEN[first.state]  # `move` in place
            first.agent = agent
            agent.misses = 0
            agent.stamp = roster.stamp = roster.stamp + 1
            agent.holding[first] = None
            agent.free -= channel.settings.cost
            state.log.append((Assigned, state.now, first.id, agent.id, False))


def _serve_one(state: State, agent: AgentRow, row: ContactRow | None) -> bool:
    """Give a freed agent a contact that is not plain; tell whether there may be more for it."""
    if row is None:
        state.roster.seat(agent)
        return False
    freed = give(state, agent, row)
    if freed:
        _settle_all(state, [agent, *freed], [])
    return not freed


def _assign(state: State, agent: AgentRow, row: ContactRow) -> None:
    """Let an agent without a seat take a contact without details: `take` for the many."""
    if agent.limited and state.roster.interrupting:
        interrupt(state, agent, row)
    move(row, _TAKEN)
    row.agent = agent
    agent.misses = 0
    roster = state.roster
    agent.stamp = roster.stamp = roster.stamp + 1
    if agent.limited:
        roster.load(agent, row)
    else:
        agent.holding[row] = None
        agent.free -= row.lane.channel.settings.cost
    state.log.append((Assigned, state.now, row.id, agent.id, False))


def place_new(state: State, row: ContactRow) -> None:
    """Give a new contact without details to the best agent who can take it.

    Valid only while no contact is overdue without a reservation, and somebody can.
    """
    if row.lane.channel.settings.offer_seconds is not None:
        join(state, row)
        _place(state, row)
        return
    agent = first_in_turn(state, row.lane) or best_agent(state, row)
    assert agent is not None
    state.roster.unseat(agent)
    _assign(state, agent, row)
    if agent.free > 0 or agent.crowd is not None:
        state.roster.seat(agent)


def _place(state: State, row: ContactRow) -> None:
    """Give the contact that came to wait to the best agent who can take it."""
    agent = best_agent(state, row) if row.state == WAITING else None
    if agent is not None:
        freed = give(state, agent, row)
        state.roster.seat(agent)
        if freed:
            _settle_all(state, freed, [])


def _settle_all(state: State, agents: list[AgentRow], rows: list[ContactRow]) -> None:
    """Match in general: several agents, several contacts, reservations to be made."""
    agents = list(agents)
    rows = sorted(rows, key=place, reverse=True)  # the first is last, to be popped
    for agent in agents:
        state.roster.seat(agent)
    while True:
        match = _first_takable(state, agents, rows)
        if reserve_overdue(state, before=None if match is None else match[0]):
            continue  # an agent was reserved: who can be taken may have changed
        if match is None:
            return
        row, taker = match
        freed = give(state, taker, row)
        for agent in (taker, *freed):
            state.roster.seat(agent)
        agents += freed


def _first_takable(
    state: State, agents: list[AgentRow], rows: list[ContactRow]
) -> tuple[ContactRow, AgentRow] | None:
    """Return the first waiting contact that anybody can take, and the agent ranked first.

    Rows that nobody can take are dropped: from here on agents only get fuller, and one that a
    reservation sets free is among `agents`, who find any contact.
    """
    found: ContactRow | None = None
    for agent in agents:
        row = first_contact(state, agent)
        if row is not None and (found is None or place(row) < place(found)):
            found = row
    while rows and (found is None or place(rows[-1]) < place(found)):
        row = rows[-1]
        taker = best_agent(state, row) if row.state == WAITING else None
        if taker is not None:
            return row, taker
        rows.pop()
    if found is None:
        return None
    taker = best_agent(state, found)
    assert taker is not None
    return found, taker
