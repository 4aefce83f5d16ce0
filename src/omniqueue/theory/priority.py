"""Classes of contacts in strict order of priority, served without interruption.

One time unit throughout: rates are per unit, times and means are in units.
"""

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from attrs import frozen

from omniqueue.theory.checks import not_negative, positives
from omniqueue.theory.laplace import Complexes, invert
from omniqueue.theory.pool import Pool


@frozen(kw_only=True)
class PriorityQueue:
    """What strict priorities do; one number for each class, the highest priority first.

    Attributes:
        p_wait: Share of the contacts of any class that wait at all.
        mean_wait: Mean wait of all contacts of the class, in time units.
        mean_queue: Mean number of waiting contacts of the class.
        service_level: Share of the class that waits at most the service level time.
        occupancy: Share of its time that an agent is busy.
    """

    p_wait: float
    mean_wait: tuple[float, ...]
    mean_queue: tuple[float, ...]
    service_level: tuple[float, ...]
    occupancy: float


def priority_queue(
    *,
    arrival_rate: Sequence[float],
    service_rate: float,
    agents: int,
    service_level_time: float = 0.0,
) -> PriorityQueue:
    """Return the measures of M/M/n with classes of priority, none of which interrupts a service.

    Within a class contacts are served in the order of their arrival.

    Args:
        arrival_rate: Contacts per time unit of each class, above 0, highest priority first.
        service_rate: Contacts, of any class, that a busy agent finishes per time unit, above 0.
        agents: Number of agents, 1 to 1,000,000, more than sum(arrival_rate) / service_rate.
        service_level_time: The wait that still counts as in time, in time units, at least 0.

    Raises:
        InvalidValueError: An argument is outside of these limits, or there are too few agents
            for a queue that does not grow without end.

    Cost: O(agents + classes) time. Service levels are right to about 1e-9, the rest to rounding.
    Source: R. H. Davis (1966); O. Kella and U. Yechiali (1985).

    >>> queue = priority_queue(arrival_rate=[3, 3, 2], service_rate=1, agents=10,
    ...                        service_level_time=0.5)
    >>> [round(wait, 6) for wait in queue.mean_wait]
    [0.058454, 0.146136, 0.511475]
    >>> [round(level, 6) for level in queue.service_level]
    [0.987644, 0.901934, 0.765411]
    """
    arrivals = positives("arrival_rate", arrival_rate)
    pool = Pool.checked(sum(arrivals), service_rate, agents)
    within = not_negative("service_level_time", service_level_time)
    p_wait, spare = pool.delay()
    busy_rate = pool.busy_rate

    # Load of the classes above, and of those with the class itself: running sums. What is left
    # for a class is counted up from the spare rate, which cancels less at high load.
    above = [0.0, *accumulate(arrivals)][:-1]
    below = [*accumulate(reversed(arrivals), initial=0.0)][::-1]
    left_with = [spare + rest for rest in below[1:]]
    left_above = [spare + rest for rest in below[:-1]]
    mean_wait = tuple(
        p_wait * busy_rate / (over * own) for over, own in zip(left_above, left_with, strict=True)
    )
    return PriorityQueue(
        p_wait=p_wait,
        mean_wait=mean_wait,
        mean_queue=tuple(rate * wait for rate, wait in zip(arrivals, mean_wait, strict=True)),
        service_level=tuple(
            1.0 - p_wait * _delayed_tail(higher, own, busy_rate, within)
            for higher, own in zip(above, left_with, strict=True)
        ),
        occupancy=pool.arrivals / busy_rate,
    )


def _delayed_tail(higher: float, left: float, busy_rate: float, time: float) -> float:
    """Return the chance that a contact that has to wait, waits longer than time.

    While all agents are busy they finish contacts at busy_rate. The work before a contact, its
    own class and higher ones, is exponential with rate left; each arrival of a higher class, at
    rate higher, adds a busy period of its kind. So the wait has the transform
    left / (left + s + higher (1 - busy(s))), with busy(s) that of the busy period.
    """
    if time == 0.0:
        return 1.0

    def tail(s: Complexes) -> Complexes:
        both = higher + busy_rate + s
        twice = 2.0 * np.sqrt(higher * busy_rate)
        # Two roots, not one of the product, keep to the branch with a positive real part.
        root = np.sqrt(both - twice) * np.sqrt(both + twice)
        pace: Complexes = s + higher * (1.0 - 2.0 * busy_rate / (both + root))
        out: Complexes = pace / ((left + pace) * s)
        return out

    return min(1.0, max(0.0, invert(tail, time)))
