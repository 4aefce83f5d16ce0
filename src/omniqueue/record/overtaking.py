"""Counting whom a contact overtakes, each with its cause, whole kinds of contacts at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import attrs

from omniqueue.record.judged_agent import JudgedAgent, RoomRules
from omniqueue.record.verdict import CAUSES
from omniqueue.record.waiting_line import JudgedLane, Stander, WaitingLine

OnFault = Callable[[float, str, Stander, str | None, Stander | None, int], None]


@attrs.define(eq=False)
class OvertakingCounter:
    """Counts overtakings by cause over the judge's picture of the queue.

    Args:
        line: who waits.
        contacts: contact id to contact, all that have not ended.
        rules: says who is overdue.
        excluded_of: agent id to the contacts that it is not to be given.
        fault: called where contacts were passed over without a cause: when, what kind, the
            contact given, the agent's id, the first contact passed over, how many were.
    """

    _line: WaitingLine
    _contacts: Mapping[str, Stander]
    _rules: RoomRules
    _excluded_of: Mapping[str, Mapping[str, Stander]]
    _fault: OnFault
    counts: Counter[str] = attrs.Factory(lambda: Counter(dict.fromkeys(CAUSES, 0)))

    def count(self, at: float, who: Stander, agent: JudgedAgent, *, by_hand: bool) -> None:
        """Count all whom this contact overtakes by going to this agent, by cause."""
        line, key, counts = self._line, who.key, self.counts
        if not line.standers:
            return
        if agent.profile.order and not by_hand:
            self._check_own_order(at, who, agent)
        by_priority = line.earlier_ranked_later(who)
        if by_priority:
            counts["priority"] += by_priority
        if by_hand:
            counts["by_hand"] += line.before(key)
            return
        if line.deferred:
            counts["deferral"] += line.deferred.bisect_left(key)
        if line.preferring:
            self._count_preferring(at, who, agent)
        of_taken: dict[str, int] = {}
        for channel, keys in line.by_channel.items():
            before = keys.bisect_left(key)
            if not before:
                continue
            if agent.profile.takes(channel):
                of_taken[channel] = before
            else:
                counts["channel"] += before
        if of_taken:
            total = sum(of_taken.values())
            lanes = self._served_before(who, agent, of_taken, total)
            for lane, before in lanes:
                self._explain(at, who, agent, lane, before)
            counts["skill"] += total - sum(before for _, before in lanes)

    def _served_before(
        self, who: Stander, agent: JudgedAgent, of_taken: Mapping[str, int], total: int
    ) -> list[tuple[JudgedLane, int]]:
        """Return the lanes that the agent serves, with how many of each stand before."""
        served = agent.profile.served(self._line.lanes)
        if total > len(served):
            key = who.key
            found = [(lane, lane.keys.bisect_left(key)) for lane in served if lane.keys]
            return [(lane, before) for lane, before in found if before]
        few: dict[JudgedLane, int] = {}
        for channel, number in of_taken.items():
            for other in self._line.waiting_before(channel, number):
                assert other.lane is not None
                few[other.lane] = few.get(other.lane, 0) + 1
        return [
            (lane, before)
            for lane, before in few.items()
            if agent.profile.covers(lane.needs, lane.any_of)
        ]

    def _count_preferring(self, at: float, who: Stander, agent: JudgedAgent) -> None:
        line, key = self._line, who.key
        before = line.preferring.bisect_left(key)
        own = line.preferring_of.get(agent.id)
        mine = own.bisect_left(key) if own else 0
        self.counts["preference"] += before - mine
        if not mine or own is None:
            return
        for each in list(own.islice(0, mine)):
            other = line.standers[each[2]]
            cause = self._cause(at, other, agent, who)
            if cause is None:
                self._unexplained(at, who, agent, other)
            else:
                self.counts[cause] += 1

    def _place(self, at: float, who: Stander, agent: JudgedAgent) -> int:
        """Return the contact's place in the agent's own order."""
        if self._rules.overdue(who, at):
            return 0
        return agent.profile.place(who.needs, who.any_of)

    def _check_own_order(self, at: float, who: Stander, agent: JudgedAgent) -> None:
        """Name a contact that the agent takes first by its own order, wherever it stands."""
        place = self._place(at, who, agent)
        if not place:
            return
        line = self._line
        candidates = [line.standers[key[2]] for key in line.preferring_of.get(agent.id, ())]
        for lane in agent.profile.served(line.lanes):
            earlier = agent.profile.place(lane.needs, lane.any_of) < place
            if not agent.has_room(lane.channel):
                continue
            for key in lane.keys:
                other = line.standers[key[2]]
                if earlier or self._rules.overdue(other, at):
                    candidates.append(other)
                    if self._cause(at, other, agent, who) is None:
                        break  # one is enough
                elif not self._rules.reserves(lane.channel):
                    break
        for other in candidates:
            if self._place(at, other, agent) < place and other.state == "waiting":
                if self._cause(at, other, agent, who) is None and other.key > who.key:
                    self._fault(at, "own order ignored", who, agent.id, other, 1)
                    return

    def _cause(self, at: float, other: Stander, agent: JudgedAgent, who: Stander) -> str | None:
        """Return why the agent did not take one contact that waits; None: it could have."""
        if not agent.profile.takes(other.channel):
            return "channel"
        if not agent.profile.covers(other.needs, other.any_of):
            return "skill"
        if agent.id in other.unwanted:
            return "unwanted"
        if agent.id in other.excluded or agent.id == other.transferred_by:
            return "exclusion"
        if not agent.has_room(other.channel):
            return "room"
        if agent.reserved_for not in (None, other.id):
            return "reservation"
        if self._place(at, other, agent) > self._place(at, who, agent):
            return "own order"
        return None

    def _explain(
        self, at: float, who: Stander, agent: JudgedAgent, lane: JudgedLane, before: int
    ) -> None:
        """Count the first contacts of a lane that the agent serves, by cause."""
        counts = self.counts
        kept_away = [
            other
            for other in self._excluded_of.get(agent.id, {}).values()
            if other.place is not None and other.lane is lane and self._stands_before(other, who)
        ]
        if kept_away:
            unwanted = sum(agent.id in other.unwanted for other in kept_away)
            counts["unwanted"] += unwanted
            counts["exclusion"] += len(kept_away) - unwanted
            before -= len(kept_away)
        if not agent.has_room(lane.channel):
            counts["room"] += before
        elif before and agent.reserved_for is not None:
            reserving = self._contacts.get(agent.reserved_for)
            itself = (
                reserving is not None
                and reserving.lane is lane
                and reserving not in kept_away
                and self._stands_before(reserving, who)
            )
            counts["reservation"] += before - itself
            if itself and reserving is not None:
                self._unexplained(at, who, agent, reserving)
        elif before:
            away = {other.sequence for other in kept_away}
            keys = [each for each in lane.keys if each[2] not in away][:before]
            first = keys[0]
            later = agent.profile.place(lane.needs, lane.any_of) > self._place(at, who, agent)
            if later:
                standers = [self._line.standers[each[2]] for each in keys]
                overdue = [each for each in standers if self._rules.overdue(each, at)]
                counts["own order"] += before - len(overdue)
                before = len(overdue)
                first = overdue[0].key if overdue else first
            if before:
                self._unexplained(at, who, agent, self._line.standers[first[2]], before)

    def _stands_before(self, other: Stander, who: Stander) -> bool:
        """Tell whether a contact stands in a lane, before another."""
        return (
            other.place is not None
            and other.state == "waiting"
            and other.preferred is None
            and other.key < who.key
        )

    def _unexplained(
        self, at: float, who: Stander, agent: JudgedAgent, first: Stander, number: int = 1
    ) -> None:
        self._fault(at, "passed over", who, agent.id, first, number)


@attrs.define
class Overtaken:
    """How often the contacts of one channel or skill were overtaken by ones ranked after them.

    `overtaken`: contacts that were, at least once; `times`: in all; `most`: one of them.
    """

    overtaken: int = 0
    times: int = 0
    most: int = 0

    def add(self, times: int) -> None:
        """Add one contact."""
        self.overtaken += times > 0
        self.times += times
        self.most = max(self.most, times)


class OvertakenCounts:
    """Who was overtaken how often, by channel and by skill ("": none), as they were queued."""

    def __init__(self) -> None:
        self.by_channel: dict[str, Overtaken] = {}
        self.by_skill: dict[str, Overtaken] = {}

    def add(self, who: Stander, times: int) -> None:
        """Add one contact, with how often it was overtaken. Cost: O(skills)."""
        self.by_channel.setdefault(who.asked_channel, Overtaken()).add(times)
        for skill in [name for name, _ in who.asked_needs] or ("",):
            self.by_skill.setdefault(skill, Overtaken()).add(times)
