"""Questions to a run: why a contact waits at an instant, answered by a copy of the router."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import attrs

from omniqueue.core.insight.explanation import Explanation
from omniqueue.core.router import Router
from omniqueue.model.event import JsonValue


@attrs.frozen
class Question:
    """One contact, at one instant.

    Args:
        contact: the contact's id.
        at: the instant, in seconds.
    """

    contact: str
    at: float


@attrs.frozen
class Answer:
    """What was found.

    Args:
        contact: the contact's id.
        at: the instant, in seconds.
        explanation: why it waits, or what else it does; None: there is nothing to explain.
        otherwise: the text where there is nothing to explain.

    Example:
        >>> Answer("c7", 12.0, None).lines
        ('c7: no such contact has come',)
    """

    contact: str
    at: float
    explanation: Explanation | None
    otherwise: str = "no such contact has come"

    @property
    def lines(self) -> tuple[str, ...]:
        """The answer as lines of text."""
        found = self.explanation
        return (f"{self.contact}: {self.otherwise}",) if found is None else found.lines

    def to_dict(self) -> dict[str, JsonValue]:
        """Return it as JSON types, as a line among events. Cost: O(its size)."""
        return {
            "at": self.at,
            "event": "explained",
            "contact": self.contact,
            "explanation": None if self.explanation is None else self.explanation.to_dict(),
            "text": list(self.lines),
        }


class Asker:
    """Asks each question when a run has come to its time.

    A copy of the router is asked, after all commands of the instant and all timers due by it, so
    that the run goes on as if nobody had asked. Cost: a copy for each question.

    Example:
        >>> from omniqueue import Contact, Router
        >>> router, asker = Router(), Asker([Question("c1", 7.0)])
        >>> _ = router.submit(Contact("c1", "fax"), at=5)
        >>> asker.look(router, 9.0)
        >>> asker.answers[0].lines[1]
        '  nobody signed in could ever take it'
    """

    def __init__(self, questions: Sequence[Question]) -> None:
        self._left = sorted(questions, key=lambda each: each.at)
        self.answers: list[Answer] = []

    @property
    def left(self) -> Sequence[Question]:
        """The questions whose time has not come yet."""
        return self._left

    def look(self, router: Router, next_at: float = inf) -> None:
        """Ask what is to be asked before the command that comes next.

        Args:
            router: as it is before that command.
            next_at: when that command is given, in seconds; infinity: there is none.
        """
        while self._left and self._left[0].at < next_at:
            asked = self._left.pop(0)
            copy = router.fork()
            if asked.at > copy.now:
                copy.advance(at=asked.at)
            found = None
            if asked.contact in copy.contacts:
                found = copy.explain(asked.contact, agents=True)
            self.answers.append(Answer(asked.contact, asked.at, found))
