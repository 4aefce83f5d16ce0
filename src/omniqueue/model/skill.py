"""Skill levels, held by an agent or needed by a contact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from threading import Lock
from weakref import WeakValueDictionary

from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import LEVEL_MAX, identifier, whole

SKILLS_NEEDED_MAX = 64
SKILLS_HELD_MAX = 1000

_interned: WeakValueDictionary[tuple[tuple[str, int], ...], Skills] = WeakValueDictionary()
_interning = Lock()


class Skills(Mapping[str, int]):
    """An immutable mapping of skill name to level (int >= 1), made by `Skills.of`.

    Equal skills are one and the same object, so a requirement is looked up by identity however
    many skills it names: O(1) in the router.

    Example:
        >>> Skills.of({"billing": 2, "fr": 1}) is Skills.of({"fr": 1, "billing": 2})
        True
        >>> Skills.of({"billing": 2})["billing"]
        2
    """

    __slots__ = ("__weakref__", "_levels", "pairs")

    pairs: tuple[tuple[str, int], ...]
    _levels: dict[str, int]

    @classmethod
    def of(cls, levels: object, *, field: str = "skills", most: int = SKILLS_HELD_MAX) -> Skills:
        """Return the one Skills with these levels.

        Args:
            levels: a mapping of skill name to level; a level is an int from 1 to 1,000,000.
            field: what to call the value in an error.
            most: how many skills are allowed.

        Raises:
            InvalidValueError: a blank name, a level out of range, too many skills.

        Cost: O(n log n) in the number of skills; O(1) when given a Skills.

        Example:
            >>> Skills.of({"fr": 0})
            Traceback (most recent call last):
            ...
            omniqueue.errors.InvalidValueError: skills['fr'] is 0; expected an int from 1 ...
        """
        if isinstance(levels, Skills):
            if len(levels.pairs) > most:
                raise InvalidValueError(field, len(levels.pairs), f"at most {most} skills")
            return levels
        if not isinstance(levels, Mapping):
            raise InvalidValueError(field, levels, "a mapping of skill name to level")
        if len(levels) > most:
            raise InvalidValueError(field, len(levels), f"at most {most} skills")
        found: dict[str, int] = {}
        for name, level in levels.items():
            skill = identifier(f"{field} name", name)
            if skill in found:
                raise InvalidValueError(f"{field} name", name, "each skill once")
            found[skill] = whole(f"{field}[{skill[:64]!a}]", level, 1, LEVEL_MAX)
        return cls._of_pairs(tuple(sorted(found.items())))

    @classmethod
    def _of_pairs(cls, pairs: tuple[tuple[str, int], ...]) -> Skills:
        known = _interned.get(pairs)
        if known is None:
            with _interning:
                known = _interned.get(pairs)
                if known is None:
                    known = object.__new__(cls)
                    object.__setattr__(known, "pairs", pairs)
                    object.__setattr__(known, "_levels", dict(pairs))
                    _interned[pairs] = known
        return known

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"skills cannot be changed: {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"skills cannot be changed: {name}")

    def __getitem__(self, name: str) -> int:
        return self._levels[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._levels)

    def __len__(self) -> int:
        return len(self._levels)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Skills):
            return self is other
        return isinstance(other, Mapping) and self._levels == dict(other)

    # One object per value, so identity is a sound and the quickest hash.
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"Skills.of({self._levels!r})"

    def __copy__(self) -> Skills:
        return self

    def __deepcopy__(self, memo: object) -> Skills:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return Skills._of_pairs, (self.pairs,)

    def covers(self, needed: Skills) -> bool:
        """Tell whether these levels reach every needed level. Cost: O(skills needed).

        Example:
            >>> Skills.of({"fr": 3}).covers(Skills.of({"fr": 2}))
            True
        """
        levels = self._levels
        return all(levels.get(name, 0) >= level for name, level in needed.pairs)


NO_SKILLS = Skills._of_pairs(())
