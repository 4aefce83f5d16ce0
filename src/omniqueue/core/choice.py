"""The selection inside the engine: stock ranks worked out in place, a user's guarded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from math import inf

from omniqueue.core.rows import AgentRow, Lane, Profile
from omniqueue.errors import PolicyError
from omniqueue.model.agent import Agent
from omniqueue.model.event import Rank
from omniqueue.model.skill import Skills
from omniqueue.policy.fit import STOCK_FITS, FitPolicy
from omniqueue.policy.own_order import OwnOrderPolicy, skill_place
from omniqueue.policy.rank import checked_rank, policy_fault
from omniqueue.policy.selection import Selection
from omniqueue.policy.turn import STOCK_TURNS, AgentLoad, TurnPolicy

# The stock turns that go by what an agent has done (`policy.turn` says the same of a load).
_COUNTED_TURNS: Mapping[str, Callable[[AgentRow], Rank]] = {
    "linear": lambda agent: agent.added,
    "round-robin": lambda agent: (agent.latest_taking, agent.added),
    "fewest-taken": lambda agent: (agent.taken, 1 if agent.holding else 0),
    "least-busy": lambda agent: (1 if agent.holding else 0, _busy_to_compare(agent)),
}


def _busy_to_compare(agent: AgentRow) -> float:
    """Return busy seconds; of those with work the present period runs on alike for all."""
    return agent.busy_seconds - agent.busy_since if agent.holding else agent.busy_seconds


class Choice:
    """Ranks agents for the match; a user's policy that fails is replaced by the stock rank.

    Args:
        selection: the router's.
        own_order: a user's policy; None: the agents' own skill orders.
        ask: calls a user's policy; the router refuses commands meanwhile.
        report: logs that a policy failed, by its name and the problem.
    """

    __slots__ = (
        "_ask",
        "_counted",
        "_report",
        "any_fit",
        "by_idle",
        "by_load",
        "comparing",
        "counting",
        "first_rank",
        "fit",
        "own_order",
        "selection",
        "turn",
    )

    def __init__(
        self,
        selection: Selection,
        own_order: OwnOrderPolicy | None,
        ask: Callable[..., Rank],
        report: Callable[[str, str], None],
    ) -> None:
        self.selection = selection
        self.own_order = own_order  # None: the agents' own skill orders
        self.first_rank: Rank = 0 if own_order is None else ()  # no own rank is before it
        self._ask = ask
        self._report = report
        fit, turn = selection.fit, selection.turn
        self.any_fit = fit == "any"
        self.by_idle = turn == "longest-idle"
        self.by_load = turn == "least-loaded"
        self.fit: FitPolicy = STOCK_FITS[fit] if isinstance(fit, str) else fit
        self._counted = _COUNTED_TURNS.get(turn) if isinstance(turn, str) else None
        # None: worked out in place.
        in_place = self.by_idle or self.by_load or self._counted is not None
        asked = STOCK_TURNS[turn] if isinstance(turn, str) else turn
        self.turn: TurnPolicy | None = None if in_place else asked
        # Whether agents' takings and busy seconds count; and whether newcomers are raised.
        self.counting = self.turn is not None or turn in (
            "round-robin",
            "fewest-taken",
            "least-busy",
        )
        self.comparing = self.turn is not None or turn in ("fewest-taken", "least-busy")

    def try_turn(self, agent: Agent) -> None:
        """Ask a user's turn policy about the first agent, who has no load yet.

        Raises:
            PolicyError: it raised or returned no rank.
        """
        if self.turn is None:
            return
        policy = f"turn policy of {self.selection.name}"
        try:
            answer = self._ask(self.turn, AgentLoad(agent.id, agent.skills, agent.capacity, 0, 0))
        except Exception as problem:
            raise policy_fault(policy, problem) from problem
        checked_rank(policy, answer)

    def turn_of(self, agent: AgentRow) -> Rank:
        """Return the agent's turn rank at its present load."""
        if self.by_idle:
            return 1 if agent.holding else 0
        if self._counted is not None:
            return self._counted(agent)
        capacity = agent.agent.capacity
        used = capacity - agent.free
        if self.by_load:
            return used / capacity if capacity else inf
        load = AgentLoad(
            agent.id,
            agent.profile.skills,
            capacity,
            used,
            len(agent.holding),
            agent.added,
            agent.taken,
            agent.latest_taking,
            agent.busy_seconds,
            agent.busy_since if agent.holding else None,
        )
        assert self.turn is not None
        policy = f"turn policy of {self.selection.name}"
        ask = partial(self._ask, self.turn, load)
        return self._asked(policy, ask, (1 if load.contacts else 0,))

    def groups_of(self, lane: Lane, profiles: list[Profile | None]) -> list[tuple[Rank, int]]:
        """Return the profiles that could take a lane's contacts, by fit, the best first.

        Each group is (fit rank, a bit per profile). Cost: O(1); O(profiles) when they changed.
        """
        if self.any_fit:
            return [(0, lane.holders)]
        if lane.fits is None:
            lane.fits = _by_rank(lane, profiles, lambda each: self.fit_of(each.skills, lane))
        return lane.fits

    def owns_of(self, lane: Lane, profiles: list[Profile | None]) -> list[tuple[Rank, int]]:
        """Return the profiles that could take a lane's contacts, by own rank, the first first.

        Cost: O(1); O(profiles) when they changed.
        """
        if lane.owns is None:
            lane.owns = _by_rank(
                lane, profiles, lambda each: each.own_rank.get(lane, self.first_rank)
            )
        return lane.owns

    def own_rank(self, profile: Profile, lane: Lane) -> Rank:
        """Return the own rank of a lane for agents who serve it."""
        if self.own_order is None:
            return skill_place(profile.own_order, profile.skills, lane.needs)
        ask = partial(self._ask, self.own_order, profile.skills, lane.needs)
        return self._asked("own order policy", ask, (0,))

    def fit_of(self, held: Skills, lane: Lane) -> Rank:
        """Return the fit rank of held skills for a lane."""
        if isinstance(self.selection.fit, str):
            return self.fit(held, lane.needs)
        policy = f"fit policy of {self.selection.name}"
        return self._asked(policy, partial(self._ask, self.fit, held, lane.needs), (0,))

    def _asked(self, policy: str, ask: Callable[[], object], instead: Rank) -> Rank:
        """Return the rank that a user's policy gives; where it fails, another, and it is told."""
        try:
            return checked_rank(policy, ask())
        except PolicyError as fault:
            self._report(policy, str(fault))
        except Exception as problem:
            self._report(policy, f"raised {type(problem).__name__}; expected a rank")
        return instead


def _by_rank(
    lane: Lane, profiles: list[Profile | None], rank: Callable[[Profile], Rank]
) -> list[tuple[Rank, int]]:
    found: dict[Rank, int] = {}
    for profile in profiles:
        if profile is not None and lane.holders & profile.bit:
            one = rank(profile)
            found[one] = found.get(one, 0) | profile.bit
    return sorted(found.items())
