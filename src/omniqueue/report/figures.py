"""The figures of a report: each a chart with a heading and a sentence that says what is seen.

`SECTIONS` lists them in the order of the page. A new figure is a function that makes it (with a
chart of `charts`, or one of its own) and its name in `SECTIONS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

import attrs
import numpy as np

from omniqueue.centre.times import Floats
from omniqueue.centre.week import DAY_SECONDS, week_label
from omniqueue.report import formats
from omniqueue.report.charts import distribution_chart, shares_chart, stacked_chart, waits_chart
from omniqueue.report.day_profile import DayProfile, day_profile
from omniqueue.report.key_figures import targets_of
from omniqueue.report.palette import CHANNEL_COLOURS, DRAWN_MAX, GROUP_COLOURS, colours_of
from omniqueue.sim.runs.estimates import Estimate
from omniqueue.sim.runs.results import SimulationResult

if TYPE_CHECKING:
    from markupsafe import Markup


@attrs.frozen
class ReportFigure:
    """One drawing.

    Args:
        heading: its heading.
        drawing: the drawing.
        caption: what is seen, in words.
        colour: the colour of the heading's mark; None: no mark.
        legend: names and colours, in the order of the drawing.
    """

    heading: str
    drawing: Markup
    caption: str = attrs.field(converter=formats.typeset)
    colour: str | None = None
    legend: tuple[tuple[str, str], ...] = ()


@attrs.frozen(kw_only=True)
class Drawn:
    """What figures are made from: a result, its profile by the clock, and who has which colour.

    Args:
        result: what was simulated.
        profile: the same by the clock.
        channels: the channels that are drawn, and their colours.
        groups: the agent groups that are drawn, and theirs.
        channels_left_out: how many channels are not drawn.
        groups_left_out: how many groups are not drawn.
    """

    result: SimulationResult
    profile: DayProfile
    channels: Mapping[str, str]
    groups: Mapping[str, str]
    channels_left_out: int
    groups_left_out: int

    @classmethod
    def of(cls, result: SimulationResult) -> Drawn:
        """Choose what of a result is drawn: the largest channels and groups.

        Args:
            result: what was simulated, at least one unit.

        Cost: that of `day_profile`.
        """
        sizes = {
            name: result.estimate("arrived", channel=name).value
            for name in result.names("channel")
        }
        crews = {
            group.name: result.estimate("answered", group=group.name).value
            for group in result.scenario.groups
        }
        return cls(
            result=result,
            profile=day_profile(result),
            channels=colours_of(_largest(sizes), CHANNEL_COLOURS),
            groups=colours_of(_largest(crews), GROUP_COLOURS),
            channels_left_out=max(0, len(sizes) - DRAWN_MAX),
            groups_left_out=max(0, len(crews) - DRAWN_MAX),
        )

    def between(self, place: int) -> str:
        """Return an interval of the profile in words, as "09:00 and 09:30"."""
        low, high = self.profile.edges[place : place + 2].tolist()
        if self.profile.edges[-1] > DAY_SECONDS:
            return f"{week_label(low, with_day=True)} and {week_label(high, with_day=True)}"
        return f"{formats.time_of_day(low)} and {formats.time_of_day(high, end=True)}"


def waits_over_the_day(drawn: Drawn) -> list[ReportFigure]:
    """Return the mean wait over the day, a figure a channel. Cost: 50 ms each."""
    found = []
    for channel, colour in drawn.channels.items():
        estimates = drawn.profile.waits(channel)
        targets = targets_of(drawn.result.scenario, channel)
        title = f"Mean wait on {channel} by time of arrival"
        drawing = waits_chart(drawn.profile.edges, estimates, targets, colour, title=title)
        caption = _waits_caption(drawn, channel, estimates, targets)
        found.append(ReportFigure(channel, drawing, caption, colour))
    return found


def _waits_caption(
    drawn: Drawn, channel: str, estimates: list[Estimate], targets: list[float]
) -> str:
    values = np.array([each.value for each in estimates])
    if np.isnan(values).all():
        return f"Nobody was answered on {channel}."
    worst = int(np.nanargmax(values))
    interval = formats.interval(estimates[worst], formats.brief_seconds, unknown="")
    caption = (
        f"Contacts arriving between {drawn.between(worst)} wait longest:"
        f" {formats.brief_seconds(float(values[worst]))} on average"
        + (f" (between {interval.replace(' to ', ' and ')})" if interval else "")
        + "."
    )
    if targets:
        above = int(np.sum(values > targets[0]))
        known = int(np.sum(~np.isnan(values)))
        caption += (
            f" The target is {formats.brief_seconds(targets[0])};"
            f" the mean lies above it in {above} of {known} intervals."
        )
    return caption


def arrivals_over_the_day(drawn: Drawn) -> list[ReportFigure]:
    """Return the arrivals over the day by channel. Cost: 50 ms."""
    return _stacked(
        drawn,
        ("Contacts that arrive", "contacts an hour", "channel"),
        {name: drawn.profile.arriving(name) for name in drawn.channels},
        "Most arrive between {}: {} an hour; over the time shown it is {} on average.{}",
    )


def queue_over_the_day(drawn: Drawn) -> list[ReportFigure]:
    """Return the queue over the day by channel. Cost: 50 ms."""
    return _stacked(
        drawn,
        ("Contacts that wait", "contacts waiting", "channel"),
        {name: drawn.profile.waiting(name) for name in drawn.channels},
        "The queue is longest between {}: {} wait; over the time shown it is {} on average.{}",
    )


def agents_over_the_day(drawn: Drawn) -> list[ReportFigure]:
    """Return the numbers of agents over the day by group. Cost: 50 ms."""
    return _stacked(
        drawn,
        ("Agents signed in", "agents", "group"),
        {name: drawn.profile.agents(name) for name in drawn.groups},
        "Most are there between {}: {} agents on average.",
    )


def _stacked(
    drawn: Drawn, words: tuple[str, str, str], numbers: Mapping[str, Floats], sentence: str
) -> list[ReportFigure]:
    """Return numbers stacked.

    Args:
        drawn: what figures are made from.
        words: the heading, what is counted, and whether by channel or by group.
        numbers: of each channel or group.
        sentence: the caption; filled in are when most are there, how many, how many on average,
            and a sentence that says of which there are most then.
    """
    heading, label, by = words
    colours = drawn.channels if by == "channel" else drawn.groups
    layers = {name: np.nan_to_num(values) for name, values in numbers.items()}
    total = np.sum(list(layers.values()), axis=0)
    most = int(np.argmax(total))
    lengths = np.diff(drawn.profile.edges)
    mean, peak = float(np.sum(total * lengths) / np.sum(lengths)), ""
    if len(layers) > 1 and total[most] > 0:
        top = max(layers, key=lambda name: float(layers[name][most]))
        part = formats.brief_number(float(layers[top][most]))
        peak = f" At the peak, {part} of them are {top}."
    number = formats.brief_number(float(total[most]))
    caption = sentence.format(drawn.between(most), number, formats.brief_number(mean), peak)
    drawing = stacked_chart(
        drawn.profile.edges,
        [(colours[name], values) for name, values in layers.items()],
        label,
        title=f"{heading} by time of day and {by}",
    )
    return [ReportFigure(heading, drawing, caption, legend=tuple(colours.items())[::-1])]


def occupancy_over_the_day(drawn: Drawn) -> list[ReportFigure]:
    """Return the occupancy over the day by group. Cost: 50 ms."""
    lines = {name: drawn.profile.occupancy(name) for name in drawn.groups}
    sentences = []
    for name, values in lines.items():
        overall = drawn.result.estimate("occupancy", group=name)
        if np.isnan(values).all():
            continue
        most = int(np.nanargmax(values))
        sentences.append(
            f"{name} is busy {formats.share(overall.value)} of its time,"
            f" most between {drawn.between(most)} ({formats.share(float(values[most]))})"
        )
    drawing = shares_chart(
        drawn.profile.edges,
        [(drawn.groups[name], values) for name, values in lines.items()],
        "occupancy",
        title="Occupancy by time of day and group",
    )
    caption = ("; ".join(sentences) or "Nobody is signed in") + "."
    return [ReportFigure("Occupancy", drawing, caption, legend=tuple(drawn.groups.items()))]


def wait_distributions(drawn: Drawn) -> list[ReportFigure]:
    """Return how the waits are distributed, a figure a channel. Cost: 50 ms each."""
    found = []
    for channel, colour in drawn.channels.items():
        streams = drawn.result.streams_of("channel", channel)
        several = [each.waits[stream] for each in drawn.result.summaries for stream in streams]
        waits = np.sort(np.concatenate(several))
        if not len(waits):
            continue
        targets = targets_of(drawn.result.scenario, channel)
        title = f"Share of the answered on {channel} that waited at most so long"
        drawing = distribution_chart(waits, targets, colour, title=title)
        found.append(ReportFigure(channel, drawing, _distribution_caption(waits, targets), colour))
    return found


def _distribution_caption(waits: Floats, targets: list[float]) -> str:
    at_once = float(np.searchsorted(waits, 0.0, side="right")) / len(waits)
    caption = f"{formats.share(at_once)} of the answered did not wait at all"
    for target in targets:
        within = float(np.searchsorted(waits, target, side="right")) / len(waits)
        promised = formats.brief_seconds(target)
        caption += f", {formats.share(within)} no longer than the target of {promised}"
    last = float(waits[-1])
    ninety = float(waits[min(len(waits) - 1, int(np.ceil(0.9 * len(waits) * (1 - 1e-12))) - 1)])
    return (
        f"{caption}; nine in ten waited at most {formats.brief_seconds(ninety)},"
        f" the longest wait was {formats.brief_seconds(last)}."
    )


def _largest(sizes: Mapping[str, float]) -> list[str]:
    """Return the names that are drawn: the largest, in their own order."""
    kept = sorted(sizes, key=lambda name: -np.nan_to_num(sizes[name]))[:DRAWN_MAX]
    return [name for name in sizes if name in kept]


@attrs.frozen
class ReportSection:
    """A section of the page.

    Args:
        heading: its heading.
        lead: what the figures show; {interval}, {day} and {confidence} are filled in.
        figures: what makes them.
    """

    heading: str
    lead: str
    figures: tuple[Callable[[Drawn], list[ReportFigure]], ...]

    def drawn(self, drawn: Drawn) -> list[ReportFigure]:
        """Return its figures, drawn. Cost: 50 ms each."""
        return [figure for make in self.figures for figure in make(drawn)]


SECTIONS: Final = (
    ReportSection(
        "Waits over the day",
        "Mean wait of the answered by time of arrival, in intervals of {interval}, on {day}. The"
        " band is the {confidence} confidence interval, the dashed line the target. Each channel"
        " has a scale of its own.",
        (waits_over_the_day,),
    ),
    ReportSection(
        "Arrivals and queue",
        "Contacts by channel on {day}, stacked: the upper edge is the sum.",
        (arrivals_over_the_day, queue_over_the_day),
    ),
    ReportSection(
        "Agents",
        "By group, on {day}. Occupancy: the share of the time with at least one contact in hand,"
        " wrap-up included. Times at which fewer than a fifth of a group's agents are signed in"
        " show no share.",
        (occupancy_over_the_day, agents_over_the_day),
    ),
    ReportSection(
        "How long people wait",
        "The curve says which share of the answered waited at most so long; the higher at the"
        " dashed line, the better. Each channel has a scale of its own.",
        (wait_distributions,),
    ),
)
"""The sections with figures, in the order of the page; one without a figure is left out."""
