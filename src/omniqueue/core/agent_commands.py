"""Commands about agents: add, update, remove, presence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import attrs

from omniqueue.core.clock import enter
from omniqueue.core.commands import Commands, agent_of, channel_of, command, done
from omniqueue.core.lanes import review_lanes, review_servable
from omniqueue.core.presence import change_presence, go_away, go_offline
from omniqueue.core.reservations import drop_reservation
from omniqueue.core.rows import AgentRow, ContactRow
from omniqueue.core.state import State
from omniqueue.errors import DuplicateAgentError, InvalidValueError
from omniqueue.model.agent import Agent, Presence, presence as checked_presence
from omniqueue.model.agent_events import AgentAdded, AgentRemoved, AgentUpdated
from omniqueue.model.checks import identifier
from omniqueue.model.event import Events


class AgentCommands(Commands):
    """Commands about agents."""

    __slots__ = ()

    @command
    def add_agent(self, agent: Agent, *, at: float, presence: Presence = "ready") -> Events:
        """Add an agent; ready, it takes at once what it can.

        Args:
            agent: who, with which skills; the id must not be in use.
            at: seconds on the caller's epoch.
            presence: "ready", "away" or "offline".

        Raises:
            TimeWentBackwardsError, UnknownChannelError (in `limits`, `channels`, `costs`,
            `wrap_up_seconds`).
            DuplicateAgentError: the id is in use.
            InvalidValueError: no Agent, or no presence.
            PolicyError: a user's turn policy, tried on the first agent, failed.

        Cost: O(1) for a known kind of agent, O(lanes) for a new one, and one match.

        Example:
            >>> from omniqueue import Agent, Router
            >>> Router().add_agent(Agent("ana"), at=0, presence="away")[0].presence
            'away'
        """
        state = self._state
        enter(state, at)
        if not isinstance(agent, Agent):
            raise InvalidValueError("agent", agent, "an Agent")
        _check_channels(state, agent.limits, agent.channels, agent.costs, agent.wrap_up_seconds)
        roster = state.roster
        if agent.id in roster.agents:
            raise DuplicateAgentError("agent", agent.id, "an id that is not in use")
        wanted = checked_presence("presence", presence)
        if not roster.agents:
            state.choice.try_turn(agent)
        signed_in = roster.signed_in
        profile, _ = roster.profile_for(agent)
        row = AgentRow(agent, profile)
        row.presence, row.since = wanted, state.now
        roster.agents[agent.id] = row
        roster.recount(row)
        roster.join_profile(row, profile)
        roster.renew_stamp(row)
        row.added = row.stamp
        if wanted != "offline":
            roster.come_in(row)
        review_lanes(state)
        if roster.signed_in != signed_in:
            review_servable(state)
        said, own = _description(agent)
        state.log.append((AgentAdded, state.now, agent.id, *said, wanted, *own))
        return done(state, [row], [])

    @command
    def update_agent(
        self,
        agent_id: str,
        *,
        at: float,
        skills: Mapping[str, int] | None = None,
        capacity: int | None = None,
        limits: Mapping[str, int] | None = None,
        channels: Iterable[str] | Literal["unchanged"] | None = "unchanged",
        costs: Mapping[str, int] | None = None,
        wrap_up_seconds: Mapping[str, float | None] | None = None,
        skill_order: Iterable[str] | None = None,
    ) -> Events:
        """Replace what is said of an agent; work in progress stays, new work must fit.

        Args:
            agent_id: the agent.
            at: seconds on the caller's epoch.
            skills: all its skills from now on; None: as they are.
            capacity: its capacity; None: as it is.
            limits: all its limits per channel; None: as they are.
            channels: the channels it takes, None for all; "unchanged": as they are.
            costs: all its own costs per channel; None: as they are.
            wrap_up_seconds: all its own wrap-ups per channel; None: as they are.
            skill_order: which contacts it takes first; None: as it is.

        Raises:
            UnknownChannelError, UnknownAgentError, InvalidValueError, TimeWentBackwardsError.

        Cost: O(1) for a known kind of agent, O(lanes) for a new one, and one match.

        Example:
            >>> from omniqueue import Agent, Router
            >>> router = Router()
            >>> _ = router.add_agent(Agent("ana"), at=0)
            >>> router.update_agent("ana", at=1, capacity=3)[0].capacity
            3
        """
        state = self._state
        enter(state, at)
        named = None if isinstance(channels, str) else _listed(channels)
        _check_channels(state, limits, named, costs, wrap_up_seconds)
        row = agent_of(state, agent_id)
        old = row.agent
        if isinstance(channels, str) and channels != "unchanged":
            raise InvalidValueError("channels", channels, "a list of names, None or 'unchanged'")
        agent = attrs.evolve(
            old,
            skills=old.skills if skills is None else skills,
            capacity=old.capacity if capacity is None else capacity,
            limits=old.limits if limits is None else limits,
            channels=old.channels if isinstance(channels, str) else named,
            costs=old.costs if costs is None else costs,
            wrap_up_seconds=old.wrap_up_seconds if wrap_up_seconds is None else wrap_up_seconds,
            skill_order=old.skill_order if skill_order is None else skill_order,
        )
        state.roster.redescribe(row, agent)
        review_lanes(state)
        review_servable(state)
        if row.reserved_for is not None:
            state.suspects.append(row.reserved_for)
        said, own = _description(agent)
        state.log.append((AgentUpdated, state.now, agent.id, *said, *own))
        return done(state, [row], [])

    @command
    def remove_agent(self, agent_id: str, *, at: float) -> Events:
        """Remove an agent: offline first, so its work goes back to its places, then gone.

        Args:
            agent_id: the agent; the same id may be added again.
            at: seconds on the caller's epoch.

        Raises:
            UnknownAgentError, TimeWentBackwardsError.

        Cost: O(work it holds), O(lanes) for the last agent of its kind, and one match.

        Example:
            >>> from omniqueue import Agent, Router
            >>> router = Router()
            >>> _ = router.add_agent(Agent("ana"), at=0)
            >>> [event.name for event in router.remove_agent("ana", at=1)]
            ['presence', 'agent_removed']
        """
        state = self._state
        enter(state, at)
        row = agent_of(state, agent_id)
        agents: list[AgentRow] = []
        rows: list[ContactRow] = []
        if row.presence != "offline":
            agents, rows = go_offline(state, row, None)
        if row.reserved_for is not None:
            drop_reservation(state, row.reserved_for, told=True)
        state.log.append((AgentRemoved, state.now, row.id))
        state.roster.leave_profile(row)
        del state.roster.agents[row.id]
        return done(state, agents, rows)

    @command
    def set_presence(
        self, agent_id: str, state: Presence, *, at: float, reason: str | None = None
    ) -> Events:
        """Set an agent ready, away (keeps its work, takes no more) or offline (gives it back).

        Args:
            agent_id: the agent.
            state: "ready", "away" or "offline".
            at: seconds on the caller's epoch.
            reason: why (a code of the application); told in the event.

        Raises:
            UnknownAgentError, InvalidValueError, TimeWentBackwardsError.

        Cost: O(work taken back), O(lanes) for the only ready agent of its kind, and one match.

        Example:
            >>> from omniqueue import Agent, Router
            >>> router = Router()
            >>> _ = router.add_agent(Agent("ana"), at=0)
            >>> router.set_presence("ana", "away", at=1, reason="lunch")[0].reason
            'lunch'
        """
        internal = self._state
        enter(internal, at)
        row = agent_of(internal, agent_id)
        wanted = checked_presence("state", state)
        why = None if reason is None else identifier("reason", reason)
        if wanted == row.presence:
            return done(internal, [], [])
        if wanted == "ready":
            change_presence(internal, row, wanted, why)
            return done(internal, [row], [])
        leave = go_away if wanted == "away" else go_offline
        agents, rows = leave(internal, row, why)
        return done(internal, agents, rows)


def _check_channels(state: State, *mentions: object) -> None:
    """Refuse names of channels that were not declared (before anything else is looked at)."""
    named: list[object] = []
    for each in mentions:
        if isinstance(each, Mapping | tuple | list | set | frozenset):
            named += list(each)
    for name in named:
        if isinstance(name, str):
            channel_of(state, "channel", name)


def _listed(channels: Iterable[str] | None) -> tuple[str, ...] | None:
    if channels is None:
        return None
    if not isinstance(channels, Iterable):
        raise InvalidValueError("channels", channels, "a list of names, None or 'unchanged'")
    return tuple(channels)


def _description(agent: Agent) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """Return what events say of an agent, what is before its presence and what is its own."""
    own = dict(agent.costs), dict(agent.wrap_up_seconds), agent.skill_order
    return (agent.skills, agent.capacity, dict(agent.limits), agent.channels), own
