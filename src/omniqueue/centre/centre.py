"""What every description of a centre has: groups, channels, routing; where contacts come from not.

A scenario (contacts are drawn) and a staff file (contacts come from a log) are both a centre.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from omniqueue.centre.chance import SEED_MAX
from omniqueue.centre.groups import AGENTS_MAX, Group
from omniqueue.errors import InvalidValueError, OmniqueueError
from omniqueue.model.agent import Agent
from omniqueue.model.channel import STOCK_CHANNELS, Channel
from omniqueue.model.checks import WAITING_MAX, whole
from omniqueue.model.faults import channel_faults, name_faults, refuse
from omniqueue.model.fields import checked, setting, several
from omniqueue.model.reader import named, text
from omniqueue.policy.order import OrderPolicy
from omniqueue.policy.order_text import read_order
from omniqueue.policy.registry import order_of, selection_of
from omniqueue.policy.selection import Selection

GROUPS_MAX: Final = 1000
_FINITE: Final = "a duration: nobody here finishes an open-ended one"
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
        default=(), metadata=several(Channel, read=named(Channel, refused=_RESUME))
    )
    order: str | OrderPolicy = attrs.field(
        default="arrival", metadata=setting(_order, table="routing", read=read_order)
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
        yield from count_faults("groups", self.groups, GROUPS_MAX)
        yield from name_faults("groups", "group", [group.name for group in self.groups])
        agents = sum(group.size for group in self.groups)
        if agents > AGENTS_MAX:
            yield InvalidValueError("groups", agents, f"at most {AGENTS_MAX} in all")
        yield from channel_faults(self.channels, "groups", self.groups)
        for channel in self.channels:
            if channel.wrap_up_seconds is None:
                yield InvalidValueError(f"channels.{channel.name}.wrap_up", None, _FINITE)
        for place, group in enumerate(self.groups):
            for name, seconds in group.wrap_up_seconds.items():
                if seconds is None:
                    yield InvalidValueError(f"groups[{place}].wrap_up.{name}", None, _FINITE)

    def all_channels(self) -> dict[str, Channel]:
        """Return the channels in force by name: the stock ones, as declared here, the others."""
        return {channel.name: channel for channel in (*STOCK_CHANNELS, *self.channels)}

    def agents(self) -> list[tuple[int, Agent]]:
        """Return every agent with the number of its group, in order. Cost: O(agents)."""
        return [
            (place, agent) for place, group in enumerate(self.groups) for agent in group.agents()
        ]


def count_faults(field: str, values: Sequence[object], most: int) -> Iterator[OmniqueueError]:
    """Yield a fault where there are none of something, or too many.

    Example:
        >>> [str(fault) for fault in count_faults("groups", [], 1000)]
        ['groups is 0; expected 1 to 1000 of them']
    """
    if not 0 < len(values) <= most:
        yield InvalidValueError(field, len(values), f"1 to {most} of them")
