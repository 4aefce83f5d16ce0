"""Reservations: an agent reserved for a contact that has waited too long.

The rule is rule 11 of `play/README.md`.

Theory of operation. A contact that costs much of the capacity may never find an agent with enough
room at one moment, while smaller ones overtake it for ever. So on a channel with
`reserve_seconds`, a contact that has waited so long since its arrival is *overdue*. When matching
comes to an overdue contact that nobody can take now, it reserves the ready agent with the least
of its capacity in use who could take it with nothing else to do. That agent is given nothing else
by matching, and so becomes empty enough. Another agent who can take the contact sooner still may.

- Which contacts are overdue is kept in `overdue`: those that are, by lane and in queue order, and
  those that will be, by time. A reservation's timer does nothing but start a match at that time.
- `reserve_overdue` runs in the general match, before each contact given away: only overdue
  contacts *before* that contact are tried, so nobody can take them now. An unrestricted contact
  that finds no agent settles it for its whole lane, so only the first of each lane is tried.
- A reservation is kept on both sides (`Details.reserved`, `AgentRow.reserved_for`). A reserved
  agent has no seat, and is counted out of `Profile.unreserved`.
- A reservation ends when the contact is taken, or leaves the queue for good or for a while; and
  while it waits, when its agent could no longer take it even without work. Whatever may bring that
  about (presence, an update, relaxation ...) puts the contact among `State.suspects`, and the next
  match reviews those first (`review_reservations`). It then is overdue like any other, and has to
  reserve in its turn.

What it costs: nothing where no channel has `reserve_seconds`, but for two looks at empty lists
per command; otherwise O(lanes with overdue contacts, and those restricted or preferring) per
match, and O(agents of a profile, sorted) for the first reservation after some work has changed.
"""

from __future__ import annotations

from math import inf

from omniqueue.core.lifecycle import WAITING
from omniqueue.core.overdue import bring_in_overdue, first_overdue, track, untrack
from omniqueue.core.rows import AgentRow, ContactRow, Profile, Ranked, place
from omniqueue.core.state import State
from omniqueue.model.contact_events import ReservationEnded, Reserved


def any_overdue(state: State) -> bool:
    """Tell whether some waiting contact is overdue and has no reservation. Cost: O(1)."""
    later = state.overdue_later
    return bool(state.overdue) or bool(later and later[0][0] <= state.now)


def reserve_overdue(state: State, before: ContactRow | None) -> bool:
    """Reserve an agent for the first overdue contact that can have one.

    Args:
        state: the router's.
        before: the first contact that can be taken; only those ahead of it are tried, which
            therefore nobody can take now. None: all are.

    Returns:
        Whether a reservation was made.

    Cost: O(lanes with overdue contacts, and special ones) plus O(profiles); for each profile
    O(agents log agents) where some agent's work has changed since.
    """
    bring_in_overdue(state)
    bound = None if before is None else place(before)
    for entry in first_overdue(state):
        if bound is not None and entry[:3] >= bound:
            return False
        if _reserve(state, entry[3]):
            return True
    return False


def _reserve(state: State, row: ContactRow) -> bool:
    agent = _reservable(state, row)
    if agent is None:
        return False
    details = row.details
    assert details is not None
    if details.in_overdue:
        untrack(state, row, details)
    state.roster.count_unreserved(agent, -1)
    agent.reserved_for = row
    details.reserved = agent
    state.reserving[row] = None
    state.roster.unseat(agent)
    state.log.append((Reserved, state.now, row.id, agent.id))
    return True


def _reservable(state: State, row: ContactRow) -> AgentRow | None:
    """Take the agent to reserve from the pool: the least used / capacity, then idle order."""
    made = (state.roster.stamp, state.roster.moves)
    if state.pool_made != made:
        state.pool.clear()
        state.pool_made = made
    pool = state.pool
    details = row.details
    assert details is not None
    best: Ranked | None = None
    found_in: list[Ranked] = []
    at = 0
    mask = row.lane.holders & state.roster.ready
    while mask:
        low = mask & -mask
        mask ^= low
        profile = state.roster.profiles[low.bit_length() - 1]
        assert profile is not None
        if not profile.unreserved:
            continue
        ranked = pool.get(profile)
        if ranked is None:
            ranked = pool[profile] = _ranked(profile)
        for index in range(len(ranked) - 1, -1, -1):
            if best is not None and ranked[index] > best:
                break
            agent_id = ranked[index][3].id
            if not row.refuses(agent_id) and details.prefer_agent in (None, agent_id):
                best, found_in, at = ranked[index], ranked, index
                break
    if best is None:
        return None
    del found_in[at]
    return best[3]


def _ranked(profile: Profile) -> list[Ranked]:
    """Return the agents of a profile who may be reserved, the first last."""
    found = []
    for agent in profile.agents:
        if agent.presence == "ready" and agent.reserved_for is None:
            capacity = agent.agent.capacity
            used = (capacity - agent.free) / capacity
            found.append((used, 1 if agent.holding else 0, agent.stamp, agent))
    return sorted(found, reverse=True)


def drop_reservation(state: State, row: ContactRow, *, told: bool) -> list[AgentRow]:
    """End the contact's reservation, if it has one; return the agent who is free of it."""
    details = row.details
    if details is None or details.reserved is None:
        return []
    agent = details.reserved
    details.reserved = None
    agent.reserved_for = None
    state.pool.clear()
    del state.reserving[row]
    state.roster.count_unreserved(agent, +1)
    if told:
        state.log.append((ReservationEnded, state.now, row.id, agent.id))
    if row.state == WAITING and details.reserve_due < inf and not details.in_overdue:
        track(state, row, details)
    return [agent]


def review_reservations(state: State) -> list[AgentRow]:
    """End the reservations of waiting contacts whose agent could not take them if empty.

    They give no claim to another: it is made like any other, while matching. Returns the agents
    freed.
    """
    suspects = sorted(set(state.suspects), key=place)
    state.suspects.clear()
    freed: list[AgentRow] = []
    for row in suspects:
        details = row.details
        if details is None or details.reserved is None or row.state != WAITING:
            continue
        agent = details.reserved
        could = (
            agent.presence == "ready"
            and state.roster.could_take_if_empty(agent, row.lane)
            and not row.refuses(agent.id)
            and details.prefer_agent in (None, agent.id)
        )
        if not could:
            freed += drop_reservation(state, row, told=True)
    return freed
