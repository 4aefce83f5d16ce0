"""The life check: whether each event was possible in the state that its contact was in.

It keeps a picture of its own (states, holders, deadlines), from the events alone, by a table of
its own: which states allow an event, and to which it leads. Whom an agent may be given, and in
whose turn, is the fairness judge's matter; here it is what a contact's life allows, who holds it,
and whether timers fired when they were due.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from enum import IntEnum
from itertools import count
from typing import Final

import attrs

from omniqueue.model import agent_events as of_agents
from omniqueue.model import contact_events as of_contacts
from omniqueue.model.channel import STOCK_CHANNELS, Channel
from omniqueue.model.event import Event
from omniqueue.model.skill import Skills
from omniqueue.record.audit_faults import FaultBook


class Weight(IntEnum):
    """How far an event counts: not at all; for the judge; for the judge and the measures."""

    DROPPED = 0
    JUDGED = 1
    MEASURED = 2


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
_WAITS: Final = ("waiting", "deferred")
_TAKEN: Final = ("active", "interrupted")
_HELD: Final = ("offered", *_TAKEN, "wrap_up")
_TIMED: Final = {"offered": "offer", "deferred": "deferral", "wrap_up": "wrap-up"}


@attrs.frozen
class _Rule:
    """What an event may find and where it leads: one row of the table.

    Args:
        found: the states that allow it.
        to: the state that it leads to; None: it leaves the state as it is.
        by_holder: whether it names the agent who holds the contact.
    """

    found: tuple[str, ...]
    to: str | None = None
    by_holder: bool = False


_RULES: Final[Mapping[type[Event], _Rule]] = {
    of_contacts.Deferred: _Rule(("waiting",), "deferred"),
    of_contacts.Released: _Rule(("deferred",), "waiting"),
    of_contacts.Preferred: _Rule(_WAITS),
    of_contacts.Relaxed: _Rule((*_WAITS, "offered", *_TAKEN, "parked", "abandoned")),
    of_contacts.Updated: _Rule(_WAITS),
    of_contacts.Declined: _Rule(("offered",), _BETWEEN, by_holder=True),
    of_contacts.OfferExpired: _Rule(("offered",), _BETWEEN, by_holder=True),
    of_contacts.OfferRevoked: _Rule(("offered",), _BETWEEN, by_holder=True),
    of_contacts.Requeued: _Rule((_BETWEEN, *_TAKEN), "waiting"),
    of_contacts.Reserved: _Rule(("waiting",)),
    of_contacts.Interrupted: _Rule(("active",), "interrupted", by_holder=True),
    of_contacts.Continued: _Rule(("interrupted",), "active", by_holder=True),
    of_contacts.Completed: _Rule((*_TAKEN, "parked"), "wrap_up", by_holder=True),
    of_contacts.WrapUpEnded: _Rule(("wrap_up",), "completed", by_holder=True),
    of_contacts.Transferred: _Rule(_TAKEN, "waiting", by_holder=True),
    of_contacts.Parked: _Rule(_TAKEN, "parked", by_holder=True),
    of_contacts.Reopened: _Rule(("parked",), "waiting"),
    of_contacts.Abandoned: _Rule((*_WAITS, _BETWEEN), "abandoned"),
    of_contacts.Cancelled: _Rule((*_WAITS, "parked", _BETWEEN), "cancelled"),
    of_contacts.Resumed: _Rule(("abandoned",), "waiting"),
    of_contacts.Expired: _Rule((*_WAITS, _BETWEEN), "expired"),
}


class _Checked:
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
        self.known = known  # queued, on a declared channel: it is measured
        self.state = "waiting" if known else ""
        self.agent: str | None = None
        self.due: float | None = None  # of its offer, deferral or wrap-up
        self.preference: of_contacts.Preferred | None = None
        self.excluded: dict[str, float] = {}  # agent -> until when
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
        >>> check.hear(of_contacts.Queued(0.0, "c1", "fax", Skills.of({}), 0, 0.0, 0.0)).name
        'MEASURED'
        >>> check.states()["waiting"]
        1
    """

    def __init__(self, channels: Collection[Channel], book: FaultBook) -> None:
        self._channels = {each.name: each for each in (*STOCK_CHANNELS, *channels)}
        self._book = book
        self._lives: dict[str, _Checked] = {}
        self._ended: set[str] = set()
        self._ends: Counter[str] = Counter()
        self._presence: dict[str, str] = {}
        self._held: dict[str, dict[str, _Checked]] = {}
        self._reserved: dict[str, str] = {}  # agent -> contact
        self._unsettled: dict[str, None] = {}  # contacts seen between two states
        self._gone: dict[str, None] = {}  # agents who ceased to be ready
        self._deadlines: list[tuple[float, int, str, str, _Checked]] = []
        self._number = count()
        self._hears: Mapping[type[Event], Callable[..., Weight]] = {
            **dict.fromkeys(_RULES, self._lived),
            of_contacts.Queued: self._queued,
            of_contacts.Offered: self._given,
            of_contacts.Assigned: self._given,
            of_contacts.PreferenceEnded: self._preference_ended,
            of_contacts.ExclusionEnded: self._exclusion_ended,
            of_contacts.ReservationEnded: self._reservation_ended,
            of_agents.AgentAdded: self._agent_added,
            of_agents.AgentUpdated: self._agent_known,
            of_agents.AgentRemoved: self._agent_removed,
            of_agents.PresenceSet: self._presence_set,
        }
        self._beside: Mapping[type[Event], Callable[..., None]] = {
            of_contacts.Deferred: self._deferred,
            of_contacts.Preferred: self._preferred,
            of_contacts.Relaxed: self._relaxed,
            of_contacts.Updated: self._updated,
            of_contacts.Declined: self._excluded,
            of_contacts.OfferExpired: self._excluded,
            of_contacts.Requeued: self._requeued,
            of_contacts.Reserved: self._reserve,
            of_contacts.Completed: self._completed,
            of_contacts.Transferred: self._transferred,
            of_contacts.Resumed: self._resumed,
            of_contacts.Abandoned: self._abandoned,
        }

    def hear(self, event: Event) -> Weight:
        """Take in one event; return how far it counts."""
        hear = self._hears.get(type(event))
        return Weight.MEASURED if hear is None else hear(event)

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

    # ------------------------------------------------------------------ who is meant, and faults

    def _life(self, event: Event) -> _Checked | None:
        """Return the contact of an event; None: it has ended, which is a fault."""
        name: str = event.contact  # type: ignore[attr-defined]
        life = self._lives.get(name)
        if life is None:
            if name in self._ended:
                self._book.add(
                    event.at, "after its end", name, None, f"{event.name} after its end"
                )
                return None
            life = self._lives[name] = _Checked(name, "", known=False)  # the judge names it
        return life

    def _weight(self, life: _Checked) -> Weight:
        return Weight.MEASURED if life.known else Weight.JUDGED

    def _wrong(self, event: Event, life: _Checked, kind: str, detail: str | None = None) -> None:
        self._book.add(event.at, kind, life.id, getattr(event, "agent", None), detail)

    # ------------------------------------------------------------------ deadlines

    def _deadline(self, due: float, what: str, life: _Checked, agent: str = "") -> None:
        heapq.heappush(self._deadlines, (due, next(self._number), what, agent, life))

    def _pending(self, due: float, what: str, agent: str, life: _Checked) -> bool:
        """Tell whether a deadline still counts."""
        if self._lives.get(life.id) is not life:
            return False
        if what == "exclusion":
            return life.excluded.get(agent) == due
        if what == "preference":
            return life.preference is not None and life.preference.until == due
        return _TIMED.get(life.state) == what and life.due == due

    # ------------------------------------------------------------------ moves

    def _move(self, life: _Checked, to: str, due: float | None = None) -> None:
        """Write a state; its holder lets go of it unless the state is one in hand."""
        if to not in _HELD and life.agent is not None:
            self._held[life.agent].pop(life.id, None)
            life.agent = None
        life.state, life.due = to, due
        if due is not None:
            self._deadline(due, _TIMED[to], life)
        if to == _BETWEEN:
            self._unsettled[life.id] = None
        elif to in ENDED_STATES:
            self._ends[to] += 1
            self._ended.add(life.id)
            self._lives.pop(life.id, None)

    def _lived(self, event: Event) -> Weight:
        """Hear an event that a contact's state allows or does not, by the table."""
        life = self._life(event)
        if life is None:
            return Weight.DROPPED
        rule = _RULES[type(event)]
        allowed = life.state in rule.found
        if life.state:
            self._check_state(event, life, rule, allowed=allowed)
        beside = self._beside.get(type(event))
        if beside is not None:
            beside(event, life)
        to, due = rule.to, None
        if isinstance(event, of_contacts.Deferred):
            due = event.until
        elif isinstance(event, of_contacts.Completed):
            seconds = event.wrap_up_seconds
            if event.agent is None or seconds == 0:
                to = "completed"
            elif seconds is not None:
                due = event.at + seconds
        if to is not None and (allowed or to not in _TAKEN):  # only what is taken can stay so
            self._move(life, to, due)
        return self._weight(life)

    def _check_state(self, event: Event, life: _Checked, rule: _Rule, *, allowed: bool) -> None:
        """Name what is wrong with the state or the holder that an event finds."""
        if rule.by_holder:
            if not allowed and life.agent is None:
                self._wrong(event, life, "not held", f"{event.name} while {life.state}")
                return
            if allowed and event.agent != life.agent:  # type: ignore[attr-defined]
                holder = "nobody" if life.agent is None else life.agent
                self._wrong(event, life, "not held", f"{event.name}, but {holder} held it")
        if not allowed:
            self._wrong(event, life, "wrong state", f"{event.name} while {life.state}")

    def _queued(self, event: of_contacts.Queued) -> Weight:
        former = self._lives.get(event.contact)
        if former is not None:
            self._move(former, "waiting")  # the judge names it: queued twice
        elif event.contact in self._ended:
            self._ended.discard(event.contact)
            self._book.add(event.at, "duplicate id", event.contact, None)
        known = event.channel in self._channels
        life = self._lives[event.contact] = _Checked(event.contact, event.channel, known=known)
        life.state, life.skills = "waiting", event.skills
        if not known:
            self._wrong(event, life, "unknown channel")
        if event.arrived_at > event.at:
            self._wrong(event, life, "future arrival")
        return self._weight(life)

    def _given(self, event: of_contacts.Offered | of_contacts.Assigned) -> Weight:
        """Hear an offer or an assignment; whether it was right is for the judge to say."""
        life = self._life(event)
        if life is None:
            return Weight.DROPPED
        self._move(life, "waiting")
        life.agent, life.preference = event.agent, None
        self._held.setdefault(event.agent, {})[life.id] = life
        if isinstance(event, of_contacts.Offered):
            self._move(life, "offered", event.until)
        else:
            self._move(life, "active")
            life.excluded.clear()
            kept = [agent for agent, contact in self._reserved.items() if contact == life.id]
            for agent in kept:
                del self._reserved[agent]
        return self._weight(life) if event.agent in self._presence else Weight.JUDGED

    # ------------------------------------------------------------------ what else an event means

    def _deferred(self, event: of_contacts.Deferred, life: _Checked) -> None:
        life.channel = event.channel
        if event.channel not in self._channels:
            life.known = False
            self._wrong(event, life, "unknown channel")

    def _preferred(self, event: of_contacts.Preferred, life: _Checked) -> None:
        life.preference = event
        self._deadline(event.until, "preference", life, event.agent)

    def _relaxed(self, event: of_contacts.Relaxed, life: _Checked) -> None:
        before = life.skills
        if before is not None:
            if any(level > before.get(skill, 0) for skill, level in event.skills.items()):
                self._wrong(event, life, "stricter needs")
        life.skills = event.skills

    def _updated(self, event: of_contacts.Updated, life: _Checked) -> None:
        life.skills, life.updated_at = event.skills, event.at

    def _excluded(
        self, event: of_contacts.Declined | of_contacts.OfferExpired, life: _Checked
    ) -> None:
        due = life.due
        if isinstance(event, of_contacts.OfferExpired) and due is not None and event.at < due:
            self._wrong(event, life, "early timer", f"the offer ran until {due}")
        life.excluded[event.agent] = event.retry_at
        self._deadline(event.retry_at, "exclusion", life, event.agent)

    def _requeued(self, event: of_contacts.Requeued, life: _Checked) -> None:
        if life.state in _TAKEN:
            assert life.agent is not None
            presence = self._presence.get(life.agent, "offline")
            if presence != "offline":
                detail = f"requeued while {life.state} with {life.agent}, who is {presence}"
                self._wrong(event, life, "wrong state", detail)

    def _reserve(self, event: of_contacts.Reserved, life: _Checked) -> None:
        ready = self._presence.get(event.agent) == "ready"
        if not ready or event.agent in self._reserved or life.id in self._reserved.values():
            self._wrong(event, life, "wrong reservation")
        self._reserved[event.agent] = life.id

    def _completed(self, event: of_contacts.Completed, life: _Checked) -> None:
        if life.state == "interrupted" and event.wrap_up_seconds != 0:
            self._wrong(event, life, "wrong state", "a wrap-up while interrupted")

    def _transferred(self, event: of_contacts.Transferred, life: _Checked) -> None:
        life.skills, life.preference = event.skills, None

    def _resumed(self, event: of_contacts.Resumed, life: _Checked) -> None:
        channel = self._channels.get(life.channel)
        if channel is not None and life.state == "abandoned":
            if event.at > life.abandoned_at + channel.resume_seconds:
                self._wrong(event, life, "late resume")

    def _abandoned(self, event: of_contacts.Abandoned, life: _Checked) -> None:
        life.abandoned_at, life.preference = event.at, None

    # ------------------------------------------------------------------ what runs beside a contact

    def _preference_ended(self, event: of_contacts.PreferenceEnded) -> Weight:
        life = self._life(event)
        if life is None:
            return Weight.DROPPED
        ran, life.preference = life.preference, None
        if ran is None or ran.agent != event.agent:
            if life.known:
                self._wrong(event, life, "not running", "no such preference was running")
        elif event.at < ran.until and life.updated_at != event.at:
            if not ran.skip_if_away or self._presence.get(event.agent) == "ready":
                detail = f"the preference ran until {ran.until}"
                self._wrong(event, life, "early timer", detail)
        return self._weight(life)

    def _exclusion_ended(self, event: of_contacts.ExclusionEnded) -> Weight:
        life = self._life(event)
        if life is None:
            return Weight.DROPPED
        due = life.excluded.pop(event.agent, None)
        if due is None:
            if life.known:
                self._wrong(event, life, "not running", "no such exclusion was running")
        elif event.at < due:
            self._wrong(event, life, "early timer", f"the exclusion ran until {due}")
        return self._weight(life)

    def _reservation_ended(self, event: of_contacts.ReservationEnded) -> Weight:
        if self._reserved.get(event.agent) != event.contact:
            detail = "no such reservation was running"
            self._book.add(event.at, "not running", event.contact, event.agent, detail)
            return Weight.DROPPED
        del self._reserved[event.agent]
        return Weight.MEASURED

    # ------------------------------------------------------------------ agents

    def _agent_added(self, event: of_agents.AgentAdded) -> Weight:
        if event.agent in self._presence:
            self._book.add(event.at, "duplicate agent", None, event.agent)
            return Weight.DROPPED
        self._presence[event.agent] = event.presence
        return Weight.MEASURED

    def _agent_known(
        self, event: of_agents.AgentUpdated | of_agents.AgentRemoved | of_agents.PresenceSet
    ) -> Weight:
        if event.agent in self._presence:
            return Weight.MEASURED
        self._book.add(event.at, "unknown agent", None, event.agent)
        return Weight.DROPPED

    def _agent_removed(self, event: of_agents.AgentRemoved) -> Weight:
        weight = self._agent_known(event)
        if weight:
            del self._presence[event.agent]
            self._gone[event.agent] = None
        return weight

    def _presence_set(self, event: of_agents.PresenceSet) -> Weight:
        weight = self._agent_known(event)
        if weight:
            self._presence[event.agent] = event.state
            if event.state != "ready":
                self._gone[event.agent] = None
        return weight
