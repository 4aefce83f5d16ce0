"""The life check: whether each event was possible in the state that its contact was in.

It keeps a picture of its own (states, holders, deadlines), from the events alone, by a table of
its own: which states allow an event, and to which it leads. Whom an agent may be given, and in
whose turn, is the fairness judge's matter; here it is what a contact's life allows, who holds it,
and whether timers fired when they were due.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import IntEnum
from itertools import count
from typing import Final, TypeAlias

import attrs

from omniqueue.model import agent_events as of_agents, contact_events as of_contacts
from omniqueue.model.channel import STOCK_CHANNELS, Channel
from omniqueue.model.event import Event
from omniqueue.model.skill import Skills
from omniqueue.record.audit_faults import FaultBook


class Weight(IntEnum):
    """How far an event counts: not at all; for the judge; for the judge and the measures."""

    DROPPED = 0
    JUDGED = 1
    MEASURED = 2


Groups: TypeAlias = tuple[Skills, ...]

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


@attrs.define(eq=False)
class _Checked:
    """One contact as the life check sees it.

    `known`: queued, on a declared channel: it is measured. `due`: when its offer, deferral or
    wrap-up ends. `excluded`: agent to until when.
    """

    id: str
    channel: str
    known: bool
    state: str = ""
    skills: Skills | None = None
    agent: str | None = None
    due: float | None = None
    preference: of_contacts.Preferred | None = None
    excluded: dict[str, float | None] = attrs.Factory(dict)
    abandoned_at: float = 0.0
    updated_at: float | None = None
    any_of: Groups = ()


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
        self._beside: Mapping[type[Event], Callable[..., Weight]] = {
            of_contacts.Queued: self._queued,
            of_contacts.ReservationEnded: self._reservation_ended,
            of_agents.AgentAdded: self._of_agent,
            of_agents.AgentUpdated: self._of_agent,
            of_agents.AgentRemoved: self._of_agent,
            of_agents.PresenceSet: self._of_agent,
        }

    def hear(self, event: Event) -> Weight:
        """Take in one event; return how far it counts."""
        rule = _RULES.get(type(event))
        if rule is not None:
            return self._lived(event, rule)
        hear = self._beside.get(type(event))
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
                late, who = f"the {what} should have ended at", agent or None
                self._book.add(until, "late timer", life.id, who, late, other_at=due)

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

    def _wrong(
        self,
        event: Event,
        life: _Checked,
        kind: str,
        detail: str | None = None,
        other_at: float | None = None,
    ) -> None:
        agent = getattr(event, "agent", None)
        self._book.add(event.at, kind, life.id, agent, detail, other_at=other_at)

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

    def _lived(self, event: Event, rule: _LifeRule) -> Weight:
        """Hear an event that a contact's state allows or does not, by the table."""
        life = self._life(event)
        if life is None:
            return Weight.DROPPED
        allowed = rule.found is None or life.state in rule.found
        if life.state:
            self._check_state(event, life, rule, allowed=allowed)
        if rule.also is not None:
            rule.also(self, event, life)
        to, due = _outcome(event, rule)
        if to is not None and (allowed or to not in _TAKEN):  # only what is taken can stay so
            self._move(life, to, due)
        if isinstance(event, _GIVEN) and event.agent not in self._presence:
            return Weight.JUDGED
        return self._weight(life)

    def _check_state(
        self, event: Event, life: _Checked, rule: _LifeRule, *, allowed: bool
    ) -> None:
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
        life = self._lives[event.contact] = _Checked(
            event.contact, event.channel, known, "waiting", event.skills, any_of=event.any_of
        )
        if not known:
            self._wrong(event, life, "unknown channel")
        if event.arrived_at > event.at:
            self._wrong(event, life, "future arrival")
        return self._weight(life)

    # ------------------------------------------------------------------ what else an event means

    def _given(self, event: of_contacts.Offered | of_contacts.Assigned, life: _Checked) -> None:
        """Note who holds a contact now; whether that was right is for the judge to say."""
        self._move(life, "waiting")
        life.agent, life.preference = event.agent, None
        self._held.setdefault(event.agent, {})[life.id] = life

    def _assigned(self, event: of_contacts.Assigned, life: _Checked) -> None:
        self._given(event, life)
        life.excluded.clear()
        for agent in [agent for agent, name in self._reserved.items() if name == life.id]:
            del self._reserved[agent]

    def _deferred(self, event: of_contacts.Deferred, life: _Checked) -> None:
        life.channel = event.channel
        if event.channel not in self._channels:
            life.known = False
            self._wrong(event, life, "unknown channel")

    def _preferred(self, event: of_contacts.Preferred, life: _Checked) -> None:
        life.preference = event
        self._deadline(event.until, "preference", life, event.agent)

    def _relaxed(self, event: of_contacts.Relaxed, life: _Checked) -> None:
        if life.skills is not None and not _implied(life.skills, life.any_of, event):
            self._wrong(event, life, "stricter needs")
        life.skills, life.any_of = event.skills, event.any_of

    def _updated(self, event: of_contacts.Updated, life: _Checked) -> None:
        life.skills, life.any_of, life.updated_at = event.skills, event.any_of, event.at

    def _excluded(
        self, event: of_contacts.Declined | of_contacts.OfferExpired, life: _Checked
    ) -> None:
        due = life.due
        if isinstance(event, of_contacts.OfferExpired) and due is not None and event.at < due:
            self._wrong(event, life, "early timer", "the offer ran until", due)
        life.excluded[event.agent] = event.retry_at
        if event.retry_at is not None:
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
        life.skills, life.any_of, life.preference = event.skills, event.any_of, None

    def _resumed(self, event: of_contacts.Resumed, life: _Checked) -> None:
        channel = self._channels.get(life.channel)
        if channel is not None and life.state == "abandoned":
            if event.at > life.abandoned_at + channel.resume_seconds:
                self._wrong(event, life, "late resume")

    def _abandoned(self, event: of_contacts.Abandoned, life: _Checked) -> None:
        life.abandoned_at, life.preference = event.at, None

    def _preference_ended(self, event: of_contacts.PreferenceEnded, life: _Checked) -> None:
        ran, life.preference = life.preference, None
        if ran is None or ran.agent != event.agent:
            if life.known:
                self._wrong(event, life, "not running", "no such preference was running")
        elif event.at < ran.until and life.updated_at != event.at:
            if not ran.skip_if_away or self._presence.get(event.agent) == "ready":
                told = "the preference ran until"
                self._wrong(event, life, "early timer", told, ran.until)

    def _exclusion_ended(self, event: of_contacts.ExclusionEnded, life: _Checked) -> None:
        due = life.excluded.pop(event.agent, None)
        if due is None:
            if life.known:
                self._wrong(event, life, "not running", "no such exclusion was running")
        elif event.at < due:
            self._wrong(event, life, "early timer", "the exclusion ran until", due)

    # ------------------------------------------------------------------ agents

    def _reservation_ended(self, event: of_contacts.ReservationEnded) -> Weight:
        if self._reserved.get(event.agent) != event.contact:
            detail = "no such reservation was running"
            self._book.add(event.at, "not running", event.contact, event.agent, detail)
            return Weight.DROPPED
        del self._reserved[event.agent]
        return Weight.MEASURED

    def _of_agent(
        self,
        event: of_agents.AgentAdded
        | of_agents.AgentUpdated
        | of_agents.AgentRemoved
        | of_agents.PresenceSet,
    ) -> Weight:
        name, known = event.agent, event.agent in self._presence
        if known is isinstance(event, of_agents.AgentAdded):
            kind = "duplicate agent" if known else "unknown agent"
            self._book.add(event.at, kind, None, name)
            return Weight.DROPPED
        if isinstance(event, of_agents.AgentAdded):
            self._presence[name] = event.presence
        elif isinstance(event, of_agents.PresenceSet):
            self._presence[name] = event.state
            if event.state != "ready":
                self._gone[name] = None
        elif isinstance(event, of_agents.AgentRemoved):
            del self._presence[name]
            self._gone[name] = None
        return Weight.MEASURED


@attrs.frozen
class _LifeRule:
    """What an event may find and where it leads: one row of the table.

    Args:
        found: the states that allow it; None: any.
        to: the state that it leads to; None: it leaves the state as it is.
        by_holder: whether it names the agent who holds the contact.
        also: what else it means; called before the contact moves.
    """

    found: tuple[str, ...] | None
    to: str | None = None
    by_holder: bool = False
    also: Callable[..., None] | None = None


def _implied(skills: Skills, any_of: Groups, event: of_contacts.Relaxed) -> bool:
    """Tell whether a relaxation asks for no more than what was asked before."""

    def enough(group: Skills, pairs: Iterable[tuple[str, int]]) -> list[bool]:
        return [name in group and group[name] <= level for name, level in pairs]

    for group in event.any_of:
        if not any(enough(group, skills.items())):
            if not any(all(enough(group, former.items())) for former in any_of):
                return False
    return all(level <= skills.get(name, 0) for name, level in event.skills.items())


_RULES: Final[Mapping[type[Event], _LifeRule]] = {
    of_contacts.Deferred: _LifeRule(("waiting",), "deferred", also=LifeCheck._deferred),
    of_contacts.Released: _LifeRule(("deferred",), "waiting"),
    of_contacts.Preferred: _LifeRule(_WAITS, also=LifeCheck._preferred),
    of_contacts.PreferenceEnded: _LifeRule(None, also=LifeCheck._preference_ended),
    of_contacts.Relaxed: _LifeRule(
        (*_WAITS, "offered", *_TAKEN, "parked", "abandoned"), also=LifeCheck._relaxed
    ),
    of_contacts.Updated: _LifeRule(_WAITS, also=LifeCheck._updated),
    of_contacts.Offered: _LifeRule(None, "offered", also=LifeCheck._given),
    of_contacts.Assigned: _LifeRule(None, "active", also=LifeCheck._assigned),
    of_contacts.Declined: _LifeRule(("offered",), _BETWEEN, True, LifeCheck._excluded),
    of_contacts.OfferExpired: _LifeRule(("offered",), _BETWEEN, True, LifeCheck._excluded),
    of_contacts.OfferRevoked: _LifeRule(("offered",), _BETWEEN, True),
    of_contacts.ExclusionEnded: _LifeRule(None, also=LifeCheck._exclusion_ended),
    of_contacts.Requeued: _LifeRule((_BETWEEN, *_TAKEN), "waiting", also=LifeCheck._requeued),
    of_contacts.Reserved: _LifeRule(("waiting",), also=LifeCheck._reserve),
    of_contacts.Interrupted: _LifeRule(("active",), "interrupted", True),
    of_contacts.Continued: _LifeRule(("interrupted",), "active", True),
    of_contacts.Completed: _LifeRule((*_TAKEN, "parked"), "wrap_up", True, LifeCheck._completed),
    of_contacts.WrapUpEnded: _LifeRule(("wrap_up",), "completed", True),
    of_contacts.Transferred: _LifeRule(_TAKEN, "waiting", True, LifeCheck._transferred),
    of_contacts.Parked: _LifeRule(_TAKEN, "parked", True),
    of_contacts.Reopened: _LifeRule(("parked",), "waiting"),
    of_contacts.Abandoned: _LifeRule((*_WAITS, _BETWEEN), "abandoned", also=LifeCheck._abandoned),
    of_contacts.Cancelled: _LifeRule((*_WAITS, "parked", _BETWEEN), "cancelled"),
    of_contacts.Resumed: _LifeRule(("abandoned",), "waiting", also=LifeCheck._resumed),
    of_contacts.Expired: _LifeRule((*_WAITS, _BETWEEN), "expired"),
}
_GIVEN: Final = (of_contacts.Offered, of_contacts.Assigned)


def _outcome(event: Event, rule: _LifeRule) -> tuple[str | None, float | None]:
    """Return the state that an event leads to, and when that is over where that is known."""
    if isinstance(event, of_contacts.Deferred | of_contacts.Offered):
        return rule.to, event.until
    if isinstance(event, of_contacts.Completed):
        seconds = event.wrap_up_seconds
        if event.agent is None or seconds == 0:
            return "completed", None
        return rule.to, None if seconds is None else event.at + seconds
    return rule.to, None
