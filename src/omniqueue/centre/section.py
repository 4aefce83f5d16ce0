"""A table of a settings file, read key by key; every fault is kept with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Final, TypeVar

from omniqueue.errors import InvalidValueError, OmniqueueError, shown

T = TypeVar("T")

_KEY_MAX: Final = 64  # signs of a key that are compared with those known


class Section:
    """One table, with the path that leads to it and the list of faults of the whole file.

    Args:
        table: the parsed table.
        path: where it stands, as `agents[0]`; empty for the whole file.
        faults: one line for each fault, shared by all sections of a file.

    Example:
        >>> faults = []
        >>> section = Section({"count": 3, "colour": "red"}, "agents[0]", faults)
        >>> section.take("count", lambda field, value: value, 1)
        3
        >>> section.close(); faults
        ["agents[0].colour: not a key; known here: 'count'"]
    """

    def __init__(self, table: Mapping[str, object], path: str, faults: list[str]) -> None:
        self._table = table
        self._path = path
        self._known: list[str] = []
        self.faults = faults

    def place(self, key: str) -> str:
        """Return the path of a key of this table."""
        if not key.isidentifier():
            key = shown(key)
        return f"{self._path}.{key}" if self._path else key

    def fault(self, key: str, problem: str) -> None:
        """Keep a fault of one key."""
        self.faults.append(f"{self.place(key)}: {problem}")

    def has(self, key: str) -> bool:
        """Tell whether the table has a key (which makes it a known one)."""
        self._known.append(key)
        return key in self._table

    def take(self, key: str, convert: Callable[[str, object], T], default: T) -> T:
        """Return a key's value, converted; the default where it is missing or faulty.

        Args:
            key: the key.
            convert: (field, value) to the value in its normal form; may raise an OmniqueueError.
            default: what stands for a missing value.
        """
        if not self.has(key):
            return default
        value = self._table[key]
        try:
            return convert(key, value)
        except InvalidValueError as error:
            self.fault(key, f"is {error.value}; expected {error.expected}")
        except OmniqueueError as error:
            self.fault(key, str(error))
        return default

    def need(self, key: str, convert: Callable[[str, object], T], stand_in: T) -> T:
        """Return a key's value as `take` does; a missing key is a fault."""
        if key not in self._table:
            self._known.append(key)
            self.fault(key, "is missing")
            return stand_in
        return self.take(key, convert, stand_in)

    def section(self, key: str) -> Section:
        """Return the table under a key; an empty one where it is missing or no table."""
        table: Mapping[str, object] = {}
        if self.has(key):
            found = self._table[key]
            if isinstance(found, Mapping):
                table = found
            else:
                self.fault(key, f"{shown(found)} is not a table")
        return Section(table, self.place(key), self.faults)

    def sections(self, key: str) -> list[Section]:
        """Return the tables of the array under a key."""
        if not self.has(key):
            return []
        found = self._table[key]
        if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
            self.fault(key, f"{shown(found)} is not an array of tables, as [[{key}]]")
            return []
        return [
            Section(item, f"{self.place(key)}[{index}]", self.faults)
            for index, item in enumerate(found)
        ]

    def tables(self) -> Iterator[tuple[str, Section]]:
        """Yield every key of this table with the table under it."""
        for key in self._table:
            yield key, self.section(key)

    def names(self) -> list[str]:
        """Return the keys of the table, in the order of the file."""
        return list(self._table)

    def close(self) -> None:
        """Keep a fault for every key that was never asked for."""
        for key in self._table:
            if key not in self._known:
                self.fault(key, not_a_key(key, self._known))


def not_a_key(key: str, known: Sequence[str]) -> str:
    """Return what is wrong with a key, and which one may have been meant.

    Args:
        key: the key of a file.
        known: the keys that its table may have.

    Cost: O(keys).

    Example:
        >>> not_a_key("maen", ["mean", "sd"])
        "not a key; did you mean 'mean'?"
        >>> not_a_key("colour", ["mean", "sd"])
        "not a key; known here: 'mean', 'sd'"
    """
    near = [each for each in known if sorted(each) == sorted(key)]  # "ds" for "sd"
    near = near or get_close_matches(key[:_KEY_MAX], known, n=1, cutoff=0.7)
    if near:
        return f"not a key; did you mean {near[0]!r}?"
    return f"not a key; known here: {', '.join(map(repr, known)) or 'nothing'}"


def text(field: str, value: object) -> str:
    """Return text of at most 1,000 characters, or refuse the value."""
    if isinstance(value, str) and len(value) <= 1000:
        return value
    raise InvalidValueError(field, value, "text")


def texts(field: str, value: object) -> tuple[str, ...]:
    """Return a list of texts (one text counts as a list of one), or refuse the value."""
    if isinstance(value, str):
        return (text(field, value),)
    if isinstance(value, list) and len(value) <= 1000:
        return tuple(text(field, item) for item in value)
    raise InvalidValueError(field, value, "a list of texts")
