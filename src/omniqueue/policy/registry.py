"""The registry of policy names: files name policies, nothing imports them."""

from __future__ import annotations

from omniqueue.errors import InvalidValueError, shown
from omniqueue.model.checks import identifier
from omniqueue.policy.order import STOCK_ORDERS, Order, OrderPolicy, aging_of
from omniqueue.policy.selection import STOCK_SELECTIONS, Selection

_orders: dict[str, Order] = dict(STOCK_ORDERS)
_selections: dict[str, Selection] = dict(STOCK_SELECTIONS)


def _new_name(field: str, name: object, taken: object) -> str:
    found = identifier(field, name)
    if ":" in found:
        raise InvalidValueError(field, name, "a name without ':' (that is for parameters)")
    if isinstance(taken, dict) and found in taken:
        raise InvalidValueError(field, name, "a name that is not registered yet")
    return found


def register_order(name: str, policy: OrderPolicy) -> None:
    """Give an order policy a name that the files and snapshots a program reads can use.

    Args:
        name: a new name, without a colon.
        policy: a function from `EnteringContact` to a rank.

    Raises:
        InvalidValueError: the name is taken or blank, or the policy no function.

    Example:
        >>> register_order("doc-shortest-id", lambda contact: len(contact.id))
        >>> from omniqueue import Router
        >>> Router(order="doc-shortest-id").order
        'doc-shortest-id'
    """
    found = _new_name("order name", name, _orders)
    if not callable(policy):
        raise InvalidValueError("order policy", policy, "a function")
    _orders[found] = Order(found, policy=policy, registered=True)


def register_selection(selection: Selection) -> None:
    """Make a selection known by its name to the files and snapshots that a program reads.

    Args:
        selection: its `name` must be new and without a colon.

    Raises:
        InvalidValueError: the name is taken, or this is no Selection.

    Example:
        >>> register_selection(Selection(name="doc-loaded-fit", fit="closest-fit",
        ...                              turn="least-loaded"))
        >>> selection_named("doc-loaded-fit").turn
        'least-loaded'
    """
    if not isinstance(selection, Selection):
        raise InvalidValueError("selection", selection, "a Selection")
    _selections[_new_name("selection name", selection.name, _selections)] = selection


def is_selection_name(name: str) -> bool:
    """Tell whether some selection, stock or a user's, is known by that name.

    Example:
        >>> is_selection_name("longest-idle")
        True
    """
    return name in _selections


def order_named(name: str) -> Order:
    """Return the order of that name; `aging:SECONDS` carries its parameter.

    Raises:
        InvalidValueError: no such order.

    Example:
        >>> order_named("aging:90").name
        'aging:90.0'
    """
    if name in _orders:
        return _orders[name]
    if name.startswith("aging:"):
        return aging_of(name.removeprefix("aging:"))
    raise InvalidValueError("order", name, f"{', '.join(_orders)} or aging:SECONDS")


def selection_named(name: str) -> Selection:
    """Return the selection of that name.

    Raises:
        InvalidValueError: no such selection.

    Example:
        >>> selection_named("longest-idle").fit
        'any'
    """
    if name in _selections:
        return _selections[name]
    raise InvalidValueError("selection", name, ", ".join(_selections))


def order_of(order: str | OrderPolicy) -> Order:
    """Return the order that a name or a user's function stands for.

    Raises:
        InvalidValueError: it is neither, or no such order.

    Example:
        >>> order_of(lambda contact: contact.priority).name
        '<lambda>'
    """
    if isinstance(order, str):
        return order_named(order)
    if callable(order):
        name = getattr(order, "__name__", type(order).__name__)
        return Order(shown(name)[1:-1], policy=order)
    raise InvalidValueError("order", order, "the name of an order, or a function")


def selection_of(selection: str | Selection) -> Selection:
    """Return the selection that a name stands for, or the selection itself.

    Raises:
        InvalidValueError: it is neither, no such selection, or one whose name another has.

    Example:
        >>> selection_of("longest-idle") is selection_of(selection_of("longest-idle"))
        True
    """
    if isinstance(selection, str):
        return selection_named(selection)
    if isinstance(selection, Selection):
        if is_selection_name(selection.name) and selection_named(selection.name) != selection:
            raise InvalidValueError("selection", selection.name, "a name no other selection has")
        return selection
    raise InvalidValueError("selection", selection, "the name of a selection, or a Selection")
