"""Results: what a simulation says, with confidence intervals, for people, programs and frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from omniqueue.centre.times import Floats
from omniqueue.centre.week import DAY_SECONDS, week_label
from omniqueue.errors import InvalidValueError
from omniqueue.model.event import JsonValue
from omniqueue.model.json_values import json_fields, json_value
from omniqueue.policy.order import order_text
from omniqueue.record.measures import NO_SKILL, Measure, measures_of
from omniqueue.sim.replication.replication_record import ReplicationRecord
from omniqueue.sim.runs.contact_columns import contact_columns
from omniqueue.sim.runs.estimates import Estimate, measure_interval, quantile_interval
from omniqueue.sim.runs.summary import (
    CONTACT_SUMS,
    GROUP_SUMS,
    INTERVAL_GROUP_SUMS,
    INTERVAL_SUMS,
    STREAM_TIMES,
    Summary,
    interval_count,
)
from omniqueue.sim.scenarios.scenario import Scenario, Stream
from omniqueue.sim.scenarios.unserved import unserved_streams

FORMAT: Final = "omniqueue-simulation/2"
QUANTILES: Final = (0.5, 0.8, 0.9, 0.95, 0.99)

By: TypeAlias = Literal["total", "channel", "skill", "stream"]
Column: TypeAlias = NDArray[np.generic]


def _named(*sums: str) -> Mapping[str, Measure]:
    return MappingProxyType({each.name: each for each in measures_of(sums)})


CONTACT_MEASURES: Final = _named(*CONTACT_SUMS, *STREAM_TIMES, "seconds")
GROUP_MEASURES: Final = _named(*GROUP_SUMS, "seconds")
INTERVAL_MEASURES: Final = _named(*INTERVAL_SUMS, *INTERVAL_GROUP_SUMS, "seconds")
FORMULAS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{
            each.name: each.formula
            for each in (*CONTACT_MEASURES.values(), *GROUP_MEASURES.values())
        },
        "counts": "contacts a replication (or batch)",
        "quantiles": "of the waits of the answered, nearest rank, all units together",
        "intervals": "contacts by when they arrive; agents and queue by time; a mean occurrence",
        "confidence": "Student t over replications or batches; ratios by the delta method;"
        " quantiles by the interval of their shares",
    }
)
"""Formula of every measure in words, and how counts, quantiles and intervals are given."""


@attrs.frozen(kw_only=True)
class EstimateRow:
    """The estimates of one channel, skill, stream or agent group, or of all.

    Args:
        name: which; "all" for all.
        measures: measure (a key of `CONTACT_MEASURES`, or of `GROUP_MEASURES`) to estimate.
        quantiles: share to the quantile of the waits of the answered, in seconds (not of groups).
    """

    name: str
    measures: Mapping[str, Estimate]
    quantiles: Mapping[float, Estimate] = MappingProxyType({})

    def named(self) -> dict[str, Estimate]:
        """Return measures and quantiles by the names that they have as columns."""
        quantiles = {f"wait_p{100 * share:g}": each for share, each in self.quantiles.items()}
        return {**self.measures, **quantiles}


@attrs.frozen(kw_only=True, eq=False)
class SimulationResult:
    """What a simulation says: estimates of everything, from the sums of its units.

    Args:
        scenario: what was simulated.
        summaries: the units in order: replications, or batches of one.
        seed: the seed.
        replications: how many replications were run.
        batches: batches of each.
        confidence: the level of all intervals.
        order: name of the order policy.
        selection: name of the selection policy.
        incomplete: whether it is a partial result.
        precision: the relative half width asked for; None: none was.
        first_record: the first replication, contact by contact; None: it is not whole.
        records: all of them, where they were to be kept; None: they were not.

    Example:
        >>> from omniqueue.sim import Group, simulate
        >>> calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="50s")
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=3600)
        >>> result = simulate(desk, replications=5, seed=1)
        >>> 0.7 < result.estimate("occupancy", group="desk").value < 1
        True
    """

    scenario: Scenario
    summaries: tuple[Summary, ...]
    seed: int
    replications: int
    batches: int = 1
    confidence: float = 0.95
    order: str = "arrival"
    selection: str = "longest-idle"
    incomplete: bool = False
    precision: float | None = None
    first_record: ReplicationRecord | None = attrs.field(default=None, repr=False)
    records: tuple[ReplicationRecord, ...] | None = attrs.field(default=None, repr=False)

    def streams_of(self, by: By, name: str) -> list[int]:
        """Return the numbers of the streams that count under a name.

        Raises:
            InvalidValueError: no such channel, skill or stream.
        """
        streams = list(enumerate(self.scenario.streams))
        found = [number for number, stream in streams if name in _names(by, stream)]
        if not found:
            raise InvalidValueError(by, name, f"one of {', '.join(self.names(by))}")
        return found

    def names(self, by: By) -> list[str]:
        """Return the channels, skills or streams, in the order of the scenario's streams."""
        streams = self.scenario.streams
        return list(dict.fromkeys(name for each in streams for name in _names(by, each)))

    def units(
        self,
        measure: str,
        *,
        channel: str | None = None,
        skill: str | None = None,
        stream: str | None = None,
        group: str | None = None,
    ) -> tuple[Floats, Floats]:
        """Return numerators and denominators of a measure, one for each unit, shape (units,).

        Units of two policies under one seed met the same customers: compare them pair by pair.

        Args:
            measure: a key of `CONTACT_MEASURES`; with a group, of `GROUP_MEASURES`.
            channel: only contacts of this channel.
            skill: only contacts that need this skill.
            stream: only contacts of this stream.
            group: of which agents ("all": of all).

        Raises:
            InvalidValueError: an unknown name.

        Cost: O(units x streams).

        Example:
            >>> from omniqueue.sim import Group, simulate
            >>> calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="50s")
            >>> desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=3600)
            >>> result = simulate(desk, replications=3, seed=1)
            >>> waits, answered = result.units("mean_wait", channel="phone")
            >>> waits.shape
            (3,)
        """
        table = CONTACT_MEASURES if group is None else GROUP_MEASURES
        if measure not in table:
            raise InvalidValueError("measure", measure, f"one of {', '.join(table)}")
        if group is not None:
            return _ratio(table[measure], self._group_sums(group), "units")
        by: By = "total"
        name = "all"
        for kind, given in (("channel", channel), ("skill", skill), ("stream", stream)):
            if given is not None:
                by, name = kind, given  # type: ignore[assignment] # one of By, as written above
        return _ratio(table[measure], self._contact_sums(self.streams_of(by, name)), "units")

    def estimate(
        self,
        measure: str,
        *,
        channel: str | None = None,
        skill: str | None = None,
        stream: str | None = None,
        group: str | None = None,
    ) -> Estimate:
        """Return the estimate of a measure; arguments as of `units`. Cost: O(units x streams)."""
        found = self.units(measure, channel=channel, skill=skill, stream=stream, group=group)
        return measure_interval(measure, *found, confidence=self.confidence)

    def quantile(self, share: float, *, by: By = "total", name: str = "all") -> Estimate:
        """Return a quantile of the waits of the answered, in seconds.

        Args:
            share: from 0 to 1, as 0.95.
            by: whether `name` is a channel, a skill, a stream, or "all".
            name: of which contacts.

        Cost: O(n log n) in the answered contacts.
        """
        return self._quantiles((share,), self.streams_of(by, name))[share]

    def _quantiles(self, shares: Iterable[float], streams: list[int]) -> dict[float, Estimate]:
        units = [
            summary.waits[streams[0]]
            if len(streams) == 1
            else np.sort(np.concatenate([summary.waits[place] for place in streams]))
            for summary in self.summaries
        ]
        return {
            share: quantile_interval(units, share, confidence=self.confidence) for share in shares
        }

    def rows(self, by: By = "total") -> list[EstimateRow]:
        """Return all estimates by channel, skill or stream. Cost: O(n log n) for each name."""
        return [
            EstimateRow(
                name=name,
                measures=self._estimates(CONTACT_MEASURES, self._contact_sums(streams)),
                quantiles=self._quantiles(QUANTILES, streams),
            )
            for name in self.names(by)
            for streams in [self.streams_of(by, name)]
        ]

    def group_rows(self) -> list[EstimateRow]:
        """Return all estimates by agent group, then of all agents. Cost: O(units x groups)."""
        names = [group.name for group in self.scenario.groups]
        return [
            EstimateRow(
                name=name, measures=self._estimates(GROUP_MEASURES, self._group_sums(name))
            )
            for name in ([*names, "all"] if len(names) > 1 else names)
        ]

    def _estimates(
        self, table: Mapping[str, Measure], sums: Mapping[str, Floats]
    ) -> dict[str, Estimate]:
        return {
            name: measure_interval(name, *_ratio(each, sums, "units"), confidence=self.confidence)
            for name, each in table.items()
        }

    def columns(self, by: By = "total") -> dict[str, Column]:
        """Return the estimates as columns that a data frame takes: x, x_low, x_high ...

        Args:
            by: one row for all, or for each channel, skill or stream.

        Cost: as of `rows`.
        """
        return _columns(self.rows(by))

    def contact_columns(self) -> dict[str, Column]:
        """Return every contact as a row of columns with names, as a data frame takes them.

        The columns are those of `omniqueue.sim.runs.contact_columns.contact_columns`: `contact`,
        `stream`, `group`, `agent`, `outcome`, `waited_seconds`, `handling_seconds` ...

        Raises:
            InvalidValueError: they were not kept: `simulate(..., keep_contacts=True)`.

        Cost: O(contacts).

        Example:
            >>> from omniqueue.sim import Group, simulate
            >>> calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="50s")
            >>> desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=3600)
            >>> result = simulate(desk, replications=2, seed=1, keep_contacts=True)
            >>> sorted({str(agent) for agent in result.contact_columns()["agent"]})
            ['desk-1']
        """
        if not self.records:
            expected = "kept contacts: simulate(..., keep_contacts=True)"
            raise InvalidValueError("contacts", None, expected)
        return contact_columns(self.records, self.scenario)

    def group_columns(self) -> dict[str, Column]:
        """Return the estimates of agent groups as columns. Cost: O(units x groups)."""
        return _columns(self.group_rows())

    def interval_columns(
        self, *, by: By = "total", name: str = "all", group: str = "all"
    ) -> dict[str, Column]:
        """Return the estimates by interval of the day (of the week, where it is longer).

        Args:
            by: whether `name` is a channel, a skill, a stream, or "all".
            name: of which contacts.
            group: of which agents.

        Returns:
            Columns of one length: `interval` (label), `start_seconds`, and x, x_low, x_high for
            each x of `INTERVAL_MEASURES`. Contacts are counted when they arrive.

        Cost: O(units x intervals).
        """
        number = interval_count(self.scenario)
        length = self.scenario.interval_seconds
        starts = np.arange(number) * length
        with_day = self.scenario.horizon_seconds > DAY_SECONDS
        found: dict[str, Column] = {
            "interval": np.array([week_label(at, with_day=with_day) for at in starts.tolist()]),
            "start_seconds": starts,
        }
        sums = self._interval_sums(self.streams_of(by, name), group)
        for measure, each in INTERVAL_MEASURES.items():
            x, y = _ratio(each, sums, "occurrences")  # shape (units, intervals)
            several = [
                measure_interval(measure, x[:, place], y[:, place], confidence=self.confidence)
                for place in range(number)
            ]
            _add_columns(found, measure, several)
        return found

    def to_dict(self) -> dict[str, JsonValue]:
        """Return everything as JSON types, as `omniqueue simulate --json` prints it.

        Keys: `format`; `title`, `seed`, `replications`, `batches`, `confidence`, `order`,
        `selection`, `incomplete`, `precision`; `horizon_seconds`, `warm_up_seconds`;
        `unserved` (stream to what it needs and no agent group has);
        `total` (an object), `channels`, `skills`, `streams` (lists of objects with `name`),
        `groups` (likewise), `intervals` (an object of lists); `formulas` (in words). An estimate
        is {"value", "low", "high"}; null: nothing to measure, or fewer than two units.

        Cost: as of `rows`.
        """
        intervals = self.interval_columns()
        return {
            "format": FORMAT,
            "title": self.scenario.title,
            **json_fields(self, "scenario", "summaries", "first_record", "records"),
            "order": order_text(self.order),
            "horizon_seconds": self.scenario.horizon_seconds,
            "warm_up_seconds": self.scenario.warm_up_seconds,
            "unserved": dict(unserved_streams(self.scenario)),
            "total": _row_json(self.rows()[0]),
            "channels": [_row_json(row) for row in self.rows("channel")],
            "skills": [_row_json(row) for row in self.rows("skill")],
            "streams": [_row_json(row) for row in self.rows("stream")],
            "groups": [_row_json(row) for row in self.group_rows()],
            "intervals": {name: json_value(column.tolist()) for name, column in intervals.items()},
            "formulas": dict(FORMULAS),
        }

    def _contact_sums(self, streams: list[int]) -> dict[str, Floats]:
        names = (*CONTACT_SUMS, *STREAM_TIMES)
        sums = _summed([each.contacts for each in self.summaries], names, streams)
        return sums | self._measured()

    def _group_sums(self, group: str) -> dict[str, Floats]:
        groups = [each.groups for each in self.summaries]
        return _summed(groups, GROUP_SUMS, self._places(group)) | self._measured()

    def _interval_sums(self, streams: list[int], group: str) -> dict[str, Floats]:
        several, number = self.summaries, interval_count(self.scenario)
        crews = [each.interval_groups for each in several]
        seconds = np.array([each.interval_seconds for each in several])
        cycle = min(self.scenario.horizon_seconds, 7.0 * DAY_SECONDS)
        lengths = np.full(number, self.scenario.interval_seconds)
        lengths[-1] = cycle - (number - 1) * self.scenario.interval_seconds
        sums = {
            **_summed([each.intervals for each in several], INTERVAL_SUMS, streams),
            **_summed(crews, INTERVAL_GROUP_SUMS, self._places(group)),
            "seconds": seconds,
            "occurrences": seconds.reshape(-1, number) / lengths,
        }
        return {name: each.reshape(-1, number) for name, each in sums.items()}

    def _measured(self) -> dict[str, Floats]:
        return {
            "units": np.ones(len(self.summaries)),
            "seconds": np.array([each.seconds for each in self.summaries]),
        }

    def _places(self, group: str) -> list[int]:
        names = [each.name for each in self.scenario.groups]
        if group in names:
            return [names.index(group)]
        if group != "all":
            raise InvalidValueError("group", group, f"one of {', '.join(names)}")
        return list(range(len(names)))


def _names(by: By, stream: Stream) -> Sequence[str]:
    if by == "channel":
        return (stream.channel,)
    if by == "skill":
        return tuple(stream.skills) or (NO_SKILL,)
    return (stream.name,) if by == "stream" else ("all",)


def _summed(
    tables: Sequence[Mapping[str, Floats]], names: Iterable[str], places: list[int]
) -> dict[str, Floats]:
    """Return each sum over some streams or groups, shape (units, ...)."""
    return {
        name: np.array([each[name][..., places].sum(axis=-1) for each in tables]) for name in names
    }


def _ratio(measure: Measure, sums: Mapping[str, Floats], each: str) -> tuple[Floats, Floats]:
    """Return numerators and denominators; a plain sum is given for each unit or occurrence."""
    return sums[measure.over], sums[measure.under or each]


def _add_columns(columns: dict[str, Column], name: str, several: Sequence[Estimate]) -> None:
    columns[name] = np.array([each.value for each in several])
    columns[f"{name}_low"] = np.array([each.low for each in several])
    columns[f"{name}_high"] = np.array([each.high for each in several])


def _columns(rows: Sequence[EstimateRow]) -> dict[str, Column]:
    found: dict[str, Column] = {"name": np.array([row.name for row in rows])}
    for name in rows[0].named():
        _add_columns(found, name, [row.named()[name] for row in rows])
    return found


def _row_json(row: EstimateRow) -> dict[str, JsonValue]:
    return {"name": row.name, **{name: each.to_dict() for name, each in row.named().items()}}
