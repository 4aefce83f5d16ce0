"""Handling times: from the log's column, a constant, or drawn from a seeded lognormal.

Every rule that draws has a stream of its own, named after its channel or skill; the k-th contact
of a stream takes the k-th draw, so what one stream gives never depends on the others. A stream is
numpy's PCG64, seeded by the seed and the stream's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import log, sqrt
from typing import Final, TypeAlias

import attrs

from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import duration, whole
from omniqueue.model.skill import Skills

SEED_MAX: Final = 2**63 - 1
_MEAN_MAX: Final = 1e9  # 31 years: far above any use, and no draw can overflow a float
_BLOCK: Final = 1024  # draws at once: one draw costs numpy 50 times more alone than in a block


@attrs.frozen
class Constant:
    """Every contact takes the same time.

    Example:
        >>> Constant(240.0).seconds
        240.0
    """

    seconds: float


@attrs.frozen
class Lognormal:
    """Times drawn from a lognormal distribution with this mean and standard deviation.

    Source for the parameters: mean = exp(mu + sigma^2 / 2), variance = (exp(sigma^2) - 1) mean^2.

    Raises:
        InvalidValueError: a mean that is not above 0, a negative deviation.

    Example:
        >>> mu, sigma = Lognormal(240.0, 0.0).parameters()
        >>> round(mu, 6), sigma
        (5.480639, 0.0)
    """

    mean_seconds: float = attrs.field()
    sd_seconds: float = attrs.field()

    @mean_seconds.validator
    def _check_mean(self, _: attrs.Attribute[float], value: object) -> None:
        if duration("mean", value, positive=True) > _MEAN_MAX:
            raise InvalidValueError("mean", value, f"at most {_MEAN_MAX:.0f} seconds")

    @sd_seconds.validator
    def _check_sd(self, _: attrs.Attribute[float], value: object) -> None:
        duration("sd", value)
        if self.sd_seconds > 1000 * self.mean_seconds:
            raise InvalidValueError("sd", value, "at most 1,000 times the mean")

    def parameters(self) -> tuple[float, float]:
        """Return mu and sigma of the logarithm."""
        variance = log(1 + (self.sd_seconds / self.mean_seconds) ** 2)
        return log(self.mean_seconds) - variance / 2, sqrt(variance)


HandlingRule: TypeAlias = Constant | Lognormal


@attrs.frozen
class HandlingRules:
    """Which rule gives a contact's handling time: its skill's, else its channel's, else all's.

    Args:
        default: for contacts that nothing else covers; None: there must be something else.
        by_channel: channel name to rule.
        by_skill: skill name to rule; of several skills, the first of the contact that has one.

    Example:
        >>> rules = HandlingRules(Constant(60.0), {"fax": Constant(300.0)}, {})
        >>> rules.rule("fax", Skills.of({}))
        ('channel fax', Constant(seconds=300.0))
    """

    default: HandlingRule | None
    by_channel: Mapping[str, HandlingRule]
    by_skill: Mapping[str, HandlingRule]

    def rule(self, channel: str, skills: Skills) -> tuple[str, HandlingRule] | None:
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
        >>> times = HandlingTimes(HandlingRules(Lognormal(240.0, 120.0), {}, {}), seed=1)
        >>> first = times.seconds("phone", Skills.of({}))
        >>> again = HandlingTimes(HandlingRules(Lognormal(240.0, 120.0), {}, {}), seed=1)
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
            return float(rule.seconds)
        stream = self._streams.get(name)
        if stream is None:
            stream = self._streams[name] = _draws(rule, self._seed, name)
        return stream


def _draws(rule: Lognormal, seed: int, name: str) -> Iterator[float]:
    from numpy import exp  # loaded only where something is drawn
    from numpy.random import PCG64, Generator, SeedSequence

    mu, sigma = rule.parameters()
    generator = Generator(PCG64(SeedSequence(seed, spawn_key=tuple(name.encode()))))
    while True:
        yield from exp(mu + sigma * generator.standard_normal(_BLOCK)).tolist()
