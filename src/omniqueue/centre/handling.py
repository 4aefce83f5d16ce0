"""Handling times of a log's contacts: constant, or drawn from a seeded law.

Every rule that draws has a stream of its own, named after its channel or skill; the k-th contact
of a stream takes the k-th draw, so what one stream gives never depends on the others. A stream is
numpy's PCG64, seeded by the seed and the stream's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs
from numpy.random import PCG64, Generator, SeedSequence

from omniqueue.centre.chance import SEED_MAX
from omniqueue.centre.times import ByInterval, Constant, Times, law
from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import whole
from omniqueue.model.fields import checked, setting
from omniqueue.model.reader import Place, each_of, table
from omniqueue.model.skill import Skills


def _one_law(field: str, value: object) -> Times:
    if isinstance(value, Times) and not isinstance(value, ByInterval):
        return value
    raise InvalidValueError(field, value, "one law of times, for all hours")


def _laws(field: str, value: object) -> Mapping[str, Times]:
    assert isinstance(value, Mapping)
    return {name: _one_law(f"{field}[{name!a}]", each) for name, each in value.items()}


def _read_laws(value: object, place: Place) -> dict[str, Times]:
    found = table(value)
    return dict(zip(found, each_of(law, value, place), strict=True))


@attrs.frozen(field_transformer=checked)
class HandlingRules:
    """Which rule gives a contact's handling time: its skill's, else its channel's, else all's.

    Args:
        default: for contacts that nothing else covers; None: there must be something else.
        by_channel: channel name to rule.
        by_skill: skill name to rule; of several skills, the first of the contact that has one.

    Example:
        >>> rules = HandlingRules(Constant(60), {"fax": Constant(300)})
        >>> rules.rule("fax", Skills.of({}))
        ('channel fax', Constant(seconds=300.0))
    """

    default: Times | None = attrs.field(default=None, metadata=setting(_one_law, read=law))
    by_channel: Mapping[str, Times] = attrs.field(
        factory=dict, metadata=setting(_laws, key="channel", read=_read_laws)
    )
    by_skill: Mapping[str, Times] = attrs.field(
        factory=dict, metadata=setting(_laws, key="skill", read=_read_laws)
    )

    def rule(self, channel: str, skills: Skills) -> tuple[str, Times] | None:
        """Return the stream's name and the rule for a contact, or None. Cost: O(skills)."""
        for skill in skills:
            rule = self.by_skill.get(skill)
            if rule is not None:
                return f"skill {skill}", rule
        rule = self.by_channel.get(channel)
        if rule is not None:
            return f"channel {channel}", rule
        return None if self.default is None else ("default", self.default)


class HandlingTimes:
    """Gives each contact, in the order of the log, its handling time.

    Args:
        rules: which rule covers which contact.
        seed: an int from 0 to 2**63 - 1.

    Raises:
        InvalidValueError: a seed out of range.

    Cost: O(1) a contact.

    Example:
        >>> from omniqueue.sim import Lognormal
        >>> times = HandlingTimes(HandlingRules(Lognormal(240, 120)), seed=1)
        >>> first = times.seconds("phone", Skills.of({}))
        >>> again = HandlingTimes(HandlingRules(Lognormal(240, 120)), seed=1)
        >>> again.seconds("phone", Skills.of({})) == first
        True
    """

    def __init__(self, rules: HandlingRules, *, seed: int) -> None:
        self._rules = rules
        self._seed = whole("seed", seed, 0, SEED_MAX)
        self._streams: dict[str, Iterator[float]] = {}
        self._known: dict[tuple[str, Skills], Iterator[float] | float | None] = {}

    def seconds(self, channel: str, skills: Skills) -> float | None:
        """Return the next contact's handling time; None: no rule covers it."""
        kind = (channel, skills)
        try:
            found = self._known[kind]
        except KeyError:
            found = self._known[kind] = self._source(channel, skills)
        return found if found is None or isinstance(found, float) else next(found)

    def _source(self, channel: str, skills: Skills) -> Iterator[float] | float | None:
        named = self._rules.rule(channel, skills)
        if named is None:
            return None
        name, rule = named
        if isinstance(rule, Constant):
            return rule.seconds
        stream = self._streams.get(name)
        if stream is None:
            seeds = SeedSequence(self._seed, spawn_key=tuple(name.encode()))
            stream = self._streams[name] = rule.endless(Generator(PCG64(seeds)))
        return stream
