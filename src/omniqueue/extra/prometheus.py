"""Metrics for Prometheus, by way of prometheus-client (`pip install 'omniqueue[metrics]'`).

Labels are bounded: channels and states are declared, lanes are cut to the fullest few.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Final, Protocol, TypeAlias

from omniqueue.errors import MissingExtraError
from omniqueue.model.checks import whole
from omniqueue.record.live_statistics import ChannelStatistics, LiveStatistics, LiveSummary
from omniqueue.record.measures import ContactSums, Measure, measures_of

Metric: TypeAlias = object  # a `prometheus_client.Metric`
OTHER: Final = "(other)"  # the lanes beyond the fullest few
_LANES_MAX: Final = 1000


class Registry(Protocol):
    """What collectors are registered with, as `prometheus_client.REGISTRY`."""

    def register(self, collector: RouterCollector) -> None:
        """Take a collector in."""
        ...


class RouterCollector:
    """Tells Prometheus what `LiveStatistics` found when `refresh` was last called.

    Scrapes come from another thread than the router's, so they read only the summary that
    `refresh` left; call it in the router's thread, every few seconds.

    Args:
        statistics: attached to the router.
        lanes: how many of the fullest lanes have a label of their own (int from 0 to 1,000).
        registry: where to register; None: nowhere (call `collect` yourself).

    Raises:
        MissingExtraError: prometheus-client is not installed.
        InvalidValueError: `lanes` is out of range.

    Cost: a scrape is O(channels + lanes shown); `refresh` is `LiveStatistics.summary`.

    Example:
        >>> from prometheus_client import REGISTRY, start_http_server  # doctest: +SKIP
        >>> collector = RouterCollector(statistics, registry=REGISTRY)  # doctest: +SKIP
        >>> start_http_server(8000)  # doctest: +SKIP
        >>> collector.refresh(at=now)  # every few seconds  # doctest: +SKIP
    """

    def __init__(
        self,
        statistics: LiveStatistics,
        *,
        lanes: int = 20,
        registry: Registry | None = None,
    ) -> None:
        self._client = _client()
        self._statistics = statistics
        self._lanes = whole("lanes", lanes, 0, _LANES_MAX)
        self._summary: LiveSummary | None = None
        if registry is not None:
            registry.register(self)

    def refresh(self, *, at: float) -> None:
        """Take a summary for the scrapes to come.

        Args:
            at: the instant, in seconds; not before the last event.
        """
        self._summary = self._statistics.summary(at=at)

    def describe(self) -> list[Metric]:
        """Return nothing: what there is depends on what has happened."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of the last summary; none before the first."""
        summary = self._summary
        if summary is None:
            return
        client = self._client
        yield from _contacts(client, summary.channels)
        yield _waits(client, summary.channels)
        yield from _shares(client, summary)
        yield _lane_sizes(client, summary, self._lanes)
        agents = client.GaugeMetricFamily(
            "omniqueue_agents", "Agents by presence.", labels=["presence"]
        )
        for presence, number in summary.presences.items():
            agents.add_metric([presence], number)
        yield agents
        yield client.GaugeMetricFamily(
            "omniqueue_longest_waiting_seconds",
            "How long the contact has waited that arrived first; 0: nobody waits.",
            value=summary.longest_waiting_seconds or 0.0,
        )


def _client() -> ModuleType:
    try:
        return import_module("prometheus_client.core")
    except ImportError as missing:
        raise MissingExtraError(
            "metrics", "prometheus-client", "pip install 'omniqueue[metrics]'"
        ) from missing


def _contacts(client: ModuleType, channels: tuple[ChannelStatistics, ...]) -> Iterator[Metric]:
    now = client.GaugeMetricFamily(
        "omniqueue_contacts", "Contacts by channel and state.", labels=["channel", "state"]
    )
    arrived = client.CounterMetricFamily(
        "omniqueue_contacts_arrived", "Contacts that arrived.", labels=["channel"]
    )
    for each in channels:
        arrived.add_metric([each.name], each.sums["arrived"])
        for state, number in sorted(each.states.items()):
            now.add_metric([each.name, state], number)
    yield now
    yield arrived


def _waits(client: ModuleType, channels: tuple[ChannelStatistics, ...]) -> Metric:
    waits = client.HistogramMetricFamily(
        "omniqueue_wait_seconds", "Waits from arrival to the first answer.", labels=["channel"]
    )
    for each in channels:
        buckets = [(str(bound), float(count)) for bound, count in each.wait_buckets.items()]
        buckets.append(("+Inf", float(each.sums["answered"])))
        waits.add_metric([each.name], buckets, each.sums["wait_answered_seconds"])
    return waits


def _shares(client: ModuleType, summary: LiveSummary) -> Iterator[Metric]:
    """Yield a gauge for every measure of channels and of agents that is a share."""
    for measure in measures_of(ContactSums().to_dict()):
        if measure.unit != "share":
            continue
        gauge = client.GaugeMetricFamily(*_told(measure), labels=["channel"])
        for each in summary.channels:
            value = each.value(measure.name)
            if value is not None:
                gauge.add_metric([each.name], value)
        yield gauge
    for measure in measures_of(summary.agents.sums):
        value = summary.agents.value(measure.name)
        if measure.unit == "share" and value is not None:
            yield client.GaugeMetricFamily(*_told(measure), value=value)


def _told(measure: Measure) -> tuple[str, str]:
    """Return the name of a share's metric, and what it is."""
    return f"omniqueue_{measure.name}_ratio", f"{measure.label}: {measure.formula}."


def _lane_sizes(client: ModuleType, summary: LiveSummary, most: int) -> Metric:
    sizes = client.GaugeMetricFamily(
        "omniqueue_lane_waiting",
        "Waiting contacts by channel and needed skills: the fullest lanes, and the rest.",
        labels=["channel", "skills"],
    )
    rest = 0
    for index, ((channel, skills), number) in enumerate(summary.lanes.items()):
        if index < most:
            named = ",".join(f"{name}:{level}" for name, level in skills.pairs)
            sizes.add_metric([channel, named], number)
        else:
            rest += number
    sizes.add_metric([OTHER, OTHER], rest)
    return sizes
