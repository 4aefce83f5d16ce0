"""What the kit and the strategies draw: skills, contacts, agents and whole plays, pick by pick.

Nothing here knows who picks: `random.Random.choice`, or hypothesis, which shrinks to the first
of several options; so the plain option stands first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Protocol, TypeAlias, TypeVar

from omniqueue.core.lifecycle import COMMANDS, STATES
from omniqueue.core.router import Router
from omniqueue.errors import OmniqueueError
from omniqueue.model.agent import PRESENCES
from omniqueue.model.attributes import Json
from omniqueue.model.channel import STOCK_CHANNELS
from omniqueue.model.checks import PRIORITY_BOUND
from omniqueue.model.event import JsonValue
from omniqueue.play import Step, parse_play
from omniqueue.play.commands import take
from omniqueue.policy.selection import STOCK_SELECTIONS

CHANNEL_NAMES = tuple(channel.name for channel in STOCK_CHANNELS)
SKILL_NAMES = ("billing", "french", "law")
# Ids that look like something else; omniqueue treats them like any others.
ODD_IDS = ("../../etc/passwd", "'; DROP TABLE x", "%s", "{0}", "caf\u00e9", "\u5ba2 1", "x" * 128)
ATTRIBUTES: tuple[Mapping[str, Json] | None, ...] = (
    None,
    {},
    {"tier": "gold"},
    {"tier": "silver", "calls": 3},
    {"tier": None, "notes": ["a", {"b": 1.5}]},
)
CASES_MAX = 1_000_000

_CONTACT_OPTIONS: tuple[tuple[str, tuple[JsonValue, ...]], ...] = (
    ("priority", (1, -1, 5, PRIORITY_BOUND)),
    ("target_seconds", (0, 1, 20)),
    ("expire_seconds", (0, 2, 5, 60)),
    ("customer", ("customer-1", *ODD_IDS)),
    ("attributes", ({}, {"tier": "gold"}, {"notes": ["a", {"b": 1.5}]})),
)
_CHANNEL_OPTIONS: tuple[tuple[str, tuple[JsonValue, ...]], ...] = (
    ("cost", (2, 1, 3)),
    ("offer_seconds", (2, 5, None)),
    ("wrap_up_seconds", (2, 0, None)),
    ("retry_seconds", (1, 0, 5, None)),
    ("max_misses", (1, 2)),
    ("resume_seconds", (0, 5)),
    ("target_seconds", (0, 20, None)),
    ("reserve_seconds", (0, 3, None)),
    ("max_waiting", (2, 0, None)),
)
_ORDERS: tuple[JsonValue, ...] = (
    "arrival",
    "priority",
    "deadline",
    {"aging": {"seconds_per_priority": 2}},
)
_SELECTIONS = tuple(STOCK_SELECTIONS)

_T = TypeVar("_T")
_Said: TypeAlias = dict[str, JsonValue]


class Pick(Protocol):
    """Picks one of several options."""

    def __call__(self, options: Sequence[_T], /) -> _T:
        """Return one of the options."""
        ...


def names(letter: str, count: int) -> tuple[str, ...]:
    """Return as many short names."""
    return tuple(f"{letter}{number}" for number in range(count))


def levels(pick: Pick, skills: Sequence[str]) -> dict[str, int]:
    """Return levels of some of the skills."""
    chosen = [name for name in skills if pick((False, True))]
    return {name: pick((1, 1, 2, 3, 10)) for name in chosen}


def abilities(pick: Pick, channels: Sequence[str], skills: Sequence[str]) -> _Said:
    """Return an agent's fields, each said or not."""
    said: _Said = {}
    if pick((0, 1)):
        said["skills"] = {**levels(pick, skills)}
    if pick((0, 1)):
        said["capacity"] = pick((1, 1, 2, 3, 5, 0))
    if pick((0, 0, 1)):
        said["limits"] = {name: pick((1, 2, 0)) for name in channels if pick((0, 1))}
    if pick((0, 0, 0, 1)):
        said["costs"] = {name: pick((1, 2, 3)) for name in channels if pick((0, 1))}
    if pick((0, 0, 0, 1)):
        said["channels"] = [name for name in channels if pick((1, 1, 0))]
    return said


def contact_said(
    pick: Pick,
    contact_ids: Sequence[str],
    channels: Sequence[str],
    skills: Sequence[str],
    agent_ids: Sequence[str],
    at: float,
) -> _Said:
    """Return a contact as a play says it, to be submitted at that instant or later."""
    said: _Said = {"id": pick(contact_ids), "channel": pick(channels)}
    needed = levels(pick, skills) if pick((0, 1)) else {}
    if needed:
        said["skills"] = {**needed}
    for key, options in _CONTACT_OPTIONS:
        if pick((0, 0, 0, 1)):
            said[key] = pick(options)
    if pick((0, 0, 0, 1)):
        said["arrived_at"] = at - pick((0.0, 0.5, 60.0))
    if pick((0, 0, 0, 0, 1)):
        said["not_before"] = at + pick((1, 5, 0, -1))
    if pick((0, 0, 0, 1)):
        said["prefer"] = preference(pick, agent_ids)
    if pick((0, 0, 1)) and needed:
        said["relax"] = _relaxation(pick, needed)
    return said


def preference(pick: Pick, agent_ids: Sequence[str]) -> _Said:
    """Return a preference as a play says it."""
    return {
        "agent": pick((*agent_ids, "nobody")),
        "seconds": pick((1, 0, 5, 20)),
        "skip_if_away": pick((True, False)),
    }


def _relaxation(pick: Pick, needed: Mapping[str, int]) -> list[JsonValue]:
    steps: list[JsonValue] = []
    after_seconds = 0
    for _ in range(pick((1, 2))):
        after_seconds += pick((1, 0, 3))
        needed = {name: pick(range(1, most + 1)) for name, most in needed.items() if pick((0, 1))}
        steps.append({"after_seconds": after_seconds, "skills": {**needed}})
    return steps


class Writer:
    """Writes one play, and keeps a router in the state it leads to, so that steps can be legal.

    Args:
        pick: picks among options.
        steps_max: the most steps of the play.
    """

    def __init__(self, pick: Pick, steps_max: int) -> None:
        self._pick = pick
        self._channels = pick(
            (("phone", "chat"), ("email",), ("email", "phone", "fax"), ("phone", "sms"))
        )
        self._agent_ids = names("a", pick((1, 2, 3, 4)))
        self._at = float(pick((0, 100, -20)))
        self._submitted = 0
        self._steps: list[JsonValue] = []
        self.play: _Said = {
            "format": "omniqueue-play/1",
            "order": pick(_ORDERS),
            "selection": pick(_SELECTIONS),
            "max_waiting": pick((None, None, None, None, 3, 0)),
            "channels": {name: self._channel(name) for name in self._channels},
            "agents": [self._agent(name) for name in self._agent_ids],
            "steps": self._steps,
        }
        found = parse_play(json.dumps(self.play))
        self.router = Router(
            channels=found.channels,
            order=found.order,
            selection=found.selection,
            max_waiting=found.max_waiting,
        )
        count = pick(range(steps_max + 1))
        for entrance in found.agents:
            self.router.add_agent(entrance.agent, presence=entrance.presence, at=self._at)
        for index in range(count):
            self._write(first=index == 0)

    def _channel(self, name: str) -> _Said:
        pick = self._pick
        said = {key: pick(options) for key, options in _CHANNEL_OPTIONS if pick((0, 0, 1))}
        if pick((0, 1)):
            others = [other for other in self._channels if other != name]
            said["interrupted_by"] = [other for other in others if pick((0, 1, 1))]
        return said

    def _agent(self, agent_id: str) -> _Said:
        pick = self._pick
        return {
            "id": agent_id,
            **abilities(pick, self._channels, SKILL_NAMES),
            "presence": pick(("ready", "ready", *PRESENCES)),
        }

    def _write(self, *, first: bool) -> None:
        """Write one more step, and let the router take it or refuse it."""
        pick, router = self._pick, self.router
        due = router.next_timer
        # The agents entered at the first step's instant; often a step meets a timer.
        soon = () if due is None or due > self._at + 20 else (due, due)
        self._at = self._at if first else pick((self._at, self._at + 1, self._at + 5, *soon))
        router.advance(at=self._at)
        by_state: dict[str, list[str]] = {}
        for contact_id, contact in router.contacts.items():
            by_state.setdefault(contact.state, []).append(contact_id)
        legal = {
            do: [name for state in states for name in by_state.get(STATES[state], ())]
            for do, states in COMMANDS.items()
        }
        legal = {do: found for do, found in legal.items() if found}
        come_or_go = "remove_agent" if len(router.agents) == len(self._agent_ids) else "add_agent"
        others = ("presence", "presence", "update_agent", come_or_go, "advance")
        do = pick((*("submit",) * 4, *legal, *legal, *legal, *others))
        anybody = pick((0,) * 15 + (1,))  # now and then a contact in any state
        known = list(router.contacts) if anybody else legal.get(do, ())
        said = self._about_contact(do, pick(known)) if do in legal else self._about_other(do)
        self._steps.append({"at": self._at, "do": do, **said})
        with suppress(OmniqueueError):
            take(router, Step(self._at, do, said))

    def _about_contact(self, do: str, contact_id: str) -> _Said:
        """Return the fields of a command about a contact."""
        pick, agent_ids = self._pick, self._agent_ids
        said: _Said = {"contact": contact_id}
        holder = self.router.contacts[contact_id].agent
        if do in ("accept", "decline"):
            said["agent"] = holder or pick(agent_ids)
        elif do == "assign":
            said["agent"] = pick(agent_ids)
        elif do == "complete" and pick((0, 1)):
            said["wrap_up_seconds"] = pick((0, 2, None))
        elif do == "defer":
            if pick((0, 1)):
                said["until"] = self._at + pick((1, 5))
            if pick((0, 1)):
                said["channel"] = pick(self._channels)
        elif do == "update":
            said["priority"] = pick((0, 1, -1, 5))
        elif do == "transfer":
            said["keep_place"] = pick((True, False))
        if do in ("update", "transfer") and pick((0, 1)):
            said["skills"] = {**levels(pick, SKILL_NAMES)}
        if do in ("transfer", "reopen") and pick((0, 1)):
            said["prefer"] = preference(pick, agent_ids)
        return said

    def _about_other(self, do: str) -> _Said:
        """Return the fields of a command that is about no contact known before."""
        pick, agent_ids = self._pick, self._agent_ids
        if do == "submit":
            self._submitted += 1
            new = (f"c{self._submitted}",)
            said = contact_said(pick, new, self._channels, SKILL_NAMES, agent_ids, self._at)
            return {"contact": said}
        if do == "presence":
            return {"agent": pick(agent_ids), "state": pick(("ready", "ready", *PRESENCES))}
        if do == "remove_agent":
            return {"agent": pick(agent_ids)}
        if do == "add_agent":
            gone = [name for name in agent_ids if name not in self.router.agents]
            return {"agent": self._agent(pick(gone or agent_ids))}
        if do == "update_agent":
            changes = abilities(pick, self._channels, SKILL_NAMES)
            return {"agent": {"id": pick(agent_ids), **changes}}
        return {}
