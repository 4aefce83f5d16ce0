"""A scenario: who calls, who answers, when, how long it takes, and by which rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import ceil
from typing import Final

import attrs

from omniqueue.centre.centre import Centre, name_faults
from omniqueue.centre.chance import REPLICATIONS_MAX
from omniqueue.centre.groups import Group, share
from omniqueue.centre.times import Constant, Exponential, Times, seconds_of
from omniqueue.centre.week import DAY_SECONDS, Hours
from omniqueue.errors import InvalidValueError, OmniqueueError
from omniqueue.model.checks import duration, identifier, priority, whole
from omniqueue.model.contact import Contact, Preference, RelaxStep
from omniqueue.model.durations import duration_text
from omniqueue.model.skill import NO_SKILLS, SKILLS_NEEDED_MAX, Skills
from omniqueue.sim.scenarios.arrivals import ARRIVALS_MAX, Arrivals, Busyness, Poisson, Trace

STREAMS_MAX: Final = 1000
DAYS_MAX: Final = 100_000
TURNS_MAX: Final = 20_000_000  # agents x days x changes: what a calendar may hold
INTERVALS_MAX: Final = 10_080


def _chance(value: float) -> float:
    return share("chance", value)


def _after(value: Times | float) -> Times:
    return seconds_of(value, "after")


def _attempts(value: int) -> int:
    return whole("attempts", value, 2, 100)


@attrs.frozen(kw_only=True)
class Redial:
    """What customers do who gave up.

    Args:
        chance: the chance that one calls again, from 0 to 1.
        after: how long after giving up.
        attempts: how many times in all one customer calls (int from 2).

    Example:
        >>> Redial(chance=0.4, after=Exponential(300)).attempts
        3
    """

    chance: float = attrs.field(converter=_chance)
    after: Times = attrs.field(converter=_after)
    attempts: int = attrs.field(default=3, converter=_attempts)


def _arrivals(value: Arrivals | float) -> Arrivals:
    return value if isinstance(value, Arrivals) else Poisson(value)


def _handling(value: Times | float | None) -> Times | None:
    return None if value is None else seconds_of(value, "handling")


def _patience(value: Times | float | None) -> Times | None:
    return None if value is None else seconds_of(value, "patience")


def _wrap_up(value: Times | float | None) -> Times | None:
    return None if value is None else seconds_of(value, "wrap_up")


def _name(value: str) -> str:
    return identifier("name", value)


def _channel(value: str) -> str:
    return identifier("channel", value)


def _skills(value: Mapping[str, int]) -> Skills:
    return Skills.of(value, most=SKILLS_NEEDED_MAX)


def _priority(value: int) -> int:
    return priority("priority", value)


def _relax(value: Iterable[RelaxStep]) -> tuple[RelaxStep, ...]:
    return tuple(value)


def _opening(value: Iterable[Hours] | None) -> tuple[Hours, ...] | None:
    return None if value is None else tuple(value)


@attrs.frozen(kw_only=True)
class Stream:
    """A stream of contacts of one kind.

    Args:
        name: the stream's name (positional).
        channel: the channel on which they come.
        arrivals: when they arrive; a number: Poisson, that many an hour.
        handling: how long an agent needs; None: as the log of the arrivals says.
        wrap_up: work after the contact; None: as the channel says.
        patience: how long they wait before they give up; None: for ever.
        redial: whether they call again; None: they do not.
        skills: least level of each needed skill.
        priority: as of `Contact`.
        target_seconds: the answer time promised; None: as the channel says.
        expire_seconds: how long after its arrival a contact leaves the queue; None: never.
        relax: steps that lower what is needed as time passes.
        prefer: the agent that all of them wait for, and how long.
        opening: when they are let in; contacts at other times are turned away. None: always.

    Raises:
        InvalidValueError: a value out of range.

    Example:
        >>> Stream("calls", channel="phone", arrivals=60, handling=Exponential(240)).name
        'calls'
    """

    name: str = attrs.field(kw_only=False, converter=_name)
    channel: str = attrs.field(converter=_channel)
    arrivals: Arrivals = attrs.field(converter=_arrivals)
    handling: Times | None = attrs.field(default=None, converter=_handling)
    wrap_up: Times | None = attrs.field(default=None, converter=_wrap_up)
    patience: Times | None = attrs.field(default=None, converter=_patience)
    redial: Redial | None = attrs.field(default=None)
    skills: Mapping[str, int] = attrs.field(default=NO_SKILLS, converter=_skills)
    priority: int = attrs.field(default=0, converter=_priority)
    target_seconds: float | None = attrs.field(default=None)
    expire_seconds: float | None = attrs.field(default=None)
    relax: tuple[RelaxStep, ...] = attrs.field(default=(), converter=_relax)
    prefer: Preference | None = attrs.field(default=None)
    opening: tuple[Hours, ...] | None = attrs.field(default=None, converter=_opening)

    def __attrs_post_init__(self) -> None:
        self.contact("probe")  # its own checks
        recorded = isinstance(self.arrivals, Trace) and self.arrivals.handling is not None
        if self.handling is None and not recorded:
            raise InvalidValueError("handling", None, "handling times")
        if self.redial is not None and self.patience is None:
            raise InvalidValueError("redial", "given", "patience as well: nobody gives up")

    def contact(self, contact_id: str) -> Contact:
        """Return a contact of this stream. Cost: O(1).

        Example:
            >>> Stream("calls", channel="phone", arrivals=60, handling=240).contact("c1").channel
            'phone'
        """
        return Contact(
            contact_id,
            self.channel,
            skills=self.skills,
            priority=self.priority,
            target_seconds=self.target_seconds,
            expire_seconds=self.expire_seconds,
            relax=self.relax,
            prefer=self.prefer,
        )


def _streams(value: Iterable[Stream]) -> tuple[Stream, ...]:
    return tuple(value)


def _replications(value: int) -> int:
    return whole("replications", value, 1, REPLICATIONS_MAX)


@attrs.frozen(kw_only=True)
class Scenario(Centre):
    """A contact centre to be simulated; its clock starts on a Monday at midnight.

    Args:
        groups, channels, order, selection, max_waiting, title: as of `Centre`.
        streams: who calls.
        horizon_seconds: until when contacts arrive.
        warm_up_seconds: what arrives or happens before is not measured.
        drain_seconds: how long after the horizon whoever is there is still served.
        busyness: how much days differ; None: not beyond chance.
        interval_seconds: the length of the intervals of results.
        replications: how many independent runs, where `simulate` is not told.
        seed: the seed, where `simulate` is not told.

    Raises:
        InvalidValueError: a value out of range, no arrivals, more than 20 million of them,
            names that are there twice, unknown channels.

    Example:
        >>> desk = Scenario(
        ...     streams=[Stream("calls", channel="phone", arrivals=60, handling=240)],
        ...     groups=[Group("desk", count=5)],
        ... )
        >>> desk.expected_contacts
        1440.0
    """

    streams: tuple[Stream, ...] = attrs.field(converter=_streams)
    horizon_seconds: float = attrs.field(default=float(DAY_SECONDS))
    warm_up_seconds: float = attrs.field(default=0.0)
    drain_seconds: float = attrs.field(default=float(DAY_SECONDS))
    busyness: Busyness | None = None
    interval_seconds: float = attrs.field(default=1800.0)
    replications: int = attrs.field(default=20, converter=_replications)

    def __attrs_post_init__(self) -> None:
        for name in ("horizon_seconds", "warm_up_seconds", "drain_seconds", "interval_seconds"):
            object.__setattr__(self, name, duration(name, getattr(self, name)))
        super().__attrs_post_init__()

    def faults(self) -> Iterator[OmniqueueError]:
        """Yield what does not fit together, the places named as in a file."""
        yield from super().faults()
        yield from self._name_faults()
        times = list(self._time_faults())
        yield from times or self._size_faults()

    @property
    def days(self) -> int:
        """How many days of the clock the arrivals take."""
        return max(1, ceil(self.horizon_seconds / DAY_SECONDS))

    @property
    def end_seconds(self) -> float:
        """When a run ends at the latest."""
        return self.horizon_seconds + self.drain_seconds

    @property
    def expected_contacts(self) -> float:
        """How many contacts one replication is expected to meet (redials not counted)."""
        return sum(stream.arrivals.expected(self.horizon_seconds) for stream in self.streams)

    @property
    def interrupts(self) -> bool:
        """Whether some of its contacts may be interrupted."""
        channels = self.all_channels()
        return any(channels[stream.channel].interrupted_by for stream in self.streams)

    def target_of(self, stream: Stream) -> float | None:
        """Return the answer time promised to a stream, in seconds; None: none is."""
        if stream.target_seconds is not None:
            return stream.target_seconds
        return self.all_channels()[stream.channel].target_seconds

    def _time_faults(self) -> Iterator[OmniqueueError]:
        horizon = self.horizon_seconds
        if not 0 < horizon <= DAYS_MAX * DAY_SECONDS:
            yield InvalidValueError("horizon", horizon, f"above 0 seconds, up to {DAYS_MAX} days")
            return
        if self.drain_seconds > DAYS_MAX * DAY_SECONDS:
            yield InvalidValueError("drain", self.drain_seconds, f"up to {DAYS_MAX} days")
        if self.warm_up_seconds >= horizon:
            yield InvalidValueError("warm_up", self.warm_up_seconds, "less than the horizon")
        if not 1 <= self.interval_seconds <= DAYS_MAX * DAY_SECONDS:
            yield InvalidValueError("interval", self.interval_seconds, "a second or more")
        elif min(horizon, 7 * DAY_SECONDS) / self.interval_seconds > INTERVALS_MAX:
            yield InvalidValueError(
                "interval", self.interval_seconds, f"at most {INTERVALS_MAX} intervals in a week"
            )

    def _name_faults(self) -> Iterator[OmniqueueError]:
        names = [stream.name for stream in self.streams]
        yield from name_faults("streams", "name", names, STREAMS_MAX)
        channels = self.all_channels()
        for place, stream in enumerate(self.streams):
            if stream.channel not in channels:
                known = f"one of {', '.join(channels)}"
                yield InvalidValueError(f"streams[{place}].channel", stream.channel, known)
        for place, group in enumerate(self.groups):
            for name in group.speed if isinstance(group.speed, Mapping) else ():
                if name not in names:
                    yield InvalidValueError(f"agents[{place}].speed", name, "a stream's name")

    def _size_faults(self) -> Iterator[OmniqueueError]:
        contacts = self.expected_contacts
        if contacts > ARRIVALS_MAX:
            yield InvalidValueError("arrivals", contacts, f"at most {ARRIVALS_MAX} a replication")
        if contacts <= 0 and self.streams:
            yield InvalidValueError(
                "horizon",
                duration_text(self.horizon_seconds),
                "a later one: the run starts on Monday 00:00,"
                " and no contact arrives before the horizon",
            )
        days = ceil(self.end_seconds / DAY_SECONDS)
        turns = sum(_turns(group) for group in self.groups) * days
        if turns > TURNS_MAX:
            yield InvalidValueError("shifts", turns, f"at most {TURNS_MAX} over the whole run")


def check_scenario(value: object, field: str = "scenario") -> Scenario:
    """Return a scenario, or refuse what is none.

    Args:
        value: what was given.
        field: the argument's name.

    Raises:
        InvalidValueError: it is no scenario.

    Cost: O(1).

    Example:
        >>> check_scenario("desk.toml")
        Traceback (most recent call last):
        ...
        omniqueue.errors.InvalidValueError: scenario is 'desk.toml'; expected a Scenario (...)
    """
    if isinstance(value, Scenario):
        return value
    expected = "a Scenario (omniqueue.sim.scenarios.file.read_scenario reads one from a file)"
    raise InvalidValueError(field, value, expected)


def _turns(group: Group) -> int:
    """Return how many changes of a group a day may have at most."""
    if group.levels:
        return 2 * len(group.levels) + (group.size if group.shrinkage else 0)
    shifts: Iterable[int] = (
        group.shift_count(shift) * (2 + 2 * len(shift.breaks)) for shift in group.shifts
    )
    return sum(shifts) if group.shifts else group.size * (group.shrinkage > 0)


__all__ = [
    "Busyness",
    "Constant",
    "Exponential",
    "Group",
    "Redial",
    "Scenario",
    "Stream",
    "check_scenario",
]
