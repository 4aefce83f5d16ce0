"""Obstacles: what is in the way between a waiting contact and an agent, in one fixed order.

The order, from what lies with the agent to what lies with the contact: `offline`, `away`,
`channel` (does not take it), `skill` (each that is lacking, in order of name), `capacity` (too
small even when empty), `room` (its work leaves too little, or would if the capacity were just
the cost), `limit` (of the channel), `barred` (it sent the contact on), `excluded` (declined or
missed it), `reserved` (kept free for another), `preference` (the contact waits for another
agent), `deferred`. An agent without an obstacle can take the contact, and between commands there
is none beside a waiting contact.

Nothing is asked of the engine's masks and lanes here: each fact is read where it is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from omniqueue.core.lifecycle import DEFERRED

if TYPE_CHECKING:
    from omniqueue.core.agent_row import AgentRow
    from omniqueue.core.contact_row import ContactRow

CAUSES: Final = (
    "offline",
    "away",
    "channel",
    "skill",
    "capacity",
    "room",
    "limit",
    "barred",
    "excluded",
    "reserved",
    "preference",
    "deferred",
)
# While one of these stands, the agent could not take the contact even if ready and empty.
LASTING: Final = frozenset({"channel", "skill", "capacity", "barred"})
_SHOWN: Final = 5  # ids in a line of text


@attrs.frozen
class Obstacle:
    """One thing in the way between a contact and an agent.

    Args:
        cause: one of `omniqueue.core.insight.obstacles.CAUSES`.
        until: when it ends by itself, in seconds; None: not by time alone.
        skill: the skill that is lacking.
        needed: the level or limit that would do, the cost that there is no capacity for.
        held: the level held, the capacity left (room) or had (capacity), the limit.
        work: the contacts in hand whose end makes room, in the order in which they were taken.
        other: the contact reserved for, or the agent preferred.
        reason: why the agent is away or offline, where that was said.

    Example:
        >>> Obstacle("skill", skill="billing", needed=3, held=2).text
        'lacks billing at level 3 (has 2)'
    """

    cause: str
    until: float | None = None
    skill: str | None = None
    needed: int | None = None
    held: int | None = None
    work: tuple[str, ...] = ()
    other: str | None = None
    reason: str | None = None

    @property
    def lasting(self) -> bool:
        """Whether the agent could not take the contact even if it were ready and empty."""
        return self.cause in LASTING or (self.cause == "limit" and self.held == 0)

    @property
    def text(self) -> str:
        """The obstacle in words."""
        why = "" if self.reason is None else f" ({self.reason})"
        until = "" if self.until is None else f" until {self.until:.15g}"
        work = f"holds {listed(self.work)}"
        return {
            "offline": f"is not signed in{why}",
            "away": f"is away{why}",
            "channel": f"does not take {self.other}",
            "skill": f"lacks {self.skill} at level {self.needed} (has {self.held or 'none'})",
            "capacity": f"capacity {self.held} is below the cost {self.needed}",
            "room": f"no room: {self.held} free, {self.needed} needed, {work}",
            "limit": f"at its limit of {self.held} on {self.other}"
            + (f": {work}" if self.work else ""),
            "barred": "sent it on",
            "excluded": f"excluded{until}",
            "reserved": f"reserved for {self.other}",
            "preference": f"it waits for {self.other}{until}",
            "deferred": f"it is deferred{until or ' until released'}",
        }[self.cause]


def listed(names: tuple[str, ...]) -> str:
    """Return the first few names, and how many more there are.

    Example:
        >>> listed(("c1", "c2"))
        'c1, c2'
    """
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def obstacles(agent: AgentRow, row: ContactRow) -> list[Obstacle]:
    """Return all that is in the way, the first thing first; empty: the agent can take it.

    Args:
        agent: any agent.
        row: a contact that is waiting or deferred.

    Cost: O(skills needed), and O(work in hand) where that is in the way.
    """
    found: list[Obstacle] = []
    if agent.presence != "ready":
        found.append(Obstacle(agent.presence, reason=agent.reason))
    _lacking(agent, row, found)
    _crowded(agent, row, found)
    details = row.details
    if details is not None:
        if details.barred == agent.id:
            found.append(Obstacle("barred"))
        retry = details.excluded.get(agent.id)
        if retry is not None:
            found.append(Obstacle("excluded", until=retry.due))
    kept_for = agent.reserved_for
    if kept_for is not None and kept_for is not row:
        found.append(Obstacle("reserved", other=kept_for.id))
    if details is not None and details.prefer_agent not in (None, agent.id):
        timer = details.prefer_timer
        until = None if timer is None else timer.due
        found.append(Obstacle("preference", until=until, other=details.prefer_agent))
    if row.state == DEFERRED:
        found.append(Obstacle("deferred", until=None if row.timer is None else row.timer.due))
    return found


def causes(agent: AgentRow, row: ContactRow, lacking: list[str]) -> list[str]:
    """Return the causes of `obstacles`, quicker: what the agent lacks is known already.

    Args:
        agent: any agent.
        row: a contact that is waiting or deferred.
        lacking: `lacking_causes` of an agent of equal skills, channels and capacity.

    Cost: O(1).
    """
    found = lacking if agent.presence == "ready" else [agent.presence, *lacking]
    channel = row.lane.channel
    capacity = agent.agent.capacity
    more: list[str] = []
    if agent.free < capacity and capacity - agent.free + channel.cost > max(
        capacity, channel.cost
    ):
        more.append("room")
    if agent.limited:
        most = agent.agent.limits.get(channel.name)
        if most is not None and agent.counts.get(channel, 0) >= most:
            more.append("limit")
    details = row.details
    if details is not None:
        if details.barred == agent.id:
            more.append("barred")
        if agent.id in details.excluded:
            more.append("excluded")
    if agent.reserved_for is not None and agent.reserved_for is not row:
        more.append("reserved")
    if details is not None and details.prefer_agent not in (None, agent.id):
        more.append("preference")
    if row.state == DEFERRED:
        more.append("deferred")
    return found + more


def lacking_causes(agent: AgentRow, row: ContactRow) -> list[str]:
    """Return the causes that all agents of equal skills, channels and capacity share."""
    found: list[Obstacle] = []
    _lacking(agent, row, found)
    return [each.cause for each in found]


def _lacking(agent: AgentRow, row: ContactRow, found: list[Obstacle]) -> None:
    """Add what would be in the way of an agent without any work, but for a limit of 0."""
    channel = row.lane.channel
    said = agent.agent
    if said.channels is not None and channel.name not in said.channels:
        found.append(Obstacle("channel", other=channel.name))
    if not said.skills.covers(row.lane.skills):
        for name, level in row.lane.skills.pairs:
            held = said.skills.get(name, 0)
            if held < level:
                found.append(Obstacle("skill", skill=name, needed=level, held=held))
    if said.capacity < channel.cost:
        found.append(Obstacle("capacity", needed=channel.cost, held=said.capacity))


def _crowded(agent: AgentRow, row: ContactRow, found: list[Obstacle]) -> None:
    """Add what the agent's present work leaves no room for, and a limit of 0."""
    channel = row.lane.channel
    said = agent.agent
    used = said.capacity - agent.free
    if used and used + channel.cost > max(said.capacity, channel.cost):
        work = tuple(held.id for held in agent.holding)
        found.append(Obstacle("room", needed=channel.cost, held=agent.free, work=work))
    most = said.limits.get(channel.name)
    count = agent.counts.get(channel, 0)
    if most is not None and count >= most:
        of_channel = [held.id for held in agent.holding if held.lane.channel is channel]
        work = tuple(of_channel) if most else ()  # with a limit of 0 no end of work helps
        found.append(Obstacle("limit", needed=count + 1, held=most, work=work, other=channel.name))
