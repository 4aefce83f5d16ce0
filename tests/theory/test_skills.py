"""Routing by skill: known values, pooled and separate systems, flows, limits, refusals."""

import time
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import integrate

from omniqueue.errors import InvalidValueError
from omniqueue.theory import SkillQueue, erlang_c, fcfs_alis

SIX = 5.0000001e-7

# Arrival rates, service rates, agents, pools of each class, service level time; then mean waits,
# shares that wait, service levels, occupancies, flows.
System = tuple[list[float], list[float], list[int], list[list[int]], float]
REFERENCE: dict[
    str, tuple[System, list[float], list[float], list[float], list[float], list[list[float]]]
] = {
    "N, two agents": (
        ([0.4, 0.5], [1, 1], [1, 1], [[0, 1], [1]], 1.0),
        [0.192934, 1.254069],
        [0.212227, 0.60131],
        [0.929356, 0.622381],
        [0.29869, 0.60131],
        [[0.29869, 0.10131], [0.0, 0.5]],
    ),
    "W, two agents": (
        ([0.5, 0.5, 0.5], [1, 1], [1, 1], [[0], [0, 1], [1]], 1.0),
        [2.1, 1.2, 2.1],
        [0.75, 0.6, 0.75],
        [0.454122, 0.636082, 0.454122],
        [0.75, 0.75],
        [[0.5, 0.0], [0.25, 0.25], [0.0, 0.5]],
    ),
    "M, three agents of different speed": (
        ([1.0, 1.2], [0.7, 0.9, 0.8], [1, 1, 1], [[0, 1], [1, 2]], 1.0),
        [4.67082, 4.904827],
        [0.863226, 0.881249],
        [0.264529, 0.243228],
        [0.888083, 0.948418, 0.905957],
        [[0.621658, 0.378342, 0.0], [0.0, 0.475234, 0.724766]],
    ),
    "X, five and five": (
        ([4, 4], [1, 1], [5, 5], [[0, 1], [0, 1]], 0.1),
        [0.20459, 0.20459],
        [0.40918, 0.40918],
        [0.664992, 0.664992],
        [0.8, 0.8],
        [[2.0, 2.0], [2.0, 2.0]],
    ),
    "N, fifty and fifty": (
        ([50, 40], [1, 1], [50, 50], [[0, 1], [1]], 0.1),
        [0.01682, 0.054784],
        [0.168195, 0.407681],
        [0.938124, 0.798459],
        [0.870782, 0.929218],
        [[43.539108, 6.460892], [0.0, 40.0]],
    ),
    "M, three pools": (
        ([30, 30], [1, 1, 1], [25, 15, 25], [[0, 1], [1, 2]], 0.1),
        [0.098403, 0.098403],
        [0.460011, 0.460011],
        [0.705714, 0.705714],
        [0.917083, 0.943057, 0.917083],
        [[22.927074, 7.072926, 0.0], [0.0, 7.072926, 22.927074]],
    ),
    "chain of three pools of thirty": (
        ([28, 28, 28], [1, 1, 1], [30, 30, 30], [[0, 2], [0, 1], [1, 2]], 0.1),
        [0.070109] * 3,
        [0.418952] * 3,
        [0.769011] * 3,
        [0.933333] * 3,
        [[14.0, 0.0, 14.0], [14.0, 14.0, 0.0], [0.0, 14.0, 14.0]],
    ),
}


def solve(
    arrivals: Sequence[float],
    services: Sequence[float],
    agents: Sequence[int],
    pools: Sequence[Sequence[int]],
    within: float,
) -> SkillQueue:
    return fcfs_alis(
        arrival_rate=arrivals,
        service_rate=services,
        agents=agents,
        pools_of_class=pools,
        service_level_time=within,
    )


@pytest.mark.parametrize("name", REFERENCE)
def test_reference(name: str) -> None:
    system, mean_wait, p_wait, level, used, flow = REFERENCE[name]
    queue = solve(*system)
    assert queue.mean_wait == pytest.approx(mean_wait, abs=SIX, rel=0)
    assert queue.p_wait == pytest.approx(p_wait, abs=SIX, rel=0)
    assert queue.service_level == pytest.approx(level, abs=SIX, rel=0)
    assert queue.occupancy == pytest.approx(used, abs=SIX, rel=0)
    assert np.array(queue.flow) == pytest.approx(np.array(flow), abs=SIX, rel=0)


@settings(deadline=None)
@given(
    arrivals=st.lists(st.floats(0.2, 4), min_size=1, max_size=3),
    agents=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    spare=st.floats(0.2, 5),
    within=st.floats(0, 3),
)
def test_full_skills_are_erlang_c(
    arrivals: list[float], agents: list[int], spare: float, within: float
) -> None:
    rate = (sum(arrivals) + spare) / sum(agents)
    everyone = range(len(agents))
    queue = solve(arrivals, [rate] * len(agents), agents, [everyone] * len(arrivals), within)
    pooled = erlang_c(
        arrival_rate=sum(arrivals),
        service_rate=rate,
        agents=sum(agents),
        service_level_time=within,
    )
    for at in range(len(arrivals)):
        assert queue.mean_wait[at] == pytest.approx(pooled.mean_wait, rel=1e-9)
        assert queue.p_wait[at] == pytest.approx(pooled.p_wait, rel=1e-9)
        assert queue.service_level[at] == pytest.approx(pooled.service_level, rel=1e-9)
    assert queue.occupancy == pytest.approx([pooled.occupancy] * len(agents), rel=1e-9)


def test_separate_pools_are_separate_queues() -> None:
    queue = solve([4, 55, 0.5], [1, 0.5, 2], [6, 130, 1], [[0], [1], [2]], 0.25)
    cases = [(4, 1, 6), (55, 0.5, 130), (0.5, 2, 1)]
    for at, (arrivals, service, agents) in enumerate(cases):
        own = erlang_c(
            arrival_rate=arrivals, service_rate=service, agents=agents, service_level_time=0.25
        )
        assert queue.mean_wait[at] == pytest.approx(own.mean_wait, rel=1e-9)
        assert queue.p_wait[at] == pytest.approx(own.p_wait, rel=1e-9)
        assert queue.service_level[at] == pytest.approx(own.service_level, rel=1e-9)
        assert queue.flow[at][at] == pytest.approx(arrivals, rel=1e-9)


@st.composite
def systems(
    draw: st.DrawFn,
) -> System:
    """Systems with room to spare: each class brings a share of what its pools can do."""
    agents = draw(st.lists(st.integers(1, 6), min_size=1, max_size=4))
    pools = range(len(agents))
    services = [draw(st.floats(0.3, 3)) for _ in pools]
    skills = draw(
        st.lists(st.lists(st.sampled_from(pools), min_size=1, unique=True), min_size=1, max_size=5)
    )
    unused = set(pools).difference(*skills)
    skills += [[pool] for pool in sorted(unused)]
    shares = [draw(st.floats(0.05, 0.95)) for _ in skills]
    arrivals = [
        share * min(services[pool] * agents[pool] for pool in own) / len(skills)
        for share, own in zip(shares, skills, strict=True)
    ]
    return arrivals, services, agents, skills, draw(st.floats(0, 5))


@settings(max_examples=80, deadline=None)
@given(system=systems())
def test_what_comes_in_is_served_by_those_busy(
    system: System,
) -> None:
    arrivals, services, agents, skills, _ = system
    queue = solve(*system)
    flow = np.array(queue.flow)
    assert flow.sum(axis=1) == pytest.approx(np.array(arrivals), rel=1e-9)
    work = np.array(services) * agents * queue.occupancy
    assert flow.sum(axis=0) == pytest.approx(work, rel=1e-9)
    for at, own in enumerate(skills):
        assert [pool for pool in range(len(agents)) if flow[at][pool] > 0] == sorted(own)
        assert queue.mean_queue[at] == pytest.approx(arrivals[at] * queue.mean_wait[at])
        assert 1 - queue.p_wait[at] <= queue.service_level[at] + 1e-12
        assert queue.service_level[at] <= 1


@settings(max_examples=30, deadline=None)
@given(system=systems(), scale=st.floats(0.01, 100))
def test_names_order_and_units_do_not_matter(system: System, scale: float) -> None:
    arrivals, services, agents, skills, within = system
    queue = solve(*system)
    last = len(agents) - 1
    other = solve(
        [rate * scale for rate in arrivals],
        [rate * scale for rate in reversed(services)],
        agents[::-1],
        [[last - pool for pool in own] for own in skills],
        within / scale,
    )
    assert other.p_wait == pytest.approx(queue.p_wait, rel=1e-9)
    assert other.service_level == pytest.approx(queue.service_level, rel=1e-9)
    assert [wait * scale for wait in other.mean_wait] == pytest.approx(queue.mean_wait, rel=1e-9)
    assert other.occupancy[::-1] == pytest.approx(queue.occupancy, rel=1e-9)


def test_alike_pools_and_classes_may_be_split() -> None:
    whole = solve([3, 2], [1, 0.7], [4, 5], [[0, 1], [1]], 0.4)
    parts = solve([1, 2, 2], [0.7, 1, 0.7], [3, 4, 2], [[0, 1, 2], [2, 1, 0], [0, 2]], 0.4)
    # A hair's difference in rate keeps the two pools apart in the computation.
    apart = solve([3, 2], [0.7, 1, 0.7 + 1e-11], [3, 4, 2], [[0, 1, 2], [0, 2]], 0.4)
    assert parts.mean_wait == pytest.approx([whole.mean_wait[0]] * 2 + [whole.mean_wait[1]])
    assert apart.mean_wait == pytest.approx(whole.mean_wait, rel=1e-8)
    assert apart.service_level == pytest.approx(whole.service_level, rel=1e-8)
    for queue in (parts, apart):
        used = queue.occupancy
        assert used == pytest.approx([whole.occupancy[at] for at in (1, 0, 1)], rel=1e-8)
        flow = np.array(queue.flow)
        low = [sum(flow[:-1, 1]), sum(flow[:-1, 0]) + sum(flow[:-1, 2])]
        assert low == pytest.approx(whole.flow[0], rel=1e-8)
        assert flow[-1] == pytest.approx([1.2, 0.0, 0.8], rel=1e-8)


@pytest.mark.parametrize("name", ["N, two agents", "M, three agents of different speed"])
def test_the_mean_wait_is_the_area_under_the_tail(name: str) -> None:
    arrivals, services, agents, pools, _ = REFERENCE[name][0]
    for at in range(2):
        area, _ = integrate.quad(
            lambda x, at=at: 1 - solve(arrivals, services, agents, pools, x).service_level[at],
            0,
            400,
            epsabs=1e-9,
            limit=200,
        )
        queue = solve(arrivals, services, agents, pools, 0.0)
        assert queue.mean_wait[at] == pytest.approx(area, abs=1e-6)
        assert queue.service_level[at] == pytest.approx(1 - queue.p_wait[at], abs=1e-12)


def test_one_more_agent_helps_the_class_that_needs_it() -> None:
    queues = [solve([9, 8], [1, 1], [10, more], [[0, 1], [1]], 0.1) for more in range(9, 20)]
    for fewer, more in pairwise(queues):
        assert more.mean_wait[1] < fewer.mean_wait[1]
        assert more.service_level[1] > fewer.service_level[1]
        assert more.mean_wait[0] < fewer.mean_wait[0]


def test_thousands_of_agents_lose_no_digits() -> None:
    queue = solve([4950, 50], [1, 1], [5000, 100], [[0], [1]], 0.01)
    own = erlang_c(arrival_rate=4950, service_rate=1, agents=5000, service_level_time=0.01)
    assert queue.mean_wait[0] == pytest.approx(own.mean_wait, rel=1e-10)
    assert queue.service_level[0] == pytest.approx(own.service_level, rel=1e-10)
    assert queue.flow[0] == pytest.approx([4950, 0], abs=1e-6)


def test_the_reference_systems_take_no_time() -> None:
    start = time.perf_counter()
    for system, *_ in REFERENCE.values():
        solve(*system)
    assert time.perf_counter() - start < 5.0


GOOD = {
    "arrival_rate": [0.4, 0.5],
    "service_rate": [1, 1],
    "agents": [1, 1],
    "pools_of_class": [[0, 1], [1]],
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"arrival_rate": [0.4, 0.0]}, r"^arrival_rate\[1\] is 0\.0"),
        ({"arrival_rate": [0.4]}, r"^pools_of_class is .* 1 collections"),
        ({"service_rate": [1]}, r"^agents is .* 1 numbers"),
        ({"agents": [1, 0]}, r"^agents\[1\] is 0"),
        ({"agents": [1, 1.5]}, r"^agents\[1\] is 1\.5"),
        ({"agents": [15_000, 15_000]}, r"^agents is .* 20000 agents in all"),
        ({"pools_of_class": [[0, 1], []]}, r"^pools_of_class\[1\] is .* at least one"),
        ({"pools_of_class": [[0, 2], [1]]}, r"^pools_of_class\[0\] is 2"),
        ({"pools_of_class": [0, 1]}, r"^pools_of_class\[0\] is 0; expected a sequence"),
        ({"pools_of_class": [[1], [1]]}, r"^pools_of_class is .* leave out \[0\]"),
        ({"service_level_time": -1}, "^service_level_time is -1"),
        ({"agents": [1_500, 1_500]}, "^agents is .* 2253001; give pools"),
        ({"arrival_rate": [0.4, 1.0]}, r"^arrival_rate is .* classes \[1\] may only go to \[1\]"),
        ({"arrival_rate": [1.2, 0.9]}, r"^arrival_rate is .* classes \[0, 1\] .* \[0, 1\]"),
    ],
)
def test_bad_systems_are_refused_with_advice(change: dict[str, object], says: str) -> None:
    with pytest.raises(InvalidValueError, match=says):
        fcfs_alis(**(GOOD | change))  # type: ignore[arg-type]


def test_too_many_kinds_of_agents_are_refused() -> None:
    kinds = 20
    with pytest.raises(InvalidValueError, match="steps"):
        fcfs_alis(
            arrival_rate=[0.5] * kinds,
            service_rate=[1] * kinds,
            agents=[1] * kinds,
            pools_of_class=[[at, (at + 1) % kinds] for at in range(kinds)],
        )
