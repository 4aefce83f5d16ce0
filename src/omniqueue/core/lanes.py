"""Lanes: the waiting contacts of one requirement; and the sorted heads that agents walk.

A contact that enters in order goes to the end of its lane's line, O(1). One that comes back
(declined, transferred, resumed, ...) goes to a small heap beside it, O(log of those). One that
some agents may not take stands in a sorted list of its own. The first of the three is the
lane's head; the heads of all lanes that somebody present serves stand in one sorted list.
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
from omniqueue.model.skill import Skills

_PRUNE_MIN = 32
LONG_WALK = 8  # heads
_MARKED_MAX = 4  # rooms
_SPARE_LANES = 1024  # empty lanes kept for the next contact of their kind


def serves(lane: Lane, shape: Shape) -> bool:
    """Tell whether agents of this shape could take the lane's contacts now; keep the answer.

    The kept answer is one byte per lane and shape: 0: no, 1: yes, 2: not worked out yet. Walks
    look at it in place and come here for a 2 only.
    """
    known = bool(lane.holders & shape.profile.bit and lane.channel.bit & shape.room.mask)
    lane.serves[shape.number] = known
    return known


def lane_of(state: State, channel: ChannelRow, skills: Skills) -> Lane:
    """Return the lane of a requirement, made when it is not there. Cost: O(1), O(skills) new."""
    lane = channel.lanes.get(skills)
    if lane is None:
        roster = state.roster
        lane = Lane(channel, skills, roster.holders(channel, skills), len(roster.shapes))
        channel.lanes[skills] = lane
        state.lane_count += 1
        if state.lane_count > state.lane_sweep:
            _retire_empty_lanes(state, lane)
    return lane


def _retire_empty_lanes(state: State, keep: Lane) -> None:
    """Forget lanes nobody waits in; requirements can be minted without end."""
    kept = 0
    for channel in state.channels.values():
        for lane in list(channel.lanes.values()):
            if lane.empty() and lane is not keep:
                lane.retired = True
                del channel.lanes[lane.skills]
            else:
                kept += 1
    state.lane_count = kept
    state.lane_sweep = 2 * kept + _SPARE_LANES


def requirement_lane(state: State, row: ContactRow) -> Lane:
    """Return the contact's lane, looked up anew when the old one has been retired."""
    if row.lane.retired:
        row.lane = lane_of(state, row.lane.channel, row.lane.skills)
    return row.lane


def join(state: State, row: ContactRow) -> None:
    """Let a new contact wait that has no details: the end of the line where that is its place."""
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
    """Put a waiting contact at its place among those that come back. Cost: O(log n)."""
    lane = requirement_lane(state, row) if row.lane.retired else row.lane
    entry: Entry = (row.rank, row.arrived_at, row.sequence, row)
    row.entry = entry
    row.where = EARLY
    state.waiting += 1
    details = row.details
    if details is not None:
        if details.reserve_due < inf and details.reserved is None:
            track(state, row, details)
        if details.prefer_agent is not None:
            row.where = WITH_AGENT
            lane.with_agents += 1
            insort(state.preferring.setdefault(details.prefer_agent, []), entry)
            return
        if details.excluded or details.barred is not None:
            row.where = SOLO
            insort(lane.solo, entry)
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


def follow_head(state: State, lane: Lane, index: int) -> None:
    """Let the next of a lane that has only its line stand for it, the first having been taken.

    Args:
        state: the router's.
        lane: nobody stands early or restricted in it.
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
    """Let the lane's present first contact stand for it among the heads. Cost: O(log lanes)."""
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
    """Let a room mark the heads of its channels, where its agents walk past many others.

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


def review_lanes(state: State) -> None:
    """Bring in the lanes that somebody ready serves now; set aside those that nobody does.

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
