"""The same centre in SimPy and in Ciw, as their manuals would have it written.

Both come with the extra `bench` and are imported when first asked for. All are handed the same
arrivals and handling times, so that all must find the same mean wait.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from importlib import import_module
from itertools import pairwise
from typing import Any, Final

from omniqueue.bench.simulate import BenchCustomers
from omniqueue.errors import MissingExtraError

EXTRA: Final = "omniqueue[bench]"


def gaps(customers: BenchCustomers) -> tuple[float, ...]:
    """Return the times between arrivals, the first from 0, in seconds. Cost: O(n).

    Example:
        >>> gaps(BenchCustomers((1.0, 3.0), (5.0, 5.0)))
        (1.0, 2.0)
    """
    return tuple(after - before for before, after in pairwise((0.0, *customers.arrivals)))


def simpy_pool(customers: BenchCustomers, agents: int) -> float:
    """Simulate one pool of agents with a SimPy Resource; return the mean wait in seconds.

    Args:
        customers: who comes.
        agents: how many answer.

    Raises:
        MissingExtraError: SimPy is not installed.

    Cost: some 20 microseconds a customer.
    """
    simpy = _library("simpy")
    environment = simpy.Environment()
    desk = simpy.Resource(environment, capacity=agents)
    waits: list[float] = []

    def customer(handling: float) -> Generator[object, object, None]:
        arrived_at = environment.now
        with desk.request() as request:
            yield request
            waits.append(environment.now - arrived_at)
            yield environment.timeout(handling)

    def arrivals() -> Generator[object, object, None]:
        for gap, handling in zip(gaps(customers), customers.handling, strict=True):
            yield environment.timeout(gap)
            environment.process(customer(handling))

    environment.process(arrivals())
    environment.run()
    return sum(waits) / len(waits)


def simpy_skills(customers: BenchCustomers, agents: int, blocked: int) -> float:
    """Simulate agents by skill with a SimPy FilterStore; return the mean wait in seconds.

    Args:
        customers: callers; every agent serves all of them.
        agents: how many answer calls.
        blocked: e-mails that wait from the start, and that none of these agents can serve.

    Raises:
        MissingExtraError: SimPy is not installed.

    Cost: O(contacts waiting) an assignment: the store is searched from its head.
    """
    simpy = _library("simpy")
    environment = simpy.Environment()
    store = simpy.FilterStore(environment)
    store.items.extend([("email", 0.0, 0.0)] * blocked)
    waits: list[float] = []

    def is_call(item: tuple[str, float, float]) -> bool:
        return item[0] == "phone"

    def agent() -> Generator[object, Any, None]:
        while True:
            _, arrived_at, handling = yield store.get(is_call)
            waits.append(environment.now - arrived_at)
            yield environment.timeout(handling)

    def arrivals() -> Generator[object, object, None]:
        for gap, handling in zip(gaps(customers), customers.handling, strict=True):
            yield environment.timeout(gap)
            store.put(("phone", environment.now, handling))

    for _ in range(agents):
        environment.process(agent())
    environment.process(arrivals())
    environment.run()
    return sum(waits) / len(waits)


def ciw_pool(customers: BenchCustomers, agents: int) -> float:
    """Simulate one pool of agents with Ciw; return the mean wait in seconds.

    Args:
        customers: who comes.
        agents: how many answer.

    Raises:
        MissingExtraError: Ciw is not installed.

    Cost: some 50 microseconds a customer.
    """
    ciw = _library("ciw")
    network = ciw.create_network(
        arrival_distributions=[_listed(ciw, gaps(customers))],
        service_distributions=[_listed(ciw, customers.handling)],
        number_of_servers=[agents],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(len(customers.arrivals), method="Finish")
    waits: list[float] = [record.waiting_time for record in simulation.get_all_records()]
    return sum(waits) / len(waits)


def _listed(ciw: Any, values: Sequence[float]) -> Any:
    """Return a distribution that gives these values in order, and then nothing for ever."""

    class Listed(ciw.dists.Distribution):  # type: ignore[misc]
        def __init__(self) -> None:
            self.values: Iterator[float] = iter(values)

        def sample(self, *_: object, **__: object) -> float:  # time and customer: no matter
            return next(self.values, float("inf"))

    return Listed()


def _library(name: str) -> Any:
    """Return an optional library, or say what installs it."""
    try:
        return import_module(name)
    except ImportError:
        raise MissingExtraError("rivals", name, f"pip install '{EXTRA}'") from None
