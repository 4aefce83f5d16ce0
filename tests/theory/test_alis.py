"""Routing by skill against a chain of all states, solved by brute force with a bounded queue."""

from collections import defaultdict

import numpy as np
import numpy.typing as npt
import pytest
from attrs import frozen
from scipy import sparse
from scipy.sparse import linalg

from omniqueue.theory import fcfs_alis

# Classes waiting, oldest first; pools of the idle agents, longest idle first.
State = tuple[tuple[int, ...], tuple[int, ...]]


@frozen
class House:
    arrivals: list[float]
    services: list[float]
    agents: list[int]
    pools: list[list[int]]
    most_waiting: int

    def arrive(self, state: State, kind: int) -> tuple[State, int | None]:
        """Return the next state and the pool that takes the contact at once, if one does."""
        waiting, idle = state
        for at, pool in enumerate(idle):
            if pool in self.pools[kind]:
                return (waiting, idle[:at] + idle[at + 1 :]), pool
        return ((*waiting, kind), idle), None

    def finish(self, state: State, pool: int) -> tuple[State, int | None]:
        """Return the next state and the class that the agent takes, if one waits."""
        waiting, idle = state
        for at, kind in enumerate(waiting):
            if pool in self.pools[kind]:
                return (waiting[:at] + waiting[at + 1 :], idle), kind
        return (waiting, (*idle, pool)), None

    def busy(self, state: State, pool: int) -> int:
        return self.agents[pool] - state[1].count(pool)


@frozen
class Solved:
    states: dict[State, int]
    law: npt.NDArray[np.float64]
    flow: npt.NDArray[np.float64]


def solve(house: House) -> Solved:
    start: State = ((), tuple(p for p, number in enumerate(house.agents) for _ in range(number)))
    states = {start: 0}
    moves: list[tuple[int, int, float]] = []
    taken: list[tuple[int, int, int, float]] = []
    todo = [start]

    def go(here: int, after: State, rate: float) -> None:
        if after not in states:
            states[after] = len(states)
            todo.append(after)
        moves.append((here, states[after], rate))

    while todo:
        state = todo.pop()
        here = states[state]
        for kind, rate in enumerate(house.arrivals):
            after, pool = house.arrive(state, kind)
            if pool is not None:
                taken.append((here, kind, pool, rate))
            if len(after[0]) <= house.most_waiting:
                go(here, after, rate)
        for pool, service in enumerate(house.services):
            rate = service * house.busy(state, pool)
            if rate > 0:
                after, served = house.finish(state, pool)
                if served is not None:
                    taken.append((here, served, pool, rate))
                go(here, after, rate)
    law = stationary(len(states), moves)
    flow = np.zeros((len(house.arrivals), len(house.services)))
    for here, kind, pool, rate in taken:
        flow[kind, pool] += law[here] * rate
    return Solved(states, law, flow)


def stationary(size: int, moves: list[tuple[int, int, float]]) -> npt.NDArray[np.float64]:
    source, target, rate = (np.array(column) for column in zip(*moves, strict=True))
    out = np.bincount(source, rate, minlength=size)
    fastest = 1.05 * out.max()
    jumps = sparse.csr_matrix((rate / fastest, (target, source)), shape=(size, size))
    stay = 1 - out / fastest
    law = np.full(size, 1 / size)
    for _ in range(20_000):
        after = jumps @ law + stay * law
        if np.abs(after - law).sum() < 1e-13:
            break
        law = after
    result: npt.NDArray[np.float64] = after / after.sum()
    return result


def late(house: House, solved: Solved, kind: int, time: float) -> float:
    """Return the chance of a wait longer than time, following one marked contact to its end.

    Contacts that come later do not matter to it, so there are only services to follow; the order
    of idle agents does not matter then either.
    """
    start: dict[State, float] = defaultdict(float)
    for state, at in solved.states.items():
        after, pool = house.arrive(state, kind)
        if pool is None:
            start[(after[0], tuple(sorted(after[1])))] += solved.law[at]
    moves: list[tuple[int, int, float]] = []
    out: dict[int, float] = defaultdict(float)
    todo = list(start)
    ends = {state: at for at, state in enumerate(todo)}
    while todo:
        state = todo.pop()
        for pool, service in enumerate(house.services):
            rate = service * house.busy(state, pool)
            if rate == 0:
                continue
            out[ends[state]] += rate
            (waiting, idle), _ = house.finish(state, pool)
            if len(waiting) < len(state[0]) and not keeps_last(house, state, pool):
                continue  # the marked contact, the last in line, is taken
            after = (waiting, tuple(sorted(idle)))
            if after not in ends:
                ends[after] = len(ends)
                todo.append(after)
            moves.append((ends[state], ends[after], rate))
    size = len(ends)
    matrix = sparse.lil_matrix((size, size))
    for source, target, rate in moves:
        matrix[target, source] += rate
    matrix.setdiag([-out[at] for at in range(size)] + matrix.diagonal())
    law = np.zeros(size)
    for state, chance in start.items():
        law[ends[state]] = chance
    return float(linalg.expm_multiply(matrix.tocsc() * time, law).sum())


def keeps_last(house: House, state: State, pool: int) -> bool:
    return any(pool in house.pools[kind] for kind in state[0][:-1])


HOUSES = {
    "N": House([0.35, 0.3], [1.0, 1.0], [1, 1], [[0, 1], [1]], 13),
    "N, unlike speeds": House([0.5, 0.5], [1.0, 0.8], [1, 2], [[0, 1], [1]], 12),
    "W": House([0.15, 0.25, 0.2], [1.0, 1.3], [1, 1], [[0], [0, 1], [1]], 9),
    "M": House([0.45, 0.4], [1.0, 0.6, 0.9], [1, 2, 1], [[0, 1], [1, 2]], 11),
    "chain": House([0.3, 0.2, 0.25], [1.0, 0.9, 1.1], [1, 1, 1], [[0, 1], [1, 2], [2, 0]], 8),
    "nested": House([0.2, 0.25, 0.2], [1.0, 1.2, 0.8], [1, 1, 1], [[0], [0, 1], [0, 1, 2]], 9),
}


@pytest.mark.parametrize("name", HOUSES)
def test_matches_the_chain(name: str) -> None:
    house = HOUSES[name]
    time = 0.8
    queue = fcfs_alis(
        arrival_rate=house.arrivals,
        service_rate=house.services,
        agents=house.agents,
        pools_of_class=house.pools,
        service_level_time=time,
    )
    solved = solve(house)
    full = sum(
        solved.law[at]
        for (waiting, _), at in solved.states.items()
        if len(waiting) == house.most_waiting
    )
    near = 2 * full + 1e-9  # what the bound on the queue may change
    assert near < 1e-5
    for kind in range(len(house.arrivals)):
        waits = sum(
            solved.law[at]
            for state, at in solved.states.items()
            if house.arrive(state, kind)[1] is None
        )
        queued = sum(
            solved.law[at] * waiting.count(kind) for (waiting, _), at in solved.states.items()
        )
        assert queue.p_wait[kind] == pytest.approx(waits, abs=near)
        assert queue.mean_queue[kind] == pytest.approx(queued, abs=house.most_waiting * near)
        tail = late(house, solved, kind, time)
        assert queue.service_level[kind] == pytest.approx(1 - tail, abs=near)
        assert queue.flow[kind] == pytest.approx(solved.flow[kind], abs=near)
    for pool, number in enumerate(house.agents):
        busy = sum(solved.law[at] * house.busy(state, pool) for state, at in solved.states.items())
        assert queue.occupancy[pool] == pytest.approx(busy / number, abs=near)
