"""omniqueue: every contact, whatever its channel, in one queue in the order it arrived.

What most programs need stands here, by purpose:

- route: `Router`, its `Snapshot`
- describe: `Contact`, `Agent`, `Channel`, `Skills`, `Preference`, `RelaxStep`
- hear what happened: `Event`, `Events`, `Queued`, `Offered`, `Assigned`, `Completed`, `Abandoned`
- choose by rules of your own: `Selection`, `OrderPolicy`, `FitPolicy`, `TurnPolicy`, with what
  they are shown, `EnteringContact` and `AgentLoad`; `register_order`, `register_selection`
- catch: `OmniqueueError`

The other rooms: `omniqueue.events` (every event), `omniqueue.errors` (every error),
`omniqueue.insight` (what a router answers when it is asked), `omniqueue.sim` (simulate, route a
log, compare, find staffing), `omniqueue.record` (measure and judge what happened),
`omniqueue.report` (tables and pages), `omniqueue.play` (scripts of commands), `omniqueue.theory`
(queueing formulas), `omniqueue.testing` (check your own policies).

Example:
    >>> from omniqueue import Agent, Assigned, Contact, Router
    >>> router = Router()
    >>> _ = router.add_agent(Agent("ana"), presence="away", at=0)
    >>> for at, channel in enumerate(["phone", "phone", "email", "phone", "fax"], start=1):
    ...     _ = router.submit(Contact(f"{channel}-{at}", channel), at=at)
    >>> [taken] = router.set_presence("ana", "ready", at=10).of(Assigned)
    >>> taken.contact
    'phone-1'
"""

from omniqueue.faces import face

__version__ = "0.1.0"

__getattr__, __dir__ = face(__name__)
