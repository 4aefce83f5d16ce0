"""Random plays of the second edition: what they reach, what holds in them, and both routers."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from oracle import campaign
from oracle.generate import random_play
from oracle.generate_second_edition import PARTS, SecondEdition, second_edition_play
from oracle.naive_router import NaiveRouter, Refused
from oracle.naive_values import SELECTIONS, Agent as NaiveAgent, Contact as NaiveContact, Json
from oracle.run_play import run_play
from oracle.side_by_side import first_difference, steps_of

STEPS = 60


class Watching(NaiveRouter):
    """A router that notes the situations in which the second edition matters."""

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]
        self.seen: Counter[str] = Counter()

    def note(self, situation: str, there: bool) -> None:
        self.seen[situation] += there

    def first_pair(self) -> tuple[NaiveAgent, NaiveContact] | None:
        pair = super().first_pair()
        takable = [c for c in self.waiting_contacts() if self.takers(c)]
        if pair is None:
            return None
        agent, contact = pair
        self.note("own order: a later contact", contact is not takable[0])
        self.note("an overdue contact counts as the first kind",
                  bool(agent.skill_order) and self.overdue(contact)
                  and len(takable) > 1)  # fmt: skip
        takers = self.takers(contact)
        self.note(f"{self.selection}: another than idle order says",
                  agent is not min(takers, key=self.idle_order))  # fmt: skip
        places = {self.own_place(taker, contact) for taker in takers}
        self.note("own order decides between agents", len(places) > 1)
        return pair

    def match_one(self) -> bool:
        before = self.first_pair()
        count = len(self.reservations)
        found = super().match_one()
        if len(self.reservations) > count and before is not None:
            after = super().first_pair()
            self.note("a reservation took the pair", after != before)
        return found

    def own_place(self, agent: NaiveAgent, contact: NaiveContact) -> int:
        place = super().own_place(agent, contact)
        if agent.skill_order and not self.overdue(contact):
            names = [name for group in contact.needs.any_of for name in group]
            first = next((n for n in agent.skill_order if n in (*names, *contact.skills)), None)
            if first is not None:
                self.note("an alternative that is not met gives no place",
                          place > agent.skill_order.index(first))  # fmt: skip
                self.note("an alternative gives the place",
                          first not in contact.skills
                          and place == agent.skill_order.index(first))  # fmt: skip
        return place

    def could_serve_empty(self, agent: NaiveAgent, contact: NaiveContact) -> bool:
        able = super().could_serve_empty(agent, contact)
        if not able and agent.id in contact.not_agents:
            self.note("unwanted, else able", self.meets_all(agent, contact))
        if able:
            for group in contact.needs.any_of:
                met = sum(self.meets(agent, *each) for each in group.items())
                self.note("some alternatives of a group are met", met < len(group))
        return able

    def raise_counts(self, agent: NaiveAgent, agents: list[NaiveAgent]) -> None:
        before = agent.taken, agent.busy_seconds
        super().raise_counts(agent, agents)
        self.note("takings raised", agent.taken > before[0])
        self.note("busy seconds raised", agent.busy_seconds > before[1])

    def emit(self, event: str, **keys: object) -> None:
        super().emit(event, **keys)
        self.note(f"{event} while stopped", self.stopped)
        if event == "reserved" and self.events[0]["event"] == "matching_started":
            self.note("reserved at the start", True)
        if event in ("declined", "offer_expired"):
            self.note("excluded until somebody takes it", keys["retry_at"] is None)
        if event == "relaxed":
            self.note("relaxed to groups", "any_of" in keys)
        if event == "presence":
            self.note("a reason", keys["reason"] not in (None, "missed offers"))

    def watch(self, step: Json) -> None:
        """Run a step; note how it went."""
        do = step["do"]
        named = next((c for c in self.contacts if c.id == step.get("contact")), None)
        own = named is not None and named.holder is not None and bool(named.holder.wrap_up_seconds)
        state = None if named is None else named.state
        try:
            events = self.step(**step)
        except Refused as refusal:
            self.note(f"{do} guarded: {refusal.error_name}", "agent" in step)
            if do == "submit" and refusal.error_name == "QueueFullError":
                free = len([c for c in self.contacts if c.state in ("waiting", "deferred")])
                room = self.max_waiting is None or free < self.max_waiting
                self.note("only the channel is full", room)
                self.note("full while stopped", self.stopped)
            return
        self.note(f"{do} guarded", "agent" in step)
        self.note("parked, whoever is named", state == "parked" and "agent" in step)
        done = [event for event in events if event["event"] == "completed"]
        self.note("own wrap-up", own and bool(done) and "wrap_up_seconds" not in step)


def watched(play: Json) -> Counter[str]:
    """The situations that came up in a play."""
    names = ("order", "selection", "max_waiting", "channels")
    router = Watching(**{name: play[name] for name in names if name in play})
    for step in steps_of(play):
        router.watch(step)
    return router.seen


def test_plays_are_deterministic_and_wide() -> None:
    """The same seed gives the same play; all situations come up."""
    assert second_edition_play(random.Random(7), 50) == second_edition_play(random.Random(7), 50)
    seen: Counter[str] = Counter()
    for seed in range(200):
        found = watched(second_edition_play(random.Random(seed), STEPS, whole=seed % 2 == 0))
        seen.update(situation for situation, count in found.items() if count)
    wanted = {"own order: a later contact", "own order decides between agents",
              "an overdue contact counts as the first kind", "a reservation took the pair",
              "an alternative that is not met gives no place", "an alternative gives the place",
              "unwanted, else able", "some alternatives of a group are met", "takings raised",
              "busy seconds raised", "reserved at the start", "own wrap-up", "a reason",
              "excluded until somebody takes it", "relaxed to groups", "only the channel is full",
              "full while stopped", "parked, whoever is named"}  # fmt: skip
    wanted |= {f"{name}: another than idle order says" for name in SELECTIONS[1:]}
    wanted |= {f"{do} guarded" for do in ("complete", "finish_wrap_up", "transfer", "park")}
    wanted |= {f"{do} guarded: IllegalTransitionError" for do in ("complete", "transfer", "park")}
    wanted |= {f"{event} while stopped" for event in (
        "offer_revoked", "requeued", "expired", "released", "wrap_up_ended", "assigned",
        "preference_ended", "exclusion_ended", "reservation_ended", "continued", "relaxed",
        "queued", "transferred", "resumed", "reopened", "presence", "agent_added")}  # fmt: skip
    rare = {situation: seen[situation] for situation in wanted if not seen[situation]}
    assert not rare, rare


def test_every_second_play_of_a_campaign_uses_all() -> None:
    assert SecondEdition(random.Random(1), False, True).parts == list(PARTS)
    whole, some = (campaign.play_of(seed, False, "second edition") for seed in (0, 1))
    assert whole == second_edition_play(random.Random(0), STEPS, whole=True)
    assert some == second_edition_play(random.Random(1), STEPS, whole=False)


def test_all_commands_events_and_errors_come_up() -> None:
    dos: Counter[str] = Counter()
    events: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    for seed in range(200):
        play = second_edition_play(random.Random(seed), STEPS)
        _, _, rejected, told = run_play(play)
        dos.update(step["do"] for step in play["steps"])
        events.update(event["event"] for event in told)
        errors.update(error for _, error in rejected)
    assert (len(dos), len(events), len(errors)) == (22, 33, 9)
    assert 0.05 < errors.total() / dos.total() < 0.18


def test_a_large_world_has_hundreds_of_lanes() -> None:
    play = second_edition_play(random.Random(0), 400, large=True)
    lanes = {
        (said["channel"], repr(said.get("skills")), repr(said.get("any_of")))
        for said in (step["contact"] for step in play["steps"] if step["do"] == "submit")
    }
    assert len(play["agents"]) == 40
    assert len(lanes) > 150


def test_without_an_own_order_the_first_that_can_be_taken_goes() -> None:
    for seed in range(50):
        seen = watched(random_play(random.Random(seed), STEPS))
        assert not seen["own order: a later contact"]


@pytest.mark.parametrize("first", range(0, 1000, 50))
def test_plays_agree(first: int) -> None:
    """The fast router does what the naive one does; every third play by way of snapshots."""
    for seed in range(first, first + 50):
        play = campaign.play_of(seed, False, "second edition")
        assert first_difference(play, restore=7 if seed % 3 == 0 else 0) is None, seed


@pytest.mark.parametrize("seed", range(2))
def test_large_worlds_agree(seed: int) -> None:
    play = second_edition_play(random.Random(seed), 300, large=True)
    assert first_difference(play, check=False) is None
    assert first_difference(play, check=False, restore=25) is None


def test_the_campaign_finds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert campaign.main(["--edition", "2", "--plays", "12", "--seed", "90000"]) == 0
    assert "no difference" in capsys.readouterr().err
