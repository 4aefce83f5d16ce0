"""Commands about contacts: submit, abandon, accept, complete, transfer ...; in that order.

First those about a contact that no agent has taken, then those about one that an agent has, had
or gets. Each checks everything before it changes anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf
from typing import Literal

from omniqueue.core.clock import enter
from omniqueue.core.commands import (
    Commands,
    agent_of,
    channel_of,
    command,
    contact_in_state,
    contact_of,
    done,
    known_id,
    rank_of,
    tell_refusal,
    told,
)
from omniqueue.core.endings import (
    cancel_timers,
    end,
    expire,
    forget_now,
    step_out,
    stop_relaxation,
)
from omniqueue.core.lanes import join, lane_of, leave, requirement_lane, set_aside, stand
from omniqueue.core.lifecycle import (
    ABANDONED,
    ACTIVE,
    CANCELLED,
    COMPLETED,
    DEFERRED,
    OFFERED,
    PARKED,
    STATES,
    WAITING,
    WRAP_UP,
    leaving,
    move,
    refuse,
)
from omniqueue.core.matching import place_new, serve
from omniqueue.core.offers import (
    back_to_queue,
    end_offer,
    end_work,
    exclude,
    finish_wrap_up,
    release,
    revoke,
    take,
    wait_again,
)
from omniqueue.core.overdue import start_reserve_clock
from omniqueue.core.preferences import (
    lift_preference,
    start_preference,
    stop_preference,
    wanted_agent,
)
from omniqueue.core.reservations import drop_reservation
from omniqueue.core.rows import (
    DEFERRAL,
    EXPIRY,
    RELAXATION,
    WRAP_UP_END,
    AgentRow,
    ContactRow,
    contact_row,
)
from omniqueue.core.seeking import best_agent, can_take
from omniqueue.core.state import State
from omniqueue.errors import (
    DuplicateContactError,
    IllegalTransitionError,
    InvalidValueError,
    OmniqueueError,
    QueueFullError,
)
from omniqueue.model.checks import duration, instant, truth
from omniqueue.model.contact import Contact, Group, Preference, all_needed
from omniqueue.model.contact_events import (
    Abandoned,
    Cancelled,
    Completed,
    Declined,
    Deferred,
    Parked,
    Queued,
    Reopened,
    Resumed,
    Transferred,
    Updated,
)
from omniqueue.model.event import Events
from omniqueue.model.skill import NO_SKILLS, Skills, requirement

_NOT_BEFORE = leaving("not before", DEFERRED)
_ABANDONED = leaving("abandon", ABANDONED)
_CANCELLED = leaving("cancel", CANCELLED)
_DEFERRED = leaving("defer", DEFERRED)
_WRAP_UP = leaving("complete", WRAP_UP)
_COMPLETED = leaving("complete", COMPLETED)
_PARKED = leaving("park", PARKED)


class ContactCommands(Commands):
    """Commands about contacts."""

    __slots__ = ()

    def submit(self, contact: Contact, *, at: float) -> Events:
        """Put a contact into the queue; an agent who can take it gets it at once.

        Args:
            contact: what the customer asks for; its id must be new.
            at: seconds on the caller's epoch, not before the router's time.

        Raises:
            TimeWentBackwardsError, UnknownChannelError, DuplicateContactError.
            InvalidValueError: no Contact, or `arrived_at` lies in the future.
            QueueFullError: it would have to wait; `max_waiting` do, in all or of its channel.
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
            if at.__class__ is float and state.door <= at < state.timers.wake:
                state.door, state.now = inf, at
            else:
                at = enter(state, at)
            if contact.__class__ is not Contact and not isinstance(contact, Contact):
                raise InvalidValueError("contact", contact, "a Contact")
            contact_id, skills, terms = contact.id, contact.skills, contact.terms
            needs = skills if terms is None else terms.needs
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
            rank = arrived_at if state.by_arrival else rank_of(state, contact, needs, arrived_at)
            lane = channel.lanes.get(needs) or lane_of(state, channel, needs)
            row = contact_row(contact, lane, rank, arrived_at, state.sequence + 1, at)
            if channel.bounded:
                _refuse_if_full(state, row)
        except OmniqueueError as refusal:
            tell_refusal(state, refusal)
            raise
        state.sequence += 1
        state.contacts[contact_id] = row
        raw = (Queued, at, contact_id, channel.name, skills, contact.priority, arrived_at, rank)
        plain = terms is None and channel.plain and lane.servable
        if not plain or state.overdue_later or state.overdue:
            state.log.append(raw if terms is None else (*raw, needs.any_of, terms.not_agents))
            _start(state, row)
            return done(state, [], [row])
        for room in channel.rooms:
            if lane.holders & room.open:
                state.log.append(raw)
                place_new(state, row)
                return told(state)
        join(state, row)
        if not state.log and not state.hooks:
            state.door = at
            return Events((raw,))
        state.log.append(raw)
        return told(state)

    def abandon(self, contact_id: str, *, at: float) -> Events:
        """Take out a contact whose customer gave up; it may `resume` within `resume_seconds`.

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
        end(state, row, _ABANDONED)
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
        end(state, row, _CANCELLED)
        return done(state, agents + drop_reservation(state, row, told=True), [])

    @command
    def resume(self, contact_id: str, *, at: float) -> Events:
        """Return an abandoned contact to its old place: the customer is back.

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
            >>> router.resume("c1", at=69)[0].name
            'resumed'
        """
        state = self._state
        enter(state, at)
        row = contact_in_state(state, contact_id, "resume")
        details = row.details
        assert details is not None
        last = details.abandoned_at + row.lane.channel.settings.resume_seconds
        if state.now > last:
            raise IllegalTransitionError(
                "at",
                state.now,
                f"an instant up to {last!r}",
                code="too_late",
                command="resume",
                contact=row.id,
                state=STATES[row.state],
            )
        state.counts[ABANDONED] -= 1
        state.ended.pop(row, None)
        state.log.append((Resumed, state.now, row.id))
        if details.expiry_due:
            return done(state, expire(state, row, "resume"), [])
        wait_again(state, row, "resume")
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
        move(row, _DEFERRED, state.now)
        if new_channel is not None:
            row.lane = lane_of(state, new_channel, row.lane.needs)
            start_reserve_clock(state, row)
        set_aside(state, row)
        if end_at is not None:
            row.timer = state.timers.start(end_at, DEFERRAL, row)
        state.log.append((Deferred, state.now, row.id, row.lane.channel.name, end_at))
        return done(state, drop_reservation(state, row, told=True), [])

    @command
    def release(self, contact_id: str, *, at: float) -> Events:
        """End a deferral: the contact waits again, at its place.

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
            ['released', 'unservable']
        """
        state = self._state
        enter(state, at)
        row = contact_in_state(state, contact_id, "release")
        release(state, row, "release")
        return done(state, [], [row])

    @command
    def update(
        self,
        contact_id: str,
        *,
        at: float,
        priority: int | None = None,
        target_seconds: float | None = None,
        skills: Mapping[str, int] | None = None,
        any_of: Iterable[Group] | None = None,
    ) -> Events:
        """Change the priority, the promise or the requirement of a contact in the queue.

        Args:
            contact_id: a contact that is waiting or deferred.
            at: seconds on the caller's epoch.
            priority: an int within +-2**31; None: as it is.
            target_seconds: its own promised answer time; None: as it is.
            skills: what is all needed from now on; None: nothing, where `any_of` is given.
            any_of: groups of alternatives from now on; None: none, where `skills` is given. A
                requirement that is given ends its preference and its relaxation.

        Raises:
            UnknownContactError, IllegalTransitionError, TimeWentBackwardsError.
            InvalidValueError: nothing is given, or a value is out of range.
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
        new_needs = _new_requirement(skills, any_of)
        if priority is None and target_seconds is None and new_needs is None:
            raise InvalidValueError("update", None, "a new priority, target or requirement")
        contact = row.contact.with_changes(
            priority=priority, target_seconds=target_seconds, needs=new_needs
        )
        needs = row.lane.needs if new_needs is None else new_needs
        rank = rank_of(state, contact, needs, row.arrived_at)
        waiting, before = row.state == WAITING, row.lane
        if waiting:
            leave(state, row)
        row.contact = contact
        row.rank = rank
        if new_needs is not None:
            row.lane = lane_of(state, row.lane.channel, needs)
            stop_relaxation(state, row)
        if waiting:
            stand(state, row)
        if row.lane is before:
            state.doubtful.pop(before, None)  # it was so before
        if row.details is not None and row.details.reserved is not None:
            state.suspects.append(row)
        said = (contact.priority, all_needed(needs), rank, needs.any_of, contact.target_seconds)
        state.log.append((Updated, state.now, row.id, *said))
        if new_needs is not None and row.details is not None and row.details.prefer_agent:
            lift_preference(state, row)
        return done(state, [], [row])

    def accept(self, contact_id: str, agent_id: str, *, at: float) -> Events:
        """Accept an offer: the agent has the contact.

        Args:
            contact_id: a contact that is offered.
            agent_id: the agent it is offered to.
            at: seconds on the caller's epoch, before the offer's end.

        Raises:
            UnknownContactError, TimeWentBackwardsError.
            IllegalTransitionError: not offered, or not to that agent.

        Cost: O(log agents of its kind).

        Example:
            >>> from omniqueue import Agent, Channel, Contact, Router
            >>> router = Router(channels=[Channel("chat", offer_seconds=20)])
            >>> _ = router.add_agent(Agent("ana"), at=0)
            >>> _ = router.submit(Contact("c1", "chat"), at=0)
            >>> router.accept("c1", "ana", at=3)[0].name
            'assigned'
        """
        state = self._state
        try:
            enter(state, at)
            row = _offered_to(state, contact_id, agent_id, "accept")
        except OmniqueueError as refusal:
            tell_refusal(state, refusal)
            raise
        agent = row.agent
        assert agent is not None
        freed = take(state, agent, row, "accept")
        state.roster.seat(agent)
        if state.roster.interrupting:  # what is taken may be interrupted, an offer may not
            return done(state, [agent, *freed], [])
        if freed or state.overdue_later or state.overdue:
            return done(state, freed, [])
        return told(state)

    def decline(self, contact_id: str, agent_id: str, *, at: float) -> Events:
        """Decline an offer; the agent is excluded from the contact for `retry_seconds`.

        Args:
            contact_id: a contact that is offered.
            agent_id: the agent it is offered to.
            at: seconds on the caller's epoch, before the offer's end.

        Raises:
            UnknownContactError, TimeWentBackwardsError.
            IllegalTransitionError: not offered, or not to that agent.

        Cost: O(log lanes) and of one match.

        Example:
            >>> from omniqueue import Agent, Channel, Contact, Router
            >>> router = Router(channels=[Channel("chat", offer_seconds=20)])
            >>> _ = router.add_agent(Agent("ana"), at=0)
            >>> _ = router.submit(Contact("c1", "chat"), at=0)
            >>> router.decline("c1", "ana", at=3)[0].retry_at
            63.0
        """
        state = self._state
        try:
            enter(state, at)
            row = _offered_to(state, contact_id, agent_id, "decline")
        except OmniqueueError as refusal:
            tell_refusal(state, refusal)
            raise
        agent = row.agent
        assert agent is not None
        end_offer(state, row)
        retry_at = exclude(state, row, agent)
        state.log.append((Declined, state.now, row.id, agent.id, retry_at))
        freed = back_to_queue(state, row, "decline")
        return done(state, [agent, *freed], [row])

    def complete(
        self,
        contact_id: str,
        *,
        at: float,
        wrap_up_seconds: float | Literal["channel"] | None = "channel",
        agent: str | None = None,
    ) -> Events:
        """End a contact; wrap-up follows, then its agent takes the next.

        Args:
            contact_id: a contact that is active; or interrupted or parked, then without wrap-up.
            at: seconds on the caller's epoch.
            wrap_up_seconds: work after it; None: until finished; "channel": the usual.
            agent: only if this agent has it; None, or it is parked: whoever has it.

        Raises:
            UnknownContactError, IllegalTransitionError, TimeWentBackwardsError, InvalidValueError.

        Cost: O(log lanes) and one match.

        Example:
            >>> from omniqueue import Agent, Contact, Router
            >>> router = Router(); _ = router.add_agent(Agent("ana"), at=0)
            >>> _ = router.submit(Contact("c1", "phone"), at=0)
            >>> router.complete("c1", at=60, wrap_up_seconds=15)[0].wrap_up_seconds
            15.0
        """
        state = self._state
        try:
            if at.__class__ is float and state.door <= at < state.timers.wake:
                state.door, state.now = inf, at
            else:
                at = enter(state, at)
            row = state.contacts.get(contact_id) if contact_id.__class__ is str else None
            if row is None or row.state != ACTIVE or agent is not None:
                row = contact_in_state(state, contact_id, "complete")
                _only_by(row, agent, "complete")
            holder, wrap_up = row.agent, row.lane.channel.wrap_up_seconds
            if wrap_up_seconds != "channel" or (holder and holder.wrap_ups is not None):
                wrap_up = _wrap_up(row, wrap_up_seconds)
        except OmniqueueError as refusal:
            tell_refusal(state, refusal)
            raise
        if holder is None or row.state != ACTIVE:
            return _complete_without_wrap_up(state, row)
        state.log.append((Completed, at, row.id, holder.id, wrap_up))
        if wrap_up or wrap_up is None:
            return _start_wrap_up(state, row, holder, wrap_up)
        if row.details or holder.limited or holder.seat or state.forget_seconds:
            end_work(state, row)
            end(state, row, _COMPLETED)
        else:  # the same, in place: this is where most contacts pass
            row.agent = None
            del holder.holding[row]
            holder.free += row.lane.channel.cost
            holder.stamp = state.roster.stamp = state.roster.stamp + 1
            row.state = _COMPLETED[row.state]  # `move` in place
            row.since = at
            if state.forget_seconds is not None:  # 0: at once
                del state.contacts[row.id]
        if state.overdue_later or state.overdue or state.roster.interrupting or state.stopped:
            return done(state, [holder], [])
        serve(state, holder)
        if state.hooks:
            return told(state)
        events, state.door = Events(state.log), at  # `told` in place
        state.log.clear()
        return events

    @command
    def finish_wrap_up(self, contact_id: str, *, at: float, agent: str | None = None) -> Events:
        """End the work after a contact before its time, or where it has none.

        Args:
            contact_id: a contact in wrap-up.
            at: seconds on the caller's epoch.
            agent: only if this agent has it; None: whoever has it.

        Raises:
            UnknownContactError, IllegalTransitionError, TimeWentBackwardsError.

        Cost: O(log lanes) and one match.

        Example:
            >>> from omniqueue import Agent, Contact, Router
            >>> router = Router()
            >>> _ = router.add_agent(Agent("ana"), at=0)
            >>> _ = router.submit(Contact("c1", "phone"), at=0)
            >>> _ = router.complete("c1", at=60, wrap_up_seconds=None)
            >>> router.finish_wrap_up("c1", at=90)[0].name
            'wrap_up_ended'
        """
        state = self._state
        enter(state, at)
        row = contact_in_state(state, contact_id, "finish_wrap_up")
        _only_by(row, agent, "finish_wrap_up")
        return done(state, [finish_wrap_up(state, row, "finish_wrap_up")], [])

    @command
    def transfer(
        self,
        contact_id: str,
        *,
        at: float,
        skills: Mapping[str, int] | None = None,
        any_of: Iterable[Group] | None = None,
        prefer: Preference | None = None,
        keep_place: bool = True,
        agent: str | None = None,
    ) -> Events:
        """Send an active contact on: back to the queue, not to the agent who sends it.

        Args:
            contact_id: a contact that is active or interrupted.
            at: seconds on the caller's epoch.
            skills: what is all needed from now on; None: nothing, where `any_of` is given.
            any_of: groups of alternatives from now on; None: none, where `skills` is given. With
                neither, what is needed stays as it is.
            prefer: the colleague to wait for, and how long.
            keep_place: False gives the place up: it arrives again, now.
            agent: only if this agent has it; None: whoever has it.

        Raises:
            UnknownContactError, IllegalTransitionError, TimeWentBackwardsError.
            InvalidValueError: a value out of range.
            PolicyError: a user's order policy failed.

        Cost: O(log lanes) and one match.

        Example:
            >>> from omniqueue import Agent, Contact, Router
            >>> router = Router()
            >>> _ = router.add_agent(Agent("ana"), at=0)
            >>> _ = router.submit(Contact("c1", "phone"), at=0)
            >>> router.transfer("c1", at=5, skills={"law": 1})[0].agent
            'ana'
        """
        state = self._state
        enter(state, at)
        row = contact_in_state(state, contact_id, "transfer")
        _only_by(row, agent, "transfer")
        new_needs = _new_requirement(skills, any_of)
        needs = row.lane.needs if new_needs is None else new_needs
        _check_preference(prefer)
        keep_place = truth("keep_place", keep_place)
        rank = row.rank
        if not keep_place:
            rank = rank_of(state, row.contact, needs, state.now)
        sender = end_work(state, row)
        row.detailed().barred = sender.id
        stop_relaxation(state, row)
        row.lane = lane_of(state, row.lane.channel, needs)
        if not keep_place:
            state.sequence += 1
            state.replaced += 1
            row.sequence = state.sequence
            row.arrived_at = state.now
            row.rank = rank
        said = (sender.id, all_needed(needs), keep_place, rank, needs.any_of)
        state.log.append((Transferred, state.now, row.id, *said))
        start_preference(state, row, prefer)
        if not keep_place:
            start_reserve_clock(state, row)
        wait_again(state, row, "transfer")
        return done(state, [sender], [row])

    @command
    def park(self, contact_id: str, *, at: float, agent: str | None = None) -> Events:
        """Put an active contact aside until its customer answers; its agent is free.

        Args:
            contact_id: a contact that is active or interrupted.
            at: seconds on the caller's epoch.
            agent: only if this agent has it; None: whoever has it.

        Raises:
            UnknownContactError, IllegalTransitionError, TimeWentBackwardsError.

        Cost: O(log lanes) and one match.

        Example:
            >>> from omniqueue import Agent, Contact, Router
            >>> router = Router()
            >>> _ = router.add_agent(Agent("ana"), at=0)
            >>> _ = router.submit(Contact("c1", "email"), at=0)
            >>> router.park("c1", at=5)[0].agent
            'ana'
        """
        state = self._state
        enter(state, at)
        row = contact_in_state(state, contact_id, "park")
        _only_by(row, agent, "park")
        holder = end_work(state, row)
        move(row, _PARKED, state.now)
        state.parked += 1
        state.log.append((Parked, state.now, row.id, holder.id))
        return done(state, [holder], [])

    @command
    def reopen(self, contact_id: str, *, at: float, prefer: Preference | None = None) -> Events:
        """Return a parked contact to its old place: the customer answered.

        Args:
            contact_id: a parked contact.
            at: seconds on the caller's epoch.
            prefer: the agent to wait for, and how long.

        Raises:
            UnknownContactError, IllegalTransitionError, TimeWentBackwardsError.
            InvalidValueError: `prefer` is no Preference.

        Cost: O(log n) in the contacts of its kind that came back.

        Example:
            >>> from omniqueue import Agent, Contact, Router
            >>> router = Router()
            >>> _ = router.add_agent(Agent("ana"), at=0)
            >>> _ = router.submit(Contact("c1", "email"), at=0)
            >>> _ = router.park("c1", at=5)
            >>> [event.name for event in router.reopen("c1", at=9)]
            ['reopened', 'assigned']
        """
        state = self._state
        enter(state, at)
        row = contact_in_state(state, contact_id, "reopen")
        _check_preference(prefer)
        requirement_lane(state, row)
        state.parked -= 1
        state.log.append((Reopened, state.now, row.id))
        start_preference(state, row, prefer)
        wait_again(state, row, "reopen")
        return done(state, [], [row])

    @command
    def assign(self, contact_id: str, agent_id: str, *, at: float) -> Events:
        """Give a contact to an agent by hand, out of order and without an offer.

        Args:
            contact_id: a contact that is waiting or deferred.
            agent_id: a ready agent with the skills, the channel and the room, not unwanted.
            at: seconds on the caller's epoch.

        Raises:
            UnknownContactError, UnknownAgentError, TimeWentBackwardsError.
            IllegalTransitionError: a state that does not allow it, or an agent who cannot.

        Cost: O(log lanes), amortised.

        Example:
            >>> from omniqueue import Agent, Contact, Router
            >>> router = Router()
            >>> _ = router.add_agent(Agent("ana"), at=0)
            >>> _ = router.submit(Contact("c1", "email", not_before=500), at=0)
            >>> router.assign("c1", "ana", at=5)[0].by_hand
            True
        """
        state = self._state
        enter(state, at)
        contact_of(state, contact_id)  # an unknown name goes before a wrong state
        agent = agent_of(state, agent_id)
        row = contact_in_state(state, contact_id, "assign")
        lane = requirement_lane(state, row)
        fits = state.roster.has_room_for(agent, lane) and not row.does_not_want(agent.id)
        if agent.presence != "ready" or not fits:
            raise IllegalTransitionError(
                "agent",
                agent.id,
                "a ready agent with the skills, the channel and the room",
                code="cannot_take",
                command="assign",
                contact=row.id,
                state=STATES[row.state],
            )
        step_out(state, row)
        freed = take(state, agent, row, "assign")
        state.roster.seat(agent)
        return done(state, freed, [])


def _refuse_if_full(state: State, row: ContactRow) -> None:
    """Refuse a new contact that would have to wait in a full queue."""
    channel = row.lane.channel
    limits = (
        ("queue", state.max_waiting, state.waiting + state.deferred),
        (f"queue of {channel.name}", channel.max_waiting, channel.in_queue),
    )
    full = [limit for limit in limits if limit[1] is not None and limit[2] >= limit[1]]
    if not full:
        return
    contact = row.contact
    if contact.not_agents:
        row.detailed()  # only then they are looked at
    deferred = contact.not_before is not None and contact.not_before > state.now
    if not deferred and not state.stopped:
        wanted = wanted_agent(state, row, contact.prefer)
        if wanted is None:
            taken = best_agent(state, row) is not None
        else:
            taken = can_take(state, wanted, row)
        if taken:
            return
    what, most, there = full[0]
    raise QueueFullError(what, there, f"fewer than {most} waiting")


def _refuse_unless_forgotten(state: State, contact_id: str) -> None:
    forget_now(state)
    if contact_id in state.contacts:
        raise DuplicateContactError("contact", contact_id, "an id that was never used")


def _start(state: State, row: ContactRow) -> None:
    """Queue or defer a new contact; its timers start in the order of rule 1 (play/README.md)."""
    contact = row.contact
    now = state.now
    lane = row.lane
    deferred = contact.not_before is not None and contact.not_before > now
    if deferred:
        assert contact.not_before is not None
        move(row, _NOT_BEFORE, now)
        set_aside(state, row)
        row.timer = state.timers.start(contact.not_before, DEFERRAL, row)
        name = row.lane.channel.name
        state.log.append((Deferred, now, row.id, name, contact.not_before))
    start_preference(state, row, contact.prefer)
    if contact.not_agents:
        row.detailed()
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
    if row.details is None and lane.channel.max_waiting is None and lane.servable:
        join(state, row)
    else:
        stand(state, row)


def _withdraw(state: State, row: ContactRow) -> list[AgentRow]:
    """Take a contact from where it is; return the agent whose offer was taken back."""
    if row.state == OFFERED:
        return [revoke(state, row)]
    step_out(state, row)
    stop_preference(state, row)
    return []


def _offered_to(state: State, contact_id: object, agent_id: object, command: str) -> ContactRow:
    row = None
    if contact_id.__class__ is str:
        row = state.contacts.get(contact_id)
    if row is None or row.state != OFFERED:
        row = contact_in_state(state, contact_id, command, agent_id)
    assert row.agent is not None
    if agent_id != row.agent.id:
        _only_by(row, agent_id, command)
    return row


def _start_wrap_up(
    state: State, row: ContactRow, agent: AgentRow, seconds: float | None
) -> Events:
    cancel_timers(state, row)
    move(row, _WRAP_UP, state.now)
    if seconds is not None:
        row.timer = state.timers.start(state.now + seconds, WRAP_UP_END, row)
    if state.roster.interrupting:  # what could be interrupted no longer can: there is less room
        state.roster.unseat(agent)
        state.roster.let_yield(agent, row.lane.channel, -1)
        state.roster.seat(agent)
    return done(state, [], [])


def _complete_without_wrap_up(state: State, row: ContactRow) -> Events:
    """Complete a contact that is parked, or interrupted: without wrap-up."""
    agent = row.agent
    state.log.append((Completed, state.now, row.id, agent and agent.id, 0.0))
    if agent is None:
        state.parked -= 1
    else:
        end_work(state, row)
    end(state, row, _COMPLETED)
    return done(state, [] if agent is None else [agent], [])


def _only_by(row: ContactRow, agent_id: object, command: str) -> None:
    """Refuse a command that names another agent than the holder; of a parked contact nobody is."""
    holder = row.agent
    if agent_id is None or holder is None or agent_id == holder.id:
        return
    name = known_id("agent", agent_id)
    if name != holder.id:
        raise refuse(command, row, str(agent_id) if name is None else name)


def _new_requirement(skills: object, any_of: object) -> Skills | None:
    """Return the requirement that a command gives; None: it gives none."""
    if skills is None and any_of is None:
        return None
    return requirement(NO_SKILLS if skills is None else skills, () if any_of is None else any_of)


def _wrap_up(row: ContactRow, said: object) -> float | None:
    """Return the wrap-up that a command says, or else that the agent has of its own."""
    if said != "channel":
        return None if said is None else duration("wrap_up_seconds", said)
    assert row.agent is not None
    assert row.agent.wrap_ups is not None
    channel = row.lane.channel
    return row.agent.wrap_ups.get(channel.name, channel.wrap_up_seconds)


def _check_preference(prefer: object) -> None:
    if prefer is not None and not isinstance(prefer, Preference):
        raise InvalidValueError("prefer", prefer, "a Preference or None")
