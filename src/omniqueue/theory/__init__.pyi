from omniqueue.theory.erlang import (
    ErlangB as ErlangB,
    ErlangC as ErlangC,
    erlang_a as erlang_a,
    erlang_b as erlang_b,
    erlang_c as erlang_c,
    finite_queue as finite_queue,
)
from omniqueue.theory.patience import patience_queue as patience_queue
from omniqueue.theory.priority import (
    PriorityQueue as PriorityQueue,
    priority_queue as priority_queue,
)
from omniqueue.theory.room import ImpatientQueue as ImpatientQueue
from omniqueue.theory.skills import SkillQueue as SkillQueue, fcfs_alis as fcfs_alis
from omniqueue.theory.staffing import (
    ManyAgents as ManyAgents,
    Staffing as Staffing,
    agents_for_erlang_a as agents_for_erlang_a,
    agents_for_erlang_c as agents_for_erlang_c,
    garnett as garnett,
    halfin_whitt as halfin_whitt,
    halfin_whitt_beta as halfin_whitt_beta,
    square_root_agents as square_root_agents,
)
