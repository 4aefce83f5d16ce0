"""The registry: names that files may use; nothing is ever imported by a name."""

from __future__ import annotations

import sys

import pytest

from omniqueue import Contact, Router, Selection, register_order, register_selection
from omniqueue.errors import FileFaultsError, InvalidValueError
from omniqueue.play import parse_play
from omniqueue.policy import order_named, selection_named

PATHS = ("os:system", "os.system", "antigravity:x", "__main__:main", "lambda c: 0", "../order")


@pytest.mark.parametrize("name", [*PATHS, "", "Arrival", "aging", "aging:", "aging:x", "a" * 999])
def test_unknown_names_are_refused(name: str) -> None:
    for find in (order_named, selection_named):
        with pytest.raises(InvalidValueError, match="arrival|longest-idle|aging:SECONDS"):
            find(name)
    with pytest.raises(InvalidValueError):
        Router(order=name)
    with pytest.raises(InvalidValueError):
        Router(selection=name)
    assert "antigravity" not in sys.modules


@pytest.mark.parametrize("setting", ["order", "selection"])
def test_files_name_registered_policies_only(setting: str) -> None:
    text = f'{{"format": "omniqueue-play/1", "agents": [], "steps": [], "{setting}": "os:system"}}'
    with pytest.raises(FileFaultsError, match="os:system"):
        parse_play(text)


@pytest.mark.parametrize("value", [None, 5, True, [], {"aging": 1}, b"arrival"])
def test_what_is_neither_name_nor_policy(value: object) -> None:
    with pytest.raises(InvalidValueError):
        Router(order=value)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError):
        Router(selection=value)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError):
        register_order("test-registry-bad", value)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError):
        register_selection(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", " ", "a\n", "x:y", "arrival", "longest-idle", 5, None])
def test_names_are_new_and_sound(name: object) -> None:
    if name != "longest-idle":
        with pytest.raises(InvalidValueError):
            register_order(name, lambda contact: 0)  # type: ignore[arg-type]
    if name != "arrival":
        with pytest.raises(InvalidValueError):
            register_selection(Selection(name=name))  # type: ignore[arg-type]


def test_registered_policies_are_found_again() -> None:
    register_order("test-registry-caf\u00e9", lambda contact: -contact.priority)
    register_selection(Selection(name="test-registry-turn", turn=lambda agent: agent.used))
    with pytest.raises(InvalidValueError, match="not registered yet"):
        register_order("test-registry-cafe\u0301", lambda contact: 0)
    router = Router(order="test-registry-caf\u00e9", selection="test-registry-turn")
    for name, priority in (("a", 0), ("b", 1)):
        router.submit(Contact(name, "fax", priority=priority), at=0)
    again = Router.restore(router.snapshot())
    again.submit(Contact("c", "fax", priority=2), at=0)
    assert [contact.id for contact in again.queue] == ["c", "b", "a"]


@pytest.mark.parametrize("seconds", ["nan", "inf", "-inf", "1e999"])
def test_the_parameter_of_aging_is_finite(seconds: str) -> None:
    with pytest.raises(InvalidValueError):
        order_named(f"aging:{seconds}")
