"""A scenario: who calls, who answers, when, how long it takes, and by which rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Final

import attrs

from omniqueue.centre.chance import REPLICATIONS_MAX, SEED_MAX
from omniqueue.centre.groups import AGENTS_MAX, Group, share
from omniqueue.centre.times import Deterministic, Exponential, Times, seconds_of
from omniqueue.centre.week import DAY_SECONDS, Hours
from omniqueue.core.router import Router
from omniqueue.errors import InvalidValueError
from omniqueue.model.agent import Agent
from omniqueue.model.channel import STOCK_CHANNELS, Channel
from omniqueue.model.checks import duration, identifier, priority, whole
from omniqueue.model.contact import Contact, Preference, RelaxStep
from omniqueue.model.durations import duration_text
from omniqueue.model.skill import NO_SKILLS, SKILLS_NEEDED_MAX, Skills
from omniqueue.policy.order import OrderPolicy
from omniqueue.policy.selection import Selection
from omniqueue.sim.scenarios.arrivals import ARRIVALS_MAX, Arrivals, Busyness, Poisson, Trace

STREAMS_MAX: Final = 1000
GROUPS_MAX: Final = 1000
DAYS_MAX: Final = 100_000
TURNS_MAX: Final = 20_000_000  # agents x days x changes: what a calendar may hold
INTERVALS_MAX: Final = 10_080
WAITING_MAX: Final = 2**53


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


def _groups(value: Iterable[Group]) -> tuple[Group, ...]:
    return tuple(value)


def _channels(value: Iterable[Channel]) -> tuple[Channel, ...]:
    return tuple(value)


def _replications(value: int) -> int:
    return whole("replications", value, 1, REPLICATIONS_MAX)


def _seed(value: int) -> int:
    return whole("seed", value, 0, SEED_MAX)


@attrs.frozen(kw_only=True)
class Scenario:
    """A contact centre to be simulated; its clock starts on a Monday at midnight.

    Args:
        streams: who calls.
        groups: who answers.
        channels: channels beside or instead of the stock ones.
        order: the order policy, as of `Router`.
        selection: the selection policy, as of `Router`.
        max_waiting: how many contacts may wait; None: no limit.
        horizon_seconds: until when contacts arrive.
        warm_up_seconds: what arrives or happens before is not measured.
        drain_seconds: how long after the horizon whoever is there is still served.
        busyness: how much days differ; None: not beyond chance.
        interval_seconds: the length of the intervals of results.
        replications: how many independent runs, where `simulate` is not told.
        seed: the seed, where `simulate` is not told.
        title: what it shows, for people.

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
    groups: tuple[Group, ...] = attrs.field(converter=_groups)
    channels: tuple[Channel, ...] = attrs.field(default=(), converter=_channels)
    order: str | OrderPolicy = "arrival"
    selection: str | Selection = "longest-idle"
    max_waiting: int | None = None
    horizon_seconds: float = attrs.field(default=float(DAY_SECONDS))
    warm_up_seconds: float = attrs.field(default=0.0)
    drain_seconds: float = attrs.field(default=float(DAY_SECONDS))
    busyness: Busyness | None = None
    interval_seconds: float = attrs.field(default=1800.0)
    replications: int = attrs.field(default=20, converter=_replications)
    seed: int = attrs.field(default=1, converter=_seed)
    title: str = ""

    def __attrs_post_init__(self) -> None:
        for name in ("horizon_seconds", "warm_up_seconds", "drain_seconds", "interval_seconds"):
            object.__setattr__(self, name, duration(name, getattr(self, name)))
        self._check_times()
        self._check_names()
        self._check_size()
        Router(
            channels=self.channels,
            order=self.order,
            selection=self.selection,
            max_waiting=self.max_waiting,
        )

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

    def all_channels(self) -> dict[str, Channel]:
        """Return the channels in force by name: the stock ones, as declared here, the others."""
        return {channel.name: channel for channel in (*STOCK_CHANNELS, *self.channels)}

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

    def agents(self) -> list[tuple[int, Agent]]:
        """Return every agent with the number of its group, in order. Cost: O(agents)."""
        return [
            (place, agent) for place, group in enumerate(self.groups) for agent in group.agents()
        ]

    def _check_times(self) -> None:
        horizon = self.horizon_seconds
        if not 0 < horizon <= DAYS_MAX * DAY_SECONDS:
            raise InvalidValueError("horizon", horizon, f"above 0 seconds, up to {DAYS_MAX} days")
        if self.drain_seconds > DAYS_MAX * DAY_SECONDS:
            raise InvalidValueError("drain", self.drain_seconds, f"up to {DAYS_MAX} days")
        if self.warm_up_seconds >= horizon:
            raise InvalidValueError("warm_up", self.warm_up_seconds, "less than the horizon")
        if not 1 <= self.interval_seconds <= DAYS_MAX * DAY_SECONDS:
            raise InvalidValueError("interval", self.interval_seconds, "a second or more")
        if min(horizon, 7 * DAY_SECONDS) / self.interval_seconds > INTERVALS_MAX:
            raise InvalidValueError(
                "interval", self.interval_seconds, f"at most {INTERVALS_MAX} intervals in a week"
            )

    def _check_names(self) -> None:
        channels = self.all_channels()
        for field, most, named in (
            ("streams", STREAMS_MAX, self.streams),
            ("agents", GROUPS_MAX, self.groups),
        ):
            if not 0 < len(named) <= most:
                raise InvalidValueError(field, len(named), f"1 to {most} of them")
            names = [each.name for each in named]
            for name in names:
                if names.count(name) > 1:
                    raise InvalidValueError(field, name, "each name once")
        known = f"one of {', '.join(channels)}"
        for place, stream in enumerate(self.streams):
            if stream.channel not in channels:
                raise InvalidValueError(f"streams[{place}].channel", stream.channel, known)
        names = [stream.name for stream in self.streams]
        for place, group in enumerate(self.groups):
            for field, used in (
                ("limits", group.limits),
                ("channels", group.channels or ()),
                ("costs", group.costs),
            ):
                for name in used:
                    if name not in channels:
                        raise InvalidValueError(f"agents[{place}].{field}", name, known)
            for name in group.speed if isinstance(group.speed, Mapping) else ():
                if name not in names:
                    raise InvalidValueError(f"agents[{place}].speed", name, "a stream's name")
        for channel in channels.values():
            for name in channel.interrupted_by:
                if name not in channels:
                    raise InvalidValueError(f"channels.{channel.name}.interrupted_by", name, known)
            if channel.wrap_up_seconds is None:
                raise InvalidValueError(
                    f"channels.{channel.name}.wrap_up",
                    None,
                    "a duration: nobody here finishes an open-ended one",
                )

    def _check_size(self) -> None:
        contacts = self.expected_contacts
        if contacts > ARRIVALS_MAX:
            raise InvalidValueError("arrivals", contacts, f"at most {ARRIVALS_MAX} a replication")
        if contacts <= 0:
            raise InvalidValueError(
                "horizon",
                duration_text(self.horizon_seconds),
                "a later one: the run starts on Monday 00:00,"
                " and no contact arrives before the horizon",
            )
        agents = sum(group.size for group in self.groups)
        if agents > AGENTS_MAX:
            raise InvalidValueError("agents", agents, f"at most {AGENTS_MAX} in all")
        days = ceil(self.end_seconds / DAY_SECONDS)
        turns = sum(_turns(group) for group in self.groups) * days
        if turns > TURNS_MAX:
            raise InvalidValueError("shifts", turns, f"at most {TURNS_MAX} over the whole run")


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
    "Deterministic",
    "Exponential",
    "Group",
    "Redial",
    "Scenario",
    "Stream",
    "check_scenario",
]
