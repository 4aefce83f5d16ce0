"""Summaries: a replication, or a batch of one, as sums that add up."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from omniqueue.centre.times import Floats
from omniqueue.centre.week import WEEK_SECONDS
from omniqueue.record.ledger import ABANDONED, EXPIRED, OPEN
from omniqueue.record.measures import AGENT_SUMS
from omniqueue.sim.replication.replication_record import ReplicationRecord
from omniqueue.sim.scenarios.scenario import Scenario

_DUST_SECONDS: Final = 1e-6  # less of an interval is rounding

# The sums that measures divide: those of `omniqueue.record.measures` that can be simulated.
# Over the contacts that arrived while it was measured.
CONTACT_SUMS: Final = (
    "arrived",  # all that came, refused or not
    "answered",
    "abandoned",
    "expired",
    "refused",  # the queue was full, or the centre closed
    "open",  # neither answered nor ended when the run was over
    "redials",  # of those that arrived: not the first attempt
    "entered",  # arrived and not refused
    "waited",  # had to wait at all
    "answered_in_target",
    "counted",  # answered, or unanswered for longer than the target
    "answered_with_target",  # those whose stream has a target
    "arrived_with_target",
    "wait_answered_seconds",
    "wait_seconds",  # of all that entered, answered or not
    "contact_seconds",  # worked on between answer and end, of those that are through
    "handling_seconds",  # the same and wrap-up
    "interrupted_seconds",  # the rest of the time between answer and end
    "overtook",  # answered while an earlier one was still waiting
)
# Sums over time.
STREAM_TIMES: Final = ("queue_seconds", "in_hand_seconds")
GROUP_SUMS: Final = AGENT_SUMS
_INTERVAL_CONTACTS: Final = (
    "arrived",
    "answered",
    "abandoned",
    "entered",
    "waited",
    "answered_in_target",
    "counted",
    "wait_answered_seconds",
)
INTERVAL_SUMS: Final = (*_INTERVAL_CONTACTS, "queue_seconds")
INTERVAL_GROUP_SUMS: Final = ("signed_in_seconds", "busy_seconds")

_Ints: TypeAlias = NDArray[np.int64]


@attrs.frozen(kw_only=True, eq=False)
class Summary:
    """What one unit (a replication, or a batch of a long run) adds up to.

    Args:
        replication: its number. batch: which batch of it.
        seconds: how long was measured.
        contacts: each of `CONTACT_SUMS` and `STREAM_TIMES` by stream, shape (streams,).
        groups: each of `GROUP_SUMS` by agent group, shape (groups,).
        intervals: each of `INTERVAL_SUMS` by interval and stream, shape (intervals, streams).
        interval_groups: each of `INTERVAL_GROUP_SUMS` likewise, shape (intervals, groups).
        interval_seconds: how long each interval was measured, shape (intervals,).
        waits: waits of the answered by stream, in order, in seconds.
        incomplete: whether the run was stopped before its end.
    """

    replication: int
    batch: int
    seconds: float
    contacts: Mapping[str, Floats]
    groups: Mapping[str, Floats]
    intervals: Mapping[str, Floats]
    interval_groups: Mapping[str, Floats]
    interval_seconds: Floats
    waits: tuple[Floats, ...]
    incomplete: bool


def summarise(
    record: ReplicationRecord,
    scenario: Scenario,
    *,
    batches: int = 1,
) -> list[Summary]:
    """Return the sums of a replication, in as many batches of equal length as wanted.

    Args:
        record: the replication.
        scenario: what was simulated.
        batches: how many; more than one only makes sense for one long run in a steady state.

    Cost: O(n log n), about a microsecond a contact.
    """
    low, high = record.warm_up_seconds, record.horizon_seconds
    if not high > low:
        return []
    measured = _Prepared(record, scenario)
    edges = np.linspace(low, high, batches + 1).tolist()
    return [measured.window(number, edges[number], edges[number + 1]) for number in range(batches)]


def added(
    record: ReplicationRecord, scenario: Scenario, target_seconds: float | None = None
) -> dict[str, NDArray[np.generic]]:
    """Return what each contact of a replication adds to each of `CONTACT_SUMS`, shape (n,).

    Args:
        record: the replication.
        scenario: what was simulated.
        target_seconds: the answer time that all contacts are measured by; None: their own.

    Cost: O(n log n).
    """
    outcome, wait = record.outcome, record.waited_seconds
    answered, entered = ~np.isnan(record.answered_at), record.entered
    given = target_seconds
    targets = [scenario.target_of(s) if given is None else given for s in scenario.streams]
    target = np.array([np.inf if t is None else t for t in targets])[record.stream]
    has_target = np.isfinite(target)
    interrupted = record.interrupted_seconds
    contact_time = record.ended_at - record.answered_at - interrupted
    through = answered & ~np.isnan(contact_time)
    contact_seconds = np.where(through, contact_time, 0.0)
    wrap_up = np.nan_to_num(record.released_at - record.ended_at)
    return {
        "arrived": np.ones(len(record), dtype=bool),
        "answered": answered,
        "abandoned": outcome == ABANDONED,
        "expired": outcome == EXPIRED,
        "refused": ~entered,
        "open": (outcome == OPEN) & ~answered,
        "redials": record.attempt > 1,
        "entered": entered,
        "waited": entered & (wait > 0),
        "answered_in_target": answered & has_target & (wait <= target),
        "counted": has_target & entered & (answered | (wait > target)),
        "answered_with_target": answered & has_target,
        "arrived_with_target": has_target,
        "wait_answered_seconds": np.where(answered, wait, 0.0),
        "wait_seconds": wait,
        "contact_seconds": contact_seconds,
        "handling_seconds": contact_seconds + np.where(answered, wrap_up, 0.0),
        "interrupted_seconds": np.where(through, interrupted, 0.0),
        "overtook": _overtook(record),
    }


def _overtook(record: ReplicationRecord) -> NDArray[np.bool_]:
    """Tell which contacts were answered while an earlier one was still waiting."""
    order = np.argsort(record.arrived_at, kind="stable")
    left = np.where(record.entered, record.left_queue_at, -np.inf)[order]
    found = np.zeros(len(record), dtype=bool)
    # NaN of a contact never answered compares as false.
    found[order[1:]] = record.answered_at[order[1:]] < np.maximum.accumulate(left)[:-1]
    return found


class _Stretches:
    """Stretches of time, weighted: how much of them lies before given instants."""

    def __init__(self, start: Floats, end: Floats, weight: Floats | None = None) -> None:
        self._sides = [_side(start, weight), _side(end, weight)]

    def before(self, instants: Floats) -> Floats:
        """Return the weighted length before each instant, shape as given. Cost: O(log n) each."""
        areas = []
        for ordered, weights, moments in self._sides:
            number = np.searchsorted(ordered, instants)
            weight = number if weights is None else weights[number]
            areas.append(instants * weight - moments[number])
        return areas[0] - areas[1]


def _side(instants: Floats, weight: Floats | None) -> tuple[Floats, Floats | None, Floats]:
    """Return instants in order, and the sums of weights and of moments up to each."""
    nothing = np.zeros(1)
    if weight is None:
        ordered = np.sort(instants)
        return ordered, None, np.concatenate((nothing, np.cumsum(ordered)))
    order = np.argsort(instants)
    ordered, weights = instants[order], weight[order]
    moments = np.cumsum(weights * ordered)
    return (
        ordered,
        np.concatenate((nothing, np.cumsum(weights))),
        np.concatenate((nothing, moments)),
    )


def interval_count(scenario: Scenario) -> int:
    """Return how many intervals a scenario's results have: of a day, or of a week.

    Example:
        >>> from omniqueue.sim import Group, Stream
        >>> desk = Scenario(
        ...     streams=[Stream("calls", channel="phone", arrivals="60 per hour", handling="4m")],
        ...     groups=[Group("desk")],
        ... )
        >>> interval_count(desk)
        48
    """
    cycle = min(scenario.horizon_seconds, WEEK_SECONDS)
    return int(np.ceil(cycle / scenario.interval_seconds))


class _Prepared:
    """A replication, prepared for sums over any window of it."""

    def __init__(self, record: ReplicationRecord, scenario: Scenario) -> None:
        self._record = record
        self._scenario = scenario
        self._streams = len(scenario.streams)
        self._groups = len(scenario.groups)
        order = np.argsort(record.arrived_at, kind="stable")
        self._arrived_at = record.arrived_at[order]
        self._stream = record.stream[order].astype(np.int64)
        self._answered = ~np.isnan(record.answered_at[order])
        self._wait = record.waited_seconds[order]
        self._sums = {name: column[order] for name, column in added(record, scenario).items()}
        busy_to, taken, entered = record.busy_to, record.agent >= 0, record.entered

        def by_stream(those: NDArray[np.bool_], start: Floats, end: Floats) -> list[_Stretches]:
            several = [those & (record.stream == place) for place in range(self._streams)]
            return [_Stretches(start[mine], end[mine]) for mine in several]

        self._times = {
            "queue_seconds": by_stream(entered, record.arrived_at, record.left_queue_at),
            "in_hand_seconds": by_stream(taken, record.answered_at, busy_to),
        }
        self._crews = self._worked(busy_to, taken)
        self._group = record.group

    def _worked(self, busy_to: Floats, taken: NDArray[np.bool_]) -> dict[str, list[_Stretches]]:
        """Return the stretches of each group by the name of their sum."""
        record, scenario = self._record, self._scenario
        named = scenario.all_channels()
        channels = [named[stream.channel] for stream in scenario.streams]
        usual = [channel.cost for channel in channels]
        cost = np.array(
            [
                [group.cost_of(channel) for channel in channels] if group.costs else usual
                for group in scenario.groups
            ]
        )
        capacity = np.array([max(group.capacity, 1) for group in scenario.groups])
        staffed_group = record.agent_group[record.staffed_agent]
        agent, start = record.agent[taken], record.answered_at[taken]
        first, last, whose = _merged(agent, start, busy_to[taken])
        group = record.group[taken]
        weight = cost[group, record.stream[taken]] / capacity[group]
        paused = record.pause_contact
        pausing = record.group[paused]
        relief = -cost[pausing, record.stream[paused]] / capacity[pausing]
        whose_group = record.agent_group[whose]
        staffed, busy, load = [], [], []
        for place in range(self._groups):
            mine = staffed_group == place
            staffed.append(_Stretches(record.staffed_from[mine], record.staffed_to[mine]))
            mine = whose_group == place
            busy.append(_Stretches(first[mine], last[mine]))
            if capacity[place] == 1:  # one contact at a time, the whole capacity
                load.append(busy[-1])
                continue
            mine, less = group == place, pausing == place
            begin = np.concatenate((start[mine], record.pause_from[less]))
            end = np.concatenate((busy_to[taken][mine], record.pause_to[less]))
            load.append(_Stretches(begin, end, np.concatenate((weight[mine], relief[less]))))
        return {"signed_in_seconds": staffed, "busy_seconds": busy, "load_seconds": load}

    def window(self, batch: int, low: float, high: float) -> Summary:
        """Return the sums of what arrived and happened in a window."""
        first, last = np.searchsorted(self._arrived_at, [low, high])
        part = slice(int(first), int(last))
        stream = self._stream[part]
        contacts = {
            name: np.bincount(stream, self._sums[name][part], self._streams).astype(float)
            for name in CONTACT_SUMS
        }
        answered = self._answered[part]
        waits, whose = self._wait[part][answered], stream[answered]
        record = self._record
        taken = (record.answered_at >= low) & (record.answered_at < high)
        by_group = np.bincount(self._group[taken], minlength=self._groups).astype(float)
        return Summary(
            replication=record.replication,
            batch=batch,
            seconds=high - low,
            contacts={**contacts, **_lengths(self._times, low, high)},
            groups={**_lengths(self._crews, low, high), "answered": by_group},
            **self._intervals(part, low, high),
            waits=tuple(np.sort(waits[whose == place]) for place in range(self._streams)),
            incomplete=record.incomplete,
        )

    def _intervals(self, part: slice, low: float, high: float) -> dict[str, Any]:
        scenario = self._scenario
        number = interval_count(scenario)
        length = scenario.interval_seconds
        stream = self._stream[part]
        place = ((self._arrived_at[part] % WEEK_SECONDS) // length).astype(np.int64)
        cell = np.minimum(place, number - 1) * self._streams + stream
        cells = number * self._streams
        sums = {
            name: np.bincount(cell, self._sums[name][part], cells).reshape(number, -1)
            for name in _INTERVAL_CONTACTS
        }
        edges = _edges(low, high, length)
        owner = np.minimum((edges[:-1] % WEEK_SECONDS) // length, number - 1).astype(np.int64)

        def spread(several: list[_Stretches]) -> Floats:
            # Differences of large sums: where nobody was, dust of either sign may come out.
            pieces = [np.diff(each.before(edges)) for each in several]
            pieces = [np.where(piece < _DUST_SECONDS, 0.0, piece) for piece in pieces]
            return np.stack([np.bincount(owner, piece, number) for piece in pieces], axis=1)

        return {
            "intervals": {**sums, "queue_seconds": spread(self._times["queue_seconds"])},
            "interval_groups": {name: spread(self._crews[name]) for name in INTERVAL_GROUP_SUMS},
            "interval_seconds": np.bincount(owner, np.diff(edges), number).astype(float),
        }


def _lengths(sums: Mapping[str, list[_Stretches]], low: float, high: float) -> dict[str, Floats]:
    """Return by name how much of each kind of stretches lies between two instants."""
    bounds = np.array([low, high])
    return {
        name: np.array([max(float(np.diff(each.before(bounds))[0]), 0.0) for each in several])
        for name, several in sums.items()
    }


def _edges(low: float, high: float, length: float) -> Floats:
    """Return a window's bounds and all edges of intervals within it, aligned in each week."""
    weeks = np.arange(low // WEEK_SECONDS, high // WEEK_SECONDS + 1) * float(WEEK_SECONDS)
    within = np.arange(0.0, WEEK_SECONDS, length)
    inner = (weeks[:, None] + within[None, :]).ravel()
    return np.concatenate(([low], inner[(inner > low) & (inner < high)], [high]))


def _merged(
    agent: NDArray[np.int32], start: Floats, end: Floats
) -> tuple[Floats, Floats, NDArray[np.int32]]:
    """Return the stretches in which each agent has at least one contact: start, end, agent.

    Cost: O(n log n).
    """
    order = np.lexsort((start, agent))
    agent, start, end = agent[order], start[order], end[order]
    if not len(agent):
        return start, end, agent
    new = np.ones(len(agent), dtype=bool)
    new[1:] = agent[1:] != agent[:-1]
    overlap = not new[1:].all() and bool(np.any((start[1:] < end[:-1]) & ~new[1:]))
    if not overlap:
        return start, end, agent
    latest = _latest(end, np.flatnonzero(new))
    new[1:] |= start[1:] > latest[:-1]
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(agent)) - 1
    return start[first], latest[last], agent[first]


def _latest(end: Floats, first: _Ints) -> Floats:
    """Return the latest end so far within each run of rows."""
    found = np.empty(len(end))
    bounds = np.append(first, len(end)).tolist()
    for low, high in pairwise(bounds):
        found[low:high] = np.maximum.accumulate(end[low:high])
    return found
