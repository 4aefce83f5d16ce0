"""Measures of a ledger and a workload: waits, answers in time, occupancy; by named formulas."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import attrs

from omniqueue.record.ledger import OPEN, REFUSED, Ledger
from omniqueue.record.workload import AgentTime

SERVICE_LEVEL_FORMULA: Final = (
    "answered within the channel's target / (answered"
    " + still waiting at the end for longer than the target)"
)
WAIT_FORMULA: Final = (
    "wait = first assignment - arrival, of answered contacts;"
    " 95th percentile by nearest rank (95 % waited no longer)"
)
OCCUPANCY_FORMULA: Final = (
    "occupancy = time with at least one contact in hand (wrap-up included) / signed-in time;"
    " load = capacity in use over time (not by interrupted contacts)"
    " / capacity signed in over time"
)
NO_SKILL: Final = "(none)"


@attrs.frozen(kw_only=True)
class ContactMeasures:
    """The contacts of one channel, skill or interval. Seconds; None where nothing is to measure.

    Args:
        name: which channel, skill or interval.
        arrived: contacts that arrived (refused ones included).
        answered: taken by an agent at least once.
        waiting: neither answered nor ended.
        refused: not let into a full queue.
        left: abandoned, cancelled or expired without an answer.
        mean_wait: mean wait of the answered.
        median_wait: median wait of the answered.
        p95_wait: 95th percentile of the waits of the answered, by nearest rank.
        longest_wait: longest wait of the answered.
        in_target: answered within the target, where there is one.
        service_level: `SERVICE_LEVEL_FORMULA`; None: no target, or nobody to count.

    Example:
        >>> measures([3.0, 1.0], name="phone").median_wait
        2.0
    """

    name: str
    arrived: int
    answered: int
    waiting: int
    refused: int
    left: int
    mean_wait: float | None
    median_wait: float | None
    p95_wait: float | None
    longest_wait: float | None
    in_target: int
    service_level: float | None


@attrs.frozen(kw_only=True)
class GroupMeasures:
    """The agents of one group.

    Args:
        name: the group.
        agents: how many agents.
        signed_in_seconds: signed-in time of all of them.
        occupancy: share of it with work in hand; None: never signed in.
        load: share of the signed-in capacity in use; None: never signed in.
        taken: contacts taken.
    """

    name: str
    agents: int
    signed_in_seconds: float
    occupancy: float | None
    load: float | None
    taken: int


def measures(
    waits: Iterable[float],
    *,
    name: str,
    waiting: int = 0,
    refused: int = 0,
    left: int = 0,
    in_target: int = 0,
    counted: int = 0,
) -> ContactMeasures:
    """Return the measures of the waits of answered contacts.

    Args:
        waits: seconds, one for each answered contact.
        name: what to call them.
        waiting: contacts that wait still.
        refused: contacts refused.
        left: contacts that left unanswered.
        in_target: contacts answered within their target.
        counted: the denominator of the service level.

    Cost: O(n log n).

    Example:
        >>> found = measures([1.0, 2.0, 9.0], name="phone", in_target=2, counted=4)
        >>> found.mean_wait, found.p95_wait, found.service_level
        (4.0, 9.0, 0.5)
    """
    ranked = sorted(waits)
    number = len(ranked)
    middle = number // 2
    return ContactMeasures(
        name=name,
        arrived=number + waiting + refused + left,
        answered=number,
        waiting=waiting,
        refused=refused,
        left=left,
        mean_wait=sum(ranked) / number if number else None,
        median_wait=(ranked[middle] + ranked[~middle]) / 2 if number else None,
        p95_wait=ranked[(95 * number + 99) // 100 - 1] if number else None,
        longest_wait=ranked[-1] if number else None,
        in_target=in_target,
        service_level=in_target / counted if counted else None,
    )


class _Tally:
    """The contacts of one name while they are counted."""

    __slots__ = ("counted", "in_target", "left", "refused", "waiting", "waits")

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.waiting = self.refused = self.left = self.in_target = self.counted = 0

    def add(self, ledger: Ledger, row: int, target_seconds: float | None, now: float) -> None:
        outcome = ledger.outcomes[row]
        if ledger.agents[row] is not None:
            wait = ledger.assigned_at[row] - ledger.arrived_at[row]
            self.waits.append(wait)
            if target_seconds is not None:
                self.counted += 1
                self.in_target += wait <= target_seconds
        elif outcome == OPEN:
            self.waiting += 1
            if target_seconds is not None:
                self.counted += now - ledger.arrived_at[row] > target_seconds
        elif outcome == REFUSED:
            self.refused += 1
        else:
            self.left += 1

    def measures(self, name: str) -> ContactMeasures:
        return measures(
            self.waits,
            name=name,
            waiting=self.waiting,
            refused=self.refused,
            left=self.left,
            in_target=self.in_target,
            counted=self.counted,
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
        >>> found[0].name, found[0].arrived
        ('all', 0)
    """
    tallies = {name: _Tally() for name in order}
    for row, channel in enumerate(ledger.channels):
        target_seconds = targets.get(channel)
        for name in names(row):
            tally = tallies.get(name)
            if tally is None:
                tally = tallies[name] = _Tally()
            tally.add(ledger, row, target_seconds, now)
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
    found = {name for skills in ledger.skills for name in skills}
    order = sorted(found)
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
        order: the groups, in the order in which they are to be listed.

    Cost: O(agents).

    Example:
        >>> by_group({}, {}, ["desk"])[0].occupancy is None
        True
    """
    members: dict[str, list[AgentTime]] = {name: [] for name in order}
    for name, agent in agents.items():
        members[group_of[name]].append(agent)
    found = []
    for name, group in members.items():
        signed_in = sum(agent.signed_in_seconds for agent in group)
        busy = sum(agent.busy_seconds for agent in group)
        load = sum(agent.load_seconds for agent in group)
        found.append(
            GroupMeasures(
                name=name,
                agents=len(group),
                signed_in_seconds=signed_in,
                occupancy=busy / signed_in if signed_in else None,
                load=load / signed_in if signed_in else None,
                taken=sum(agent.taken for agent in group),
            )
        )
    return found


def totals(ledger: Ledger) -> dict[str, int]:
    """Return how many contacts came in, were answered, wait, were refused, left unanswered.

    Cost: O(n).

    Example:
        >>> totals(Ledger())
        {'contacts_in': 0, 'answered': 0, 'waiting': 0, 'refused': 0, 'left': 0}
    """
    tally = _Tally()
    for row in range(len(ledger)):
        tally.add(ledger, row, None, 0.0)
    return {
        "contacts_in": len(ledger),
        "answered": len(tally.waits),
        "waiting": tally.waiting,
        "refused": tally.refused,
        "left": tally.left,
    }
