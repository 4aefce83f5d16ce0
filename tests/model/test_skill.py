"""Skills: one object per value, immutable, and nothing odd among the levels."""

from __future__ import annotations

import copy
import gc
import pickle
import threading
from math import nan

import pytest
from hypothesis import given, settings, strategies as st

from omniqueue import Contact, Skills
from omniqueue.errors import InvalidValueError
from omniqueue.model.skill import NO_SKILLS

LEVELS = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 4))
QUICK = settings(max_examples=100, deadline=None, database=None, derandomize=True)


@pytest.mark.parametrize("level", [0, -1, 1.0, 1.5, nan, True, 10**9, 10**400, "1", None])
def test_bad_levels(level: object) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Skills.of({"fr": level})
    assert caught.value.field == "skills['fr']"


@pytest.mark.parametrize("name", ["", " ", "a\n", "x" * 129, 1, None])
def test_bad_names(name: object) -> None:
    with pytest.raises(InvalidValueError, match="skills name"):
        Skills.of({name: 1})


def test_a_hostile_name_is_cut_and_escaped() -> None:
    with pytest.raises(InvalidValueError) as caught:
        Skills.of({"\u00e9" * 64: 0})
    assert str(caught.value).isascii()
    assert len(caught.value.field) < 300


@pytest.mark.parametrize("value", [None, 5, "fr", ["fr"], {"fr"}, [("fr", 1)]])
def test_no_mapping(value: object) -> None:
    with pytest.raises(InvalidValueError, match="a mapping"):
        Skills.of(value)


def test_how_many() -> None:
    levels = {f"s{n}": 1 for n in range(1000)}
    assert len(Skills.of(levels)) == 1000
    for most, count in ((64, 65), (1000, 1001)):
        many = {f"s{n}": 1 for n in range(count)}
        with pytest.raises(InvalidValueError, match=f"at most {most}"):
            Skills.of(many, most=most)
    with pytest.raises(InvalidValueError, match="at most 64"):
        Contact("c1", "fax", skills=Skills.of(levels))


def test_one_name_in_two_spellings_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="each skill once"):
        Skills.of({"caf\u00e9": 1, "cafe\u0301": 2})
    assert Skills.of({"cafe\u0301": 1}) is Skills.of({"caf\u00e9": 1})


@QUICK
@given(LEVELS, LEVELS)
def test_like_a_mapping_and_one_object_per_value(one: dict[str, int], two: dict[str, int]) -> None:
    first, second = Skills.of(one), Skills.of(two)
    assert (first is second) == (first == second) == (one == two)
    assert first == one
    assert dict(first) == one
    assert sorted(first) == list(first)
    assert Skills.of(dict(reversed(one.items()))) is first
    assert first.covers(second) == all(one.get(name, 0) >= level for name, level in two.items())


@QUICK
@given(LEVELS)
def test_copies_are_the_same_object(levels: dict[str, int]) -> None:
    skills = Skills.of(levels)
    for again in (copy.copy(skills), copy.deepcopy(skills), Skills.of(skills)):
        assert again is skills
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(skills, protocol)) is skills
    assert eval(repr(skills)) is skills


def test_requirements_without_end_are_not_kept() -> None:
    from omniqueue.model.skill import _interned

    gc.collect()
    before = len(_interned)
    for number in range(1000):
        Skills.of({f"minted-{number}": 1})
    gc.collect()
    assert len(_interned) <= before + 1


def test_threads_get_one_object() -> None:
    found: list[Skills] = []
    start = threading.Barrier(8)

    def make() -> None:
        start.wait()
        found.extend(Skills.of({f"thread-{n}": 1}) for n in range(200))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(skills) for skills in found}) == 200


def test_nothing_can_be_changed() -> None:
    skills = Skills.of({"unchangeable": 3})
    with pytest.raises(TypeError):
        skills["unchangeable"] = 4  # type: ignore[index]
    pairs, levels = skills.pairs, skills._levels
    try:
        with pytest.raises(AttributeError):
            skills.pairs = ()
        with pytest.raises(AttributeError):
            skills._levels = {}
        with pytest.raises(AttributeError):
            del skills.pairs
    finally:  # the object is shared
        object.__setattr__(skills, "pairs", pairs)
        object.__setattr__(skills, "_levels", levels)


def test_no_skills() -> None:
    assert Skills.of({}) is NO_SKILLS
    assert not NO_SKILLS
    assert NO_SKILLS.covers(NO_SKILLS)
