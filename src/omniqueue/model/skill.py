"""Skill levels, held by an agent or needed by a contact, and requirements with alternatives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from threading import Lock
from typing import ClassVar
from weakref import WeakValueDictionary

from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import LEVEL_MAX, identifier, whole

SKILLS_NEEDED_MAX = 64
SKILLS_HELD_MAX = 1000
GROUPS_MAX = 16  # of alternatives
ALTERNATIVES_MAX = 32  # of one group

_interned: WeakValueDictionary[object, Skills] = WeakValueDictionary()
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
    any_of: ClassVar[tuple[Skills, ...]] = ()  # groups of alternatives: only a `Requirement`'s

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
        if isinstance(levels, Skills) and not levels.any_of:
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
        """Tell whether these levels reach every needed level, and in each group one of them.

        Args:
            needed: plain skills, or a requirement with groups of alternatives.

        Cost: O(skills and alternatives needed).

        Example:
            >>> Skills.of({"fr": 3}).covers(Skills.of({"fr": 2}))
            True
        """
        levels = self._levels
        return all(levels.get(name, 0) >= level for name, level in needed.pairs) and all(
            any(levels.get(name, 0) >= level for name, level in group.pairs)
            for group in needed.any_of
        )

    def met_in(self, group: Skills) -> list[tuple[str, int]]:
        """Return the alternatives of a group that these levels reach. Cost: O(alternatives).

        Example:
            >>> Skills.of({"fr": 3}).met_in(Skills.of({"fr": 2, "en": 1}))
            [('fr', 2)]
        """
        levels = self._levels
        return [(name, level) for name, level in group.pairs if levels.get(name, 0) >= level]


class Requirement(Skills):
    """Needed skills together with groups of alternatives: of every group one is enough.

    As a mapping it is its skills, all of which are needed; `any_of` has the groups. Without groups
    plain `Skills` are the requirement. Equal ones are one object, as with `Skills`.

    Example:
        >>> needs = requirement({"billing": 2}, [{"fr": 1, "en": 1}])
        >>> needs["billing"], needs.any_of
        (2, (Skills.of({'en': 1, 'fr': 1}),))
    """

    __slots__ = ("any_of", "skills")

    any_of: tuple[Skills, ...]  # type: ignore[misc]
    skills: Skills  # those that are all needed

    @classmethod
    def _of_parts(cls, skills: Skills, groups: tuple[Skills, ...]) -> Requirement:
        key = (skills.pairs, tuple(group.pairs for group in groups))
        with _interning:
            known = _interned.get(key)
            if known is None:
                known = object.__new__(cls)
                object.__setattr__(known, "pairs", skills.pairs)
                object.__setattr__(known, "_levels", skills._levels)
                object.__setattr__(known, "skills", skills)
                object.__setattr__(known, "any_of", groups)
                _interned[key] = known
        assert isinstance(known, Requirement)
        return known

    def __repr__(self) -> str:
        return f"requirement({self._levels!r}, {[dict(group) for group in self.any_of]!r})"

    def __reduce__(self) -> tuple[object, ...]:
        return Requirement._of_parts, (self.skills, self.any_of)


NO_SKILLS = Skills._of_pairs(())


def requirement(skills: object, any_of: object = (), *, field: str = "") -> Skills:
    """Return what is needed as one value: plain `Skills`, or a `Requirement` if there are groups.

    Args:
        skills: skill name to least level; all are needed (at most 64).
        any_of: up to 16 groups of 2 to 32 alternatives, each a mapping of skill to least level.
        field: what stands before the names of fields in an error, as "relax.".

    Raises:
        InvalidValueError: a level below 1, a group of fewer than two, a repeat, too many.

    Cost: O(n log n) in skills and alternatives; O(groups) when they are `Skills`.

    Example:
        >>> requirement({"fr": 1}) is Skills.of({"fr": 1})
        True
    """
    needed = Skills.of(skills, field=f"{field}skills", most=SKILLS_NEEDED_MAX)
    groups = alternatives(f"{field}any_of", any_of)
    return Requirement._of_parts(needed, groups) if groups else needed


def alternatives(field: str, value: object) -> tuple[Skills, ...]:
    """Return groups of alternatives, each as `Skills`, or refuse the value."""
    if not isinstance(value, list | tuple):
        raise InvalidValueError(field, value, "a list of groups of alternatives")
    if len(value) > GROUPS_MAX:
        raise InvalidValueError(field, len(value), f"at most {GROUPS_MAX} groups")
    groups = []
    for index, said in enumerate(value):
        group = Skills.of(said, field=f"{field}[{index}]", most=ALTERNATIVES_MAX)
        if len(group) < 2:
            raise InvalidValueError(f"{field}[{index}]", len(group), "2 alternatives at least")
        groups.append(group)
    return tuple(groups)


def implies(former: Skills, later: Skills) -> bool:
    """Tell whether a requirement asks for no more than a former one.

    Each needed skill was needed at that level or a higher one; each group is met by a skill that
    was needed, or by every alternative of some former group.

    Cost: O(groups x groups x alternatives).

    Example:
        >>> implies(Skills.of({"fr": 2}), requirement({}, [{"fr": 2, "en": 1}]))
        True
    """

    def enough(group: Skills, name: str, level: int) -> bool:
        return 0 < group.get(name, 0) <= level

    def met(group: Skills) -> bool:
        return any(enough(group, *pair) for pair in former.pairs) or any(
            all(enough(group, *pair) for pair in other.pairs) for other in former.any_of
        )

    return all(former.get(name, 0) >= level for name, level in later.pairs) and all(
        met(group) for group in later.any_of
    )
