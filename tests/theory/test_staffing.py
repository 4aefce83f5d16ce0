"""Staffing: the smallest number meets the targets and one fewer does not; limits are limits."""

import math

import pytest
from hypothesis import given, settings, strategies as st
from scipy import optimize, stats

from omniqueue.errors import InvalidValueError
from omniqueue.theory import (
    agents_for_erlang_a,
    agents_for_erlang_c,
    erlang_a,
    erlang_c,
    garnett,
    halfin_whitt,
    halfin_whitt_beta,
    square_root_agents,
)
from omniqueue.theory.staffing import _excess, _hazard


@settings(deadline=None)
@given(load=st.floats(0.1, 200), level=st.floats(0.01, 0.999), time=st.floats(0, 1))
def test_smallest_number_for_a_service_level(load: float, level: float, time: float) -> None:
    found = agents_for_erlang_c(
        arrival_rate=load, service_rate=1, service_level=level, service_level_time=time
    )
    assert found.measures.service_level >= level
    fewer = found.agents - 1
    if fewer > load:
        queue = erlang_c(arrival_rate=load, service_rate=1, agents=fewer, service_level_time=time)
        assert queue.service_level < level


@settings(deadline=None)
@given(load=st.floats(0.1, 200), wait=st.floats(1e-4, 10), delayed=st.floats(0.01, 0.99))
def test_smallest_number_for_several_targets(load: float, wait: float, delayed: float) -> None:
    both = agents_for_erlang_c(arrival_rate=load, service_rate=1, mean_wait=wait, p_wait=delayed)
    one = agents_for_erlang_c(arrival_rate=load, service_rate=1, mean_wait=wait)
    other = agents_for_erlang_c(arrival_rate=load, service_rate=1, p_wait=delayed)
    assert both.agents == max(one.agents, other.agents)


@settings(max_examples=60, deadline=None)
@given(load=st.floats(0.1, 200), lost=st.floats(1e-4, 0.9), patience=st.floats(0.05, 20))
def test_smallest_number_for_abandonment(load: float, lost: float, patience: float) -> None:
    found = agents_for_erlang_a(
        arrival_rate=load, service_rate=1, patience_rate=patience, p_abandon=lost
    )
    assert found.measures.p_abandon <= lost
    if found.agents > 1:
        fewer = erlang_a(
            arrival_rate=load, service_rate=1, agents=found.agents - 1, patience_rate=patience
        )
        assert fewer.p_abandon > lost


def test_erlang_a_takes_every_target() -> None:
    given_targets = {"service_level": 0.8, "mean_wait": 0.02, "p_wait": 0.2, "p_abandon": 0.01}
    agents = []
    for name, target in given_targets.items():
        found = agents_for_erlang_a(
            arrival_rate=100,
            service_rate=1,
            patience_rate=0.5,
            service_level_time=0.05,
            **{name: target},
        )
        agents.append(found.agents)
    together = agents_for_erlang_a(
        arrival_rate=100,
        service_rate=1,
        patience_rate=0.5,
        service_level_time=0.05,
        **given_targets,
    )
    assert together.agents == max(agents)


def test_square_root_rounds_up() -> None:
    assert square_root_agents(arrival_rate=200, service_rate=2, beta=0.5) == 105
    assert square_root_agents(arrival_rate=100, service_rate=1, beta=0.51) == 106
    assert square_root_agents(arrival_rate=1, service_rate=1, beta=-3) == 1


@pytest.mark.parametrize("beta", [0.1, 0.5, 1.0, 2.0, 3.0])
def test_halfin_whitt_is_the_limit_of_erlang_c(beta: float) -> None:
    agents = 250_000
    load = ((-beta + math.sqrt(beta**2 + 4 * agents)) / 2) ** 2
    queue = erlang_c(arrival_rate=load, service_rate=1, agents=agents)
    limit = halfin_whitt(beta=beta)
    assert queue.p_wait == pytest.approx(limit.p_wait, rel=2e-2)
    assert queue.mean_wait * math.sqrt(agents) == pytest.approx(limit.mean_wait_scaled, rel=2e-2)


@settings(deadline=None)
@given(p_wait=st.floats(1e-6, 0.999999))
def test_beta_is_the_inverse(p_wait: float) -> None:
    beta = halfin_whitt_beta(p_wait=p_wait)
    assert halfin_whitt(beta=beta).p_wait == pytest.approx(p_wait, rel=1e-9)


def test_beta_against_a_root_finder() -> None:
    def gap(beta: float) -> float:
        return float(1 / (1 + beta * stats.norm.cdf(beta) / stats.norm.pdf(beta)) - 0.2)

    assert halfin_whitt_beta(p_wait=0.2) == pytest.approx(optimize.brentq(gap, 0.01, 5), abs=1e-9)


@pytest.mark.parametrize("beta", [-2.0, -0.5, 0.0, 0.7, 2.0])
@pytest.mark.parametrize("ratio", [0.1, 1.0, 4.0])
def test_garnett_is_the_limit_of_erlang_a(beta: float, ratio: float) -> None:
    agents = 250_000
    load = ((-beta + math.sqrt(beta**2 + 4 * agents)) / 2) ** 2
    queue = erlang_a(arrival_rate=load, service_rate=1, agents=agents, patience_rate=ratio)
    limit = garnett(beta=beta, patience_ratio=ratio)
    root = math.sqrt(agents)
    assert queue.p_wait == pytest.approx(limit.p_wait, rel=1e-2)
    assert queue.p_abandon * root == pytest.approx(limit.p_abandon_scaled, rel=1e-2)
    assert queue.mean_wait * root == pytest.approx(limit.mean_wait_scaled, rel=1e-2)


@settings(deadline=None)
@given(x=st.floats(-30, 30))
def test_hazard_of_the_normal_law(x: float) -> None:
    known = math.exp(stats.norm.logpdf(x) - stats.norm.logsf(x))
    assert _hazard(x) == pytest.approx(known, rel=1e-9)
    assert _hazard(x) - x == pytest.approx(_excess(x), rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("beta", [-30.0, 30.0, 29.9])
def test_extreme_grades_stay_finite(beta: float) -> None:
    limit = garnett(beta=beta, patience_ratio=0.5)
    assert 0.0 <= limit.p_wait <= 1.0
    assert halfin_whitt(beta=1e6).p_wait == 0.0


def test_bad_targets_are_refused_by_name() -> None:
    with pytest.raises(InvalidValueError, match=r"^service_level is None; expected at least one"):
        agents_for_erlang_c(arrival_rate=9, service_rate=1)
    with pytest.raises(InvalidValueError, match=r"^service_level is None; expected at least one"):
        agents_for_erlang_a(arrival_rate=9, service_rate=1, patience_rate=1)
    with pytest.raises(InvalidValueError, match=r"^service_level is 1\.0"):
        agents_for_erlang_c(arrival_rate=9, service_rate=1, service_level=1.0)
    with pytest.raises(InvalidValueError, match=r"^mean_wait is 0"):
        agents_for_erlang_c(arrival_rate=9, service_rate=1, mean_wait=0)
    with pytest.raises(InvalidValueError, match=r"^agents is 9000001"):
        agents_for_erlang_c(arrival_rate=9e6, service_rate=1, p_wait=0.5)
    with pytest.raises(InvalidValueError, match=r"^beta is 31"):
        garnett(beta=31, patience_ratio=1)
    with pytest.raises(InvalidValueError, match=r"^beta is 0"):
        halfin_whitt(beta=0)
    with pytest.raises(InvalidValueError, match=r"^p_wait is 1\.5"):
        halfin_whitt_beta(p_wait=1.5)
    with pytest.raises(InvalidValueError, match=r"^beta is 1000000"):
        square_root_agents(arrival_rate=9, service_rate=1, beta=1e6)
