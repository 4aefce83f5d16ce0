"""Strict priorities: known values, a solved chain, Erlang C as a special case."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import sparse
from scipy.sparse import linalg

from omniqueue.errors import InvalidValueError
from omniqueue.theory import erlang_c, priority_queue

SIX = 5.0000001e-7


def test_reference() -> None:
    queue = priority_queue(
        arrival_rate=[3, 3, 2], service_rate=1, agents=10, service_level_time=0.5
    )
    assert queue.p_wait == pytest.approx(0.40918, abs=SIX, rel=0)
    waits = (0.058454, 0.146136, 0.511475)
    assert queue.mean_wait == pytest.approx(waits, abs=SIX, rel=0)
    levels = (0.987644, 0.901934, 0.765411)
    assert queue.service_level == pytest.approx(levels, abs=SIX, rel=0)


@settings(deadline=None)
@given(
    load=st.floats(0.5, 20), spare=st.floats(0.1, 5), time=st.floats(0, 3), rate=st.floats(0.1, 9)
)
def test_one_class_is_erlang_c(load: float, spare: float, time: float, rate: float) -> None:
    agents = int(load + spare) + 1
    one = priority_queue(
        arrival_rate=[load * rate], service_rate=rate, agents=agents, service_level_time=time
    )
    same = erlang_c(
        arrival_rate=load * rate, service_rate=rate, agents=agents, service_level_time=time
    )
    assert one.mean_wait[0] == pytest.approx(same.mean_wait, rel=1e-12)
    assert one.service_level[0] == pytest.approx(same.service_level, abs=2e-9)


@settings(deadline=None)
@given(arrivals=st.lists(st.floats(0.1, 3), min_size=2, max_size=5), time=st.floats(0.001, 20))
def test_laws_of_priorities(arrivals: list[float], time: float) -> None:
    agents = int(sum(arrivals)) + 1
    queue = priority_queue(
        arrival_rate=arrivals, service_rate=1, agents=agents, service_level_time=time
    )
    plain = erlang_c(arrival_rate=sum(arrivals), service_rate=1, agents=agents)
    # The order of service does not change how many wait, as all are served alike.
    assert sum(queue.mean_queue) == pytest.approx(plain.mean_queue, rel=1e-6)
    assert list(queue.mean_wait) == sorted(queue.mean_wait)
    assert all(0 <= level <= 1 for level in queue.service_level)


@pytest.mark.parametrize(
    ("first", "second", "agents", "time"),
    [(0.5, 0.6, 2, 0.7), (0.1, 1.2, 2, 2.0), (1.3, 0.1, 2, 1.0), (0.4, 0.2, 1, 5.0)],
)
def test_two_classes_match_the_chain(
    first: float, second: float, agents: int, time: float
) -> None:
    queue = priority_queue(
        arrival_rate=[first, second], service_rate=1, agents=agents, service_level_time=time
    )
    # While all are busy: how many of both classes wait is geometric; a contact of the second
    # class then waits until a walk with up steps of the first class first passes below 0.
    busy, size = float(agents), 600
    ratio = (first + second) / busy
    start = (1 - ratio) * ratio ** np.arange(size)
    generator = sparse.diags(
        [np.full(size, -(first + busy)), np.full(size - 1, busy), np.full(size - 1, first)],
        [0, -1, 1],
    )
    late = linalg.expm_multiply(generator.T.tocsc() * time, start).sum()
    assert queue.service_level[1] == pytest.approx(1 - queue.p_wait * late, abs=1e-8)
    means = linalg.spsolve(-generator.tocsc(), np.ones(size))
    assert queue.mean_wait[1] == pytest.approx(queue.p_wait * np.dot(start, means), rel=1e-8)


def test_bad_arguments_are_refused_by_name() -> None:
    with pytest.raises(InvalidValueError, match=r"^arrival_rate\[1\] is 0"):
        priority_queue(arrival_rate=[1, 0], service_rate=1, agents=10)
    with pytest.raises(InvalidValueError, match=r"^arrival_rate is a list"):
        priority_queue(arrival_rate=[], service_rate=1, agents=10)
    with pytest.raises(InvalidValueError, match=r"^arrival_rate is 3"):
        priority_queue(arrival_rate=3, service_rate=1, agents=10)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match=r"^agents is 4"):
        priority_queue(arrival_rate=[2, 2], service_rate=1, agents=4)
