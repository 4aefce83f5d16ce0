"""Reading recorded events back from outside: every value checked, faults with their line.

`event_lines` turns lines that omniqueue wrote into events; this reads files that anybody may have
written, cut or changed. What is no line of the format at all is refused; an event of a name that
is not known, and a missing end, are told to the reader, who judges them. A certificate
(`passed_over`) is told as what it is: the engine's own word, on which no judge relies.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from math import inf, isfinite
from types import NoneType
from typing import Final, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

import attrs

from omniqueue.errors import FileFaultsError, InvalidValueError, OmniqueueError, shown
from omniqueue.model.channel import Channel
from omniqueue.model.contact_events import PassedOver
from omniqueue.model.event import Event, Rank
from omniqueue.model.skill import GROUPS_MAX, Skills
from omniqueue.record.event_lines import FORMAT

T = TypeVar("T")

_NAME_MAX: Final = 128
_CHANNELS_MAX: Final = 1000
_PARTS_MAX: Final = 64
_WHOLE_MAX: Final = 2**53
_BITS_MAX: Final = 1000  # of an int that still compares with every float
_STATES: Final = ("ready", "away", "offline")
_SETTINGS: Final = frozenset(field.name for field in attrs.fields(Channel)) - {"name"}

Check: TypeAlias = Callable[[object], object]
FieldCheck: TypeAlias = Callable[[object, str], object]  # a value, and the name of its field
_Line: TypeAlias = dict[str, object]


class _NoJsonError(ValueError):
    """A line that JSON forbids, though the standard parser lets it pass."""


@attrs.frozen
class Header:
    """The first line of a record: under which rules the events happened.

    Args:
        order: the order policy's name.
        selection: the selection policy's name.
        channels: the channels in force.
    """

    order: str
    selection: str
    channels: tuple[Channel, ...]


@attrs.frozen
class UnknownEvent:
    """A line with an unknown event name.

    Args:
        at: when.
        name: the name.
    """

    at: float
    name: str


@attrs.frozen
class EndLine:
    """The last line of a record.

    Args:
        at: the last instant.
        events: how many events the writer counted.
        contacts: state to how many contacts the engine held in it; None: not told.
    """

    at: float
    events: int
    contacts: Mapping[str, int] | None


@attrs.frozen
class Cut:
    """A last line that breaks off, without its end."""


Item: TypeAlias = Event | UnknownEvent | EndLine | Cut


class EventReader:
    r"""Reads a record, line by line.

    Args:
        path: what to call the file in an error.
        lines: its lines, with their ends; the first is read at once.

    Raises:
        FileFaultsError: the first line is no header of this format.

    Cost: O(length) a line.

    Example:
        >>> header = '{"format": "omniqueue-events/1", "order": "arrival", "selection": "x"}\n'
        >>> reader = EventReader("day.jsonl", [header, '{"at": 1, "event": "end", "events": 0}'])
        >>> list(reader)
        [(2, EndLine(at=1.0, events=0, contacts=None))]
    """

    def __init__(self, path: str, lines: Iterable[str]) -> None:
        self._path = path
        self._lines = iter(lines)
        self._kinds: dict[str, tuple[type[Event], list[tuple[str, Check]], _Line]] = {}
        self._skills: dict[tuple[tuple[str, object], ...], Skills] = {}
        self._several: bool | None = None  # whether ranks have several parts
        self._number = 1
        first = next(self._lines, None)
        if first is None:
            raise FileFaultsError(path, ["is empty"])
        self.header = self._refusing(lambda: _header(_object(first)))

    def __iter__(self) -> Iterator[tuple[int, Item]]:
        for line in self._lines:
            self._number += 1
            yield self._number, self._refusing(partial(self._item, line))

    def _refusing(self, read: Callable[[], T]) -> T:
        try:
            return read()
        except (_NoJsonError, RecursionError) as problem:
            reason = str(problem) if isinstance(problem, _NoJsonError) else "is nested too deeply"
        except OmniqueueError as problem:
            reason = str(problem)
        raise FileFaultsError(self._path, [f"line {self._number}: {reason}"])

    def _item(self, text: str) -> Item:
        try:
            line = _object(text)
        except _NoJsonError:
            if text.endswith("\n"):
                raise
            return Cut()
        name = line.get("event")
        if not isinstance(name, str) or not 0 < len(name) <= _NAME_MAX:
            raise InvalidValueError("event", name, "the name of an event")
        if name == "end":
            return _end_line(line)
        if name == PassedOver.name:
            return _certificate(line)
        kind = self._kinds.get(name)
        if kind is None:
            known = Event.kinds.get(name)
            if known is None or known is Event:
                return UnknownEvent(_number(line.get("at"), "at"), name)
            kind = self._kinds[name] = (known, self._checks(known), _defaults(known))
        if kind[2]:
            line = {**kind[2], **line}
        values = []
        for field, check in kind[1]:
            try:
                values.append(check(line[field]))
            except KeyError:
                expected = "a value (it is missing)"
                raise InvalidValueError(f"{name}.{field}", None, expected) from None
        return kind[0](*values)  # type: ignore[arg-type]

    def _checks(self, kind: type[Event]) -> list[tuple[str, Check]]:
        """Return how each field of a kind of event is checked, in order: by its type."""
        hints = get_type_hints(kind)
        return [
            (field.name, self._check(field.name, hints[field.name]))
            for field in attrs.fields(kind)
        ]

    def _check(self, field: str, hint: object) -> Check:
        if hint == Rank:
            return self._rank_of
        several = get_args(hint)
        if NoneType in several:
            return _or_none(self._check(field, several[0]))
        if hint is Skills:
            return self._skills_of
        if hint == tuple[Skills, ...]:
            return self._groups_of
        if hint == Mapping[str, float | None]:
            return lambda value: _own_wrap_ups(value, field)
        check = _BY_NAME.get(field) or _BY_TYPE[get_origin(hint) or hint]
        return lambda value: check(value, field)

    def _rank_of(self, value: object) -> object:
        several = isinstance(value, list)
        if self._several is None:
            self._several = several
        if several is not self._several:  # they could not be compared
            raise InvalidValueError("rank", value, "ranks of one kind: numbers, or lists of them")
        if not isinstance(value, list):
            return _rank_part(value)
        if len(value) > _PARTS_MAX:
            raise InvalidValueError("rank", value, f"at most {_PARTS_MAX} parts")
        return tuple(_rank_part(part) for part in value)

    def _groups_of(self, value: object) -> tuple[Skills, ...]:
        if not isinstance(value, list) or len(value) > GROUPS_MAX:
            raise InvalidValueError("any_of", value, f"a list of at most {GROUPS_MAX} groups")
        return tuple(self._skills_of(group) for group in value)

    def _skills_of(self, value: object) -> Skills:
        if not isinstance(value, dict):
            raise InvalidValueError("skills", value, "skill names with levels")
        pairs = tuple(value.items())
        try:
            return self._skills[pairs]
        except (KeyError, TypeError):
            found = Skills.of(value)
        if all(type(level) is int for _, level in pairs):  # 1.0 and true would pass as 1
            self._skills[pairs] = found
        return found


def _defaults(kind: type[Event]) -> _Line:
    """Return what the fields of a kind of event are that a line may leave out."""
    found = {}
    for field in attrs.fields(kind):
        if field.default is not attrs.NOTHING:
            factory = getattr(field.default, "factory", None)
            default = field.default if factory is None else factory()
            found[field.name] = list(default) if isinstance(default, tuple) else default
    return found


def _object(text: str) -> _Line:
    """Return the JSON object that a line is."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise _NoJsonError("is not UTF-8") from None
    try:
        found = json.loads(text, parse_constant=_constant, object_pairs_hook=_unique)
    except _NoJsonError:
        raise
    except ValueError as problem:  # also: integers of thousands of digits
        raise _NoJsonError(f"is not JSON: {str(problem)[:100]}") from None
    if not isinstance(found, dict):
        raise _NoJsonError("is no JSON object")
    return found


def _constant(text: str) -> object:
    raise _NoJsonError(f"holds {text}, which JSON does not know")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NoJsonError("gives a key more than once")
    return found


def _header(line: Mapping[str, object]) -> Header:
    if line.get("format") != FORMAT:
        raise InvalidValueError("format", line.get("format"), repr(FORMAT))
    order = _name(line.get("order"), "order")
    if order.startswith("aging:"):
        seconds = order.removeprefix("aging:")
        try:
            sound = isfinite(float(seconds))
        except ValueError:
            sound = False
        if not sound:
            raise InvalidValueError("order", order, "a finite number after aging:")
    said = line.get("channels", {})
    if not isinstance(said, dict) or len(said) > _CHANNELS_MAX:
        raise InvalidValueError("channels", said, f"at most {_CHANNELS_MAX} channels by name")
    channels = []
    for name, settings in said.items():
        if not isinstance(settings, dict):
            raise InvalidValueError(f"channels[{shown(name)}]", settings, "settings")
        known = {key: value for key, value in settings.items() if key in _SETTINGS}
        channels.append(Channel(name, **known))
    return Header(order, _name(line.get("selection"), "selection"), tuple(channels))


def _end_line(line: Mapping[str, object]) -> EndLine:
    contacts = line.get("contacts")
    if contacts is not None:
        contacts = _counts(contacts, "contacts")
    return EndLine(_number(line.get("at"), "at"), _whole(line.get("events"), "events"), contacts)


def _certificate(line: Mapping[str, object]) -> PassedOver:
    causes = _counts(line.get("causes"), "causes")
    contacts = _whole(line.get("contacts"), "contacts")
    if sum(causes.values()) != contacts:
        raise InvalidValueError("contacts", contacts, "the sum of the causes")
    first = line.get("first")
    if not isinstance(first, list) or len(first) > contacts:
        raise InvalidValueError("first", first, "a list of contacts with their causes")
    for pair in first:
        if not isinstance(pair, list) or len(pair) != 2:
            raise InvalidValueError("first", pair, "a contact and a cause")
        _name(pair[0], "first")
        _name(pair[1], "first")
    return PassedOver(
        at=_number(line.get("at"), "at"),
        contact=_name(line.get("contact"), "contact"),
        agent=_name(line.get("agent"), "agent"),
        contacts=contacts,
        causes=causes,
        first=tuple((name, cause) for name, cause in first),
    )


# ---------------------------------------------------------------------- one value


def _number(value: object, field: str) -> float:
    # One comparison refuses NaN and both infinities; an int beyond every float cannot be finite.
    if type(value) is float and -inf < value < inf:
        return value
    if type(value) is int and -_WHOLE_MAX <= value <= _WHOLE_MAX:
        return float(value)
    raise InvalidValueError(field, value, "a finite number")


def _whole(value: object, field: str) -> int:
    if type(value) is int and -_WHOLE_MAX <= value <= _WHOLE_MAX:
        return value
    raise InvalidValueError(field, value, "a whole number")


def _name(value: object, field: str) -> str:
    if isinstance(value, str) and 0 < len(value) <= _NAME_MAX:
        return value
    raise InvalidValueError(field, value, f"a name of at most {_NAME_MAX} characters")


def _text(value: object, field: str) -> object:
    if isinstance(value, str):
        return value
    raise InvalidValueError(field, value, "a text")


def _flag(value: object, field: str) -> object:
    if isinstance(value, bool):
        return value
    raise InvalidValueError(field, value, "true or false")


def _presence(value: object, field: str) -> object:
    if isinstance(value, str) and value in _STATES:
        return value
    raise InvalidValueError(field, value, ", ".join(_STATES))


def _counts(value: object, field: str, least: int = 0) -> dict[str, int]:
    if not isinstance(value, dict) or len(value) > _CHANNELS_MAX:
        raise InvalidValueError(field, value, "whole numbers by name")
    for number in value.values():
        if _whole(number, field) < least:
            raise InvalidValueError(field, number, f"a whole number from {least}")
    return value


def _costs(value: object, field: str) -> dict[str, int]:
    return _counts(value, field, 1)


def _names(value: object, field: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > _CHANNELS_MAX:
        raise InvalidValueError(field, value, "a list of names")
    return tuple(_name(item, field) for item in value)


def _own_wrap_ups(value: object, field: str) -> dict[str, float | None]:
    if not isinstance(value, dict) or len(value) > _CHANNELS_MAX:
        raise InvalidValueError(field, value, "seconds by channel")
    return {
        name: None if seconds is None else _seconds(seconds, field)
        for name, seconds in value.items()
    }


def _rank_part(value: object) -> float:
    if value is None:
        return inf
    if type(value) is int and value.bit_length() < _BITS_MAX:
        return value
    return _number(value, "rank")


def _seconds(value: object, field: str) -> float:
    seconds = _number(value, field)
    if seconds < 0:
        raise InvalidValueError(field, value, "a number from 0, or null")
    return seconds


def _or_none(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


_BY_TYPE: Final[Mapping[object, FieldCheck]] = {
    float: _number,
    int: _whole,
    bool: _flag,
    str: _name,
    Mapping: _counts,
    tuple: _names,
}
# Fields that their type does not tell all about.
_BY_NAME: Final[Mapping[str, FieldCheck]] = {
    "costs": _costs,
    "presence": _presence,
    "state": _presence,
    "wrap_up_seconds": _seconds,
    **dict.fromkeys(("reason", "policy", "problem", "observer"), _text),
}
