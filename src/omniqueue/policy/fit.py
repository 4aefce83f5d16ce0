"""The fit socket: which kind of agent suits which kind of contact."""

from __future__ import annotations

from typing import Protocol

from omniqueue.model.event import Rank
from omniqueue.model.skill import Skills


class FitPolicy(Protocol):
    """A user's fit: a pure function from held and needed skills to a rank; smaller is chosen.

    It is asked once for each kind of agent and kind of contact that meet, and only for agents
    that have what is needed. Groups of alternatives stand in `needed.any_of`.

    Example:
        >>> def fewest_skills(held: Skills, needed: Skills) -> float:
        ...     return len(held)
        >>> fewest_skills(Skills.of({"fr": 1, "law": 1}), Skills.of({"fr": 1}))
        2
    """

    def __call__(self, held: Skills, needed: Skills, /) -> Rank:
        """Return the rank of agents with the held skills for a contact with the needed ones."""
        ...


def any_fit(held: Skills, needed: Skills) -> Rank:
    """Rank all agents with the skills the same.

    Example:
        >>> any_fit(Skills.of({"fr": 9}), Skills.of({"fr": 1}))
        0
    """
    return 0


def most_skilled(held: Skills, needed: Skills) -> Rank:
    """Rank the largest sum of levels over the needed skills first.

    Of each group the largest level among the alternatives that are met counts.

    Example:
        >>> most_skilled(Skills.of({"fr": 9}), Skills.of({"fr": 1}))
        -9
    """
    levels = sum(held[name] for name in needed)
    for group in needed.any_of:
        levels += max(held[name] for name, _ in held.met_in(group))
    return -levels


def closest_fit(held: Skills, needed: Skills) -> Rank:
    """Rank the smallest surplus of levels first, then the fewest skills beyond those needed.

    Of each group the smallest surplus among the alternatives that are met counts.

    Example:
        >>> closest_fit(Skills.of({"fr": 9, "law": 1}), Skills.of({"fr": 4}))
        (5, 1)
    """
    surplus = sum(held[name] - level for name, level in needed.pairs)
    for group in needed.any_of:
        surplus += min(held[name] - level for name, level in held.met_in(group))
    return surplus, len(held) - len(needed) - len(needed.any_of)


STOCK_FITS: dict[str, FitPolicy] = {
    "any": any_fit,
    "most-skilled": most_skilled,
    "closest-fit": closest_fit,
}
