"""How many agents: rules of thumb for many agents, and the smallest number that meets a target.

One time unit throughout: rates are per unit, times and means are in units.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from attrs import frozen

from omniqueue.errors import InvalidValueError
from omniqueue.theory.checks import MAX_AGENTS, not_negative, positive, real, share
from omniqueue.theory.erlang import ErlangC, erlang_a, erlang_c
from omniqueue.theory.room import ImpatientQueue

Measures = TypeVar("Measures", ErlangC, ImpatientQueue)


@frozen(kw_only=True)
class Staffing(Generic[Measures]):
    """The smallest number of agents that meets the targets, and what they then achieve.

    Attributes:
        agents: Number of agents.
        measures: The measures of the queue with that number.
    """

    agents: int
    measures: Measures


@frozen(kw_only=True)
class ManyAgents:
    """Limits for many agents under square-root staffing.

    Attributes:
        p_wait: Share of contacts that wait at all.
        p_abandon_scaled: sqrt(agents) times the share of contacts that give up; 0 with endless
            patience.
        mean_wait_scaled: sqrt(agents) times the mean wait of all, in mean service times.
    """

    p_wait: float
    p_abandon_scaled: float
    mean_wait_scaled: float


def square_root_agents(*, arrival_rate: float, service_rate: float, beta: float) -> int:
    """Return the load plus beta times its square root, rounded up and at least 1.

    Args:
        arrival_rate: Contacts per time unit, above 0.
        service_rate: Contacts that one busy agent finishes per time unit, above 0.
        beta: Grade of service; about 0 to 3, below 0 only with impatient contacts.

    Raises:
        InvalidValueError: An argument is outside of these limits, or the number of agents is
            above 1,000,000.

    Cost: O(1).
    Source: A. K. Erlang (1924); S. Borst, A. Mandelbaum and M. Reiman (2004).

    >>> square_root_agents(arrival_rate=100, service_rate=1, beta=1)
    110
    """
    load = positive("arrival_rate", arrival_rate) / positive("service_rate", service_rate)
    agents = load + real("beta", beta) * math.sqrt(load)
    if agents > MAX_AGENTS:
        raise InvalidValueError("beta", beta, f"one that asks for at most {MAX_AGENTS} agents")
    return max(1, math.ceil(agents))


def halfin_whitt(*, beta: float) -> ManyAgents:
    """Return the limits of Erlang C for load + beta * sqrt(load) agents, with the load growing.

    Args:
        beta: Grade of service, above 0.

    Raises:
        InvalidValueError: beta is not above 0.

    Cost: O(1).
    Source: S. Halfin and W. Whitt (1981).

    >>> round(halfin_whitt(beta=1).p_wait, 6)
    0.223361
    """
    beta = positive("beta", beta)
    # In terms of the hazard nothing overflows: density(beta) / distribution(beta) = hazard(-beta).
    p_wait = 1.0 / (1.0 + beta / _hazard(-beta)) if beta < 38.0 else 0.0
    return ManyAgents(p_wait=p_wait, p_abandon_scaled=0.0, mean_wait_scaled=p_wait / beta)


def halfin_whitt_beta(*, p_wait: float) -> float:
    """Return the grade of service at which the Halfin-Whitt share of waiting contacts is p_wait.

    Args:
        p_wait: Wanted share of contacts that wait at all, strictly between 0 and 1.

    Raises:
        InvalidValueError: p_wait is outside of these limits.

    Cost: O(1), about 100 steps of bisection.
    Source: S. Halfin and W. Whitt (1981).

    >>> round(halfin_whitt_beta(p_wait=0.2), 6)
    1.061516
    """
    wanted = share("p_wait", p_wait)
    low, high = 0.0, 40.0
    while True:
        beta = 0.5 * (low + high)
        if beta in (low, high):
            return beta
        if halfin_whitt(beta=beta).p_wait > wanted:
            low = beta
        else:
            high = beta


def garnett(*, beta: float, patience_ratio: float) -> ManyAgents:
    """Return the limits of Erlang A for load + beta * sqrt(load) agents, with the load growing.

    Args:
        beta: Grade of service, -30 to 30; below 0 when impatience is meant to shed load.
        patience_ratio: Patience rate / service rate, that is mean service time / mean patience,
            above 0.

    Raises:
        InvalidValueError: An argument is outside of these limits.

    Cost: O(1).
    Source: O. Garnett, A. Mandelbaum and M. Reiman (2002).

    >>> limit = garnett(beta=0, patience_ratio=1)
    >>> round(limit.p_wait, 6), round(limit.p_abandon_scaled, 6)
    (0.5, 0.398942)
    """
    if abs(real("beta", beta)) > 30.0:
        raise InvalidValueError("beta", beta, "a number from -30 to 30")
    root = math.sqrt(positive("patience_ratio", patience_ratio))
    steep = beta / root
    p_wait = 1.0 / (1.0 + root * _hazard(steep) / _hazard(-beta))
    p_abandon = p_wait * root * _excess(steep)
    return ManyAgents(
        p_wait=p_wait,
        p_abandon_scaled=p_abandon,
        mean_wait_scaled=p_abandon / patience_ratio,
    )


def agents_for_erlang_c(
    *,
    arrival_rate: float,
    service_rate: float,
    service_level: float | None = None,
    service_level_time: float = 0.0,
    mean_wait: float | None = None,
    p_wait: float | None = None,
) -> Staffing[ErlangC]:
    """Return the smallest number of agents that meets every target that is given (Erlang C).

    Args:
        arrival_rate: Contacts per time unit, above 0.
        service_rate: Contacts that one busy agent finishes per time unit, above 0.
        service_level: Least share of contacts that wait at most service_level_time.
        service_level_time: The wait that still counts as in time, in time units, at least 0.
        mean_wait: Greatest mean wait of all contacts (ASA), in time units, above 0.
        p_wait: Greatest share of contacts that wait at all.

    Raises:
        InvalidValueError: An argument is outside of these limits, a share is not strictly between
            0 and 1, no target is given, or more than 1,000,000 agents were needed.

    Cost: O(agents * log(agents)) time.
    Source: A. K. Erlang (1917); all measures improve with each agent.

    >>> found = agents_for_erlang_c(arrival_rate=90, service_rate=1,
    ...                             service_level=0.8, service_level_time=0.1)
    >>> found.agents, round(found.measures.service_level, 6)
    (97, 0.819984)
    """
    meets = _target(service_level=service_level, mean_wait=mean_wait, p_wait=p_wait)
    load = positive("arrival_rate", arrival_rate) / positive("service_rate", service_rate)
    queue = partial(
        erlang_c,
        arrival_rate=arrival_rate,
        service_rate=service_rate,
        service_level_time=not_negative("service_level_time", service_level_time),
    )
    fewest = math.floor(load) + 1
    while fewest * service_rate <= arrival_rate:  # a load just below a whole number may round
        fewest += 1
    return _smallest(queue, meets, fewest=fewest)


def agents_for_erlang_a(
    *,
    arrival_rate: float,
    service_rate: float,
    patience_rate: float,
    service_level: float | None = None,
    service_level_time: float = 0.0,
    mean_wait: float | None = None,
    p_wait: float | None = None,
    p_abandon: float | None = None,
) -> Staffing[ImpatientQueue]:
    """Return the smallest number of agents that meets every target that is given (Erlang A).

    Args:
        arrival_rate: Contacts per time unit, above 0.
        service_rate: Contacts that one busy agent finishes per time unit, above 0.
        patience_rate: 1 / the mean patience in time units, above 0.
        service_level: Least share of all contacts that are served after at most
            service_level_time; those who give up count against it.
        service_level_time: The wait that still counts as in time, in time units, at least 0.
        mean_wait: Greatest mean wait of all contacts, served or not, in time units, above 0.
        p_wait: Greatest share of contacts that wait at all.
        p_abandon: Greatest share of contacts that give up.

    Raises:
        InvalidValueError: An argument is outside of these limits, a share is not strictly between
            0 and 1, no target is given, more than 1,000,000 agents were needed, or patience is
            too long for erlang_a.

    Cost: O((agents + w) * log(agents)) time, w as for erlang_a.
    Source: C. Palm (1957); A. Mandelbaum and S. Zeltyn (2007).

    >>> found = agents_for_erlang_a(arrival_rate=100, service_rate=1, patience_rate=0.5,
    ...                             p_abandon=0.01)
    >>> found.agents, round(found.measures.p_abandon, 6)
    (108, 0.008816)
    """
    meets = _target(
        service_level=service_level, mean_wait=mean_wait, p_wait=p_wait, p_abandon=p_abandon
    )
    queue = partial(
        erlang_a,
        arrival_rate=arrival_rate,
        service_rate=service_rate,
        patience_rate=patience_rate,
        service_level_time=service_level_time,
    )
    return _smallest(queue, meets, fewest=1)


def _target(**wanted: float | None) -> Callable[[ErlangC | ImpatientQueue], bool]:
    """Return whether measures are good enough: at least the service level, at most all others."""
    given = {
        name: positive(name, bound) if name == "mean_wait" else share(name, bound)
        for name, bound in wanted.items()
        if bound is not None
    }
    if not given:
        raise InvalidValueError("service_level", None, f"at least one of {', '.join(wanted)}")
    least = given.pop("service_level", 0.0)

    def meets(queue: ErlangC | ImpatientQueue) -> bool:
        enough = queue.service_level >= least
        return enough and all(getattr(queue, name) <= given[name] for name in given)

    return meets


def _smallest(
    queue: Callable[..., Measures], meets: Callable[[Measures], bool], *, fewest: int
) -> Staffing[Measures]:
    """Return the smallest number from fewest on that meets the targets, by doubling steps."""
    if fewest > MAX_AGENTS:
        raise InvalidValueError("agents", fewest, f"a load that {MAX_AGENTS} agents can bear")
    too_few, enough, step = fewest - 1, fewest, 1
    best = queue(agents=enough)
    while not meets(best):
        if enough == MAX_AGENTS:
            raise InvalidValueError("agents", enough, "targets that at most so many agents meet")
        too_few, enough, step = enough, min(enough + step, MAX_AGENTS), 2 * step
        best = queue(agents=enough)
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        found = queue(agents=middle)
        if meets(found):
            enough, best = middle, found
        else:
            too_few = middle
    return Staffing(agents=enough, measures=best)


def _hazard(x: float) -> float:
    """Return the hazard of the standard normal law, its density over its upper tail."""
    if x < 5.0:
        density = math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
        return density / (0.5 * math.erfc(x / math.sqrt(2.0)))
    return x + _excess(x)


def _excess(x: float) -> float:
    """Return the hazard minus x, without cancelling for large x."""
    if x < 5.0:
        return _hazard(x) - x
    # Laplace's continued fraction of the hazard: x + 1/(x + 2/(x + 3/(x + ...))).
    tail = x
    for term in range(60, 1, -1):
        tail = x + term / tail
    return 1.0 / tail
