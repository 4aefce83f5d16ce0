"""The checks at the door: each returns the value in its normal form or names what is wrong."""

from __future__ import annotations

import unicodedata
from math import inf, ulp

from omniqueue.errors import InvalidValueError

ID_BYTES_MAX = 128  # long enough for any UUID, URL-safe token or SIP call id
LEVEL_MAX = 1_000_000  # skill levels, costs, capacities and limits: small ints, sums stay exact
WAITING_MAX = 2**53  # of max_waiting: what a float can count
_SIGNS_MAX = 4 * ID_BYTES_MAX  # before normalisation, which may make text shorter
PRIORITY_BOUND = 2**31
ABOVE_0 = ulp(0.0)  # the least number above 0

# Control, format (zero-width, bidi), surrogate, line and paragraph separators.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def identifier(field: str, value: object) -> str:
    """Return an id or name in NFC, or refuse it."""
    if not isinstance(value, str):
        raise InvalidValueError(field, value, "a str (ids and names are text)")
    if value.isascii():
        if 0 < len(value) <= ID_BYTES_MAX and value.isprintable() and not value.isspace():
            return value if type(value) is str else str.__str__(value)
    elif len(value) <= _SIGNS_MAX:
        normal = unicodedata.normalize("NFC", str.__str__(value))
        if (
            not any(unicodedata.category(sign) in _REFUSED_CATEGORIES for sign in normal)
            and normal.strip()
            and len(normal.encode()) <= ID_BYTES_MAX
        ):
            return normal
    raise InvalidValueError(
        field, value, f"1 to {ID_BYTES_MAX} UTF-8 bytes, not blank, no control or hidden signs"
    )


def instant(field: str, value: object) -> float:
    """Return an instant (seconds on the caller's epoch) as a finite float, or refuse it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            seconds = float(value)
        except OverflowError:
            seconds = inf
        if -inf < seconds < inf:
            return seconds
    raise InvalidValueError(field, value, "finite seconds (a number, not a bool or a datetime)")


def duration(field: str, value: object, *, positive: bool = False) -> float:
    """Return a duration in seconds as a finite float, not negative (or positive)."""
    seconds = instant(field, value)
    if seconds < 0 or (positive and seconds == 0):
        raise InvalidValueError(field, value, "seconds above 0" if positive else "seconds >= 0")
    return seconds


def whole(field: str, value: object, low: int, high: int) -> int:
    """Return an int from low to high, or refuse it (bools and whole floats too)."""
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return int(value)
    raise InvalidValueError(field, value, f"an int from {low} to {high}")


def bounded(field: str, value: object, low: float, high: float, expected: str) -> float:
    """Return a number from low to high as a float, or refuse it as not what is expected."""
    found = instant(field, value)
    if not low <= found <= high:
        raise InvalidValueError(field, value, expected)
    return found


def priority(field: str, value: object) -> int:
    """Return a priority, an int within +-2**31."""
    if isinstance(value, int) and not isinstance(value, bool):
        if -PRIORITY_BOUND <= value <= PRIORITY_BOUND:
            return int(value)
    raise InvalidValueError(field, value, "an int within +-2**31")


def truth(field: str, value: object) -> bool:
    """Return a bool, or refuse what only looks like one."""
    if isinstance(value, bool):
        return value
    raise InvalidValueError(field, value, "true or false")
