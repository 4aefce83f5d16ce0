"""An order as settings files write it: its name, or the rule of ageing with its rate."""

from __future__ import annotations

import attrs

from omniqueue.model.checks import instant
from omniqueue.model.fields import checked, setting
from omniqueue.model.reader import Place, table_of, text
from omniqueue.policy.registry import order_named


@attrs.frozen(field_transformer=checked)
class _Aging:
    seconds_per_priority: float = attrs.field(metadata=setting(instant))


@attrs.frozen
class _Rule:
    aging: _Aging = attrs.field(metadata=setting(read=table_of(_Aging)))


_RULE = table_of(_Rule)


def read_order(value: object, place: Place) -> str:
    """Return the name of an order.

    Args:
        value: the name, as "aging:60", or `{ aging = { seconds_per_priority = 60 } }`.
        place: where it stands.

    Raises:
        InvalidValueError: it is neither, or there is no such order.
        NotedError: it has faults, which are kept.

    Example:
        >>> from omniqueue.model.reader import Faults
        >>> read_order({"aging": {"seconds_per_priority": 60}}, Place("order", Faults("a.json")))
        'aging:60.0'
    """
    if isinstance(value, dict):
        name = f"aging:{_RULE(value, place).aging.seconds_per_priority!r}"
    else:
        name = text(value)
    order_named(name)
    return name
