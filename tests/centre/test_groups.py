"""Staffing: who comes, pauses and leaves when."""

from __future__ import annotations

import pickle

import pytest

from omniqueue.centre.chance import Chance
from omniqueue.centre.groups import (
    COME,
    LEAVE,
    LEVEL,
    PAUSE,
    RETURN,
    Break,
    Group,
    Level,
    ShiftPlan,
)
from omniqueue.centre.week import DAY_SECONDS, Hours
from omniqueue.errors import InvalidValueError


def test_shifts_are_different_people() -> None:
    group = Group(
        "desk",
        count=2,
        shifts=[
            ShiftPlan(Hours("mon-tue", "08:00", "16:00"), 1),
            ShiftPlan(Hours("mon", "22:00", "06:00")),
        ],
    )
    assert group.size == 3
    hour = 3600.0
    assert group.changes(Chance(1), 2) == [
        (8 * hour, COME, 0),
        (16 * hour, LEAVE, 0),
        (22 * hour, COME, 1),
        (22 * hour, COME, 2),
        (30 * hour, LEAVE, 1),
        (30 * hour, LEAVE, 2),
        (32 * hour, COME, 0),
        (40 * hour, LEAVE, 0),
    ]


def test_breaks_are_taken_in_turns() -> None:
    shift = ShiftPlan(Hours("mon", "08:00", "16:00"), 3, [Break("12:00", "12:30", turns=2)])
    changes = Group("desk", shifts=[shift]).changes(Chance(1), 1)
    noon = 12 * 3600.0
    pauses = [change for change in changes if change[1] in (PAUSE, RETURN)]
    assert pauses == [
        (noon, PAUSE, 0),
        (noon, PAUSE, 2),
        (noon + 1800, PAUSE, 1),
        (noon + 1800, RETURN, 0),
        (noon + 1800, RETURN, 2),
        (noon + 3600, RETURN, 1),
    ]


def test_a_break_after_midnight_and_one_that_lasts_to_the_end() -> None:
    shift = ShiftPlan(
        Hours("mon", "22:00", "06:00"), 1, [Break("02:00", "02:30"), Break("05:30", "06:00")]
    )
    pauses = [c[:2] for c in Group("n", shifts=[shift]).changes(Chance(1), 1) if c[1] in (1, 2)]
    assert pauses == [(26 * 3600.0, PAUSE), (26.5 * 3600.0, RETURN), (29.5 * 3600.0, PAUSE)]


def test_levels_follow_each_other_without_a_gap() -> None:
    group = Group(
        "g", levels=[Level(Hours(start=0, end=7200), 12), Level(Hours(start=7200, end=9000), 18)]
    )
    assert group.size == 18
    assert group.changes(Chance(1), 2)[:4] == [
        (0.0, LEVEL, 12),
        (7200.0, LEVEL, 18),
        (9000.0, LEVEL, 0),
        (DAY_SECONDS, LEVEL, 12),
    ]


def test_shrinkage_is_drawn_for_each_agent_and_day() -> None:
    plan = [ShiftPlan(Hours("mon-sun", "08:00", "16:00"), 40)]
    group = Group("desk", shifts=plan, shrinkage=0.25)
    comings = [change for change in group.changes(Chance(1), 100) if change[1] == COME]
    assert len(comings) == pytest.approx(3000, abs=4 * 27.4)
    always = Group("desk", count=40, shrinkage=0.25).changes(Chance(1), 100)
    assert {kind for _, kind, _ in always} == {COME, LEAVE}
    level = Group("desk", levels=[Level(Hours(), 40)], shrinkage=0.25).changes(Chance(1), 100)
    assert sum(there for _, _, there in level[:-1]) == pytest.approx(3000, abs=4 * 27.4)


def test_a_group_survives_pickling() -> None:
    group = Group("g", limits={"chat": 2}, speed={"calls": 2.0}, channels=("chat",), capacity=3)
    again = pickle.loads(pickle.dumps(group))
    assert again == group
    assert again.speed_for("calls") == 2.0
    assert again.speed_for("other") == 1.0


@pytest.mark.parametrize(
    "settings",
    [
        {"count": -1},
        {"count": 10**9},
        {"count": 1e308},
        {"count": True},
        {"shrinkage": 1.5},
        {"speed": 0},
        {"speed": {"calls": -1}},
        {"slowdown": -0.1},
        {"miss": 0.6, "decline": 0.6},
        {"reaction": -1},
        {"skills": {"a": 0}},
        {"shifts": [ShiftPlan()], "levels": [Level(Hours(), 1)]},
        {"levels": [Level(Hours(), 1), Level(Hours("mon"), 2)]},
        {"shifts": [ShiftPlan(count=60_000), ShiftPlan(count=60_000)]},
    ],
)
def test_groups_that_cannot_be(settings: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError):
        Group("desk", **settings)  # type: ignore[arg-type]
