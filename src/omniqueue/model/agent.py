"""An agent: who answers, with which skills, and how much at once."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

import attrs

from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import LEVEL_MAX, identifier, whole
from omniqueue.model.skill import NO_SKILLS, SKILLS_HELD_MAX, Skills

Presence = Literal["ready", "away", "offline"]
PRESENCES: Final = ("ready", "away", "offline")
LIMITS_MAX = 1000


def presence(field: str, value: object) -> Presence:
    """Return a presence, or refuse the value."""
    for known in PRESENCES:
        if value == known and isinstance(value, str):
            return known
    raise InvalidValueError(field, value, "ready, away or offline")


def limits(value: object) -> Mapping[str, int]:
    """Return limits per channel (int >= 0) as a read-only mapping in order of name."""
    return _per_channel("limits", "limit", value, 0)


def costs(value: object) -> Mapping[str, int]:
    """Return costs per channel (int >= 1) as a read-only mapping in order of name."""
    return _per_channel("costs", "cost", value, 1)


def _per_channel(field: str, what: str, value: object, least: int) -> Mapping[str, int]:
    if not isinstance(value, Mapping):
        raise InvalidValueError(field, value, f"a mapping of channel name to {what}")
    if len(value) > LIMITS_MAX:
        raise InvalidValueError(field, len(value), f"at most {LIMITS_MAX} channels")
    found = {}
    for name, number in value.items():
        channel = identifier(f"{field} channel", name)
        if channel in found:
            raise InvalidValueError(f"{field} channel", name, "each channel once")
        found[channel] = whole(f"{field}[{channel[:64]!a}]", number, least, LEVEL_MAX)
    return MappingProxyType(dict(sorted(found.items())))


def channels(value: object) -> tuple[str, ...] | None:
    """Return channel names without repeats, in order of name; None stands for all."""
    if value is None:
        return None
    if not isinstance(value, tuple | list | set | frozenset) or len(value) > LIMITS_MAX:
        raise InvalidValueError("channels", value, "a list of channel names, or None for all")
    return tuple(sorted({identifier("channels name", name) for name in value}))


def _agent_id(value: str) -> str:
    return identifier("agent id", value)


def _capacity(value: int) -> int:
    return whole("capacity", value, 0, LEVEL_MAX)


def _held_skills(value: Mapping[str, int]) -> Skills:
    return Skills.of(value, most=SKILLS_HELD_MAX)


@attrs.frozen(kw_only=True)
class Agent:
    """One agent as the planner describes it (never state: see `router.agents`).

    Args:
        id: the agent's id (positional).
        skills: skill name to level (int >= 1); at most 1,000.
        capacity: how much work at once, in channel costs (int from 0; 0 takes nothing).
        limits: channel name to the most contacts of it at once.
        channels: the channels taken; None: all.
        costs: channel name to what one contact of it costs this agent, in place of the channel's.

    Raises:
        InvalidValueError: a value out of range.

    Example:
        >>> Agent("ana", skills={"billing": 3}, capacity=2).skills["billing"]
        3
    """

    id: str = attrs.field(kw_only=False, converter=_agent_id)
    skills: Skills = attrs.field(default=NO_SKILLS, converter=_held_skills)
    capacity: int = attrs.field(default=1, converter=_capacity)
    limits: Mapping[str, int] = attrs.field(factory=dict, converter=limits, hash=False)
    channels: tuple[str, ...] | None = attrs.field(default=None, converter=channels)
    costs: Mapping[str, int] = attrs.field(factory=dict, converter=costs, hash=False)

    def __getstate__(self) -> tuple[object, ...]:
        # A read-only mapping cannot be pickled; its content can.
        limits, costs = dict(self.limits), dict(self.costs)
        return self.id, self.skills, self.capacity, limits, self.channels, costs

    def __setstate__(
        self, state: tuple[str, Skills, int, dict[str, int], None, dict[str, int]]
    ) -> None:
        names = ("id", "skills", "capacity", "limits", "channels", "costs")
        for name, value in zip(names, state, strict=True):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "limits", MappingProxyType(state[3]))
        object.__setattr__(self, "costs", MappingProxyType(state[5]))
