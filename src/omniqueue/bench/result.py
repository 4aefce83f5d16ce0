"""What a benchmark found: figures, targets and curves, as lines to read and as JSON to keep.

Keys of the JSON (seconds where no unit is said): `format` "omniqueue-bench/1"; `bench`; `quick`;
`seed`; `sizes`; `machine`; `clock`; `cpu_share` (CPU time over wall time: well under 1 means that
other processes ran); `headline`; `figures` (`name`, `unit`, `spread`, `breaks`, `checksum`,
`checked`); `targets` (`name`, `measured`, `bound`, `unit`, `met`, `remark`); `curves` (`picture`,
`name`, `points`); `checksum`; `notes`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import attrs

from omniqueue.bench.machine import Machine
from omniqueue.bench.timing import Spread
from omniqueue.report.tables import Column, table_lines, text_table

FORMAT: Final = "omniqueue-bench/1"
CLOCK: Final = "CPU time of one thread; garbage collected and live objects frozen before"
_SHARE_OF_A_QUIET_MACHINE: Final = 0.9


@attrs.frozen
class Figure:
    """One thing that was measured, over several runs.

    Args:
        name: what. unit: of the spread. spread: the runs.
        breaks: which rule of routing is not kept; empty: none.
        checksum: SHA-256 of the first `checked` assignments; None: it assigns nothing.

    Example:
        >>> Figure("bare heap", "us", Spread.of([0.3])).breaks
        ''
    """

    name: str
    unit: str
    spread: Spread
    breaks: str = ""
    checksum: str | None = None
    checked: int = 0


@attrs.frozen
class BenchTarget:
    """A promise and what was measured.

    Args:
        name: what is promised. measured: the number. bound: what it may or must be.
        unit: of both. least: the bound is the least that will do, not the most.
        judged: False: sizes were too small to judge. remark: how it was measured, or why so.

    Example:
        >>> BenchTarget("cost", 9.1, 10.0, "x").met
        True
        >>> BenchTarget("speed", 1.9, 2.0, "x", least=True).met
        False
    """

    name: str
    measured: float
    bound: float
    unit: str
    least: bool = False
    judged: bool = True
    remark: str = ""
    met: bool | None = attrs.field(init=False)

    @met.default
    def _met(self) -> bool | None:
        if not self.judged:
            return None
        return self.measured >= self.bound if self.least else self.measured <= self.bound


@attrs.frozen
class Curve:
    """One line of a picture: what something costs against a size.

    Args:
        picture: which picture it belongs to. name: of the line.
        points: (size, microseconds), by size. breaks: as in `Figure`.

    Example:
        >>> Curve("waiting", "omniqueue", ((1000, 3.1),)).points[0][0]
        1000
    """

    picture: str
    name: str
    points: tuple[tuple[int, float], ...]
    breaks: str = ""


@attrs.frozen(kw_only=True)
class BenchResult:
    """All that one benchmark found, and all that one must know to believe it.

    Args:
        bench: "canonical", "route", "simulate" or "scale".
        machine: what it ran on. seed: of everything drawn. sizes: name to size.
        quick: smaller sizes than those that the targets speak of.
        headline: the lines that sum it up. figures, targets, curves: what was measured.
        checksum: SHA-256 of the assignments of omniqueue in the main workload.
        cpu_share: CPU time over wall time of what was timed. notes: further lines.
        clock: what time means here. format: of the JSON.
    """

    bench: str
    machine: Machine
    seed: int
    sizes: Mapping[str, float]
    quick: bool
    headline: tuple[str, ...]
    checksum: str
    cpu_share: float
    figures: tuple[Figure, ...] = ()
    targets: tuple[BenchTarget, ...] = ()
    curves: tuple[Curve, ...] = ()
    notes: tuple[str, ...] = ()
    clock: str = CLOCK
    format: str = FORMAT

    @property
    def met(self) -> bool:
        """Whether no target was missed (those that were not judged count as met)."""
        return all(target.met is not False for target in self.targets)

    def json(self) -> str:
        """Return the result as one JSON object on one line. Cost: O(size)."""
        return json.dumps(attrs.asdict(self), allow_nan=False)

    def lines(self) -> list[str]:
        """Return the result as lines to read. Cost: O(size)."""
        found = [*self.headline]
        if self.figures:
            found += ["", *table_lines(_FIGURES, self.figures)]
        if self.targets:
            remarks = [f"{each.name}: {each.remark}" for each in self.targets if each.remark]
            found += ["", *table_lines(_TARGETS, self.targets), "", *remarks]
        for picture in dict.fromkeys(curve.picture for curve in self.curves):
            found += ["", *_curves_table(picture, self.curves)]
        found += ["", *self.notes, *self._facts()]
        return found

    def _facts(self) -> list[str]:
        sizes = ", ".join(f"{name} {size:,}" for name, size in self.sizes.items())
        libraries = ", ".join(f"{name} {it}" for name, it in self.machine.libraries.items())
        machine = self.machine
        lines = [
            f"seed {self.seed}; {sizes}" + ("; quick: smaller than promised of" * self.quick),
            f"checksum of the assignments: sha256 {self.checksum}",
            f"{machine.processor}, {machine.cores} cores, {machine.system}",
            f"omniqueue {machine.omniqueue}, {machine.python}; {libraries}",
            f"clock: {self.clock}",
        ]
        if self.cpu_share < _SHARE_OF_A_QUIET_MACHINE:
            lines.append(
                f"the machine was busy: CPU time was {100 * self.cpu_share:.0f} % of wall time"
            )
        return lines


def number_text(value: float) -> str:
    """Return a number with three digits that matter, or whole.

    Example:
        >>> number_text(3.14159), number_text(0.03333), number_text(287654.3)
        ('3.14', '0.0333', '287,654')
    """
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:#.3g}"


_FIGURES: Final = (
    Column[Figure]("", lambda it: it.name),
    Column[Figure]("median", lambda it: number_text(it.spread.median)),
    Column[Figure](
        "middle half", lambda it: f"{number_text(it.spread.low)} to {number_text(it.spread.high)}"
    ),
    Column[Figure]("best", lambda it: number_text(it.spread.least)),
    Column[Figure]("runs", lambda it: str(it.spread.runs)),
    Column[Figure]("unit", lambda it: it.unit),
    Column[Figure]("checksum", lambda it: "-" if it.checksum is None else it.checksum[:8]),
    Column[Figure]("breaks", lambda it: it.breaks or "-"),
)
_VERDICTS: Final = {True: "met", False: "MISSED", None: "not judged"}
_TARGETS: Final = (
    Column[BenchTarget]("promise", lambda it: it.name),
    Column[BenchTarget]("measured", lambda it: f"{number_text(it.measured)} {it.unit}"),
    Column[BenchTarget](
        "target", lambda it: f"{'>=' if it.least else '<='} {number_text(it.bound)} {it.unit}"
    ),
    Column[BenchTarget]("", lambda it: _VERDICTS[it.met]),
)


def _curves_table(picture: str, curves: tuple[Curve, ...]) -> list[str]:
    lines = [(curve.name, dict(curve.points)) for curve in curves if curve.picture == picture]
    sizes = sorted({size for _, costs in lines for size in costs})
    rows = [
        [name, *(number_text(costs[size]) if size in costs else "-" for size in sizes)]
        for name, costs in lines
    ]
    return text_table([f"us a contact, by {picture}", *(f"{size:,}" for size in sizes)], rows)
