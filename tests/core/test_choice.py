"""A user's selection inside the engine: faults, calls back into the router."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from core.worlds import names, router
from omniqueue import Agent, AgentLoad, Contact, Router, Selection, Skills
from omniqueue.errors import ReentrantCallError, SnapshotError
from omniqueue.events import PolicyFailed
from omniqueue.policy.fit import STOCK_FITS
from omniqueue.policy.turn import STOCK_TURNS

CALLS: list[Callable[[Router], Any]] = [
    lambda r: r.submit(Contact("x", "fax"), at=5),
    lambda r: r.submit(Contact("x", "fax"), at=5.0),
    lambda r: r.submit(Contact("x", "fax"), at=math.inf),
    lambda r: r.complete("a", at=5.0),
    lambda r: r.complete("a", at=math.inf),
    lambda r: r.advance(at=5),
    lambda r: r.remove_agent("ana", at=1e308),
]


@pytest.mark.parametrize("command", CALLS)
@pytest.mark.parametrize("socket", ["order", "fit", "turn"])
def test_no_command_from_inside_a_policy(socket: str, command: Callable[[Router], Any]) -> None:
    """It is refused there, with a clear error, and the command outside goes on."""
    inside: list[Router] = []
    errors: list[Exception] = []

    def meddling(*_: object) -> float:
        for made in inside:
            try:
                command(made)
            except Exception as error:
                errors.append(error)
        return 0

    settings: dict[str, Any] = {"order": meddling}
    if socket != "order":
        settings = {"selection": Selection(name="meddling", **{socket: meddling})}
    made = router(Agent("ana", capacity=2), **settings)
    made.submit(Contact("a", "fax"), at=0)
    inside.append(made)
    made.submit(Contact("b", "fax", skills={}), at=6)
    made.add_agent(Agent("bob", skills={"s": 1}), at=7)
    made.submit(Contact("c", "fax", skills={"s": 1}), at=7)
    made.check()
    assert errors
    for error in errors:
        if not isinstance(error, ReentrantCallError):
            assert error.field == "at"  # type: ignore[attr-defined]
    assert list(made.contacts) == ["a", "b", "c"]
    assert made.now == 7


def test_a_selection_that_fails_in_a_match_is_replaced_and_told() -> None:
    """Nobody waits because a policy is broken."""
    broken: list[bool] = []

    def fit(held: Skills, needed: Skills) -> float:
        return math.nan if broken else 0

    def turn(agent: AgentLoad) -> float:
        if broken:
            raise RuntimeError
        return agent.contacts

    made = router(selection=Selection(name="frail", fit=fit, turn=turn))
    made.add_agent(Agent("zoe"), at=0, presence="away")
    broken.append(True)
    events = made.add_agent(Agent("ana", capacity=2), at=0)
    assert "policy_failed" in names(events)
    events = made.submit(Contact("a", "fax"), at=1)
    assert names(events)[0] == "queued"
    assert "assigned" in names(events)
    fault = events.of(PolicyFailed)[0]
    assert "frail" in fault.policy
    made.check()


def test_looking_asks_no_policy() -> None:
    """`check` and the views tell nothing and change nothing, whatever policies do."""
    asked: list[int] = []

    def turn(agent: AgentLoad) -> float:
        asked.append(1)
        if len(asked) > 4:
            raise RuntimeError
        return 0

    made = router(Agent("ana"), selection=Selection(name="counted", turn=turn))
    made.check()
    made.statistics()
    made.snapshot()
    made.check()
    made.check()
    assert names(made.advance(at=1)) == []


def test_a_router_with_a_failing_selection_is_restored_quietly() -> None:
    def turn(agent: AgentLoad) -> float:
        return agent.contacts

    made = router(Agent("ana"), Agent("bob"), selection=Selection(name="own-turn", turn=turn))
    made.submit(Contact("a", "fax"), at=0)
    with pytest.raises(SnapshotError, match="own-turn"):
        Router.restore(made.snapshot(), selection=Selection(name="other", turn=turn))
    other = Router.restore(made.snapshot(), selection=Selection(name="own-turn", turn=turn))
    other.check()
    assert other.selection == "own-turn"


@pytest.mark.parametrize("turn", STOCK_TURNS)
@pytest.mark.parametrize("fit", STOCK_FITS)
def test_every_stock_rank_works_with_every_other(fit: str, turn: str) -> None:
    made = router(selection=Selection(name="mine", fit=fit, turn=turn))
    made.add_agent(Agent("ana", capacity=2), at=0)
    assert "assigned" in names(made.submit(Contact("c", "fax"), at=1))
    made.check()


def test_a_stock_turn_that_the_engine_does_not_work_out_itself_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(STOCK_TURNS, "fewest-contacts", lambda agent: agent.contacts)
    made = router(selection=Selection(name="mine", turn="fewest-contacts"))
    made.add_agent(Agent("ana", capacity=2), at=0)
    made.add_agent(Agent("bo", capacity=2), at=0)
    for name in "abc":
        made.submit(Contact(name, "fax"), at=1)
    assert [len(view.contacts) for view in made.agents.values()] == [2, 1]
