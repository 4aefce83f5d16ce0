"""Agents: every value is checked when the agent is made."""

from __future__ import annotations

import copy
import pickle
from math import nan

import attrs
import pytest

from omniqueue import Agent, Router
from omniqueue.errors import InvalidValueError
from omniqueue.model.agent import presence


@pytest.mark.parametrize("value", [-1, 1.0, 1.5, nan, True, 10**9, 10**400, "1", None])
def test_bad_capacities_and_limits(value: object) -> None:
    with pytest.raises(InvalidValueError, match="capacity is"):
        Agent("ana", capacity=value)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match=r"limits\['chat'\] is"):
        Agent("ana", limits={"chat": value})


def test_nothing_is_a_capacity_and_a_limit() -> None:
    agent = Agent("ana", capacity=0, limits={"chat": 0})
    assert (agent.capacity, dict(agent.limits)) == (0, {"chat": 0})


@pytest.mark.parametrize("value", ["", " ", "a\n", "\u200b", "x" * 129, 5, None, True])
def test_bad_names(value: object) -> None:
    with pytest.raises(InvalidValueError, match="id is"):
        Agent(value)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="limits channel"):
        Agent("ana", limits={value: 1})
    with pytest.raises(InvalidValueError, match="channels name"):
        Agent("ana", channels=[value])


@pytest.mark.parametrize("value", ["phone", 5, {"phone": 1}, iter(["phone"])])
def test_channels_are_a_list_of_names(value: object) -> None:
    with pytest.raises(InvalidValueError, match="channels is"):
        Agent("ana", channels=value)


def test_channels_and_limits_are_in_order_and_once() -> None:
    listed = ["fax", "chat", "fax"]
    agent = Agent("ana", channels=listed, limits={"fax": 1, "chat": 2})
    assert agent.channels == ("chat", "fax")
    assert list(agent.limits) == ["chat", "fax"]
    assert Agent("ana", channels=()).channels == ()
    assert Agent("ana").channels is None


def test_a_limit_in_two_spellings_is_refused() -> None:
    with pytest.raises(InvalidValueError):
        Agent("ana", limits={"caf\u00e9": 1, "cafe\u0301": 2})


@pytest.mark.parametrize("value", [None, 5, "chat", ["chat"], {f"x{n}": 1 for n in range(1001)}])
def test_limits_are_a_mapping(value: object) -> None:
    with pytest.raises(InvalidValueError, match="limits is"):
        Agent("ana", limits=value)


def test_skills() -> None:
    assert len(Agent("ana", skills={f"s{n}": 1 for n in range(1000)}).skills) == 1000
    for bad in ({f"s{n}": 1 for n in range(1001)}, {"fr": 0}, None, "fr"):
        with pytest.raises(InvalidValueError, match="skills"):
            Agent("ana", skills=bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["asleep", "", "Ready", None, 1, True, ["ready"]])
def test_presences(value: object) -> None:
    with pytest.raises(InvalidValueError, match="ready, away or offline"):
        presence("state", value)
    with pytest.raises(InvalidValueError):
        Router().add_agent(Agent("ana"), at=0, presence=value)  # type: ignore[arg-type]


def test_agents_are_values() -> None:
    agent = Agent("ana", skills={"fr": 1}, capacity=3, limits={"chat": 2}, channels=("chat",))
    copies = [copy.copy(agent), copy.deepcopy(agent), attrs.evolve(agent)]
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        copies.append(pickle.loads(pickle.dumps(agent, protocol)))
    for again in copies:
        assert again == agent
        assert hash(again) == hash(agent)
        with pytest.raises(TypeError):
            again.limits["chat"] = 9  # type: ignore[index]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        agent.capacity = 9  # type: ignore[misc]
