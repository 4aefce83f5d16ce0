"""Staff files: who works when, on what, with which channels and times (TOML)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from omniqueue.centre.centre import Centre
from omniqueue.centre.chance import SEED_MAX
from omniqueue.centre.groups import AGENTS_MAX, Break, Group, ShiftPlan
from omniqueue.centre.handling import HandlingRules
from omniqueue.centre.regular_file import read_small
from omniqueue.centre.section import Section, text, texts
from omniqueue.centre.times import Constant, Lognormal, Times
from omniqueue.centre.toml_file import toml_table
from omniqueue.centre.week import Hours, weekdays
from omniqueue.errors import FileFaultsError, InvalidValueError, OmniqueueError
from omniqueue.model.agent import channels as channels_taken, costs, limits
from omniqueue.model.channel import MISSES_MAX, Channel
from omniqueue.model.checks import LEVEL_MAX, WAITING_MAX, identifier, whole
from omniqueue.model.durations import clock_seconds, duration_seconds
from omniqueue.model.skill import NO_SKILLS, Skills
from omniqueue.policy.registry import order_named, selection_named
from omniqueue.sim.logs.contact_log import LogColumns

T = TypeVar("T")

FORMAT: Final = "omniqueue-staff/1"
BYTES_MAX: Final = 1 << 20
FAULTS_MAX: Final = 20

_NONE: Final[Mapping[str, int]] = {}
_AS_GIVEN: Final = "nothing: in a log's day agents are all there and take what they are offered"
_SIMULATED: Final = {  # settings of a group that mean nothing here, and why
    "levels": "shifts: a log is routed to agents who come and go, not to a number of them",
    "speed": "nothing: the log or [handling] says how long a contact takes",
    "slowdown": "nothing: the log or [handling] says how long a contact takes",
    **dict.fromkeys(("shrinkage", "miss", "decline", "reaction", "back_after"), _AS_GIVEN),
}
_OPEN_ENDED: Final = "a duration: an open-ended wrap-up has nobody here to finish it"


@attrs.frozen(kw_only=True)
class Staff(Centre):
    r"""A centre whose contacts come from a log.

    Args:
        groups, channels, order, selection, max_waiting, seed, title: as of `Centre`.
        zone: whose clock shifts and naive times follow; None: not said.
        columns: the names of the log's columns.
        handling: which rule gives a contact's handling time.
        name: what it is called, as its file.

    Raises:
        InvalidValueError: as of `Centre`, and what only a simulation can do.

    Example:
        >>> staff = parse_staff(b'[[agents]]\ngroup = "desk"\ncount = 2\n')
        >>> staff.groups[0].count, staff.order
        (2, 'arrival')
    """

    zone: ZoneInfo | None = None
    columns: LogColumns = attrs.field(factory=LogColumns)
    handling: HandlingRules = attrs.field(factory=HandlingRules)
    name: str = "staff"

    def faults(self) -> Iterator[OmniqueueError]:
        """Yield what does not fit together, the places named as in a file."""
        yield from super().faults()
        for place, group in enumerate(self.groups):
            for field in attrs.fields(Group):
                reason = _SIMULATED.get(field.name)
                if reason is not None and getattr(group, field.name) != field.default:
                    value = getattr(group, field.name)
                    yield InvalidValueError(f"agents[{place}].{field.name}", value, reason)
        channels = self.all_channels()
        for name in self.handling.by_channel:
            if name not in channels:
                known = f"one of {', '.join(channels)}"
                yield InvalidValueError("handling.channel", name, known)


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
        >>> parse_staff(b'[[agents]]\ngroup = "a"\ncount = -1\n')
        Traceback (most recent call last):
        ...
        omniqueue.errors.FileFaultsError: staff: agents[0].count: is -1; expected ...
    """
    table = toml_table(content, name=name, kind="staff")
    faults: list[str] = []
    staff = None
    try:
        staff = _staff(Section(table, "", faults), name)
    except OmniqueueError as fault:
        found = [fault, *fault.others]
        faults += [f"{each.field}: is {each.value}; expected {each.expected}" for each in found]
    if faults or staff is None:
        raise FileFaultsError(name, faults[:FAULTS_MAX], max(0, len(faults) - FAULTS_MAX))
    return staff


def _staff(top: Section, name: str) -> Staff:
    top.take("format", _format, FORMAT)
    channels = _channels(top)
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
        groups=_groups(top),
        handling=_handling(top.section("handling")),
        name=name,
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
            found.append(channel)
    return tuple(found)


def _names(field: str, value: object) -> list[str]:
    if isinstance(value, list):
        return [identifier(field, name) for name in value]
    raise InvalidValueError(field, value, "a list of channel names")


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


def _handling(section: Section) -> HandlingRules:
    default = None
    if section.has("default"):
        default = section.take("default", _rule, None)
    by_channel = _rules(section.section("channel"))
    by_skill = _rules(section.section("skill"))
    section.close()
    return HandlingRules(default, by_channel, by_skill)


def _rules(section: Section) -> dict[str, Times]:
    found = {name: section.take(name, _rule, None) for name in section.names()}
    return {name: rule for name, rule in found.items() if rule is not None}


def _rule(field: str, value: object) -> Times | None:
    if not isinstance(value, Mapping):
        return Constant(duration_seconds(field, value))
    if set(value) == {"mean", "sd"}:
        return Lognormal(
            duration_seconds("mean", value["mean"]), duration_seconds("sd", value["sd"])
        )
    raise InvalidValueError(field, value, 'a duration, or { mean = "4 min", sd = "3 min" }')


def _groups(top: Section) -> tuple[Group, ...]:
    return tuple(_group(section) for section in top.sections("agents"))


def _group(section: Section) -> Group:
    name = section.need("group", identifier, "group")
    make = partial(
        Group,
        name,
        count=section.take("count", _within(0, AGENTS_MAX), 1),
        skills=section.take("skills", _levels, NO_SKILLS),
        capacity=section.take("capacity", _within(0, LEVEL_MAX), 1),
        limits=section.take("limits", _limits, _NONE),
        costs=section.take("costs", _costs, _NONE),
        channels=section.take("channels", _taken, None),
        shifts=_shifts(section),
    )
    section.close()
    return _made(section, make) or Group("agent")


def _levels(field: str, value: object) -> Skills:
    """Return skills: a table of levels, or a list of names (each at level 1)."""
    return Skills.of(dict.fromkeys(texts(field, value), 1) if isinstance(value, list) else value)


def _limits(_: str, value: object) -> Mapping[str, int]:
    return limits(value)


def _costs(_: str, value: object) -> Mapping[str, int]:
    return costs(value)


def _taken(_: str, value: object) -> tuple[str, ...] | None:
    return channels_taken(value)


def _shifts(section: Section) -> tuple[ShiftPlan, ...]:
    found = []
    for shift in section.sections("shifts"):
        hours = Hours(
            shift.take("days", weekdays, tuple(range(7))),
            shift.need("from", clock_seconds, 0),
            shift.need("to", clock_seconds, 0),
        )
        breaks = [
            Break(
                each.need("from", clock_seconds, 0),
                each.need("to", clock_seconds, 0),
                each.take("turns", _within(1, 1000), 1),
            )
            for each in shift.sections("breaks")
        ]
        shift.close()
        found.append(ShiftPlan(hours, breaks=breaks))
    return tuple(found)
