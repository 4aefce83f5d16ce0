"""Results as JSON types: what has `to_dict` by it, other values by their fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

import attrs

from omniqueue.model.event import JsonValue


def json_value(value: object) -> JsonValue:
    """Return a value as JSON types; a number that is not finite as null.

    Args:
        value: a plain value, one with `to_dict`, an attrs value, or a mapping or sequence of them.

    Raises:
        ValueError: it holds something else.

    Cost: O(its size).

    Example:
        >>> json_value({"waits": (1.5, float("nan"))})
        {'waits': [1.5, None]}
    """
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: json_value(each) for name, each in value.items()}
    if isinstance(value, Sequence):
        return [json_value(each) for each in value]
    to_dict = getattr(value, "to_dict", None)
    return json_fields(value) if to_dict is None else to_dict()  # type: ignore[arg-type]


def json_fields(value: attrs.AttrsInstance, *without: str) -> dict[str, JsonValue]:
    """Return the fields of an attrs value as JSON types, by name.

    Args:
        value: an attrs value.
        without: names of fields to leave out.

    Raises:
        ValueError: it is no attrs value, or holds what has no JSON type.

    Cost: O(its size).

    Example:
        >>> from omniqueue import Preference
        >>> json_fields(Preference("ann", 60), "skip_if_away")
        {'agent': 'ann', 'seconds': 60.0}
    """
    names = [each.name for each in attrs.fields(type(value)) if each.name not in without]
    return {name: json_value(getattr(value, name)) for name in names}
