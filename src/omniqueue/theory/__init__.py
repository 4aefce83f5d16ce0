"""Queueing formulas: the truth that analysts and tests measure a queue against.

One time unit throughout: rates are per unit, times and means are in units. Every function takes
its arguments by keyword, refuses bad ones with InvalidValueError and returns a frozen value.

- agents who can all do everything: `erlang_b` (`ErlangB`), `erlang_c` (`ErlangC`), `erlang_a`,
  `finite_queue` (`ImpatientQueue`)
- the same with a patience of any law: `patience_queue`
- classes in strict order of priority: `priority_queue` (`PriorityQueue`)
- classes and pools by skill, first come first served, to the agent idle longest: `fcfs_alis`
  (`SkillQueue`)
- the smallest number of agents that meets targets: `agents_for_erlang_c`, `agents_for_erlang_a`
  (`Staffing`)
- many agents: `square_root_agents`, `halfin_whitt`, `halfin_whitt_beta`, `garnett` (`ManyAgents`)
"""

from omniqueue.faces import face

__getattr__, __dir__ = face(__name__)
