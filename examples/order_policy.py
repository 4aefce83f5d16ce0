"""An order policy of one's own: gold customers get a head start, and nobody starves.

A head start is a fixed number of seconds, so a silver customer who came more than five minutes
before a gold one still goes first. A rule of "gold always first" could not promise that.
"""

from omniqueue import Agent, Assigned, Contact, EnteringContact, Router, register_order
from omniqueue.testing import check_order

HEAD_START_SECONDS = 300


def gold_head_start(contact: EnteringContact) -> float:
    """Rank by arrival, five minutes earlier for gold."""
    gold = (contact.attributes or {}).get("tier") == "gold"
    return contact.arrived_at - (HEAD_START_SECONDS if gold else 0)


check_order(gold_head_start)  # raises PolicyError, naming what is wrong
register_order("gold-head-start", gold_head_start)  # a name for files and snapshots

router = Router(order="gold-head-start")
for minute, channel, tier in [
    (0, "phone", "silver"),
    (2, "email", "silver"),
    (4, "phone", "gold"),
    (6, "fax", "silver"),
    (8, "chat", "gold"),
]:
    contact = Contact(f"{tier}-{channel}-{minute}", channel, attributes={"tier": tier})
    router.submit(contact, at=minute * 60)

print("the queue, with the minute at which each seems to have arrived:")
for waiting in router.queue:
    assert isinstance(waiting.rank, tuple)
    print(f"  {waiting.id:<15} {waiting.rank[0] / 60:+.0f}")

print("ana answers:")
events = router.add_agent(Agent("ana"), at=600)
at = 600
while taken := events.of(Assigned):
    print(f"  minute {at // 60}: {taken[0].contact}")
    at += 120
    events = router.complete(taken[0].contact, at=at)
