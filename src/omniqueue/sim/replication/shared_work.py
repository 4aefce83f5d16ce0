"""Shared work: agents with several contacts in hand at once, each of which then takes longer.

With m contacts in hand every one of them proceeds at the rate 1 / (1 + slowdown (m - 1)) of one
alone. Work left is brought up to date whenever the number changes.
"""

from __future__ import annotations


class SharedWork:
    """The work in hand of the agents who slow down.

    Args:
        slowdown: of each agent, by number (0: does not slow down).

    Cost: O(contacts in hand of the agent) a change.

    Example:
        >>> work = SharedWork([0.5])
        >>> work.begin(0, 7, 100.0, at=0.0)
        [(7, 100.0)]
        >>> work.begin(0, 8, 100.0, at=50.0)  # 50 s are left of contact 7: now 75
        [(7, 125.0), (8, 200.0)]
        >>> work.end(0, 7, at=125.0)
        [(8, 175.0)]
    """

    def __init__(self, slowdown: list[float]) -> None:
        self._slowdown = slowdown
        self._left: list[dict[int, float]] = [{} for _ in slowdown]  # contact -> work left
        self._since = [0.0] * len(slowdown)

    def begin(
        self, agent: int, contact: int, seconds: float, *, at: float
    ) -> list[tuple[int, float]]:
        """Add a contact; return all of the agent's contacts, each with when it will end."""
        left = self._proceed(agent, at)
        left[contact] = seconds
        return self._ends(agent, at)

    def end(self, agent: int, contact: int, *, at: float) -> list[tuple[int, float]]:
        """Take a contact away; return the others, each with when it will end."""
        left = self._proceed(agent, at)
        del left[contact]
        return self._ends(agent, at)

    def stop(
        self, agent: int, contact: int, *, at: float
    ) -> tuple[float, list[tuple[int, float]]]:
        """Take an interrupted contact away; return its work left, and the others as `end` does."""
        left = self._proceed(agent, at)
        return left.pop(contact), self._ends(agent, at)

    def _stretch(self, agent: int) -> float:
        return 1.0 + self._slowdown[agent] * (len(self._left[agent]) - 1)

    def _proceed(self, agent: int, at: float) -> dict[int, float]:
        left = self._left[agent]
        if left:
            done = (at - self._since[agent]) / self._stretch(agent)
            for contact, seconds in left.items():
                left[contact] = max(0.0, seconds - done)
        self._since[agent] = at
        return left

    def _ends(self, agent: int, at: float) -> list[tuple[int, float]]:
        stretch = self._stretch(agent)
        return [(contact, at + stretch * left) for contact, left in self._left[agent].items()]
