"""The result of `omniqueue route`: as text for people, as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Final

import attrs

from omniqueue.model.event import JsonValue
from omniqueue.policy.order import order_text
from omniqueue.record.measures import (
    RECORD_FORMULAS,
    ContactMeasures,
    GroupMeasures,
)
from omniqueue.record.verdict import CAUSES, Verdict
from omniqueue.report.explained import Explained
from omniqueue.report.tables import counted, formula_lines, share_text, text_table, totals_text
from omniqueue.sim.calendar.durations import duration_text

FORMAT: Final = "omniqueue-route/2"
_CONTACTS: Final = (
    "arrived",
    "answered",
    "open",
    "refused",
    "ASA",
    "median",
    "95th pct",
    "longest",
    "service level",
)
_GROUPS: Final = ("group", "agents", "signed in", "occupancy", "load", "answered")


@attrs.frozen(kw_only=True)
class RouteReport:
    """Everything that a run of a log is to be told with.

    Args:
        log: the log's name. staff: the staff file's name. title: the staff file's title.
        zone: the zone in which times are told; None: UTC.
        started_at: the first instant (seconds since 1970 UTC). ended_at: the last.
        interrupted: whether the run was stopped before its end.
        folded_weeks: how many weeks were laid over one; None: not folded.
        busiest_minute: the most arrivals in one minute of a folded week.
        unserved: what no agent group has, to how many contacts need it.
        dropped: rows that a repair left out. moved: rows that it sorted in.
        order: the order policy. selection: the selection policy. seed: the seed.
        totals: contacts in, answered, waiting, refused, left.
        channels: measures by channel. skills: by skill. groups: by agent group.
        intervals: by interval of arrival; None: not asked for.
        interval: the name of the intervals, as "30m 00s".
        verdict: the fairness verdict.
        explained: what was asked about single contacts; None: nothing was.
    """

    log: str
    staff: str
    title: str
    zone: tzinfo | None
    started_at: float
    ended_at: float
    interrupted: bool
    folded_weeks: int | None
    busiest_minute: int | None
    unserved: Mapping[str, int]
    dropped: int
    moved: int
    order: str
    selection: str
    seed: int
    totals: Mapping[str, int]
    channels: Sequence[ContactMeasures]
    skills: Sequence[ContactMeasures]
    groups: Sequence[GroupMeasures]
    intervals: Sequence[ContactMeasures] | None
    interval: str
    verdict: Verdict
    explained: Sequence[Explained] | None = None

    def clock(self, at: float) -> str:
        """Return an instant as text in the report's zone."""
        return clock_text(at, self.zone)

    def to_dict(self) -> dict[str, JsonValue]:
        """Return the report as JSON types; the keys are documented with `omniqueue route`."""
        intervals, explained = self.intervals, self.explained
        return {
            "format": FORMAT,
            "log": self.log,
            "staff": self.staff,
            "title": self.title,
            "started_at": self.clock(self.started_at),
            "ended_at": self.clock(self.ended_at),
            "interrupted": self.interrupted,
            "folded_weeks": self.folded_weeks,
            "busiest_minute": self.busiest_minute,
            "unserved": dict(self.unserved),
            "dropped": self.dropped,
            "moved": self.moved,
            "order": order_text(self.order),
            "selection": self.selection,
            "seed": self.seed,
            **self.totals,
            "channels": [each.to_dict() for each in self.channels],
            "skills": [each.to_dict() for each in self.skills],
            "groups": [each.to_dict() for each in self.groups],
            "intervals": None if intervals is None else [each.to_dict() for each in intervals],
            "verdict": self.verdict.to_dict(),
            "explained": (
                None if explained is None else [each.to_dict(self.clock) for each in explained]
            ),
            "formulas": dict(RECORD_FORMULAS),
        }

    def lines(self, *, brief: bool = False) -> Iterator[str]:
        """Yield the report as lines of text; `brief`: only marks, totals, verdict and answers."""
        if self.interrupted:
            yield "INTERRUPTED: this is a partial result, up to " + self.clock(self.ended_at)
        if not brief:
            yield from self._head()
        yield from self._marks()
        yield totals_text(self.totals)
        if not brief:
            yield from self._tables()
        yield from self._verdict()
        for each in self.explained or ():
            yield ""
            yield from each.lines(self.clock)

    def _head(self) -> Iterator[str]:
        if self.title:
            yield self.title
        policies = f"order {order_text(self.order)}, selection {self.selection}"
        yield f"{self.log} through {self.staff}: {policies}"
        yield f"{self.clock(self.started_at)} to {self.clock(self.ended_at)}"

    def _marks(self) -> Iterator[str]:
        """Yield what must be known of the log to read any number rightly."""
        yield from log_marks(
            self.folded_weeks, self.dropped, self.moved, busiest_minute=self.busiest_minute
        )
        if self.unserved:
            several = (
                f"{counted(number, 'contact')} {'needs' if number == 1 else 'need'} {what}"
                for what, number in self.unserved.items()
            )
            yield "NOBODY CAN SERVE: " + "; ".join(several)

    def _tables(self) -> Iterator[str]:
        yield from self._contacts("channel", self.channels)
        yield from self._contacts("skill", self.skills)
        yield ""
        rows = [
            [
                group.name,
                f"{group.agents:,}",
                f"{group.sums['signed_in_seconds'] / 3600:,.1f} h",
                share_text(group.value("occupancy")),
                share_text(group.value("load")),
                f"{group.sums['answered']:,}",
            ]
            for group in self.groups
        ]
        yield from text_table(_GROUPS, rows)
        if self.intervals is not None:
            yield from self._contacts(f"arrived within {self.interval} of", self.intervals)
        yield ""
        yield from formula_lines()

    def _contacts(self, heading: str, measured: Sequence[ContactMeasures]) -> Iterator[str]:
        yield ""
        rows = [
            [
                each.name,
                f"{each.sums['arrived']:,}",
                f"{each.sums['answered']:,}",
                f"{each.sums['open']:,}",
                f"{each.sums['refused']:,}",
                _seconds(each.value("mean_wait")),
                _seconds(each.median_wait),
                _seconds(each.p95_wait),
                _seconds(each.longest_wait),
                share_text(each.value("service_level")),
            ]
            for each in measured
        ]
        yield from text_table((heading, *_CONTACTS), rows)

    def _verdict(self) -> Iterator[str]:
        verdict = self.verdict
        yield ""
        yield f"Fairness, judged from the events apart from the engine: {verdict.judged:,} given"
        rows = [
            [cause, f"{number:,}", CAUSES[cause]]
            for cause, number in verdict.overtakings.items()
            if number
        ]
        if rows:
            yield from _explained(rows)
        if verdict.most_overtaken is not None:
            name, times = verdict.most_overtaken
            yield f"overtaken most often: {name}, {counted(times, 'time')}"
        yield f"unexplained = {verdict.unexplained_total:,}"
        for kind, number in verdict.unexplained.items():
            yield f"  {kind}: {number:,}"
        for fault in verdict.faults:
            yield f"  {fault.text(self.clock)}"


def _explained(rows: list[list[str]]) -> Iterator[str]:
    """Yield overtakings with their meaning, which stands to the left."""
    counts = text_table(("overtaken by cause", "contacts"), [row[:2] for row in rows])
    for line, meaning in zip(counts, ("", *(row[2] for row in rows)), strict=True):
        yield f"{line}  {meaning}".rstrip()


def _seconds(seconds: float | None) -> str:
    return "-" if seconds is None else duration_text(seconds)


def log_marks(
    folded_weeks: int | None, dropped: int, moved: int, *, busiest_minute: int | None = None
) -> Iterator[str]:
    """Yield what was done to a log before it was routed, which no reader must miss.

    Args:
        folded_weeks: how many weeks were laid over one; None: not folded.
        dropped: rows that a repair left out.
        moved: rows that it sorted in.
        busiest_minute: the most arrivals in one minute of a folded week; None: not to be said.

    Cost: O(1).

    Example:
        >>> list(log_marks(1, 0, 0))
        ['FOLDED: 1 week laid over one, weekday and clock time kept']
    """
    if folded_weeks is not None:
        most = ""
        if busiest_minute is not None:
            most = f"; at most {counted(busiest_minute, 'contact')} within a minute"
        weeks = counted(folded_weeks, "week")
        yield f"FOLDED: {weeks} laid over one, weekday and clock time kept{most}"
    if dropped or moved:
        out, in_order = counted(dropped, "bad row"), counted(moved, "row")
        yield f"REPAIRED: {out} left out, {in_order} sorted in"


def clock_text(at: float, zone: tzinfo | None) -> str:
    """Return an instant as ISO 8601 text in a zone, to the second (finer where it is finer).

    Example:
        >>> clock_text(0.0, None), clock_text(0.25, None)
        ('1970-01-01T00:00:00+00:00', '1970-01-01T00:00:00.250+00:00')
    """
    moment = datetime.fromtimestamp(at, zone or UTC)
    return moment.isoformat(timespec="milliseconds" if at % 1 else "seconds")
