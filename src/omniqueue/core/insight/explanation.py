"""Explanations: why a contact still waits, why an agent is idle; values with a text form."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from omniqueue.core.insight.obstacles import Clock, Obstacle, listed, plain_seconds
from omniqueue.core.insight.positions import Position
from omniqueue.model.agent import Presence
from omniqueue.model.event import JsonValue
from omniqueue.model.json_values import json_fields
from omniqueue.model.skill import Skills

_CHANGES_SHOWN = 5
_AGENTS_SAID = {  # causes that say nothing of agents by their name alone: of one, of several
    "channel": ("does not take it", "do not take it"),
    "skill": ("lacks a skill", "lack a skill"),
    "capacity": ("is too small", "are too small"),
    "room": ("has no room", "have no room"),
    "limit": ("is at a limit", "are at a limit"),
    "unwanted": ("is not wanted", "are not wanted"),
    "stopped": ("is free, but matching is stopped", "are free, but matching is stopped"),
}
_OF_THE_AGENT = frozenset({"channel", "skill", "barred"})  # causes whose text lacks its subject
_CONTACTS_SAID = {
    "away": ("waits", "wait"),
    "offline": ("waits", "wait"),
    "channel": ("is of another channel", "are of other channels"),
    "skill": ("needs a skill", "need a skill"),
    "capacity": ("is too large", "are too large"),
    "room": ("finds no room", "find no room"),
    "limit": ("meets a limit", "meet a limit"),
    "unwanted": ("does not want the agent", "do not want the agent"),
    "barred": ("was sent on", "were sent on"),
    "stopped": ("waits because matching is stopped", "wait because matching is stopped"),
}


def _levels(skills: Skills, any_of: tuple[Skills, ...] = ()) -> str:
    said = [f"{name} {level}" for name, level in skills.pairs]
    for group in any_of:
        said.append(" or ".join(f"{name} {level}" for name, level in group.pairs))
    return ", ".join(said) or "no skills"


def _counted(number: int, said: Mapping[str, tuple[str, str]], cause: str) -> str:
    """Return how many agents or contacts have that cause, in words."""
    one, several = said.get(cause, (cause, cause))
    return f"{number} {one if number == 1 else several}"


@attrs.frozen
class AgentObstacles:
    """What is in the way between the contact and one agent, the first thing first.

    Args:
        agent: the agent's id.
        obstacles: in the order of `omniqueue.core.insight.obstacles.OBSTACLES`; each has to go.

    Example:
        >>> AgentObstacles("ana", (Obstacle("away", reason="lunch"),)).text
        'ana is away (lunch)'
    """

    agent: str
    obstacles: tuple[Obstacle, ...]

    @property
    def text(self) -> str:
        """The obstacles in words, instants in seconds."""
        return self.told(plain_seconds)

    def told(self, clock: Clock) -> str:
        """Return the obstacles in words; `clock`: an instant to its text."""
        several = "; ".join(each.told(clock) for each in self.obstacles)
        return f"{self.agent} {several or 'can take it'}"


@attrs.frozen
class CauseCount:
    """How many agents of a group have the same first thing in the way, and whom first.

    Args:
        cause: the cause.
        agents: how many.
        example: the first of them, with all that is in its way.

    Example:
        >>> from omniqueue import Agent, Contact, Router
        >>> router = Router()
        >>> _ = router.add_agent(Agent("ana"), at=0, presence="away")
        >>> _ = router.submit(Contact("c1", "fax"), at=7)
        >>> count = router.explain("c1").groups[0].causes[0]
        >>> count.cause, count.agents, count.example.agent
        ('away', 1, 'ana')
    """

    cause: str
    agents: int
    example: AgentObstacles


@attrs.frozen
class OwnOrderFirst:
    """Whom agents take first because of their own order, although it stands later in the queue.

    Args:
        contact: the first such contact.
        skill: the skill of their `skill_order` that puts it first; None: a user's own order does.

    Example:
        >>> OwnOrderFirst("c7", "cards").text
        'takes cards first: c7'
    """

    contact: str
    skill: str | None

    @property
    def text(self) -> str:
        """The fact in words."""
        return f"takes {self.skill or 'others'} first: {self.contact}"


@attrs.frozen
class GroupObstacles:
    """What is first in the way of agents that are described alike but for their names.

    Args:
        like: the first agent of the group, in order of adding.
        agents: how many.
        skills: their skills.
        capacity: their capacity.
        channels: the channels they take; None: all.
        limits: their limits per channel.
        costs: their own costs per channel, in place of the channels'.
        causes: the first things in the way, in the fixed order.
        skill_order: which contacts they take first.
        first: whom they take before this contact because of that.

    Example:
        >>> from omniqueue import Agent, Contact, Router
        >>> router = Router()
        >>> for name in ("ana", "bob"):
        ...     _ = router.add_agent(Agent(name), at=0, presence="away")
        >>> _ = router.submit(Contact("c1", "fax"), at=7)
        >>> router.explain("c1").groups[0].text
        '2 agents like ana (no skills, capacity 1): 2 away (ana is away)'
    """

    like: str
    agents: int
    skills: Skills
    capacity: int
    channels: tuple[str, ...] | None
    limits: Mapping[str, int]
    costs: Mapping[str, int]
    causes: tuple[CauseCount, ...]
    skill_order: tuple[str, ...] = ()
    first: OwnOrderFirst | None = None

    @property
    def text(self) -> str:
        """The group in words, instants in seconds."""
        return self.told(plain_seconds)

    def told(self, clock: Clock) -> str:
        """Return the group in words; `clock`: an instant to its text."""
        who = self.like if self.agents == 1 else f"{self.agents} agents like {self.like}"
        counts = ", ".join(
            f"{_counted(each.agents, _AGENTS_SAID, each.cause)}"
            f" ({each.example.agent} {each.example.obstacles[0].told(clock)})"
            for each in self.causes
        )
        first = "" if self.first is None else f"; {self.first.text}"
        return f"{who} ({_levels(self.skills)}, capacity {self.capacity}): {counts}{first}"


@attrs.frozen
class NextChange:
    """A timer that can change whether, and by whom, the contact can be taken.

    Args:
        at: when it is due, in seconds.
        what: "deferral", "preference", "exclusion", "relaxation", "expiry", "reservation" (of
            the contact), "offer" or "wrap_up" (of work that leaves an able agent no room).
        agent: the agent it is about, where it is about one.
        contact: the other contact, of an offer or a wrap-up.

    Example:
        >>> NextChange(31.0, "wrap_up", "ana", "c1").text
        '31: the wrap_up of c1 ends (ana)'
    """

    at: float
    what: str
    agent: str | None = None
    contact: str | None = None

    @property
    def text(self) -> str:
        """The change in words, its instant in seconds."""
        return self.told(plain_seconds)

    def told(self, clock: Clock) -> str:
        """Return the change in words; `clock`: an instant to its text."""
        ends = {
            "relaxation": "its skills relax",
            "expiry": "it expires",
            "reservation": "it may get a reserved agent",
        }
        of = "" if self.contact is None else f" of {self.contact}"
        by = "" if self.agent is None else f" ({self.agent})"
        return f"{clock(self.at)}: {ends.get(self.what, f'the {self.what}{of} ends')}{by}"


@attrs.frozen
class Explanation:
    """Why a contact still waits.

    Args:
        contact: its id.
        at: the instant, in seconds.
        state: its state; all that follows is empty unless it is waiting or deferred.
        agent: who holds it, if anybody does.
        channel: its channel.
        skills: the skills it needs now.
        arrived_at: when it arrived, in seconds.
        since: when it came to its state, in seconds.
        until: when its offer, its wrap-up or its deferral ends by itself; None: not by time alone.
        position: its place (of a deferred one: that which it keeps).
        groups: per group of agents the first thing in the way.
        agents: per agent all that is in the way, if that was asked for.
        next_changes: the timers that can change it, in order of time.
        work: able agents with all else in order, and the contacts in hand that leave no room
            (none that this one may interrupt).
        hopeless: nobody signed in could ever take it, not even ready, empty and after its
            skills have relaxed.
        stopped: matching is stopped.
        any_of: the groups of alternatives now, of each of which one is needed.

    Example:
        >>> from omniqueue import Contact, Router
        >>> router = Router()
        >>> _ = router.submit(Contact("c1", "fax", expire_seconds=60), at=7)
        >>> print(router.explain("c1").text)
        c1 (fax) at 7: waiting since 7, place 1 of 1 waiting, 1 of 1 of its kind
          nobody signed in could ever take it
          next, at 67: it expires
    """

    contact: str
    at: float
    state: str
    agent: str | None
    channel: str
    skills: Skills
    arrived_at: float
    since: float
    until: float | None
    position: Position | None = None
    groups: tuple[GroupObstacles, ...] = ()
    agents: tuple[AgentObstacles, ...] = ()
    next_changes: tuple[NextChange, ...] = ()
    work: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    hopeless: bool = False
    stopped: bool = False
    any_of: tuple[Skills, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The explanation as lines of text, instants in seconds."""
        return self.told(plain_seconds)

    def told(self, clock: Clock) -> tuple[str, ...]:
        """Return the explanation as lines of text.

        Args:
            clock: an instant to its text, as a time of day, say.

        Example:
            >>> from omniqueue import Contact, Router
            >>> router = Router()
            >>> _ = router.submit(Contact("c1", "fax"), at=7)
            >>> router.explain("c1").told(lambda at: f"9:{at:02.0f}")[0]
            'c1 (fax) at 9:07: waiting since 9:07, place 1 of 1 waiting, 1 of 1 of its kind'
        """
        asked = self.skills or self.any_of
        needs = f" needs {_levels(self.skills, self.any_of)}" if asked else ""
        head = f"{self.contact} ({self.channel}{needs}) at {clock(self.at)}"
        held = "" if self.agent is None else f" with {self.agent}"
        until = "" if self.until is None else f" until {clock(self.until)}"
        came = "" if self.since == self.arrived_at else f" (arrived at {clock(self.arrived_at)})"
        found = [f"{head}: {self.state}{held} since {clock(self.since)}{until}{came}"]
        if self.position is None:
            return tuple(found)
        place, here = self.position, int(self.state == "deferred")
        would_be = "would be place" if here else "place"
        found[0] += f", {would_be} {place.queue} of {place.waiting + here} waiting"
        found[0] += f", {place.lane} of {place.lane_waiting + here} of its kind"
        if self.stopped and self.position is not None:
            found.append("  matching is stopped")
        if self.hopeless:
            found.append("  nobody signed in could ever take it")
        found += [f"  {group.told(clock)}" for group in self.groups]
        found += [f"  {agent.told(clock)}" for agent in self.agents]
        found += [f"  next, at {each.told(clock)}" for each in self.next_changes[:_CHANGES_SHOWN]]
        more = len(self.next_changes) - _CHANGES_SHOWN
        if more > 0:
            found.append(f"  and {more} more timers")
        if self.work:
            held_by = tuple(f"{name} ({listed(ids)})" for name, ids in self.work.items())
            opening = "or when" if self.next_changes else "when"
            found.append(f"  {opening} work ends: {listed(held_by)}")
        return tuple(found)

    @property
    def text(self) -> str:
        """The explanation as text, one line after the other."""
        return "\n".join(self.lines)

    def to_dict(self) -> dict[str, JsonValue]:
        """Return it as JSON types, with its lines of text. Cost: O(its size).

        Example:
            >>> from omniqueue import Contact, Router
            >>> router = Router()
            >>> _ = router.submit(Contact("c1", "fax"), at=7)
            >>> router.explain("c1").to_dict()["hopeless"]
            True
        """
        return {**json_fields(self), "text": [*self.lines]}


@attrs.frozen
class WaitingCount:
    """How many waiting contacts have the same first thing between them and the agent.

    Args:
        cause: the cause.
        contacts: how many.
        example: the first of them in queue order.
        obstacle: the first thing between that one and the agent.

    Example:
        >>> WaitingCount("away", 3, "c1", Obstacle("away")).contacts
        3
    """

    cause: str
    contacts: int
    example: str
    obstacle: Obstacle


@attrs.frozen
class AgentExplanation:
    """Why an agent has no (more) work although contacts wait.

    Args:
        agent: its id.
        at: the instant, in seconds.
        presence: ready, away or offline.
        reason: why, where that was said.
        capacity: its capacity, in channel costs.
        free: what is left of it; below 0 when its work, interrupted contacts included, is more.
        contacts: what it holds.
        interrupted: those of them that are interrupted.
        reserved_for: the contact it is reserved for.
        waiting: how many contacts wait in all.
        causes: what is first in the way of them, in the fixed order.

    Example:
        >>> from omniqueue import Agent, Contact, Router
        >>> router = Router()
        >>> _ = router.add_agent(Agent("ana"), at=0, presence="away")
        >>> _ = router.submit(Contact("c1", "fax"), at=7)
        >>> router.explain_agent("ana").causes[0].example
        'c1'
    """

    agent: str
    at: float
    presence: Presence
    reason: str | None
    capacity: int
    free: int
    contacts: tuple[str, ...]
    interrupted: tuple[str, ...]
    reserved_for: str | None
    waiting: int
    causes: tuple[WaitingCount, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The explanation as lines of text."""
        why = "" if self.reason is None else f" ({self.reason})"
        holds = f", holds {listed(self.contacts)}" if self.contacts else ""
        if self.interrupted:
            holds += f" (interrupted: {listed(self.interrupted)})"
        kept = "" if self.reserved_for is None else f", reserved for {self.reserved_for}"
        found = [f"{self.agent} at {plain_seconds(self.at)}: {self.presence}{why}"]
        free = f"{max(self.free, 0)} of {self.capacity} free"
        found[0] += f", {free}{holds}{kept}; {self.waiting} waiting"
        for each in self.causes:
            text, said = each.obstacle.text, _counted(each.contacts, _CONTACTS_SAID, each.cause)
            if each.cause in ("away", "offline"):
                found.append(f"  {said}, but {self.agent} {text}")
                continue
            whose = f"{self.agent} {text}" if each.cause in _OF_THE_AGENT else text
            found.append(f"  {said} ({each.example}: {whose})")
        return tuple(found)

    @property
    def text(self) -> str:
        """The explanation as text, one line after the other."""
        return "\n".join(self.lines)

    def to_dict(self) -> dict[str, JsonValue]:
        """Return it as JSON types, with its lines of text. Cost: O(its size).

        Example:
            >>> from omniqueue import Agent, Router
            >>> router = Router()
            >>> _ = router.add_agent(Agent("ana"), at=0, presence="away")
            >>> router.explain_agent("ana").to_dict()["presence"]
            'away'
        """
        return {**json_fields(self), "text": [*self.lines]}
