"""The roster: agents by profile and shape, so that no agent without room is ever looked at.

Theory of operation. Matching asks two questions, thousands of times a second: who is the best
agent for this contact, and which lanes does this agent serve? Going through agents or skills
would cost O(agents) each time. But agents are alike in few ways, and what they can take changes
only with their load. So the answer is kept in three levels (the words are defined in `rows`):

1. *Profile*: what an agent could ever take, and in which order. `Lane.holders` has a bit per
   profile, worked out once for each pair of profile and lane: when a lane is made, from `skilled`
   (skill -> level -> bits) and `takers` (channel -> bits), and when a profile is made. A profile
   is dropped with its last agent, and its bit is used again.
2. *Room*: the channels that it has room for now. For an agent of simple kind that depends on its
   free capacity alone: channels are sorted by cost, `Profile.masks[i]` has those that cost no
   more than the i-th, and one bisection finds them. Limits and interruptible work come on top
   (`limited` agents; the `crowd`). `Profile.by_load` keeps the shape found for each load, so the
   arithmetic runs once per load and not once per contact.
3. *Shape*: profile and room. Its free agents sit in a heap, by turn and stamp. `Room.open` has a
   bit for each profile with a free agent of just this room, so "can anybody take it?" is an `&`
   of `Lane.holders` with the open masks of the rooms that have the channel.

The first seat of each shape also stands in `fronts`, sorted over all shapes. Where every fit
ranks alike, the best agent for a contact is the one in the first front whose shape serves the
contact's lane, and in a centre with few kinds of agents that is one of the first few.

Agents who take some kinds of contacts first (`ordered` profiles) keep the lanes that they serve by
own rank, so that of each rank only lanes are looked at, and no rank after the first that has one.

Seats are taken away lazily: `unseat` clears `AgentRow.seat`, and a dead seat is popped when it
comes to the top, or when more than half of a heap is dead. The top is always alive.

Who changes what a seat depends on (load, presence, reservation, stamp) unseats the agent first;
matching, at the end of every command, seats it again by what it has room for then.

What it costs: n channels with limits can make 2**n rooms. Shapes without agents are therefore
dropped when there are more than twice as many as agents, and `by_load` is cleared when it grows
beyond some thousand loads. A new profile costs O(lanes); seating O(log agents of the shape).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Mapping
from heapq import heapify, heappop, heappush, heapreplace
from math import inf

from omniqueue.core.choice import Choice
from omniqueue.core.lifecycle import INTERRUPTED, TAKEN
from omniqueue.core.rows import (
    UNKNOWN,
    AgentRow,
    ChannelRow,
    ContactRow,
    Front,
    Lane,
    Profile,
    ProfileKind,
    Room,
    RoomKind,
    Seat,
    Shape,
)
from omniqueue.model.agent import Agent
from omniqueue.model.skill import Skills

_PRUNE_MIN = 32
_SPARE_SHAPES = 64
_LOADS_KEPT = 4096  # per profile: capacities may be large and loads many


class Roster:
    """All agents of a router, the profiles they share, and the masks that sum them up."""

    __slots__ = (
        "agents",
        "certifying",
        "channels",
        "choice",
        "clock",
        "comparing",
        "costs",
        "detour",
        "free_indices",
        "free_numbers",
        "fronts",
        "interrupting",
        "marked",
        "masks",
        "moves",
        "ordered",
        "profiles",
        "profiles_by_kind",
        "ready",
        "rooms",
        "shape_count",
        "shapes",
        "signed_in",
        "skilled",
        "stamp",
        "stirred",
        "takers",
    )

    def __init__(
        self,
        channels: dict[str, ChannelRow],
        choice: Choice,
        clock: Callable[[], float],
        *,
        interrupting: bool,
    ) -> None:
        self.channels = channels
        self.choice = choice
        self.clock = clock  # the router's time
        # By measure: agents who are not offline, as a heap of (at most what it is, added, agent).
        self.comparing: dict[str, list[tuple[float, int, AgentRow]]] = {
            "taken": [],
            "busy_seconds": [],
        }
        self.agents: dict[str, AgentRow] = {}
        self.profiles: list[Profile | None] = []
        self.free_indices: list[int] = []  # of profiles, a heap
        self.profiles_by_kind: dict[ProfileKind, Profile] = {}
        self.ordered = 0  # bit per profile with an own order
        self.certifying = False
        self.detour = False  # either: freed agents may not take the plain road
        self.rooms: dict[RoomKind, Room] = {}
        self.marked: list[Room] = []  # those that mark which heads are of their channels
        self.shapes: list[Shape | None] = []  # by number
        self.shape_count = 0
        self.free_numbers: list[int] = []
        self.fronts: list[Front] = []  # the first seats of all shapes that have any, sorted
        self.skilled: dict[str, dict[int, int]] = {}  # skill -> level -> bit per profile
        self.takers: dict[ChannelRow, int] = dict.fromkeys(channels.values(), 0)
        self.ready = 0  # bit per profile with a ready agent
        self.signed_in = 0  # bit per profile with an agent who is not offline
        self.stamp = 0
        self.moves = 0  # how often an agent's load or presence changed without a new stamp
        self.interrupting = interrupting  # some channel's contacts may be interrupted
        self.stirred: dict[AgentRow, None] = {}  # whose work changed, see `go_on`
        self.costs, self.masks = self._masks({})

    def _masks(self, own: Mapping[str, int]) -> tuple[list[int], list[int]]:
        """Return the costs of the channels, sorted, and the channels that cost less than each."""
        found = {channel: own.get(name, channel.cost) for name, channel in self.channels.items()}
        costs = sorted(set(found.values()))
        masks = [sum(row.bit for row, cost in found.items() if cost <= most) for most in costs]
        return costs, [0, *masks]

    def possible(self, agent: Agent) -> int:
        """Return the channels that the agent could take when empty, a bit each."""
        costs, masks = self._masks(agent.costs) if agent.costs else (self.costs, self.masks)
        mask = masks[bisect_right(costs, agent.capacity)]
        if agent.channels is not None:
            mask &= sum(self.channels[name].bit for name in agent.channels)
        for name, most in agent.limits.items():
            if most == 0:
                mask &= ~self.channels[name].bit
        return mask

    def holders(self, channel: ChannelRow, needs: Skills) -> int:
        """Return the profiles that could take such a contact. Cost: O(skills x levels)."""
        found = self.takers[channel]
        for name, least in needs.pairs:
            found &= self._holding(name, least)
        for group in needs.any_of:
            some = 0
            for name, least in group.pairs:
                some |= self._holding(name, least)
            found &= some
        return found

    def _holding(self, skill: str, least: int) -> int:
        """Return the profiles that have a skill at that level or a higher one."""
        levels = self.skilled.get(skill)
        if levels is None:
            return 0
        return sum(bits for level, bits in levels.items() if level >= least)

    def profile_for(self, agent: Agent) -> tuple[Profile, bool]:
        """Return the profile of such agents, and whether it is new."""
        possible = self.possible(agent)
        own_costs = tuple(agent.costs.items())
        kind = (agent.skills, possible, own_costs, agent.skill_order)
        profile = self.profiles_by_kind.get(kind)
        if profile is not None:
            return profile, False
        index = heappop(self.free_indices) if self.free_indices else len(self.profiles)
        profile = Profile(index, kind)
        profile.costs, profile.masks = self.costs, self.masks
        if own_costs:
            profile.costs, profile.masks = self._masks(agent.costs)
        if index == len(self.profiles):
            self.profiles.append(profile)
        else:
            self.profiles[index] = profile
        self.profiles_by_kind[kind] = profile
        for name, level in agent.skills.pairs:
            levels = self.skilled.setdefault(name, {})
            levels[level] = levels.get(level, 0) | profile.bit
        for channel in self.channels.values():
            if possible & channel.bit:
                self.takers[channel] |= profile.bit
        for lane in self.lanes():
            if possible & lane.channel.bit and profile.skills.covers(lane.needs):
                lane.holders |= profile.bit
                lane.fits = lane.owns = None
        if profile.own_order or self.choice.own_order is not None:
            self.ordered |= profile.bit
            self.detour = True
            for lane in self.lanes():
                if lane.holders & profile.bit:
                    self._order_for(profile, lane)
        return profile, True

    def certify(self, *, on: bool) -> None:
        """Note whether certificates are on."""
        self.certifying = on
        self.detour = on or self.ordered != 0

    def order_lane(self, lane: Lane) -> None:
        """Let the profiles that take contacts in an own order know of a new lane."""
        for profile in self._ordered(lane):
            self._order_for(profile, lane)

    def forget_lane(self, lane: Lane) -> None:
        """Let them forget a lane that is retired."""
        for profile in self._ordered(lane):
            rank = profile.own_rank.pop(lane)
            lanes = profile.own_lanes[rank]
            del lanes[lane]
            if not lanes:
                del profile.own_lanes[rank]
                profile.own_ranks.remove(rank)

    def _ordered(self, lane: Lane) -> list[Profile]:
        mask = lane.holders & self.ordered
        return [each for each in self.profiles if each is not None and mask & each.bit]

    def _order_for(self, profile: Profile, lane: Lane) -> None:
        rank = profile.own_rank[lane] = self.choice.own_rank(profile, lane)
        lanes = profile.own_lanes.get(rank)
        if lanes is None:
            lanes = profile.own_lanes[rank] = {}
            insort(profile.own_ranks, rank)
        lanes[lane] = None

    def drop_profile(self, profile: Profile) -> None:
        """Forget a profile without agents; its bit may be used again. Cost: O(lanes)."""
        self.profiles[profile.index] = None
        heappush(self.free_indices, profile.index)
        kind = (profile.skills, profile.possible, profile.own_costs, profile.own_order)
        del self.profiles_by_kind[kind]
        self.ordered &= ~profile.bit
        self.certify(on=self.certifying)
        for name, level in profile.skills.pairs:
            levels = self.skilled[name]
            levels[level] &= ~profile.bit
            if not levels[level]:
                del levels[level]
            if not levels:
                del self.skilled[name]
        for channel in self.takers:
            self.takers[channel] &= ~profile.bit
        for lane in self.lanes():
            lane.holders &= ~profile.bit
            lane.fits = lane.owns = None
        self._drop_shapes(list(profile.shapes.values()))

    def _drop_empty_shapes(self) -> None:
        """Forget shapes without a free agent: they can be many.

        With limits on n channels there are up to 2**n of them, of which few are in use.
        """
        empty = [shape for shape in self.shapes if shape is not None and not shape.size]
        self._drop_shapes(empty)

    def _drop_room(self, room: Room) -> None:
        """Forget a room that no shape has. Cost: O(channels x rooms)."""
        del self.rooms[room.kind]
        for channel in self.channels.values():
            if room.by_interrupting & channel.bit:
                channel.crowded_rooms.remove(room)
            elif room.mask & channel.bit:
                channel.rooms.remove(room)
        if room.marks is not None:
            self.marked.remove(room)

    def _drop_shapes(self, shapes: list[Shape]) -> None:
        lanes = self.lanes()
        for shape in shapes:
            self.shapes[shape.number] = None
            self.free_numbers.append(shape.number)
            del shape.profile.shapes[shape.room.kind]
            shape.profile.by_load.clear()
            shape.room.shapes -= 1
            if not shape.room.shapes:
                self._drop_room(shape.room)
            for lane in lanes:
                lane.serves[shape.number] = UNKNOWN[0]
        self.shape_count -= len(shapes)

    def lanes(self) -> list[Lane]:
        """Return every lane in being. Cost: O(lanes)."""
        return [lane for channel in self.channels.values() for lane in channel.lanes.values()]

    def shape_of(self, profile: Profile, kind: RoomKind) -> Shape:
        """Return the shape of a profile with room on these channels."""
        shape = profile.shapes.get(kind)
        if shape is None:
            if self.shape_count > 2 * len(self.agents) + _SPARE_SHAPES:
                self._drop_empty_shapes()
            room = self.rooms.get(kind)
            if room is None:
                room = self.rooms[kind] = Room(kind)
                for channel in self.channels.values():
                    if room.by_interrupting & channel.bit:
                        channel.crowded_rooms.append(room)
                    elif room.mask & channel.bit:
                        channel.rooms.append(room)
            number = self.free_numbers.pop() if self.free_numbers else len(self.shapes)
            shape = profile.shapes[kind] = Shape(profile, room, number)
            room.shapes += 1
            self.shape_count += 1
            if number == len(self.shapes):
                self.shapes.append(shape)
                for lane in self.lanes():
                    lane.serves += UNKNOWN
            else:
                self.shapes[number] = shape
        return shape

    def shape_for(self, agent: AgentRow) -> Shape | None:
        """Return the agent's shape at its present load; None: no room. Cost: O(1)."""
        by_load = agent.profile.by_load
        load = agent.free if agent.crowd is None else (agent.free, agent.crowd)
        try:
            return by_load[load]
        except KeyError:
            kind = self.room(agent)
            shape = self.shape_of(agent.profile, kind) if kind[0] else None
            if len(by_load) >= _LOADS_KEPT:
                by_load.clear()
            by_load[load] = shape
            return shape

    def room(self, agent: AgentRow) -> RoomKind:
        """Return the channels that the agent has room for. Cost: O(1), O(channels) interrupting.

        Contacts in hand that a new one may interrupt are not in its way.
        """
        profile = agent.profile
        open_channels = profile.possible & ~agent.full
        outright = profile.masks[bisect_right(profile.costs, agent.free)] & open_channels
        crowd = agent.crowd
        if crowd is None or not crowd[1]:
            return outright, 0
        own = agent.agent.costs
        by_interrupting = 0
        for name, channel in self.channels.items():
            if channel.interrupts and channel.bit & open_channels & ~outright:
                yielded = sum(cost for bit, cost in crowd[1] if channel.interrupts & bit)
                if own.get(name, channel.cost) <= agent.free + yielded:
                    by_interrupting |= channel.bit
        return outright | by_interrupting, by_interrupting

    def cost(self, agent: AgentRow, channel: ChannelRow) -> int:
        """Return what a contact of the channel costs the agent."""
        return agent.agent.costs.get(channel.name, channel.cost)

    def load(self, agent: AgentRow, row: ContactRow) -> None:
        """Charge a contact, in its present state, to the agent's capacity. Cost: O(1)."""
        channel = row.lane.channel
        if not agent.limited:
            agent.holding[row] = None
            agent.free -= channel.cost
            return
        if not agent.holding and self.choice.counting:
            agent.busy_since = self.clock()
        agent.holding[row] = None
        agent.free -= self.cost(agent, channel)
        count = agent.counts[channel] = agent.counts.get(channel, 0) + 1
        if count >= agent.agent.limits.get(channel.name, inf):
            agent.full |= channel.bit
        if self.interrupting:
            if row.state == INTERRUPTED:
                agent.interrupted[row] = None
            if row.state in TAKEN:
                self._count_yielding(agent, channel, +1)
        self._sum_up(agent)

    def unload(self, agent: AgentRow, row: ContactRow) -> None:
        """Release what a contact was charged; its state is still that. Cost: O(1)."""
        channel = row.lane.channel
        del agent.holding[row]
        if not agent.limited:
            agent.free += channel.cost
            return
        if not agent.holding and self.choice.counting:
            agent.busy_seconds += self.clock() - agent.busy_since
        agent.free += self.cost(agent, channel)
        count = agent.counts[channel] = agent.counts[channel] - 1
        if count < agent.agent.limits.get(channel.name, inf):
            agent.full &= ~channel.bit
        if self.interrupting:
            if row.state == INTERRUPTED:
                del agent.interrupted[row]
            if row.state in TAKEN:
                self._count_yielding(agent, channel, -1)
        self._sum_up(agent)

    def let_yield(self, agent: AgentRow, channel: ChannelRow, step: int) -> None:
        """Count a contact in hand that may be interrupted from now on (+1), or no longer (-1)."""
        self._count_yielding(agent, channel, step)
        self._sum_up(agent)

    def _count_yielding(self, agent: AgentRow, channel: ChannelRow, step: int) -> None:
        if channel.settings.interrupted_by:
            cost = agent.yielding.pop(channel.bit, 0) + step * self.cost(agent, channel)
            if cost:
                agent.yielding[channel.bit] = cost

    def _sum_up(self, agent: AgentRow) -> None:
        """Recompute the crowd of a limited agent (see `rows`)."""
        limited = agent.full or agent.yielding
        agent.crowd = (agent.full, tuple(sorted(agent.yielding.items()))) if limited else None
        if self.interrupting:
            self.stirred[agent] = None

    def redescribe(self, row: AgentRow, agent: Agent) -> None:
        """Put another description in the place of an agent's. Cost: O(lanes) for a new kind."""
        self.unseat(row)
        self.leave_profile(row)
        row.agent = agent
        profile, _ = self.profile_for(agent)
        self.join_profile(row, profile)
        self.recount(row)

    def recount(self, agent: AgentRow) -> None:
        """Recompute the load, after the agent's description has changed."""
        said = agent.agent
        self.moves += 1
        held = list(agent.holding)
        busy_since = agent.busy_since  # the period goes on
        for part in (agent.holding, agent.counts, agent.interrupted, agent.yielding):
            part.clear()
        agent.free = said.capacity
        agent.limited = self.limits(said)
        agent.wrap_ups = said.wrap_up_seconds or None
        agent.full = sum(self.channels[name].bit for name, most in said.limits.items() if not most)
        self._sum_up(agent)
        for row in held:
            self.load(agent, row)
        agent.busy_since = busy_since

    def limits(self, agent: Agent) -> bool:
        """Tell whether more than free capacity has to be kept of such an agent's work."""
        return bool(agent.limits or agent.costs or self.interrupting or self.choice.counting)

    def count_taking(self, agent: AgentRow) -> None:
        """Count a contact that the agent takes, its stamp being new."""
        agent.taken += 1
        agent.latest_taking = agent.stamp

    def come_in(self, agent: AgentRow) -> None:
        """Raise what an agent who comes in has done to the least of the others not offline.

        Cost: O(log agents), amortised; nothing where the selection does not compare that.
        """
        if self.choice.comparing:
            for measure in self.comparing:
                least = self._least(measure, agent)
                if least is not None and least > getattr(agent, measure):
                    setattr(agent, measure, least)
            self.compare(agent)

    def compare(self, agent: AgentRow) -> None:
        """Let an agent who is not offline count for the least of what agents have done."""
        if not self.choice.comparing:
            return
        for bit, (measure, heap) in enumerate(self.comparing.items()):
            if not agent.compared >> bit & 1:
                agent.compared |= 1 << bit
                heappush(heap, (getattr(agent, measure), agent.added, agent))

    def _least(self, measure: str, newcomer: AgentRow) -> float | None:
        """Return the least of a measure over the agents not offline, but for one."""
        heap = self.comparing[measure]
        bit = 1 << list(self.comparing).index(measure)
        if len(heap) > 2 * len(self.agents) + _PRUNE_MIN:  # most are of agents who are gone
            heap[:] = [entry for entry in heap if self.agents.get(entry[2].id) is entry[2]]
            heapify(heap)
        own: tuple[float, int, AgentRow] | None = None
        while heap:
            value, added, agent = heap[0]
            here = self.agents.get(agent.id) is agent and agent.presence != "offline"
            if agent is newcomer:
                own = heappop(heap)
            elif not here:
                heappop(heap)
                agent.compared &= ~bit
            elif value < getattr(agent, measure):  # it has done more since
                heapreplace(heap, (getattr(agent, measure), added, agent))
            else:
                break
        least = heap[0][0] if heap else None
        if own is not None:
            heappush(heap, own)
        return least

    def renew_stamp(self, agent: AgentRow) -> None:
        """Renew the stamp: the agent is last in the idle order."""
        self.stamp += 1
        agent.stamp = self.stamp

    def seat(self, agent: AgentRow) -> None:
        """Seat an agent among the free, if it is ready, unreserved and has room.

        Cost: O(log agents of its shape).
        """
        if agent.seat is not None:
            self.unseat(agent)
        if agent.presence != "ready" or agent.reserved_for is not None:
            return
        shape = self.shape_for(agent)
        if shape is not None:
            self.seat_in(agent, shape)

    def seat_in(self, agent: AgentRow, shape: Shape) -> None:
        """Seat a ready, unreserved agent without a seat in the shape it has now."""
        choice = self.choice
        turn = (1 if agent.holding else 0) if choice.by_idle else choice.turn_of(agent)
        seat: Seat = (turn, agent.stamp, agent)
        agent.seat = seat
        agent.shape = shape
        heappush(shape.heap, seat)
        shape.size += 1
        if shape.size == 1:
            shape.room.open |= shape.profile.bit
        if shape.heap[0] is seat:
            self._show_front(shape)

    def _show_front(self, shape: Shape) -> None:
        """Make the shape's present first seat its front. Cost: O(log shapes)."""
        fronts = self.fronts
        if shape.front is not None:
            del fronts[bisect_left(fronts, shape.front)]
        if not shape.size:
            shape.front = None
            return
        turn, stamp, _ = shape.heap[0]
        front = shape.front = (turn, stamp, shape)
        if fronts and front < fronts[-1]:
            insort(fronts, front)
        else:
            fronts.append(front)  # who became free last stands last

    def unseat(self, agent: AgentRow) -> None:
        """Take an agent's seat away, if it has one. Cost: O(log n) amortised."""
        shape = agent.shape
        if shape is None:
            return
        agent.seat = agent.shape = None
        heap = shape.heap
        shape.size -= 1
        if not shape.size:
            heap.clear()
            shape.dead = 0
            shape.room.open &= ~shape.profile.bit
            self._show_front(shape)
            return
        shape.dead += 1
        if heap[0][2].seat is not heap[0]:
            while heap[0][2].seat is not heap[0]:
                heappop(heap)
                shape.dead -= 1
            self._show_front(shape)
        if shape.dead > _PRUNE_MIN and shape.dead * 2 > len(heap):
            heap[:] = [seat for seat in heap if seat[2].seat is seat]
            heapify(heap)
            shape.dead = 0

    def join_profile(self, agent: AgentRow, profile: Profile) -> None:
        """Add an agent to a profile."""
        agent.profile = profile
        profile.agents[agent] = None
        self.count_present(agent, +1)
        self.count_unreserved(agent, +1)

    def leave_profile(self, agent: AgentRow) -> None:
        """Take an agent out of its profile, which is dropped with its last agent."""
        profile = agent.profile
        self.count_present(agent, -1)
        self.count_unreserved(agent, -1)
        del profile.agents[agent]
        if not profile.agents:
            self.drop_profile(profile)

    def count_present(self, agent: AgentRow, step: int) -> None:
        """Add `step` to the profile's ready agents, and to those not offline, if it is one."""
        if agent.presence == "offline":
            return
        profile = agent.profile
        profile.signed_in += step
        if profile.signed_in:
            self.signed_in |= profile.bit
        else:
            self.signed_in &= ~profile.bit
        if agent.presence != "ready":
            return
        profile.ready += step
        if profile.ready:
            self.ready |= profile.bit
        else:
            self.ready &= ~profile.bit

    def count_unreserved(self, agent: AgentRow, step: int) -> None:
        """Add `step` to the profile's unreserved agents, if the agent is ready and unreserved."""
        if agent.presence == "ready" and agent.reserved_for is None:
            agent.profile.unreserved += step

    def could_take_if_empty(self, agent: AgentRow, lane: Lane) -> bool:
        """Tell whether skills, channel, capacity and limit would do. Cost: O(1)."""
        return bool(lane.holders & agent.profile.bit)

    def has_room_for(self, agent: AgentRow, lane: Lane) -> bool:
        """Tell whether the agent could take such a contact beside its present work."""
        return bool(lane.holders & agent.profile.bit and self.room(agent)[0] & lane.channel.bit)
