"""Endings: what ends a contact for good (or until its customer comes back), and forgetting."""

from __future__ import annotations

from math import inf

from omniqueue.core.lanes import bring_back, leave
from omniqueue.core.lifecycle import (
    ABANDONED,
    COMPLETED,
    DEFERRED,
    EXPIRED,
    WAITING,
    Move,
    leaving,
    move,
)
from omniqueue.core.preferences import stop_preference
from omniqueue.core.reservations import drop_reservation
from omniqueue.core.rows import AgentRow, ContactRow
from omniqueue.core.state import State
from omniqueue.model.contact_events import Expired


def step_out(state: State, row: ContactRow) -> None:
    """Take a waiting or deferred contact out of the queue."""
    if row.state == WAITING:
        leave(state, row)
    elif row.state == DEFERRED:
        bring_back(state, row)


def end(state: State, row: ContactRow, by: Move) -> None:
    """End a contact that stands nowhere and has no agent."""
    move(row, by, state.now)
    if row.state != COMPLETED:  # completed is derived: total minus the others
        state.counts[row.state] += 1
    details = row.details
    if details is not None and row.state != ABANDONED:
        cancel_timers(state, row)
    if state.forget_seconds == 0:
        _drop(state, row)
    elif state.forget_seconds is not None:
        state.ended[row] = state.now + state.forget_seconds
        forget(state, state.now)


def cancel_timers(state: State, row: ContactRow) -> None:
    """Cancel every timer of a contact that is over."""
    details = row.details
    if details is None:
        return
    stop_preference(state, row)
    timers = state.timers
    for timer in (*details.excluded.values(), *details.relaxation):
        timers.cancel(timer)
    timers.cancel(details.expiry)
    timers.cancel(details.reserve_timer)
    details.excluded.clear()
    details.relaxation.clear()
    details.expiry = details.reserve_timer = None


def stop_relaxation(state: State, row: ContactRow) -> None:
    """End the remaining relaxation steps."""
    if row.details is not None:
        for timer in row.details.relaxation:
            state.timers.cancel(timer)
        row.details.relaxation.clear()


def expire(state: State, row: ContactRow, cause: str) -> list[AgentRow]:
    """Expire a contact that is in the queue, or on its way back to it."""
    step_out(state, row)
    state.log.append((Expired, state.now, row.id))
    end(state, row, leaving(cause, EXPIRED))
    return drop_reservation(state, row, told=True)


def forget(state: State, at: float) -> None:
    """Forget contacts that ended long enough ago, and their ids. Cost: O(1) for each.

    Run when a contact ends, before timers fire and before anybody looks: that keeps memory flat
    and cannot be told from forgetting at the exact instant.
    """
    ended = state.ended
    while ended:
        row, forget_at = next(iter(ended.items()))
        if forget_at > at:
            return
        del ended[row]
        _drop(state, row)


def _drop(state: State, row: ContactRow) -> None:
    cancel_timers(state, row)
    del state.contacts[row.id]
    if row.state != COMPLETED:
        state.counts[row.state] -= 1


def forget_now(state: State) -> None:
    """Forget what is to be forgotten by the engine's time."""
    if state.ended:
        door, state.door = state.door, inf  # who looks may be interrupted as well
        forget(state, state.now)
        state.door = door


def looked_at(state: State) -> State:
    """Return the state to be looked at, without what is to be forgotten by now.

    Raises:
        BrokenRouterError: a command has not ended.
    """
    state.refuse_broken("look")
    forget_now(state)
    return state
