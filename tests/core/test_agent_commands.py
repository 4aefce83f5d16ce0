"""Commands about agents: lower capacities, other channels, an id that comes back."""

from __future__ import annotations

from typing import Any

import pytest

from core.worlds import agree, names, router
from omniqueue import (
    Agent,
    Contact,
)


def test_capacity_lowered_below_the_load() -> None:
    """Work goes on; nothing new until it fits again."""
    made = router(Agent("ana", capacity=3))
    for index in range(4):
        made.submit(Contact(f"c{index}", "phone"), at=0)
    made.update_agent("ana", at=1, capacity=1)
    assert made.agents["ana"].free == -2
    assert names(made.complete("c0", at=2)) == ["completed"]
    assert names(made.complete("c1", at=3)) == ["completed"]
    made.check()
    assert names(made.complete("c2", at=4)) == ["completed", "assigned"]
    made.update_agent("ana", at=5, capacity=0)
    assert names(made.complete("c3", at=6)) == ["completed"]
    assert repr(made.agents["ana"]) == "<agent 'ana': ready, 0 of 0 in use>"
    made.check()


def test_who_was_removed_and_came_back_is_still_excluded_barred_and_preferred() -> None:
    chat = {"chat": {"offer_seconds": 5, "retry_seconds": 50}}
    ana, bob = {"id": "ana"}, {"id": "bob", "presence": "away"}
    agree(
        [ana, bob],
        (0, "submit", {"contact": {"id": "e", "channel": "chat"}}),
        (1, "decline", {"contact": "e", "agent": "ana"}),
        (2, "remove_agent", {"agent": "ana"}),
        (3, "add_agent", {"agent": ana}),
        (4, "submit", {"contact": {"id": "t", "channel": "phone"}}),
        (5, "transfer", {"contact": "t"}),
        (6, "remove_agent", {"agent": "ana"}),
        (7, "add_agent", {"agent": {"id": "ana", "capacity": 3}}),
        (8, "submit", {"contact": {"id": "p", "channel": "fax", "prefer": {
            "agent": "bob", "seconds": 90, "skip_if_away": False}}}),
        (9, "remove_agent", {"agent": "bob"}),
        (10, "advance", {}),
        (20, "add_agent", {"agent": {"id": "bob", "skills": {"x": 1}}}),
        (60, "advance", {}),
        (99, "advance", {}),
        channels=chat,
    )  # fmt: skip


@pytest.mark.parametrize(
    "channels",
    [["pigeon"], ("pigeon",), {"pigeon"}, {"pigeon": 1}, iter(["pigeon"])],
    ids=["list", "tuple", "set", "dict", "iterator"],
)
def test_an_unknown_channel_in_any_kind_of_list_is_refused(channels: Any) -> None:
    """And the agent is as it was."""
    made = router(Agent("ana"))
    before = made.snapshot()
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is asserted below
        made.update_agent("ana", at=0, channels=channels)
    assert type(caught.value).__name__ in ("UnknownChannelError", "InvalidValueError")
    made.check()
    assert made.snapshot() == before
    assert "assigned" in names(made.submit(Contact("c", "phone"), at=0))
