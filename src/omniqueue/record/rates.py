"""Measured rates: how long contacts of each kind keep an agent at work, wrap-up included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from omniqueue.model import contact_events as events
from omniqueue.model.checks import whole
from omniqueue.model.event import Event
from omniqueue.model.skill import Skills
from omniqueue.record.listener import Hear, observe

_KIND_MIN = 20  # holding times before a kind speaks for itself, not its channel for it
_KINDS_MAX = 10_000  # requirements can be minted without end
_MEMORY_MAX = 10**9


class _Measured:
    """Mean and variance of the latest times: older ones fade once there are `memory`."""

    __slots__ = ("count", "mean", "variance")

    def __init__(self) -> None:
        self.count = 0
        self.mean = 0.0
        self.variance = 0.0

    def add(self, seconds: float, memory: int) -> None:
        self.count = min(self.count + 1, memory)
        step = (seconds - self.mean) / self.count
        self.variance += step * (seconds - self.mean - step) - self.variance / self.count
        self.mean += step


class HoldingTimes:
    """Listens to events and measures holding times: the work that contacts are for an agent.

    A holding time runs from taking a contact to being free of it, wrap-up included; the time
    during which the contact was interrupted is left out.

    Args:
        memory: how many times count, about; older ones fade (int from 1).

    Raises:
        InvalidValueError: `memory` is out of range.

    Cost: O(1) an event; memory for the contacts that are open, and for each kind.

    Example:
        >>> from omniqueue import Agent, Contact, Router, Skills
        >>> router, times = Router(), HoldingTimes()
        >>> router.observe(times.hear)
        >>> _ = router.add_agent(Agent("ana"), at=0)
        >>> _ = router.submit(Contact("c1", "phone"), at=10)
        >>> _ = router.complete("c1", at=40)
        >>> times.holding("phone", Skills.of({}))
        (30.0, 1.0)
    """

    def __init__(self, memory: int = 1000) -> None:
        self._memory = whole("memory", memory, 1, _MEMORY_MAX)
        self._kind: dict[str, tuple[str, Skills]] = {}  # of open contacts
        self._since: dict[str, float] = {}  # of those in an agent's hands
        self._worked: dict[str, float] = {}  # seconds, of those that are interrupted
        self._by_kind: dict[tuple[str, Skills], _Measured] = {}
        self._by_channel: dict[str, _Measured] = {}
        self.hears: Mapping[type[Event], Hear] = {
            events.Queued: self._queued,
            events.Deferred: self._deferred,
            events.Assigned: self._assigned,
            events.Interrupted: self._interrupted,
            events.Continued: self._continued,
            events.Completed: self._completed,
            events.WrapUpEnded: self._freed,
            events.Transferred: self._freed,
            events.Parked: self._freed,
            events.Requeued: self._lost,
            events.Abandoned: self._gone,
            events.Cancelled: self._gone,
            events.Expired: self._gone,
        }

    def hear(self, event: Event) -> None:
        """Take in one event: a hook for `Router.observe`. Cost: O(1)."""
        hear = self.hears.get(type(event))
        if hear is not None:
            hear(event)

    def observe(self, several: Iterable[Event]) -> None:
        """Take in events, in order."""
        observe(self, several)

    def holding(self, channel: str, skills: Skills) -> tuple[float, float] | None:
        """Return mean seconds and squared coefficient of variation (1 until there are 20).

        Args:
            channel: the channel.
            skills: the skills needed; under 20 measured times the channel's are given.

        Cost: O(1).

        Example:
            >>> HoldingTimes().holding("phone", Skills.of({})) is None
            True
        """
        found = self._by_kind.get((channel, skills))
        if found is None or found.count < _KIND_MIN:
            found = self._by_channel.get(channel)
        if found is None or found.mean <= 0:
            return None
        few = found.count < _KIND_MIN
        return found.mean, 1.0 if few else found.variance / found.mean**2

    def _queued(self, event: events.Queued) -> None:
        self._kind[event.contact] = (event.channel, event.skills)

    def _deferred(self, event: events.Deferred) -> None:
        kind = self._kind.get(event.contact)
        if kind is not None:
            self._kind[event.contact] = (event.channel, kind[1])

    def _assigned(self, event: events.Assigned) -> None:
        self._since[event.contact] = event.at

    def _completed(self, event: events.Completed) -> None:
        if event.wrap_up_seconds == 0:
            self._freed(event)
            self._kind.pop(event.contact, None)

    def _freed(self, event: events.Completed | events.WrapUpEnded | events.Parked) -> None:
        since = self._since.pop(event.contact, None)
        worked = self._worked.pop(event.contact, None)
        if since is not None:
            worked = event.at - since
        kind = self._kind.get(event.contact)
        if type(event) is events.WrapUpEnded:
            self._kind.pop(event.contact, None)
        if worked is None or kind is None:
            return
        if kind not in self._by_kind and len(self._by_kind) < _KINDS_MAX:
            self._by_kind[kind] = _Measured()
        for measured in (
            self._by_kind.get(kind),
            self._by_channel.setdefault(kind[0], _Measured()),
        ):
            if measured is not None:
                measured.add(worked, self._memory)

    def _interrupted(self, event: events.Interrupted) -> None:
        since = self._since.pop(event.contact, None)
        if since is not None:
            self._worked[event.contact] = event.at - since

    def _continued(self, event: events.Continued) -> None:
        worked = self._worked.pop(event.contact, None)
        if worked is not None:
            self._since[event.contact] = event.at - worked

    def _lost(self, event: events.Requeued) -> None:
        self._since.pop(event.contact, None)  # its agent went offline: no holding time
        self._worked.pop(event.contact, None)

    def _gone(self, event: events.Abandoned | events.Cancelled | events.Expired) -> None:
        self._kind.pop(event.contact, None)
