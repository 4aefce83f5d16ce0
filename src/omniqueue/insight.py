"""What a router answers when it is asked: views, positions, explanations and estimates.

- how things are now: `ContactView`, `AgentView`, `Statistics`, `Position`
- why a contact waits: `Explanation`, with `AgentObstacles`, `GroupObstacles`, `Obstacle`,
  `WaitingCount`, `OwnOrderFirst` and `NextChange` in it
- why an agent is free or not: `AgentExplanation`, with `CauseCount` in it
- how long it may take: `WaitEstimate`, from `MeasuredTimes`

Example:
    >>> from omniqueue import Contact, Router
    >>> from omniqueue.insight import Position
    >>> router = Router()
    >>> _ = router.submit(Contact("c1", "phone"), at=0)
    >>> isinstance(router.position("c1"), Position)
    True
"""

from omniqueue.core.insight.estimate import (
    MeasuredTimes as MeasuredTimes,
    WaitEstimate as WaitEstimate,
)
from omniqueue.core.insight.explanation import (
    AgentExplanation as AgentExplanation,
    AgentObstacles as AgentObstacles,
    CauseCount as CauseCount,
    Explanation as Explanation,
    GroupObstacles as GroupObstacles,
    NextChange as NextChange,
    OwnOrderFirst as OwnOrderFirst,
    WaitingCount as WaitingCount,
)
from omniqueue.core.insight.obstacles import Obstacle as Obstacle
from omniqueue.core.insight.positions import Position as Position
from omniqueue.core.insight.views import (
    AgentView as AgentView,
    ContactView as ContactView,
    Statistics as Statistics,
)
