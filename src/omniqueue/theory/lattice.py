"""Sums over all orders of agents, taken over counts of agents by pool.

A point of the lattice is how many agents of each pool are in some set. Agents of one pool are
alike, so a sum over orders of agents is a sum over paths of the lattice, one agent more at a
step, and dynamic programming visits each point once instead of each order. All weights are kept
as logarithms: those of neighbouring pools may differ by thousands of powers of ten.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Lattice:
    """The points 0..agents[0] x 0..agents[1] x ..., flattened, the last pool running fastest.

    The point with agents[p] - b[p] in place of b[p] is that at the same place from the other
    end, so values[::-1] looks at all points from the full corner.
    """

    def __init__(self, agents: Sequence[int]) -> None:
        self.agents = tuple(agents)
        self.shape = tuple(number + 1 for number in agents)
        self.size = int(np.prod(self.shape))
        self.strides = tuple(
            int(np.prod(self.shape[pool + 1 :], dtype=np.int64)) for pool in range(len(agents))
        )
        self._layers = self._make_layers()

    @property
    def most(self) -> int:
        """The number of agents in all pools."""
        return len(self._layers) - 1

    def levels(self) -> Ints:
        """Return the number of agents of all pools at each point."""
        total = np.zeros(self.size, dtype=np.int64)
        for pool in range(len(self.agents)):
            total += self.counts(pool)
        return total

    def counts(self, pool: int) -> Ints:
        """Return the number of agents of the pool at each point."""
        return np.arange(self.size) // self.strides[pool] % self.shape[pool]

    def sweep(self, source: Floats, rate: Floats) -> Floats:
        """Return x with x(b) = (source(b) + the sum of x(b - one agent)) / rate(b), all in logs.

        Cost: O(points x pools).
        """
        # One place more, always empty, stands for every point outside of the lattice.
        out = np.full(self.size + 1, -np.inf)
        for points, before in self._layers:
            total = np.logaddexp.reduce(out[before], axis=0)
            out[points] = np.logaddexp(total, source[points]) - rate[points]
        return out[: self.size]

    def growth(self, source: Floats, rate: Floats) -> Floats:
        """Return by how much the greatest value of sweep grows from each number of agents - 1.

        Cost: O(points x pools).
        """
        steps = np.zeros(self.most + 1)
        out = np.full(self.size + 1, -np.inf)
        for level, (points, before) in enumerate(self._layers):
            total = np.logaddexp.reduce(out[before], axis=0)
            layer = np.logaddexp(total, source[points]) - rate[points]
            steps[level] = layer.max()
            out[points] = layer - steps[level]
        return steps

    def shifted(self, values: Floats, pool: int) -> Floats:
        """Return log values moved up by one agent of the pool; nothing (-inf) comes in."""
        grid = values.reshape(self.shape)
        out = np.full(self.shape, -np.inf)
        along(out, pool, 1, None)[...] = along(grid, pool, 0, -1)
        return out.ravel()

    def _make_layers(self) -> list[tuple[Ints, npt.NDArray[np.int32]]]:
        """Return the points with 0, 1, ... agents, and one agent less: a row for each pool."""
        total = self.levels()
        order = np.argsort(total, kind="stable")
        ends = np.cumsum(np.bincount(total))[:-1]
        before = np.empty((len(self.agents), self.size), dtype=np.int32)
        for pool in range(len(self.agents)):
            place = np.where(
                self.counts(pool) > 0, np.arange(self.size) - self.strides[pool], self.size
            )
            before[pool] = place[order]
        return list(zip(np.split(order, ends), np.split(before, ends, axis=1), strict=True))


def log_sum(values: Floats) -> float:
    """Return the log of the sum of the exponentials."""
    peak = float(values.max())
    if peak == -np.inf:
        return peak
    return peak + float(np.log(np.sum(np.exp(values - peak))))


def along(values: Floats, axis: int, start: int, stop: int | None) -> Floats:
    """Return a view of the values from start to stop along one axis, all along the others."""
    where = [slice(None)] * values.ndim
    where[axis] = slice(start, stop)
    view: Floats = values[tuple(where)]
    return view
