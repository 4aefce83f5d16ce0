"""An edited snapshot is refused in words of its own, or it is sound and goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from core.mutations import campaign
from core.worlds import router
from omniqueue import Agent, Contact, Router
from omniqueue.core.snapshot import _digest
from omniqueue.errors import InvalidValueError, SnapshotError


def test_whatever_is_edited_is_refused_or_sound() -> None:
    counted, faults = campaign(300)
    assert faults == []
    assert counted["good"] == 300


def edited(edit: Callable[[Any], object]) -> Any:
    """A snapshot of a small desk (c1 with ana, c2 waiting), edited, with a right digest."""
    made = router(Agent("ana"), Agent("bob"), forget_seconds=60)
    made.set_presence("bob", "away", at=0)
    made.submit(Contact("c1", "phone"), at=1)
    made.submit(Contact("c2", "phone", expire_seconds=9), at=2)
    saved: Any = json.loads(json.dumps(made.snapshot()))
    edit(saved)
    saved["digest"] = _digest(saved)
    return saved


def change(kind: str, index: int, **values: Any) -> Callable[[Any], object]:
    return lambda saved: saved[kind][index].update(values)


# Places in a contact's row.
STATE, RANK, SEQUENCE = 6, 9, 11


def change_row(index: int, place: int, value: object) -> Callable[[Any], object]:
    def edit(saved: Any) -> None:
        saved["contacts"][index][place] = value

    return edit


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda saved: saved.update(sequence=1), "sequence numbers that were given"),
        (lambda saved: saved.update(stamp=0), "stamps that were given"),
        (lambda saved: saved.update(now="noon"), "now is 'noon'"),
        (lambda saved: saved["timers"][0].pop(), r"snapshot timers\[0\] is 'not whole'"),
        (lambda saved: saved["agents"].pop(0), "one holder exactly while held"),
        (lambda saved: saved["contacts"].pop(1), "KeyError 'c2'"),
        (lambda saved: saved["contacts"].append(saved["contacts"][1]), "each id once"),
        (change("agents", 0, stamp=1.5), r"agents\[0\] is 'not whole'; .*: stamp is 1.5"),
        (change("agents", 0, presence="here"), "presence is 'here'"),
        (change("agents", 0, holding=[]), "one holder exactly while held .'c1'"),
        (change("agents", 1, presence="ready"), "nobody waits in vain .'c2'"),
        (change_row(0, STATE, "parked"), "one holder exactly"),
        (change_row(1, STATE, "asleep"), r"contacts\[1\] is 'not whole'"),
        (change_row(1, RANK, [1, 2]), "rank of the router's order"),
        (change_row(1, SEQUENCE, 1), "sequence numbers differ"),
    ],
)
def test_what_does_not_hold_is_named(edit: Callable[[Any], object], words: str) -> None:
    with pytest.raises(SnapshotError, match=words):
        Router.restore(edited(edit))


def test_who_made_it_may_save_the_check() -> None:
    unsound = edited(change("agents", 1, presence="ready"))
    assert len(Router.restore(unsound, verify=False).queue) == 1
    with pytest.raises(InvalidValueError, match="verify is 'no'"):
        Router.restore(unsound, verify="no")  # type: ignore[arg-type]
