"""The lives of contacts, followed once: who moved, from which state to which, by which event.

Theory of operation. `Lives` hears the events of contacts and keeps one `Life` for each that is
not over. Nearly every event is a *move* from a state to another. Followers (the ledger, the
workload, statistics) name the states that they want to hear of; a move to a state calls its hooks,
one after the other, with the life, the state it comes from and the event. Where only the needs
change (relaxed, updated), hooks of their own are called. So a new event is one row here, and no
follower needs a table of events of its own. Several followers on one router may share one `Lives`;
each attached alone has one of its own.

While hooks run, `life.state` and what the event says (agent, channel, skills) are already those
after the move; `since` and `answered_at` are still those before it. So a hook reads how long the
state lasted, and whether this is the first answer.

An offer that ends (declined, not answered, taken back) leaves its contact waiting; the event that
follows at the same instant says whether it stays so. A contact whose entry was not heard is not
followed, unless the lives begin with a router's present state (`begin`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

import attrs

from omniqueue.model import contact_events as events
from omniqueue.model.channel import STOCK_CHANNELS, Channel
from omniqueue.model.event import Event
from omniqueue.model.skill import Skills
from omniqueue.record.listener import EventListener, Hear, RouterNow

IN_HAND: Final = frozenset({"offered", "active", "interrupted", "wrap_up"})  # an agent holds it
STATES: Final = (
    "waiting",
    "deferred",
    *("offered", "active", "interrupted", "wrap_up"),
    "parked",
    "completed",
    "abandoned",
    "cancelled",
    "expired",
)
# Events that say nothing but that a contact moved, and to which state.
_MOVES: Final[Mapping[type[Event], str]] = {
    events.Released: "waiting",
    events.Requeued: "waiting",
    events.Reopened: "waiting",
    events.Resumed: "waiting",
    events.Declined: "waiting",
    events.OfferExpired: "waiting",
    events.OfferRevoked: "waiting",
    events.Parked: "parked",
}
_OVER: Final = frozenset({"completed", "cancelled", "expired"})
_ENDS: Final[Mapping[type[Event], str]] = {
    events.WrapUpEnded: "completed",
    events.Cancelled: "cancelled",
    events.Expired: "expired",
}


@attrs.define(eq=False)
class Life:
    """One contact, as the events tell it.

    Attributes:
        id: the contact's id.
        state: one of `STATES`.
        since: when it came to its state (while a move is heard: to the state it left).
        agent: who holds it, or held it last; None: nobody yet.
        channel: its channel now. entered_channel: the one it arrived on.
        skills: what it needs now. entered_skills: what it needed when it arrived.
        arrived_at: when it arrived; a transfer that gives up the place counts as an arrival.
        answered_at: when an agent first took it; None: not yet (while that move is heard, too).
    """

    id: str
    channel: str
    skills: Skills
    arrived_at: float
    since: float
    entered_channel: str
    entered_skills: Skills
    state: str = "waiting"
    agent: str | None = None
    answered_at: float | None = None


OnMove: TypeAlias = Callable[[Life, str | None, Event], None]
"""Hears one move: the life, the state it comes from (None: it enters), the event."""
OnChange: TypeAlias = Callable[[Life], None]
"""Hears that a life needs other skills."""
OnBegin: TypeAlias = Callable[[Life], None]
"""Hears of a life that had begun before anybody listened, in the state it is in."""


class Lives(EventListener):
    """Follows the life of every contact and tells its followers.

    Args:
        channels: the channels in force beside the stock ones: how long one who abandoned may come
            back, and is remembered. None: not known; all who abandoned are remembered.

    Cost: O(1) an event, beside the followers; memory for the contacts that are not over, and those
    that abandoned and may come back.

    Example:
        >>> from omniqueue import Agent, Contact, Router
        >>> router, lives = Router(), Lives()
        >>> lives.follow({"active": lambda life, before, event: print(life.id, before, event.at)})
        >>> router.observe(lives.hear)
        >>> _ = router.add_agent(Agent("ana"), at=0)
        >>> _ = router.submit(Contact("c1", "phone"), at=10)
        c1 waiting 10.0
    """

    def __init__(self, channels: Iterable[Channel] | None = None) -> None:
        self._lives: dict[str, Life] = {}
        self._abandoned: dict[str, float] | None = None  # until when each may come back
        self._resume_seconds: dict[str, float] = {}
        if channels is not None:
            self._abandoned = {}
            known = (*STOCK_CHANNELS, *channels)
            self._resume_seconds = {each.name: each.resume_seconds for each in known}
        self._hooks: dict[str, tuple[OnMove, ...]] = dict.fromkeys(STATES, ())
        self._on_change: tuple[OnChange, ...] = ()
        self._on_begin: tuple[OnBegin, ...] = ()
        self._acts: Mapping[type[Event], Callable[..., None]] = {
            events.Deferred: self._deferred,
            events.Relaxed: self._changed,
            events.Updated: self._changed,
            events.Offered: self._offered,
            events.Assigned: self._assigned,
            events.Transferred: self._transferred,
            events.Completed: self._completed,
            events.Abandoned: self._left,
            events.Interrupted: self._interrupted,
            events.Continued: self._continued,
            **dict.fromkeys(_MOVES, self._moved),
            **dict.fromkeys(_ENDS, self._ended),
        }
        self.hears: Mapping[type[Event], Hear] = {
            events.Queued: self._queued,
            **dict.fromkeys(self._acts, self._heard),
        }

    def follow(
        self,
        moves: Mapping[str, OnMove],
        on_change: OnChange | None = None,
        on_begin: OnBegin | None = None,
    ) -> None:
        """Tell a follower of moves from now on, after those who follow already.

        Args:
            moves: state to what hears of a contact that comes to it.
            on_change: hears of a contact that needs other skills in the state it is in.
            on_begin: hears of a contact that `begin` finds under way.
        """
        for state, hook in moves.items():
            self._hooks[state] += (hook,)
        if on_change is not None:
            self._on_change += (on_change,)
        if on_begin is not None:
            self._on_begin += (on_begin,)

    def begin(self, router: RouterNow) -> None:
        """Start from a router's present state: before the first event, once all follow.

        Args:
            router: the router; of its contacts those that are not over, and those that abandoned
                and may come back.

        Cost: O(contacts that the router knows).

        Example:
            >>> from omniqueue import Contact, Router
            >>> router, lives = Router(), Lives()
            >>> _ = router.submit(Contact("c1", "phone"), at=10)
            >>> lives.begin(router)
            >>> [(life.id, life.state, life.since) for life in lives]
            [('c1', 'waiting', 10.0)]
        """
        for contact_id, seen in router.contacts.items():
            if seen.state in _OVER:
                continue
            if seen.state == "abandoned" and self._abandoned is not None:
                until = seen.since + self._resume_seconds.get(seen.channel, 0.0)
                if until < router.now:
                    continue
                self._abandoned[contact_id] = until
            life = self._lives[contact_id] = Life(
                contact_id,
                seen.channel,
                seen.skills,
                seen.arrived_at,
                since=seen.since,
                entered_channel=seen.contact.channel,
                entered_skills=seen.contact.skills,
                state=seen.state,
                agent=seen.agent,
                answered_at=seen.answered_at,
            )
            for hook in self._on_begin:
                hook(life)

    def __len__(self) -> int:
        return len(self._lives)

    def __iter__(self) -> Iterator[Life]:
        """Yield those that are not over, and those that abandoned and may come back."""
        return iter(self._lives.values())

    # ------------------------------------------------------------------ moves

    def _move(self, life: Life, state: str, event: Event) -> None:
        before, life.state = life.state, state
        for hook in self._hooks[state]:
            hook(life, before, event)
        life.since = event.at

    def _end(self, life: Life, state: str, event: Event) -> None:
        self._move(life, state, event)
        del self._lives[life.id]

    def _queued(self, event: events.Queued) -> None:
        life = Life(
            event.contact,
            event.channel,
            event.skills,
            event.arrived_at,
            since=event.at,
            entered_channel=event.channel,
            entered_skills=event.skills,
        )
        former = self._lives.get(life.id)
        if former is not None and former.state != "abandoned":  # in a faulty record only
            self._move(former, "cancelled", event)
        self._lives[life.id] = life
        for hook in self._hooks["waiting"]:
            hook(life, None, event)

    def _heard(self, event: events.ContactEvent) -> None:
        life = self._lives.get(event.contact)
        if life is not None:
            self._acts[type(event)](life, event)

    def _moved(self, life: Life, event: Event) -> None:
        state = _MOVES[type(event)]
        if life.state != state:
            self._move(life, state, event)

    def _ended(self, life: Life, event: Event) -> None:
        self._end(life, _ENDS[type(event)], event)

    def _deferred(self, life: Life, event: events.Deferred) -> None:
        life.channel = event.channel
        self._move(life, "deferred", event)

    def _changed(self, life: Life, event: events.Relaxed | events.Updated) -> None:
        life.skills = event.skills
        for hook in self._on_change:
            hook(life)

    def _offered(self, life: Life, event: events.Offered) -> None:
        life.agent = event.agent
        self._move(life, "offered", event)

    def _assigned(self, life: Life, event: events.Assigned) -> None:
        life.agent = event.agent
        self._move(life, "active", event)
        if life.answered_at is None:
            life.answered_at = event.at

    def _interrupted(self, life: Life, event: events.Interrupted) -> None:
        if life.state == "active":  # else: in a faulty record only
            self._move(life, "interrupted", event)

    def _continued(self, life: Life, event: events.Continued) -> None:
        if life.state == "interrupted":
            self._move(life, "active", event)

    def _transferred(self, life: Life, event: events.Transferred) -> None:
        life.skills = event.skills
        if not event.keep_place:
            life.arrived_at = event.at
        self._move(life, "waiting", event)

    def _completed(self, life: Life, event: events.Completed) -> None:
        if event.agent is None or event.wrap_up_seconds == 0:
            self._end(life, "completed", event)
        else:
            self._move(life, "wrap_up", event)

    def _left(self, life: Life, event: events.Abandoned) -> None:
        self._move(life, "abandoned", event)
        if self._abandoned is not None:
            self._abandoned.pop(life.id, None)
            self._abandoned[life.id] = event.at + self._resume_seconds.get(life.channel, 0.0)
            self._forget(event.at)

    def _forget(self, at: float) -> None:
        """Forget those that may come back no more, in the order in which they abandoned.

        One with a long time to come back holds up those that abandoned after it.
        """
        assert self._abandoned is not None
        while self._abandoned:
            name = next(iter(self._abandoned))
            if self._abandoned[name] >= at:
                return
            del self._abandoned[name]
            life = self._lives.get(name)
            if life is not None and life.state == "abandoned":
                del self._lives[name]
