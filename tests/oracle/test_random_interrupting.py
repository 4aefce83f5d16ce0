"""Random plays with interrupting: what they reach, what holds in them, and both routers."""

from __future__ import annotations

import random

import pytest

from oracle import campaign
from oracle.generate import random_play
from oracle.generate_interrupting import interrupting_play
from oracle.naive_router import NaiveRouter, Refused
from oracle.naive_values import Json
from oracle.run_play import make_router, run_play
from oracle.side_by_side import first_difference

PLAYS = 500
STEPS = 60


class Watching(NaiveRouter):
    """A router that notes the situations in which interrupting comes up."""

    def __init__(self, seen: set[str], **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]
        self.seen = seen

    def emit(self, event: str, **keys: object) -> None:
        super().emit(event, **keys)
        before = self.events[-2] if len(self.events) > 1 else {}
        if before.get("event") == "interrupted":
            hand = " by hand" if keys.get("by_hand") else ""
            self.seen.add(f"interrupted, then {event}{hand}")
        if event in ("interrupted", "continued"):
            agent = next(a for a in self.agents if a.id == keys["agent"])
            if agent.costs:
                self.seen.add(f"{event}, own costs")
            if any(held.state == "wrap_up" for held in agent.work):
                self.seen.add(f"{event} beside a wrap-up")
            if any(reserved is agent for _, reserved in self.reservations):
                self.seen.add(f"{event}, reserved")
            if event == "continued" and agent.presence == "away":
                self.seen.add("continued, away")
            if self.used(agent) > agent.capacity:
                self.seen.add(f"{event}, more used than there is")
        if event == "assigned":
            agent = next(a for a in self.agents if a.id == keys["agent"])
            states = [held.state for held in agent.work if held.id != keys["contact"]]
            if "active" in states and "interrupted" in states:
                self.seen.add("some kept on, some not")


def situations(play: Json) -> set[str]:
    """What came up in a play; and on interrupted contacts, which command ended how."""
    seen: set[str] = set()
    names = ("order", "selection", "max_waiting", "channels")
    router = Watching(seen, **{name: play[name] for name in names if name in play})
    for agent in play["agents"]:
        router.step("add_agent", play["steps"][0]["at"], agent=agent)
    for step in play["steps"]:
        interrupted = {c.id for c in router.contacts if c.state == "interrupted"}
        do, named = step["do"], step.get("contact")
        hit = isinstance(named, str) and named in interrupted
        if do in ("presence", "remove_agent"):
            named = step.get("state", "removed")
            agents = {c.holder.id for c in router.contacts if c.id in interrupted and c.holder}
            hit = step["agent"] in agents
        try:
            router.step(**step)
        except Refused as refusal:
            if hit:
                seen.add(f"{do}: {refusal.error_name}")
        else:
            if hit:
                seen.add(f"{do} {named}" if do == "presence" else do)
    return seen


def test_plays_are_deterministic_and_wide() -> None:
    """The same seed gives the same play, not that of `random_play`; all situations come up."""
    assert interrupting_play(random.Random(7), 50) == interrupting_play(random.Random(7), 50)
    assert interrupting_play(random.Random(7), 50) != random_play(random.Random(7), 50)
    seen: set[str] = set()
    counts: list[int] = []
    for seed in range(200):
        play = interrupting_play(random.Random(seed), STEPS)
        events = run_play(play)[3]
        counts.append(sum(event["event"] == "interrupted" for event in events))
        seen |= situations(play)
    assert sum(counts) > 2 * len(counts)
    assert sum(count > 0 for count in counts) > 0.6 * len(counts)
    wanted = {"complete", "park", "transfer", "remove_agent", "presence ready", "presence away",
              "presence offline", "interrupted, then offered", "interrupted, then assigned",
              "interrupted, then assigned by hand", "interrupted, then interrupted",
              "some kept on, some not", "continued, away", "interrupted, own costs",
              "continued, own costs", "interrupted beside a wrap-up",
              "continued beside a wrap-up", "continued, reserved",
              "continued, more used than there is"}  # fmt: skip
    refused = ("accept", "decline", "abandon", "cancel", "resume", "defer", "release", "update",
               "reopen", "assign", "finish_wrap_up")  # fmt: skip
    wanted |= {f"{do}: IllegalTransitionError" for do in refused}
    assert wanted <= seen, wanted - seen


@pytest.mark.parametrize("seed", range(100))
def test_interrupted_for_what_is_given_next(seed: int) -> None:
    """After `interrupted`, and others like it, its agent is given what interrupts."""
    play = interrupting_play(random.Random(seed), STEPS)
    router = make_router(play)
    for agent in play["agents"]:
        router.step("add_agent", play["steps"][0]["at"], agent=agent)
    for step in play["steps"]:
        try:
            events = router.step(**step)
        except Refused as refusal:
            events = refusal.events
        for index, event in enumerate(events):
            if event["event"] != "interrupted":
                continue
            rest = [later for later in events[index:] if later["event"] != "interrupted"]
            assert rest[0]["event"] in ("offered", "assigned")
            assert (rest[0]["contact"], rest[0]["agent"]) == (event["by"], event["agent"])
            interrupted = next(c for c in router.contacts if c.id == event["contact"])
            by = next(c for c in router.contacts if c.id == event["by"])
            assert interrupted is not by and interrupted.channel is not by.channel


# ---------------------------------------------------------------- against the fast router


@pytest.mark.parametrize("first", range(0, PLAYS, 50))
def test_plays_agree(first: int) -> None:
    """The fast router does what the naive one does; every third play by way of snapshots."""
    for seed in range(first, first + 50):
        play = interrupting_play(random.Random(seed), STEPS)
        assert first_difference(play, restore=7 if seed % 3 == 0 else 0) is None, seed


def test_large_world_agrees() -> None:
    play = interrupting_play(random.Random(5), 300, large=True)
    assert first_difference(play, check=False) is None
    assert first_difference(play, check=False, restore=25) is None


def test_the_campaign_finds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert campaign.main(["--interrupting", "--plays", "12", "--seed", "90000"]) == 0
    assert "no difference" in capsys.readouterr().err
