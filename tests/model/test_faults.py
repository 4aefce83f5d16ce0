"""What does not fit together is told with its place, all at once."""

from __future__ import annotations

import pytest

from omniqueue import Agent, Channel
from omniqueue.errors import InvalidValueError
from omniqueue.model.faults import channel_faults, name_faults, refuse


def test_names_that_stand_twice() -> None:
    faults = [str(fault) for fault in name_faults("agents", "id", ["a", "a", "b", "a"])]
    assert [fault.split(" is ")[0] for fault in faults] == ["agents[1].id", "agents[3].id"]


def test_names_that_are_no_channel() -> None:
    ana = Agent("ana", limits={"pigeon": 1}, channels=["phone", "owl"], costs={"sms": 2})
    found = channel_faults([Channel("sms", interrupted_by=["drum"])], "agents", [ana])
    assert [(fault.field, fault.value) for fault in found] == [
        ("agents[0].limits", "'pigeon'"),
        ("agents[0].channels", "'owl'"),
        ("channels.sms.interrupted_by", "'drum'"),
    ]


def test_a_channel_that_stands_twice_is_all_that_is_told() -> None:
    found = channel_faults([Channel("sms"), Channel("sms")], "agents", [])
    assert [str(fault) for fault in found] == ["channels is 'sms'; expected each channel once"]


def test_the_first_fault_carries_the_others() -> None:
    faults = [InvalidValueError(name, 1, "2") for name in "abc"]
    with pytest.raises(InvalidValueError) as caught:
        refuse(faults)
    assert (caught.value, caught.value.others) == (faults[0], faults[1:])
