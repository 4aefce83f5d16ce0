"""The timeline of an hour: everybody who arrived in it, in order, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, isnan
from typing import TYPE_CHECKING, Final

import attrs
import numpy as np

from omniqueue.centre.week import DAY_SECONDS, week_label
from omniqueue.errors import InvalidValueError
from omniqueue.record.ledger import ABANDONED, EXPIRED
from omniqueue.report import formats
from omniqueue.report.axes import clock_axis
from omniqueue.report.figures import ReportFigure
from omniqueue.report.svg import INK, svg_of
from omniqueue.sim.replication.replication_record import CLOSED, OUTCOMES, ReplicationRecord
from omniqueue.sim.scenarios.scenario import Scenario

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes

HOUR_SECONDS: Final = 3600
OTHER: Final = "#999999"  # the colour of channels that have none
ROWS_MAX: Final = 80  # on one sheet of paper
SHEETS_MAX: Final = 3
_WIDTH: Final = 7.4
_PITCH: Final = 0.107  # inches a row
_AFTER_SECONDS: Final = 1800.0  # how far beyond the last arrival a row is followed
_NAME_MAX: Final = 14
_MARGIN: Final = 0.22  # of the width, for the text of bars that go on
_UNANSWERED: Final = {
    ABANDONED: "abandoned",
    EXPIRED: "expired",
    OUTCOMES.index("refused"): "refused",
    CLOSED: "refused",
}


@attrs.frozen(kw_only=True)
class HourRow:
    """One contact of the hour; instants are seconds of the simulated clock.

    Args:
        channel: its channel.
        arrived_at: when it came.
        left_queue_at: when it waited no more.
        served_to: when the customer was through; None: nobody answered.
        released_at: when the agent's work on it ended; None: nobody answered.
        group: who answered; None: nobody.
        outcome: "answered", "abandoned", "refused", "expired" or "still waiting".
    """

    channel: str
    arrived_at: float
    left_queue_at: float
    served_to: float | None
    released_at: float | None
    group: str | None
    outcome: str

    @property
    def waited_seconds(self) -> float:
        """How long it waited."""
        return self.left_queue_at - self.arrived_at

    @property
    def over_at(self) -> float:
        """When it was over, for the agent who answered too."""
        return self.left_queue_at if self.released_at is None else self.released_at


@attrs.frozen(kw_only=True)
class Hour:
    """The contacts of one hour of one replication.

    Args:
        start_seconds: when it begins, on the simulated clock.
        rows: the contacts in order of arrival.
    """

    start_seconds: float
    rows: tuple[HourRow, ...]

    @property
    def overtaken(self) -> int:
        """How many were answered while one of the hour that came earlier still waited."""
        latest, found = -1.0, 0
        for row in self.rows:
            found += row.group is not None and row.left_queue_at < latest
            if row.outcome != "refused":
                latest = max(latest, row.left_queue_at)
        return found

    def sheets(self) -> list[tuple[int, tuple[HourRow, ...]]]:
        """Return what is drawn, on sheets of about one size: first number from 1, contacts."""
        number = -(-len(self.rows) // ROWS_MAX)
        size = -(-len(self.rows) // max(number, 1))
        starts = [size * sheet for sheet in range(min(number, SHEETS_MAX))]
        return [(start + 1, self.rows[start : start + size]) for start in starts]


def busiest_hour(record: ReplicationRecord) -> float:
    """Return the start of the hour of the first day in which most contacts arrived, in seconds.

    The first day is that of the first contact after the warm-up; of equal hours the first.

    Args:
        record: a replication.

    Cost: O(n).
    """
    arrived = record.arrived_at
    measured = arrived[(arrived >= record.warm_up_seconds) & (record.outcome != CLOSED)]
    if not len(measured):
        return float(record.warm_up_seconds // HOUR_SECONDS * HOUR_SECONDS)
    day = float(measured.min() // DAY_SECONDS * DAY_SECONDS)
    within = measured[measured < day + DAY_SECONDS] - day
    counts = np.bincount((within // HOUR_SECONDS).astype(np.int64), minlength=24)
    return day + HOUR_SECONDS * float(np.argmax(counts))


def hour_of(record: ReplicationRecord, scenario: Scenario, clock_seconds: int | None) -> Hour:
    """Return the contacts of an hour of the first day.

    Args:
        record: a replication.
        scenario: what was simulated.
        clock_seconds: when the hour begins, in seconds after midnight; None: the busiest.

    Raises:
        InvalidValueError: no time of day.

    Cost: O(n).

    Example:
        >>> from omniqueue.sim import Group, Stream, run_replication
        >>> calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="50s")
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=7200)
        >>> hour = hour_of(run_replication(desk, 1), desk, 3600)
        >>> hour.start_seconds, hour.rows[0].group
        (3600.0, 'desk')
    """
    start = busiest_hour(record)
    if clock_seconds is not None:
        if not 0 <= clock_seconds < DAY_SECONDS:
            raise InvalidValueError("hour", clock_seconds, "seconds after midnight, below 86400")
        start = start // DAY_SECONDS * DAY_SECONDS + clock_seconds
    arrived = record.arrived_at
    chosen = np.flatnonzero((arrived >= start) & (arrived < start + HOUR_SECONDS))
    chosen = chosen[np.argsort(arrived[chosen], kind="stable")]
    return Hour(start_seconds=start, rows=tuple(_rows(record, scenario, chosen.tolist())))


def _rows(record: ReplicationRecord, scenario: Scenario, chosen: list[int]) -> list[HourRow]:
    left, group, busy_to = record.left_queue_at, record.group, record.busy_to
    found = []
    for row in chosen:
        answered = int(group[row]) >= 0
        outcome = _UNANSWERED.get(int(record.outcome[row]), "still waiting")
        ended = float(record.ended_at[row])
        served_to = record.ended_seconds if isnan(ended) else ended
        came = HourRow(
            channel=scenario.streams[int(record.stream[row])].channel,
            arrived_at=float(record.arrived_at[row]),
            left_queue_at=float(left[row]),
            served_to=served_to if answered else None,
            released_at=float(busy_to[row]) if answered else None,
            group=scenario.groups[int(group[row])].name if answered else None,
            outcome="answered" if answered else outcome,
        )
        found.append(came)
    return found


def timeline(hour: Hour, colours: Mapping[str, str]) -> list[ReportFigure]:
    """Return the timeline of an hour, in sheets of some 80 contacts.

    Args:
        hour: the contacts.
        colours: of the channels; others are grey.

    Cost: 200 ms a sheet.
    """
    found = []
    for first, rows in hour.sheets():
        start = week_label(rows[0].arrived_at, with_day=True)
        when = f"{start} to {week_label(rows[-1].arrived_at, with_day=False)}"
        heading = f"Arrivals {first} to {first + len(rows) - 1}: {when}"
        title = f"What became of each contact that arrived, {when}"
        found.append(ReportFigure(heading, hour_chart(rows, colours, first, title=title), ""))
    return found


def hour_text(hour: Hour) -> str:
    """Return what happened in an hour, in a few sentences. Cost: O(rows)."""
    start = hour.start_seconds
    when = (
        f"between {week_label(start, with_day=True)} and"
        f" {week_label(start + HOUR_SECONDS, with_day=False)}"
    )
    if not hour.rows:
        return f"Nobody arrived {when}."
    answered = [row for row in hour.rows if row.group is not None]
    at_once = sum(row.waited_seconds <= 0 for row in answered)
    text = (
        f"{len(hour.rows)} contacts arrived {when};"
        f" {len(answered)} of them were answered, {at_once} at once"
    )
    for outcome in ("abandoned", "refused", "expired", "still waiting"):
        number = sum(row.outcome == outcome for row in hour.rows)
        if number:
            text += f", {number} {outcome}"
    text += "."
    if answered:
        longest = max(answered, key=lambda row: row.waited_seconds)
        waited = formats.brief_seconds(longest.waited_seconds)
        text += (
            f" The longest wait of an answered one was {waited} ({longest.channel}). Answered"
            " while one that had arrived earlier in the hour still waited (for want of skill or"
            f" room, or by priority): {hour.overtaken}."
        )
    drawn = sum(len(rows) for _, rows in hour.sheets())
    if drawn < len(hour.rows):
        text += f" The first {drawn} are drawn."
    return text


def hour_chart(
    rows: Sequence[HourRow], colours: Mapping[str, str], first: int, *, title: str
) -> Markup:
    """Return contacts as bars: pale while waiting, full while served, hatched in wrap-up.

    Args:
        rows: at least one, at most `ROWS_MAX`, in order of arrival.
        colours: of the channels; others are grey.
        first: the number of the first of them among all of the hour.
        title: as of `svg_of`.

    Cost: O(rows), some 200 ms.
    """
    step = 300
    low = rows[0].arrived_at // step * step
    high = min(
        ceil(max(row.over_at for row in rows) / step) * step, rows[-1].arrived_at + _AFTER_SECONDS
    )
    high = max(high, low + 2 * step)

    def draw(axes: Axes) -> None:
        for place, row in enumerate(rows):
            _bars(axes, place, row, colours.get(row.channel, OTHER), high)
            _text(axes, place, row, high)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        numbers = [first + tick for tick in range(len(rows)) if not (first + tick) % 10]
        axes.set_yticks([number - first for number in numbers], [f"{each}" for each in numbers])
        axes.set_ylabel("contacts in order of arrival", fontsize=7)
        axes.grid(visible=False, axis="y")
        axes.tick_params(top=True, labeltop=len(rows) > 20, labelsize=7)
        clock_axis(axes, low, high)
        axes.set_xlim(low, high + _MARGIN * (high - low))

    size = (_WIDTH, max(0.9, 0.65 + _PITCH * len(rows)))
    return svg_of(draw, size=size, title=title)


def _bars(axes: Axes, place: int, row: HourRow, colour: str, high: float) -> None:
    def bar(start: float, end: float, **look: object) -> None:
        end = min(end, high)
        if end > start:
            axes.barh(place, end - start, left=start, height=0.72, linewidth=0, **look)  # type: ignore[arg-type]

    bar(row.arrived_at, row.left_queue_at, color=colour, alpha=0.28)
    if row.served_to is not None and row.released_at is not None:
        bar(row.left_queue_at, row.served_to, color=colour)
        bar(row.served_to, row.released_at, color=colour, alpha=0.6, hatch="//////")
    elif row.left_queue_at <= high:
        axes.plot(row.left_queue_at, place, marker="x", color=INK, markersize=3.2, mew=0.9)
    axes.plot(row.arrived_at, place, marker="|", color=INK, markersize=4.2, mew=0.8)


def _text(axes: Axes, place: int, row: HourRow, high: float) -> None:
    """Write who answered, or what became of it, where the row ends."""
    if row.group is not None:
        text = "\u2026 " if row.over_at > high else ""
        text += row.group if len(row.group) <= _NAME_MAX else row.group[: _NAME_MAX - 1] + "\u2026"
        with_wait = row.left_queue_at > high
    else:
        text, with_wait = row.outcome, row.outcome != "refused"
    if with_wait:
        text += f" after {formats.brief_seconds(row.waited_seconds)}"
    annotation = axes.annotate(
        text,
        (min(row.over_at, high), place),
        xytext=(4, 0),
        textcoords="offset points",
        va="center_baseline",
        fontsize=6,
    )
    annotation.set_in_layout(False)  # there is a margin for it
