"""The router: its settings, its index of methods, what it says of itself."""

from __future__ import annotations

import inspect
import math
import re
from typing import Any

import pytest

from omniqueue import Agent, Channel, Contact, Router
from omniqueue.errors import InvalidValueError


def test_the_index_lists_every_method_once() -> None:
    text = inspect.getdoc(Router) or ""
    index = text[text.index("Methods by purpose") : text.index("A refused command")]
    listed = re.findall(r"`(\w+)`", re.sub(r"\(`\w+`\)", "", index))
    public = {name for name, _ in inspect.getmembers(Router) if not name.startswith("_")}
    assert sorted(listed) == sorted({*public, "core"})


def test_settings_of_the_router_are_checked() -> None:
    """Each is refused with a typed error, whatever its type."""
    wrong: list[dict[str, Any]] = [
        {"channels": 5},
        {"channels": Channel("x")},
        {"channels": ["phone"]},
        {"order": 5},
        {"order": "os:system"},
        {"order": "aging:"},
        {"order": "aging:nan"},
        {"order": "aging:inf"},
        {"selection": "random"},
        {"selection": len},
        {"max_waiting": -1},
        {"max_waiting": True},
        {"max_waiting": 1.0},
        {"forget_seconds": -1},
        {"forget_seconds": math.nan},
        {"forget_seconds": "60"},
    ]
    for settings in wrong:
        with pytest.raises(InvalidValueError):
            Router(**settings)


def test_a_thousand_channels() -> None:
    channels = [Channel(f"ch{n}", cost=n % 7 + 1) for n in range(996)]
    made = Router(channels=channels)
    made.add_agent(Agent("ana", capacity=7, limits={f"ch{n}": n % 3 for n in range(996)}), at=0)
    for n in range(996):
        made.submit(Contact(f"c{n}", f"ch{n}"), at=n)
    made.check()
    with pytest.raises(InvalidValueError):
        Router(channels=[Channel(f"ch{n}") for n in range(997)])
