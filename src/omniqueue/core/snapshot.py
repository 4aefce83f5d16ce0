"""Snapshots and forks: a router's facts, as JSON types or in memory, and a state made from them.

Only facts are kept; lanes, heads, seats and masks are derived from them and rebuilt, by the same
function for a snapshot and for a fork. A digest guards a snapshot against damage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from math import inf
from typing import Final, NamedTuple, TypeAlias, TypeVar

import attrs

from omniqueue.core.endings import forget_now
from omniqueue.core.invariants import check
from omniqueue.core.lanes import join, lane_of, review_lanes, review_servable, set_aside, stand
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
from omniqueue.errors import InvalidValueError, InvariantError, OmniqueueError, SnapshotError
from omniqueue.model.agent import Agent, Presence, presence
from omniqueue.model.channel import Channel
from omniqueue.model.checks import duration, identifier, instant, truth, whole
from omniqueue.model.contact import (
    Contact,
    all_needed,
    contact_of,
    requirement_json,
    terms_json,
)
from omniqueue.model.event import JsonValue, Rank
from omniqueue.model.skill import Skills, requirement
from omniqueue.policy.order import Order, OrderPolicy
from omniqueue.policy.own_order import OwnOrderPolicy
from omniqueue.policy.rank import checked_rank
from omniqueue.policy.registry import is_selection_name, order_named, selection_named
from omniqueue.policy.selection import Selection

FORMAT = "omniqueue-snapshot/2"
Snapshot: TypeAlias = dict[str, JsonValue]
_COUNT_MAX: Final = 2**53
_STATE_NUMBERS: Final = {name: number for number, name in enumerate(STATES)}
_ABILITIES: Final = tuple(field.name for field in attrs.fields(Agent)[1:])


class AgentFacts(NamedTuple):
    """What is kept of one agent; contacts by id."""

    agent: Agent
    presence: Presence
    since: float
    reason: str | None
    stamp: int
    misses: int
    taken: int
    latest_taking: int
    busy_seconds: float
    busy_since: float
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
    excluded: list[str]  # until the contact is taken; the others have a timer


class ContactFacts(NamedTuple):
    """What is kept of one contact."""

    contact: Contact
    state: int
    channel: str
    needs: Skills
    rank: Rank
    arrived_at: float
    sequence: int
    since: float
    answered_at: float | None
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
    own_order: OwnOrderPolicy | None
    max_waiting: int | None
    forget_seconds: float | None
    max_jump_seconds: float | None
    stopped: bool
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
        state.choice.own_order,
        state.max_waiting,
        state.forget_seconds,
        state.max_jump_seconds,
        state.stopped,
        state.now,
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
    done = row.taken, row.latest_taking, row.busy_seconds, row.busy_since
    return AgentFacts(
        row.agent,
        row.presence,
        row.since,
        row.reason,
        row.stamp,
        row.misses,
        *done,
        holding,
        reserved_for,
    )


def _contact_facts(row: ContactRow) -> ContactFacts:
    lane = row.lane
    details = row.details
    return ContactFacts(
        row.contact,
        row.state,
        lane.channel.name,
        lane.needs,
        row.rank,
        row.arrived_at,
        row.sequence,
        row.since,
        row.answered_at,
        None
        if details is None
        else DetailFacts(
            details.prefer_agent,
            details.prefer_skip,
            details.barred,
            details.expiry_due,
            details.reserve_due,
            details.abandoned_at,
            [name for name, timer in details.excluded.items() if timer is None],
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
    numbers = _Numbers()
    contacts = [_contact_out(contact, numbers.of) for contact in facts.contacts]
    saved: Snapshot = {
        "format": FORMAT,
        "now": None if facts.now == -inf else facts.now,
        "order": facts.order.name,
        "order_registered": facts.order.registered,
        "selection": facts.selection.name,
        "own_order": "skill_order" if facts.own_order is None else None,
        "max_waiting": facts.max_waiting,
        "forget_seconds": facts.forget_seconds,
        "max_jump_seconds": facts.max_jump_seconds,
        "stopped": facts.stopped,
        "channels": [channel.to_dict() for channel in facts.channels],
        "sequence": facts.sequence,
        "replaced": facts.replaced,
        "stamp": facts.stamp,
        "timers_made": facts.timers_made,
        "agents": [_agent_out(agent) for agent in facts.agents],
        "requirements": [requirement_json(needs) for needs in numbers.known],
        "contacts": contacts,
        "timers": [[_rank_out(timer.due), *timer[1:]] for timer in facts.timers],
        "ended": [[contact_id, _rank_out(at)] for contact_id, at in facts.ended],
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
        return checked_rank("rank", tuple(inf if part is None else part for part in saved))
    if saved is not None:
        instant("rank", saved)
        assert isinstance(saved, int | float)
        return saved
    return inf


def _instant_in(field: str, saved: object) -> float:
    return inf if saved is None else instant(field, saved)


def _agent_out(facts: AgentFacts) -> JsonValue:
    kept = {key: value for key, value in facts._asdict().items() if key != "agent"}
    return {**facts.agent.to_dict(), **kept}


def _contact_out(facts: ContactFacts, number: Callable[[Skills], int]) -> JsonValue:
    """Return a contact as a row; requirements, which many share, by their numbers."""
    contact, details, terms = facts.contact, facts.details, facts.contact.terms
    return [
        contact.id,
        contact.channel,
        number(contact.needs),
        contact.priority,
        contact.arrived_at,
        None if terms is None else terms_json(terms),
        STATES[facts.state],
        facts.channel,
        number(facts.needs),
        _rank_out(facts.rank),
        facts.arrived_at,
        facts.sequence,
        facts.since,
        facts.answered_at,
        None if details is None else _details_out(details),
    ]


def _details_out(details: DetailFacts) -> JsonValue:
    return {
        "prefer_agent": details.prefer_agent,
        "prefer_skip": details.prefer_skip,
        "barred": details.barred,
        "expiry_due": details.expiry_due,
        "reserve_due": None if details.reserve_due == inf else details.reserve_due,
        "abandoned_at": None if details.abandoned_at == -inf else details.abandoned_at,
        "excluded": list[JsonValue](details.excluded),
    }


class _Numbers:
    """Requirements by number, in the order in which they are first asked for."""

    def __init__(self) -> None:
        self.known: dict[Skills, int] = {}

    def of(self, needs: Skills) -> int:
        number = self.known.get(needs)
        if number is None:
            number = self.known[needs] = len(self.known)
        return number


def restore(
    saved: Snapshot,
    order: OrderPolicy | None,
    selection: Selection | None,
    own_order: OwnOrderPolicy | None,
    *,
    verify: bool,
) -> State:
    """Return the state that a snapshot keeps.

    Raises:
        SnapshotError: damaged, of another format, or a policy is missing; with `verify`, also
            where `check` would not pass.
    """
    found = saved.get("format") if type(saved) is dict else saved
    if found != FORMAT:
        raise SnapshotError("snapshot format", found, FORMAT)
    try:
        whole_one = _digest(saved) == saved.get("digest")
    except (TypeError, ValueError, RecursionError):
        whole_one = False
    if not whole_one:
        raise SnapshotError("snapshot digest", saved.get("digest"), "the digest of its content")
    try:
        state = rebuild(_facts_in(saved, order, selection, own_order))
        if verify:
            check(state)
    except SnapshotError:
        raise
    except InvariantError as fault:
        fails = f"{fault.field} ({fault.value})"
        raise SnapshotError("snapshot", "unsound", f"one that check() passes: {fails}") from fault
    except _FAULTS as fault:
        raise _no_record("snapshot", fault) from fault
    return state


# What reading a snapshot that was edited may raise.
_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OmniqueueError,
    RecursionError,
    TypeError,
    ValueError,
)
T = TypeVar("T")


def _no_record(place: str, fault: Exception) -> SnapshotError:
    said = str(fault) if isinstance(fault, OmniqueueError) else f"{type(fault).__name__} {fault}"
    return SnapshotError(place, "not whole", f"what a router saves: {said}")


def _records(
    saved: dict,  # type: ignore[type-arg]
    name: str,
    read: Callable[..., T],
) -> list[T]:
    found: list[T] = []
    try:
        for kept in saved[name]:
            found.append(read(kept))
    except _FAULTS as fault:
        raise _no_record(f"snapshot {name}[{len(found)}]", fault) from fault
    return found


def _facts_in(
    saved: dict,  # type: ignore[type-arg]
    order: OrderPolicy | None,
    selection: Selection | None,
    own_order: OwnOrderPolicy | None,
) -> Facts:
    most, forget, jump = (
        saved[name] for name in ("max_waiting", "forget_seconds", "max_jump_seconds")
    )
    known = _records(saved, "requirements", _requirement_in)
    return Facts(
        _records(saved, "channels", lambda settings: Channel(**settings)),
        _order(saved["order"], saved["order_registered"], order),
        _selection(saved["selection"], selection),
        _own_order(saved["own_order"], own_order),
        None if most is None else _count("max_waiting", most),
        None if forget is None else duration("forget_seconds", forget),
        None if jump is None else duration("max_jump_seconds", jump),
        truth("stopped", saved["stopped"]),
        -inf if saved["now"] is None else instant("now", saved["now"]),
        _count("sequence", saved["sequence"]),
        _count("replaced", saved["replaced"]),
        _count("stamp", saved["stamp"]),
        _count("timers_made", saved["timers_made"]),
        _records(saved, "agents", _agent_in),
        _records(saved, "contacts", partial(_contact_in, known)),
        _records(saved, "timers", _timer_in),
        _records(saved, "ended", _ended_in),
    )


def _count(field: str, saved: object) -> int:
    return whole(field, saved, 0, _COUNT_MAX)


def _agent_in(saved: dict) -> AgentFacts:  # type: ignore[type-arg]
    said = {name: saved[name] for name in _ABILITIES if name in saved}
    agent = Agent(saved["id"], **said)
    reason, reserved_for = saved["reason"], saved["reserved_for"]
    return AgentFacts(
        agent,
        presence("presence", saved["presence"]),
        instant("since", saved["since"]),
        None if reason is None else identifier("reason", reason),
        _count("stamp", saved["stamp"]),
        _count("misses", saved["misses"]),
        _count("taken", saved["taken"]),
        _count("latest_taking", saved["latest_taking"]),
        duration("busy_seconds", saved["busy_seconds"]),
        instant("busy_since", saved["busy_since"]),
        [identifier("holding", held) for held in saved["holding"]],
        None if reserved_for is None else identifier("reserved_for", reserved_for),
    )


def _contact_in(known: list[Skills], saved: list) -> ContactFacts:  # type: ignore[type-arg]
    contact_id, channel, asked, priority, said_at, said, state, *rest = saved
    now_on, needs, rank, arrived_at, sequence, since, answered_at, details = rest
    basics = {"id": contact_id, "channel": channel, "priority": priority, "arrived_at": said_at}
    needed = known[_count("requirement", asked)]
    basics["skills"] = all_needed(needed)
    if needed.any_of:
        basics["any_of"] = needed.any_of
    return ContactFacts(
        contact_of({**said, **basics} if said else basics),
        _STATE_NUMBERS[state],
        now_on,
        known[_count("requirement", needs)],
        _rank_in(rank),
        instant("arrived_at", arrived_at),
        _count("sequence", sequence),
        instant("since", since),
        None if answered_at is None else instant("answered_at", answered_at),
        None if details is None else _details_in(details),
    )


def _requirement_in(saved: dict) -> Skills:  # type: ignore[type-arg]
    return requirement(saved["skills"], saved.get("any_of", ()))


def _details_in(saved: dict) -> DetailFacts:  # type: ignore[type-arg]
    prefer_agent, barred, left = saved["prefer_agent"], saved["barred"], saved["abandoned_at"]
    return DetailFacts(
        None if prefer_agent is None else identifier("prefer_agent", prefer_agent),
        truth("prefer_skip", saved["prefer_skip"]),
        None if barred is None else identifier("barred", barred),
        truth("expiry_due", saved["expiry_due"]),
        _instant_in("reserve_due", saved["reserve_due"]),
        -inf if left is None else instant("abandoned_at", left),
        [identifier("excluded", agent_id) for agent_id in saved["excluded"]],
    )


def _timer_in(saved: list) -> TimerFacts:  # type: ignore[type-arg]
    due, number, kind, contact_id, detail = saved
    return TimerFacts(
        _instant_in("due", due),
        whole("number", number, 1, _COUNT_MAX),
        identifier("kind", kind),
        identifier("contact", contact_id),
        _count("detail", detail) if kind == RELAXATION else str(detail),
    )


def _ended_in(saved: list) -> tuple[str, float]:  # type: ignore[type-arg]
    contact_id, forget_at = saved
    return identifier("contact", contact_id), _instant_in("forget_at", forget_at)


def rebuild(facts: Facts) -> State:
    """Return a state made from facts: what can be worked out from them is worked out here.

    Cost: O(n log n) in contacts, agents and timers.
    """
    state = State(
        facts.channels,
        facts.order,
        facts.selection,
        facts.own_order,
        facts.max_waiting,
        facts.forget_seconds,
        facts.max_jump_seconds,
    )
    state.now = facts.now
    state.stopped = facts.stopped
    state.open_quick_roads()
    state.sequence = facts.sequence
    state.replaced = facts.replaced
    for added, agent in enumerate(facts.agents, start=1):
        _add_agent(state, agent, added)
    for contact in facts.contacts:
        _add_contact(state, contact)
    known = len(state.roster.agents) + len(state.contacts)
    if known != len(facts.agents) + len(facts.contacts):
        raise SnapshotError("snapshot", "not whole", "each id once")
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
    state.doubtful.clear()  # this has been said
    state.door = state.now
    state.log.clear()  # a policy that failed has been reported when it did so first
    return state


def _add_agent(state: State, facts: AgentFacts, added: int) -> None:
    roster = state.roster
    profile, _ = roster.profile_for(facts.agent)
    row = AgentRow(facts.agent, profile)
    row.presence = facts.presence
    row.reason, row.since = facts.reason, facts.since
    row.stamp = facts.stamp
    row.misses = facts.misses
    row.added = added
    row.taken, row.latest_taking = facts.taken, facts.latest_taking
    roster.agents[row.id] = row
    roster.recount(row)
    roster.join_profile(row, profile)


def _add_contact(state: State, facts: ContactFacts) -> None:
    lane = lane_of(state, state.channels[facts.channel], facts.needs)
    row = contact_row(
        facts.contact,
        lane,
        facts.rank,
        facts.arrived_at,
        facts.sequence,
        facts.since,
        facts.state,
    )
    row.answered_at = facts.answered_at
    state.contacts[row.id] = row
    if row.state in ENDED and row.state != COMPLETED:
        state.counts[row.state] += 1
    if row.state == DEFERRED:
        set_aside(state, row)
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
        excluded,
    ) = facts.details
    details.excluded.update(dict.fromkeys(excluded))
    if details.prefer_agent is not None:
        state.wishes.setdefault(details.prefer_agent, {})[row] = None


def _load(state: State, facts: AgentFacts) -> None:
    """Give an agent the contacts that it holds, and the one that it is reserved for."""
    agent = state.roster.agents[facts.agent.id]
    for contact_id in facts.holding:
        row = state.contacts[contact_id]
        row.agent = agent
        state.roster.load(agent, row)
    agent.busy_seconds, agent.busy_since = facts.busy_seconds, facts.busy_since
    if agent.presence != "offline":
        state.roster.compare(agent)
    if facts.reserved_for is not None:
        row = state.contacts[facts.reserved_for]
        state.roster.count_unreserved(agent, -1)
        agent.reserved_for = row
        row.detailed().reserved = agent
        state.reserving[row] = None


def _place(state: State) -> None:
    """Queue the waiting contacts, and seat the free agents."""
    review_lanes(state)
    review_servable(state)
    waiting = [row for row in state.contacts.values() if row.state == WAITING]
    for row in sorted(waiting, key=place):
        new = row.answered_at is None  # who comes back to a line stands beside it
        if new and row.details is None and row.lane.channel.max_waiting is None:
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
        if selection.name != name or (
            is_selection_name(name) and selection_named(name) != selection
        ):
            raise SnapshotError("selection", selection.name, f"the selection {name!a}")
        return selection
    try:
        return selection_named(name)
    except InvalidValueError:
        raise SnapshotError(
            "selection", name, "a registered name, or restore(..., selection=Selection(...))"
        ) from None


def _own_order(name: str | None, policy: OwnOrderPolicy | None) -> OwnOrderPolicy | None:
    if (policy is None) != (name == "skill_order"):
        expected = "no policy" if policy is not None else "its policy, as restore(own_order=...)"
        raise SnapshotError("own_order", name, expected)
    return policy
