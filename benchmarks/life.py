"""Contacts with a life: offers accepted, declined and missed; customers who give up.

Such a day cannot be driven blindly: whether an offer is answered depends on who was offered what.
So it is lived once, every event looked at, while the commands are written down; then the same
commands are given to a fresh router and timed, the events returned and not looked at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeAlias

import attrs

from omniqueue.bench.timing import Stopwatch, freeze
from omniqueue.bench.workload import RoutingSizes, assignments_checksum, seeded
from omniqueue.core.router import Router
from omniqueue.model.channel import Channel
from omniqueue.model.contact import Contact
from omniqueue.model.contact_events import Assigned, Offered
from omniqueue.model.event import Events

Command: TypeAlias = tuple[str, tuple[Contact | str, ...], float]  # method, arguments, at
Call: TypeAlias = tuple[Callable[..., object], tuple[Contact | str, ...], float]

_COSTS: Final = {"phone": 3, "email": 2, "fax": 1, "chat": 1}
_OFFER_SECONDS: Final = 20.0
_ANSWER_SECONDS: Final = 5.0
_MISSES_MAX: Final = 1_000_000  # nobody is set away: that would be further commands


@attrs.frozen(kw_only=True)
class Life:
    """How contacts live; as it stands, the plain life: assigned at once, answered, done.

    Args:
        sizes: how large.
        capacity: of each agent, in costs; over 1, a call costs 3, an e-mail 2, others 1.
        offers: contacts are offered, for 20 seconds, and answered after 5.
        refused: share of the offers that are declined or, as many, missed.
        abandoned: share of the contacts whose customers give up waiting.

    Example:
        >>> busy_life(RoutingSizes()).refused
        0.3
    """

    sizes: RoutingSizes
    capacity: int = 1
    offers: bool = False
    refused: float = 0.0
    abandoned: float = 0.0

    def channels(self) -> list[Channel]:
        """Return the channels with their costs and offers."""
        return [
            Channel(
                name,
                cost=cost if self.capacity > 1 else 1,
                offer_seconds=_OFFER_SECONDS if self.offers else None,
                max_misses=_MISSES_MAX,
            )
            for name, cost in _COSTS.items()
        ]

    def router(self) -> Router:
        """Return a router with the agents. Cost: O(agents)."""
        router = Router(channels=self.channels())
        for agent in self.sizes.staff(self.capacity):
            router.add_agent(agent, at=0.0)
        return router


def busy_life(sizes: RoutingSizes) -> Life:
    """Return the life of the promise: 30 % refused, 20 % abandoned, capacity 3, mixed costs."""
    return Life(sizes=sizes, capacity=3, offers=True, refused=0.3, abandoned=0.2)


@attrs.frozen
class Script:
    """The commands of a life, written down.

    Args:
        life: which. commands: all of them; the first `setup` only make contacts wait.
        checksum: SHA-256 of all assignments.
    """

    life: Life
    commands: Sequence[Command]
    setup: int
    checksum: str


class _Recorder:
    """Lives a life, and writes its commands down."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.router = life.router()
        self.commands: list[Command] = []
        self.assignments: list[tuple[str, str]] = []
        self.chance = seeded(life.sizes.seed, "life")
        self.needs = life.sizes.requirement_stream()
        self.refused = 0.0
        self.active: deque[str] = deque()
        self.offered: deque[tuple[float, str, str]] = deque()  # answer at, contact, agent
        self.waiting: list[str] = []  # and some that no longer are
        self.made = 0
        self.now = 0.0

    def record(self, more_commands: int) -> Script:
        """Let contacts come until enough wait, then live on for so many commands."""
        sizes = self.life.sizes
        while len(self.router.queue) < sizes.waiting:
            self._step()
        while self.offered:  # all agents are at work before anything is timed
            self._step()
        setup = len(self.commands)
        self.refused = self.life.refused
        while len(self.commands) < setup + more_commands:
            self._step()
            if self.chance.random() < self.life.abandoned:
                self._give_up()
            elif self.active:
                self._do("complete", self.active.popleft())
        return Script(self.life, self.commands, setup, assignments_checksum(self.assignments))

    def _step(self) -> None:
        """One second: offers are answered that are due, one contact comes."""
        self.now += 1.0
        while self.offered and self.offered[0][0] <= self.now:
            _, contact_id, agent_id = self.offered.popleft()
            self._answer(contact_id, agent_id)
        channel, skills = next(self.needs)
        contact = Contact(f"c{self.made}", channel, skills=skills)
        self.made += 1
        self.waiting.append(contact.id)
        self._do("submit", contact)

    def _answer(self, contact_id: str, agent_id: str) -> None:
        view = self.router.contacts[contact_id]
        if view.state != "offered" or view.agent != agent_id:
            return  # its customer gave up
        drawn = self.chance.random()
        if drawn < self.refused / 2:
            self._do("decline", contact_id, agent_id)
        elif drawn >= self.refused:
            self._do("accept", contact_id, agent_id)

    def _give_up(self) -> None:
        """Let somebody who waits abandon, each as likely as the next."""
        waiting = self.waiting
        while waiting:
            index = int(self.chance.random() * len(waiting))
            contact_id, waiting[index] = waiting[index], waiting[-1]
            waiting.pop()
            if self.router.contacts[contact_id].state in ("waiting", "offered"):
                self._do("abandon", contact_id)
                return

    def _do(self, method: str, *arguments: Contact | str) -> None:
        self.commands.append((method, arguments, self.now))
        events: Events = getattr(self.router, method)(*arguments, at=self.now)
        for event in events:
            if isinstance(event, Offered):
                self.offered.append((self.now + _ANSWER_SECONDS, event.contact, event.agent))
            elif isinstance(event, Assigned):
                self.active.append(event.contact)
                self.assignments.append((event.contact, event.agent))


def record(life: Life, more_commands: int) -> Script:
    """Live a life and return its commands.

    Args:
        life: which.
        more_commands: how many, after those that make contacts wait.

    Cost: that of the commands and of looking at every event.

    Example:
        >>> script = record(busy_life(RoutingSizes(waiting=50, agents=10)), 100)
        >>> {command[0] for command in script.commands} >= {"accept", "abandon"}
        True
    """
    return _Recorder(life).record(more_commands)


class ScriptedWorld:
    """A fresh router to which a script is given, run by run.

    Args:
        script: which.
        watch: what measures.

    Cost: that of the script's setup.

    Example:
        >>> script = record(Life(sizes=RoutingSizes(waiting=50, agents=10)), 100)
        >>> ScriptedWorld(script, Stopwatch()).run(50) > 0
        True
    """

    def __init__(self, script: Script, watch: Stopwatch) -> None:
        self.script = script
        self.watch = watch
        self.router = script.life.router()
        self._next = script.setup
        _give(self._calls(0, script.setup))

    @property
    def left(self) -> int:
        """How many commands of the script have not been given."""
        return len(self.script.commands) - self._next

    def run(self, commands: int) -> float:
        """Give the next so many commands; return the CPU seconds of one."""
        calls = self._calls(self._next, self._next + commands)
        self._next += len(calls)
        freeze()
        return self.watch.seconds(partial(_give, calls)) / len(calls)

    def _calls(self, start: int, end: int) -> list[Call]:
        return [
            (getattr(self.router, method), arguments, at)
            for method, arguments, at in self.script.commands[start:end]
        ]


def _give(calls: Sequence[Call]) -> None:
    for command, arguments, at in calls:
        command(*arguments, at=at)
