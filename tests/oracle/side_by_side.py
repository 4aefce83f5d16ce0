"""Drive the fast router and the naive one with the same commands, and compare everything."""

from __future__ import annotations

import json
from typing import Any

from omniqueue import Channel, OmniqueueError, Router
from omniqueue.play.commands import take
from omniqueue.play.document import Step
from oracle.naive_router import NaiveRouter, Refused
from oracle.naive_values import Json
from oracle.run_play import make_router

_ONLY_FAST = ("rank", "target_seconds")  # keys that the naive router does not tell
_ONLY_IF_ANY = ("costs", "any_of", "not_agents", "wrap_up_seconds", "skill_order")


def fast_router(play: Json) -> Router:
    """The fast router of a play, with its agents not yet added."""
    order = play.get("order") or "arrival"
    if not isinstance(order, str):
        order = f"aging:{order['aging']['seconds_per_priority']!r}"
    return Router(
        channels=[Channel(name, **said) for name, said in (play.get("channels") or {}).items()],
        order=order,
        selection=play.get("selection") or "longest-idle",
        max_waiting=play.get("max_waiting"),
    )


def told(events: Any) -> list[Json]:
    """Events as both routers tell them: what agents and contacts may have, only if any."""
    found = [event.to_dict() for event in events if event.name != "unservable"]
    return [
        {
            key: value
            for key, value in event.items()
            if key not in _ONLY_FAST and not (key in _ONLY_IF_ANY and value in ({}, [], ()))
        }
        for event in found
    ]


def fast_step(router: Router, step: Json) -> tuple[list[Json], str | None]:
    """One command for the fast router: its events, and the name of the error if refused."""
    fields = {key: value for key, value in step.items() if key not in ("at", "do")}
    events: list[Json] = []
    try:
        events += told(router.advance(at=step["at"]))
        events += told(take(router, Step(step["at"], step["do"], fields)))
    except OmniqueueError as error:
        return events, type(error).__name__
    return events, None


def naive_step(router: Any, step: Json) -> tuple[list[Json], str | None]:
    """One command for the naive router, likewise."""
    try:
        events: list[Json] = router.step(**step)
        return events, None
    except Refused as refusal:
        return refusal.events, refusal.error_name


def steps_of(play: Json) -> list[Json]:
    """All commands of a play, its agents' entrances first."""
    start = play["steps"][0]["at"] if play["steps"] else 0.0
    entrances = [{"at": start, "do": "add_agent", "agent": agent} for agent in play["agents"]]
    steps: list[Json] = play["steps"]
    return entrances + steps


def fast_work(router: Router) -> list[Json]:
    """Who has what in hand, and how much that uses, as the fast router says."""
    contacts = [
        {"id": contact.id, "state": contact.state, "agent": contact.agent}
        for contact in router.contacts.values()
    ]
    agents = [{"id": agent.id, "used": agent.used} for agent in router.agents.values()]
    return by_id(contacts) + by_id(agents)


def naive_work(router: NaiveRouter) -> list[Json]:
    """The same, as the naive router says."""
    contacts = [
        {"id": c.id, "state": c.state, "agent": c.holder.id if c.holder else None}
        for c in router.contacts
    ]
    agents = [{"id": agent.id, "used": router.used(agent)} for agent in router.agents]
    return by_id(contacts) + by_id(agents)


def by_id(found: list[Json]) -> list[Json]:
    """In order of id."""
    return sorted(found, key=lambda each: str(each["id"]))


def first_difference(play: Json, *, check: bool = True, restore: int = 0) -> str | None:
    """Where the two routers first differ on a play; None: nowhere.

    With `restore` the fast router is replaced by one restored from its snapshot, by way of
    JSON, before every so many steps.
    """
    fast, naive = fast_router(play), make_router(play)
    for index, step in enumerate(steps_of(play)):
        if restore and index % restore == restore - 1:
            fast = Router.restore(json.loads(json.dumps(fast.snapshot())))
            if check:
                fast.check()
        found, wanted = fast_step(fast, step), naive_step(naive, step)
        if found != wanted:
            return f"step {index} {step}:\n  fast  {found}\n  naive {wanted}"
        if check:
            fast.check()
        waiting = [contact.id for contact in fast.queue]
        if waiting != naive.waiting():
            return f"step {index} {step}: waiting {waiting}, naive {naive.waiting()}"
        work, wanted_work = fast_work(fast), naive_work(naive)
        if work != wanted_work:
            differ = [pair for pair in zip(work, wanted_work, strict=False) if pair[0] != pair[1]]
            return f"step {index} {step}: fast, naive {differ or (work, wanted_work)}"
    return None
