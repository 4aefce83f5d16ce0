"""The judge: reads events and says whether every contact was given in its turn.

It knows the rules of the queue and nothing of the engine: it keeps its own picture of contacts
and agents from the events alone, and looks at each contact when it is *given*: offered to an
agent, or assigned unasked. Every contact that waits (or is deferred) and stands before the given
one in the queue is an *overtaking*, and has one cause, the first that holds of `CAUSES`; one that
stands after it but arrived before it is an overtaking by priority. A contact that stood before,
waited, and could have been taken by that very agent has no cause: it is unexplained, as is a
contact given to an agent who could not serve it. Room by interrupting is room; whom an agent puts
aside for a contact, and takes up again, is compared with what the rules ask for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from omniqueue.model import agent_events as of_agents, contact_events as of_contacts
from omniqueue.model.channel import STOCK_CHANNELS, Channel
from omniqueue.model.event import Event
from omniqueue.record.interruptions import InterruptionCheck
from omniqueue.record.judged_agent import NOTHING, Abilities, JudgedAgent, JudgedProfile, RoomRules
from omniqueue.record.listener import EventListener, Hear
from omniqueue.record.overtaking import OvertakingCounter
from omniqueue.record.verdict import FAULTS_KEPT_MAX, FairnessFault, Verdict
from omniqueue.record.waiting_line import JudgedLane, Stander, WaitingLine, groups_of, needs_of


class JudgeListener(Protocol):
    """What the judge tells, where somebody wants to know as it goes."""

    def matched(self, at: float, who: Stander, agent: str) -> None:
        """Hear that a contact is about to be given to an agent, not by hand."""
        ...

    def ended(self, who: Stander) -> None:
        """Hear that a contact has ended."""
        ...

    def faulted(self, fault: FairnessFault, number: int) -> None:
        """Hear of a fault, and for how many it stands."""
        ...


class FairnessJudge(EventListener):
    """Listens to events and gives a verdict.

    Args:
        channels: the channels in force beside the stock ones (their costs count, and what
            interrupts them).
        order: the order policy's name; the ranks of arrival, priority and aging orders are
            computed anew and compared, those of others are taken from the events.
        selection: the selection's name, where what agents have done is to be counted for it.

    Attributes:
        line: who waits, in queue order. contacts: by id, all that have not ended. agents: by id.
        touched: agents whose room, presence or abilities changed; who looks at them clears it.

    Cost: O(log n) an event; O(log n) for each channel and each kind of need that the agent
    serves when a contact is given, however many contacts are passed over.

    Example:
        >>> from omniqueue import Agent, Contact, Router
        >>> router, judge = Router(), FairnessJudge(order="arrival")
        >>> judge.observe(router.add_agent(Agent("ana"), at=0))
        >>> judge.observe(router.submit(Contact("c1", "phone"), at=1))
        >>> judge.verdict().fair
        True
    """

    def __init__(
        self,
        channels: Iterable[Channel] = (),
        order: str | None = None,
        selection: str | None = None,
    ) -> None:
        self._channels = {each.name: each for each in (*STOCK_CHANNELS, *channels)}
        self._rules = RoomRules(self._channels.values())
        self._rank = _rank_of(order)
        self.line = WaitingLine()
        self.contacts: dict[str, Stander] = {}
        self.agents: dict[str, JudgedAgent] = {}
        self._excluded_of: dict[str, dict[str, Stander]] = {}  # agent id -> contacts kept from it
        self._profiles: dict[Abilities, JudgedProfile] = {}
        self._nobody = JudgedAgent("", NOTHING, self._rules)
        self.touched: dict[str, None] = {}  # agents whose room, presence or abilities changed
        self._listener: JudgeListener | None = None
        self._fresh: Stander | None = None  # just queued; most go at once and never stand in line
        self.stopped = False  # matching is
        self.rules = self._rules
        self._over: tuple[float, Stander] | None = None  # queued into a full queue just now
        self._raising = selection in ("fewest-taken", "least-busy")
        self._stamp = 0
        self._sequence = 0
        self._judged = 0
        self._overtakings = OvertakingCounter(
            self.line, self.contacts, self._rules, self._excluded_of, self._fault
        )
        self._interruptions = InterruptionCheck(self._fault)
        self._unexplained: Counter[str] = Counter()
        self._faults: list[FairnessFault] = []
        self._acts: Mapping[type[Event], Callable[..., None]] = {
            of_contacts.Deferred: self._deferred,
            of_contacts.Released: self._back,
            of_contacts.Requeued: self._back,
            of_contacts.Resumed: self._back,
            of_contacts.Reopened: self._back,
            of_contacts.Preferred: self._preferred,
            of_contacts.PreferenceEnded: self._preference_ended,
            of_contacts.Relaxed: self._relaxed,
            of_contacts.Updated: self._updated,
            of_contacts.Declined: self._excluded,
            of_contacts.OfferExpired: self._excluded,
            of_contacts.OfferRevoked: self._let_go,
            of_contacts.Completed: self._completed,
            of_contacts.WrapUpEnded: self._let_go,
            of_contacts.Transferred: self._transferred,
            of_contacts.Parked: self._let_go,
            of_contacts.Abandoned: self._left,
            of_contacts.Cancelled: self._left,
            of_contacts.Expired: self._left,
        }
        self.hears: Mapping[type[Event], Hear] = {
            **dict.fromkeys(self._acts, self._changed),
            of_contacts.Queued: self._queued,
            of_contacts.Offered: self._offered,
            of_contacts.Assigned: self._assigned,
            of_contacts.Interrupted: self._interrupted,
            of_contacts.Continued: self._continued,
            of_contacts.ExclusionEnded: self._exclusion_ended,
            of_contacts.Reserved: self._reserved,
            of_contacts.ReservationEnded: self._reservation_ended,
            of_agents.AgentAdded: self._agent_added,
            of_agents.AgentUpdated: self._agent_updated,
            of_agents.AgentRemoved: self._agent_removed,
            of_agents.PresenceSet: self._presence,
            of_agents.MatchingStopped: self._matching_stopped,
            of_agents.MatchingStarted: self._matching_started,
        }

    def tell(self, listener: JudgeListener) -> None:
        """Tell a listener from now on what is given, ends and is wrong."""
        self._listener = listener

    def settle(self) -> None:
        """Let the contact queued last stand in line; judge the interruptions told so far."""
        self._settle()
        self._name_over()
        self._interruptions.close()

    def verdict(self) -> Verdict:
        """Return what was found so far."""
        self.settle()
        return Verdict(
            judged=self._judged,
            overtakings=dict(self._overtakings.counts),
            unexplained=dict(self._unexplained),
            faults=tuple(self._faults),
            most_overtaken=self.line.most_overtaken(),
        )

    # ------------------------------------------------------------------ the life of a contact

    def _queued(self, event: of_contacts.Queued) -> None:
        self._settle()
        self._name_over()
        who = Stander(event.contact, event.channel, needs_of(event.skills), event.priority)
        if event.any_of:
            who.any_of = groups_of(event.any_of)
        if event.not_agents:
            who.unwanted = event.not_agents
            for agent in who.unwanted:
                self._excluded_of.setdefault(agent, {})[who.id] = who
        if event.contact in self.contacts:
            self._fault(event.at, "queued twice", who, None)
            former = self.contacts[event.contact]
            self.line.leave(former)
            self._free(former, event.at)
        channel = self._channels.get(event.channel)
        most = None if channel is None else channel.max_waiting
        if most is not None and self.line.in_queue[event.channel] >= most:
            self._over = (event.at, who)
        who.arrived_at = event.arrived_at
        self._sequence += 1
        who.sequence = self._sequence
        who.state = "waiting"
        self.contacts[event.contact] = self._fresh = who
        self._rerank(who, event)

    def _settle(self) -> None:
        """Let the contact that was queued last stand in line, now that it did not go at once."""
        who = self._fresh
        if who is not None:
            self._fresh = None
            self.line.enter(who)

    def _name_over(self) -> None:
        """Name the contact that was let into a full queue, if nobody took it at once."""
        if self._over is not None:
            at, who = self._over
            self._over = None
            self._fault(at, "queue over limit", who, None)

    def _named(self, event: Event) -> Stander:
        """Return the contact of an event; one never heard of becomes known, and a fault."""
        name: str = event.contact  # type: ignore[attr-defined]
        who = self.contacts.get(name)
        if who is None:
            who = self.contacts[name] = Stander(name, "", (), 0)  # without a place: sequence 0
            self._fault(event.at, "unknown contact", who, None)
        return who

    def _changed(self, event: Event) -> None:
        """Take a contact out of the line and change it; it stands again if it still waits."""
        self._settle()
        who = self._named(event)
        self.line.leave(who)
        self._acts[type(event)](who, event)
        if who.state in ("waiting", "deferred"):
            self.line.enter(who)

    def _deferred(self, who: Stander, event: of_contacts.Deferred) -> None:
        who.state, who.channel = "deferred", event.channel

    def _back(self, who: Stander, event: Event) -> None:
        self._free(who, event.at)  # work that an agent lost by going offline
        who.state = "waiting"

    def _preferred(self, who: Stander, event: of_contacts.Preferred) -> None:
        who.preferred = event.agent

    def _preference_ended(self, who: Stander, _: Event) -> None:
        who.preferred = None

    def _relaxed(self, who: Stander, event: of_contacts.Relaxed) -> None:
        who.needs, who.any_of = needs_of(event.skills), groups_of(event.any_of)

    def _updated(self, who: Stander, event: of_contacts.Updated) -> None:
        who.needs, who.any_of = needs_of(event.skills), groups_of(event.any_of)
        who.priority = event.priority
        self._rerank(who, event)

    def _transferred(self, who: Stander, event: of_contacts.Transferred) -> None:
        self._free(who, event.at)
        self._sent_on(who, event.agent)
        who.needs, who.any_of = needs_of(event.skills), groups_of(event.any_of)
        who.preferred = None
        if not event.keep_place:
            self._sequence += 1
            who.arrived_at, who.sequence = event.at, self._sequence
        self._rerank(who, event)
        who.state = "waiting"

    def _completed(self, who: Stander, event: of_contacts.Completed) -> None:
        if event.agent is None or event.wrap_up_seconds == 0:
            self._free(who, event.at)
            self._end(who)
        else:
            who.state = "wrap_up"

    def _let_go(self, who: Stander, event: Event) -> None:
        self._free(who, event.at)
        if who.state == "wrap_up":
            self._end(who)
        else:
            who.state = "outside"  # parked, or between an offer taken back and the queue

    def _left(self, who: Stander, event: Event) -> None:
        self._free(who, event.at)
        who.preferred = None
        if type(event) is of_contacts.Abandoned:
            who.state = "outside"
        else:
            self._end(who)

    def _end(self, who: Stander) -> None:
        if self._listener is not None:
            self._listener.ended(who)
        who.state = "ended"
        for agent in (*who.excluded, *who.unwanted, who.transferred_by):
            if agent is not None:
                self._let_have(who, agent)
        del self.contacts[who.id]

    def _let_have(self, who: Stander, agent: str) -> None:
        """Drop a contact from those that an agent is not to be given."""
        kept = self._excluded_of.get(agent)
        if kept is not None:
            kept.pop(who.id, None)
            if not kept:
                del self._excluded_of[agent]

    def _may_have(self, who: Stander, agent: str) -> None:
        """Do so unless something else still keeps them apart."""
        apart = agent in who.excluded or agent in who.unwanted or agent == who.transferred_by
        if not apart:
            self._let_have(who, agent)

    # ------------------------------------------------------------------ exclusions, reservations

    def _excluded(
        self, who: Stander, event: of_contacts.Declined | of_contacts.OfferExpired
    ) -> None:
        self._free(who, event.at)
        who.state = "outside"
        who.excluded.add(event.agent)
        self._excluded_of.setdefault(event.agent, {})[who.id] = who

    def _exclusion_ended(self, event: of_contacts.ExclusionEnded) -> None:
        who = self._named(event)
        who.excluded.discard(event.agent)
        self._may_have(who, event.agent)

    def _sent_on(self, who: Stander, agent: str) -> None:
        former, who.transferred_by = who.transferred_by, None
        if former is not None:
            self._may_have(who, former)
        who.transferred_by = agent
        self._excluded_of.setdefault(agent, {})[who.id] = who

    def _reserved(self, event: of_contacts.Reserved) -> None:
        self._settle()
        who = self._named(event)
        who.reserving = event.agent
        channel = self._channels.get(who.channel)
        after = None if channel is None else channel.reserve_seconds
        if after is None or event.at < who.arrived_at + after:
            self._fault(event.at, "early reservation", who, event.agent)
        self._agent(event.agent).reserved_for = who.id

    def _reservation_ended(self, event: of_contacts.ReservationEnded) -> None:
        self.touched[event.agent] = None
        self._agent(event.agent).reserved_for = None
        who = self.contacts.get(event.contact)
        if who is not None:
            who.reserving = None

    # ------------------------------------------------------------------ agents

    def _agent(self, name: str) -> JudgedAgent:
        return self.agents.get(name, self._nobody)

    def _agent_added(self, event: of_agents.AgentAdded) -> None:
        self.touched[event.agent] = None
        agent = self.agents[event.agent] = JudgedAgent(
            event.agent, self._profile(event), self._rules
        )
        agent.ready = event.presence == "ready"
        agent.offline = event.presence == "offline"
        self._stamp += 1
        agent.added = agent.stamp = self._stamp
        if not agent.offline:
            self._come_in(agent)
        agent.resize(event.capacity, event.limits, event.costs)

    def _agent_updated(self, event: of_agents.AgentUpdated) -> None:
        self.touched[event.agent] = None
        agent = self._agent(event.agent)
        agent.profile = self._profile(event)
        agent.resize(event.capacity, event.limits, event.costs)

    def _profile(self, event: of_agents.AgentAdded | of_agents.AgentUpdated) -> JudgedProfile:
        """Return what agents of equal skills, channels and order share."""
        channels = None if event.channels is None else tuple(event.channels)
        abilities = (needs_of(event.skills), channels, tuple(event.skill_order))
        profile = self._profiles.get(abilities)
        if profile is None:
            profile = self._profiles[abilities] = JudgedProfile(*abilities)
        return profile

    def _agent_removed(self, event: of_agents.AgentRemoved) -> None:
        self.touched[event.agent] = None
        self.agents.pop(event.agent, None)

    def _presence(self, event: of_agents.PresenceSet) -> None:
        self.touched[event.agent] = None
        agent = self._agent(event.agent)
        came_in = agent.offline and event.state != "offline"
        agent.ready, agent.offline = event.state == "ready", event.state == "offline"
        if agent.ready:
            self._renew_stamp(agent)
        if came_in:
            self._come_in(agent)

    def _renew_stamp(self, agent: JudgedAgent) -> None:
        self._stamp += 1
        agent.stamp = self._stamp

    def _come_in(self, agent: JudgedAgent) -> None:
        """Raise what an agent has done to the least of the others who are not offline."""
        if self._raising:
            others = [each for each in self.agents.values() if each is not agent]
            others = [each for each in others if not each.offline]
            if others:
                agent.taken = max(agent.taken, min(each.taken for each in others))
                least = min(each.busy_seconds for each in others)
                agent.busy_seconds = max(agent.busy_seconds, least)

    def _matching_stopped(self, _: of_agents.MatchingStopped) -> None:
        self.stopped = True

    def _matching_started(self, _: of_agents.MatchingStarted) -> None:
        self.stopped = False

    def _free(self, who: Stander, at: float) -> None:
        """Give the room that a contact took back to its agent."""
        if who.agent is not None:
            self.touched[who.agent] = None
            agent = self._agent(who.agent)
            agent.drop(who, at)
            if who.state in ("active", "interrupted", "wrap_up"):
                self._renew_stamp(agent)
            who.agent = None

    # ------------------------------------------------------------------ judging

    def _offered(self, event: of_contacts.Offered) -> None:
        self._give(event, event.agent, by_hand=False)
        self._named(event).state = "offered"

    def _assigned(self, event: of_contacts.Assigned) -> None:
        who = self._named(event)
        if who.state != "offered" or who.agent != event.agent:
            self._give(event, event.agent, by_hand=event.by_hand)
        else:
            self.touched[event.agent] = None  # what was offered may be interrupted from now on
        who.state = "active"
        taker = self._agent(event.agent)
        self._renew_stamp(taker)
        taker.taken += 1
        taker.latest_taking = taker.stamp
        excluded = list(who.excluded)
        who.excluded.clear()
        for agent in excluded:
            self._may_have(who, agent)
        if who.reserving is not None:
            self.touched[who.reserving] = None
            self._agent(who.reserving).reserved_for = None
            who.reserving = None

    def _give(self, event: Event, name: str, *, by_hand: bool) -> None:
        who = self._named(event)
        if self._listener is not None and not by_hand:
            self._listener.matched(event.at, who, name)
        self.touched[name] = None
        if who is self._fresh:
            self._fresh = None
        else:
            self._settle()
            self.line.leave(who)
        self._judged += 1
        if self._over is not None and self._over[1] is who:
            self._over = None
        agent = self.agents.get(name)
        if agent is None:
            self._fault(event.at, "unknown agent", who, name)
            return
        for kind in self._wrongs(who, agent, by_hand=by_hand):
            self._fault(event.at, kind, who, name)
        if who.sequence:
            self._overtakings.count(event.at, who, agent, by_hand=by_hand)
            self.line.given(who)
        who.preferred = None
        if who.agent is not None:
            self._free(who, event.at)
        self._interruptions.given(event.at, who, agent)
        who.agent, who.held_channel = name, who.channel
        agent.take(who, event.at)

    def _interrupted(self, event: of_contacts.Interrupted) -> None:
        self._interruptions.interrupted(event.at, self._named(event), event.agent, event.by)

    def _continued(self, event: of_contacts.Continued) -> None:
        agent = self._agent(event.agent)
        self.touched[event.agent] = None
        self._interruptions.continued(event.at, self._named(event), agent)

    def _wrongs(self, who: Stander, agent: JudgedAgent, *, by_hand: bool) -> Iterable[str]:
        """Yield what forbids that this agent gets this contact."""
        if who.state != "waiting" and not (by_hand and who.state == "deferred"):
            yield "not waiting" if who.agent is None else "double assignment"
        if not agent.ready:
            yield "not ready"
        if not agent.profile.takes(who.channel):
            yield "channel not taken"
        if not agent.profile.covers(who.needs):
            yield "lacks skill"
        elif not agent.profile.covers((), who.any_of):
            yield "no alternative"
        if agent.id in who.unwanted:
            yield "unwanted agent"
        if not agent.has_room(who.channel):
            room = agent.has_capacity(who.channel)
            yield "limit exceeded" if room else "capacity exceeded"
        if by_hand:
            return
        if self.stopped:
            yield "given while stopped"
        if agent.id in who.excluded or agent.id == who.transferred_by:
            yield "excluded"
        if who.preferred is not None and who.preferred != agent.id:
            yield "other preferred"
        if agent.reserved_for is not None and agent.reserved_for != who.id:
            yield "reserved"

    def _fault(
        self,
        at: float,
        kind: str,
        who: Stander,
        agent: str | None,
        first: Stander | None = None,
        number: int = 1,
    ) -> None:
        self._unexplained[kind] += number
        if len(self._faults) >= FAULTS_KEPT_MAX and self._listener is None:
            return
        concerned = who if first is None else first
        needs = JudgedLane(concerned.channel, concerned.needs, any_of=concerned.any_of).text()
        passed_over = None if first is None else first.id
        fault = FairnessFault(at, kind, who.id, agent, needs, passed_over, number - 1)
        if len(self._faults) < FAULTS_KEPT_MAX:
            self._faults.append(fault)
        if self._listener is not None:
            self._listener.faulted(fault, number)

    def _rerank(
        self,
        who: Stander,
        event: of_contacts.Queued | of_contacts.Updated | of_contacts.Transferred,
    ) -> None:
        """Give a contact the place that its event says, and check that by the order."""
        who.key = (event.rank, who.arrived_at, who.sequence)
        if self._rank is not None and self._rank(who) != event.rank:
            self._fault(event.at, "wrong rank", who, None)


def _rank_of(order: str | None) -> Callable[[Stander], float] | None:
    """Return the ranks of a stock order as the rules define them; None: not known here."""
    if order == "arrival":
        return lambda who: who.arrived_at
    if order == "priority":
        return lambda who: -who.priority
    if order is not None and order.startswith("aging:"):
        seconds = float(order.removeprefix("aging:"))
        return lambda who: who.arrived_at - seconds * who.priority
    return None
