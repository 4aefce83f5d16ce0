"""Settings files: tables become values by the fields of their classes, every fault with its place.

One grammar of faults, whatever the file: `PLACE: is VALUE; expected WHAT`, `PLACE: is missing`,
`PLACE: not a key; did you mean 'KEY'?`. All of them are found at once. A time is text with its
unit (`offer = "20 s"`) or has its unit in its key (`offer_seconds = 20`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

import attrs

from omniqueue.errors import FileFaultsError, InvalidValueError, OmniqueueError, shown
from omniqueue.model.checks import (
    LEVEL_MAX,
    instant as checked_instant,
    truth as checked_truth,
    whole,
)
from omniqueue.model.durations import duration_seconds
from omniqueue.model.fields import setting_of

T = TypeVar("T")

FAULTS_MAX: Final = 20
TEXT_MAX: Final = 1000
_KEY_MAX: Final = 64  # signs of a key that are compared with those known
_PLACE_MAX: Final = 200
_SECONDS: Final = "_seconds"
_IN_A_FILE: Final = {  # a value as errors show it, as a file has it
    "None": "null",
    "True": "true",
    "False": "false",
    "a dict": "a table",
}


class Unreadable:
    """Stands in a parsed file for what is no value; its fault is kept already."""


@attrs.define(eq=False)
class Faults:
    """The faults of one file, in the order of finding.

    Args:
        name: what to call the file.

    Example:
        >>> faults = Faults("desk.toml")
        >>> faults.add("seed", "is missing")
        >>> print(faults.error())
        desk.toml: seed: is missing
    """

    name: str
    count: int = attrs.field(default=0, init=False)
    _lines: list[str] = attrs.field(factory=list, init=False)

    def add(self, place: str, problem: str) -> None:
        """Keep a fault; beyond 20 they are only counted. Cost: O(1)."""
        self.count += 1
        if len(self._lines) < FAULTS_MAX:
            if len(place) > _PLACE_MAX:
                place = place[:_PLACE_MAX] + "..."
            self._lines.append(f"{place}: {problem}" if place else problem)

    def error(self) -> FileFaultsError:
        """Return the error that lists them."""
        return FileFaultsError(self.name, self._lines, self.count - len(self._lines))


class NotedError(Exception):
    """A value has faults, and all of them are kept already."""


@attrs.define(eq=False)
class Place:
    """Where a value stands in a file, and where its faults are kept.

    Args:
        name: its key or number in what is above, or its path; empty: the whole file.
        faults: those of the file, shared by all its places.
        folder: where the files lie that it names; None: it may name none.
        above: the place of the table or list in which it stands; None: there is none.

    Example:
        >>> Place("agents", Faults("desk.toml")).below(0).below("group").path
        'agents[0].group'
    """

    _name: str | int
    faults: Faults
    folder: Path | None = None
    _above: Place | None = None

    @property
    def path(self) -> str:
        """As `agents[0].count`: put together when there is a fault, for most have none."""
        name = self._name
        above = "" if self._above is None else self._above.path
        if isinstance(name, int):
            return f"{above}[{name}]"
        if self._above is not None and not re.fullmatch(r"[\w-]+", name, re.ASCII):
            name = shown(name)
        return f"{above}.{name}" if above else name

    def below(self, key: str | int) -> Place:
        """Return the place of a key of a table, or of an item of a list."""
        return Place(key, self.faults, self.folder, self)

    def note(self, problem: str) -> None:
        """Keep a fault of this place."""
        self.faults.add(self.path, problem)

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
                value = _IN_A_FILE.get(each.value, each.value)
                where = self._path_of(each.field, keys)
                self.faults.add(where, f"is {value}; expected {each.expected}")

    def _path_of(self, field: str, keys: Mapping[str, str] | None) -> str:
        """Return the path of a field of this value, as `skills['fr']` or `prefer.agent`."""
        path = self.path
        parts = re.fullmatch(r"(\w+)((?:[\[.].*)?)", field, re.DOTALL)
        if parts is None:
            return path
        name, rest = parts.groups()
        if keys is None:
            return path + rest if rest.startswith("[") else path
        below = keys.get(name, name) + rest
        return f"{path}.{below}" if path else below

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
    tree: object,
    *,
    name: str,
    format: str,  # noqa: A002 - the key's name
    folder: Path | None = None,
    faults: Faults | None = None,
) -> T:
    """Return what a settings file says.

    Args:
        read: reads its tables.
        tree: the parsed file.
        name: what to call it in an error.
        format: what its key `format` must be, where it has one.
        folder: where the files lie that it names; None: it may name none.
        faults: those that were found when it was parsed; None: none.

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
    place = Place("", faults or Faults(name), folder)
    if isinstance(tree, dict) and "format" in tree:
        if tree["format"] != format:
            place.below("format").refuse(InvalidValueError("", tree["format"], repr(format)))
        tree = {key: value for key, value in tree.items() if key != "format"}
    return _sound(read, tree, place)


def read_value(read: Callable[[object, Place], T], value: object, *, name: str) -> T:
    """Return what a JSON value says that is no file.

    Args:
        read: reads it.
        value: the value.
        name: what to call it in an error.

    Raises:
        FileFaultsError: every fault with its place, the first 20 spelt out.

    Cost: O(size).

    Example:
        >>> from omniqueue import Channel
        >>> read_value(table_of(Channel), {"name": "sms", "cost": 2}, name="channel").cost
        2
    """
    return _sound(read, value, Place("", Faults(name)))


def _sound(read: Callable[[object, Place], T], value: object, place: Place) -> T:
    """Read a value; where it has faults, raise them all."""
    try:
        found = _read_one(read, value, place)
    except NotedError:
        found = None
    if found is None or place.faults.count:
        raise place.faults.error()
    return found


def _read_one(read: Callable[[object, Place], T], value: object, place: Place) -> T:
    """Read a value; a refusal is kept with its place."""
    if isinstance(value, Unreadable):
        raise NotedError
    try:
        return read(value, place)
    except OmniqueueError as error:
        place.refuse(error)
        raise NotedError from None


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
        >>> table_of(RelaxStep)({"after": "1 min", "skills": {"fr": 1}}, Place("", Faults("")))
        RelaxStep(after_seconds=60.0, skills=Skills.of({'fr': 1}), any_of=())
    """
    keys = keys_of(kind, reads or {})

    def read_table(value: object, place: Place) -> T:
        values = _Reading(refused or {}, others).read(keys, value, place)
        return _made(kind, values, place)

    return read_table


class RawTable:
    """A reader of tables whose values are looked at and left as they are in the file.

    Args:
        required: key to what reads it.
        optional: likewise, of the keys that may be left out.

    Example:
        >>> RawTable({"at": number})({"at": 5}, Place("", Faults("")))
        {'at': 5}
    """

    def __init__(
        self, required: Mapping[str, Read], optional: Mapping[str, Read] | None = None
    ) -> None:
        self.required = required
        self.optional = optional or {}
        self._keys: Keys = {
            key: _Key((key,), read, key in required)
            for key, read in {**required, **self.optional}.items()
        }

    def __call__(self, value: object, place: Place) -> dict[str, Any]:
        """Return the table, or refuse it."""
        _Reading().read(self._keys, value, place)
        return dict(table(value))


def array_of(read: Callable[[object, Place], T]) -> Callable[[object, Place], tuple[T, ...]]:
    """Return a reader of lists, given that of their items."""

    def read_array(value: object, place: Place) -> tuple[T, ...]:
        items = enumerate(array(value))
        return _gathered((read, each, place.below(index)) for index, each in items)

    return read_array


def row_of(form: str, *reads: Read) -> Callable[[object, Place], tuple[Any, ...]]:
    """Return a reader of lists of a fixed length.

    Args:
        form: what such a list is, for people.
        reads: what reads its items, in order.
    """

    def read_row(value: object, place: Place) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) != len(reads):
            raise InvalidValueError("", value, form)
        cells = enumerate(zip(reads, value, strict=True))
        return _gathered((read, each, place.below(index)) for index, (read, each) in cells)

    return read_row


def named(
    kind: Callable[..., T], *, refused: Mapping[str, str] | None = None
) -> Callable[[object, Place], tuple[T, ...]]:
    """Return a reader of a table of tables as values of a class; a key is the field `name`.

    Args:
        kind: an attrs class with a field `name`.
        refused: as of `table_of`.
    """
    keys = keys_of(kind)
    del keys["name"]

    def read_named(value: object, place: Place) -> tuple[T, ...]:
        def read_one(name: str, item: object, where: Place) -> T:
            values = _Reading(refused or {}).read(keys, item, where)
            return _made(kind, {("name",): name, **values}, where)

        return _gathered(
            (partial(read_one, name), item, place.below(name))
            for name, item in table(value).items()
        )

    return read_named


def each_of(read: Callable[[object, Place], T], value: object, place: Place) -> tuple[T, ...]:
    """Read every value of a table, whatever its key."""
    return _gathered((read, each, place.below(key)) for key, each in table(value).items())


def _gathered(
    items: Iterable[tuple[Callable[[object, Place], T], object, Place]],
) -> tuple[T, ...]:
    """Read all items; the faults of one do not hide those of the others."""
    found = []
    failed = False
    for read, value, place in items:
        try:
            found.append(_read_one(read, value, place))
        except NotedError:
            failed = True
    if failed:
        raise NotedError
    return tuple(found)


def table(value: object) -> dict[str, object]:
    """Return a table of a file, or refuse what is none."""
    if isinstance(value, dict):
        return value
    raise InvalidValueError("", value, "a table, as { ... }")


def array(value: object) -> list[object]:
    """Return a list of a file, or refuse what is none."""
    if isinstance(value, list):
        return value
    raise InvalidValueError("", value, "a list, as [ ... ]")


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


def whole_numbers(least: int) -> Read:
    """Return a reader of tables of whole numbers, each of which has its own place."""

    def read_number(value: object, _: Place) -> int:
        return whole("", value, least, LEVEL_MAX)

    def read_numbers(value: object, place: Place) -> dict[str, object]:
        each_of(read_number, value, place)
        return table(value)

    return read_numbers


_LEVELS: Final = whole_numbers(1)


def levels(value: object, place: Place) -> object:
    """Return skill levels: a table of them, or a list of skills, each at level 1."""
    return dict.fromkeys(texts(value), 1) if isinstance(value, list) else _LEVELS(value, place)


def number(value: object, _: object = None) -> int | float:
    """Return a number as it is, or refuse the value (true and false are none)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise InvalidValueError("", value, "a number")


def instant(value: object, _: object = None) -> float:
    """Return an instant in seconds, or refuse the value."""
    return checked_instant("", value)


def truth(value: object, _: object = None) -> bool:
    """Return true or false, or refuse the value."""
    return checked_truth("", value)


def or_null(read: Read) -> Read:
    """Return a reader that lets null pass, given that of other values."""
    return lambda value, place: None if value is None else read(value, place)


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
        read: what makes a value from that of the file.
        required: whether it must be there.
    """

    path: tuple[str, ...]
    read: Read
    required: bool


def _converted(convert: Callable[[Any], object] | None, read: Read | None) -> Read:
    """Return a reader that reads, then converts."""
    if convert is None:
        return read or (lambda value, _: value)
    if read is None:
        return lambda value, _: convert(value)
    return lambda value, place: convert(read(value, place))


Keys: TypeAlias = "dict[str, _Key | Keys]"


_NO_READS: Final[Mapping[str, Read]] = {}


def keys_of(
    kind: Callable[..., object],
    reads: Mapping[str, Read] = _NO_READS,
    around: tuple[str, ...] = (),
) -> Keys:
    """Return the keys that a class has in a file, those of its tables within.

    Args:
        kind: an attrs class.
        reads: field to what reads it, where the class does not say.
        around: the field in which it stands inline.

    Cost: O(fields).

    Example:
        >>> from omniqueue import RelaxStep
        >>> list(keys_of(RelaxStep))
        ['after', 'after_seconds', 'skills', 'any_of']
    """
    assert isinstance(kind, type)
    keys: Keys = {}
    for field in attrs.fields(kind):
        said, path = setting_of(field), (*around, field.name)
        if said.inline is not None:
            keys |= keys_of(said.inline, reads, path)
            continue
        where = keys
        if said.table:
            inner = keys.setdefault(said.table, {})
            assert isinstance(inner, dict)
            where = inner
        read = reads.get(field.name, said.read)
        if read is None and said.each is not None:
            read = array_of(table_of(said.each))
        name = said.key or field.name
        convert, required = field.converter, field.default is attrs.NOTHING
        if said.seconds or (not said.key and name.endswith(_SECONDS)):
            name = name.removesuffix(_SECONDS)
            where[name] = _Key(path, _converted(convert, read or duration), required)
            where[name + _SECONDS] = _Key(path, _converted(convert, None), required)
        else:
            where[name] = _Key(path, _converted(convert, read), required)
    return keys


@attrs.define(eq=False)
class _Reading:
    """One table on its way to a value.

    Args:
        refused, others: as of `table_of`.
    """

    _refused: Mapping[str, str] = attrs.field(factory=dict)
    _others: Sequence[str] = ()
    values: dict[tuple[str, ...], object] = attrs.field(factory=dict, init=False)
    _failed: bool = attrs.field(default=False, init=False)

    def read(self, keys: Keys, value: object, place: Place) -> dict[tuple[str, ...], object]:
        """Return the values by path, or refuse the table; a fault is kept for what is missing."""
        faults = place.faults.count
        self.table(keys, value, place)
        for key, found in keys.items():
            if isinstance(found, _Key) and found.required and found.path not in self.values:
                self.values[found.path] = None
                place.below(key).note("is missing")
        if self._failed or place.faults.count > faults:
            raise NotedError
        return self.values

    def table(self, keys: Keys, value: object, place: Place, around: str = "") -> None:
        """Read all values; one that is faulty is there, so that it is not missing as well."""
        for key, item in table(value).items():
            found, where = keys.get(key), place.below(key)
            reason = self._refused.get(around + key) if self._refused else None
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
                self.values[found.path] = None
                try:
                    self.values[found.path] = _read_one(found.read, item, where)
                except NotedError:
                    self._failed = True


def _words(keys: Keys, around: str = "") -> Iterator[tuple[str, str]]:
    """Yield field and key; the key without `_seconds` comes last."""
    for key, found in reversed(keys.items()):
        if isinstance(found, _Key):
            yield found.path[-1], around + key
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
