"""What nobody can serve: needs that no agent group meets, told before anybody waits in vain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from omniqueue.model.agent import Agent
from omniqueue.model.channel import Channel
from omniqueue.model.skill import Skills

if TYPE_CHECKING:
    from omniqueue.sim.scenarios.scenario import Scenario


def lacking(channel: Channel, needed: Skills, agents: Iterable[Agent]) -> str | None:
    """Return in words what no agent has; None: somebody can serve it (when signed in).

    Args:
        channel: by which the contact comes.
        needed: the skills that it needs, with its groups of alternatives.
        agents: one of each group.

    Cost: O(groups x skills needed).

    Example:
        >>> phone, desk = Channel("phone"), Agent("desk", skills={"fr": 2})
        >>> lacking(phone, Skills.of({"fr": 1}), [desk]) is None
        True
        >>> lacking(phone, Skills.of({"fr": 3, "ordrs": 1}), [desk])
        'fr 3, ordrs (no agent has it)'
        >>> lacking(Channel("letter", cost=2), Skills.of({}), [desk])
        'letter (costs 2: no agent has the capacity)'
    """
    name = channel.name
    takers = [agent for agent in agents if agent.channels is None or name in agent.channels]
    if not takers:
        return f"{name} (no agent takes it)"
    takers = [agent for agent in takers if agent.limits.get(name, 1)]
    if not takers:
        return f"{name} (every agent's limit is 0)"
    able = [each for each in takers if each.capacity >= each.costs.get(name, channel.cost)]
    if not able:
        return f"{name} (costs {channel.cost}: no agent has the capacity)"
    if any(agent.skills.covers(needed) for agent in able):
        return None
    parts = [Skills.of(dict([pair])) for pair in needed.pairs]
    parts += needed.any_of
    missing = [part for part in parts if not any(agent.skills.met_in(part) for agent in able)]
    names = ", ".join(_named(part) for part in missing or parts)
    return f"{names} (no agent has {'it' if missing else 'all of it'})"


def _named(one: Skills) -> str:
    """Return a skill, or alternatives, in words."""
    return " or ".join(name if level == 1 else f"{name} {level}" for name, level in one.pairs)


def unserved_streams(scenario: Scenario) -> dict[str, str]:
    """Return what no agent group has, by the stream that needs it to the last step of relaxation.

    Cost: O(streams x groups).
    """
    agents = [group.pattern() for group in scenario.groups if group.size]
    channels = scenario.all_channels()
    found = {}
    for stream in scenario.streams:
        needed = stream.contact("probe").needs
        if stream.relax:
            needed = stream.relax[-1].needs
        what = lacking(channels[stream.channel], needed, agents)
        if what is not None:
            found[stream.name] = what
    return found
