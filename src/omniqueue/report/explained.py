"""Why a contact of a routed log waited at an instant: the explanation, told with a calendar."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from omniqueue.model.event import JsonValue

if TYPE_CHECKING:
    from omniqueue.core.insight.explanation import Explanation


@attrs.frozen(kw_only=True)
class Explained:
    """One contact at one instant of a run.

    Args:
        contact: the contact's id.
        at: the instant, in seconds since 1970 UTC.
        told: why it waits, or what else it does; None: there is nothing to explain.
        instead: what to say where there is nothing to explain.

    Example:
        >>> asked = Explained(contact="c1", at=7.0, told=None, instead="has not come yet")
        >>> asked.lines(lambda at: f"00:00:{at:02.0f}")
        ('c1 at 00:00:07: has not come yet',)
    """

    contact: str
    at: float
    told: Explanation | None
    instead: str = ""

    def lines(self, clock: Callable[[float], str]) -> tuple[str, ...]:
        """Return the answer as lines of text.

        Args:
            clock: an instant to its text.

        Cost: O(its size).
        """
        told = self.told
        if told is None:
            return (f"{self.contact} at {clock(self.at)}: {self.instead}",)
        first, *others = told.lines
        place = first.index(f" at {_plain(told.at)}: ", len(told.contact))
        said = first[place:].replace(_plain(told.at), clock(told.at), 1)
        since = f" since {_plain(told.arrived_at)}, "
        said = said.replace(since, f" since {clock(told.arrived_at)}, ", 1)
        dated = {
            f"  next, at {change.text}": clock(change.at)
            + change.text.removeprefix(_plain(change.at))
            for change in told.next_changes
        }
        found = [f"  next, at {dated[line]}" if line in dated else line for line in others]
        return (first[:place] + said, *found)

    def to_dict(self, clock: Callable[[float], str]) -> dict[str, JsonValue]:
        """Return the answer as JSON types.

        Args:
            clock: an instant to its text.

        Cost: O(its size).
        """
        return {
            "contact": self.contact,
            "at": self.at,
            "time": clock(self.at),
            "explanation": None if self.told is None else self.told.to_dict(),
            "text": list(self.lines(clock)),
        }


def _plain(at: float) -> str:
    """Return an instant as an explanation writes it."""
    return f"{at:.15g}"
