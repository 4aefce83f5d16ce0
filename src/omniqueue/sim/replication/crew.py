"""The crew: the agents of one replication, as they come, take breaks and leave.

An agent is out, in, or leaving: away for the router, finishing what it has in hand. Its stretch
of presence lasts from its coming until it has nothing in hand after leaving.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from math import inf
from typing import Final

from omniqueue.centre.chance import Chance
from omniqueue.centre.groups import COME, LEAVE, LEVEL, PAUSE, RETURN
from omniqueue.core.router import Router
from omniqueue.model.event import Events
from omniqueue.sim.scenarios.scenario import Scenario

_OUT: Final = 0
_IN: Final = 1
_LEAVING: Final = 2
_BREAK: Final = "break"
_SHIFT_OVER: Final = "shift over"


class Crew:
    """The agents of one replication.

    Args:
        scenario: the scenario.
        chance: the random streams of the replication.
        router: the router; all agents are added to it, offline.
        hear: called with the events of every command given here.
        days: for how many days of the clock they come.

    Cost: O(1) and one router command a change.
    """

    def __init__(
        self,
        scenario: Scenario,
        chance: Chance,
        router: Router,
        hear: Callable[[Events], None],
        days: int,
    ) -> None:
        self._router = router
        self._hear = hear
        self.ids: list[str] = []
        self.number_of: dict[str, int] = {}
        self.group_of = array("h")
        self._members: list[range] = []
        for place, group in enumerate(scenario.groups):
            first = len(self.ids)
            for agent in group.agents():
                self.number_of[agent.id] = len(self.ids)
                self.ids.append(agent.id)
                self.group_of.append(place)
                hear(router.add_agent(agent, at=0.0, presence="offline"))
            self._members.append(range(first, len(self.ids)))
        self._state = bytearray(len(self.ids))
        self._since = array("d", bytes(8 * len(self.ids)))
        self._excess = [0] * len(scenario.groups)
        self._reason = [_SHIFT_OVER] * len(self.ids)
        # Agents that leave, and (as -1 - group) groups with too many: empty, nothing to look at.
        self.parting: dict[int, None] = {}
        self.staffed_agent = array("i")
        self.staffed_from = array("d")
        self.staffed_to = array("d")
        changes = [
            (at, kind, place, what)
            for place, group in enumerate(scenario.groups)
            for at, kind, what in group.changes(chance, days)
        ]
        changes.sort(reverse=True)
        self._changes = changes  # the last is the next

    @property
    def next_change(self) -> float:
        """When somebody comes or goes next; infinite: never more."""
        return self._changes[-1][0] if self._changes else inf

    def change(self, at: float) -> None:
        """Let all come and go who do so at this instant."""
        changes = self._changes
        while changes and changes[-1][0] <= at:
            _, kind, place, what = changes.pop()
            if kind == LEVEL:
                self._level(place, what, at)
                continue
            agent = self._members[place][what]
            if kind in (COME, RETURN):
                self._come(agent, at)
            elif kind in (LEAVE, PAUSE):
                self._leave(agent, at, _SHIFT_OVER if kind == LEAVE else _BREAK)

    def on_duty(self, agent: int) -> bool:
        """Tell whether an agent is in: neither out nor leaving."""
        return self._state[agent] == _IN

    def before_end(self, agent: int, at: float) -> None:
        """Let an agent who is about to finish a contact leave, if its group has too many."""
        place = self.group_of[agent]
        if self._excess[place] and self._state[agent] == _IN:
            self._set_excess(place, self._excess[place] - 1)
            self._away(agent, at, _SHIFT_OVER)

    def after_end(self, agent: int, at: float) -> None:
        """Let an agent who leaves and has nothing in hand any more be gone."""
        if self._state[agent] == _LEAVING and not self._router.agents[self.ids[agent]].used:
            self._gone(agent, at)

    def close(self, at: float) -> None:
        """End the stretches of presence of all who are still there."""
        for agent, state in enumerate(self._state):
            if state != _OUT:
                self._stretch(agent, at)

    def _come(self, agent: int, at: float) -> None:
        state = self._state[agent]
        if state == _IN:
            return
        if state == _OUT:
            self._since[agent] = at
        self.parting.pop(agent, None)
        self._state[agent] = _IN
        self._hear(self._router.set_presence(self.ids[agent], "ready", at=at))

    def _leave(self, agent: int, at: float, reason: str) -> None:
        state = self._state[agent]
        self._reason[agent] = reason
        if state == _IN:
            self._away(agent, at, reason)
            self.after_end(agent, at)
        elif state == _OUT and reason == _SHIFT_OVER:
            self._offline(agent, at)

    def _away(self, agent: int, at: float, reason: str) -> None:
        self._state[agent] = _LEAVING
        self._reason[agent] = reason
        self.parting[agent] = None
        self._hear(self._router.set_presence(self.ids[agent], "away", at=at, reason=reason))

    def _gone(self, agent: int, at: float) -> None:
        self._state[agent] = _OUT
        self.parting.pop(agent, None)
        self._stretch(agent, at)
        if self._reason[agent] == _SHIFT_OVER:
            self._offline(agent, at)

    def _offline(self, agent: int, at: float) -> None:
        name = self.ids[agent]
        self._hear(self._router.set_presence(name, "offline", at=at, reason=_SHIFT_OVER))

    def _stretch(self, agent: int, at: float) -> None:
        self.staffed_agent.append(agent)
        self.staffed_from.append(self._since[agent])
        self.staffed_to.append(at)

    def _level(self, place: int, wanted: int, at: float) -> None:
        """Bring the number of agents of a group to a level."""
        members = self._members[place]
        there = [agent for agent in members if self._state[agent] == _IN]
        if len(there) < wanted:
            self._set_excess(place, 0)
            missing = wanted - len(there)
            staying = [agent for agent in members if self._state[agent] == _LEAVING]
            coming = [agent for agent in members if self._state[agent] == _OUT]
            for agent in (staying + coming)[:missing]:
                self._come(agent, at)
            return
        excess = len(there) - wanted
        for agent in reversed(there):
            if excess and not self._router.agents[self.ids[agent]].used:
                excess -= 1
                self._leave(agent, at, _SHIFT_OVER)
        self._set_excess(place, excess)

    def _set_excess(self, place: int, excess: int) -> None:
        self._excess[place] = excess
        if excess:
            self.parting[-1 - place] = None
        else:
            self.parting.pop(-1 - place, None)
