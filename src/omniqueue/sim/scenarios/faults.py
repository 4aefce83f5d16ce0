"""Faults of a scenario file: what cattrs found wrong, one line each, with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import attrs

from omniqueue.centre.section import not_a_key
from omniqueue.errors import InvalidValueError, OmniqueueError, shown
from omniqueue.model.channel import Channel

if TYPE_CHECKING:
    from cattrs import Converter

# Fields whose key in a file is another word.
KEYS: Final = {
    "start": "from",
    "end": "to",
    "horizon_seconds": "horizon",
    "warm_up_seconds": "warm_up",
    "wrap_up_seconds": "wrap_up",
    "drain_seconds": "drain",
    "interval_seconds": "interval",
    "target_seconds": "target",
    "expire_seconds": "expire",
    "offer_seconds": "offer",
    "retry_seconds": "retry",
    "reserve_seconds": "reserve",
    "after_seconds": "after",
}


def key_of(field: str) -> str:
    """Return the key in a file of a field.

    Example:
        >>> key_of("start"), key_of("name")
        ('from', 'name')
    """
    return KEYS.get(field, field)


def known_keys(shape: type) -> list[str]:
    """Return the keys in a file of a class.

    Args:
        shape: an attrs class.

    Cost: O(its fields).

    Example:
        >>> from omniqueue.sim import Lognormal
        >>> known_keys(Lognormal)
        ['mean', 'sd']
    """
    keys = [key_of(field.name) for field in attrs.fields(shape) if field.init]
    if shape is Channel:
        keys.remove("name")  # it stands before the table
    return keys


class UnknownKeysError(InvalidValueError):
    """A table has keys that it cannot have.

    Args:
        keys: those that are none, at least one.
        known: those that it may have.

    Example:
        >>> UnknownKeysError(["maen"], ["mean", "sd"]).keys
        ('maen',)
    """

    def __init__(self, keys: Sequence[str], known: Sequence[str]) -> None:
        super().__init__("", keys[0], f"one of {', '.join(known)}")
        self.keys = tuple(keys)
        self.known = tuple(known)


def faults_of(problem: BaseException, place: str = "") -> Iterator[str]:
    """Yield one line for each fault that cattrs has found, in the order of the file.

    Args:
        problem: what `structure` of a converter with detailed validation raised.
        place: where the value stands.
    """
    from cattrs.errors import (
        ClassValidationError,
        ForbiddenExtraKeysError,
        IterableValidationError,
    )

    if isinstance(problem, ClassValidationError):
        noted, others = problem.group_exceptions()
        for each, note in noted:
            yield from faults_of(each, _below(place, key_of(note.name)))
        for other in others:
            yield from faults_of(other, place)
    elif isinstance(problem, IterableValidationError):
        numbered, others = problem.group_exceptions()
        for each, index in numbered:
            key = index.index
            yield from faults_of(
                each, f"{place}[{key}]" if isinstance(key, int) else _below(place, str(key))
            )
        for other in others:
            yield from faults_of(other, place)
    elif isinstance(problem, ForbiddenExtraKeysError):
        known = known_keys(problem.cl)
        for key in sorted(problem.extra_fields):
            yield f"{_below(place, key)}: {not_a_key(key, known)}"
    elif isinstance(problem, UnknownKeysError):
        for key in problem.keys:
            yield f"{_below(place, key)}: {not_a_key(key, problem.known)}"
    elif isinstance(problem, KeyError):
        yield f"{place}: is missing"
    elif isinstance(problem, InvalidValueError):
        where = _field_place(place, problem.field)
        yield f"{where}: {problem.value} is not right: expected {problem.expected}"
    elif isinstance(problem, OmniqueueError):
        yield f"{place}: {problem}"
    else:
        raise problem  # a defect, not a fault of the file


def _below(place: str, key: str) -> str:
    if not re.fullmatch(r"[\w-]+", key, re.ASCII):
        key = shown(key)
    return f"{place}.{key}" if place else key


def _field_place(place: str, field: str) -> str:
    """Return where a value stands that was refused: at the place, or in a field below it."""
    if not place and ("[" in field or "." in field):
        return field  # what does not fit together says itself where
    head = re.match(r"[\w-]*", field)
    word = key_of(head.group() if head else "")
    last = place.rpartition(".")[2]
    if not word or last == word or last.startswith(f"{word}["):
        return place
    return _below(place, word)


def table(value: object) -> dict[str, object]:
    """Return a table of a file, or refuse what is none."""
    if isinstance(value, dict):
        return value
    raise InvalidValueError("", value, "a table")


def array(value: object) -> list[object]:
    """Return an array of a file, or refuse what is none."""
    if isinstance(value, list):
        return value
    raise InvalidValueError("", value, "an array, as [ ... ]")


def strict_converter() -> Converter:
    """Return a converter that gathers all faults and refuses unknown keys.

    Raises:
        ImportError: the library `cattrs` is not installed.
    """
    from cattrs import Converter

    return Converter(detailed_validation=True, forbid_extra_keys=True)
