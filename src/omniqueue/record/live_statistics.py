"""Live statistics: what a wallboard shows, kept up to date by listening to events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush
from types import MappingProxyType
from typing import Final

import attrs

from omniqueue.model import contact_events as events
from omniqueue.model.agent_events import AgentAdded, AgentRemoved, PresenceSet
from omniqueue.model.channel import STOCK_CHANNELS, Channel
from omniqueue.model.event import Event
from omniqueue.model.skill import Skills
from omniqueue.record.listener import Hear, observe
from omniqueue.record.workload import Workload

BUCKETS: Final = (5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 14400.0)
SERVICE_LEVEL_FORMULA: Final = (
    "answered within the channel's target / (answered"
    " + abandoned, expired or still waiting after longer than the target)"
)
_PRUNE_MIN: Final = 64


@attrs.frozen(kw_only=True)
class ChannelStatistics:
    """One channel since the start. Waits are those of first answers, from arrival, in seconds.

    Args:
        channel: which.
        states: state name to how many contacts are in it now (those that ended: since the start).
        arrived: contacts that arrived.
        answered: taken by an agent at least once.
        mean_wait: mean wait of the answered; None: nobody yet.
        longest_wait: longest wait of the answered; None: nobody yet.
        wait_sum: sum of the waits of the answered.
        wait_buckets: upper bound in seconds to how many of the answered waited at most that.
        service_level: `SERVICE_LEVEL_FORMULA`; None: no target, or nobody to count.
        abandonment: abandoned / arrived (those who came back not counted); None: nobody yet.
    """

    channel: str
    states: Mapping[str, int]
    arrived: int
    answered: int
    mean_wait: float | None
    longest_wait: float | None
    wait_sum: float
    wait_buckets: Mapping[float, int]
    service_level: float | None
    abandonment: float | None


@attrs.frozen(kw_only=True)
class LiveSummary:
    """All statistics of one instant.

    Args:
        at: the instant, in seconds.
        states: state name to how many contacts.
        channels: each channel that had a contact, in order of name.
        lanes: (channel, needed skills) to how many wait, the most first.
        presences: presence to how many agents.
        occupancy: share of the signed-in time with work in hand, interrupted or not; None: nobody
            signed in yet.
        longest_waiting: the waiting contact that arrived first; None: nobody waits.
        longest_waiting_seconds: how long it has waited since its arrival.
    """

    at: float
    states: Mapping[str, int]
    channels: tuple[ChannelStatistics, ...]
    lanes: Mapping[tuple[str, Skills], int]
    presences: Mapping[str, int]
    occupancy: float | None
    longest_waiting: str | None
    longest_waiting_seconds: float | None


class _Open:
    """A contact that is not over."""

    __slots__ = ("answered", "arrived_at", "channel", "first_channel", "skills", "state")

    def __init__(self, channel: str, skills: Skills, arrived_at: float) -> None:
        self.channel = channel
        self.first_channel = channel  # statistics go by the channel it arrived on
        self.skills = skills
        self.arrived_at = arrived_at
        self.answered = False
        self.state = ""


class _Channel:
    """The running sums of one channel."""

    __slots__ = ("answered", "arrived", "buckets", "in_target", "late", "longest", "states", "sum")

    def __init__(self) -> None:
        self.arrived = self.answered = self.in_target = self.late = 0
        self.sum = self.longest = 0.0
        self.states: dict[str, int] = {}
        self.buckets = [0] * len(BUCKETS)

    def answer(self, wait: float, target: float | None) -> None:
        self.answered += 1
        self.sum += wait
        self.longest = max(self.longest, wait)
        self.in_target += target is not None and wait <= target
        for index, bound in enumerate(BUCKETS):
            self.buckets[index] += wait <= bound


class LiveStatistics:
    """Listens to a router from its start, and says how things stand.

    Attach it with `router.observe(statistics.hear)`, before the first command.

    Args:
        channels: the channels in force beside the stock ones (costs and targets count).

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
        >>> summary.states["waiting"], summary.longest_waiting_seconds, summary.occupancy
        (1, 15.0, 0.6)
    """

    def __init__(self, channels: Iterable[Channel] = ()) -> None:
        known = (*STOCK_CHANNELS, *channels)
        self._targets = {each.name: each.target_seconds for each in known}
        self._resume = {each.name: each.resume_seconds for each in known}
        self._workload = Workload(known)
        self._open: dict[str, _Open] = {}
        self._left: dict[str, tuple[float, float, _Open]] = {}  # may resume until; left at
        self._channels: dict[str, _Channel] = {}
        self._lanes: dict[tuple[str, Skills], int] = {}
        self._oldest: list[tuple[float, int, str]] = []  # a heap; some wait no more
        self._count = 0
        self._presence: dict[str, str] = {}
        self._own: Mapping[type[Event], Hear] = {
            events.Queued: self._queued,
            events.Deferred: self._deferred,
            events.Released: self._waiting,
            events.Requeued: self._waiting,
            events.Transferred: self._transferred,
            events.Reopened: self._waiting,
            events.Resumed: self._resumed,
            events.Relaxed: self._changed,
            events.Updated: self._changed,
            events.Offered: self._offered,
            events.Assigned: self._assigned,
            events.Interrupted: self._interrupted,
            events.Continued: self._continued,
            events.Parked: self._parked,
            events.Completed: self._completed,
            events.WrapUpEnded: self._wrapped_up,
            events.Abandoned: self._abandoned,
            events.Cancelled: self._cancelled,
            events.Expired: self._expired,
            AgentAdded: self._signed,
            PresenceSet: self._signed,
            AgentRemoved: self._removed,
        }
        kinds = {**self._workload.hears, **self._own}
        self.hears: Mapping[type[Event], Hear] = dict.fromkeys(kinds, self.hear)

    def hear(self, event: Event) -> None:
        """Take in one event: a hook for `Router.observe`."""
        work = self._workload.hears.get(type(event))
        if work is not None:
            work(event)
        hear = self._own.get(type(event))
        if hear is not None:
            hear(event)

    def observe(self, several: Iterable[Event]) -> None:
        """Take in events, in order."""
        observe(self, several)

    def summary(self, *, at: float) -> LiveSummary:
        """Return how things stand.

        Args:
            at: the instant, in seconds; not before the last event.

        Cost: O(agents + channels + lanes log lanes + waiting contacts).
        """
        late: dict[str, int] = {}
        for contact in self._open.values():
            target = self._targets.get(contact.first_channel)
            if target is not None and not contact.answered and contact.state == "waiting":
                late[contact.first_channel] = late.get(contact.first_channel, 0) + (
                    at - contact.arrived_at > target
                )
        states: dict[str, int] = {}
        for channel in self._channels.values():
            for state, number in channel.states.items():
                states[state] = states.get(state, 0) + number
        agents = self._workload.agents(at=at).values()
        signed_in = sum(agent.signed_in_seconds for agent in agents)
        busy = sum(agent.busy_seconds for agent in agents)
        presences = dict.fromkeys(("ready", "away", "offline"), 0)
        for presence in self._presence.values():
            presences[presence] += 1
        oldest = self._longest_waiting()
        most_first = sorted(self._lanes.items(), key=lambda item: -item[1])
        return LiveSummary(
            at=at,
            states=MappingProxyType(states),
            channels=tuple(
                self._of_channel(name, late.get(name, 0)) for name in sorted(self._channels)
            ),
            lanes=MappingProxyType(dict(most_first)),
            presences=MappingProxyType(presences),
            occupancy=busy / signed_in if signed_in else None,
            longest_waiting=oldest,
            longest_waiting_seconds=None if oldest is None else at - self._open[oldest].arrived_at,
        )

    def _of_channel(self, name: str, late: int) -> ChannelStatistics:
        sums = self._channels[name]
        counted = sums.answered + sums.late + late
        has_target = self._targets.get(name) is not None
        abandoned = sums.states.get("abandoned", 0)
        return ChannelStatistics(
            channel=name,
            states=MappingProxyType(dict(sums.states)),
            arrived=sums.arrived,
            answered=sums.answered,
            mean_wait=sums.sum / sums.answered if sums.answered else None,
            longest_wait=sums.longest if sums.answered else None,
            wait_sum=sums.sum,
            wait_buckets=MappingProxyType(dict(zip(BUCKETS, sums.buckets, strict=True))),
            service_level=sums.in_target / counted if has_target and counted else None,
            abandonment=abandoned / sums.arrived if sums.arrived else None,
        )

    def _longest_waiting(self) -> str | None:
        oldest = self._oldest
        while oldest:
            arrived_at, _, name = oldest[0]
            contact = self._open.get(name)
            if contact is not None and contact.state == "waiting":
                if contact.arrived_at == arrived_at:  # or it gave its place up
                    return name
            heappop(oldest)
        return None

    def _move(self, name: str, contact: _Open, state: str) -> None:
        """Count a contact in another state, and in its lane while it waits."""
        counts = self._channels[contact.first_channel].states
        lane = (contact.channel, contact.skills)
        if contact.state:
            counts[contact.state] -= 1
        if contact.state == "waiting":
            self._lanes[lane] -= 1
            if not self._lanes[lane]:
                del self._lanes[lane]
        contact.state = state
        counts[state] = counts.get(state, 0) + 1
        if state == "waiting":
            self._lanes[lane] = self._lanes.get(lane, 0) + 1
            self._count += 1
            heappush(self._oldest, (contact.arrived_at, self._count, name))
            if len(self._oldest) > 2 * len(self._open) + _PRUNE_MIN:
                self._prune()

    def _prune(self) -> None:
        waiting = [name for name, each in self._open.items() if each.state == "waiting"]
        self._oldest = [
            (self._open[name].arrived_at, number, name) for number, name in enumerate(waiting)
        ]
        self._count = len(waiting)
        heapify(self._oldest)

    def _to(self, name: str, state: str) -> None:
        contact = self._open.get(name)
        if contact is not None:
            self._move(name, contact, state)

    def _end(self, name: str, state: str) -> None:
        contact = self._open.pop(name, None)
        if contact is not None:
            self._move(name, contact, state)

    def _queued(self, event: events.Queued) -> None:
        contact = _Open(event.channel, event.skills, event.arrived_at)
        self._open[event.contact] = contact
        self._channels.setdefault(event.channel, _Channel()).arrived += 1
        self._move(event.contact, contact, "waiting")

    def _waiting(self, event: events.Released | events.Requeued | events.Reopened) -> None:
        self._to(event.contact, "waiting")

    def _deferred(self, event: events.Deferred) -> None:
        self._to(event.contact, "deferred")
        contact = self._open.get(event.contact)
        if contact is not None:
            contact.channel = event.channel

    def _transferred(self, event: events.Transferred) -> None:
        contact = self._open.get(event.contact)
        if contact is not None:
            contact.skills = event.skills
            if not event.keep_place:
                contact.arrived_at = event.at
            self._move(event.contact, contact, "waiting")

    def _changed(self, event: events.Relaxed | events.Updated) -> None:
        contact = self._open.get(event.contact)
        if contact is None:
            left = self._left.get(event.contact)
            if left is not None:
                left[2].skills = event.skills
            return
        state = contact.state
        if state == "waiting":
            self._move(event.contact, contact, "deferred")  # out of its old lane
        contact.skills = event.skills
        if state == "waiting":
            self._move(event.contact, contact, "waiting")

    def _offered(self, event: events.Offered) -> None:
        self._to(event.contact, "offered")

    def _assigned(self, event: events.Assigned) -> None:
        contact = self._open.get(event.contact)
        if contact is None:
            return
        self._move(event.contact, contact, "active")
        if not contact.answered:
            contact.answered = True
            name = contact.first_channel
            wait = event.at - contact.arrived_at
            self._channels[name].answer(wait, self._targets.get(name))

    def _interrupted(self, event: events.Interrupted) -> None:
        self._to(event.contact, "interrupted")

    def _continued(self, event: events.Continued) -> None:
        self._to(event.contact, "active")

    def _parked(self, event: events.Parked) -> None:
        self._to(event.contact, "parked")

    def _completed(self, event: events.Completed) -> None:
        if event.wrap_up_seconds == 0:
            self._end(event.contact, "completed")
        else:
            self._to(event.contact, "wrap_up")

    def _wrapped_up(self, event: events.WrapUpEnded) -> None:
        self._end(event.contact, "completed")

    def _cancelled(self, event: events.Cancelled) -> None:
        self._end(event.contact, "cancelled")

    def _expired(self, event: events.Expired) -> None:
        self._miss(event.contact, event.at, +1)
        self._end(event.contact, "expired")

    def _abandoned(self, event: events.Abandoned) -> None:
        contact = self._open.get(event.contact)
        if contact is None:
            return
        self._miss(event.contact, event.at, +1)
        self._end(event.contact, "abandoned")
        until = event.at + self._resume.get(contact.channel, 0.0)
        self._left[event.contact] = (until, event.at, contact)
        while self._left:  # in the order of leaving: those of a long resume time may stay longer
            first = next(iter(self._left))
            if self._left[first][0] >= event.at:
                return
            del self._left[first]

    def _resumed(self, event: events.Resumed) -> None:
        left = self._left.pop(event.contact, None)
        if left is not None:
            contact = self._open[event.contact] = left[2]
            self._move(event.contact, contact, "waiting")
            self._miss(event.contact, left[1], -1)

    def _miss(self, name: str, at: float, step: int) -> None:
        """Count one who left unanswered after the target (or, once back, no more)."""
        contact = self._open.get(name)
        if contact is not None and not contact.answered:
            target = self._targets.get(contact.first_channel)
            if target is not None and at - contact.arrived_at > target:
                self._channels[contact.first_channel].late += step

    def _signed(self, event: AgentAdded | PresenceSet) -> None:
        presence = event.presence if isinstance(event, AgentAdded) else event.state
        self._presence[event.agent] = presence

    def _removed(self, event: AgentRemoved) -> None:
        self._presence.pop(event.agent, None)
