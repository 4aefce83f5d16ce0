"""Commands about contacts in the queue: submit, abandon, cancel, resume, defer, update ..."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import TYPE_CHECKING

from omniqueue.core.clock import enter, release
from omniqueue.core.commands import (
    Commands,
    channel_of,
    command,
    contact_in_state,
    done,
    rank_of,
    tell_refusal,
    told,
)
from omniqueue.core.contact_row import ContactRow, contact_row
from omniqueue.core.endings import end, expire, forget_now, step_out
from omniqueue.core.lanes import join, lane_of, leave, stand
from omniqueue.core.lifecycle import (
    ABANDONED,
    CANCELLED,
    DEFERRED,
    OFFERED,
    WAITING,
)
from omniqueue.core.matching import place_new
from omniqueue.core.offers import revoke, wait_again
from omniqueue.core.preferences import (
    lift_preference,
    start_preference,
    stop_preference,
    wanted_agent,
)
from omniqueue.core.reservations import drop_reservation
from omniqueue.core.seeking import best_agent, can_take
from omniqueue.core.timers import DEFERRAL, EXPIRY, RELAXATION, RESERVATION
from omniqueue.errors import (
    DuplicateContactError,
    IllegalTransitionError,
    InvalidValueError,
    OmniqueueError,
    QueueFullError,
)
from omniqueue.model.checks import instant
from omniqueue.model.contact import Contact
from omniqueue.model.contact_events import (
    Abandoned,
    Cancelled,
    Deferred,
    Queued,
    Resumed,
    Unservable,
    Updated,
)
from omniqueue.model.event import Events

if TYPE_CHECKING:
    from omniqueue.core.agent_row import AgentRow
    from omniqueue.core.state import State


class QueueCommands(Commands):
    """Commands about contacts that no agent has taken."""

    __slots__ = ()

    def submit(self, contact: Contact, *, at: float) -> Events:
        """Let a contact enter the queue; an agent who can take it has it at once.

        Args:
            contact: what the customer asks for; its id must be new.
            at: seconds on the caller's epoch, not before the router's time.

        Raises:
            TimeWentBackwardsError: `at` is before the router's time.
            UnknownChannelError, DuplicateContactError: not declared; the id has been used.
            InvalidValueError: no Contact, or `arrived_at` lies in the future.
            QueueFullError: it would have to wait and `max_waiting` contacts do.
            PolicyError: a user's order policy failed.

        Cost: O(log lanes) when it waits, O(kinds of free agents) when one can take it.

        Example:
            >>> from omniqueue import Contact, Router
            >>> [event.name for event in Router().submit(Contact("c1", "fax"), at=0)]
            ['queued', 'unservable']
        """
        # Every contact passes here: what others would put into functions stands in place.
        state = self._state
        try:
            if at.__class__ is float and state.now <= at < state.timers.wake:
                state.now = at
            else:
                at = enter(state, at)
            if contact.__class__ is not Contact and not isinstance(contact, Contact):
                raise InvalidValueError("contact", contact, "a Contact")
            contact_id, skills = contact.id, contact.skills
            channel = state.channels.get(contact.channel)
            if channel is None:
                channel = channel_of(state, "channel", contact.channel)
            if contact_id in state.contacts:
                _refuse_unless_forgotten(state, contact_id)
            arrived_at = contact.arrived_at
            if arrived_at is None:
                arrived_at = at
            elif arrived_at > at:
                raise InvalidValueError("arrived_at", arrived_at, f"an instant up to {at!r}")
            rank = arrived_at if state.by_arrival else rank_of(state, contact, skills, arrived_at)
            lane = channel.lanes.get(skills) or lane_of(state, channel, skills)
            row = contact_row(contact, lane, rank, arrived_at, state.sequence + 1)
            if state.max_waiting is not None:
                _refuse_if_full(state, row)
        except OmniqueueError as refusal:
            tell_refusal(state, refusal)
            raise
        state.sequence += 1
        state.contacts[contact_id] = row
        raw = (Queued, at, contact_id, channel.name, skills, contact.priority, arrived_at, rank)
        plain = contact.terms is None and channel.plain and lane.holders
        if not plain or state.overdue_later or state.overdue:
            state.log.append(raw)
            _start(state, row)
            return done(state, [], [row])
        for room in channel.rooms:
            if lane.holders & room.open:
                state.log.append(raw)
                place_new(state, row)
                return told(state)
        join(state, row)
        if not state.log and not state.hooks:
            return Events((raw,))
        state.log.append(raw)
        return told(state)

    def abandon(self, contact_id: str, *, at: float) -> Events:
        """Let the customer leave; within the channel's `resume_seconds` it may come back.

        Args:
            contact_id: a contact that is waiting, deferred or offered.
            at: seconds on the caller's epoch.

        Raises:
            UnknownContactError, IllegalTransitionError, TimeWentBackwardsError.

        Cost: O(log lanes), amortised.

        Example:
            >>> from omniqueue import Contact, Router
            >>> router = Router()
            >>> _ = router.submit(Contact("c1", "phone"), at=0)
            >>> [event.name for event in router.abandon("c1", at=9)]
            ['abandoned']
        """
        state = self._state
        try:
            enter(state, at)
            row = contact_in_state(state, contact_id, "abandon")
        except OmniqueueError as refusal:
            tell_refusal(state, refusal)
            raise
        agents = _withdraw(state, row)
        row.detailed().abandoned_at = state.now
        state.log.append((Abandoned, state.now, row.id))
        end(state, row, ABANDONED)
        return done(state, agents + drop_reservation(state, row, told=True), [])

    @command
    def cancel(self, contact_id: str, *, at: float) -> Events:
        """Withdraw a contact for the application; this is not an abandonment.

        Args:
            contact_id: a contact that is waiting, deferred, offered or parked.
            at: seconds on the caller's epoch.

        Raises:
            UnknownContactError, IllegalTransitionError, TimeWentBackwardsError.

        Cost: O(log lanes), amortised.

        Example:
            >>> from omniqueue import Contact, Router
            >>> router = Router()
            >>> _ = router.submit(Contact("c1", "phone"), at=0)
            >>> [event.name for event in router.cancel("c1", at=9)]
            ['cancelled']
        """
        state = self._state
        enter(state, at)
        row = contact_in_state(state, contact_id, "cancel")
        agents = _withdraw(state, row)
        state.log.append((Cancelled, state.now, row.id))
        if row.state not in (WAITING, DEFERRED, OFFERED):
            state.parked -= 1
        end(state, row, CANCELLED)
        return done(state, agents + drop_reservation(state, row, told=True), [])

    @command
    def resume(self, contact_id: str, *, at: float) -> Events:
        """Let a customer who abandoned be back: the contact waits at its old place.

        Args:
            contact_id: a contact abandoned at most the channel's `resume_seconds` ago.
            at: seconds on the caller's epoch.

        Raises:
            IllegalTransitionError: not abandoned, or too late.
            UnknownContactError, TimeWentBackwardsError.

        Cost: O(log n) in the contacts of its kind that came back.

        Example:
            >>> from omniqueue import Contact, Router
            >>> router = Router()
            >>> _ = router.submit(Contact("c1", "phone"), at=0)
            >>> _ = router.abandon("c1", at=9)
            >>> [event.name for event in router.resume("c1", at=69)]
            ['resumed']
        """
        state = self._state
        enter(state, at)
        row = contact_in_state(state, contact_id, "resume")
        details = row.details
        assert details is not None
        last = details.abandoned_at + row.lane.channel.channel.resume_seconds
        if state.now > last:
            raise IllegalTransitionError("resume at", state.now, f"an instant up to {last!r}")
        state.counts[ABANDONED] -= 1
        state.ended.pop(row, None)
        state.log.append((Resumed, state.now, row.id))
        if details.expiry_due:
            return done(state, expire(state, row), [])
        wait_again(state, row)
        return done(state, [], [row])

    @command
    def defer(
        self,
        contact_id: str,
        *,
        at: float,
        until: float | None = None,
        channel: str | None = None,
    ) -> Events:
        """Pass a waiting contact over, its place kept, until a time or until it is released.

        Args:
            contact_id: a waiting contact.
            at: seconds on the caller's epoch.
            until: when it waits again (after `at`); None: when released.
            channel: the channel from now on (a call-back, say); None: as it is.

        Raises:
            UnknownChannelError, UnknownContactError, IllegalTransitionError,
            TimeWentBackwardsError.
            InvalidValueError: `until` is not in the future.

        Cost: O(log lanes), amortised.

        Example:
            >>> from omniqueue import Channel, Contact, Router
            >>> router = Router(channels=[Channel("callback")])
            >>> _ = router.submit(Contact("c1", "phone"), at=0)
            >>> router.defer("c1", at=1, until=60, channel="callback")[0].until
            60.0
        """
        state = self._state
        enter(state, at)
        new_channel = None if channel is None else channel_of(state, "channel", channel)
        row = contact_in_state(state, contact_id, "defer")
        end_at = None if until is None else instant("until", until)
        if end_at is not None and end_at <= state.now:
            raise InvalidValueError("until", end_at, f"an instant after {state.now!r}")
        leave(state, row)
        row.state = DEFERRED
        state.deferred += 1
        if new_channel is not None:
            row.lane = lane_of(state, new_channel, row.lane.skills)
            start_reserve_clock(state, row)
        if end_at is not None:
            row.timer = state.timers.start(end_at, DEFERRAL, row)
        state.log.append((Deferred, state.now, row.id, row.lane.channel.name, end_at))
        return done(state, drop_reservation(state, row, told=True), [])

    @command
    def release(self, contact_id: str, *, at: float) -> Events:
        """Let a deferred contact wait again, at its place.

        Args:
            contact_id: a deferred contact.
            at: seconds on the caller's epoch.

        Raises:
            UnknownContactError, IllegalTransitionError, TimeWentBackwardsError.

        Cost: O(log n) in the contacts of its kind that came back.

        Example:
            >>> from omniqueue import Contact, Router
            >>> router = Router()
            >>> _ = router.submit(Contact("c1", "email", not_before=500), at=0)
            >>> [event.name for event in router.release("c1", at=1)]
            ['released']
        """
        state = self._state
        enter(state, at)
        row = contact_in_state(state, contact_id, "release")
        release(state, row)
        return done(state, [], [row])

    @command
    def update(
        self,
        contact_id: str,
        *,
        at: float,
        priority: int | None = None,
        skills: Mapping[str, int] | None = None,
    ) -> Events:
        """Change the priority or the needed skills of a contact in the queue.

        Args:
            contact_id: a contact that is waiting or deferred.
            at: seconds on the caller's epoch.
            priority: an int within +-2**31; None: as it is.
            skills: what is needed from now on; ends its preference and relaxation; None: as is.

        Raises:
            UnknownContactError, IllegalTransitionError, TimeWentBackwardsError.
            InvalidValueError: neither is given, or a value is out of range.
            PolicyError: a user's order policy failed.

        Cost: O(log n) in the contacts of its kind that came back.

        Example:
            >>> from omniqueue import Contact, Router
            >>> router = Router(order="priority")
            >>> _ = router.submit(Contact("c1", "email"), at=0)
            >>> router.update("c1", at=1, priority=5)[0].priority
            5
        """
        state = self._state
        enter(state, at)
        row = contact_in_state(state, contact_id, "update")
        if priority is None and skills is None:
            raise InvalidValueError("update", None, "a new priority, new skills or both")
        contact = row.contact.with_changes(priority=priority, skills=skills)
        needed = row.lane.skills if skills is None else contact.skills
        rank = rank_of(state, contact, needed, row.arrived_at)
        waiting = row.state == WAITING
        if waiting:
            leave(state, row)
        row.contact = contact
        row.rank = rank
        if skills is not None:
            row.lane = lane_of(state, row.lane.channel, needed)
            stop_relaxation(state, row)
        if waiting:
            stand(state, row)
        if row.details is not None and row.details.reserved is not None:
            state.suspects.append(row)
        state.log.append((Updated, state.now, row.id, contact.priority, needed, rank))
        if skills is not None and row.details is not None and row.details.prefer_agent:
            lift_preference(state, row)
        return done(state, [], [row])


def _refuse_if_full(state: State, row: ContactRow) -> None:
    """Refuse a new contact that would have to wait in a full queue."""
    assert state.max_waiting is not None
    if state.waiting + state.deferred < state.max_waiting:
        return
    contact = row.contact
    if contact.not_before is None or contact.not_before <= state.now:
        wanted = wanted_agent(state, row, contact.prefer)
        if wanted is None:
            taken = best_agent(state, row) is not None
        else:
            taken = can_take(state, wanted, row)
        if taken:
            return
    raise QueueFullError(
        "queue", state.waiting + state.deferred, f"fewer than {state.max_waiting} waiting"
    )


def _refuse_unless_forgotten(state: State, contact_id: str) -> None:
    forget_now(state)
    if contact_id in state.contacts:
        raise DuplicateContactError("contact", contact_id, "an id that was never used")


def _start(state: State, row: ContactRow) -> None:
    """Let a new contact wait or be deferred, its timers created in the order of the rules."""
    contact = row.contact
    now = state.now
    lane = row.lane
    if not lane.holders and lane.empty():
        name = lane.channel.name
        state.log.append((Unservable, now, row.id, name, lane.skills))
    deferred = contact.not_before is not None and contact.not_before > now
    if deferred:
        assert contact.not_before is not None
        row.state = DEFERRED
        state.deferred += 1
        row.timer = state.timers.start(contact.not_before, DEFERRAL, row)
        name = row.lane.channel.name
        state.log.append((Deferred, now, row.id, name, contact.not_before))
    start_preference(state, row, contact.prefer)
    timers = state.timers
    if contact.relax:
        row.detailed().relaxation = [
            timers.start(now + step.after_seconds, RELAXATION, row, index)
            for index, step in enumerate(contact.relax)
        ]
    if contact.expire_seconds is not None:
        row.detailed().expiry = timers.start(now + contact.expire_seconds, EXPIRY, row)
    start_reserve_clock(state, row)
    if deferred:
        return
    if row.details is None:
        join(state, row)
    else:
        stand(state, row)


def start_reserve_clock(state: State, row: ContactRow) -> None:
    """Set when a contact is overdue, by its channel and arrival; an earlier clock is stopped."""
    if row.details is not None:
        state.timers.cancel(row.details.reserve_timer)
        row.details.reserve_timer = None
        row.details.reserve_due = inf
    seconds = row.lane.channel.channel.reserve_seconds
    if seconds is None:
        return
    details = row.detailed()
    details.reserve_due = row.arrived_at + seconds
    due = max(state.now, details.reserve_due)
    details.reserve_timer = state.timers.start(due, RESERVATION, row)


def stop_relaxation(state: State, row: ContactRow) -> None:
    """End the remaining relaxation steps."""
    if row.details is not None:
        for timer in row.details.relaxation:
            state.timers.cancel(timer)
        row.details.relaxation.clear()


def _withdraw(state: State, row: ContactRow) -> list[AgentRow]:
    """Take a contact from where it is; return the agent whose offer was taken back."""
    if row.state == OFFERED:
        return [revoke(state, row)]
    step_out(state, row)
    stop_preference(state, row)
    return []
