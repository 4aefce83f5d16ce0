"""Customers: all the contacts of one replication with what chance gives them, in columns."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from omniqueue.centre.chance import Chance
from omniqueue.centre.times import Floats
from omniqueue.centre.week import DAY_SECONDS, WEEK_SECONDS, Hours
from omniqueue.sim.scenarios.arrivals import Trace
from omniqueue.sim.scenarios.scenario import Scenario, Stream

FOREVER: Final = np.inf


@attrs.frozen(kw_only=True, eq=False)
class Customers:
    """Contacts in order of arrival; equal instants in the order of the scenario's streams.

    Args:
        stream: number of the stream, shape (n,).
        position: which contact of its stream it is, from 0.
        arrived_at: seconds of the simulated clock.
        handling: seconds of work at speed 1.
        wrap_up: seconds of work after it.
        patience: seconds; infinite: waits for ever.
        open_to: whether the centre is open to it.
    """

    stream: NDArray[np.int16]
    position: NDArray[np.int64]
    arrived_at: Floats
    handling: Floats
    wrap_up: Floats
    patience: Floats
    open_to: NDArray[np.bool_]


def draw_customers(scenario: Scenario, chance: Chance) -> Customers:
    """Return the customers of a replication.

    Args:
        scenario: the scenario.
        chance: the random streams of the replication.

    Cost: O(n log n), about 0.3 microseconds a contact.

    Example:
        >>> from omniqueue.sim import Group
        >>> desk = Scenario(
        ...     streams=[Stream("calls", channel="phone", arrivals="60 per hour", handling="4m")],
        ...     groups=[Group("desk")],
        ... )
        >>> draw_customers(desk, Chance(1)).handling[:2].tolist()
        [240.0, 240.0]
    """
    days = ceil(scenario.horizon_seconds / DAY_SECONDS)
    busyness = scenario.busyness
    factors = np.ones(days) if busyness is None else busyness.factors(chance, days)
    parts = [
        _stream(scenario, number, stream, chance, factors)
        for number, stream in enumerate(scenario.streams)
    ]
    names = [field.name for field in attrs.fields(Customers)]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    if len(parts) > 1:
        order = np.argsort(columns["arrived_at"], kind="stable")
        columns = {name: column[order] for name, column in columns.items()}
    return Customers(**columns)


def _stream(
    scenario: Scenario, number: int, stream: Stream, chance: Chance, factors: Floats
) -> Customers:
    name = stream.name
    arrivals = stream.arrivals
    arrived_at = arrivals.instants(chance, f"arrivals {name}", scenario.horizon_seconds, factors)
    count = len(arrived_at)
    if stream.handling is not None:
        handling = stream.handling.drawn(chance, f"handling {name}", arrived_at)
    else:
        assert isinstance(arrivals, Trace)
        handling = np.array((arrivals.handling or ())[:count])
    if stream.wrap_up is None:
        fixed = scenario.all_channels()[stream.channel].wrap_up_seconds
        wrap_up = np.full(count, 0.0 if fixed is None else fixed)
    else:
        wrap_up = stream.wrap_up.drawn(chance, f"wrap-up {name}", arrived_at)
    return Customers(
        stream=np.full(count, number, dtype=np.int16),
        position=np.arange(count),
        arrived_at=arrived_at,
        handling=handling,
        wrap_up=wrap_up,
        patience=patience_of(stream, chance, arrived_at),
        open_to=is_open(stream, arrived_at),
    )


def patience_of(stream: Stream, chance: Chance, arrived_at: Floats) -> Floats:
    """Return how long customers of a stream wait in their first attempt (`loop.py` redials).

    Args:
        stream: the stream.
        chance: the random streams of the replication.
        arrived_at: when they call (seconds), shape (n,).

    Cost: O(n).
    """
    if stream.patience is None:
        return np.full(len(arrived_at), FOREVER)
    return stream.patience.drawn(chance, f"patience {stream.name}", arrived_at)


def is_open(stream: Stream, arrived_at: Floats) -> NDArray[np.bool_]:
    """Tell whether the centre is open to contacts of a stream at some instants. Cost: O(n)."""
    if stream.opening is None:
        return np.ones(len(arrived_at), dtype=np.bool_)
    return within(stream.opening, arrived_at)


def within(hours: Sequence[Hours], instants: Floats) -> NDArray[np.bool_]:
    """Tell whether instants lie within hours of the week, shape (n,). Cost: O(hours x n).

    Example:
        >>> within((Hours("mon", "09:00", "17:00"),), np.array([0.0, 32400.0, 61200.0])).tolist()
        [False, True, False]
    """
    clock = instants % WEEK_SECONDS
    found = np.zeros(len(instants), dtype=np.bool_)
    for each in hours:
        for low, high in each.week_stretches():
            found |= (clock >= low) & (clock < high)
    return found
