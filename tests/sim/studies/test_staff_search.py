"""The staffing search: as theory says, as an exhaustive search says, and with evidence."""

from __future__ import annotations

import json
from itertools import product

import attrs
import numpy as np
import pytest

from omniqueue.centre.groups import Break, Group, Level, ShiftPlan
from omniqueue.centre.times import Exponential
from omniqueue.centre.week import Hours
from omniqueue.errors import InvalidValueError
from omniqueue.report.staffing_tables import staffing_lines, staffing_verdict
from omniqueue.sim.scenarios.arrivals import Poisson, Rate, Trace
from omniqueue.sim.scenarios.scenario import Scenario, Stream
from omniqueue.sim.studies.staff_search import find_staffing
from omniqueue.sim.studies.staff_start import erlang_start, planned_seconds, resized, staffed
from omniqueue.sim.studies.targets import Probe, check_targets, outcomes_of, parse_target
from omniqueue.theory import agents_for_erlang_a, agents_for_erlang_c

DAY = 86_400.0
HOUR = 3600.0


def calls(per_hour: float, seconds: float, **settings: object) -> Stream:
    return Stream(
        "calls",
        channel="phone",
        arrivals=Poisson([Rate(per_hour)]),
        handling=Exponential(seconds),
        **settings,  # type: ignore[arg-type]
    )


def one_group(stream: Stream, days: float = 2.5) -> Scenario:
    return Scenario(
        streams=[stream],
        groups=[Group("desk")],
        horizon_seconds=days * DAY,
        warm_up_seconds=HOUR,
        seed=3,
    )


@pytest.mark.parametrize(
    ("per_hour", "seconds", "share"), [(90, 240, 0.8), (30, 200, 0.9), (150, 180, 0.8)]
)
def test_one_group_is_erlang_c(per_hour: float, seconds: float, share: float) -> None:
    truth = agents_for_erlang_c(
        arrival_rate=per_hour / HOUR,
        service_rate=1 / seconds,
        service_level=share,
        service_level_time=20,
    )
    plan = find_staffing(
        one_group(calls(per_hour, seconds)), [f"phone {100 * share:g}% in 20s"], replications=8
    )
    assert plan.met
    assert plan.agents == plan.start == {"desk": truth.agents}
    [less] = plan.neighbours.values()
    assert less.agents == {"desk": truth.agents - 1}
    assert less.replications == 8
    assert not less.met
    assert plan.best is not None
    assert plan.best.cost == plan.best.agent_hours == truth.agents * 60


def test_impatient_customers_are_erlang_a() -> None:
    truth = agents_for_erlang_a(
        arrival_rate=90 / HOUR, service_rate=1 / 240, patience_rate=1 / 120, p_abandon=0.05
    )
    plan = find_staffing(
        one_group(calls(90, 240, patience=Exponential(120))),
        ["abandon phone under 5%"],
        replications=8,
    )
    assert plan.agents == plan.start == {"desk": truth.agents}


def test_it_finds_back_from_a_bad_start() -> None:
    """Patience that formulas take for endless, and a log whose busiest hour says nothing."""
    scenario = Scenario(
        streams=[
            Stream(
                "calls", channel="phone", arrivals=Trace(range(0, int(DAY), 20)), handling="55s"
            )
        ],
        groups=[Group("desk")],
        horizon_seconds=DAY,
    )
    plan = find_staffing(scenario, ["phone 100% in 5s"], replications=2, most=50)
    assert plan.start["desk"] > 3
    assert plan.agents == {"desk": 3}  # a call every 20 seconds, each of 55 seconds


def two_skills() -> Scenario:
    return Scenario(
        streams=[
            attrs.evolve(calls(50, 120), skills={"a": 1}),
            Stream(
                "chats",
                channel="chat",
                arrivals="25 per hour",
                handling=Exponential(200),
                skills={"b": 1},
            ),
        ],
        groups=[
            Group("first", skills={"a": 1}),
            Group("both", skills={"a": 1, "b": 1}),
        ],
        selection="closest-fit",
        horizon_seconds=DAY / 2,
        seed=5,
    )


def test_two_groups_against_all_staffings() -> None:
    """No staffing within the bounds that is cheaper meets the targets."""
    scenario = two_skills()
    texts, costs = ["phone 80% in 20s", "chat 70% in 60s"], {"both": 1.5}
    plan = find_staffing(scenario, texts, costs=costs, replications=6, most=5)
    assert plan.met
    targets = check_targets(texts, scenario)

    def meets(agents: dict[str, int]) -> bool:
        probe = Probe(scenario=staffed(scenario, agents), targets=targets, seed=5)
        units = np.array([probe(number) for number in range(6)])
        return all(
            each.met for each in outcomes_of(targets, units, confidence=0.95, cautious=True)
        )

    def cost(agents: dict[str, int]) -> float:
        return 12 * (agents["first"] + 1.5 * agents["both"])

    assert plan.best is not None
    assert meets(dict(plan.agents))
    assert plan.best.cost == pytest.approx(cost(dict(plan.agents)))
    for first, both in product(range(6), repeat=2):
        agents = {"first": first, "both": both}
        if cost(agents) < plan.best.cost - 1e-9:
            assert not meets(agents), agents
    assert {name for name, number in plan.agents.items() if number} == set(plan.neighbours)
    for name, less in plan.neighbours.items():
        assert less.agents[name] == plan.agents[name] - 1
        assert less.failing
    text = "\n".join(staffing_lines(plan))
    assert "With one agent less" in text
    assert "that is not proved" in text


def test_it_is_the_same_twice_and_in_processes() -> None:
    texts = ["phone 80% in 20s", "chat 80% in 60s"]
    here = find_staffing(two_skills(), texts, replications=6)
    there = find_staffing(two_skills(), texts, replications=6, jobs=2)
    assert here.to_dict() == there.to_dict()
    tried = [(tuple(each.agents.values()), each.replications) for each in here.trail]
    assert len(set(tried)) == len(tried)


def test_no_staffing_within_the_bounds() -> None:
    scenario = one_group(calls(90, 240), days=1)
    plan = find_staffing(scenario, ["phone 80% in 20s"], most={"desk": 7}, replications=4)
    assert not plan.met
    assert plan.agents == {"desk": 7}
    assert plan.best is not None
    [failing] = plan.best.failing
    assert failing.missing > 0.05
    text = " ".join(staffing_verdict(plan))
    assert "(desk 7) was found" in text
    assert f"phone 80% in 20s fails by {100 * failing.missing:.2f} points" in text
    assert not plan.neighbours


def test_a_stopped_search_keeps_what_is_sure() -> None:
    scenario = one_group(calls(90, 240), days=1)
    whole = find_staffing(scenario, ["phone 80% in 20s"], replications=8)
    ends = set()
    for limit in (1, 9, 14, 40):
        told: list[int] = []

        def note(done: int, planned: int, told: list[int] = told) -> None:
            told.append(done)

        plan = find_staffing(
            scenario,
            ["phone 80% in 20s"],
            replications=8,
            progress=note,
            stopped=lambda told=told, limit=limit: len(told) >= limit,  # type: ignore[misc]
        )
        ends.add((plan.incomplete, plan.met))
        if plan.incomplete:
            assert plan.best is None or plan.best.met
            assert "partial" in next(iter(staffing_lines(plan)))
        else:
            assert plan.to_dict() == whole.to_dict()
        json.dumps(plan.to_dict(), allow_nan=False)
    assert ends >= {(True, False), (False, True)}


def test_groups_keep_their_shape() -> None:
    shifts = [ShiftPlan(Hours("mon", "08:00", "12:00"), n) for n in (6, 3, 1)]
    group = Group("desk", shifts=shifts)
    before = [0, 0, 0]
    for number in range(41):
        counts = [shift.count or 0 for shift in resized(group, number).shifts]
        assert sum(counts) == number
        assert all(now >= was for now, was in zip(counts, before, strict=True))
        before = counts
    assert before == [24, 12, 4]
    assert resized(group, 10) == group
    levels = [Level(Hours(start=0, end=3600), 12), Level(Hours(start=3600, end=7200), 6)]
    group = Group("desk", levels=levels)
    assert [level.count for level in resized(group, 5).levels] == [5, 3]
    assert resized(group, 0).size == 0
    assert resized(Group("desk", shifts=[ShiftPlan(count=0), ShiftPlan(count=0)]), 3).size == 3
    assert resized(Group("desk", levels=[Level(Hours(), 0)]), 3).size == 3
    with pytest.raises(InvalidValueError):
        resized(group, -1)


def test_planned_hours() -> None:
    plan = ShiftPlan(Hours("mon-fri", "08:00", "16:00"), 3, [Break("12:00", "12:30", turns=2)])
    group = Group("desk", shifts=[plan], shrinkage=0.5)
    week = planned_seconds(group, np.array([0.0, 7 * DAY]))
    assert week.tolist() == [5 * 3 * 7.5 * HOUR]
    edges = np.array([8, 9, 12, 12.5, 13, 16, 17]) * HOUR
    assert (planned_seconds(group, edges) / HOUR).tolist() == [3, 9, 0.5, 1, 9, 0]
    levels = Group("g", levels=[Level(Hours(start=0, end=3600), 2), Level(Hours("mon", 3600), 5)])
    assert (planned_seconds(levels, np.array([0, 7200.0])) / HOUR).tolist() == [7]


def test_the_start_knows_shifts_shrinkage_and_what_may_wait() -> None:
    day = Hours("mon-fri", "09:00", "17:00")
    streams = [
        attrs.evolve(calls(0, 240), arrivals=Poisson([Rate(90, day)])),
        Stream("mails", channel="email", arrivals="20 per hour", handling=Exponential(360)),
    ]
    group = Group("desk", shifts=[ShiftPlan(day, 4)])
    scenario = Scenario(streams=streams, groups=[group], horizon_seconds=5 * DAY)
    targets = [parse_target("phone 80% in 20s"), parse_target("email 90% in 16h")]
    # 6 calls in hand, and three days of mails in one: 3 x 2 of them.
    base = erlang_start(scenario, targets)["desk"]
    assert 13 <= base <= 16
    shrunk = attrs.evolve(scenario, groups=[attrs.evolve(group, shrinkage=0.2)])
    assert erlang_start(shrunk, targets)["desk"] == pytest.approx(base / 0.8, abs=1)
    half = [
        Group("early", shifts=[ShiftPlan(Hours("mon-fri", "09:00", "13:00"), 4)]),
        Group("late", shifts=[ShiftPlan(Hours("mon-fri", "13:00", "17:00"), 4)]),
        Group("idle", skills={"x": 1}, channels=("fax",)),
    ]
    assert erlang_start(attrs.evolve(scenario, groups=half), targets) == {
        "early": base,
        "late": base,
        "idle": 0,
    }


def test_the_start_knows_what_contacts_cost_a_group() -> None:
    scenario = one_group(calls(120, 300))
    [desk] = scenario.groups
    targets = [parse_target("phone 80% in 20s")]

    def start(**more: object) -> int:
        group = attrs.evolve(desk, capacity=2, **more)  # type: ignore[arg-type]
        return erlang_start(attrs.evolve(scenario, groups=[group]), targets)["desk"]

    assert start(costs={"phone": 2}) == erlang_start(scenario, targets)["desk"] > start()
    assert start(costs={"phone": 3}) == 0, "none of them can take a call"


@pytest.mark.parametrize(
    "settings",
    [
        {"costs": {"nobody": 1.0}},
        {"costs": {"desk": 0.0}},
        {"most": {"nobody": 1}},
        {"most": -1},
        {"replications": 1},
        {"confidence": 2},
    ],
)
def test_bad_settings(settings: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError):
        find_staffing(
            one_group(calls(9, 60)),
            ["phone 80% in 20s"],
            **settings,  # type: ignore[arg-type]
        )
    with pytest.raises(InvalidValueError, match="group"):
        staffed(one_group(calls(9, 60)), {"nobody": 1})


def test_a_mean_wait_of_a_stream_is_met_as_erlang_says() -> None:
    calls = Stream("calls", channel="phone", arrivals="60 per hour", handling=Exponential(240))
    desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=360_000)
    plan = find_staffing(desk, ["stream calls asa 30s"], replications=5, seed=2)
    exact = agents_for_erlang_c(arrival_rate=60, service_rate=15, mean_wait=30 / 3600)
    assert dict(plan.start) == dict(plan.agents) == {"desk": exact.agents}
    assert not plan.neighbours["desk"].met
