"""Obstacles: what is in the way between a waiting contact and an agent, in one fixed order.

The order, from what lies with the agent to what lies with the contact: `offline`, `away`,
`channel` (does not take it), `skill` (each that is lacking, in order of name, then each group of
alternatives of which none is met), `capacity` (too small even when empty), `room` (its work leaves
too little, or would if the capacity were just the cost), `limit` (of the channel), `unwanted` (the
customer does not want the agent), `barred` (it sent the contact on), `excluded` (declined or
missed it), `reserved` (for another contact), `preference` (the contact waits for another
agent), `deferred`, `stopped` (matching is). An agent without an obstacle can take the contact, and
between commands there is none beside a waiting contact.

Work that the contact may interrupt is not in its way, whether it goes on or is interrupted. Where
an agent has a cost of its own for the channel, that is the cost.

Nothing is asked of the engine's masks and lanes here: each fact is read where it is said.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import attrs

from omniqueue.core.lifecycle import DEFERRED, TAKEN
from omniqueue.core.rows import AgentRow, ContactRow
from omniqueue.model.skill import Skills

OBSTACLES: Final = (
    "offline",
    "away",
    "channel",
    "skill",
    "capacity",
    "room",
    "limit",
    "unwanted",
    "barred",
    "excluded",
    "reserved",
    "preference",
    "deferred",
    "stopped",
)
OWN_ORDER: Final = "own order"  # nothing is in the way: the agent takes others first
# While one of these stands, the agent could not take the contact even if ready and empty.
LASTING: Final = frozenset({"channel", "skill", "capacity", "unwanted", "barred"})
_SHOWN: Final = 5  # ids in a line of text

Clock: TypeAlias = Callable[[float], str]  # an instant to its text


def plain_seconds(at: float) -> str:
    """Return an instant as a number of seconds, as the shortest text.

    Example:
        >>> plain_seconds(7.0), plain_seconds(7.25)
        ('7', '7.25')
    """
    return f"{at:.15g}"


@attrs.frozen
class Obstacle:
    """One thing in the way between a contact and an agent.

    Args:
        cause: one of `omniqueue.core.insight.obstacles.OBSTACLES`.
        until: when it ends by itself, in seconds; None: not by time alone.
        skill: the skill that is lacking.
        needed: the level or limit that would do, the cost that there is no capacity for.
        held: the level held, the capacity had (capacity) or that `work` leaves (room), the limit.
        work: the contacts in hand whose end makes room, in the order in which they were taken;
            none that the contact may interrupt.
        other: the contact reserved for, or the agent preferred or not wanted.
        reason: why the agent is away or offline, where that was said.
        any_of: the alternatives of which none is met (then `skill` is None).

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
    any_of: Skills | None = None

    @property
    def lasting(self) -> bool:
        """Whether the agent could not take the contact even if it were ready and empty."""
        return self.cause in LASTING or (self.cause == "limit" and self.held == 0)

    @property
    def text(self) -> str:
        """The obstacle in words, instants in seconds."""
        return self.told(plain_seconds)

    def told(self, clock: Clock) -> str:
        """Return the obstacle in words.

        Args:
            clock: an instant to its text.
        """
        why = "" if self.reason is None else f" ({self.reason})"
        until = "" if self.until is None else f" until {clock(self.until)}"
        work = f"holds {listed(self.work)}"
        lacks = f"{self.skill} at level {self.needed} (has {self.held or 'none'})"
        if self.any_of is not None:
            lacks = "any of " + ", ".join(f"{name} {level}" for name, level in self.any_of.pairs)
        return {
            "offline": f"is not signed in{why}",
            "away": f"is away{why}",
            "channel": f"does not take {self.other}",
            "skill": f"lacks {lacks}",
            "capacity": f"capacity {self.held} is below the cost {self.needed}",
            # Below 0 where interrupted work is counted, or the capacity has shrunk.
            "room": f"no room: {max(self.held or 0, 0)} free, {self.needed} needed, {work}",
            "limit": f"at its limit of {self.held} on {self.other}"
            + (f": {work}" if self.work else ""),
            "unwanted": f"the customer does not want {self.other}",
            "barred": "sent it on",
            "excluded": f"excluded{until}",
            "reserved": f"reserved for {self.other}",
            "preference": f"it waits for {self.other}{until}",
            "deferred": f"it is deferred{until or ' until released'}",
            "stopped": "matching is stopped",
        }[self.cause]


def listed(names: tuple[str, ...]) -> str:
    """Return the first few names, and how many more there are.

    Example:
        >>> listed(("c1", "c2"))
        'c1, c2'
    """
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def obstacles(agent: AgentRow, row: ContactRow, *, stopped: bool = False) -> list[Obstacle]:
    """Return all that is in the way, the first thing first; empty: the agent can take it.

    Args:
        agent: any agent.
        row: a contact that is waiting or deferred.
        stopped: whether matching is.

    Cost: O(skills needed), and O(work in hand) where that is in the way.
    """
    found: list[Obstacle] = []
    if agent.presence != "ready":
        found.append(Obstacle(agent.presence, reason=agent.reason))
    _lacking(agent, row, found)
    _crowded(agent, row, found)
    details = row.details
    if row.does_not_want(agent.id):
        found.append(Obstacle("unwanted", other=agent.id))
    if details is not None:
        if details.barred == agent.id:
            found.append(Obstacle("barred"))
        if agent.id in details.excluded:
            retry = details.excluded[agent.id]
            found.append(Obstacle("excluded", until=None if retry is None else retry.due))
    kept_for = agent.reserved_for
    if kept_for is not None and kept_for is not row:
        found.append(Obstacle("reserved", other=kept_for.id))
    if details is not None and details.prefer_agent not in (None, agent.id):
        timer = details.prefer_timer
        until = None if timer is None else timer.due
        found.append(Obstacle("preference", until=until, other=details.prefer_agent))
    if row.state == DEFERRED:
        found.append(Obstacle("deferred", until=None if row.timer is None else row.timer.due))
    if stopped:
        found.append(Obstacle("stopped"))
    return found


def causes(agent: AgentRow, row: ContactRow, lacking: list[str], *, stopped: bool) -> list[str]:
    """Return the causes of `obstacles`, quicker: what the agent lacks is known already.

    Args:
        agent: any agent.
        row: a contact that is waiting or deferred.
        lacking: `lacking_causes` of an agent of equal skills, channels, capacity and costs.
        stopped: whether matching is.

    Cost: O(1), and O(work in hand) where some channel's contacts may be interrupted.
    """
    found = lacking if agent.presence == "ready" else [agent.presence, *lacking]
    more: list[str] = []
    if _has_no_room(agent, row):
        more.append("room")
    if agent.limited:
        channel = row.lane.channel
        most = agent.agent.limits.get(channel.name)
        if most is not None and agent.counts.get(channel, 0) >= most:
            more.append("limit")
    details = row.details
    if details is not None:
        if row.does_not_want(agent.id):
            more.append("unwanted")
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
    if stopped:
        more.append("stopped")
    return found + more


def lacking_causes(agent: AgentRow, row: ContactRow) -> list[str]:
    """Return the causes that agents of equal skills, channels, capacity and costs share."""
    found: list[Obstacle] = []
    _lacking(agent, row, found)
    return [each.cause for each in found]


def _lacking(agent: AgentRow, row: ContactRow, found: list[Obstacle]) -> None:
    """Add what would be in the way of an agent without any work, but for a limit of 0."""
    channel = row.lane.channel
    said = agent.agent
    if said.channels is not None and channel.name not in said.channels:
        found.append(Obstacle("channel", other=channel.name))
    needs = row.lane.needs
    if not said.skills.covers(needs):
        for name, level in needs.pairs:
            held = said.skills.get(name, 0)
            if held < level:
                found.append(Obstacle("skill", skill=name, needed=level, held=held))
        for group in needs.any_of:
            if not said.skills.met_in(group):
                found.append(Obstacle("skill", any_of=group))
    cost = _cost(agent, row)
    if said.capacity < cost:
        found.append(Obstacle("capacity", needed=cost, held=said.capacity))


def _crowded(agent: AgentRow, row: ContactRow, found: list[Obstacle]) -> None:
    """Add what the agent's present work leaves no room for, and a limit of 0."""
    channel = row.lane.channel
    said = agent.agent
    if _has_no_room(agent, row):
        work = tuple(held.id for held in work_in_way(agent, row))
        held = _left(agent, row)
        found.append(Obstacle("room", needed=_cost(agent, row), held=held, work=work))
    most = said.limits.get(channel.name)
    count = agent.counts.get(channel, 0)
    if most is not None and count >= most:
        of_channel = [held.id for held in agent.holding if held.lane.channel is channel]
        work = tuple(of_channel) if most else ()  # with a limit of 0 no end of work helps
        found.append(Obstacle("limit", needed=count + 1, held=most, work=work, other=channel.name))


def work_in_way(agent: AgentRow, row: ContactRow) -> list[ContactRow]:
    """Return the work in hand that the contact has to fit beside: what it may not interrupt."""
    if not agent.limited:  # nothing that it holds may be interrupted
        return list(agent.holding)
    name = row.lane.channel.name
    return [
        held
        for held in agent.holding
        if held.state not in TAKEN or name not in held.lane.channel.settings.interrupted_by
    ]


def _has_no_room(agent: AgentRow, row: ContactRow) -> bool:
    limited = agent.limited
    cost = _cost(agent, row) if limited else row.lane.channel.cost
    # One that is too small for the contact has no room as soon as anything is in the way.
    least = agent.agent.capacity if agent.agent.capacity < cost else cost
    return agent.free < least and (not limited or _left(agent, row) < least)


def _left(agent: AgentRow, row: ContactRow) -> int:
    """Return the capacity that the work in the contact's way leaves."""
    used = sum(_cost(agent, held) for held in work_in_way(agent, row))
    return agent.agent.capacity - used


def _cost(agent: AgentRow, row: ContactRow) -> int:
    channel = row.lane.channel
    return agent.agent.costs.get(channel.name, channel.cost)
