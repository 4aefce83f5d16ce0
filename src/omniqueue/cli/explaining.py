"""`--explain CONTACT@TIME`: why a contact waited at an instant of a run, said by a copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, isfinite
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

import attrs

from omniqueue.errors import InvalidValueError

if TYPE_CHECKING:
    from omniqueue.core.insight.explanation import Explanation
    from omniqueue.core.router import Router
    from omniqueue.model.event import JsonValue

UNKNOWN: Final = "{}: no such contact has come"
SECONDS: Final = (-2_208_988_800, 7_289_654_400)  # the years 1900 to 2200, as in a log


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
        told: the explanation; None: there was no such contact.
    """

    question: Question
    told: Explanation | None

    @property
    def lines(self) -> tuple[str, ...]:
        """The answer as lines of text."""
        return (UNKNOWN.format(self.question.contact),) if self.told is None else self.told.lines

    def to_dict(self) -> dict[str, JsonValue]:
        """Return it as JSON types, as a line among events. Cost: O(its size)."""
        return {
            "at": self.question.at,
            "event": "explained",
            "contact": self.question.contact,
            "explanation": None if self.told is None else self.told.to_dict(),
            "text": list(self.lines),
        }


def question(text: str, clock: Callable[[str, str], float] | None = None) -> Question:
    """Return what CONTACT@TIME asks.

    Args:
        text: as "c7@120.5"; the time stands after the last @.
        clock: reads a time that is no number (field, text), where instants are those of a
            calendar; None: times are numbers.

    Raises:
        InvalidValueError: no contact, or no time.

    Cost: O(length).

    Example:
        >>> question("ann@desk@12")
        Question(contact='ann@desk', at=12.0)
    """
    contact, _, time = text.rpartition("@")
    expected = "CONTACT@TIME, the time in seconds, as c7@120"
    if clock is not None:
        expected = "CONTACT@TIME, the time in ISO 8601 or in seconds since 1970 UTC"
    if not contact:
        raise InvalidValueError("--explain", text, expected)
    try:
        at = float(time)
    except ValueError:
        if clock is None or not time:
            raise InvalidValueError("--explain", text, expected) from None
        try:
            at = clock("--explain", time)
        except InvalidValueError as error:
            expected = f"{error.expected}, or seconds since 1970 UTC"
            raise InvalidValueError("--explain", text, expected) from None
    if not isfinite(at) or (clock is not None and not SECONDS[0] <= at < SECONDS[1]):
        raise InvalidValueError("--explain", text, expected)
    return Question(normalize("NFC", contact), at)


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
            told = None
            if asked.contact in copy.contacts:
                told = copy.explain(asked.contact, agents=True)
            self.answers.append(Answer(asked, told))
