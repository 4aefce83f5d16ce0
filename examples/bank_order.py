"""Read off a real call centre's log in which order it served, and route its callers again.

The log is that of a small bank's call centre (Guedj and Mandelbaum, Technion; September 1999;
free to use, not shipped here). Its authors write that all callers stood in one queue by order of
arrival, and that a customer of priority 2 counted as 90 seconds older.

    python bank_order.py LOG.csv

Definitions, the same for every rule that is tried:

- A caller enters the queue when the voice menu is over: arrival + ivr_seconds.
- Two callers waited together if both were in the queue at one instant, and an agent answered
  both, in different seconds. Who was answered first is the log's order of service.
- Equal ranks, or answers in the same second of a routing, count as half a pair in order.
"""

from __future__ import annotations

import csv
import heapq
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Literal

from omniqueue import Agent, Assigned, Contact, Events, Router

HEAD_STARTS = range(0, 181, 10)
ORDERS = ("arrival", "aging:90", "priority")
LONG_GAP_SECONDS = 1800
DAY_SECONDS = 86_400
EPOCH = datetime(1999, 1, 1)  # the log's clock is naive, and so is this

Presence = Literal["ready", "away"]
Stretches = Sequence[tuple[int, int]]
Present = Mapping[str, Stretches]  # agent -> when there, in order


@dataclass(frozen=True, slots=True)
class Call:
    """One row of the log; times in whole seconds of the log's clock.

    Its id is its line: the log's own numbers come again in the course of the month.
    """

    id: str
    kind: str
    priority: int
    entered: int
    left: int
    answered: bool
    service: int
    agent: str

    @property
    def done(self) -> int:
        return self.left + self.service

    @property
    def has_head_start(self) -> bool:
        return self.priority == 2


Pair = tuple[Call, Call]  # the first was answered first


def read_calls(path: str) -> tuple[list[Call], Counter[str]]:
    """Return all sound rows by time of entry, and what was left out or lacks something."""
    calls: list[Call] = []
    notes: Counter[str] = Counter()
    with Path(path).open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            notes["rows"] += 1
            if row["outcome"] == "PHANTOM":
                notes["phantom"] += 1
                continue
            menu, queue, service = (
                int(row[name]) for name in ("ivr_seconds", "queue_seconds", "service_seconds")
            )
            if min(menu, queue, service) < 0:
                notes["negative"] += 1
                continue
            arrived = int((datetime.fromisoformat(row["arrival"]) - EPOCH).total_seconds())
            entered, answered = arrived + menu, row["outcome"] == "AGENT"
            if not answered and not queue:
                notes["never queued"] += 1
                continue
            notes["no priority"] += not row["priority"]
            notes["no agent"] += answered and not row["agent"]
            calls.append(
                Call(
                    str(line), row["kind"], int(row["priority"] or 0), entered,
                    entered + queue, answered, service, row["agent"],
                )
            )  # fmt: skip
    calls.sort(key=lambda call: call.entered)  # stable: ties stay in the order of the log
    return calls, notes


def waited_together(calls: Iterable[Call]) -> list[Pair]:
    """Return all pairs that waited together, each in the log's order of service."""
    waited = [call for call in calls if call.answered and call.left > call.entered]
    pairs: list[Pair] = []
    for place, call in enumerate(waited, start=1):
        for later in range(place, len(waited)):
            other = waited[later]
            if other.entered >= call.left:
                break  # and so did all that came later
            if call.left != other.left:
                pairs.append((call, other) if call.left < other.left else (other, call))
    return pairs


def in_order(first: float, second: float) -> float:
    """Return 1 where the first comes first, 0 where it does not, one half for a tie."""
    return 0.5 if first == second else float(first < second)


def head_start_shares(pairs: Iterable[Pair]) -> tuple[dict[int, float], int]:
    """Return, by head start, the share of mixed pairs of one kind in order; and their number."""
    mixed = [
        (first, second)
        for first, second in pairs
        if first.kind == second.kind and first.has_head_start != second.has_head_start
    ]
    shares: dict[int, float] = {}
    for seconds in HEAD_STARTS:
        kept = sum(
            in_order(
                first.entered - seconds * first.has_head_start,
                second.entered - seconds * second.has_head_start,
            )
            for first, second in mixed
        )
        shares[seconds] = kept / max(1, len(mixed))
    return shares, len(mixed)


def kinds_taken(calls: Iterable[Call]) -> dict[str, set[str]]:
    """Return the kinds that each agent took at least once: what he can take."""
    kinds: dict[str, set[str]] = {}
    for call in calls:
        if call.answered and call.agent:
            kinds.setdefault(call.agent, set()).add(call.kind)
    return dict(sorted(kinds.items()))


def merged(stretches: Iterable[tuple[int, int]], gap: int = 0) -> list[tuple[int, int]]:
    """Return the stretches in order, those that touch (or lie within the gap) as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if found and start - found[-1][1] <= gap:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def busy_times(calls: Iterable[Call]) -> dict[str, list[tuple[int, int]]]:
    """Return when each agent was serving."""
    busy: dict[str, list[tuple[int, int]]] = {}
    for call in calls:
        if call.answered and call.agent:
            busy.setdefault(call.agent, []).append((call.left, call.done))
    return {agent: merged(stretches) for agent, stretches in sorted(busy.items())}


def there_unless_callers_waited(calls: Sequence[Call]) -> Present:
    """Infer who was there: between two calls as long as nobody waited whom he could take.

    Whoever leaves a caller waiting whom he could take is writing up, on a break or gone; he is
    back at his next call, or as soon as nobody waits any more, if that is earlier.
    """
    kinds = kinds_taken(calls)
    present: dict[str, Stretches] = {}
    for agent, stretches in busy_times(calls).items():
        queue = merged(
            (call.entered, call.left)
            for call in calls
            if call.kind in kinds[agent] and call.left > call.entered
        )
        starts = [start for start, _ in queue]
        there = stretches[:1]
        for (_, done), (start, end) in pairwise(stretches):
            place = bisect_left(starts, start) - 1  # the last time that somebody waited
            last_waiting = min(queue[place][1], start) if place >= 0 else done
            same_day = start // DAY_SECONDS == done // DAY_SECONDS
            there.append((max(done, last_waiting) if same_day else start, end))
        present[agent] = merged(there)
    return present


def there_between_calls(calls: Sequence[Call]) -> Present:
    """Infer who was there, more roughly: whenever the next call began within half an hour."""
    return {
        agent: merged(stretches, LONG_GAP_SECONDS)
        for agent, stretches in busy_times(calls).items()
    }


_COMES, _ENTERS, _LEAVES, _HANGS_UP = range(4)  # in this order at one instant


class Day:
    """The callers of the log on their way through a router: the agents there, the log's times."""

    def __init__(self, calls: Sequence[Call], present: Present, order: str) -> None:
        self.calls = {call.id: call for call in calls}
        self.present = present
        self.router = Router(order=order)
        self.answered_at: dict[str, float] = {}
        self._ends: list[tuple[float, int, str]] = []  # when, how many before it, contact
        # Who hung up in the log may be answered here; he then talks as long as is usual.
        usual: dict[str, list[int]] = {}
        for call in calls:
            if call.answered:
                usual.setdefault(call.kind, []).append(call.service)
        self._usual = {kind: median(seconds) for kind, seconds in usual.items()}

    def run(self) -> None:
        """Route all callers; to be called once."""
        steps = sorted(self._steps(), key=lambda step: step[:2])
        for agent, kinds in kinds_taken(self.calls.values()).items():
            skills = dict.fromkeys(sorted(kinds), 1)
            self.router.add_agent(Agent(agent, skills=skills), at=steps[0][0], presence="away")
        for at, what, name in steps:
            self._complete_until(at)
            if what == _ENTERS:
                call = self.calls[name]
                contact = Contact(
                    name, "phone", skills={call.kind: 1}, priority=int(call.has_head_start)
                )
                self._tell(self.router.submit(contact, at=at))
            elif what == _HANGS_UP:
                if name not in self.answered_at:
                    self.router.abandon(name, at=at)
            else:
                presence: Presence = "ready" if what == _COMES else "away"
                self._tell(self.router.set_presence(name, presence, at=at))
        self._complete_until(float("inf"))

    def _steps(self) -> Iterator[tuple[int, int, str]]:
        for agent, stretches in self.present.items():
            for start, end in stretches:
                yield start, _COMES, agent
                yield end, _LEAVES, agent
        for call in self.calls.values():
            yield call.entered, _ENTERS, call.id
            if not call.answered:
                yield call.left, _HANGS_UP, call.id

    def _complete_until(self, at: float) -> None:
        while self._ends and self._ends[0][0] <= at:
            end, _, name = heapq.heappop(self._ends)
            self._tell(self.router.complete(name, at=end))

    def _tell(self, events: Events) -> None:
        for taken in events.of(Assigned):
            call = self.calls[taken.contact]
            seconds = call.service if call.answered else self._usual.get(call.kind, 0)
            place = len(self.answered_at)
            self.answered_at[taken.contact] = taken.at
            heapq.heappush(self._ends, (taken.at + seconds, place, taken.contact))


def answers(calls: Sequence[Call], present: Present, order: str) -> dict[str, float]:
    """Route the callers in an order; return when each was answered."""
    # An answer by nobody known takes no agent's time that the log would show.
    day = Day([call for call in calls if call.agent or not call.answered], present, order)
    day.run()
    return day.answered_at


def reproduced(pairs: Iterable[Pair], answered_at: Mapping[str, float]) -> tuple[float, int]:
    """Return the share of pairs that a routing answered in the log's order; and their number."""
    kept, counted = 0.0, 0
    for first, second in pairs:
        if first.id in answered_at and second.id in answered_at:
            kept += in_order(answered_at[first.id], answered_at[second.id])
            counted += 1
    return kept / max(1, counted), counted


def days_better(
    pairs: Iterable[Pair], one: Mapping[str, float], other: Mapping[str, float]
) -> tuple[int, int]:
    """Return on how many days one routing reproduces more pairs than another; of how many."""
    gained: dict[int, float] = {}
    for first, second in pairs:
        day = first.entered // DAY_SECONDS
        gain = reproduced([(first, second)], one)[0] - reproduced([(first, second)], other)[0]
        gained[day] = gained.get(day, 0.0) + gain
    return sum(gain > 0 for gain in gained.values()), len(gained)


def print_dropped(calls: Sequence[Call], notes: Counter[str]) -> None:
    waited = Counter(call.priority for call in calls if call.left > call.entered)
    by_priority = ", ".join(f"{priority}: {waited[priority]:,}" for priority in sorted(waited))
    print(f"{notes['rows']:,} rows; left out:")
    print(f"  {notes['phantom']:,} with outcome PHANTOM")
    print(f"  {notes['negative']:,} with a negative duration")
    print(f"  {notes['never queued']:,} who hung up before the queue (in the menu)")
    print(f"{len(calls):,} remain; {sum(waited.values()):,} waited (priority {by_priority})")
    print(f"  {notes['no agent']:,} were answered by an agent whom the log does not name:")
    print("    not routed, as nobody's time can be given to them")
    print(f"  {notes['no priority']:,} have no priority (read as 0)")


def print_head_starts(pairs: Sequence[Pair]) -> None:
    shares, mixed = head_start_shares(pairs)
    peak = max(shares, key=shares.__getitem__)
    print("\nTable 1. Pairs of one kind that waited together, one of them with priority 2:")
    print("the share that the log served in the order of (entry - head start)")
    print(f"{'head start':>12} {'in order':>9} {'pairs':>7}")
    for seconds, share in shares.items():
        mark = "  <- peak" if seconds == peak else ""
        print(f"{seconds:>10} s {share:>8.1%} {mixed:>8,}{mark}")


def print_routings(calls: Sequence[Call], pairs: Sequence[Pair]) -> None:
    alike = [(first, second) for first, second in pairs if first.kind == second.kind]
    print("\nTable 2. The log's callers routed again: the share of the pairs that waited together")
    print("in the log and are answered in the log's order")
    print(f"{'order':<12}{'all kinds':>10}{'pairs':>8}{'one kind':>11}{'pairs':>7}")
    for title, infer in (
        ("agents there between calls unless callers waited", there_unless_callers_waited),
        ("agents there between calls up to 30 minutes apart", there_between_calls),
    ):
        print(f"  {title}")
        present = infer(calls)
        routed = {order: answers(calls, present, order) for order in ORDERS}
        for order, answered_at in routed.items():
            every, count = reproduced(pairs, answered_at)
            same, alike_count = reproduced(alike, answered_at)
            print(f"{order:<12}{every:>10.1%}{count:>8,}{same:>11.1%}{alike_count:>7,}")
        for order in ("arrival", "priority"):
            better, days = days_better(pairs, routed["aging:90"], routed[order])
            print(f"  aging:90 is better than {order} on {better} of {days} days")


CANNOT_TELL = """
What the log cannot tell:
- Who was signed in, on a break or writing up. It is inferred from the log's own answers, so
  the moments at which agents come free are the log's; only whom they take is the router's.
- What an agent could take. Here: every kind that he took at least once in the month.
- How long one would have waited who hung up, or was answered. Who hung up in the log does so
  here at the same time if still waiting; else he talks for the median time of his kind.
- The priority of many who never waited (it reads 0). They are in no pair that is counted.
- The head start to the second: a peak in steps of 10 s, in one month of one centre.
- Why the rest is out of order: other skills on that day, calls put through by hand, clocks."""


def main(path: str) -> None:
    calls, notes = read_calls(path)
    pairs = waited_together(calls)
    print_dropped(calls, notes)
    print_head_starts(pairs)
    print_routings(calls, pairs)
    print(CANNOT_TELL)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python bank_order.py LOG.csv")
    main(sys.argv[1])
