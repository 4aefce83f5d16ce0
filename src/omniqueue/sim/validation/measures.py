"""What is measured of the systems that validate the simulator, and how they are simulated.

The time unit of a system is a second of the simulated clock. Each is simulated in a few
replications of a few batches each. A batch is some fifty times as long as the system needs to
forget its state, about 1 / (agents x rate x (1 - sqrt(load)) ** 2), the warm-up ten times: then
batches are as good as independent, and their ratios nearly normal.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, Literal, TypeAlias

import attrs

from omniqueue.centre.groups import Group
from omniqueue.centre.times import Exponential, Times
from omniqueue.centre.week import DAY_SECONDS
from omniqueue.model.channel import Channel
from omniqueue.sim.scenarios.arrivals import Poisson
from omniqueue.sim.scenarios.scenario import Scenario, Stream

REPLICATIONS: Final = 8
BATCHES: Final = 5  # of each replication
WARM_UP_SHARE: Final = 0.2  # of a batch
_HOUR: Final = 3600.0
_ONE: Final = Exponential(1.0)

Kind: TypeAlias = Literal["contacts", "squares", "groups", "flow", "seconds"]


@attrs.frozen
class Amount:
    """What is added up in every batch.

    Args:
        kind: "contacts" and "groups" are sums of a `Summary`; "squares" the squared
            waits of the answered, "flow" the contacts of a stream that a group answers;
            "seconds" the time measured.
        place: number of the stream, or of the group.
        columns: names of sums, which are added; of a flow the number of the group, as text.
    """

    kind: Kind
    place: int = 0
    columns: tuple[str, ...] = ()


@attrs.frozen
class Measure:
    """A ratio of two sums, and what theory says it is.

    Args:
        name: what it is called in tables.
        theory: its exact value; times in time units.
        over: the numerator.
        under: the denominator.
    """

    name: str
    theory: float
    over: Amount
    under: Amount


@attrs.frozen(kw_only=True)
class System:
    """A system to be simulated, with everything that is known of it.

    Args:
        name: what it is called in tables.
        scenario: the system, as it is simulated.
        measures: what is compared.

    Example:
        >>> desk = scenario_of([stream_of("desk", 0, 2.8, 0.2)], [Group("all", count=4)], 100)
        >>> System(name="desk", scenario=desk, measures=(occupancy(0.7),)).measures[0].name
        'occupancy'
    """

    name: str
    scenario: Scenario
    measures: tuple[Measure, ...]


def contacts(place: int, *columns: str) -> Amount:
    """Return a sum over the contacts of a stream."""
    return Amount("contacts", place, columns)


def stream_of(
    system: str,
    place: int,
    rate: float,
    within: float,
    *,
    channel: str = "phone",
    handling: Times = _ONE,
    patience: Times | None = None,
    skills: Collection[str] = (),
    priority: int = 0,
) -> Stream:
    """Return the contacts of one class: so many a time unit, to be answered within a time."""
    return Stream(
        f"{system}, class {place}",  # chance goes by name: every system has its own
        channel=channel,
        arrivals=Poisson(rate * _HOUR),
        handling=handling,
        patience=patience,
        skills=dict.fromkeys(skills, 1),
        priority=priority,
        target_seconds=within,
    )


def scenario_of(
    streams: Sequence[Stream],
    groups: Sequence[Group],
    batch: float,
    *,
    channels: Sequence[Channel] = (),
    room: int | None = None,
    order: str = "arrival",
) -> Scenario:
    """Return a scenario of so many batches of a length, after a warm-up."""
    return Scenario(
        streams=streams,
        groups=groups,
        channels=channels,
        order=order,
        max_waiting=room,
        warm_up_seconds=WARM_UP_SHARE * batch,
        horizon_seconds=(WARM_UP_SHARE + BATCHES) * batch,
        interval_seconds=float(DAY_SECONDS),
        replications=REPLICATIONS,
    )


def wait_chance(theory: float, place: int = 0, of: str = "") -> Measure:
    """Return the share of a class that waits, with its value by theory."""
    return Measure(
        f"chance of a wait{of}", theory, contacts(place, "waited"), contacts(place, "arrived")
    )


def service_level(theory: float, place: int = 0, of: str = "") -> Measure:
    """Return the share of a class answered in time, with its value by theory."""
    return Measure(
        f"service level{of}",
        theory,
        contacts(place, "answered_in_target"),
        contacts(place, "arrived"),
    )


def mean_wait(theory: float, place: int = 0, of: str = "") -> Measure:
    """Return the mean wait of a class, with its value by theory."""
    let_in = contacts(place, "answered", "abandoned")
    return Measure(f"mean wait{of}", theory, contacts(place, "wait_seconds"), let_in)


def queue_length(theory: float, place: int = 0, of: str = "") -> Measure:
    """Return how many of a class wait, with its value by theory."""
    over = Amount("contacts", place, ("queue_seconds",))
    return Measure(f"queue length{of}", theory, over, Amount("seconds"))


def occupancy(theory: float, place: int = 0, of: str = "") -> Measure:
    """Return the share of its time that a group is busy, with its value by theory."""
    over = Amount("groups", place, ("busy_seconds",))
    return Measure(f"occupancy{of}", theory, over, Amount("groups", place, ("signed_in_seconds",)))
