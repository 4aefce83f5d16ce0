"""The turn socket: whose turn it is among agents who suit alike."""

from __future__ import annotations

from math import inf
from typing import Protocol

import attrs

from omniqueue.model.event import Rank
from omniqueue.model.skill import Skills


@attrs.frozen
class AgentLoad:
    """What a turn policy sees of an agent: read-only, taken when its load or presence changes.

    Args:
        id: the agent's id.
        skills: the agent's skills.
        capacity: the agent's capacity, in channel costs.
        used: how much of it is in use (offers and wrap-ups count).
        contacts: how many contacts it holds (offers and wrap-ups count).

    Example:
        >>> AgentLoad("ana", Skills.of({}), 100, 60, 1).occupancy
        0.6
    """

    id: str
    skills: Skills
    capacity: int
    used: int
    contacts: int

    @property
    def occupancy(self) -> float:
        """Used over capacity (inf for an agent without capacity)."""
        return self.used / self.capacity if self.capacity else inf


class TurnPolicy(Protocol):
    """A user's turn: a pure function from an agent's load to a rank; smaller is chosen.

    Equal ranks go by the stamp: who became free first. It is asked once each time the load or
    the presence of an agent changes.

    Example:
        >>> def fewest_contacts(agent: AgentLoad) -> float:
        ...     return agent.contacts
        >>> fewest_contacts(AgentLoad("ana", Skills.of({}), 3, 2, 2))
        2
    """

    def __call__(self, agent: AgentLoad, /) -> Rank:
        """Return the agent's rank: a number or a tuple of numbers."""
        ...


def longest_idle(agent: AgentLoad) -> Rank:
    """Rank agents without any work before those with some.

    Example:
        >>> longest_idle(AgentLoad("ana", Skills.of({}), 3, 2, 2))
        1
    """
    return 1 if agent.contacts else 0


def least_loaded(agent: AgentLoad) -> Rank:
    """Rank by used capacity over capacity.

    Example:
        >>> least_loaded(AgentLoad("ana", Skills.of({}), 4, 1, 1))
        0.25
    """
    return agent.occupancy


STOCK_TURNS: dict[str, TurnPolicy] = {
    "longest-idle": longest_idle,
    "least-loaded": least_loaded,
}
