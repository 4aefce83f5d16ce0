"""The order socket: who is next in the queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Protocol

import attrs

from omniqueue.errors import InvalidValueError, PolicyError
from omniqueue.model.attributes import Json
from omniqueue.model.checks import duration
from omniqueue.model.contact import Contact
from omniqueue.model.event import Rank
from omniqueue.model.skill import Skills
from omniqueue.policy.rank import checked_rank


@attrs.frozen
class EnteringContact:
    """What an order policy sees: the contact as it enters the queue or is updated.

    Args:
        id: the contact's id.
        channel: its channel's name.
        skills: what it needs now; groups of alternatives stand in `skills.any_of`.
        priority: its priority now.
        arrived_at: seconds on the caller's epoch.
        target_seconds: its promised answer time (its own, else its channel's); inf: none.
        customer: who is calling, or None.
        attributes: the application's own values, or None.

    Example:
        >>> EnteringContact("c1", "phone", Skills.of({}), 2, 0.0, 20.0).priority
        2
    """

    id: str
    channel: str
    skills: Skills
    priority: int
    arrived_at: float
    target_seconds: float
    customer: str | None = None
    attributes: Mapping[str, Json] | None = None


class OrderPolicy(Protocol):
    """A user's order: a pure function from an entering contact to a rank; smaller goes first.

    Equal ranks go by arrival, then by first submission. It is asked once when a contact enters,
    and again when `update` or a transfer without keeping the place changes what it sees.

    Example:
        >>> def gold_first(contact: EnteringContact) -> float:
        ...     return 0 if (contact.attributes or {}).get("tier") == "gold" else 1
        >>> gold_first(EnteringContact("c1", "fax", Skills.of({}), 0, 0.0, 60.0))
        1
    """

    def __call__(self, contact: EnteringContact, /) -> Rank:
        """Return the contact's rank: a number or a tuple of numbers."""
        ...


AGING_SECONDS_MAX = 1e9  # thirty years a point; ranks stay finite
StockRank = Callable[[int, float, float], float]  # (priority, arrived_at, target_seconds)


class Order:
    """An order as the router uses it: a name and a way to rank, checked where it is a user's."""

    __slots__ = ("name", "policy", "registered", "stock")

    def __init__(
        self,
        name: str,
        *,
        stock: StockRank | None = None,
        policy: OrderPolicy | None = None,
        registered: bool = False,
    ) -> None:
        self.name = name
        self.stock = stock
        self.policy = policy
        self.registered = registered or stock is not None  # found again by its name alone

    def rank(
        self, contact: Contact, skills: Skills, arrived_at: float, target_seconds: float
    ) -> Rank:
        """Return the rank of a contact that enters, with the skills it needs now.

        Raises:
            PolicyError: a user's policy raised or returned no rank.
        """
        if self.stock is not None:
            return self.stock(contact.priority, arrived_at, target_seconds)
        assert self.policy is not None
        entering = EnteringContact(
            contact.id,
            contact.channel,
            skills,
            contact.priority,
            arrived_at,
            target_seconds,
            contact.customer,
            contact.attributes,
        )
        try:
            answer = self.policy(entering)
        except Exception as problem:
            expected = "a rank, also for a contact without attributes or a customer (None)"
            raise PolicyError.raised(f"order policy {self.name}", problem, expected) from problem
        return checked_rank(f"order policy {self.name}", answer)

    def check(self) -> None:
        """Ask a user's policy once, when the router is made."""
        for priority in (0, 1):
            probe = Contact("probe", "phone", priority=priority)
            self.rank(probe, probe.skills, 0.0, inf)


def _by_arrival(priority: int, arrived_at: float, target_seconds: float) -> float:
    return arrived_at


def _by_priority(priority: int, arrived_at: float, target_seconds: float) -> float:
    return -priority


def _by_deadline(priority: int, arrived_at: float, target_seconds: float) -> float:
    return arrived_at + target_seconds


def aging(seconds_per_priority: float) -> Order:
    """Return the order in which a priority point counts as that many seconds of waiting."""
    seconds = duration("seconds_per_priority", seconds_per_priority)
    if seconds > AGING_SECONDS_MAX:
        raise InvalidValueError("seconds_per_priority", seconds, f"at most {AGING_SECONDS_MAX}")

    def rank(priority: int, arrived_at: float, target_seconds: float) -> float:
        return arrived_at - seconds * priority

    return Order(f"aging:{seconds!r}", stock=rank)


def aging_of(text: str) -> Order:
    """Return the aging order that a name such as `aging:90` stands for."""
    try:
        seconds = float(text)
    except ValueError:
        raise InvalidValueError("order", f"aging:{text}", "aging:SECONDS, as aging:90") from None
    return aging(seconds)


ARRIVAL = Order("arrival", stock=_by_arrival)
PRIORITY = Order("priority", stock=_by_priority)
DEADLINE = Order("deadline", stock=_by_deadline)
STOCK_ORDERS = {order.name: order for order in (ARRIVAL, PRIORITY, DEADLINE)}


def order_text(name: str) -> str:
    """Return an order's name as people write it: a whole number of seconds without its ".0".

    Args:
        name: the name, as the router gives it.

    Cost: O(length).

    Example:
        >>> order_text("aging:60.0"), order_text("aging:0.5"), order_text("arrival")
        ('aging:60', 'aging:0.5', 'arrival')
    """
    return name.removesuffix(".0") if name.startswith("aging:") else name
