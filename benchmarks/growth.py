"""How the cost of a contact grows with one size: several worlds, in turns, in one process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import attrs

from omniqueue.bench.result import Curve
from omniqueue.bench.timing import Spread, Stopwatch, alternate, collector_frozen, ratios
from omniqueue.bench.workload import BareHeap, RoutedSystem, RoutingSizes, RoutingWorld


@attrs.frozen
class Line:
    """One line of a picture: what something costs at several sizes.

    Args:
        name: of the line. sizes: along the axis, and those of the workload there.
        make: what routes; None: no routing, a bare heap as deep as contacts wait.
        pairs: contacts in one run.

    Example:
        >>> Line("bare heap", {1000: RoutingSizes(waiting=1000)}, None, 100).pairs
        100
    """

    name: str
    sizes: dict[int, RoutingSizes]
    make: Callable[[], RoutedSystem] | None
    pairs: int


@attrs.frozen
class Measured:
    """The runs of a line.

    Args:
        line: which. seconds: by size, the CPU seconds of one contact in each run.

    Example:
        >>> line = Line("heap", {10: RoutingSizes(waiting=10)}, None, 100)
        >>> Measured(line, {10: [1e-6, 2e-6, 3e-6]}).curve("waiting").points
        ((10, 2.0),)
    """

    line: Line
    seconds: dict[int, list[float]]

    def curve(self, picture: str) -> Curve:
        """Return the medians as a curve of a picture."""
        points = tuple(
            (size, round(1e6 * Spread.of(runs).median, 4)) for size, runs in self.seconds.items()
        )
        breaks = "" if self.line.make is None else self.line.make().breaks
        return Curve(picture, self.line.name, points, breaks)

    def growth(self, size: int | None = None) -> list[float]:
        """Return, run by run, what it costs at a size (the last) over the first."""
        sizes = list(self.seconds)
        return ratios(self.seconds[sizes[-1] if size is None else size], self.seconds[sizes[0]])


def measure(
    lines: Sequence[Line], runs: int, watch: Stopwatch, tell: Callable[[str], None]
) -> list[Measured]:
    """Make the worlds of all lines, and let them take turns.

    Args:
        lines: of one picture.
        runs: turns of each world.
        watch: what measures.
        tell: called with what is being done.

    Cost: that of filling every world, and of the runs; all are in memory at once.

    Example:
        >>> line = Line("bare heap", {50: RoutingSizes(waiting=50)}, None, 20)
        >>> [found] = measure([line], 3, Stopwatch(), lambda _: None)
        >>> len(found.seconds[50])
        3
    """
    contenders: list[Callable[[], float]] = []
    for line in lines:
        for size, sizes in line.sizes.items():
            tell(f"{line.name}: {size:,}")
            made: RoutingWorld | BareHeap
            if line.make is None:
                made = BareHeap(sizes.waiting, watch, sizes.seed)
            else:
                made = RoutingWorld(sizes, line.make(), watch)
                made.run(line.pairs)  # whatever is worked out once, and kept
            contenders.append(partial(made.run, line.pairs))
    with collector_frozen():
        times = alternate(contenders, runs, lambda: tell("all take turns"))
    found = iter(times)
    return [Measured(line, {size: next(found) for size in line.sizes}) for line in lines]
