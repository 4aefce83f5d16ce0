"""The watchful judge: also names every agent left free beside a waiting contact it could take.

After each instant, once all that happens at it has happened, no agent who is ready and has room
may stand beside a waiting contact that it could take (its skills, channels, limits, room by
interrupting too; exclusions, the bar of a transfer, preferences and reservations said), and no
interrupted contact may stay aside for which its agent has room again. Only what changed is looked
at: contacts that came to wait or came to need less, agents that came to have more room. And
whenever a contact goes to an agent with room only by interrupting, nobody may have had room for it
beside everything in hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, TypeAlias

from omniqueue.model import agent_events as of_agents
from omniqueue.model import contact_events as of_contacts
from omniqueue.model.channel import Channel
from omniqueue.model.event import Event
from omniqueue.record.audit_faults import FaultBook
from omniqueue.record.fairness import FairnessJudge
from omniqueue.record.judged_agent import JudgedAgent, Profile
from omniqueue.record.measures import NO_SKILL
from omniqueue.record.verdict import FairnessFault
from omniqueue.record.waiting_line import File, Needs, Stander, needs_of

_WIDENING: Final = frozenset(
    {
        of_contacts.Queued,
        of_contacts.Released,
        of_contacts.Requeued,
        of_contacts.Resumed,
        of_contacts.Reopened,
        of_contacts.Transferred,
        of_contacts.PreferenceEnded,
        of_contacts.ExclusionEnded,
        of_contacts.Relaxed,
        of_contacts.Updated,
    }
)
"""After these events more agents may be able to take the contact than before."""

_Open: TypeAlias = dict[Profile, dict[str, JudgedAgent]]


class Passed:
    """How often the contacts of one channel or skill were overtaken by ones ranked after them."""

    __slots__ = ("contacts", "most", "overtaken", "times")

    def __init__(self) -> None:
        self.contacts = 0
        self.overtaken = 0  # contacts that were, at least once
        self.times = 0
        self.most = 0

    def add(self, times: int) -> None:
        """Add one contact."""
        self.contacts += 1
        self.overtaken += times > 0
        self.times += times
        self.most = max(self.most, times)


class WatchfulJudge(FairnessJudge):
    """A fairness judge that also watches for free agents, and counts who was overtaken.

    Args:
        channels: the channels in force beside the stock ones.
        order: the order policy's name.
        book: where faults are noted.

    Cost: as `FairnessJudge`; O(kinds of agents + open agents that serve it) for each contact
    that waits when an instant is over or that goes to an agent who has room only by interrupting,
    O(kinds of need waiting) for each agent freed then.
    """

    def __init__(self, channels: Iterable[Channel], order: str | None, book: FaultBook) -> None:
        super().__init__(channels, order)
        self._book = book
        self._widened: dict[str, None] = {}  # contacts that more agents may be able to take now
        self._touched: dict[str, None] = {}  # agents whose room, presence or abilities changed
        self._open: _Open = {}  # with room beside everything in hand
        self._yielding: dict[str, _Open] = {}  # channel -> full, but for what it interrupts
        self._places_of: dict[str, list[dict[str, JudgedAgent]]] = {}  # agent id -> where it is
        self._asked: dict[str, tuple[str, Needs]] = {}  # contact id -> as it was queued
        self._by_channel: dict[str, Passed] = {}
        self._by_skill: dict[str, Passed] = {}

    def hear(self, event: Event) -> None:
        """Take in one event."""
        hear = self.hears.get(type(event))
        if hear is None:
            return
        hear(event)
        if type(event) in _WIDENING:
            self._widened[event.contact] = None  # type: ignore[attr-defined]

    def passed(self) -> tuple[dict[str, Passed], dict[str, Passed]]:
        """Return who was overtaken, by channel and by skill; to be called once, at the end."""
        self._settle()
        for who in self._contacts.values():
            self._count(who)
        return self._by_channel, self._by_skill

    def settle(self, at: float) -> None:
        """Look, at the end of an instant, for free agents beside contacts they could take."""
        self._settle()
        self._interruptions.close()
        freed = [name for name in self._touched if self._place(name)]
        for name in self._touched:
            self._left_aside(at, name)
        self._touched.clear()
        named: set[str] = set()
        for name in self._widened:
            who = self._contacts.get(name)
            if who is not None and who.state == "waiting" and who.place is not None:
                agent = next(self._takers(who), None)
                if agent is not None:
                    named.add(name)
                    self._beside(at, who, agent)
        self._widened.clear()
        for name in freed:
            agent = self._agents[name]
            found = next(self._takable(agent), None)
            if found is not None and found.id not in named:
                self._beside(at, found, agent)

    # ------------------------------------------------------------------ who could take whom

    def _place(self, name: str) -> bool:
        """Let an agent stand among the open ones if it is ready and has room; tell whether."""
        agent = self._agents.get(name)
        for group in self._places_of.pop(name, ()):
            del group[name]
        if agent is None or not agent.ready:
            return False
        if agent.used < agent.capacity:
            places = [self._open]
        else:
            channels = agent.interrupters()
            places = [self._yielding.setdefault(channel, {}) for channel in channels]
        groups = [place.setdefault(agent.profile, {}) for place in places]
        for group in groups:
            group[name] = agent
        if groups:
            self._places_of[name] = groups
        return bool(groups)

    def _takers(self, who: Stander) -> Iterator[JudgedAgent]:
        """Yield the open agents that could take a waiting contact."""
        yielding = self._yielding.get(who.channel, {})
        for profile, agents in chain(self._open.items(), yielding.items()):
            if agents and profile.takes(who.channel) and profile.covers(who.needs):
                for agent in agents.values():
                    if self._free_for(agent, who):
                        yield agent

    def _takable(self, agent: JudgedAgent) -> Iterator[Stander]:
        """Yield the waiting contacts that an open agent could take."""
        profile = agent.profile
        if agent.reserved_for is not None:
            kept = self._contacts.get(agent.reserved_for)
            candidates: Iterable[Stander] = () if kept is None else (kept,)
        else:
            candidates = self._candidates(agent)
        for who in candidates:
            waits = who.state == "waiting" and who.place is not None
            if waits and profile.takes(who.channel) and profile.covers(who.needs):
                if self._free_for(agent, who):
                    yield who

    def _candidates(self, agent: JudgedAgent) -> Iterator[Stander]:
        standers = self._line.standers
        served = agent.profile.served(self._line.files)
        if len(standers) <= len(served):
            yield from standers.values()
            return
        for file in served:
            if file.keys and agent.has_room(file.channel):
                for key in file.keys:
                    yield standers[key[2]]
        for key in self._line.preferring_of.get(agent.id, ()):
            yield standers[key[2]]

    def _free_for(self, agent: JudgedAgent, who: Stander) -> bool:
        """Tell whether nothing but abilities keeps an agent from a contact."""
        return (
            agent.has_room(who.channel)
            and (who.preferred is None or who.preferred == agent.id)
            and agent.reserved_for in (None, who.id)
            and agent.id not in who.excluded
            and agent.id != who.barred
        )

    def _beside(self, at: float, who: Stander, agent: JudgedAgent) -> None:
        needs = File(who.channel, who.needs).text()
        detail = f"the agent was free while the contact ({needs}) waited"
        self._book.add(at, "free beside waiting", who.id, agent.id, detail)

    # ------------------------------------------------------------------ interrupting

    def _left_aside(self, at: float, name: str) -> None:
        """Name the interrupted contact that should have gone on, if there is one."""
        agent = self._agents.get(name)
        who = None if agent is None else agent.to_continue()
        if who is not None:
            self._book.add(at, "not continued", who.id, name)

    def _check_elsewhere(self, at: float, who: Stander, name: str) -> None:
        """Look, where a contact goes to an agent beside whose work it does not fit, for others."""
        agent = self._agents.get(name)
        if agent is None or agent.fits(who.channel) or not agent.has_capacity(who.channel):
            return
        of_now = [self._agents[each] for each in self._touched if each in self._agents]
        for profile, agents in self._open.items():
            if profile.takes(who.channel) and profile.covers(who.needs):
                of_now += agents.values()
        for other in of_now:  # those who stand open may have changed since the last instant
            able = other.profile.takes(who.channel) and other.profile.covers(who.needs)
            if able and other.ready and self._agents.get(other.id) is other:
                if other.fits(who.channel) and self._free_for(other, who):
                    detail = f"{other.id} had room for it beside everything in hand"
                    self._book.add(at, "room elsewhere", who.id, name, detail)
                    return

    # ------------------------------------------------------------------ what changes

    def _queued(self, event: of_contacts.Queued) -> None:
        self._asked[event.contact] = (event.channel, needs_of(event.skills))
        super()._queued(event)

    def _free(self, who: Stander) -> None:
        if who.agent is not None:
            self._touched[who.agent] = None
        super()._free(who)

    def _give(self, event: Event, name: str, *, by_hand: bool) -> None:
        if not by_hand:
            self._check_elsewhere(event.at, self._named(event), name)
        self._touched[name] = None
        super()._give(event, name, by_hand=by_hand)

    def _assigned(self, event: of_contacts.Assigned) -> None:
        kept = self._named(event).reserving
        if kept is not None:
            self._touched[kept] = None
        self._touched[event.agent] = None  # what was offered may be interrupted from now on
        super()._assigned(event)

    def _reservation_ended(self, event: of_contacts.ReservationEnded) -> None:
        self._touched[event.agent] = None
        super()._reservation_ended(event)

    def _agent_added(self, event: of_agents.AgentAdded) -> None:
        self._touched[event.agent] = None
        super()._agent_added(event)

    def _agent_updated(self, event: of_agents.AgentUpdated) -> None:
        self._touched[event.agent] = None
        super()._agent_updated(event)

    def _agent_removed(self, event: of_agents.AgentRemoved) -> None:
        self._touched[event.agent] = None
        super()._agent_removed(event)

    def _continued(self, event: of_contacts.Continued) -> None:
        self._touched[event.agent] = None
        super()._continued(event)

    def _presence(self, event: of_agents.PresenceSet) -> None:
        self._touched[event.agent] = None
        super()._presence(event)

    def _end(self, who: Stander) -> None:
        self._count(who)
        super()._end(who)

    def _count(self, who: Stander) -> None:
        times = self._line.times_overtaken(who)
        channel, needs = self._asked.pop(who.id, (who.channel, who.needs))
        self._by_channel.setdefault(channel, Passed()).add(times)
        for skill in [name for name, _ in needs] or (NO_SKILL,):
            self._by_skill.setdefault(skill, Passed()).add(times)

    def _fault(
        self,
        at: float,
        kind: str,
        who: Stander,
        agent: str | None,
        first: Stander | None = None,
        number: int = 1,
    ) -> None:
        concerned = who if first is None else first
        needs = File(concerned.channel, concerned.needs).text()
        passed_over = None if first is None else first.id
        fault = FairnessFault(at, kind, who.id, agent, needs, passed_over, number - 1)
        self._book.add(at, kind, who.id, agent, fault.reason, number)
        super()._fault(at, kind, who, agent, first, number)
