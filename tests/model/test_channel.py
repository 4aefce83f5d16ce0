"""Channels: every setting is checked when the channel is made."""

from __future__ import annotations

import copy
import pickle
from math import inf, nan

import attrs
import pytest

from omniqueue import Channel, Router
from omniqueue.errors import InvalidValueError, UnknownChannelError
from omniqueue.model import STOCK_CHANNELS, Contact
from omniqueue.model.channel import MISSES_MAX

SECONDS = (
    *("offer_seconds", "wrap_up_seconds", "retry_seconds"),
    *("resume_seconds", "target_seconds", "reserve_seconds"),
)
REQUIRED = ("resume_seconds",)


@pytest.mark.parametrize("field", SECONDS)
@pytest.mark.parametrize("value", [nan, inf, -inf, -1, -0.5, "20", True, 10**400, []])
def test_bad_seconds(field: str, value: object) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Channel("sms", **{field: value})  # type: ignore[arg-type]
    assert caught.value.field == field


@pytest.mark.parametrize("field", SECONDS)
def test_none_only_where_it_means_something(field: str) -> None:
    if field in REQUIRED:
        with pytest.raises(InvalidValueError):
            Channel("sms", **{field: None})  # type: ignore[arg-type]
    else:
        assert getattr(Channel("sms", **{field: None}), field) is None  # type: ignore[arg-type]


def test_seconds_become_floats_and_an_offer_takes_time() -> None:
    channel = Channel("sms", offer_seconds=20, wrap_up_seconds=0)
    assert type(channel.offer_seconds) is type(channel.wrap_up_seconds) is float
    with pytest.raises(InvalidValueError, match="above 0"):
        Channel("sms", offer_seconds=0)


@pytest.mark.parametrize("field", ["cost", "max_misses"])
@pytest.mark.parametrize("value", [0, -1, 1.0, 1.5, nan, True, 10**9, "1", None])
def test_bad_counts(field: str, value: object) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Channel("sms", **{field: value})  # type: ignore[arg-type]
    assert caught.value.field == field
    assert Channel("sms", max_misses=MISSES_MAX).max_misses == MISSES_MAX


@pytest.mark.parametrize("name", ["", " ", "a\n", "\u200b", "x" * 129, 5, None, True])
def test_bad_names(name: object) -> None:
    with pytest.raises(InvalidValueError, match="channel name"):
        Channel(name)  # type: ignore[arg-type]


def test_names_are_normalised() -> None:
    router = Router(channels=[Channel("cafe\u0301")])
    assert Channel("cafe\u0301") == Channel("caf\u00e9")
    assert router.submit(Contact("c1", "cafe\u0301"), at=0)
    with pytest.raises(UnknownChannelError):
        router.submit(Contact("c2", "cafe"), at=0)


def test_channels_are_values() -> None:
    channel = Channel("sms", cost=3)
    for again in (copy.deepcopy(channel), pickle.loads(pickle.dumps(channel))):
        assert again == channel
        assert hash(again) == hash(channel)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        channel.cost = 4  # type: ignore[misc]
    assert [stock.name for stock in STOCK_CHANNELS] == ["phone", "email", "fax", "chat"]


def test_a_router_takes_channels_only() -> None:
    for bad in ("sms", [{"name": "sms"}], [None]):
        with pytest.raises(InvalidValueError):
            Router(channels=bad)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="at most"):
        Router(channels=[Channel(f"x{number}") for number in range(1001)])
    with pytest.raises(InvalidValueError):
        Router(channels=None)  # type: ignore[arg-type]


def test_a_channel_declared_twice_is_refused() -> None:
    with pytest.raises(InvalidValueError):
        Router(channels=[Channel("sms"), Channel("sms", cost=2)])
