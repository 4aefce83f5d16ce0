"""The verdict's counts are exact: a router that counts one by one agrees on random plays."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from omniqueue import Channel, Event, Skills
from omniqueue.events import AgentAdded, Relaxed
from omniqueue.model.event import JsonValue
from omniqueue.record.fairness import FairnessJudge
from omniqueue.record.verdict import CAUSES
from oracle import run_play as oracle_run
from oracle.generate import random_play
from oracle.generate_interrupting import interrupting_play
from oracle.generate_second_edition import second_edition_play
from oracle.naive_router import NaiveRouter
from oracle.naive_values import Agent, Contact, Json
from record.planting import event_of


class CountingRouter(NaiveRouter):
    """The brute-force router, which counts whom each given contact overtakes."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.counts: Counter[str] = Counter()
        self.times: Counter[str] = Counter()  # overtaken by later ranks, per contact

    def count_overtaken(self, agent: Agent, given: Contact, *, by_hand: bool) -> None:
        place = self.queue_key(given)
        for other in self.contacts:
            if other is given or other.state not in ("waiting", "deferred"):
                continue
            if self.queue_key(other) < place:
                self.counts[self.cause(agent, other, given, by_hand=by_hand)] += 1
                self.times[other.id] += 1
            elif self.queue_key(other)[1:] < place[1:]:
                self.counts["priority"] += 1

    def cause(self, agent: Agent, other: Contact, given: Contact, *, by_hand: bool) -> str:
        preferred = other.preference
        reserved = any(a is agent and c is not other for c, a in self.reservations)
        holds = {
            "by_hand": by_hand,
            "deferral": other.state == "deferred",
            "preference": preferred is not None and preferred.agent_id != agent.id,
            "channel": agent.channels is not None and other.channel.name not in agent.channels,
            "skill": not self.meets_all(agent, other),
            "unwanted": agent.id in other.not_agents,
            "exclusion": agent.id in other.excluded or agent.id == other.barred,
            "room": not self.has_room(agent, other),
            "reservation": reserved,
            "own order": self.own_place(agent, other) > self.own_place(agent, given),
        }
        return next((cause for cause, true in holds.items() if true), "unexplained")

    def give(self, agent: Agent, contact: Contact) -> None:
        self.count_overtaken(agent, contact, by_hand=False)
        super().give(agent, contact)

    def take(self, agent: Agent, contact: Contact, by_hand: bool) -> None:
        if by_hand:
            self.count_overtaken(agent, contact, by_hand=True)
        super().take(agent, contact, by_hand)

    def emit(self, event: str, **keys: object) -> None:
        if event in ("queued", "updated", "transferred"):
            (contact,) = (c for c in self.contacts if c.id == keys["contact"])
            rank = self.queue_key(contact)[0]
            keys["rank"] = None if rank == math.inf else rank
        super().emit(event, **keys)


def counted(play: Json, monkeypatch: pytest.MonkeyPatch) -> tuple[CountingRouter, list[Event]]:
    """Run a play with the counting router."""
    made: list[CountingRouter] = []

    def make(settings: Json) -> CountingRouter:
        names = ("order", "selection", "max_waiting", "channels")
        given = {name: settings[name] for name in names if settings.get(name) is not None}
        made.append(CountingRouter(**given))
        return made[0]

    monkeypatch.setattr(oracle_run, "make_router", make)
    events = oracle_run.run_play(play)[3]
    return made[0], [event_of(event) for event in events]


def order_name(play: Json) -> str:
    order = play["order"]
    if isinstance(order, str):
        return order
    return f"aging:{order['aging']['seconds_per_priority']!r}"


WRITERS: dict[str, Callable[..., Json]] = {
    "small": random_play,
    "interrupting": interrupting_play,
    "second-edition": second_edition_play,
}
PLAYS = [
    pytest.param(write, seed, False, id=f"{name}-{seed}")
    for name, write in WRITERS.items()
    for seed in range(40)
]
PLAYS.append(pytest.param(random_play, 1, True, id="large-1"))  # brute force takes seconds for one


@pytest.mark.parametrize(("write", "seed", "large"), PLAYS)
def test_counts_agree_with_brute_force(
    write: Callable[..., Json], seed: int, large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = write(random.Random(seed), 400 if large else 150, large)
    router, events = counted(play, monkeypatch)
    channels = [Channel(name, **settings) for name, settings in play["channels"].items()]
    judge = FairnessJudge(channels, order=order_name(play))
    judge.observe(events)
    verdict = judge.verdict()
    assert verdict.faults == ()
    assert {cause: n for cause, n in verdict.overtakings.items() if n} == dict(router.counts)
    most = verdict.most_overtaken
    assert (most[1] if most else 0) == max(router.times.values(), default=0)


def test_a_changed_agent_in_random_plays_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Swap the agents of one assignment in each of many plays: most swaps break a rule."""
    noticed = 0
    for seed in range(40):
        play = random_play(random.Random(seed), 150, False)
        _, events = counted(play, monkeypatch)
        places = [i for i, event in enumerate(events) if event.name in ("assigned", "offered")]
        place = places[len(places) // 2]
        agents = sorted({event.agent for event in events if isinstance(event, AgentAdded)})
        given: Any = events[place]
        wrong = next(name for name in agents if name != given.agent)
        events[place] = attrs.evolve(given, agent=wrong)
        channels = [Channel(name, **settings) for name, settings in play["channels"].items()]
        judge = FairnessJudge(channels, order=order_name(play))
        judge.observe(events)
        noticed += not judge.verdict().fair
    assert noticed >= 25


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize("seed", range(30))
def test_a_damaged_stream_is_judged_and_not_trusted(
    seed: int, write: Callable[..., Json], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events lost, repeated or out of order may not stop the judge."""
    rng = random.Random(seed)
    play = write(rng, 150, False)
    _, events = counted(play, monkeypatch)
    for _ in range(12):
        place, other = rng.randrange(len(events)), rng.randrange(len(events))
        match rng.randrange(3):
            case 0:
                del events[place]
            case 1:
                events.insert(place, events[other])
            case _:
                events[place], events[other] = events[other], events[place]
    channels = [Channel(name, **settings) for name, settings in play["channels"].items()]
    judge = FairnessJudge(channels, order=order_name(play))
    judge.observe(events)
    assert set(judge.verdict().overtakings) == set(CAUSES)


def test_skills_of_lines_are_interned() -> None:
    line: dict[str, JsonValue] = {
        "at": 1.0,
        "event": "relaxed",
        "contact": "c1",
        "skills": {"fr": 1},
    }
    told = event_of(line)
    assert isinstance(told, Relaxed)
    assert told.skills is Skills.of({"fr": 1})
