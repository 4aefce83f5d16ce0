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
from omniqueue.model.event import JsonValue, plain
from omniqueue.model.fields import Check, Metadata, checked, setting
from omniqueue.model.skill import (
    NO_SKILLS,
    SKILLS_NEEDED_MAX,
    Requirement,
    Skills,
    alternatives,
    implies,
    requirement,
)

RELAX_STEPS_MAX = 64
NOT_AGENTS_MAX = 64
_NONE: tuple[Any, ...] = ()
Group = Mapping[str, int]  # alternatives: skill to least level


def _preferred(check: Check, name: str) -> Metadata:
    """Return the metadata of a preference's field: a refusal names it as the contact's."""
    said = f"prefer.{name}"
    return setting(lambda _, value: check(said, value))


def _after_seconds(value: float) -> float:
    return duration("relax.after_seconds", value)


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


def _relaxed_skills(value: Mapping[str, int]) -> Skills:
    return Skills.of(value, field="relax.skills", most=SKILLS_NEEDED_MAX)


def _relaxed_groups(value: Iterable[Group]) -> tuple[Skills, ...]:
    return alternatives("relax.any_of", value)


@attrs.frozen
class RelaxStep:
    """One step of a relaxation: from then on this is needed instead.

    Args:
        after_seconds: seconds from the submit.
        skills: what is all needed then.
        any_of: groups of alternatives, of each of which one is needed.

    A step asks for no more than the one before: it drops skills, lowers levels, turns a skill into
    a group of alternatives, adds alternatives to a group.

    Raises:
        InvalidValueError: a negative duration, a level out of range.

    Example:
        >>> RelaxStep(60, {"en": 1}).after_seconds
        60.0
        >>> RelaxStep(60, any_of=[{"en": 1, "fr": 2}]).any_of[0]["fr"]
        2
    """

    after_seconds: float = attrs.field(converter=_after_seconds)
    skills: Skills = attrs.field(default=NO_SKILLS, converter=_relaxed_skills)
    any_of: tuple[Skills, ...] = attrs.field(default=(), converter=_relaxed_groups)

    @property
    def needs(self) -> Skills:
        """What is needed then as one requirement."""
        return requirement(self.skills, self.any_of, field="relax.")


def all_needed(needs: Skills) -> Skills:
    """Return the skills of a requirement that are all needed, without its groups."""
    return needs.skills if isinstance(needs, Requirement) else needs


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
        if not implies(needed, step.needs):
            raise InvalidValueError(
                "relax.any_of" if step.any_of else "relax.skills",
                step.needs,
                "no more than was needed before the step",
            )
        after_seconds, needed = step.after_seconds, step.needs
    return found


def unwanted_agents(value: object) -> tuple[str, ...]:
    """Return the ids of agents who may never take a contact, each once, as they are said."""
    if not isinstance(value, list | tuple) or len(value) > NOT_AGENTS_MAX:
        raise InvalidValueError("not_agents", value, f"a list of at most {NOT_AGENTS_MAX} ids")
    ids = tuple(identifier("not_agents id", each) for each in value)
    if len(set(ids)) < len(ids):
        raise InvalidValueError("not_agents", value, "each agent once")
    return ids


@attrs.frozen
class Terms:
    """Rarely used fields, stored apart to keep ordinary contacts small.

    Args:
        needs: skills and groups of alternatives as one requirement.
        not_agents, not_before, prefer, relax, target_seconds, expire_seconds, customer,
            attributes: as in `Contact`, which makes and checks them.

    Example:
        >>> Contact("c1", "phone").terms is None, Contact("c2", "fax", customer="x").terms.customer
        (True, 'x')
    """

    needs: Skills
    not_agents: tuple[str, ...]
    not_before: float | None
    prefer: Preference | None
    relax: tuple[RelaxStep, ...]
    target_seconds: float | None
    expire_seconds: float | None
    customer: str | None
    attributes: Attributes | None


def _terms(
    needed: Skills,
    not_agents: object,
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
        needed,
        unwanted_agents(not_agents),
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
        any_of: up to 16 groups of 2 to 32 alternatives (skill to least level), of each of which
            one is needed.
        not_agents: ids of agents who may never take it; at most 64.
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
        any_of: Iterable[Group] = _NONE,
        not_agents: Iterable[str] = _NONE,
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
        _set_id(self, identifier("id", id))
        known = channel.__class__ is str and channel in _channel_names
        _set_channel(self, channel if known else _channel_name(channel))
        if skills is not NO_SKILLS:
            skills = requirement(skills)
        _set_skills(self, skills)
        _set_priority(self, checked_priority("priority", priority))
        _set_arrived_at(self, None if arrived_at is None else instant("arrived_at", arrived_at))
        if (
            relax == ()
            and any_of is _NONE
            and not_agents is _NONE
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
                requirement(skills, any_of),
                not_agents,
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
    def needs(self) -> Skills:
        """What it needs as one requirement: its skills and its groups of alternatives."""
        return self.skills if self.terms is None else self.terms.needs

    @property
    def any_of(self) -> tuple[Skills, ...]:
        """Groups of alternatives, of each of which one is needed."""
        return () if self.terms is None else self.terms.needs.any_of

    @property
    def not_agents(self) -> tuple[str, ...]:
        """The ids of agents who may never take it."""
        return () if self.terms is None else self.terms.not_agents

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
        self,
        *,
        priority: int | None = None,
        target_seconds: float | None = None,
        needs: Skills | None = None,
    ) -> Contact:
        """Return the contact with another priority, target or requirement.

        Args:
            priority: the new one; None: as it is.
            target_seconds: the new promised answer time; None: as it is.
            needs: the new requirement, which ends its relaxation; None: as it is.

        Raises:
            InvalidValueError: a value out of range.

        Cost: that of making a contact.

        Example:
            >>> Contact("c1", "phone").with_changes(priority=5).priority
            5
        """
        said = {} if self.terms is None else _said(self.terms)
        needed = self.needs
        if needs is not None:
            needed = needs
            said["relax"] = ()
        if target_seconds is not None:
            said["target_seconds"] = target_seconds
        return Contact(
            self.id,
            self.channel,
            skills=all_needed(needed),
            any_of=needed.any_of,
            priority=self.priority if priority is None else priority,
            arrived_at=self.arrived_at,
            **said,
        )

    def to_dict(self) -> dict[str, JsonValue]:
        """Return it as JSON types, by the words of a play; what is at its default is left out.

        Cost: O(its size).

        Example:
            >>> Contact("c1", "phone", skills={"fr": 2}, expire_seconds=60).to_dict()
            {'id': 'c1', 'channel': 'phone', 'skills': {'fr': 2}, 'expire_seconds': 60.0}
        """
        said: dict[str, JsonValue] = {"id": self.id, "channel": self.channel}
        if self.skills or self.any_of:
            said |= requirement_json(self.needs)
        if self.priority:
            said["priority"] = self.priority
        if self.arrived_at is not None:
            said["arrived_at"] = self.arrived_at
        return said if self.terms is None else said | terms_json(self.terms)

    @classmethod
    def from_dict(cls, said: Mapping[str, JsonValue]) -> Contact:
        """Return the contact that a JSON object describes, by the words of a play.

        Args:
            said: `id`, `channel`, and any other field; `prefer` and `relax` as objects.

        Raises:
            FileFaultsError: every fault with its place.

        Cost: O(its size).

        Example:
            >>> Contact.from_dict({"id": "c1", "channel": "fax", "skils": {"fr": 1}})
            Traceback (most recent call last):
            ...
            omniqueue.errors.FileFaultsError: contact: skils: not a key; did you mean 'skills'?
        """
        from omniqueue.model.json_forms import CONTACT, value_of  # only some programs read JSON

        return value_of(
            CONTACT,
            contact_of,
            said,
            name="contact",
            stand_in={"id": "c", "channel": "phone"},
            parts={"prefer": Preference, "relax": RelaxStep},
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
        if self.any_of:
            said.append(f"any_of={[dict(group) for group in self.any_of]}")
        for name, value in ({} if self.terms is None else _said(self.terms)).items():
            if value is not None and value != ():
                said.append(f"{name}={value!r}")
        return f"Contact({', '.join(said)})"


def _said(terms: Terms) -> dict[str, Any]:
    """Return the terms by name, but for the requirement."""
    return {field.name: getattr(terms, field.name) for field in attrs.fields(Terms)[1:]}


def contact_of(said: Mapping[str, Any]) -> Contact:
    """Return the contact of a table whose JSON types are right.

    Raises:
        InvalidValueError: a value out of range.

    Example:
        >>> contact_of({"id": "c1", "channel": "fax", "prefer": {"agent": "ana", "seconds": 9}})
        Contact('c1', 'fax', prefer=Preference(agent='ana', seconds=9.0, skip_if_away=True))
    """
    built = dict(said)
    if "prefer" in said:
        built["prefer"] = Preference(**said["prefer"])
    if "relax" in said:
        built["relax"] = [RelaxStep(**step) for step in said["relax"]]
    return Contact(**built)


def terms_json(terms: Terms) -> dict[str, JsonValue]:
    """Return terms as JSON types, but for the requirement; what is at its default is left out."""
    said: dict[str, JsonValue] = {}
    if terms.not_agents:
        said["not_agents"] = [*terms.not_agents]
    for name in ("not_before", "target_seconds", "expire_seconds", "customer"):
        value = getattr(terms, name)
        if value is not None:
            said[name] = value
    if terms.attributes is not None:
        said["attributes"] = plain(terms.attributes)
    if terms.prefer is not None:
        said["prefer"] = attrs.asdict(terms.prefer)
    if terms.relax:
        said["relax"] = [
            {"after_seconds": step.after_seconds, **requirement_json(step.needs)}
            for step in terms.relax
        ]
    return said


def requirement_json(needs: Skills) -> dict[str, JsonValue]:
    """Return a requirement as JSON types: `skills`, and `any_of` where there are groups."""
    said: dict[str, JsonValue] = {"skills": dict(needs)}
    if needs.any_of:
        said["any_of"] = [dict(group) for group in needs.any_of]
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
