"""Explaining: how explanations are found. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from itertools import islice
from math import inf
from types import MappingProxyType
from typing import TypeAlias

from omniqueue.core.insight.explanation import (
    AgentExplanation,
    AgentObstacles,
    CauseCount,
    Explanation,
    GroupObstacles,
    NextChange,
    OwnOrderFirst,
    WaitingCount,
)
from omniqueue.core.insight.obstacles import (
    OBSTACLES,
    Obstacle,
    causes,
    lacking_causes,
    obstacles,
    work_in_way,
)
from omniqueue.core.insight.positions import position_of
from omniqueue.core.lifecycle import DEFERRED, INTERRUPTED, STATES, WAITING
from omniqueue.core.rows import IN_LINE, OFFER, WRAP_UP_END, AgentRow, ContactRow, Lane, place
from omniqueue.core.seeking import own_rank
from omniqueue.core.state import State
from omniqueue.model.event import Rank
from omniqueue.model.skill import Skills

_PerChannel: TypeAlias = tuple[tuple[str, int], ...]
_Kind: TypeAlias = tuple[
    Skills, tuple[str, ...] | None, int, _PerChannel, _PerChannel, tuple[str, ...]
]
_Standing: TypeAlias = "tuple[Rank, float, int, ContactRow]"
_ROOM = frozenset({"room", "limit"})


def explain(state: State, row: ContactRow, *, each_agent: bool) -> Explanation:
    """Return why a contact still waits. Cost: O(agents and their work), and of its place."""
    holder = None if row.agent is None else row.agent.id
    lane = row.lane
    basics = (row.id, state.now, STATES[row.state], holder, lane.channel.name, lane.skills)
    times = (row.arrived_at, row.since, None if row.timer is None else row.timer.due)
    if row.state not in (WAITING, DEFERRED):
        return Explanation(*basics, *times, any_of=lane.needs.any_of)
    agents = state.roster.agents.values()
    groups = _groups(agents, row, stopped=state.stopped)
    work: dict[str, tuple[str, ...]] = {}
    for group in groups:
        for agent, of_all in group.only_room:
            work[agent.id] = tuple(
                held.id
                for held in work_in_way(agent, row)
                if of_all or held.lane.channel is lane.channel
            )
    each = []
    if each_agent:
        each = [
            AgentObstacles(agent.id, tuple(obstacles(agent, row, stopped=state.stopped)))
            for agent in agents
        ]
    return Explanation(
        *basics,
        *times,
        position=position_of(state, row),
        groups=tuple(group.told(row, _first_before(state, group, row)) for group in groups),
        agents=tuple(each),
        next_changes=tuple(_next_changes(state, row, work)),
        work=MappingProxyType(work),
        hopeless=_hopeless(groups, row),
        stopped=state.stopped,
        any_of=lane.needs.any_of,
    )


class _Group:
    """Agents that are described alike but for their names, by what is first in their way."""

    __slots__ = ("firsts", "lacking", "members", "only_room", "open_channel", "stopped")

    def __init__(self, like: AgentRow, row: ContactRow, *, stopped: bool) -> None:
        self.stopped = stopped
        self.lacking = lacking_causes(like, row)
        self.open_channel = like.agent.limits.get(row.lane.channel.name, 1) > 0
        self.members: list[AgentRow] = []
        self.firsts: dict[str, list[AgentRow]] = {}
        # Those whose work alone is in the way, and whether all of it that counts.
        self.only_room: list[tuple[AgentRow, bool]] = []

    def add(self, agent: AgentRow, row: ContactRow) -> None:
        found = causes(agent, row, self.lacking, stopped=self.stopped)
        self.members.append(agent)
        if found:
            self.firsts.setdefault(found[0], []).append(agent)
            if self.open_channel and _ROOM.issuperset(found):
                self.only_room.append((agent, "room" in found))

    def told(self, row: ContactRow, first: OwnOrderFirst | None) -> GroupObstacles:
        counts = []
        for cause in OBSTACLES:
            if cause in self.firsts:
                one = self.firsts[cause][0]
                in_way = tuple(obstacles(one, row, stopped=self.stopped))
                example = AgentObstacles(one.id, in_way)
                counts.append(CauseCount(cause, len(self.firsts[cause]), example))
        said = self.members[0].agent
        return GroupObstacles(
            said.id,
            len(self.members),
            said.skills,
            said.capacity,
            said.channels,
            said.limits,
            said.costs,
            tuple(counts),
            said.skill_order,
            first,
        )


def _first_before(state: State, group: _Group, row: ContactRow) -> OwnOrderFirst | None:
    """Return whom such agents take first because of their own order, although later in the queue.

    Cost: O(lanes of the own ranks before that of the contact).
    """
    profile = group.members[0].profile
    own = profile.own_rank.get(row.lane)
    if own is None or row.state != WAITING or row.overdue(state.now):
        return None
    for rank in profile.own_ranks:
        if rank >= own:  # type: ignore[operator]
            break
        firsts = [lane.first() for lane in profile.own_lanes[rank]]
        later = [each for each in firsts if each is not None and place(each) > place(row)]
        if later:
            skill = profile.own_order[rank] if isinstance(rank, int) else None
            return OwnOrderFirst(min(later, key=place).id, skill)
    return None


def _groups(agents: Iterable[AgentRow], row: ContactRow, *, stopped: bool) -> list[_Group]:
    groups: dict[_Kind, _Group] = {}
    for agent in agents:
        said = agent.agent
        limits = tuple(said.limits.items()) if agent.limited else ()
        costs = tuple(said.costs.items()) if agent.limited else ()
        kind = (said.skills, said.channels, said.capacity, limits, costs, said.skill_order)
        group = groups.get(kind)
        if group is None:
            group = groups[kind] = _Group(agent, row, stopped=stopped)
        group.add(agent, row)
    return list(groups.values())


def _next_changes(
    state: State, row: ContactRow, work: Mapping[str, tuple[str, ...]]
) -> list[NextChange]:
    """Return the timers that can change who can take the contact, in order of time."""
    found: list[NextChange] = []
    details = row.details
    if row.state == DEFERRED and row.timer is not None:
        found.append(NextChange(row.timer.due, "deferral"))
    if details is not None:
        if details.prefer_timer is not None:
            found.append(NextChange(details.prefer_timer.due, "preference", details.prefer_agent))
        for agent_id, retry in details.excluded.items():
            if retry is not None:
                found.append(NextChange(retry.due, "exclusion", agent_id))
        found += [NextChange(timer.due, "relaxation") for timer in details.relaxation]
        if details.expiry is not None:
            found.append(NextChange(details.expiry.due, "expiry"))
        if details.reserve_timer is not None and state.timers.is_alive(details.reserve_timer):
            found.append(NextChange(details.reserve_timer.due, "reservation"))
    for agent_id, in_way in work.items():
        for held in state.roster.agents[agent_id].holding:
            timer = held.timer
            if timer is not None and timer.kind in (OFFER, WRAP_UP_END) and held.id in in_way:
                found.append(NextChange(timer.due, timer.kind, agent_id, held.id))
    return sorted(found, key=lambda change: change.at)


def _hopeless(groups: list[_Group], row: ContactRow) -> bool:
    """Tell whether no agent who is signed in could take the contact, now or once relaxed."""
    details = row.details
    barred = None if details is None else details.barred
    relaxed: list[Skills] = []
    if details is not None and details.relaxation:
        ends = inf if details.expiry is None else details.expiry.due
        steps = [timer for timer in details.relaxation if timer.due <= ends]
        relaxed = [row.contact.relax[int(timer.detail)].needs for timer in steps]
    for group in groups:
        if not group.open_channel or any(cause != "skill" for cause in group.lacking):
            continue
        held = group.members[0].agent.skills
        if not group.lacking or any(held.covers(needs) for needs in relaxed):
            for agent in group.members:
                able = agent.id != barred and not row.does_not_want(agent.id)
                if able and agent.presence != "offline":
                    return False
    return True


def explain_agent(state: State, agent: AgentRow) -> AgentExplanation:
    """Return why an agent is idle. Cost: O(lanes + contacts that came back or are special)."""
    counts: dict[str, int] = {}
    firsts: dict[str, tuple[ContactRow, Obstacle]] = {}

    def count(row: ContactRow | None, number: int) -> None:
        if row is None or not number:
            return
        several = obstacles(agent, row, stopped=state.stopped)
        if not several:
            return
        cause = several[0].cause
        counts[cause] = counts.get(cause, 0) + number
        known = firsts.get(cause)
        if known is None or place(row) < place(known[0]):
            firsts[cause] = (row, several[0])

    for lane in state.roster.lanes():
        # All of these have the same in the way, so the first speaks for them.
        alike = len(lane.line) - lane.dead + len(lane.early) - lane.dead_early
        count(lane.first_open(), alike)
        for entry in lane.solo:
            count(entry[3], 1)
    for standing in state.preferring.values():
        for entry in standing:
            count(entry[3], 1)
    return AgentExplanation(
        agent.id,
        state.now,
        agent.presence,
        agent.reason,
        agent.agent.capacity,
        agent.free,
        tuple(row.id for row in agent.holding),
        tuple(row.id for row in agent.holding if row.state == INTERRUPTED),
        None if agent.reserved_for is None else agent.reserved_for.id,
        state.waiting,
        tuple(
            WaitingCount(cause, counts[cause], firsts[cause][0].id, firsts[cause][1])
            for cause in OBSTACLES
            if cause in counts
        ),
    )


def queue_for(state: State, agent: AgentRow, limit: int) -> list[ContactRow]:
    """Return the first contacts that the agent would take, in order.

    Cost: O(lanes + contacts of those it serves that came back), then O(log lanes) each; of an
    agent with an own order O(n log n) in all that it serves.
    """
    lines: list[Iterator[_Standing]] = []
    for lane in state.roster.lanes():
        if not lane.empty() and state.roster.could_take_if_empty(agent, lane):
            lines.append(_line(lane))
            back = [entry for entry in lane.early if entry[3].entry is entry]
            lines.append(iter(sorted(back)))
            lines.append(entry for entry in lane.solo if not entry[3].refuses(agent.id))
    lines.append(
        entry
        for entry in state.preferring.get(agent.id, ())
        if state.roster.could_take_if_empty(agent, entry[3].lane)
        and not entry[3].refuses(agent.id)
    )
    found: list[ContactRow] = []
    kept_for = agent.reserved_for
    if kept_for is not None and kept_for.state == WAITING:
        if all(each.cause in ("away", "offline", *_ROOM) for each in obstacles(agent, kept_for)):
            found.append(kept_for)
    entries: Iterable[_Standing] = merge(*lines)
    if state.roster.ordered & agent.profile.bit:  # by own rank, then as they stand
        entries = sorted(entries, key=lambda entry: own_rank(state, agent, entry[3]))
    for entry in islice(entries, limit + 1):
        if entry[3] is not kept_for:
            found.append(entry[3])
    return found[:limit]


def _line(lane: Lane) -> Iterator[_Standing]:
    for row in lane.line:
        if row.where == IN_LINE:
            yield row.rank, row.arrived_at, row.sequence, row
