"""Routing a log: arrivals, completions and shifts on a simulated clock, through the one Router.

Theory of operation. Four sources say what comes next: the router's own timers, the completions
of contacts in hand, the shifts, the log. The earliest goes first. At one and the same instant:
the router's timers, completions (in the order in which the contacts were taken, or taken up
again), shifts that start (in the order of the staff file), arrivals (in the order of the log),
shifts that end.

An agent accepts an offer at the instant at which it is made. A contact that is interrupted keeps
what is left of its handling time, and goes on from there when it is taken up again. At a shift's
end an agent is set away, finishes what it has (wrap-up and interrupted contacts included) and
then goes offline: nothing in hand goes back to the queue or begins anew. The run starts with the
first contact. It ends for all agents, in the same way, at the local midnight after the last
contact; or earlier, once all contacts have arrived and none is waiting.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from itertools import count
from math import inf
from typing import Final, TypeAlias

import attrs

from omniqueue.centre.handling import HandlingRules, HandlingTimes
from omniqueue.centre.shifts import (
    SIGN_IN,
    SIGN_OUT,
    next_midnight,
    previous_midnight,
    sign_changes,
)
from omniqueue.core.router import Router
from omniqueue.errors import FileFaultsError, QueueFullError
from omniqueue.model.contact import Contact
from omniqueue.model.contact_events import (
    Assigned,
    Completed,
    Continued,
    Interrupted,
    Offered,
    WrapUpEnded,
)
from omniqueue.model.event import Event, Events
from omniqueue.record.listener import Hear, Listener, hearers
from omniqueue.sim.logs.contact_log import LoggedContact, no_collection
from omniqueue.sim.logs.staff_file import Staff

Progress: TypeAlias = Callable[[int, int], None]
OnRefused: TypeAlias = Callable[[LoggedContact], None]
Look: TypeAlias = Callable[[Router, float], None]

_TIMER, _COMPLETION, _SHIFT, _ARRIVAL, _OVER = range(5)
_RUN_OVER: Final = "run over"


def ignore(*_: object) -> None:
    """Hear nothing."""


@attrs.frozen(kw_only=True)
class RoutedRun:
    """How a run went.

    Args:
        started_at: when the first contact arrived (seconds since 1970 UTC).
        ended_at: when the last of them was over; where some wait for ever, when all had left.
        closed_at: when the last shift was over; signed-in time counts up to then.
        arrived: how many contacts of the log came in.
        incomplete: whether it was stopped before its end.
    """

    started_at: float
    ended_at: float
    closed_at: float
    arrived: int
    incomplete: bool


def handling_seconds(
    contacts: Sequence[LoggedContact], rules: HandlingRules, *, seed: int, name: str = "staff"
) -> list[float]:
    """Return each contact's handling time: its own, else what the staff file's rules give.

    Args:
        contacts: the log, in order of time.
        rules: the rules of the staff file.
        seed: the seed of what is drawn.
        name: what to call the staff file in an error.

    Raises:
        FileFaultsError: no rule covers a channel (each is named).

    Cost: O(n).

    Example:
        >>> handling_seconds([], HandlingRules(), seed=1)
        []
    """
    times = HandlingTimes(rules, seed=seed)
    found: list[float] = []
    missing: dict[str, None] = {}
    for contact in contacts:
        seconds = contact.handling_seconds
        if seconds is None:
            seconds = times.seconds(contact.channel, contact.skills)
            if seconds is None:
                missing[contact.channel] = None
                seconds = 0.0
        found.append(seconds)
    if missing:
        raise FileFaultsError(
            name, [f"handling: nothing says how long {channel!a} takes" for channel in missing]
        )
    return found


@attrs.define(slots=False, eq=False)
class Routing:
    r"""One run of a log through a staff.

    Args:
        staff: the staff file.
        contacts: the log, in order of time; at least one.
        handling: seconds for each contact, in the same order.
        router: a fresh router with the staff's channels and policies.
        listeners: each hears the events, in order.
        on_refused: called with each contact that a full queue refused.
        stopped: asked before each step; true ends the run before its time.
        progress: told how many contacts have arrived, and how many there are.
        look: called before each step with the router and the instant of that step, and at the
            end with infinity; it may copy the router, and changes nothing. None: nobody looks.

    Cost: O(log n) an event, beside the router's own.

    Example:
        >>> from omniqueue import Skills
        >>> from omniqueue.sim.logs.staff_file import parse_staff
        >>> staff = parse_staff(b'[[agents]]\ngroup = "desk"\n')
        >>> log = [LoggedContact("c1", 10.0, "phone", Skills.of({}), None, 0)]
        >>> Routing(staff, log, [60.0], Router()).run().ended_at
        70.0
    """

    _staff: Staff
    _contacts: Sequence[LoggedContact]
    _seconds: Sequence[float] = attrs.field(alias="handling")
    _router: Router
    _listeners: Sequence[Listener] = attrs.field(default=(), kw_only=True)
    _on_refused: OnRefused = attrs.field(default=ignore, kw_only=True)
    _stopped: Callable[[], bool] = attrs.field(default=bool, kw_only=True)
    _progress: Progress = attrs.field(default=ignore, kw_only=True)
    _look: Look | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        staff, contacts = self._staff, self._contacts
        ids = (contact.id for contact in contacts)
        self._handling = dict(zip(ids, self._seconds, strict=True))
        self._arrived = 0
        self._completions: list[tuple[float, int, str]] = []  # when, order of taking, contact
        self._taken = count()
        self._running: dict[str, tuple[float, int, str]] = {}  # contact -> its completion
        self._left: dict[str, float] = {}  # interrupted contact -> seconds of work left
        self._leaving: dict[str, str] = {}  # agents away who still finish something: why
        self._signed_in: dict[str, None] = {}  # agents not offline, the leaving ones included
        zone = staff.zone or UTC
        first, end = contacts[0].at, next_midnight(contacts[-1].at, zone)
        self._opened_at = previous_midnight(first, zone)
        self._shifts = sign_changes(
            staff.groups, zone, start=self._opened_at, end=end, without_shifts=(first, end)
        )
        self._without_shifts = {
            agent.id for group in staff.groups if not group.shifts for agent in group.agents()
        }
        self._ended_at = first
        self._shift = next(self._shifts, None)
        self._closed = False
        self._reactions: list[Offered | Completed | WrapUpEnded] = []
        self.hears: Mapping[type[Event], Hear] = {
            Assigned: self._assigned,
            Offered: self._offered,
            Completed: self._freed,
            WrapUpEnded: self._freed,
            Interrupted: self._put_aside,
            Continued: self._go_on,
        }
        self._hearers = hearers([*self._listeners, self])

    @no_collection()
    def run(self) -> RoutedRun:
        """Route the whole log and return how it went. To be called once."""
        for group in self._staff.groups:
            for agent in group.agents():
                self._tell(self._router.add_agent(agent, at=self._opened_at, presence="offline"))
        look, incomplete = self._look, False
        while True:
            at, kind = self._next()
            if look is not None:
                look(self._router, at)
            if kind == _OVER:
                break
            if self._stopped():
                incomplete = True
                break
            self._step(at, kind)
            if kind != _SHIFT:
                self._ended_at = at
            if self._arrived == len(self._contacts) and not self._router.queue:
                self._close()
        return RoutedRun(
            started_at=self._contacts[0].at,
            ended_at=self._router.now if self._router.queue else self._ended_at,
            closed_at=self._router.now,
            arrived=self._arrived,
            incomplete=incomplete,
        )

    def _next(self) -> tuple[float, int]:
        """Return the instant and the source of what comes next."""
        at, kind = inf, _OVER
        arriving = self._arrived < len(self._contacts)
        if not arriving and not self._signed_in and self._shift is None:
            return at, kind  # whoever waits now waits for ever
        timer = self._router.next_timer
        if timer is not None:
            at, kind = timer, _TIMER
        completions = self._completions
        if completions and completions[0][0] < at:
            at, kind = completions[0][0], _COMPLETION
        shift = self._shift
        if shift is not None and shift[0] < at:
            at, kind = shift[0], _SHIFT
        if arriving:
            arrival = self._contacts[self._arrived].at
            ending = kind == _SHIFT and shift is not None and shift[1] == SIGN_OUT
            if arrival < at or (ending and arrival == at):
                at, kind = arrival, _ARRIVAL
        return at, kind

    def _step(self, at: float, kind: int) -> None:
        if kind == _ARRIVAL:
            self._arrive(self._contacts[self._arrived])
        elif kind == _COMPLETION:
            contact = heapq.heappop(self._completions)[2]
            del self._running[contact]
            self._drop_moved()
            self._tell(self._router.complete(contact, at=at))
        elif kind == _TIMER:
            self._tell(self._router.advance(at=at))
        else:
            assert self._shift is not None
            _, change, why, agents = self._shift
            self._shift = next(self._shifts, None)
            for agent in agents:
                if change == SIGN_IN:
                    self._sign_in(agent, at)
                elif agent in self._signed_in:  # else it was sent home
                    self._sign_out(agent, at, why)

    def _arrive(self, logged: LoggedContact) -> None:
        self._arrived += 1
        if not self._arrived % 1000:
            self._progress(self._arrived, len(self._contacts))
        contact = Contact(
            logged.id, logged.channel, skills=logged.skills, priority=logged.priority
        )
        try:
            self._tell(self._router.submit(contact, at=logged.at))
        except QueueFullError:
            self._on_refused(logged)

    def _tell(self, events: Events) -> None:
        """Tell everybody what happened, and then act on it as agents do."""
        hearers = self._hearers
        for event in events:
            for hear in hearers[type(event)]:
                hear(event)
        if self._reactions:
            reactions, self._reactions = self._reactions, []
            for reaction in reactions:
                if isinstance(reaction, Offered):
                    contact, agent = reaction.contact, reaction.agent
                    self._tell(self._router.accept(contact, agent, at=reaction.at))
                elif reaction.agent in self._leaving:
                    self._go(reaction.agent, reaction.at)

    def _assigned(self, event: Assigned) -> None:
        self._work_on(event.at, event.contact, self._handling[event.contact])

    def _work_on(self, at: float, contact: str, seconds: float) -> None:
        planned = self._running[contact] = (at + seconds, next(self._taken), contact)
        heapq.heappush(self._completions, planned)

    def _put_aside(self, event: Interrupted) -> None:
        done_at, _, contact = self._running.pop(event.contact)
        self._left[contact] = done_at - event.at
        self._drop_moved()

    def _go_on(self, event: Continued) -> None:
        self._work_on(event.at, event.contact, self._left.pop(event.contact))

    def _drop_moved(self) -> None:
        """Take completions of contacts that were interrupted off the top of the heap."""
        completions, running = self._completions, self._running
        while completions and running.get(completions[0][2]) is not completions[0]:
            heapq.heappop(completions)

    def _offered(self, event: Offered) -> None:
        self._reactions.append(event)

    def _freed(self, event: Completed | WrapUpEnded) -> None:
        if self._leaving:
            self._reactions.append(event)

    def _sign_in(self, agent: str, at: float) -> None:
        self._leaving.pop(agent, None)
        self._signed_in[agent] = None
        self._tell(self._router.set_presence(agent, "ready", at=at))

    def _sign_out(self, agent: str, at: float, reason: str) -> None:
        self._leaving[agent] = reason
        self._tell(self._router.set_presence(agent, "away", at=at, reason=reason))
        self._go(agent, at)

    def _go(self, agent: str, at: float) -> None:
        """Let an agent who leaves go offline, if it has nothing in hand any more."""
        if not self._router.agents[agent].used:
            reason = self._leaving.pop(agent)
            del self._signed_in[agent]
            self._tell(self._router.set_presence(agent, "offline", at=at, reason=reason))

    def _close(self) -> None:
        """Send those without shifts home: all contacts have arrived, and none is waiting."""
        if not self._closed:
            self._closed = True
            for agent in list(self._signed_in):
                if agent in self._without_shifts and agent not in self._leaving:
                    self._sign_out(agent, self._router.now, _RUN_OVER)
