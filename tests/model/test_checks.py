"""Ids, instants, durations, whole numbers and priorities: what passes the door, what does not."""

from __future__ import annotations

import pickle
import unicodedata
from datetime import datetime
from functools import partial
from math import inf, nan

import pytest
from hypothesis import given, settings, strategies as st

from omniqueue.errors import (
    FileFaultsError,
    IllegalTransitionError,
    InvalidValueError,
    OmniqueueError,
    shown,
)
from omniqueue.model.checks import duration, identifier, instant, priority, truth, whole

QUICK = settings(max_examples=100, deadline=None, database=None, derandomize=True)
ODD_IDS = (
    "../../etc/passwd",
    "'; DROP TABLE contacts",
    "%s",
    "{0}",
    "a b",
    "caf\u00e9",
    "\U0001f600",
)
BAD_IDS = (
    *("", " ", "\u00a0", "\u3000 ", "x" * 129, "\u00e9" * 65, "x" * 100_000_000),
    *("a\0", "a\n", "a\t", "\x1b[31m", "\x7f", "\x85", "\ud800", "a\udfff"),  # control, surrogates
    *(
        "a\u200bb",
        "\u200d",
        "\ufeffa",
        "\u202eabc",
        "\u2066",
        "\u00ad",
        "\u2028",
        "\u2029",
    ),  # hidden
    *(1, 1.5, True, None, b"a", ["a"], object()),
)
NOT_SECONDS: tuple[object, ...] = (
    nan,
    inf,
    -inf,
    "1",
    True,
    None,
    10**400,
    datetime(2024, 1, 1),
    [],
    1j,
)


@pytest.mark.parametrize("value", ODD_IDS)
def test_odd_ids_are_opaque(value: str) -> None:
    assert identifier("id", value) == value


@pytest.mark.parametrize("value", BAD_IDS, ids=lambda value: shown(value)[:20])
def test_bad_ids_are_refused(value: object) -> None:
    with pytest.raises(InvalidValueError) as caught:
        identifier("contact id", value)
    assert caught.value.field == "contact id"
    assert str(caught.value).isascii()
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 700


def test_the_longest_ids() -> None:
    assert identifier("id", "x" * 128) == "x" * 128
    assert identifier("id", "\u00e9" * 64) == "\u00e9" * 64


def test_ids_that_differ_by_normal_form_are_one() -> None:
    for text in ("caf\u00e9", "\u1e69", "\ud55c\uae00", "\u01d6" * 40):
        assert identifier("id", unicodedata.normalize("NFD", text)) == text
    assert identifier("id", "\u212b") == "\u00c5"


def test_an_id_as_long_as_may_be_passes_in_either_form() -> None:
    text = "\u01d6" * 64  # 128 bytes; 192 signs when decomposed
    assert identifier("id", unicodedata.normalize("NFD", text)) == text


@QUICK
@given(st.text(max_size=140))
def test_any_text_is_normal_afterwards_or_refused(text: str) -> None:
    try:
        found = identifier("id", text)
    except InvalidValueError as error:
        assert str(error).isprintable()
        assert str(error).isascii()
    else:
        assert found == unicodedata.normalize("NFC", text)
        assert identifier("id", found) == found
        assert 0 < len(found.encode()) <= 128


def test_a_str_of_another_class_becomes_a_str() -> None:
    class Name(str):
        __slots__ = ()

    for text in ("a", "caf\u00e9"):
        assert type(identifier("id", Name(text))) is str


@pytest.mark.parametrize("value", NOT_SECONDS, ids=lambda value: shown(value)[:20])
def test_what_is_no_finite_number_is_no_time(value: object) -> None:
    for check in (instant, duration):
        with pytest.raises(InvalidValueError) as caught:
            check("at", value)
        assert caught.value.field == "at"


def test_times_become_floats() -> None:
    assert instant("at", -5) == -5.0
    assert type(instant("at", 3)) is float
    assert instant("at", 2**53 + 1) == float(2**53)
    assert duration("s", 0) == 0.0
    assert duration("s", 1e308) == 1e308
    for value, positive in ((-1e-300, False), (-1, False), (0, True), (-0.0, True)):
        with pytest.raises(InvalidValueError):
            duration("s", value, positive=positive)
    assert duration("s", 1e-300, positive=True) == 1e-300


@pytest.mark.parametrize("value", [0, 11, -1, 1.0, 1.5, nan, True, "1", None, 10**400])
def test_whole_numbers(value: object) -> None:
    with pytest.raises(InvalidValueError, match="an int from 1 to 10"):
        whole("cost", value, 1, 10)
    assert whole("cost", 1, 1, 10) == 1
    assert whole("cost", 10, 1, 10) == 10


@pytest.mark.parametrize(
    "value",
    [nan, 2**31 + 1, -(2**31) - 1, 2**64, 10**400, -(10**5000), True, "1", 1.0, None],
    ids=shown,
)
def test_priorities(value: object) -> None:
    with pytest.raises(InvalidValueError):
        priority("priority", value)
    assert priority("priority", 2**31) == 2**31
    assert priority("priority", -(2**31)) == -(2**31)


@pytest.mark.parametrize("value", [0, 1, "true", None, 1.0])
def test_truth(value: object) -> None:
    with pytest.raises(InvalidValueError):
        truth("keep_place", value)
    assert truth("keep_place", True) is True


# ------------------------------------------------------------ how values are shown in errors


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x" * 64, f"'{'x' * 64}'"),
        ("x" * 65, f"'{'x' * 64}'..."),
        ("\x1b[31m\n\u202e", r"'\x1b[31m\n\u202e'"),
        (10**400, "an int of 1329 bits"),
        (-(10**5000), "an int of 16610 bits"),
        ({"card": "4711"}, "a dict"),
        (["4711"], "a list"),
        (b"4711", "a bytes"),
        (nan, "nan"),
        (None, "None"),
    ],
    ids=lambda value: shown(value)[:20],
)
def test_values_are_cut_and_escaped(value: object, text: str) -> None:
    assert shown(value) == text
    assert InvalidValueError("field", value, "better").value == text


@pytest.mark.parametrize("kind", OmniqueueError.__subclasses__())
def test_errors_survive_pickling(kind: type[OmniqueueError]) -> None:
    if kind is FileFaultsError:
        error: OmniqueueError = FileFaultsError("a.json", ["steps: is missing"], 3)
    elif kind is IllegalTransitionError:
        made = partial(IllegalTransitionError, code="too_late", command="park", contact="c1")
        error = made("agent", "x\n" * 100, "you", state="waiting", holder="ana")
    else:
        error = kind("a field", "x\n" * 100, "something else")
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(error, protocol)), protocol))
        assert type(again) is kind
        assert str(again) == str(error)
        assert vars(again) == vars(error)
        assert again.args == error.args
