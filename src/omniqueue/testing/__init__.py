"""A conformance kit for users' own policies, and hypothesis strategies for property tests.

`check_order`, `check_fit` and `check_turn` need nothing but omniqueue; the strategies
(`contacts`, `agents`, `plays`, `routers`) need hypothesis, which they import when called.
"""

from omniqueue.testing.conformance import check_fit, check_order, check_turn
from omniqueue.testing.strategies import agents, contacts, plays, routers

__all__ = ["agents", "check_fit", "check_order", "check_turn", "contacts", "plays", "routers"]
