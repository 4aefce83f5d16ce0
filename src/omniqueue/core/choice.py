"""The selection inside the engine: stock ranks worked out in place, a user's guarded."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from math import inf

from omniqueue.core.rows import AgentRow, Lane, Profile
from omniqueue.errors import PolicyError
from omniqueue.model.event import Rank
from omniqueue.model.skill import Skills
from omniqueue.policy.fit import STOCK_FITS, FitPolicy
from omniqueue.policy.rank import checked_rank, policy_fault
from omniqueue.policy.selection import Selection
from omniqueue.policy.turn import AgentLoad, TurnPolicy


class Choice:
    """Ranks agents for the match; a user's policy that fails is replaced by the stock rank.

    Args:
        selection: the router's.
        locked: a context in which the router refuses commands, while a user's policy runs.
        report: logs that a policy failed, by its name and the problem.
    """

    __slots__ = ("_locked", "_report", "any_fit", "by_idle", "by_load", "fit", "selection", "turn")

    def __init__(
        self,
        selection: Selection,
        locked: Callable[[], AbstractContextManager[None]],
        report: Callable[[str, str], None],
    ) -> None:
        self.selection = selection
        self._locked = locked
        self._report = report
        fit, turn = selection.fit, selection.turn
        self.any_fit = fit == "any"
        self.by_idle = turn == "longest-idle"
        self.by_load = turn == "least-loaded"
        self.fit: FitPolicy = STOCK_FITS[fit] if isinstance(fit, str) else fit
        self.turn: TurnPolicy | None = None if isinstance(turn, str) else turn

    def turn_of(self, agent: AgentRow) -> Rank:
        """Return the agent's turn rank at its present load."""
        if self.by_idle:
            return 1 if agent.holding else 0
        capacity = agent.agent.capacity
        used = capacity - agent.free
        if self.by_load:
            return used / capacity if capacity else inf
        load = AgentLoad(agent.id, agent.profile.skills, capacity, used, len(agent.holding))
        assert self.turn is not None
        return self._asked("turn", partial(self.turn, load), (1 if load.contacts else 0,))

    def groups_of(self, lane: Lane, profiles: list[Profile | None]) -> list[tuple[Rank, int]]:
        """Return the profiles that could take a lane's contacts, by fit, the best first.

        Each group is (fit rank, a bit per profile). Cost: O(1); O(profiles) when they changed.
        """
        if self.any_fit:
            return [(0, lane.holders)]
        if lane.groups is None:
            found: dict[Rank, int] = {}
            for profile in profiles:
                if profile is not None and lane.holders & profile.bit:
                    fit = self.fit_of(profile.skills, lane)
                    found[fit] = found.get(fit, 0) | profile.bit
            lane.groups = sorted(found.items())
        return lane.groups

    def fit_of(self, held: Skills, lane: Lane) -> Rank:
        """Return the fit rank of held skills for a lane."""
        if isinstance(self.selection.fit, str):
            return self.fit(held, lane.skills)
        return self._asked("fit", partial(self.fit, held, lane.skills), (0,))

    def _asked(self, what: str, ask: Callable[[], object], instead: Rank) -> Rank:
        """Return the rank that a user's policy gives; where it fails, another, and it is told."""
        policy = f"{what} policy of {self.selection.name}"
        try:
            with self._locked():
                answer = ask()
            return checked_rank(policy, answer)
        except PolicyError as fault:
            self._report(policy, str(fault))
        except Exception as problem:
            self._report(policy, str(policy_fault(policy, problem)))
        return instead
