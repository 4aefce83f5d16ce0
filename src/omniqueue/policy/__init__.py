"""The sockets for policies, the stock plugs, and the registry of names.

Rank at the door, compare inside: a policy is asked once when something enters (an order when a
contact does, a fit when a kind of agent meets a kind of contact, a turn when an agent's load
changes), never once per candidate.
"""

from omniqueue.policy.fit import FitPolicy
from omniqueue.policy.order import EnteringContact, OrderPolicy
from omniqueue.policy.registry import (
    order_named,
    register_order,
    register_selection,
    selection_named,
)
from omniqueue.policy.selection import Selection
from omniqueue.policy.turn import AgentLoad, TurnPolicy

__all__ = [
    "AgentLoad",
    "EnteringContact",
    "FitPolicy",
    "OrderPolicy",
    "Selection",
    "TurnPolicy",
    "order_named",
    "register_order",
    "register_selection",
    "selection_named",
]
