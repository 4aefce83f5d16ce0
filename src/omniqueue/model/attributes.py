"""Attributes: the application's own JSON values of a contact, copied, bounded and unchangeable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from omniqueue.errors import InvalidValueError

Json: TypeAlias = (
    "bool | int | float | str | list[Json] | tuple[Json, ...] | Mapping[str, Json] | None"
)

BYTES_MAX = 16 * 1024
KEYS_MAX = 64
DEPTH_MAX = 8
_EXPECTED = f"JSON types, at most {KEYS_MAX} keys, {DEPTH_MAX} levels and {BYTES_MAX} bytes"


class Attributes(Mapping[str, Json]):
    """JSON values by name that nobody can change, and that no message shows.

    Example:
        >>> kept = Attributes.of({"tier": "gold", "calls": [1, 2]})
        >>> kept, kept["tier"], kept["calls"]
        (<2 attributes>, 'gold', (1, 2))
    """

    __slots__ = ("_items",)

    _items: dict[str, Json]

    def __init__(self, items: dict[str, Json]) -> None:
        object.__setattr__(self, "_items", {key: _frozen(item) for key, item in items.items()})

    @classmethod
    def of(cls, value: object) -> Attributes:
        """Return an unchangeable deep copy of JSON values within the bounds.

        Args:
            value: a mapping of text to JSON types: at most 64 keys, 8 levels, 16 KiB.

        Raises:
            InvalidValueError: something else; the values are not shown.

        Cost: O(size).

        Example:
            >>> Attributes.of({"a": {1, 2}})
            Traceback (most recent call last):
            ...
            omniqueue.errors.InvalidValueError: attributes is a dict; expected JSON types, ...
        """
        if isinstance(value, Attributes):
            return value
        import json  # few contacts carry attributes, every program makes contacts

        fault = InvalidValueError("attributes", value, _EXPECTED)
        if not isinstance(value, Mapping) or len(value) > KEYS_MAX:
            raise fault
        if not _within(value, DEPTH_MAX):
            raise fault
        try:
            text = json.dumps(dict(value), allow_nan=False, ensure_ascii=False)
            size = len(text.encode())
        except (TypeError, ValueError, RecursionError):
            raise fault from None
        if size > BYTES_MAX:
            raise fault
        return cls(json.loads(text))

    def __getitem__(self, name: str) -> Json:
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return self._items == {key: _frozen(item) for key, item in other.items()}

    __hash__ = None  # type: ignore[assignment]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"attributes cannot be changed: {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"attributes cannot be changed: {name}")

    def __repr__(self) -> str:
        return f"<{len(self)} attributes>"

    def __reduce__(self) -> tuple[object, ...]:
        return Attributes, (self._items,)


def _frozen(item: Json) -> Json:
    if isinstance(item, Mapping) and not isinstance(item, Attributes):
        return Attributes(dict(item))
    if isinstance(item, list | tuple):
        return tuple(_frozen(part) for part in item)
    return item


def _within(value: object, left: int) -> bool:
    """Tell whether nesting and keys are those of JSON, looking no deeper than allowed."""
    if isinstance(value, Mapping):
        return left > 0 and all(
            isinstance(key, str) and _within(item, left - 1) for key, item in value.items()
        )
    if isinstance(value, list | tuple):
        return left > 0 and all(_within(item, left - 1) for item in value)
    return True
