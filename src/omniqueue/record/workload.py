"""The workload: how long each agent was signed in, how much of it with work, how much it did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Self

import attrs

from omniqueue.model import agent_events as of_agents
from omniqueue.model.channel import STOCK_CHANNELS, Channel
from omniqueue.model.contact_events import Assigned
from omniqueue.model.event import Event
from omniqueue.record.listener import EventListener, RouterNow
from omniqueue.record.lives import IN_HAND, Life, Lives

_SIGNED_IN: Final = ("ready", "away")


@attrs.define(eq=False)
class AgentTime:
    """What one agent did: seconds signed in, busy, and loaded; contacts answered.

    `presence`: ready, away or offline; None: removed.
    `busy_seconds`: signed in with at least one contact in hand (offers and wrap-up included).
    `load_seconds`: signed-in time weighted by the share of the capacity in use; an interrupted
    contact uses none of it meanwhile.
    """

    id: str
    _since: float
    presence: str | None = None
    signed_in_seconds: float = 0.0
    busy_seconds: float = 0.0
    load_seconds: float = 0.0
    answered: int = 0
    _capacity: int = 1
    _held: int = 0
    _used: int = 0

    def settle(self, at: float) -> None:
        """Add the time since the last change."""
        if self.presence in _SIGNED_IN:
            seconds = at - self._since
            self.signed_in_seconds += seconds
            if self._held:
                self.busy_seconds += seconds
                self.load_seconds += seconds * self._used / max(self._capacity, 1)
        self._since = at

    def set_presence(self, at: float, presence: str | None) -> None:
        """Set the presence; None: the agent is removed. Ready and away are signed in."""
        self.settle(at)
        self.presence = presence

    def resize(self, at: float, capacity: int) -> None:
        """Set the agent's capacity, in channel costs."""
        self.settle(at)
        self._capacity = capacity

    def hold(self, at: float, contacts: int, cost: int) -> None:
        """Add contacts (or take them away: negative numbers) and their cost."""
        self.settle(at)
        self.begin(contacts, cost)

    def begin(self, contacts: int, cost: int) -> None:
        """Add contacts that it held before anybody listened."""
        self._held += contacts
        self._used += cost


class Workload(EventListener):
    """Keeps the time of every agent.

    Args:
        channels: the channels in force beside the stock ones (their costs count, where agents
            have none of their own).
        lives: what it follows, and what hears the events of contacts then; None: lives of its
            own. Events of agents it hears itself.

    Cost: O(1) an event; O(contacts in hand) where an agent's own costs change.

    Example:
        >>> from omniqueue import Agent, Contact, Router
        >>> router, work = Router(), Workload()
        >>> work.observe(router.add_agent(Agent("ana"), at=0))
        >>> work.observe(router.submit(Contact("c1", "phone"), at=10))
        >>> work.observe(router.complete("c1", at=25))
        >>> ana = work.agents(at=60)["ana"]
        >>> ana.signed_in_seconds, ana.busy_seconds, ana.answered
        (60.0, 15.0, 1)
    """

    def __init__(self, channels: Iterable[Channel] = (), lives: Lives | None = None) -> None:
        known = (*STOCK_CHANNELS, *channels)
        self._cost = {each.name: each.cost for each in known}
        self._agents: dict[str, AgentTime] = {}
        self._own: dict[str, Mapping[str, int]] = {}  # agent -> channel -> its own cost
        self._held: dict[Life, tuple[AgentTime, int]] = {}  # contact in hand -> by whom, its cost
        followed = Lives(known) if lives is None else lives
        followed.follow(
            {
                "offered": self._taken,
                "active": self._taken,
                "interrupted": self._interrupted,
                **dict.fromkeys(
                    ("waiting", "parked", "completed", "abandoned", "cancelled", "expired"),
                    self._dropped,
                ),
            },
            on_begin=self._under_way,
        )
        self._lives = followed
        self.hears = {
            **(followed.hears if lives is None else {}),
            of_agents.AgentAdded: self._added,
            of_agents.AgentUpdated: self._updated,
            of_agents.AgentRemoved: self._removed,
            of_agents.PresenceSet: self._presence,
        }

    @classmethod
    def of(cls, router: RouterNow) -> Self:
        """Return one that starts from a router's present state, time counting from now on.

        Args:
            router: the router; attach it with `router.observe(workload.hear)`.

        Cost: O(agents + contacts that the router knows).

        Example:
            >>> from omniqueue import Agent, Router
            >>> router = Router()
            >>> _ = router.add_agent(Agent("ana"), at=10)
            >>> Workload.of(router).agents(at=25)["ana"].signed_in_seconds
            15.0
        """
        made = cls(router.channels.values())
        made.begin(router)
        made._lives.begin(router)
        return made

    def begin(self, router: RouterNow) -> None:
        """Start with a router's agents: before the lives begin. Cost: O(agents)."""
        for name, seen in router.agents.items():
            agent = self._agents[name] = AgentTime(name, router.now)
            agent.resize(router.now, seen.capacity)
            agent.set_presence(router.now, seen.presence)
            self._own[name] = seen.costs

    def _under_way(self, life: Life) -> None:
        agent = None if life.agent is None else self._agents.get(life.agent)
        if agent is not None and life.state in IN_HAND:
            cost = self._cost_for(agent.id, life.channel)
            self._held[life] = agent, cost
            agent.begin(1, 0 if life.state == "interrupted" else cost)

    def agents(self, *, at: float) -> dict[str, AgentTime]:
        """Return the time of every agent there was, up to an instant, in order of adding."""
        for agent in self._agents.values():
            agent.settle(at)
        return self._agents

    def _taken(self, life: Life, before: str | None, event: Event) -> None:
        assert life.agent is not None
        agent = self._agents.get(life.agent)
        if agent is None:  # it was there before anybody listened
            return
        if life not in self._held:
            cost = self._cost_for(life.agent, life.channel)
            self._held[life] = agent, cost
            agent.hold(event.at, 1, cost)
        elif before == "interrupted":
            agent.hold(event.at, 0, self._held[life][1])
        if type(event) is Assigned:
            agent.answered += 1

    def _cost_for(self, agent: str, channel: str) -> int:
        own = self._own[agent].get(channel)
        return self._cost[channel] if own is None else own

    def _interrupted(self, life: Life, _: str | None, event: Event) -> None:
        if life in self._held:
            agent, cost = self._held[life]
            agent.hold(event.at, 0, -cost)

    def _dropped(self, life: Life, before: str | None, event: Event) -> None:
        if before in IN_HAND and life in self._held:
            agent, cost = self._held.pop(life)
            agent.hold(event.at, -1, 0 if before == "interrupted" else -cost)

    def _added(self, event: of_agents.AgentAdded) -> None:
        agent = self._agents.setdefault(event.agent, AgentTime(event.agent, event.at))
        agent.resize(event.at, event.capacity)
        self._own[event.agent] = event.costs
        agent.set_presence(event.at, event.presence)

    def _updated(self, event: of_agents.AgentUpdated) -> None:
        agent = self._agents.get(event.agent)
        if agent is None:
            return
        agent.resize(event.at, event.capacity)
        if event.costs == self._own[event.agent]:
            return
        self._own[event.agent] = event.costs
        for life, (holder, before) in self._held.items():
            if holder is agent:
                cost = self._cost_for(event.agent, life.channel)
                self._held[life] = agent, cost
                if life.state != "interrupted":
                    agent.hold(event.at, 0, cost - before)

    def _removed(self, event: of_agents.AgentRemoved) -> None:
        self._set(event.at, event.agent, None)

    def _presence(self, event: of_agents.PresenceSet) -> None:
        self._set(event.at, event.agent, event.state)

    def _set(self, at: float, name: str, presence: str | None) -> None:
        agent = self._agents.get(name)
        if agent is not None:
            agent.set_presence(at, presence)
