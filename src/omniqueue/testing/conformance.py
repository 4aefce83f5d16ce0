"""Conformance of users' own policies: a rank for every input, and a pure function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from math import inf
from random import Random

import attrs

from omniqueue.errors import InvalidValueError, PolicyError, shown
from omniqueue.model.attributes import Attributes, Json
from omniqueue.model.checks import PRIORITY_BOUND, whole
from omniqueue.model.skill import Skills, requirement
from omniqueue.policy.fit import FitPolicy
from omniqueue.policy.order import EnteringContact, OrderPolicy
from omniqueue.policy.own_order import OwnOrderPolicy
from omniqueue.policy.rank import checked_rank, policy_fault
from omniqueue.policy.turn import AgentLoad, TurnPolicy
from omniqueue.testing.drawing import (
    ATTRIBUTES,
    CASES_MAX,
    CHANNEL_NAMES,
    ODD_IDS,
    SKILL_NAMES,
    Pick,
    levels,
)

_SEED = 1917  # any number: the same inputs are drawn each time
_INSTANTS = (0.0, 0.5, 60.0, -3600.0, 1.7e9, 1.7e9 + 0.001, 1e15, -1e15)
_PRIORITIES = (0, 1, -1, 5, PRIORITY_BOUND, -PRIORITY_BOUND)


def check_order(
    policy: OrderPolicy,
    *,
    chance: Random | None = None,
    cases: int = 200,
    attributes: Sequence[Mapping[str, Json] | None] = ATTRIBUTES,
) -> None:
    """Verify that an order policy gives every contact a rank and is a pure function.

    Args:
        policy: a function from `EnteringContact` to a rank.
        chance: draws the contacts; None: the same ones each time.
        cases: how many contacts (from 1).
        attributes: what the contacts carry, where the policy relies on something.

    Raises:
        PolicyError: it raises, returns no rank, changes its view, answers differently when
            asked again or in another order, or its ranks do not compare with each other.
        InvalidValueError: the policy is no function, `cases` out of range, bad `attributes`.

    Cost: asks the policy three times for each case.

    Example:
        >>> check_order(lambda contact: contact.arrived_at - 60 * contact.priority)
        >>> check_order(lambda contact: contact.attributes["tier"], cases=1)
        Traceback (most recent call last):
        ...
        omniqueue.errors.PolicyError: order policy '<lambda>' for a contact ...
    """
    if not attributes:
        raise InvalidValueError("attributes", attributes, "at least one, None for no attributes")
    # As a router shows them: copies that cannot be changed.
    carried = [None if said is None else Attributes.of(said) for said in attributes]
    _conform("order", policy, lambda pick: (_entering(pick, carried),), chance, cases)


def check_fit(policy: FitPolicy, *, chance: Random | None = None, cases: int = 200) -> None:
    """Verify that a fit policy gives every pair of skills a rank and is a pure function.

    Args:
        policy: a function (held skills, needed skills) -> rank.
        chance: draws the skills; None: the same ones each time. Held always covers needed.
        cases: how many pairs (from 1).

    Raises:
        PolicyError: it raises, returns no rank, changes its view, answers differently when
            asked again or in another order, or its ranks do not compare with each other.
        InvalidValueError: the policy is no function, or `cases` out of range.

    Cost: asks the policy three times for each case.

    Example:
        >>> check_fit(lambda held, needed: len(held) - len(needed))
        >>> check_fit(lambda held, needed: str(held))
        Traceback (most recent call last):
        ...
        omniqueue.errors.PolicyError: fit policy '<lambda>' for ...
    """
    _conform("fit", policy, _held_and_needed, chance, cases)


def check_own_order(
    policy: OwnOrderPolicy, *, chance: Random | None = None, cases: int = 200
) -> None:
    """Verify that an own order gives every pair of skills and requirement a rank, and is pure.

    Args:
        policy: a function (held skills, requirement) -> rank.
        chance: draws them; None: the same ones each time. Held always meets the requirement.
        cases: how many pairs (from 1).

    Raises:
        PolicyError: it raises, returns no rank, changes its view, answers differently when
            asked again or in another order, or its ranks do not compare with each other.
        InvalidValueError: the policy is no function, or `cases` out of range.

    Cost: asks the policy three times for each case.

    Example:
        >>> check_own_order(lambda held, needed: -len(needed))
        >>> check_own_order(lambda held, needed: needed["sales"])
        Traceback (most recent call last):
        ...
        omniqueue.errors.PolicyError: own order policy '<lambda>' for ...
    """
    _conform("own order", policy, _held_and_needed, chance, cases)


def check_turn(policy: TurnPolicy, *, chance: Random | None = None, cases: int = 200) -> None:
    """Verify that a turn policy gives every agent's load a rank and is a pure function.

    Args:
        policy: a function from `AgentLoad` to a rank.
        chance: draws the loads; None: the same ones each time. Agents without capacity, and
            agents with more work than capacity (it was lowered), are among them.
        cases: how many loads (from 1).

    Raises:
        PolicyError: it raises, returns no rank, changes its view, answers differently when
            asked again or in another order, or its ranks do not compare with each other.
        InvalidValueError: the policy is no function, or `cases` out of range.

    Cost: asks the policy three times for each case.

    Example:
        >>> check_turn(lambda agent: (agent.contacts, agent.occupancy))
        >>> check_turn(lambda agent: agent.used / agent.capacity)
        Traceback (most recent call last):
        ...
        omniqueue.errors.PolicyError: turn policy '<lambda>' for an agent ...
    """
    _conform("turn", policy, lambda pick: (_load(pick),), chance, cases)


def _conform(
    socket: str,
    policy: Callable[..., object],
    draw: Callable[[Pick], tuple[object, ...]],
    chance: Random | None,
    cases: int,
) -> None:
    """Ask a policy about drawn arguments: twice in a row, and once more in another order."""
    if not callable(policy):
        raise InvalidValueError(f"{socket} policy", policy, "a function")
    chance = chance or Random(_SEED)  # noqa: S311 - drawn inputs, not secrets
    drawn = [draw(chance.choice) for _ in range(whole("cases", cases, 1, CASES_MAX))]
    asked = f"{socket} policy {shown(str(getattr(policy, '__name__', type(policy).__name__)))}"
    answers = []
    for arguments in drawn:
        answers.append(_ask(asked, policy, arguments))
        _same(asked, arguments, answers[-1], _ask(asked, policy, arguments))
    shuffled = list(range(len(drawn)))
    chance.shuffle(shuffled)
    for index in shuffled:
        _same(asked, drawn[index], answers[index], _ask(asked, policy, drawn[index]))
    # The router takes a number as a tuple of one; a policy that mixes both is rarely meant so.
    tuples = {isinstance(answer, tuple) for answer in answers}
    if len(tuples) > 1:
        raise PolicyError(asked, "a mix of numbers and tuples", "ranks of one kind")


def _ask(asked: str, policy: Callable[..., object], arguments: tuple[object, ...]) -> object:
    """Return the policy's answer about a copy of the arguments, which it must leave alone."""
    given = deepcopy(arguments)
    before = _facts(given)
    named = f"{asked} for {_kind(arguments)}"
    try:
        answer = policy(*given)
    except Exception as problem:
        raise policy_fault(named, problem) from problem
    checked_rank(named, answer)
    if _facts(given) != before:
        raise PolicyError(named, "a function that changes what it looks at", "a pure function")
    return answer


def _same(asked: str, arguments: tuple[object, ...], first: object, again: object) -> None:
    if first != again:
        raise PolicyError(
            f"{asked} for {_kind(arguments)}", "now one rank, now another", "always the same rank"
        )


def _facts(value: object) -> object:
    """Return a value as plain data that no longer shares anything with it."""
    if isinstance(value, Skills):
        return value.pairs, dict(value), [group.pairs for group in value.any_of]
    kind = type(value)
    if attrs.has(kind):
        return [_facts(getattr(value, field.name, None)) for field in attrs.fields(kind)]
    if isinstance(value, Mapping):
        return {key: _facts(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_facts(item) for item in value]
    return kind, value


def _kind(arguments: tuple[object, ...]) -> str:
    """Say about what a policy was asked, without any content of attributes."""
    first = arguments[0]
    if isinstance(first, EnteringContact):
        count = "no" if first.attributes is None else len(first.attributes)
        return (
            f"a contact (channel {shown(first.channel)}, priority {first.priority}, arrived_at "
            f"{first.arrived_at!r}, target_seconds {first.target_seconds!r}, "
            f"{len(first.skills)} skills, {count} attributes)"
        )
    if isinstance(first, AgentLoad):
        return (
            f"an agent (capacity {first.capacity}, used {first.used}, contacts {first.contacts}, "
            f"{len(first.skills)} skills)"
        )
    assert len(arguments) == 2
    held, needed = (len(side) if isinstance(side, Skills) else 0 for side in arguments)
    return f"an agent with {held} skills and a contact that needs {needed}"


def _entering(pick: Pick, attributes: Sequence[Mapping[str, Json] | None]) -> EnteringContact:
    return EnteringContact(
        pick((*ODD_IDS, "c1", "c2", "c3")),
        pick((*CHANNEL_NAMES, "sms")),
        Skills.of(levels(pick, SKILL_NAMES)),
        pick(_PRIORITIES),
        pick(_INSTANTS),
        pick((inf, inf, 0.0, 20.0, 86400.0)),
        pick((None, "customer-1", *ODD_IDS)),
        pick(attributes),
    )


def _held_and_needed(pick: Pick) -> tuple[Skills, Skills]:
    held = levels(pick, (*SKILL_NAMES, "sales", "spanish"))
    needed = {name: pick(range(1, level + 1)) for name, level in held.items() if pick((0, 1))}
    groups = [
        {name: level, "latin": 1}
        for name, level in held.items()
        if name not in needed and pick((0, 0, 1))
    ]
    return Skills.of(held), requirement(needed, groups)


def _load(pick: Pick) -> AgentLoad:
    contacts = pick((0, 0, 1, 1, 2, 3, 50))
    taken = contacts + pick((0, 1, 40))
    return AgentLoad(
        pick(("ana", "bo", *ODD_IDS)),
        Skills.of(levels(pick, SKILL_NAMES)),
        pick((0, 1, 1, 2, 3, 100, 1_000_000)),
        contacts * pick((1, 1, 2, 60)),
        contacts,
        pick((1, 2, 700)),
        taken,
        pick((1, 5, 10**6)) if taken else 0,
        pick((0.0, 0.5, 1e6)),
        pick((0.0, -3600.0, 1.7e9)) if contacts else None,
    )
