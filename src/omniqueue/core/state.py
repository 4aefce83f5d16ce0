"""All that a router knows, in one place: plain slots, written only by the functions of `core`."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from math import inf
from typing import ParamSpec, Protocol, TypeVar

from omniqueue.core.choice import Choice
from omniqueue.core.lifecycle import STATES
from omniqueue.core.roster import Roster
from omniqueue.core.rows import (
    AgentRow,
    ChannelRow,
    ContactRow,
    Entry,
    Head,
    Lane,
    Profile,
    Ranked,
)
from omniqueue.core.timers import Timers
from omniqueue.errors import BrokenRouterError, ReentrantCallError
from omniqueue.model.agent_events import PolicyFailed
from omniqueue.model.channel import Channel
from omniqueue.model.event import Event, RawEvent
from omniqueue.policy.order import ARRIVAL, Order
from omniqueue.policy.own_order import OwnOrderPolicy
from omniqueue.policy.selection import Selection

P = ParamSpec("P")
T = TypeVar("T")


class Certifier(Protocol):
    """Hears of each contact that matching gives away, while it still stands in the queue."""

    ids: int

    def certify(self, state: State, agent: AgentRow, row: ContactRow) -> None:
        """Say who is passed over by the contact."""
        ...


class State:
    """The state of one router."""

    __slots__ = (
        "aside",
        "asking",
        "by_arrival",
        "certifier",
        "channels",
        "choice",
        "contacts",
        "counts",
        "deferred",
        "door",
        "doubtful",
        "ended",
        "forget_seconds",
        "heads",
        "hooks",
        "lane_count",
        "lane_sweep",
        "log",
        "max_jump_seconds",
        "max_waiting",
        "now",
        "order",
        "overdue",
        "overdue_later",
        "parked",
        "pool",
        "pool_made",
        "positions",
        "preferring",
        "replaced",
        "reserving",
        "roster",
        "sequence",
        "stopped",
        "suspects",
        "timers",
        "waiting",
        "wishes",
    )

    def __init__(
        self,
        channels: list[Channel],
        order: Order,
        selection: Selection,
        own_order: OwnOrderPolicy | None,
        max_waiting: int | None,
        forget_seconds: float | None,
        max_jump_seconds: float | None,
    ) -> None:
        self.now = -inf  # before the first command
        self.door = -inf  # see `refuse_inside`
        self.asking = False  # a policy or an observer is being called
        self.log: list[RawEvent] = []
        self.hooks: dict[object, tuple[Callable[[Event], None], ...]] = {}  # by event class
        self.channels: dict[str, ChannelRow] = {
            channel.name: ChannelRow(channel, 1 << index) for index, channel in enumerate(channels)
        }
        self.order = order
        self.by_arrival = order is ARRIVAL
        interrupting = False
        for row in self.channels.values():
            row.bounded = max_waiting is not None or row.max_waiting is not None
            for name in row.settings.interrupted_by:
                self.channels[name].interrupts |= row.bit
                self.channels[name].plain = self.channels[name].is_plain()
                interrupting = True
        self.choice = Choice(selection, own_order, self.ask, self.report_policy)
        self.roster = Roster(
            self.channels, self.choice, lambda: self.now, interrupting=interrupting
        )
        self.stopped = False  # nothing is matched or reserved
        self.max_waiting = max_waiting
        self.forget_seconds = forget_seconds
        self.max_jump_seconds = max_jump_seconds  # None: any
        self.contacts: dict[str, ContactRow] = {}
        self.sequence = 0
        self.replaced = 0  # sequence numbers given to contacts that gave their place up
        self.timers = Timers()
        if max_jump_seconds is not None:
            self.timers.wake = self.timers.cap = -inf  # until the first command
        self.waiting = 0
        self.deferred = 0
        self.parked = 0
        self.counts = [0] * len(STATES)  # of ended contacts; the others are counted when asked
        self.heads: list[Head] = []  # sorted
        self.aside: dict[Lane, None] = {}
        self.doubtful: dict[Lane, None] = {}  # whose contacts may wait for nobody since just now
        self.lane_count = 0
        self.lane_sweep = 1024
        self.preferring: dict[str, list[Entry]] = {}  # agent id -> sorted, who waits for it
        self.wishes: dict[str, dict[ContactRow, None]] = {}  # agent id -> all preferences for it
        # Waiting, overdue, without a reservation, in queue order, by lane; and those not overdue
        # yet, by time.
        self.overdue: dict[Lane | None, list[Entry]] = {}
        self.overdue_later: list[tuple[float, int, ContactRow]] = []
        self.reserving: dict[ContactRow, None] = {}  # those with a reservation
        self.pool: dict[Profile, list[Ranked]] = {}  # agents who may be reserved, the first last
        self.pool_made = (0, 0)  # by which stamp and moves of the roster
        self.suspects: list[ContactRow] = []  # whose reservation may have to fall
        # Ended contacts and when they are forgotten, in that order.
        self.ended: OrderedDict[ContactRow, float] = OrderedDict()
        self.positions: object = None  # insight's index, built when first asked for
        self.certifier: Certifier | None = None  # matching takes its general path for it

    def open_quick_roads(self) -> None:
        """Let contacts without details take the quick roads where nothing stands against it."""
        open_now = self.certifier is None and not self.stopped
        for channel in self.channels.values():
            channel.plain = open_now and channel.is_plain()

    def report_policy(self, policy: str, problem: str) -> None:
        """Log that a user's policy failed."""
        self.log.append((PolicyFailed, self.now, policy, problem))

    def refuse_inside(self, call: str) -> None:
        """Refuse what must not be done while a command is inside.

        `door` is the earliest instant that a command may have, and inf while one is inside: a
        command closes it as it enters and opens it as it ends. One that does not end (an
        interrupt, no memory) leaves it closed, for its changes may be half done. The commands'
        one check of time guards against all that, and against a second thread, at no cost:
        nothing between the check and the closing lets another thread or an interrupt in.

        Raises:
            ReentrantCallError: a policy or an observer of this router is being called.
            BrokenRouterError: else.
        """
        if self.door == inf and self.asking:
            raise ReentrantCallError("call", call, "none from inside a policy or an observer")
        self.refuse_broken(call)

    def refuse_broken(self, call: str) -> None:
        """Refuse even to look while a command is inside; policies and observers may look.

        Raises:
            BrokenRouterError: a command has not ended.
        """
        if self.door == inf and not self.asking:
            raise BrokenRouterError(
                call,
                "half-way through another command",
                "none until that ends; was it interrupted, restore from a snapshot",
            )

    def ask(self, policy: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a user's policy, and refuse commands meanwhile."""
        door = self.door
        try:
            try:
                self.door = inf
                self.asking = True
                return policy(*args, **kwargs)
            finally:
                self.asking = False
        finally:
            self.asking = False  # again: an interrupt may fall before the first
            self.door = door
