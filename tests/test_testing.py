"""The conformance kit accepts what a router can use and refuses all else; the strategies hold."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from math import inf, nan

import attrs
import pytest
from hypothesis import HealthCheck, find, given, settings

import omniqueue.testing as kit
from omniqueue import Agent, Channel, Contact, Router
from omniqueue.core.lifecycle import STATES
from omniqueue.errors import InvalidValueError, MissingExtraError, PolicyError
from omniqueue.play import parse_play, run_play
from omniqueue.policy.fit import STOCK_FITS
from omniqueue.policy.own_order import skill_place
from omniqueue.policy.turn import STOCK_TURNS
from omniqueue.testing import drawing
from omniqueue.testing.drawing import Writer
from oracle.side_by_side import first_difference

QUICK = settings(
    max_examples=30,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
CHECKS: dict[str, Callable[..., None]] = {
    "order": kit.check_order,
    "fit": kit.check_fit,
    "own order": kit.check_own_order,
    "turn": kit.check_turn,
}
Policy = Callable[..., object]


@pytest.fixture(params=CHECKS)
def check(request: pytest.FixtureRequest) -> Callable[..., None]:
    return CHECKS[request.param]


# ------------------------------------------------------------ conformance


@pytest.mark.parametrize(
    "policy",
    [
        lambda *views: 0,
        lambda *views: inf,
        lambda *views: (1, 2.5),
        lambda *views: -(2**1000),
        lambda *views: len(repr(views)),
    ],
)
def test_good_policies_pass(check: Callable[..., None], policy: Policy) -> None:
    check(policy)
    check(policy, cases=1, chance=random.Random(5))


def test_stock_plugs_pass() -> None:
    for fit in STOCK_FITS.values():
        kit.check_fit(fit)
    for turn in STOCK_TURNS.values():
        kit.check_turn(turn)
    kit.check_order(lambda contact: contact.arrived_at + contact.target_seconds)
    kit.check_own_order(lambda held, needed: skill_place(("billing", "french"), held, needed))


def raising(*views: object) -> float:
    raise KeyError("4711")


async def coroutine(*views: object) -> float:
    return 0


@pytest.mark.parametrize(
    ("policy", "answer"),
    [
        (raising, "raised KeyError"),
        (coroutine, "a coroutine"),
        (lambda *views: nan, "nan"),
        (lambda *views: -inf, "-inf"),
        (lambda *views: None, "None"),
        (lambda *views: [1], "a list"),
        (lambda *views: "1", None),
        (lambda *views: True, "True"),
        (lambda *views: (), "a tuple"),
        (lambda *views: (1, "x"), "a tuple"),
        (lambda *views: (0,) * 17, "a tuple"),
        (lambda *views: (1, (2,)), "a tuple"),
        (lambda *views: 2**1024, "an int of 1025 bits"),
        (lambda *views: 1j, "a complex"),
    ],
)
def test_what_is_no_rank_is_refused(
    check: Callable[..., None], policy: Policy, answer: str | None
) -> None:
    with pytest.raises(PolicyError) as caught:
        check(policy)
    assert policy.__name__ in caught.value.field
    assert answer in (None, caught.value.value)


def test_impure_policies_are_refused(check: Callable[..., None]) -> None:
    numbers = count()
    coins = random.Random(1)
    seen: dict[str, int] = {}
    for impure in (
        lambda *views: next(numbers),
        lambda *views: coins.random(),
        lambda *views: next(numbers) // 2,  # the same twice in a row
        lambda *views: seen.setdefault(repr(views), len(seen)) + len(seen) // 50,
    ):
        with pytest.raises(PolicyError, match="the same rank"):
            check(impure)


def test_a_rank_by_identity_is_refused(check: Callable[..., None]) -> None:
    kept: list[object] = []  # keeps them alive, so that no identity comes twice

    def by_identity(*views: object) -> float:
        kept.append(object())
        return id(kept[-1])

    with pytest.raises(PolicyError, match="the same rank"):
        check(by_identity)


def test_numbers_mixed_with_tuples_are_refused(check: Callable[..., None]) -> None:
    def mixed(*views: object) -> object:
        return 1 if len(repr(views)) % 2 else (1, 2)

    with pytest.raises(PolicyError, match="of one kind"):
        check(mixed)


def test_changing_the_view_is_refused() -> None:
    def marks(contact: object) -> float:
        attributes = contact.attributes  # type: ignore[attr-defined]
        if attributes is not None:
            attributes["seen"] = 1
        return 0

    def digs(contact: object) -> float:
        attributes = contact.attributes  # type: ignore[attr-defined]
        if attributes and attributes.get("notes"):
            attributes["notes"].append("seen")
        return 0

    def forces(view: object) -> float:
        object.__setattr__(view, "id", "else")
        return 0

    def sets(view: object) -> float:
        view.id = "else"  # type: ignore[attr-defined]
        return 0

    for policy in (marks, digs, forces, sets):
        with pytest.raises(PolicyError, match=policy.__name__):
            kit.check_order(policy)
    for policy in (forces, sets):
        with pytest.raises(PolicyError, match=policy.__name__):
            kit.check_turn(policy)


def test_the_inputs_that_break_naive_policies_are_drawn() -> None:
    for policy, about in (
        (lambda c: c.attributes["tier"], "a contact"),
        (lambda c: 1 / (1 + abs(c.priority)) - c.target_seconds, "target_seconds inf"),
        (lambda c: 1 / c.arrived_at, "arrived_at 0.0"),
        (lambda c: {"phone": 0, "email": 1, "fax": 2, "chat": 3}[c.channel], "channel 'sms'"),
        (lambda c: int(c.id.removeprefix("c")), "a contact"),
    ):
        with pytest.raises(PolicyError, match=about):
            kit.check_order(policy)
    with pytest.raises(PolicyError, match="capacity 0"):
        kit.check_turn(lambda agent: agent.used / agent.capacity)
    with pytest.raises(PolicyError, match="skills"):
        kit.check_fit(lambda held, needed: max(needed.values()))
    with pytest.raises(PolicyError, match="1 and|skills"):
        kit.check_fit(lambda held, needed: held["billing"])


def test_attributes_that_contacts_carry_may_be_said() -> None:
    def by_tier(contact: object) -> float:
        return contact.attributes["n"]  # type: ignore[attr-defined, no-any-return]

    kit.check_order(by_tier, attributes=[{"n": 1}, {"n": 2}])
    with pytest.raises(PolicyError) as caught:
        kit.check_order(by_tier, attributes=[{"n": "secret-4711"}])
    assert "secret" not in caught.value.field
    for bad in ([], [{"n": {1}}], [5]):
        with pytest.raises(InvalidValueError):
            kit.check_order(by_tier, attributes=bad)  # type: ignore[arg-type]


def test_names_are_escaped_and_values_checked(check: Callable[..., None]) -> None:
    def odd(*views: object) -> None: ...

    odd.__name__ = "\x1b[31m\n" + "x" * 500
    with pytest.raises(PolicyError) as caught:
        check(odd)
    assert str(caught.value).isprintable()
    assert "x" * 65 not in str(caught.value)
    for bad in (None, 5, "arrival"):
        with pytest.raises(InvalidValueError):
            check(bad)
    for bad_count in (0, -1, 1.5, True, 10**9):
        with pytest.raises(InvalidValueError):
            check(lambda *views: 0, cases=bad_count)


def test_the_same_inputs_are_drawn_each_time() -> None:
    def asked(chance: random.Random | None) -> list[str]:
        seen: list[str] = []
        kit.check_turn(lambda agent: seen.append(repr(agent)) or 0, chance=chance)  # type: ignore[func-returns-value, redundant-expr]
        return seen

    assert asked(None) == asked(None)
    assert asked(random.Random(1)) == asked(random.Random(1)) != asked(random.Random(2))
    assert len(asked(None)) == 600


# ------------------------------------------------------------ strategies


def test_hypothesis_is_imported_only_when_a_strategy_is_asked_for() -> None:
    code = "import sys, omniqueue.testing; sys.exit('hypothesis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


@pytest.mark.parametrize("make", [kit.contacts, kit.agents, kit.plays, kit.routers])
def test_without_hypothesis_the_error_says_what_to_install(
    make: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(MissingExtraError, match="pip install hypothesis"):
        make()


@QUICK
@given(kit.contacts(), kit.agents())
def test_contacts_and_agents_fit_a_router(contact: Contact, agent: Agent) -> None:
    router = Router()
    router.submit(contact, at=0)
    router.add_agent(agent, at=0)
    router.check()


@QUICK
@given(kit.contacts(channels=["fax"], skills=["x"]), kit.agents(channels=["fax"], skills=["x"]))
def test_names_may_be_said(contact: Contact, agent: Agent) -> None:
    assert contact.channel == "fax"
    assert set(contact.skills) | set(agent.skills) <= {"x"}
    assert set(agent.limits) | set(agent.channels or ()) <= {"fax"}


@QUICK
@given(kit.plays())
def test_plays_are_valid_and_both_routers_agree(play: dict[str, object]) -> None:
    run_play(parse_play(json.dumps(play)))
    assert first_difference(json.loads(json.dumps(play))) is None


@QUICK
@given(kit.routers())
def test_routers_are_sound_and_survive_a_snapshot(router: Router) -> None:
    router.check()
    again = Router.restore(json.loads(json.dumps(router.snapshot())))
    assert again.snapshot() == router.snapshot()
    assert again.advance(at=1e6) == router.advance(at=1e6)
    again.check()


def test_plays_reach_every_state_and_shrink() -> None:
    states: set[str] = set()
    for seed in range(1000):
        router = Writer(random.Random(seed).choice, 40).router
        states.update(contact.state for contact in router.contacts.values())
    assert states == set(STATES)
    assert find(kit.plays(steps_max=3), lambda play: True, settings=QUICK)["steps"] == []


@pytest.mark.parametrize("steps_max", [-1, 1.5, True, None])
def test_steps_max_is_checked(steps_max: object) -> None:
    for make in (kit.plays, kit.routers):
        with pytest.raises(InvalidValueError):
            make(steps_max=steps_max)  # type: ignore[arg-type]


def test_drawn_plays_try_every_setting_of_a_channel() -> None:
    drawn = {name for name, _ in drawing._CHANNEL_OPTIONS} | {"name", "interrupted_by"}
    assert drawn == {field.name for field in attrs.fields(Channel)}
