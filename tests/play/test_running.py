"""Running plays: the agreed cases, refusals in their order of precedence, and the comparison."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from omniqueue import Event, Router
from omniqueue.errors import FileFaultsError
from omniqueue.model.event import JsonValue
from omniqueue.play import (
    Expectation,
    Outcome,
    Play,
    Rejection,
    Step,
    first_difference,
    parse_play,
    read_play,
    run_play,
)
from omniqueue.play.commands import COMMANDS

CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))

# One contact in each state there is, two agents, and a channel that asks.
SETTING: list[Mapping[str, JsonValue]] = [
    {"at": 0, "do": "submit", "contact": {"id": "active", "channel": "phone"}},
    {"at": 0, "do": "submit", "contact": {"id": "parked", "channel": "phone"}},
    {"at": 0, "do": "park", "contact": "parked"},
    {"at": 0, "do": "submit", "contact": {"id": "waiting", "channel": "fax"}},
]
AGENTS = [{"id": "ana", "channels": ["phone"]}, {"id": "ben", "channels": ["phone"]}]
BAD_PREFERENCE: Mapping[str, JsonValue] = {"agent": "ana", "seconds": -1}


def outcome_of(*steps: Mapping[str, JsonValue], **keys: object) -> Outcome:
    play = {"format": "omniqueue-play/1", "agents": AGENTS, "steps": steps, **keys}
    return run_play(parse_play(json.dumps(play)))


def error_of(do: str, **keys: JsonValue) -> str | None:
    """The name of the error with which a command after the setting is refused."""
    rejected = outcome_of(*SETTING, {"at": 5, "do": do, **keys}).rejected
    return rejected[0][1] if rejected else None


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_comes_out_as_it_expects(path: Path) -> None:
    play = read_play(path)
    assert play.expect is not None
    outcome = run_play(play)
    assert first_difference(play.expect, outcome) is None
    assert run_play(play) == outcome


def test_there_are_cases() -> None:
    assert len(CASES) >= 42


def test_the_cases_use_every_command() -> None:
    used = {step.do for path in CASES for step in read_play(path).steps}
    assert used == set(COMMANDS)


def test_every_command_is_a_method_of_the_router() -> None:
    for name in COMMANDS:
        assert callable(getattr(Router, "set_presence" if name == "presence" else name))


def test_events_are_told_as_they_happen_and_refusals_among_them() -> None:
    told: list[str] = []

    def tell(happening: Event | Rejection) -> None:
        told.append(str(happening.to_dict()["event"]))

    steps = (
        Step(0.0, "submit", {"contact": {"id": "c1", "channel": "fax", "expire_seconds": 5}}),
        Step(9.0, "abandon", {"contact": "c1"}),
        Step(9.0, "submit", {"contact": {"id": "c2", "channel": "fax"}}),
    )
    outcome = run_play(Play(steps=steps), tell)
    told = [name for name in told if name != "unservable"]
    assert told == ["queued", "expired", "rejected", "queued"]
    assert outcome == Outcome((), ("c2",), ((1, "IllegalTransitionError"),))


def test_agents_are_there_from_the_first_step_or_from_zero() -> None:
    for steps, start in (((Step(50.0, "advance"),), 50.0), ((), 0.0)):
        play = parse_play('{"format": "omniqueue-play/1", "agents": [{"id": "a"}], "steps": []}')
        told: list[Event | Rejection] = []
        run_play(Play(agents=play.agents, steps=steps), told.append)
        assert [(event.at, event.to_dict()["event"]) for event in told] == [(start, "agent_added")]


@pytest.mark.parametrize(
    ("contact", "error"),
    [
        ({"skills": {"fr": 0}}, "InvalidValueError"),
        ({"skills": {"fr": -1}}, "InvalidValueError"),
        ({"skills": {"fr": 1.5}}, "InvalidValueError"),
        ({"skills": {"fr": 10**9}}, "InvalidValueError"),
        ({"skills": {"": 1}}, "InvalidValueError"),
        ({"skills": {f"s{n}": 1 for n in range(65)}}, "InvalidValueError"),
        ({"priority": 2**64}, "InvalidValueError"),
        ({"priority": 10**400}, "InvalidValueError"),
        ({"priority": 1.5}, "InvalidValueError"),
        ({"id": ""}, "InvalidValueError"),
        ({"id": "x" * 129}, "InvalidValueError"),
        ({"id": "a\u0000b"}, "InvalidValueError"),
        ({"id": "\x1b[31m"}, "InvalidValueError"),
        ({"id": "a\nb"}, "InvalidValueError"),
        ({"id": "\ud800"}, "InvalidValueError"),
        ({"id": "a\u200bb"}, "InvalidValueError"),
        ({"id": "a\u202eb"}, "InvalidValueError"),
        ({"expire_seconds": -1}, "InvalidValueError"),
        ({"target_seconds": 10**400}, "InvalidValueError"),
        ({"arrived_at": 6}, "InvalidValueError"),
        ({"prefer": BAD_PREFERENCE}, "InvalidValueError"),
        ({"prefer": {"agent": "", "seconds": 1}}, "InvalidValueError"),
        ({"relax": [{"after_seconds": -1, "skills": {}}]}, "InvalidValueError"),
        ({"relax": [{"after_seconds": 1, "skills": {"fr": 1}}]}, "InvalidValueError"),
        ({"customer": ""}, "InvalidValueError"),
        ({"attributes": {"text": "x" * 20_000}}, "InvalidValueError"),
        ({"attributes": {str(n): n for n in range(65)}}, "InvalidValueError"),
        ({"attributes": {"a": [[[[[[[[]]]]]]]]}}, "InvalidValueError"),
        ({"channel": "pigeon"}, "UnknownChannelError"),
        ({"channel": "pigeon", "skills": {"fr": 0}}, "UnknownChannelError"),
        ({"channel": "pigeon", "id": "active"}, "UnknownChannelError"),
        ({"channel": "", "priority": 1.5}, "UnknownChannelError"),
        ({"id": "active"}, "DuplicateContactError"),
        ({"id": "active", "skills": {"fr": 0}}, "DuplicateContactError"),
        ({"id": "active", "arrived_at": 6}, "DuplicateContactError"),
        ({"priority": 1}, None),
    ],
)
def test_a_submit_is_refused_for_the_first_reason(
    contact: Mapping[str, JsonValue], error: str | None
) -> None:
    new: Mapping[str, JsonValue] = {"id": "new", "channel": "phone", **contact}
    assert error_of("submit", contact=new) == error


@pytest.mark.parametrize(
    ("agent", "error"),
    [
        ({"capacity": -1}, "InvalidValueError"),
        ({"capacity": 10**9}, "InvalidValueError"),
        ({"skills": {"fr": 0}}, "InvalidValueError"),
        ({"limits": {"phone": -1}}, "InvalidValueError"),
        ({"presence": "lunch"}, "InvalidValueError"),
        ({"id": "\n"}, "InvalidValueError"),
        ({"channels": ["pigeon"]}, "UnknownChannelError"),
        ({"limits": {"pigeon": 1}}, "UnknownChannelError"),
        ({"limits": {"pigeon": -1}, "id": "ana"}, "UnknownChannelError"),
        ({"channels": ["pigeon"], "capacity": -1}, "UnknownChannelError"),
        ({"id": "ana"}, "DuplicateAgentError"),
        ({"id": "ana", "capacity": -1}, "DuplicateAgentError"),
        ({"id": "ana", "presence": "lunch"}, "DuplicateAgentError"),
        ({"capacity": 0, "presence": "offline", "channels": None}, None),
    ],
)
def test_a_new_agent_is_refused_for_the_first_reason(
    agent: Mapping[str, JsonValue], error: str | None
) -> None:
    assert error_of("add_agent", agent={"id": "cleo", **agent}) == error


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"capacity": -1}, "InvalidValueError"),
        ({"skills": {"fr": 1.5}}, "InvalidValueError"),
        ({"id": "nobody", "capacity": -1}, "UnknownAgentError"),
        ({"id": "nobody", "channels": ["pigeon"]}, "UnknownChannelError"),
        ({"capacity": -1, "limits": {"pigeon": 1}}, "UnknownChannelError"),
        ({"capacity": 0, "skills": {}, "limits": {}, "channels": None}, None),
    ],
)
def test_a_change_of_an_agent_is_refused_for_the_first_reason(
    changes: Mapping[str, JsonValue], error: str | None
) -> None:
    assert error_of("update_agent", agent={"id": "ana", **changes}) == error


@pytest.mark.parametrize(
    ("do", "keys", "error"),
    [
        ("transfer", {"contact": "ghost", "prefer": BAD_PREFERENCE}, "UnknownContactError"),
        ("transfer", {"contact": "parked", "prefer": BAD_PREFERENCE}, "IllegalTransitionError"),
        ("transfer", {"contact": "active", "prefer": BAD_PREFERENCE}, "InvalidValueError"),
        ("transfer", {"contact": "active", "skills": {"fr": 0}}, "InvalidValueError"),
        ("transfer", {"contact": "waiting", "skills": {"fr": 0}}, "IllegalTransitionError"),
        ("transfer", {"contact": "active", "keep_place": False}, None),
        ("reopen", {"contact": "ghost", "prefer": BAD_PREFERENCE}, "UnknownContactError"),
        ("reopen", {"contact": "active", "prefer": BAD_PREFERENCE}, "IllegalTransitionError"),
        ("reopen", {"contact": "parked", "prefer": BAD_PREFERENCE}, "InvalidValueError"),
        ("reopen", {"contact": "parked", "prefer": {"agent": "x", "seconds": 1}}, None),
        ("update", {"contact": "waiting"}, "InvalidValueError"),
        ("update", {"contact": "active"}, "IllegalTransitionError"),
        ("update", {"contact": "waiting", "priority": 10**400}, "InvalidValueError"),
        ("update", {"contact": "active", "skills": {"fr": 0}}, "IllegalTransitionError"),
        ("defer", {"contact": "waiting", "until": 5}, "InvalidValueError"),
        ("defer", {"contact": "active", "until": 5}, "IllegalTransitionError"),
        ("defer", {"contact": "ghost", "channel": "pigeon"}, "UnknownChannelError"),
        ("defer", {"contact": "waiting", "channel": "email", "until": 6}, None),
        ("complete", {"contact": "active", "wrap_up_seconds": -1}, "InvalidValueError"),
        ("complete", {"contact": "waiting", "wrap_up_seconds": -1}, "IllegalTransitionError"),
        ("complete", {"contact": "active", "wrap_up_seconds": None}, None),
        ("presence", {"agent": "ana", "state": "lunch"}, "InvalidValueError"),
        ("presence", {"agent": "ghost", "state": "lunch"}, "UnknownAgentError"),
        ("assign", {"contact": "ghost", "agent": "ghost"}, "UnknownContactError"),
        ("assign", {"contact": "active", "agent": "ghost"}, "UnknownAgentError"),
        ("assign", {"contact": "waiting", "agent": "ben"}, "IllegalTransitionError"),
        ("accept", {"contact": "active", "agent": "ghost"}, "IllegalTransitionError"),
        ("remove_agent", {"agent": "ghost"}, "UnknownAgentError"),
        ("abandon", {"contact": "\ud800"}, "UnknownContactError"),
        ("abandon", {"contact": ""}, "UnknownContactError"),
    ],
)
def test_a_command_is_refused_for_the_first_reason(
    do: str, keys: dict[str, JsonValue], error: str | None
) -> None:
    assert error_of(do, **keys) == error


def test_time_that_goes_back_comes_before_every_other_reason() -> None:
    contact: JsonValue = {"id": "active", "channel": "pigeon", "skills": {"fr": 0}}
    assert error_of("submit", at=-1, contact=contact) == "TimeWentBackwardsError"


def test_a_refused_step_lets_time_pass_and_an_earlier_one_does_not() -> None:
    outcome = outcome_of(
        {"at": 10, "do": "abandon", "contact": "ghost"},
        {"at": 5, "do": "advance"},
        {"at": 10, "do": "advance"},
        {"at": 9, "do": "advance"},
    )
    assert outcome.rejected == (
        (0, "UnknownContactError"),
        (1, "TimeWentBackwardsError"),
        (3, "TimeWentBackwardsError"),
    )


def test_ids_that_differ_only_in_spelling_are_one() -> None:
    outcome = outcome_of(
        {"at": 0, "do": "submit", "contact": {"id": "caf\u00e9", "channel": "phone"}},
        {"at": 1, "do": "complete", "contact": "cafe\u0301"},
        {"at": 2, "do": "submit", "contact": {"id": "cafe\u0301", "channel": "phone"}},
        {"at": 3, "do": "add_agent", "agent": {"id": "\u00e9"}},
        {"at": 3, "do": "add_agent", "agent": {"id": "e\u0301", "capacity": -1}},
    )
    assert outcome.rejected == ((2, "DuplicateContactError"), (4, "DuplicateAgentError"))


def test_a_refused_submit_leaves_its_id_free() -> None:
    call: Mapping[str, JsonValue] = {"id": "c", "channel": "phone"}
    outcome = outcome_of(
        {"at": 0, "do": "submit", "contact": {**call, "priority": 0.5}},
        {"at": 0, "do": "submit", "contact": call},
    )
    assert outcome.rejected == ((0, "InvalidValueError"),)
    assert outcome.assignments == ((0.0, "c", "ana"),)


def test_a_year_passes_in_one_step() -> None:
    call = {"id": "c", "channel": "fax", "expire_seconds": 60}
    year = 365 * 86_400
    play = {"format": "omniqueue-play/1", "agents": []}
    steps = [{"at": 0, "do": "submit", "contact": call}, {"at": year, "do": "advance"}]
    told: list[Event | Rejection] = []
    run_play(parse_play(json.dumps({**play, "steps": steps})), told.append)
    assert (told[-1].at, told[-1].to_dict()["event"]) == (60.0, "expired")


FOUND = Outcome(((1.0, "c1", "ana"),), ("c2", "c3"), ((4, "QueueFullError"),))


@pytest.mark.parametrize(
    ("expected", "difference"),
    [
        (Expectation(), None),
        (Expectation(FOUND.assignments, FOUND.waiting, FOUND.rejected), None),
        (
            Expectation(((1.0, "c1", "ben"),)),
            'expect.assignments[0]: expected [1.0, "c1", "ben"], found [1.0, "c1", "ana"]',
        ),
        (Expectation(()), 'expect.assignments[0]: expected nothing, found [1.0, "c1", "ana"]'),
        (Expectation(waiting=("c2",)), 'expect.waiting[1]: expected nothing, found "c3"'),
        (
            Expectation(waiting=("c2", "c3", "\x1b")),
            'expect.waiting[2]: expected "\\u001b", found nothing',
        ),
        (
            Expectation(rejected=((4, "PolicyError"),)),
            'expect.rejected[0]: expected [4, "PolicyError"], found [4, "QueueFullError"]',
        ),
        (Expectation(waiting=(), rejected=()), 'expect.waiting[0]: expected nothing, found "c2"'),
    ],
)
def test_the_first_difference_is_named(expected: Expectation, difference: str | None) -> None:
    assert first_difference(expected, FOUND) == difference


ODD_SCALARS: list[JsonValue] = [None, True, 0, -1, 1.5, 1e308, -1e308, 10**400, 2**31]
ODD_TEXTS: list[JsonValue] = ["", " ", "\ud800", "phone", "ready", "ana", "x" * 200, "os:system"]
ODD_TREES: list[JsonValue] = [[], [[]], {}, {"": 1}, {"phone": -1}, ["pigeon"]]
ODD_VALUES = ODD_SCALARS + ODD_TEXTS + ODD_TREES


def spoil(tree: JsonValue, rng: random.Random) -> JsonValue:
    """A copy of the tree with one place replaced, removed or doubled."""
    if isinstance(tree, Mapping) and tree and rng.random() < 0.9:
        key = rng.choice(list(tree))
        if rng.random() < 0.1:
            return {name: item for name, item in tree.items() if name != key}
        return {**tree, key: spoil(tree[key], rng)}
    if isinstance(tree, list) and tree and rng.random() < 0.9:
        index = rng.randrange(len(tree))
        again = [tree[index]] if rng.random() < 0.1 else []
        return [*tree[:index], spoil(tree[index], rng), *again, *tree[index + 1 :]]
    return rng.choice(ODD_VALUES)


def test_a_spoiled_play_is_refused_as_a_whole_or_runs_to_its_end() -> None:
    rng = random.Random(7)
    ran = 0
    for _ in range(3000):
        tree = json.loads(rng.choice(CASES).read_text(encoding="utf-8"))
        for _ in range(rng.choice((1, 1, 2))):
            tree = spoil(tree, rng)
        try:
            play = parse_play(json.dumps(tree))
        except FileFaultsError:
            continue
        told: list[Event | Rejection] = []
        outcome = run_play(play, told.append)
        lines = [json.dumps(happening.to_dict(), allow_nan=False) for happening in told]
        assert sum('"event": "rejected"' in line for line in lines) == len(outcome.rejected)
        ran += 1
    assert 300 < ran < 2700  # both ways out have been taken often
