"""Every event that a router tells, one class for each thing that can happen.

- a contact's life: `Queued`, `Offered`, `Assigned`, `Completed`, `Transferred`, `Parked`,
  `Reopened`
- how it left otherwise: `Abandoned`, `Cancelled`, `Expired`; and came back: `Resumed`
- an offer that led to nothing: `Declined`, `OfferExpired`, `OfferRevoked`, `ExclusionEnded`
- back to the queue, or put aside for a call: `Requeued`, `Released`, `Interrupted`, `Continued`
- while it waits: `Deferred`, `Relaxed`, `Preferred`, `PreferenceEnded`, `Reserved`,
  `ReservationEnded`, `PassedOver`, `Unservable`, `Updated`
- agents: `AgentAdded`, `AgentUpdated`, `AgentRemoved`, `PresenceSet`, `WrapUpEnded`
- matching: `MatchingStopped`, `MatchingStarted`
- what failed: `ObserverFailed`, `PolicyFailed`

`Event` is the base of all; `Events` is what every command returns.

Example:
    >>> from omniqueue.events import Queued
    >>> Queued.__name__
    'Queued'
"""

from omniqueue.model.agent_events import (
    AgentAdded as AgentAdded,
    AgentRemoved as AgentRemoved,
    AgentUpdated as AgentUpdated,
    MatchingStarted as MatchingStarted,
    MatchingStopped as MatchingStopped,
    ObserverFailed as ObserverFailed,
    PolicyFailed as PolicyFailed,
    PresenceSet as PresenceSet,
)
from omniqueue.model.contact_events import (
    Abandoned as Abandoned,
    Assigned as Assigned,
    Cancelled as Cancelled,
    Completed as Completed,
    Continued as Continued,
    Declined as Declined,
    Deferred as Deferred,
    ExclusionEnded as ExclusionEnded,
    Expired as Expired,
    Interrupted as Interrupted,
    Offered as Offered,
    OfferExpired as OfferExpired,
    OfferRevoked as OfferRevoked,
    Parked as Parked,
    PassedOver as PassedOver,
    PreferenceEnded as PreferenceEnded,
    Preferred as Preferred,
    Queued as Queued,
    Relaxed as Relaxed,
    Released as Released,
    Reopened as Reopened,
    Requeued as Requeued,
    ReservationEnded as ReservationEnded,
    Reserved as Reserved,
    Resumed as Resumed,
    Transferred as Transferred,
    Unservable as Unservable,
    Updated as Updated,
    WrapUpEnded as WrapUpEnded,
)
from omniqueue.model.event import Event as Event, Events as Events
