"""A turn policy of one's own: fill up those who chat already, keep others free for calls.

A call takes all of an agent's capacity, a chat a third. If chats are spread evenly, soon nobody
can take a call; here a chat goes to the busiest agent who still has room for it.
"""

from omniqueue import (
    Agent,
    AgentLoad,
    Assigned,
    Channel,
    Contact,
    Router,
    Selection,
    register_selection,
)
from omniqueue.testing import check_turn


def busiest_first(agent: AgentLoad) -> int:
    """Rank by the work in hand, most first; equals go by who was free first."""
    return -agent.used


check_turn(busiest_first)  # raises PolicyError, naming what is wrong
register_selection(Selection(name="busiest-first", turn=busiest_first))

for selection in ("least-loaded", "busiest-first"):
    router = Router(channels=[Channel("phone", cost=3)], selection=selection)
    for name in ("ana", "bo"):
        router.add_agent(Agent(name, capacity=3), at=0)
    print(f"{selection}:")
    for at, contact_id in enumerate(["chat-1", "chat-2", "chat-3", "phone-1"], start=1):
        channel = contact_id.split("-")[0]
        taken = router.submit(Contact(contact_id, channel), at=at).of(Assigned)
        print(f"  {contact_id}: {taken[0].agent if taken else 'waits'}")
