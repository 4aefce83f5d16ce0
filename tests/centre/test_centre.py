"""A centre: what does not fit together is refused, all of it at once."""

from __future__ import annotations

import pytest

from omniqueue import Channel
from omniqueue.centre.centre import Centre
from omniqueue.centre.groups import Group
from omniqueue.errors import InvalidValueError


def test_everything_that_does_not_fit_is_told() -> None:
    with pytest.raises(InvalidValueError) as caught:
        Centre(
            groups=[Group("a", count=60_000), Group("a", count=60_000, costs={"owl": 1})],
            channels=[Channel("sms", wrap_up_seconds=None)],
        )
    fields = [fault.field for fault in (caught.value, *caught.value.others)]
    assert fields == ["groups[1].group", "groups", "groups[1].costs", "channels.sms.wrap_up"]


def test_channels_in_force_and_agents() -> None:
    desk = Centre(groups=[Group("a"), Group("b", count=2)], channels=[Channel("fax", cost=2)])
    assert desk.all_channels()["fax"].cost == 2
    assert [(place, agent.id) for place, agent in desk.agents()] == [
        (0, "a-1"),
        (1, "b-1"),
        (1, "b-2"),
    ]
