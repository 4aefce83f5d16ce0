"""A contact: one customer asking for an answer on one channel."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TypeAlias

import attrs

from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import duration, identifier, instant, priority, truth
from omniqueue.model.skill import NO_SKILLS, SKILLS_NEEDED_MAX, Skills

Json: TypeAlias = (
    "bool | int | float | str | list[Json] | tuple[Json, ...] | Mapping[str, Json] | None"
)

RELAX_STEPS_MAX = 64
ATTRIBUTES_BYTES_MAX = 16 * 1024
ATTRIBUTES_KEYS_MAX = 64
ATTRIBUTES_DEPTH_MAX = 8


def _prefer_agent(value: str) -> str:
    return identifier("prefer.agent", value)


def _prefer_seconds(value: float) -> float:
    return duration("prefer.seconds", value)


def _skip_if_away(value: bool) -> bool:
    return truth("prefer.skip_if_away", value)


def _after_seconds(value: float) -> float:
    return duration("relax.after_seconds", value)


def _relaxed_skills(value: Mapping[str, int]) -> Skills:
    return Skills.of(value, field="relax.skills", most=SKILLS_NEEDED_MAX)


@attrs.frozen
class Preference:
    """The agent a contact waits for, and how long only that agent may take it.

    Args:
        agent: the agent's id.
        seconds: how long, from the submit, transfer or reopening that states it.
        skip_if_away: whether there is nothing to wait for while that agent is not ready.

    Raises:
        InvalidValueError: a blank id, a negative duration, no bool.

    Example:
        >>> Preference("jill", 45).skip_if_away
        True
    """

    agent: str = attrs.field(converter=_prefer_agent)
    seconds: float = attrs.field(converter=_prefer_seconds)
    skip_if_away: bool = attrs.field(default=True, converter=_skip_if_away)


@attrs.frozen
class RelaxStep:
    """One step of a relaxation: from then on these skills are needed instead.

    Args:
        after_seconds: seconds from the submit.
        skills: what is needed then; a step only drops skills or lowers levels.

    Raises:
        InvalidValueError: a negative duration, a level out of range.

    Example:
        >>> RelaxStep(60, {"en": 1}).after_seconds
        60.0
    """

    after_seconds: float = attrs.field(converter=_after_seconds)
    skills: Skills = attrs.field(converter=_relaxed_skills)


def needed_skills(value: object) -> Skills:
    """Return needed skills in their one normal form."""
    return Skills.of(value, most=SKILLS_NEEDED_MAX)


def _relaxation(steps: Iterable[RelaxStep], needed: Skills) -> tuple[RelaxStep, ...]:
    found = tuple(steps)
    if len(found) > RELAX_STEPS_MAX:
        raise InvalidValueError("relax", len(found), f"at most {RELAX_STEPS_MAX} steps")
    after_seconds = 0.0
    for step in found:
        if not isinstance(step, RelaxStep):
            raise InvalidValueError("relax", step, "RelaxStep values")
        if step.after_seconds < after_seconds:
            raise InvalidValueError("relax.after_seconds", step.after_seconds, "steps in order")
        if not needed.covers(step.skills):
            raise InvalidValueError(
                "relax.skills", step.skills, "only skills of the step before, at most its levels"
            )
        after_seconds, needed = step.after_seconds, step.skills
    return found


def _depth_at_most(value: object, left: int) -> bool:
    if isinstance(value, Mapping):
        return left > 0 and all(_depth_at_most(item, left - 1) for item in value.values())
    if isinstance(value, list | tuple):
        return left > 0 and all(_depth_at_most(item, left - 1) for item in value)
    return True


def _json_keys_are_text(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(
            isinstance(key, str) and _json_keys_are_text(item) for key, item in value.items()
        )
    return not isinstance(value, list | tuple) or all(map(_json_keys_are_text, value))


def _attributes(value: object) -> Mapping[str, Json]:
    """Return a deep copy of JSON attributes within the bounds; never show them."""
    expected = (
        f"JSON types, at most {ATTRIBUTES_KEYS_MAX} keys, {ATTRIBUTES_DEPTH_MAX} levels"
        f" and {ATTRIBUTES_BYTES_MAX} bytes"
    )
    fault = InvalidValueError("attributes", value, expected)
    if not isinstance(value, Mapping) or len(value) > ATTRIBUTES_KEYS_MAX:
        raise fault
    if not _depth_at_most(value, ATTRIBUTES_DEPTH_MAX) or not _json_keys_are_text(value):
        raise fault
    try:
        text = json.dumps(dict(value), allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise fault from None
    if len(text) > ATTRIBUTES_BYTES_MAX:
        raise fault
    copy: dict[str, Json] = json.loads(text)
    return copy


_setattr = object.__setattr__


@attrs.frozen(init=False, hash=False)
class Contact:
    """One contact as the customer and the application describe it (never state).

    Args:
        id: the contact's id, used once (positional).
        channel: the channel's name (positional).
        skills: least level of each needed skill; at most 64.
        priority: an int within +-2**31; only some order policies look at it.
        arrived_at: when it arrived (seconds on the caller's epoch); None: when it is submitted.
        not_before: deferred until then; None: not deferred.
        prefer: the agent to wait for, and how long.
        relax: steps that lower what is needed as time passes.
        target_seconds: its own promised answer time; None: the channel's.
        expire_seconds: how long after the submit it leaves the queue; None: never.
        customer: who is calling, an opaque id; None: unknown.
        attributes: JSON values for the application: at most 64 keys, 8 levels, 16 KiB.

    Raises:
        InvalidValueError: a value out of range.

    Cost: O(skills log skills) for new skills; pass a `Skills` to make it O(1).

    Example:
        >>> call = Contact("c1", "phone", skills={"billing": 2}, priority=1)
        >>> call.skills["billing"], call.arrived_at
        (2, None)
    """

    id: str
    channel: str
    skills: Skills
    priority: int
    arrived_at: float | None
    not_before: float | None
    prefer: Preference | None
    relax: tuple[RelaxStep, ...]
    target_seconds: float | None
    expire_seconds: float | None
    customer: str | None
    attributes: Mapping[str, Json] | None
    # Whether it just waits for its turn: no deferral, preference, relaxation or expiry.
    is_plain: bool = attrs.field(init=False, repr=False, eq=False)

    def __init__(
        self,
        id: str,  # noqa: A002 - the field's name everywhere else too
        channel: str,
        *,
        skills: Mapping[str, int] = NO_SKILLS,
        priority: int = 0,
        arrived_at: float | None = None,
        not_before: float | None = None,
        prefer: Preference | None = None,
        relax: Iterable[RelaxStep] = (),
        target_seconds: float | None = None,
        expire_seconds: float | None = None,
        customer: str | None = None,
        attributes: Mapping[str, Json] | None = None,
    ) -> None:
        # Written out because contacts are made by the million; each value is checked once, here.
        _setattr(self, "id", identifier("contact id", id))
        _setattr(self, "channel", identifier("channel", channel))
        needed = skills if type(skills) is Skills and not skills.pairs else needed_skills(skills)
        _setattr(self, "skills", needed)
        _setattr(self, "priority", 0 if priority is _ZERO else _priority("priority", priority))
        _setattr(
            self,
            "arrived_at",
            None if arrived_at is None else instant("arrived_at", arrived_at),
        )
        _setattr(
            self, "not_before", None if not_before is None else instant("not_before", not_before)
        )
        if prefer is not None and not isinstance(prefer, Preference):
            raise InvalidValueError("prefer", prefer, "a Preference or None")
        _setattr(self, "prefer", prefer)
        _setattr(self, "relax", () if relax == () else _relaxation(relax, needed))
        _setattr(
            self,
            "target_seconds",
            None if target_seconds is None else duration("target_seconds", target_seconds),
        )
        _setattr(
            self,
            "expire_seconds",
            None if expire_seconds is None else duration("expire_seconds", expire_seconds),
        )
        _setattr(self, "customer", None if customer is None else identifier("customer", customer))
        _setattr(self, "attributes", None if attributes is None else _attributes(attributes))
        plain = not_before is None and prefer is None and not self.relax
        _setattr(self, "is_plain", plain and expire_seconds is None)

    def __hash__(self) -> int:
        return hash((self.id, self.channel))


_ZERO = 0
_priority = priority
