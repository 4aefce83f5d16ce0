"""Answers to offers: what agents do with the contacts held out to them, by chance."""

from __future__ import annotations

from omniqueue.centre.chance import Chance
from omniqueue.centre.times import Uniform
from omniqueue.sim.scenarios.scenario import Scenario


class OfferAnswers:
    """The answers of agents to offers; each group has random streams of its own.

    Args:
        scenario: the scenario.
        chance: the random streams of the replication.

    Cost: O(1) a draw.
    """

    def __init__(self, scenario: Scenario, chance: Chance) -> None:
        self._groups = scenario.groups
        luck = Uniform(0.0, 1.0)
        self._luck = [
            luck.endless(chance.stream(f"offers {group.name}")) for group in scenario.groups
        ]
        self._reaction = [
            group.reaction.endless(chance.stream(f"reaction {group.name}"))
            for group in scenario.groups
        ]
        self._back = [
            group.back_after.endless(chance.stream(f"back {group.name}"))
            for group in scenario.groups
        ]

    def verdict(self, group: int) -> str | None:
        """Return what an agent does with an offer: "accept", "decline", or nothing (None)."""
        luck = next(self._luck[group])
        miss, decline = self._groups[group].miss, self._groups[group].decline
        if luck < miss:
            return None
        return "decline" if luck < miss + decline else "accept"

    def reaction_seconds(self, group: int) -> float:
        """Return how long an agent takes to accept or decline."""
        return next(self._reaction[group])

    def back_seconds(self, group: int) -> float:
        """Return how long an agent who missed an offer stays away."""
        return next(self._back[group])
