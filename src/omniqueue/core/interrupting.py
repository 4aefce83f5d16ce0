"""Interrupting: work put aside for a contact that may interrupt it, and taken up again.

The rule is rule 15 of `play/README.md`.

An interrupted contact stays in its agent's hands and goes on using its cost towards all that may
not interrupt it: `AgentRow.free` counts it. What is worked out here is the other sum, of the work
that goes on; it is only asked where contacts are interrupted at all.
"""

from __future__ import annotations

from omniqueue.core.lifecycle import (
    ACTIVE,
    INTERRUPTED,
    leaving,
    move,
)
from omniqueue.core.rows import AgentRow, ContactRow, place
from omniqueue.core.state import State
from omniqueue.model.contact_events import Continued, Interrupted

_INTERRUPTED = leaving("another contact goes first", INTERRUPTED)
_CONTINUED = leaving("room again", ACTIVE)


def interrupt(state: State, agent: AgentRow, row: ContactRow) -> None:
    """Interrupt what must make way for a contact that is about to be given to an agent.

    In queue order, the work that the contact may interrupt is kept on while it fits beside it.
    Cost: O(contacts interrupted there); O(work in hand, sorted) where some must make way.
    """
    roster = state.roster
    room = _room_left(state, agent) - roster.cost(agent, row.lane.channel)
    if room >= 0:
        return
    interrupts = row.lane.channel.interrupts
    giving_way = [
        held
        for held in agent.holding
        if held.state == ACTIVE and interrupts & held.lane.channel.bit
    ]
    room += sum(roster.cost(agent, held.lane.channel) for held in giving_way)
    for held in sorted(giving_way, key=place):
        cost = roster.cost(agent, held.lane.channel)
        if cost <= room:
            room -= cost
        else:
            move(held, _INTERRUPTED, state.now)
            agent.interrupted[held] = None
            state.log.append((Interrupted, state.now, held.id, agent.id, row.id))


def go_on(state: State) -> None:
    """Continue interrupted contacts that fit again, of agents whose work has changed.

    Run at the end of matching. Cost: O(interrupted contacts of those agents, sorted).
    """
    roster = state.roster
    rooms: dict[AgentRow, int] = {}
    waiting: list[ContactRow] = []
    for agent in roster.stirred:
        if agent.interrupted:
            rooms[agent] = _room_left(state, agent)
            waiting += agent.interrupted
    roster.stirred.clear()
    for row in sorted(waiting, key=place):
        holder = row.agent
        assert holder is not None
        cost = roster.cost(holder, row.lane.channel)
        idle = len(holder.interrupted) == len(holder.holding)
        if cost <= rooms[holder] or idle:  # what is in hand goes on, even if it fits no more
            rooms[holder] -= cost
            move(row, _CONTINUED, state.now)
            del holder.interrupted[row]
            state.log.append((Continued, state.now, row.id, holder.id))


def _room_left(state: State, agent: AgentRow) -> int:
    """Return the capacity that the work that goes on leaves."""
    interrupted = (state.roster.cost(agent, row.lane.channel) for row in agent.interrupted)
    return agent.free + sum(interrupted)
