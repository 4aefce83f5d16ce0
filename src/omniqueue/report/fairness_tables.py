"""The fairness verdict as lines of text: overtakings by cause, and what has no cause."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from omniqueue.record.verdict import CAUSES, Verdict
from omniqueue.report import formats
from omniqueue.report.tables import Column, table_lines

_CAUSES = (
    Column[tuple[str, int]]("overtaken by cause", lambda each: each[0]),
    Column[tuple[str, int]]("overtakings", lambda each: formats.number(each[1])),
    Column[tuple[str, int]]("", lambda each: CAUSES[each[0]], words=True),
)


def overtaking_lines(verdict: Verdict) -> Iterator[str]:
    r"""Yield overtakings by cause, and who was overtaken most often.

    Args:
        verdict: what the judge found.

    Cost: O(causes).

    Example:
        >>> verdict = Verdict(judged=2, overtakings={"room": 1}, unexplained={}, faults=())
        >>> print(*overtaking_lines(verdict), sep="\n")
        overtaken by cause  overtakings
        room                          1  the agent had no room for it
    """
    found = [(cause, number) for cause, number in verdict.overtakings.items() if number]
    if found:
        yield from table_lines(_CAUSES, found)
    if verdict.most_overtaken is not None:
        name, times = verdict.most_overtaken
        yield f"overtaken most often: {name}, {formats.counted(times, 'time')}"


def fairness_lines(verdict: Verdict, clock: Callable[[float], str]) -> Iterator[str]:
    """Yield the whole verdict of a run.

    Args:
        verdict: what the judge found.
        clock: an instant to its text.

    Cost: O(causes + faults).

    Example:
        >>> verdict = Verdict(judged=2, overtakings={}, unexplained={}, faults=())
        >>> list(fairness_lines(verdict, str))[-1]
        'unexplained = 0'
    """
    yield f"Fairness, judged from the events apart from the engine: {verdict.judged:,} given"
    yield from overtaking_lines(verdict)
    yield f"unexplained = {verdict.unexplained_total:,}"
    for kind, number in verdict.unexplained.items():
        yield f"  {kind}: {number:,}"
    for fault in verdict.faults:
        yield f"  {fault.text(clock)}"
