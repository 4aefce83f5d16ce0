"""What can happen to an agent, to a policy, and to an observer."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from omniqueue.model.event import Event, if_any
from omniqueue.model.skill import Skills


@attrs.frozen
class AgentAdded(Event, name="agent_added"):
    """An agent was added.

    Example:
        >>> AgentAdded(0.0, "ana", Skills.of({}), 1, {}, None, "ready").presence
        'ready'
    """

    agent: str
    skills: Skills
    capacity: int
    limits: Mapping[str, int]
    channels: tuple[str, ...] | None
    presence: str
    costs: Mapping[str, int] = attrs.field(factory=dict)
    wrap_up_seconds: Mapping[str, float | None] = if_any({})
    skill_order: tuple[str, ...] = if_any(())


@attrs.frozen
class AgentUpdated(Event, name="agent_updated"):
    """An agent's description changed; the values are those now in force.

    Example:
        >>> AgentUpdated(0.0, "ana", Skills.of({}), 3, {}, None).capacity
        3
    """

    agent: str
    skills: Skills
    capacity: int
    limits: Mapping[str, int]
    channels: tuple[str, ...] | None
    costs: Mapping[str, int] = attrs.field(factory=dict)
    wrap_up_seconds: Mapping[str, float | None] = if_any({})
    skill_order: tuple[str, ...] = if_any(())


@attrs.frozen
class AgentRemoved(Event, name="agent_removed"):
    """An agent is gone.

    Example:
        >>> AgentRemoved(9.0, "ana").agent
        'ana'
    """

    agent: str


@attrs.frozen
class PresenceSet(Event, name="presence"):
    """An agent became ready, away or offline (`reason` as given, or missed offers).

    Example:
        >>> PresenceSet(9.0, "ana", "away", "lunch").state
        'away'
    """

    agent: str
    state: str
    reason: str | None


@attrs.frozen
class MatchingStopped(Event, name="matching_stopped"):
    """From now on nothing is matched or reserved; offers are taken back.

    Example:
        >>> MatchingStopped(9.0).to_dict()
        {'at': 9.0, 'event': 'matching_stopped'}
    """


@attrs.frozen
class MatchingStarted(Event, name="matching_started"):
    """Matching goes on, with the whole queue.

    Example:
        >>> MatchingStarted(9.0).at
        9.0
    """


@attrs.frozen
class PolicyFailed(Event, name="policy_failed"):
    """A policy failed in the course of matching; the stock rank was used instead.

    Example:
        >>> PolicyFailed(9.0, "turn my-turn", "raised ValueError").policy
        'turn my-turn'
    """

    policy: str
    problem: str


@attrs.frozen
class ObserverFailed(Event, name="observer_failed"):
    """A hook raised and was switched off; routing went on.

    Example:
        >>> ObserverFailed(9.0, "Dashboard.update", "KeyError").problem
        'KeyError'
    """

    observer: str
    problem: str
