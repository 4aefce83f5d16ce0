"""JSON forms of contacts and agents: their keys, what reads each, and values made from them.

The words are those of plays (`play/README.md`). A contact's values are looked at in two steps:
their JSON types by `CONTACT`, which plays use alone, for a play's router refuses bad values when
their turn comes; then by `Contact` itself, key by key, so that all faults are found at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from omniqueue.errors import InvalidValueError
from omniqueue.model.agent import Agent
from omniqueue.model.checks import duration
from omniqueue.model.contact import Contact, Preference, RelaxStep, contact_of
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
    table_of,
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
_REQUIRED: Final = {"id": "c", "channel": "phone"}  # stand in while another key is looked at


def contact_from(said: Mapping[str, Any]) -> Contact:
    """Return the contact of a JSON object; see `Contact.from_dict`."""
    return read_value(_contact, dict(said), name="contact")


def agent_from(said: Mapping[str, Any]) -> Agent:
    """Return the agent of a JSON object; see `Agent.from_dict`."""
    return read_value(table_of(Agent, reads=ABILITIES), dict(said), name="agent")


def _contact(value: object, place: Place) -> Contact:
    said = CONTACT(value, place)
    try:
        return contact_of(said)
    except InvalidValueError as error:
        before = place.faults.count
        for key, one in said.items():
            if key == "relax":
                for index, step in enumerate(one):
                    _look(RelaxStep, step, place.below(key).below(index), "relax.")
            elif key == "prefer":
                _look(Preference, one, place.below(key), "prefer.")
            else:
                _look(Contact, {**_REQUIRED, key: one}, place, "")
        if place.faults.count == before:  # two keys do not go together
            place.refuse(error, {})
        raise NotedError from None


def _look(kind: Callable[..., object], said: Mapping[str, Any], place: Place, prefix: str) -> None:
    try:
        kind(**said)
    except InvalidValueError as error:
        place.refuse(error.at(error.field.removeprefix(prefix)), {})
