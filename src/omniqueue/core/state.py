"""All that a router knows, in one place: plain slots, written only by the functions of `core`."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from typing import Protocol

from omniqueue.core.choice import Choice
from omniqueue.core.lifecycle import STATES
from omniqueue.core.roster import Roster
from omniqueue.core.rows import AgentRow, ChannelRow, ContactRow, Entry, Head, Lane
from omniqueue.core.timers import Timers
from omniqueue.model.agent_events import PolicyFailed
from omniqueue.model.channel import Channel
from omniqueue.model.event import Event, RawEvent
from omniqueue.policy.order import ARRIVAL, Order
from omniqueue.policy.selection import Selection


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
        "by_arrival",
        "certifier",
        "channels",
        "choice",
        "contacts",
        "counts",
        "deferred",
        "ended",
        "forget_seconds",
        "heads",
        "held_now",
        "hooks",
        "lane_count",
        "lane_sweep",
        "log",
        "max_waiting",
        "now",
        "order",
        "overdue",
        "overdue_later",
        "parked",
        "positions",
        "preferring",
        "replaced",
        "roster",
        "sequence",
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
        max_waiting: int | None,
        forget_seconds: float | None,
    ) -> None:
        self.now = -inf  # before the first command
        self.held_now: float | None = None  # the time while a policy or listener runs
        self.log: list[RawEvent] = []
        self.hooks: dict[object, tuple[Callable[[Event], None], ...]] = {}  # by event class
        self.channels: dict[str, ChannelRow] = {
            channel.name: ChannelRow(channel, 1 << index) for index, channel in enumerate(channels)
        }
        self.order = order
        self.by_arrival = order is ARRIVAL
        interrupting = False
        for row in self.channels.values():
            for name in row.settings.interrupted_by:
                self.channels[name].interrupts |= row.bit
                self.channels[name].plain = self.channels[name].is_plain()
                interrupting = True
        self.choice = Choice(selection, self.locked, self.report_policy)
        self.roster = Roster(self.channels, self.choice, interrupting=interrupting)
        self.max_waiting = max_waiting
        self.forget_seconds = forget_seconds
        self.contacts: dict[str, ContactRow] = {}
        self.sequence = 0
        self.replaced = 0  # sequence numbers given to contacts that gave their place up
        self.timers = Timers()
        self.waiting = 0
        self.deferred = 0
        self.parked = 0
        self.counts = [0] * len(STATES)  # of ended contacts; the others are counted when asked
        self.heads: list[Head] = []  # sorted
        self.aside: dict[Lane, None] = {}
        self.lane_count = 0
        self.lane_sweep = 1024
        self.preferring: dict[str, list[Entry]] = {}  # agent id -> sorted, who waits for it
        self.wishes: dict[str, dict[ContactRow, None]] = {}  # agent id -> all preferences for it
        # Waiting, overdue, without a reservation, in queue order; and those not overdue yet.
        self.overdue: list[Entry] = []
        self.overdue_later: list[tuple[float, int, ContactRow]] = []
        self.suspects: list[ContactRow] = []  # whose reservation may have to fall
        # Ended contacts and when they are forgotten, in that order.
        self.ended: OrderedDict[ContactRow, float] = OrderedDict()
        self.positions: object = None  # insight's index, built when first asked for
        self.certifier: Certifier | None = None  # matching takes its general path for it

    def clock(self) -> float:
        """Return the engine's time, also while it is locked."""
        return self.now if self.held_now is None else self.held_now

    def report_policy(self, policy: str, problem: str) -> None:
        """Log that a user's policy failed."""
        self.log.append((PolicyFailed, self.clock(), policy, problem))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Refuse commands meanwhile: no instant is late enough while `now` is infinite.

        That way the commands' one check of time guards against re-entry at no cost.
        """
        self.held_now = self.now
        self.now = inf
        try:
            yield
        finally:
            self.now = self.held_now
            self.held_now = None
