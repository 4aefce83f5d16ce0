"""The judge's own picture of the queue: who waits, sorted so that whole lanes count at once.

It shares nothing with the engine. Contacts that need the same stand in one lane, so "how
many of these stand before that one" is one bisection, however many they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

import attrs
from sortedcontainers import SortedList

from omniqueue.model.event import Rank
from omniqueue.model.skill import Skills

Key: TypeAlias = tuple[Rank, float, int]  # rank, arrival, order of first submission
Needs: TypeAlias = tuple[tuple[str, int], ...]  # skill, level; in order of skill


@attrs.define(eq=False)
class JudgedLane:
    """The keys of the waiting contacts that need the same: one channel, the same skills."""

    channel: str
    needs: Needs
    keys: SortedList[Key] = attrs.Factory(SortedList)
    any_of: tuple[Needs, ...] = ()  # groups of alternatives

    def text(self) -> str:
        """Return what is needed, for people."""
        said = [f"{skill} {level}" for skill, level in self.needs]
        for group in self.any_of:
            said.append("(" + " or ".join(f"{skill} {level}" for skill, level in group) + ")")
        return " ".join([self.channel, *said])


@attrs.define(eq=False)
class Stander:
    """One contact as the judge sees it.

    `asked_channel`, `asked_needs`: as it was queued. `agent`: who holds it (offered, active, in
    wrap-up). `held_channel`: the channel whose cost the holder bears. `place`: where it stands;
    None: not in the line. `overtaken`: by contacts ranked after it, in earlier spells of waiting.
    `unwanted`: agents whom the customer does not want.
    """

    id: str
    channel: str
    needs: Needs
    priority: int
    asked_channel: str = attrs.Factory(lambda who: who.channel, takes_self=True)
    asked_needs: Needs = attrs.Factory(lambda who: who.needs, takes_self=True)
    key: Key = (0.0, 0.0, 0)
    arrived_at: float = 0.0
    sequence: int = 0
    state: str = "outside"
    agent: str | None = None
    held_channel: str = ""
    preferred: str | None = None
    transferred_by: str | None = None
    excluded: set[str] = attrs.Factory(set)
    reserving: str | None = None
    place: SortedList[Key] | None = None
    lane: JudgedLane | None = None
    overtaken: int = 0
    since: int = 0
    any_of: tuple[Needs, ...] = ()
    unwanted: tuple[str, ...] = ()


class ArrivalChains:
    """Counts contacts that arrived earlier but rank later, exactly and quickly.

    A chain is a set of contacts for which order of arrival and order of rank agree; within one,
    two bisections give the count. Contacts of equal priority agree under the usual orders, so
    there are as many chains as priorities; a wild order only makes more of them.
    """

    __slots__ = ("_chains", "_of")

    def __init__(self) -> None:
        self._chains: dict[int, list[tuple[SortedList[Key], SortedList[tuple[float, int]]]]] = {}
        self._of: dict[int, tuple[SortedList[Key], SortedList[tuple[float, int]]]] = {}

    def enter(self, who: Stander) -> None:
        """Let a contact stand in the first chain that stays a chain with it."""
        arrival = (who.arrived_at, who.sequence)
        chains = self._chains.setdefault(who.priority, [])
        for chain in chains:
            if chain[0].bisect_left(who.key) == chain[1].bisect_left(arrival):
                break
        else:
            chain = (SortedList(), SortedList())
            chains.append(chain)
        chain[0].add(who.key)
        chain[1].add(arrival)
        self._of[who.sequence] = chain

    def leave(self, who: Stander) -> None:
        """Take a contact out of its chain."""
        chain = self._of.pop(who.sequence)
        chain[0].remove(who.key)
        chain[1].remove((who.arrived_at, who.sequence))

    def earlier_ranked_later(self, who: Stander) -> int:
        """Return how many stand here that arrived before this contact and rank after it."""
        found = 0
        for chains in self._chains.values():
            for by_key, by_arrival in chains:
                earlier = by_arrival.bisect_left((who.arrived_at, who.sequence))
                if earlier:
                    found += max(0, earlier - by_key.bisect_left(who.key))
        return found


class WaitingLine:
    """All contacts that wait or are deferred, in queue order, in lanes of equal needs.

    Cost: O(log n) to enter and to leave.

    Example:
        >>> line, who = WaitingLine(), Stander("c1", "phone", (), 0)
        >>> who.key, who.sequence, who.state = (0.0, 0.0, 1), 1, "waiting"
        >>> line.enter(who); line.by_channel["phone"].bisect_left((9.0, 9.0, 2))
        1
    """

    def __init__(self) -> None:
        self.by_channel: dict[str, SortedList[Key]] = {}
        self.lanes: list[JudgedLane] = []
        self.deferred: SortedList[Key] = SortedList()
        self.preferring: SortedList[Key] = SortedList()
        self.preferring_of: dict[str, SortedList[Key]] = {}
        self.standers: dict[int, Stander] = {}  # by sequence, those in the line
        self._lanes: dict[tuple[str, Needs, tuple[Needs, ...]], JudgedLane] = {}
        self.in_queue: Counter[str] = Counter()  # by channel, deferred ones too
        self._given: SortedList[Key] = SortedList()
        self._chains: ArrivalChains | None = None
        self._most: tuple[int, str] = (0, "")

    def enter(self, who: Stander) -> None:
        """Let a contact stand at its place, if it has one (its state says whether deferred)."""
        if not who.sequence:
            return
        key = who.key
        if who.state == "deferred":
            place = self.deferred
        elif who.preferred is not None:
            place = self.preferring
            self.preferring_of.setdefault(who.preferred, SortedList()).add(key)
        else:
            lane = who.lane
            if (
                lane is None
                or lane.needs != who.needs
                or lane.channel != who.channel
                or lane.any_of != who.any_of
            ):
                lane = who.lane = self._lane(who)
            lane.keys.add(key)
            place = self.by_channel[who.channel]
        place.add(key)
        who.place = place
        self.in_queue[who.channel] += 1
        who.since = self._given_after(key)
        self.standers[who.sequence] = who
        if self._chains is not None:
            self._chains.enter(who)
        elif key[0] != who.arrived_at:
            self._start_chains()

    def leave(self, who: Stander) -> None:
        """Take a contact out of the line, if it stands there."""
        place = who.place
        if place is None:
            return
        key = who.key
        place.remove(key)
        if place is self.preferring:
            assert who.preferred is not None
            self.preferring_of[who.preferred].remove(key)
        elif place is not self.deferred:
            assert who.lane is not None
            who.lane.keys.remove(key)
        who.place = None
        self.in_queue[who.channel] -= 1
        del self.standers[who.sequence]
        if self._chains is not None:
            self._chains.leave(who)
        who.overtaken += self._given_after(key) - who.since
        if who.overtaken > self._most[0]:
            self._most = (who.overtaken, who.id)
        if not self.standers:
            self._given.clear()  # what went before is nothing to those who come

    def given(self, who: Stander) -> None:
        """Note that a contact was given to an agent: it overtakes all that stand before it."""
        if self.standers:
            self._given.add(who.key)

    def earlier_ranked_later(self, who: Stander) -> int:
        """Return how many arrived before this contact and rank after it."""
        if self._chains is None:
            if who.key[0] == who.arrived_at:
                return 0
            self._start_chains()
        assert self._chains is not None
        return self._chains.earlier_ranked_later(who)

    def most_overtaken(self) -> tuple[str, int] | None:
        """Return the contact passed over most often, and how often; the first of equals."""
        most = self._most
        for who in self.standers.values():
            times = self.times_overtaken(who)
            if times > most[0]:
                most = (times, who.id)
        return (most[1], most[0]) if most[0] else None

    def times_overtaken(self, who: Stander) -> int:
        """Return how often a contact was passed over by contacts ranked after it, so far."""
        if who.place is None:
            return who.overtaken
        return who.overtaken + self._given_after(who.key) - who.since

    def before(self, key: Key) -> int:
        """Return how many stand before a place, deferred and preferring ones included."""
        places = (self.deferred, self.preferring, *self.by_channel.values())
        return sum(place.bisect_left(key) for place in places)

    def waiting_before(self, channel: str, number: int) -> Iterator[Stander]:
        """Yield the first contacts of a channel (those that wait for nobody in particular)."""
        for key in self.by_channel[channel].islice(0, number):
            yield self.standers[key[2]]

    def _given_after(self, key: Key) -> int:
        given = self._given
        return len(given) - int(given.bisect_right(key))

    def _lane(self, who: Stander) -> JudgedLane:
        key = (who.channel, who.needs, who.any_of)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = JudgedLane(who.channel, who.needs, any_of=who.any_of)
            self.lanes.append(lane)
            self.by_channel.setdefault(who.channel, SortedList())
        return lane

    def _start_chains(self) -> None:
        # In arrival order nobody who arrived earlier can rank later: kept only when needed.
        self._chains = ArrivalChains()
        for who in self.standers.values():
            self._chains.enter(who)


def needs_of(skills: Mapping[str, int]) -> Needs:
    """Return skills and levels as a tuple in order of name. Cost: O(1) for a `Skills`.

    Example:
        >>> needs_of({"fr": 1, "billing": 2})
        (('billing', 2), ('fr', 1))
    """
    return skills.pairs if isinstance(skills, Skills) else tuple(sorted(skills.items()))


def groups_of(any_of: Iterable[Mapping[str, int]]) -> tuple[Needs, ...]:
    """Return groups of alternatives as tuples. Cost: O(groups) of `Skills`.

    Example:
        >>> groups_of([{"fr": 1, "en": 2}])
        ((('en', 2), ('fr', 1)),)
    """
    return tuple(map(needs_of, any_of))
