"""Replications: the same result wherever they run; to a precision; partial when stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from operator import attrgetter
from typing import TypeVar

import pytest

from omniqueue import register_order
from omniqueue.centre.groups import Group
from omniqueue.centre.times import Exponential
from omniqueue.errors import InvalidValueError
from omniqueue.policy.order import EnteringContact
from omniqueue.report.simulation_tables import simulation_lines
from omniqueue.sim.replication.loop import run_replication
from omniqueue.sim.runs.replications import simulate
from omniqueue.sim.runs.results import SimulationResult
from omniqueue.sim.scenarios.scenario import Scenario, Stream
from omniqueue.sim.studies.comparison import compare
from omniqueue.sim.studies.staff_search import find_staffing

T = TypeVar("T")


def last_come(contact: EnteringContact) -> float:
    return -contact.arrived_at


def test_a_policy_of_a_module_that_processes_do_not_find_is_refused(desk: Scenario) -> None:
    # Test modules are not on the path of a fresh process.
    with pytest.raises(InvalidValueError, match="import"):
        simulate(desk, order=last_come, replications=2, jobs=2)
    assert simulate(desk, order=last_come, replications=2).estimate("overtook").value > 0


@pytest.fixture
def desk() -> Scenario:
    calls = Stream("calls", channel="phone", arrivals="110 per hour", handling=Exponential(60))
    return Scenario(streams=[calls], groups=[Group("desk", count=2)], horizon_seconds=7200)


def text(result: SimulationResult) -> str:
    return json.dumps(result.to_dict())


def test_processes_change_nothing(desk: Scenario) -> None:
    alone = simulate(desk, replications=5, seed=3)
    assert text(simulate(desk, replications=5, seed=3, jobs=2)) == text(alone)
    assert text(simulate(desk, replications=5, seed=4)) != text(alone)


def test_a_precision_is_reached_by_the_same_steps(desk: Scenario) -> None:
    found = simulate(desk, precision=0.15, replications=4)
    assert 10 < found.replications < 1000
    assert found.estimate("mean_wait_all").relative_half_width <= 0.15
    assert text(simulate(desk, precision=0.15, replications=4, jobs=2)) == text(found)
    assert text(simulate(desk, replications=found.replications)).replace(
        '"precision": null', '"precision": 0.15'
    ) == text(found)


def test_a_registered_policy_goes_to_processes(desk: Scenario) -> None:
    register_order("test-lowest-first", attrgetter("priority"))
    found = simulate(desk, order="test-lowest-first", replications=2, jobs=2)
    assert found.order == "test-lowest-first"
    assert text(found) == text(simulate(desk, order="test-lowest-first", replications=2))


def test_a_policy_that_cannot_be_sent_is_refused(desk: Scenario) -> None:
    with pytest.raises(InvalidValueError, match="module"):
        simulate(desk, order=lambda contact: 0.0, replications=2, jobs=2)
    assert simulate(desk, order=lambda contact: 0.0, replications=2).replications == 2


class Cluster:
    """Somebody's own executor."""

    def __init__(self) -> None:
        self.items: list[int] = []

    def map(self, function: Callable[[int], T], items: Iterable[int], /) -> Iterator[T]:
        for item in items:
            self.items.append(item)
            yield function(item)


def test_any_executor_will_do(desk: Scenario) -> None:
    alone = text(simulate(desk, replications=3))
    cluster = Cluster()
    assert text(simulate(desk, replications=3, executor=cluster)) == alone
    assert cluster.items == [0, 1, 2]
    with ThreadPoolExecutor(2) as threads:
        assert text(simulate(desk, replications=3, executor=threads)) == alone


@pytest.mark.parametrize("jobs", [1, 2])
def test_stopped_it_gives_what_is_there(desk: Scenario, jobs: int) -> None:
    told: list[tuple[int, int]] = []
    found = simulate(
        desk,
        replications=9,
        jobs=jobs,
        progress=lambda done, planned: told.append((done, planned)),
        stopped=lambda: len(told) >= 2,
    )
    assert found.incomplete
    assert 2 <= found.replications < 9
    assert told[:2] == [(1, 9), (2, 9)]
    whole = simulate(desk, replications=found.replications)
    assert found.estimate("mean_wait") == whole.estimate("mean_wait")


@pytest.mark.parametrize("replications", [1, 3])
def test_stopped_at_once_it_says_that_nothing_was_measured(
    desk: Scenario, replications: int
) -> None:
    found = simulate(desk, replications=replications, stopped=lambda: True)
    assert found.incomplete
    assert found.replications == 0
    assert json.loads(text(found))["total"]["mean_wait"]["value"] is None
    assert list(simulation_lines(found))[-1] == "nothing was measured"


def test_a_long_run_that_is_stopped_gives_its_part() -> None:
    calls = Stream("calls", channel="phone", arrivals="3600 per hour", handling=Exponential(1))
    desk = Scenario(streams=[calls], groups=[Group("desk", count=2)])
    asked: list[int] = []
    found = simulate(
        desk,
        replications=1,
        batches=5,
        stopped=lambda: bool(asked.append(1)) or len(asked) > 3,  # type: ignore[func-returns-value]
    )
    assert found.incomplete
    assert len(found.summaries) == 5
    assert 0 < found.summaries[0].seconds < desk.horizon_seconds / 5


@pytest.mark.parametrize(
    "settings",
    [
        {"replications": 0},
        {"replications": 10**9},
        {"precision": 0},
        {"precision": 1},
        {"precision": float("nan")},
        {"batches": 0},
        {"confidence": 95},
        {"seed": -1},
        {"seed": "abc"},
        {"jobs": 0},
        {"jobs": -5},
        {"jobs": 10**6},
        {"order": "nobody-knows"},
        {"selection": 7},
    ],
)
def test_settings_that_cannot_be(desk: Scenario, settings: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError):
        simulate(desk, **{"replications": 1, **settings})  # type: ignore[arg-type]


@pytest.mark.parametrize("given", ["desk.toml", None, {"streams": []}])
def test_what_is_no_scenario_is_refused_by_name(given: object, desk: Scenario) -> None:
    for field, run in (
        ("scenario", lambda: simulate(given)),  # type: ignore[arg-type]
        ("scenario", lambda: run_replication(given)),  # type: ignore[arg-type]
        ("scenario", lambda: compare(given, desk)),  # type: ignore[arg-type]
        ("other", lambda: compare(desk, given)),  # type: ignore[arg-type]
        ("scenario", lambda: find_staffing(given, ["phone 80% in 20s"])),  # type: ignore[arg-type]
    ):
        with pytest.raises(InvalidValueError, match=rf"^{field} is .*; expected a Scenario \("):
            run()


def test_an_order_is_written_as_people_do(desk: Scenario) -> None:
    result = simulate(desk, order="aging:60", replications=1)
    assert result.to_dict()["order"] == "aging:60"
    assert any("order aging:60, selection" in line for line in simulation_lines(result))
