"""The ledger: every contact in columns (arrival, first assignment, end, channel, skills ...)."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from functools import partial
from math import nan
from typing import Final, TypeAlias

from omniqueue.model import contact_events as events
from omniqueue.model.event import Event
from omniqueue.model.skill import Skills
from omniqueue.record.listener import Hear, observe

_End: TypeAlias = events.Completed | events.Abandoned | events.Cancelled | events.Expired

OUTCOMES: Final = ("open", "completed", "abandoned", "cancelled", "expired", "refused")
OPEN, COMPLETED, ABANDONED, CANCELLED, EXPIRED, REFUSED = range(len(OUTCOMES))


class Ledger:
    """Listens to events and keeps one row a contact, in the order of submission.

    Columns (all of one length): `ids`, `channels`, `skills` (as needed at the submit),
    `arrived_at`, `assigned_at` (first assignment; NaN: none yet), `ended_at` (NaN: not yet),
    `agents` (who took it first; None: nobody), `outcomes` (index into `OUTCOMES`).

    Cost: O(1) an event; about 100 bytes a contact beside its id.

    Example:
        >>> from omniqueue import Agent, Contact, Router
        >>> router, ledger = Router(), Ledger()
        >>> ledger.observe(router.submit(Contact("c1", "phone"), at=1))
        >>> ledger.observe(router.add_agent(Agent("ana"), at=4))
        >>> ledger.ids, ledger.assigned_at[0] - ledger.arrived_at[0], ledger.agents
        (['c1'], 3.0, ['ana'])
    """

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.channels: list[str] = []
        self.skills: list[Skills] = []
        self.arrived_at = array("d")
        self.assigned_at = array("d")
        self.ended_at = array("d")
        self.agents: list[str | None] = []
        self.outcomes = array("b")
        self._rows: dict[str, int] = {}
        self.hears: Mapping[type[Event], Hear] = {
            events.Queued: self._queued,
            events.Assigned: self._assigned,
            events.Completed: partial(self._ended, outcome=COMPLETED),
            events.Abandoned: partial(self._ended, outcome=ABANDONED),
            events.Cancelled: partial(self._ended, outcome=CANCELLED),
            events.Expired: partial(self._ended, outcome=EXPIRED),
            events.Resumed: self._resumed,
        }

    def __len__(self) -> int:
        return len(self.ids)

    def observe(self, several: Iterable[Event]) -> None:
        """Take in events, in order."""
        observe(self, several)

    def refuse(self, contact: str, channel: str, skills: Skills, *, at: float) -> None:
        """Note a contact that the router refused because its queue was full.

        Example:
            >>> ledger = Ledger()
            >>> ledger.refuse("c1", "phone", Skills.of({}), at=3.0)
            >>> OUTCOMES[ledger.outcomes[0]]
            'refused'
        """
        self._add(contact, channel, skills, at)
        self.ended_at[-1] = at
        self.outcomes[-1] = REFUSED

    def _queued(self, event: events.Queued) -> None:
        self._rows[event.contact] = len(self.ids)
        self._add(event.contact, event.channel, event.skills, event.arrived_at)

    def _assigned(self, event: events.Assigned) -> None:
        row = self._rows[event.contact]
        if self.agents[row] is None:
            self.assigned_at[row] = event.at
            self.agents[row] = event.agent

    def _ended(self, event: _End, *, outcome: int) -> None:
        row = self._rows[event.contact]
        self.ended_at[row] = event.at
        self.outcomes[row] = outcome

    def _resumed(self, event: events.Resumed) -> None:
        row = self._rows[event.contact]
        self.ended_at[row] = nan
        self.outcomes[row] = OPEN

    def _add(self, contact: str, channel: str, skills: Skills, arrived_at: float) -> None:
        self.ids.append(contact)
        self.channels.append(channel)
        self.skills.append(skills)
        self.arrived_at.append(arrived_at)
        self.assigned_at.append(nan)
        self.ended_at.append(nan)
        self.agents.append(None)
        self.outcomes.append(OPEN)
