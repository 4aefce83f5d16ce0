"""Time passes: due timers fire, each at its own instant, in order, with matching after each."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Final

from omniqueue.core.endings import expire, forget
from omniqueue.core.lanes import lane_of, leave, stand
from omniqueue.core.lifecycle import (
    ABANDONED,
    DEFERRED,
    FINAL,
    OFFERED,
    WAITING,
    WRAP_UP,
)
from omniqueue.core.matching import settle
from omniqueue.core.offers import (
    back_to_queue,
    end_offer,
    exclude,
    finish_wrap_up,
    release,
)
from omniqueue.core.preferences import lift_preference
from omniqueue.core.presence import go_away
from omniqueue.core.rows import (
    DEFERRAL,
    EXPIRY,
    OFFER,
    PREFERENCE,
    RELAXATION,
    RESERVATION,
    RETRY,
    WRAP_UP_END,
    AgentRow,
    ContactRow,
    Timer,
)
from omniqueue.core.state import State
from omniqueue.errors import InvalidValueError, TimeWentBackwardsError
from omniqueue.model.checks import instant
from omniqueue.model.contact import all_needed
from omniqueue.model.contact_events import (
    ExclusionEnded,
    OfferExpired,
    Relaxed,
)


def enter(state: State, at: object) -> float:
    """Close the door, advance to a command's instant, and return it.

    What timers do is logged before what the command does.

    Raises:
        InvalidValueError: `at` is no finite number, or jumps too far.
        TimeWentBackwardsError: `at` lies before the engine's time.
        ReentrantCallError: a policy or an observer of this router is running.
        BrokenRouterError: a command has not ended.
    """
    if at.__class__ is float and state.door <= at < inf:
        state.door = inf
        instant_at: float = at
    else:
        instant_at = checked_instant(state, at)
    if state.timers.wake <= instant_at:
        if state.max_jump_seconds is not None:
            _bound_jump(state, instant_at, state.max_jump_seconds)
        advance(state, instant_at)
    state.now = instant_at
    return instant_at


def _bound_jump(state: State, at: float, most: float) -> None:
    """Refuse a jump of the clock by more than the router allows; else look again in time."""
    if at > state.now + most and state.now != -inf:
        expected = f"an instant up to {state.now + most!r}: max_jump_seconds is {most!r}"
        raise InvalidValueError("at", at, expected)
    state.timers.cap = at + most


def checked_instant(state: State, at: object) -> float:
    """Close the door, and return a command's instant as a float or say what is wrong with it."""
    if state.door == inf:
        state.refuse_inside("command")
    state.door = inf
    seconds = instant("at", at)
    if seconds < state.now:
        raise TimeWentBackwardsError("at", seconds, f"an instant from {state.now!r} on")
    return seconds


def advance(state: State, at: float) -> None:
    """Fire all timers due at or before `at`, those created meanwhile too. Cost: O(log n) each."""
    timers = state.timers
    while True:
        if state.ended:
            due = timers.next_due()
            if due is not None and due <= at:
                forget(state, due)  # and its timers with it
        timer = timers.pop_due(at)
        if timer is None:
            return
        if timer.due > state.now:
            state.now = timer.due
        fire(state, timer)


def fire(state: State, timer: Timer) -> None:
    """Run a timer's action, then match."""
    agents, rows = _ACTIONS[timer.kind](state, timer.row, timer)
    settle(state, agents, rows)


def _offer_over(
    state: State, row: ContactRow, timer: Timer
) -> tuple[list[AgentRow], list[ContactRow]]:
    agent = row.agent
    assert agent is not None
    assert row.state == OFFERED
    end_offer(state, row)
    retry_at = exclude(state, row, agent)
    state.log.append((OfferExpired, state.now, row.id, agent.id, retry_at))
    freed = back_to_queue(state, row, "offer not answered")
    agent.misses += 1
    rows = [row]
    if agent.misses >= row.lane.channel.settings.max_misses:
        agent.misses = 0
        more_agents, more_rows = go_away(state, agent, "missed offers")
        freed += more_agents
        rows += more_rows
    return [agent, *freed], rows


def _wrap_up_over(
    state: State, row: ContactRow, timer: Timer
) -> tuple[list[AgentRow], list[ContactRow]]:
    assert row.state == WRAP_UP
    return [finish_wrap_up(state, row, "wrap-up over")], []


def _deferral_over(
    state: State, row: ContactRow, timer: Timer
) -> tuple[list[AgentRow], list[ContactRow]]:
    assert row.state == DEFERRED
    release(state, row, "deferral over")
    return [], [row]


def _preference_over(
    state: State, row: ContactRow, timer: Timer
) -> tuple[list[AgentRow], list[ContactRow]]:
    lift_preference(state, row)
    return [], [row]


def _relax(state: State, row: ContactRow, timer: Timer) -> tuple[list[AgentRow], list[ContactRow]]:
    assert row.details is not None
    assert isinstance(timer.detail, int)
    row.details.relaxation.remove(timer)
    if row.state in FINAL or row.state == WRAP_UP:
        return [], []
    needs = row.contact.relax[timer.detail].needs
    waiting = row.state == WAITING
    if waiting:
        leave(state, row)
    row.lane = lane_of(state, row.lane.channel, needs)
    if waiting:
        stand(state, row)
        if row.details.reserved is not None:
            state.suspects.append(row)
    state.log.append((Relaxed, state.now, row.id, all_needed(needs), needs.any_of))
    return [], [row]


def _expiry_due(
    state: State, row: ContactRow, timer: Timer
) -> tuple[list[AgentRow], list[ContactRow]]:
    assert row.details is not None
    row.details.expiry = None
    if row.state in (WAITING, DEFERRED):
        return expire(state, row, "expiry"), []
    if row.state in (OFFERED, ABANDONED):
        row.details.expiry_due = True
    return [], []


def _retry(state: State, row: ContactRow, timer: Timer) -> tuple[list[AgentRow], list[ContactRow]]:
    assert row.details is not None
    assert isinstance(timer.detail, str)
    waiting = row.state == WAITING
    if waiting:
        leave(state, row)
    del row.details.excluded[timer.detail]
    if waiting:
        stand(state, row)
    state.log.append((ExclusionEnded, state.now, row.id, timer.detail))
    return [], [row]


def _reservation_due(
    state: State, row: ContactRow, timer: Timer
) -> tuple[list[AgentRow], list[ContactRow]]:
    assert row.details is not None
    row.details.reserve_timer = None
    return [], []  # matching finds who is overdue


_ACTIONS: Final[
    dict[
        str,
        Callable[[State, ContactRow, Timer], tuple[list[AgentRow], list[ContactRow]]],
    ]
] = {
    OFFER: _offer_over,
    WRAP_UP_END: _wrap_up_over,
    DEFERRAL: _deferral_over,
    PREFERENCE: _preference_over,
    RELAXATION: _relax,
    EXPIRY: _expiry_due,
    RETRY: _retry,
    RESERVATION: _reservation_due,
}
