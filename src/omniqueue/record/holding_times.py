"""Holding times: how long contacts of each kind keep an agent at work, wrap-up included."""

from __future__ import annotations

from typing import Final, Self

from omniqueue.model.checks import whole
from omniqueue.model.contact_events import Requeued
from omniqueue.model.event import Event
from omniqueue.model.skill import Skills
from omniqueue.record.listener import EventListener, RouterNow
from omniqueue.record.lives import Life, Lives

_KIND_MIN = 20  # holding times before a kind speaks for itself, not its channel for it
_KINDS_MAX = 10_000  # requirements can be minted without end
_MEMORY_MAX = 10**9
_AT_WORK: Final = ("active", "wrap_up")


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


class HoldingTimes(EventListener):
    """Measures holding times: the work that contacts are for an agent.

    A holding time runs from taking a contact to being free of it, wrap-up included; the time
    during which the contact was interrupted is left out.

    Args:
        memory: how many times count, about; older ones fade (int from 1).
        lives: what it follows, and what hears the events then; None: lives of its own.

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

    def __init__(self, memory: int = 1000, lives: Lives | None = None) -> None:
        self._memory = whole("memory", memory, 1, _MEMORY_MAX)
        self._worked: dict[Life, float] = {}  # seconds so far, of those interrupted or in wrap-up
        self._unknown: dict[Life, None] = {}  # taken before anybody listened: not measured
        self._by_kind: dict[tuple[str, Skills], _Measured] = {}
        self._by_channel: dict[str, _Measured] = {}
        followed = Lives(()) if lives is None else lives
        followed.follow(
            {
                "interrupted": self._paused,
                "wrap_up": self._paused,
                "waiting": self._freed,
                "parked": self._freed,
                "completed": self._freed,
            },
            on_begin=self._under_way,
        )
        self._lives = followed
        self.hears = followed.hears if lives is None else {}

    @classmethod
    def of(cls, router: RouterNow, memory: int = 1000) -> Self:
        """Return one that starts from a router's present state: no times are known yet.

        Args:
            router: the router; attach it with `router.observe(times.hear)`.
            memory: as above. What agents have in hand already is not measured.

        Cost: O(contacts that the router knows).

        Example:
            >>> from omniqueue import Router, Skills
            >>> HoldingTimes.of(Router()).holding("phone", Skills.of({})) is None
            True
        """
        made = cls(memory)
        made._lives.begin(router)
        return made

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

    def _under_way(self, life: Life) -> None:
        if life.state in ("active", "interrupted", "wrap_up"):
            self._unknown[life] = None

    def _paused(self, life: Life, before: str | None, event: Event) -> None:
        if before == "active":
            self._worked[life] = self._worked.get(life, 0.0) + event.at - life.since

    def _freed(self, life: Life, before: str | None, event: Event) -> None:
        worked = self._worked.pop(life, None)
        if before in _AT_WORK:
            worked = (worked or 0.0) + event.at - life.since
        if life in self._unknown:
            del self._unknown[life]
            return
        if worked is None or type(event) is Requeued:  # requeued: its agent went offline
            return
        kind = (life.channel, life.entered_skills)
        if kind not in self._by_kind and len(self._by_kind) < _KINDS_MAX:
            self._by_kind[kind] = _Measured()
        for measured in (
            self._by_kind.get(kind),
            self._by_channel.setdefault(life.channel, _Measured()),
        ):
            if measured is not None:
                measured.add(worked, self._memory)
