"""The profile of a day: waits, queue, arrivals and agents by the clock, from a simulation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from omniqueue.centre.times import Floats
from omniqueue.centre.week import DAY_SECONDS, WEEKDAYS
from omniqueue.sim.runs.estimates import Estimate, measure_interval
from omniqueue.sim.runs.results import SimulationResult
from omniqueue.sim.runs.summary import interval_count

_PRESENT_MIN: Final = 0.2  # of a group's peak staff: below, the occupancy is of stragglers
_CONTACTS: Final = ("arrived", "answered", "wait_answered_seconds", "queue_seconds")
_CREWS: Final = ("signed_in_seconds", "busy_seconds")


@attrs.frozen(kw_only=True, eq=False)
class DayProfile:
    """What happens by the clock, on an average day of those on which contacts come.

    Args:
        edges: seconds of the clock between which the intervals lie, shape (intervals + 1,).
        days: weekdays (0: Monday) that were laid over one another; empty: nothing was.
        sums: sums of contacts by unit, interval and channel; of agents by unit, interval and
            group; "seconds" measured by unit and interval.
        channels: names of the channels. groups: names of the groups.
        confidence: the level of intervals.
    """

    edges: Floats
    days: tuple[int, ...]
    sums: Mapping[str, Floats]
    channels: tuple[str, ...]
    groups: tuple[str, ...]
    confidence: float

    def waits(self, channel: str) -> list[Estimate]:
        """Return the mean wait of the answered by interval of arrival. Cost: O(units)."""
        which, names = self.channels.index(channel), ("wait_answered_seconds", "answered")
        waited, answered = (self.sums[name][:, :, which].T for name in names)
        return [
            measure_interval("mean_wait", *sums, confidence=self.confidence)
            for sums in zip(waited, answered, strict=True)
        ]

    def arriving(self, channel: str) -> Floats:
        """Return how many contacts arrive an hour, by interval. Cost: O(units)."""
        mine = self.sums["arrived"][:, :, self.channels.index(channel)]
        return 3600 * _ratio(mine, self.sums["seconds"])

    def waiting(self, channel: str) -> Floats:
        """Return how many contacts wait on average, by interval. Cost: O(units)."""
        mine = self.sums["queue_seconds"][:, :, self.channels.index(channel)]
        return _ratio(mine, self.sums["seconds"])

    def agents(self, group: str) -> Floats:
        """Return how many agents are signed in on average, by interval. Cost: O(units)."""
        mine = self.sums["signed_in_seconds"][:, :, self.groups.index(group)]
        return _ratio(mine, self.sums["seconds"])

    def occupancy(self, group: str) -> Floats:
        """Return the occupancy, by interval.

        NaN where fewer than 20 % of the peak staff is present: they finish what they have in
        hand, and are occupied by definition.

        Cost: O(units).
        """
        signed_in, busy = (self.sums[name][:, :, self.groups.index(group)] for name in _CREWS)
        share = _ratio(busy, signed_in)
        agents = np.nan_to_num(self.agents(group))
        return np.where(agents > _PRESENT_MIN * agents.max(initial=0.0), share, np.nan)


def day_profile(result: SimulationResult) -> DayProfile:
    """Return a simulation's profile by the clock, the days laid over one another.

    Days without a contact count for nothing. Where intervals do not divide a day, or the
    arrivals take no longer than one, nothing is laid over anything.

    Args:
        result: at least one unit of it.

    Cost: O(units x intervals x streams).

    Example:
        >>> from omniqueue.sim import Group, Scenario, Stream, simulate
        >>> calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="50s")
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=172800)
        >>> profile = day_profile(simulate(desk, replications=2, seed=1))
        >>> profile.days, len(profile.edges)
        ((0, 1), 49)
    """
    scenario = result.scenario
    number = interval_count(scenario)
    length = scenario.interval_seconds
    per_day = int(DAY_SECONDS // length)
    fold = scenario.horizon_seconds > DAY_SECONDS and per_day > 1
    fold = fold and per_day * length == DAY_SECONDS
    slots = per_day if fold else number
    several = result.summaries
    arrived = sum(each.intervals["arrived"].sum(axis=1) for each in several)
    by_day = _folded(np.asarray(arrived), slots).sum(axis=1)
    days = np.flatnonzero(by_day > 0)
    if not len(days):
        days = np.arange(len(by_day))
    channels = tuple(result.names("channel"))
    whose = [result.streams_of("channel", channel) for channel in channels]

    def by_channel(column: Floats) -> Floats:
        return np.stack([column[:, streams].sum(axis=1) for streams in whose], axis=1)

    def all_units(of: Iterable[Floats]) -> Floats:
        return np.stack([_folded(each, slots)[days].sum(axis=0) for each in of])

    sums = {
        name: all_units(by_channel(each.intervals[name]) for each in several) for name in _CONTACTS
    }
    sums |= {name: all_units(each.interval_groups[name] for each in several) for name in _CREWS}
    sums["seconds"] = all_units(each.interval_seconds for each in several)
    edges: Floats = np.arange(slots + 1, dtype=float) * length
    if not fold:
        edges[-1] = min(edges[-1], scenario.horizon_seconds)
    # Left out is what comes before the first and after the last sign of life.
    signs = (sums[name].sum(axis=(0, 2)) > 0 for name in ("arrived", "signed_in_seconds"))
    alive = np.flatnonzero(np.logical_or(*signs))
    first, last = (int(alive[0]), int(alive[-1])) if len(alive) else (0, slots - 1)
    return DayProfile(
        edges=edges[first : last + 2],
        days=tuple(days.tolist()) if fold else (),
        sums={name: each[:, first : last + 1] for name, each in sums.items()},
        channels=channels,
        groups=tuple(group.name for group in scenario.groups),
        confidence=result.confidence,
    )


def days_text(days: tuple[int, ...]) -> str:
    """Return weekdays for people.

    Example:
        >>> days_text((0, 1, 2, 3, 4)), days_text((0, 2)), days_text((5,))
        ('mon to fri', 'mon, wed', 'sat')
    """
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{WEEKDAYS[days[0]]} to {WEEKDAYS[days[-1]]}"
    return ", ".join(WEEKDAYS[day] for day in days)


def _folded(column: Floats, slots: int) -> Floats:
    """Return intervals by day and time of day, shape (days, slots, ...)."""
    missing = -len(column) % slots
    padded = np.concatenate((column, np.zeros((missing, *column.shape[1:]))))
    return padded.reshape(-1, slots, *column.shape[1:])


def _ratio(numerators: Floats, denominators: Floats) -> Floats:
    below: Floats = denominators.sum(axis=0)
    found: NDArray[np.float64] = np.full(below.shape, np.nan)
    np.divide(numerators.sum(axis=0), below, out=found, where=below > 0)
    return found
