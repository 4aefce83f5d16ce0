"""A scenario: who calls, who answers, when, how long it takes, and by which rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil
from typing import Final

import attrs

from omniqueue.centre.centre import Centre, count_faults
from omniqueue.centre.chance import REPLICATIONS_MAX
from omniqueue.centre.groups import SHARE, Group
from omniqueue.centre.times import A_LAW, Times, optional_times, times
from omniqueue.centre.week import DAY_SECONDS, Hours
from omniqueue.errors import InvalidValueError, OmniqueueError
from omniqueue.model.checks import duration, identifier, priority, whole
from omniqueue.model.contact import Contact, Preference, RelaxStep
from omniqueue.model.durations import duration_text
from omniqueue.model.faults import name_faults
from omniqueue.model.fields import checked, setting, several
from omniqueue.model.reader import array_of, levels, table_of, texts
from omniqueue.model.skill import NO_SKILLS, SKILLS_NEEDED_MAX, Skills, alternatives
from omniqueue.sim.scenarios.arrivals import (
    ARRIVALS_MAX,
    Arrivals,
    Busyness,
    Trace,
    arrivals,
    read_arrivals,
)

STREAMS_MAX: Final = 1000
DAYS_MAX: Final = 100_000
CHANGES_MAX: Final = 20_000_000  # agents x days x changes: what a calendar may hold
INTERVALS_MAX: Final = 10_080


@attrs.frozen(kw_only=True, field_transformer=checked)
class Redial:
    """What customers do who gave up.

    Args:
        chance: the chance that one calls again, from 0 to 1.
        after: how long after giving up.
        attempts: how many times in all one customer calls (int from 2).

    Example:
        >>> from omniqueue.sim import Exponential
        >>> Redial(chance=0.4, after=Exponential(300)).attempts
        3
    """

    chance: float = attrs.field(metadata=SHARE)
    after: Times = attrs.field(converter=times, metadata=A_LAW)
    attempts: int = attrs.field(default=3, metadata=setting(whole, 2, 100))


def _needed(field: str, value: object) -> Skills:
    return Skills.of(value, field=field, most=SKILLS_NEEDED_MAX)


_RELAX: Final = array_of(table_of(RelaxStep, reads={"skills": levels, "any_of": array_of(levels)}))


@attrs.frozen(kw_only=True, field_transformer=checked)
class Stream:
    """A stream of contacts of one kind.

    Args:
        name: the stream's name (positional).
        channel: the channel on which they come.
        arrivals: when they arrive; text as "60 per hour": Poisson, at that rate.
        handling: how long an agent needs, as `Exponential(240)` or "4 min"; None: as the log of
            the arrivals says.
        wrap_up: work after the contact; None: as the channel says.
        patience: how long they wait before they give up; None: for ever.
        redial: whether they call again; None: they do not.
        skills: least level of each needed skill.
        any_of: groups of alternatives (skill to least level), of each of which one is needed.
        not_agents: agents who may never take them, as `desk-1`.
        priority: as of `Contact`.
        target_seconds: the answer time promised; None: as the channel says.
        expire_seconds: how long after its arrival a contact leaves the queue; None: never.
        relax: steps that lower what is needed as time passes.
        prefer: the agent that all of them wait for, and how long.
        opening: when they are let in; contacts at other times are turned away. None: always.

    Raises:
        InvalidValueError: a value out of range.

    Example:
        >>> from omniqueue.sim import Exponential
        >>> Stream(
        ...     "calls", channel="phone", arrivals="60 per hour", handling=Exponential(240)
        ... ).name
        'calls'
    """

    name: str = attrs.field(kw_only=False, metadata=setting(identifier))
    channel: str = attrs.field(metadata=setting(identifier))
    arrivals: Arrivals = attrs.field(converter=arrivals, metadata=setting(read=read_arrivals))
    handling: Times | None = attrs.field(default=None, converter=optional_times, metadata=A_LAW)
    wrap_up: Times | None = attrs.field(default=None, converter=optional_times, metadata=A_LAW)
    patience: Times | None = attrs.field(default=None, converter=optional_times, metadata=A_LAW)
    redial: Redial | None = attrs.field(default=None, metadata=setting(read=table_of(Redial)))
    skills: Mapping[str, int] = attrs.field(
        default=NO_SKILLS, metadata=setting(_needed, read=levels)
    )
    any_of: Sequence[Mapping[str, int]] = attrs.field(
        default=(), metadata=setting(alternatives, read=array_of(levels))
    )
    not_agents: Sequence[str] = attrs.field(default=(), metadata=setting(read=texts))
    priority: int = attrs.field(default=0, metadata=setting(priority))
    target_seconds: float | None = attrs.field(default=None, metadata=setting(duration))
    expire_seconds: float | None = attrs.field(default=None, metadata=setting(duration))
    relax: Sequence[RelaxStep] = attrs.field(default=(), metadata=several(RelaxStep, read=_RELAX))
    prefer: Preference | None = attrs.field(
        default=None, metadata=setting(read=table_of(Preference))
    )
    opening: Sequence[Hours] | None = attrs.field(default=None, metadata=several(Hours))

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
            >>> Stream(
            ...     "calls", channel="phone", arrivals="60 per hour", handling="240s").contact("c1"
            ... ).channel
            'phone'
        """
        return Contact(
            contact_id,
            self.channel,
            skills=self.skills,
            any_of=self.any_of,
            not_agents=self.not_agents,
            priority=self.priority,
            target_seconds=self.target_seconds,
            expire_seconds=self.expire_seconds,
            relax=self.relax,
            prefer=self.prefer,
        )


_RUN_TIME: Final = setting(duration, table="run")


@attrs.frozen(kw_only=True, field_transformer=checked)
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
        ...     streams=[Stream("calls", channel="phone", arrivals="60 per hour", handling="4m")],
        ...     groups=[Group("desk", count=5)],
        ... )
        >>> desk.expected_contacts
        1440.0
    """

    streams: Sequence[Stream] = attrs.field(metadata=several(Stream))
    horizon_seconds: float = attrs.field(default=float(DAY_SECONDS), metadata=_RUN_TIME)
    warm_up_seconds: float = attrs.field(default=0.0, metadata=_RUN_TIME)
    drain_seconds: float = attrs.field(default=float(DAY_SECONDS), metadata=_RUN_TIME)
    busyness: Busyness | None = attrs.field(
        default=None, metadata=setting(read=table_of(Busyness))
    )
    interval_seconds: float = attrs.field(default=1800.0, metadata=_RUN_TIME)
    replications: int = attrs.field(
        default=20, metadata=setting(whole, 1, REPLICATIONS_MAX, table="run")
    )

    def faults(self) -> Iterator[OmniqueueError]:
        """Yield what does not fit together, each with its place."""
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
        most, horizon, interval = (
            DAYS_MAX * DAY_SECONDS,
            self.horizon_seconds,
            self.interval_seconds,
        )
        if not 0 < horizon <= most:
            expected = f"above 0 seconds, up to {DAYS_MAX} days"
            yield InvalidValueError("horizon_seconds", horizon, expected)
            return
        few = interval < 1 or min(horizon, 7 * DAY_SECONDS) / interval <= INTERVALS_MAX
        for field, fits, expected in (
            ("drain_seconds", self.drain_seconds <= most, f"up to {DAYS_MAX} days"),
            ("warm_up_seconds", self.warm_up_seconds < horizon, "less than the horizon"),
            ("interval_seconds", 1 <= interval <= most, "a second or more"),
            ("interval_seconds", few, f"at most {INTERVALS_MAX} intervals in a week"),
        ):
            if not fits:
                yield InvalidValueError(field, getattr(self, field), expected)

    def _name_faults(self) -> Iterator[OmniqueueError]:
        names = [stream.name for stream in self.streams]
        yield from count_faults("streams", names, STREAMS_MAX)
        yield from name_faults("streams", "name", names)
        channels = self.all_channels()
        for place, stream in enumerate(self.streams):
            if stream.channel not in channels:
                known = f"one of {', '.join(channels)}"
                yield InvalidValueError(f"streams[{place}].channel", stream.channel, known)
        for place, group in enumerate(self.groups):
            for name in group.speed if isinstance(group.speed, Mapping) else ():
                if name not in names:
                    yield InvalidValueError(f"groups[{place}].speed", name, "a stream's name")

    def _size_faults(self) -> Iterator[OmniqueueError]:
        contacts = self.expected_contacts
        if contacts > ARRIVALS_MAX:
            yield InvalidValueError("arrivals", contacts, f"at most {ARRIVALS_MAX} a replication")
        if contacts <= 0 and self.streams:
            why = "the run starts on Monday 00:00, and no contact arrives before the horizon"
            told = duration_text(self.horizon_seconds)
            yield InvalidValueError("horizon_seconds", told, f"a later one: {why}")
        days = ceil(self.end_seconds / DAY_SECONDS)
        changes = sum(_changes(group) for group in self.groups) * days
        if changes > CHANGES_MAX:
            yield InvalidValueError("shifts", changes, f"at most {CHANGES_MAX} over the whole run")


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


def _changes(group: Group) -> int:
    """Return how many changes of a group a day may have at most."""
    if group.levels:
        return 2 * len(group.levels) + (group.size if group.shrinkage else 0)
    shifts: Iterable[int] = (
        group.shift_count(shift) * (2 + 2 * len(shift.breaks)) for shift in group.shifts
    )
    return sum(shifts) if group.shifts else group.size * (group.shrinkage > 0)
