"""Snapshots: all that a router knows as JSON types, and a router made from one.

Only facts are kept; whatever is worked out from them (lanes, heads, seats, masks) is worked out
anew. A digest guards against damage.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import TYPE_CHECKING, TypeAlias

import attrs

from omniqueue.core.agent_row import AgentRow
from omniqueue.core.contact_row import ContactRow, contact_row, place
from omniqueue.core.endings import forget_now
from omniqueue.core.lanes import join, lane_of, review_lanes, stand
from omniqueue.core.lifecycle import COMPLETED, DEFERRED, ENDED, PARKED, STATES, WAITING
from omniqueue.core.state import State
from omniqueue.core.timers import EXPIRY, PREFERENCE, RELAXATION, RESERVATION, RETRY, Timer
from omniqueue.errors import InvalidValueError, OmniqueueError, SnapshotError
from omniqueue.model.agent import Agent
from omniqueue.model.channel import Channel
from omniqueue.model.contact import Contact, Preference, RelaxStep
from omniqueue.model.event import JsonValue, Rank, plain
from omniqueue.model.skill import Skills
from omniqueue.policy.order import Order, OrderPolicy
from omniqueue.policy.registry import is_registered, order_named, selection_named
from omniqueue.policy.selection import Selection

if TYPE_CHECKING:
    from omniqueue.core.contact_row import Details

FORMAT = "omniqueue-snapshot/1"
Snapshot: TypeAlias = dict[str, JsonValue]


def snapshot(state: State) -> Snapshot:
    """Return the state as JSON types. Cost: O(contacts + agents + timers log timers)."""
    forget_now(state)
    saved: Snapshot = {
        "format": FORMAT,
        "now": None if state.clock() == -inf else state.clock(),
        "order": state.order.name,
        "order_registered": state.order.registered,
        "selection": state.choice.selection.name,
        "max_waiting": state.max_waiting,
        "forget_seconds": state.forget_seconds,
        "channels": [attrs.asdict(row.channel) for row in state.channels.values()],
        "sequence": state.sequence,
        "replaced": state.replaced,
        "stamp": state.roster.stamp,
        "timers_made": state.timers.made,
        "agents": [_agent(row) for row in state.roster.agents.values()],
        "contacts": [_contact(row) for row in state.contacts.values()],
        "timers": [
            [_rank_out(timer.due), timer.number, timer.kind, timer.row.id, timer.detail]
            for timer in state.timers.live()
        ],
        "ended": [[row.id, forget_at] for row, forget_at in state.ended.items()],
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


def _agent(row: AgentRow) -> JsonValue:
    agent = row.agent
    return {
        "id": row.id,
        "skills": dict(agent.skills),
        "capacity": agent.capacity,
        "limits": dict(agent.limits),
        "channels": None if agent.channels is None else list(agent.channels),
        "costs": dict(agent.costs),
        "presence": row.presence,
        "reason": row.reason,
        "stamp": row.stamp,
        "misses": row.misses,
        "holding": [held.id for held in row.holding],
        "reserved_for": None if row.reserved_for is None else row.reserved_for.id,
    }


def _contact(row: ContactRow) -> JsonValue:
    saved: dict[str, JsonValue] = {
        "contact": _said(row.contact),
        "state": STATES[row.state],
        "channel": row.lane.channel.name,
        "skills": dict(row.lane.skills),
        "rank": _rank_out(row.rank),
        "arrived_at": row.arrived_at,
        "sequence": row.sequence,
    }
    details = row.details
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
    """Return a contact's fields, without those that were not said."""
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
        return _Restoring(saved, order, selection).state
    except SnapshotError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OmniqueueError) as fault:
        raise SnapshotError("snapshot", type(fault).__name__, "a whole snapshot") from fault


class _Restoring:
    """Builds a state from a snapshot, part by part."""

    # The digest has vouched for the snapshot being one of ours, so its shape is taken on trust:
    # a wrong one raises KeyError, TypeError or ValueError, which `restore` turns into a refusal.
    def __init__(self, saved: dict, order: OrderPolicy | None, selection: Selection | None):  # type: ignore[type-arg]
        self.state = State(
            [Channel(**settings) for settings in saved["channels"]],
            _order(saved["order"], saved["order_registered"], order),
            _selection(saved["selection"], selection),
            saved["max_waiting"],
            saved["forget_seconds"],
        )
        state = self.state
        state.now = -inf if saved["now"] is None else saved["now"]
        state.sequence = saved["sequence"]
        state.replaced = saved["replaced"]
        self._agents(saved["agents"])
        self._contacts(saved["contacts"])
        self._timers(saved["timers"])
        state.timers.made = saved["timers_made"]
        self._loads(saved["agents"])
        self._places()
        state.roster.stamp = saved["stamp"]
        for contact_id, forget_at in saved["ended"]:
            state.ended[state.contacts[contact_id]] = forget_at

    def _agents(self, saved: list[dict]) -> None:  # type: ignore[type-arg]
        roster = self.state.roster
        for said in saved:
            agent = Agent(
                said["id"],
                skills=said["skills"],
                capacity=said["capacity"],
                limits=said["limits"],
                channels=said["channels"],
                costs=said.get("costs", {}),  # older snapshots have none
            )
            profile, _ = roster.profile_for(agent)
            row = AgentRow(agent, profile)
            row.presence = said["presence"]
            row.reason = said["reason"]
            row.stamp = said["stamp"]
            row.misses = said["misses"]
            roster.agents[agent.id] = row
            roster.recount(row)
            roster.join_profile(row, profile)

    def _contacts(self, saved: list[dict]) -> None:  # type: ignore[type-arg]
        state = self.state
        for kept in saved:
            said = dict(kept["contact"])
            if "prefer" in said:
                said["prefer"] = Preference(**said["prefer"])
            said["relax"] = [RelaxStep(**step) for step in said.get("relax", ())]
            contact = Contact(said.pop("id"), said.pop("channel"), **said)
            skills = Skills.of(kept["skills"])
            lane = lane_of(state, state.channels[kept["channel"]], skills)
            row = contact_row(
                contact, lane, _rank_in(kept["rank"]), kept["arrived_at"], kept["sequence"]
            )
            row.state = STATES.index(kept["state"])
            state.contacts[row.id] = row
            if row.state in ENDED and row.state != COMPLETED:
                state.counts[row.state] += 1
            state.deferred += row.state == DEFERRED
            state.parked += row.state == PARKED
            if "details" in kept:
                _restore_details(state, row, kept["details"])

    def _timers(self, saved: list[list]) -> None:  # type: ignore[type-arg]
        timers = self.state.timers
        for due, number, kind, contact_id, detail in saved:
            row = self.state.contacts[contact_id]
            timers.made = number - 1
            _link(row, timers.start(inf if due is None else due, kind, row, detail))

    def _loads(self, saved: list[dict]) -> None:  # type: ignore[type-arg]
        state = self.state
        for said in saved:
            agent = state.roster.agents[said["id"]]
            for contact_id in said["holding"]:
                row = state.contacts[contact_id]
                row.agent = agent
                state.roster.load(agent, row)
            if said["reserved_for"] is not None:
                row = state.contacts[said["reserved_for"]]
                state.roster.count_unreserved(agent, -1)
                agent.reserved_for = row
                row.detailed().reserved = agent

    def _places(self) -> None:
        state = self.state
        review_lanes(state)
        waiting = [row for row in state.contacts.values() if row.state == WAITING]
        for row in sorted(waiting, key=place):
            if row.details is None:
                join(state, row)
            else:
                stand(state, row)
        for agent in state.roster.agents.values():
            state.roster.seat(agent)


def _restore_details(state: State, row: ContactRow, saved: dict) -> None:  # type: ignore[type-arg]
    details: Details = row.detailed()
    details.prefer_agent = saved["prefer_agent"]
    details.prefer_skip = saved["prefer_skip"]
    details.barred = saved["barred"]
    details.expiry_due = saved["expiry_due"]
    details.reserve_due = inf if saved["reserve_due"] is None else saved["reserve_due"]
    details.abandoned_at = -inf if saved["abandoned_at"] is None else saved["abandoned_at"]
    if details.prefer_agent is not None:
        state.wishes.setdefault(details.prefer_agent, {})[row] = None


def _link(row: ContactRow, timer: Timer) -> None:
    """Let a contact know its timer again."""
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
