"""Everything that an audit of recorded events can find wrong: kinds, meanings, one fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import attrs

from omniqueue.record.verdict import FAULT_KINDS, FAULTS_KEPT_MAX

AUDIT_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **FAULT_KINDS,
        "free beside waiting": "an agent with room stood beside a contact that it could take",
        "not continued": "an interrupted contact stayed aside, though its agent had room again",
        "room elsewhere": "its agent had room only by interrupting, another had room as it was",
        "out of turn": "another agent came first by the selection",
        "wrong state": "what happened is not possible in the state that the contact was in",
        "not held": "the contact was not with that agent",
        "not running": "no such preference, exclusion or reservation was running",
        "after its end": "the contact had ended",
        "duplicate id": "the contact's id had been used before",
        "duplicate agent": "the agent was there already",
        "unknown channel": "no such channel was declared",
        "contact lost": "the contact is neither waiting nor with an agent nor ended",
        "work left behind": "an agent who is not there holds the contact",
        "wrong reservation": "the agent or the contact could not be reserved for the other",
        "stricter needs": "a relaxation asks for more than was asked before",
        "future arrival": "the contact arrived after it was queued",
        "late resume": "the customer came back after the channel's time for it",
        "early timer": "a timer fired before its time",
        "late timer": "a timer had not fired when its time was over",
        "time went back": "the event lies before the one written before it",
        "unknown event": "no event has that name",
        "wrong number of events": "the end line counts another number of events",
        "wrong count": "the end line counts other numbers of contacts that ended",
        "after the end line": "something stands after the end line",
        "cut file": "there is no end line",
    }
)
"""Kind of fault to its meaning: those of the fairness verdict, then those of the audit alone."""


@attrs.frozen
class AuditFault:
    """One thing in the record that no rule explains.

    Args:
        line: the line of the file after which it was found (from 1).
        at: when, in seconds on the events' epoch.
        kind: one of `AUDIT_KINDS`.
        contact: the contact concerned; None: no single one.
        agent: the agent concerned; None: none.
        detail: what was found, as the end of a sentence.
        other_at: an instant with which the sentence ends, in seconds; None: it has none.

    Example:
        >>> print(AuditFault(7, 9.0, "not held", "c1", "ana", "completed while waiting"))
        line 7: not held: at 9.0 c1, ana: completed while waiting
    """

    line: int
    at: float
    kind: str
    contact: str | None
    agent: str | None
    detail: str
    other_at: float | None = None

    def text(self, clock: Callable[[float], str] = str) -> str:
        """Return the fault for people; `clock` says how an instant is written."""
        named = ", ".join(name for name in (self.contact, self.agent) if name is not None)
        about = f" {named}:" if named else ""
        end = "" if self.other_at is None else f" {clock(self.other_at)}"
        return f"line {self.line}: {self.kind}: at {clock(self.at)}{about} {self.detail}{end}"

    def __str__(self) -> str:
        return self.text()


class FaultBook:
    """Counts faults by kind; keeps the first ones, and the first of every kind.

    Example:
        >>> book = FaultBook()
        >>> book.add(9.0, "cut file", None, None)
        >>> book.counts["cut file"], book.kept[0].detail
        (1, 'there is no end line')
    """

    def __init__(self) -> None:
        self.line = 0  # where the reader is
        self.counts: Counter[str] = Counter()
        self.kept: list[AuditFault] = []

    def add(
        self,
        at: float,
        kind: str,
        contact: str | None,
        agent: str | None,
        detail: str | None = None,
        number: int = 1,
        other_at: float | None = None,
    ) -> None:
        """Note a fault.

        Args:
            at: when.
            kind: one of `AUDIT_KINDS`.
            contact: the contact concerned.
            agent: the agent concerned.
            detail: what was found; None: the meaning of the kind.
            number: how many faults it stands for.
            other_at: an instant with which the detail ends.
        """
        if len(self.kept) < FAULTS_KEPT_MAX or not self.counts[kind]:
            words = AUDIT_KINDS[kind] if detail is None else detail
            self.kept.append(AuditFault(self.line, at, kind, contact, agent, words, other_at))
        self.counts[kind] += number
