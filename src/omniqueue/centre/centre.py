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
from omniqueue.model.fields import checked, setting, several
from omniqueue.model.reader import named, table_of, text
from omniqueue.policy.order import OrderPolicy
from omniqueue.policy.registry import order_of, selection_of
from omniqueue.policy.selection import Selection

GROUPS_MAX: Final = 1000
_RESUME: Final = dict.fromkeys(
    ("resume", "resume_seconds"), "who gave up and comes again is a new contact"
)


def _order(_: str, value: object) -> object:
    order_of(value).check()  # type: ignore[arg-type]
    return value


def _selection(_: str, value: object) -> object:
    selection_of(value).check()  # type: ignore[arg-type]
    return value


@attrs.frozen(kw_only=True, field_transformer=checked)
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

    groups: Sequence[Group] = attrs.field(metadata=several(Group, key="agents"))
    channels: Sequence[Channel] = attrs.field(
        default=(), metadata=several(Channel, read=named(table_of(Channel, refused=_RESUME)))
    )
    order: str | OrderPolicy = attrs.field(
        default="arrival", metadata=setting(_order, table="routing", read=text)
    )
    selection: str | Selection = attrs.field(
        default="longest-idle", metadata=setting(_selection, table="routing", read=text)
    )
    max_waiting: int | None = attrs.field(
        default=None, metadata=setting(whole, 0, WAITING_MAX, table="routing")
    )
    seed: int = attrs.field(default=1, metadata=setting(whole, 0, SEED_MAX))
    title: str = attrs.field(default="", metadata=setting(read=text))

    def __attrs_post_init__(self) -> None:
        refuse(self.faults())

    def faults(self) -> Iterator[OmniqueueError]:
        """Yield what does not fit together, each with its place."""
        groups = [group.name for group in self.groups]
        yield from name_faults("groups", "group", groups, GROUPS_MAX)
        agents = sum(group.size for group in self.groups)
        if agents > AGENTS_MAX:
            yield InvalidValueError("groups", agents, f"at most {AGENTS_MAX} in all")
        try:
            channels = declared(self.channels)
        except InvalidValueError as fault:
            yield fault
            return
        except OmniqueueError:
            channels = self.all_channels()  # the names are looked at below, each with its place
        known = f"one of {', '.join(channels)}"
        used: list[tuple[str, Iterable[str]]] = [
            (f"groups[{place}].{field}", mentioned)
            for place, group in enumerate(self.groups)
            for field, mentioned in (
                ("limits", group.limits),
                ("channels", group.channels or ()),
                ("costs", group.costs),
            )
        ]
        used += [
            (f"channels.{channel.name}.interrupted_by", channel.interrupted_by)
            for channel in self.channels
        ]
        for field, names in used:
            for name in names:
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


def name_faults(field: str, key: str, names: Sequence[str], most: int) -> Iterator[OmniqueueError]:
    """Yield what is wrong with how many things there are, or with their names.

    Args:
        field: the field that has them.
        key: the key of a name.
        names: the names.
        most: how many there may be.

    Cost: O(names).

    Example:
        >>> [str(fault) for fault in name_faults("groups", "group", ["a", "b", "a"], 3)]
        ["groups[2].group is 'a'; expected each name once"]
    """
    if not 0 < len(names) <= most:
        yield InvalidValueError(field, len(names), f"1 to {most} of them")
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            yield InvalidValueError(f"{field}[{number}].{key}", name, "each name once")
        seen.add(name)
