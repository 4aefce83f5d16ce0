"""Queueing formulas: the truth that analysts and tests measure a queue against.

One time unit throughout: rates are per unit, times and means are in units. Every function takes
its arguments by keyword, refuses bad ones with InvalidValueError and returns a frozen value.

- ``erlang_b``, ``erlang_c``, ``erlang_a``, ``finite_queue``: agents who can all do everything.
- ``patience_queue``: the same with a patience of any law.
- ``priority_queue``: classes in strict order of priority.
- ``fcfs_alis``: classes and pools by skill, first come first served, to the agent idle longest.
- ``agents_for_erlang_c``, ``agents_for_erlang_a``: the smallest number that meets targets.
- ``square_root_agents``, ``halfin_whitt``, ``halfin_whitt_beta``, ``garnett``: many agents.
"""

from omniqueue.theory.erlang import ErlangB, ErlangC, erlang_a, erlang_b, erlang_c, finite_queue
from omniqueue.theory.patience import patience_queue
from omniqueue.theory.priority import PriorityQueue, priority_queue
from omniqueue.theory.room import ImpatientQueue
from omniqueue.theory.skills import SkillQueue, fcfs_alis
from omniqueue.theory.staffing import (
    ManyAgents,
    Staffing,
    agents_for_erlang_a,
    agents_for_erlang_c,
    garnett,
    halfin_whitt,
    halfin_whitt_beta,
    square_root_agents,
)

__all__ = [
    "ErlangB",
    "ErlangC",
    "ImpatientQueue",
    "ManyAgents",
    "PriorityQueue",
    "SkillQueue",
    "Staffing",
    "agents_for_erlang_a",
    "agents_for_erlang_c",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "fcfs_alis",
    "finite_queue",
    "garnett",
    "halfin_whitt",
    "halfin_whitt_beta",
    "patience_queue",
    "priority_queue",
    "square_root_agents",
]
