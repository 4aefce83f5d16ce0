"""Validation: the simulator, through the full router, against everything that theory knows.

Each system is run in replications, each in batches. Every measure is a ratio of sums over the
batches, its standard error that of the delta method. A measure passes if its simulated value is
no more standard errors from the theoretical one than the Student t quantile, at a level at which
all measures of the run together pass a right simulator in 99.9 % of all seeds (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import copysign, inf, isnan
from typing import Final

import attrs
import numpy as np

from omniqueue.centre.chance import SEED_MAX
from omniqueue.centre.times import Floats
from omniqueue.errors import InvalidValueError, InvariantError
from omniqueue.model.checks import whole
from omniqueue.model.event import JsonValue
from omniqueue.model.json_values import json_fields, json_value
from omniqueue.sim.replication.loop import run_replication
from omniqueue.sim.replication.replication_record import ReplicationRecord, check_identities
from omniqueue.sim.runs.estimates import ratio_interval, student_t
from omniqueue.sim.runs.summary import Summary, summarise
from omniqueue.sim.runs.workers import Progress, Stopped, Workers
from omniqueue.sim.validation.systems import (
    BATCHES,
    REPLICATIONS,
    Amount,
    KnownSystem,
    large_systems,
    small_systems,
)

FORMAT: Final = "omniqueue-validation/2"
CONFIDENCE: Final = 0.999
SEED: Final = 1
DEGREES: Final = REPLICATIONS * BATCHES - 1


@attrs.frozen(kw_only=True)
class Check:
    """One measure of one system.

    Args:
        system: which system.
        measure: which measure of it.
        theory: its exact value; times in time units of the system.
        simulated: the estimate; NaN: there was nothing to measure.
        half_width: of the interval around the estimate, at the level of the whole run.
        z: how many standard errors the estimate is above theory.
        passed: whether theory lies in the interval.
    """

    system: str
    measure: str
    theory: float
    simulated: float
    half_width: float
    z: float
    passed: bool


@attrs.frozen(kw_only=True)
class Validation:
    """What a validation found.

    Args:
        checks: every measure, in the order of the systems.
        faults: what does not hold of what holds exactly in every run (Little's law, flows).
        limit: the greatest |z| that passes.
        seed: the seed.
        full: whether the large systems were simulated as well.
        contacts: how many contacts were simulated.
        runs: how many replications, each of which kept all identities unless `faults` says so.
        incomplete: whether it was stopped: systems are then missing.
    """

    checks: tuple[Check, ...]
    faults: tuple[str, ...]
    limit: float
    seed: int
    full: bool
    contacts: int
    runs: int
    incomplete: bool = False

    @property
    def passed(self) -> bool:
        """Whether everything was looked at, and holds."""
        held = not self.faults and all(check.passed for check in self.checks)
        return held and not self.incomplete

    @property
    def worst(self) -> float:
        """The greatest |z|; 0: nothing was looked at."""
        return max((abs(check.z) for check in self.checks), default=0.0)

    def to_dict(self) -> dict[str, JsonValue]:
        """Return everything as JSON types, as `omniqueue validate --json` prints it.

        Keys: `format`, `passed`, `full`, `seed`, `incomplete`, `runs`, `contacts`, `confidence`
        (of all checks together), `limit` (of |z|), `worst` (the greatest |z|), `faults`
        (identities that were broken), `checks` (list of objects with `system`, `measure`,
        `theory`, `simulated`, `half_width`, `z`, `passed`). Null: not finite.

        Cost: O(checks).
        """
        return {
            "format": FORMAT,
            "passed": self.passed,
            "confidence": CONFIDENCE,
            "worst": json_value(self.worst),
            **json_fields(self),
        }


def validate(
    full: bool = False,
    *,
    seed: int = SEED,
    jobs: int = 1,
    progress: Progress | None = None,
    stopped: Stopped | None = None,
) -> Validation:
    """Simulate systems whose exact measures are known, and compare.

    Args:
        full: the large systems as well (up to 100 agents, 93 % load): minutes, not seconds.
        seed: the seed of all chance (int from 0); a right simulator passes with 999 of 1,000.
        jobs: how many processes; the result is the same.
        progress: told how many replications are done, and planned.
        stopped: asked now and then; true ends it with the systems that are done.

    Raises:
        InvalidValueError: a value out of range.

    Cost: 0.64 million contacts, some 12 seconds; full: 12 million, some minutes.
    """
    systems = small_systems() + (large_systems() if full else ())
    found = check_systems(systems, seed=seed, jobs=jobs, progress=progress, stopped=stopped)
    return attrs.evolve(found, full=full)


def check_systems(
    systems: Sequence[KnownSystem],
    *,
    seed: int = SEED,
    jobs: int = 1,
    progress: Progress | None = None,
    stopped: Stopped | None = None,
) -> Validation:
    """Simulate some systems and compare all their measures with theory.

    Args:
        systems: what is simulated, each under a name of its own.
        seed: the seed of all chance (int from 0).
        jobs: how many processes; the result is the same.
        progress: told how many replications are done, and planned.
        stopped: asked now and then; true ends it with the systems that are done.

    Raises:
        InvalidValueError: a value out of range.

    Source: batch means and the delta method in Asmussen and Glynn, Stochastic Simulation (2007).
    Cost: that of `run_replication`, 8 times for each system.

    Example:
        >>> from omniqueue.sim.validation.systems import erlang_c_system
        >>> desk = erlang_c_system("desk", 2.8, 4, within=0.2, batch=20)
        >>> check_systems([desk]).checks[0].measure
        'chance of a wait'
    """
    seed = whole("seed", seed, 0, SEED_MAX)
    if not systems:
        raise InvalidValueError("systems", len(systems), "at least one")
    work = _Work(systems=tuple(systems), seed=seed)
    planned = len(systems) * REPLICATIONS
    units: list[_Units] = []
    with Workers(jobs, None, stopped, progress) as workers:
        for found in workers.map(work, range(planned)):
            if found is None:
                break
            units.append(found)
    return _compared(work, units, planned)


@attrs.frozen(kw_only=True, eq=False)
class _Units:
    """What one replication says: numerators and denominators, shape (measures, 2, batches)."""

    sums: Floats
    contacts: int
    fault: str


@attrs.frozen(kw_only=True)
class _Work:
    """The replications of all systems, numbered through; each can be run anywhere."""

    systems: tuple[KnownSystem, ...]
    seed: int

    def __call__(self, number: int, stopped: Stopped | None = None, /) -> _Units | None:
        """Run one; None: it was stopped."""
        place, replication = divmod(number, REPLICATIONS)
        system = self.systems[place]
        record = run_replication(system.scenario, self.seed, replication, stopped=stopped)
        if record.incomplete:
            return None
        fault = ""
        try:
            check_identities(record)
        except InvariantError as error:
            fault = f"{system.name}, replication {replication}: {error}"
        summaries = summarise(record, system.scenario, batches=BATCHES)
        flows = _flows(record, system)
        sums = [
            [
                [_sum(amount, summaries[batch], flows[batch]) for batch in range(BATCHES)]
                for amount in (measure.over, measure.under)
            ]
            for measure in system.measures
        ]
        return _Units(sums=np.array(sums), contacts=len(record), fault=fault)


def _flows(record: ReplicationRecord, system: KnownSystem) -> Floats:
    """Return how many contacts of each stream each group answered, by batch of their arrival."""
    shape = (BATCHES, len(system.scenario.streams), len(system.scenario.groups))
    edges = np.linspace(record.warm_up_seconds, record.horizon_seconds, BATCHES + 1)
    batch = np.searchsorted(edges, record.arrived_at, side="right") - 1
    taken = (record.agent >= 0) & (batch >= 0) & (batch < BATCHES)
    places = (batch[taken], record.stream[taken], record.group[taken])
    counts = np.bincount(np.ravel_multi_index(places, shape), minlength=int(np.prod(shape)))
    return counts.reshape(shape).astype(float)


def _sum(amount: Amount, summary: Summary, flow: Floats) -> float:
    """Return what an amount comes to in one batch."""
    place = amount.place
    if amount.kind == "seconds":
        return summary.seconds
    if amount.kind == "squares":
        return float(np.sum(summary.waits[place] ** 2))
    if amount.kind == "flow":
        return float(flow[place, int(amount.columns[0])])
    sums = summary.groups if amount.kind == "groups" else summary.contacts
    return sum(float(sums[column][place]) for column in amount.columns)


def _compared(work: _Work, units: list[_Units], planned: int) -> Validation:
    """Compare the systems of which all replications are there."""
    number = sum(len(system.measures) for system in work.systems)
    level = 1.0 - (1.0 - CONFIDENCE) / number
    limit = student_t(level, DEGREES)
    checks: list[Check] = []
    for place, system in enumerate(work.systems):
        mine = units[place * REPLICATIONS : (place + 1) * REPLICATIONS]
        if len(mine) < REPLICATIONS:
            break
        sums = np.concatenate([unit.sums for unit in mine], axis=2)
        for measure, (over, under) in zip(system.measures, sums, strict=True):
            found = ratio_interval(over, under, confidence=level)
            z = _score(found.value - measure.theory, found.half_width / limit)
            checks.append(
                Check(
                    system=system.name,
                    measure=measure.name,
                    theory=measure.theory,
                    simulated=found.value,
                    half_width=found.half_width,
                    z=z,
                    passed=abs(z) <= limit,
                )
            )
    return Validation(
        checks=tuple(checks),
        faults=tuple(unit.fault for unit in units if unit.fault),
        limit=limit,
        seed=work.seed,
        full=False,
        contacts=sum(unit.contacts for unit in units),
        runs=len(units),
        incomplete=len(units) < planned,
    )


def _score(gap: float, error: float) -> float:
    """Return a difference in standard errors; infinite: there is nothing to measure it by."""
    if isnan(gap) or isnan(error):
        return inf
    if error == 0.0:
        return 0.0 if abs(gap) < 1e-12 else copysign(inf, gap)
    return gap / error
