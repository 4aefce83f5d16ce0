"""The watch for free agents: names every agent left free beside a contact that it could take.

After each instant, once all that happens at it has happened, no agent who is ready and has room
may stand beside a waiting contact that it could take (its skills, channels, limits, room by
interrupting too; exclusions, the agent who sent it on, preferences and reservations said), and no
interrupted contact may stay aside for which its agent has room again. Only what changed is looked
at: contacts that came to wait or came to need less, agents that came to have more room. And
whenever a contact goes to an agent with room only by interrupting, nobody may have had room for it
beside everything in hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, TypeAlias

from omniqueue.model import contact_events as of_contacts
from omniqueue.model.event import Event
from omniqueue.record.audit_faults import FaultBook
from omniqueue.record.fairness import FairnessJudge
from omniqueue.record.judged_agent import JudgedAgent, JudgedProfile
from omniqueue.record.overtaking import OvertakenCounts
from omniqueue.record.verdict import FairnessFault
from omniqueue.record.waiting_line import JudgedLane, Stander

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

_Open: TypeAlias = dict[JudgedProfile, dict[str, JudgedAgent]]


class FreeAgentWatch:
    """Looks over the judge's shoulder for agents left free beside contacts they could take.

    Args:
        judge: whose picture of contacts and agents it looks at; it tells this watch what it finds.
        book: where faults are noted, the judge's too.

    Cost: O(kinds of agents + open agents that serve it) for each contact that waits when an
    instant is over or that goes to an agent who has room only by interrupting; O(kinds of need
    waiting) for each agent freed then.
    """

    def __init__(self, judge: FairnessJudge, book: FaultBook) -> None:
        self._judge = judge
        self._book = book
        self._widened: dict[str, None] = {}  # contacts that more agents may be able to take now
        self._open: _Open = {}  # with room beside everything in hand
        self._yielding: dict[str, _Open] = {}  # channel -> full, but for what it interrupts
        self._places_of: dict[str, list[dict[str, JudgedAgent]]] = {}  # agent id -> where it is
        self._passed = OvertakenCounts()
        judge.tell(self)

    def hear(self, event: Event) -> None:
        """Take in one event, once the judge has heard it."""
        if type(event) in _WIDENING:
            self._widened[event.contact] = None  # type: ignore[attr-defined]

    def matched(self, at: float, who: Stander, agent: str) -> None:
        """Hear from the judge that a contact is about to be given."""
        self._check_elsewhere(at, who, agent)

    def ended(self, who: Stander) -> None:
        """Hear from the judge that a contact has ended."""
        self._passed.add(who, self._judge.line.times_overtaken(who))

    def faulted(self, fault: FairnessFault, number: int) -> None:
        """Hear of a fault from the judge."""
        self._book.add(fault.at, fault.kind, fault.contact, fault.agent, fault.reason, number)

    def overtaken(self) -> OvertakenCounts:
        """Return who was overtaken how often; to be called once, at the end."""
        self._judge.settle()
        for who in self._judge.contacts.values():
            self.ended(who)
        return self._passed

    def settle(self, at: float) -> None:
        """After an instant, name the free agents who could take a waiting contact."""
        judge = self._judge
        judge.settle()
        freed = [name for name in judge.touched if self._place(name)]
        for name in judge.touched:
            self._left_aside(at, name)
        judge.touched.clear()
        named: set[str] = set()
        for name in self._widened:
            who = judge.contacts.get(name)
            if who is not None and who.state == "waiting" and who.place is not None:
                agent = next(self._takers(who), None)
                if agent is not None:
                    named.add(name)
                    self._beside(at, who, agent)
        self._widened.clear()
        for name in freed:
            agent = judge.agents[name]
            found = next(self._takable(agent), None)
            if found is not None and found.id not in named:
                self._beside(at, found, agent)

    # ------------------------------------------------------------------ who could take whom

    def _place(self, name: str) -> bool:
        """Let an agent stand among the open ones if it is ready and has room; tell whether."""
        agent = self._judge.agents.get(name)
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
            kept = self._judge.contacts.get(agent.reserved_for)
            candidates: Iterable[Stander] = () if kept is None else (kept,)
        else:
            candidates = self._candidates(agent)
        for who in candidates:
            waits = who.state == "waiting" and who.place is not None
            if waits and profile.takes(who.channel) and profile.covers(who.needs):
                if self._free_for(agent, who):
                    yield who

    def _candidates(self, agent: JudgedAgent) -> Iterator[Stander]:
        standers = self._judge.line.standers
        served = agent.profile.served(self._judge.line.lanes)
        if len(standers) <= len(served):
            yield from standers.values()
            return
        for lane in served:
            if lane.keys and agent.has_room(lane.channel):
                for key in lane.keys:
                    yield standers[key[2]]
        for key in self._judge.line.preferring_of.get(agent.id, ()):
            yield standers[key[2]]

    def _free_for(self, agent: JudgedAgent, who: Stander) -> bool:
        """Tell whether nothing but abilities keeps an agent from a contact."""
        return (
            agent.has_room(who.channel)
            and (who.preferred is None or who.preferred == agent.id)
            and agent.reserved_for in (None, who.id)
            and agent.id not in who.excluded
            and agent.id != who.transferred_by
        )

    def _beside(self, at: float, who: Stander, agent: JudgedAgent) -> None:
        needs = JudgedLane(who.channel, who.needs).text()
        detail = f"the agent was free while the contact ({needs}) waited"
        self._book.add(at, "free beside waiting", who.id, agent.id, detail)

    # ------------------------------------------------------------------ interrupting

    def _left_aside(self, at: float, name: str) -> None:
        """Name the interrupted contact that should have gone on, if there is one."""
        agent = self._judge.agents.get(name)
        who = None if agent is None else agent.to_continue()
        if who is not None:
            self._book.add(at, "not continued", who.id, name)

    def _check_elsewhere(self, at: float, who: Stander, name: str) -> None:
        """Look, where a contact goes to an agent beside whose work it does not fit, for others."""
        agent = self._judge.agents.get(name)
        if agent is None or agent.fits(who.channel) or not agent.has_capacity(who.channel):
            return
        of_now = [
            self._judge.agents[each] for each in self._judge.touched if each in self._judge.agents
        ]
        for profile, agents in self._open.items():
            if profile.takes(who.channel) and profile.covers(who.needs):
                of_now += agents.values()
        for other in of_now:  # those who stand open may have changed since the last instant
            able = other.profile.takes(who.channel) and other.profile.covers(who.needs)
            if able and other.ready and self._judge.agents.get(other.id) is other:
                if other.fits(who.channel) and self._free_for(other, who):
                    detail = f"{other.id} had room for it beside everything in hand"
                    self._book.add(at, "room elsewhere", who.id, name, detail)
                    return
