"""Settings files: tables become values by the fields of their classes, every fault with its place.

One grammar of faults, whatever the file: `PLACE: is VALUE; expected WHAT`, `PLACE: is missing`,
`PLACE: not a key; did you mean 'KEY'?`. All of them are found at once. A time is text with its
unit (`offer = "20 s"`) or has its unit in its key (`offer_seconds = 20`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

import attrs

from omniqueue.errors import FileFaultsError, InvalidValueError, OmniqueueError, shown
from omniqueue.model.durations import duration_seconds
from omniqueue.model.fields import setting_of

T = TypeVar("T")

FAULTS_MAX: Final = 20
TEXT_MAX: Final = 1000
_KEY_MAX: Final = 64  # signs of a key that are compared with those known
_SECONDS: Final = "_seconds"


class NotedError(Exception):
    """A value has faults, and all of them are kept already."""


@attrs.frozen
class Place:
    """Where a value stands in a file, and where its faults are kept.

    Args:
        path: as `agents[0].count`; empty for the whole file.
        faults: one line for each fault, shared by all places of a file.
        folder: where the files lie that it names; None: it may name none.

    Example:
        >>> Place("agents", []).below(0).below("group").path
        'agents[0].group'
    """

    path: str
    faults: list[str]
    folder: Path | None = None

    def below(self, key: str | int) -> Place:
        """Return the place of a key of a table, or of an item of an array."""
        if isinstance(key, int):
            return attrs.evolve(self, path=f"{self.path}[{key}]")
        if not re.fullmatch(r"[\w-]+", key, re.ASCII):
            key = shown(key)
        return attrs.evolve(self, path=f"{self.path}.{key}" if self.path else key)

    def note(self, problem: str) -> None:
        """Keep a fault of this place."""
        self.faults.append(f"{self.path}: {problem}" if self.path else problem)

    def refuse(self, error: OmniqueueError, keys: Mapping[str, str] | None = None) -> None:
        """Keep a refusal, and those that it carries.

        Args:
            error: the refusal.
            keys: field to key, of the class that refused; a field that is none is a place below.
                None: it is this value that was refused.
        """
        for each in (error, *error.others):
            if isinstance(each, FileFaultsError):
                for line in str(each).splitlines():
                    self.note(line)
            else:
                where = self._of(each.field, keys)
                where.note(f"is {each.value}; expected {each.expected}")

    def _of(self, field: str, keys: Mapping[str, str] | None) -> Place:
        """Return the place of a field of this value, as `skills['fr']` or `prefer.agent`."""
        parts = re.fullmatch(r"(\w+)((?:[\[.].*)?)", field, re.DOTALL)
        if parts is None:
            return self
        name, rest = parts.groups()
        if keys is None:
            return attrs.evolve(self, path=self.path + rest) if rest.startswith("[") else self
        below = keys.get(name, name) + rest
        return attrs.evolve(self, path=f"{self.path}.{below}" if self.path else below)

    def file(self, value: object) -> str:
        """Return the path of a file that a file names: in its folder, nowhere else.

        Raises:
            InvalidValueError: no name of such a file.
        """
        name = text(value)
        if self.folder is not None:
            folder = self.folder.resolve()
            try:
                path = (folder / name).resolve()
            except (OSError, ValueError, RuntimeError):
                path = folder
            if path != folder and path.is_relative_to(folder) and ".." not in Path(name).parts:
                return str(path)
        raise InvalidValueError("", value, "a file in the folder of this file")


Read: TypeAlias = Callable[[object, Place], Any]


def read_file(
    read: Callable[[object, Place], T],
    tree: Mapping[str, object],
    *,
    name: str,
    format: str,  # noqa: A002 - the key's name
    folder: Path | None = None,
) -> T:
    """Return what a settings file says.

    Args:
        read: reads its tables.
        tree: the parsed file.
        name: what to call it in an error.
        format: what its key `format` must be, where it has one.
        folder: where the files lie that it names; None: it may name none.

    Raises:
        FileFaultsError: every fault with its place, the first 20 spelt out.

    Cost: O(size).

    Example:
        >>> from omniqueue import Channel
        >>> read_file(table_of(Channel), {"name": "sms", "cots": 2}, name="a.toml", format="a/1")
        Traceback (most recent call last):
        ...
        omniqueue.errors.FileFaultsError: a.toml: cots: not a key; did you mean 'cost'?
    """
    place = Place("", [], folder)
    rest = dict(tree)
    if rest.pop("format", format) != format:
        place.below("format").note(f"is {shown(tree['format'])}; expected {format!r}")
    try:
        found = read(rest, place)
    except NotedError:
        found = None
    if found is None or place.faults:
        more = max(0, len(place.faults) - FAULTS_MAX)
        raise FileFaultsError(name, place.faults[:FAULTS_MAX], more)
    return found


def table_of(
    kind: Callable[..., T],
    *,
    refused: Mapping[str, str] | None = None,
    reads: Mapping[str, Read] | None = None,
    others: Sequence[str] = (),
) -> Callable[[object, Place], T]:
    """Return a reader of tables as values of a class.

    Args:
        kind: an attrs class; its fields are the keys, see `model/fields.py`.
        refused: path of a key that the table cannot have, as `run.days`, to the reason.
        reads: field to what reads it, where the class does not say.
        others: keys that are read elsewhere.

    Example:
        >>> from omniqueue import RelaxStep
        >>> table_of(RelaxStep)({"after": "1 min", "skills": {"fr": 1}}, Place("relax", []))
        RelaxStep(after_seconds=60.0, skills=Skills.of({'fr': 1}))
    """

    def read_table(value: object, place: Place) -> T:
        reading = _Reading(refused or {}, others)
        faults = len(place.faults)
        keys = keys_of(kind)
        for key, found in keys.items():
            if isinstance(found, _Key) and found.field.name in (reads or {}):
                keys[key] = attrs.evolve(found, read=(reads or {})[found.field.name])
        reading.table(keys, value, place)
        reading.missing(keys, place)
        if len(place.faults) > faults:
            raise NotedError
        return _made(kind, reading.values, place)

    return read_table


def array_of(read: Callable[[object, Place], T]) -> Callable[[object, Place], tuple[T, ...]]:
    """Return a reader of arrays, given that of their items."""

    def read_array(value: object, place: Place) -> tuple[T, ...]:
        items = enumerate(array(value))
        return _gathered(read, ((each, place.below(index)) for index, each in items))

    return read_array


def named(read: Callable[[object, Place], T]) -> Callable[[object, Place], tuple[T, ...]]:
    """Return a reader of a table of tables, given that of one, whose key is its field `name`."""

    def read_named(value: object, place: Place) -> tuple[T, ...]:
        return _gathered(read, _items(value, place))

    def _items(value: object, place: Place) -> Iterator[tuple[object, Place]]:
        for key, each in table(value).items():
            where = place.below(key)
            if isinstance(each, dict) and "name" in each:
                where.below("name").note("not a key; the name stands before the table")
            yield {**each, "name": key} if isinstance(each, dict) else each, where

    return read_named


def each_of(read: Callable[[object, Place], T], value: object, place: Place) -> tuple[T, ...]:
    """Read every value of a table, whatever its key."""
    return _gathered(read, ((each, place.below(key)) for key, each in table(value).items()))


def _gathered(
    read: Callable[[object, Place], T], items: Iterable[tuple[object, Place]]
) -> tuple[T, ...]:
    """Read all items; the faults of one do not hide those of the others."""
    found = []
    failed = False
    for value, place in items:
        try:
            found.append(read(value, place))
        except NotedError:
            failed = True
        except OmniqueueError as error:
            place.refuse(error)
            failed = True
    if failed:
        raise NotedError
    return tuple(found)


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


def text(value: object, _: object = None) -> str:
    """Return text of at most 1,000 characters, or refuse the value."""
    if isinstance(value, str) and len(value) <= TEXT_MAX:
        return value
    raise InvalidValueError("", value, "text")


def texts(value: object, _: object = None) -> tuple[str, ...]:
    """Return a list of texts (one text counts as a list of one), or refuse the value."""
    if isinstance(value, list) and len(value) <= TEXT_MAX:
        return tuple(text(item) for item in value)
    if isinstance(value, str):
        return (text(value),)
    raise InvalidValueError("", value, "a list of texts")


def duration(value: object, _: object = None) -> float:
    """Return a time in seconds, given as text with its unit."""
    if isinstance(value, str):
        return duration_seconds("", value)
    raise InvalidValueError("", value, 'a length with its unit, as "90s", "4 min" or "1h 30min"')


def levels(value: object, _: object = None) -> object:
    """Return skill levels: a table of them, or a list of skills, each at level 1."""
    return dict.fromkeys(texts(value), 1) if isinstance(value, list) else value


def not_a_key(key: str, known: Iterable[str]) -> str:
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
    keys = list(known)
    near = [each for each in keys if sorted(each) == sorted(key)]  # "ds" for "sd"
    near = near or get_close_matches(key[:_KEY_MAX], keys, n=1, cutoff=0.7)
    if near:
        return f"not a key; did you mean {near[0]!r}?"
    short = [each for each in keys if each.removesuffix(_SECONDS) not in keys[: keys.index(each)]]
    return f"not a key; known here: {', '.join(map(repr, short)) or 'nothing'}"


@attrs.frozen
class _Key:
    """A key of a table.

    Args:
        path: the field, or the field and that of the class inline.
        field: the field that has the value.
        read: what makes a value from that of the file; None: the file's own value.
    """

    path: tuple[str, ...]
    field: attrs.Attribute[Any]
    read: Read | None


Keys: TypeAlias = "dict[str, _Key | Keys]"


def keys_of(kind: Callable[..., object], around: tuple[str, ...] = ()) -> Keys:
    """Return the keys that a class has in a file, those of its tables within.

    Args:
        kind: an attrs class.
        around: the field in which it stands inline.

    Cost: O(fields).

    Example:
        >>> from omniqueue import RelaxStep
        >>> list(keys_of(RelaxStep))
        ['after', 'after_seconds', 'skills']
    """
    assert isinstance(kind, type)
    keys: Keys = {}
    for field in attrs.fields(kind):
        said, path = setting_of(field), (*around, field.name)
        if said.inline is not None:
            keys |= keys_of(said.inline, path)
            continue
        where = keys
        if said.table:
            inner = keys.setdefault(said.table, {})
            assert isinstance(inner, dict)
            where = inner
        read = said.read
        if read is None and said.each is not None:
            read = array_of(table_of(said.each))
        name = said.key or field.name
        if said.seconds or name.endswith(_SECONDS):
            name = name.removesuffix(_SECONDS)
            where[name] = _Key(path, field, read or duration)
            where[name + _SECONDS] = _Key(path, field, None)
        else:
            where[name] = _Key(path, field, read)
    return keys


class _Reading:
    """One table on its way to a value.

    Args:
        refused, others: as of `table_of`.
    """

    def __init__(self, refused: Mapping[str, str], others: Sequence[str]) -> None:
        self.values: dict[tuple[str, ...], object] = {}
        self._refused = refused
        self._others = others

    def table(self, keys: Keys, value: object, place: Place, around: str = "") -> None:
        """Read all values; one that is faulty is there, so that it is not missing as well."""
        for key, item in table(value).items():
            found, where = keys.get(key), place.below(key)
            reason = self._refused.get(around + key)
            if reason is not None:
                where.note(f"not a key here: {reason}")
            elif found is None:
                if key not in self._others:
                    known = [each for each in keys if around + each not in self._refused]
                    where.note(not_a_key(key, [*known, *self._others]))
            elif isinstance(found, dict):
                try:
                    self.table(found, item, where, f"{around}{key}.")
                except InvalidValueError as error:
                    where.refuse(error)
            else:
                if found.path in self.values:
                    where.note("says again what another key says")
                self.values[found.path] = self._value(found, item, where)

    def missing(self, keys: Keys, place: Place) -> None:
        """Keep a fault for every value that there must be."""
        for key, found in keys.items():
            if isinstance(found, _Key) and found.field.default is attrs.NOTHING:
                if found.path not in self.values:
                    self.values[found.path] = None
                    place.below(key).note("is missing")

    def _value(self, key: _Key, item: object, place: Place) -> object:
        try:
            value = item if key.read is None else key.read(item, place)
            convert = key.field.converter
            return value if convert is None else convert(value)  # type: ignore[operator]
        except NotedError:
            pass
        except OmniqueueError as error:
            place.refuse(error)
        return None


def _words(keys: Keys, around: str = "") -> Iterator[tuple[str, str]]:
    """Yield field and key; the key without `_seconds` comes last."""
    for key, found in reversed(keys.items()):
        if isinstance(found, _Key):
            yield found.field.name, around + key
        else:
            yield from _words(found, f"{around}{key}.")


def _made(kind: Callable[..., T], values: Mapping[tuple[str, ...], object], place: Place) -> T:
    """Return the value of a class whose fields have been read."""
    assert isinstance(kind, type)
    fields: dict[str, object] = {}
    for field in attrs.fields(kind):
        inline = setting_of(field).inline
        if inline is not None:
            inner = {path[1:]: value for path, value in values.items() if path[0] == field.name}
            fields[field.name] = _made(inline, inner, place)
        elif (field.name,) in values:
            fields[field.name] = values[field.name,]
    try:
        made: T = kind(**fields)
        return made
    except OmniqueueError as error:
        keys = dict(_words(keys_of(kind)))
        place.refuse(error, keys)
        raise NotedError from None
