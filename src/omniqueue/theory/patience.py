"""Contacts with any law of patience: M/M/n+G.

One time unit throughout: rates are per unit, times and means are in units.

The theory in short. Let H(x) be the integral of the survival function of patience from 0 to x.
The wait that an endlessly patient contact would be offered has, above 0, a density proportional
to exp(λ H(x) - n μ x), and every measure is an integral against it. The exponent is concave, as
survival only falls, so the density has one peak and the integrals can be cut off safely.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from attrs import define
from numpy.polynomial import chebyshev

from omniqueue.errors import InvalidValueError
from omniqueue.theory.checks import not_negative
from omniqueue.theory.pool import Pool
from omniqueue.theory.room import ImpatientQueue

Floats = npt.NDArray[np.float64]

_DEGREE = 16
_TOLERANCE = 1e-14
#: The whole of a panel errs by this much when it is accepted; its halves err by far less.
_SAME_EXPONENT = 1e-11
#: A jump of survival is cut down to panels this small, relative to where it stands or, near 0,
#: to the time between two events.
_SMALLEST_PANEL = 1e-13
#: Integration ends where what is left is below exp(-40) of what has been added up.
_NEGLIGIBLE_LOG = -40.0
#: Smooth survival functions need some hundred panels of 17 points, each jump about 50 more.
MAX_PANELS = 5_000
#: No time that anyone means: beyond it products would leave the range of a float.
_END_OF_TIME = 1e100


def patience_queue(
    *,
    arrival_rate: float,
    service_rate: float,
    agents: int,
    survival: Callable[[float], float],
    service_level_time: float = 0.0,
) -> ImpatientQueue:
    """Return the measures of M/M/n+G: contacts give up after a patience of any law.

    Args:
        arrival_rate: Contacts per time unit, above 0; overload is allowed.
        service_rate: Contacts that one busy agent finishes per time unit, above 0.
        agents: Number of agents, 1 to 1,000,000.
        survival: The chance that a patience is longer than x time units, for x >= 0; it must not
            rise. A value below 1 at 0 means contacts that give up at once if they have to wait.
            A survival that never falls below n * service_rate / arrival_rate is refused.
        service_level_time: The wait that still counts as in time, in time units, at least 0.

    Raises:
        InvalidValueError: An argument is outside of these limits, survival is no survival
            function, or 5,000 panels do not suffice for its integrals.

    Cost: O(agents) time, and some thousand calls of survival. Right to about 1e-10 if survival is
    piecewise smooth.
    Source: F. Baccelli and G. Hebuterne (1981); S. Zeltyn and A. Mandelbaum (2005).

    >>> queue = patience_queue(arrival_rate=12, service_rate=1, agents=10,
    ...                        survival=lambda x: math.exp(-x), service_level_time=0.1)
    >>> round(queue.p_abandon, 6), round(queue.mean_wait, 6), round(queue.service_level, 6)
    (0.213632, 0.213632, 0.350484)
    """
    pool = Pool.checked(arrival_rate, service_rate, agents)
    within = not_negative("service_level_time", service_level_time)
    if not callable(survival):
        raise InvalidValueError("survival", survival, "a function from a time to a chance")
    offered = _Offered(pool.arrivals, pool.busy_rate, survival)
    in_time = offered.integrate(within)
    every, served, lost, waited, waited_served = offered.parts.tolist()
    free = math.exp(-offered.peak)
    scale = pool.arrivals * pool.some_free
    total = free + scale * every
    scale /= total
    p_free = free / total
    p_wait = scale * every
    p_abandon = scale * lost
    p_served = p_free + scale * served
    mean_wait = scale * waited
    level = p_free + scale * in_time
    return ImpatientQueue(
        p_block=0.0,
        p_wait=p_wait,
        p_abandon=p_abandon,
        p_abandon_given_wait=p_abandon / p_wait if p_wait > 0.0 else 0.0,
        mean_wait=mean_wait,
        mean_wait_served=scale * waited_served / p_served,
        mean_queue=pool.arrivals * mean_wait,
        occupancy=pool.arrivals * p_served / pool.busy_rate,
        service_level=level,
        service_level_served=level / p_served,
    )


def _rule() -> tuple[Floats, Floats]:
    """Return points on 0..1, both ends included, and the matrix that integrates up to each."""
    points = 0.5 - 0.5 * np.cos(np.pi * np.arange(_DEGREE + 1) / _DEGREE)
    to_series = np.linalg.inv(chebyshev.chebvander(2.0 * points - 1.0, _DEGREE))
    integrals = chebyshev.chebint(np.eye(_DEGREE + 1), lbnd=-1, axis=0) * 0.5
    upto = chebyshev.chebvander(2.0 * points - 1.0, _DEGREE + 1)
    return points, upto @ integrals @ to_series


_POINTS, _UPTO = _rule()


@define
class _Panel:
    """The integrals over one panel, on the scale exp(peak); patient is H at its right end."""

    patient: float
    exponent: float
    peak: float
    parts: Floats

    def rescaled(self, peak: float) -> Floats:
        out: Floats = self.parts * math.exp(self.peak - peak)
        return out


class _Offered:
    """Running integrals against the density of the offered wait, from 0 to the right.

    The parts are five, on the scale exp(peak): of the density; of it times the chance to be
    patient enough; times that to give up before; times the mean time to an agent or to giving
    up; times the wait of those patient enough.
    """

    def __init__(
        self, arrivals: float, busy_rate: float, survival: Callable[[float], float]
    ) -> None:
        self._arrivals = arrivals
        self._busy_rate = busy_rate
        self._survival = survival
        self._at = 0.0
        self._patient = 0.0
        self._exponent = 0.0
        self._unit = 1.0 / (arrivals + busy_rate)
        self._step = self._unit
        self._panels = 0
        self._summit = 0.0
        self.peak = 0.0
        self.parts = np.zeros(5)

    def integrate(self, within: float) -> float:
        """Add up everything; return what served was up to within."""
        self._look_ahead()
        self._add_up_to(within)
        in_time, scale = float(self.parts[1]), self.peak
        self._add_up_to(math.inf)
        return in_time * math.exp(scale - self.peak)

    def _look_ahead(self) -> None:
        """Find how high the exponent climbs, so that the foot of a high climb needs no care."""
        level = self._busy_rate / self._arrivals
        low, high = 0.0, self._step
        while self._chance(high) > level:
            low, high = high, 2.0 * high
            if high > _END_OF_TIME:
                self._refuse()
        if low == 0.0:
            return
        while high - low > 1e-6 * high:
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self._chance(middle) > level else (low, middle)
        scout = _Offered(self._arrivals, self._busy_rate, self._survival)
        scout._summit = math.inf
        scout._add_up_to(low)
        self._summit = max(0.0, scout._exponent)

    def _add_up_to(self, end: float) -> None:
        """Integrate to the given point, unless nothing that matters is left before it."""
        while self._at < end and not self._done():
            self._advance(end)

    def _chance(self, time: float) -> float:
        chance = float(self._survival(time))
        if not 0.0 <= chance <= 1.0:
            expected = f"a chance from 0 to 1 at {time!r}, that patience is longer"
            raise InvalidValueError("survival", chance, expected)
        return chance

    def _done(self) -> bool:
        if self._panels == 0:
            return False
        fall = self._busy_rate - self._arrivals * self._chance(self._at)
        if fall <= 0.0:
            return False
        # Concave exponent: the rest is at most that of a straight fall. The last term stands for
        # the factor of the mean wait, which grows no faster than the time.
        rest = self._exponent - math.log(fall) + math.log1p(1.0 / (fall * self._at))
        return rest - self.peak - math.log(self.parts[0]) < _NEGLIGIBLE_LOG

    def _advance(self, end: float) -> None:
        """Add one panel, halved until its two halves agree with the whole."""
        step = min(self._step, end - self._at)
        whole = self._panel(self._at, step, self._patient, self._exponent)
        while True:
            half = 0.5 * step
            left = self._panel(self._at, half, self._patient, self._exponent)
            right = self._panel(self._at + half, half, left.patient, left.exponent)
            peak = max(self.peak, whole.peak, left.peak, right.peak)
            halves = left.rescaled(peak) + right.rescaled(peak)
            total = self.parts * math.exp(self.peak - peak) + halves
            agree = np.abs(whole.rescaled(peak) - halves) <= _SAME_EXPONENT * np.abs(total)
            minor = max(left.peak, right.peak) < self._summit + _NEGLIGIBLE_LOG
            gap = abs(whole.exponent - right.exponent)
            same = gap <= _SAME_EXPONENT + _TOLERANCE * abs(right.exponent)
            if (same and (minor or agree[:2].all())) or step <= _SMALLEST_PANEL * max(
                self._at, self._unit
            ):
                break
            whole, step = left, half
        to_end = end - self._at <= step
        self._at = end if to_end else self._at + step
        self._patient, self._exponent = right.patient, right.exponent
        self.peak, self.parts = peak, total
        self._step = max(2.0 * step, self._step if to_end else 0.0)
        if self._at > _END_OF_TIME:
            self._refuse()

    def _panel(self, start: float, step: float, patient: float, exponent: float) -> _Panel:
        self._panels += 1
        if self._panels > 3 * MAX_PANELS:
            self._refuse()
        times = start + step * _POINTS
        chances = np.array([self._chance(float(time)) for time in times])
        if np.any(np.diff(chances) > 1e-12):
            expected = (
                f"a function that never rises, as it does from {start!r} to {start + step!r}"
            )
            raise InvalidValueError("survival", self._survival, expected)
        reach = patient + step * (_UPTO @ chances)
        # Step by step, as the two parts of the exponent nearly cancel in a large busy system.
        growth = self._arrivals * chances - self._busy_rate
        exponents = exponent + step * (_UPTO @ growth)
        peak = float(exponents.max())
        density = step * np.exp(exponents - peak)
        served = density * chances
        parts = [density, served, density * (1.0 - chances), density * reach, served * times]
        sums = np.stack(parts) @ _UPTO[-1]
        return _Panel(float(reach[-1]), float(exponents[-1]), peak, sums)

    def _refuse(self) -> None:
        raise InvalidValueError(
            "survival",
            self._survival,
            f"one whose integrals need no more than {MAX_PANELS} panels; it must fall below "
            "agents * service_rate / arrival_rate in reasonable time",
        )
