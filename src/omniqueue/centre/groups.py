"""Staffing: groups of agents, and when each of them comes, takes a break and leaves.

Two ways to say who is there. Shifts are people: so many agents come at the start, take their
breaks, finish the contact in hand at the end and leave. Levels are numbers: so many agents from
one hour to another; when the number falls, idle agents leave at once, and then whoever is the
first to finish, until it is reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from omniqueue.centre.chance import Chance
from omniqueue.centre.times import A_LAW, Constant, Times, times
from omniqueue.centre.week import DAY_SECONDS, Hours, clock
from omniqueue.errors import InvalidValueError
from omniqueue.model.agent import Agent, channels, costs, limits, skill_order, wrap_ups
from omniqueue.model.channel import Channel
from omniqueue.model.checks import ABOVE_0, LEVEL_MAX, bounded, identifier, whole
from omniqueue.model.fields import checked, inline, setting, several
from omniqueue.model.reader import Place, duration, each_of, levels, table, texts, whole_numbers
from omniqueue.model.skill import NO_SKILLS, Skills

AGENTS_MAX: Final = 100_000
PLANS_MAX: Final = 1000
SPEED_MAX: Final = 1e6
TURNS_MAX: Final = 1000
NAME_BYTES_MAX: Final = 100  # of 128: its agents have a number behind it

# At one instant in this order: who leaves, who goes on a break, who is back, who comes.
LEAVE, PAUSE, RETURN, COME, LEVEL = range(5)
Absence: TypeAlias = NDArray[np.bool_]  # shape (days, agents)
Change: TypeAlias = "tuple[float, int, int]"  # when, what, which agent of the group (or how many)


SHARE: Final = setting(bounded, 0.0, 1.0, "a share from 0 to 1")


@attrs.frozen(field_transformer=checked)
class Break:
    """A break of every agent of a shift, in turns.

    Args:
        start: seconds after midnight, or text as "12:00".
        end: likewise; the length of one turn's break.
        turns: how many turns; the second begins where the first ends, and so on.

    Example:
        >>> Break("12:00", "12:30", turns=2).stretch(1)
        (45000, 46800)
    """

    start: int = attrs.field(converter=clock, metadata=setting(key="from"))
    end: int = attrs.field(converter=clock, metadata=setting(key="to"))
    turns: int = attrs.field(default=1, metadata=setting(whole, 1, TURNS_MAX))

    def __attrs_post_init__(self) -> None:
        Hours((0,), self.start, self.end)  # its own checks

    def stretch(self, agent: int) -> tuple[int, int]:
        """Return from when to when an agent of the shift has it, in seconds after midnight."""
        length = Hours((0,), self.start, self.end).length
        start = self.start + length * (agent % self.turns)
        return start, start + length

    def within(self, hours: Hours, agent: int) -> tuple[int, int]:
        """Return it as `stretch` does, on the next day where the shift starts later than it."""
        start, end = self.stretch(agent)
        later = DAY_SECONDS if start < hours.start else 0
        return start + later, end + later


@attrs.frozen(field_transformer=checked)
class ShiftPlan:
    """So many agents in a shift.

    Args:
        hours: when it starts and ends.
        count: how many agents; None: as many as the group says.
        breaks: their breaks, within the shift.

    Example:
        >>> ShiftPlan(Hours("mon-fri", "09:00", "17:00"), 5).count
        5
    """

    hours: Hours = attrs.field(factory=Hours, metadata=inline(Hours))
    count: int | None = attrs.field(default=None, metadata=setting(whole, 0, AGENTS_MAX))
    breaks: Sequence[Break] = attrs.field(default=(), metadata=several(Break))


@attrs.frozen(field_transformer=checked)
class Level:
    """A number of agents within some hours.

    Args:
        hours: when.
        count: how many agents are to be there.

    Example:
        >>> Level(Hours("mon-sun", "08:00", "10:00"), 12).count
        12
    """

    hours: Hours = attrs.field(metadata=inline(Hours))
    count: int = attrs.field(metadata=setting(whole, 0, AGENTS_MAX))


def _factor(field: str, value: object) -> float:
    expected = f"a factor above 0, at most {SPEED_MAX:.0f}"
    return bounded(field, value, ABOVE_0, SPEED_MAX, expected)


def _speed(field: str, value: object) -> Mapping[str, float] | float:
    if isinstance(value, Mapping):
        return MappingProxyType({name: _factor(field, each) for name, each in value.items()})
    return _factor(field, value)


def _name(field: str, value: object) -> str:
    name = identifier(field, value)
    if len(name.encode()) > NAME_BYTES_MAX:
        raise InvalidValueError(field, value, f"at most {NAME_BYTES_MAX} bytes")
    return name


def _wrap_ups(value: object, place: Place) -> dict[str, float]:
    return dict(zip(table(value), each_of(duration, value, place), strict=True))


def _held(field: str, value: object) -> Skills:
    return Skills.of(value, field=field)


@attrs.frozen(kw_only=True, field_transformer=checked)
class Group:
    """Agents of one kind.

    Args:
        name: the group's name (positional); its agents are `name-1`, `name-2` and so on.
        count: how many agents, always there where there is neither shift nor level.
        skills, capacity, limits, channels, costs, wrap_up_seconds, skill_order: as of `Agent`,
            the same for all of them.
        shifts: who comes when; agents of different shifts are different people.
        levels: how many are there when (instead of shifts).
        shrinkage: the chance that an agent does not come, drawn for each agent and day.
        speed: how quickly they handle contacts: handling times are divided by it. A number, or
            a mapping of stream name to number (others: 1).
        slowdown: with m contacts in hand each takes 1 + slowdown (m - 1) times as long.
        miss: the chance that an offer goes unanswered.
        decline: the chance that an offer is declined.
        reaction: how long an agent takes to accept or decline.
        back_after: how long an agent who was set away for a missed offer stays away.

    Raises:
        InvalidValueError: a value out of range; shifts and levels at once.

    Example:
        >>> Group("desk", count=3, skills={"fr": 1}).size
        3
    """

    name: str = attrs.field(kw_only=False, metadata=setting(_name, key="group"))
    count: int = attrs.field(default=1, metadata=setting(whole, 0, AGENTS_MAX))
    skills: Mapping[str, int] = attrs.field(
        default=NO_SKILLS, metadata=setting(_held, read=levels)
    )
    capacity: int = attrs.field(default=1, metadata=setting(whole, 0, LEVEL_MAX))
    limits: Mapping[str, int] = attrs.field(
        factory=dict, converter=limits, metadata=setting(read=whole_numbers(0))
    )
    channels: Sequence[str] | None = attrs.field(default=None, converter=channels)
    costs: Mapping[str, int] = attrs.field(
        factory=dict, converter=costs, metadata=setting(read=whole_numbers(1))
    )
    wrap_up_seconds: Mapping[str, float | None] = attrs.field(
        factory=dict, converter=wrap_ups, metadata=setting(read=_wrap_ups)
    )
    skill_order: Sequence[str] = attrs.field(
        default=(), converter=skill_order, metadata=setting(read=texts)
    )
    shifts: Sequence[ShiftPlan] = attrs.field(default=(), metadata=several(ShiftPlan))
    levels: Sequence[Level] = attrs.field(default=(), metadata=several(Level))
    shrinkage: float = attrs.field(default=0.0, metadata=SHARE)
    speed: Mapping[str, float] | float = attrs.field(default=1.0, metadata=setting(_speed))
    slowdown: float = attrs.field(
        default=0.0, metadata=setting(bounded, 0.0, SPEED_MAX, "a number from 0")
    )
    miss: float = attrs.field(default=0.0, metadata=SHARE)
    decline: float = attrs.field(default=0.0, metadata=SHARE)
    reaction: Times = attrs.field(default=Constant(0.0), converter=times, metadata=A_LAW)
    back_after: Times = attrs.field(default=Constant(60.0), converter=times, metadata=A_LAW)

    def __attrs_post_init__(self) -> None:
        if self.miss + self.decline > 1:
            raise InvalidValueError("decline", self.decline, "miss + decline of at most 1")
        if self.shifts and self.levels:
            raise InvalidValueError("levels", len(self.levels), "either shifts or levels")
        if len(self.shifts) + len(self.levels) > PLANS_MAX:
            raise InvalidValueError("shifts", len(self.shifts), f"at most {PLANS_MAX}")
        stretches = sorted(s for level in self.levels for s in level.hours.week_stretches())
        for (_, end), (start, _) in pairwise(stretches):
            if start < end:
                raise InvalidValueError("levels", "overlap", "hours that do not overlap")
        if self.size > AGENTS_MAX:
            raise InvalidValueError("count", self.size, f"at most {AGENTS_MAX} agents")

    def __getstate__(self) -> dict[str, object]:
        state = {field.name: getattr(self, field.name) for field in attrs.fields(Group)}
        speed = self.speed
        for name in ("limits", "costs", "wrap_up_seconds"):
            state[name] = dict(getattr(self, name))
        state["speed"] = dict(speed) if isinstance(speed, Mapping) else speed
        return state

    def __setstate__(self, state: dict[str, object]) -> None:
        for name, value in state.items():
            found = MappingProxyType(value) if isinstance(value, dict) else value
            object.__setattr__(self, name, found)

    @property
    def size(self) -> int:
        """How many agents there are in all."""
        if self.levels:
            return max(level.count for level in self.levels)
        if self.shifts:
            return sum(self.shift_count(shift) for shift in self.shifts)
        return self.count

    def shift_count(self, shift: ShiftPlan) -> int:
        """Return how many agents a shift has."""
        return self.count if shift.count is None else shift.count

    def pattern(self) -> Agent:
        """Return one of the agents, under the name of the group."""
        return Agent(
            self.name,
            skills=self.skills,
            capacity=self.capacity,
            limits=self.limits,
            channels=self.channels,
            costs=self.costs,
            wrap_up_seconds=self.wrap_up_seconds,
            skill_order=self.skill_order,
        )

    def agents(self) -> Iterator[Agent]:
        """Yield the agents, in order of number. Cost: O(size)."""
        pattern = self.pattern()
        for number in range(1, self.size + 1):
            yield attrs.evolve(pattern, id=f"{self.name}-{number}")

    def cost_of(self, channel: Channel) -> int:
        """Return how much of an agent's capacity a contact of a channel takes."""
        return self.costs.get(channel.name, channel.cost)

    def speed_for(self, stream: str) -> float:
        """Return the factor by which they handle a stream's contacts."""
        speed = self.speed
        return speed.get(stream, 1.0) if isinstance(speed, Mapping) else speed

    def changes(self, chance: Chance, days: int) -> list[Change]:
        """Return who comes and goes within the first days, in order of time.

        Args:
            chance: the random streams of the replication (only shrinkage draws).
            days: how many days of the clock.

        Cost: O(days x agents x log).

        Example:
            >>> Group("desk", count=1).changes(Chance(1), 1)
            [(0.0, 3, 0)]
        """
        absent = self._absent(chance, days)
        if self.levels:
            return self._level_changes(days, absent)
        if not self.shifts:
            return self._always(absent)
        found: list[Change] = []
        first = 0
        for shift in self.shifts:
            last = first + self.shift_count(shift)
            for agent in range(first, last):
                found += _shift_changes(shift, agent, agent - first, days, absent)
            first = last
        return sorted(found)

    def _absent(self, chance: Chance, days: int) -> Absence | None:
        if not self.shrinkage:
            return None
        drawn = chance.stream(f"shrinkage {self.name}").random((days, self.size))
        return drawn < self.shrinkage

    def _level_changes(self, days: int, absent: Absence | None) -> list[Change]:
        steps: dict[float, int] = {}
        for level in self.levels:
            for low, high in level.hours.stretches(days):
                there = level.count
                if absent is not None:
                    day = min(int(low // DAY_SECONDS), days - 1)
                    there -= int(np.count_nonzero(absent[day, : level.count]))
                steps[low] = there
                steps.setdefault(high, 0)  # unless another level starts there
        return sorted((at, LEVEL, there) for at, there in steps.items())

    def _always(self, absent: Absence | None) -> list[Change]:
        """Return the changes of agents who are always there, save on days of absence."""
        if absent is None:
            return [(0.0, COME, agent) for agent in range(self.size)]
        found: list[Change] = []
        for agent in range(self.size):
            was_there = False
            for day, away in enumerate(absent[:, agent].tolist()):
                if away == was_there:
                    found.append((float(day * DAY_SECONDS), LEAVE if away else COME, agent))
                    was_there = not away
        return sorted(found)


def _shift_changes(
    shift: ShiftPlan, agent: int, place: int, days: int, absent: Absence | None
) -> Iterator[Change]:
    for low, high in shift.hours.stretches(days):
        day = int(low // DAY_SECONDS)
        if absent is not None and absent[min(day, days - 1), agent]:
            continue
        yield low, COME, agent
        yield high, LEAVE, agent
        midnight = high - shift.hours.length - shift.hours.start  # of the day it starts on
        for each in shift.breaks:
            start, end = each.within(shift.hours, place)
            if low <= midnight + start < high:
                yield midnight + start, PAUSE, agent
                if midnight + end < high:
                    yield midnight + end, RETURN, agent
