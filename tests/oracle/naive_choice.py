"""Choice in the naive reference router: an agent's own order, and the eight selections.

"Rule N" is a rule of play-format.md. Every key is a tuple: the least comes first.
"""

from __future__ import annotations

from oracle.naive_room import NaiveRoom
from oracle.naive_values import Agent, Contact


class NaiveChoice(NaiveRoom):
    """Which contacts an agent takes first, and which of several agents gets a contact."""

    selection: str
    now: float

    # ------------------------------------------------------------ the agent's own order (rule 2)

    def own_place(self, agent: Agent, contact: Contact) -> int:
        """The place of a contact, which the agent can take, in the agent's own order."""
        order = agent.skill_order
        if not order or self.overdue(contact):
            return 0
        skills, any_of = contact.needs
        asked_for_and_met = [
            name
            for group in (skills, *any_of)
            for name, level in group.items()
            if self.meets(agent, name, level)
        ]
        places = [order.index(name) for name in asked_for_and_met if name in order]
        return min(places, default=len(order))

    def overdue(self, contact: Contact) -> bool:
        """Rule 11: overdue means now >= arrived_at + reserve_seconds."""
        seconds = contact.channel.reserve_seconds
        return seconds is not None and self.now >= contact.arrived_at + seconds

    # ------------------------------------------------------------ selections

    def idle_order(self, agent: Agent) -> tuple[int, int]:
        """Agents without any work first; among equals, by the stamp."""
        return (1 if agent.work else 0, agent.stamp)

    def load(self, agent: Agent) -> float:
        """Used / capacity; never asked of an agent of capacity 0, who can take nothing."""
        return self.used(agent) / agent.capacity

    def selection_key(self, agent: Agent, contact: Contact) -> tuple[float, ...]:
        """The `selection`'s rank of an agent who can take the contact; the least is chosen."""
        idle = self.idle_order(agent)
        match self.selection:
            case "longest-idle":
                return idle
            case "least-loaded":
                return (self.load(agent), agent.stamp)
            case "most-skilled":
                return (-self.best_levels(agent, contact), *idle)
            case "closest-fit":
                beyond = len(agent.skills) - len(contact.needs.skills) - len(contact.needs.any_of)
                return (self.least_surplus(agent, contact), beyond, *idle)
            case "linear":
                return (agent.added,)
            case "round-robin":
                return (agent.latest_taking, agent.added)
            case "fewest-taken":
                return (agent.taken, *idle)
            case _:
                assert self.selection == "least-busy"
                return (idle[0], self.busy_seconds_to_compare(agent), agent.stamp)

    def rank(self, agent: Agent, contact: Contact) -> tuple[float, ...]:
        """Rule 15b: first those who need not interrupt anything; then by the selection."""
        beside_all = self.fits_beside(agent, contact, agent.work)
        return (0 if beside_all else 1, *self.selection_key(agent, contact))

    def best_levels(self, agent: Agent, contact: Contact) -> int:
        """Levels over the needed skills; of each group the largest among those that are met."""
        skills, any_of = contact.needs
        total = sum(agent.skills[name] for name in skills)
        for group in any_of:
            met = [name for name in group if self.meets(agent, name, group[name])]
            total += max(agent.skills[name] for name in met)
        return total

    def least_surplus(self, agent: Agent, contact: Contact) -> int:
        """Levels above what is needed; of each group the smallest among those that are met."""
        skills, any_of = contact.needs
        total = sum(agent.skills[name] - skills[name] for name in skills)
        for group in any_of:
            met = [name for name in group if self.meets(agent, name, group[name])]
            total += min(agent.skills[name] - group[name] for name in met)
        return total

    def busy_seconds_to_compare(self, agent: Agent) -> float:
        """Finished seconds; of those with work the running period counts up to now for each."""
        return agent.busy_seconds - agent.busy_since if agent.work else agent.busy_seconds

    # ------------------------------------------------------------ what the selections count

    def put_in_hand(self, agent: Agent, contact: Contact) -> None:
        """The agent has one more thing to do: a busy period begins, if none runs."""
        if not agent.work:
            agent.busy_since = self.now
        agent.work.append(contact)

    def out_of_hand(self, agent: Agent, contact: Contact) -> None:
        """The agent has one thing less to do: without any, be it for an instant, it is idle."""
        agent.work.remove(contact)
        if not agent.work:
            agent.busy_seconds += self.now - agent.busy_since

    def count_taking(self, agent: Agent, taking: int) -> None:
        """The agent takes a contact, from an offer, unasked or by hand."""
        agent.taken += 1
        agent.latest_taking = taking

    def raise_counts(self, agent: Agent, agents: list[Agent]) -> None:
        """An agent comes in: its counts are raised to the least of the others not offline."""
        others = [other for other in agents if other is not agent and other.presence != "offline"]
        if others:
            agent.taken = max(agent.taken, min(other.taken for other in others))
            least = min(other.busy_seconds for other in others)
            agent.busy_seconds = max(agent.busy_seconds, least)
