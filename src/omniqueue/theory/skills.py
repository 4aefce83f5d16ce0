"""Routing by skill, first come first served, to the agent idle longest: the exact law.

One time unit throughout: rates are per unit, times and means are in units.
"""

from collections.abc import Collection, Sequence

import numpy as np
from attrs import frozen

from omniqueue.theory.alis import Law
from omniqueue.theory.checks import not_negative
from omniqueue.theory.system import Merged, checked_system


@frozen(kw_only=True)
class SkillQueue:
    """What routing by skill does; classes and pools stand in the order they were given in.

    Attributes:
        mean_wait: Mean wait of all contacts of each class, in time units.
        p_wait: Share of the contacts of each class that wait at all.
        service_level: Share of each class that waits at most the service level time.
        mean_queue: Mean number of waiting contacts of each class.
        occupancy: Share of its time that an agent is busy, for each pool.
        flow: Contacts per time unit of each class that each pool serves: flow[class][pool].
    """

    mean_wait: tuple[float, ...]
    p_wait: tuple[float, ...]
    service_level: tuple[float, ...]
    mean_queue: tuple[float, ...]
    occupancy: tuple[float, ...]
    flow: tuple[tuple[float, ...], ...]


def fcfs_alis(
    *,
    arrival_rate: Sequence[float],
    service_rate: Sequence[float],
    agents: Sequence[int],
    pools_of_class: Sequence[Collection[int]],
    service_level_time: float = 0.0,
) -> SkillQueue:
    """Return the measures of first come first served, assign longest idle server, by skill.

    An agent who comes free takes the contact that arrived first of those the agent can serve; a
    contact that finds free agents goes to the one idle longest of those who can serve it.

    Args:
        arrival_rate: Contacts per time unit of each class, above 0.
        service_rate: Contacts that one busy agent of each pool finishes per time unit, above 0.
        agents: Number of agents of each pool, at least 1; 20,000 in all.
        pools_of_class: The pools, counted from 0, that may serve each class, at least one; each
            pool must serve some class.
        service_level_time: The wait that still counts as in time, in time units, at least 0.

    Raises:
        InvalidValueError: An argument is outside of these limits, some classes bring more work
            than the pools that may serve them can do, or the system is too large: the product of
            (agents + 1) over pools, alike ones taken together, may be 2,000,000; that times pools
            times (pools + 4) 300,000,000 (three pools of 120, two of 1,400, 18 agents of 18
            kinds).

    Cost: O(points * pools**2) time and O(points * pools) memory, points = that product; the
    service level O(steps * points of the pools that do not serve the class), see Phases.tail.
    Source: I. Adan and G. Weiss (2014), "A skill based parallel service system under FCFS-ALIS -
    steady state, overloads, and abandonments".

    >>> queue = fcfs_alis(arrival_rate=[0.4, 0.5], service_rate=[1, 1], agents=[1, 1],
    ...                   pools_of_class=[[0, 1], [1]], service_level_time=1)
    >>> [round(wait, 6) for wait in queue.mean_wait]
    [0.192934, 1.254069]
    >>> [round(level, 6) for level in queue.service_level]
    [0.929356, 0.622381]
    """
    system = checked_system(arrival_rate, service_rate, agents, pools_of_class)
    within = not_negative("service_level_time", service_level_time)
    merged = Merged.of(system)
    merged.check_size()
    merged.check_load()
    return _measures(merged, within)


def _measures(merged: Merged, within: float) -> SkillQueue:
    system = merged.given
    law = Law(merged.system)
    kinds = range(len(merged.system.arrivals))
    of_class, of_pool = list(merged.class_of), list(merged.pool_of)
    arrivals = np.array(system.arrivals)
    waits = [law.phases(kind) for kind in kinds]
    delayed = np.array([wait.tail(0.0) for wait in waits])[of_class]
    late = np.array([wait.tail(within) for wait in waits])[of_class]
    mean_wait = np.array([law.mean_wait(kind) for kind in kinds])[of_class]
    # What goes to alike pools, or comes from alike classes, divides as their sizes do.
    class_shares = arrivals / np.array(merged.system.arrivals)[of_class]
    pool_shares = np.array(system.agents) / np.array(merged.system.agents)[of_pool]
    flow = np.array(law.flows())[np.ix_(of_class, of_pool)] * class_shares[:, None] * pool_shares
    return SkillQueue(
        mean_wait=tuple(mean_wait.tolist()),
        p_wait=tuple(delayed.tolist()),
        service_level=tuple((1.0 - late).tolist()),
        mean_queue=tuple((arrivals * mean_wait).tolist()),
        occupancy=tuple(np.array(law.occupancy())[of_pool].tolist()),
        flow=tuple(tuple(row) for row in flow.tolist()),
    )
