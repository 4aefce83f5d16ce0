"""Agents who can all do everything: Erlang B, C and A, and a queue with a bounded room.

One time unit throughout: rates are per unit, times and means are in units. With rates per
second every time is in seconds; with rates per hour, in hours.
"""

import math

from attrs import frozen

from omniqueue.theory.checks import count, not_negative, positive
from omniqueue.theory.pool import Pool, blocking
from omniqueue.theory.room import MAX_ROOM, ImpatientQueue, waiting_room


@frozen(kw_only=True)
class ErlangB:
    """What a loss system does: no contact ever waits.

    Attributes:
        p_block: Share of contacts refused because every agent is busy.
        carried_load: Mean number of busy agents.
        occupancy: Share of its time that an agent is busy.
    """

    p_block: float
    carried_load: float
    occupancy: float


@frozen(kw_only=True)
class ErlangC:
    """What a queue of endlessly patient contacts does.

    Attributes:
        p_wait: Share of contacts that wait at all.
        mean_wait: Mean wait of all contacts (ASA), in time units.
        mean_wait_delayed: Mean wait of those that wait, in time units.
        variance_wait: Variance of the wait of all contacts, in time units squared.
        mean_queue: Mean number of waiting contacts.
        service_level: Share of contacts that wait at most the service level time.
        occupancy: Share of its time that an agent is busy.
    """

    p_wait: float
    mean_wait: float
    mean_wait_delayed: float
    variance_wait: float
    mean_queue: float
    service_level: float
    occupancy: float


def erlang_b(*, arrival_rate: float, service_rate: float, agents: int) -> ErlangB:
    """Return the measures of the loss system M/M/n/n, in which a contact never waits.

    Args:
        arrival_rate: Contacts per time unit, above 0.
        service_rate: Contacts that one busy agent finishes per time unit, above 0.
        agents: Number of agents, 1 to 1,000,000.

    Raises:
        InvalidValueError: An argument is outside of these limits.

    Cost: O(agents) time, O(1) memory.
    Source: A. K. Erlang (1917); the recursion is in every textbook.

    >>> round(erlang_b(arrival_rate=90, service_rate=1, agents=100).p_block, 6)
    0.026957
    """
    pool = Pool.checked(arrival_rate, service_rate, agents)
    p_block = blocking(pool.agents, pool.load)
    carried = pool.load * (1.0 - p_block)
    return ErlangB(p_block=p_block, carried_load=carried, occupancy=carried / pool.agents)


def erlang_c(
    *, arrival_rate: float, service_rate: float, agents: int, service_level_time: float = 0.0
) -> ErlangC:
    """Return the measures of M/M/n: contacts wait in one queue for as long as it takes.

    Args:
        arrival_rate: Contacts per time unit, above 0.
        service_rate: Contacts that one busy agent finishes per time unit, above 0.
        agents: Number of agents, 1 to 1,000,000, more than arrival_rate / service_rate.
        service_level_time: The wait that still counts as in time, in time units, at least 0.

    Raises:
        InvalidValueError: An argument is outside of these limits, or there are too few agents
            for a queue that does not grow without end.

    Cost: O(agents) time, O(1) memory.
    Source: A. K. Erlang (1917).

    >>> queue = erlang_c(arrival_rate=8, service_rate=1, agents=10, service_level_time=0.1)
    >>> round(queue.p_wait, 6), round(queue.mean_wait, 6), round(queue.service_level, 6)
    (0.40918, 0.20459, 0.664992)
    """
    pool = Pool.checked(arrival_rate, service_rate, agents)
    within = not_negative("service_level_time", service_level_time)
    p_wait, spare = pool.delay()
    mean_wait = p_wait / spare
    return ErlangC(
        p_wait=p_wait,
        mean_wait=mean_wait,
        mean_wait_delayed=1.0 / spare,
        variance_wait=p_wait * (2.0 - p_wait) / spare**2,
        mean_queue=pool.arrivals * mean_wait,
        service_level=1.0 - p_wait * math.exp(-spare * within),
        occupancy=pool.arrivals / pool.busy_rate,
    )


def erlang_a(
    *,
    arrival_rate: float,
    service_rate: float,
    agents: int,
    patience_rate: float,
    service_level_time: float = 0.0,
) -> ImpatientQueue:
    """Return the measures of M/M/n+M: contacts wait, and give up after an exponential patience.

    Args:
        arrival_rate: Contacts per time unit, above 0; overload is allowed.
        service_rate: Contacts that one busy agent finishes per time unit, above 0.
        agents: Number of agents, 1 to 1,000,000.
        patience_rate: 1 / the mean patience in time units, above 0.
        service_level_time: The wait that still counts as in time, in time units, at least 0.

    Raises:
        InvalidValueError: An argument is outside of these limits, or patience is so long that
            more than 4,000,000 waiting contacts would have to be looked at.

    Cost: O(agents + w) time and O(w) memory, w the longest queue that is not negligible.
    Source: C. Palm (1957); A. Mandelbaum and S. Zeltyn (2007).

    >>> queue = erlang_a(arrival_rate=12, service_rate=1, agents=10, patience_rate=1,
    ...                  service_level_time=0.1)
    >>> round(queue.p_abandon, 6), round(queue.mean_wait, 6), round(queue.service_level, 6)
    (0.213632, 0.213632, 0.350484)
    """
    pool = Pool.checked(arrival_rate, service_rate, agents)
    patience = positive("patience_rate", patience_rate)
    within = not_negative("service_level_time", service_level_time)
    return waiting_room(pool, patience=patience, within=within, room=None)


def finite_queue(
    *,
    arrival_rate: float,
    service_rate: float,
    agents: int,
    capacity: int,
    patience_rate: float = 0.0,
    service_level_time: float = 0.0,
) -> ImpatientQueue:
    """Return the measures of M/M/n/K: contacts that find the house full are refused.

    Args:
        arrival_rate: Contacts per time unit, above 0; overload is allowed.
        service_rate: Contacts that one busy agent finishes per time unit, above 0.
        agents: Number of agents, 1 to 1,000,000.
        capacity: Greatest number of contacts in the house, K: those with an agent and those
            waiting; agents to agents + 4,000,000. With K = agents this is Erlang B.
        patience_rate: 1 / the mean patience in time units; 0 means that nobody gives up.
        service_level_time: The wait that still counts as in time, in time units, at least 0.

    Raises:
        InvalidValueError: An argument is outside of these limits.

    Cost: O(capacity) time, O(capacity - agents) memory.
    Source: any birth-and-death textbook; L. Kleinrock (1975), section 3.5.

    >>> queue = finite_queue(arrival_rate=8, service_rate=1, agents=10, capacity=12)
    >>> round(queue.p_block, 6), round(queue.p_wait, 6)
    (0.066256, 0.186344)
    """
    pool = Pool.checked(arrival_rate, service_rate, agents)
    places = count("capacity", capacity, least=pool.agents, most=pool.agents + MAX_ROOM)
    patience = not_negative("patience_rate", patience_rate)
    within = not_negative("service_level_time", service_level_time)
    room = places - pool.agents
    return waiting_room(pool, patience=patience, within=within, room=room)
