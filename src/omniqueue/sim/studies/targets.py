"""Targets of service: "phone 80% in 20s", "abandon phone under 5%"; and whether they are met."""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import isnan
from typing import Final, Literal, TypeAlias

import attrs
import numpy as np

from omniqueue.centre.times import Floats
from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import ABOVE_0, bounded, duration, identifier
from omniqueue.model.durations import duration_seconds
from omniqueue.model.event import JsonValue
from omniqueue.model.fields import checked, setting
from omniqueue.record.measures import MEASURES
from omniqueue.sim.replication.loop import run_replication
from omniqueue.sim.runs.estimates import Estimate, measure_interval
from omniqueue.sim.runs.summary import added
from omniqueue.sim.runs.workers import Stopped
from omniqueue.sim.scenarios.scenario import Scenario

TARGETS_MAX: Final = 100
TARGET_EXPECTED: Final = '"CHANNEL SHARE% in TIME" or "abandon CHANNEL under SHARE%"'
# What is summed up for each target and replication.
TARGET_SUMS: Final = ("numerator", "denominator", "wait_seconds", "entered")

Kind: TypeAlias = Literal["service_level", "abandonment"]

_ANSWERED: Final = re.compile(
    r"(?P<channel>.+?)\s+(?P<share>\S+?)\s*%\s+(?:in|within)\s+(?P<time>.+)"
)
_ABANDON: Final = re.compile(r"abandon\s+(?P<channel>.+?)\s+under\s+(?P<share>\S+?)\s*%")


def _seconds(value: float | None) -> float | None:
    return None if value is None else duration("time", value)


@attrs.frozen(kw_only=True, field_transformer=checked)
class Target:
    """A promise about one channel.

    Args:
        channel: of which channel.
        share: the share answered in time, at least; or the share giving up, at most.
        seconds: the time; None: it is about giving up.

    Raises:
        InvalidValueError: a value out of range.

    Example:
        >>> Target(channel="phone", share=0.8, seconds=20).text
        'phone 80% in 20s'
    """

    channel: str = attrs.field(metadata=setting(identifier))
    share: float = attrs.field(
        metadata=setting(bounded, ABOVE_0, 1.0, "a share above 0, at most 1")
    )
    seconds: float | None = attrs.field(default=None, converter=_seconds)

    @property
    def kind(self) -> Kind:
        """What it is about: the service level, or abandonment."""
        return "abandonment" if self.seconds is None else "service_level"

    @property
    def text(self) -> str:
        """The target as people write it."""
        if self.seconds is None:
            return f"abandon {self.channel} under {100 * self.share:.6g}%"
        return f"{self.channel} {100 * self.share:.6g}% in {_time_text(self.seconds)}"


def _time_text(seconds: float) -> str:
    for length, unit in ((3600, "h"), (60, "min")):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:g}{unit}"
    return f"{seconds:g}s"


def parse_target(text: str) -> Target:
    """Return the target that a text says.

    Args:
        text: as "phone 80% in 20s" (answered in 20 seconds, by the formula of the service level)
            or "abandon phone under 5%" (gave up / let into the queue).

    Raises:
        InvalidValueError: it says no target.

    Cost: O(length).

    Example:
        >>> parse_target("email 95% in 4h").seconds, parse_target("abandon phone under 5%").share
        (14400.0, 0.05)
    """
    if len(text) <= 300:
        found = _ABANDON.fullmatch(text.strip())
        if found is not None:
            return Target(channel=found["channel"], share=_percentage(text, found["share"]))
        found = _ANSWERED.fullmatch(text.strip())
        if found is not None:
            share, time = _percentage(text, found["share"]), found["time"]
            unit = "s" if time.replace(".", "", 1).isdigit() else ""
            seconds = duration_seconds("target", time + unit)
            return Target(channel=found["channel"], share=share, seconds=seconds)
    raise InvalidValueError("target", text, TARGET_EXPECTED)


def _percentage(text: str, number: str) -> float:
    try:
        share = float(number) / 100
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise InvalidValueError("target", text, f"{TARGET_EXPECTED}, above 0% and up to 100%")
    return share


def check_targets(targets: Iterable[Target | str], scenario: Scenario) -> tuple[Target, ...]:
    """Return targets, texts parsed, or refuse those that the scenario cannot be held to.

    Raises:
        InvalidValueError: none at all, too many, an unknown channel.

    Cost: O(targets + streams).

    Example:
        >>> from omniqueue.sim import Group, Stream
        >>> calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="50s")
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")])
        >>> check_targets(["phone 80% in 20s"], desk)[0].share
        0.8
    """
    found = tuple(parse_target(each) if isinstance(each, str) else each for each in targets)
    if not 0 < len(found) <= TARGETS_MAX:
        raise InvalidValueError("targets", len(found), f"1 to {TARGETS_MAX} of them")
    channels = list(dict.fromkeys(stream.channel for stream in scenario.streams))
    for target in found:
        if target.channel not in channels:
            raise InvalidValueError("channel of target", target.channel, ", ".join(channels))
    return found


@attrs.frozen(kw_only=True)
class TargetOutcome:
    """How a target fares.

    Args:
        target: the target.
        estimate: the share in question, with its interval.
        cautious: whether the interval's worse end must meet the target, or the estimate only.

    Example:
        >>> promised = parse_target("phone 80% in 20s")
        >>> TargetOutcome(target=promised, estimate=Estimate(0.82, 0.79, 0.85), cautious=True).met
        False
    """

    target: Target
    estimate: Estimate
    cautious: bool = True

    @property
    def bound(self) -> float:
        """What must meet the target: the lower end of a service level, the upper of giving up."""
        if not self.cautious:
            return self.estimate.value
        return self.estimate.high if self.target.kind == "abandonment" else self.estimate.low

    @property
    def missing(self) -> float:
        """How far the bound is from the target, as a share; 0: it is met."""
        if isnan(self.bound):
            return 1.0  # nothing was measured, so nothing was shown
        gap = self.target.share - self.bound
        return max(0.0, -gap if self.target.kind == "abandonment" else gap)

    @property
    def met(self) -> bool:
        """Whether the bound meets the target."""
        return self.missing == 0

    def to_dict(self) -> dict[str, JsonValue]:
        """Return it as JSON types. Cost: O(1)."""
        return {
            "target": self.target.text,
            **self.estimate.to_dict(),
            "met": self.met,
            "missing": self.missing,
        }


@attrs.frozen(kw_only=True)
class Probe:
    """One replication of a scenario, summed up for each target; it can be sent to a process.

    Args:
        scenario: what is simulated. Its own targets stay what they are (an order by deadline
            goes by them); those below are only measured.
        targets: the targets.
        seed: the seed.

    Example:
        >>> from omniqueue.sim import Group, Stream
        >>> calls = Stream("calls", channel="phone", arrivals="60 per hour", handling="50s")
        >>> desk = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=3600)
        >>> Probe(scenario=desk, targets=(parse_target("phone 80% in 20s"),), seed=1)(0).shape
        (1, 4)
    """

    scenario: Scenario
    targets: tuple[Target, ...]
    seed: int

    def __call__(self, replication: int, stopped: Stopped | None = None, /) -> Floats | None:
        """Return the sums, shape (targets, len(TARGET_SUMS)); None: it was stopped.

        Cost: that of `run_replication`, and O(n log n) for each target.
        """
        record = run_replication(self.scenario, self.seed, replication, stopped=stopped)
        if record.incomplete:
            return None
        arrived_at = record.arrived_at
        measured = (arrived_at >= record.warm_up_seconds) & (arrived_at < record.horizon_seconds)
        found = []
        for target in self.targets:
            of_channel = [each.channel == target.channel for each in self.scenario.streams]
            mine = measured & np.array(of_channel)[record.stream]
            columns, measure = added(record, self.scenario, target.seconds), MEASURES[target.kind]
            assert measure.under is not None
            names = (measure.over, measure.under, "wait_seconds", "entered")
            found.append([float(columns[name][mine].sum()) for name in names])
        return np.array(found)


def outcomes_of(
    targets: tuple[Target, ...], units: Floats, *, confidence: float, cautious: bool
) -> tuple[TargetOutcome, ...]:
    """Return how the targets fare.

    Args:
        targets: the targets.
        units: what `Probe` found in each replication, shape (n, targets, len(TARGET_SUMS)).
        confidence: the level of the intervals.
        cautious: as of `TargetOutcome`.

    Cost: O(n x targets).
    """
    return tuple(
        TargetOutcome(
            target=target,
            estimate=measure_interval(target.kind, *units[:, place, :2].T, confidence=confidence),
            cautious=cautious,
        )
        for place, target in enumerate(targets)
    )
