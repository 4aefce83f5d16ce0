"""Measures: one table of what is measured and how, and the sums that a ledger and agents give.

A measure is a row of `MEASURES`: a sum, or one sum over another. Whatever adds up these sums (a
ledger here, live statistics, a simulation) gives every measure whose sums it has, so a new measure
is one row. Routing, audit, simulation, live statistics and the reports print from the rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from statistics import median
from types import MappingProxyType
from typing import Final

import attrs

from omniqueue.record.ledger import OPEN, OUTCOMES, Ledger
from omniqueue.record.workload import AgentTime

NO_SKILL: Final = "(none)"
TOTALS: Final = ("arrived", "answered", "abandoned", "cancelled", "expired", "refused", "open")
"""Counts of contacts; the first is the sum of the others."""

# What `ContactSums` adds up.
_ADDED: Final = (
    *TOTALS[1:],
    *("answered_in_target", "answered_with_target", "unanswered_with_target", "late_unanswered"),
    *("wait_answered_seconds", "wait_unanswered_seconds", "waited"),
)
# Outcome of an unanswered row to its count; only a faulty record completes one unanswered.
_UNANSWERED: Final = tuple("cancelled" if each == "completed" else each for each in OUTCOMES)
AGENT_SUMS: Final = ("signed_in_seconds", "busy_seconds", "load_seconds", "answered")
QUANTILE_FORMULA: Final = (
    "median, 95th percentile: of the waits of the answered; the percentile by nearest rank (95 %"
    " waited no longer)"
)
_TUTORIAL: Final = "Gans, Koole and Mandelbaum, Telephone Call Centers (2003)"
_IMPATIENT: Final = (
    "Jouini, Koole and Roubos, Performance indicators for call centers with impatient customers"
    " (2013)"
)


@attrs.frozen
class Measure:
    """What is measured, and how: one row of the table.

    Args:
        name: its name, as in JSON.
        over: the sum that is measured, or the numerator.
        under: the denominator; None: a plain sum (a simulation gives it for each replication).
        unit: of its values: "contacts", "agents", "seconds" or "share" (0 to 1).
        label: its name in tables.
        formula: how it is worked out, in words.
        source: who defines it so; "": nobody needs to.

    Example:
        >>> MEASURES["mean_wait"].value({"wait_answered_seconds": 30.0, "answered": 2})
        15.0
    """

    name: str
    over: str
    under: str | None
    unit: str
    label: str
    formula: str
    source: str = ""

    def value(self, sums: Mapping[str, float]) -> float | None:
        """Return the measure of some sums; None: there is nothing to divide by.

        Args:
            sums: name to sum; `over` and `under` are among them.
        """
        if self.under is None:
            return sums[self.over]
        return sums[self.over] / sums[self.under] if sums[self.under] else None


# What a sum is, in the words of formulas.
_WORDS: Final = {
    "abandoned": "abandoned",
    "answered": "answered",
    "answered_in_target": "answered within the target",
    "answered_with_target": "answered",
    "arrived_with_target": "arrived",
    "busy_seconds": "time with at least one contact in hand (wrap-up included)",
    "contact_seconds": "time worked on before wrap-up, without interruptions",
    "counted": "(answered"
    " + abandoned, cancelled, expired or still waiting after longer than the target)",
    "entered": "(arrived - refused)",
    "handling_seconds": "(contact time + wrap-up)",
    "interrupted_seconds": "time between answer and end with its agent at another contact",
    "load_seconds": "signed-in time x share of the capacity in use (not by interrupted contacts)",
    "overtook": "answered while one that arrived earlier was still waiting",
    "signed_in_seconds": "signed-in time",
    "wait_answered_seconds": "time from arrival to first assignment, of the answered",
    "wait_seconds": "time from arrival to first assignment, else to the end or until now",
    "waited": "waited longer than 0 seconds",
}


def _sum(name: str, formula: str, label: str = "", unit: str = "contacts") -> Measure:
    return Measure(name, name, None, unit, label or name, formula)


def _ratio(name: str, over: str, under: str, label: str = "", source: str = "") -> Measure:
    """Return a row of one sum over another: a mean time, or a share."""
    unit = "seconds" if name.startswith("mean_") else "share"
    formula = f"{_WORDS[over]} / {_WORDS[under]}"
    return Measure(name, over, under, unit, label or name.replace("_", " "), formula, source)


def _service_level(of: str) -> Measure:
    name, label = f"service_level_{of}", f"service level of the {of}"
    return _ratio(name, "answered_in_target", f"{of}_with_target", label, _IMPATIENT)


def _average(name: str, over: str, unit: str, label: str, what: str) -> Measure:
    formula = f"{what}, averaged over the measured time"
    return Measure(name, over, "seconds", unit, label, formula)


_ROWS: Final = (
    _sum("arrived", "came, refused ones too"),
    _sum("answered", "given to an agent"),
    _sum("abandoned", "gave up, not answered"),
    _sum("cancelled", "cancelled, not answered"),
    _sum("expired", "expired, not answered"),
    _sum("refused", "not let into the queue"),
    _sum("open", "neither answered nor ended"),
    _sum("redials", "arrived, not for the first time"),
    _sum("answered_in_target", "answered within the target", "in target"),
    _ratio("abandonment", "abandoned", "entered", source=_TUTORIAL),
    _ratio("chance_of_waiting", "waited", "entered", "had to wait", _TUTORIAL),
    _ratio("mean_wait", "wait_answered_seconds", "answered", "ASA", _TUTORIAL),
    _ratio("mean_wait_all", "wait_seconds", "entered", "mean wait of all", _IMPATIENT),
    _ratio("service_level", "answered_in_target", "counted", source=_IMPATIENT),
    _service_level("answered"),
    _service_level("arrived"),
    _ratio("mean_contact_time", "contact_seconds", "answered", "contact time", _TUTORIAL),
    _ratio("mean_handling_time", "handling_seconds", "answered", "AHT", _TUTORIAL),
    _ratio("mean_interrupted_time", "interrupted_seconds", "answered", "interrupted"),
    _average("queue_length", "queue_seconds", "contacts", "queue", "contacts waiting"),
    _average("in_hand", "in_hand_seconds", "contacts", "in hand", "contacts with an agent"),
    _ratio("overtook", "overtook", "answered"),
    _average("agents", "signed_in_seconds", "agents", "agents", "agents signed in"),
    _sum("signed_in_seconds", "time signed in, of all agents together", "signed in", "seconds"),
    _ratio("occupancy", "busy_seconds", "signed_in_seconds", source=_TUTORIAL),
    _ratio("load", "load_seconds", "signed_in_seconds"),
)
MEASURES: Final[Mapping[str, Measure]] = MappingProxyType({each.name: each for each in _ROWS})


def measures_of(sums: Collection[str]) -> list[Measure]:
    """Return the measures that these sums give, in the order of the table.

    Args:
        sums: names of sums.

    Cost: O(measures).

    Example:
        >>> [each.name for each in measures_of(["busy_seconds", "signed_in_seconds"])]
        ['signed_in_seconds', 'occupancy']
    """
    return [
        each
        for each in MEASURES.values()
        if each.over in sums and (each.under is None or each.under in sums)
    ]


def formulas_of(sums: Collection[str]) -> dict[str, str]:
    """Return name to formula, in words, of the measures that these sums give.

    Args:
        sums: names of sums.

    Example:
        >>> formulas_of(["answered"])
        {'answered': 'given to an agent'}
    """
    return {each.name: each.formula for each in measures_of(sums)}


@attrs.frozen(kw_only=True)
class Measured:
    """The sums of something that has a name, and every measure that they give.

    Args:
        name: which channel, skill, group or interval.
        sums: name to sum, as the rows of `MEASURES` name them.

    Example:
        >>> Measured(name="desk", sums={"busy_seconds": 6.0, "signed_in_seconds": 8.0}).values()
        {'signed_in_seconds': 8.0, 'occupancy': 0.75}
    """

    name: str
    sums: Mapping[str, float]

    def value(self, measure: str) -> float | None:
        """Return one measure; None: there is nothing to divide by. Cost: O(1).

        Args:
            measure: a key of `MEASURES`; its sums are among `sums`.
        """
        return MEASURES[measure].value(self.sums)

    def values(self) -> dict[str, float | None]:
        """Return every measure that the sums give, by name. Cost: O(measures)."""
        return {each.name: each.value(self.sums) for each in measures_of(self.sums)}

    def to_dict(self) -> dict[str, float | str | None]:
        """Return the name, every other field that is one value, every measure, as JSON types."""
        single = attrs.asdict(self, filter=lambda _, value: not isinstance(value, Mapping))
        return {**single, **self.values()}


@attrs.frozen(kw_only=True)
class ContactMeasures(Measured):
    """The contacts of one channel, skill or interval. Seconds; None where nothing is to measure.

    Args:
        name: which channel, skill or interval.
        sums: the counts of `TOTALS` and what else the rows of `MEASURES` divide.
        median_wait: median wait of the answered.
        p95_wait: 95th percentile of the waits of the answered, by nearest rank.
        longest_wait: longest wait of the answered.
    """

    median_wait: float | None
    p95_wait: float | None
    longest_wait: float | None


@attrs.frozen(kw_only=True)
class GroupMeasures(Measured):
    """The agents of one group.

    Args:
        name: the group.
        agents: how many agents.
        sums: `signed_in_seconds`, `busy_seconds`, `load_seconds` and contacts `answered`.
    """

    agents: int


class ContactSums:
    """Adds up contacts into the sums that measures divide.

    Example:
        >>> sums = ContactSums()
        >>> sums.add("answered", 0.0, 20.0)
        >>> sums.add("abandoned", 99.0, 20.0)
        >>> MEASURES["service_level"].value(sums.to_dict())
        0.5
    """

    __slots__ = ("_sums",)

    def __init__(self) -> None:
        self._sums: dict[str, float] = dict.fromkeys(_ADDED, 0)

    def add(
        self, outcome: str, wait_seconds: float, target_seconds: float | None, step: int = 1
    ) -> None:
        """Add one contact.

        Args:
            outcome: one of `TOTALS` but the first: "answered" if it ever was.
            wait_seconds: from its arrival to its first assignment, else to its end or until now.
            target_seconds: its channel's target; None: it has none.
            step: -1 takes a contact out again that was added with the same arguments.

        Cost: O(1).
        """
        sums, answered = self._sums, outcome == "answered"
        sums[outcome] += step
        if target_seconds is not None:
            sums["answered_with_target" if answered else "unanswered_with_target"] += step
            late = wait_seconds > target_seconds
            if answered and not late:
                sums["answered_in_target"] += step
            elif late and not answered and outcome != "refused":
                sums["late_unanswered"] += step
        if outcome != "refused":
            wait_sum = "wait_answered_seconds" if answered else "wait_unanswered_seconds"
            sums[wait_sum] += step * wait_seconds
            if wait_seconds > 0:
                sums["waited"] += step

    def to_dict(self) -> dict[str, float]:
        """Return name to sum. Cost: O(1)."""
        sums = self._sums
        arrived = sum(sums[outcome] for outcome in TOTALS[1:])
        return {
            **sums,
            "arrived": arrived,
            "entered": arrived - sums["refused"],
            "counted": sums["answered_with_target"] + sums["late_unanswered"],
            "arrived_with_target": sums["answered_with_target"] + sums["unanswered_with_target"],
            "wait_seconds": sums["wait_answered_seconds"] + sums["wait_unanswered_seconds"],
        }


RECORD_FORMULAS: Final[Mapping[str, str]] = MappingProxyType(
    {**formulas_of([*ContactSums().to_dict(), *AGENT_SUMS]), "quantiles": QUANTILE_FORMULA}
)
"""Formula of every measure of contacts and agents that events give, by name."""


@attrs.define
class _Tally:
    """The contacts of one name while they are added up: their sums, the waits of the answered."""

    sums: ContactSums = attrs.Factory(ContactSums)
    waits: list[float] = attrs.Factory(list)

    def add(self, ledger: Ledger, row: int, target_seconds: float | None, now: float) -> None:
        arrived_at = ledger.arrived_at[row]
        if ledger.agents[row] is not None:
            wait = ledger.assigned_at[row] - arrived_at
            self.waits.append(wait)
            self.sums.add("answered", wait, target_seconds)
            return
        outcome = ledger.outcomes[row]
        until = now if outcome == OPEN else ledger.ended_at[row]
        self.sums.add(_UNANSWERED[outcome], until - arrived_at, target_seconds)

    def measures(self, name: str) -> ContactMeasures:
        ranked = sorted(self.waits)
        return ContactMeasures(
            name=name,
            sums=self.sums.to_dict(),
            median_wait=median(ranked) if ranked else None,
            p95_wait=ranked[(95 * len(ranked) + 99) // 100 - 1] if ranked else None,
            longest_wait=ranked[-1] if ranked else None,
        )


def grouped(
    ledger: Ledger,
    names: Callable[[int], Iterable[str]],
    targets: Mapping[str, float | None],
    *,
    now: float,
    order: Sequence[str] = (),
) -> list[ContactMeasures]:
    """Return measures of the contacts of each name.

    Args:
        ledger: the contacts.
        names: row of the ledger to the names under which it counts.
        targets: channel name to target in seconds; None: no target.
        now: the instant at which the record ends.
        order: names that come first, in this order; the others follow as they appear.

    Cost: O(n log n) in contacts.

    Example:
        >>> found = grouped(Ledger(), lambda row: ["all"], {}, now=0.0, order=["all"])
        >>> found[0].name, found[0].sums["arrived"]
        ('all', 0)
    """
    tallies = defaultdict(_Tally, {name: _Tally() for name in order})
    for row, channel in enumerate(ledger.channels):
        target_seconds = targets.get(channel)
        for name in names(row):
            tallies[name].add(ledger, row, target_seconds, now)
    return [tally.measures(name) for name, tally in tallies.items()]


def by_channel(
    ledger: Ledger, targets: Mapping[str, float | None], *, now: float
) -> list[ContactMeasures]:
    """Return measures of each channel, the channels in order of name. Cost: O(n log n).

    Example:
        >>> by_channel(Ledger(), {}, now=0.0)
        []
    """
    order = sorted(set(ledger.channels))
    return grouped(ledger, lambda row: (ledger.channels[row],), targets, now=now, order=order)


def by_skill(
    ledger: Ledger, targets: Mapping[str, float | None], *, now: float
) -> list[ContactMeasures]:
    """Return measures of each needed skill; a contact counts under each skill that it needs.

    Cost: O(n log n) in contacts and their skills.

    Example:
        >>> by_skill(Ledger(), {}, now=0.0)
        []
    """
    order = sorted({name for skills in ledger.skills for name in skills})
    if not all(len(skills) for skills in ledger.skills):
        order.append(NO_SKILL)
    return grouped(
        ledger, lambda row: ledger.skills[row] or (NO_SKILL,), targets, now=now, order=order
    )


def by_group(
    agents: Mapping[str, AgentTime], group_of: Mapping[str, str], order: Sequence[str]
) -> list[GroupMeasures]:
    """Return measures of each group of agents.

    Args:
        agents: agent id to its time (`Workload.agents`).
        group_of: agent id to the name of its group.
        order: the groups, in the order of the result.

    Cost: O(agents).

    Example:
        >>> by_group({}, {}, ["desk"])[0].value("occupancy") is None
        True
    """
    members: dict[str, list[AgentTime]] = {name: [] for name in order}
    for name, agent in agents.items():
        members[group_of[name]].append(agent)
    return [
        GroupMeasures(name=name, agents=len(group), sums=agent_sums(group))
        for name, group in members.items()
    ]


def agent_sums(agents: Collection[AgentTime]) -> dict[str, float]:
    """Return the sums of `AGENT_SUMS` over agents. Cost: O(agents).

    Example:
        >>> agent_sums([])["busy_seconds"]
        0
    """
    return {name: sum(getattr(agent, name) for agent in agents) for name in AGENT_SUMS}


def totals(ledger: Ledger) -> dict[str, int]:
    """Return how many contacts arrived and what became of them: the counts of `TOTALS`.

    Cost: O(n).

    Example:
        >>> list(totals(Ledger()))
        ['arrived', 'answered', 'abandoned', 'cancelled', 'expired', 'refused', 'open']
    """
    found = dict.fromkeys(TOTALS, 0)
    found["arrived"] = len(ledger)
    for agent, outcome in zip(ledger.agents, ledger.outcomes, strict=True):
        found[_UNANSWERED[outcome] if agent is None else "answered"] += 1
    return found
