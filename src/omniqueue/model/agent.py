"""An agent: who answers, with which skills, and how much at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeVar

import attrs

from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import LEVEL_MAX, duration, identifier, whole
from omniqueue.model.event import JsonValue
from omniqueue.model.fields import setting
from omniqueue.model.skill import NO_SKILLS, SKILLS_HELD_MAX, Skills

Presence = Literal["ready", "away", "offline"]
T = TypeVar("T")
PRESENCES: Final = ("ready", "away", "offline")
LIMITS_MAX = 1000
SKILL_ORDER_MAX = 1000


def presence(field: str, value: object) -> Presence:
    """Return a presence, or refuse the value."""
    for known in PRESENCES:
        if value == known and isinstance(value, str):
            return known
    raise InvalidValueError(field, value, "ready, away or offline")


def limits(value: object) -> Mapping[str, int]:
    """Return limits per channel (int >= 0) as a read-only mapping in order of name."""
    return _per_channel("limits", "limit", value, _limit)


def _limit(field: str, value: object) -> int:
    return whole(field, value, 0, LEVEL_MAX)


def _cost(field: str, value: object) -> int:
    return whole(field, value, 1, LEVEL_MAX)


def _wrap_up(field: str, value: object) -> float | None:
    return None if value is None else duration(field, value)


def costs(value: object) -> Mapping[str, int]:
    """Return costs per channel (int >= 1) as a read-only mapping in order of name."""
    return _per_channel("costs", "cost", value, _cost)


def wrap_ups(value: object) -> Mapping[str, float | None]:
    """Return wrap-up seconds per channel as a read-only mapping in order of name."""
    return _per_channel("wrap_up_seconds", "seconds", value, _wrap_up)


def skill_order(value: object) -> tuple[str, ...]:
    """Return skill names in the order given, each once."""
    if not isinstance(value, tuple | list) or len(value) > SKILL_ORDER_MAX:
        raise InvalidValueError(
            "skill_order", value, f"a list of at most {SKILL_ORDER_MAX} skill names"
        )
    names = tuple(identifier("skill_order name", name) for name in value)
    if len(set(names)) < len(names):
        raise InvalidValueError("skill_order", value, "each skill once")
    return names


def _per_channel(
    field: str, what: str, value: object, check: Callable[[str, object], T]
) -> Mapping[str, T]:
    if not isinstance(value, Mapping):
        raise InvalidValueError(field, value, f"a mapping of channel name to {what}")
    if len(value) > LIMITS_MAX:
        raise InvalidValueError(field, len(value), f"at most {LIMITS_MAX} channels")
    found: dict[str, T] = {}
    for name, number in value.items():
        channel = identifier(f"{field} channel", name)
        if channel in found:
            raise InvalidValueError(f"{field} channel", name, "each channel once")
        found[channel] = check(f"{field}[{channel[:64]!a}]", number)
    return MappingProxyType(dict(sorted(found.items())))


def channels(value: object) -> tuple[str, ...] | None:
    """Return channel names without repeats, in order of name; None stands for all."""
    if value is None:
        return None
    if not isinstance(value, tuple | list | set | frozenset) or len(value) > LIMITS_MAX:
        raise InvalidValueError("channels", value, "a list of channel names, or None for all")
    return tuple(sorted({identifier("channels name", name) for name in value}))


def _agent_id(value: str) -> str:
    return identifier("id", value)


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
        wrap_up_seconds: channel name to its own wrap-up, in place of the channel's; None: until
            finished.
        skill_order: skills in the order in which it takes contacts: those that ask for the first
            before those that ask for the second ..., others last; empty: in queue order.

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
    wrap_up_seconds: Mapping[str, float | None] = attrs.field(
        factory=dict,
        converter=wrap_ups,
        hash=False,
        metadata=setting(key="wrap_up_seconds"),
    )
    skill_order: tuple[str, ...] = attrs.field(default=(), converter=skill_order)

    def to_dict(self) -> dict[str, JsonValue]:
        """Return it as JSON types, by the words of a play; what is at its default is left out.

        Cost: O(its size).

        Example:
            >>> Agent("ana", skills={"fr": 2}, channels=["fax"]).to_dict()
            {'id': 'ana', 'skills': {'fr': 2}, 'channels': ['fax']}
        """
        said: dict[str, JsonValue] = {"id": self.id}
        if self.capacity != 1:
            said["capacity"] = self.capacity
        for name in ("skills", "limits", "costs", "wrap_up_seconds"):
            value = getattr(self, name)
            if value:
                said[name] = dict(value)
        if self.channels is not None:
            said["channels"] = [*self.channels]
        if self.skill_order:
            said["skill_order"] = [*self.skill_order]
        return said

    @classmethod
    def from_dict(cls, said: Mapping[str, JsonValue]) -> Agent:
        """Return the agent that a JSON object describes, by the words of a play.

        Args:
            said: `id`, and any other field.

        Raises:
            FileFaultsError: every fault with its place.

        Cost: O(its size).

        Example:
            >>> Agent.from_dict({"id": "ana", "capacity": -1, "limits": {"fax": "two"}})
            Traceback (most recent call last):
            ...
            omniqueue.errors.FileFaultsError: agent: capacity: is -1; expected an int from 0 ...
            agent: limits.fax: is 'two'; expected an int from 0 ...
        """
        from omniqueue.model.json_forms import ABILITIES  # only some programs read JSON
        from omniqueue.model.reader import read_value, table_of

        return read_value(table_of(Agent, reads=ABILITIES), dict(said), name="agent")

    def __getstate__(self) -> tuple[object, ...]:
        # A read-only mapping cannot be pickled; its content can.
        return tuple(
            dict(value) if isinstance(value, MappingProxyType) else value
            for value in (getattr(self, field.name) for field in attrs.fields(Agent))
        )

    def __setstate__(self, state: tuple[object, ...]) -> None:
        names = (field.name for field in attrs.fields(Agent))
        for name, value in zip(names, state, strict=True):
            kept = MappingProxyType(value) if isinstance(value, dict) else value
            object.__setattr__(self, name, kept)
