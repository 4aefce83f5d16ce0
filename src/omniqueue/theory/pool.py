"""One pool: contacts of one kind and agents who can all serve them, and when all are busy."""

from attrs import frozen

from omniqueue.errors import InvalidValueError
from omniqueue.theory.checks import agent_count, positive


@frozen
class Pool:
    """Contacts of one kind and the agents who serve them.

    Attributes:
        arrivals: Contacts per time unit, above 0.
        services: Contacts that one busy agent finishes per time unit, above 0.
        agents: Number of agents, 1 to 1,000,000.
    """

    arrivals: float
    services: float
    agents: int

    @classmethod
    def checked(cls, arrival_rate: float, service_rate: float, agents: int) -> "Pool":
        """Return the pool, or raise InvalidValueError if a value cannot be one of a pool."""
        return cls(
            positive("arrival_rate", arrival_rate),
            positive("service_rate", service_rate),
            agent_count("agents", agents),
        )

    @property
    def load(self) -> float:
        """The number of agents that the contacts would keep busy."""
        return self.arrivals / self.services

    @property
    def busy_rate(self) -> float:
        """Contacts that all agents together finish per time unit."""
        return self.agents * self.services

    @property
    def some_free(self) -> float:
        """Erlang B of one agent fewer: it sums up the states with an agent free."""
        return blocking(self.agents - 1, self.load)

    def delay(self) -> tuple[float, float]:
        """Return the chance of a wait and the spare service rate, or raise InvalidValueError."""
        load, spare = self.load, self.busy_rate - self.arrivals
        if load >= self.agents or spare <= 0.0:
            raise InvalidValueError(
                "agents",
                self.agents,
                f"more than {load:g} agents, the offered load arrival_rate / service_rate, as "
                "the queue grows without end otherwise; add agents, or use erlang_a or "
                "finite_queue, which bear overload",
            )
        blocked = blocking(self.agents, load)
        rho = load / self.agents
        return blocked / (1.0 - rho * (1.0 - blocked)), spare


def blocking(agents: int, load: float) -> float:
    """Return Erlang's blocking probability for values that are already checked.

    The recursion only adds and divides positive numbers, so it neither overflows nor cancels;
    a value below the smallest float becomes 0.
    """
    blocked = 1.0
    for busy in range(1, agents + 1):
        offered = load * blocked
        blocked = offered / (busy + offered)
    return blocked
