"""The own-order socket: which contacts an agent takes first."""

from __future__ import annotations

from typing import Protocol

from omniqueue.errors import InvalidValueError
from omniqueue.model.event import Rank
from omniqueue.model.skill import Skills


class OwnOrderPolicy(Protocol):
    """A user's own order: a pure function from held skills and a requirement to a rank.

    Of the contacts that an agent can take, those of the smallest rank go first, and in queue order
    among equals; contacts that are overdue go before all. It is asked once for each kind of agent
    and kind of contact that meet, and only for agents who have what is needed.

    Example:
        >>> def largest_need_first(held: Skills, needed: Skills) -> float:
        ...     return -sum(needed.values())
        >>> largest_need_first(Skills.of({"fr": 3}), Skills.of({"fr": 2}))
        -2
    """

    def __call__(self, held: Skills, needed: Skills, /) -> Rank:
        """Return the rank of contacts with that requirement for agents with the held skills."""
        ...


def skill_place(order: tuple[str, ...], held: Skills, needed: Skills) -> int:
    """Return the place of a requirement in an agent's `skill_order`.

    Args:
        order: the agent's skill order.
        held: the agent's skills, which meet the requirement.
        needed: the requirement.

    Returns:
        The index of the first skill in the order that is asked for and met, among the needed
        skills or as an alternative; the length of the order if there is none.

    Cost: O(skills in the order and alternatives).

    Example:
        >>> skill_place(("cards", "loans"), Skills.of({"loans": 1}), Skills.of({"loans": 1}))
        1
    """
    if not order:
        return 0
    asked = set(needed)
    for group in needed.any_of:
        asked.update(name for name, _ in held.met_in(group))
    return next((place for place, name in enumerate(order) if name in asked), len(order))


def own_order_of(said: object) -> OwnOrderPolicy | None:
    """Return a user's own order; None for "skill_order", as each agent says.

    Raises:
        InvalidValueError: it is neither.

    Example:
        >>> own_order_of("skill_order") is None
        True
    """
    if said == "skill_order" and isinstance(said, str):
        return None
    if callable(said):
        return said
    raise InvalidValueError("own_order", said, "'skill_order' or a function")
