"""Seeking: the first contact for an agent, the best agent for a contact. Nothing is changed."""

from __future__ import annotations

from typing import TypeAlias

from omniqueue.core.lanes import serves
from omniqueue.core.lifecycle import WAITING
from omniqueue.core.overdue import first_overdue
from omniqueue.core.rows import AgentRow, ContactRow, Head, Lane, Room, Seat, Shape, place
from omniqueue.core.state import State
from omniqueue.model.event import Rank

_FRONTS_TRIED = 4  # a centre with few kinds of agents has no more
# (own rank, has room by interrupting alone, fit, turn, stamp, agent): the least is the best.
Candidate: TypeAlias = "tuple[Rank, bool, Rank, Rank, int, AgentRow]"


def can_take(state: State, agent: AgentRow, row: ContactRow) -> bool:
    """Tell whether the agent can take the waiting contact now: rule 2 of play/README.md. O(1)."""
    if agent.presence != "ready" or not state.roster.has_room_for(agent, row.lane):
        return False
    if agent.reserved_for is not None and agent.reserved_for is not row:
        return False
    details = row.details
    if details is None:
        return True
    if details.prefer_agent is not None and details.prefer_agent != agent.id:
        return False
    return not row.refuses(agent.id)


def best_agent(state: State, row: ContactRow) -> AgentRow | None:
    """Return the agent whom the selection ranks first among those who can take the contact.

    Agents for whom its own rank is lower come before others.

    Cost: O(profiles with such agents).
    """
    best = best_candidate(state, row)
    return None if best is None else best[5]


def best_candidate(state: State, row: ContactRow) -> Candidate | None:
    """Return the best agent with all that it was ranked by; None: nobody can take the contact."""
    details = row.details
    if details is None:
        return _best_seated(state, row, restricted=False)
    if details.prefer_agent is not None:
        agent = state.roster.agents.get(details.prefer_agent)
        return _candidate(state, agent, row) if agent and can_take(state, agent, row) else None
    best = _best_seated(state, row, restricted=row.restricted())
    reserved = details.reserved
    if reserved is not None and can_take(state, reserved, row):
        own = _candidate(state, reserved, row)
        if best is None or own < best:
            best = own
    return best


def _candidate(state: State, agent: AgentRow, row: ContactRow) -> Candidate:
    choice = state.choice
    return (
        own_rank(state, agent, row),
        bool(state.roster.room(agent)[1] & row.lane.channel.bit),
        choice.fit_of(agent.profile.skills, row.lane),
        choice.turn_of(agent),
        agent.stamp,
        agent,
    )


def own_rank(state: State, agent: AgentRow, row: ContactRow) -> Rank:
    """Return the own rank of a waiting contact for an agent who serves its lane. Cost: O(1)."""
    profile = agent.profile
    if not state.roster.ordered & profile.bit or row.overdue(state.now):
        return state.choice.first_rank
    return profile.own_rank[row.lane]


def first_in_turn(state: State, lane: Lane) -> AgentRow | None:
    """Return the first of all free agents in turn who serves the lane, if found at once.

    That is the best one where the selection ranks all fits alike; None: look further.
    """
    ordered = state.roster.ordered
    if state.choice.any_fit and not (ordered and lane.holders & ordered):
        for front in state.roster.fronts[:_FRONTS_TRIED]:
            shape = front[2]
            known = lane.serves[shape.number]
            if known and (known == 1 or serves(lane, shape)):
                return shape.heap[0][2]
    return None


def _best_seated(state: State, row: ContactRow, *, restricted: bool) -> Candidate | None:
    """Return the best of the seated: by own rank of the contact, then as `_best_among`."""
    lane = row.lane
    roster = state.roster
    ordered = roster.ordered and lane.holders & roster.ordered
    if not ordered or row.overdue(state.now):
        return _best_among(state, row, state.choice.first_rank, lane.holders, restricted)
    for own, among in state.choice.owns_of(lane, roster.profiles):
        found = _best_among(state, row, own, among, restricted)
        if found is not None:
            return found
    return None


def _best_among(
    state: State, row: ContactRow, own: Rank, among: int, restricted: bool
) -> Candidate | None:
    """Return the best of some profiles: first with room outright, then by interrupting."""
    lane = row.lane
    channel = lane.channel
    for crowded, rooms in ((False, channel.rooms), (True, channel.crowded_rooms)):
        for room in rooms:
            if among & room.open:
                break
        else:
            continue
        for fit, mask in state.choice.groups_of(lane, state.roster.profiles):
            mask &= among
            count = 0
            for room in rooms:
                count += (mask & room.open).bit_count()
            if not count:
                continue
            # A few profiles are looked at one by one; of many, the first front that serves is
            # found sooner by walking the fronts in order.
            if count * count <= len(state.roster.fronts):
                seat = _first_of_profiles(state, row, mask, rooms, restricted=restricted)
            else:
                seat = _first_of_fronts(state, row, mask, crowded, restricted=restricted)
            if seat is not None:
                return (own, crowded, fit, *seat)
    return None


def _first_of_profiles(
    state: State, row: ContactRow, mask: int, rooms: list[Room], *, restricted: bool
) -> Seat | None:
    profiles = state.roster.profiles
    best: Seat | None = None
    for room in rooms:
        left = mask & room.open
        while left:
            low = left & -left
            left ^= low
            profile = profiles[low.bit_length() - 1]
            assert profile is not None
            shape = profile.shapes[room.kind]
            seat = _first_allowed(shape, row) if restricted else shape.heap[0]
            if seat is not None and (best is None or seat < best):
                best = seat
    return best


def _first_of_fronts(
    state: State, row: ContactRow, mask: int, crowded: bool, *, restricted: bool
) -> Seat | None:
    lane = row.lane
    bit = lane.channel.bit
    best: Seat | None = None
    for front in state.roster.fronts:
        if best is not None and front[:2] > best[:2]:
            break
        shape = front[2]
        known = lane.serves[shape.number]
        if known and (known == 1 or serves(lane, shape)) and mask & shape.profile.bit:
            if bool(shape.room.by_interrupting & bit) != crowded:
                continue
            seat = _first_allowed(shape, row) if restricted else shape.heap[0]
            if seat is not None and (best is None or seat < best):
                best = seat
    return best


def _first_allowed(shape: Shape, row: ContactRow) -> Seat | None:
    """Return the first seat of an agent that the contact may go to. Cost: O(n), no more."""
    heap = shape.heap
    first = heap[0]
    if not row.refuses(first[2].id):
        return first
    allowed = (seat for seat in heap if seat[2].seat is seat and not row.refuses(seat[2].id))
    return min(allowed, default=None)


def first_contact(state: State, agent: AgentRow) -> ContactRow | None:
    """Return the first contact in queue order that the agent can take.

    Cost: O(lanes before it that the agent does not serve), whatever waits in them.
    """
    if agent.presence != "ready":
        return None
    wanted = agent.reserved_for
    if wanted is not None:
        return wanted if wanted.state == WAITING and can_take(state, agent, wanted) else None
    shape = state.roster.shape_for(agent)
    if shape is None:
        return None
    if state.roster.ordered & agent.profile.bit:
        return _first_by_own_order(state, agent, shape)
    best: ContactRow | None = None
    standing = state.preferring.get(agent.id)
    if standing:
        for entry in standing:
            if can_take(state, agent, entry[3]):
                best = entry[3]
                break
    number = shape.number
    for head in state.heads:
        lane = head[3]
        known = lane.serves[number]
        if known and (known == 1 or serves(lane, shape)):
            if best is not None and head[:3] > place(best):
                break
            row = lane.first_for(agent.id)
            if row is not None and (best is None or place(row) < place(best)):
                best = row
                if not lane.solo:
                    break
    return best


def _first_by_own_order(state: State, agent: AgentRow, shape: Shape) -> ContactRow | None:
    """Return the first contact that the agent can take, by own rank and then queue order.

    Cost: O(lanes of the own ranks up to the first with a contact + contacts that wait for this
    agent + lanes with overdue contacts, and special ones).
    """
    best: tuple[Rank, tuple[Rank, float, int]] | None = None
    found: ContactRow | None = None
    special = [each for each in state.reserving if each.state == WAITING]
    special += [entry[3] for entry in state.preferring.get(agent.id, ())]
    special += [entry[3] for entry in first_overdue(state)]
    for row in special:
        if can_take(state, agent, row):
            key = own_rank(state, agent, row), place(row)
            if best is None or key < best:
                best, found = key, row
    for rank in agent.profile.own_ranks:
        if best is not None and best[0] < rank:  # type: ignore[operator]
            break
        for lane in agent.profile.own_lanes[rank]:
            known = lane.head is not None and lane.serves[shape.number]
            if known and (known == 1 or serves(lane, shape)):
                first = lane.first_for(agent.id)
                if first is not None and (best is None or (rank, place(first)) < best):
                    best, found = (rank, place(first)), first
    return found


def first_head_in_own_order(agent: AgentRow, shape: Shape) -> Head | None:
    """Return the head that comes first for agents of a shape, by own rank and then queue order.

    Valid only while none of the contacts that they serve is overdue or waits for one of them.
    """
    number = shape.number
    for rank in agent.profile.own_ranks:
        best: Head | None = None
        for lane in agent.profile.own_lanes[rank]:
            head = lane.head
            if head is not None and (best is None or head < best):
                known = lane.serves[number]
                if known and (known == 1 or serves(lane, shape)):
                    best = head
        if best is not None:
            return best
    return None
