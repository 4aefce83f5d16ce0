"""The tail of a wait made of exponential phases, one agent at a step on a lattice."""

import math

from attrs import frozen

from omniqueue.errors import InvalidValueError
from omniqueue.theory.lattice import Floats, along

#: Steps x points x (1 + axes): about five seconds.
MAX_WORK = 2_000_000_000
#: Steps alone, each some ten microseconds however small the lattice: about ten seconds.
MAX_STEPS = 1_000_000
_NEGLIGIBLE = 1e-16


@frozen(kw_only=True, eq=False)
class Phases:
    """A wait that enters at one point, stays there for an exponential time, and moves on or ends.

    Attributes:
        entry: The chance to enter at each point; what lacks to 1 is the chance of no wait.
        rate: The rate of leaving each point.
        moves: For each axis the chance to go one point up on leaving; the rest ends the wait.
    """

    entry: Floats
    rate: Floats
    moves: tuple[Floats, ...]

    def tail(self, time: float) -> float:
        """Return the chance that the wait is longer than time.

        All points are left at the greatest of the rates, the slower ones partly to themselves;
        the number of steps is then Poisson, and all terms are positive.

        Raises:
            InvalidValueError: The sum would need too many steps.

        Cost: O(steps x points x axes); steps is roughly the lesser of rate x time and
        40 x greatest rate / least rate.
        Source: A. Jensen (1953), uniformisation.
        """
        mass = self.entry
        alive = float(mass.sum())
        if time == 0.0 or alive == 0.0:
            return alive
        fastest = float(self.rate.max())
        self._check_work(fastest, time)
        stay = 1.0 - self.rate / fastest
        shares = [move * self.rate / fastest for move in self.moves]
        mean = fastest * time
        log_mean = math.log(mean)
        late = 0.0
        step = 0
        while True:
            chance = math.exp(step * log_mean - mean - math.lgamma(step + 1.0))
            late += chance * alive
            if alive < _NEGLIGIBLE or (step > mean and chance < _NEGLIGIBLE):
                return min(late, float(self.entry.sum()))
            moved = mass * stay
            for axis, part in enumerate(shares):
                into = along(moved, axis, 1, None)
                into += along(mass * part, axis, 0, -1)
            mass = moved
            alive = float(mass.sum())
            step += 1

    def _check_work(self, fastest: float, time: float) -> None:
        mean = fastest * time
        # Either time is up, or the wait is over: no path has more phases than this.
        phases = sum(self.entry.shape)
        over = (2.0 * phases + 60.0) * fastest / float(self.rate.min())
        steps = min(mean + 12.0 * math.sqrt(mean) + 50.0, over)
        work = steps * self.entry.size * (1 + len(self.moves))
        if steps > MAX_STEPS or work > MAX_WORK:
            raise InvalidValueError(
                "service_level_time",
                time,
                f"a shorter time or a smaller system, as {steps:.0f} steps on {self.entry.size} "
                f"points are more than the limits of {MAX_STEPS} steps and {MAX_WORK} operations",
            )
