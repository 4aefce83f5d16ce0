"""What every description of a centre has: groups, channels, routing; where contacts come from not.

A scenario (contacts are drawn) and a staff file (contacts come from a log) are both a centre.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import attrs

from omniqueue.centre.chance import SEED_MAX
from omniqueue.centre.groups import AGENTS_MAX, Group
from omniqueue.errors import InvalidValueError, OmniqueueError
from omniqueue.model.agent import Agent
from omniqueue.model.channel import STOCK_CHANNELS, Channel, declared
from omniqueue.model.checks import WAITING_MAX, whole
from omniqueue.policy.order import OrderPolicy
from omniqueue.policy.registry import order_of, selection_of
from omniqueue.policy.selection import Selection

GROUPS_MAX: Final = 1000


def _groups(value: Iterable[Group]) -> tuple[Group, ...]:
    return tuple(value)


def _channels(value: Iterable[Channel]) -> tuple[Channel, ...]:
    return tuple(value)


def _order(value: str | OrderPolicy) -> str | OrderPolicy:
    order_of(value).check()
    return value


def _selection(value: str | Selection) -> str | Selection:
    selection_of(value).check()
    return value


def _waiting(value: int | None) -> int | None:
    return None if value is None else whole("max_waiting", value, 0, WAITING_MAX)


def _seed(value: int) -> int:
    return whole("seed", value, 0, SEED_MAX)


@attrs.frozen(kw_only=True)
class Centre:
    """Who answers, on which channels, by which rules.

    Args:
        groups: who answers.
        channels: channels beside or instead of the stock ones.
        order: the order policy, as of `Router`.
        selection: the selection policy, as of `Router`.
        max_waiting: how many contacts may wait; None: no limit.
        seed: the seed of all that is drawn.
        title: what it shows, for people.

    Raises:
        InvalidValueError: a value out of range, names that are there twice, unknown channels.

    Example:
        >>> desk = Centre(groups=[Group("desk", count=2)])
        >>> [agent.id for _, agent in desk.agents()], list(desk.all_channels())
        (['desk-1', 'desk-2'], ['phone', 'email', 'fax', 'chat'])
    """

    groups: tuple[Group, ...] = attrs.field(converter=_groups)
    channels: tuple[Channel, ...] = attrs.field(default=(), converter=_channels)
    order: str | OrderPolicy = attrs.field(default="arrival", converter=_order)
    selection: str | Selection = attrs.field(default="longest-idle", converter=_selection)
    max_waiting: int | None = attrs.field(default=None, converter=_waiting)
    seed: int = attrs.field(default=1, converter=_seed)
    title: str = ""

    def __attrs_post_init__(self) -> None:
        refuse(self.faults())

    def faults(self) -> Iterator[OmniqueueError]:
        """Yield what does not fit together, the places named as in a file."""
        names = [group.name for group in self.groups]
        yield from name_faults("agents", "group", names, GROUPS_MAX)
        agents = sum(group.size for group in self.groups)
        if agents > AGENTS_MAX:
            yield InvalidValueError("agents", agents, f"at most {AGENTS_MAX} in all")
        try:
            channels = declared(self.channels)
        except InvalidValueError as fault:
            yield fault
            return
        except OmniqueueError:
            channels = self.all_channels()  # the names are looked at below, each with its place
        known = f"one of {', '.join(channels)}"
        used: list[tuple[str, Iterable[str]]] = [
            (f"agents[{place}].{field}", named)
            for place, group in enumerate(self.groups)
            for field, named in (
                ("limits", group.limits),
                ("channels", group.channels or ()),
                ("costs", group.costs),
            )
        ]
        used += [
            (f"channels.{channel.name}.interrupted_by", channel.interrupted_by)
            for channel in self.channels
        ]
        for field, named in used:
            for name in named:
                if name not in channels:
                    yield InvalidValueError(field, name, known)
        for channel in self.channels:
            if channel.wrap_up_seconds is None:
                yield InvalidValueError(
                    f"channels.{channel.name}.wrap_up",
                    None,
                    "a duration: nobody here finishes an open-ended one",
                )

    def all_channels(self) -> dict[str, Channel]:
        """Return the channels in force by name: the stock ones, as declared here, the others."""
        return {channel.name: channel for channel in (*STOCK_CHANNELS, *self.channels)}

    def agents(self) -> list[tuple[int, Agent]]:
        """Return every agent with the number of its group, in order. Cost: O(agents)."""
        return [
            (place, agent) for place, group in enumerate(self.groups) for agent in group.agents()
        ]


def refuse(faults: Iterable[OmniqueueError]) -> None:
    """Raise the first of several faults, if there is any; it carries the others.

    Example:
        >>> refuse([])
    """
    found = list(faults)
    if found:
        found[0].others = found[1:]
        raise found[0]


def name_faults(place: str, key: str, names: Sequence[str], most: int) -> Iterator[OmniqueueError]:
    """Yield what is wrong with how many things there are, or with their names.

    Args:
        place: where they stand in a file.
        key: the key of a name there.
        names: the names.
        most: how many there may be.

    Cost: O(names).

    Example:
        >>> [str(fault) for fault in name_faults("agents", "group", ["a", "b", "a"], 3)]
        ["agents[2].group is 'a'; expected each name once"]
    """
    if not 0 < len(names) <= most:
        yield InvalidValueError(place, len(names), f"1 to {most} of them")
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            yield InvalidValueError(f"{place}[{number}].{key}", name, "each name once")
        seen.add(name)
