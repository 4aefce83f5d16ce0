"""The slowest single command in worlds that grow with agents, and what own orders cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from omniqueue import Agent, Channel, Contact, Router
from omniqueue.bench.timing import Stopwatch, collector_frozen
from omniqueue.bench.workload import seeded
from omniqueue.events import Assigned

Act = Callable[[], object]
LANES = 100
PROFILES = 20


def slowest(watch: Stopwatch, acts: Iterator[Act]) -> float:
    """Return the CPU seconds of the slowest of some commands."""
    with collector_frozen():
        return max(watch.seconds(act) for act in acts)


def overdue(agents: int) -> Iterator[Act]:
    """Agents all at work, twice as many contacts overdue: half of them have one reserved."""
    made = Router(channels=[Channel("phone", reserve_seconds=10)])
    for number in range(agents):
        made.add_agent(Agent(f"a{number}"), at=0.0)
    for number in range(3 * agents):
        made.submit(Contact(f"c{number}", "phone"), at=0.0)
    made.advance(at=10.0)
    for number in range(200):
        yield partial(made.complete, f"c{number}", at=11.0)


def declines(agents: int) -> Iterator[Act]:
    """One contact that everybody declines, one after the other."""
    made = Router(channels=[Channel("phone", offer_seconds=60, retry_seconds=None)])
    for number in range(agents):
        made.add_agent(Agent(f"a{number}"), at=0.0)
    made.submit(Contact("c", "phone"), at=0.0)
    for _ in range(agents):
        agent = made.contacts["c"].agent
        if agent is None:
            return
        yield partial(made.decline, "c", agent, at=1.0)


def unwanted(contacts: int) -> Iterator[Act]:
    """An agent whom nobody who waits wants comes, goes and comes."""
    made = Router()
    made.add_agent(Agent("ana"), at=0.0, presence="away")
    for number in range(contacts):
        made.submit(Contact(f"c{number}", "phone", not_agents=["ana"]), at=1.0)
    for _ in range(50):
        yield partial(made.set_presence, "ana", "ready", at=2.0)
        yield partial(made.set_presence, "ana", "away", at=2.0)


def comings_and_goings(agents: int) -> Iterator[Act]:
    """Agents of ever other channels who come and go; then contacts that wait."""
    names = [f"line-{number}" for number in range(12)]
    made = Router(channels=[Channel(name) for name in names])
    for number in range(agents):
        channels = [name for bit, name in enumerate(names) if number % 4093 >> bit & 1]
        agent = Agent(f"a{number}", channels=channels)
        yield partial(made.add_agent, agent, at=0.0)
        yield partial(made.remove_agent, agent.id, at=0.0)
    for number in range(1000):
        contact = Contact(f"c{number}", names[number % 12], skills={f"s{number}": 1})
        yield partial(made.submit, contact, at=1.0)


def backlog(agents: int, *, ordered: bool) -> Callable[[int], None]:
    """Return what routes so many contacts through a backlog of a hundred kinds.

    Args:
        agents: how many, in 20 profiles of ten skills each.
        ordered: whether each takes its own kinds first.
    """
    chance = seeded(1, "own orders")
    made = Router(forget_seconds=0.0)
    for number in range(agents):
        first = number % PROFILES * 5
        skills = [f"s{(first + step) % LANES}" for step in range(10)]
        order = skills[:3] if ordered else []
        held = dict.fromkeys(skills, 1)
        made.add_agent(Agent(f"a{number}", skills=held, skill_order=order), at=0.0)
    at, number = 0.0, 0
    held_by: list[str] = []

    def submit() -> None:
        nonlocal at, number
        at += 1.0
        number += 1
        contact = Contact(f"c{number}", "phone", skills={f"s{chance.randrange(LANES)}": 1})
        taken(made.submit(contact, at=at).tuples)

    def taken(events: tuple[tuple[object, ...], ...]) -> None:
        held_by.extend(str(event[2]) for event in events if event[0] is Assigned)

    for _ in range(3 * agents):
        submit()

    def route(contacts: int) -> None:
        for _ in range(contacts):
            place = chance.randrange(len(held_by))
            held_by[place], held_by[-1] = held_by[-1], held_by[place]
            taken(made.complete(held_by.pop(), at=at).tuples)
            submit()

    return route
