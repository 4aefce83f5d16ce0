"""JSON forms of contacts and agents: their keys, what reads each, and values made from them.

The words are those of plays (`play/README.md`). A contact's values are looked at in two steps:
their JSON types by `CONTACT`, which plays use alone, for a play's router refuses bad values when
their turn comes; then by the class itself, key by key, so that all faults are found at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import duration
from omniqueue.model.reader import (
    NotedError,
    Place,
    RawTable,
    Read,
    array_of,
    each_of,
    levels,
    number,
    or_null,
    read_value,
    table,
    text,
    truth,
    whole_numbers,
)


def numbers(value: object, place: Place) -> None:
    """Look at a table of numbers."""
    each_of(number, value, place)


def _private(value: object, place: Place) -> None:
    """Refuse what is no table without showing what it is."""
    if not isinstance(value, dict):
        place.note(f"is a {type(value).__name__}; expected a table, as {{ ... }}")
        raise NotedError


def _seconds(value: object, _: Place) -> float:
    return duration("", value)


def _wrap_ups(value: object, place: Place) -> dict[str, object]:
    each_of(or_null(_seconds), value, place)
    return table(value)


T = TypeVar("T")

PREFERENCE: Final = RawTable({"agent": text, "seconds": number}, {"skip_if_away": truth})
REQUIREMENT: Final[dict[str, Read]] = {"skills": numbers, "any_of": array_of(numbers)}
RELAXATION: Final = RawTable({"after_seconds": number}, REQUIREMENT)
CONTACT: Final = RawTable(
    {"id": text, "channel": text},
    {
        **REQUIREMENT,
        "not_agents": array_of(text),
        "priority": number,
        "arrived_at": number,
        "not_before": number,
        "prefer": PREFERENCE,
        "relax": array_of(RELAXATION),
        "target_seconds": number,
        "expire_seconds": number,
        "customer": text,
        "attributes": _private,
    },
)
ABILITIES: Final = {
    "skills": levels,
    "limits": whole_numbers(0),
    "costs": whole_numbers(1),
    "wrap_up_seconds": _wrap_ups,
}


def value_of(
    form: RawTable,
    make: Callable[[Mapping[str, Any]], T],
    said: Mapping[str, Any],
    *,
    name: str,
    stand_in: Mapping[str, Any],
    parts: Mapping[str, Callable[..., object]],
) -> T:
    """Return the value of a JSON object, its types looked at first, then each key by itself.

    Args:
        form: its keys, and what looks at their types.
        make: makes the value of an object whose types are right.
        said: the object.
        name: what to call it in an error.
        stand_in: what stands for the keys that must be there, while another is looked at.
        parts: key to what makes the object, or each of the objects, that stands there.

    Raises:
        FileFaultsError: every fault with its place.

    Cost: O(its size).
    """

    def read(value: object, place: Place) -> T:
        right = form(value, place)
        try:
            return make(right)
        except InvalidValueError as error:
            before = place.faults.count
            for key, one in right.items():
                below = place.below(key)
                if key not in parts:
                    _look(lambda **alone: make(alone), {**stand_in, key: one}, place, "")
                elif isinstance(one, list):
                    for index, each in enumerate(one):
                        _look(parts[key], each, below.below(index), f"{key}.")
                else:
                    _look(parts[key], one, below, f"{key}.")
            if place.faults.count == before:  # two keys do not go together
                place.refuse(error, {})
            raise NotedError from None

    return read_value(read, dict(said), name=name)


def _look(make: Callable[..., object], said: Mapping[str, Any], place: Place, prefix: str) -> None:
    try:
        make(**said)
    except InvalidValueError as error:
        place.refuse(error.at(error.field.removeprefix(prefix)), {})
