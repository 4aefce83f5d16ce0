"""The systems that validate the simulator: what is simulated, and what theory says of it.

The time unit of a system is a second of the simulated clock. Each is simulated in a few
replications of a few batches each. A batch is some fifty times as long as the system needs to
forget its state, about 1 / (agents x rate x (1 - sqrt(load)) ** 2), the warm-up ten times: then
batches are as good as independent, and their ratios nearly normal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import erfc, log, sqrt
from typing import Final, Literal, TypeAlias

import attrs

from omniqueue import theory
from omniqueue.centre.groups import Group
from omniqueue.centre.times import Exponential, Lognormal, Times
from omniqueue.centre.week import DAY_SECONDS
from omniqueue.model.channel import Channel
from omniqueue.sim.scenarios.arrivals import Poisson, Rate
from omniqueue.sim.scenarios.scenario import Scenario, Stream

REPLICATIONS: Final = 8
BATCHES: Final = 5  # of each replication
WARM_UP_SHARE: Final = 0.2  # of a batch
_HOUR: Final = 3600.0
_ONE: Final = Exponential(1.0)
CALL: Final = 0.5  # mean handling times, in time units
MAIL: Final = 1.0
MAIL_SD: Final = 0.5
#: The pools that may serve each class, and the speeds of the three of M where they differ.
N: Final = ((0, 1), (1,))
W: Final = ((0,), (0, 1), (1,))
M: Final = ((0, 1), (1, 2))
X: Final = ((0, 1), (0, 1))
CHAIN: Final = ((0, 2), (0, 1), (1, 2))
SPEEDS: Final = (0.7, 0.9, 0.8)

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
class KnownMeasure:
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


@attrs.frozen
class KnownSystem:
    """A system to be simulated, with everything that is known of it.

    Args:
        name: what it is called in tables.
        scenario: the system, as it is simulated.
        measures: what is compared.

    Example:
        >>> desk = scenario_of([stream_of("desk", 0, 2.8, 0.2)], [Group("all", count=4)], 100)
        >>> KnownSystem("desk", desk, [occupancy(0.7)]).measures[0].name
        'occupancy'
    """

    name: str
    scenario: Scenario
    measures: Sequence[KnownMeasure]


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
        arrivals=Poisson([Rate(rate * _HOUR)]),
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


def pool_of(
    name: str,
    rate: float,
    agents: int,
    *,
    within: float,
    batch: float,
    room: int | None = None,
    patience: Times | None = None,
) -> Scenario:
    """Return one class of contacts and one group of agents; arguments as of `impatient_system`."""
    calls = stream_of(name, 0, rate, within, patience=patience)
    return scenario_of([calls], [Group("all", count=agents)], batch, room=room)


#: What is measured of a class: the sums over its contacts that are divided, "seconds" the time.
CLASS_MEASURES: Final[Mapping[str, tuple[str, str]]] = {
    "chance of a wait": ("waited", "arrived"),
    "chance of refusal": ("refused", "arrived"),
    "abandonment": ("abandoned", "arrived"),
    "abandonment of those who wait": ("abandoned", "waited"),
    "given up per time waited": ("abandoned", "wait_seconds"),
    "service level": ("answered_in_target", "arrived"),
    "service level of the served": ("answered_in_target", "answered"),
    "mean wait": ("wait_seconds", "answered abandoned"),
    "mean wait of those who wait": ("wait_seconds", "waited"),
    "mean wait of the served": ("wait_answered_seconds", "answered"),
    "mean square of the wait": ("squares", "answered"),
    "mean contact time": ("contact_seconds", "answered"),
    "mean time interrupted": ("interrupted_seconds", "answered"),
    "mean time in system": ("wait_seconds contact_seconds interrupted_seconds", "answered"),
    "queue length": ("queue_seconds", "seconds"),
    "carried load": ("in_hand_seconds", "seconds"),
    "number in system": ("queue_seconds in_hand_seconds", "seconds"),
}


def of_class(theory: Mapping[str, float], place: int | None = None) -> list[KnownMeasure]:
    """Return measures of a class with their values by theory.

    Args:
        theory: names of `CLASS_MEASURES` to values; times in time units.
        place: which of several classes; None: there is one.
    """
    of = "" if place is None else f", class {place}"
    return [
        KnownMeasure(
            f"{name}{of}", value, *(_over(sums, place or 0) for sums in CLASS_MEASURES[name])
        )
        for name, value in theory.items()
    ]


def _over(sums: str, place: int) -> Amount:
    if sums == "seconds":
        return Amount("seconds")
    return Amount("squares", place) if sums == "squares" else contacts(place, *sums.split())


def occupancy(theory: float, place: int = 0, of: str = "") -> KnownMeasure:
    """Return the share of its time that a group is busy, with its value by theory."""
    over = Amount("groups", place, ("busy_seconds",))
    return KnownMeasure(
        f"occupancy{of}", theory, over, Amount("groups", place, ("signed_in_seconds",))
    )


def of_waiting(
    place: int, p_wait: float, wait: float, queue: float, level: float
) -> list[KnownMeasure]:
    """Return what theory says of the waiting of one class among several."""
    names = ("chance of a wait", "mean wait", "queue length", "service level")
    return of_class(dict(zip(names, (p_wait, wait, queue, level), strict=True)), place)


def erlang_b_system(name: str, rate: float, agents: int, *, batch: float) -> KnownSystem:
    """Return M/M/n/n: nobody waits, who finds all agents busy is refused.

    Args:
        name: what it is called.
        rate: contacts a time unit; an agent serves one in a time unit.
        agents: how many agents.
        batch: length of a batch, in time units.
    """
    told = theory.erlang_b(arrival_rate=rate, service_rate=1.0, agents=agents)
    known = {"chance of refusal": told.p_block, "carried load": told.carried_load}
    pool = pool_of(name, rate, agents, within=0.0, batch=batch, room=0)
    return KnownSystem(name, pool, [*of_class(known), occupancy(told.occupancy)])


def erlang_c_system(
    name: str, rate: float, agents: int, *, within: float, batch: float
) -> KnownSystem:
    """Return M/M/n; arguments as of `erlang_b_system`, and the service level time."""
    told = theory.erlang_c(
        arrival_rate=rate, service_rate=1.0, agents=agents, service_level_time=within
    )
    known = {
        "chance of a wait": told.p_wait,
        "mean wait": told.mean_wait,
        "mean wait of those who wait": told.mean_wait_delayed,
        "mean square of the wait": told.variance_wait + told.mean_wait**2,
        "queue length": told.mean_queue,
        "service level": told.service_level,
    }
    pool = pool_of(name, rate, agents, within=within, batch=batch)
    return KnownSystem(name, pool, [*of_class(known), occupancy(told.occupancy)])


def impatient_system(
    name: str,
    rate: float,
    agents: int,
    *,
    within: float,
    batch: float,
    patience: Exponential | Lognormal | None = None,
    room: int | None = None,
) -> KnownSystem:
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
    waiting = {
        "chance of a wait": told.p_wait,
        "mean wait": told.mean_wait,
        "mean wait of the served": told.mean_wait_served,
        "queue length": told.mean_queue,
        "service level": told.service_level,
        "service level of the served": told.service_level_served,
    }
    lost = {}
    if room is not None:
        lost["chance of refusal"] = told.p_block
    if patience is not None:
        lost["abandonment"] = told.p_abandon
        lost["abandonment of those who wait"] = told.p_abandon_given_wait
    if isinstance(patience, Exponential):
        # Memoryless: while waiting, each gives up at this rate, whatever else happens.
        lost["given up per time waited"] = 1.0 / patience.mean
    measures = [*of_class(waiting), occupancy(told.occupancy), *of_class(lost)]
    pool = pool_of(name, rate, agents, within=within, batch=batch, room=room, patience=patience)
    return KnownSystem(name, pool, measures)


def _impatient(
    rate: float,
    agents: int,
    within: float,
    patience: Exponential | Lognormal | None,
    room: int | None,
) -> theory.ImpatientQueue:
    queue = {"arrival_rate": rate, "service_rate": 1.0, "service_level_time": within}
    if isinstance(patience, Lognormal):
        assert room is None
        spread = sqrt(log(1.0 + (patience.sd / patience.mean) ** 2))
        middle = log(patience.mean) - spread**2 / 2

        def survival(time: float) -> float:
            return 0.5 * erfc((log(time) - middle) / (spread * sqrt(2.0))) if time > 0 else 1.0

        return theory.patience_queue(**queue, agents=agents, survival=survival)
    giving_up = 0.0 if patience is None else 1.0 / patience.mean
    if room is None:
        return theory.erlang_a(**queue, agents=agents, patience_rate=giving_up)
    places = agents + room
    return theory.finite_queue(**queue, agents=agents, capacity=places, patience_rate=giving_up)


def priority_system(
    name: str, rates: Sequence[float], agents: int, *, within: float, batch: float
) -> KnownSystem:
    """Return M/M/n with strict priorities, the first class first; arguments as before."""
    told = theory.priority_queue(
        arrival_rate=rates, service_rate=1.0, agents=agents, service_level_time=within
    )
    streams = [
        stream_of(name, place, rate, within, priority=len(rates) - place)
        for place, rate in enumerate(rates)
    ]
    measures = [occupancy(told.occupancy)]
    waits = [told.p_wait] * len(rates)
    known = zip(waits, told.mean_wait, told.mean_queue, told.service_level, strict=True)
    for place, each in enumerate(known):
        measures += of_waiting(place, *each)
    pool = scenario_of(streams, [Group("all", count=agents)], batch, order="priority")
    return KnownSystem(name, pool, measures)


def skill_system(
    name: str,
    rates: Sequence[float],
    pools_of_class: Sequence[Collection[int]],
    agents: Sequence[int],
    *,
    speeds: Sequence[float] | None = None,
    within: float,
    batch: float,
) -> KnownSystem:
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
    told = theory.fcfs_alis(
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
        occupancy(used, pool, f", pool {pool}") for pool, used in enumerate(told.occupancy)
    ]
    known = zip(told.p_wait, told.mean_wait, told.mean_queue, told.service_level, strict=True)
    for place, (pools, each) in enumerate(zip(pools_of_class, known, strict=True)):
        measures += of_waiting(place, *each)
        for pool in sorted(pools)[:-1]:  # the last has the rest
            # A share of the class, not a rate: how many come is chance, not routing.
            flow = Amount("flow", place, (str(pool),))
            share = told.flow[place][pool] / rates[place]
            to = f"share of class {place} to pool {pool}"
            measures.append(KnownMeasure(to, share, flow, contacts(place, "answered")))
    return KnownSystem(name, scenario_of(streams, groups, batch), measures)


def interrupted_mails(calls: float, mails: float) -> tuple[float, float]:
    """Return means of e-mails of M/G/1 with preemptive priority of calls, work resumed.

    They are the wait from arrival to the first answer, and the time between answer and end with
    the agent at calls.

    Args:
        calls: calls a time unit, each exponential of mean `CALL`.
        mails: e-mails a time unit, of mean `MAIL` and standard deviation `MAIL_SD`.

    Source: H. White and L. S. Christie (1958); R. G. Miller (1960).

    Example:
        >>> wait, interrupted = interrupted_mails(0.6, 0.3)
        >>> round(wait, 6), round(interrupted, 6)
        (1.205357, 0.428571)
    """
    by_calls = calls * CALL
    left = 1.0 - by_calls - mails * MAIL
    # Work found in progress: half the second moment of each class, times its rate.
    found = calls * CALL**2 + mails * (MAIL**2 + MAIL_SD**2) / 2
    return found / ((1.0 - by_calls) * left), MAIL * by_calls / (1.0 - by_calls)


def interrupting_system(
    name: str,
    calls: float,
    mails: float,
    agents: int,
    *,
    order: str,
    within: float,
    batch: float,
) -> KnownSystem:
    """Return agents who take calls in the middle of e-mails, and go on with these afterwards.

    To calls it is M/M/n without e-mails, in either order. Of e-mails all is known where there is
    one agent and calls go first. In order of arrival an e-mail that waits before a call is begun
    before it, to be interrupted at once: only the sum of its two times is known. With more agents
    an interrupted e-mail stays with its own, whoever else comes free: no formula is known.

    Args:
        name: what it is called.
        calls: calls a time unit.
        mails: e-mails a time unit.
        agents: how many agents.
        order: "priority" (calls first) or "arrival".
        within: the service level time of calls, in time units.
        batch: length of a batch, in time units.
    """
    told = theory.erlang_c(
        arrival_rate=calls, service_rate=1.0 / CALL, agents=agents, service_level_time=within
    )
    measures = [
        occupancy((calls * CALL + mails * MAIL) / agents),
        *of_waiting(0, told.p_wait, told.mean_wait, told.mean_queue, told.service_level),
        *of_class({"mean contact time": MAIL}, 1),
    ]
    if agents == 1:
        measures += of_class(_mails(calls, mails, by_priority=order == "priority"), 1)
    streams = [
        stream_of(name, 0, calls, within, handling=Exponential(CALL), priority=1),
        stream_of(name, 1, mails, within, channel="email", handling=Lognormal(MAIL, MAIL_SD)),
    ]
    groups, channels = [Group("all", count=agents)], [Channel("email", interrupted_by=["phone"])]
    centre = scenario_of(streams, groups, batch, channels=channels, order=order)
    return KnownSystem(name, centre, measures)


def _mails(calls: float, mails: float, *, by_priority: bool) -> dict[str, float]:
    wait, interrupted = interrupted_mails(calls, mails)
    time = wait + MAIL + interrupted
    found = {
        "chance of a wait": calls * CALL + mails * MAIL,
        "mean time in system": time,
        "number in system": mails * time,
    }
    if by_priority:
        found |= {"mean wait": wait, "queue length": mails * wait}
        found["mean time interrupted"] = interrupted
    return found


def small_systems() -> tuple[KnownSystem, ...]:
    """Return the systems of every validation: small ones, some 640,000 contacts in all.

    Example:
        >>> len(small_systems())
        15
    """
    fast = Exponential(2.0)
    skewed = Lognormal(1.0, 1.5)
    return (
        erlang_b_system("Erlang B, 6 agents", 5.0, 6, batch=120),
        erlang_c_system("Erlang C, 4 agents", 2.8, 4, within=0.2, batch=400),
        impatient_system("Erlang A, 8 agents", 9.0, 8, within=0.2, batch=120, patience=fast),
        impatient_system("finite queue, 4 agents", 4.0, 4, within=0.2, batch=200, room=3),
        impatient_system(
            "finite queue, patience", 5.0, 4, within=0.2, batch=150, patience=fast, room=4
        ),
        impatient_system("lognormal patience", 9.0, 8, within=0.2, batch=120, patience=skewed),
        priority_system("three priorities", [0.7, 0.9, 0.9], 4, within=0.2, batch=400),
        interrupting_system(
            "calls interrupt", 0.6, 0.3, 1, order="priority", within=0.2, batch=1000
        ),
        interrupting_system(
            "calls interrupt, 4 agents", 4.0, 0.8, 4, order="arrival", within=0.1, batch=300
        ),
        skill_system("N", [0.5, 0.4], N, [1, 1], within=1.0, batch=800),
        skill_system("W", [0.4, 0.4, 0.4], W, [1, 1], within=1.0, batch=800),
        skill_system(
            "M, three speeds", [0.7, 0.8], M, [1, 1, 1], speeds=SPEEDS, within=1.0, batch=800
        ),
        skill_system("X", [1.3, 1.3], X, [2, 2], within=0.2, batch=400),
        skill_system("N, pools of 4", [3.0, 2.4], N, [4, 4], within=0.2, batch=250),
        skill_system("chain", [1.4] * 3, CHAIN, [2] * 3, within=0.2, batch=300),
    )


def large_systems() -> tuple[KnownSystem, ...]:
    """Return the systems of a full validation besides: up to 100 agents and 93 % load.

    Some 11 million contacts in all.
    """
    third, fast, slow = 1.0 / 3.0, Exponential(1.0), Exponential(2.0)
    skewed = Lognormal(2.0, 3.0)
    return (
        erlang_b_system("Erlang B, 100 agents", 90.0, 100, batch=150),
        erlang_c_system("Erlang C, 10 agents", 8.0, 10, within=0.1, batch=1200),
        erlang_c_system("Erlang C, 100 agents", 90.0, 100, within=0.1, batch=400),
        impatient_system("Erlang A, 100 agents", 100, 100, within=third, batch=150, patience=slow),
        impatient_system("Erlang A, overload", 12.0, 10, within=0.1, batch=600, patience=fast),
        impatient_system("lognormal, 50 agents", 52, 50, within=0.1, batch=200, patience=skewed),
        priority_system("priorities, 10 agents", [3.0, 3.0, 2.0], 10, within=0.5, batch=1500),
        skill_system("N, two agents", [0.4, 0.5], N, [1, 1], within=1, batch=3000),
        skill_system("W, two agents", [0.5] * 3, W, [1, 1], within=1, batch=4000),
        skill_system(
            "M, three agents of different speed",
            [1.0, 1.2],
            M,
            [1, 1, 1],
            speeds=SPEEDS,
            within=1,
            batch=15000,
        ),
        skill_system("X, five and five", [4, 4], X, [5, 5], within=0.1, batch=1200),
        skill_system("N, fifty and fifty", [50, 40], N, [50, 50], within=0.1, batch=400),
        skill_system("M, three pools", [30, 30], M, [25, 15, 25], within=0.1, batch=700),
        skill_system("chain, pools of 30", [28] * 3, CHAIN, [30] * 3, within=0.1, batch=600),
    )
