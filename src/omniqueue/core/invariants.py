"""The invariants, each an assertion that can be run after every step or in production."""

from __future__ import annotations

from collections import Counter
from math import inf

from omniqueue.core.lifecycle import (
    ABANDONED,
    CANCELLED,
    DEFERRED,
    ENDED,
    EXPIRED,
    FINAL,
    IN_HAND,
    INTERRUPTED,
    OFFERED,
    PARKED,
    STATES,
    TAKEN,
    WAITING,
    WRAP_UP,
)
from omniqueue.core.overdue import kind_of
from omniqueue.core.rows import (
    DEFERRAL,
    EXPIRY,
    IN_LINE,
    NOWHERE,
    OFFER,
    PREFERENCE,
    RELAXATION,
    RESERVATION,
    RETRY,
    SOLO,
    WITH_AGENT,
    WRAP_UP_END,
    AgentRow,
    ContactRow,
    Entry,
    Lane,
    Timer,
    place,
)
from omniqueue.core.seeking import can_take
from omniqueue.core.state import State
from omniqueue.errors import InvariantError


def check(state: State) -> None:
    """Verify every invariant.

    Raises:
        InvariantError: one does not hold.
    """
    _check_contacts(state)
    _check_agents(state)
    _check_lanes(state)
    _check_heads(state)
    _check_roster(state)
    _check_timers(state)
    _check_details(state)
    _check_reservations(state)
    _check_nobody_waits_in_vain(state)


def _must(holds: bool, what: str, value: object) -> None:
    if not holds:
        raise InvariantError(what, value, "this invariant to hold (please report the defect)")


def _check_contacts(state: State) -> None:
    counts = [0] * len(STATES)
    for contact_id, row in state.contacts.items():
        counts[row.state] += 1
        _must(row.id == contact_id, "contact under its id", contact_id)
        held = row.state in IN_HAND
        _must((row.agent is not None) == held, "one holder exactly while held", contact_id)
        _must(row.agent is None or row in row.agent.holding, "its agent holds it", contact_id)
        stands = row.where != NOWHERE
        _must(stands == (row.state == WAITING), "stands while it waits", contact_id)
        ranked = isinstance(row.rank, tuple) == (state.order.stock is None)
        _must(ranked, "rank of the router's order", contact_id)
        _must(row.arrived_at <= state.now, "arrived by now", contact_id)
        _must(row.since <= state.now, "in its state by now", contact_id)
        answered_at = row.since if row.answered_at is None else row.answered_at
        _must(answered_at <= state.now, "answered by now", contact_id)
        taken = row.state in TAKEN or row.state == WRAP_UP
        _must(row.answered_at is not None or not taken, "taken, so answered", contact_id)
        _must(row.contact.channel in state.channels, "a declared channel", contact_id)
    _must(counts[WAITING] == state.waiting, "count of waiting contacts", state.waiting)
    _must(counts[DEFERRED] == state.deferred, "count of deferred contacts", state.deferred)
    _must(counts[PARKED] == state.parked, "count of parked contacts", state.parked)
    for final in (ABANDONED, CANCELLED, EXPIRED):
        _must(counts[final] == state.counts[final], f"count of {STATES[final]}", counts[final])
    sequences = {row.sequence for row in state.contacts.values()}
    _must(len(sequences) == len(state.contacts), "sequence numbers differ", len(sequences))
    newest = max(sequences, default=0)
    _must(newest <= state.sequence, "sequence numbers that were given", newest)
    ended = [row for row in state.contacts.values() if row.state in ENDED]
    forgotten = set() if state.forget_seconds is None else set(ended)
    _must(set(state.ended) == forgotten, "what is to be forgotten", len(ended))
    times = list(state.ended.values())
    _must(times == sorted(times), "what is to be forgotten first", len(times))
    latest = state.now + (state.forget_seconds or 0.0)
    _must(max(times, default=-inf) <= latest, "what is to be forgotten in time", len(times))
    if state.forget_seconds is None:
        _must(
            sum(counts) == state.sequence - state.replaced, "contacts are never lost", sum(counts)
        )


def _check_agents(state: State) -> None:
    for agent in state.roster.agents.values():
        used = 0
        counts: dict[str, int] = {}
        for row in agent.holding:
            _must(row.agent is agent and row.state in IN_HAND, "held by one agent", row.id)
            _must(row.state == WRAP_UP or row.id in state.contacts, "held and known", row.id)
            used += state.roster.cost(agent, row.lane.channel)
            name = row.lane.channel.name
            counts[name] = counts.get(name, 0) + 1
        said = agent.agent
        _must(agent.since <= state.now, "in its presence by now", agent.id)
        _must(agent.limited == state.roster.limits(said), "limits are known", agent.id)
        _must(agent.free == agent.agent.capacity - used, "capacity is given back", agent.id)
        _must(agent.presence != "offline" or not agent.holding, "offline holds none", agent.id)
        _must(agent.limited or not (agent.full or agent.crowd), "no limit, none met", agent.id)
        for name, most in agent.agent.limits.items():
            channel = state.channels[name]
            full = counts.get(name, 0) >= most
            _must(bool(agent.full & channel.bit) == full, "limit is counted", agent.id)
        seated = (
            agent.presence == "ready"
            and agent.reserved_for is None
            and state.roster.room(agent)[0] != 0
        )
        _must((agent.seat is not None) == seated, "free agents can be found", agent.id)
        _check_interrupted(state, agent)
        if agent.seat is not None:
            _check_seat(state, agent)


def _check_interrupted(state: State, agent: AgentRow) -> None:
    """Nothing stays interrupted that would fit beside the work that goes on."""
    roster = state.roster
    interrupted = [row for row in agent.holding if row.state == INTERRUPTED]
    _must(set(agent.interrupted) == set(interrupted), "interrupted contacts are known", agent.id)
    yielding: dict[int, int] = {}
    for row in agent.holding:
        channel = row.lane.channel
        if agent.limited and row.state in TAKEN and channel.settings.interrupted_by:
            cost = roster.cost(agent, channel)
            yielding[channel.bit] = yielding.get(channel.bit, 0) + cost
    _must(agent.yielding == yielding, "what may be interrupted is summed up", agent.id)
    going_on = [row for row in agent.holding if row.state != INTERRUPTED]
    used = sum(state.roster.cost(agent, row.lane.channel) for row in going_on)
    for row in agent.holding:
        if row.state == INTERRUPTED:
            cost = state.roster.cost(agent, row.lane.channel)
            fits = used + cost <= agent.agent.capacity or not going_on
            _must(not fits, "nothing is interrupted in vain", row.id)


def _check_seat(state: State, agent: AgentRow) -> None:
    shape, seat = agent.shape, agent.seat
    assert seat is not None
    _must(shape is not None and seat in shape.heap, "seat is in its heap", agent.id)
    assert shape is not None
    _must(shape.room.kind == state.roster.room(agent), "seat has its room", agent.id)
    _must(shape.profile is agent.profile, "seat has its profile", agent.id)
    _must(bool(shape.room.open & shape.profile.bit), "open mask has the seat", agent.id)
    _must(seat[1] == agent.stamp, "seat has the stamp", agent.id)
    if state.choice.turn is None:  # a user's policy is not asked for this
        _must(seat[0] == state.choice.turn_of(agent), "seat has the turn", agent.id)
    top = shape.heap[0]
    _must(top[2].seat is top, "first seat is alive", agent.id)


def _check_lanes(state: State) -> None:
    found = 0
    for channel in state.channels.values():
        in_queue = 0
        for skills, lane in channel.lanes.items():
            _must(lane.needs is skills and not lane.retired, "lane under its skills", skills)
            in_queue += len(lane.rows()) + lane.with_agents
            found += _check_lane(lane)
            holders = 0
            for profile in state.roster.profiles:
                if profile is not None and profile.possible & channel.bit:
                    holders |= profile.bit if profile.skills.covers(skills) else 0
            _must(lane.holders == holders, "profiles that serve a lane", skills)
            _check_own_ranks(state, lane)
        if channel.max_waiting is not None:
            in_queue += sum(
                row.state == DEFERRED and row.lane.channel is channel
                for row in state.contacts.values()
            )
            _must(channel.in_queue == in_queue, "contacts in the queue", channel.name)
    for agent_id, standing in state.preferring.items():
        _must(standing == sorted(standing), "preferring contacts in order", agent_id)
        for entry in standing:
            row = entry[3]
            _must(row.where == WITH_AGENT and row.entry is entry, "stands once", row.id)
            prefers = row.details is not None and row.details.prefer_agent == agent_id
            _must(prefers, "stands with its preferred agent", row.id)
            found += 1
    _must(found == state.waiting, "every waiting contact stands once", found)


def _check_own_ranks(state: State, lane: Lane) -> None:
    """Profiles with an own order have the lane under its rank, and no others do."""
    roster = state.roster
    for profile in roster.profiles_by_kind.values():
        ordered = bool(profile.own_order) or state.choice.own_order is not None
        _must(bool(roster.ordered & profile.bit) == ordered, "profiles with an own order", lane)
        served = ordered and bool(lane.holders & profile.bit)
        _must((lane in profile.own_rank) == served, "lanes by own rank", lane.needs)
        if served:
            rank = profile.own_rank[lane]
            _must(lane in profile.own_lanes[rank], "a lane under its own rank", lane.needs)
            stock = state.choice.own_order is not None or rank == state.choice.own_rank(
                profile, lane
            )
            _must(stock, "the own rank of a lane", lane.needs)
        _must(profile.own_ranks == sorted(profile.own_lanes), "own ranks in order", lane.needs)


def _check_lane(lane: Lane) -> int:
    rows = lane.rows()
    dead = sum(row.where != IN_LINE for row in lane.line)
    _must(dead == lane.dead, "dead places of a line", dead)
    line = [place(row) for row in lane.line if row.where == IN_LINE]
    _must(line == sorted(line), "a line is in order", lane.skills)
    _must(not lane.line or lane.line[0].where == IN_LINE, "a line's first is alive", lane.skills)
    early = lane.early
    _must(not early or early[0][3].entry is early[0], "the early first is alive", lane.skills)
    _must(lane.solo == sorted(lane.solo), "the restricted are in order", lane.skills)
    refusing: dict[str, list[Entry]] = {}
    for entry in lane.solo:
        for agent_id in entry[3].refused():
            refusing.setdefault(agent_id, []).append(entry)
    _must(lane.refusing == refusing, "whom the restricted refuse", lane.skills)
    for row in rows:
        _must(row.state == WAITING and row.lane is lane, "stands in its lane", row.id)
        _must((row.where == SOLO) == row.restricted(), "restricted stand apart", row.id)
    _must(len(set(rows)) == len(rows), "stands once", lane.skills)
    first = min(rows, key=place, default=None)
    _must(lane.first() is first, "first of a lane", lane.skills)
    shown = None if first is None else (*place(first), lane)
    _must(lane.head == shown, "head of a lane", lane.skills)
    return len(rows)


def _check_heads(state: State) -> None:
    shown = [head[3] for head in state.heads]
    lanes = [lane for lane in state.roster.lanes() if lane.head is not None]
    served = [lane for lane in lanes if lane.holders & state.roster.ready]
    _must(state.heads == sorted(state.heads), "heads are in order", len(shown))
    for room in state.roster.rooms.values():
        marks = bytearray(bool(room.mask & lane.channel.bit) for lane in shown)
        marked = room in state.roster.marked
        _must(room.marks == (marks if marked else None), "marks of a room", room.mask)
    _must(set(shown) == set(served), "heads of lanes that somebody serves", len(shown))
    _must(len(shown) == len(served), "each lane once among the heads", len(shown))
    aside = {lane for lane in lanes if lane not in set(served)}
    _must(set(state.aside) == aside, "lanes set aside", len(aside))
    _must(all(lane.aside == (lane in aside) for lane in lanes), "lanes know it", len(aside))


def _check_roster(state: State) -> None:
    roster = state.roster
    shapes = Counter(shape.room.kind for shape in roster.shapes if shape is not None)
    rooms = {kind: room.shapes for kind, room in roster.rooms.items()}
    _must(rooms == shapes, "rooms have shapes", len(rooms))
    for channel in state.channels.values():
        listed = channel.rooms + channel.crowded_rooms
        having = {room for room in roster.rooms.values() if room.mask & channel.bit}
        _must(set(listed) == having, "rooms of a channel", channel.name)
    unused = [index for index, profile in enumerate(roster.profiles) if profile is None]
    _must(sorted(roster.free_indices) == unused, "numbers of profiles to be used again", 0)
    ready = signed_in = 0
    for profile in roster.profiles_by_kind.values():
        agents = list(profile.agents)
        count = sum(agent.presence == "ready" for agent in agents)
        free = sum(a.presence == "ready" and a.reserved_for is None for a in agents)
        _must(bool(agents), "profiles have agents", profile.index)
        _must(profile.ready == count, "ready agents of a profile", profile.index)
        _must(profile.unreserved == free, "unreserved agents of a profile", profile.index)
        ready |= profile.bit if count else 0
        here = sum(agent.presence != "offline" for agent in agents)
        _must(profile.signed_in == here, "agents of a profile not offline", profile.index)
        signed_in |= profile.bit if here else 0
        for shape in profile.shapes.values():
            size = sum(agent.shape is shape for agent in agents)
            _must(shape.size == size, "agents of a shape", profile.index)
            is_open = bool(shape.room.open & profile.bit)
            _must(is_open == (size > 0), "open shapes", profile.index)
            _must(roster.shapes[shape.number] is shape, "shapes by number", profile.index)
            front = shape.heap[0][:2] if shape.size else None
            _must((shape.front and shape.front[:2]) == front, "front of a shape", shape.number)
            for lane in roster.lanes():
                true = bool(lane.holders & profile.bit and shape.room.mask & lane.channel.bit)
                _must(lane.serves[shape.number] in (true, 2), "what a shape serves", lane.skills)
    fronts = [s.front for s in roster.shapes if s is not None and s.front is not None]
    _must(roster.fronts == sorted(fronts), "fronts are in order", len(fronts))
    _must(roster.ready == ready, "profiles with a ready agent", ready)
    _must(roster.signed_in == signed_in, "profiles with an agent not offline", signed_in)
    for lane in roster.lanes():
        true = bool(lane.holders & signed_in)
        _must(lane.servable == true, "lanes that somebody could serve", lane.skills)
    known = sum(len(profile.agents) for profile in roster.profiles_by_kind.values())
    _must(known == len(roster.agents), "each agent has one profile", known)
    stamps = [agent.stamp for agent in roster.agents.values()]
    _must(len(set(stamps)) == len(stamps), "stamps differ", len(stamps))
    newest = max(stamps, default=0)
    _must(newest <= roster.stamp, "stamps that were given", newest)


def _check_timers(state: State) -> None:
    live = state.timers.live()
    for timer in live:
        _must(timer.due >= state.now, "no timer is overdue", timer.kind)
        _must(timer.due >= state.timers.wake, "the router wakes in time", timer.kind)
        _must(timer.row.id in state.contacts, "timers of known contacts", timer.row.id)
    _must(len(state.timers.alive) == len(live), "live timers stand in the heap", len(live))
    made = max(state.timers.alive, default=0)
    _must(made <= state.timers.made, "numbers of timers that were made", made)
    own = {OFFER: OFFERED, WRAP_UP_END: WRAP_UP, DEFERRAL: DEFERRED}
    for timer in live:
        row: ContactRow = timer.row
        if timer.kind in own:
            _must(row.timer is timer, "the state's own timer", row.id)
            _must(row.state == own[timer.kind], "a timer of that state", row.id)
        else:
            _must(row.state not in FINAL, "no timer of what is over", row.id)
            _must(timer in _timers_of_details(row), "a timer that its contact knows", row.id)
    for row in state.contacts.values():
        asked = row.state == OFFERED
        alive = state.timers.is_alive(row.timer)
        _must(alive if asked else row.timer is None or alive, "a timer that is to fire", row.id)


def _timers_of_details(row: ContactRow) -> list[Timer | None]:
    details = row.details
    if details is None:
        return []
    steps = len(row.contact.relax)
    for agent_id, timer in details.excluded.items():
        _must(timer is None or timer.detail == agent_id, "an exclusion of its agent", row.id)
    for timer in details.relaxation:
        known = isinstance(timer.detail, int) and timer.detail < steps
        _must(known, "a relaxation step that there is", row.id)
    kinds = [(EXPIRY, details.expiry), (RESERVATION, details.reserve_timer)]
    kinds += [(PREFERENCE, details.prefer_timer)]
    kinds += [(RETRY, timer) for timer in details.excluded.values()]
    kinds += [(RELAXATION, timer) for timer in details.relaxation]
    for kind, known_timer in kinds:
        _must(known_timer is None or known_timer.kind == kind, "timers by their kind", row.id)
    return [timer for _, timer in kinds]


def _check_details(state: State) -> None:
    """Verify what few contacts have: preference, exclusions, relaxation, expiry."""
    wishes = 0
    for row in state.contacts.values():
        details = row.details
        known = details is not None or not row.contact.not_agents
        _must(known, "agents that are not wanted", row.id)
        if row.state == ABANDONED:
            left_at = -inf if details is None else details.abandoned_at
            _must(-inf < left_at <= state.now, "abandoned at a time", row.id)
        if details is None:
            continue
        alive = state.timers.is_alive
        prefers = details.prefer_agent is not None
        _must(alive(details.prefer_timer) == prefers, "a preference has its timer", row.id)
        if details.prefer_agent is not None:
            wishes += 1
            _must(row.state in (WAITING, DEFERRED), "a preference of the queue", row.id)
            _must(row in state.wishes.get(details.prefer_agent, ()), "a known wish", row.id)
        timers = [*details.excluded.values(), *details.relaxation]
        lost = [timer for timer in timers if timer is not None and not alive(timer)]
        _must(not lost, "timers that are to fire", row.id)
        held_back = row.state in (OFFERED, ABANDONED, *FINAL)
        _must(held_back or not details.expiry_due, "an expiry that is held back", row.id)
        overdue = row.state == WAITING and details.reserve_due <= state.now
        listed = overdue and details.reserved is None
        _must(details.in_overdue == listed, "the overdue are listed", row.id)
        reserving = details.reserved is not None
        _must((row in state.reserving) == reserving, "contacts with a reservation", row.id)
    found = sum(len(rows) for rows in state.wishes.values())
    _must(found == wishes, "wishes are counted", found)


def _check_reservations(state: State) -> None:
    for agent in state.roster.agents.values():
        row = agent.reserved_for
        if row is not None:
            reserved = row.details is not None and row.details.reserved is agent
            _must(reserved, "a reservation has two sides", agent.id)
            _must(row.state in (WAITING, OFFERED), "a reservation for the queue", row.id)
    for kind, entries in state.overdue.items():
        _must(bool(entries) and entries == sorted(entries), "overdue contacts in order", 0)
        _must(all(kind_of(entry[3]) is kind for entry in entries), "overdue by lane", 0)
    for entry in [entry for entries in state.overdue.values() for entry in entries]:
        row = entry[3]
        assert row.details is not None
        _must(entry[:3] == place(row) and row.state == WAITING, "overdue contacts wait", row.id)
        _must(row.details.reserved is None, "overdue contacts lack an agent", row.id)
        _must(row.details.reserve_due <= state.now, "overdue contacts are", row.id)


def _check_nobody_waits_in_vain(state: State) -> None:
    if state.stopped:
        return
    for agent in state.roster.agents.values():
        if agent.presence != "ready":
            continue
        rows = [entry[3] for entry in state.preferring.get(agent.id, ())]
        if agent.reserved_for is not None and agent.reserved_for.state == WAITING:
            rows.append(agent.reserved_for)
        for lane in state.roster.lanes():
            first = lane.first_open()
            if first is not None:
                rows.append(first)
            rows += [entry[3] for entry in lane.solo]
        for row in rows:
            _must(not can_take(state, agent, row), "nobody waits in vain", row.id)
