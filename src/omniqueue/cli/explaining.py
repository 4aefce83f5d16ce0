"""`--explain CONTACT@TIME`: why a contact waited at an instant of a run, said by a copy."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING

import attrs

from omniqueue.errors import InvalidValueError, UnknownContactError
from omniqueue.model.checks import instant

if TYPE_CHECKING:
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
        question: what was asked.
        lines: the answer as lines of text.
        said: the explanation as JSON types; None: there was no such contact.
    """

    question: Question
    lines: tuple[str, ...]
    said: dict[str, JsonValue] | None

    def to_dict(self) -> dict[str, JsonValue]:
        """Return it as JSON types, as a line among events. Cost: O(its size)."""
        return {
            "at": self.question.at,
            "event": "explained",
            "contact": self.question.contact,
            "explanation": self.said,
            "text": list(self.lines),
        }


def question(text: str) -> Question:
    """Return what CONTACT@TIME asks.

    Args:
        text: as "c7@120.5"; the time stands after the last @.

    Raises:
        InvalidValueError: no contact, or no time.

    Example:
        >>> question("ann@desk@12")
        Question(contact='ann@desk', at=12.0)
    """
    contact, _, time = text.rpartition("@")
    try:
        at = instant("--explain", float(time))
    except ValueError:
        contact = ""
    if not contact:
        raise InvalidValueError("--explain", text, "CONTACT@TIME, the time in seconds, as c7@120")
    return Question(contact, at)


def explain_at(router: Router, contact: str) -> str:
    """Return why a contact waits, agent by agent, as text.

    Args:
        router: at the instant in question.
        contact: the contact's id; one that is not known is said to be so.

    Cost: that of `Router.explain`.

    Example:
        >>> from omniqueue import Router
        >>> explain_at(Router(), "c1")
        'c1: no such contact has come'
    """
    try:
        return router.explain(contact, agents=True).text
    except UnknownContactError:
        return f"{contact}: no such contact has come"


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
            said = None
            if asked.contact in copy.contacts:
                said = copy.explain(asked.contact, agents=True).to_dict()
            lines = explain_at(copy, asked.contact).split("\n")
            self.answers.append(Answer(asked, tuple(lines), said))
