"""Offers and assignments: how a contact goes to an agent, and how it comes back.

Functions that change a load unseat the agent first; matching, which every command ends with,
seats it again by what it has room for then.
"""

from __future__ import annotations

from omniqueue.core.endings import (
    end,
    expire,
)
from omniqueue.core.interrupting import interrupt
from omniqueue.core.lanes import bring_back, leave, stand
from omniqueue.core.lifecycle import (
    ACTIVE,
    COMPLETED,
    OFFERED,
    WAITING,
    leaving,
    move,
)
from omniqueue.core.preferences import stop_preference
from omniqueue.core.reservations import drop_reservation
from omniqueue.core.rows import OFFER, RETRY, AgentRow, ContactRow, Details
from omniqueue.core.state import State
from omniqueue.model.contact_events import (
    Assigned,
    Offered,
    OfferRevoked,
    Released,
    Requeued,
    WrapUpEnded,
)

_OFFERED = leaving("matched", OFFERED)


def give(state: State, agent: AgentRow, row: ContactRow) -> list[AgentRow]:
    """Give a waiting contact to an agent by matching: offered, or taken at once.

    Returns:
        The agent who was reserved for the contact, if it was taken.
    """
    if state.certifier is not None:
        state.certifier.certify(state, agent, row)
    leave(state, row)
    offer_seconds = row.lane.channel.offer_seconds
    if offer_seconds is None:
        return take(state, agent, row, "matched")
    stop_preference(state, row)
    state.roster.unseat(agent)
    offer(state, agent, row, offer_seconds)
    return []


def offer(state: State, agent: AgentRow, row: ContactRow, offer_seconds: float) -> None:
    """Offer a contact that stands nowhere to an agent without a seat."""
    if agent.limited and state.roster.interrupting:
        interrupt(state, agent, row)
    until = state.now + offer_seconds
    move(row, _OFFERED, state.now)
    row.agent = agent
    row.timer = state.timers.start(until, OFFER, row)
    state.roster.moves += 1
    state.log.append((Offered, state.now, row.id, agent.id, until))
    if agent.limited:
        state.roster.load(agent, row)
    else:
        agent.holding[row] = None
        agent.free -= row.lane.channel.cost


def take(state: State, agent: AgentRow, row: ContactRow, cause: str) -> list[AgentRow]:
    """Assign a contact that stands nowhere to an agent: matched, accept or assign (by hand).

    Returns:
        The agent who was reserved for the contact, if one was.
    """
    roster = state.roster
    roster.unseat(agent)
    offered = row.state == OFFERED
    if not offered and roster.interrupting:
        interrupt(state, agent, row)
    move(row, leaving(cause, ACTIVE), state.now)
    if row.answered_at is None:
        row.answered_at = state.now
    row.agent = agent
    if not offered:
        roster.load(agent, row)
    else:
        state.timers.cancel(row.timer)
        if agent.limited:
            roster.let_yield(agent, row.lane.channel, +1)
    row.timer = None
    agent.misses = 0
    roster.renew_stamp(agent)
    if roster.choice.counting:
        roster.count_taking(agent)
    state.log.append((Assigned, state.now, row.id, agent.id, cause == "assign"))
    freed: list[AgentRow] = []
    details = row.details
    if details is not None:
        stop_preference(state, row)
        _end_exclusions(state, details)
        state.timers.cancel(details.expiry)
        details.expiry = None
        details.expiry_due = False
        freed = drop_reservation(state, row, told=False)
    return freed


def _end_exclusions(state: State, details: Details) -> None:
    for timer in details.excluded.values():
        state.timers.cancel(timer)
    details.excluded.clear()


def exclude(state: State, row: ContactRow, agent: AgentRow) -> float | None:
    """Exclude an agent who declined or missed the contact; return until when.

    None: until some agent has taken it.
    """
    details = row.detailed()
    retry_seconds = row.lane.channel.settings.retry_seconds
    if retry_seconds is None:
        details.excluded[agent.id] = None
        return None
    retry_at = state.now + retry_seconds
    details.excluded[agent.id] = state.timers.start(retry_at, RETRY, row, agent.id)
    return retry_at


def revoke(state: State, row: ContactRow) -> AgentRow:
    """Revoke an offer, without a miss or an exclusion; return its agent."""
    agent = row.agent
    assert agent is not None
    state.log.append((OfferRevoked, state.now, row.id, agent.id))
    return end_offer(state, row)


def end_offer(state: State, row: ContactRow) -> AgentRow:
    """Release an offer's capacity, the idle stamp kept; return its agent."""
    agent = row.agent
    assert agent is not None
    state.roster.moves += 1
    state.timers.cancel(row.timer)
    row.timer = None
    row.agent = None
    state.roster.unseat(agent)
    state.roster.unload(agent, row)
    return agent


def end_work(state: State, row: ContactRow) -> AgentRow:
    """Release the capacity of work on a contact; renew the agent's idle stamp."""
    agent = end_offer(state, row)
    state.roster.renew_stamp(agent)
    return agent


def back_to_queue(state: State, row: ContactRow, cause: str) -> list[AgentRow]:
    """Return a contact to its place, or expire it if its expiry has fallen due.

    Returns:
        The agent who was reserved for it, if it expired.
    """
    details = row.details
    if details is not None and details.expiry_due:
        return expire(state, row, cause)
    wait_again(state, row, cause)
    state.log.append((Requeued, state.now, row.id))
    return []


def wait_again(state: State, row: ContactRow, cause: str) -> None:
    """Return a contact to the queue, at its place."""
    move(row, leaving(cause, WAITING), state.now)
    stand(state, row)
    if row.details is not None and row.details.reserved is not None:
        state.suspects.append(row)


def release(state: State, row: ContactRow, cause: str) -> None:
    """End a deferral: the contact waits again."""
    bring_back(state, row)
    state.log.append((Released, state.now, row.id))
    wait_again(state, row, cause)


def finish_wrap_up(state: State, row: ContactRow, cause: str) -> AgentRow:
    """End the wrap-up after a contact; return its agent."""
    agent = end_work(state, row)
    state.log.append((WrapUpEnded, state.now, row.id, agent.id))
    end(state, row, leaving(cause, COMPLETED))
    return agent
