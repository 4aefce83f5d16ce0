"""Commands about contacts with an agent: accept, decline, complete, transfer, park, assign ..."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from omniqueue.core.clock import enter, finish_wrap_up
from omniqueue.core.commands import (
    Commands,
    agent_of,
    command,
    contact_in_state,
    contact_of,
    done,
    known_id,
    rank_of,
    tell_refusal,
    told,
)
from omniqueue.core.endings import cancel_timers, end, step_out
from omniqueue.core.lanes import lane_of, requirement_lane
from omniqueue.core.lifecycle import ACTIVE, COMPLETED, OFFERED, PARKED, WRAP_UP
from omniqueue.core.matching import serve
from omniqueue.core.offers import (
    back_to_queue,
    end_offer,
    end_work,
    exclude,
    take,
    wait_again,
)
from omniqueue.core.preferences import start_preference
from omniqueue.core.queue_commands import start_reserve_clock, stop_relaxation
from omniqueue.core.timers import WRAP_UP_END
from omniqueue.errors import IllegalTransitionError, InvalidValueError, OmniqueueError
from omniqueue.model.checks import duration, truth
from omniqueue.model.contact import Preference, needed_skills
from omniqueue.model.contact_events import (
    Completed,
    Declined,
    Parked,
    Reopened,
    Transferred,
)
from omniqueue.model.event import Events

if TYPE_CHECKING:
    from omniqueue.core.agent_row import AgentRow
    from omniqueue.core.contact_row import ContactRow
    from omniqueue.core.state import State


class WorkCommands(Commands):
    """Commands about contacts that an agent has, had or gets."""

    __slots__ = ()

    def accept(self, contact_id: str, agent_id: str, *, at: float) -> Events:
        """Let an agent accept the contact offered to it.

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
        freed = take(state, agent, row, by_hand=False)
        state.roster.seat(agent)
        if state.roster.interrupting:  # what is taken may be interrupted, an offer may not
            return done(state, [agent, *freed], [])
        if freed or state.overdue_later or state.overdue:
            return done(state, freed, [])
        return told(state)

    def decline(self, contact_id: str, agent_id: str, *, at: float) -> Events:
        """Let an agent decline the contact offered to it; it is excluded for `retry_seconds`.

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
        freed = back_to_queue(state, row)
        return done(state, [agent, *freed], [row])

    def complete(
        self,
        contact_id: str,
        *,
        at: float,
        wrap_up_seconds: float | Literal["channel"] | None = "channel",
    ) -> Events:
        """End a contact; wrap-up follows, then its agent takes the next.

        Args:
            contact_id: a contact that is active; or interrupted or parked, then without wrap-up.
            at: seconds on the caller's epoch.
            wrap_up_seconds: work after it; 0: none; None: until finished; "channel": its own.

        Raises:
            UnknownContactError, IllegalTransitionError, TimeWentBackwardsError.
            InvalidValueError: a duration that cannot be.

        Cost: O(log lanes) and one match.

        Example:
            >>> from omniqueue import Agent, Contact, Router
            >>> router = Router()
            >>> _ = router.add_agent(Agent("ana"), at=0)
            >>> _ = router.submit(Contact("c1", "phone"), at=0)
            >>> router.complete("c1", at=60, wrap_up_seconds=15)[0].wrap_up_seconds
            15.0
        """
        state = self._state
        try:
            if at.__class__ is float and state.now <= at < state.timers.wake:
                state.now = at
            else:
                at = enter(state, at)
            row = state.contacts.get(contact_id) if contact_id.__class__ is str else None
            if row is None or row.state != ACTIVE:
                row = contact_in_state(state, contact_id, "complete")
            channel, said = row.lane.channel, wrap_up_seconds
            wrap_up = channel.wrap_up_seconds if said == "channel" else _wrap_up(said)
        except OmniqueueError as refusal:
            tell_refusal(state, refusal)
            raise
        agent = row.agent
        if agent is None or row.state != ACTIVE:
            return _complete_without_wrap_up(state, row)
        state.log.append((Completed, at, row.id, agent.id, wrap_up))
        if wrap_up != 0:
            return _start_wrap_up(state, row, agent, wrap_up)
        if row.details is not None or agent.limited or agent.seat is not None:
            end_work(state, row)
        else:  # the same, for the many
            row.agent = None
            del agent.holding[row]
            agent.free += channel.cost
            agent.stamp = state.roster.stamp = state.roster.stamp + 1
        if row.details is not None or state.forget_seconds:
            end(state, row, COMPLETED)
        else:
            row.state = COMPLETED
            if state.forget_seconds == 0:
                del state.contacts[row.id]
        if state.overdue_later or state.overdue or state.roster.interrupting:
            return done(state, [agent], [])
        serve(state, agent)
        if state.hooks:
            return told(state)
        events = Events(state.log)
        state.log.clear()
        return events

    @command
    def finish_wrap_up(self, contact_id: str, *, at: float) -> Events:
        """End the work after a contact before its time, or where it has none.

        Args:
            contact_id: a contact in wrap-up.
            at: seconds on the caller's epoch.

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
        return done(state, [finish_wrap_up(state, row)], [])

    @command
    def transfer(
        self,
        contact_id: str,
        *,
        at: float,
        skills: Mapping[str, int] | None = None,
        prefer: Preference | None = None,
        keep_place: bool = True,
    ) -> Events:
        """Send an active contact on: back to the queue, not to the agent who sends it.

        Args:
            contact_id: a contact that is active or interrupted.
            at: seconds on the caller's epoch.
            skills: what is needed from now on; None: as it is.
            prefer: the colleague to wait for, and how long.
            keep_place: False gives the place up: it arrives anew, now.

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
        needed = row.lane.skills if skills is None else needed_skills(skills)
        _check_preference(prefer)
        keep_place = truth("keep_place", keep_place)
        rank = row.rank
        if not keep_place:
            rank = rank_of(state, row.contact, needed, state.now)
        agent = end_work(state, row)
        row.detailed().barred = agent.id
        stop_relaxation(state, row)
        row.lane = lane_of(state, row.lane.channel, needed)
        if not keep_place:
            state.sequence += 1
            state.replaced += 1
            row.sequence = state.sequence
            row.arrived_at = state.now
            row.rank = rank
        state.log.append((Transferred, state.now, row.id, agent.id, needed, keep_place, rank))
        start_preference(state, row, prefer)
        if not keep_place:
            start_reserve_clock(state, row)
        wait_again(state, row)
        return done(state, [agent], [row])

    @command
    def park(self, contact_id: str, *, at: float) -> Events:
        """Put an active contact aside until its customer answers; its agent is free.

        Args:
            contact_id: a contact that is active or interrupted.
            at: seconds on the caller's epoch.

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
        agent = end_work(state, row)
        row.state = PARKED
        state.parked += 1
        state.log.append((Parked, state.now, row.id, agent.id))
        return done(state, [agent], [])

    @command
    def reopen(self, contact_id: str, *, at: float, prefer: Preference | None = None) -> Events:
        """Let a parked contact wait again at its old place: the customer answered.

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
        wait_again(state, row)
        return done(state, [], [row])

    @command
    def assign(self, contact_id: str, agent_id: str, *, at: float) -> Events:
        """Give a contact to an agent by hand, out of order and without an offer.

        Args:
            contact_id: a contact that is waiting or deferred.
            agent_id: a ready agent with the skills, the channel and the room.
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
        if agent.presence != "ready" or not state.roster.has_room_for(agent, lane):
            raise IllegalTransitionError(
                f"assign {row.id!a} to",
                agent.id,
                "a ready agent with the skills, the channel and the room",
            )
        step_out(state, row)
        freed = take(state, agent, row, by_hand=True)
        state.roster.seat(agent)
        return done(state, freed, [])


def _offered_to(state: State, contact_id: object, agent_id: object, command: str) -> ContactRow:
    row = None
    if contact_id.__class__ is str:
        row = state.contacts.get(contact_id)
    if row is None or row.state != OFFERED:
        row = contact_in_state(state, contact_id, command)
    assert row.agent is not None
    if agent_id != row.agent.id and known_id("agent", agent_id) != row.agent.id:
        raise IllegalTransitionError(
            f"agent who would {command} {row.id!a}", agent_id, "the one it is offered to"
        )
    return row


def _start_wrap_up(
    state: State, row: ContactRow, agent: AgentRow, seconds: float | None
) -> Events:
    cancel_timers(state, row)
    row.state = WRAP_UP
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
    end(state, row, COMPLETED)
    return done(state, [] if agent is None else [agent], [])


def _wrap_up(value: object) -> float | None:
    return None if value is None else duration("wrap_up_seconds", value)


def _check_preference(prefer: object) -> None:
    if prefer is not None and not isinstance(prefer, Preference):
        raise InvalidValueError("prefer", prefer, "a Preference or None")
