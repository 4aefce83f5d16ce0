"""JSON text as it comes from outside: every fault with its place, and none of them fatal.

The standard parser does the parsing. What JSON forbids or leaves open, and that parser lets pass
(NaN, numbers beyond a float, repeated keys), is marked in the tree and found again by a walk that
knows the places.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from math import isinf

from omniqueue.errors import FileFaultsError, shown

FAULTS_MAX = 100  # listed; further ones are counted
DEPTH_MAX = 64
DIGITS_MAX = 640  # the lowest bound that Python's own guard against huge integers can be set to
_PLACE_MAX = 200
_PRIVATE_KEY = "attributes"  # customer data: never quoted, not even its keys

_STRING_OR_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)
_TWO_BYTE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"{\x00", b"[\x00")


class Faults:
    """The faults found so far in one file, in the order of finding.

    Example:
        >>> faults = Faults("desk.json")
        >>> faults.add("agents[0].id", "is missing")
        >>> faults.lines
        ['agents[0].id: is missing']
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.lines: list[str] = []
        self.count = 0

    def add(self, place: str, problem: str) -> None:
        """Note a fault; beyond 100 they are only counted. Cost: O(1)."""
        self.count += 1
        if len(self.lines) < FAULTS_MAX:
            if len(place) > _PLACE_MAX:
                place = place[:_PLACE_MAX] + "..."
            self.lines.append(f"{place}: {problem}")

    def wrong(self, place: str, value: object, expected: str) -> None:
        """Note a value that is not what was expected there. Cost: O(1)."""
        self.add(place, f"is {said(value)}: expected {expected}")

    def error(self) -> FileFaultsError:
        """Return the error that lists every fault noted. Cost: O(faults)."""
        return FileFaultsError(self.path, self.lines, self.count - len(self.lines))

    def with_last(self, place: str, problem: str) -> FileFaultsError:
        """Note a fault after which nothing more can be found, and return the error."""
        self.add(place, problem)
        return self.error()


class NotJson:
    """A mark in the tree, where the text holds what cannot be taken; the fault is noted."""

    def __init__(self, problem: str) -> None:
        self.problem = problem


class _Repeating(dict[str, object]):
    """An object of the file that gives a key more than once."""

    repeated: list[str]


def said(value: object) -> str:
    """Return a short printable form of a value of a JSON file, in JSON's words where it has them.

    Example:
        >>> said(None), said([]), said("c1")
        ('null', 'a list', "'c1'")
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "an object" if isinstance(value, dict) else shown(value)


def below(place: str, key: str | int) -> str:
    """Return the place of an item or a key within a place.

    Example:
        >>> below(below("steps", 3), "at"), below("channels", "walk in")
        ('steps[3].at', "channels['walk in']")
    """
    if isinstance(key, int):
        return f"{place}[{key}]"
    if key.isidentifier() and key.isascii() and len(key) <= 64:
        return f"{place}.{key}" if place else key
    return f"{place}[{shown(key)}]"


def parse_json(text: str | bytes, faults: Faults) -> object:
    """Return the tree of a JSON text; where it holds what JSON forbids, a mark.

    Args:
        text: the text, or its UTF-8 bytes without a byte order mark.
        faults: where the marks are noted as faults, each with its place.

    Raises:
        FileFaultsError: the text makes no tree at all.

    Cost: O(size).

    Example:
        >>> faults = Faults("odd.json")
        >>> _ = parse_json('{"a": [1, NaN], "a": 1e999}', faults)
        >>> faults.lines
        ['a: is given more than once', 'a: is 1e999, beyond every float: expected a finite number']
    """
    decoded = text if isinstance(text, str) else _decoded(text, faults)
    if not decoded.strip(" \t\r\n"):
        raise faults.with_last("top level", "is empty: expected a JSON object")
    # Before parsing: the parser's own guard knows nothing of the stack of the thread it runs in.
    deep = _too_deep(decoded)
    if deep is not None:
        raise faults.with_last(deep, f"is nested deeper than {DEPTH_MAX} levels")
    try:
        tree: object = json.loads(
            decoded,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_int,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise faults.with_last(place, f"is not JSON: {error.msg}") from None
    for place, problem in _marks("", tree):
        faults.add(place, problem)
    return tree


def _decoded(content: bytes, faults: Faults) -> str:
    expected = "expected UTF-8 without a byte order mark"
    if content.startswith(b"\xef\xbb\xbf"):
        raise faults.with_last("byte 0", f"is a byte order mark: {expected}")
    if content.startswith(_TWO_BYTE_MARKS):
        raise faults.with_last("byte 0", f"looks like UTF-16 or UTF-32: {expected}")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        place = f"line {line}, byte {error.start}"
        raise faults.with_last(place, f"is not UTF-8: {expected}") from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    repeating = _Repeating(found)
    times = Counter(key for key, _ in pairs)
    repeating.repeated = [key for key, count in times.items() if count > 1]
    return repeating


def _constant(text: str) -> NotJson:
    return NotJson(f"is {text}, which JSON does not know: expected a finite number")


def _float(text: str) -> float | NotJson:
    number = float(text)
    if isinf(number):
        return NotJson(f"is {text[:64]}, beyond every float: expected a finite number")
    return number


def _int(text: str) -> int | NotJson:
    if len(text) > DIGITS_MAX:
        return NotJson(f"is an integer of {len(text)} digits: expected at most {DIGITS_MAX}")
    return int(text)


def _too_deep(text: str) -> str | None:
    """Return where a text first opens more levels than are allowed."""
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        sign = match.group()
        if sign in "[{":
            depth += 1
            if depth > DEPTH_MAX:
                start = match.start()
                line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
                return f"line {line}, column {column}"
        elif sign in "]}":
            depth -= 1
    return None


def _marks(place: str, value: object, private: bool = False) -> Iterator[tuple[str, str]]:
    """Walk the tree in the order of the file; yield place and problem of every mark in it."""
    if isinstance(value, NotJson):
        yield place or "top level", value.problem
    elif isinstance(value, dict):
        for key in value.repeated if isinstance(value, _Repeating) else ():
            yield place if private else below(place, key), "is given more than once"
        for key, item in value.items():
            inside = place if private else below(place, key)
            yield from _marks(inside, item, private or key == _PRIVATE_KEY)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _marks(place if private else below(place, index), item, private)
