"""Selections: stock names or functions; kept and found again by name."""

from __future__ import annotations

import attrs
import pytest

from omniqueue import Agent, Assigned, Contact, Router, Selection
from omniqueue.errors import InvalidValueError, SnapshotError


@pytest.mark.parametrize("value", [None, 5, "os:system", "Any", [], {}, b"any", True])
def test_bad_parts(value: object) -> None:
    for part in ("fit", "turn"):
        with pytest.raises(InvalidValueError) as caught:
            Selection(name="mine", **{part: value})  # type: ignore[arg-type]
        assert caught.value.field == part


def test_fit_goes_before_turn_and_turn_before_stamp() -> None:
    router = Router(
        selection=Selection(
            name="mine", fit=lambda held, needed: -len(held), turn=lambda agent: agent.used
        )
    )
    router.add_agent(Agent("first", capacity=9), at=0)
    router.add_agent(Agent("able", skills={"fr": 1, "law": 1}, capacity=2), at=0)
    router.add_agent(Agent("able too", skills={"fr": 1, "law": 1}, capacity=2), at=0)
    order = []
    for number in range(6):
        taken = router.submit(Contact(f"c{number}", "fax"), at=number).of(Assigned)
        order.append(taken[0].agent)
    assert order == ["able", "able too", "able", "able too", "first", "first"]


def test_selections_are_values() -> None:
    selection = Selection(name="cafe\u0301")
    assert selection.name == "caf\u00e9"
    assert selection == Selection(name="caf\u00e9")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        selection.fit = "any"  # type: ignore[misc]


def test_a_selection_not_registered_must_be_given_again() -> None:
    mine = Selection(name="test-not-registered", turn=lambda agent: agent.used)
    saved = Router(selection=mine).snapshot()
    with pytest.raises(SnapshotError, match="selection"):
        Router.restore(saved)
    assert Router.restore(saved, selection=mine).selection == "test-not-registered"


def test_a_selection_does_not_pass_for_another_of_its_name() -> None:
    """Else a router restored from its snapshot would silently choose in another way."""
    impostor = Selection(name="longest-idle", turn=lambda agent: -agent.used)
    with pytest.raises(InvalidValueError):
        Router(selection=impostor)
    assert Router(selection=Selection(name="longest-idle")).selection == "longest-idle"
