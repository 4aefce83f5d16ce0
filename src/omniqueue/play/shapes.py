"""Which JSON types stand where: a shape notes in `Faults` what does not fit.

Shapes look at types and keys only. Whether a number or a name makes sense is for the model and
the router to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import attrs

from omniqueue.play.json_text import Faults, NotJson, below

Shape: TypeAlias = Callable[[Faults, str, object], bool]  # tells whether the value fits


def text(faults: Faults, place: str, value: object) -> bool:
    """Expect a string. Cost: O(1).

    Example:
        >>> text(Faults("a.json"), "title", "Lunch")
        True
    """
    return _fits(isinstance(value, str), faults, place, value, "a string")


def number(faults: Faults, place: str, value: object) -> bool:
    """Expect a number (true and false are none). Cost: O(1).

    Example:
        >>> faults = Faults("a.json")
        >>> number(faults, "at", True), faults.lines
        (False, ['at: is true: expected a number'])
    """
    sound = isinstance(value, int | float) and not isinstance(value, bool)
    return _fits(sound, faults, place, value, "a number")


def truth(faults: Faults, place: str, value: object) -> bool:
    """Expect true or false. Cost: O(1).

    Example:
        >>> truth(Faults("a.json"), "keep_place", False)
        True
    """
    return _fits(isinstance(value, bool), faults, place, value, "true or false")


def private(faults: Faults, place: str, value: object) -> bool:
    """Expect an object whose content nobody is shown. Cost: O(1).

    Example:
        >>> faults = Faults("a.json")
        >>> private(faults, "attributes", "4711"), faults.lines
        (False, ['attributes: is a str: expected an object'])
    """
    if not isinstance(value, dict | NotJson):
        faults.add(place, f"is a {type(value).__name__}: expected an object")
    return isinstance(value, dict)


def _fits(sound: bool, faults: Faults, place: str, value: object, expected: str) -> bool:
    if not sound and not isinstance(value, NotJson):
        faults.wrong(place, value, expected)
    return sound


@attrs.frozen
class OrNull:
    """Expect null or what another shape expects.

    Example:
        >>> OrNull(number)(Faults("a.json"), "max_waiting", None)
        True
    """

    shape: Shape

    def __call__(self, faults: Faults, place: str, value: object) -> bool:
        """Tell whether the value fits, and note what does not."""
        return value is None or self.shape(faults, place, value)


@attrs.frozen
class ListOf:
    """Expect a list whose items have one shape.

    Example:
        >>> ListOf(text)(Faults("a.json"), "waiting", ["c1", "c2"])
        True
    """

    item: Shape

    def __call__(self, faults: Faults, place: str, value: object) -> bool:
        """Tell whether the value fits, and note what does not."""
        if not isinstance(value, list):
            return _fits(False, faults, place, value, "a list")
        fits = [self.item(faults, below(place, at), item) for at, item in enumerate(value)]
        return all(fits)


@attrs.frozen
class Row:
    """Expect a list of a fixed length, each item with its own shape.

    Example:
        >>> Row("[index, error]", (number, text))(Faults("a.json"), "rejected[0]", [3, "E"])
        True
    """

    form: str
    items: tuple[Shape, ...]

    def __call__(self, faults: Faults, place: str, value: object) -> bool:
        """Tell whether the value fits, and note what does not."""
        if not isinstance(value, list) or len(value) != len(self.items):
            return _fits(False, faults, place, value, self.form)
        cells = enumerate(zip(self.items, value, strict=True))
        fits = [shape(faults, below(place, at), item) for at, (shape, item) in cells]
        return all(fits)


@attrs.frozen
class MapOf:
    """Expect an object with any keys, whose values have one shape.

    Example:
        >>> MapOf(number)(Faults("a.json"), "skills", {"fr": 2})
        True
    """

    value: Shape

    def __call__(self, faults: Faults, place: str, value: object) -> bool:
        """Tell whether the value fits, and note what does not."""
        if not isinstance(value, dict):
            return _fits(False, faults, place, value, "an object")
        fits = [self.value(faults, below(place, key), item) for key, item in value.items()]
        return all(fits)


@attrs.frozen
class Record:
    """Expect an object with these keys and no others.

    Args:
        required: the keys that must be there, each with the shape of its value.
        optional: the keys that may be there.

    Example:
        >>> faults = Faults("a.json")
        >>> Record({"id": text}, {})(faults, "agents[0]", {"name": "ana"})
        False
        >>> faults.lines
        ['agents[0].name: is an unknown key: expected id', 'agents[0].id: is missing']
    """

    required: Mapping[str, Shape]
    optional: Mapping[str, Shape] = attrs.field(factory=dict)

    def __call__(self, faults: Faults, place: str, value: object) -> bool:
        """Tell whether the value fits, and note what does not."""
        if not isinstance(value, dict):
            return _fits(False, faults, place or "top level", value, "an object")
        found_before = faults.count
        for key, item in value.items():
            shape = self.required.get(key) or self.optional.get(key)
            if shape is None:
                keys = ", ".join((*self.required, *self.optional)) or "none"
                faults.add(below(place, key), f"is an unknown key: expected {keys}")
            else:
                shape(faults, below(place, key), item)
        for key in self.required:
            if key not in value:
                faults.add(below(place, key), "is missing")
        return faults.count == found_before


@attrs.frozen
class OneOf:
    """Expect one of some words.

    Example:
        >>> OneOf(("ready", "away"))(Faults("a.json"), "state", "away")
        True
    """

    words: tuple[str, ...]

    def __call__(self, faults: Faults, place: str, value: object) -> bool:
        """Tell whether the value fits, and note what does not."""
        if isinstance(value, str) and value in self.words:
            return True
        expected = self.words[0] if len(self.words) == 1 else f"one of {', '.join(self.words)}"
        return _fits(False, faults, place, value, expected)
