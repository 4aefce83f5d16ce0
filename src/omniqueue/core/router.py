"""The router: one arrival-ordered queue across channels, given to agents by skill."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from omniqueue.core.agent_commands import AgentCommands
from omniqueue.core.clock import enter
from omniqueue.core.commands import command, done
from omniqueue.core.contact_commands import ContactCommands
from omniqueue.core.endings import looked_at
from omniqueue.core.insight.queries import InsightQueries
from omniqueue.core.insight.views import Agents, Contacts, Queue, Statistics
from omniqueue.core.invariants import check
from omniqueue.core.lifecycle import (
    ABANDONED,
    CANCELLED,
    EXPIRED,
    STATES,
)
from omniqueue.core.matching import start_matching, stop_matching
from omniqueue.core.observers import kinds_of, observe, stop_observing
from omniqueue.core.snapshot import Snapshot, restore, snapshot
from omniqueue.core.state import State
from omniqueue.errors import BrokenRouterError, InvalidValueError
from omniqueue.model.agent import PRESENCES
from omniqueue.model.channel import Channel, declared
from omniqueue.model.checks import WAITING_MAX, duration, truth, whole
from omniqueue.model.event import Event, Events
from omniqueue.policy.order import OrderPolicy
from omniqueue.policy.own_order import OwnOrderPolicy, own_order_of
from omniqueue.policy.registry import order_of, selection_of
from omniqueue.policy.selection import Selection


class Router(ContactCommands, AgentCommands, InsightQueries):
    """One queue for all channels: contacts in, events out; no clock, no thread, no I/O.

    Methods by purpose, and the file in `core` that has them:

    - contacts in the queue (`contact_commands`): `submit`, `abandon`, `cancel`, `resume`,
      `defer`, `release`, `update`
    - contacts with an agent (`contact_commands`): `accept`, `decline`, `complete`,
      `finish_wrap_up`, `transfer`, `park`, `reopen`, `assign`
    - agents (`agent_commands`): `add_agent`, `update_agent`, `remove_agent`, `set_presence`
    - matching (here): `stop_matching`, `start_matching`, `matching_stopped`
    - time (here): `advance`, `now`, `next_timer`
    - views (here): `queue`, `contacts`, `agents`, `channels`, `order`, `selection`,
      `max_waiting`, `statistics`
    - questions (`insight/queries`): `explain`, `explain_agent`, `queue_for`, `position`,
      `estimate_wait`, `certify`, `fork`
    - observers (here): `observe`, `stop_observing`
    - keeping (here): `snapshot`, `restore`, `check`

    A refused command changes nothing: the state is what `advance` to its time gives, and the
    error's `events` are what that would have returned. Not for several threads at once.

    While a command is inside, and for ever after one that was interrupted half-way (Ctrl-C, no
    memory), everything else is refused with `BrokenRouterError`: restore from a snapshot.

    Args:
        channels: channels beside phone, email, fax and chat, or those four with other settings.
        order: "arrival", "priority", "aging:SECONDS", "deadline", a registered name, or a
            function from `EnteringContact` to a rank.
        selection: "longest-idle", "least-loaded", "most-skilled", "closest-fit", a registered
            name, or a `Selection`. Also "linear", "round-robin", "fewest-taken", "least-busy".
        own_order: which contacts an agent takes first: "skill_order", as each agent says, or a
            function (held skills, requirement) -> rank for all of them.
        max_waiting: how many contacts may wait or be deferred; None: no limit.
        forget_seconds: how long after its end a contact and its id are known; None: for ever.
        max_jump_seconds: how far a command's time may lie after the one before; beyond, it is
            refused and the clock stays: a time in milliseconds, say, would end all. None: any.

    Raises:
        InvalidValueError: a value out of range, an unknown policy name.
        UnknownChannelError: a channel would be interrupted by one that is not declared.
        PolicyError: a user's policy failed when it was tried.

    Example:
        >>> from omniqueue import Agent, Contact, Router
        >>> router = Router()
        >>> _ = router.add_agent(Agent("ana"), at=0)
        >>> _ = router.submit(Contact("c1", "phone"), at=1)
        >>> router
        <Router at 1.0: 0 waiting, 0 deferred, 1 contacts, 1 agents, order arrival>
    """

    __slots__ = ()

    def __init__(
        self,
        *,
        channels: Iterable[Channel] = (),
        order: str | OrderPolicy = "arrival",
        selection: str | Selection = "longest-idle",
        own_order: Literal["skill_order"] | OwnOrderPolicy = "skill_order",
        max_waiting: int | None = None,
        forget_seconds: float | None = None,
        max_jump_seconds: float | None = None,
    ) -> None:
        self._state = State(
            list(declared(channels).values()),
            order_of(order),
            selection_of(selection),
            own_order_of(own_order),
            None if max_waiting is None else whole("max_waiting", max_waiting, 0, WAITING_MAX),
            None if forget_seconds is None else duration("forget_seconds", forget_seconds),
            None if max_jump_seconds is None else duration("max_jump_seconds", max_jump_seconds),
        )
        self._state.order.check()
        self._state.choice.selection.check()

    @command
    def advance(self, *, at: float) -> Events:
        """Let time pass: timers due by then fire, each at its own instant.

        Args:
            at: seconds on the caller's epoch, not before the router's time.

        Raises:
            InvalidValueError, TimeWentBackwardsError.

        Cost: O(log timers) and one match for each timer that fires.

        Example:
            >>> from omniqueue import Contact, Router
            >>> router = Router()
            >>> _ = router.submit(Contact("c1", "fax", expire_seconds=30), at=0)
            >>> [(event.at, event.name) for event in router.advance(at=60)]
            [(30.0, 'expired')]
        """
        enter(self._state, at)
        return done(self._state, [], [])

    @command
    def stop_matching(self, *, at: float) -> Events:
        """Stop giving contacts to agents, for an outage; offers are taken back.

        Timers, presence, `assign` and all else go on, and contacts wait, even where somebody is
        free. What an agent had been offered is neither missed nor excluded.

        Args:
            at: seconds on the caller's epoch.

        Raises:
            InvalidValueError, TimeWentBackwardsError.

        Cost: O(work in hand). Nothing happens if it is stopped already.

        Example:
            >>> from omniqueue import Agent, Contact, Router
            >>> router = Router()
            >>> _ = router.add_agent(Agent("ana"), at=0)
            >>> _ = router.stop_matching(at=1)
            >>> [event.name for event in router.submit(Contact("c1", "fax"), at=2)]
            ['queued']
            >>> [event.name for event in router.start_matching(at=3)]
            ['matching_started', 'assigned']
        """
        state = self._state
        enter(state, at)
        if state.stopped:
            return done(state, [], [])
        agents, rows = stop_matching(state)
        return done(state, agents, rows)

    @command
    def start_matching(self, *, at: float) -> Events:
        """Match again, the whole queue at once, reservations included.

        Args:
            at: seconds on the caller's epoch.

        Raises:
            InvalidValueError, TimeWentBackwardsError.

        Cost: O(waiting contacts log n); where agents take contacts in orders of their own,
        O(contacts given x agents x lanes). Nothing happens if it was not stopped.

        Example:
            >>> from omniqueue import Router
            >>> router = Router()
            >>> _ = router.stop_matching(at=1)
            >>> router.start_matching(at=2)[0].name
            'matching_started'
        """
        state = self._state
        enter(state, at)
        if not state.stopped:
            return done(state, [], [])
        agents, rows = start_matching(state)
        return done(state, agents, rows)

    def observe(self, hook: Callable[[Event], None], *events: str | type[Event]) -> None:
        """Call a function with each event, after each command and in their order.

        Args:
            hook: a function of one event; one that raises is switched off, reported once by an
                `observer_failed` event, which the others hear too, and routing goes on. It may
                look, not command; what it sees is the state after the whole command.
            events: which, by name or class; none: all. Events without an observer are not built.

        Raises:
            InvalidValueError: no such event, no function, or a coroutine function.

        Cost: O(kinds of events); nothing for commands while there is no hook.

        Example:
            >>> from omniqueue import Contact, Router
            >>> router, seen = Router(), []
            >>> router.observe(seen.append, "queued")
            >>> _ = router.submit(Contact("c1", "fax"), at=7)
            >>> seen[0].contact
            'c1'
        """
        looked_at(self._state)
        if not callable(hook):
            raise InvalidValueError("hook", hook, "a function of one event")
        if _is_coroutine(hook) or _is_coroutine(type(hook).__call__):
            expected = "a plain function (nobody would await it; let it create a task)"
            raise InvalidValueError("hook", hook, expected)
        observe(self._state, hook, kinds_of(events))

    def stop_observing(self, hook: Callable[[Event], None]) -> None:
        """Stop telling a function of events; unknown hooks are ignored.

        Cost: O(kinds of events).

        Example:
            >>> from omniqueue import Router
            >>> Router().stop_observing(print)
        """
        stop_observing(looked_at(self._state), hook)

    @property
    def now(self) -> float:
        """The time of the last command (-inf before the first), in seconds."""
        return looked_at(self._state).now

    @property
    def next_timer(self) -> float | None:
        """When the next timer is due, in seconds; None: no timer. Cost: O(1), amortised."""
        return looked_at(self._state).timers.next_due()

    @property
    def queue(self) -> Queue:
        """The waiting contacts in queue order, as a sized view. Cost: O(1)."""
        return Queue(looked_at(self._state))

    @property
    def contacts(self) -> Contacts:
        """All contacts by id, as a read-only mapping. Cost: O(1)."""
        return Contacts(looked_at(self._state))

    @property
    def agents(self) -> Agents:
        """All agents by id, as a read-only mapping. Cost: O(1)."""
        return Agents(looked_at(self._state))

    @property
    def channels(self) -> Mapping[str, Channel]:
        """All channels by name. Cost: O(channels)."""
        rows = self._state.channels.values()
        return MappingProxyType({row.name: row.settings for row in rows})

    @property
    def order(self) -> str:
        """The name of the order policy."""
        return self._state.order.name

    @property
    def selection(self) -> str:
        """The name of the selection."""
        return self._state.choice.selection.name

    @property
    def matching_stopped(self) -> bool:
        """Whether matching is stopped."""
        return looked_at(self._state).stopped

    @property
    def max_waiting(self) -> int | None:
        """How many contacts may wait or be deferred; None: no limit."""
        return self._state.max_waiting

    def statistics(self) -> Statistics:
        """Return the counts of this moment. Cost: O(agents and their work + lanes)."""
        state = looked_at(self._state)
        counts = dict.fromkeys(STATES, 0)
        agents = dict.fromkeys(PRESENCES, 0)
        for agent in state.roster.agents.values():
            agents[agent.presence] += 1
            for row in agent.holding:
                counts[STATES[row.state]] += 1
        counts["waiting"] = state.waiting
        counts["deferred"] = state.deferred
        counts["parked"] = state.parked
        for ended in (ABANDONED, CANCELLED, EXPIRED):
            counts[STATES[ended]] = state.counts[ended]
        counts["completed"] = len(self.contacts) - sum(counts.values())
        return Statistics(
            contacts=MappingProxyType(counts),
            agents=MappingProxyType(agents),
            entered=state.sequence - state.replaced,
            lanes=state.lane_count,
            heads=len(state.heads),
            profiles=len(state.roster.profiles_by_kind),
            timers=len(state.timers.alive),
        )

    def check(self) -> None:
        """Verify every invariant of the engine; quiet when all hold.

        Raises:
            InvariantError: one does not; this is a defect of omniqueue, please report it.

        Cost: O(contacts + agents x lanes): for tests, and now and then in production.

        Example:
            >>> from omniqueue import Router
            >>> Router().check()
        """
        self._state.refuse_inside("check")
        check(self._state)

    def snapshot(self) -> Snapshot:
        """Return all that the router knows as JSON types, versioned.

        Cost: O(contacts + agents + timers).

        Example:
            >>> from omniqueue import Router
            >>> Router().snapshot()["format"]
            'omniqueue-snapshot/2'
        """
        self._state.refuse_inside("snapshot")
        return snapshot(self._state)

    @classmethod
    def restore(
        cls,
        saved: Snapshot,
        *,
        order: OrderPolicy | None = None,
        selection: Selection | None = None,
        own_order: OwnOrderPolicy | None = None,
        verify: bool = True,
    ) -> Router:
        """Return a router that goes on exactly where the one that was saved stopped.

        Args:
            saved: what `snapshot()` gave, as it is or read back from JSON.
            order: the user's order policy, where the router had one that is not registered.
            selection: likewise the selection.
            own_order: likewise the function that says which contacts an agent takes first.
            verify: whether the router is checked, as `check` does it; False saves that where
                nobody can have edited the snapshot.

        Observers are not kept: let them observe the new router.

        Raises:
            SnapshotError: damaged, of another format, or a policy is missing; or it is no
                snapshot of a sound router, and then what does not hold is named.
            InvalidValueError: `order` is no function, or `selection` no Selection.

        Cost: O(n log n) in contacts, agents and timers.

        Example:
            >>> from omniqueue import Contact, Router
            >>> router = Router()
            >>> _ = router.submit(Contact("c1", "fax"), at=7)
            >>> [contact.id for contact in Router.restore(router.snapshot()).queue]
            ['c1']
        """
        if order is not None and not callable(order):
            raise InvalidValueError("order", order, "the function that ranked, or None")
        if selection is not None and not isinstance(selection, Selection):
            raise InvalidValueError("selection", selection, "a Selection, or None")
        if own_order is not None and not callable(own_order):
            raise InvalidValueError("own_order", own_order, "the function that ranked, or None")
        router = cls.__new__(cls)
        router._state = restore(saved, order, selection, own_order, verify=truth("verify", verify))
        return router

    def __repr__(self) -> str:
        try:
            state = looked_at(self._state)
        except BrokenRouterError:
            return f"<Router at {self._state.now!r}, half-way through a command>"
        return (
            f"<Router at {state.now!r}: {state.waiting} waiting, {state.deferred} deferred, "
            f"{len(state.contacts)} contacts, {len(state.roster.agents)} agents, "
            f"order {state.order.name}>"
        )


def _is_coroutine(function: object) -> bool:
    from inspect import isasyncgenfunction, iscoroutinefunction  # few programs observe

    return iscoroutinefunction(function) or isasyncgenfunction(function)
