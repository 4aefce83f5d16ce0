"""Views: what an application may look at; read-only, made on the spot, always of this moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from unicodedata import normalize

import attrs

from omniqueue.core.endings import looked_at
from omniqueue.core.lifecycle import STATES
from omniqueue.core.rows import AgentRow, ContactRow, place
from omniqueue.core.state import State
from omniqueue.model.agent import Agent, Presence
from omniqueue.model.contact import Contact
from omniqueue.model.event import Rank
from omniqueue.model.skill import Skills


class ContactView:
    """One contact as it is now.

    Example:
        >>> from omniqueue import Contact, Router
        >>> router = Router()
        >>> _ = router.submit(Contact("c1", "fax"), at=7)
        >>> router.contacts["c1"]
        <contact 'c1' on 'fax': waiting since 7.0>
    """

    __slots__ = ("_row",)

    def __init__(self, row: ContactRow) -> None:
        self._row = row

    @property
    def id(self) -> str:
        """The contact's id."""
        return self._row.id

    @property
    def contact(self) -> Contact:
        """What the customer asked for (with the priority and skills of the last update)."""
        return self._row.contact

    @property
    def state(self) -> str:
        """Its state, a name of the lifecycle table."""
        return STATES[self._row.state]

    @property
    def channel(self) -> str:
        """The channel in force (a call-back may have changed it)."""
        return self._row.lane.channel.name

    @property
    def skills(self) -> Skills:
        """The skills needed now."""
        return self._row.lane.skills

    @property
    def any_of(self) -> tuple[Skills, ...]:
        """The groups of alternatives now, of each of which one is needed."""
        return self._row.lane.needs.any_of

    @property
    def priority(self) -> int:
        """The priority now."""
        return self._row.contact.priority

    @property
    def arrived_at(self) -> float:
        """When it arrived, in seconds on the caller's epoch."""
        return self._row.arrived_at

    @property
    def rank(self) -> Rank:
        """What the order policy gave it; smaller is served first."""
        return self._row.rank

    @property
    def sequence(self) -> int:
        """Its number in the order of first submission; ties are broken by it."""
        return self._row.sequence

    @property
    def since(self) -> float:
        """When it came to the state that it is in, in seconds on the caller's epoch."""
        return self._row.since

    @property
    def until(self) -> float | None:
        """When its offer, its wrap-up or its deferral ends by itself; None: by a command only."""
        return None if self._row.timer is None else self._row.timer.due

    @property
    def answered_at(self) -> float | None:
        """When an agent first took it; None: nobody has yet."""
        return self._row.answered_at

    @property
    def agent(self) -> str | None:
        """The agent who holds it (offered, active, interrupted or in wrap-up), by id, or None."""
        return None if self._row.agent is None else self._row.agent.id

    def __repr__(self) -> str:
        held = "" if self.agent is None else f" with {self.agent!a}"
        return (
            f"<contact {self.id!a} on {self.channel!a}: {self.state}{held} since {self.since!r}>"
        )


class AgentView:
    """One agent as it is now.

    Example:
        >>> from omniqueue import Agent, Router
        >>> router = Router()
        >>> _ = router.add_agent(Agent("ana", capacity=3), at=0)
        >>> router.agents["ana"]
        <agent 'ana': ready, 0 of 3 in use>
    """

    __slots__ = ("_row",)

    def __init__(self, row: AgentRow) -> None:
        self._row = row

    @property
    def id(self) -> str:
        """The agent's id."""
        return self._row.id

    @property
    def agent(self) -> Agent:
        """The agent as configured."""
        return self._row.agent

    @property
    def presence(self) -> Presence:
        """ready, away or offline."""
        return self._row.presence

    @property
    def since(self) -> float:
        """When it came to its presence, in seconds on the caller's epoch."""
        return self._row.since

    @property
    def reason(self) -> str | None:
        """The reason given with the presence, or None."""
        return self._row.reason

    @property
    def skills(self) -> Skills:
        """Its skills."""
        return self._row.agent.skills

    @property
    def capacity(self) -> int:
        """Its capacity, in channel costs."""
        return self._row.agent.capacity

    @property
    def limits(self) -> Mapping[str, int]:
        """The most contacts at once, per channel that has a limit."""
        return self._row.agent.limits

    @property
    def channels(self) -> tuple[str, ...] | None:
        """The channels it takes; None: all."""
        return self._row.agent.channels

    @property
    def costs(self) -> Mapping[str, int]:
        """What a contact costs this agent, per channel that has a cost of its own here."""
        return self._row.agent.costs

    @property
    def wrap_up_seconds(self) -> Mapping[str, float | None]:
        """Its own wrap-up, per channel that has one here; None: until finished."""
        return self._row.agent.wrap_up_seconds

    @property
    def skill_order(self) -> tuple[str, ...]:
        """Which contacts it takes first."""
        return self._row.agent.skill_order

    @property
    def used(self) -> int:
        """The capacity in use: by offers, wrap-ups and interrupted contacts too."""
        return self._row.agent.capacity - self._row.free

    @property
    def free(self) -> int:
        """The capacity left; below 0 once it is lowered under the load, or work interrupted."""
        return self._row.free

    @property
    def contacts(self) -> tuple[str, ...]:
        """The ids of the contacts it holds, in the order in which it got them."""
        return tuple(row.id for row in self._row.holding)

    @property
    def reserved_for(self) -> str | None:
        """The id of the contact it is reserved for, or None."""
        return None if self._row.reserved_for is None else self._row.reserved_for.id

    def __repr__(self) -> str:
        return f"<agent {self.id!a}: {self.presence}, {self.used} of {self.capacity} in use>"


def normal_key(name: object) -> str:
    """Return an id as the router keeps it."""
    if not isinstance(name, str):
        raise KeyError(name)
    return name if name.isascii() else normalize("NFC", name)


class Contacts(Mapping[str, ContactView]):
    """All contacts that the router knows, by id. Cost: O(1) to get, to look up and to size."""

    __slots__ = ("_state",)

    def __init__(self, state: State) -> None:
        self._state = state

    def __getitem__(self, contact_id: str) -> ContactView:
        return ContactView(looked_at(self._state).contacts[normal_key(contact_id)])

    def __iter__(self) -> Iterator[str]:
        return iter(looked_at(self._state).contacts)

    def __len__(self) -> int:
        return len(looked_at(self._state).contacts)


class Agents(Mapping[str, AgentView]):
    """All agents of the router, by id. Cost: O(1) to get, to look up and to size."""

    __slots__ = ("_state",)

    def __init__(self, state: State) -> None:
        self._state = state

    def __getitem__(self, agent_id: str) -> AgentView:
        return AgentView(looked_at(self._state).roster.agents[normal_key(agent_id)])

    def __iter__(self) -> Iterator[str]:
        return iter(looked_at(self._state).roster.agents)

    def __len__(self) -> int:
        return len(looked_at(self._state).roster.agents)


class Queue:
    """The waiting contacts in queue order. Cost: O(1) to get and to size, O(n log n) to walk."""

    __slots__ = ("_state",)

    def __init__(self, state: State) -> None:
        self._state = state

    def __len__(self) -> int:
        return looked_at(self._state).waiting

    def __iter__(self) -> Iterator[ContactView]:
        return iter([ContactView(row) for row in queue_rows(looked_at(self._state))])


def queue_rows(state: State) -> list[ContactRow]:
    """Return all waiting contacts in queue order. Cost: O(n log n)."""
    rows = [row for lane in state.roster.lanes() for row in lane.rows()]
    rows += [entry[3] for standing in state.preferring.values() for entry in standing]
    rows.sort(key=place)
    return rows


@attrs.frozen
class Statistics:
    """Counts of one moment.

    Args:
        contacts: state name -> how many contacts are in it.
        agents: presence -> how many agents.
        entered: contacts ever let into the queue (places given up by a transfer not counted).
        lanes: requirements kept; heads: those with a contact that somebody ready serves.
        profiles: kinds of agents. timers: live deadlines.

    Example:
        >>> from omniqueue import Router
        >>> Router().statistics().contacts["waiting"]
        0
    """

    contacts: Mapping[str, int]
    agents: Mapping[str, int]
    entered: int
    lanes: int
    heads: int
    profiles: int
    timers: int
