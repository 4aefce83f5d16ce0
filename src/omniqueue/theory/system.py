"""What a skill-based system is: checked, and with what is alike taken together."""

import math
from collections.abc import Collection, Sequence

import numpy as np
from attrs import frozen

from omniqueue.errors import InvalidValueError
from omniqueue.theory.checks import count, listed, positives
from omniqueue.theory.lattice import Floats

#: Each number of busy agents is a layer of the lattice: some microseconds for every sweep.
MAX_AGENTS_IN_ALL = 20_000
#: Classes, and pools, as given: alike ones are taken together later.
MAX_NAMES = 1_000
#: The product of (agents + 1) over the pools that differ: some 20 vectors of as many floats.
MAX_POINTS = 2_000_000
#: Points x pools x sweeps, each a logarithm and an exponential: about ten seconds.
MAX_WORK = 300_000_000
#: A load nearer to 1 than this is rounding, not a reserve.
_LEAST_RESERVE = 1e-12


@frozen
class System:
    """Classes of contacts, pools of agents and who may serve whom.

    Attributes:
        arrivals: Arrival rate of each class.
        services: Service rate of one agent of each pool.
        agents: Number of agents of each pool.
        pools_of: The pools that may serve each class.
    """

    arrivals: tuple[float, ...]
    services: tuple[float, ...]
    agents: tuple[int, ...]
    pools_of: tuple[frozenset[int], ...]

    def captive(self, pool: int | None = None) -> Floats:
        """Return for each set of pools the arrival rate of the classes that only they serve.

        With a pool, only of those classes that it serves.
        """
        sets = np.arange(1 << len(self.agents))
        out = np.zeros(len(sets))
        for rate, pools in zip(self.arrivals, self.pools_of, strict=True):
            if pool is None or pool in pools:
                out += rate * (bits(pools) & ~sets == 0)
        return out


def checked_system(
    arrival_rate: Sequence[float],
    service_rate: Sequence[float],
    agents: Sequence[int],
    pools_of_class: Sequence[Collection[int]],
) -> System:
    """Return the system, or raise InvalidValueError if an argument cannot be one of a system."""
    arrivals = positives("arrival_rate", arrival_rate)
    services = positives("service_rate", service_rate)
    classes, pools = len(arrivals), len(services)
    for field, number in (("arrival_rate", classes), ("service_rate", pools)):
        if number > MAX_NAMES:
            raise InvalidValueError(field, number, f"at most {MAX_NAMES} numbers")
    agents = listed("agents", agents, pools, "numbers, one for each service_rate")
    numbers = tuple(
        count(f"agents[{at}]", number, least=1, most=MAX_AGENTS_IN_ALL)
        for at, number in enumerate(agents)
    )
    if sum(numbers) > MAX_AGENTS_IN_ALL:
        raise InvalidValueError("agents", numbers, f"at most {MAX_AGENTS_IN_ALL} agents in all")
    each = "collections, one for each arrival_rate"
    pools_of_class = listed("pools_of_class", pools_of_class, classes, each)
    pools_of = []
    for at, given in enumerate(pools_of_class):
        field = f"pools_of_class[{at}]"
        own = frozenset(
            count(field, pool, least=0, most=pools - 1) for pool in listed(field, given)
        )
        if not own:
            raise InvalidValueError(field, given, "at least one pool")
        pools_of.append(own)
    unused = sorted(set(range(pools)).difference(*pools_of))
    if unused:
        expected = f"a class for each pool; leave out {unused}"
        raise InvalidValueError("pools_of_class", pools_of_class, expected)
    return System(arrivals, services, numbers, tuple(pools_of))


@frozen
class Merged:
    """A system with alike classes, and alike pools, taken together.

    Classes are alike if the same pools may serve them; pools, if they serve the same classes at
    the same rate.

    Attributes:
        given: The system as it was given.
        system: The smaller one.
        class_of: For each class as given its number in the smaller system.
        pool_of: For each pool as given its number in the smaller system.
    """

    given: System
    system: System
    class_of: tuple[int, ...]
    pool_of: tuple[int, ...]

    @classmethod
    def of(cls, given: System) -> "Merged":
        """Return the system with what is alike taken together."""
        class_at: dict[frozenset[int], int] = {}
        class_of = tuple(class_at.setdefault(pools, len(class_at)) for pools in given.pools_of)
        served: list[list[int]] = [[] for _ in given.services]
        for pools, at in class_at.items():
            for pool in pools:
                served[pool].append(at)
        pool_at: dict[tuple[float, tuple[int, ...]], int] = {}
        kinds = [(rate, tuple(own)) for rate, own in zip(given.services, served, strict=True)]
        pool_of = tuple(pool_at.setdefault(kind, len(pool_at)) for kind in kinds)
        arrivals = [0.0] * len(class_at)
        for at, rate in zip(class_of, given.arrivals, strict=True):
            arrivals[at] += rate
        agents = [0] * len(pool_at)
        for at, number in zip(pool_of, given.agents, strict=True):
            agents[at] += number
        system = System(
            tuple(arrivals),
            tuple(rate for rate, _ in pool_at),
            tuple(agents),
            tuple(frozenset(pool_of[pool] for pool in pools) for pools in class_at),
        )
        return cls(given, system, class_of, pool_of)

    def check_size(self) -> None:
        """Raise InvalidValueError if the system is too large for an exact answer."""
        points = math.prod(number + 1 for number in self.system.agents)
        pools = len(self.system.agents)
        work = pools * ((pools + 4) * points + len(self.system.arrivals) * 2**pools)
        for found, most, what in (
            (points, MAX_POINTS, f"pools with at most {MAX_POINTS} combinations of busy agents"),
            (work, MAX_WORK, f"a system of at most {MAX_WORK} steps"),
        ):
            if found > most:
                raise InvalidValueError(
                    "agents",
                    self.given.agents,
                    f"{what}, not {found}; give pools the same classes and rate (they then count "
                    "as one), or simulate",
                )

    def check_load(self) -> None:
        """Raise InvalidValueError if some queue grows without end.

        For every set of pools the classes that only they serve must bring less than they can do.
        """
        system = self.system
        sets = np.arange(1 << len(system.agents))
        demand = system.captive()
        supply = np.zeros(len(sets))
        for pool, (rate, number) in enumerate(zip(system.services, system.agents, strict=True)):
            supply += rate * number * (sets >> pool & 1)
        over = np.flatnonzero(demand[1:] >= supply[1:] * (1.0 - _LEAST_RESERVE)) + 1
        if len(over) == 0:
            return
        worst = int(over[0])
        among = [at for at, pool in enumerate(self.pool_of) if worst >> pool & 1]
        classes = [at for at, own in enumerate(self.given.pools_of) if own <= set(among)]
        raise InvalidValueError(
            "arrival_rate",
            self.given.arrivals,
            f"less than the pools can do: the classes {classes} may only go to {among} and "
            f"bring {demand[worst]:g}, which the pools do at most at {supply[worst]:g} per time "
            "unit; add agents or skills, or take contacts away",
        )


def bits(pools: Collection[int]) -> int:
    """Return the set of pools as the bits of a number."""
    return sum(1 << pool for pool in pools)
