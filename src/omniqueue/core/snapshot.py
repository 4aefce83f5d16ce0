"""Snapshots and forks: a router's facts, as JSON types or in memory, and a state made from them.

Only facts are kept; lanes, heads, seats and masks are derived from them and rebuilt, by the same
function for a snapshot and for a fork. A digest guards a snapshot against damage.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import NamedTuple, TypeAlias

import attrs

from omniqueue.core.endings import forget_now
from omniqueue.core.lanes import join, lane_of, review_lanes, stand
from omniqueue.core.lifecycle import COMPLETED, DEFERRED, ENDED, PARKED, STATES, WAITING
from omniqueue.core.rows import (
    EXPIRY,
    PREFERENCE,
    RELAXATION,
    RESERVATION,
    RETRY,
    AgentRow,
    ContactRow,
    Timer,
    contact_row,
    place,
)
from omniqueue.core.state import State
from omniqueue.errors import InvalidValueError, OmniqueueError, SnapshotError
from omniqueue.model.agent import Agent, Presence
from omniqueue.model.channel import Channel
from omniqueue.model.contact import Contact, Preference, RelaxStep
from omniqueue.model.event import JsonValue, Rank, plain
from omniqueue.model.skill import Skills
from omniqueue.policy.order import Order, OrderPolicy
from omniqueue.policy.registry import is_registered, order_named, selection_named
from omniqueue.policy.selection import Selection

FORMAT = "omniqueue-snapshot/1"
Snapshot: TypeAlias = dict[str, JsonValue]


class AgentFacts(NamedTuple):
    """What is kept of one agent; contacts by id."""

    agent: Agent
    presence: Presence
    reason: str | None
    stamp: int
    misses: int
    holding: list[str]
    reserved_for: str | None


class DetailFacts(NamedTuple):
    """What is kept of a contact's details, beside timers and the reservation."""

    prefer_agent: str | None
    prefer_skip: bool
    barred: str | None
    expiry_due: bool
    reserve_due: float
    abandoned_at: float


class ContactFacts(NamedTuple):
    """What is kept of one contact."""

    contact: Contact
    state: int
    channel: str
    skills: Skills
    rank: Rank
    arrived_at: float
    sequence: int
    details: DetailFacts | None


class TimerFacts(NamedTuple):
    """What is kept of one live timer."""

    due: float
    number: int
    kind: str
    contact: str
    detail: str | int


class Facts(NamedTuple):
    """All that a router knows and that cannot be worked out from the rest."""

    channels: list[Channel]
    order: Order
    selection: Selection
    max_waiting: int | None
    forget_seconds: float | None
    now: float
    sequence: int
    replaced: int
    stamp: int
    timers_made: int
    agents: list[AgentFacts]
    contacts: list[ContactFacts]
    timers: list[TimerFacts]  # in the order in which they will fire
    ended: list[tuple[str, float]]


def facts_of(state: State) -> Facts:
    """Return the facts of a state. Cost: O(contacts + agents + timers log timers)."""
    forget_now(state)
    return Facts(
        [row.settings for row in state.channels.values()],
        state.order,
        state.choice.selection,
        state.max_waiting,
        state.forget_seconds,
        state.clock(),
        state.sequence,
        state.replaced,
        state.roster.stamp,
        state.timers.made,
        [_agent_facts(row) for row in state.roster.agents.values()],
        [_contact_facts(row) for row in state.contacts.values()],
        [
            TimerFacts(timer.due, timer.number, timer.kind, timer.row.id, timer.detail)
            for timer in state.timers.live()
        ],
        [(row.id, forget_at) for row, forget_at in state.ended.items()],
    )


def _agent_facts(row: AgentRow) -> AgentFacts:
    holding = [held.id for held in row.holding]
    reserved_for = None if row.reserved_for is None else row.reserved_for.id
    return AgentFacts(
        row.agent, row.presence, row.reason, row.stamp, row.misses, holding, reserved_for
    )


def _contact_facts(row: ContactRow) -> ContactFacts:
    lane = row.lane
    details = row.details
    return ContactFacts(
        row.contact,
        row.state,
        lane.channel.name,
        lane.skills,
        row.rank,
        row.arrived_at,
        row.sequence,
        None
        if details is None
        else DetailFacts(
            details.prefer_agent,
            details.prefer_skip,
            details.barred,
            details.expiry_due,
            details.reserve_due,
            details.abandoned_at,
        ),
    )


def fork(state: State) -> State:
    """Return an independent copy that goes on exactly like the original.

    What is immutable is shared: contacts, agents, skills, channels, policies. Observers,
    certificates and the index of positions are not copied.

    Cost: O(n log n) in contacts, agents and timers.
    """
    return rebuild(facts_of(state))


def snapshot(state: State) -> Snapshot:
    """Return the state as JSON types. Cost: O(contacts + agents + timers log timers)."""
    facts = facts_of(state)
    saved: Snapshot = {
        "format": FORMAT,
        "now": None if facts.now == -inf else facts.now,
        "order": facts.order.name,
        "order_registered": facts.order.registered,
        "selection": facts.selection.name,
        "max_waiting": facts.max_waiting,
        "forget_seconds": facts.forget_seconds,
        "channels": [attrs.asdict(channel) for channel in facts.channels],
        "sequence": facts.sequence,
        "replaced": facts.replaced,
        "stamp": facts.stamp,
        "timers_made": facts.timers_made,
        "agents": [_agent_out(agent) for agent in facts.agents],
        "contacts": [_contact_out(contact) for contact in facts.contacts],
        "timers": [[_rank_out(timer.due), *timer[1:]] for timer in facts.timers],
        "ended": [list(ended) for ended in facts.ended],
    }
    saved["digest"] = _digest(saved)
    return saved


def _digest(saved: Mapping[str, JsonValue]) -> str:
    # Loaded here: few programs take snapshots, all of them import the router.
    import json
    from hashlib import sha256

    content = {key: value for key, value in saved.items() if key != "digest"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return sha256(text.encode()).hexdigest()


def _rank_out(rank: Rank) -> JsonValue:
    if isinstance(rank, tuple):
        return [None if part == inf else part for part in rank]
    return None if rank == inf else rank


def _rank_in(saved: object) -> Rank:
    if isinstance(saved, list):
        return tuple(inf if part is None else part for part in saved)
    if saved is None:
        return inf
    if isinstance(saved, int | float):
        return saved
    raise SnapshotError("rank", saved, "a number or a list of numbers")


def _agent_out(facts: AgentFacts) -> JsonValue:
    agent = facts.agent
    return {
        "id": agent.id,
        "skills": dict(agent.skills),
        "capacity": agent.capacity,
        "limits": dict(agent.limits),
        "channels": None if agent.channels is None else list(agent.channels),
        "costs": dict(agent.costs),
        **{key: value for key, value in facts._asdict().items() if key != "agent"},
    }


def _contact_out(facts: ContactFacts) -> JsonValue:
    saved: dict[str, JsonValue] = {
        "contact": _said(facts.contact),
        "state": STATES[facts.state],
        "channel": facts.channel,
        "skills": dict(facts.skills),
        "rank": _rank_out(facts.rank),
        "arrived_at": facts.arrived_at,
        "sequence": facts.sequence,
    }
    details = facts.details
    if details is not None:
        saved["details"] = {
            "prefer_agent": details.prefer_agent,
            "prefer_skip": details.prefer_skip,
            "barred": details.barred,
            "expiry_due": details.expiry_due,
            "reserve_due": None if details.reserve_due == inf else details.reserve_due,
            "abandoned_at": None if details.abandoned_at == -inf else details.abandoned_at,
        }
    return saved


def _said(contact: Contact) -> JsonValue:
    """Return the fields of a contact that are not at their defaults."""
    saved: dict[str, JsonValue] = {"id": contact.id, "channel": contact.channel}
    if contact.skills:
        saved["skills"] = dict(contact.skills)
    if contact.priority:
        saved["priority"] = contact.priority
    for name in ("arrived_at", "not_before", "target_seconds", "expire_seconds", "customer"):
        value = getattr(contact, name)
        if value is not None:
            saved[name] = value
    if contact.attributes is not None:
        saved["attributes"] = plain(contact.attributes)
    if contact.prefer is not None:
        saved["prefer"] = attrs.asdict(contact.prefer)
    if contact.relax:
        saved["relax"] = [
            {"after_seconds": step.after_seconds, "skills": dict(step.skills)}
            for step in contact.relax
        ]
    return saved


def restore(saved: Snapshot, order: OrderPolicy | None, selection: Selection | None) -> State:
    """Return the state that a snapshot keeps.

    Raises:
        SnapshotError: damaged, of another format, or a policy is missing.
    """
    found = saved.get("format") if type(saved) is dict else saved
    if found != FORMAT:
        raise SnapshotError("snapshot format", found, FORMAT)
    try:
        whole = _digest(saved) == saved.get("digest")
    except (TypeError, ValueError, RecursionError):
        whole = False
    if not whole:
        raise SnapshotError("snapshot digest", saved.get("digest"), "the digest of its content")
    try:
        return rebuild(_facts_in(saved, order, selection))
    except SnapshotError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OmniqueueError) as fault:
        raise SnapshotError("snapshot", type(fault).__name__, "a whole snapshot") from fault


# The digest has vouched for the snapshot being one of ours, so its shape is taken on trust: a
# wrong one raises KeyError, TypeError or ValueError, which `restore` turns into a refusal.
def _facts_in(
    saved: dict,  # type: ignore[type-arg]
    order: OrderPolicy | None,
    selection: Selection | None,
) -> Facts:
    return Facts(
        [Channel(**settings) for settings in saved["channels"]],
        _order(saved["order"], saved["order_registered"], order),
        _selection(saved["selection"], selection),
        saved["max_waiting"],
        saved["forget_seconds"],
        -inf if saved["now"] is None else saved["now"],
        saved["sequence"],
        saved["replaced"],
        saved["stamp"],
        saved["timers_made"],
        [_agent_in(kept) for kept in saved["agents"]],
        [_contact_in(kept) for kept in saved["contacts"]],
        [
            TimerFacts(inf if due is None else due, number, kind, contact_id, detail)
            for due, number, kind, contact_id, detail in saved["timers"]
        ],
        [(contact_id, forget_at) for contact_id, forget_at in saved["ended"]],
    )


def _agent_in(saved: dict) -> AgentFacts:  # type: ignore[type-arg]
    agent = Agent(
        saved["id"],
        skills=saved["skills"],
        capacity=saved["capacity"],
        limits=saved["limits"],
        channels=saved["channels"],
        costs=saved.get("costs", {}),  # older snapshots have none
    )
    return AgentFacts(
        agent,
        saved["presence"],
        saved["reason"],
        saved["stamp"],
        saved["misses"],
        saved["holding"],
        saved["reserved_for"],
    )


def _contact_in(saved: dict) -> ContactFacts:  # type: ignore[type-arg]
    said = dict(saved["contact"])
    if "prefer" in said:
        said["prefer"] = Preference(**said["prefer"])
    said["relax"] = [RelaxStep(**step) for step in said.get("relax", ())]
    details = None
    if "details" in saved:
        kept = dict(saved["details"])
        kept["reserve_due"] = inf if kept["reserve_due"] is None else kept["reserve_due"]
        kept["abandoned_at"] = -inf if kept["abandoned_at"] is None else kept["abandoned_at"]
        details = DetailFacts(**kept)
    return ContactFacts(
        Contact(said.pop("id"), said.pop("channel"), **said),
        STATES.index(saved["state"]),
        saved["channel"],
        Skills.of(saved["skills"]),
        _rank_in(saved["rank"]),
        saved["arrived_at"],
        saved["sequence"],
        details,
    )


def rebuild(facts: Facts) -> State:
    """Return a state made from facts: what can be worked out from them is worked out here.

    Cost: O(n log n) in contacts, agents and timers.
    """
    state = State(
        facts.channels, facts.order, facts.selection, facts.max_waiting, facts.forget_seconds
    )
    state.now = facts.now
    state.sequence = facts.sequence
    state.replaced = facts.replaced
    for agent in facts.agents:
        _add_agent(state, agent)
    for contact in facts.contacts:
        _add_contact(state, contact)
    for due, number, kind, contact_id, detail in facts.timers:
        row = state.contacts[contact_id]
        state.timers.made = number - 1
        _link(row, state.timers.start(due, kind, row, detail))
    state.timers.made = facts.timers_made
    for agent in facts.agents:
        _load(state, agent)
    _place(state)
    state.roster.stamp = facts.stamp
    for contact_id, forget_at in facts.ended:
        state.ended[state.contacts[contact_id]] = forget_at
    state.roster.stirred.clear()  # nobody's work has changed
    state.log.clear()  # a policy that failed has been reported when it did so first
    return state


def _add_agent(state: State, facts: AgentFacts) -> None:
    roster = state.roster
    profile, _ = roster.profile_for(facts.agent)
    row = AgentRow(facts.agent, profile)
    row.presence = facts.presence
    row.reason = facts.reason
    row.stamp = facts.stamp
    row.misses = facts.misses
    roster.agents[row.id] = row
    roster.recount(row)
    roster.join_profile(row, profile)


def _add_contact(state: State, facts: ContactFacts) -> None:
    lane = lane_of(state, state.channels[facts.channel], facts.skills)
    row = contact_row(
        facts.contact, lane, facts.rank, facts.arrived_at, facts.sequence, facts.state
    )
    state.contacts[row.id] = row
    if row.state in ENDED and row.state != COMPLETED:
        state.counts[row.state] += 1
    state.deferred += row.state == DEFERRED
    state.parked += row.state == PARKED
    if facts.details is None:
        return
    details = row.detailed()
    (
        details.prefer_agent,
        details.prefer_skip,
        details.barred,
        details.expiry_due,
        details.reserve_due,
        details.abandoned_at,
    ) = facts.details
    if details.prefer_agent is not None:
        state.wishes.setdefault(details.prefer_agent, {})[row] = None


def _load(state: State, facts: AgentFacts) -> None:
    """Give an agent the contacts that it holds, and the one that it is reserved for."""
    agent = state.roster.agents[facts.agent.id]
    for contact_id in facts.holding:
        row = state.contacts[contact_id]
        row.agent = agent
        state.roster.load(agent, row)
    if facts.reserved_for is not None:
        row = state.contacts[facts.reserved_for]
        state.roster.count_unreserved(agent, -1)
        agent.reserved_for = row
        row.detailed().reserved = agent


def _place(state: State) -> None:
    """Queue the waiting contacts, and seat the free agents."""
    review_lanes(state)
    waiting = [row for row in state.contacts.values() if row.state == WAITING]
    for row in sorted(waiting, key=place):
        if row.details is None:
            join(state, row)
        else:
            stand(state, row)
    for agent in state.roster.agents.values():
        state.roster.seat(agent)


def _link(row: ContactRow, timer: Timer) -> None:
    """Link a contact to its timer."""
    if timer.kind == RETRY:
        assert isinstance(timer.detail, str)
        row.detailed().excluded[timer.detail] = timer
    elif timer.kind == RELAXATION:
        row.detailed().relaxation.append(timer)
    elif timer.kind == PREFERENCE:
        row.detailed().prefer_timer = timer
    elif timer.kind == EXPIRY:
        row.detailed().expiry = timer
    elif timer.kind == RESERVATION:
        row.detailed().reserve_timer = timer
    else:
        row.timer = timer


def _order(name: str, registered: bool, policy: OrderPolicy | None) -> Order:
    if registered and policy is None:
        try:
            return order_named(name)
        except InvalidValueError:
            raise SnapshotError("order", name, "a name that is registered here too") from None
    if registered or policy is None:
        raise SnapshotError(
            "order", name, "no policy" if registered else "its policy, as restore(..., order=...)"
        )
    return Order(name, policy=policy)


def _selection(name: str, selection: Selection | None) -> Selection:
    if selection is not None:
        if selection.name != name or (is_registered(name) and selection_named(name) != selection):
            raise SnapshotError("selection", selection.name, f"the selection {name!a}")
        return selection
    try:
        return selection_named(name)
    except InvalidValueError:
        raise SnapshotError(
            "selection", name, "a registered name, or restore(..., selection=Selection(...))"
        ) from None
