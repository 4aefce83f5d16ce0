"""The systems that validate the simulator: what is simulated, and what theory says of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import erfc, log, sqrt

from omniqueue.centre.groups import Group
from omniqueue.centre.times import Exponential, Lognormal
from omniqueue.sim.validation.interrupting import interrupting_system
from omniqueue.sim.validation.measures import (
    Amount,
    Measure,
    System,
    contacts,
    mean_wait,
    occupancy,
    queue_length,
    scenario_of,
    service_level,
    stream_of,
    wait_chance,
)
from omniqueue.theory import (
    ImpatientQueue,
    erlang_a,
    erlang_b,
    erlang_c,
    fcfs_alis,
    finite_queue,
    patience_queue,
    priority_queue,
)


def erlang_b_system(name: str, rate: float, agents: int, *, batch: float) -> System:
    """Return M/M/n/n: nobody waits, who finds all agents busy is refused.

    Args:
        name: what it is called.
        rate: contacts a time unit; an agent serves one in a time unit.
        agents: how many agents.
        batch: length of a batch, in time units.
    """
    told = erlang_b(arrival_rate=rate, service_rate=1.0, agents=agents)
    refused = contacts(0, "refused")
    carried = Amount("contacts", 0, ("in_hand_seconds",))
    return System(
        name=name,
        scenario=scenario_of(
            [stream_of(name, 0, rate, 0.0)], [Group("all", count=agents)], batch, room=0
        ),
        measures=(
            Measure("chance of refusal", told.p_block, refused, contacts(0, "arrived")),
            Measure("carried load", told.carried_load, carried, Amount("seconds")),
            occupancy(told.utilisation),
        ),
    )


def erlang_c_system(name: str, rate: float, agents: int, *, within: float, batch: float) -> System:
    """Return M/M/n; arguments as of `erlang_b_system`, and the service level time."""
    told = erlang_c(arrival_rate=rate, service_rate=1.0, agents=agents, service_level_time=within)
    answered = contacts(0, "answered")
    late = Measure(
        "mean wait of those who wait",
        told.mean_wait_delayed,
        contacts(0, "wait_seconds"),
        contacts(0, "waited"),
    )
    square = told.variance_wait + told.mean_wait**2
    return System(
        name=name,
        scenario=scenario_of(
            [stream_of(name, 0, rate, within)], [Group("all", count=agents)], batch
        ),
        measures=(
            wait_chance(told.p_wait),
            mean_wait(told.mean_wait),
            late,
            Measure("mean square of the wait", square, Amount("squares"), answered),
            queue_length(told.mean_queue),
            service_level(told.service_level),
            occupancy(told.utilisation),
        ),
    )


def impatient_system(
    name: str,
    rate: float,
    agents: int,
    *,
    within: float,
    batch: float,
    patience: Exponential | Lognormal | None,
    room: int | None = None,
) -> System:
    """Return M/M/n whose contacts give up, or find the queue full, or both.

    Args:
        name: what it is called.
        rate: contacts a time unit; an agent serves one in a time unit.
        agents: how many agents.
        within: the service level time, in time units.
        batch: length of a batch, in time units.
        patience: how long they wait, in time units; None: for ever.
        room: how many may wait; None: no limit.
    """
    told = _impatient(rate, agents, within, patience, room)
    waited, gone = contacts(0, "waited"), contacts(0, "abandoned")
    arrived, answered = contacts(0, "arrived"), contacts(0, "answered")
    waits, in_time = contacts(0, "wait_answered_seconds"), contacts(0, "answered_in_target")
    measures = [
        wait_chance(told.p_wait),
        mean_wait(told.mean_wait),
        Measure("mean wait of the served", told.mean_wait_served, waits, answered),
        queue_length(told.mean_queue),
        service_level(told.service_level),
        Measure("service level of the served", told.service_level_served, in_time, answered),
        occupancy(told.occupancy),
    ]
    if room is not None:
        refused = contacts(0, "refused")
        measures.append(Measure("chance of refusal", told.p_block, refused, arrived))
    if patience is not None:
        measures.append(Measure("abandonment", told.p_abandon, gone, arrived))
        late = Measure("abandonment of those who wait", told.p_abandon_given_wait, gone, waited)
        measures.append(late)
    if isinstance(patience, Exponential):
        # Memoryless: while waiting, each gives up at this rate, whatever else happens.
        over = Measure(
            "given up per time waited", 1.0 / patience.mean, gone, contacts(0, "wait_seconds")
        )
        measures.append(over)
    return System(
        name=name,
        scenario=scenario_of(
            [stream_of(name, 0, rate, within, patience=patience)],
            [Group("all", count=agents)],
            batch,
            room=room,
        ),
        measures=tuple(measures),
    )


def _impatient(
    rate: float,
    agents: int,
    within: float,
    patience: Exponential | Lognormal | None,
    room: int | None,
) -> ImpatientQueue:
    if isinstance(patience, Lognormal):
        assert room is None
        law = patience
        spread = sqrt(log(1.0 + (law.sd / law.mean) ** 2))
        middle = log(law.mean) - spread**2 / 2

        def survival(time: float) -> float:
            return 0.5 * erfc((log(time) - middle) / (spread * sqrt(2.0))) if time > 0 else 1.0

        return patience_queue(
            arrival_rate=rate,
            service_rate=1.0,
            agents=agents,
            survival=survival,
            service_level_time=within,
        )
    giving_up = 0.0 if patience is None else 1.0 / patience.mean
    if room is None:
        return erlang_a(
            arrival_rate=rate,
            service_rate=1.0,
            agents=agents,
            patience_rate=giving_up,
            service_level_time=within,
        )
    return finite_queue(
        arrival_rate=rate,
        service_rate=1.0,
        agents=agents,
        capacity=agents + room,
        patience_rate=giving_up,
        service_level_time=within,
    )


def priority_system(
    name: str, rates: Sequence[float], agents: int, *, within: float, batch: float
) -> System:
    """Return M/M/n with strict priorities, the first class first; arguments as before."""
    told = priority_queue(
        arrival_rate=rates, service_rate=1.0, agents=agents, service_level_time=within
    )
    streams = [
        stream_of(name, place, rate, within, priority=len(rates) - place)
        for place, rate in enumerate(rates)
    ]
    measures = [occupancy(told.utilisation)]
    for place in range(len(rates)):
        of = f", class {place}"
        measures += [
            wait_chance(told.p_wait, place, of),
            mean_wait(told.mean_wait[place], place, of),
            queue_length(told.mean_queue[place], place, of),
            service_level(told.service_level[place], place, of),
        ]
    return System(
        name=name,
        scenario=scenario_of(streams, [Group("all", count=agents)], batch, order="priority"),
        measures=tuple(measures),
    )


def skill_system(
    name: str,
    rates: Sequence[float],
    pools_of_class: Sequence[Collection[int]],
    agents: Sequence[int],
    *,
    speeds: Sequence[float] | None = None,
    within: float,
    batch: float,
) -> System:
    """Return routing by skill, first come first served, to the agent idle longest.

    Args:
        name: what it is called.
        rates: contacts a time unit, of each class.
        pools_of_class: the pools that may serve each class.
        agents: how many agents, of each pool.
        speeds: contacts that an agent serves in a time unit, of each pool; None: 1.
        within: the service level time, in time units.
        batch: length of a batch, in time units.
    """
    services = [1.0] * len(agents) if speeds is None else list(speeds)
    told = fcfs_alis(
        arrival_rate=rates,
        service_rate=services,
        agents=agents,
        pools_of_class=pools_of_class,
        service_level_time=within,
    )
    streams = [
        stream_of(name, place, rate, within, skills=[f"class {place}"])
        for place, rate in enumerate(rates)
    ]
    groups = [
        Group(
            f"pool {pool}",
            count=number,
            speed=services[pool],
            skills={f"class {at}": 1 for at, own in enumerate(pools_of_class) if pool in own},
        )
        for pool, number in enumerate(agents)
    ]
    measures = [
        occupancy(used, pool, f", pool {pool}") for pool, used in enumerate(told.utilisation)
    ]
    for place, pools in enumerate(pools_of_class):
        of = f", class {place}"
        measures += [
            wait_chance(told.p_wait[place], place, of),
            mean_wait(told.mean_wait[place], place, of),
            queue_length(told.mean_queue[place], place, of),
            service_level(told.service_level[place], place, of),
        ]
        for pool in sorted(pools)[:-1]:  # the last has the rest
            # A share of the class, not a rate: how many come is chance, not routing.
            flow = Amount("flow", place, (str(pool),))
            share = told.flow[place][pool] / rates[place]
            to = f"share of class {place} to pool {pool}"
            measures.append(Measure(to, share, flow, contacts(place, "answered")))
    return System(
        name=name, scenario=scenario_of(streams, groups, batch), measures=tuple(measures)
    )


def small_systems() -> tuple[System, ...]:
    """Return the systems of every validation: small ones, some 640,000 contacts in all.

    Example:
        >>> len(small_systems())
        15
    """
    fast = Exponential(2.0)
    return (
        erlang_b_system("Erlang B, 6 agents", 5.0, 6, batch=120),
        erlang_c_system("Erlang C, 4 agents", 2.8, 4, within=0.2, batch=400),
        impatient_system("Erlang A, 8 agents", 9.0, 8, within=0.2, batch=120, patience=fast),
        impatient_system(
            "finite queue, 4 agents", 4.0, 4, within=0.2, batch=200, patience=None, room=3
        ),
        impatient_system(
            "finite queue, patience", 5.0, 4, within=0.2, batch=150, patience=fast, room=4
        ),
        impatient_system(
            "lognormal patience", 9.0, 8, within=0.2, batch=120, patience=Lognormal(1.0, 1.5)
        ),
        priority_system("three priorities", [0.7, 0.9, 0.9], 4, within=0.2, batch=400),
        interrupting_system(
            "calls interrupt", 0.6, 0.3, 1, order="priority", within=0.2, batch=1000
        ),
        interrupting_system(
            "calls interrupt, 4 agents", 4.0, 0.8, 4, order="arrival", within=0.1, batch=300
        ),
        skill_system("N", [0.5, 0.4], [[0, 1], [1]], [1, 1], within=1.0, batch=800),
        skill_system("W", [0.4, 0.4, 0.4], [[0], [0, 1], [1]], [1, 1], within=1.0, batch=800),
        skill_system(
            "M, three speeds",
            [0.7, 0.8],
            [[0, 1], [1, 2]],
            [1, 1, 1],
            speeds=[0.7, 0.9, 0.8],
            within=1.0,
            batch=800,
        ),
        skill_system("X", [1.3, 1.3], [[0, 1], [0, 1]], [2, 2], within=0.2, batch=400),
        skill_system("N, pools of 4", [3.0, 2.4], [[0, 1], [1]], [4, 4], within=0.2, batch=250),
        skill_system(
            "chain", [1.4, 1.4, 1.4], [[0, 2], [0, 1], [1, 2]], [2, 2, 2], within=0.2, batch=300
        ),
    )


def large_systems() -> tuple[System, ...]:
    """Return the systems of a full validation besides: up to 100 agents and 93 % load.

    Some 11 million contacts in all.
    """
    chain = [[0, 2], [0, 1], [1, 2]]
    speeds = [0.7, 0.9, 0.8]
    third = 1.0 / 3.0
    return (
        erlang_b_system("Erlang B, 100 agents", 90.0, 100, batch=150),
        erlang_c_system("Erlang C, 10 agents", 8.0, 10, within=0.1, batch=1200),
        erlang_c_system("Erlang C, 100 agents", 90.0, 100, within=0.1, batch=400),
        impatient_system(
            "Erlang A, 100 agents", 100, 100, within=third, batch=150, patience=Exponential(2.0)
        ),
        impatient_system(
            "Erlang A, overload", 12.0, 10, within=0.1, batch=600, patience=Exponential(1.0)
        ),
        impatient_system(
            "lognormal, 50 agents", 52, 50, within=0.1, batch=200, patience=Lognormal(2.0, 3.0)
        ),
        priority_system("priorities, 10 agents", [3.0, 3.0, 2.0], 10, within=0.5, batch=1500),
        skill_system("N, two agents", [0.4, 0.5], [[0, 1], [1]], [1, 1], within=1, batch=3000),
        skill_system(
            "W, two agents", [0.5, 0.5, 0.5], [[0], [0, 1], [1]], [1, 1], within=1, batch=4000
        ),
        skill_system(
            "M, three agents of different speed",
            [1.0, 1.2],
            [[0, 1], [1, 2]],
            [1, 1, 1],
            speeds=speeds,
            within=1,
            batch=15000,
        ),
        skill_system("X, five and five", [4, 4], [[0, 1], [0, 1]], [5, 5], within=0.1, batch=1200),
        skill_system(
            "N, fifty and fifty", [50, 40], [[0, 1], [1]], [50, 50], within=0.1, batch=400
        ),
        skill_system(
            "M, three pools", [30, 30], [[0, 1], [1, 2]], [25, 15, 25], within=0.1, batch=700
        ),
        skill_system("chain, pools of 30", [28] * 3, chain, [30] * 3, within=0.1, batch=600),
    )
