"""Fields that are declared once: a refusal bears the field's name, whoever refuses."""

from __future__ import annotations

import attrs
import pytest

from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import duration, whole
from omniqueue.model.fields import checked, optional, setting, several


def _word(value: object) -> str:
    if isinstance(value, str):
        return value
    raise InvalidValueError("", value, "a word")


@attrs.frozen(kw_only=True, field_transformer=checked)
class Seat:
    """One of each kind of check."""

    row: int = attrs.field(default=1, metadata=setting(whole, 1, 9))
    rest_seconds: float | None = attrs.field(default=None, metadata=setting(duration))
    free_seconds: float | None = attrs.field(default=0, metadata=setting(optional(duration)))
    word: str = attrs.field(default="", converter=_word)
    others: tuple[object, ...] = attrs.field(default=(), metadata=several(int))


@pytest.mark.parametrize(
    "change",
    [{"row": 0}, {"rest_seconds": -1}, {"free_seconds": "x"}, {"word": 3}, {"others": ["x"]}],
)
def test_a_refusal_bears_the_name_of_the_field(change: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Seat(**change)  # type: ignore[arg-type]
    assert [caught.value.field] == list(change)


def test_none_passes_where_it_is_the_default_or_allowed() -> None:
    assert Seat().rest_seconds is None
    assert Seat(free_seconds=None).free_seconds is None
    with pytest.raises(InvalidValueError):
        Seat(row=None)  # type: ignore[arg-type]


def test_several_values_become_a_tuple() -> None:
    assert Seat(others=[1, 2]).others == (1, 2)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError):
        Seat(others=3)  # type: ignore[arg-type]
