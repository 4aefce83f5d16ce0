"""Room in the naive reference router: costs, limits, and who may interrupt what.

"Rule N" is a rule of play-format.md. These questions are about one agent and one contact.
"""

from __future__ import annotations

from oracle.naive_values import Agent, Contact


class NaiveRoom:
    """What an agent's work costs, and what has room beside it."""

    def cost(self, agent: Agent, contact: Contact) -> int:
        """Rule 14: the agent's own cost for the channel, if it has one, else the channel's."""
        return agent.costs.get(contact.channel.name, contact.channel.cost)

    def total(self, agent: Agent, contacts: list[Contact]) -> int:
        """What these contacts together cost the agent."""
        return sum(self.cost(agent, contact) for contact in contacts)

    def used(self, agent: Agent) -> int:
        """Rules 2, 10, 15: offers, active and interrupted contacts, wrap-ups use their cost."""
        return self.total(agent, agent.work)

    def could_serve_empty(self, agent: Agent, contact: Contact) -> bool:
        """Rule 4: needs of now, not_agents, channel, capacity, limit, as if it had no work."""
        name = contact.channel.name
        if agent.channels is not None and name not in agent.channels:
            return False
        if self.cost(agent, contact) > agent.capacity or agent.limits.get(name, 1) < 1:
            return False
        return agent.id not in contact.not_agents and self.meets_all(agent, contact)

    def meets_all(self, agent: Agent, contact: Contact) -> bool:
        """Rule 2: every needed skill at the level, and of every group one alternative."""
        skills, any_of = contact.needs
        for name, level in skills.items():
            if agent.skills.get(name, 0) < level:
                return False
        return all(any(self.meets(agent, *each) for each in group.items()) for group in any_of)

    def meets(self, agent: Agent, name: str, level: int) -> bool:
        """Tell whether the agent has one skill at the level."""
        return agent.skills.get(name, 0) >= level

    def may_interrupt(self, contact: Contact, held: Contact) -> bool:
        """Rule 15: the channel of the one in hand lists that of the other."""
        return contact.channel.name in held.channel.interrupted_by

    def not_counted(self, agent: Agent, contact: Contact) -> list[Contact]:
        """Rule 15a: active and interrupted contacts in hand that the contact may interrupt."""
        taken = [held for held in agent.work if held.state in ("active", "interrupted")]
        return [held for held in taken if self.may_interrupt(contact, held)]

    def going_on(self, agent: Agent) -> list[Contact]:
        """Rule 15: the work in hand that is not interrupted: active, offers, wrap-ups."""
        return [held for held in agent.work if held.state != "interrupted"]

    def fits_beside(self, agent: Agent, contact: Contact, others: list[Contact]) -> bool:
        """Tell whether the contact fits the agent's capacity beside just these others."""
        return self.total(agent, [*others, contact]) <= agent.capacity

    def has_room(self, agent: Agent, contact: Contact) -> bool:
        """Rules 2 and 15a: room by cost and by the channel's limit."""
        not_counted = self.not_counted(agent, contact)
        counted = [held for held in agent.work if held not in not_counted]
        if not self.fits_beside(agent, contact, counted):
            return False
        channel = contact.channel
        held = len([work for work in agent.work if work.channel is channel])
        return channel.name not in agent.limits or held < agent.limits[channel.name]
