"""`python -m benchmarks simulate`: the centre of `omniqueue bench simulate`, SimPy and Ciw beside.

SimPy's FilterStore beside it shows what waiting e-mails cost where a store is searched.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.rival_simulations import ciw_pool, simpy_pool, simpy_skills
from omniqueue.bench.result import BenchResult
from omniqueue.bench.simulate import RivalPool, RivalStore, simulate as simulate_with

FILTERED, QUICK_FILTERED = 1_000, 200  # contacts in a run of a FilterStore
POOLS = (RivalPool("SimPy", simpy_pool, 2), RivalPool("Ciw", ciw_pool, 5))


def simulate(
    *, seed: int = 1, quick: bool = False, tell: Callable[[str], None] = lambda _: None
) -> BenchResult:
    """Simulate the same customers with omniqueue, SimPy and Ciw.

    Args:
        seed: of everything drawn.
        quick: small sizes, to see that it works; nothing is judged.
        tell: called with what is being done.

    Raises:
        MissingExtraError: SimPy or Ciw is not installed.

    Cost: about two minutes; some seconds when quick.
    """
    store = RivalStore("FilterStore", simpy_skills, QUICK_FILTERED if quick else FILTERED)
    return simulate_with(seed=seed, quick=quick, tell=tell, pools=POOLS, stores=[store])
