"""Erlang B, C and A and the bounded queue: known values, limits of each other, laws, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import integrate, special, stats

from omniqueue.errors import InvalidValueError
from omniqueue.theory import ImpatientQueue, erlang_a, erlang_b, erlang_c, finite_queue

SIX = 5.0000001e-7  # half a unit of the sixth decimal

loads = st.floats(0.05, 60.0)
rates = st.floats(0.1, 10.0)
numbers = st.integers(1, 60)


def test_erlang_b_reference() -> None:
    queue = erlang_b(arrival_rate=90, service_rate=1, agents=100)
    assert queue.p_block == pytest.approx(0.026957, abs=SIX, rel=0)


@pytest.mark.parametrize(
    ("arrival_rate", "agents", "expected"),
    [
        (8, 10, (0.8, 0.40918, 0.20459, 0.5, 1.636721, 0.664992, 0.162733)),
        (90, 100, (0.9, 0.21694, 0.021694, 0.1, 1.952464, 0.920192, 0.003868)),
    ],
)
def test_erlang_c_reference(arrival_rate: float, agents: int, expected: tuple[float, ...]) -> None:
    queue = erlang_c(
        arrival_rate=arrival_rate, service_rate=1, agents=agents, service_level_time=0.1
    )
    found = (
        queue.occupancy,
        queue.p_wait,
        queue.mean_wait,
        queue.mean_wait_delayed,
        queue.mean_queue,
        queue.service_level,
        queue.variance_wait,
    )
    assert found == pytest.approx(expected, abs=SIX, rel=0)


@pytest.mark.parametrize(
    ("arrival_rate", "agents", "patience_rate", "time", "expected"),
    [
        (
            100,
            100,
            0.5,
            1 / 3,
            (
                0,
                0.596703,
                0.03303,
                0.055354,
                0.06606,
                0.065291,
                6.606031,
                0.96697,
                0.955739,
                0.988386,
            ),
        ),
        (
            12,
            10,
            1,
            0.1,
            (
                0,
                0.757608,
                0.213632,
                0.281983,
                0.213632,
                0.209885,
                2.563588,
                0.943641,
                0.350484,
                0.4457,
            ),
        ),
    ],
)
def test_erlang_a_reference(
    arrival_rate: float,
    agents: int,
    patience_rate: float,
    time: float,
    expected: tuple[float, ...],
) -> None:
    queue = erlang_a(
        arrival_rate=arrival_rate,
        service_rate=1,
        agents=agents,
        patience_rate=patience_rate,
        service_level_time=time,
    )
    assert fields(queue) == pytest.approx(expected, abs=SIX, rel=0)


def fields(queue: ImpatientQueue) -> tuple[float, ...]:
    return (
        queue.p_block,
        queue.p_wait,
        queue.p_abandon,
        queue.p_abandon_given_wait,
        queue.mean_wait,
        queue.mean_wait_served,
        queue.mean_queue,
        queue.occupancy,
        queue.service_level,
        queue.service_level_served,
    )


@settings(deadline=None)
@given(load=loads, agents=numbers)
def test_erlang_b_is_the_truncated_poisson_law(load: float, agents: int) -> None:
    found = erlang_b(arrival_rate=load, service_rate=1, agents=agents).p_block
    law = stats.poisson(load)
    assert found == pytest.approx(law.pmf(agents) / law.cdf(agents), rel=1e-9, abs=1e-300)


@settings(deadline=None)
@given(load=loads, agents=numbers)
def test_erlang_b_falls_with_each_agent(load: float, agents: int) -> None:
    fewer = erlang_b(arrival_rate=load, service_rate=1, agents=agents)
    more = erlang_b(arrival_rate=load, service_rate=1, agents=agents + 1)
    assert more.p_block < fewer.p_block
    assert more.carried_load > fewer.carried_load or more.p_block < 1e-12


def test_many_agents_neither_overflow_nor_vanish() -> None:
    few = erlang_b(arrival_rate=1, service_rate=1, agents=10_000)
    assert few.p_block == 0.0
    many = erlang_c(arrival_rate=9_950, service_rate=1, agents=10_000, service_level_time=0.01)
    # Compared with the integral form of Erlang B, which needs no recursion.
    scaled, _ = integrate.quad(
        lambda x: math.exp(-x + 10_000 * math.log1p(x / 9_950)), 0, 3_000, limit=500, epsabs=0
    )
    blocked = 1 / scaled
    rho = 0.995
    assert many.p_wait == pytest.approx(blocked / (1 - rho * (1 - blocked)), rel=1e-8)
    impatient = erlang_a(arrival_rate=12_000, service_rate=1, agents=10_000, patience_rate=0.1)
    assert impatient.p_abandon == pytest.approx(1 / 6, abs=1e-9)


@settings(deadline=None)
@given(load=loads, spare=st.integers(1, 20), service_rate=rates)
def test_erlang_c_falls_with_each_agent(load: float, spare: int, service_rate: float) -> None:
    agents = math.floor(load) + spare
    if agents <= load:
        agents += 1
    one, two = (
        erlang_c(
            arrival_rate=load * service_rate,
            service_rate=service_rate,
            agents=number,
            service_level_time=0.3,
        )
        for number in (agents + 1, agents + 2)
    )
    assert two.p_wait < one.p_wait
    assert two.mean_wait < one.mean_wait
    assert two.service_level >= one.service_level


@settings(max_examples=30, deadline=None)
@given(load=st.floats(0.5, 30), agents=st.integers(1, 40), patience=st.floats(0.05, 20))
def test_erlang_a_matches_the_chain_solved_by_brute_force(
    load: float, agents: int, patience: float
) -> None:
    time = 0.2
    queue = erlang_a(
        arrival_rate=load,
        service_rate=1,
        agents=agents,
        patience_rate=patience,
        service_level_time=time,
    )
    most = agents + 3_000
    states = np.arange(1, most + 1)
    down = np.minimum(states, agents) + np.maximum(states - agents, 0) * patience
    logs = np.concatenate(([0.0], np.cumsum(np.log(load) - np.log(down))))
    law = np.exp(logs - special.logsumexp(logs))
    ahead = np.arange(most - agents)
    waits = law[agents:-1]
    # exp(-patience x wait) has a beta law: served in time = its mean above exp(-patience x time).
    share = agents / (agents + (ahead + 1) * patience)
    late = special.betainc(agents / patience + 1, ahead + 1, math.exp(-patience * time))
    assert queue.p_wait == pytest.approx(law[agents:].sum(), abs=1e-10)
    assert queue.mean_queue == pytest.approx(np.dot(ahead, waits), abs=1e-9)
    level = law[:agents].sum() + np.dot(waits, share * (1 - late))
    assert queue.service_level == pytest.approx(level, abs=1e-9)


@settings(deadline=None)
@given(load=loads, agents=numbers, patience=st.floats(0.05, 20), time=st.floats(0, 3))
def test_laws_of_the_impatient_queue(
    load: float, agents: int, patience: float, time: float
) -> None:
    queue = erlang_a(
        arrival_rate=load,
        service_rate=1,
        agents=agents,
        patience_rate=patience,
        service_level_time=time,
    )
    assert queue.mean_queue == pytest.approx(load * queue.mean_wait, abs=1e-12)
    assert load * queue.p_abandon == pytest.approx(patience * queue.mean_queue, abs=1e-9)
    assert queue.occupancy * agents == pytest.approx(load * (1 - queue.p_abandon), rel=1e-9)
    assert 1 - queue.p_wait <= queue.service_level + 1e-12
    assert queue.service_level <= 1 - queue.p_abandon + 1e-12
    assert queue.service_level_served <= 1 + 1e-12


@settings(deadline=None)
@given(load=st.floats(0.5, 20), spare=st.floats(0.5, 10))
def test_endless_patience_is_erlang_c(load: float, spare: float) -> None:
    agents = math.ceil(load + spare)
    patient = erlang_a(
        arrival_rate=load,
        service_rate=1,
        agents=agents,
        patience_rate=1e-10,
        service_level_time=0.2,
    )
    queue = erlang_c(arrival_rate=load, service_rate=1, agents=agents, service_level_time=0.2)
    assert patient.p_wait == pytest.approx(queue.p_wait, abs=1e-7)
    assert patient.mean_wait == pytest.approx(queue.mean_wait, abs=1e-6)
    assert patient.service_level == pytest.approx(queue.service_level, abs=1e-7)


@settings(deadline=None)
@given(load=loads, agents=numbers)
def test_no_room_to_wait_is_erlang_b(load: float, agents: int) -> None:
    queue = finite_queue(arrival_rate=load, service_rate=1, agents=agents, capacity=agents)
    lost = erlang_b(arrival_rate=load, service_rate=1, agents=agents)
    assert queue.p_block == pytest.approx(lost.p_block, rel=1e-9, abs=1e-15)
    assert queue.occupancy == pytest.approx(lost.occupancy, rel=1e-9)
    assert (queue.p_wait, queue.mean_wait, queue.mean_queue) == (0.0, 0.0, 0.0)


def test_a_large_room_is_no_limit() -> None:
    room = finite_queue(
        arrival_rate=8, service_rate=1, agents=10, capacity=400, service_level_time=0.1
    )
    free = erlang_c(arrival_rate=8, service_rate=1, agents=10, service_level_time=0.1)
    assert room.p_block == pytest.approx(0.0, abs=1e-12)
    assert room.mean_wait == pytest.approx(free.mean_wait, abs=1e-12)
    assert room.mean_wait_served == pytest.approx(free.mean_wait, abs=1e-12)
    assert room.service_level == pytest.approx(free.service_level, abs=1e-12)
    impatient = finite_queue(
        arrival_rate=12,
        service_rate=1,
        agents=10,
        capacity=400,
        patience_rate=1,
        service_level_time=0.1,
    )
    same = erlang_a(
        arrival_rate=12, service_rate=1, agents=10, patience_rate=1, service_level_time=0.1
    )
    assert fields(impatient) == pytest.approx(fields(same), abs=1e-12)


@settings(deadline=None)
@given(
    load=st.floats(0.2, 30),
    agents=st.integers(1, 15),
    room=st.integers(0, 30),
    time=st.floats(0, 3),
)
def test_finite_queue_matches_its_chain(load: float, agents: int, room: int, time: float) -> None:
    queue = finite_queue(
        arrival_rate=load,
        service_rate=1,
        agents=agents,
        capacity=agents + room,
        service_level_time=time,
    )
    states = np.arange(1, agents + room + 1)
    logs = np.concatenate(([0.0], np.cumsum(np.log(load) - np.log(np.minimum(states, agents)))))
    law = np.exp(logs - special.logsumexp(logs))
    waits = law[agents:-1]
    ahead = np.arange(room)
    assert queue.p_block == pytest.approx(law[-1], abs=1e-12)
    assert queue.p_wait == pytest.approx(waits.sum(), abs=1e-12)
    in_time = stats.gamma.cdf(time, ahead + 1, scale=1 / agents)
    level = law[:agents].sum() + np.dot(waits, in_time)
    assert queue.service_level == pytest.approx(level, abs=1e-11)
    let_in = 1 - law[-1]
    assert queue.mean_wait == pytest.approx(np.dot(waits, ahead + 1) / agents / let_in, abs=1e-10)
    assert queue.mean_queue == pytest.approx(load * let_in * queue.mean_wait, abs=1e-10)
    assert queue.mean_wait_served == pytest.approx(queue.mean_wait, abs=1e-10)


def test_the_unit_of_time_does_not_matter() -> None:
    hours = erlang_a(
        arrival_rate=60, service_rate=6, agents=11, patience_rate=12, service_level_time=1 / 180
    )
    seconds = erlang_a(
        arrival_rate=60 / 3600,
        service_rate=6 / 3600,
        agents=11,
        patience_rate=12 / 3600,
        service_level_time=20,
    )
    assert seconds.service_level == pytest.approx(hours.service_level, rel=1e-12)
    assert seconds.mean_wait == pytest.approx(3600 * hours.mean_wait, rel=1e-12)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"arrival_rate": 0}, "arrival_rate"),
        ({"arrival_rate": math.nan}, "arrival_rate"),
        ({"arrival_rate": "8"}, "arrival_rate"),
        ({"arrival_rate": True}, "arrival_rate"),
        ({"service_rate": -1}, "service_rate"),
        ({"service_rate": math.inf}, "service_rate"),
        ({"agents": 0}, "agents"),
        ({"agents": 10.0}, "agents"),
        ({"agents": 1_000_001}, "agents"),
        ({"service_level_time": -0.1}, "service_level_time"),
        ({"patience_rate": 0}, "patience_rate"),
    ],
)
def test_bad_arguments_are_refused_by_name(change: dict[str, float], field: str) -> None:
    good: dict[str, float] = {
        "arrival_rate": 8,
        "service_rate": 1,
        "agents": 10,
        "patience_rate": 1,
        "service_level_time": 0.1,
    }
    with pytest.raises(InvalidValueError, match=f"^{field} is ") as refused:
        erlang_a(**(good | change))  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.parametrize("arrival_rate", [10, 10.5, 1e6])
def test_erlang_c_refuses_overload_with_advice(arrival_rate: float) -> None:
    with pytest.raises(InvalidValueError, match=r"agents is 10; expected more than .*erlang_a"):
        erlang_c(arrival_rate=arrival_rate, service_rate=1, agents=10)


def test_sizes_without_bound_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="patience_rate is 1e-09"):
        erlang_a(arrival_rate=11, service_rate=1, agents=10, patience_rate=1e-9)
    with pytest.raises(InvalidValueError, match="capacity is 5000000"):
        finite_queue(arrival_rate=11, service_rate=1, agents=10, capacity=5_000_000)
    with pytest.raises(InvalidValueError, match="capacity is 9"):
        finite_queue(arrival_rate=11, service_rate=1, agents=10, capacity=9)
