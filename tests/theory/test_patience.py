"""Patience of any law: exponential is Erlang A, endless Erlang C, the rest against quadrature."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from attrs import asdict
from hypothesis import given, settings, strategies as st
from numpy.polynomial.legendre import leggauss
from scipy import integrate, stats

from omniqueue.errors import InvalidValueError
from omniqueue.theory import erlang_a, erlang_b, erlang_c, patience_queue


@settings(max_examples=60, deadline=None)
@given(
    load=st.floats(0.2, 60),
    agents=st.integers(1, 60),
    patience=st.floats(0.01, 50),
    time=st.floats(0, 3),
)
def test_exponential_patience_is_erlang_a(
    load: float, agents: int, patience: float, time: float
) -> None:
    general = patience_queue(
        arrival_rate=load,
        service_rate=1,
        agents=agents,
        survival=lambda x: math.exp(-patience * x),
        service_level_time=time,
    )
    special = erlang_a(
        arrival_rate=load,
        service_rate=1,
        agents=agents,
        patience_rate=patience,
        service_level_time=time,
    )
    assert asdict(general) == pytest.approx(asdict(special), rel=1e-8, abs=1e-10)


@settings(deadline=None)
@given(load=st.floats(0.2, 20), spare=st.floats(0.2, 10), time=st.floats(0, 3))
def test_endless_patience_is_erlang_c(load: float, spare: float, time: float) -> None:
    agents = math.ceil(load + spare)
    general = patience_queue(
        arrival_rate=load,
        service_rate=1,
        agents=agents,
        survival=lambda _: 1.0,
        service_level_time=time,
    )
    plain = erlang_c(arrival_rate=load, service_rate=1, agents=agents, service_level_time=time)
    assert general.p_wait == pytest.approx(plain.p_wait, abs=1e-11)
    assert general.mean_wait == pytest.approx(plain.mean_wait, rel=1e-9, abs=1e-12)
    assert general.service_level == pytest.approx(plain.service_level, abs=1e-10)
    assert general.p_abandon == 0.0


def test_no_patience_is_erlang_b() -> None:
    general = patience_queue(arrival_rate=9, service_rate=1, agents=10, survival=lambda _: 0.0)
    lost = erlang_b(arrival_rate=9, service_rate=1, agents=10)
    assert general.p_abandon == pytest.approx(lost.p_block, rel=1e-10)
    assert general.p_wait == pytest.approx(lost.p_block, rel=1e-10)
    assert general.mean_wait == 0.0


def test_a_constant_share_that_will_not_wait_thins_the_stream() -> None:
    """Half of those who have to wait leave at once, so above 10 busy the chain climbs at 4."""
    general = patience_queue(arrival_rate=8, service_rate=1, agents=10, survival=lambda _: 0.5)
    weights = [1.0]
    for state in range(1, 400):
        weights.append(weights[-1] * (8 if state <= 10 else 4) / min(state, 10))
    total = sum(weights)
    waiting = sum((state - 10) * weight for state, weight in enumerate(weights) if state > 10)
    assert general.p_wait == pytest.approx(sum(weights[10:]) / total, abs=1e-11)
    assert general.mean_queue == pytest.approx(waiting / total, abs=1e-11)
    assert general.p_abandon == pytest.approx(0.5 * general.p_wait, abs=1e-12)


def test_a_jump_at_once_counts_as_any_other() -> None:
    jump = patience_queue(
        arrival_rate=8,
        service_rate=1,
        agents=10,
        survival=lambda x: 1.0 if x == 0.0 else 0.5,
        service_level_time=0.1,
    )
    constant = patience_queue(
        arrival_rate=8,
        service_rate=1,
        agents=10,
        survival=lambda _: 0.5,
        service_level_time=0.1,
    )
    assert asdict(jump) == pytest.approx(asdict(constant), abs=1e-9)


def test_a_steep_start_is_followed() -> None:
    """A Weibull patience whose density is infinite at 0, by the substitution x = y * y."""
    queue = patience_queue(
        arrival_rate=12, service_rate=1, agents=10, survival=lambda x: math.exp(-math.sqrt(x))
    )

    def density(y: float) -> float:
        reach = 2 * (1 - math.exp(-y) * (1 + y))
        return 2 * y * math.exp(12 * reach - 10 * y * y)

    area, _ = integrate.quad(density, 0, 4, epsabs=1e-13, limit=200)
    kept, _ = integrate.quad(lambda y: density(y) * math.exp(-y), 0, 4, epsabs=1e-13, limit=200)
    blocked = erlang_b(arrival_rate=12, service_rate=1, agents=9).p_block
    scale = 12 / (1 / blocked + 12 * area)
    assert queue.p_wait == pytest.approx(scale * area, abs=1e-10)
    assert queue.p_abandon == pytest.approx(scale * (area - kept), abs=1e-10)


def lognormal(x: float) -> float:
    return float(stats.lognorm.sf(x, 1.2, scale=0.4))


def deterministic(x: float) -> float:
    return 1.0 if x < 0.3 else 0.0


def stepped(x: float) -> float:
    return 1.0 if x < 0.13 else 0.8 if x < 0.7 else 0.1


def heavy(x: float) -> float:
    return math.pow(1.0 + 3.0 * x, -0.7)


@pytest.mark.parametrize("survival", [lognormal, deterministic, stepped, heavy])
@pytest.mark.parametrize(("arrival_rate", "agents"), [(12, 10), (6, 8)])
def test_matches_plain_quadrature(
    survival: Callable[[float], float], arrival_rate: float, agents: int
) -> None:
    time = 0.25
    breaks = [0.0, 0.13, 0.25, 0.3, 0.7, 2.0, 6.0, 20.0]

    def reach(end: float) -> float:
        cuts = [cut for cut in breaks if cut < end] + [end]
        parts = [
            integrate.quad(survival, low, high, epsabs=1e-11, limit=200)[0]
            for low, high in pairwise(cuts)
        ]
        return float(sum(parts))

    nodes, weights = _gauss(breaks, 6.0 if survival is heavy else 4.0)
    density = weights * [math.exp(arrival_rate * reach(x) - agents * x) for x in nodes]
    alive = np.array([survival(x) for x in nodes])
    blocked = erlang_b(arrival_rate=arrival_rate, service_rate=1, agents=agents - 1).p_block
    scale = 1 / (1 / blocked + arrival_rate * density.sum())
    p_wait = 1 - scale / blocked
    lost = arrival_rate * scale * np.dot(density, 1 - alive)
    soon = nodes < time
    in_time = scale / blocked + arrival_rate * scale * np.dot(density[soon], alive[soon])
    queue = patience_queue(
        arrival_rate=arrival_rate,
        service_rate=1,
        agents=agents,
        survival=survival,
        service_level_time=time,
    )
    assert queue.p_wait == pytest.approx(p_wait, abs=1e-8)
    assert queue.p_abandon == pytest.approx(lost, abs=1e-8)
    assert queue.service_level == pytest.approx(in_time, abs=1e-8)
    assert queue.occupancy == pytest.approx(arrival_rate * (1 - lost) / agents, abs=1e-8)


def _gauss(
    breaks: list[float], top: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return a Gauss-Legendre rule of 20 points on each stretch between the breaks."""
    points, weights = leggauss(20)
    ends = sorted(end for end in {*breaks, 0.01, 0.05, 1.0, 1.4, 3.0, 4.0, 5.0} if end <= top)
    halves = [0.5 * (high - low) for low, high in pairwise(ends)]
    nodes = [low + half * (1 + points) for low, half in zip(ends, halves, strict=False)]
    return np.concatenate(nodes), np.concatenate([half * weights for half in halves])


def test_a_large_overloaded_house() -> None:
    """A fluid: the share lost is what the agents cannot do."""
    queue = patience_queue(
        arrival_rate=12_000,
        service_rate=1,
        agents=10_000,
        survival=lambda x: max(0.0, 1.0 - x),
        service_level_time=0.1,
    )
    assert queue.p_abandon == pytest.approx(1 / 6, abs=1e-6)
    assert queue.mean_wait_served == pytest.approx(1 / 6, abs=1e-3)


@pytest.mark.parametrize(
    ("survival", "says"),
    [
        (lambda x: x, "never rises|chance"),
        (lambda _: math.nan, "chance"),
        (lambda _: 1.5, "chance"),
        (lambda _: 1.0, "must fall below"),
        (0.5, "function from a time"),
    ],
)
def test_what_is_no_survival_is_refused(survival: Callable[[float], float], says: str) -> None:
    with pytest.raises(InvalidValueError, match=says) as refused:
        patience_queue(arrival_rate=12, service_rate=1, agents=10, survival=survival)
    assert refused.value.field == "survival"
