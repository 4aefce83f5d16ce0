"""The figures of a report: each a drawing with a heading and a sentence that says what is seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import attrs
import numpy as np

from omniqueue.report.charts import (
    distribution_chart,
    shares_chart,
    stacked_chart,
    waits_chart,
)
from omniqueue.report.day_profile import DayProfile, day_profile
from omniqueue.report.hour import HOUR_SECONDS, Hour
from omniqueue.report.hour_chart import ROWS_MAX, hour_chart
from omniqueue.report.key_figures import targets_of
from omniqueue.report.palette import CHANNEL_COLOURS, DRAWN_MAX, GROUP_COLOURS, colours_of
from omniqueue.report.words import (
    clock_text,
    count_text,
    percent_text,
    seconds_range,
    seconds_text,
)
from omniqueue.sim.calendar.week import DAY_SECONDS, week_label
from omniqueue.sim.laws.times import Floats
from omniqueue.sim.runs.estimates import Estimate
from omniqueue.sim.runs.results import SimulationResult

if TYPE_CHECKING:
    from markupsafe import Markup

SHEETS_MAX: Final = 3  # of the timeline


@attrs.frozen(kw_only=True)
class Figure:
    """One drawing.

    Args:
        heading: its heading.
        colour: the colour of the heading's mark; None: no mark.
        drawing: the drawing.
        caption: what is seen, in words.
        legend: names and colours, in the order of the drawing.
    """

    heading: str
    drawing: Markup
    caption: str
    colour: str | None = None
    legend: tuple[tuple[str, str], ...] = ()


class Figures:
    """Draws the figures of one result.

    Args:
        result: what was simulated, at least one unit.

    Cost: that of `day_profile`.
    """

    def __init__(self, result: SimulationResult) -> None:
        self._result = result
        self._profile: DayProfile = day_profile(result)
        sizes = {
            name: result.estimate("arrived", channel=name).value
            for name in result.names("channel")
        }
        crews = {
            group.name: result.estimate("answered", group=group.name).value
            for group in result.scenario.groups
        }
        self.channels: Mapping[str, str] = colours_of(_largest(sizes), CHANNEL_COLOURS)
        self.groups: Mapping[str, str] = colours_of(_largest(crews), GROUP_COLOURS)
        self.channels_left_out = max(0, len(sizes) - DRAWN_MAX)
        self.groups_left_out = max(0, len(crews) - DRAWN_MAX)

    @property
    def days(self) -> tuple[int, ...]:
        """Weekdays (0: Monday) that are laid over one another; empty: none are."""
        return self._profile.days

    def waits(self) -> list[Figure]:
        """Return the mean wait over the day, a figure a channel. Cost: 50 ms each."""
        found = []
        for place, (channel, colour) in enumerate(self.channels.items()):
            estimates = self._profile.waits(channel)
            targets = targets_of(self._result.scenario, channel)
            drawing = waits_chart(
                self._profile.edges,
                estimates,
                targets,
                colour,
                name=f"waits {place}",
                title=f"Mean wait on {channel} by time of arrival",
            )
            caption = self._waits_caption(channel, estimates, targets)
            found.append(Figure(heading=channel, colour=colour, drawing=drawing, caption=caption))
        return found

    def _waits_caption(self, channel: str, estimates: list[Estimate], targets: list[float]) -> str:
        values = np.array([each.value for each in estimates])
        if np.isnan(values).all():
            return f"Nobody was answered on {channel}."
        worst = int(np.nanargmax(values))
        interval = seconds_range(estimates[worst])
        caption = (
            f"Whoever comes between {self._between(worst)} waits longest:"
            f" {seconds_text(float(values[worst]))} on average"
            + (f" (between {interval.replace(' to ', ' and ')})" if interval else "")
            + "."
        )
        if targets:
            above = int(np.sum(values > targets[0]))
            known = int(np.sum(~np.isnan(values)))
            caption += (
                f" The target is {seconds_text(targets[0])};"
                f" the mean lies above it in {above} of {known} intervals."
            )
        return caption

    def _between(self, place: int) -> str:
        low, high = self._profile.edges[place : place + 2].tolist()
        if self._profile.edges[-1] > DAY_SECONDS:
            return f"{week_label(low, with_day=True)} and {week_label(high, with_day=True)}"
        return f"{clock_text(low)} and {clock_text(high, end=True)}"

    def numbers(self) -> list[Figure]:
        """Return arrivals and queue over the day by channel. Cost: 100 ms."""
        return [
            self._stacked(
                "Contacts that arrive",
                "contacts an hour",
                {name: self._profile.arriving(name) for name in self.channels},
                "Most arrive between {}: {} an hour; over the time shown it is {} on average.",
            ),
            self._stacked(
                "Contacts that wait",
                "contacts waiting",
                {name: self._profile.waiting(name) for name in self.channels},
                "The queue is longest between {}: {} wait; over the time shown it is {} on"
                " average.",
            ),
        ]

    def _stacked(
        self, heading: str, label: str, layers: Mapping[str, Floats], sentence: str
    ) -> Figure:
        total = np.sum([np.nan_to_num(values) for values in layers.values()], axis=0)
        most = int(np.argmax(total))
        lengths = np.diff(self._profile.edges)
        mean = float(np.sum(total * lengths) / np.sum(lengths))
        caption = sentence.format(
            self._between(most), count_text(float(total[most])), count_text(mean)
        )
        top = max(layers, key=lambda name: float(np.nan_to_num(layers[name])[most]))
        if len(layers) > 1 and total[most] > 0:
            part = float(np.nan_to_num(layers[top])[most])
            caption += f" At the peak, {count_text(part)} of them are {top}."
        drawing = stacked_chart(
            self._profile.edges,
            [(self.channels[name], values) for name, values in layers.items()],
            label,
            name=label,
            title=f"{heading} by time of day and channel",
        )
        return Figure(
            heading=heading,
            drawing=drawing,
            caption=caption,
            legend=tuple(self.channels.items())[::-1],
        )

    def work(self) -> list[Figure]:
        """Return occupancy and numbers of agents over the day by group. Cost: 100 ms."""
        edges = self._profile.edges
        lines = {name: self._profile.occupancy(name) for name in self.groups}
        present = {name: np.nan_to_num(self._profile.agents(name)) for name in self.groups}
        told = []
        for name, values in lines.items():
            overall = self._result.estimate("occupancy", group=name)
            if np.isnan(values).all():
                continue
            most = int(np.nanargmax(values))
            told.append(
                f"{name} is busy {percent_text(overall.value)} of its time,"
                f" most between {self._between(most)} ({percent_text(float(values[most]))})"
            )
        total = np.sum(list(present.values()), axis=0)
        most = int(np.argmax(total))
        title = "Share of their time that agents are busy, by time of day and group"
        return [
            Figure(
                heading="How busy agents are",
                drawing=shares_chart(
                    edges,
                    [(self.groups[name], values) for name, values in lines.items()],
                    "time at work",
                    name="occupancy",
                    title=title,
                ),
                caption=("; ".join(told) or "Nobody is signed in") + ".",
                legend=tuple(self.groups.items()),
            ),
            Figure(
                heading="Agents signed in",
                drawing=stacked_chart(
                    edges,
                    [(self.groups[name], values) for name, values in present.items()],
                    "agents",
                    name="agents",
                    title="Agents signed in by time of day and group",
                ),
                caption=f"Most are there between {self._between(most)}:"
                f" {count_text(float(total[most]))} agents on average.",
                legend=tuple(self.groups.items())[::-1],
            ),
        ]

    def distributions(self) -> list[Figure]:
        """Return how the waits are distributed, a figure a channel. Cost: 50 ms each."""
        found = []
        for place, (channel, colour) in enumerate(self.channels.items()):
            streams = self._result.streams_of("channel", channel)
            waits = np.sort(
                np.concatenate(
                    [each.waits[stream] for each in self._result.summaries for stream in streams]
                )
            )
            if not len(waits):
                continue
            targets = targets_of(self._result.scenario, channel)
            drawing = distribution_chart(
                waits,
                targets,
                colour,
                name=f"distribution {place}",
                title=f"Share of the answered on {channel} that waited at most so long",
            )
            found.append(
                Figure(
                    heading=channel,
                    colour=colour,
                    drawing=drawing,
                    caption=_waits_told(waits, targets),
                )
            )
        return found

    def timeline(self, hour: Hour) -> list[Figure]:
        """Return the timeline of an hour, in sheets of some 80 contacts. Cost: 200 ms each."""
        sheets = -(-len(hour.rows) // ROWS_MAX)
        if not sheets:
            return []
        size = -(-len(hour.rows) // sheets)
        found = []
        for sheet in range(min(sheets, SHEETS_MAX)):
            rows = hour.rows[sheet * size : (sheet + 1) * size]
            first, last = rows[0].arrived_at, rows[-1].arrived_at
            heading = f"Arrivals {sheet * size + 1} to {sheet * size + len(rows)}"
            when = f"{week_label(first, with_day=True)} to {week_label(last, with_day=False)}"
            found.append(
                Figure(
                    heading=f"{heading}: {when}",
                    drawing=hour_chart(
                        rows,
                        self.channels,
                        sheet * size + 1,
                        name=f"hour {sheet}",
                        title=f"What became of each contact that arrived, {when}",
                    ),
                    caption="",
                )
            )
        return found


def hour_told(hour: Hour) -> str:
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
    told = (
        f"{len(hour.rows)} contacts arrived {when};"
        f" {len(answered)} of them were answered, {at_once} at once"
    )
    for fate in ("gave up", "turned away", "expired", "still waiting"):
        number = sum(row.fate == fate for row in hour.rows)
        if number:
            told += f", {number} {fate}"
    told += "."
    if answered:
        longest = max(answered, key=lambda row: row.waited_seconds)
        told += (
            f" The longest wait of an answered one was {seconds_text(longest.waited_seconds)}"
            f" ({longest.channel}). Answered while one that had arrived earlier in the hour still"
            f" waited (for want of skill or room, or by priority): {hour.overtaken}."
        )
    drawn = min(len(hour.rows), _drawn(len(hour.rows)))
    if drawn < len(hour.rows):
        told += f" The first {drawn} are drawn."
    return told


def _drawn(rows: int) -> int:
    sheets = -(-rows // ROWS_MAX)
    return min(sheets, SHEETS_MAX) * -(-rows // max(sheets, 1))


def _waits_told(waits: Floats, targets: list[float]) -> str:
    at_once = float(np.searchsorted(waits, 0.0, side="right")) / len(waits)
    told = f"{percent_text(at_once)} of the answered did not wait at all"
    for target in targets:
        within = float(np.searchsorted(waits, target, side="right")) / len(waits)
        told += f", {percent_text(within)} no longer than the target of {seconds_text(target)}"
    last = float(waits[-1])
    ninety = float(waits[min(len(waits) - 1, int(np.ceil(0.9 * len(waits) * (1 - 1e-12))) - 1)])
    return (
        f"{told}; nine in ten waited at most {seconds_text(ninety)},"
        f" the longest wait was {seconds_text(last)}."
    )


def _largest(sizes: Mapping[str, float]) -> list[str]:
    """Return the names that are drawn: the largest, in their own order."""
    kept = sorted(sizes, key=lambda name: -np.nan_to_num(sizes[name]))[:DRAWN_MAX]
    return [name for name in sizes if name in kept]
