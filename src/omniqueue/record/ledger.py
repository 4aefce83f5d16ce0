"""The ledger: every contact in columns (arrival, first assignment, end, channel, skills ...)."""

from __future__ import annotations

from array import array
from functools import partial
from math import nan
from typing import Final, Self

from omniqueue.model.event import Event
from omniqueue.model.skill import Skills
from omniqueue.record.listener import EventListener, RouterNow
from omniqueue.record.lives import Life, Lives

OUTCOMES: Final = ("open", "completed", "abandoned", "cancelled", "expired", "refused")
OPEN, COMPLETED, ABANDONED, CANCELLED, EXPIRED, REFUSED = range(len(OUTCOMES))


class Ledger(EventListener):
    """Keeps one row a contact, in the order of submission.

    Columns (all of one length): `ids`, `channels`, `skills` (as needed at the submit),
    `arrived_at`, `assigned_at` (first assignment; NaN: none yet), `ended_at` (NaN: not yet),
    `agents` (who took it first; None: nobody), `outcomes` (index into `OUTCOMES`).

    Args:
        lives: what it follows, and what hears the events then; None: lives of its own.

    Cost: O(1) an event; about 100 bytes a contact beside its id.

    Example:
        >>> from omniqueue import Agent, Contact, Router
        >>> router, ledger = Router(), Ledger()
        >>> ledger.observe(router.submit(Contact("c1", "phone"), at=1))
        >>> ledger.observe(router.add_agent(Agent("ana"), at=4))
        >>> ledger.ids, ledger.assigned_at[0] - ledger.arrived_at[0], ledger.agents
        (['c1'], 3.0, ['ana'])
    """

    def __init__(self, lives: Lives | None = None) -> None:
        self.ids: list[str] = []
        self.channels: list[str] = []
        self.skills: list[Skills] = []
        self.arrived_at = array("d")
        self.assigned_at = array("d")
        self.ended_at = array("d")
        self.agents: list[str | None] = []
        self.outcomes = array("b")
        self._rows: dict[str, int] = {}
        followed = Lives() if lives is None else lives
        followed.follow(
            {
                "waiting": self._waiting,
                "active": self._active,
                "wrap_up": partial(self._ended, COMPLETED),
                "completed": partial(self._ended, COMPLETED),
                "abandoned": partial(self._ended, ABANDONED),
                "cancelled": partial(self._ended, CANCELLED),
                "expired": partial(self._ended, EXPIRED),
            },
            on_begin=self._under_way,
        )
        self._lives = followed
        self.hears = followed.hears if lives is None else {}

    @classmethod
    def of(cls, router: RouterNow) -> Self:
        """Return one that starts from a router's present state, with its open contacts.

        Args:
            router: the router; attach it with `router.observe(ledger.hear)`. Who took an answered
                contact first is not known: who has it now is noted.

        Cost: O(contacts that the router knows).

        Example:
            >>> from omniqueue import Contact, Router
            >>> router = Router()
            >>> _ = router.submit(Contact("c1", "phone"), at=1)
            >>> Ledger.of(router).ids
            ['c1']
        """
        made = cls()
        made._lives.begin(router)
        return made

    def __len__(self) -> int:
        return len(self.ids)

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

    def _waiting(self, life: Life, before: str | None, _: Event) -> None:
        if before is None:
            self._rows[life.id] = len(self.ids)
            self._add(life.id, life.channel, life.skills, life.arrived_at)
        elif before == "abandoned":
            row = self._rows[life.id]
            self.ended_at[row] = nan
            self.outcomes[row] = OPEN

    def _under_way(self, life: Life) -> None:
        self._rows[life.id] = len(self.ids)
        self._add(life.id, life.entered_channel, life.entered_skills, life.arrived_at)
        if life.answered_at is not None:
            self.assigned_at[-1] = life.answered_at
            self.agents[-1] = life.agent
        if life.state == "abandoned":
            self.ended_at[-1], self.outcomes[-1] = life.since, ABANDONED
        elif life.state == "wrap_up":
            self.ended_at[-1], self.outcomes[-1] = life.since, COMPLETED

    def _active(self, life: Life, _: str | None, event: Event) -> None:
        if life.answered_at is None:
            row = self._rows[life.id]
            self.assigned_at[row] = event.at
            self.agents[row] = life.agent

    def _ended(self, outcome: int, life: Life, before: str | None, event: Event) -> None:
        if before != "wrap_up":
            row = self._rows[life.id]
            self.ended_at[row] = event.at
            self.outcomes[row] = outcome

    def _add(self, contact: str, channel: str, skills: Skills, arrived_at: float) -> None:
        self.ids.append(contact)
        self.channels.append(channel)
        self.skills.append(skills)
        self.arrived_at.append(arrived_at)
        self.assigned_at.append(nan)
        self.ended_at.append(nan)
        self.agents.append(None)
        self.outcomes.append(OPEN)
