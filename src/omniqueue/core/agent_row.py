"""What the engine keeps of one agent, and the profile and shape that it shares with others."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from omniqueue.model.agent import Agent, Presence
from omniqueue.model.event import Rank
from omniqueue.model.skill import Skills

if TYPE_CHECKING:
    from omniqueue.core.contact_row import ContactRow
    from omniqueue.core.lanes import ChannelRow

# Channels with room, a bit each; and those of them that have it by interrupting alone.
RoomKind: TypeAlias = tuple[int, int]
# What an agent's room depends on: its free capacity; where that is not all, the channels at
# their limit and what its contacts that may be interrupted cost, by channel.
Crowd: TypeAlias = "tuple[int, tuple[tuple[int, int], ...]]"
Load: TypeAlias = "int | tuple[int, Crowd]"
Seat: TypeAlias = "tuple[Rank, int, AgentRow]"  # (turn, stamp, agent)
OwnCosts: TypeAlias = tuple[tuple[str, int], ...]  # channel and cost, in order of name
Front: TypeAlias = "tuple[Rank, int, Shape]"  # the first seat of a shape, as (turn, stamp, shape)


class Room:
    """One set of channels with room, and the profiles that have a free agent of just this."""

    __slots__ = ("by_interrupting", "kind", "marks", "mask", "open")

    def __init__(self, kind: RoomKind) -> None:
        self.kind = kind
        self.mask, self.by_interrupting = kind  # bit per channel; the second are of the first
        self.open = 0  # bit per profile
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
    """Agents that could take the same when empty: equal skills and possible channels."""

    __slots__ = (
        "agents",
        "bit",
        "by_load",
        "costs",
        "index",
        "masks",
        "own_costs",
        "possible",
        "ready",
        "shapes",
        "skills",
        "unreserved",
    )

    def __init__(self, index: int, skills: Skills, possible: int, own_costs: OwnCosts) -> None:
        self.index = index
        self.bit = 1 << index
        self.skills = skills
        self.possible = possible  # bit per channel that an empty agent could take
        self.own_costs = own_costs
        # Channels by cost: masks[i] has those that fit when costs[i-1] <= free < costs[i].
        self.costs: list[int] = []
        self.masks: list[int] = []
        self.shapes: dict[RoomKind, Shape] = {}
        self.by_load: dict[Load, Shape | None] = {}  # None: no room
        self.agents: dict[AgentRow, None] = {}  # in the order in which they joined
        self.ready = 0
        self.unreserved = 0  # ready and not kept free for a contact


class AgentRow:
    """One agent: description, presence, load, and the seat among the free agents."""

    __slots__ = (
        "agent",
        "counts",
        "crowd",
        "free",
        "full",
        "holding",
        "id",
        "interrupted",
        "limited",
        "misses",
        "presence",
        "profile",
        "reason",
        "reserved_for",
        "seat",
        "shape",
        "stamp",
        "yielding",
    )

    def __init__(self, agent: Agent, profile: Profile) -> None:
        self.id = agent.id
        self.agent = agent
        self.profile = profile
        self.presence: Presence = "offline"
        self.reason: str | None = None
        self.free = agent.capacity  # may be below 0 after an update
        self.counts: dict[ChannelRow, int] = {}  # contacts held, of a limited agent
        self.limited = False  # its room does not depend on free capacity alone
        self.full = 0  # bit per channel at its limit
        self.crowd: Crowd | None = None  # None also where neither limits nor yielding work count
        self.interrupted: dict[ContactRow, None] = {}  # of `holding`
        self.yielding: dict[int, int] = {}  # channel bit -> cost of what may be interrupted
        self.holding: dict[ContactRow, None] = {}  # all in hand: offers to wrap-ups
        self.stamp = 0
        self.misses = 0
        self.seat: Seat | None = None
        self.shape: Shape | None = None
        self.reserved_for: ContactRow | None = None
