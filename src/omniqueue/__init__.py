"""omniqueue: every contact, whatever its channel, in one queue in the order it arrived.

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

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from omniqueue.core.insight.estimate import MeasuredTimes, WaitEstimate
    from omniqueue.core.insight.explanation import (
        AgentExplanation,
        AgentObstacles,
        CauseCount,
        Explanation,
        GroupObstacles,
        NextChange,
        WaitingCount,
    )
    from omniqueue.core.insight.obstacles import Obstacle
    from omniqueue.core.insight.positions import Position
    from omniqueue.core.insight.views import AgentView, ContactView, Statistics
    from omniqueue.core.router import Router
    from omniqueue.core.snapshot import Snapshot
    from omniqueue.errors import (
        BrokenRouterError,
        DuplicateAgentError,
        DuplicateContactError,
        FileFaultsError,
        IllegalTransitionError,
        InvalidValueError,
        InvariantError,
        MissingExtraError,
        OmniqueueError,
        PolicyError,
        QueueFullError,
        ReentrantCallError,
        SnapshotError,
        TimeWentBackwardsError,
        UnknownAgentError,
        UnknownChannelError,
        UnknownContactError,
    )
    from omniqueue.model.agent import Agent
    from omniqueue.model.agent_events import (
        AgentAdded,
        AgentRemoved,
        AgentUpdated,
        ObserverFailed,
        PolicyFailed,
        PresenceSet,
    )
    from omniqueue.model.channel import Channel
    from omniqueue.model.contact import Contact, Preference, RelaxStep
    from omniqueue.model.contact_events import (
        Abandoned,
        Assigned,
        Cancelled,
        Completed,
        Continued,
        Declined,
        Deferred,
        ExclusionEnded,
        Expired,
        Interrupted,
        Offered,
        OfferExpired,
        OfferRevoked,
        Parked,
        PassedOver,
        PreferenceEnded,
        Preferred,
        Queued,
        Relaxed,
        Released,
        Reopened,
        Requeued,
        ReservationEnded,
        Reserved,
        Resumed,
        Transferred,
        Unservable,
        Updated,
        WrapUpEnded,
    )
    from omniqueue.model.event import Event, Events
    from omniqueue.model.skill import Skills
    from omniqueue.policy import (
        AgentLoad,
        EnteringContact,
        FitPolicy,
        OrderPolicy,
        Selection,
        TurnPolicy,
        register_order,
        register_selection,
    )

__version__ = "0.1.0"

# Where each public name lives. They are loaded when first asked for (PEP 562), so that importing
# the package costs next to nothing and a program pays only for what it uses.
_PLACES = {
    "omniqueue.core.insight.estimate": (
        "MeasuredTimes",
        "WaitEstimate",
    ),
    "omniqueue.core.insight.explanation": (
        "AgentExplanation",
        "AgentObstacles",
        "CauseCount",
        "Explanation",
        "GroupObstacles",
        "NextChange",
        "WaitingCount",
    ),
    "omniqueue.core.insight.obstacles": ("Obstacle",),
    "omniqueue.core.insight.positions": ("Position",),
    "omniqueue.core.insight.views": (
        "AgentView",
        "ContactView",
        "Statistics",
    ),
    "omniqueue.core.router": ("Router",),
    "omniqueue.core.snapshot": ("Snapshot",),
    "omniqueue.errors": (
        "BrokenRouterError",
        "DuplicateAgentError",
        "DuplicateContactError",
        "FileFaultsError",
        "IllegalTransitionError",
        "InvalidValueError",
        "InvariantError",
        "MissingExtraError",
        "OmniqueueError",
        "PolicyError",
        "QueueFullError",
        "ReentrantCallError",
        "SnapshotError",
        "TimeWentBackwardsError",
        "UnknownAgentError",
        "UnknownChannelError",
        "UnknownContactError",
    ),
    "omniqueue.model.agent": ("Agent",),
    "omniqueue.model.agent_events": (
        "AgentAdded",
        "AgentRemoved",
        "AgentUpdated",
        "ObserverFailed",
        "PolicyFailed",
        "PresenceSet",
    ),
    "omniqueue.model.channel": ("Channel",),
    "omniqueue.model.contact": (
        "Contact",
        "Preference",
        "RelaxStep",
    ),
    "omniqueue.model.contact_events": (
        "Abandoned",
        "Assigned",
        "Cancelled",
        "Completed",
        "Continued",
        "Declined",
        "Deferred",
        "ExclusionEnded",
        "Expired",
        "Interrupted",
        "Offered",
        "OfferExpired",
        "OfferRevoked",
        "Parked",
        "PassedOver",
        "PreferenceEnded",
        "Preferred",
        "Queued",
        "Relaxed",
        "Released",
        "Reopened",
        "Requeued",
        "ReservationEnded",
        "Reserved",
        "Resumed",
        "Transferred",
        "Unservable",
        "Updated",
        "WrapUpEnded",
    ),
    "omniqueue.model.event": (
        "Event",
        "Events",
    ),
    "omniqueue.model.skill": ("Skills",),
    "omniqueue.policy": (
        "AgentLoad",
        "EnteringContact",
        "FitPolicy",
        "OrderPolicy",
        "Selection",
        "TurnPolicy",
        "register_order",
        "register_selection",
    ),
}
_MODULE_OF = {name: module for module, names in _PLACES.items() for name in names}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Load a public name when it is first asked for."""
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_MODULE_OF[name]), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *_MODULE_OF})


__all__ = [
    "Abandoned",
    "Agent",
    "AgentAdded",
    "AgentExplanation",
    "AgentLoad",
    "AgentObstacles",
    "AgentRemoved",
    "AgentUpdated",
    "AgentView",
    "Assigned",
    "BrokenRouterError",
    "Cancelled",
    "CauseCount",
    "Channel",
    "Completed",
    "Contact",
    "ContactView",
    "Continued",
    "Declined",
    "Deferred",
    "DuplicateAgentError",
    "DuplicateContactError",
    "EnteringContact",
    "Event",
    "Events",
    "ExclusionEnded",
    "Expired",
    "Explanation",
    "FileFaultsError",
    "FitPolicy",
    "GroupObstacles",
    "IllegalTransitionError",
    "Interrupted",
    "InvalidValueError",
    "InvariantError",
    "MeasuredTimes",
    "MissingExtraError",
    "NextChange",
    "Obstacle",
    "OfferExpired",
    "OfferRevoked",
    "ObserverFailed",
    "Offered",
    "OmniqueueError",
    "OrderPolicy",
    "Parked",
    "PassedOver",
    "PolicyError",
    "PolicyFailed",
    "Position",
    "Preference",
    "PreferenceEnded",
    "Preferred",
    "PresenceSet",
    "QueueFullError",
    "Queued",
    "ReentrantCallError",
    "RelaxStep",
    "Relaxed",
    "Released",
    "Reopened",
    "Requeued",
    "ReservationEnded",
    "Reserved",
    "Resumed",
    "Router",
    "Selection",
    "Skills",
    "Snapshot",
    "SnapshotError",
    "Statistics",
    "TimeWentBackwardsError",
    "Transferred",
    "TurnPolicy",
    "UnknownAgentError",
    "UnknownChannelError",
    "UnknownContactError",
    "Unservable",
    "Updated",
    "WaitEstimate",
    "WaitingCount",
    "WrapUpEnded",
    "__version__",
    "register_order",
    "register_selection",
]
