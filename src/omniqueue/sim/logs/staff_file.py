"""Staff files: who works when, on what, with which channels and times (TOML)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from omniqueue.centre.handling import SEED_MAX, Constant, HandlingRule, HandlingRules, Lognormal
from omniqueue.centre.regular_file import read_small
from omniqueue.centre.section import Section, text, texts
from omniqueue.centre.shifts import Shift, weekdays
from omniqueue.centre.toml_file import toml_table
from omniqueue.errors import FileFaultsError, InvalidValueError, OmniqueueError
from omniqueue.model.agent import Agent, costs, limits
from omniqueue.model.agent import channels as channels_taken
from omniqueue.model.channel import MISSES_MAX, STOCK_CHANNELS, Channel
from omniqueue.model.checks import LEVEL_MAX, identifier, whole
from omniqueue.model.durations import clock_seconds, duration_seconds
from omniqueue.model.skill import NO_SKILLS, Skills
from omniqueue.policy.registry import order_named, selection_named
from omniqueue.sim.logs.contact_log import LogColumns

T = TypeVar("T")

FORMAT: Final = "omniqueue-staff/1"
BYTES_MAX: Final = 1 << 20
FAULTS_MAX: Final = 20
AGENTS_MAX: Final = 100_000
GROUPS_MAX: Final = 1000
SHIFTS_MAX: Final = 100
WAITING_MAX: Final = 2**53

_NONE: Final[Mapping[str, int]] = {}
_OPEN_ENDED: Final = "a duration: an open-ended wrap-up has nobody here to finish it"


@attrs.frozen(kw_only=True)
class AgentGroup:
    """Agents declared together.

    Args:
        name: the group's name; its agents are `name-1`, `name-2` and so on.
        count: how many agents (int from 1).
        pattern: one of them, with its skills, capacity, limits, costs and channels.
        shifts: when they are signed in; none: always.

    Example:
        >>> desk = AgentGroup(name="desk", count=2, pattern=Agent("desk"), shifts=())
        >>> [agent.id for agent in desk.agents()]
        ['desk-1', 'desk-2']
    """

    name: str
    count: int
    pattern: Agent
    shifts: tuple[Shift, ...]

    def agents(self) -> Iterator[Agent]:
        """Yield the agents of the group. Cost: O(count)."""
        for number in range(1, self.count + 1):
            yield attrs.evolve(self.pattern, id=f"{self.name}-{number}")


@attrs.frozen(kw_only=True)
class Staff:
    r"""What a staff file says.

    Args:
        title: what it is about.
        zone: whose clock shifts and naive times follow; None: not said.
        columns: the names of the log's columns.
        order: name of the order policy.
        selection: name of the selection policy.
        max_waiting: how many contacts may wait; None: no limit.
        seed: the seed of drawn handling times.
        channels: the declared channels.
        groups: the agent groups, in the order of the file.
        handling: which rule gives a contact's handling time.

    Example:
        >>> staff = parse_staff(b'[[agents]]\ngroup = "desk"\ncount = 2\n')
        >>> staff.groups[0].count, staff.order
        (2, 'arrival')
    """

    title: str
    zone: ZoneInfo | None
    columns: LogColumns
    order: str
    selection: str
    max_waiting: int | None
    seed: int
    channels: tuple[Channel, ...]
    groups: tuple[AgentGroup, ...]
    handling: HandlingRules

    def all_channels(self) -> tuple[Channel, ...]:
        """Return the channels in force: the stock ones, as declared here, then the others."""
        named = {channel.name: channel for channel in (*STOCK_CHANNELS, *self.channels)}
        return tuple(named.values())


def read_staff(path: str) -> Staff:
    """Read a staff file.

    Args:
        path: a regular file of at most 1 MiB.

    Raises:
        FileFaultsError: every fault with its place, the first 20 spelt out.

    Example:
        >>> read_staff("/dev/null")
        Traceback (most recent call last):
        ...
        omniqueue.errors.FileFaultsError: /dev/null: is not a regular file
    """
    return parse_staff(read_small(path, BYTES_MAX), name=path)


def parse_staff(content: bytes, *, name: str = "staff") -> Staff:
    r"""Return what the bytes of a staff file say.

    Args:
        content: TOML in UTF-8.
        name: what to call the file in an error.

    Raises:
        FileFaultsError: every fault with its place, the first 20 spelt out.

    Example:
        >>> parse_staff(b'[[agents]]\ngroup = "a"\ncount = 0\n')
        Traceback (most recent call last):
        ...
        omniqueue.errors.FileFaultsError: staff: agents[0].count: is 0; expected ...
    """
    table = toml_table(content, name=name, kind="staff")
    faults: list[str] = []
    staff = _staff(Section(table, "", faults))
    if faults:
        raise FileFaultsError(name, faults[:FAULTS_MAX], max(0, len(faults) - FAULTS_MAX))
    return staff


def _staff(top: Section) -> Staff:
    top.take("format", _format, FORMAT)
    channels = _channels(top)
    known = {channel.name for channel in (*STOCK_CHANNELS, *channels)}
    routing = top.section("routing")
    staff = Staff(
        title=top.take("title", text, ""),
        zone=top.take("zone", zone_named, None),
        columns=_columns(top.section("log")),
        order=routing.take("order", order_name, "arrival"),
        selection=routing.take("selection", selection_name, "longest-idle"),
        max_waiting=routing.take("max_waiting", _within(0, WAITING_MAX), None),
        seed=top.take("seed", _within(0, SEED_MAX), 1),
        channels=channels,
        groups=_groups(top, known),
        handling=_handling(top.section("handling"), known),
    )
    routing.close()
    top.close()
    return staff


def _format(field: str, value: object) -> str:
    if value == FORMAT:
        return FORMAT
    raise InvalidValueError(field, value, repr(FORMAT))


def zone_named(field: str, value: object) -> ZoneInfo:
    """Return a time zone by its IANA name, or refuse the name.

    Example:
        >>> zone_named("zone", "Europe/Berlin").key
        'Europe/Berlin'
    """
    try:
        return ZoneInfo(text(field, value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidValueError(field, value, "a time zone, as Europe/Berlin") from None


def order_name(field: str, value: object) -> str:
    """Return the name of an order policy that there is, or refuse it.

    Example:
        >>> order_name("order", "aging:90")
        'aging:90'
    """
    order_named(text(field, value))
    return text(field, value)


def selection_name(field: str, value: object) -> str:
    """Return the name of a selection policy that there is, or refuse it.

    Example:
        >>> selection_name("selection", "least-loaded")
        'least-loaded'
    """
    selection_named(text(field, value))
    return text(field, value)


def _within(low: int, high: int) -> Callable[[str, object], int]:
    return lambda field, value: whole(field, value, low, high)


def _columns(section: Section) -> LogColumns:
    usual = LogColumns()
    columns = LogColumns(
        id=section.take("id", text, usual.id),
        time=section.take("time", text, usual.time),
        channel=section.take("channel", text, usual.channel),
        skills=section.take("skills", texts, usual.skills),
        handling=section.take("handling", text, None),
        priority=section.take("priority", text, None),
    )
    section.close()
    return columns


def _channels(top: Section) -> tuple[Channel, ...]:
    found = []
    for name, section in top.section("channels").tables():
        make = partial(
            Channel,
            name,
            cost=section.take("cost", _within(1, LEVEL_MAX), 1),
            offer_seconds=section.take("offer", duration_seconds, None),
            wrap_up_seconds=section.take("wrap_up", _wrap_up, 0.0),
            retry_seconds=section.take("retry", duration_seconds, 60.0),
            max_misses=section.take("max_misses", _within(1, MISSES_MAX), 1),
            target_seconds=section.take("target", duration_seconds, None),
            reserve_seconds=section.take("reserve", duration_seconds, None),
            interrupted_by=section.take("interrupted_by", _names, list[str]()),
        )
        section.close()
        channel = _made(section, make)
        if channel is not None:
            found.append((channel, section))
    channels = tuple(channel for channel, _ in found)
    known = {channel.name for channel in (*STOCK_CHANNELS, *channels)}
    for channel, section in found:
        _check_known(section, "interrupted_by", channel.interrupted_by, known)
    return channels


def _names(field: str, value: object) -> list[str]:
    if isinstance(value, list):
        return [identifier(field, name) for name in value]
    raise InvalidValueError(field, value, "a list of channel names")


def _check_known(section: Section, key: str, used: Iterable[str], channels: set[str]) -> None:
    """Keep a fault for every channel that the file does not have."""
    for channel in used:
        if channel not in channels:
            section.fault(key, f"{channel!a} is no channel of this file")


def _wrap_up(field: str, value: object) -> float:
    try:
        return duration_seconds(field, value)
    except InvalidValueError:
        raise InvalidValueError(field, value, _OPEN_ENDED) from None


def _made(section: Section, make: Callable[[], T]) -> T | None:
    """Return a value of the model; where it refuses, keep the fault at its place."""
    try:
        return make()
    except OmniqueueError as error:
        section.fault(
            error.field.removesuffix("_seconds"),
            f"is {error.value}; expected {error.expected}",
        )
        return None


def _handling(section: Section, channels: set[str]) -> HandlingRules:
    default = None
    if section.has("default"):
        default = section.take("default", _rule, None)
    by_channel = _rules(section.section("channel"))
    by_skill = _rules(section.section("skill"))
    _check_known(section, "channel", by_channel, channels)
    section.close()
    return HandlingRules(default, by_channel, by_skill)


def _rules(section: Section) -> dict[str, HandlingRule]:
    found = {name: section.take(name, _rule, None) for name in section.names()}
    return {name: rule for name, rule in found.items() if rule is not None}


def _rule(field: str, value: object) -> HandlingRule | None:
    if not isinstance(value, Mapping):
        return Constant(duration_seconds(field, value))
    if set(value) == {"mean", "sd"}:
        return Lognormal(
            duration_seconds("mean", value["mean"]), duration_seconds("sd", value["sd"])
        )
    raise InvalidValueError(field, value, 'a duration, or { mean = "4 min", sd = "3 min" }')


def _groups(top: Section, channels: set[str]) -> tuple[AgentGroup, ...]:
    found: list[AgentGroup] = []
    names: set[str] = set()
    sections = top.sections("agents")
    if not sections:
        top.fault("agents", "there are none: at least one [[agents]] is needed")
    elif len(sections) > GROUPS_MAX:
        top.fault("agents", f"more than {GROUPS_MAX} groups")
        sections = []
    total = 0
    for section in sections:
        group = _group(section, channels)
        total += group.count
        if group.name in names:
            section.fault("group", f"{group.name!a} is there twice")
        names.add(group.name)
        found.append(group)
    if total > AGENTS_MAX:
        top.fault("agents", f"{total} agents in all: at most {AGENTS_MAX}")
    return tuple(found)


def _group(section: Section, channels: set[str]) -> AgentGroup:
    name = section.need("group", identifier, "group")
    count = section.take("count", _within(1, AGENTS_MAX), 1)
    make = partial(
        Agent,
        f"{name}-{count}",
        skills=section.take("skills", _levels, NO_SKILLS),
        capacity=section.take("capacity", _within(0, LEVEL_MAX), 1),
        limits=section.take("limits", _limits, _NONE),
        costs=section.take("costs", _costs, _NONE),
        channels=section.take("channels", _taken, None),
    )
    shifts = _shifts(section)
    section.close()
    pattern = _made(section, make) or Agent("agent")
    _check_known(section, "limits", pattern.limits, channels)
    _check_known(section, "costs", pattern.costs, channels)
    _check_known(section, "channels", pattern.channels or (), channels)
    return AgentGroup(name=name, count=count, pattern=pattern, shifts=shifts)


def _levels(field: str, value: object) -> Skills:
    """Return skills: a table of levels, or a list of names (each at level 1)."""
    return Skills.of(dict.fromkeys(texts(field, value), 1) if isinstance(value, list) else value)


def _limits(_: str, value: object) -> Mapping[str, int]:
    return limits(value)


def _costs(_: str, value: object) -> Mapping[str, int]:
    return costs(value)


def _taken(_: str, value: object) -> tuple[str, ...] | None:
    return channels_taken(value)


def _shifts(section: Section) -> tuple[Shift, ...]:
    sections = section.sections("shifts")
    if len(sections) > SHIFTS_MAX:
        section.fault("shifts", f"more than {SHIFTS_MAX} shifts")
        return ()
    found = []
    for shift in sections:
        days = shift.take("days", weekdays, tuple(range(7)))
        start = shift.need("from", clock_seconds, 0)
        end = shift.need("to", clock_seconds, 0)
        shift.close()
        if start == 86400:
            shift.fault("from", "a shift starts before 24:00")
        found.append(Shift(days, start, end))
    return tuple(found)
