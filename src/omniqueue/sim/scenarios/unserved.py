"""What nobody can serve: needs that no agent group meets, told before anybody waits in vain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from omniqueue.model.agent import Agent
from omniqueue.model.skill import Skills

if TYPE_CHECKING:
    from omniqueue.sim.scenarios.scenario import Scenario


def lacking(channel: str, needed: Skills, agents: Iterable[Agent]) -> str | None:
    """Return in words what no agent has; None: somebody can serve it (when signed in).

    Args:
        channel: by which the contact comes.
        needed: the skills that it needs.
        agents: one of each group.

    Cost: O(groups x skills needed).

    Example:
        >>> desk = Agent("desk", skills={"fr": 2})
        >>> lacking("phone", Skills.of({"fr": 1}), [desk]) is None
        True
        >>> lacking("phone", Skills.of({"fr": 3, "ordrs": 1}), [desk])
        'fr 3, ordrs (no agent has it)'
    """
    takers = [agent for agent in agents if agent.channels is None or channel in agent.channels]
    if not takers:
        return f"{channel} (no agent takes it)"
    if any(agent.skills.covers(needed) for agent in takers):
        return None
    pairs = needed.pairs
    missing = [
        pair
        for pair in pairs
        if not any(agent.skills.covers(Skills.of(dict([pair]))) for agent in takers)
    ]
    names = ", ".join(
        name if level == 1 else f"{name} {level}" for name, level in missing or pairs
    )
    return f"{names} (no agent has {'it' if missing else 'all of it'})"


def unserved_streams(scenario: Scenario) -> dict[str, str]:
    """Return what no agent group has, by the stream that needs it to the last step of relaxation.

    Cost: O(streams x groups).
    """
    agents = [group.pattern() for group in scenario.groups]
    found = {}
    for stream in scenario.streams:
        needed = stream.relax[-1].skills if stream.relax else Skills.of(stream.skills)
        what = lacking(stream.channel, needed, agents)
        if what is not None:
            found[stream.name] = what
    return found
