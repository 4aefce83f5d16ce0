"""Fields of what a planner describes, declared once: how a value is checked, and read from a file.

A field says in its metadata what `setting`, `several` or `inline` returns; `checked` makes its
converter from that, and `model/reader.py` its key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeAlias

import attrs

from omniqueue.errors import InvalidValueError, OmniqueueError

Check: TypeAlias = Callable[..., object]
Read: TypeAlias = Callable[..., Any]  # as of `model/reader.py`
Metadata: TypeAlias = Mapping[str, "Setting"]

_SETTING: Final = "omniqueue"


@attrs.frozen(kw_only=True)
class Setting:
    """What a field says of itself.

    Args:
        check: (name, value) to the value in its normal form; None: the converter is all.
        key: its key in a file; empty: its name, and a time may have a unit in place of `_seconds`.
        table: the table of the file in which the key stands; empty: that of its class.
        read: what makes a value from that of a file; None: the file's own value.
        inline: the class whose keys stand among those of the field's class; None: it is no class.
        seconds: whether it is a time in seconds: its key takes text with a unit, and its key with
            `_seconds` a number.
        each: the class of each of its values, which are an array of tables in a file; None: of
            no class.
    """

    check: Check | None = None
    key: str = ""
    table: str = ""
    read: Read | None = None
    inline: type | None = None
    seconds: bool = False
    each: type | None = None


def setting(
    check: Check | None = None,
    *bounds: object,
    key: str = "",
    table: str = "",
    read: Read | None = None,
    seconds: bool = False,
) -> Metadata:
    """Return the metadata of a field: its check with what follows the value, and its key.

    Example:
        >>> from omniqueue.model.checks import whole
        >>> @attrs.frozen(field_transformer=checked)
        ... class Break:
        ...     turns: int = attrs.field(default=1, metadata=setting(whole, 1, 1000))
        >>> Break(0)
        Traceback (most recent call last):
        ...
        omniqueue.errors.InvalidValueError: turns is 0; expected an int from 1 to 1000
    """
    if check is not None and bounds:
        check = partial(_bounded, check, bounds)
    return {_SETTING: Setting(check=check, key=key, table=table, read=read, seconds=seconds)}


def optional(check: Check) -> Check:
    """Return a check that lets None pass; that of a field whose default is None does already."""
    return partial(_optional, check)


def _optional(check: Check, field: str, value: object) -> object:
    return None if value is None else check(field, value)


def _bounded(check: Check, bounds: Sequence[object], field: str, value: object) -> object:
    return check(field, value, *bounds)


def several(kind: type, *, key: str = "", read: Read | None = None) -> Metadata:
    """Return the metadata of a field of several values of a class, a tuple in normal form.

    In a file they are an array of tables, where `read` does not say otherwise.
    """
    return {_SETTING: Setting(check=partial(_several, kind), key=key, read=read, each=kind)}


def _several(kind: type, field: str, value: object) -> tuple[object, ...]:
    if isinstance(value, Iterable):
        found = tuple(value)
        if all(isinstance(each, kind) for each in found):
            return found
    raise InvalidValueError(field, value, f"{kind.__name__} values")


def inline(kind: type) -> Metadata:
    """Return the metadata of a field whose own fields are keys of the table around it."""
    return {_SETTING: Setting(inline=kind)}


def setting_of(field: attrs.Attribute[Any]) -> Setting:
    """Return what a field says of itself. Cost: O(1)."""
    found: Setting = field.metadata.get(_SETTING, _NOTHING_SAID)
    return found


_NOTHING_SAID: Final = Setting()


def checked(_: type, fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    """Give each field the converter that it declares; a refusal bears the field's name.

    The `field_transformer` of attrs: `@attrs.frozen(field_transformer=checked)`.
    """
    return [_with_converter(field) for field in fields]


def _with_converter(field: attrs.Attribute[Any]) -> attrs.Attribute[Any]:
    check = setting_of(field).check
    if check is not None:
        if field.default is None:
            check = optional(check)
        return field.evolve(converter=partial(check, field.name))
    if callable(field.converter):
        return field.evolve(converter=partial(_named, field.converter, field.name))
    return field


def _named(convert: Callable[[object], object], name: str, value: object) -> object:
    try:
        return convert(value)
    except OmniqueueError as error:
        raise error if error.field else error.at(name) from None
