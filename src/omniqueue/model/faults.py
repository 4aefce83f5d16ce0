"""What does not fit together: names that stand twice, channels that nobody declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from omniqueue.errors import InvalidValueError, OmniqueueError, UnknownChannelError
from omniqueue.model.agent import Agent
from omniqueue.model.channel import STOCK_CHANNELS, Channel, declared


class _Taker(Protocol):
    """An agent, or a group of agents."""

    @property
    def limits(self) -> Mapping[str, int]: ...
    @property
    def channels(self) -> Sequence[str] | None: ...
    @property
    def costs(self) -> Mapping[str, int]: ...


def refuse(faults: Iterable[OmniqueueError]) -> None:
    """Raise the first of several faults, if there is any; it carries the others.

    Example:
        >>> refuse([])
    """
    found = list(faults)
    if found:
        found[0].others = found[1:]
        raise found[0]


def name_faults(field: str, key: str, names: Iterable[str]) -> Iterator[OmniqueueError]:
    """Yield a fault for each name that stands twice.

    Args:
        field: the field that has the named values.
        key: the key of a name.
        names: the names.

    Cost: O(names).

    Example:
        >>> [str(fault) for fault in name_faults("groups", "group", ["a", "b", "a"])]
        ["groups[2].group is 'a'; expected each name once"]
    """
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            yield InvalidValueError(f"{field}[{number}].{key}", name, "each name once")
        seen.add(name)


def channel_faults(
    channels: Sequence[Channel], field: str, takers: Sequence[_Taker]
) -> Iterator[OmniqueueError]:
    """Yield what is wrong with the channels together, and every name that is none of them.

    Args:
        channels: channels beside or instead of the stock ones.
        field: the field that has those who take contacts.
        takers: agents, or groups of agents.

    Cost: O(channels + names).

    Example:
        >>> fax = Channel("fax", interrupted_by=["pigeon"])
        >>> [str(fault) for fault in channel_faults([fax], "agents", [])]
        ["channels.fax.interrupted_by is 'pigeon'; expected one of phone, email, fax, chat"]
    """
    try:
        declared(channels)
    except InvalidValueError as fault:
        yield fault
        return
    except UnknownChannelError:  # each is named below, with its place
        pass
    known = {channel.name: None for channel in (*STOCK_CHANNELS, *channels)}
    used: list[tuple[str, Iterable[str]]] = [
        (f"{field}[{place}].{name}", getattr(taker, name) or ())
        for place, taker in enumerate(takers)
        for name in ("limits", "channels", "costs", "wrap_up_seconds")
        if name != "wrap_up_seconds" or isinstance(taker, Agent)  # of a group it is a time
    ]
    used += [(f"channels.{each.name}.interrupted_by", each.interrupted_by) for each in channels]
    for where, names in used:
        for name in names:
            if name not in known:
                yield InvalidValueError(where, name, f"one of {', '.join(known)}")
