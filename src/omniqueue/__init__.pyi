from omniqueue.core.router import Router as Router
from omniqueue.core.snapshot import Snapshot as Snapshot
from omniqueue.errors import OmniqueueError as OmniqueueError
from omniqueue.model.agent import Agent as Agent
from omniqueue.model.channel import Channel as Channel
from omniqueue.model.contact import (
    Contact as Contact,
    Preference as Preference,
    RelaxStep as RelaxStep,
)
from omniqueue.model.contact_events import (
    Abandoned as Abandoned,
    Assigned as Assigned,
    Completed as Completed,
    Offered as Offered,
    Queued as Queued,
)
from omniqueue.model.event import Event as Event, Events as Events
from omniqueue.model.skill import Skills as Skills
from omniqueue.policy.fit import FitPolicy as FitPolicy
from omniqueue.policy.order import EnteringContact as EnteringContact, OrderPolicy as OrderPolicy
from omniqueue.policy.registry import (
    register_order as register_order,
    register_selection as register_selection,
)
from omniqueue.policy.selection import Selection as Selection
from omniqueue.policy.turn import AgentLoad as AgentLoad, TurnPolicy as TurnPolicy

__version__: str
