"""Live statistics: what a wallboard shows, kept up to date by listening to events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush
from types import MappingProxyType
from typing import Final, Self

import attrs

from omniqueue.model.channel import STOCK_CHANNELS, Channel
from omniqueue.model.event import Event
from omniqueue.model.skill import Skills
from omniqueue.record.listener import EventListener, RouterNow
from omniqueue.record.lives import STATES, Life, Lives
from omniqueue.record.measures import ContactSums, Measured, agent_sums
from omniqueue.record.workload import Workload

BUCKETS: Final = (5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 14400.0)
_PRUNE_MIN: Final = 64


@attrs.frozen(kw_only=True)
class ChannelStatistics(Measured):
    """One channel since the start. Waits are those of first answers, from arrival, in seconds.

    Args:
        name: which channel.
        sums: as of `ContactMeasures`; contacts count on the channel they arrived on. Refused ones
            are in no event and so in no sum.
        states: state name to how many contacts are in it now (those that ended: since the start).
        longest_wait: longest wait of the answered; None: nobody yet.
        wait_buckets: upper bound in seconds to how many of the answered waited at most that.
    """

    states: Mapping[str, int]
    longest_wait: float | None
    wait_buckets: Mapping[float, int]


@attrs.frozen(kw_only=True)
class LiveSummary:
    """All statistics of one instant.

    Args:
        at: the instant, in seconds.
        states: state name to how many contacts.
        channels: each channel that had a contact, in order of name.
        agents: the sums of all agents together, as of `GroupMeasures`.
        lanes: (channel, needed skills) to how many wait, the most first.
        presences: presence to how many agents.
        longest_waiting: the waiting contact that arrived first; None: nobody waits.
        longest_waiting_seconds: how long it has waited since its arrival.
    """

    at: float
    states: Mapping[str, int]
    channels: tuple[ChannelStatistics, ...]
    agents: Measured
    lanes: Mapping[tuple[str, Skills], int]
    presences: Mapping[str, int]
    longest_waiting: str | None
    longest_waiting_seconds: float | None


@attrs.define
class _Channel:
    """The running sums of one channel."""

    sums: ContactSums = attrs.Factory(ContactSums)  # of those that are answered or over
    longest: float = 0.0
    states: dict[str, int] = attrs.Factory(dict)
    buckets: list[int] = attrs.Factory(lambda: [0] * len(BUCKETS))

    def answer(self, wait: float, target: float | None) -> None:
        self.sums.add("answered", wait, target)
        self.longest = max(self.longest, wait)
        for index, bound in enumerate(BUCKETS):
            self.buckets[index] += wait <= bound

    def statistics(self, name: str, unanswered: ContactSums) -> ChannelStatistics:
        sums = self.sums.to_dict()
        for measure, number in unanswered.to_dict().items():
            sums[measure] += number
        return ChannelStatistics(
            name=name,
            sums=MappingProxyType(sums),
            states=MappingProxyType(dict(self.states)),
            longest_wait=self.longest if sums["answered"] else None,
            wait_buckets=MappingProxyType(dict(zip(BUCKETS, self.buckets, strict=True))),
        )


class LiveStatistics(EventListener):
    """Listens to a router from its start, and says how things stand.

    Attach it with `router.observe(statistics.hear)`, before the first command; to a router that
    was restored, or has run already, attach `LiveStatistics.of(router)`.

    Args:
        channels: the channels in force beside the stock ones (costs and targets count).
        lives: what it follows, and what hears the events of contacts then; None: lives of its
            own. Events of agents it hears itself.

    Cost: O(1) an event, O(log waiting) where one comes to wait; memory for open contacts, those
    that abandoned and may come back, and agents.

    Example:
        >>> from omniqueue import Agent, Contact, Router
        >>> router, statistics = Router(), LiveStatistics()
        >>> router.observe(statistics.hear)
        >>> _ = router.add_agent(Agent("ana"), at=0)
        >>> for name in ("c1", "c2"):
        ...     _ = router.submit(Contact(name, "phone"), at=10)
        >>> summary = statistics.summary(at=25)
        >>> summary.states["waiting"], summary.longest_waiting_seconds
        (1, 15.0)
        >>> summary.agents.value("occupancy"), summary.channels[0].value("mean_wait")
        (0.6, 0.0)
    """

    def __init__(self, channels: Iterable[Channel] = (), lives: Lives | None = None) -> None:
        known = (*STOCK_CHANNELS, *channels)
        self._targets = {each.name: each.target_seconds for each in known}
        self._lives = Lives(known) if lives is None else lives
        self._workload = Workload(known, self._lives)
        self._channels: dict[str, _Channel] = {}
        self._lanes: dict[tuple[str, Skills], int] = {}
        self._lane_of: dict[Life, tuple[str, Skills]] = {}  # of those that wait
        self._oldest: list[tuple[float, int, Life]] = []  # a heap; some wait no more
        self._count = 0
        self._lives.follow(
            {
                **dict.fromkeys(STATES, self._moved),
                "waiting": self._waiting,
                "active": self._active,
                **dict.fromkeys(("abandoned", "cancelled", "expired"), self._left),
            },
            on_change=self._changed,
            on_begin=self._under_way,
        )
        self.hears = {**(self._lives.hears if lives is None else {}), **self._workload.hears}

    @classmethod
    def of(cls, router: RouterNow) -> Self:
        """Return statistics that start from a router's present state: what is open counts.

        Args:
            router: the router; attach them with `router.observe(statistics.hear)`. What ended
                before is in no sum; one who abandoned and may come back counts as abandoned.

        Cost: O(agents + contacts that the router knows).

        Example:
            >>> from omniqueue import Contact, Router
            >>> router = Router()
            >>> _ = router.submit(Contact("c1", "phone"), at=10)
            >>> restored = Router.restore(router.snapshot())
            >>> summary = LiveStatistics.of(restored).summary(at=25)
            >>> summary.states["waiting"], summary.longest_waiting_seconds
            (1, 15.0)
        """
        made = cls(router.channels.values())
        made._workload.begin(router)
        made._lives.begin(router)
        return made

    def summary(self, *, at: float) -> LiveSummary:
        """Return how things stand.

        Args:
            at: the instant, in seconds; not before the last event.

        Cost: O(agents + channels + lanes log lanes + open contacts).
        """
        unanswered = {name: ContactSums() for name in sorted(self._channels)}
        for life in self._lives:
            if life.answered_at is None and life.state != "abandoned":
                channel = life.entered_channel
                wait = at - life.arrived_at
                unanswered[channel].add("open", wait, self._targets.get(channel))
        states: Counter[str] = Counter()
        for each in self._channels.values():
            states.update(each.states)
        agents = self._workload.agents(at=at).values()
        presences = dict.fromkeys(("ready", "away", "offline"), 0)
        for agent in agents:
            if agent.presence is not None:
                presences[agent.presence] += 1
        oldest = self._longest_waiting()
        return LiveSummary(
            at=at,
            states=MappingProxyType(dict(states)),
            channels=tuple(
                self._channels[name].statistics(name, sums) for name, sums in unanswered.items()
            ),
            agents=Measured(name="all", sums=agent_sums(agents)),
            lanes=MappingProxyType(dict(Counter(self._lanes).most_common())),
            presences=MappingProxyType(presences),
            longest_waiting=None if oldest is None else oldest.id,
            longest_waiting_seconds=None if oldest is None else at - oldest.arrived_at,
        )

    def _longest_waiting(self) -> Life | None:
        oldest = self._oldest
        while oldest:
            arrived_at, _, life = oldest[0]
            # Whose arrival is another now gave its place up.
            if life.state == "waiting" and life.arrived_at == arrived_at:
                return life
            heappop(oldest)
        return None

    def _under_way(self, life: Life) -> None:
        counts = self._channels.setdefault(life.entered_channel, _Channel()).states
        counts[life.state] = counts.get(life.state, 0) + 1
        if life.state == "waiting":
            self._come_to_wait(life)
        elif life.state == "abandoned":
            self._add(life, life.state, life.since)

    def _moved(self, life: Life, before: str | None, _: Event) -> None:
        """Count a contact in its new state, and no more in its lane."""
        counts = self._channels[life.entered_channel].states
        if before is not None:
            counts[before] -= 1
        counts[life.state] = counts.get(life.state, 0) + 1
        if before == "waiting":
            self._leave_lane(life)

    def _waiting(self, life: Life, before: str | None, event: Event) -> None:
        if before is None:
            self._channels.setdefault(life.entered_channel, _Channel())
        elif before == "abandoned":
            self._add(life, before, life.since, step=-1)  # back: open again
        self._moved(life, before, event)
        self._come_to_wait(life)

    def _come_to_wait(self, life: Life) -> None:
        self._enter_lane(life)
        self._count += 1
        heappush(self._oldest, (life.arrived_at, self._count, life))
        if len(self._oldest) > 2 * len(self._lane_of) + _PRUNE_MIN:
            self._oldest = [
                (each.arrived_at, number, each) for number, each in enumerate(self._lane_of)
            ]
            heapify(self._oldest)
            self._count = len(self._oldest)

    def _changed(self, life: Life) -> None:
        if life.state == "waiting":
            self._leave_lane(life)
            self._enter_lane(life)

    def _enter_lane(self, life: Life) -> None:
        lane = self._lane_of[life] = (life.channel, life.skills)
        self._lanes[lane] = self._lanes.get(lane, 0) + 1

    def _leave_lane(self, life: Life) -> None:
        lane = self._lane_of.pop(life)
        self._lanes[lane] -= 1
        if not self._lanes[lane]:
            del self._lanes[lane]

    def _active(self, life: Life, before: str | None, event: Event) -> None:
        self._moved(life, before, event)
        if life.answered_at is None:
            channel = life.entered_channel
            wait = event.at - life.arrived_at
            self._channels[channel].answer(wait, self._targets.get(channel))

    def _left(self, life: Life, before: str | None, event: Event) -> None:
        self._moved(life, before, event)
        self._add(life, life.state, event.at)

    def _add(self, life: Life, outcome: str, at: float, step: int = 1) -> None:
        """Add one who left unanswered."""
        if life.answered_at is None:
            channel = life.entered_channel
            target = self._targets.get(channel)
            self._channels[channel].sums.add(outcome, at - life.arrived_at, target, step)
