"""A channel: the kind of contact, what one costs an agent, and the channel's times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from omniqueue.errors import InvalidValueError, UnknownChannelError
from omniqueue.model.checks import LEVEL_MAX, WAITING_MAX, duration, identifier, whole
from omniqueue.model.event import JsonValue
from omniqueue.model.fields import checked, optional, setting

CHANNELS_MAX = 1000
MISSES_MAX = 1_000_000
INTERRUPTERS_MAX = 1000


def _name(_: str, value: object) -> str:
    return identifier("channel name", value)


def _length(field: str, value: object) -> float:
    return duration(field, value, positive=True)


def _interrupters(value: object) -> tuple[str, ...]:
    """Return channel names in order of name, each once."""
    if not isinstance(value, tuple | list | set | frozenset) or len(value) > INTERRUPTERS_MAX:
        raise InvalidValueError("interrupted_by", value, "a list of channel names")
    names = [identifier("interrupted_by name", name) for name in value]
    if len(set(names)) < len(names):
        raise InvalidValueError("interrupted_by", value, "each channel once")
    return tuple(sorted(names))


@attrs.frozen(kw_only=True, field_transformer=checked)
class Channel:
    """One channel with its settings; `phone`, `email`, `fax` and `chat` are built in.

    Args:
        name: the channel's name (positional).
        cost: how much of an agent's capacity one contact takes (int from 1).
        offer_seconds: how long an agent may take to accept; None: contacts are taken unasked.
        wrap_up_seconds: after-contact work; 0: none; None: until it is finished by command.
        retry_seconds: how long an agent who declined or missed a contact is not offered it again;
            None: until some agent has taken it.
        max_misses: missed offers in a row after which the agent is set away (int from 1).
        resume_seconds: how long after abandoning a customer may come back to the old place.
        target_seconds: the answer time promised; None: none (deadline order ranks it last).
        reserve_seconds: wait from arrival after which an agent is reserved; None: never.
        max_waiting: how many of its contacts may wait or be deferred; None: no limit of its own.
        interrupted_by: other channels whose contacts an agent takes in the middle of one of this;
            it stays with its agent and goes on afterwards.

    Raises:
        InvalidValueError: a value out of range.

    Example:
        >>> Channel("sms", cost=2, offer_seconds=20).retry_seconds
        60.0
    """

    name: str = attrs.field(kw_only=False, metadata=setting(_name))
    cost: int = attrs.field(default=1, metadata=setting(whole, 1, LEVEL_MAX))
    offer_seconds: float | None = attrs.field(default=None, metadata=setting(_length))
    wrap_up_seconds: float | None = attrs.field(default=0.0, metadata=setting(optional(duration)))
    retry_seconds: float | None = attrs.field(default=60.0, metadata=setting(optional(duration)))
    max_misses: int = attrs.field(default=1, metadata=setting(whole, 1, MISSES_MAX))
    resume_seconds: float = attrs.field(default=60.0, metadata=setting(duration))
    target_seconds: float | None = attrs.field(default=None, metadata=setting(duration))
    reserve_seconds: float | None = attrs.field(default=None, metadata=setting(duration))
    max_waiting: int | None = attrs.field(default=None, metadata=setting(whole, 0, WAITING_MAX))
    interrupted_by: tuple[str, ...] = attrs.field(default=(), converter=_interrupters)

    def to_dict(self) -> dict[str, JsonValue]:
        """Return it as JSON types, by the words of a play, with its `name`. Cost: O(1).

        Example:
            >>> Channel("sms", cost=2).to_dict()["cost"]
            2
        """
        return {**attrs.asdict(self), "interrupted_by": [*self.interrupted_by]}

    @classmethod
    def from_dict(cls, said: Mapping[str, JsonValue]) -> Channel:
        """Return the channel that a JSON object describes, by the words of a play.

        Args:
            said: `name`, and any setting: a number of seconds, or text with a unit.

        Raises:
            FileFaultsError: every fault with its place.

        Cost: O(1).

        Example:
            >>> Channel.from_dict({"name": "sms", "offer": "1 min"}).offer_seconds
            60.0
        """
        from omniqueue.model.reader import read_value, table_of  # only some programs read JSON

        return read_value(table_of(cls), dict(said), name="channel")

    @interrupted_by.validator
    def _check_interrupters(self, _: attrs.Attribute[tuple[str, ...]], value: object) -> None:
        if isinstance(value, tuple) and self.name in value:
            raise InvalidValueError("interrupted_by", self.name, "other channels than this one")


STOCK_CHANNELS = (Channel("phone"), Channel("email"), Channel("fax"), Channel("chat"))


def declared(channels: Iterable[Channel]) -> dict[str, Channel]:
    """Return the channels in force by name: the stock ones, then those declared.

    A channel declared under a stock name stands in its place.

    Args:
        channels: channels beside the stock ones, or those with other settings.

    Raises:
        InvalidValueError: no channels, one that is there twice, more than 1,000.
        UnknownChannelError: a channel would be interrupted by one that is not declared.

    Cost: O(channels).

    Example:
        >>> list(declared([Channel("sms"), Channel("fax", cost=2)]))
        ['phone', 'email', 'fax', 'chat', 'sms']
    """
    if not isinstance(channels, Iterable):
        raise InvalidValueError("channels", channels, "Channel values")
    said: dict[str, Channel] = {}
    for channel in channels:
        if not isinstance(channel, Channel):
            raise InvalidValueError("channels", channel, "Channel values")
        if channel.name in said:
            raise InvalidValueError("channels", channel.name, "each channel once")
        said[channel.name] = channel
    found = {channel.name: channel for channel in STOCK_CHANNELS} | said
    if len(found) > CHANNELS_MAX:
        raise InvalidValueError("channels", len(found), f"at most {CHANNELS_MAX}")
    for channel in found.values():
        for name in channel.interrupted_by:
            if name not in found:
                raise UnknownChannelError("interrupted_by", name, "a declared channel")
    return found
