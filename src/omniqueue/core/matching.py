"""Matching: the first contact in queue order that an agent can take, to the agent ranked first.

The complete rule is kept by looking only where something changed. Between commands no waiting
contact can be taken by anyone, so after one only the agents it freed and the contacts it let
wait can meet anybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from omniqueue.core.contact_row import place
from omniqueue.core.lifecycle import WAITING
from omniqueue.core.offers import give
from omniqueue.core.reservations import any_overdue, reserve_overdue, review_reservations
from omniqueue.core.seeking import best_agent, first_contact

if TYPE_CHECKING:
    from omniqueue.core.agent_row import AgentRow
    from omniqueue.core.contact_row import ContactRow
    from omniqueue.core.state import State


def settle(state: State, agents: list[AgentRow], rows: list[ContactRow]) -> None:
    """Match until nobody who waits can be taken.

    Args:
        state: the router's.
        agents: those whom the command or timer freed, seated.
        rows: the contacts that it let wait, standing.
    """
    if state.suspects:
        agents = agents + review_reservations(state)
    if not any_overdue(state):
        if not rows and len(agents) == 1:
            _serve(state, agents[0])
            return
        if not agents and len(rows) == 1:
            _place(state, rows[0])
            return
    _settle_all(state, agents, rows)


def _serve(state: State, agent: AgentRow) -> None:
    """Give the freed agent what it can take, in queue order."""
    while True:
        row = first_contact(state, agent)
        if row is None:
            return
        freed = give(state, agent, row)
        if freed:
            _settle_all(state, [agent, *freed], [])
            return


def _place(state: State, row: ContactRow) -> None:
    """Give the contact that came to wait to the best agent who can take it."""
    agent = best_agent(state, row) if row.state == WAITING else None
    if agent is not None:
        freed = give(state, agent, row)
        if freed:
            _settle_all(state, freed, [])


def _settle_all(state: State, agents: list[AgentRow], rows: list[ContactRow]) -> None:
    """Match in general: several agents, several contacts, reservations to be made."""
    agents = list(agents)
    while True:
        row, agent = _first_takable(state, agents, rows)
        if reserve_overdue(state, before=row):
            continue  # an agent was reserved: who can be taken may have changed
        if row is None:
            return
        assert agent is not None
        agents += give(state, agent, row)


def _first_takable(
    state: State, agents: list[AgentRow], rows: list[ContactRow]
) -> tuple[ContactRow | None, AgentRow | None]:
    """Return the first waiting contact that anybody can take, and the agent ranked first."""
    found: ContactRow | None = None
    for agent in agents:
        row = first_contact(state, agent)
        if row is not None and (found is None or place(row) < place(found)):
            found = row
    for row in rows:
        if row.state == WAITING and (found is None or place(row) < place(found)):
            if best_agent(state, row) is not None:
                found = row
    return found, None if found is None else best_agent(state, found)
