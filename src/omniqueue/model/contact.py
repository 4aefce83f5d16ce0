"""A contact: one customer asking for an answer on one channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from omniqueue.errors import InvalidValueError
from omniqueue.model.attributes import Attributes, Json
from omniqueue.model.checks import (
    duration,
    identifier,
    instant,
    priority as checked_priority,
    truth,
)
from omniqueue.model.fields import Check, Metadata, checked, setting
from omniqueue.model.skill import NO_SKILLS, SKILLS_NEEDED_MAX, Skills

RELAX_STEPS_MAX = 64


def _preferred(check: Check, name: str) -> Metadata:
    """Return the metadata of a preference's field: a refusal names it as the contact's."""
    said = f"prefer.{name}"
    return setting(lambda _, value: check(said, value))


def _after_seconds(value: float) -> float:
    return duration("relax.after_seconds", value)


def _relaxed_skills(value: Mapping[str, int]) -> Skills:
    return Skills.of(value, field="relax.skills", most=SKILLS_NEEDED_MAX)


@attrs.frozen(field_transformer=checked)
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

    agent: str = attrs.field(metadata=_preferred(identifier, "agent"))
    seconds: float = attrs.field(metadata=_preferred(duration, "seconds"))
    skip_if_away: bool = attrs.field(default=True, metadata=_preferred(truth, "skip_if_away"))


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
    try:
        found = tuple(steps)
    except TypeError:
        raise InvalidValueError("relax", steps, "RelaxStep values") from None
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


@attrs.frozen
class Terms:
    """Rarely used fields, stored apart to keep ordinary contacts small.

    Args:
        not_before, prefer, relax, target_seconds, expire_seconds, customer, attributes: as in
            `Contact`, which makes and checks them.

    Example:
        >>> Contact("c1", "phone").terms is None, Contact("c2", "fax", customer="x").terms.customer
        (True, 'x')
    """

    not_before: float | None
    prefer: Preference | None
    relax: tuple[RelaxStep, ...]
    target_seconds: float | None
    expire_seconds: float | None
    customer: str | None
    attributes: Attributes | None


def _terms(
    needed: Skills,
    not_before: object,
    prefer: object,
    relax: Iterable[RelaxStep],
    target_seconds: object,
    expire_seconds: object,
    customer: object,
    attributes: object,
) -> Terms:
    if prefer is not None and not isinstance(prefer, Preference):
        raise InvalidValueError("prefer", prefer, "a Preference or None")
    return Terms(
        None if not_before is None else instant("not_before", not_before),
        prefer,
        _relaxation(relax, needed),
        None if target_seconds is None else duration("target_seconds", target_seconds),
        None if expire_seconds is None else duration("expire_seconds", expire_seconds),
        None if customer is None else identifier("customer", customer),
        None if attributes is None else Attributes.of(attributes),
    )


@attrs.frozen(init=False, hash=False, repr=False)
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
        >>> call
        Contact('c1', 'phone', skills={'billing': 2}, priority=1)
        >>> call.skills["billing"], call.arrived_at
        (2, None)
    """

    id: str
    channel: str
    skills: Skills
    priority: int
    arrived_at: float | None
    terms: Terms | None

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
        _set_id(self, identifier("contact id", id))
        known = channel.__class__ is str and channel in _channel_names
        _set_channel(self, channel if known else _channel_name(channel))
        if skills is not NO_SKILLS:
            skills = needed_skills(skills)
        _set_skills(self, skills)
        _set_priority(self, checked_priority("priority", priority))
        _set_arrived_at(self, None if arrived_at is None else instant("arrived_at", arrived_at))
        if (
            relax == ()
            and not_before is None
            and prefer is None
            and target_seconds is None
            and expire_seconds is None
            and customer is None
            and attributes is None
        ):
            _set_terms(self, None)
        else:
            terms = _terms(
                needed_skills(skills),
                not_before,
                prefer,
                relax,
                target_seconds,
                expire_seconds,
                customer,
                attributes,
            )
            _set_terms(self, terms)

    @property
    def not_before(self) -> float | None:
        """Deferred until then, in seconds on the caller's epoch; None: not deferred."""
        return None if self.terms is None else self.terms.not_before

    @property
    def prefer(self) -> Preference | None:
        """The agent to wait for, and how long."""
        return None if self.terms is None else self.terms.prefer

    @property
    def relax(self) -> tuple[RelaxStep, ...]:
        """Steps that lower what is needed as time passes."""
        return () if self.terms is None else self.terms.relax

    @property
    def target_seconds(self) -> float | None:
        """Its own promised answer time, in seconds; None: the channel's."""
        return None if self.terms is None else self.terms.target_seconds

    @property
    def expire_seconds(self) -> float | None:
        """How long after the submit it leaves the queue, in seconds; None: never."""
        return None if self.terms is None else self.terms.expire_seconds

    @property
    def customer(self) -> str | None:
        """Who is calling, an opaque id; None: unknown."""
        return None if self.terms is None else self.terms.customer

    @property
    def attributes(self) -> Mapping[str, Json] | None:
        """The application's JSON values; None: none."""
        return None if self.terms is None else self.terms.attributes

    def with_changes(
        self, *, priority: int | None = None, skills: Mapping[str, int] | None = None
    ) -> Contact:
        """Return the contact with another priority or other skills (which end its relaxation).

        Args:
            priority: the new one; None: as it is.
            skills: the new ones; None: as they are.

        Raises:
            InvalidValueError: a value out of range.

        Cost: that of making a contact.

        Example:
            >>> Contact("c1", "phone").with_changes(priority=5).priority
            5
        """
        terms = self.terms
        return Contact(
            self.id,
            self.channel,
            skills=self.skills if skills is None else skills,
            priority=self.priority if priority is None else priority,
            arrived_at=self.arrived_at,
            **({} if terms is None else _said(terms, relaxed=skills is None)),
        )

    def __hash__(self) -> int:
        return hash((self.id, self.channel))

    def __repr__(self) -> str:
        said = [repr(self.id), repr(self.channel)]
        if self.skills:
            said.append(f"skills={dict(self.skills)}")
        if self.priority:
            said.append(f"priority={self.priority}")
        if self.arrived_at is not None:
            said.append(f"arrived_at={self.arrived_at!r}")
        if self.terms is not None:
            for field in attrs.fields(Terms):
                value = getattr(self.terms, field.name)
                if value is not None and value != ():
                    said.append(f"{field.name}={value!r}")
        return f"Contact({', '.join(said)})"


def _said(terms: Terms, *, relaxed: bool) -> dict[str, Any]:
    said = {field.name: getattr(terms, field.name) for field in attrs.fields(Terms)}
    if not relaxed:
        said["relax"] = ()
    return said


# The slots' own setters: a frozen value is written once, when made, and this is the quick way.
_set_id = Contact.__dict__["id"].__set__
_set_channel = Contact.__dict__["channel"].__set__
_set_skills = Contact.__dict__["skills"].__set__
_set_priority = Contact.__dict__["priority"].__set__
_set_arrived_at = Contact.__dict__["arrived_at"].__set__
_set_terms = Contact.__dict__["terms"].__set__

# Channel names seen before need no second look; few exist, and the rest are looked at each time.
_channel_names: set[str] = set()
_CHANNEL_NAMES_KEPT = 1000


def _channel_name(value: object) -> str:
    name = identifier("channel", value)
    if name is value and len(_channel_names) < _CHANNEL_NAMES_KEPT:
        _channel_names.add(name)
    return name
