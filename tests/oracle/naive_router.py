"""The brute-force oracle: one router that does literally what play-format.md says.

`NaiveRouter.step` runs one command. After every command and every timer it walks all waiting
contacts and all agents (see naive_rules.py). Slow and plain on purpose.

Where the second edition of play-format.md leaves something open, this is how it is read:

- Requirement. A `skills` or `any_of` that is there, be it empty, is a requirement that is given. A
  relaxation step may name neither: then nothing is needed any more. Two equal groups are no
  repeat (nor does a random play hold any). A skill that is needed and stands in a group counts in
  both, so that "fewest skills beyond those needed" may fall below 0. `not_agents` is checked like
  ids, need not be known, and nothing changes it after the submit. `update` can change a target,
  not take it away.
- Own order. The list may name skills that the agent has not, or nobody has; an empty list is none.
  When a reservation is made before a pair is taken, the pair is looked for again, and only what
  stands ahead of the pair that is then found is tried (it matters only where the pair's agent was
  reserved and the next pair's contact stands further ahead).
- Selections. A taking is an accept, an assignment by matching without an offer, or one by hand. An
  agent that is removed and added anew is last in the order of adding and has taken nothing. To
  come back from offline is to become ready or away. Offline agents' counts stay as they are.
- `max_waiting` of a channel counts those who are on it now, whatever channel they came by.
- `retry_seconds` is that of the contact's channel at the decline or miss; where it is null,
  `retry_at` is null, and no event says that the exclusion is over.
- `presence` with the state that is there changes nothing, a new reason included, and says nothing;
  a reason is checked like an id, before that.
- Stopped matching. `matching_stopped` is said before the offers that are taken back; stopping
  twice and starting what runs say nothing. Reservations fall at once, as always; none is made.
"""

from __future__ import annotations

from typing import Any

from oracle.naive_rules import NaiveRules
from oracle.naive_values import (
    PRESENCES,
    Agent,
    Channel,
    Contact,
    Json,
    Refused,
    check_duration,
    check_id,
    check_number,
    check_prefer,
    check_priority,
    check_requirement,
    checked_agent_fields,
    normal_id,
    refuse,
    requirement_is_said,
)

__all__ = ["NaiveRouter", "Refused"]


class NaiveRouter(NaiveRules):
    """The commands of the contract. Each `_do_*` checks everything first, then acts.

    The checks stand in the order of precedence: UnknownChannel, UnknownContact, UnknownAgent,
    Duplicate, IllegalTransition, InvalidValue, QueueFull.
    """

    def step(self, do: str, at: float, **fields: Any) -> list[Json]:
        """Run one command; return the events of the timers that came due, then its own."""
        command = getattr(self, f"_do_{do}", None)
        if command is None:
            raise ValueError(f"unknown command {do!r}")
        instant = check_number(at)
        if instant < self.now:
            raise Refused("TimeWentBackwardsError", [])  # the clock stays
        self.events = []
        self.advance_to(instant)  # rule 1
        try:
            command(fields)
        except Refused as refusal:
            raise Refused(refusal.error_name, self.events) from None
        self.settle()
        return self.events

    # ------------------------------------------------------------ views

    def waiting(self) -> list[str]:
        """The ids of contacts in state waiting, in queue order."""
        return [contact.id for contact in self.waiting_contacts()]

    def state_of(self, contact_id: str) -> str:
        """The state of one contact."""
        return self._contact({"contact": contact_id}).state

    def next_timer(self) -> float | None:
        """When the next timer fires, if there is one."""
        return min((timer.due for timer in self.timers), default=None)

    # ------------------------------------------------------------ checks

    def _contact(self, fields: Json, *states: str) -> Contact:
        """The contact that a command names, in one of `states` (if any are given)."""
        contact_id = normal_id(fields["contact"])
        for contact in self.contacts:
            if contact.id == contact_id:
                if states and contact.state not in states:
                    raise refuse("IllegalTransitionError")
                return contact
        raise refuse("UnknownContactError")

    def _agent(self, agent_id: str) -> Agent:
        """The agent that a command names."""
        for agent in self.agents:
            if agent.id == normal_id(agent_id):
                return agent
        raise refuse("UnknownAgentError")

    def _check_channels(self, names: list[str]) -> None:
        """Refuse channels that are not declared."""
        if any(name not in self.channels for name in names):
            raise refuse("UnknownChannelError")

    def _check_agent_channels(self, spec: Json) -> None:
        """Refuse an agent's settings that name a channel not declared."""
        for key in ("channels", "limits", "costs", "wrap_up_seconds"):
            self._check_channels([*(spec.get(key) or [])])

    # ------------------------------------------------------------ into the queue

    def _do_submit(self, fields: Json) -> None:
        """A new contact enters the queue: waiting or deferred."""
        spec: Json = fields["contact"]
        self._check_channels([spec["channel"]])
        if any(contact.id == normal_id(spec["id"]) for contact in self.contacts):
            raise refuse("DuplicateContactError")
        contact = Contact(spec, self.now, self.channels[spec["channel"]])
        preference = self.preference_for(contact, contact.prefer)
        deferred = contact.not_before is not None and contact.not_before > self.now  # rule 13
        contact.preference = preference
        if self._is_full(contact.channel):
            if deferred or self.stopped or not self.takers(contact):
                raise refuse("QueueFullError")
        contact.sequence = self.count()
        self.contacts.append(contact)
        not_agents = {"not_agents": list(contact.not_agents)} if contact.not_agents else {}
        self.emit("queued", contact=contact.id, channel=contact.channel.name,
                  **contact.needs.as_event(), priority=contact.priority,
                  arrived_at=contact.arrived_at, **not_agents)  # fmt: skip
        # Rule 1: timers in this order: deferral, preference, relaxations, expiry, reservation.
        if deferred:
            self._defer(contact, contact.not_before)
        self.start_preference(contact, preference)
        for after_seconds, needs in contact.relax:
            self.add_timer("relax", self.now + after_seconds, contact).needs = needs
        if contact.expire_seconds is not None:
            self.add_timer("expiry", self.now + contact.expire_seconds, contact)
        self.set_reservation_timer(contact)

    def _is_full(self, channel: Channel) -> bool:
        """Tell whether as many wait or are deferred as the router or the channel lets in."""
        in_queue = [c for c in self.contacts if c.state in ("waiting", "deferred")]
        of_channel = [c for c in in_queue if c.channel is channel]
        limits = ((self.max_waiting, in_queue), (channel.max_waiting, of_channel))
        return any(most is not None and len(there) >= most for most, there in limits)

    def _defer(self, contact: Contact, until: float | None) -> None:
        """Keep the contact's place, but pass it over."""
        contact.state = "deferred"
        if until is not None:
            self.add_timer("deferral", until, contact)
        self.emit("deferred", contact=contact.id, channel=contact.channel.name, until=until)

    def _do_defer(self, fields: Json) -> None:
        """Waiting -> deferred, until a time or until `release`; maybe on another channel."""
        name = fields.get("channel")
        if name is not None:
            self._check_channels([name])
        contact = self._contact(fields, "waiting")
        until = fields.get("until")
        if until is not None:
            until = check_number(until)
            if until <= self.now:
                raise refuse("InvalidValueError")
        if name is not None:  # rule 3: new cost, limits, times; target_seconds stays
            contact.channel = self.channels[name]
        self._defer(contact, until)
        if name is not None:
            self.set_reservation_timer(contact)  # rule 11
        self.end_reservation(contact)  # rule 11

    def _do_release(self, fields: Json) -> None:
        """Deferred -> waiting (rule 3: a deferral of either kind)."""
        contact = self._contact(fields, "deferred")
        self.drop_timers(contact, "deferral")
        contact.state = "waiting"
        self.emit("released", contact=contact.id)

    def _do_update(self, fields: Json) -> None:
        """A new priority, target, requirement; at least one of them."""
        contact = self._contact(fields, "waiting", "deferred")
        priority, target = fields.get("priority"), fields.get("target_seconds")
        needs_change = requirement_is_said(fields)
        if priority is None and target is None and not needs_change:
            raise refuse("InvalidValueError")
        new_priority = contact.priority if priority is None else check_priority(priority)
        new_target = contact.target_seconds if target is None else check_duration(target)
        new_needs = check_requirement(fields) if needs_change else contact.needs
        contact.priority = new_priority
        contact.target_seconds = new_target
        contact.needs = new_needs
        self.emit("updated", contact=contact.id, priority=contact.priority,
                  **contact.needs.as_event())  # fmt: skip
        if needs_change:
            self.end_preference(contact, say=True)  # rule 4
            self.drop_timers(contact, "relax")  # rule 5

    # ------------------------------------------------------------ out of the queue

    def _do_abandon(self, fields: Json) -> None:
        """The customer leaves."""
        contact = self._contact(fields, "waiting", "deferred", "offered")
        self._take_back_offer(contact)
        contact.state = "abandoned"
        contact.abandoned_at = self.now
        self.drop_timers(contact, "deferral")
        self.end_preference(contact)  # rule 4
        self.emit("abandoned", contact=contact.id)
        self.end_reservation(contact)  # rule 11

    def _do_cancel(self, fields: Json) -> None:
        """The application withdraws the contact."""
        contact = self._contact(fields, "waiting", "deferred", "offered", "parked")
        self._take_back_offer(contact)
        self.end_contact(contact, "cancelled")
        self.emit("cancelled", contact=contact.id)
        self.end_reservation(contact)

    def _take_back_offer(self, contact: Contact) -> None:
        """Rule 7: an offer taken back is neither a miss nor an exclusion."""
        if contact.state == "offered":
            agent = self.leave_agent(contact)
            self.emit("offer_revoked", contact=contact.id, agent=agent.id)

    def _do_resume(self, fields: Json) -> None:
        """Rule 12: the customer is back in time: waiting, at the old place."""
        contact = self._contact(fields, "abandoned")
        if self.now > contact.abandoned_at + contact.channel.resume_seconds:
            raise refuse("IllegalTransitionError")
        contact.state = "waiting"
        self.emit("resumed", contact=contact.id)
        if contact.expiry_fell_due:  # rule 6
            self.expire(contact)

    # ------------------------------------------------------------ offers and work

    def _offered_to(self, fields: Json) -> tuple[Contact, Agent]:
        """The contact offered to just this agent; any other name is an illegal transition."""
        contact = self._contact(fields, "offered")
        agent = contact.holder
        if agent is None or agent.id != normal_id(fields["agent"]):
            raise refuse("IllegalTransitionError")
        return contact, agent

    def _guarded(self, fields: Json, *states: str) -> Contact:
        """A contact in one of these states; where an agent is named, only if it is the holder."""
        contact = self._contact(fields, *states)
        named = fields.get("agent")
        if named is not None and contact.state != "parked":
            if contact.holder is None or contact.holder.id != normal_id(named):
                raise refuse("IllegalTransitionError")
        return contact

    def _do_accept(self, fields: Json) -> None:
        """Offered -> active."""
        contact, agent = self._offered_to(fields)
        self.take(agent, contact, by_hand=False)

    def _do_decline(self, fields: Json) -> None:
        """Offered -> waiting, excluded for this agent; no miss (rule 7)."""
        contact, agent = self._offered_to(fields)
        retry_at = self.exclude(contact, agent)
        self.emit("declined", contact=contact.id, agent=agent.id, retry_at=retry_at)
        self.return_to_queue(contact)

    def _do_assign(self, fields: Json) -> None:
        """By hand: to a ready agent with the skill, the channel and the room."""
        contact = self._contact(fields)
        agent = self._agent(fields["agent"])
        fits = self.could_serve_empty(agent, contact) and self.has_room(agent, contact)
        if contact.state not in ("waiting", "deferred") or agent.presence != "ready" or not fits:
            raise refuse("IllegalTransitionError")
        self.take(agent, contact, by_hand=True)

    def _do_complete(self, fields: Json) -> None:
        """The contact ends; from active, wrap-up follows; from interrupted, none (rule 15e)."""
        contact = self._guarded(fields, "active", "interrupted", "parked")
        seconds = contact.channel.wrap_up_seconds
        if contact.holder is not None:  # its own, if it has one
            seconds = contact.holder.wrap_up_seconds.get(contact.channel.name, seconds)
        if "wrap_up_seconds" in fields:
            said = fields["wrap_up_seconds"]
            seconds = None if said is None else check_duration(said)
        if contact.state == "parked":
            self.end_contact(contact, "completed")
            self.emit("completed", contact=contact.id, agent=None, wrap_up_seconds=0.0)
            return
        if contact.state == "interrupted":
            seconds = 0.0  # rule 15e: no wrap-up, whatever is said
        agent = contact.holder
        assert agent is not None
        self.end_contact(contact, "wrap_up")
        self.emit("completed", contact=contact.id, agent=agent.id, wrap_up_seconds=seconds)
        if seconds is None:
            return  # until finished
        if seconds > 0:
            self.add_timer("wrap_up", self.now + seconds, contact)
        else:
            self._free_agent(contact, "completed")

    def _do_finish_wrap_up(self, fields: Json) -> None:
        """End wrap-up early."""
        self.end_wrap_up(self._guarded(fields, "wrap_up"))

    def _free_agent(self, contact: Contact, state: str) -> Agent:
        """Work that the agent had taken ends: room and a new stamp."""
        agent = self.leave_agent(contact)
        agent.stamp = self.count()
        contact.state = state
        return agent

    def _do_transfer(self, fields: Json) -> None:
        """Active or interrupted -> waiting, for someone else (rules 8, 15e)."""
        contact = self._guarded(fields, "active", "interrupted")
        needs = check_requirement(fields) if requirement_is_said(fields) else contact.needs
        prefer = check_prefer(fields.get("prefer"))
        keep_place = fields.get("keep_place") is not False
        agent = self._free_agent(contact, "waiting")
        contact.barred = agent.id
        contact.needs = needs
        self.drop_timers(contact, "relax")  # rule 5
        if not keep_place:
            contact.arrived_at = self.now
            contact.sequence = self.count()
        self.emit("transferred", contact=contact.id, agent=agent.id, **needs.as_event(),
                  keep_place=keep_place)  # fmt: skip
        self.start_preference(contact, self.preference_for(contact, prefer))
        if not keep_place:
            self.set_reservation_timer(contact)  # rule 11

    def _do_park(self, fields: Json) -> None:
        """Active or interrupted -> parked; the agent is free (rules 8, 15e)."""
        contact = self._guarded(fields, "active", "interrupted")
        agent = self._free_agent(contact, "parked")
        self.emit("parked", contact=contact.id, agent=agent.id)

    def _do_reopen(self, fields: Json) -> None:
        """Parked -> waiting, at the old place."""
        contact = self._contact(fields, "parked")
        prefer = check_prefer(fields.get("prefer"))
        contact.state = "waiting"
        self.emit("reopened", contact=contact.id)
        self.start_preference(contact, self.preference_for(contact, prefer))

    # ------------------------------------------------------------ agents

    def _do_add_agent(self, fields: Json) -> None:
        """A new agent, or a removed one anew."""
        spec: Json = fields["agent"]
        self._check_agent_channels(spec)
        if any(agent.id == normal_id(spec["id"]) for agent in self.agents):
            raise refuse("DuplicateAgentError")
        agent = Agent(spec, self.count())
        self.agents.append(agent)
        if agent.presence != "offline":
            self.raise_counts(agent, self.agents)
        self.emit("agent_added", **agent.as_event(), presence=agent.presence)

    def _do_update_agent(self, fields: Json) -> None:
        """Replace the fields that are given; work in progress stays."""
        spec: Json = fields["agent"]
        self._check_agent_channels(spec)
        agent = self._agent(spec["id"])
        agent.replace(checked_agent_fields(spec))
        self.emit("agent_updated", **agent.as_event())

    def _do_remove_agent(self, fields: Json) -> None:
        """Offline, then gone; a reservation ends with it (rules 9 and 12)."""
        agent = self._agent(fields["agent"])
        if agent.presence != "offline":
            self.go_offline(agent, None)
        for contact, reserved in list(self.reservations):
            if reserved is agent:
                self.end_reservation(contact)
        self.agents.remove(agent)
        self.emit("agent_removed", agent=agent.id)

    def _do_presence(self, fields: Json) -> None:
        """Ready, away or offline; the present state changes nothing (rule 9)."""
        agent = self._agent(fields["agent"])
        state, reason = fields["state"], fields.get("reason")
        if state not in PRESENCES:
            raise refuse("InvalidValueError")
        reason = None if reason is None else check_id(reason)
        if state == agent.presence:
            return
        comes_in = agent.presence == "offline"
        if state == "away":
            self.go_away(agent, reason)
        elif state == "offline":
            self.go_offline(agent, reason)
        else:
            agent.presence = "ready"
            agent.stamp = self.count()
            agent.misses = 0  # rule 7
            self.emit("presence", agent=agent.id, state="ready", reason=reason)
        if comes_in:
            self.raise_counts(agent, self.agents)

    # ------------------------------------------------------------ matching stopped (rule 16)

    def _do_stop_matching(self, fields: Json) -> None:
        """All offers are taken back in queue order; from then on nothing is matched."""
        if not self.stopped:
            self.stopped = True
            self.emit("matching_stopped")
            self.take_back_offers(self.contacts)

    def _do_start_matching(self, fields: Json) -> None:
        """The matching that follows every command takes the whole queue."""
        if self.stopped:
            self.stopped = False
            self.emit("matching_started")

    def _do_advance(self, fields: Json) -> None:
        """Only let time pass."""
