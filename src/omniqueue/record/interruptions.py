"""Judging interruptions: who is put aside for whom, and who goes on when there is room again.

An agent with room only by interrupting puts aside no more than must be: in queue order, the work
that makes way for the new contact is kept on while it fits beside it. What was put aside goes on,
in queue order, as soon as it fits beside the work that goes on, or nothing else is going on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from omniqueue.record.judged_agent import JudgedAgent
from omniqueue.record.waiting_line import Stander

OnFault: TypeAlias = Callable[[float, str, Stander, str], None]


class InterruptionCheck:
    """Compares the interruptions told with those that the rules ask for.

    Args:
        on_fault: called for what no rule explains: when, what kind, the contact put aside (or
            kept on, or taken up), the agent's id.

    Cost: O(1) for a contact that fits beside everything; else O(work in hand).

    Example:
        >>> found = []
        >>> check = InterruptionCheck(lambda at, kind, who, agent: found.append((kind, who.id)))
        >>> mail = Stander("mail", "email", (), 0)
        >>> mail.state, mail.agent, mail.sequence = "active", "ana", 1
        >>> check.interrupted(7.0, mail, "ana", "call")
        >>> check.close(); found  # no call was given to ana
        [('needless interruption', 'mail')]
    """

    def __init__(self, on_fault: OnFault) -> None:
        self._on_fault = on_fault
        self._told: list[tuple[float, str, str, Stander]] = []  # at, by, agent, who was put aside

    def interrupted(self, at: float, who: Stander, agent: str, by: str) -> None:
        """Hear that a contact was put aside; the contact that it makes way for is given next."""
        if who.state == "active" and who.agent == agent and who.sequence:  # else: no life check
            who.state = "interrupted"
            self._told.append((at, by, agent, who))

    def given(self, at: float, who: Stander, agent: JudgedAgent) -> None:
        """Hear that a contact is given to an agent, before the agent takes it."""
        if not self._told and agent.fits(who.channel):
            return
        told: dict[str, Stander] = {}
        for when, by, name, each in self._told:
            if by == who.id and name == agent.id and each.agent == name:
                told[each.id] = each
            else:
                self._on_fault(when, "needless interruption", each, name)
        self._told.clear()
        going_on = [*agent.going_on(), *told.values()]  # as it was before
        must = self._must_yield(who, agent, going_on, told)
        for each in going_on:
            if each.id in must and each.id not in told:
                self._on_fault(at, "not interrupted", each, agent.id)
            elif each.id in told and each.id not in must:
                self._on_fault(at, "needless interruption", each, agent.id)

    def _must_yield(
        self,
        who: Stander,
        agent: JudgedAgent,
        going_on: list[Stander],
        told: dict[str, Stander],
    ) -> set[str]:
        """Return the ids of those that are put aside, by the rules."""
        cost = agent.cost
        left = agent.capacity - cost(who.channel)
        left -= sum(cost(each.held_channel) for each in going_on)
        if left >= 0:
            return set()
        may = [
            each
            for each in agent.yielding(who.channel)
            if each.state == "active" or each.id in told
        ]
        left += sum(cost(each.held_channel) for each in may)
        found = set()
        for each in sorted(may, key=lambda each: each.key):
            if cost(each.held_channel) <= left:
                left -= cost(each.held_channel)
            else:
                found.add(each.id)
        return found

    def continued(self, at: float, who: Stander, agent: JudgedAgent) -> None:
        """Hear that an agent takes an interrupted contact up again."""
        if who.state != "interrupted" or who.agent != agent.id:
            return
        if agent.to_continue() is not who:
            self._on_fault(at, "wrong continuation", who, agent.id)
        who.state = "active"

    def close(self) -> None:
        """Name the contacts that were put aside for one that was not given."""
        for at, _, name, each in self._told:
            self._on_fault(at, "needless interruption", each, name)
        self._told.clear()
