"""Shorthand that the tests of the engine share: routers in a state, refusals, event names."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from omniqueue import Agent, Channel, Contact, Events, OmniqueueError, Router
from oracle.generate import random_play
from oracle.naive_values import Json
from oracle.side_by_side import first_difference

ASKED = Channel("asked", offer_seconds=20)  # agents are asked; all else as it is by default
LETTER = Channel("letter", interrupted_by=["phone"])


def names(events: Events) -> list[str]:
    """The names of events."""
    return [event.name for event in events]


def shown(events: Events) -> list[str]:
    """Events as "name contact agent@at", the parts that there are."""
    found = []
    for event in events:
        parts = [event.name, getattr(event, "contact", None), getattr(event, "agent", None)]
        found.append(" ".join(part for part in parts if part) + f"@{event.at:g}")
    return found


def router(*agents: Agent, at: float = 0, **settings: Any) -> Router:
    """A router with ready agents and the channel `asked`."""
    channels = [ASKED, *settings.pop("channels", ())]
    made = Router(channels=channels, **settings)
    for agent in agents:
        made.add_agent(agent, at=at)
    return made


def taker(
    made: Router,
    name: str,
    channel: str = "phone",
    at: float = 0,
    skills: Mapping[str, int] | None = None,
) -> str:
    """Submit a contact; the agent who has it at once, or an empty text."""
    made.submit(Contact(name, channel, skills=skills or {}), at=at)
    return made.contacts[name].agent or ""


def contact_in(state: str) -> Router:
    """A router at 0 with agents ana (ready) and bob (away), and a contact `c` in that state."""
    made = router(Agent("ana"))
    made.add_agent(Agent("bob"), at=0, presence="away")
    if state in ("offered", "abandoned", "expired"):
        made.submit(Contact("c", "asked", expire_seconds=1 if state == "expired" else None), at=0)
    elif state == "waiting":
        made.set_presence("ana", "away", at=0)
        made.submit(Contact("c", "asked"), at=0)
        made.submit(Contact("blocker", "phone"), at=0)
        made.set_presence("ana", "ready", at=0)
        made.decline("c", "ana", at=0)
    elif state == "deferred":
        made.submit(Contact("c", "asked", not_before=500), at=0)
    elif state == "interrupted":
        made = router(Agent("ana"), channels=[LETTER])
        made.submit(Contact("c", "letter"), at=0)
        made.submit(Contact("call", "phone"), at=0)
    else:
        made.submit(Contact("c", "phone"), at=0)
    if state == "expired":
        made.decline("c", "ana", at=0)
        made.advance(at=1)
    elif state == "abandoned":
        made.abandon("c", at=0)
    elif state == "cancelled":
        made.park("c", at=0)
        made.cancel("c", at=0)
    elif state == "parked":
        made.park("c", at=0)
    elif state == "wrap_up":
        made.complete("c", at=0, wrap_up_seconds=None)
    elif state == "completed":
        made.complete("c", at=0)
    assert made.contacts["c"].state == state
    made.check()
    return made


def refused(
    made: Router, error: type[OmniqueueError], command: Callable[[], object]
) -> OmniqueueError:
    """Run a command that must be refused with just that error; the router stays sound."""
    with pytest.raises(OmniqueueError) as caught:
        command()
    assert type(caught.value) is error, caught.value
    made.check()
    return caught.value


def busy_play(seed: int, steps: int = 120) -> dict[str, Any]:
    """A random play of a small world."""
    return random_play(random.Random(seed), steps)


def agree(agents: list[Json], *steps: tuple[Any, ...], **play: Any) -> None:
    """Both routers do the same on a play; steps are (at, do, fields)."""
    written = [{"at": at, "do": do, **fields} for at, do, fields in steps]
    whole = {"agents": agents, "steps": written, **play}
    assert first_difference(whole) is None
    assert first_difference(whole, restore=2) is None
