"""An agent as the judge sees it: abilities, presence, work in hand; from events alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from typing import Final, TypeAlias

import attrs

from omniqueue.model.channel import Channel
from omniqueue.record.waiting_line import JudgedLane, Needs, Stander

# Levels held, channels (None: all), skill order.
Abilities: TypeAlias = tuple[Needs, tuple[str, ...] | None, tuple[str, ...]]


class JudgedProfile:
    """What agents of equal skills, channels and order can do, and whom they serve.

    Example:
        >>> profile = JudgedProfile((("fr", 2),), ("phone",))
        >>> profile.takes("fax"), profile.covers((("fr", 1),))
        (False, True)
    """

    __slots__ = ("_channels", "_lanes_seen", "_places", "_served", "levels", "order")

    def __init__(
        self, levels: Needs, channels: tuple[str, ...] | None, order: tuple[str, ...] = ()
    ) -> None:
        self.levels = dict(levels)
        self.order = order  # the skills whose contacts they take first
        self._places: dict[tuple[Needs, tuple[Needs, ...]], int] = {}
        self._channels = None if channels is None else frozenset(channels)
        self._served: list[JudgedLane] = []
        self._lanes_seen = 0

    def takes(self, channel: str) -> bool:
        """Tell whether these agents take a channel."""
        return self._channels is None or channel in self._channels

    def covers(self, needs: Needs, any_of: tuple[Needs, ...] = ()) -> bool:
        """Tell whether these agents have every skill, and of each group one, at the level.

        Cost: O(skills and alternatives needed).
        """
        levels = self.levels
        for skill, level in needs:
            if levels.get(skill, 0) < level:
                return False
        for group in any_of:  # noqa: SIM110 - a plain loop: run for every contact given
            if not self.met(group):
                return False
        return True

    def met(self, group: Needs) -> Needs:
        """Return the alternatives of a group that these agents meet."""
        levels = self.levels
        return tuple(pair for pair in group if levels.get(pair[0], 0) >= pair[1])

    def place(self, needs: Needs, any_of: tuple[Needs, ...]) -> int:
        """Return the place in their own order of contacts that are not overdue. Cost: O(1)."""
        if not self.order:
            return 0
        known = self._places.get((needs, any_of))
        if known is None:
            asked = [skill for skill, _ in needs]
            asked += [skill for group in any_of for skill, _ in self.met(group)]
            places = [place for place, skill in enumerate(self.order) if skill in asked]
            known = self._places[needs, any_of] = min(places, default=len(self.order))
        return known

    def served(self, lanes: Sequence[JudgedLane]) -> list[JudgedLane]:
        """Return the lanes whose needs are met; each lane is looked at once.

        Args:
            lanes: all lanes there are, in the order in which they appeared; only ever longer.
        """
        if self._lanes_seen < len(lanes):
            self._served += [
                lane
                for lane in lanes[self._lanes_seen :]
                if self.takes(lane.channel) and self.covers(lane.needs, lane.any_of)
            ]
            self._lanes_seen = len(lanes)
        return self._served


NOTHING: Final = JudgedProfile((), ())
_TAKEN: Final = ("active", "interrupted")  # what may have to make way, or has made it


class RoomRules:
    """What the channels in force say about room: what a contact costs, and what it interrupts.

    Args:
        channels: the channels in force; any other costs 1 and interrupts nothing.

    Example:
        >>> rules = RoomRules([Channel("email", cost=2, interrupted_by=["phone"])])
        >>> rules.cost("email"), rules.cost("fax"), rules.interrupters("email")
        (2, 1, ('phone',))
    """

    __slots__ = ("_costs", "_interrupters", "_interrupting", "_reserve_seconds")

    def __init__(self, channels: Collection[Channel]) -> None:
        self._costs = {each.name: each.cost for each in channels}
        self._interrupters = {each.name: each.interrupted_by for each in channels}
        self._reserve_seconds = {each.name: each.reserve_seconds for each in channels}
        self._interrupting = frozenset(chain.from_iterable(self._interrupters.values()))

    def cost(self, channel: str) -> int:
        """Return what a contact of a channel costs an agent without a cost of its own."""
        return self._costs.get(channel, 1)

    def overdue(self, who: Stander, at: float) -> bool:
        """Tell whether a contact has waited so long that an agent may be reserved for it."""
        after = self._reserve_seconds.get(who.channel)
        return after is not None and at >= who.arrived_at + after

    def reserves(self, channel: str) -> bool:
        """Tell whether agents are ever reserved for contacts of a channel."""
        return self._reserve_seconds.get(channel) is not None

    def interrupters(self, channel: str) -> Collection[str]:
        """Return the channels whose contacts interrupt one of this channel."""
        return self._interrupters.get(channel, ())

    def interrupts(self, channel: str) -> bool:
        """Tell whether contacts of a channel interrupt any others."""
        return channel in self._interrupting


@attrs.define(eq=False)
class JudgedAgent:
    """One agent: its profile, whether it is ready, and its work in hand.

    Args:
        id: its id.
        profile: what it can do.
        rules: what contacts cost, and what they interrupt.

    Example:
        >>> agent = JudgedAgent("ana", NOTHING, RoomRules([]))
        >>> agent.take(Stander("c1", "phone", (), 0)); agent.has_room("phone")
        False
    """

    id: str
    profile: JudgedProfile
    _rules: RoomRules
    capacity: int = 1
    limits: Mapping[str, int] = attrs.Factory(dict)
    ready: bool = False
    offline: bool = False
    added: int = 0
    stamp: int = 0
    taken: int = 0
    latest_taking: int = 0  # the stamp it gave; 0: never
    busy_seconds: float = 0.0  # of the periods that are over
    busy_since: float = 0.0
    used: int = 0  # by all that is in hand, interrupted contacts too
    reserved_for: str | None = None
    _costs: Mapping[str, int] = attrs.Factory(dict)  # its own, in place of the channels'
    _held: dict[str, int] = attrs.Factory(dict)  # channel -> contacts in hand
    _work: dict[str, Stander] = attrs.Factory(dict)

    def resize(self, capacity: int, limits: Mapping[str, int], costs: Mapping[str, int]) -> None:
        """Set how much work it takes at once; what is in hand counts at the new costs."""
        self.capacity, self.limits, self._costs = capacity, dict(limits), dict(costs)
        self.used = sum(self.cost(each.held_channel) for each in self._work.values())

    def cost(self, channel: str) -> int:
        """Return what a contact of a channel costs this agent: its own cost, or the channel's."""
        own = self._costs.get(channel)
        return self._rules.cost(channel) if own is None else own

    def fits(self, channel: str) -> bool:
        """Tell whether a contact fits the capacity beside everything in hand."""
        return self.used + self.cost(channel) <= self.capacity

    def has_capacity(self, channel: str) -> bool:
        """Tell whether a contact fits beside everything but what makes way for it.

        Cost: O(1) where it fits beside everything, or interrupts nothing; O(work in hand) else.
        """
        left = self.capacity - self.used - self.cost(channel)
        if left >= 0:
            return True
        if not self._rules.interrupts(channel):
            return False
        return left + sum(self.cost(each.held_channel) for each in self.yielding(channel)) >= 0

    def has_room(self, channel: str) -> bool:
        """Tell whether one more contact of a channel has room, by cost and by limit."""
        limit = self.limits.get(channel)
        if limit is not None and self._held.get(channel, 0) >= limit:
            return False
        return self.has_capacity(channel)

    def yielding(self, channel: str) -> list[Stander]:
        """Return the work, active or interrupted, that makes way for a contact of a channel."""
        return [
            each
            for each in self._work.values()
            if each.state in _TAKEN and channel in self._rules.interrupters(each.held_channel)
        ]

    def interrupters(self) -> set[str]:
        """Return the channels whose contacts have room here, but only by interrupting."""
        found = {
            channel
            for each in self._work.values()
            if each.state in _TAKEN
            for channel in self._rules.interrupters(each.held_channel)
        }
        return {each for each in found if not self.fits(each) and self.has_room(each)}

    def going_on(self) -> list[Stander]:
        """Return the work in hand that is not interrupted: active, offered, in wrap-up."""
        return [each for each in self._work.values() if each.state != "interrupted"]

    def to_continue(self) -> Stander | None:
        """Return the first interrupted contact for which there is room again; None: there is none.

        It has room beside the work that goes on; where none does, it goes on in any case.
        """
        if len(going_on := self.going_on()) == len(self._work):
            return None
        left = self.capacity - sum(self.cost(each.held_channel) for each in going_on)
        aside = [each for each in self._work.values() if each.state == "interrupted"]
        for each in sorted(aside, key=lambda each: each.key):
            if not going_on or self.cost(each.held_channel) <= left:
                return each
        return None

    def busy(self) -> bool:
        """Tell whether it has any work."""
        return bool(self._work)

    def take(self, who: Stander, at: float = 0.0) -> None:
        """Add a contact to the work in hand."""
        channel = who.held_channel
        if not self._work:
            self.busy_since = at
        self._work[who.id] = who
        self._held[channel] = self._held.get(channel, 0) + 1
        self.used += self.cost(channel)

    def drop(self, who: Stander, at: float = 0.0) -> None:
        """Take a contact out of the work in hand, if it is there."""
        if self._work.pop(who.id, None) is not None:
            if not self._work:
                self.busy_seconds += at - self.busy_since
            self._held[who.held_channel] -= 1
            self.used -= self.cost(who.held_channel)
