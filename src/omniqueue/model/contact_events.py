"""What can happen to a contact: one typed event each, in the order of its life."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from omniqueue.model.event import Event, Rank, if_any
from omniqueue.model.skill import Skills


@attrs.define
class ContactEvent(Event):
    """The base of what happens to a contact."""

    contact: str


@attrs.define
class HeldEvent(ContactEvent):
    """The base of what happens between a contact and an agent."""

    agent: str


@attrs.frozen
class Queued(ContactEvent, name="queued"):
    """A contact entered the queue.

    Example:
        >>> Queued(3.0, "c1", "phone", Skills.of({}), 0, 3.0, 3.0).arrived_at
        3.0
    """

    channel: str
    skills: Skills
    priority: int
    arrived_at: float
    rank: Rank
    any_of: tuple[Skills, ...] = if_any(())
    not_agents: tuple[str, ...] = if_any(())


@attrs.frozen
class Deferred(ContactEvent, name="deferred"):
    """A contact is passed over, its place kept, `until` then (None: until released).

    Example:
        >>> Deferred(3.0, "c1", "callback", 60.0).until
        60.0
    """

    channel: str
    until: float | None


@attrs.frozen
class Released(ContactEvent, name="released"):
    """A deferral ended, by its timer or by `release`; the contact waits again.

    Example:
        >>> Released(60.0, "c1").contact
        'c1'
    """


@attrs.frozen
class Preferred(HeldEvent, name="preferred"):
    """Only this agent may take the contact `until` then.

    Example:
        >>> Preferred(0.0, "c1", "jill", 45.0, True).agent
        'jill'
    """

    until: float
    skip_if_away: bool


@attrs.frozen
class PreferenceEnded(HeldEvent, name="preference_ended"):
    """Anyone may take the contact now: the time is over, the agent not ready, the skills new.

    Example:
        >>> PreferenceEnded(45.0, "c1", "jill").name
        'preference_ended'
    """


@attrs.frozen
class Relaxed(ContactEvent, name="relaxed"):
    """A relaxation step replaced the skills that the contact needs.

    Example:
        >>> Relaxed(60.0, "c1", Skills.of({"en": 1})).skills["en"]
        1
    """

    skills: Skills
    any_of: tuple[Skills, ...] = if_any(())


@attrs.frozen
class Updated(ContactEvent, name="updated"):
    """`update` changed the contact; the values are those now in force.

    Example:
        >>> Updated(5.0, "c1", 7, Skills.of({}), 5.0).priority
        7
    """

    priority: int
    skills: Skills
    rank: Rank
    any_of: tuple[Skills, ...] = if_any(())
    target_seconds: float | None = None


@attrs.frozen
class PassedOver(HeldEvent, name="passed_over"):
    """Who waited before the contact that is given next, and why its agent did not take them.

    Args:
        contact: the contact that is given, by the `offered` or `assigned` event that follows.
        agent: the agent that it is given to.
        contacts: how many waited before it.
        causes: how many of them by the first thing between them and the agent (one of
            those that `Router.explain` gives), in the fixed order.
        first: the first of them in queue order, as (id, cause).

    Example:
        >>> PassedOver(9.0, "c2", "ana", 1, {"skill": 1}, (("c1", "skill"),)).causes["skill"]
        1
    """

    contacts: int
    causes: Mapping[str, int]
    first: tuple[tuple[str, str], ...]


@attrs.frozen
class Offered(HeldEvent, name="offered"):
    """A contact is held out to an agent `until` then.

    Example:
        >>> Offered(0.0, "c1", "ana", 20.0).until
        20.0
    """

    until: float


@attrs.frozen
class Assigned(HeldEvent, name="assigned"):
    """An agent took the contact (`by_hand`: by `assign`, out of turn).

    Example:
        >>> Assigned(1.0, "c1", "ana", False).agent
        'ana'
    """

    by_hand: bool


@attrs.frozen
class Interrupted(HeldEvent, name="interrupted"):
    """The contact is put aside by its agent for the contact `by`; it goes on afterwards.

    Example:
        >>> Interrupted(7.0, "mail", "ana", "call").by
        'call'
    """

    by: str


@attrs.frozen
class Continued(HeldEvent, name="continued"):
    """The agent takes an interrupted contact up again.

    Example:
        >>> Continued(9.0, "mail", "ana").agent
        'ana'
    """


@attrs.frozen
class Declined(HeldEvent, name="declined"):
    """The agent declined; no new offer before `retry_at` (None: until it was taken).

    Example:
        >>> Declined(5.0, "c1", "ana", 65.0).retry_at
        65.0
    """

    retry_at: float | None


@attrs.frozen
class OfferExpired(HeldEvent, name="offer_expired"):
    """The agent did not answer; no new offer before `retry_at` (None: until it was taken).

    Example:
        >>> OfferExpired(20.0, "c1", "ana", 80.0).agent
        'ana'
    """

    retry_at: float | None


@attrs.frozen
class OfferRevoked(HeldEvent, name="offer_revoked"):
    """An offer was taken back: the agent or the customer left.

    Example:
        >>> OfferRevoked(4.0, "c1", "ana").contact
        'c1'
    """


@attrs.frozen
class Requeued(ContactEvent, name="requeued"):
    """The contact waits again, at its old place.

    Example:
        >>> Requeued(20.0, "c1").name
        'requeued'
    """


@attrs.frozen
class ExclusionEnded(HeldEvent, name="exclusion_ended"):
    """The agent may be offered this contact again.

    Example:
        >>> ExclusionEnded(80.0, "c1", "ana").agent
        'ana'
    """


@attrs.frozen
class Reserved(HeldEvent, name="reserved"):
    """The agent is kept free for a contact that has waited too long.

    Example:
        >>> Reserved(31.0, "c1", "ana").agent
        'ana'
    """


@attrs.frozen
class ReservationEnded(HeldEvent, name="reservation_ended"):
    """The agent is no longer kept free for the contact, which it did not take.

    Example:
        >>> ReservationEnded(40.0, "c1", "ana").contact
        'c1'
    """


@attrs.frozen
class Completed(ContactEvent, name="completed"):
    """The contact is answered; wrap-up follows (0: none; None: until finished).

    Example:
        >>> Completed(90.0, "c1", "ana", 30.0).wrap_up_seconds
        30.0
    """

    agent: str | None
    wrap_up_seconds: float | None


@attrs.frozen
class WrapUpEnded(HeldEvent, name="wrap_up_ended"):
    """The agent's work after the contact is over.

    Example:
        >>> WrapUpEnded(120.0, "c1", "ana").agent
        'ana'
    """


@attrs.frozen
class Transferred(HeldEvent, name="transferred"):
    """The agent sent the contact on; `skills` are those now needed.

    Example:
        >>> Transferred(10.0, "c1", "ana", Skills.of({"tech": 1}), True, 0.0).keep_place
        True
    """

    skills: Skills
    keep_place: bool
    rank: Rank
    any_of: tuple[Skills, ...] = if_any(())


@attrs.frozen
class Parked(HeldEvent, name="parked"):
    """The agent put the contact aside until the customer answers.

    Example:
        >>> Parked(10.0, "c1", "ana").agent
        'ana'
    """


@attrs.frozen
class Reopened(ContactEvent, name="reopened"):
    """The customer answered: a parked contact waits again, at its old place.

    Example:
        >>> Reopened(20.0, "c1").contact
        'c1'
    """


@attrs.frozen
class Abandoned(ContactEvent, name="abandoned"):
    """The customer left.

    Example:
        >>> Abandoned(9.0, "c1").name
        'abandoned'
    """


@attrs.frozen
class Cancelled(ContactEvent, name="cancelled"):
    """The application withdrew the contact.

    Example:
        >>> Cancelled(9.0, "c1").name
        'cancelled'
    """


@attrs.frozen
class Resumed(ContactEvent, name="resumed"):
    """The customer is back in time and waits at the old place.

    Example:
        >>> Resumed(15.0, "c1").name
        'resumed'
    """


@attrs.frozen
class Expired(ContactEvent, name="expired"):
    """The contact's own time limit was reached before an agent took it.

    Example:
        >>> Expired(60.0, "c1").name
        'expired'
    """


@attrs.frozen
class Unservable(ContactEvent, name="unservable"):
    """A contact waits that nobody signed in could take, even if ready and without work.

    Said when that becomes true, once for all contacts of its channel and requirement: as the first
    of them comes to wait, or as the last such agent leaves, goes offline or is changed.

    Example:
        >>> Unservable(1.0, "c1", "phone", Skills.of({"greek": 1})).contact
        'c1'
    """

    channel: str
    skills: Skills
    any_of: tuple[Skills, ...] = if_any(())
