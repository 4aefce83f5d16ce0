"""`python -m benchmarks insight`: a table of what questions to a router cost.

A centre of 1,000 agents in 50 groups, all at work, and 100 kinds of contacts, of which each group
serves 30; 1,000, 100,000 and 1,000,000 contacts wait. Between two questions a contact is
submitted and one completed, so that every answer has something to catch up with. Medians of many
questions (and the longest), in microseconds; what is done once, in milliseconds.
"""

from __future__ import annotations

import gc
import random
import time
import tracemalloc
from collections.abc import Callable, Sequence
from statistics import median

from omniqueue import Agent, Assigned, Contact, Router
from omniqueue.core.insight.positions import drop_index
from omniqueue.record.holding_times import HoldingTimes

SIZES = (1_000, 100_000, 1_000_000)
AGENTS, GROUPS, KINDS, SERVED = 1_000, 50, 100, 30
QUESTIONS = 200


class Centre:
    """A router with a backlog, and traffic on it."""

    def __init__(self, waiting: int) -> None:
        self.rng = random.Random(1)
        self.router = Router()
        groups = [self.rng.sample(range(KINDS), SERVED) for _ in range(GROUPS)]
        for number in range(AGENTS):
            skills = {f"s{kind}": 1 for kind in groups[number % GROUPS]}
            self.router.add_agent(Agent(f"a{number}", skills=skills), at=0.0)
        self.number = 0
        self.at = 0.0
        for _ in range(waiting + AGENTS):
            self.submit()
        names = [view.contacts for view in self.router.agents.values()]
        self.active = [held[0] for held in names if held]

    def submit(self) -> None:
        self.number += 1
        self.at += 0.01
        skills = {f"s{self.rng.randrange(KINDS)}": 1}
        self.router.submit(Contact(f"c{self.number}", "phone", skills=skills), at=self.at)

    def turn(self) -> None:
        """One contact more and one less."""
        self.submit()
        index = self.rng.randrange(len(self.active))
        events = self.router.complete(self.active[index], at=self.at)
        [taken] = events.of(Assigned)
        self.active[index] = taken.contact

    def someone(self) -> str:
        """A waiting contact."""
        while True:
            name = f"c{self.rng.randrange(1, self.number + 1)}"
            if self.router.contacts[name].state == "waiting":
                return name


def spent(act: Callable[[], object]) -> float:
    start = time.thread_time()
    act()
    return time.thread_time() - start


def each(centre: Centre, ask: Callable[[str], object]) -> str:
    """The median and the longest of many questions, with traffic between them."""
    ask(centre.someone())
    found = []
    for _ in range(QUESTIONS):
        centre.turn()
        name = centre.someone()
        found.append(spent(lambda name=name: ask(name)))  # type: ignore[misc]
    return f"{median(found) * 1e6:,.0f} ({max(found) * 1e6:,.0f})"


def turns(centre: Centre, number: int = 3_000) -> str:
    """A submit and a complete, with the assignment that it causes: the best of five."""

    def several() -> None:
        for _ in range(number):
            centre.turn()
        if centre.router._state.positions is not None:
            centre.router.position(centre.someone())  # or the index would be given up

    return f"{min(spent(several) for _ in range(5)) / number * 1e6:,.2f}"


def agent_of(name: str) -> str:
    """Any agent, by way of a contact's number."""
    return f"a{int(name[1:]) % AGENTS}"


def measure(waiting: int) -> dict[str, str]:
    centre = Centre(waiting)
    gc.collect()
    gc.freeze()
    gc.disable()
    router, times = centre.router, HoldingTimes()
    found = {"waiting": f"{len(router.queue):,}"}
    found["submit + complete, us"] = turns(centre)
    first = spent(lambda: router.position(centre.someone()))
    found["index built, ms"] = f"{first * 1e3:,.0f}"
    found["position, us (longest)"] = each(centre, router.position)
    found["submit + complete while asked, us"] = turns(centre)
    found["explain, us (longest)"] = each(centre, router.explain)
    found["explain_agent, us (longest)"] = each(
        centre, lambda name: router.explain_agent(agent_of(name))
    )
    found["queue_for, us (longest)"] = each(centre, lambda name: router.queue_for(agent_of(name)))
    router.observe(times.hear)
    for _ in range(500):
        centre.turn()
    found["estimate_wait, us (longest)"] = each(
        centre, lambda name: router.estimate_wait(name, times)
    )
    router.stop_observing(times.hear)
    router.certify()
    found["submit + complete with certificates, us"] = turns(centre, 300)
    router.certify(None)
    drop_index(router._state)
    found["submit + complete after all that, us"] = turns(centre)
    found["fork, ms"] = f"{spent(router.fork) * 1e3:,.0f}"
    gc.enable()
    gc.unfreeze()
    return found


def index_bytes(waiting: int = 100_000) -> float:
    """Bytes of the index, each waiting contact."""
    centre = Centre(waiting)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    centre.router.position(centre.someone())
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return used / waiting


def print_costs(sizes: Sequence[int]) -> None:
    """Measure and print, one column for each number of waiting contacts."""
    tables = [measure(size) for size in sizes]
    for name in tables[0]:
        print(name.ljust(42), *(table[name].rjust(18) for table in tables))
    print("bytes of the index, a waiting contact".ljust(42), f"{index_bytes():,.0f}".rjust(18))
