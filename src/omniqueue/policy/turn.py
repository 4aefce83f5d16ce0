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
        added: its place in the order of adding, as a counter.
        taken: how many contacts it has taken; one who comes in has at least the others' least.
        latest_taking: a counter of takings at its latest one; 0: never.
        busy_seconds: how long it has had any work, in the periods that are over; likewise raised.
        busy_since: since when it has some now, seconds on the caller's epoch; None: it has none.

    Example:
        >>> AgentLoad("ana", Skills.of({}), 100, 60, 1).occupancy
        0.6
    """

    id: str
    skills: Skills
    capacity: int
    used: int
    contacts: int
    added: int = 0
    taken: int = 0
    latest_taking: int = 0
    busy_seconds: float = 0.0
    busy_since: float | None = None

    @property
    def occupancy(self) -> float:
        """Used over capacity (inf for an agent without capacity)."""
        return self.used / self.capacity if self.capacity else inf


class TurnPolicy(Protocol):
    """A user's turn: a pure function from an agent's load to a rank; smaller is chosen.

    Equal ranks go by the stamp: who became free first. It is asked once each time the load or
    the presence of an agent changes, and the rank is kept until then. So a policy that draws by
    chance does not choose evenly: who drew the best rank is chosen until its load changes. It is
    first asked when the first agent is added, about that one; if it fails there, so does the
    command, later `longest-idle` stands in and a `policy_failed` event says so.

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


def linear(agent: AgentLoad) -> Rank:
    """Rank in the order of adding.

    Example:
        >>> linear(AgentLoad("ana", Skills.of({}), 1, 0, 0, added=3))
        3
    """
    return agent.added


def round_robin(agent: AgentLoad) -> Rank:
    """Rank whose latest taking is longest ago first, those who never took in order of adding.

    Example:
        >>> round_robin(AgentLoad("ana", Skills.of({}), 1, 0, 0, added=3, latest_taking=8))
        (8, 3)
    """
    return agent.latest_taking, agent.added


def fewest_taken(agent: AgentLoad) -> Rank:
    """Rank by contacts taken, then those without any work first.

    Example:
        >>> fewest_taken(AgentLoad("ana", Skills.of({}), 3, 1, 1, taken=7))
        (7, 1)
    """
    return agent.taken, longest_idle(agent)  # type: ignore[return-value]


def least_busy(agent: AgentLoad) -> Rank:
    """Rank those without any work first, then by busy seconds up to now.

    Of those with work the present period runs on alike, so its start stands for it.

    Example:
        >>> least_busy(AgentLoad("ana", Skills.of({}), 3, 1, 1, busy_seconds=60, busy_since=100))
        (1, -40)
    """
    if agent.busy_since is None:
        return 0, agent.busy_seconds
    return 1, agent.busy_seconds - agent.busy_since


STOCK_TURNS: dict[str, TurnPolicy] = {
    "longest-idle": longest_idle,
    "least-loaded": least_loaded,
    "linear": linear,
    "round-robin": round_robin,
    "fewest-taken": fewest_taken,
    "least-busy": least_busy,
}
