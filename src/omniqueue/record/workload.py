"""The workload: how long each agent was signed in, how much of it with work, how much it did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from omniqueue.model import agent_events as of_agents
from omniqueue.model import contact_events as of_contacts
from omniqueue.model.channel import STOCK_CHANNELS, Channel
from omniqueue.model.event import Event
from omniqueue.record.listener import Hear, observe


class AgentTime:
    """What one agent did: seconds signed in, busy, and loaded; contacts answered.

    `busy_seconds`: signed in with at least one contact in hand (offers and wrap-up included).
    `load_seconds`: signed-in time weighted by the share of the capacity in use; an interrupted
    contact uses none of it meanwhile.
    """

    __slots__ = (
        "_capacity",
        "_held",
        "_signed_in",
        "_since",
        "_used",
        "answered",
        "busy_seconds",
        "id",
        "load_seconds",
        "signed_in_seconds",
    )

    def __init__(self, name: str, at: float) -> None:
        self.id = name
        self.signed_in_seconds = 0.0
        self.busy_seconds = 0.0
        self.load_seconds = 0.0
        self.answered = 0
        self._capacity = 1
        self._signed_in = False
        self._held = 0
        self._used = 0
        self._since = at

    def settle(self, at: float) -> None:
        """Add the time since the last change."""
        if self._signed_in:
            seconds = at - self._since
            self.signed_in_seconds += seconds
            if self._held:
                self.busy_seconds += seconds
                self.load_seconds += seconds * self._used / max(self._capacity, 1)
        self._since = at

    def sign(self, at: float, *, signed_in: bool) -> None:
        """Set whether the agent is signed in (ready or away)."""
        self.settle(at)
        self._signed_in = signed_in

    def resize(self, at: float, capacity: int) -> None:
        """Set the agent's capacity, in channel costs."""
        self.settle(at)
        self._capacity = capacity

    def hold(self, at: float, contacts: int, cost: int) -> None:
        """Add contacts (or take them away: negative numbers) and their cost."""
        self.settle(at)
        self._held += contacts
        self._used += cost


class _Held:
    """One contact in an agent's hands."""

    __slots__ = ("agent", "aside", "channel", "cost")

    def __init__(self, agent: AgentTime, channel: str, cost: int) -> None:
        self.agent = agent
        self.channel = channel
        self.cost = cost
        self.aside = False  # interrupted


class Workload:
    """Listens to events and keeps the time of every agent.

    Args:
        channels: the channels in force beside the stock ones (their costs count, where agents
            have none of their own).

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

    def __init__(self, channels: Iterable[Channel] = ()) -> None:
        self._cost = {each.name: each.cost for each in (*STOCK_CHANNELS, *channels)}
        self._agents: dict[str, AgentTime] = {}
        self._own: dict[str, Mapping[str, int]] = {}  # agent -> channel -> its own cost
        self._channel: dict[str, str] = {}
        self._holds: dict[str, _Held] = {}
        self.hears: Mapping[type[Event], Hear] = {
            of_contacts.Queued: self._queued,
            of_contacts.Deferred: self._queued,
            of_contacts.Offered: self._taken,
            of_contacts.Assigned: self._taken,
            of_contacts.Interrupted: self._interrupted,
            of_contacts.Continued: self._continued,
            of_contacts.Completed: self._completed,
            of_contacts.Declined: self._dropped,
            of_contacts.OfferExpired: self._dropped,
            of_contacts.OfferRevoked: self._dropped,
            of_contacts.Requeued: self._dropped,
            of_contacts.WrapUpEnded: self._dropped,
            of_contacts.Transferred: self._dropped,
            of_contacts.Parked: self._dropped,
            of_agents.AgentAdded: self._added,
            of_agents.AgentUpdated: self._updated,
            of_agents.AgentRemoved: self._removed,
            of_agents.PresenceSet: self._presence,
        }

    def observe(self, events: Iterable[Event]) -> None:
        """Take in events, in order."""
        observe(self, events)

    def agents(self, *, at: float) -> dict[str, AgentTime]:
        """Return the time of every agent there was, up to an instant, in order of adding."""
        for agent in self._agents.values():
            agent.settle(at)
        return self._agents

    def _queued(self, event: of_contacts.Queued | of_contacts.Deferred) -> None:
        self._channel[event.contact] = event.channel

    def _taken(self, event: of_contacts.Offered | of_contacts.Assigned) -> None:
        agent = self._agents[event.agent]
        if type(event) is of_contacts.Assigned:
            agent.answered += 1
        if event.contact not in self._holds:
            channel = self._channel[event.contact]
            held = _Held(agent, channel, self._cost_for(event.agent, channel))
            agent.hold(event.at, 1, held.cost)
            self._holds[event.contact] = held

    def _cost_for(self, agent: str, channel: str) -> int:
        own = self._own[agent].get(channel)
        return self._cost[channel] if own is None else own

    def _interrupted(self, event: of_contacts.Interrupted) -> None:
        held = self._holds.get(event.contact)
        if held is not None and not held.aside:
            held.aside = True
            held.agent.hold(event.at, 0, -held.cost)

    def _continued(self, event: of_contacts.Continued) -> None:
        held = self._holds.get(event.contact)
        if held is not None and held.aside:
            held.aside = False
            held.agent.hold(event.at, 0, held.cost)

    def _completed(self, event: of_contacts.Completed) -> None:
        if event.wrap_up_seconds == 0:
            self._dropped(event)

    def _dropped(self, event: Event) -> None:
        held = self._holds.pop(event.contact, None)  # type: ignore[attr-defined]
        if held is not None:
            held.agent.hold(event.at, -1, 0 if held.aside else -held.cost)

    def _added(self, event: of_agents.AgentAdded) -> None:
        agent = self._agents.setdefault(event.agent, AgentTime(event.agent, event.at))
        agent.resize(event.at, event.capacity)
        self._own[event.agent] = event.costs
        agent.sign(event.at, signed_in=event.presence != "offline")

    def _updated(self, event: of_agents.AgentUpdated) -> None:
        agent = self._agents[event.agent]
        agent.resize(event.at, event.capacity)
        if event.costs == self._own[event.agent]:
            return
        self._own[event.agent] = event.costs
        for held in self._holds.values():
            if held.agent is not agent:
                continue
            before, held.cost = held.cost, self._cost_for(event.agent, held.channel)
            if not held.aside:
                agent.hold(event.at, 0, held.cost - before)

    def _removed(self, event: of_agents.AgentRemoved) -> None:
        self._agents[event.agent].sign(event.at, signed_in=False)

    def _presence(self, event: of_agents.PresenceSet) -> None:
        self._agents[event.agent].sign(event.at, signed_in=event.state != "offline")
