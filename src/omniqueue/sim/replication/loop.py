"""One replication of a scenario through the one Router.

Theory of operation. Customers are drawn beforehand, in columns. Three sources say what comes
next: a heap (ends of work, ends of patience, comings and goings of agents, redials), the
router's own timers, and the arrivals, in this order at one and the same instant; on the heap
what was put there first goes first. The loop hands the event's tuple back into the columns and
does nothing else; statistics are computed afterwards.

The heap holds (when, number, what, detail). Where `what` is a contact, an agent is through with
it, and the detail is its row in the columns; else it is a method of this class, to be called.
An end of patience is put there only for a contact that had to wait, and passed over when it
comes up for one that has been taken meanwhile. Contacts and their ids are used again after
their end, so memory holds those that are there at the time.

An interrupted contact keeps what is left of its handling time and goes on from there. Where that
can happen, or agents slow down, an end of work may move: `_due` says which entry of the heap
counts. Agents go offline with nothing in hand, so no handling time ever begins anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from itertools import count
from math import ceil, inf
from typing import Any, TypeAlias, cast

import numpy as np

from omniqueue.centre.chance import Chance
from omniqueue.centre.groups import Group
from omniqueue.centre.week import DAY_SECONDS
from omniqueue.core.router import Router
from omniqueue.errors import QueueFullError
from omniqueue.model.agent_events import PresenceSet
from omniqueue.model.contact import Contact
from omniqueue.model.contact_events import (
    Assigned,
    Continued,
    Declined,
    Expired,
    Interrupted,
    Offered,
    OfferExpired,
    OfferRevoked,
)
from omniqueue.model.event import Events, RawEvent
from omniqueue.policy.order import OrderPolicy
from omniqueue.policy.selection import Selection
from omniqueue.record.ledger import ABANDONED, EXPIRED, OPEN, REFUSED
from omniqueue.sim.replication.crew import Crew
from omniqueue.sim.replication.customers import draw_customers, is_open
from omniqueue.sim.replication.growing_record import GrowingRecord
from omniqueue.sim.replication.offer_answers import OfferAnswers
from omniqueue.sim.replication.replication_record import ReplicationRecord
from omniqueue.sim.replication.shared_work import SharedWork
from omniqueue.sim.scenarios.scenario import Redial, Scenario, check_scenario

Listener: TypeAlias = Callable[[Events], None]
_Handler: TypeAlias = Callable[[float, object], None]


def run_replication(
    scenario: Scenario,
    seed: int | None = None,
    replication: int = 0,
    *,
    order: str | OrderPolicy | None = None,
    selection: str | Selection | None = None,
    listener: Listener | None = None,
    stopped: Callable[[], bool] | None = None,
) -> ReplicationRecord:
    """Simulate one replication and return what became of everybody.

    Args:
        scenario: what is simulated.
        seed: the seed; None: the scenario's.
        replication: its number; each has chance of its own.
        order: an order policy instead of the scenario's.
        selection: a selection policy instead of the scenario's.
        listener: called with the events of every router command, in order; contact ids are
            then `stream:k`, never used twice.
        stopped: asked now and then; true ends the run before its time.

    Raises:
        InvalidValueError: no scenario; a value out of range.

    Cost: O(log n) a contact, some 10 microseconds; about 60 bytes a contact.

    Example:
        >>> from omniqueue.sim import Group, Stream
        >>> desk = Scenario(
        ...     streams=[Stream("calls", channel="phone", arrivals="60 per hour", handling="50s")],
        ...     groups=[Group("desk")],
        ...     horizon_seconds=3600,
        ... )
        >>> record = run_replication(desk, 1)
        >>> bool((record.answered_at >= record.arrived_at).all())
        True
    """
    check_scenario(scenario)
    chance = Chance(scenario.seed if seed is None else seed, replication)
    router = Router(
        channels=scenario.channels,
        order=scenario.order if order is None else order,
        selection=scenario.selection if selection is None else selection,
        max_waiting=scenario.max_waiting,
        forget_seconds=0.0 if listener is None else None,
    )
    run = _Replication(scenario, chance, router, listener, stopped)
    run.run()
    return run.record()


class _Replication:
    """One replication while it runs."""

    def __init__(
        self,
        scenario: Scenario,
        chance: Chance,
        router: Router,
        listener: Listener | None,
        stopped: Callable[[], bool] | None,
    ) -> None:
        self._scenario = scenario
        self._chance = chance
        self._router = router
        self._listener = listener
        self._stopped = stopped
        self._incomplete = False
        self._heap: list[tuple[float, int, Any, Any]] = []  # see above
        self._tick = count().__next__
        self._contacts: dict[str, Contact] = {}  # id -> contact, of those that are inside
        self._row_of: dict[str, int] = {}
        self._free: list[list[Contact]] = [[] for _ in scenario.streams]
        self._made = 0
        self._rows = GrowingRecord(draw_customers(scenario, chance))
        self._react: dict[object, Callable[[RawEvent], None]] = {
            Assigned: self._assigned,
            Interrupted: self._put_aside,
            Continued: self._go_on,
            Offered: self._offered,
            Expired: self._expired,
            OfferExpired: self._offer_over,
            OfferRevoked: self._offer_over,
            Declined: self._offer_over,
            PresenceSet: self._presence,
        }
        days = ceil(scenario.end_seconds / DAY_SECONDS)
        self._crew = Crew(scenario, chance, router, self._hear, days)
        self._offers = OfferAnswers(scenario, chance)
        groups = [scenario.groups[place] for place in self._crew.group_of]
        self._sharing = SharedWork([group.slowdown for group in groups])
        self._shares = any(group.slowdown for group in groups)
        self._offered_to: dict[int, tuple[int, str, str]] = {}  # row -> the offer that is out
        # Only where ends of work may move:
        self._in_hand: dict[int, Contact] = {}  # row -> contact
        self._due: dict[int, float] = {}  # row -> end of work, of those that are worked on
        self._aside: dict[int, tuple[float, float]] = {}  # row -> work left, since when
        self._paces = [
            [1.0 / group.speed_for(stream.name) for group in groups] for stream in scenario.streams
        ]
        self._own_wrap_ups = self._wrap_ups_of(groups)
        used = [scenario.all_channels()[stream.channel] for stream in scenario.streams]
        self._moves = self._shares or scenario.interrupts
        offered = any(channel.offer_seconds is not None for channel in used)
        # Whether the router has deadlines of its own in this scenario.
        self._timed = (
            offered
            or any(
                stream.relax or stream.prefer or stream.expire_seconds is not None
                for stream in scenario.streams
            )
            or any(channel.reserve_seconds is not None for channel in used)
        )
        # Whether more can happen to a contact than to wait, to be answered and to be through.
        self._general = (
            listener is not None
            or self._timed
            or self._moves
            or self._rows.has_wrap_up
            or bool(self._own_wrap_ups)
            or any(channel.wrap_up_seconds for channel in used)
        )

    def _wrap_ups_of(self, groups: Sequence[Group]) -> list[dict[int, float]]:
        """Return by stream which agents have a wrap-up of their own, in place of the channel's."""
        if not any(group.wrap_up_seconds for group in groups):
            return []
        return [
            {
                agent: group.wrap_up_seconds[stream.channel] or 0.0
                for agent, group in enumerate(groups)
                if stream.wrap_up is None and stream.channel in group.wrap_up_seconds
            }
            for stream in self._scenario.streams
        ]

    def run(self) -> None:
        """Simulate to the end. To be called once."""
        self._schedule_crew()
        self._loop()
        scenario = self._scenario
        now, last = self._router.now, scenario.end_seconds
        self._ended_seconds = last if self._inside() else max(now, scenario.horizon_seconds)
        if self._incomplete:
            self._ended_seconds = now
        self._crew.close(self._ended_seconds)
        for row, (_, since) in self._aside.items():
            self._rows.pause(row, since, self._ended_seconds)

    def _loop(self) -> None:  # the hot path: plain on purpose, everything in local names
        heap, tick, stopped, router = self._heap, self._tick, self._stopped, self._router
        submit, complete, hear = router.submit, router.complete, self._hear
        rows, paces = self._rows, self._paces
        stream, handling = rows.stream, rows.handling
        patience, agent_of = rows.patience, rows.agent
        answered_at, ended_at = rows.answered_at, rows.ended_at
        contacts, row_of, free = self._contacts, self._row_of, self._free
        parting, number_of = self._crew.parting, self._crew.number_of
        timed, general, last = self._timed, self._general, self._scenario.end_seconds
        impatient = any(each.patience is not None for each in self._scenario.streams)
        paced = any(pace != 1.0 for several in paces for pace in several)
        event: Any  # tuples of the router, whose fields are known by their class
        entering, nobody = rows.entering(), (inf, -1)
        coming, arriving = next(entering, nobody)
        while True:
            due = heap[0][0] if heap else inf
            if timed and (timer := router.next_timer) is not None and timer <= last:
                if timer <= due and timer <= coming:
                    hear(router.advance(at=timer))
                    continue
            if due <= coming:
                if due > last:
                    break
                at, _, what, detail = heappop(heap)
                if what.__class__ is not Contact:
                    what(at, detail)
                    continue
                if general or parting:
                    self._end(at, detail, what)
                    continue
                ended_at[detail] = at
                free[stream[detail]].append(what)
                happened = complete(what.id, at=at).tuples  # no wrap-up, as the channel says
            else:
                at, row = coming, arriving
                coming, arriving = next(entering, nobody)
                if stopped is not None and not row & 4095 and stopped():
                    self._incomplete = True
                    break
                if general:
                    self._enter(at, row)
                    continue
                kind = stream[row]
                contact = free[kind].pop() if free[kind] else self._new_contact(kind)
                row_of[contact.id] = row
                try:
                    happened = submit(contact, at=at).tuples
                except QueueFullError:
                    self._refused(at, row, contact)
                    continue
                if happened[-1][0] is not Assigned:
                    if impatient and patience[row] < inf:
                        give_up_at = at + patience[row]
                        heappush(heap, (give_up_at, tick(), self._give_up, (row, contact)))
                    continue
            for event in happened:
                if event[0] is Assigned:
                    name = event[2]
                    row = row_of[name]
                    agent = agent_of[row] = number_of[event[3]]
                    answered_at[row] = at
                    seconds = handling[row]
                    if paced:
                        seconds *= paces[stream[row]][agent]
                    heappush(heap, (at + seconds, tick(), contacts[name], row))

    def _new_contact(self, kind: int) -> Contact:
        self._made += 1
        stream = self._scenario.streams[kind]
        if self._listener is None:
            contact = stream.contact(f"{kind}:{self._made}")
        else:
            contact = stream.contact(f"{stream.name[:100]}:{self._made}")
        self._contacts[contact.id] = contact
        return contact

    def _inside(self) -> int:
        """Return how many contacts wait or are in hand."""
        return self._made - sum(map(len, self._free))

    def _enter(self, at: float, row: int) -> None:
        """Let a contact come: the general case of what the loop does."""
        kind = self._rows.stream[row]
        free = self._free[kind]
        contact = free.pop() if free and self._listener is None else self._new_contact(kind)
        self._row_of[contact.id] = row
        try:
            events = self._router.submit(contact, at=at)
        except QueueFullError:
            self._refused(at, row, contact)
            return
        self._hear(events)
        if self._rows.agent[row] < 0 and self._rows.patience[row] < inf:
            self._plan(at + self._rows.patience[row], self._give_up, (row, contact))

    def _plan(self, at: float, what: Contact | _Handler, detail: object) -> None:
        heappush(self._heap, (at, self._tick(), what, detail))

    def _refused(self, at: float, row: int, contact: Contact) -> None:
        self._rows.outcome[row] = REFUSED
        self._rows.ended_at[row] = at
        self._free[self._rows.stream[row]].append(contact)

    def _hear(self, events: Events) -> None:
        """Act on what happened."""
        if self._listener is not None:
            self._listener(events)
        react = self._react
        for event in events.tuples:
            reaction = react.get(event[0])
            if reaction is not None:
                reaction(event)

    def _assigned(self, event: RawEvent) -> None:
        _, at, name, agent_id, _ = cast("tuple[object, float, str, str, bool]", event)
        row = self._row_of[name]
        agent = self._rows.agent[row] = self._crew.number_of[agent_id]
        self._rows.answered_at[row] = at
        self._offered_to.pop(row, None)
        seconds = self._rows.handling[row] * self._paces[self._rows.stream[row]][agent]
        if self._moves:
            self._work_on(at, row, name, seconds)
        else:
            self._plan(at + seconds, self._contacts[name], row)

    def _work_on(self, at: float, row: int, name: str, seconds: float) -> None:
        """Let the agent of a contact work on it, where the end of that may move."""
        if self._shares:
            agent = self._rows.agent[row]
            self._proceed(self._sharing.begin(agent, row, seconds, at=at), name)
        else:
            self._proceed([(row, at + seconds)], name)

    def _put_aside(self, event: RawEvent) -> None:
        _, at, name, _, _ = cast("tuple[object, float, str, str, str]", event)
        row = self._row_of[name]
        left = self._due.pop(row) - at
        if self._shares:
            left, others = self._sharing.stop(self._rows.agent[row], row, at=at)
            self._proceed(others)
        self._aside[row] = (left, at)

    def _go_on(self, event: RawEvent) -> None:
        _, at, name, _ = cast("tuple[object, float, str, str]", event)
        row = self._row_of[name]
        left, since = self._aside.pop(row)
        self._rows.pause(row, since, at)
        self._work_on(at, row, name, left)

    def _proceed(self, ends: list[tuple[int, float]], name: str | None = None) -> None:
        """Put the ends of an agent's contacts on the heap, where they have moved."""
        for row, end in ends:
            if self._due.get(row) != end:
                self._due[row] = end
                if name is not None and self._row_of.get(name) == row:
                    self._in_hand[row] = self._contacts[name]
                self._plan(end, self._in_hand[row], row)

    def _end(self, at: float, row: int, contact: Contact) -> None:
        """Let an agent be through with a contact: the general case of what the loop does."""
        agent = self._rows.agent[row]
        crew = self._crew
        if self._moves:
            if self._due.get(row) != at:
                return  # its end has moved: another entry stands for that, or will
            del self._due[row], self._in_hand[row]
            if self._shares:
                self._proceed(self._sharing.end(agent, row, at=at))
        if crew.parting:
            crew.before_end(agent, at)
        self._rows.ended_at[row] = at
        wrap_up = self._rows.wrap_up[row]
        if self._own_wrap_ups:
            wrap_up = self._own_wrap_ups[self._rows.stream[row]].get(agent, wrap_up)
            self._rows.wrap_up[row] = wrap_up
        if wrap_up:
            # Ended by command, not by the router's timer, so that the heap alone knows when.
            self._plan(at + wrap_up, self._wrap_up_over, (row, contact))
            self._hear(self._router.complete(contact.id, at=at, wrap_up_seconds=None))
            return
        self._free[self._rows.stream[row]].append(contact)
        self._hear(self._router.complete(contact.id, at=at, wrap_up_seconds=0.0))
        if crew.parting:
            crew.after_end(agent, at)

    def _wrap_up_over(self, at: float, detail: object) -> None:
        row, contact = cast("tuple[int, Contact]", detail)
        self._rows.released_at[row] = at
        self._free[self._rows.stream[row]].append(contact)
        self._hear(self._router.finish_wrap_up(contact.id, at=at))
        if self._crew.parting:
            self._crew.after_end(self._rows.agent[row], at)

    def _give_up(self, at: float, detail: object) -> None:
        row, contact = cast("tuple[int, Contact]", detail)
        if self._rows.agent[row] >= 0 or self._rows.outcome[row] != OPEN:
            return  # it was taken meanwhile, or has left in another way
        self._rows.outcome[row] = ABANDONED
        self._rows.ended_at[row] = at
        self._free[self._rows.stream[row]].append(contact)
        self._hear(self._router.abandon(contact.id, at=at))
        redial = self._scenario.streams[self._rows.stream[row]].redial
        if redial is not None and self._rows.attempt[row] < redial.attempts:
            self._plan_redial(at, row, redial)

    def _plan_redial(self, at: float, row: int, redial: Redial) -> None:
        # The customer's own stream: what others do changes nothing about this one.
        stream = self._scenario.streams[self._rows.stream[row]]
        luck = self._chance.stream(
            f"redial {stream.name} {self._rows.position[row]} {self._rows.attempt[row]}"
        )
        if luck.random() < redial.chance:
            after = float(redial.after.law_at(at).sample(luck, 1)[0])
            if at + after < self._scenario.horizon_seconds:
                assert stream.patience is not None
                patience = float(stream.patience.law_at(at + after).sample(luck, 1)[0])
                self._plan(at + after, self._redial, (row, patience))

    def _redial(self, at: float, detail: object) -> None:
        """Let a customer who gave up call again, with the same need."""
        before, patience = cast("tuple[int, float]", detail)
        row = self._rows.call_again(before, at, patience)
        stream = self._scenario.streams[self._rows.stream[row]]
        if is_open(stream, np.array([at]))[0]:
            self._enter(at, row)
        else:
            self._rows.turn_away(row)

    def _expired(self, event: RawEvent) -> None:
        _, at, name = cast("tuple[object, float, str]", event)
        row = self._row_of[name]
        self._rows.outcome[row] = EXPIRED
        self._rows.ended_at[row] = at
        self._free[self._rows.stream[row]].append(self._contacts[name])

    def _offered(self, event: RawEvent) -> None:
        _, at, name, agent_id, _ = cast("tuple[object, float, str, str, float]", event)
        row = self._row_of[name]
        token = self._offered_to[row] = (row, agent_id, name)
        group = self._crew.group_of[self._crew.number_of[agent_id]]
        verdict = self._offers.verdict(group)
        if verdict is not None:
            answer = self._accept if verdict == "accept" else self._decline
            self._plan(at + self._offers.reaction_seconds(group), answer, token)

    def _offer_over(self, event: RawEvent) -> None:
        self._offered_to.pop(self._row_of[cast("str", event[2])], None)

    def _accept(self, at: float, detail: object) -> None:
        row, agent_id, name = cast("tuple[int, str, str]", detail)
        if self._offered_to.get(row) is detail:
            self._hear(self._router.accept(name, agent_id, at=at))

    def _decline(self, at: float, detail: object) -> None:
        row, agent_id, name = cast("tuple[int, str, str]", detail)
        if self._offered_to.get(row) is detail:
            self._hear(self._router.decline(name, agent_id, at=at))

    def _presence(self, event: RawEvent) -> None:
        _, at, agent_id, state, _ = cast("tuple[object, float, str, str, object]", event)
        agent = self._crew.number_of[agent_id]
        if state == "away" and self._crew.on_duty(agent):  # by the router, for missed offers
            group = self._crew.group_of[agent]
            self._plan(at + self._offers.back_seconds(group), self._back, agent)

    def _back(self, at: float, detail: object) -> None:
        agent = cast("int", detail)
        if self._crew.on_duty(agent):
            name = self._crew.ids[agent]
            self._hear(self._router.set_presence(name, "ready", at=at))

    def _schedule_crew(self) -> None:
        if self._crew.next_change <= self._scenario.end_seconds:
            self._plan(self._crew.next_change, self._change_crew, None)

    def _change_crew(self, at: float, _: object) -> None:
        self._crew.change(at)
        if at < self._scenario.horizon_seconds or self._inside():
            self._schedule_crew()

    def record(self) -> ReplicationRecord:
        """Return the columns of the run. Cost: O(n)."""
        return self._rows.record(
            self._scenario,
            self._crew,
            self._chance.replication,
            self._ended_seconds,
            incomplete=self._incomplete,
        )
