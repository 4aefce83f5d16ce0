"""The canonical routing workload: a backlog, one contact in and one answered at a time.

Theory of operation. `waiting` contacts wait in `lanes` requirements; every one of `agents` agents
(of `profiles` distinct kinds, each serving `share` of the lanes) is at work. Then, again and
again, a new contact is submitted and the agent whose turn it is completes its own, which makes
the engine give it the next. Agents take turns, as if all contacts took equally long. Only the two
commands are timed: contacts are made before, and who was assigned what is looked up after, where
it goes into a checksum, so that no figure can be had by routing anything differently.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from hashlib import sha256
from heapq import heapify, heappop, heappush
from itertools import islice
from random import Random
from typing import Final, Protocol, TypeAlias

import attrs

from omniqueue.bench.timing import Stopwatch, freeze
from omniqueue.core.router import Router
from omniqueue.errors import InvalidValueError
from omniqueue.model.agent import Agent
from omniqueue.model.contact import Contact
from omniqueue.model.event import Event, Events
from omniqueue.model.skill import Skills

Hear: TypeAlias = Callable[[Event], object]

_CHANNELS: Final = ("phone", "email", "fax", "chat")
_SKILLS_MAX: Final = 500  # more lanes than these and the channels give ask for higher levels
_BLOCKED_LANES_MAX: Final = 10
_AT_ONCE_MAX: Final = 10_000  # contacts made before one timed stretch


@attrs.frozen(kw_only=True)
class RoutingSizes:
    """How large a routing workload is.

    Args:
        waiting: contacts that wait, and stay as many.
        lanes: distinct requirements (channel, skill, level) among them.
        agents: agents, each with one contact.
        profiles: distinct sets of skills among the agents.
        share: share of the skills that a profile has.
        blocked: contacts before all others that nobody present can serve.
        idle: no backlog; half of the agents are free.
        seed: of everything drawn.

    Raises:
        InvalidValueError: a size that cannot be.

    Example:
        >>> RoutingSizes(waiting=1000, agents=100).lanes
        100
    """

    waiting: int = 100_000
    lanes: int = 100
    agents: int = 1_000
    profiles: int = 10
    share: float = 0.5
    blocked: int = 0
    idle: bool = False
    seed: int = 1

    def __attrs_post_init__(self) -> None:
        for name in ("lanes", "agents", "profiles"):
            if getattr(self, name) < 1:
                raise InvalidValueError(name, getattr(self, name), "an int from 1")

    def named(self) -> dict[str, float]:
        """Return the sizes that are not 0 by name, the seed left out."""
        return {name: size for name, size in attrs.asdict(self).items() if size and name != "seed"}

    def requirements(self) -> list[tuple[str, Skills]]:
        """Return the channel and the skills of each lane. Cost: O(lanes)."""
        found = []
        for lane in range(self.lanes):
            level, skill = divmod(lane // len(_CHANNELS), _SKILLS_MAX)
            needs = Skills.of({f"skill-{skill}": 1 + level})
            found.append((_CHANNELS[lane % len(_CHANNELS)], needs))
        return found

    def staff(self, capacity: int = 1) -> list[Agent]:
        """Return the agents; every skill is held by some profile. Cost: O(profiles x skills).

        Args:
            capacity: of each, in channel costs.
        """
        chance = seeded(self.seed, "staff")
        skills = min(_SKILLS_MAX, -(-self.lanes // len(_CHANNELS)))
        kinds = []
        for profile in range(self.profiles):
            held = {
                f"skill-{skill}": 100
                for skill in range(skills)
                if chance.random() < self.share
                or skill % self.profiles == profile  # nothing is served by nobody
                or skill == profile % skills  # and nobody serves nothing
            }
            kinds.append(Skills.of({**held, f"badge-{profile}": 1}))  # no two are the same
        return [
            Agent(f"a{index}", skills=kinds[index % self.profiles], capacity=capacity)
            for index in range(self.agents)
        ]

    def requirement_stream(self) -> Iterator[tuple[str, Skills]]:
        """Yield the channel and the skills of one contact after another, without end."""
        requirements, draw = self.requirements(), seeded(self.seed, "contacts").random
        lanes = len(requirements)
        while True:
            yield requirements[int(draw() * lanes)]


class RoutedSystem(Protocol):
    """What a routing workload runs on: the engine, or a rival of it."""

    name: str
    breaks: str  # which rule of routing it does not keep; empty: none

    @property
    def submit(self) -> Callable[..., Events | None]:
        """Take in a contact, `at` seconds by keyword."""
        ...

    @property
    def complete(self) -> Callable[..., Events | None]:
        """End a contact by its id, `at` seconds by keyword; its agent has the next."""
        ...

    def add_agent(self, agent: Agent, *, at: float) -> object:
        """Add an agent who is ready."""
        ...

    def held(self, agent_id: str) -> str | None:
        """Return the id of the contact that an agent has, or None."""
        ...


class Engine:
    """The router of omniqueue, as a system of the workload.

    Example:
        >>> engine = Engine()
        >>> _ = engine.add_agent(Agent("ana"), at=0.0)
        >>> _ = engine.submit(Contact("c1", "phone"), at=1.0)
        >>> engine.held("ana")
        'c1'
    """

    name = "omniqueue"
    breaks = ""

    def __init__(self) -> None:
        self.router = Router()
        self.submit: Callable[..., Events] = self.router.submit
        self.complete: Callable[..., Events] = self.router.complete

    def add_agent(self, agent: Agent, *, at: float) -> object:
        """Add an agent who is ready. Cost: as in the router."""
        return self.router.add_agent(agent, at=at)

    def held(self, agent_id: str) -> str | None:
        """Return the id of the contact that an agent has, or None. Cost: O(1)."""
        contacts = self.router.agents[agent_id].contacts
        return contacts[0] if contacts else None


class RoutingWorld:
    """One system under the canonical workload, ready to be timed run by run.

    Args:
        sizes: how large.
        system: what routes.
        watch: what measures.

    Cost: O(waiting + agents) to make.

    Example:
        >>> sizes = RoutingSizes(waiting=50, lanes=4, agents=10, profiles=2)
        >>> world = RoutingWorld(sizes, Engine(), Stopwatch())
        >>> world.run(20) > 0, len(world.assignments)
        (True, 30)
    """

    def __init__(self, sizes: RoutingSizes, system: RoutedSystem, watch: Stopwatch) -> None:
        self.sizes = sizes
        self.system = system
        self.watch = watch
        self.assignments: list[tuple[str, str]] = []  # (contact, agent), in order
        self._requirements = sizes.requirement_stream()
        self._made = 0
        self._now = 0.0
        self._holds: dict[str, str | None] = {}  # agent to contact
        self._held: deque[str] = deque()  # contacts with an agent, in order of assignment
        for agent in sizes.staff():
            system.add_agent(agent, at=0.0)
            self._holds[agent.id] = None
        self._fill()

    def run(self, pairs: int, hear: Hear | None = None) -> float:
        """Submit and complete so many contacts; return the CPU seconds of one pair.

        Args:
            pairs: how many contacts come and as many are completed.
            hear: called with every event, each built; None: events are returned, not looked at.

        Raises:
            InvalidValueError: no agent has a contact.

        Cost: that of the commands, and O(agents) to see who has what.
        """
        seconds = 0.0
        left = pairs
        while left:
            size = min(left, len(self._held), _AT_ONCE_MAX)
            if not size:
                raise InvalidValueError("contacts held", 0, "an agent at work")
            come = self.next_contacts(size)
            act = partial(turnover, self.system, *come)
            if hear is not None:
                act = partial(_turnover_heard, self.system, *come, hear)
            freeze()
            seconds += self.watch.seconds(act)
            self.look()
            left -= size
        return seconds / pairs

    def checksum(self, first: int | None = None) -> str:
        """Return the SHA-256 of the assignments, one "contact agent" a line.

        Args:
            first: of how many, the first; None: of all.

        Cost: O(assignments).
        """
        return assignments_checksum(self.assignments[:first])

    def next_contacts(self, count: int) -> tuple[list[Contact], list[str], list[float]]:
        """Return new contacts, those to complete meanwhile, and when; `look` comes after.

        For instruments that time single commands by themselves.

        Args:
            count: how many, at most as many as are `at_work`.
        """
        finished = [self._held.popleft() for _ in range(count)]
        return self._contacts(count), finished, self._times(count)

    @property
    def at_work(self) -> int:
        """How many agents had a contact at the last look, and have not been asked to end it."""
        return len(self._held)

    def newcomers(self, count: int) -> Iterator[tuple[Contact, float]]:
        """Yield contacts and when to submit them; nobody completes anything meanwhile."""
        for _ in range(count):
            yield self._contacts(1)[0], self._times(1)[0]

    def _fill(self) -> None:
        sizes = self.sizes
        if sizes.idle:
            self._submit(-(-sizes.agents // 2))
        else:
            self._submit(sizes.agents)  # all are at work
            for index in range(sizes.blocked):
                needs = Skills.of({"nobody-has-it": 1 + index % _BLOCKED_LANES_MAX})
                blocked = Contact(f"b{index}", _CHANNELS[0], skills=needs)
                self.system.submit(blocked, at=self._times(1)[0])
            self._submit(sizes.waiting)
        self.look()

    def _submit(self, count: int) -> None:
        submit = self.system.submit
        while count:
            size = min(count, _AT_ONCE_MAX)
            for contact, at in zip(self._contacts(size), self._times(size), strict=True):
                submit(contact, at=at)
            count -= size

    def _contacts(self, count: int) -> list[Contact]:
        numbers = range(self._made, self._made + count)
        self._made += count
        needs = islice(self._requirements, count)
        return [
            Contact(f"c{number}", channel, skills=skills)
            for number, (channel, skills) in zip(numbers, needs, strict=True)
        ]

    def _times(self, count: int) -> list[float]:
        start = self._now
        self._now += count
        return [start + step for step in range(1, count + 1)]

    def look(self) -> None:
        """Note what agents have that they did not have at the last look. Cost: O(agents)."""
        holds, held = self._holds, self.system.held
        for agent_id, before in holds.items():
            contact_id = held(agent_id)
            if contact_id != before:
                holds[agent_id] = contact_id
                if contact_id is not None:
                    self._held.append(contact_id)
                    self.assignments.append((contact_id, agent_id))


class BareHeap:
    """The yardstick: a heap of random int keys, at a depth, pushed to and popped from.

    Args:
        depth: how many keys it holds.
        watch: what measures.
        seed: of the keys.

    Example:
        >>> BareHeap(100, Stopwatch()).run(1000) > 0
        True
    """

    def __init__(self, depth: int, watch: Stopwatch, seed: int = 1) -> None:
        self.watch = watch
        self._chance = seeded(seed, "keys")
        self.heap = [self._chance.getrandbits(60) for _ in range(depth)]
        heapify(self.heap)

    def run(self, pairs: int) -> float:
        """Push and pop so many keys; return the CPU seconds of one pair."""
        keys = [self._chance.getrandbits(60) for _ in range(pairs)]
        freeze()
        return self.watch.seconds(partial(_push_and_pop, self.heap, keys)) / pairs


def assignments_checksum(assignments: Iterable[tuple[str, str]]) -> str:
    """Return the SHA-256 of assignments, one "contact agent" a line, as hex.

    Example:
        >>> assignments_checksum([("c1", "ana")])[:8]
        'eaed7677'
    """
    digest = sha256()
    for contact_id, agent_id in assignments:
        digest.update(f"{contact_id} {agent_id}\n".encode())
    return digest.hexdigest()


def turnover(
    system: RoutedSystem,
    contacts: Sequence[Contact],
    finished: Sequence[str],
    times: Sequence[float],
) -> None:
    """Submit each contact and complete another in turn: the loop that is timed."""
    submit, complete = system.submit, system.complete
    for contact, done, at in zip(contacts, finished, times, strict=True):
        submit(contact, at=at)
        complete(done, at=at)


def _turnover_heard(
    system: RoutedSystem,
    contacts: Sequence[Contact],
    finished: Sequence[str],
    times: Sequence[float],
    hear: Hear,
) -> None:
    submit, complete = system.submit, system.complete
    for contact, done, at in zip(contacts, finished, times, strict=True):
        for event in submit(contact, at=at) or ():
            hear(event)
        for event in complete(done, at=at) or ():
            hear(event)


def _push_and_pop(heap: list[int], keys: Sequence[int]) -> None:
    push, pop = heappush, heappop
    for key in keys:
        push(heap, key)
        pop(heap)


def seeded(seed: int, purpose: str) -> Random:
    """Return a stream of its own for a purpose, the same on every version of Python.

    Example:
        >>> seeded(1, "keys").random() == seeded(1, "keys").random()
        True
    """
    return Random(f"{seed} {purpose}")  # noqa: S311 - drawn inputs, not secrets
