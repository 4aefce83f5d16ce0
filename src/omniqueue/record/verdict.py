"""The fairness verdict: overtakings counted by cause, and every fault that has no cause."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import attrs

from omniqueue.model.event import JsonValue

FAULTS_KEPT_MAX = 20

CAUSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "by_hand": "a supervisor gave the other contact by hand",
        "deferral": "it was deferred",
        "preference": "it waited for another agent",
        "channel": "the agent does not take its channel",
        "skill": "the agent lacks a skill it needs",
        "unwanted": "the customer does not want the agent",
        "exclusion": "the agent had declined, missed or sent it on",
        "room": "the agent had no room for it",
        "reservation": "the agent was reserved for another contact",
        "own order": "the agent takes contacts of another kind first",
        "priority": "it arrived earlier, but its rank is later",
    }
)
"""Why a contact may be passed over; where several hold, the first of this list is counted."""

FAULT_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "passed over": "a contact before it waited, and this agent could have taken it",
        "lacks skill": "the agent lacks a skill that the contact needs",
        "no alternative": "the agent meets none of a group of alternatives that the contact needs",
        "unwanted agent": "the customer does not want this agent",
        "own order ignored": "a contact waited that the agent takes first by its own order",
        "given while stopped": "matching was stopped",
        "queue over limit": "it had to wait, though as many of its channel waited as may",
        "channel not taken": "the agent does not take the contact's channel",
        "capacity exceeded": "the agent's capacity had no room for the contact",
        "limit exceeded": "the agent's limit for the channel was reached",
        "not interrupted": "the agent went on with it, though it had to make way",
        "needless interruption": "the agent put it aside, though it need not make way",
        "wrong continuation": "the agent took it up without room, or before another with room",
        "not ready": "the agent was not ready",
        "excluded": "the agent had declined, missed or sent on the contact",
        "other preferred": "the contact waited for another agent",
        "reserved": "the agent was reserved for another contact",
        "early reservation": "an agent was reserved before the contact was overdue",
        "not waiting": "the contact was not waiting",
        "double assignment": "the contact was with an agent already",
        "wrong rank": "the contact's rank is not what the order policy gives",
        "queued twice": "the contact was in the queue or with an agent already",
        "unknown agent": "no such agent had been added",
        "unknown contact": "no such contact had entered the queue",
    }
)
"""What is unexplained: kind of fault and its meaning."""

_DID: Final[Mapping[str, str]] = MappingProxyType(
    {
        "not interrupted": "kept on with",
        "needless interruption": "put aside",
        "wrong continuation": "took up",
    }
)
"""What the agent did with the contact, where it is not that it got it."""


@attrs.frozen
class FairnessFault:
    """One thing that happened and that no rule explains.

    Args:
        at: when (seconds on the events' epoch).
        kind: one of `FAULT_KINDS`.
        contact: the contact that was given (or wrongly kept, ranked, reserved, put aside).
        agent: who got it; None where no agent is concerned.
        needs: what the contact passed over needs (else: the contact given), as text.
        passed_over: the first contact that should have gone instead, or None.
        others: how many more that need the same were passed over.

    Example:
        >>> print(FairnessFault(9.0, "passed over", "c2", "ana", "phone billing 1", "c1"))
        passed over: at 9.0 ana got c2 while c1 (phone billing 1) waited before it
    """

    at: float
    kind: str
    contact: str
    agent: str | None
    needs: str
    passed_over: str | None = None
    others: int = 0

    @property
    def reason(self) -> str:
        """What is wrong, without when and who."""
        if self.passed_over is None:
            return FAULT_KINDS[self.kind]
        more = f" and {self.others} more like it" if self.others else ""
        if self.kind == "own order ignored":
            return f"while {self.passed_over} ({self.needs}) waited, which it takes first"
        return f"while {self.passed_over} ({self.needs}){more} waited before it"

    def text(self, clock: Callable[[float], str] = str) -> str:
        """Return the fault for people; `clock` says how an instant is written."""
        when = clock(self.at)
        if self.passed_over is not None:
            return f"{self.kind}: at {when} {self.agent} got {self.contact} {self.reason}"
        got = "" if self.agent is None else f" {self.agent} {_DID.get(self.kind, 'got')}"
        return f"{self.kind}: at {when}{got} {self.contact} ({self.needs}): {self.reason}"

    def __str__(self) -> str:
        return self.text()


@attrs.frozen(kw_only=True)
class Verdict:
    """What the judge found in a stream of events.

    Args:
        judged: how many times a contact was given to an agent (offered, or assigned unasked).
        overtakings: cause to how many waiting contacts were passed over for it.
        unexplained: faults by kind, with their number; empty when all is explained.
        faults: the first 20 faults.
        most_overtaken: the contact passed over most often by contacts ranked after it, with the
            number of times; None when none was.

    Example:
        >>> Verdict(judged=1, overtakings={"skill": 2}, unexplained={}, faults=()).fair
        True
    """

    judged: int
    overtakings: Mapping[str, int]
    unexplained: Mapping[str, int]
    faults: tuple[FairnessFault, ...]
    most_overtaken: tuple[str, int] | None = None

    @property
    def unexplained_total(self) -> int:
        """How many faults were found in all."""
        return sum(self.unexplained.values())

    @property
    def fair(self) -> bool:
        """Whether every overtaking and every assignment is explained."""
        return not self.unexplained_total

    def to_dict(self) -> dict[str, JsonValue]:
        """Return the verdict as JSON types.

        Example:
            >>> found = Verdict(judged=0, overtakings={}, unexplained={}, faults=()).to_dict()
            >>> found["unexplained"], found["most_overtaken"]
            (0, None)
        """
        most = self.most_overtaken
        return {
            "judged": self.judged,
            "overtakings": dict(self.overtakings),
            "unexplained": self.unexplained_total,
            "unexplained_by_kind": dict(self.unexplained),
            "faults": [attrs.asdict(fault) for fault in self.faults],
            "most_overtaken": None if most is None else {"contact": most[0], "times": most[1]},
        }
