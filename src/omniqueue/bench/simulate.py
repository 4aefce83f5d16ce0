"""`omniqueue bench simulate`: a centre of 100 agents at 90 % load, beside SimPy and Ciw."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import accumulate
from typing import Final

import attrs
import numpy as np

from omniqueue.bench.machine import this_machine
from omniqueue.bench.result import BenchResult, Figure, Target, number_text
from omniqueue.bench.rival_simulations import Customers, ciw_pool, simpy_pool, simpy_skills
from omniqueue.bench.timing import (
    Spread,
    Stopwatch,
    alternate,
    collector_frozen,
    freeze,
    ratios,
)
from omniqueue.bench.workload import assignments_checksum, seeded
from omniqueue.sim.centre.columns import ReplicationRecord
from omniqueue.sim.centre.replication import run_replication
from omniqueue.sim.laws.arrivals import Trace
from omniqueue.sim.scenarios.scenario import Scenario, Stream
from omniqueue.sim.scenarios.staffing import Group
from omniqueue.theory import erlang_c

_AGENTS: Final = 100
_LOAD: Final = 0.9
_HANDLING_SECONDS: Final = 300.0
_FOREVER_SECONDS: Final = 1e8
_RUNS: Final = 7
_QUICK_RUNS: Final = 2


@attrs.frozen(kw_only=True)
class SimulationSizes:
    """How large the simulations are.

    Args:
        contacts: in a run beside rivals. long: in a run with e-mails beside, or without.
        blocked: e-mails that wait all along. filtered: contacts in a run of a FilterStore.

    Example:
        >>> SimulationSizes().blocked
        5000
    """

    contacts: int = 20_000
    long: int = 100_000
    blocked: int = 5_000
    filtered: int = 1_000


_QUICK: Final = SimulationSizes(contacts=2_000, long=2_000, blocked=50, filtered=200)


def draw_customers(count: int, seed: int) -> Customers:
    """Return customers of M/M/100 at 90 % load. Cost: O(n).

    Example:
        >>> len(draw_customers(10, 1).handling)
        10
    """
    chance = seeded(seed, "customers")
    rate = _AGENTS * _LOAD / _HANDLING_SECONDS
    gaps = [chance.expovariate(rate) for _ in range(count)]
    handling = [chance.expovariate(1 / _HANDLING_SECONDS) for _ in range(count)]
    return Customers(tuple(accumulate(gaps)), tuple(handling))


def scenario(customers: Customers, blocked: int = 0) -> Scenario:
    """Return the centre: callers and their 100 agents; e-mails and their one, who is busy.

    Args:
        customers: the callers.
        blocked: e-mails that come first, each of which takes its agent for years.

    Example:
        >>> scenario(draw_customers(10, 1)).groups[0].size
        100
    """
    calls = Trace(customers.arrivals, customers.handling)
    streams = [Stream("calls", channel="phone", skills={"calls": 1}, arrivals=calls)]
    groups = [Group("desk", count=_AGENTS, skills={"calls": 1})]
    if blocked:
        mails = Trace([0.0] * blocked, [_FOREVER_SECONDS] * blocked)
        streams.append(Stream("mails", channel="email", skills={"mails": 1}, arrivals=mails))
        groups.append(Group("back office", skills={"mails": 1}))
    return Scenario(
        streams=streams,
        groups=groups,
        horizon_seconds=customers.arrivals[-1] + 1.0,
        drain_seconds=20 * _HANDLING_SECONDS,
    )


def simulate(
    *, seed: int = 1, quick: bool = False, tell: Callable[[str], None] = lambda _: None
) -> BenchResult:
    """Simulate the same customers with omniqueue, SimPy and Ciw.

    Args:
        seed: of everything drawn.
        quick: small sizes, to see that it works; nothing is judged.
        tell: called with what is being done.

    Raises:
        MissingExtraError: SimPy or Ciw is not installed.

    Cost: about two minutes; some seconds when quick.
    """
    sizes = _QUICK if quick else SimulationSizes()
    runs = _QUICK_RUNS if quick else _RUNS
    watch = Stopwatch()
    figures, targets, note, record = _pools(sizes, runs, seed, watch, quick=quick, tell=tell)
    more, blocked = _blocked(sizes, runs, seed, watch, quick=quick, tell=tell)
    speed = 1e6 / figures[0].spread.median
    return BenchResult(
        bench="simulate",
        machine=this_machine(),
        seed=seed,
        sizes={"agents": _AGENTS, "load": _LOAD, **attrs.asdict(sizes)},
        quick=quick,
        headline=(
            f"{speed:,.0f} contacts simulated a second, through the full router",
            *(f"{number_text(target.measured)} {target.unit} {target.name}" for target in targets),
        ),
        figures=(*figures, *more),
        targets=(*targets, blocked),
        checksum=checksum(record),
        cpu_share=watch.cpu_share,
        notes=(note,),
    )


def checksum(record: ReplicationRecord) -> str:
    """Return the SHA-256 of who answered whom, one "contact agent" a line, by arrival."""
    return assignments_checksum(
        (str(contact), str(agent)) for contact, agent in enumerate(record.agent.tolist())
    )


def _pools(
    sizes: SimulationSizes,
    runs: int,
    seed: int,
    watch: Stopwatch,
    *,
    quick: bool,
    tell: Callable[[str], None],
) -> tuple[list[Figure], list[Target], str, ReplicationRecord]:
    """Compare one pool of agents: the same customers for all."""
    tell("customers are drawn")
    customers = draw_customers(sizes.contacts, seed)
    centre = scenario(customers)
    record = run_replication(centre)
    waits = {
        "omniqueue": float(np.nanmean(record.answered_at - record.arrived_at)),
        "SimPy": simpy_pool(customers, _AGENTS),
        "Ciw": ciw_pool(customers, _AGENTS),
    }
    acts: list[Callable[[], object]] = [
        partial(run_replication, centre),
        partial(simpy_pool, customers, _AGENTS),
        partial(ciw_pool, customers, _AGENTS),
    ]
    with collector_frozen():
        times = alternate(
            [partial(_seconds, act, watch, sizes.contacts) for act in acts],
            runs,
            lambda: tell("omniqueue, SimPy and Ciw take turns"),
        )
    figures = [
        Figure(f"{name}, M/M/100", "us a contact", Spread.of([1e6 * it for it in seconds]))
        for name, seconds in zip(waits, times, strict=True)
    ]
    targets = [
        Target(name, Spread.of(ratios(rival, times[0])).median, bound, "x", True, not quick)
        for name, rival, bound in (
            ("as quick as SimPy", times[1], 2),
            ("as quick as Ciw", times[2], 5),
        )
    ]
    truth = erlang_c(
        arrival_rate=_AGENTS * _LOAD / _HANDLING_SECONDS,
        service_rate=1 / _HANDLING_SECONDS,
        agents=_AGENTS,
    )
    found = ", ".join(f"{name} {wait:.6f}" for name, wait in waits.items())
    note = (
        f"mean wait of the same customers, seconds: {found};"
        f" of all there could be (Erlang C): {truth.mean_wait:.2f}"
    )
    return figures, targets, note, record


def _blocked(
    sizes: SimulationSizes,
    runs: int,
    seed: int,
    watch: Stopwatch,
    *,
    quick: bool,
    tell: Callable[[str], None],
) -> tuple[list[Figure], Target]:
    """Compare with and without e-mails that only others can serve, who have no time."""
    tell("e-mails come to wait")
    customers, few = draw_customers(sizes.long, seed), draw_customers(sizes.filtered, seed)
    plain, crowded = scenario(customers), scenario(customers, sizes.blocked)
    acts: list[tuple[str, Callable[[], object], int]] = [
        ("omniqueue, calls only", partial(run_replication, plain), sizes.long),
        ("omniqueue, e-mails wait", partial(run_replication, crowded), sizes.long),
        ("FilterStore, calls only", partial(simpy_skills, few, _AGENTS, 0), sizes.filtered),
        (
            "FilterStore, e-mails wait",
            partial(simpy_skills, few, _AGENTS, sizes.blocked),
            sizes.filtered,
        ),
    ]
    with collector_frozen():
        times = alternate(
            [partial(_seconds, act, watch, count) for _, act, count in acts],
            runs,
            lambda: tell("with and without e-mails, in turns"),
        )
    figures = [
        Figure(name, "us a call", Spread.of([1e6 * it for it in seconds]))
        for (name, _, _), seconds in zip(acts, times, strict=True)
    ]
    slower = Spread.of(ratios(times[1], times[0]))
    rival = Spread.of(ratios(times[3], times[2]))
    target = Target(
        f"a call while {sizes.blocked:,} e-mails wait, over one without",
        slower.median,
        1.2,
        "x",
        judged=not quick,
        remark=f"the e-mails' own arrival included; FilterStore {number_text(rival.median)} x",
    )
    return figures, target


def _seconds(act: Callable[[], object], watch: Stopwatch, contacts: int) -> float:
    freeze()
    return watch.seconds(act) / contacts
