"""The rules of the naive reference router: queue order, who can take what, matching, timers.

Every question is answered by walking all contacts and all agents; nothing is indexed.
"Rule N" is a rule of play-format.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from oracle.naive_choice import NaiveChoice
from oracle.naive_values import (
    ORDERS,
    SELECTIONS,
    STOCK_CHANNELS,
    Agent,
    Channel,
    Contact,
    Json,
    Preference,
    Refused,
    Timer,
    check_duration,
    is_int,
)


class NaiveRules(NaiveChoice):
    """State of the router, and everything that happens in it beside the commands themselves."""

    def __init__(
        self,
        *,
        order: str | Json = "arrival",
        selection: str = "longest-idle",
        max_waiting: int | None = None,
        channels: Json | None = None,
    ) -> None:
        self.order = order if isinstance(order, str) else "aging"
        self.seconds_per_priority = 0.0
        if not isinstance(order, str):
            try:
                self.seconds_per_priority = check_duration(order["aging"]["seconds_per_priority"])
            except Refused as error:
                raise ValueError(f"order {order!r}") from error
        elif order not in ORDERS:
            raise ValueError(f"order {order!r}")
        if selection not in SELECTIONS:
            raise ValueError(f"selection {selection!r}")
        if max_waiting is not None and not is_int(max_waiting, 0, 2**63):
            raise ValueError(f"max_waiting {max_waiting!r}")
        self.selection = selection
        self.max_waiting = max_waiting
        settings: Json = {name: {} for name in STOCK_CHANNELS} | (channels or {})
        self.channels = {name: Channel(name, settings[name]) for name in settings}
        for channel in self.channels.values():
            if any(name not in list(self.channels) for name in channel.interrupted_by):
                raise ValueError(f"channel {channel.name!r}: {channel.interrupted_by!r}")
        self.now = -math.inf
        self.agents: list[Agent] = []
        self.contacts: list[Contact] = []
        self.timers: list[Timer] = []
        self.reservations: list[tuple[Contact, Agent]] = []
        self.stopped = False  # by stop_matching (rule 16)
        self.events: list[Json] = []
        self.counter = 0  # gives sequence numbers, stamps and the order of timers

    # ------------------------------------------------------------ small tools

    def count(self) -> int:
        """The next counter value: each is higher than all before."""
        self.counter += 1
        return self.counter

    def emit(self, event: str, **keys: object) -> None:
        """Say that something happened now."""
        self.events.append({"at": self.now, "event": event, **keys})

    def add_timer(self, kind: str, due: float, contact: Contact) -> Timer:
        """Make a timer. Rule 1: due is computed once, by the caller, as start + seconds."""
        timer = Timer(due, self.count(), kind, contact)
        self.timers.append(timer)
        return timer

    def drop_timers(self, contact: Contact, *kinds: str) -> None:
        """Drop the contact's timers of these kinds; without kinds, all of them."""
        self.timers = [
            timer
            for timer in self.timers
            if timer.contact is not contact or (kinds and timer.kind not in kinds)
        ]

    # ------------------------------------------------------------ queue order ("order")

    def queue_key(self, contact: Contact) -> tuple[float, float, int]:
        """Rank, then arrived_at, then the order of first submission."""
        rank = contact.arrived_at
        if self.order == "priority":
            rank = -contact.priority
        elif self.order == "aging":
            rank = contact.arrived_at - self.seconds_per_priority * contact.priority
        elif self.order == "deadline":
            target = contact.target_seconds
            rank = math.inf if target is None else contact.arrived_at + target
        return (rank, contact.arrived_at, contact.sequence)

    def in_queue_order(self, contacts: Iterable[Contact]) -> list[Contact]:
        """Sort contacts, whatever their state, by the queue key."""
        return sorted(contacts, key=self.queue_key)

    def waiting_contacts(self) -> list[Contact]:
        """All contacts in state waiting, in queue order."""
        return self.in_queue_order(c for c in self.contacts if c.state == "waiting")

    # ------------------------------------------------------------ who can take what

    def could_take_empty(self, agent: Agent, contact: Contact) -> bool:
        """Rule 11: could take it if empty: ready, able, exclusions and preference respected."""
        if agent.presence != "ready" or not self.could_serve_empty(agent, contact):
            return False
        if agent.id in contact.excluded or agent.id == contact.barred:
            return False
        return contact.preference is None or contact.preference.agent_id == agent.id

    def can_take(self, agent: Agent, contact: Contact) -> bool:
        """Rule 2: what matching asks."""
        if not self.could_take_empty(agent, contact) or not self.has_room(agent, contact):
            return False
        return all(a is not agent or c is contact for c, a in self.reservations)  # rule 11

    def takers(self, contact: Contact) -> list[Agent]:
        """All agents who can take the contact now."""
        return [agent for agent in self.agents if self.can_take(agent, contact)]

    # ------------------------------------------------------------ matching (rules 2 and 11)

    def settle(self) -> None:
        """After a command or a timer: fallen reservations, matching, then what is taken up."""
        self.drop_reservations()
        while not self.stopped and self.match_one():
            pass
        self.take_up_again()

    def first_pair(self) -> tuple[Agent, Contact] | None:
        """The pair that comes first by the agent's own order, queue order and selection."""
        best: tuple[tuple[object, ...], Agent, Contact] | None = None
        for contact in self.waiting_contacts():
            for agent in self.takers(contact):
                place = self.own_place(agent, contact)
                key = (place, self.queue_key(contact), self.rank(agent, contact))
                if best is None or key < best[0]:
                    best = (key, agent, contact)
            if best is not None and best[0][0] == 0:
                break  # no later contact comes before this
        return None if best is None else best[1:]

    def match_one(self) -> bool:
        """Make one reservation, or else give away one contact; tell whether there was any."""
        pair = self.first_pair()
        for contact in self.waiting_contacts():
            if pair is not None and contact is pair[1]:
                break
            if self.try_to_reserve(contact):
                return True  # perhaps the pair's agent: look for the pair again
        if pair is None:
            return False
        self.give(*pair)
        return True

    def give(self, agent: Agent, contact: Contact) -> None:
        """Offer the contact to the agent; without offer_seconds the agent takes it unasked."""
        seconds = contact.channel.offer_seconds
        if seconds is None:
            self.take(agent, contact, by_hand=False)
            return
        self.interrupt_for(agent, contact)  # rule 15c
        self.end_preference(contact)  # rule 4: ends with the first offer
        contact.state = "offered"
        contact.holder = agent
        self.put_in_hand(agent, contact)
        timer = self.add_timer("offer", self.now + seconds, contact)
        self.emit("offered", contact=contact.id, agent=agent.id, until=timer.due)

    def take(self, agent: Agent, contact: Contact, by_hand: bool) -> None:
        """The agent takes the contact: from an offer, by matching, or by hand."""
        if contact.holder is None:
            self.interrupt_for(agent, contact)  # rule 15c
            self.put_in_hand(agent, contact)
        contact.state = "active"
        contact.holder = agent
        self.end_preference(contact)  # rule 4
        contact.excluded = []  # rule 7: for all agents
        contact.expiry_fell_due = False  # rule 6: void
        self.drop_timers(contact, "offer", "retry", "expiry", "deferral")
        self.reservations = [(c, a) for c, a in self.reservations if c is not contact]  # rule 11
        agent.misses = 0  # rule 7
        agent.stamp = self.count()
        self.count_taking(agent, agent.stamp)
        self.emit("assigned", contact=contact.id, agent=agent.id, by_hand=by_hand)

    # ------------------------------------------------------------ interrupting (rule 15)

    def interrupt_for(self, agent: Agent, contact: Contact) -> None:
        """Rule 15c: the contact is about to be given to the agent; others make room for it."""
        going_on = self.going_on(agent)
        if self.fits_beside(agent, contact, going_on):
            return
        yielding = [held for held in going_on if held.state == "active"]
        yielding = [held for held in yielding if self.may_interrupt(contact, held)]
        kept = [contact] + [held for held in going_on if held not in yielding]
        for held in self.in_queue_order(yielding):
            if self.fits_beside(agent, held, kept):
                kept.append(held)
            else:
                held.state = "interrupted"
                self.emit("interrupted", contact=held.id, agent=agent.id, by=contact.id)

    def take_up_again(self) -> None:
        """Rule 15d: nothing more can be taken; what was interrupted and fits goes on."""
        for contact in self.in_queue_order(c for c in self.contacts if c.state == "interrupted"):
            agent = contact.holder
            assert agent is not None
            going_on = self.going_on(agent)
            if not going_on or self.fits_beside(agent, contact, going_on):
                contact.state = "active"
                self.emit("continued", contact=contact.id, agent=agent.id)

    # ------------------------------------------------------------ reservations (rule 11)

    def reserved_agent(self, contact: Contact) -> Agent | None:
        """The agent kept free for this contact."""
        return next((agent for c, agent in self.reservations if c is contact), None)

    def set_reservation_timer(self, contact: Contact) -> None:
        """Set (anew) the timer; past due counts as now."""
        self.drop_timers(contact, "reservation")
        seconds = contact.channel.reserve_seconds
        if seconds is not None:
            self.add_timer("reservation", max(self.now, contact.arrived_at + seconds), contact)

    def try_to_reserve(self, contact: Contact) -> bool:
        """A waiting, overdue contact that nobody can take now reserves an agent if it can."""
        if not self.overdue(contact):
            return False
        if self.reserved_agent(contact) is not None or self.takers(contact):
            return False
        held = [agent for _, agent in self.reservations]
        able = [a for a in self.agents if a not in held and self.could_take_empty(a, contact)]
        if not able:
            return False
        agent = min(able, key=lambda a: (self.load(a), *self.idle_order(a)))
        self.reservations.append((contact, agent))
        self.emit("reserved", contact=contact.id, agent=agent.id)
        return True

    def end_reservation(self, contact: Contact) -> None:
        """The contact's reservation falls, other than by the contact being taken."""
        agent = self.reserved_agent(contact)
        if agent is not None:
            self.reservations.remove((contact, agent))
            self.emit("reservation_ended", contact=contact.id, agent=agent.id)

    def drop_reservations(self) -> None:
        """Before matching: those fall whose agent could no longer take it; no claim is left."""
        for contact in self.waiting_contacts():
            agent = self.reserved_agent(contact)
            if agent is not None and not self.could_take_empty(agent, contact):
                self.end_reservation(contact)

    # ------------------------------------------------------------ preference (rule 4)

    def preference_for(
        self, contact: Contact, prefer: tuple[str, float, bool] | None
    ) -> Preference | None:
        """The preference that would run from now on, or none."""
        if prefer is None:
            return None
        agent_id, seconds, skip_if_away = prefer
        agent = next((agent for agent in self.agents if agent.id == agent_id), None)
        if agent is None or not self.could_serve_empty(agent, contact):
            return None
        if agent.id == contact.barred or (skip_if_away and agent.presence != "ready"):
            return None
        return Preference(agent_id, self.now + seconds, skip_if_away)

    def start_preference(self, contact: Contact, preference: Preference | None) -> None:
        """Let the preference run, if there is one."""
        contact.preference = preference
        if preference is not None:
            self.add_timer("preference", preference.until, contact)
            self.emit("preferred", contact=contact.id, agent=preference.agent_id,
                      until=preference.until, skip_if_away=preference.skip_if_away)  # fmt: skip

    def end_preference(self, contact: Contact, say: bool = False) -> None:
        """End a running preference; `say`: with an event of its own."""
        if contact.preference is not None and say:
            self.emit("preference_ended", contact=contact.id, agent=contact.preference.agent_id)
        contact.preference = None
        self.drop_timers(contact, "preference")

    # ------------------------------------------------------------ leaving an agent, the queue

    def leave_agent(self, contact: Contact) -> Agent:
        """The contact no longer uses any of its agent's capacity."""
        agent = contact.holder
        assert agent is not None
        self.out_of_hand(agent, contact)
        contact.holder = None
        self.drop_timers(contact, "offer", "wrap_up")
        return agent

    def return_to_queue(self, contact: Contact) -> None:
        """Waiting again, or expired if its expiry fell due meanwhile (rule 6)."""
        self.leave_agent(contact)
        if contact.expiry_fell_due:
            self.expire(contact)
        else:
            contact.state = "waiting"
            self.emit("requeued", contact=contact.id)

    def expire(self, contact: Contact) -> None:
        """The contact expires; with it goes its reservation."""
        self.end_contact(contact, "expired")
        self.emit("expired", contact=contact.id)
        self.end_reservation(contact)

    def end_contact(self, contact: Contact, state: str) -> None:
        """The contact is over (completed, cancelled, expired): nothing of it runs on."""
        contact.state = state
        contact.excluded = []
        contact.preference = None
        self.drop_timers(contact)

    def exclude(self, contact: Contact, agent: Agent) -> float | None:
        """Rule 7: not offered to this agent for retry_seconds; returns when that ends."""
        contact.excluded.append(agent.id)
        if contact.channel.retry_seconds is None:
            return None  # until some agent has taken it
        timer = self.add_timer("retry", self.now + contact.channel.retry_seconds, contact)
        timer.agent_id = agent.id
        return timer.due

    # ------------------------------------------------------------ presence (rule 9)

    def go_away(self, agent: Agent, reason: str | None) -> None:
        """Away takes back offers; work and wrap-ups go on."""
        agent.presence = "away"
        self.emit("presence", agent=agent.id, state="away", reason=reason)
        self.take_back_offers(agent.work)
        self.end_preferences_for(agent)

    def take_back_offers(self, contacts: list[Contact]) -> None:
        """Rule 7: several are taken back in queue order; neither misses nor exclusions."""
        for contact in self.in_queue_order(c for c in contacts if c.state == "offered"):
            assert contact.holder is not None
            self.emit("offer_revoked", contact=contact.id, agent=contact.holder.id)
            self.return_to_queue(contact)

    def go_offline(self, agent: Agent, reason: str | None) -> None:
        """Offline also requeues active and interrupted contacts, and ends wrap-ups."""
        agent.presence = "offline"
        self.emit("presence", agent=agent.id, state="offline", reason=reason)
        for contact in self.in_queue_order(c for c in agent.work if c.state != "wrap_up"):
            if contact.state == "offered":
                self.emit("offer_revoked", contact=contact.id, agent=agent.id)
            self.return_to_queue(contact)
        for contact in self.in_queue_order(agent.work):
            self.end_wrap_up(contact)
        self.end_preferences_for(agent)

    def end_preferences_for(self, agent: Agent) -> None:
        """Rule 4: the agent stopped being ready."""
        for contact in self.in_queue_order(self.contacts):
            preference = contact.preference
            if preference is not None and preference.agent_id == agent.id:
                if preference.skip_if_away:
                    self.end_preference(contact, say=True)

    def end_wrap_up(self, contact: Contact) -> None:
        """Rule 10: from now on the wrap-up uses nothing; the stamp is renewed here, once."""
        agent = self.leave_agent(contact)
        agent.stamp = self.count()
        self.end_contact(contact, "completed")
        self.emit("wrap_up_ended", contact=contact.id, agent=agent.id)

    # ------------------------------------------------------------ time (rule 1)

    def advance_to(self, at: float) -> None:
        """Let all timers due at or before `at` fire, each at its own time, then be there."""
        while any(timer.due <= at for timer in self.timers):
            timer = min(self.timers, key=lambda t: (t.due, t.made))
            self.timers.remove(timer)
            self.now = timer.due
            self.fire(timer)
            self.settle()
        self.now = at

    def fire(self, timer: Timer) -> None:
        """What a timer does, before matching."""
        contact = timer.contact
        if timer.kind == "deferral":
            contact.state = "waiting"
            self.emit("released", contact=contact.id)
        elif timer.kind == "preference":
            self.end_preference(contact, say=True)
        elif timer.kind == "relax":  # rule 5: in whatever state; voided steps have no timer
            contact.needs = timer.needs
            self.emit("relaxed", contact=contact.id, **contact.needs.as_event())
        elif timer.kind == "expiry":
            if contact.state in ("waiting", "deferred"):
                self.expire(contact)
            else:  # offered or abandoned: it acts on the return to the queue (rule 6)
                contact.expiry_fell_due = True
        elif timer.kind == "retry":
            contact.excluded.remove(timer.agent_id)
            self.emit("exclusion_ended", contact=contact.id, agent=timer.agent_id)
        elif timer.kind == "offer":
            self.miss(contact)
        elif timer.kind == "wrap_up":
            self.end_wrap_up(contact)
        else:  # "reservation": matching, which follows, finds the contact overdue
            assert timer.kind == "reservation"

    def miss(self, contact: Contact) -> None:
        """Rule 7: a missed offer with all its consequences is one step."""
        agent = contact.holder
        assert agent is not None
        retry_at = self.exclude(contact, agent)
        self.emit("offer_expired", contact=contact.id, agent=agent.id, retry_at=retry_at)
        self.return_to_queue(contact)
        agent.misses += 1
        if agent.misses >= contact.channel.max_misses:
            agent.misses = 0
            self.go_away(agent, "missed offers")
