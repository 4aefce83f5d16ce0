"""The life check: whether each event was possible in the state that its contact was in.

It keeps a picture of its own (states, holders, deadlines), from the events alone, by a table of
its own. Whom an agent may be given, and in whose turn, is the fairness judge's matter; here it is
what a contact's life allows, who holds it, and whether timers fired when they were due.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from itertools import count
from typing import Final, TypeAlias

from omniqueue.model import agent_events as of_agents
from omniqueue.model import contact_events as of_contacts
from omniqueue.model.channel import STOCK_CHANNELS, Channel
from omniqueue.model.event import Event
from omniqueue.model.skill import Skills
from omniqueue.record.audit_faults import FaultBook

DROP, JUDGE_ONLY, SOUND = range(3)
"""What is to be made of an event: nothing; the judge hears it; statistics count it as well."""

OPEN_STATES: Final = (
    "waiting",
    "deferred",
    "offered",
    "active",
    "interrupted",
    "wrap_up",
    "parked",
)
ENDED_STATES: Final = ("completed", "cancelled", "expired")
_BETWEEN: Final = "between an offer and the queue"
_TAKEN: Final = ("active", "interrupted")

_ALLOWED: Final[Mapping[type[Event], Collection[str]]] = {
    of_contacts.Deferred: ("waiting",),
    of_contacts.Released: ("deferred",),
    of_contacts.Preferred: ("waiting", "deferred"),
    of_contacts.Relaxed: ("waiting", "deferred", "offered", *_TAKEN, "parked", "abandoned"),
    of_contacts.Updated: ("waiting", "deferred"),
    of_contacts.Declined: ("offered",),
    of_contacts.OfferExpired: ("offered",),
    of_contacts.OfferRevoked: ("offered",),
    of_contacts.Requeued: (_BETWEEN, *_TAKEN),
    of_contacts.Reserved: ("waiting",),
    of_contacts.Interrupted: ("active",),
    of_contacts.Continued: ("interrupted",),
    of_contacts.Completed: (*_TAKEN, "parked"),
    of_contacts.WrapUpEnded: ("wrap_up",),
    of_contacts.Transferred: _TAKEN,
    of_contacts.Parked: _TAKEN,
    of_contacts.Reopened: ("parked",),
    of_contacts.Abandoned: ("waiting", "deferred", _BETWEEN),
    of_contacts.Cancelled: ("waiting", "deferred", "parked", _BETWEEN),
    of_contacts.Resumed: ("abandoned",),
    of_contacts.Expired: ("waiting", "deferred", _BETWEEN),
}
_BY_HOLDER: Final = frozenset(
    {
        of_contacts.Declined,
        of_contacts.OfferExpired,
        of_contacts.OfferRevoked,
        of_contacts.Interrupted,
        of_contacts.Continued,
        of_contacts.Completed,
        of_contacts.WrapUpEnded,
        of_contacts.Transferred,
        of_contacts.Parked,
    }
)
_LEFT: Final[Mapping[type[Event], str]] = {
    of_contacts.Cancelled: "cancelled",
    of_contacts.Expired: "expired",
}
_Preference: TypeAlias = of_contacts.Preferred


class Life:
    """One contact as the life check sees it."""

    __slots__ = (
        "abandoned_at",
        "agent",
        "channel",
        "due",
        "excluded",
        "id",
        "known",
        "preference",
        "skills",
        "state",
        "updated_at",
    )

    def __init__(self, name: str, channel: str, *, known: bool) -> None:
        self.id = name
        self.channel = channel
        self.known = known  # entered by the book: statistics may count it
        self.state = "waiting"
        self.agent: str | None = None
        self.due: float | None = None  # of its offer, deferral or wrap-up
        self.preference: _Preference | None = None
        self.excluded: dict[str, float] = {}
        self.abandoned_at = 0.0
        self.updated_at: float | None = None
        self.skills: Skills | None = None


class LifeCheck:
    """Follows the life of every contact and names what cannot be.

    Args:
        channels: the channels in force beside the stock ones.
        book: where faults are noted.

    Cost: O(log n) an event; the ids of ended contacts are remembered.

    Example:
        >>> check = LifeCheck([], FaultBook())
        >>> check.hear(of_contacts.Queued(0.0, "c1", "fax", Skills.of({}), 0, 0.0, 0.0)) == SOUND
        True
        >>> check.states()["waiting"]
        1
    """

    def __init__(self, channels: Collection[Channel], book: FaultBook) -> None:
        self._channels = {each.name: each for each in (*STOCK_CHANNELS, *channels)}
        self._book = book
        self._lives: dict[str, Life] = {}
        self._ended: set[str] = set()
        self._ends: Counter[str] = Counter()
        self._presence: dict[str, str] = {}
        self._held: dict[str, dict[str, Life]] = {}
        self._reserved: dict[str, str] = {}  # agent -> contact
        self._unsettled: dict[str, None] = {}  # contacts seen between two states
        self._gone: dict[str, None] = {}  # agents who ceased to be ready
        self._deadlines: list[tuple[float, int, str, str, Life]] = []
        self._number = count()
        self._hears: Mapping[type[Event], Callable[..., int]] = {
            **dict.fromkeys(_ALLOWED, self._living),
            of_contacts.Queued: self._queued,
            of_contacts.Offered: self._given,
            of_contacts.Assigned: self._given,
            of_contacts.PreferenceEnded: self._preference_ended,
            of_contacts.ExclusionEnded: self._exclusion_ended,
            of_contacts.ReservationEnded: self._reservation_ended,
            of_agents.AgentAdded: self._agent_added,
            of_agents.AgentUpdated: self._of_agent,
            of_agents.AgentRemoved: self._agent_removed,
            of_agents.PresenceSet: self._presence_set,
        }
        self._acts: Mapping[type[Event], Callable[..., None]] = {
            of_contacts.Deferred: self._deferred,
            of_contacts.Preferred: self._preferred,
            of_contacts.Relaxed: self._relaxed,
            of_contacts.Updated: self._updated,
            of_contacts.Declined: self._excluded,
            of_contacts.OfferExpired: self._excluded,
            of_contacts.OfferRevoked: self._between,
            of_contacts.Reserved: self._reserve,
            of_contacts.Interrupted: self._interrupted,
            of_contacts.Continued: self._continued,
            of_contacts.Completed: self._completed,
            of_contacts.WrapUpEnded: self._wrapped_up,
            of_contacts.Transferred: self._transferred,
            of_contacts.Parked: self._parked,
            of_contacts.Resumed: self._resumed,
            of_contacts.Abandoned: self._abandoned,
            of_contacts.Cancelled: self._left,
            of_contacts.Expired: self._left,
        }

    def hear(self, event: Event) -> int:
        """Take in one event; return `DROP`, `JUDGE_ONLY` or `SOUND`."""
        hear = self._hears.get(type(event))
        return SOUND if hear is None else hear(event)

    def states(self) -> Counter[str]:
        """Return how many contacts are in each state, ended ones by how they ended."""
        return Counter(life.state for life in self._lives.values()) + self._ends

    def first_in(self, state: str) -> str | None:
        """Return a contact in a state, the first that was queued; None: there is none."""
        return next((life.id for life in self._lives.values() if life.state == state), None)

    def settle(self, at: float, until: float) -> None:
        """Look, at the end of an instant, for what must not outlast it; time goes on to `until`.

        Cost: O(log n) a deadline that was set.
        """
        for name in self._unsettled:
            life = self._lives.get(name)
            if life is not None and life.state == _BETWEEN:
                self._book.add(at, "contact lost", name, None)
        self._unsettled.clear()
        for name in self._gone:
            presence = self._presence.get(name, "offline")
            for life in self._held.get(name, {}).values():
                offer = presence == "away" and life.state == "offered"
                if presence == "offline" or offer:
                    self._book.add(at, "work left behind", life.id, name)
        self._gone.clear()
        deadlines = self._deadlines
        while deadlines and deadlines[0][0] < until:
            due, _, what, agent, life = heapq.heappop(deadlines)
            if self._pending(due, what, agent, life):
                detail = f"the {what} should have ended at {due}"
                self._book.add(until, "late timer", life.id, agent or None, detail)

    # ------------------------------------------------------------------ who is meant

    def _life(self, event: Event) -> Life | None:
        """Return the contact of an event; None: it has ended, which is a fault."""
        name: str = event.contact  # type: ignore[attr-defined]
        life = self._lives.get(name)
        if life is None:
            if name in self._ended:
                detail = f"{event.name} after its end"
                self._book.add(event.at, "after its end", name, None, detail)
                return None
            life = self._lives[name] = Life(name, "", known=False)  # the judge names it
            life.state = ""
        return life

    def _weight(self, life: Life) -> int:
        return SOUND if life.known else JUDGE_ONLY

    def _wrong(self, event: Event, life: Life, kind: str, detail: str | None = None) -> None:
        agent = getattr(event, "agent", None)
        self._book.add(event.at, kind, life.id, agent, detail)

    def _deadline(self, due: float, what: str, life: Life, agent: str = "") -> None:
        heapq.heappush(self._deadlines, (due, next(self._number), what, agent, life))

    def _pending(self, due: float, what: str, agent: str, life: Life) -> bool:
        """Tell whether a deadline still counts."""
        if self._lives.get(life.id) is not life:
            return False
        if what == "exclusion":
            return life.excluded.get(agent) == due
        if what == "preference":
            return life.preference is not None and life.preference.until == due
        states = {"offer": "offered", "deferral": "deferred", "wrap-up": "wrap_up"}
        return life.state == states[what] and life.due == due

    # ------------------------------------------------------------------ contacts

    def _queued(self, event: of_contacts.Queued) -> int:
        former = self._lives.get(event.contact)
        if former is not None:
            self._release(former)  # the judge names it: queued twice
        elif event.contact in self._ended:
            self._ended.discard(event.contact)
            self._book.add(event.at, "duplicate id", event.contact, None)
        known = event.channel in self._channels
        life = self._lives[event.contact] = Life(event.contact, event.channel, known=known)
        life.skills = event.skills
        if not known:
            self._wrong(event, life, "unknown channel")
        if event.arrived_at > event.at:
            self._wrong(event, life, "future arrival")
        return self._weight(life)

    def _given(self, event: of_contacts.Offered | of_contacts.Assigned) -> int:
        """Hear an offer or an assignment; whether it was right is for the judge to say."""
        life = self._life(event)
        if life is None:
            return DROP
        self._release(life)
        life.agent, life.preference = event.agent, None
        self._held.setdefault(event.agent, {})[life.id] = life
        if isinstance(event, of_contacts.Offered):
            life.state, life.due = "offered", event.until
            self._deadline(event.until, "offer", life)
        else:
            life.state, life.due = "active", None
            life.excluded.clear()
            kept = [agent for agent, contact in self._reserved.items() if contact == life.id]
            for agent in kept:
                del self._reserved[agent]
        return self._weight(life) if event.agent in self._presence else JUDGE_ONLY

    def _living(self, event: Event) -> int:
        """Hear an event that a contact's state allows or does not."""
        kind = type(event)
        life = self._life(event)
        if life is None:
            return DROP
        if life.state:
            self._check_state(event, life)
        act = self._acts.get(kind)
        if act is None:  # released, requeued, reopened
            self._check_return(event, life)
            self._release(life)
            life.state = "waiting"
        else:
            act(event, life)
        return self._weight(life)

    def _check_state(self, event: Event, life: Life) -> None:
        allowed = life.state in _ALLOWED[type(event)]
        if type(event) in _BY_HOLDER:
            agent: str | None = event.agent  # type: ignore[attr-defined]
            if not allowed and life.agent is None:
                self._wrong(event, life, "not held", f"{event.name} while {life.state}")
                return
            if allowed and agent != life.agent:
                holder = "nobody" if life.agent is None else life.agent
                self._wrong(event, life, "not held", f"{event.name}, but {holder} held it")
                return
        if not allowed:
            self._wrong(event, life, "wrong state", f"{event.name} while {life.state}")

    def _check_return(self, event: Event, life: Life) -> None:
        if type(event) is of_contacts.Requeued and life.state in _TAKEN:
            assert life.agent is not None
            presence = self._presence.get(life.agent, "offline")
            if presence != "offline":
                detail = f"requeued while {life.state} with {life.agent}, who is {presence}"
                self._wrong(event, life, "wrong state", detail)

    def _release(self, life: Life) -> None:
        """Take a contact from its holder, and off its deadline."""
        if life.agent is not None:
            self._held[life.agent].pop(life.id, None)
            life.agent = None
        life.due = None

    def _end(self, life: Life, how: str) -> None:
        self._release(life)
        self._ends[how] += 1
        self._ended.add(life.id)
        self._lives.pop(life.id, None)

    def _deferred(self, event: of_contacts.Deferred, life: Life) -> None:
        self._release(life)
        life.state, life.due, life.channel = "deferred", event.until, event.channel
        if event.channel not in self._channels:
            life.known = False
            self._wrong(event, life, "unknown channel")
        if event.until is not None:
            self._deadline(event.until, "deferral", life)

    def _preferred(self, event: of_contacts.Preferred, life: Life) -> None:
        life.preference = event
        self._deadline(event.until, "preference", life, event.agent)

    def _relaxed(self, event: of_contacts.Relaxed, life: Life) -> None:
        before = life.skills
        if before is not None:
            if any(level > before.get(skill, 0) for skill, level in event.skills.items()):
                self._wrong(event, life, "stricter needs")
        life.skills = event.skills

    def _updated(self, event: of_contacts.Updated, life: Life) -> None:
        life.skills, life.updated_at = event.skills, event.at

    def _excluded(
        self, event: of_contacts.Declined | of_contacts.OfferExpired, life: Life
    ) -> None:
        due = life.due
        if isinstance(event, of_contacts.OfferExpired) and due is not None and event.at < due:
            self._wrong(event, life, "early timer", f"the offer ran until {due}")
        self._between(event, life)
        life.excluded[event.agent] = event.retry_at
        self._deadline(event.retry_at, "exclusion", life, event.agent)

    def _between(self, _: Event, life: Life) -> None:
        self._release(life)
        life.state = _BETWEEN
        self._unsettled[life.id] = None

    def _reserve(self, event: of_contacts.Reserved, life: Life) -> None:
        ready = self._presence.get(event.agent) == "ready"
        if not ready or event.agent in self._reserved or life.id in self._reserved.values():
            self._wrong(event, life, "wrong reservation")
        self._reserved[event.agent] = life.id

    def _interrupted(self, _: of_contacts.Interrupted, life: Life) -> None:
        if life.state == "active":
            life.state = "interrupted"

    def _continued(self, _: of_contacts.Continued, life: Life) -> None:
        if life.state == "interrupted":
            life.state = "active"

    def _completed(self, event: of_contacts.Completed, life: Life) -> None:
        seconds = event.wrap_up_seconds
        if life.state == "interrupted" and seconds != 0:
            self._wrong(event, life, "wrong state", "a wrap-up while interrupted")
        if event.agent is None or seconds == 0:
            self._end(life, "completed")
            return
        life.state, life.due = "wrap_up", None
        if seconds is not None:
            life.due = event.at + seconds
            self._deadline(life.due, "wrap-up", life)

    def _wrapped_up(self, _: of_contacts.WrapUpEnded, life: Life) -> None:
        self._end(life, "completed")

    def _transferred(self, event: of_contacts.Transferred, life: Life) -> None:
        self._release(life)
        life.state, life.skills, life.preference = "waiting", event.skills, None

    def _parked(self, _: of_contacts.Parked, life: Life) -> None:
        self._release(life)
        life.state = "parked"

    def _resumed(self, event: of_contacts.Resumed, life: Life) -> None:
        channel = self._channels.get(life.channel)
        if channel is not None and life.state == "abandoned":
            if event.at > life.abandoned_at + channel.resume_seconds:
                self._wrong(event, life, "late resume")
        life.state = "waiting"

    def _abandoned(self, event: of_contacts.Abandoned, life: Life) -> None:
        self._release(life)
        life.state, life.abandoned_at, life.preference = "abandoned", event.at, None

    def _left(self, event: Event, life: Life) -> None:
        self._end(life, _LEFT[type(event)])

    # ------------------------------------------------------------------ what runs beside a contact

    def _preference_ended(self, event: of_contacts.PreferenceEnded) -> int:
        life = self._life(event)
        if life is None:
            return DROP
        ran, life.preference = life.preference, None
        if ran is None or ran.agent != event.agent:
            if life.known:
                self._wrong(event, life, "not running", "no such preference was running")
        elif event.at < ran.until and life.updated_at != event.at:
            if not ran.skip_if_away or self._presence.get(event.agent) == "ready":
                detail = f"the preference ran until {ran.until}"
                self._wrong(event, life, "early timer", detail)
        return self._weight(life)

    def _exclusion_ended(self, event: of_contacts.ExclusionEnded) -> int:
        life = self._life(event)
        if life is None:
            return DROP
        due = life.excluded.pop(event.agent, None)
        if due is None:
            if life.known:
                self._wrong(event, life, "not running", "no such exclusion was running")
        elif event.at < due:
            self._wrong(event, life, "early timer", f"the exclusion ran until {due}")
        return self._weight(life)

    def _reservation_ended(self, event: of_contacts.ReservationEnded) -> int:
        if self._reserved.get(event.agent) != event.contact:
            detail = "no such reservation was running"
            self._book.add(event.at, "not running", event.contact, event.agent, detail)
            return DROP
        del self._reserved[event.agent]
        return SOUND

    # ------------------------------------------------------------------ agents

    def _agent_added(self, event: of_agents.AgentAdded) -> int:
        if event.agent in self._presence:
            self._book.add(event.at, "duplicate agent", None, event.agent)
            return DROP
        self._presence[event.agent] = event.presence
        return SOUND

    def _of_agent(self, event: of_agents.AgentUpdated) -> int:
        if event.agent in self._presence:
            return SOUND
        self._book.add(event.at, "unknown agent", None, event.agent)
        return DROP

    def _agent_removed(self, event: of_agents.AgentRemoved) -> int:
        if self._presence.pop(event.agent, None) is None:
            self._book.add(event.at, "unknown agent", None, event.agent)
            return DROP
        self._gone[event.agent] = None
        return SOUND

    def _presence_set(self, event: of_agents.PresenceSet) -> int:
        if event.agent not in self._presence:
            self._book.add(event.at, "unknown agent", None, event.agent)
            return DROP
        self._presence[event.agent] = event.state
        if event.state != "ready":
            self._gone[event.agent] = None
        return SOUND
