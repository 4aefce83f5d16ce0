"""Arguments of the formulas, refused early and by name."""

import math
from collections.abc import Iterable
from numbers import Integral, Real
from typing import TypeVar

from omniqueue.errors import InvalidValueError

Item = TypeVar("Item")

#: Erlang B is a loop over agents: a million takes about a tenth of a second.
MAX_AGENTS = 1_000_000

#: Within these bounds no product of a few values leaves the range of a float.
SMALLEST, GREATEST = 1e-50, 1e50


def _real(field: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InvalidValueError(field, value, "a real number")
    number = float(value)
    if not math.isfinite(number):
        raise InvalidValueError(field, value, "a finite number")
    return number


def positive(field: str, value: float) -> float:
    """Return the value as a float above 0, or raise InvalidValueError."""
    number = _real(field, value)
    if not SMALLEST <= number <= GREATEST:
        raise InvalidValueError(field, value, f"a number above 0, from {SMALLEST} to {GREATEST}")
    return number


def not_negative(field: str, value: float) -> float:
    """Return the value as a float of at least 0, or raise InvalidValueError.

    What is smaller than any rate can tell from 0 becomes 0.
    """
    number = _real(field, value)
    if not 0.0 <= number <= GREATEST:
        raise InvalidValueError(field, value, f"a number from 0 to {GREATEST}")
    return number if number >= SMALLEST else 0.0


def real(field: str, value: float) -> float:
    """Return the value as a finite float, or raise InvalidValueError."""
    return _real(field, value)


def share(field: str, value: float) -> float:
    """Return the value as a float strictly between 0 and 1, or raise InvalidValueError."""
    number = _real(field, value)
    if not 0.0 < number < 1.0:
        raise InvalidValueError(field, value, "a share strictly between 0 and 1")
    return number


def count(field: str, value: int, *, least: int, most: int) -> int:
    """Return the value as an int in least..most, or raise InvalidValueError."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise InvalidValueError(field, value, "a whole number")
    number = int(value)
    if not least <= number <= most:
        raise InvalidValueError(field, value, f"a whole number from {least} to {most}")
    return number


def agent_count(field: str, value: int) -> int:
    """Return the value as a number of agents, or raise InvalidValueError."""
    return count(field, value, least=1, most=MAX_AGENTS)


def listed(
    field: str, values: Iterable[Item], number: int | None = None, what: str = ""
) -> tuple[Item, ...]:
    """Return the values as a tuple, so many as a number says, or raise InvalidValueError."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InvalidValueError(field, values, "a sequence")
    found = tuple(values)
    if number not in (None, len(found)):
        raise InvalidValueError(field, found, f"{number} {what}")
    return found


def positives(field: str, values: Iterable[float]) -> tuple[float, ...]:
    """Return the values as floats above 0, at least one of them, or raise InvalidValueError."""
    numbers = listed(field, values)
    if not numbers:
        raise InvalidValueError(field, values, "at least one number above 0")
    return tuple(positive(f"{field}[{at}]", value) for at, value in enumerate(numbers))
