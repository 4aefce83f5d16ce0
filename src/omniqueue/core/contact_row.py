"""What the engine keeps of one contact: plain slots; what few contacts need stands apart."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final, TypeAlias

from omniqueue.core.lifecycle import WAITING
from omniqueue.model.contact import Contact
from omniqueue.model.event import Rank

if TYPE_CHECKING:
    from omniqueue.core.agent_row import AgentRow
    from omniqueue.core.lanes import Lane
    from omniqueue.core.timers import Timer

# Where a waiting contact stands.
NOWHERE: Final = 0  # not waiting
IN_LINE: Final = 1  # in its lane's line, in order of entry
EARLY: Final = 2  # in its lane's heap of those that came back
SOLO: Final = 3  # in its lane's list of those that not every agent may take
WITH_AGENT: Final = 4  # in the list of its preferred agent

_blank = object.__new__  # calling a class runs `__init__` by a detour
Entry: TypeAlias = "tuple[Rank, float, int, ContactRow]"  # the total order, and who


class Details:
    """What few contacts have: preference, exclusions, relaxation, expiry, reservation."""

    __slots__ = (
        "abandoned_at",
        "barred",
        "excluded",
        "expiry",
        "expiry_due",
        "in_overdue",
        "listed_due",
        "prefer_agent",
        "prefer_skip",
        "prefer_timer",
        "relaxation",
        "reserve_due",
        "reserve_timer",
        "reserved",
    )

    def __init__(self) -> None:
        self.prefer_agent: str | None = None  # a preference runs
        self.prefer_skip = True
        self.prefer_timer: Timer | None = None
        self.excluded: dict[str, Timer] = {}  # agent id -> retry timer
        self.barred: str | None = None  # the agent who sent it on
        self.relaxation: list[Timer] = []
        self.expiry: Timer | None = None
        self.expiry_due = False  # fell due while it could not act
        self.reserve_due = inf  # overdue from then on
        self.reserve_timer: Timer | None = None
        self.reserved: AgentRow | None = None
        self.in_overdue = False  # waiting, overdue, unreserved: listed for the next matching
        self.listed_due = inf  # when the list of those not overdue yet has it
        self.abandoned_at = -inf


class ContactRow:
    """One contact: its place (`rank`, `arrived_at`, `sequence`), its state, its holder."""

    __slots__ = (
        "agent",
        "arrived_at",
        "contact",
        "details",
        "entry",
        "id",
        "lane",
        "rank",
        "sequence",
        "state",
        "timer",
        "where",
    )

    id: str
    contact: Contact
    lane: Lane
    rank: Rank
    arrived_at: float
    sequence: int
    state: int
    where: int
    entry: Entry | None
    agent: AgentRow | None
    timer: Timer | None  # the state's own: offer, wrap-up or deferral end
    details: Details | None

    def detailed(self) -> Details:
        """Return the details, made when first needed."""
        if self.details is None:
            self.details = Details()
        return self.details

    def restricted(self) -> bool:
        """Tell whether some agent may not take it although skills and room would do."""
        details = self.details
        return details is not None and bool(details.excluded or details.barred is not None)

    def refuses(self, agent_id: str) -> bool:
        """Tell whether that agent is excluded, or sent the contact on."""
        details = self.details
        return details is not None and (agent_id in details.excluded or agent_id == details.barred)


def contact_row(
    contact: Contact, lane: Lane, rank: Rank, arrived_at: float, sequence: int
) -> ContactRow:
    """Return a waiting contact that stands nowhere yet: `__init__` at less than half its cost."""
    row = _blank(ContactRow)
    row.id = contact.id
    row.contact = contact
    row.lane = lane
    row.rank = rank
    row.arrived_at = arrived_at
    row.sequence = sequence
    row.state = WAITING
    row.where = NOWHERE
    row.entry = row.agent = row.timer = row.details = None
    return row


def place(row: ContactRow) -> tuple[Rank, float, int]:
    """Return the contact's place in the total order."""
    return row.rank, row.arrived_at, row.sequence
