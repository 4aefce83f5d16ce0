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

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Final, TypeAlias

from omniqueue.model import contact_events as of_contacts
from omniqueue.model.agent_events import MatchingStarted
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
        selection: the selection's name; only the stock ones are judged.

    Cost: O(kinds of agents + open agents that serve it) for each contact that waits when an
    instant is over or that goes to an agent who has room only by interrupting, and for each that
    is given where the selection is judged; O(kinds of need waiting) for each agent freed.
    """

    def __init__(self, judge: FairnessJudge, book: FaultBook, selection: str) -> None:
        self._judge = judge
        self._turn = TURNS.get(selection)
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
        elif type(event) is MatchingStarted:  # whatever waits may have a taker now
            standers = self._judge.line.standers.values()
            self._widened.update(dict.fromkeys(who.id for who in standers))

    def matched(self, at: float, who: Stander, agent: str) -> None:
        """Hear from the judge that a contact is about to be given."""
        if not self._check_elsewhere(at, who, agent) and self._turn is not None:
            self._check_turn(at, who, agent, self._turn)

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
        if judge.stopped:
            return  # what came to wait is looked at when matching starts
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
            if agents and _serves(profile, who):
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
            if waits and _serves(profile, who):
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
            and agent.id not in who.unwanted
            and agent.id != who.transferred_by
        )

    def _beside(self, at: float, who: Stander, agent: JudgedAgent) -> None:
        needs = JudgedLane(who.channel, who.needs, any_of=who.any_of).text()
        detail = f"the agent was free while the contact ({needs}) waited"
        self._book.add(at, "free beside waiting", who.id, agent.id, detail)

    # ------------------------------------------------------------------ interrupting

    def _left_aside(self, at: float, name: str) -> None:
        """Name the interrupted contact that should have gone on, if there is one."""
        agent = self._judge.agents.get(name)
        who = None if agent is None else agent.to_continue()
        if who is not None:
            self._book.add(at, "not continued", who.id, name)

    def _check_elsewhere(self, at: float, who: Stander, name: str) -> bool:
        """Look, where a contact goes to an agent beside whose work it does not fit, for others."""
        agent = self._judge.agents.get(name)
        if agent is None or agent.fits(who.channel) or not agent.has_capacity(who.channel):
            return False
        place = self._own_place(at, who, agent)
        for other in self._able_now(who):
            if other.fits(who.channel) and self._own_place(at, who, other) <= place:
                detail = f"{other.id} had room for it beside everything in hand"
                self._book.add(at, "room elsewhere", who.id, name, detail)
                return True
        return False

    def _able_now(self, who: Stander) -> Iterator[JudgedAgent]:
        """Yield the agents who can take a contact now, in the midst of an instant."""
        judge = self._judge
        of_now = [judge.agents[each] for each in judge.touched if each in judge.agents]
        for place in (self._open, self._yielding.get(who.channel, {})):
            for profile, agents in place.items():
                if _serves(profile, who):
                    of_now += agents.values()
        for other in of_now:  # those who stand open may have changed since the last instant
            if other.ready and judge.agents.get(other.id) is other:
                if _serves(other.profile, who) and self._free_for(other, who):
                    yield other

    # ------------------------------------------------------------------ the selection

    def _own_place(self, at: float, who: Stander, agent: JudgedAgent) -> int:
        if self._judge.rules.overdue(who, at):
            return 0
        return agent.profile.place(who.needs, who.any_of)

    def _check_turn(self, at: float, who: Stander, name: str, turn: Turn) -> None:
        """Look for an agent whom the selection puts before the one who is given a contact."""
        agent = self._judge.agents.get(name)
        if agent is None or not _serves(agent.profile, who):
            return

        def rank(each: JudgedAgent) -> tuple[float, ...]:
            crowded = not each.fits(who.channel)
            return (self._own_place(at, who, each), crowded, *turn(each, who))

        own = rank(agent)
        for other in self._able_now(who):
            if rank(other) < own:
                detail = f"{other.id} came before it"
                self._book.add(at, "out of turn", who.id, name, detail)
                return


def _serves(profile: JudgedProfile, who: Stander) -> bool:
    return profile.takes(who.channel) and profile.covers(who.needs, who.any_of)


# ---------------------------------------------------------------------- turns of the selections


def _idle(agent: JudgedAgent) -> tuple[int, int]:
    return int(agent.busy()), agent.stamp


def _best_levels(agent: JudgedAgent, who: Stander) -> int:
    levels = agent.profile.levels
    total = sum(levels[skill] for skill, _ in who.needs)
    for group in who.any_of:
        total += max(levels[skill] for skill, _ in agent.profile.met(group))
    return total


def _surplus(agent: JudgedAgent, who: Stander) -> tuple[int, int]:
    levels = agent.profile.levels
    total = sum(levels[skill] - level for skill, level in who.needs)
    for group in who.any_of:
        total += min(levels[skill] - level for skill, level in agent.profile.met(group))
    return total, len(levels) - len(who.needs) - len(who.any_of)


def _busy(agent: JudgedAgent) -> float:
    return agent.busy_seconds - (agent.busy_since if agent.busy() else 0.0)


Turn: TypeAlias = Callable[[JudgedAgent, Stander], tuple[float, ...]]
TURNS: Final[Mapping[str, Turn]] = {
    "longest-idle": lambda agent, _: _idle(agent),
    "least-loaded": lambda agent, _: (agent.used / agent.capacity, agent.stamp),
    "most-skilled": lambda agent, who: (-_best_levels(agent, who), *_idle(agent)),
    "closest-fit": lambda agent, who: (*_surplus(agent, who), *_idle(agent)),
    "linear": lambda agent, _: (agent.added,),
    "round-robin": lambda agent, _: (agent.latest_taking, agent.added),
    "fewest-taken": lambda agent, _: (agent.taken, *_idle(agent)),
    "least-busy": lambda agent, _: (int(agent.busy()), _busy(agent), agent.stamp),
}
"""The stock selections: the least of several agents who can take a contact gets it."""
