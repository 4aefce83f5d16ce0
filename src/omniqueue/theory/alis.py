"""The exact law of routing by skill, first come first served, to the agent idle longest.

The theory in short. Write down the busy agents in the order in which the contacts they serve
arrived, and behind each the waiting contacts that arrived before the next one's: only classes
that none but the agents so far can serve. Write down the idle agents, the longest idle first.
The chance of such a state is a product: for each further busy agent one over (service rate of
the agents so far) per service and (arrival rate of the classes that only they serve) per waiting
contact, and for each further idle agent one over (arrival rate of the classes that one of the
idle agents so far can serve). Summed over the waiting contacts, a busy prefix of agents b gives
1 / (service rate of b - arrival rate of the classes only b serves); this is also the rate of the
exponential time that a contact behind b needs to get past the last of them.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from omniqueue.theory.lattice import Floats, Ints, Lattice, along, log_sum
from omniqueue.theory.phases import Phases
from omniqueue.theory.system import System, bits


class Law:
    """The stationary law, as sums of path weights over the lattice of counts by pool.

    At a point b of busy agents: busy is the weight of all orders of b with all numbers waiting,
    after_busy that of all ways on from b (b's own factor in, what came before b out). At a point
    m of idle agents, idle and after_idle are the same for orders of idleness. busy(b) and
    idle(all - b) together give the weight of b. All are logs.

    Sums over thousands of agents are of the size of 1,000!, so their logs would spend their digits
    on the size. Hence each step to k busy agents is divided by a scale of its own, and each step
    to as many idle agents as leave k - 1 busy too: every whole product has each scale once.
    """

    def __init__(self, system: System) -> None:
        self.system = system
        lattice = Lattice(system.agents)
        self.lattice = lattice
        self._full = self._bits(lambda pool: lattice.counts(pool) == system.agents[pool])
        self._some = self._bits(lambda pool: lattice.counts(pool) > 0)
        serving = sum(
            (rate * lattice.counts(pool) for pool, rate in enumerate(system.services)),
            start=np.zeros(lattice.size),
        )
        self._spare = serving - self.system.captive()[self._full]
        open_to = self._reachable()[self._some]
        # The empty prefix has no factor.
        self._spare[0] = open_to[0] = 1.0
        origin = np.full(lattice.size, -np.inf)
        origin[0] = 0.0
        levels = lattice.levels()
        steps = lattice.growth(origin, np.log(self._spare))
        self._scale = steps[levels]
        log_open = np.log(open_to)
        log_open[1:] += steps[lattice.most + 1 - levels[1:]]
        log_spare = np.log(self._spare) + self._scale
        self._busy = lattice.sweep(origin, log_spare)
        self._idle = lattice.sweep(origin, log_open)
        self._norm = log_sum(self._busy + self._idle[::-1])
        self._after_busy = lattice.sweep(self._idle, log_spare[::-1])[::-1]
        self._after_idle = lattice.sweep(self._busy, log_open[::-1])[::-1]

    def occupancy(self) -> list[float]:
        """Return the share of busy agents of each pool."""
        chances = np.exp(self._busy + self._idle[::-1] - self._norm)
        return [
            float(np.dot(chances, self.lattice.counts(pool))) / number
            for pool, number in enumerate(self.system.agents)
        ]

    def mean_wait(self, at: int) -> float:
        """Return the mean wait of the class."""
        # busy + after_busy holds the factor of the phase twice: the chance to go through the
        # phase, times its mean length.
        visits = self._busy + self._after_busy + (self._scale - self._norm)
        return float(np.exp(self._block(visits, at)).sum())

    def phases(self, at: int) -> Phases:
        """Return the wait of the class, over the points where all its pools are busy."""
        ahead = self._block(self._after_busy, at) - self._norm
        entry = np.zeros_like(ahead)
        # The contact waits from the step on that adds the last agent who could have served it.
        for pool in sorted(self.system.pools_of[at]):
            before = self._block(self.lattice.shifted(self._busy, pool), at)
            entry += np.exp(before + ahead)
        rate = self._block(self._spare, at)
        here = ahead + self._block(self._scale, at) + np.log(rate)
        moves = []
        for axis in range(ahead.ndim):
            part = np.zeros_like(ahead)
            up = along(ahead, axis, 1, None) - along(here, axis, 0, -1)
            along(part, axis, 0, -1)[...] = np.exp(up)
            moves.append(part)
        return Phases(entry=entry, rate=rate, moves=tuple(moves))

    def flows(self) -> list[list[float]]:
        """Return for each class its contacts per time unit to each pool."""
        out = []
        taken = {pool: self._taken(pool) for pool in range(len(self.system.services))}
        for at, rate in enumerate(self.system.arrivals):
            own = self.system.pools_of[at]
            row = [0.0] * len(self.system.services)
            for pool in own:
                from_queue = np.exp(self._block(taken[pool], at)).sum()
                row[pool] = rate * float(from_queue + self._at_once(at, pool))
            out.append(row)
        return out

    def _at_once(self, at: int, pool: int) -> float:
        """Return the chance that the longest idle agent for the class is one of this pool."""
        # One step of the path of idle agents: from none that can serve the class, to the first.
        onward = self.lattice.shifted(self._after_idle[::-1], pool)[::-1]
        steps = (self._idle + onward - self._norm).reshape(self.lattice.shape)
        where = tuple(
            0 if other in self.system.pools_of[at] else slice(None) for other in range(steps.ndim)
        )
        return float(np.exp(steps[where]).sum())

    def _taken(self, pool: int) -> Floats:
        """Return logs whose sum over a class's block is the share that waits, then goes here.

        Mark one busy agent of the pool, who finishes; contacts behind that agent are passed over
        as long as the pool cannot serve them, then one is taken.
        """
        system = self.system
        rate = self._spare + self.system.captive(pool)[self._full]
        marked = self.lattice.shifted(self._busy, pool)
        passed = self.lattice.sweep(marked, np.log(rate) + self._scale) + self._scale
        return passed + self._after_busy + (math.log(system.services[pool]) - self._norm)

    def _block(self, values: Floats, at: int) -> Floats:
        """Return the values where all agents that can serve the class are busy."""
        where = tuple(
            -1 if pool in self.system.pools_of[at] else slice(None)
            for pool in range(len(self.system.agents))
        )
        block: Floats = np.atleast_1d(values.reshape(self.lattice.shape)[where])
        return block

    def _bits(self, flags: Callable[[int], npt.NDArray[np.bool_]]) -> Ints:
        """Return at each point the set of pools flagged there, as the bits of a number."""
        out = np.zeros(self.lattice.size, dtype=np.int64)
        for pool in range(len(self.system.agents)):
            out |= flags(pool).astype(np.int64) << pool
        return out

    def _reachable(self) -> Floats:
        """Return for each set of pools the arrival rate of the classes that one of them serves."""
        sets = np.arange(1 << len(self.system.agents))
        out = np.zeros(len(sets))
        for rate, pools in zip(self.system.arrivals, self.system.pools_of, strict=True):
            out += rate * (bits(pools) & sets != 0)
        return out
