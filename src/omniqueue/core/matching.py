"""Matching: the first contact in queue order that an agent can take, to the agent ranked first.

Theory of operation. The rule (rule 2 of `play/README.md`): while some waiting contact can be
taken, the first such contact in the queue goes to the best agent who can take it. Done literally
that is a search over all contacts and agents after every command. But between commands no waiting
contact can be taken by anyone. So after one, a match needs an agent whom it freed or a contact
that it let wait, and each command names both when it calls `settle`. From the cheapest case on:

- *A new contact without details* (`place_new`): it can only meet the free agents. Nobody else
  moves, because nothing else changed.
- *One agent freed* (`serve`): it takes the first contact that it can, and again while it has
  room. It needs no seat meanwhile: an agent who goes from contact to contact in a backlog never
  touches a heap. For a plain contact at the head of a lane what `give` and `take` do is done in
  place, since most contacts pass here.
- *One contact that waits again* (`_place`): to the best free agent, if there is one.
- *Anything else* (`_settle_all`): several agents, several contacts, reservations. All agents are
  seated; then, again and again, the first takable contact is found: for each agent the first it
  can take, and of the contacts named, the first that some agent can take.

Reservations come in between: an overdue contact that comes before the first takable one, and that
nobody can take, reserves an agent (see `reservations`). While some contact is overdue and without
a reservation, only `_settle_all` is valid.

While certificates are on (`State.certifier`), contacts go by `give` alone, which has them
written; no quick path is taken.

At last, agents whose work has changed go on with what was interrupted (see `interrupting`).

What it costs: O(lanes before the contact) for an agent, O(kinds of free agents) for a contact,
and O(log n) for the structures that change; none of it grows with how many contacts wait.
"""

from __future__ import annotations

from bisect import bisect_left

from omniqueue.core.interrupting import go_on, interrupt
from omniqueue.core.lanes import (
    LONG_WALK,
    first_marked,
    follow_head,
    join,
    mark_heads,
    say_unservable,
    serves,
)
from omniqueue.core.lifecycle import (
    ACTIVE,
    OFFERED,
    WAITING,
    leaving,
    move,
)
from omniqueue.core.offers import back_to_queue, give, offer, revoke
from omniqueue.core.overdue import bring_in_overdue
from omniqueue.core.reservations import (
    any_overdue,
    reserve_overdue,
    review_reservations,
)
from omniqueue.core.rows import NOWHERE, AgentRow, ContactRow, place
from omniqueue.core.seeking import (
    best_agent,
    best_candidate,
    first_contact,
    first_head_in_own_order,
    first_in_turn,
    own_rank,
)
from omniqueue.core.state import State
from omniqueue.model.agent_events import MatchingStarted, MatchingStopped
from omniqueue.model.contact_events import Assigned
from omniqueue.model.event import Rank

_TAKEN = leaving("matched", ACTIVE)


def settle(state: State, agents: list[AgentRow], rows: list[ContactRow]) -> None:
    """Match until no waiting contact can be taken; then continue interrupted contacts that fit.

    Args:
        state: the router's.
        agents: those whom the command or timer freed; they need no seat yet.
        rows: the contacts that it let wait, standing.
    """
    if state.stopped:
        _only_seat(state, agents)
    else:
        _match(state, agents, rows)
    if state.roster.stirred:
        go_on(state)
    if state.doubtful:
        say_unservable(state)


def stop_matching(state: State) -> tuple[list[AgentRow], list[ContactRow]]:
    """Stop matching; all offers are taken back in queue order.

    Returns:
        Agents whom that freed, and contacts that wait again.
    """
    state.stopped = True
    state.open_quick_roads()
    state.log.append((MatchingStopped, state.now))
    held = [row for agent in state.roster.agents.values() for row in agent.holding]
    rows = sorted((row for row in held if row.state == OFFERED), key=place)
    agents: list[AgentRow] = []
    for row in rows:
        agents.append(revoke(state, row))
        agents += back_to_queue(state, row, "matching stopped")
    return agents, rows


def start_matching(state: State) -> tuple[list[AgentRow], list[ContactRow]]:
    """Match from now on; return whom the whole queue is to be matched from."""
    state.stopped = False
    state.open_quick_roads()
    state.log.append((MatchingStarted, state.now))
    roster = state.roster
    if roster.ordered:  # of each agent only the first contact is looked at
        return [agent for agent in roster.agents.values() if agent.presence == "ready"], []
    rows = [row for lane in roster.lanes() for row in lane.rows()]
    rows += [entry[3] for standing in state.preferring.values() for entry in standing]
    return [], rows


def _only_seat(state: State, agents: list[AgentRow]) -> None:
    """Do what a match does beside matching: reservations fall, freed agents are seated."""
    bring_in_overdue(state)
    if state.suspects:
        agents = agents + review_reservations(state)
    for agent in agents:
        state.roster.seat(agent)


def _match(state: State, agents: list[AgentRow], rows: list[ContactRow]) -> None:
    if state.suspects:
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
        ):  # a contact comes back, and only the unseated agent may be able to take it
            serve(state, agents[0])
            return
    _settle_all(state, agents, rows)


def serve(state: State, agent: AgentRow) -> None:
    """Give a freed agent what it can take, in queue order, then seat it among the free.

    Valid only while no contact is overdue without a reservation. The agent needs no seat before.
    """
    roster = state.roster
    if agent.seat is not None:
        roster.unseat(agent)
    if agent.presence != "ready":
        return
    ordered = roster.detour and bool(roster.ordered & agent.profile.bit)
    while agent.free > 0 or agent.crowd is not None:
        if agent.reserved_for is not None or state.preferring or roster.detour:
            if _goes_one_by_one(state, agent):
                if not _serve_one(state, agent, first_contact(state, agent)):
                    return
                continue
        shape = agent.profile.by_load.get(agent.free) if agent.crowd is None else None
        if shape is None:
            shape = roster.shape_for(agent)
            if shape is None:
                return
        marks = shape.room.marks
        if ordered:
            first = first_head_in_own_order(agent, shape)
            index = len(state.heads) if first is None else bisect_left(state.heads, first)
        elif marks is None:
            number, index = shape.number, 0
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
        taken = line.popleft()
        taken.where = NOWHERE
        state.waiting -= 1
        follow_head(state, lane, index)
        channel = lane.channel
        if channel.offer_seconds is not None:
            offer(state, agent, taken, channel.offer_seconds)
        elif agent.limited:
            _assign(state, agent, taken)
        else:  # the same, in place: this is where most contacts pass
            taken.state = _TAKEN[taken.state]  # `move` in place
            taken.since = taken.answered_at = now = state.now
            taken.agent = agent
            agent.misses = 0
            agent.stamp = roster.stamp = roster.stamp + 1
            agent.holding[taken] = None
            agent.free -= channel.cost
            state.log.append((Assigned, now, taken.id, agent.id, False))


def _goes_one_by_one(state: State, agent: AgentRow) -> bool:
    """Tell whether the agent's next contact has to be looked for among all that are special."""
    if agent.reserved_for is not None or state.preferring or state.certifier is not None:
        return True
    return bool(state.reserving and state.roster.ordered)


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
    """Assign a contact that stood in line to an agent without a seat: a quicker `take`."""
    if agent.limited and state.roster.interrupting:
        interrupt(state, agent, row)
    row.answered_at = state.now
    move(row, _TAKEN, state.now)
    row.agent = agent
    agent.misses = 0
    roster = state.roster
    agent.stamp = roster.stamp = roster.stamp + 1
    if agent.limited:
        if state.choice.counting:
            roster.count_taking(agent)
        roster.load(agent, row)
    else:
        agent.holding[row] = None
        agent.free -= row.lane.channel.cost
    state.log.append((Assigned, state.now, row.id, agent.id, False))


def place_new(state: State, row: ContactRow) -> None:
    """Give a new contact without details to the best agent who can take it.

    Valid only while no contact is overdue without a reservation, and somebody can.
    """
    if row.lane.channel.offer_seconds is not None:
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
    bring_in_overdue(state)
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

    Rows that no agent can take are dropped: from here on agents only get fuller, and one that a
    reservation sets free is among `agents`, who find any contact.
    """
    if state.roster.ordered:
        return _first_by_own_order(state, agents, rows)
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


def _first_by_own_order(
    state: State, agents: list[AgentRow], rows: list[ContactRow]
) -> tuple[ContactRow, AgentRow] | None:
    """Return the same where some agents take contacts in an own order: by own rank first."""
    found: ContactRow | None = None
    best: tuple[Rank, tuple[Rank, float, int]] | None = None
    for agent in agents:
        row = first_contact(state, agent)
        if row is not None:
            key = own_rank(state, agent, row), place(row)
            if best is None or key < best:
                best, found = key, row
    takable = []
    for row in rows:
        candidate = best_candidate(state, row) if row.state == WAITING else None
        if candidate is not None:
            takable.append(row)
            key = candidate[0], place(row)
            if best is None or key < best:
                best, found = key, row
    rows[:] = takable
    if found is None:
        return None
    taker = best_agent(state, found)
    assert taker is not None
    return found, taker
