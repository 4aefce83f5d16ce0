"""Rows: what the engine keeps of contacts, channels, lanes, agents and timers.

Plain slots, written by the modules above. Rows know nothing of what acts on them, so that every
module of the engine may import them. The words that they define:

Contacts
- **place**: `(rank, arrived_at, sequence)`, where a contact comes in the queue. The order policy
  gives the rank, once; sequence numbers differ, so no two places are equal.
- **entry**: a place with its contact behind it. As a tuple of numbers it is compared in C by
  heaps and sorted lists; the contact itself is never compared.
- **details**: what few contacts need (preference, exclusions, relaxation, expiry, reservation),
  made when first needed. A contact without details is *plain*, and takes the quick paths.
- **where**: which structure a waiting contact stands in. A contact whose state is waiting stands
  in exactly one; functions that "leave" or "stand" change it.

Lanes
- **lane**: the waiting contacts of one requirement (channel, needed skills and levels, groups of
  alternatives). To any agent they are alike, so only the first of them matters: the **head** that
  stands for the lane.
- **line**, **early**, **solo**: those that entered in order; those that came back; those that
  some agent is excluded from. See `lanes`.

Agents
- **profile**: agents who could take the same contacts when they have no work, in the same order:
  equal skills, channels, costs and skill order of their own. Profiles are numbered, and a set of
  profiles is an int with a bit for each (`Lane.holders`, `Room.open`), so that sets are
  intersected by one `&`.
- **room**: the channels an agent can take one more contact of, a bit each; and those of them for
  which it would have to interrupt work in hand.
- **own rank**: the place of a lane in a profile's own order (its skill order, say): of what an
  agent can take, the contacts of the lowest own rank go first. 0 where there is no such order,
  and for contacts that are overdue.
- **shape**: a profile with a room. Agents of one shape can take exactly the same contacts now.
- **stamp**: a number from one counter, renewed when an agent takes or ends work or becomes ready:
  of two agents, the one with the lower stamp has been idle longer.
- **seat**: `(turn, stamp, agent)`, the entry of a free agent in its shape's heap; turn is the
  selection's rank. An agent without room, not ready or reserved has no seat.
- **front**: the first seat of a shape; the fronts of all shapes stand in one sorted list.
- **crowd**: what room depends on beside free capacity, for agents to whom that applies
  (`limited`): which channels are at their limit (`full`), and the cost per channel of the work
  that may be interrupted (`yielding`). See `roster`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from math import inf
from typing import Final, NamedTuple, TypeAlias

from omniqueue.core.lifecycle import WAITING
from omniqueue.model.agent import Agent, Presence
from omniqueue.model.channel import Channel
from omniqueue.model.contact import Contact, all_needed
from omniqueue.model.event import Rank
from omniqueue.model.skill import Skills

# Where a waiting contact stands.
NOWHERE: Final = 0  # not waiting
IN_LINE: Final = 1  # in its lane's line, in order of entry
EARLY: Final = 2  # in its lane's heap of those that came back
SOLO: Final = 3  # in its lane's list of those that not every agent may take
WITH_AGENT: Final = 4  # in the list of its preferred agent

# Kinds of timers.
OFFER: Final = "offer"
WRAP_UP_END: Final = "wrap_up"
DEFERRAL: Final = "deferral"
PREFERENCE: Final = "preference"
RELAXATION: Final = "relaxation"
EXPIRY: Final = "expiry"
RESERVATION: Final = "reservation"
RETRY: Final = "retry"

Entry: TypeAlias = "tuple[Rank, float, int, ContactRow]"  # the total order, and who
Head: TypeAlias = "tuple[Rank, float, int, Lane]"
# Channels with room, a bit each; and those of them that have it by interrupting alone.
RoomKind: TypeAlias = tuple[int, int]
# What an agent's room depends on: its free capacity; where that is not all, the channels at
# their limit and what its contacts that may be interrupted cost, by channel.
Crowd: TypeAlias = "tuple[int, tuple[tuple[int, int], ...]]"
Load: TypeAlias = "int | tuple[int, Crowd]"
Ranked: TypeAlias = "tuple[float, int, int, AgentRow]"  # used / capacity, idle order
Seat: TypeAlias = "tuple[Rank, int, AgentRow]"  # (turn, stamp, agent)
OwnCosts: TypeAlias = tuple[tuple[str, int], ...]  # channel and cost, in order of name
# Skills, possible channels, own costs, skill order.
ProfileKind: TypeAlias = tuple[Skills, int, OwnCosts, tuple[str, ...]]
Front: TypeAlias = "tuple[Rank, int, Shape]"  # the first seat of a shape, as (turn, stamp, shape)

UNKNOWN: Final = b"\x02"  # of a lane and a shape: whether it is served has not been worked out
_blank = object.__new__  # calling a class runs `__init__` by a detour


class Details:
    """What few contacts have: preference, exclusions, relaxation, expiry, reservation."""

    __slots__ = (
        "abandoned_at",
        "barred",
        "excluded",
        "expiry",
        "expiry_due",
        "in_overdue",
        "listed_due",
        "prefer_agent",
        "prefer_skip",
        "prefer_timer",
        "relaxation",
        "reserve_due",
        "reserve_timer",
        "reserved",
    )

    def __init__(self) -> None:
        self.prefer_agent: str | None = None  # a preference runs
        self.prefer_skip = True
        self.prefer_timer: Timer | None = None
        self.excluded: dict[str, Timer | None] = {}  # agent id -> retry timer; None: until taken
        self.barred: str | None = None  # the agent who sent it on
        self.relaxation: list[Timer] = []
        self.expiry: Timer | None = None
        self.expiry_due = False  # fell due while it could not act
        self.reserve_due = inf  # overdue from then on
        self.reserve_timer: Timer | None = None
        self.reserved: AgentRow | None = None
        self.in_overdue = False  # waiting, overdue, unreserved: listed for the next matching
        self.listed_due = inf  # when the list of those not overdue yet has it
        self.abandoned_at = -inf


class ContactRow:
    """One contact: its place (`rank`, `arrived_at`, `sequence`), its state, its holder."""

    __slots__ = (
        "agent",
        "answered_at",
        "arrived_at",
        "contact",
        "details",
        "entry",
        "id",
        "lane",
        "rank",
        "sequence",
        "since",
        "state",
        "timer",
        "where",
    )

    id: str
    contact: Contact
    lane: Lane
    rank: Rank
    arrived_at: float
    sequence: int
    state: int
    since: float  # when it came to its state
    answered_at: float | None  # when an agent first took it
    where: int
    entry: Entry | None
    agent: AgentRow | None
    timer: Timer | None  # the state's own: offer, wrap-up or deferral end
    details: Details | None

    def detailed(self) -> Details:
        """Return the details, made when first needed."""
        if self.details is None:
            self.details = Details()
        return self.details

    def restricted(self) -> bool:
        """Tell whether some agent may not take it although skills and room would do."""
        details = self.details
        return details is not None and bool(
            details.excluded or details.barred is not None or self.contact.not_agents
        )

    def refuses(self, agent_id: str) -> bool:
        """Tell whether that agent is excluded or unwanted, or sent the contact on."""
        details = self.details
        return details is not None and (
            agent_id in details.excluded
            or agent_id == details.barred
            or agent_id in self.contact.not_agents
        )

    def refused(self) -> list[str]:
        """Return the ids of the agents who may not take it, each once."""
        details = self.details
        if details is None:
            return []
        barred = () if details.barred is None else (details.barred,)
        return list(dict.fromkeys((*details.excluded, *barred, *self.contact.not_agents)))

    def does_not_want(self, agent_id: str) -> bool:
        """Tell whether that agent may never take it."""
        return agent_id in self.contact.not_agents

    def overdue(self, now: float) -> bool:
        """Tell whether it has waited so long that an agent is to be reserved for it."""
        return self.details is not None and self.details.reserve_due <= now


def contact_row(
    contact: Contact,
    lane: Lane,
    rank: Rank,
    arrived_at: float,
    sequence: int,
    since: float,
    state: int = WAITING,  # another one only when a router is rebuilt; `lifecycle.move` changes it
) -> ContactRow:
    """Build a contact, not yet queued; skips `__init__`, half the cost."""
    row = _blank(ContactRow)
    row.id = contact.id
    row.contact = contact
    row.lane = lane
    row.rank = rank
    row.arrived_at = arrived_at
    row.sequence = sequence
    row.since = since
    row.state = state
    row.where = NOWHERE
    row.entry = row.agent = row.timer = row.details = row.answered_at = None
    return row


def place(row: ContactRow) -> tuple[Rank, float, int]:
    """Return the contact's place in the total order."""
    return row.rank, row.arrived_at, row.sequence


class ChannelRow:
    """A channel inside the engine: its settings, its bit, its lanes, the rooms that have it."""

    __slots__ = (
        "bit",
        "bounded",
        "cost",
        "crowded_rooms",
        "in_queue",
        "interrupts",
        "lanes",
        "max_waiting",
        "name",
        "offer_seconds",
        "plain",
        "rooms",
        "settings",
        "wrap_up_seconds",
    )

    def __init__(self, settings: Channel, bit: int) -> None:
        self.settings = settings  # as declared
        # Those that every contact meets, one step nearer.
        self.cost = settings.cost
        self.offer_seconds = settings.offer_seconds
        self.wrap_up_seconds = settings.wrap_up_seconds
        self.name = settings.name
        self.bit = bit
        self.lanes: dict[Skills, Lane] = {}
        self.max_waiting = settings.max_waiting
        self.bounded = False  # how many may wait: by the channel or by the router
        self.in_queue = 0  # waiting or deferred; counted where `max_waiting` is set
        self.interrupts = 0  # bit per channel whose contacts may be put aside for one of this
        self.rooms: list[Room] = []
        self.crowded_rooms: list[Room] = []  # those that have it by interrupting alone
        self.plain = self.is_plain()  # contacts without details may take the quick road

    def is_plain(self) -> bool:
        """Tell whether its contacts reserve no agents, interrupt no others, are not counted."""
        settings = self.settings
        return (
            settings.reserve_seconds is None
            and settings.max_waiting is None
            and not self.interrupts
        )


class Lane:
    """The waiting contacts of one channel and one requirement."""

    __slots__ = (
        "aside",
        "channel",
        "dead",
        "dead_early",
        "early",
        "fits",
        "head",
        "holders",
        "line",
        "needs",
        "owns",
        "refusing",
        "retired",
        "servable",
        "serves",
        "skills",
        "solo",
        "tail_at",
        "tail_rank",
        "with_agents",
    )

    def __init__(
        self, channel: ChannelRow, needs: Skills, holders: int, shapes: int, *, servable: bool
    ) -> None:
        self.channel = channel
        self.needs = needs
        self.skills = all_needed(needs)
        self.holders = holders  # bit per profile that could take its contacts when empty
        self.servable = servable  # one of them has an agent who is not offline
        self.line: deque[ContactRow] = deque()  # the first is always alive
        self.tail_rank: Rank = -inf
        self.tail_at = -inf
        self.early: list[Entry] = []  # a heap; the first is always alive
        self.solo: list[Entry] = []  # sorted, all alive
        self.refusing: dict[str, list[Entry]] = {}  # agent id -> those of them it may not take
        self.dead = 0
        self.dead_early = 0
        self.with_agents = 0  # contacts of this lane that wait for a preferred agent
        self.head: Head | None = None  # as it stands among the heads or aside
        self.aside = False  # nobody ready serves it
        self.retired = False
        self.serves = bytearray(UNKNOWN) * shapes  # by shape number, see `serves`
        self.fits: list[tuple[Rank, int]] | None = None  # holders by fit, best first
        self.owns: list[tuple[Rank, int]] | None = None  # holders by own rank, the first first

    def empty(self) -> bool:
        """Tell whether no waiting contact needs this lane."""
        return not (self.line or self.early or self.solo or self.with_agents)

    def first(self) -> ContactRow | None:
        """Return the first contact that stands in the lane. Cost: O(1)."""
        row = self.first_open()
        if self.solo:
            entry = self.solo[0]
            if row is None or entry[:3] < (row.rank, row.arrived_at, row.sequence):
                return entry[3]
        return row

    def first_open(self) -> ContactRow | None:
        """Return the first contact that any agent with the skills may take. Cost: O(1)."""
        row = self.line[0] if self.line else None
        if self.early:
            entry = self.early[0]
            if row is None or entry[:3] < (row.rank, row.arrived_at, row.sequence):
                return entry[3]
        return row

    def first_for(self, agent_id: str) -> ContactRow | None:
        """Return the first contact that this agent may take. Cost: O(log of those it may not)."""
        row = self.first_open()
        solo = self.solo
        if not solo:
            return row
        refusing = self.refusing.get(agent_id, ())
        # Both are sorted, and the second is part of the first: up to where they part they are the
        # same, so that place is found by bisection.
        index, end = 0, len(refusing)
        while index < end:
            middle = (index + end) // 2
            if solo[middle] is refusing[middle]:
                index = middle + 1
            else:
                end = middle
        if index < len(solo):
            entry = solo[index]
            if row is None or entry[:3] < (row.rank, row.arrived_at, row.sequence):
                return entry[3]
        return row

    def rows(self) -> list[ContactRow]:
        """Return all contacts that stand in the lane, in no order. Cost: O(n)."""
        found = [row for row in self.line if row.where == IN_LINE]
        found += [entry[3] for entry in self.early if entry[3].entry is entry]
        found += [entry[3] for entry in self.solo]
        return found


class Room:
    """One set of channels with room, and the profiles that have a free agent of just this."""

    __slots__ = ("by_interrupting", "kind", "marks", "mask", "open", "shapes")

    def __init__(self, kind: RoomKind) -> None:
        self.kind = kind
        self.mask, self.by_interrupting = kind  # bit per channel; the second are of the first
        self.open = 0  # bit per profile
        self.shapes = 0  # how many have it
        # A byte per head, in their order: whether its channel is one of these; None: not kept.
        self.marks: bytearray | None = None


class Shape:
    """What an agent could take right now: a profile and the channels with room; its agents."""

    __slots__ = ("dead", "front", "heap", "number", "profile", "room", "size")

    def __init__(self, profile: Profile, room: Room, number: int) -> None:
        self.profile = profile
        self.room = room
        self.number = number  # where lanes keep whether it serves them
        self.heap: list[Seat] = []  # the first is always alive
        self.front: Front | None = None  # as it stands among the fronts of all shapes
        self.size = 0
        self.dead = 0


class Profile:
    """Agents that could take the same when empty, in the same order."""

    __slots__ = (
        "agents",
        "bit",
        "by_load",
        "costs",
        "index",
        "masks",
        "own_costs",
        "own_lanes",
        "own_order",
        "own_rank",
        "own_ranks",
        "possible",
        "ready",
        "shapes",
        "signed_in",
        "skills",
        "unreserved",
    )

    def __init__(self, index: int, kind: ProfileKind) -> None:
        self.index = index
        self.bit = 1 << index
        # `possible` has a bit per channel that an empty agent could take.
        self.skills, self.possible, self.own_costs, self.own_order = kind
        # Where there is an own order: each lane that it serves with its own rank, the lanes by
        # own rank, and all such ranks.
        self.own_rank: dict[Lane, Rank] = {}
        self.own_lanes: dict[Rank, dict[Lane, None]] = {}
        self.own_ranks: list[Rank] = []  # sorted
        # Channels by cost: masks[i] has those that fit when costs[i-1] <= free < costs[i].
        self.costs: list[int] = []
        self.masks: list[int] = []
        self.shapes: dict[RoomKind, Shape] = {}
        self.by_load: dict[Load, Shape | None] = {}  # None: no room
        self.agents: dict[AgentRow, None] = {}  # in the order in which they joined
        self.ready = 0
        self.signed_in = 0  # not offline
        self.unreserved = 0  # ready and not reserved for a contact


class AgentRow:
    """One agent: description, presence, load, and the seat among the free agents."""

    __slots__ = (
        "added",
        "agent",
        "busy_seconds",
        "busy_since",
        "compared",
        "counts",
        "crowd",
        "free",
        "full",
        "holding",
        "id",
        "interrupted",
        "latest_taking",
        "limited",
        "misses",
        "presence",
        "profile",
        "reason",
        "reserved_for",
        "seat",
        "shape",
        "since",
        "stamp",
        "taken",
        "wrap_ups",
        "yielding",
    )

    def __init__(self, agent: Agent, profile: Profile) -> None:
        self.id = agent.id
        self.agent = agent
        self.profile = profile
        self.presence: Presence = "offline"
        self.since = -inf  # in this presence
        self.reason: str | None = None
        self.free = agent.capacity  # may be below 0 after an update
        self.counts: dict[ChannelRow, int] = {}  # contacts held, of a limited agent
        self.limited = False  # its room does not depend on free capacity alone
        self.full = 0  # bit per channel at its limit
        self.crowd: Crowd | None = None  # None also where neither limits nor yielding work count
        self.interrupted: dict[ContactRow, None] = {}  # of `holding`
        self.yielding: dict[int, int] = {}  # channel bit -> cost of what may be interrupted
        self.holding: dict[ContactRow, None] = {}  # all in hand: offers to wrap-ups
        self.wrap_ups: Mapping[str, float | None] | None = None  # None: the channels' own
        self.stamp = 0
        self.misses = 0
        self.added = 0  # the order of adding
        # What selections go by; counted where the selection does (`Choice.counting`).
        self.taken = 0  # contacts
        self.latest_taking = 0  # the stamp it gave; 0: never
        self.busy_seconds = 0.0  # of the busy periods that are over
        self.busy_since = 0.0  # the start of the present one, while there is work
        self.compared = 0  # bit per measure: it stands in that heap of `Roster.comparing`
        self.seat: Seat | None = None
        self.shape: Shape | None = None
        self.reserved_for: ContactRow | None = None


class Timer(NamedTuple):
    """One deadline: a tuple, so that it stands in the heap as it is."""

    due: float
    number: int  # of its creation: no two are equal, so nothing behind it is ever compared
    kind: str
    row: ContactRow
    detail: str | int  # retry: the agent's id; relaxation: the step's index
