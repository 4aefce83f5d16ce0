"""What if: one log through two staffs, on the same arrivals and the same handling times.

The same contact comes at the same instant and takes the same time in both runs, so the difference
of its two waits is the change's own doing. Waits of contacts that come one after the other go
together, so an interval that took them for independent would be too narrow: consecutive contacts
are put into batches, and the batches are taken for independent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite, nan
from typing import Final

import attrs
import numpy as np

from omniqueue.centre.times import Floats
from omniqueue.errors import InvalidValueError
from omniqueue.sim.logs.contact_log import ContactLog
from omniqueue.sim.logs.routing import Progress, ignore
from omniqueue.sim.logs.staff_file import Staff
from omniqueue.sim.runs.estimates import Estimate, ratio_interval
from omniqueue.sim.studies.routed_log import RoutedLog, route_log
from omniqueue.sim.studies.staff_start import resized

BATCHES: Final = 20
BATCH_LEAST: Final = 5  # contacts; with smaller batches there is no interval
METHOD: Final = (
    f"wait B - wait A of each contact answered in both; 95 % interval by {BATCHES} batches of"
    " consecutive contacts (Student t over the batches, ratio of sums by the delta method)"
)


@attrs.frozen(kw_only=True)
class StaffChange:
    """What is to be different.

    Args:
        add: agent group to how many agents more.
        remove: agent group to how many fewer.
        without_skills: skills that no agent has any more.
        order: another order policy; None: the same.
        selection: another selection policy; None: the same.

    Example:
        >>> StaffChange(add={"desk": 2}, order="priority").text()
        '2 more in desk, order priority'
    """

    add: Mapping[str, int] = attrs.field(factory=dict)
    remove: Mapping[str, int] = attrs.field(factory=dict)
    without_skills: Sequence[str] = ()
    order: str | None = None
    selection: str | None = None

    def text(self) -> str:
        """Return the change for people."""
        parts = [f"{number} more in {group}" for group, number in self.add.items()]
        parts += [f"{number} fewer in {group}" for group, number in self.remove.items()]
        parts += [f"nobody with skill {skill}" for skill in self.without_skills]
        parts += [] if self.order is None else [f"order {self.order}"]
        parts += [] if self.selection is None else [f"selection {self.selection}"]
        return ", ".join(parts) or "no change"


def changed(staff: Staff, change: StaffChange) -> Staff:
    r"""Return a staff with a change made.

    Args:
        staff: the staff as it is.
        change: what is to be different.

    Raises:
        InvalidValueError: no such group, skill or policy; more agents removed than there are.

    Cost: O(groups x changes).

    Example:
        >>> from omniqueue.sim.logs.staff_file import parse_staff
        >>> desk = parse_staff(b'[[agents]]\ngroup = "desk"\ncount = 2\n')
        >>> changed(desk, StaffChange(add={"desk": 3}, remove={"desk": 1})).groups[0].count
        4
    """
    counts = {group.name: group.size for group in staff.groups}
    for field, sign, numbers in (("add", 1, change.add), ("remove", -1, change.remove)):
        for name, number in numbers.items():
            if name not in counts:
                raise InvalidValueError(f"{field} agents", name, f"a group: {', '.join(counts)}")
            counts[name] += sign * number
    for name, number in counts.items():
        if number < 0:
            raise InvalidValueError("remove agents", name, "no more than there are")
    known = {skill for group in staff.groups for skill in group.skills}
    for skill in change.without_skills:
        if skill not in known:
            expected = f"a skill that agents have: {', '.join(sorted(known)) or 'there are none'}"
            raise InvalidValueError("without skill", skill, expected)
    lost = set(change.without_skills)
    groups = []
    for group in staff.groups:
        kept = {name: level for name, level in group.skills.items() if name not in lost}
        groups.append(attrs.evolve(resized(group, counts[group.name]), skills=kept))
    order, selection = change.order, change.selection
    return attrs.evolve(
        staff,
        groups=tuple(groups),
        order=staff.order if order is None else order,
        selection=staff.selection if selection is None else selection,
    )


@attrs.frozen(kw_only=True)
class PairedDifference:
    """How the same contacts fared in B against A.

    Args:
        name: a channel, or "all".
        contacts: how many contacts.
        pairs: how many were answered in both.
        change: mean of wait B - wait A over the pairs, in seconds; NaN: no pair.
        better: answered sooner in B, or in B alone. worse: the other way round.
        same: the same wait in both, or answered in neither.
        only_first: answered in A alone. only_second: in B alone.

    Example:
        >>> paired("all", np.array([3.0, 5.0]), np.array([1.0, 5.0])).better
        1
    """

    name: str
    contacts: int
    pairs: int
    change: Estimate
    better: int
    worse: int
    same: int
    only_first: int
    only_second: int

    @property
    def shown(self) -> bool:
        """Whether the interval of the mean difference lies on one side of 0."""
        return self.change.low > 0 or self.change.high < 0


@attrs.frozen(kw_only=True, eq=False)
class WhatIf:
    """One log, routed in two ways.

    Args:
        change: what was different in B.
        first: how it went as it is (A).
        second: how it went with the change (B).
        differences: all contacts, then each channel; none where a run was stopped, as the parts
            of the log that the two have met are not the same.
    """

    change: StaffChange
    first: RoutedLog
    second: RoutedLog
    differences: Sequence[PairedDifference]

    @property
    def incomplete(self) -> bool:
        """Whether a run was stopped before its end."""
        return self.first.incomplete or self.second.incomplete

    @property
    def fair(self) -> bool:
        """Whether both fairness verdicts are clean."""
        return self.first.verdict.fair and self.second.verdict.fair

    def sentence(self) -> str | None:
        """Return what the change does, in one plain sentence; None: a run was stopped."""
        if self.incomplete:
            return None
        every = self.differences[0]
        if not every.better and not every.worse:
            return "Nothing changes: every contact waits exactly as long as before."
        number = max(every.contacts, 1)
        shares = (
            f"{100 * every.better / number:.1f} % of all contacts are answered sooner,"
            f" {100 * every.worse / number:.1f} % later"
        )
        gained = self.second.totals["answered"] - self.first.totals["answered"]
        verb = "is" if abs(gained) == 1 else "are"
        answers = f" {abs(gained):,} {'more' if gained > 0 else 'fewer'} {verb} answered at all."
        tail = f"{shares}.{answers if gained else ''}"
        value = every.change.value
        if not isfinite(value):
            return f"No contact is answered in both: {tail}"
        whose = "a contact" if every.pairs == every.contacts else "a contact answered in both"
        how = f"waits {abs(value):,.1f} s {'less' if value < 0 else 'longer'} on average"
        if every.shown:
            return f"With the change {whose} {how}: {tail}"
        return f"With the change {whose} {how}, which this log cannot tell from none: {tail}"


def what_if(
    log: ContactLog,
    staff: Staff,
    change: StaffChange,
    *,
    stopped: Callable[[], bool] = bool,
    progress: Progress = ignore,
) -> WhatIf:
    r"""Route a log through a staff as it is and with a change, and compare contact by contact.

    Args:
        log: the log.
        staff: the staff as it is.
        change: what is to be different.
        stopped: asked before each step; true ends the run before its time.
        progress: told how many contacts have arrived, and how many there are, in both runs.

    Raises:
        FileFaultsError: as of `route_log`.
        InvalidValueError: the change cannot be made.

    Cost: two runs of the log.

    Example:
        >>> from omniqueue import Skills
        >>> from omniqueue.sim.logs.contact_log import LoggedContact
        >>> from omniqueue.sim.logs.staff_file import parse_staff
        >>> desk = parse_staff(b'[[agents]]\ngroup = "desk"\n')
        >>> none = Skills.of({})
        >>> faxes = [LoggedContact(f"c{n}", float(n), "fax", none, 60.0, 0) for n in range(2)]
        >>> found = what_if(ContactLog(tuple(faxes)), desk, StaffChange(add={"desk": 1}))
        >>> found.differences[0].change.value
        -29.5
    """
    other, both = changed(staff, change), 2 * len(log.contacts)
    first = route_log(log, staff, stopped=stopped, progress=lambda done, _: progress(done, both))
    second = route_log(
        log, other, stopped=stopped, progress=lambda done, half: progress(half + done, both)
    )
    # A stopped run has met, and answered, another part of the log: nothing can be compared.
    whole = not (first.incomplete or second.incomplete)
    differences = _differences(first, second) if whole else ()
    return WhatIf(change=change, first=first, second=second, differences=differences)


def _differences(first: RoutedLog, second: RoutedLog) -> list[PairedDifference]:
    """Compare two runs of the whole log: all contacts, then each channel."""
    before, after = _waits(first), _waits(second)
    channel = np.array(first.ledger.channels, dtype=object)
    found = [paired("all", before, after)]
    for name in sorted(set(first.ledger.channels)):
        rows = channel == name
        found.append(paired(name, before[rows], after[rows]))
    return found


def _waits(routed: RoutedLog) -> Floats:
    """Return how long each contact waited, in order of arrival; NaN: it was not answered."""
    ledger = routed.ledger
    waits: Floats = np.array(ledger.assigned_at) - np.array(ledger.arrived_at)
    return waits


def paired(name: str, first: Floats, second: Floats) -> PairedDifference:
    """Compare the waits of the same contacts in two runs.

    Args:
        name: what to call the contacts.
        first: seconds in A, in order of arrival; NaN: not answered.
        second: seconds in B, in the same order.

    Cost: O(n).

    Example:
        >>> found = paired("fax", np.array([3.0, np.nan]), np.array([1.0, 8.0]))
        >>> found.change.value, found.pairs, found.only_second
        (-2.0, 1, 1)
    """
    answered_first, answered_second = np.isfinite(first), np.isfinite(second)
    both = answered_first & answered_second
    change = second[both] - first[both]
    only_first = int(np.sum(answered_first & ~answered_second))
    only_second = int(np.sum(answered_second & ~answered_first))
    better = int(np.sum(change < 0)) + only_second
    worse = int(np.sum(change > 0)) + only_first
    return PairedDifference(
        name=name,
        contacts=len(first),
        pairs=len(change),
        change=batch_interval(change),
        better=better,
        worse=worse,
        same=len(first) - better - worse,
        only_first=only_first,
        only_second=only_second,
    )


def batch_interval(values: Floats, *, confidence: float = 0.95) -> Estimate:
    """Return the mean of values that depend on their neighbours, with an interval by batches.

    The values are cut into 20 batches of consecutive ones, long enough to be nearly independent.
    Source: Schmeiser, Batch size effects in the analysis of simulation output (1982): between 10
    and 30 batches.

    Args:
        values: one number a contact, in order of time.
        confidence: the level of the interval.

    Returns:
        An estimate; without an interval where a batch would hold fewer than 5 values.

    Cost: O(n).

    Example:
        >>> found = batch_interval(np.tile([1.0, 3.0], 50))
        >>> found.value, found.half_width
        (2.0, 0.09...)
    """
    if not len(values):
        return Estimate(nan)
    if len(values) < BATCHES * BATCH_LEAST:
        return Estimate(float(np.mean(values)))
    batches = np.array_split(values, BATCHES)
    sums = [float(np.sum(batch)) for batch in batches]
    return ratio_interval(sums, [float(len(batch)) for batch in batches], confidence=confidence)
