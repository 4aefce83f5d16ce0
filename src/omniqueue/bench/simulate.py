"""`omniqueue bench simulate`: a centre of 100 agents at 90 % load, through the full router.

Rivals, where some are given, are handed the same customers and take turns with it; the wheel
gives none, `benchmarks/simulate.py` in the repository does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate
from typing import Final

import attrs
import numpy as np

from omniqueue.bench import timing
from omniqueue.bench.machine import this_machine
from omniqueue.bench.result import BenchResult, BenchTarget, Figure, number_text
from omniqueue.bench.workload import assignments_checksum, seeded
from omniqueue.centre.groups import Group
from omniqueue.sim.replication.loop import run_replication
from omniqueue.sim.replication.replication_record import ReplicationRecord
from omniqueue.sim.scenarios.arrivals import Trace
from omniqueue.sim.scenarios.scenario import Scenario, Stream
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
        contacts: in a run of the pool. long: in a run with e-mails beside, or without.
        blocked: e-mails that wait all along.

    Example:
        >>> SimulationSizes().blocked
        5000
    """

    contacts: int = 20_000
    long: int = 100_000
    blocked: int = 5_000


_QUICK: Final = SimulationSizes(contacts=2_000, long=2_000, blocked=50)


@attrs.frozen
class BenchCustomers:
    """Who comes when, and how long each takes.

    Args:
        arrivals: seconds, in order. handling: seconds, of each.

    Example:
        >>> BenchCustomers((0.0, 2.0), (5.0, 5.0)).arrivals[-1]
        2.0
    """

    arrivals: tuple[float, ...]
    handling: tuple[float, ...]


@attrs.frozen
class RivalPool:
    """Another library's simulation of one pool of agents.

    Args:
        name: of the library.
        mean_wait: given customers and the number of agents, simulates; returns seconds.
        bound: how many times as quick omniqueue is promised to be.
    """

    name: str
    mean_wait: Callable[[BenchCustomers, int], float]
    bound: float


@attrs.frozen
class RivalStore:
    """Another library's simulation of agents by skill.

    Args:
        name: of what it uses.
        mean_wait: given callers, agents and waiting e-mails, simulates; returns seconds.
        contacts: callers in a run.
    """

    name: str
    mean_wait: Callable[[BenchCustomers, int, int], float]
    contacts: int


def draw_customers(count: int, seed: int) -> BenchCustomers:
    """Return customers of M/M/100 at 90 % load. Cost: O(n).

    Example:
        >>> len(draw_customers(10, 1).handling)
        10
    """
    chance = seeded(seed, "customers")
    rate = _AGENTS * _LOAD / _HANDLING_SECONDS
    gaps = [chance.expovariate(rate) for _ in range(count)]
    handling = [chance.expovariate(1 / _HANDLING_SECONDS) for _ in range(count)]
    return BenchCustomers(tuple(accumulate(gaps)), tuple(handling))


def scenario(customers: BenchCustomers, blocked: int = 0) -> Scenario:
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
    *,
    seed: int = 1,
    quick: bool = False,
    tell: Callable[[str], None] = lambda _: None,
    pools: Sequence[RivalPool] = (),
    stores: Sequence[RivalStore] = (),
) -> BenchResult:
    """Simulate a pool of agents, and callers while e-mails wait that others must answer.

    Args:
        seed: of everything drawn.
        quick: small sizes, to see that it works; nothing is judged.
        tell: called with what is being done.
        pools: rivals that simulate the pool, in turns with omniqueue.
        stores: rivals that simulate callers beside e-mails.

    Raises:
        MissingExtraError: a rival's library is not installed.

    Cost: under a minute, two with the usual rivals; some seconds when quick.

    Example:
        >>> simulate(quick=True).figures[0].name
        'omniqueue, M/M/100'
    """
    it = _Simulation(_QUICK if quick else SimulationSizes(), seed, quick, tell)
    figures, targets, note, record = it.pools(pools)
    more, blocked = it.blocked(stores)
    speed = 1e6 / figures[0].spread.median
    return BenchResult(
        bench="simulate",
        machine=this_machine(),
        seed=seed,
        sizes={
            "agents": _AGENTS,
            "load": _LOAD,
            **attrs.asdict(it.sizes),
            **({"filtered": stores[0].contacts} if stores else {}),
        },
        quick=quick,
        headline=(
            f"{speed:,.0f} contacts simulated a second, through the full router",
            *(f"{number_text(target.measured)} {target.unit} {target.name}" for target in targets),
        ),
        figures=(*figures, *more),
        targets=(*targets, blocked),
        checksum=checksum(record),
        cpu_share=it.watch.cpu_share,
        notes=(note,),
    )


def checksum(record: ReplicationRecord) -> str:
    """Return the SHA-256 of who answered whom, one "contact agent" a line, by arrival."""
    return assignments_checksum(
        (str(contact), str(agent)) for contact, agent in enumerate(record.agent.tolist())
    )


@attrs.define
class _Simulation:
    """What both measures share."""

    sizes: SimulationSizes
    seed: int
    quick: bool
    tell: Callable[[str], None]
    watch: timing.Stopwatch = attrs.Factory(timing.Stopwatch)

    def pools(
        self, rivals: Sequence[RivalPool]
    ) -> tuple[list[Figure], list[BenchTarget], str, ReplicationRecord]:
        """Simulate one pool of agents: the same customers for all."""
        self.tell("customers are drawn")
        contacts = self.sizes.contacts
        customers = draw_customers(contacts, self.seed)
        centre = scenario(customers)
        record = run_replication(centre)
        waits = {"omniqueue": float(np.nanmean(record.answered_at - record.arrived_at))}
        waits |= {rival.name: rival.mean_wait(customers, _AGENTS) for rival in rivals}
        own, *others = self._in_turns(
            [
                (partial(run_replication, centre), contacts),
                *((partial(rival.mean_wait, customers, _AGENTS), contacts) for rival in rivals),
            ],
            f"{', '.join(waits)} in turns",
        )
        figures = [
            Figure(
                f"{name}, M/M/100", "us a contact", timing.Spread.of([1e6 * it for it in seconds])
            )
            for name, seconds in zip(waits, (own, *others), strict=True)
        ]
        targets = [
            BenchTarget(
                f"as quick as {rival.name}",
                timing.Spread.of(timing.ratios(seconds, own)).median,
                rival.bound,
                "x",
                least=True,
                judged=not self.quick,
            )
            for rival, seconds in zip(rivals, others, strict=True)
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

    def blocked(self, rivals: Sequence[RivalStore]) -> tuple[list[Figure], BenchTarget]:
        """Simulate callers with and without e-mails that only a busy agent can serve."""
        self.tell("e-mails come to wait")
        customers, blocked = draw_customers(self.sizes.long, self.seed), self.sizes.blocked
        plain, crowded = scenario(customers), scenario(customers, blocked)
        names = ["omniqueue", *(rival.name for rival in rivals)]
        acts: list[tuple[Callable[[], object], int]] = [
            (partial(run_replication, plain), self.sizes.long),
            (partial(run_replication, crowded), self.sizes.long),
        ]
        for rival in rivals:
            few = draw_customers(rival.contacts, self.seed)
            for waiting in (0, blocked):
                acts.append((partial(rival.mean_wait, few, _AGENTS, waiting), rival.contacts))
        times = self._in_turns(acts, "with and without e-mails, in turns")
        figures = []
        slower = []
        for name, without, beside in zip(names, times[::2], times[1::2], strict=True):
            for case, seconds in (("calls only", without), ("e-mails wait", beside)):
                spread = timing.Spread.of([1e6 * it for it in seconds])
                figures.append(Figure(f"{name}, {case}", "us a call", spread))
            slower.append(timing.Spread.of(timing.ratios(beside, without)).median)
        others = "".join(
            f"; {name} {number_text(ratio)} x"
            for name, ratio in zip(names[1:], slower[1:], strict=True)
        )
        target = BenchTarget(
            f"a call while {blocked:,} e-mails wait, over one without",
            slower[0],
            1.2,
            "x",
            judged=not self.quick,
            remark=f"the e-mails' own arrival included{others}",
        )
        return figures, target

    def _in_turns(
        self, acts: Sequence[tuple[Callable[[], object], int]], what: str
    ) -> list[list[float]]:
        """Return the CPU seconds of one contact in each run of each act."""
        with timing.collector_frozen():
            return timing.alternate(
                [partial(self._seconds, act, contacts) for act, contacts in acts],
                _QUICK_RUNS if self.quick else _RUNS,
                lambda: self.tell(what),
            )

    def _seconds(self, act: Callable[[], object], contacts: int) -> float:
        timing.freeze()
        return self.watch.seconds(act) / contacts
