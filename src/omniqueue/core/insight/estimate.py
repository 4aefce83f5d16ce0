"""How long a contact will still wait: the work before it, over those who will do that work.

Method. The agents of one profile p (equal skills) end contacts of a kind at the rate
r = agents x slots / m: those who are ready, how many such contacts one of them can have at once,
and the mean holding time measured for the kind (wrap-up included). All that wait before the
contact are here already, and each goes to whoever comes free first of those who can take it. So
the waiting contacts are gone through in queue order, and each fills the earliest time that its
profiles have left, all to one level T: sum of r (T - level) = 1. The contact itself is the last;
its T is the expected wait. Where more than `SAMPLES` wait before it, as many are looked at,
evenly spread, and each counts for several.

For one profile that is (n + 1) / r, the queue-length predictor of W. Whitt, "Predicting queueing
delays", Management Science 45 (1999); with memoryless times its law is Erlang. Here the interval
is that of the gamma distribution of mean T and of shape T x (the rate of those who could take
the contact): as many ends of work are waited for. Its quantiles are those of Wilson and Hilferty
(PNAS 17, 1931): within 8 % for one end of work, within 1 % from five on.

Contacts before it that it may interrupt do not hold it up, and are left out.

What it does not know: who will sign in or leave, contacts that will overtake by rank, customers
before it who will give up, exclusions that end.
"""

from __future__ import annotations

from math import sqrt
from typing import Final, Protocol

import attrs

from omniqueue.core.insight.positions import position_index
from omniqueue.core.rows import ChannelRow, ContactRow, Lane, Profile
from omniqueue.core.state import State
from omniqueue.model.skill import Skills

SAMPLES: Final = 200  # of those before the contact, that are looked at
_Z: Final = 1.2815515655446004  # 90 % of a standard normal distribution lie below


class MeasuredTimes(Protocol):
    """Holding times as measured; `omniqueue.record.holding_times.HoldingTimes` is one.

    Example:
        >>> class Said:
        ...     def holding(self, channel, skills):
        ...         return (240.0, 1.0) if channel == "phone" else None
        >>> from omniqueue import Agent, Contact, Router
        >>> router = Router()
        >>> _ = router.add_agent(Agent("ana"), at=0)
        >>> for name in ("c1", "c2"):
        ...     _ = router.submit(Contact(name, "phone"), at=0)
        >>> router.estimate_wait("c2", Said()).expected_seconds
        240.0
    """

    def holding(self, channel: str, skills: Skills) -> tuple[float, float] | None:
        """Return mean seconds and squared coefficient of variation; None: nothing measured."""
        ...


@attrs.frozen
class WaitEstimate:
    """How long a waiting contact will still wait, if nobody comes or goes.

    Args:
        contact: its id.
        at: the instant of the estimate, in seconds.
        expected_seconds: the expected wait from then on.
        low_seconds: one in ten waits shorter.
        high_seconds: one in ten waits longer.
        ahead: how many contacts its agents will take before it (none that it may interrupt).
        agents: how many ready agents could take it when empty.

    Example:
        >>> WaitEstimate("c1", 60.0, 100.0, 20.0, 210.0, 1.0, 2).text
        'c1 at 60: 100 s more, 80 % between 20 and 210 s (1.0 ahead, 2 agents)'
    """

    contact: str
    at: float
    expected_seconds: float
    low_seconds: float
    high_seconds: float
    ahead: float
    agents: int

    @property
    def text(self) -> str:
        """The estimate in words."""
        return (
            f"{self.contact} at {self.at:.15g}: {self.expected_seconds:.0f} s more, 80 % between"
            f" {self.low_seconds:.0f} and {self.high_seconds:.0f} s"
            f" ({self.ahead:.1f} ahead, {self.agents} agents)"
        )


def estimate_wait(state: State, row: ContactRow, times: MeasuredTimes) -> WaitEstimate | None:
    """Return how long a waiting contact will still wait; None: nobody ready, or no times.

    Cost: O(agents) and, for up to `SAMPLES` contacts, O(profiles log profiles).
    """
    details = row.details
    if details is None or details.prefer_agent is None:
        return _of_pool(state, row, times, None)
    # While a preference runs only that agent counts; after it, all.
    alone = _of_pool(state, row, times, details.prefer_agent)
    later = _of_pool(state, row, times, None)
    if later is None or details.prefer_timer is None:
        return alone
    rest = max(0.0, details.prefer_timer.due - state.now)
    later = attrs.evolve(
        later,
        expected_seconds=max(rest, later.expected_seconds),
        low_seconds=max(rest, later.low_seconds),
        high_seconds=max(rest, later.high_seconds),
    )
    if alone is None or later.expected_seconds < alone.expected_seconds:
        return later
    return alone


def _of_pool(
    state: State, row: ContactRow, times: MeasuredTimes, only: str | None
) -> WaitEstimate | None:
    teams = [_Team(profile, row) for profile in state.roster.profiles_by_kind.values()]
    teams = [team for team in teams if team.agents]
    index = position_index(state)
    before = index.before(row)[0]
    every = max(1, -(-before // SAMPLES))
    served: dict[Lane, list[tuple[_Team, float]]] = {}  # who takes its contacts, how quickly
    for number in range(every // 2, before, every):
        lane = index.queue[number][4]
        if lane not in served:
            gives_way = row.lane.channel.name in lane.channel.settings.interrupted_by
            served[lane] = [] if gives_way else _rates(teams, lane, times)
        weight = min(every, before - number + every // 2)
        if served[lane]:
            _fill(served[lane], weight)
    pool = {team.profile: team for team in teams}
    own = []
    able_by_profile = _able(state, row, only)
    for profile, agents in able_by_profile.items():
        rates = _rates([pool[profile]], row.lane, times)
        own += [(team, rate * agents / team.agents) for team, rate in rates]
    if not own:
        return None
    rate = sum(each for _, each in own)
    expected = _fill(own, 1)
    ends = max(1.0, expected * rate)
    low, high = _interval(expected, ends)
    able = sum(able_by_profile.values())
    return WaitEstimate(row.id, state.now, expected, low, high, ends - 1, able)


class _Team:
    """The ready agents of one profile, and until when their time is taken."""

    __slots__ = ("agents", "level", "profile", "row", "slots")

    def __init__(self, profile: Profile, row: ContactRow) -> None:
        self.profile = profile
        self.row = row
        keeper = None if row.details is None else row.details.reserved
        self.agents = profile.unreserved + (keeper in profile.agents)
        self.level = 0.0
        self.slots: dict[ChannelRow, float] = {}

    def slots_for(self, channel: ChannelRow) -> float:
        """Return how many contacts of a channel the agents can have at once, all together."""
        found = self.slots.get(channel)
        if found is None:
            found = 0
            for agent in self.profile.agents:
                if agent.presence == "ready" and agent.reserved_for in (None, self.row):
                    said = agent.agent
                    most = said.capacity // said.costs.get(channel.name, channel.cost)
                    found += max(1, min(most, said.limits.get(channel.name, most)))
            self.slots[channel] = found
        return found


def _rates(teams: list[_Team], lane: Lane, times: MeasuredTimes) -> list[tuple[_Team, float]]:
    """Return the teams that can take the contacts of a lane, and how many a second they end."""
    measured = times.holding(lane.channel.name, lane.skills)
    if measured is None:
        return []
    return [
        (team, team.slots_for(lane.channel) / measured[0])
        for team in teams
        if lane.holders & team.profile.bit
    ]


def _fill(served: list[tuple[_Team, float]], weight: float) -> float:
    """Fill the earliest free time of teams with `weight` contacts; return when they end."""
    served.sort(key=lambda entry: entry[0].level)
    rate, total = 0.0, weight
    end = 0.0
    for team, each in served:
        if rate and total / rate <= team.level:
            break
        rate += each
        total += each * team.level
        end = total / rate
    for team, _ in served:
        if team.level >= end:
            break
        team.level = end
    return end


def _able(state: State, row: ContactRow, only: str | None) -> dict[Profile, int]:
    """Return how many ready agents of each profile could take the contact when empty."""
    found: dict[Profile, int] = {}
    details = row.details
    for profile in state.roster.profiles_by_kind.values():
        if not profile.bit & row.lane.holders or not profile.ready:
            continue
        count = profile.unreserved
        if details is not None:
            count = sum(
                agent.presence == "ready"
                and agent.reserved_for in (None, row)
                and not row.refuses(agent.id)
                and only in (None, agent.id)
                for agent in profile.agents
            )
        if count:
            found[profile] = count
    return found


def _interval(mean: float, shape: float) -> tuple[float, float]:
    """Return the 10 % and the 90 % quantile of a gamma distribution."""
    middle, spread = 1 - 1 / (9 * shape), _Z / (3 * sqrt(shape))
    return mean * max(0.0, middle - spread) ** 3, mean * (middle + spread) ** 3
