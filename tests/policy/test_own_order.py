"""The own-order socket: a user's function instead of the agents' own skill orders."""

from __future__ import annotations

import json

import pytest

from omniqueue import Agent, Channel, Contact, Router, Skills
from omniqueue.errors import InvalidValueError, SnapshotError
from omniqueue.events import Assigned, PolicyFailed
from omniqueue.policy.own_order import own_order_of, skill_place


def largest_first(held: Skills, needed: Skills) -> float:
    return -sum(needed.values())


def waiting(made: Router) -> Router:
    """Four contacts that wait, of three kinds."""
    for name, skills in (("a", {}), ("b", {"fr": 1}), ("c", {"fr": 2}), ("d", {"fr": 2})):
        made.submit(Contact(name, "phone", skills=skills), at=1)
    return made


def taken_by(made: Router, agent: Agent) -> list[str]:
    """Whom an agent takes, one after the other."""
    found = []
    events = made.add_agent(agent, at=made.now + 1)
    while given := events.of(Assigned):
        found.append(given[0].contact)
        events = made.complete(given[0].contact, at=made.now + 1)
    made.check()
    return found


def test_a_users_function_says_whom_an_agent_takes_first() -> None:
    made = waiting(Router(own_order=largest_first))
    ana = Agent("ana", skills={"fr": 3}, skill_order=["no matter"])
    assert taken_by(made.fork(), ana) == ["c", "d", "b", "a"]
    assert taken_by(waiting(Router()), Agent("ana", skills={"fr": 3})) == ["a", "b", "c", "d"]


def test_it_is_asked_once_for_each_kind_of_agent_and_of_contact() -> None:
    asked: list[tuple[Skills, Skills]] = []

    def noted(held: Skills, needed: Skills) -> float:
        asked.append((held, needed))
        return 0

    made = waiting(Router(own_order=noted))
    for number in range(5):
        made.add_agent(Agent(f"a{number}", skills={"fr": 3}), at=2)
    for number in range(9):
        made.submit(Contact(f"n{number}", "phone", skills={"fr": 2}), at=3)
    fr = Skills.of({"fr": 3})
    assert asked == [(fr, Skills.of(levels)) for levels in ({}, {"fr": 1}, {"fr": 2})]


def test_groups_of_alternatives_are_shown() -> None:
    seen: list[tuple[Skills, ...]] = []
    made = Router(own_order=lambda _, needed: seen.append(needed.any_of) or 0)  # type: ignore[func-returns-value, redundant-expr]
    made.add_agent(Agent("ana", skills={"fr": 3}), at=0)
    made.submit(Contact("c", "phone", any_of=[{"fr": 1, "en": 1}]), at=1)
    assert seen == [(Skills.of({"fr": 1, "en": 1}),)]


def test_one_that_fails_is_reported_and_replaced() -> None:
    made = waiting(Router(own_order=lambda _, needed: 1 / len(needed)))
    events = made.add_agent(Agent("ana", skills={"fr": 3}), at=2)
    assert [event.policy for event in events.of(PolicyFailed)] == ["own order policy"]
    assert [event.contact for event in events.of(Assigned)] == ["a"]
    made.check()


def test_overdue_contacts_go_before_all() -> None:
    made = Router(own_order=largest_first, channels=[Channel("phone", reserve_seconds=5)])
    waiting(made)
    made.advance(at=9)
    assert taken_by(made, Agent("ana", skills={"fr": 3})) == ["a", "b", "c", "d"]


def test_a_snapshot_asks_for_the_function_again() -> None:
    saved = json.loads(json.dumps(waiting(Router(own_order=largest_first)).snapshot()))
    again = Router.restore(saved, own_order=largest_first)
    assert taken_by(again, Agent("ana", skills={"fr": 3})) == ["c", "d", "b", "a"]
    with pytest.raises(SnapshotError, match="own_order"):
        Router.restore(saved)
    with pytest.raises(SnapshotError, match="own_order"):
        Router.restore(Router().snapshot(), own_order=largest_first)
    with pytest.raises(InvalidValueError):
        Router.restore(saved, own_order=7)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [None, "queue", 7])
def test_anything_else_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidValueError, match="own_order"):
        Router(own_order=wrong)  # type: ignore[arg-type]
    assert own_order_of(largest_first) is largest_first


def test_the_place_in_a_skill_order() -> None:
    """What is asked for and met counts; what is not asked for or not met does not."""
    held = Skills.of({"cards": 1, "loans": 3})
    for needed, place in (({"loans": 3}, 1), ({"cards": 1, "loans": 1}, 0), ({}, 2)):
        assert skill_place(("cards", "loans"), held, Skills.of(needed)) == place
    assert skill_place((), held, Skills.of({"loans": 1})) == 0
