"""Worlds that the usual random plays do not reach, against the brute force."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from omniqueue import AgentLoad, Channel, EnteringContact, Router, Selection, Skills
from oracle import generate
from oracle.generate import Writer, random_play
from oracle.naive_values import Json
from oracle.run_play import make_router
from oracle.side_by_side import fast_step, first_difference, naive_step, steps_of


class ManyChannels(Writer):
    """A dozen channels of different costs; agents with limits on most of them."""

    def _play(self) -> Json:
        self.channel_names = ["phone", "chat", *(f"ch{n}" for n in range(10))]
        play = super()._play()
        for name in self.channel_names:
            play["channels"].setdefault(name, {})
        return play

    def agent_parts(self, chance: float) -> Json:
        parts = super().agent_parts(chance)
        if "capacity" in parts:
            parts["capacity"] = self.rng.choice((0, 1, 4, 7, 12, 1_000_000))
        if self.often(chance):
            names = [name for name in self.channel_names if self.often(0.6)]
            parts["limits"] = {name: self.rng.choice((0, 1, 1, 2, 1_000_000)) for name in names}
        return parts


class Crowd(Writer):
    """Many agents alike, hardly any skills: all is decided by stamps and loads."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng, False)
        self.agent_names = [f"a{n}" for n in range(14)]

    def _play(self) -> Json:
        self.skill_names = ["s"]
        play = super()._play()
        play["agents"] = [{"id": f"a{n}", "capacity": 1 + n % 3} for n in range(12)]
        return play


class ComingAndGoing(Writer):
    """Agents leave, come back under their old ids and change; contacts prefer and bar them."""

    def choose(self) -> Json:
        if self.often(0.3):
            kinds = ("add_agent", "add_agent", "remove_agent", "presence", "update_agent")
            return self.other_command(self.rng.choice(kinds))
        return super().choose()

    def contact(self) -> Json:
        spec = super().contact()
        if self.often(0.5):
            agent = self.rng.choice(self.agent_names)
            spec["prefer"] = {"agent": agent, "seconds": 10, "skip_if_away": self.often(0.3)}
        return spec


class Overdue(Writer):
    """Everything is overdue soon: agents are reserved and freed all the time."""

    def channel_settings(self) -> Json:
        settings = super().channel_settings()
        settings["reserve_seconds"] = self.rng.choice((0, 0, 1, 2))
        settings["cost"] = self.rng.choice((1, 2, 3))
        settings["retry_seconds"] = self.rng.choice((0, 1, 3))
        return settings


@pytest.mark.parametrize("kind", [ManyChannels, ComingAndGoing, Overdue])
def test_odd_worlds_agree(kind: type[Writer]) -> None:
    for seed in range(25):
        play = kind(random.Random(seed), False).write(80)
        assert first_difference(play) is None, seed
        assert first_difference(play, restore=9) is None, seed


def test_crowds_agree() -> None:
    for seed in range(30):
        play = Crowd(random.Random(seed)).write(90)
        assert first_difference(play) is None, seed


def test_the_generator_knows_every_command() -> None:
    assert len(generate.CONTACT_COMMANDS) + len(generate.OTHER_COMMANDS) == 20


def by_arrival(contact: EnteringContact) -> Any:
    return contact.arrived_at


def by_priority(contact: EnteringContact) -> Any:
    return (-contact.priority, 0) if contact.priority % 2 else (-float(contact.priority), 0.0)


def by_deadline(contact: EnteringContact) -> Any:
    return (contact.arrived_at + contact.target_seconds,)


def any_fit(held: Skills, needed: Skills) -> Any:
    return 0.0


def most(held: Skills, needed: Skills) -> Any:
    return (-sum(held[name] for name in needed),)


def closest(held: Skills, needed: Skills) -> Any:
    return sum(held[name] - needed[name] for name in needed), len(held) - len(needed)


def idle(agent: AgentLoad) -> Any:
    return 1.0 if agent.used or agent.contacts else 0


def least(agent: AgentLoad) -> Any:
    return (agent.used / agent.capacity,) if agent.capacity else 5


ORDERS = {"arrival": by_arrival, "priority": by_priority, "deadline": by_deadline}
SELECTIONS = {
    "longest-idle": Selection(name="own", fit=any_fit, turn=idle),
    "least-loaded": Selection(name="own", fit=any_fit, turn=least),
    "most-skilled": Selection(name="own", fit=most, turn=idle),
    "closest-fit": Selection(name="own", fit=closest, turn=idle),
}


def test_users_copies_of_the_stock_policies_do_just_the_same() -> None:
    """As functions, with ints, floats and tuples for the same ranks; and after a snapshot."""
    for seed in range(4000, 4060):
        play = random_play(random.Random(seed), 60)
        if not isinstance(play["order"], str):
            continue
        policies: dict[str, Any] = {"order": ORDERS[play["order"]]}
        policies["selection"] = SELECTIONS[play["selection"]]
        fast = Router(
            channels=[Channel(name, **said) for name, said in play["channels"].items()],
            max_waiting=play.get("max_waiting"),
            **policies,
        )
        naive = make_router(play)
        for index, step in enumerate(steps_of(play)):
            if index % 20 == 19:
                fast = Router.restore(json.loads(json.dumps(fast.snapshot())), **policies)
            assert fast_step(fast, step) == naive_step(naive, step), (seed, step)
            fast.check()
