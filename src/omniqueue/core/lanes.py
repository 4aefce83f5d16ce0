"""Lanes: the waiting contacts of one requirement; and the sorted heads that agents walk.

Theory of operation. Contacts with the same channel and requirement are alike to every agent, so
of each lane an agent need look at the first only. A free agent walks the *heads*, one per lane,
in queue order, and takes the first that it serves: its cost is the number of lanes before that
one, however many contacts wait in them.

Inside a lane a waiting contact stands in one of three structures:

- the *line*, a deque, if it is new and comes after all that entered before it: O(1). Nearly all
  do, so whoever stands there has no details and was never answered;
- *early*, a heap, if it comes back (declined, transferred, resumed ...) or ranks before the last
  of the line: O(log of those);
- *solo*, a sorted list, if some agent may not take it (excluded, unwanted, or sent it on). For
  each such agent those that it may not take stand in a sorted list of their own (`refusing`),
  so that the first that it may is found by one bisection.

The first of the three is the head. A contact that waits for a preferred agent stands in no lane
but with that agent (`State.preferring`); its lane only counts it.

A contact that leaves from the middle of a line or heap stays there as a dead place, found out by
its `where` or `entry`. Dead places are dropped at the front at once, and everywhere when they are
more than half. The first of a line and of a heap is always alive.

Whether a shape serves a lane is one byte, `Lane.serves[shape.number]`: 0 no, 1 yes, 2 not worked
out yet. A walk reads the byte in place and calls `serves` for a 2 only.

Three things keep the walk short:

- lanes that no ready agent serves stand *aside*, and come in when one becomes ready
  (`review_lanes`);
- where agents of a room walk past many heads of channels they have no room for, the room *marks*
  its heads, a byte each in their order, and the others are skipped in C (`bytearray.find`). Every
  insertion into the heads keeps the marks of up to `_MARKED_MAX` rooms;
- requirements can be made up without end, so lanes in which nobody waits are retired when there
  are twice as many as there were after the last sweep. A contact of a retired lane looks its lane
  up again (`requirement_lane`).

What it costs: joining a lane that has a head, and is not before it, O(1); a change of head
O(log lanes), by bisection; memory, one byte per pair of lane and shape.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from heapq import heapify, heappop, heappush
from math import inf

from omniqueue.core.overdue import track, untrack
from omniqueue.core.rows import (
    EARLY,
    IN_LINE,
    NOWHERE,
    SOLO,
    WITH_AGENT,
    ChannelRow,
    ContactRow,
    Entry,
    Head,
    Lane,
    Room,
    Shape,
)
from omniqueue.core.state import State
from omniqueue.model.contact_events import Unservable
from omniqueue.model.skill import Skills

_PRUNE_MIN = 32
LONG_WALK = 8  # heads
_MARKED_MAX = 4  # rooms
_SPARE_LANES = 1024  # empty lanes kept for the next contact of their kind


def serves(lane: Lane, shape: Shape) -> bool:
    """Tell whether agents of this shape could take the lane's contacts now; keep the answer.

    Callers read the kept byte themselves, and call only where it is not worked out.
    """
    known = bool(lane.holders & shape.profile.bit and lane.channel.bit & shape.room.mask)
    lane.serves[shape.number] = known
    return known


def lane_of(state: State, channel: ChannelRow, needs: Skills) -> Lane:
    """Return the lane of a requirement, made when it is not there. Cost: O(1), O(skills) new."""
    lane = channel.lanes.get(needs)
    if lane is None:
        roster = state.roster
        holders = roster.holders(channel, needs)
        servable = bool(holders & roster.signed_in)
        lane = Lane(channel, needs, holders, len(roster.shapes), servable=servable)
        channel.lanes[needs] = lane
        if lane.holders & roster.ordered:
            roster.order_lane(lane)
        state.lane_count += 1
        if state.lane_count > state.lane_sweep:
            _retire_empty_lanes(state, lane)
    return lane


def _retire_empty_lanes(state: State, keep: Lane) -> None:
    """Retire the lanes in which no contact waits, but for `keep`."""
    kept = 0
    for channel in state.channels.values():
        for lane in list(channel.lanes.values()):
            if lane.empty() and lane is not keep:
                lane.retired = True
                del channel.lanes[lane.needs]
                if lane.holders & state.roster.ordered:
                    state.roster.forget_lane(lane)
            else:
                kept += 1
    state.lane_count = kept
    state.lane_sweep = 2 * kept + _SPARE_LANES


def requirement_lane(state: State, row: ContactRow) -> Lane:
    """Return the contact's lane; a retired one is looked up again."""
    if row.lane.retired:
        row.lane = lane_of(state, row.lane.channel, row.lane.needs)
    return row.lane


def join(state: State, row: ContactRow) -> None:
    """Queue a new contact without details: append to its lane, or insert if it ranks earlier."""
    lane = row.lane
    line = lane.line
    rank, arrived_at = row.rank, row.arrived_at
    if line:
        # Ranks of one router are all numbers or all tuples; the first test settles most.
        if (
            rank <= lane.tail_rank  # type: ignore[operator]
            and (rank, arrived_at) < (lane.tail_rank, lane.tail_at)
        ):
            stand(state, row)
            return
        line.append(row)
    else:
        line.append(row)
        head = lane.head
        if head is None or (rank, arrived_at, row.sequence) < head[:3]:
            row.where = IN_LINE
            show_head(state, lane)
    lane.tail_rank = rank
    lane.tail_at = arrived_at
    row.where = IN_LINE
    state.waiting += 1


def stand(state: State, row: ContactRow) -> None:
    """Insert a returning contact, or one with details, at its place. Cost: O(log n)."""
    lane = requirement_lane(state, row) if row.lane.retired else row.lane
    if not lane.servable and lane.empty():
        state.doubtful[lane] = None
    entry: Entry = (row.rank, row.arrived_at, row.sequence, row)
    row.entry = entry
    row.where = EARLY
    state.waiting += 1
    if lane.channel.max_waiting is not None:
        lane.channel.in_queue += 1
    details = row.details
    if details is not None:
        if details.reserve_due < inf and details.reserved is None:
            track(state, row, details)
        if details.prefer_agent is not None:
            row.where = WITH_AGENT
            lane.with_agents += 1
            insort(state.preferring.setdefault(details.prefer_agent, []), entry)
            return
        if row.restricted():
            row.where = SOLO
            insort(lane.solo, entry)
            for agent_id in row.refused():
                insort(lane.refusing.setdefault(agent_id, []), entry)
    if row.where == EARLY:
        heappush(lane.early, entry)
    if lane.head is None or entry[:3] < lane.head[:3]:
        show_head(state, lane)


def leave(state: State, row: ContactRow) -> None:
    """Take a waiting contact from where it stands. Cost: O(1) amortised at the head."""
    lane = row.lane
    where = row.where
    entry = row.entry
    row.where = NOWHERE
    row.entry = None
    state.waiting -= 1
    if lane.channel.max_waiting is not None:
        lane.channel.in_queue -= 1
    if row.details is not None and row.details.in_overdue:
        untrack(state, row, row.details)
    if where == IN_LINE:
        line = lane.line
        if line[0] is row:
            line.popleft()
            while line and line[0].where != IN_LINE:
                line.popleft()
                lane.dead -= 1
        else:
            _leave_middle(lane)
    elif where == EARLY:
        _leave_early(lane)
    elif where == SOLO:
        assert entry is not None
        del lane.solo[bisect_left(lane.solo, entry)]
        for refused in row.refused():
            refusing = lane.refusing[refused]
            del refusing[bisect_left(refusing, entry)]
            if not refusing:
                del lane.refusing[refused]
    else:
        assert entry is not None
        assert row.details is not None
        agent_id = row.details.prefer_agent
        assert agent_id is not None
        lane.with_agents -= 1
        standing = state.preferring[agent_id]
        del standing[bisect_left(standing, entry)]
        if not standing:
            del state.preferring[agent_id]
        return
    head = lane.head
    if head is not None and head[2] == row.sequence:
        show_head(state, lane)


def set_aside(state: State, row: ContactRow) -> None:
    """Count a contact that is deferred from now on."""
    state.deferred += 1
    if row.lane.channel.max_waiting is not None:
        row.lane.channel.in_queue += 1


def bring_back(state: State, row: ContactRow) -> None:
    """Count a contact that is deferred no longer; end its timer."""
    state.deferred -= 1
    if row.lane.channel.max_waiting is not None:
        row.lane.channel.in_queue -= 1
    state.timers.cancel(row.timer)
    row.timer = None


def follow_head(state: State, lane: Lane, index: int) -> None:
    """Replace the head of a lane whose first contact was taken by the next of its line.

    Args:
        state: the router's.
        lane: only its line has contacts; none stands early or solo.
        index: where its head stands among all heads.

    Cost: O(log lanes): one insertion.
    """
    line = lane.line
    if lane.dead:
        while line and line[0].where != IN_LINE:
            line.popleft()
            lane.dead -= 1
    heads = state.heads
    del heads[index]
    marked = state.roster.marked
    if line:
        first = line[0]
        head = lane.head = (first.rank, first.arrived_at, first.sequence, lane)
        if not marked:
            insort(heads, head, index)
            return
        to = bisect_left(heads, head, index)
        heads.insert(to, head)
        for room in marked:
            room.marks.insert(to, room.marks.pop(index))  # type: ignore[union-attr]
    else:
        lane.head = None
        for room in marked:
            del room.marks[index]  # type: ignore[union-attr]


def _leave_middle(lane: Lane) -> None:
    lane.dead += 1
    if lane.dead > _PRUNE_MIN and lane.dead * 2 > len(lane.line):
        lane.line = deque(row for row in lane.line if row.where == IN_LINE)
        lane.dead = 0


def _leave_early(lane: Lane) -> None:
    early = lane.early
    lane.dead_early += 1
    while early and early[0][3].entry is not early[0]:
        heappop(early)
        lane.dead_early -= 1
    if lane.dead_early > _PRUNE_MIN and lane.dead_early * 2 > len(early):
        early[:] = [entry for entry in early if entry[3].entry is entry]
        heapify(early)
        lane.dead_early = 0


def show_head(state: State, lane: Lane) -> None:
    """Make the lane's present first contact its head. Cost: O(log lanes)."""
    heads = state.heads
    old = lane.head
    if old is not None and not lane.aside:
        index = bisect_left(heads, old)
        del heads[index]
        for room in state.roster.marked:
            del room.marks[index]  # type: ignore[union-attr]
    row = lane.first()
    if row is None:
        lane.head = None
        if lane.aside:
            lane.aside = False
            del state.aside[lane]
        return
    head = lane.head = (row.rank, row.arrived_at, row.sequence, lane)
    if old is None:
        lane.aside = not lane.holders & state.roster.ready
        if lane.aside:
            state.aside[lane] = None
    if not lane.aside:
        index = bisect_left(heads, head)
        heads.insert(index, head)
        for room in state.roster.marked:
            room.marks.insert(index, bool(room.mask & lane.channel.bit))  # type: ignore[union-attr]


def first_marked(state: State, shape: Shape, marks: bytearray) -> int:
    """Return how many heads stand before the first that agents of this shape serve.

    Args:
        state: the router's.
        shape: the agents'.
        marks: those of its room; heads without a mark are passed in C.

    Cost: O(marked heads before it).
    """
    number = shape.number
    heads = state.heads
    index = marks.find(1)
    while index >= 0:
        lane = heads[index][3]
        known = lane.serves[number]
        if known and (known == 1 or serves(lane, shape)):
            return index
        index = marks.find(1, index + 1)
    return len(heads)


def mark_heads(state: State, room: Room, walked: int) -> None:
    """Start marks for a room whose agents walk past many heads of other channels.

    Args:
        state: the router's.
        room: whose agents have just walked.
        walked: past how many heads.

    Cost: O(walked), once O(lanes). The marks have to be kept, so a few rooms at most have any.
    """
    marked = state.roster.marked
    mask = room.mask
    if len(marked) < _MARKED_MAX:
        foreign = sum(not mask & head[3].channel.bit for head in state.heads[:walked])
        if 2 * foreign > walked:
            room.marks = _marks(state, mask)
            marked.append(room)


def _marks(state: State, mask: int) -> bytearray:
    return bytearray(bool(mask & head[3].channel.bit) for head in state.heads)


def review_servable(state: State) -> None:
    """Note which lanes can be served by somebody who is not offline, and which no longer.

    Cost: O(lanes); run when the set of profiles with such an agent changes.
    """
    signed_in = state.roster.signed_in
    for lane in state.roster.lanes():
        servable = bool(lane.holders & signed_in)
        if lane.servable and not servable and not lane.empty():
            state.doubtful[lane] = None
        lane.servable = servable


def say_unservable(state: State) -> None:
    """Tell of each lane where contacts have come to wait for nobody. Cost: O(1) a lane, mostly."""
    for lane in state.doubtful:
        row = None if lane.servable else lane.first()
        if row is None and not lane.servable and lane.with_agents:
            entries = (entry for standing in state.preferring.values() for entry in standing)
            row = min(entry for entry in entries if entry[3].lane is lane)[3]
        if row is not None:
            name, needs = lane.channel.name, lane.needs
            said = (row.id, name, lane.skills, needs.any_of)
            state.log.append((Unservable, state.now, *said))
    state.doubtful.clear()


def review_lanes(state: State) -> None:
    """Bring in the lanes that some ready agent serves now; set aside the others.

    Cost: O(lanes log lanes); run when the set of profiles with a ready agent changes.
    """
    ready = state.roster.ready
    heads = state.heads
    stay: list[Head] = []
    leaving: list[Lane] = []
    for head in heads:
        if head[3].holders & ready:
            stay.append(head)
        else:
            leaving.append(head[3])
    coming = [lane for lane in state.aside if lane.holders & ready]
    if not leaving and not coming:
        return
    for lane in coming:
        lane.aside = False
        del state.aside[lane]
        assert lane.head is not None
        stay.append(lane.head)
    for lane in leaving:
        lane.aside = True
        state.aside[lane] = None
    stay.sort()
    heads[:] = stay
    for room in state.roster.marked:
        room.marks = _marks(state, room.mask)
