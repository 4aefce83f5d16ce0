"""The table of exact values: theory to six decimals, simulation inside its intervals."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from omniqueue.centre.times import Exponential
from omniqueue.sim.validation.systems import (
    KnownSystem,
    impatient_system,
    large_systems,
    skill_system,
)
from omniqueue.sim.validation.validation import check_systems
from omniqueue.theory import erlang_a, erlang_b, erlang_c, fcfs_alis, priority_queue

TABLE = Path(__file__).resolve().parents[3] / "../shared/theory/reference.json"
pytestmark = pytest.mark.skipif(not TABLE.is_file(), reason=f"no {TABLE.name} beside the project")


def entries(kind: str) -> list[dict[str, Any]]:
    if not TABLE.is_file():
        return []
    found: list[dict[str, Any]] = json.loads(TABLE.read_text(encoding="utf-8"))[kind]
    return found


def named(entry: dict[str, Any]) -> str:
    return str(entry.get("name", entry.get("servers")))


def agree(found: Iterable[float], stated: Iterable[float]) -> None:
    """Equal to the last of the six decimals that are stated."""
    assert list(found) == pytest.approx(list(stated), abs=6e-7, rel=0)


def queue_arguments(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "arrival_rate": entry["arrival_rate"],
        "service_rate": entry["service_rate"],
        "agents": entry["servers"],
        "service_level_time": entry["service_level_time"],
    }


@pytest.mark.parametrize("entry", entries("erlang_b"), ids=named)
def test_erlang_b(entry: dict[str, Any]) -> None:
    found = erlang_b(arrival_rate=entry["offered_load"], service_rate=1.0, agents=entry["servers"])
    agree([found.p_block], [entry["p_block"]])


@pytest.mark.parametrize("entry", entries("erlang_c"), ids=named)
def test_erlang_c(entry: dict[str, Any]) -> None:
    found = erlang_c(**queue_arguments(entry))
    names = {
        "rho": found.occupancy,
        "p_wait": found.p_wait,
        "asa": found.mean_wait,
        "asa_delayed": found.mean_wait_delayed,
        "lq": found.mean_queue,
        "service_level": found.service_level,
        "var_wait": found.variance_wait,
    }
    agree(names.values(), [entry[name] for name in names])


@pytest.mark.parametrize("entry", entries("erlang_a"), ids=named)
def test_erlang_a(entry: dict[str, Any]) -> None:
    found = erlang_a(**queue_arguments(entry), patience_rate=entry["patience_rate"])
    names = {
        "p_block": found.p_block,
        "p_wait": found.p_wait,
        "p_ab": found.p_abandon,
        "p_ab_given_wait": found.p_abandon_given_wait,
        "asa_all": found.mean_wait,
        "asa_served": found.mean_wait_served,
        "lq": found.mean_queue,
        "occupancy": found.occupancy,
        "sl_served_of_all": found.service_level,
        "sl_served": found.service_level_served,
    }
    agree(names.values(), [entry[name] for name in names])


@pytest.mark.parametrize("entry", entries("priority_nonpreemptive"), ids=named)
def test_priorities(entry: dict[str, Any]) -> None:
    found = priority_queue(
        arrival_rate=entry["arrival_rates_highest_first"],
        service_rate=entry["service_rate"],
        agents=entry["servers"],
        service_level_time=entry["service_level_time"],
    )
    agree(found.mean_wait, [each["asa"] for each in entry["classes"]])
    agree(found.service_level, [each["service_level"] for each in entry["classes"]])
    agree([found.p_wait] * len(found.mean_wait), [each["p_wait"] for each in entry["classes"]])


@pytest.mark.parametrize("entry", entries("fcfs_alis"), ids=named)
def test_routing_by_skill(entry: dict[str, Any]) -> None:
    found = fcfs_alis(
        arrival_rate=entry["arrival_rate"],
        service_rate=entry["service_rate_of_pool"],
        agents=entry["agents_in_pool"],
        pools_of_class=entry["pools_of_class"],
        service_level_time=entry["service_level_time"],
    )
    agree(found.mean_wait, entry["mean_wait"])
    agree(found.p_wait, entry["p_wait"])
    agree(found.service_level, entry["service_level"])
    agree(found.occupancy, entry["utilisation_of_pool"])
    for flow, stated in zip(found.flow, entry["flow_class_to_pool"], strict=True):
        agree(flow, stated)


def test_small_systems_simulated_lie_in_their_intervals() -> None:
    batch = {"N, two agents": 800.0, "W, two agents": 1400.0}
    systems = [
        skill_system(
            entry["name"],
            entry["arrival_rate"],
            entry["pools_of_class"],
            entry["agents_in_pool"],
            speeds=entry["service_rate_of_pool"],
            within=entry["service_level_time"],
            batch=batch[entry["name"]],
        )
        for entry in entries("fcfs_alis")
        if entry["name"] in batch
    ]
    crowded = next(each for each in entries("erlang_a") if each["servers"] == 10)
    systems.append(
        impatient_system(
            "Erlang A",
            crowded["arrival_rate"],
            crowded["servers"],
            within=crowded["service_level_time"],
            batch=120.0,
            patience=Exponential(1.0 / crowded["patience_rate"]),
        )
    )
    found = check_systems(systems, seed=3)
    assert len(systems) == 3
    assert found.faults == ()
    assert [check for check in found.checks if not check.passed] == []


def test_all_systems_are_simulated_by_a_full_validation() -> None:
    def stated(entry: dict[str, Any]) -> set[float]:
        numbers: set[float] = set()
        for name in ("p_block", "mean_wait", "asa", "asa_all", "lq", "utilisation_of_pool"):
            given = entry.get(name, [])
            numbers |= set(given if isinstance(given, list) else [given])
        for each in entry.get("classes", []):
            numbers |= {each["asa"], each["service_level"]}
        return numbers - {0.0}

    def known(system: KnownSystem, numbers: set[float]) -> bool:
        theory = [measure.theory for measure in system.measures]
        return all(any(abs(each - number) < 6e-7 for each in theory) for number in numbers)

    systems = large_systems()
    kinds = ("erlang_b", "erlang_c", "erlang_a", "priority_nonpreemptive", "fcfs_alis")
    for kind in kinds:
        for entry in entries(kind):
            assert stated(entry)
            assert any(known(system, stated(entry)) for system in systems), (kind, named(entry))
