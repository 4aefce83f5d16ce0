"""The audit: fairness and soundness of recorded events, from nothing but the events.

Three judges hear every event: the life check (what a contact's state allows, holders, timers),
the fairness judge (who was given in whose turn), and its watch for agents left free. Beside them
a ledger and a workload count what the tables tell. None of them shares code with the engine.
Which of several free agents was chosen is judged where the selection is a stock one. Taken on
trust: the ranks that a user's order gave, other selections, who gave by hand, and how long a
wrap-up was said to be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import attrs

from omniqueue.model import agent_events as of_agents, contact_events as of_contacts
from omniqueue.model.channel import STOCK_CHANNELS
from omniqueue.model.event import Event
from omniqueue.model.skill import Skills
from omniqueue.record import measures
from omniqueue.record.audit_faults import AuditFault, FaultBook
from omniqueue.record.event_reading import Cut, EndLine, Header, Item, UnknownEvent
from omniqueue.record.fairness import FairnessJudge
from omniqueue.record.free_agents import FreeAgentWatch
from omniqueue.record.ledger import Ledger
from omniqueue.record.life_check import ENDED_STATES, OPEN_STATES, LifeCheck, Weight
from omniqueue.record.listener import hearers
from omniqueue.record.lives import Life, Lives
from omniqueue.record.measures import MEASURES, NO_SKILL, ContactMeasures
from omniqueue.record.overtaking import Overtaken
from omniqueue.record.verdict import Verdict
from omniqueue.record.waiting_line import JudgedLane, needs_of
from omniqueue.record.workload import Workload

_LOOK_EVERY: Final = 2000  # lines between two questions whether to stop


@attrs.frozen(kw_only=True)
class Suffered(ContactMeasures):
    """The contacts of one channel or skill: how they fared, and how often they were overtaken.

    Args:
        overtaken: how many were passed over at least once by a contact ranked after them.
        overtakings: how often that happened to all of them.
        most_overtakings: how often to one of them at most.
    """

    overtaken: int
    overtakings: int
    most_overtakings: int


@attrs.frozen(kw_only=True)
class AgentShare:
    """What one agent did.

    Args:
        agent: its id.
        abilities: the skills, levels and channels it had last, as text.
        signed_in_seconds: ready or away.
        idle_seconds: of these, with nothing in hand.
        occupancy: the share with work in hand; None: never signed in.
        answered: contacts it was given.
    """

    agent: str
    abilities: str
    signed_in_seconds: float
    idle_seconds: float
    occupancy: float | None
    answered: int


@attrs.frozen(kw_only=True)
class AuditResult:
    """What an audit found.

    Args:
        order: the order policy. selection: the selection policy.
        events: how many events were heard.
        started_at: the first instant (seconds on the events' epoch). ended_at: the last.
        totals: the counts of `omniqueue.record.measures.TOTALS`.
        verdict: the fairness verdict alone, as `omniqueue route` gives it.
        unexplained: all faults by kind, with their number; empty when all is explained.
        faults: the first 20, and the first of every kind, in the order of finding.
        channels: by channel. skills: by skill needed.
        agents: by agent, in the order in which they were added.
        served: (agent, channel and skills) to how many contacts the agent was given.
        incomplete: whether reading stopped before the end.

    Example:
        >>> audited(Header("arrival", "longest-idle", ()), [(2, EndLine(0.0, 0, None))]).fair
        True
    """

    order: str
    selection: str
    events: int
    started_at: float
    ended_at: float
    totals: Mapping[str, int]
    verdict: Verdict
    unexplained: Mapping[str, int]
    faults: tuple[AuditFault, ...]
    channels: Sequence[Suffered]
    skills: Sequence[Suffered]
    agents: Sequence[AgentShare]
    served: Mapping[tuple[str, str], int]
    incomplete: bool

    @property
    def unexplained_total(self) -> int:
        """How many faults were found in all."""
        return sum(self.unexplained.values())

    @property
    def fair(self) -> bool:
        """Whether everything in the record is explained."""
        return not self.unexplained_total


class Audit:
    """Hears the items of a record, line by line.

    Args:
        header: the record's first line.

    Cost: O(log n) an event, and the watch's part for each contact left waiting; memory grows with
    the contacts (about 400 bytes for each, its id remembered), not with the events.
    """

    def __init__(self, header: Header) -> None:
        self._header = header
        self._channels = {each.name: each for each in (*STOCK_CHANNELS, *header.channels)}
        self._book = FaultBook()
        self._life = LifeCheck(header.channels, self._book)
        self._judge = FairnessJudge(header.channels, header.order, header.selection)
        self._watch = FreeAgentWatch(self._judge, self._book, header.selection)
        lives = Lives(header.channels)
        lives.follow({"active": self._assigned})
        self._ledger, self._workload = Ledger(lives), Workload(header.channels, lives)
        self._hearers = hearers([lives, self._workload])
        self._served: Counter[tuple[str, str, Skills]] = Counter()  # agent, channel, skills
        self._abilities: dict[str, str] = {}
        self._started_at: float | None = None
        self._now = 0.0
        self._events = 0
        self._end: EndLine | None = None

    def hear(self, line: int, item: Item) -> None:
        """Take in the item of one line."""
        if self._end is not None:
            self._book.line = line
            self._book.add(self._now, "after the end line", None, None)
            return
        if isinstance(item, Cut):
            return
        if item.at != self._now or self._started_at is None:
            self._pass(item.at)
        self._book.line = line
        if isinstance(item, EndLine):
            self._close(item)
            return
        self._events += 1
        if isinstance(item, UnknownEvent):
            self._book.add(item.at, "unknown event", None, None, ascii(item.name))
        elif not isinstance(item, of_contacts.PassedOver):
            self._event(item)  # the other is the engine's own word, on which no judge relies

    def result(self, *, incomplete: bool = False) -> AuditResult:
        """Return what was found; to be called once, after the last line."""
        if self._end is None and not incomplete:
            self._settle(self._now)
            self._book.add(self._now, "cut file", None, None)
        overtaken = self._watch.overtaken()
        by_skill = {name or NO_SKILL: each for name, each in overtaken.by_skill.items()}
        targets = {name: channel.target_seconds for name, channel in self._channels.items()}
        ledger, now = self._ledger, self._now
        channels = measures.by_channel(ledger, targets, now=now)
        return AuditResult(
            order=self._header.order,
            selection=self._header.selection,
            events=self._events,
            started_at=now if self._started_at is None else self._started_at,
            ended_at=now,
            totals=measures.totals(ledger),
            verdict=self._judge.verdict(),
            unexplained=dict(self._book.counts),
            faults=tuple(self._book.kept),
            channels=_suffered(channels, overtaken.by_channel),
            skills=_suffered(measures.by_skill(ledger, targets, now=now), by_skill),
            agents=self._shares(),
            served={
                (agent, JudgedLane(channel, needs_of(skills)).text()): number
                for (agent, channel, skills), number in self._served.items()
            },
            incomplete=incomplete,
        )

    # ------------------------------------------------------------------ time

    def _event(self, event: Event) -> None:
        weight = self._life.hear(event)
        if weight >= Weight.JUDGED:
            self._judge.hear(event)
            self._watch.hear(event)
        if weight == Weight.MEASURED:
            for hear in self._hearers[type(event)]:
                hear(event)
            if isinstance(event, of_agents.AgentAdded | of_agents.AgentUpdated):
                self._agent(event)

    def _pass(self, at: float) -> None:
        """Let time pass: the instant that is over must have settled."""
        if self._started_at is None:
            self._started_at = self._now = at
        elif at > self._now:
            self._settle(at)
            self._now = at
        elif at < self._now:
            self._book.line += 1
            self._book.add(at, "time went back", None, None, "after", other_at=self._now)

    def _settle(self, until: float) -> None:
        self._life.settle(self._now, until)
        self._watch.settle(self._now)

    def _close(self, end: EndLine) -> None:
        """Compare what the writer counted with what the events leave."""
        self._end = end
        self._settle(self._now)
        if end.events != self._events:
            detail = f"the end line counts {end.events}, there are {self._events}"
            self._book.add(end.at, "wrong number of events", None, None, detail)
        if end.contacts is None:
            return
        states = self._life.states()
        for state in (*OPEN_STATES, *ENDED_STATES):
            counted, left = end.contacts.get(state, 0), states[state]
            detail = f"the end line counts {counted} {state}, the events leave {left}"
            if state in OPEN_STATES and counted != left:
                first = self._life.first_in(state) if left > counted else None
                self._book.add(end.at, "contact lost", first, None, detail, abs(counted - left))
            elif counted > left:  # fewer may be: a router may forget those that ended
                self._book.add(end.at, "wrong count", None, None, detail)

    # ------------------------------------------------------------------ who served whom

    def _assigned(self, life: Life, _: str | None, event: Event) -> None:
        if isinstance(event, of_contacts.Assigned):
            self._served[event.agent, life.channel, life.skills] += 1

    def _agent(self, event: of_agents.AgentAdded | of_agents.AgentUpdated) -> None:
        held = [f"{name} {level}" for name, level in needs_of(event.skills)]
        skills = ", ".join(held) or "no skill"
        channels = "" if event.channels is None else f" on {', '.join(event.channels)}"
        self._abilities[event.agent] = skills + channels

    def _shares(self) -> list[AgentShare]:
        return [
            AgentShare(
                agent=name,
                abilities=self._abilities[name],
                signed_in_seconds=time.signed_in_seconds,
                idle_seconds=time.signed_in_seconds - time.busy_seconds,
                occupancy=MEASURES["occupancy"].value(measures.agent_sums([time])),
                answered=time.answered,
            )
            for name, time in self._workload.agents(at=self._now).items()
        ]


def audited(
    header: Header, items: Iterable[tuple[int, Item]], *, stopped: Callable[[], bool] = bool
) -> AuditResult:
    """Return what an audit of a whole record finds.

    Args:
        header: the first line.
        items: line number and item of every further line.
        stopped: asked now and then; true ends the audit before its time.

    Cost: as `Audit`.

    Example:
        >>> audited(Header("arrival", "longest-idle", ()), []).unexplained
        {'cut file': 1}
    """
    audit = Audit(header)
    for line, item in items:
        audit.hear(line, item)
        if not line % _LOOK_EVERY and stopped():
            return audit.result(incomplete=True)
    return audit.result()


def _suffered(
    measured: Sequence[ContactMeasures], passed: Mapping[str, Overtaken]
) -> list[Suffered]:
    several = [(each, passed.get(each.name, Overtaken())) for each in measured]
    return [
        Suffered(
            **attrs.asdict(each, recurse=False),
            overtaken=of_it.overtaken,
            overtakings=of_it.times,
            most_overtakings=of_it.most,
        )
        for each, of_it in several
    ]
