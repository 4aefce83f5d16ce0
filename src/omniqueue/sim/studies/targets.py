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
from omniqueue.sim.scenarios.scenario import Scenario, Stream

TARGETS_MAX: Final = 100
TARGET_EXPECTED: Final = (
    '"WHOSE SHARE% in TIME", "WHOSE asa TIME" or "abandon WHOSE under SHARE%"; WHOSE is a channel,'
    ' "skill NAME" or "stream NAME"'
)
# What is summed up for each target and replication.
TARGET_SUMS: Final = ("numerator", "denominator", "wait_seconds", "entered")

Kind: TypeAlias = Literal["service_level", "abandonment", "mean_wait"]

_ANSWERED: Final = re.compile(
    r"(?P<whose>.+?)\s+(?P<share>\S+?)\s*%\s+(?:in|within)\s+(?P<time>.+)"
)
_ABANDON: Final = re.compile(r"abandon\s+(?P<whose>.+?)\s+under\s+(?P<share>\S+?)\s*%")
_WAIT: Final = re.compile(r"(?P<whose>.+?)\s+(?:asa|mean wait)\s+(?P<time>.+)", re.IGNORECASE)
_WHOSE: Final = re.compile(r"(?P<by>skill|stream)\s+(?P<name>.+)")


@attrs.frozen(kw_only=True, field_transformer=checked)
class Target:
    """A promise about a channel, or about the contacts that need a skill, or those of a stream.

    Args:
        channel: of which channel; or
        skill: of which contacts, by a skill that they need; or
        stream: of which stream.
        share: the share answered in time, at least; or the share giving up, at most; None: it is
            about the mean wait.
        seconds: the time in which contacts are answered, or their mean wait (ASA), at most; None:
            it is about giving up.

    Raises:
        InvalidValueError: a value out of range, or not just one of channel, skill and stream.

    Example:
        >>> Target(channel="phone", share=0.8, seconds=20).text
        'phone 80% in 20s'
        >>> Target(skill="french", seconds=30).text
        'skill french asa 30s'
    """

    channel: str | None = attrs.field(default=None, metadata=setting(identifier))
    skill: str | None = attrs.field(default=None, metadata=setting(identifier))
    stream: str | None = attrs.field(default=None, metadata=setting(identifier))
    share: float | None = attrs.field(
        default=None, metadata=setting(bounded, ABOVE_0, 1.0, "a share above 0, at most 1")
    )
    seconds: float | None = attrs.field(default=None, metadata=setting(duration))

    def __attrs_post_init__(self) -> None:
        if sum(each is not None for each in (self.channel, self.skill, self.stream)) != 1:
            raise InvalidValueError("channel", self.channel, "one of channel, skill and stream")
        if self.share is None and not self.seconds:
            raise InvalidValueError("seconds", self.seconds, "a mean wait above 0, or a share")

    @property
    def kind(self) -> Kind:
        """What it is about: the service level, abandonment, or the mean wait."""
        if self.share is None:
            return "mean_wait"
        return "abandonment" if self.seconds is None else "service_level"

    @property
    def limit(self) -> float:
        """What is promised: the share, or the mean wait in seconds."""
        return (self.seconds or 0.0) if self.share is None else self.share

    @property
    def whose(self) -> str:
        """Whose service it is about, as people write it."""
        if self.channel is not None:
            return self.channel
        return f"stream {self.stream}" if self.skill is None else f"skill {self.skill}"

    @property
    def text(self) -> str:
        """The target as people write it."""
        if self.share is None:
            return f"{self.whose} asa {_time_text(self.limit)}"
        if self.seconds is None:
            return f"abandon {self.whose} under {100 * self.share:.6g}%"
        return f"{self.whose} {100 * self.share:.6g}% in {_time_text(self.seconds)}"

    def concerns(self, stream: Stream) -> bool:
        """Tell whether it is about the contacts of a stream."""
        if self.channel is not None:
            return stream.channel == self.channel
        return stream.name == self.stream if self.skill is None else self.skill in stream.skills


def _time_text(seconds: float) -> str:
    for length, unit in ((3600, "h"), (60, "min")):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:g}{unit}"
    return f"{seconds:g}s"


def parse_target(text: str) -> Target:
    """Return the target that a text says.

    Args:
        text: as "phone 80% in 20s" (answered in 20 seconds, by the formula of the service level),
            "phone asa 30s" (mean wait of the answered) or "abandon phone under 5%" (gave up / let
            into the queue); for a channel, "skill NAME" or "stream NAME".

    Raises:
        InvalidValueError: it says no target.

    Cost: O(length).

    Example:
        >>> parse_target("email 95% in 4h").seconds, parse_target("abandon phone under 5%").share
        (14400.0, 0.05)
        >>> parse_target("stream repairs asa 1min").stream
        'repairs'
    """
    said = text.strip() if len(text) <= 300 else ""
    if found := _ABANDON.fullmatch(said):
        return _of(found, _percentage(text, found["share"]), None)
    if found := _ANSWERED.fullmatch(said):
        return _of(found, _percentage(text, found["share"]), _time(found["time"]))
    if found := _WAIT.fullmatch(said):
        return _of(found, None, _time(found["time"]))
    raise InvalidValueError("target", text, TARGET_EXPECTED)


def _of(found: re.Match[str], share: float | None, seconds: float | None) -> Target:
    """Return a target about whom a text says it is."""
    named = _WHOSE.fullmatch(found["whose"])
    if named is None:
        return Target(channel=found["whose"], share=share, seconds=seconds)
    if named["by"] == "skill":
        return Target(skill=named["name"], share=share, seconds=seconds)
    return Target(stream=named["name"], share=share, seconds=seconds)


def _time(said: str) -> float:
    unit = "s" if said.replace(".", "", 1).isdigit() else ""
    return duration_seconds("target", said + unit)


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
    for target in found:
        if not any(target.concerns(stream) for stream in scenario.streams):
            raise InvalidValueError("target", target.whose, _known(scenario))
    return found


def _known(scenario: Scenario) -> str:
    """Return whose service a target may be about, in words."""
    known = [stream.channel for stream in scenario.streams]
    known += [f"skill {skill}" for stream in scenario.streams for skill in stream.skills]
    known += [f"stream {stream.name}" for stream in scenario.streams]
    return ", ".join(dict.fromkeys(known))


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
        """What must meet the target: the lower end of a service level, the upper end else."""
        if not self.cautious:
            return self.estimate.value
        at_least = self.target.kind == "service_level"
        return self.estimate.low if at_least else self.estimate.high

    @property
    def missing(self) -> float:
        """How far the bound is from the target, as a share; 0: it is met.

        Of a mean wait: which share of it is too long.
        """
        if isnan(self.bound):
            return 1.0  # nothing was measured, so nothing was shown
        gap = self.bound - self.target.limit
        if self.target.kind == "service_level":
            gap = -gap
        elif self.target.kind == "mean_wait" and gap > 0:
            gap /= self.bound
        return max(0.0, gap)

    @property
    def estimate_meets(self) -> bool:
        """Whether the estimate alone meets the target."""
        return attrs.evolve(self, cautious=False).met

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
            concerned = [target.concerns(each) for each in self.scenario.streams]
            mine = measured & np.array(concerned)[record.stream]
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
