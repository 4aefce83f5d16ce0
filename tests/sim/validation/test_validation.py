"""Validation: a right simulator passes with any seed, a wrong one does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from math import inf, nan

import attrs
import pytest

from omniqueue.centre.times import Exponential
from omniqueue.errors import InvalidValueError, InvariantError
from omniqueue.model.contact import Contact
from omniqueue.model.event import RawEvent
from omniqueue.policy.selection import Selection
from omniqueue.sim.replication.loop import _Replication
from omniqueue.sim.scenarios.scenario import Scenario
from omniqueue.sim.validation import validation
from omniqueue.sim.validation.systems import (
    REPLICATIONS,
    KnownSystem,
    erlang_b_system,
    erlang_c_system,
    impatient_system,
    interrupting_system,
    large_systems,
    small_systems,
)
from omniqueue.sim.validation.validation import Validation, check_systems, validate

SMALL = {system.name: system for system in small_systems()}


def tiny(name: str = "tiny") -> KnownSystem:
    return erlang_c_system(name, 2.0, 4, within=0.2, batch=150)


def planted(name: str, change: Callable[[Scenario], Scenario]) -> Validation:
    """Simulate a system with something wrong; theory stays what it is."""
    system = SMALL[name]
    return check_systems([attrs.evolve(system, scenario=change(system.scenario))], seed=7)


def test_a_right_simulator_passes() -> None:
    told: list[tuple[int, int]] = []
    found = validate(seed=12, progress=lambda done, planned: told.append((done, planned)))
    assert found.faults == ()
    assert [check for check in found.checks if not check.passed] == []
    assert found.passed
    assert 0.5 < found.worst < found.limit < 6
    assert found.runs == len(SMALL) * REPLICATIONS
    assert told[-1] == (found.runs, found.runs)
    assert {check.system for check in found.checks} == set(SMALL)
    # Few are exactly right: so many degrees of freedom leave so many beyond two.
    beyond = sum(abs(check.z) > 2 for check in found.checks)
    assert beyond < len(found.checks) / 5


def newest_first(contact: Contact) -> float:
    arrived = contact.arrived_at
    return -arrived if arrived is not None else 0.0


def last_in_first_out(scenario: Scenario) -> Scenario:
    return attrs.evolve(scenario, order=newest_first)  # type: ignore[arg-type]


def newest_idle(scenario: Scenario) -> Scenario:
    turn = count()
    return attrs.evolve(
        scenario, selection=Selection(name="newest-idle", turn=lambda load: -next(turn))
    )


def skill_ignored(scenario: Scenario) -> Scenario:
    every = {skill: 1 for group in scenario.groups for skill in group.skills}
    return attrs.evolve(
        scenario, groups=[attrs.evolve(group, skills=every) for group in scenario.groups]
    )


def patience_doubled(scenario: Scenario) -> Scenario:
    [stream] = scenario.streams
    assert stream.patience is not None
    longer = Exponential(2 * stream.patience.mean_seconds)
    return attrs.evolve(scenario, streams=[attrs.evolve(stream, patience=longer)])


def priority_ignored(scenario: Scenario) -> Scenario:
    return attrs.evolve(scenario, order="arrival")


def nothing_interrupted(scenario: Scenario) -> Scenario:
    return attrs.evolve(scenario, channels=())


def slow_agents(scenario: Scenario) -> Scenario:
    return attrs.evolve(
        scenario, groups=[attrs.evolve(group, speed=0.9) for group in scenario.groups]
    )


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("Erlang C, 4 agents", last_in_first_out),
        ("N", last_in_first_out),
        ("N", newest_idle),
        ("N", skill_ignored),
        ("finite queue, patience", patience_doubled),
        ("three priorities", priority_ignored),
        ("Erlang C, 4 agents", slow_agents),
        ("calls interrupt", nothing_interrupted),
        ("calls interrupt, 4 agents", nothing_interrupted),
    ],
)
def test_a_wrong_simulator_fails(name: str, change: Callable[[Scenario], Scenario]) -> None:
    found = planted(name, change)
    assert not found.passed
    assert found.worst > 1.3 * found.limit, found.worst


def test_work_that_begins_anew_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done of an e-mail before the call is lost."""

    def anew(self: _Replication, event: RawEvent) -> None:
        row = self._row_of[str(event[2])]
        self._due.pop(row)
        self._aside[row] = (self._rows.handling[row], float(str(event[1])))

    monkeypatch.setattr(_Replication, "_put_aside", anew)
    found = check_systems([SMALL["calls interrupt"]], seed=7)
    assert found.worst > 1.3 * found.limit, found.worst


def test_in_order_of_arrival_the_time_of_interrupted_mails_is_known_too() -> None:
    system = interrupting_system(
        "by arrival", 0.6, 0.3, 1, order="arrival", within=0.2, batch=1000
    )
    found = check_systems([system], seed=3)
    assert "mean time in system, class 1" in {check.measure for check in found.checks}
    assert found.passed, found.checks


def test_a_broken_identity_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(record: object) -> None:
        raise InvariantError("replication", "broken", "Little's law for the queue")

    monkeypatch.setattr(validation, "check_identities", refuse)
    found = check_systems([tiny()])
    assert len(found.faults) == found.runs == REPLICATIONS
    assert "tiny, replication 0" in found.faults[0]
    assert "Little's law" in found.faults[0]
    assert all(check.passed for check in found.checks)
    assert not found.passed


def test_the_result_depends_on_seed_and_systems_alone() -> None:
    systems = [tiny(), tiny("other")]
    one = check_systems(systems, seed=5)
    assert check_systems(systems, seed=5, jobs=2) == one
    assert check_systems(systems, seed=6) != one
    first, second = [
        [check.z for check in one.checks if check.system == system.name] for system in systems
    ]
    assert first != second, "every system has chance of its own"
    alone = check_systems(systems[1:], seed=5)
    assert [check.z for check in alone.checks] == pytest.approx(second), "wherever it stands"


def test_interrupted_between_systems_and_within() -> None:
    systems = [tiny(), tiny("other")]
    asked = count()  # once in each of so short replications, and once after it
    found = check_systems(systems, stopped=lambda: next(asked) > 2 * (REPLICATIONS + 2))
    assert found.incomplete
    assert found.runs == REPLICATIONS + 3
    assert {check.system for check in found.checks} == {"tiny"}, "the other is not complete"
    nothing = check_systems(systems, stopped=lambda: True)
    assert (nothing.incomplete, nothing.checks, nothing.worst) == (True, (), 0.0)


def test_bad_arguments_are_refused() -> None:
    for bad in ({"seed": -1}, {"jobs": 0}):
        with pytest.raises(InvalidValueError):
            check_systems([tiny()], **bad)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError):
        check_systems([])


def test_a_score_where_nothing_varies() -> None:
    score = validation._score
    assert score(0.0, 0.0) == 0.0
    assert score(1.0, 0.0) == inf
    assert score(-1.0, 0.0) == -inf
    assert score(nan, 1.0) == score(0.5, nan) == inf
    assert score(1.0, 0.5) == 2.0


def test_nothing_to_measure_is_no_pass_and_valid_json() -> None:
    never = erlang_c_system("nobody waits", 0.001, 60, within=0.2, batch=20)
    found = check_systems([never])
    late = next(check for check in found.checks if check.measure == "mean wait of those who wait")
    assert not late.passed
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert told["passed"] is False
    assert told["worst"] is None


def test_systems_have_names_of_their_own_and_steady_batches() -> None:
    systems = small_systems() + large_systems()
    names = [system.name for system in systems]
    assert len(set(names)) == len(names)
    for system in systems:
        titles = [measure.name for measure in system.measures]
        assert len(set(titles)) == len(titles), system.name
        assert system.scenario.warm_up_seconds >= 10, "ten service times at least"


def test_a_system_is_what_it_is_called() -> None:
    lost = erlang_b_system("loss", 5.0, 6, batch=100).scenario
    assert (lost.max_waiting, lost.groups[0].size) == (0, 6)
    room = impatient_system(
        "room", 4.0, 4, within=0.2, batch=100, patience=Exponential(2.0), room=3
    ).scenario
    assert room.max_waiting == 3
    assert room.streams[0].patience == Exponential(2.0)
    assert SMALL["three priorities"].scenario.order == "priority"
    priorities = [stream.priority for stream in SMALL["three priorities"].scenario.streams]
    assert priorities == [3, 2, 1]
