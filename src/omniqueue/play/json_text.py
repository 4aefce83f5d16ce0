"""JSON text as it comes from outside: every fault with its place, and none of them fatal.

The standard parser does the parsing. What JSON forbids or leaves open, and that parser lets pass
(NaN, numbers beyond a float, repeated keys), is marked in the tree and found again by a walk that
knows the places.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from math import isinf

from omniqueue.errors import FileFaultsError
from omniqueue.model.reader import Faults, Place, Unreadable

DEPTH_MAX = 64
DIGITS_MAX = 640  # the lowest bound that Python's own guard against huge integers can be set to
_PRIVATE_KEY = "attributes"  # customer data: never quoted, not even its keys

_STRING_OR_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)
_TWO_BYTE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"{\x00", b"[\x00")


class _NotJson(Unreadable):
    """Stands in the tree where the text holds what cannot be taken."""

    def __init__(self, problem: str) -> None:
        self.problem = problem


class _Repeating(dict[str, object]):
    """An object of the file that gives a key more than once."""

    repeated: list[str]


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
        >>> faults.error().faults
        ['a: is given more than once', 'a: is 1e999, beyond every float; expected a finite number']
    """
    decoded = text if isinstance(text, str) else _decoded(text, faults)
    if not decoded.strip(" \t\r\n"):
        raise _with_last(faults, "top level", "is empty; expected a JSON object")
    # Before parsing: the parser's own guard knows nothing of the stack of the thread it runs in.
    deep = _too_deep(decoded)
    if deep is not None:
        raise _with_last(faults, deep, f"is nested deeper than {DEPTH_MAX} levels")
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
        raise _with_last(faults, place, f"is not JSON: {error.msg}") from None
    _note_marks(tree, Place("", faults))
    return tree


def _with_last(faults: Faults, place: str, problem: str) -> FileFaultsError:
    """Keep a fault after which nothing more can be found, and return the error."""
    faults.add(place, problem)
    return faults.error()


def _decoded(content: bytes, faults: Faults) -> str:
    expected = "expected UTF-8 without a byte order mark"
    if content.startswith(b"\xef\xbb\xbf"):
        raise _with_last(faults, "byte 0", f"is a byte order mark; {expected}")
    if content.startswith(_TWO_BYTE_MARKS):
        raise _with_last(faults, "byte 0", f"looks like UTF-16 or UTF-32; {expected}")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        place = f"line {line}, byte {error.start}"
        raise _with_last(faults, place, f"is not UTF-8; {expected}") from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    repeating = _Repeating(found)
    times = Counter(key for key, _ in pairs)
    repeating.repeated = [key for key, count in times.items() if count > 1]
    return repeating


def _constant(text: str) -> _NotJson:
    return _NotJson(f"is {text}, which JSON does not know; expected a finite number")


def _float(text: str) -> float | _NotJson:
    number = float(text)
    if isinf(number):
        return _NotJson(f"is {text[:64]}, beyond every float; expected a finite number")
    return number


def _int(text: str) -> int | _NotJson:
    if len(text) > DIGITS_MAX:
        return _NotJson(f"is an integer of {len(text)} digits; expected at most {DIGITS_MAX}")
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


def _note_marks(value: object, place: Place, private: bool = False) -> None:
    """Walk the tree in the order of the file; keep a fault for every mark in it."""
    if isinstance(value, _NotJson):
        place.note(value.problem)
    elif isinstance(value, dict):
        for key in value.repeated if isinstance(value, _Repeating) else ():
            (place if private else place.below(key)).note("is given more than once")
        for key, item in value.items():
            inside = place if private else place.below(key)
            _note_marks(item, inside, private or key == _PRIVATE_KEY)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _note_marks(item, place if private else place.below(index), private)
