"""The waiting room behind n agents: one birth-and-death chain for Erlang A and M/M/n/K.

The agents below their number come in only through Erlang B, so the work here is on the states
in which all are busy. With j contacts ahead, a contact reaches an agent after a sum of
exponentials of rates r, r + θ, ..., r + jθ (r = n * service rate, θ = patience rate). Call the
sum V: exp(-θV) has a beta law, whose incomplete integral is a finite sum of positive terms, a
negative binomial one that turns Poisson when θ = 0. Nothing here subtracts large numbers.
"""

import math

import numpy as np
import numpy.typing as npt
from attrs import frozen

from omniqueue.errors import InvalidValueError
from omniqueue.theory.pool import Pool

Floats = npt.NDArray[np.float64]

#: Four million waiting contacts: some 30 MB a vector, a few tenths of a second.
MAX_ROOM = 4_000_000

#: Neglected states weigh less than exp(-40) of the heaviest, beyond the last digit of a float.
_NEGLIGIBLE_LOG = -40.0


@frozen(kw_only=True)
class ImpatientQueue:
    """What a queue does that loses contacts: to impatience, to a full house or to neither.

    Attributes:
        p_block: Share of arrivals refused at the door (0 when the room is unbounded).
        p_wait: Share of all arrivals that are let in and find no agent free.
        p_abandon: Share of all arrivals that give up.
        p_abandon_given_wait: Share of those that have to wait that give up.
        mean_wait: Mean time in queue of all let in, served or not, in time units.
        mean_wait_served: Mean time in queue of the served, in time units.
        mean_queue: Mean number of waiting contacts.
        occupancy: Share of its time that an agent is busy.
        service_level: Share of all arrivals, refused and lost ones included, that are served
            after at most the service level time.
        service_level_served: Share of the served that waited at most the service level time.
    """

    p_block: float
    p_wait: float
    p_abandon: float
    p_abandon_given_wait: float
    mean_wait: float
    mean_wait_served: float
    mean_queue: float
    occupancy: float
    service_level: float
    service_level_served: float


def waiting_room(
    pool: Pool, *, patience: float, within: float, room: int | None
) -> ImpatientQueue:
    """Return the measures of M/M/n/(n+room)+M for values that are already checked.

    Args:
        pool: Contacts and agents.
        patience: Rate of giving up of one waiting contact; 0 only with a bounded room.
        within: Service level time.
        room: Places to wait, or None for as many as matter.

    Raises:
        InvalidValueError: More than MAX_ROOM places matter.
    """
    arrivals, busy_rate = pool.arrivals, pool.busy_rate
    logs = _log_weights(arrivals, busy_rate, patience, room)
    peak = max(0.0, float(logs.max()))
    weights = np.exp(logs - peak) * pool.some_free
    free = math.exp(-peak)  # all states with an agent free, on the same scale
    total = free + float(weights.sum())
    chances = weights / total
    p_free = free / total

    p_block = 0.0 if room is None else float(chances[-1])
    seen = chances if room is None else chances[:-1]  # by those let in to wait
    ahead = np.arange(len(seen), dtype=np.float64)
    p_wait = float(seen.sum())
    mean_queue = float(np.dot(np.arange(len(chances), dtype=np.float64), chances))
    p_abandon = patience * mean_queue / arrivals
    reach = busy_rate / (busy_rate + (ahead + 1.0) * patience)  # chance to be served at all
    spell = np.cumsum(1.0 / (busy_rate + (ahead + 1.0) * patience))
    p_served = p_free + float(np.dot(seen, reach))
    late = _late(busy_rate, patience, within, len(seen))
    in_time = p_free + float(np.dot(seen, reach * (1.0 - late)))
    return ImpatientQueue(
        p_block=p_block,
        p_wait=p_wait,
        p_abandon=p_abandon,
        p_abandon_given_wait=p_abandon / p_wait if p_wait > 0.0 else 0.0,
        mean_wait=mean_queue / (arrivals * (p_free + p_wait)),
        mean_wait_served=float(np.dot(seen, reach * spell)) / p_served,
        mean_queue=mean_queue,
        occupancy=arrivals * p_served / busy_rate,
        service_level=in_time,
        service_level_served=in_time / p_served,
    )


def _log_weights(arrivals: float, busy_rate: float, patience: float, room: int | None) -> Floats:
    """Return the logs of the weights of 0, 1, ... waiting; that of one agent free is log 1."""
    if room is not None:
        return _chain(arrivals, busy_rate, patience, room)
    size = 1024
    while size <= MAX_ROOM:
        logs = _chain(arrivals, busy_rate, patience, size)
        ratio = arrivals / (busy_rate + size * patience)
        if ratio < 1.0:
            # Beyond here the weights fall at least as a geometric series does.
            tail = float(logs[-1]) + math.log(size) - 2.0 * math.log1p(-ratio)
            if tail - max(0.0, float(logs.max())) < _NEGLIGIBLE_LOG:
                return logs
        size *= 2
    raise InvalidValueError(
        "patience_rate",
        patience,
        f"a shorter patience or less load, as a queue of more than {MAX_ROOM} is likely here; "
        "for endless patience use erlang_c, for a bounded house finite_queue",
    )


def _chain(arrivals: float, busy_rate: float, patience: float, room: int) -> Floats:
    waiting = np.arange(room + 1, dtype=np.float64)
    steps: Floats = math.log(arrivals) - np.log(busy_rate + waiting * patience)
    return np.cumsum(steps)


def _late(busy_rate: float, patience: float, within: float, size: int) -> Floats:
    """Return, for 0, 1, ... ahead, the chance that one to be served waits longer than within."""
    if within == 0.0:
        return np.ones(size)
    # The expected time in queue up to within; without patience, or nearly so, within itself.
    loss = patience * within
    reach = -math.expm1(-loss) / patience if loss > 1e-16 else within
    ahead = np.arange(size - 1, dtype=np.float64)
    logs = np.empty(size)
    logs[:1] = -(busy_rate + patience) * within
    logs[1:] = np.log(busy_rate + patience * (ahead + 1.0)) + math.log(reach) - np.log1p(ahead)
    late: Floats = np.minimum(np.cumsum(np.exp(np.cumsum(logs))), 1.0)
    return late
