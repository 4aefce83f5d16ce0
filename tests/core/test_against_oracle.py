"""The engine against the brute force that does literally what the contract says."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from omniqueue import Router
from oracle import campaign
from oracle.generate import random_play
from oracle.run_play import make_router
from oracle.side_by_side import fast_router, fast_step, first_difference, naive_step


@pytest.mark.parametrize("block", range(20))
def test_small_plays_agree_event_by_event(block: int) -> None:
    """100 plays of 60 steps each: events, refusals, the queue.

    In 600 of the plays, the invariants too after each step.
    """
    for seed in range(block * 100, block * 100 + 100):
        play = random_play(random.Random(seed), 60)
        assert first_difference(play, check=block < 6) is None, seed


@pytest.mark.parametrize("seed", [510335, 633310])
def test_plays_that_once_differed_agree(seed: int) -> None:
    """What campaigns found.

    510335: an agent set free by an expiry can take what lost its reservation just then.
    633310: a contact in wrap-up has no relaxation left whose instant could matter.
    """
    assert first_difference(random_play(random.Random(seed), 60)) is None


@pytest.mark.parametrize("seed", range(4))
def test_large_worlds_agree(seed: int) -> None:
    """40 agents, 48 skills, hundreds of requirements waiting."""
    play = random_play(random.Random(seed), 500, large=True)
    assert first_difference(play, check=False) is None


@pytest.mark.parametrize("every", [1, 2, 5, 17])
def test_plays_agree_by_way_of_snapshots(every: int) -> None:
    """The router is saved to JSON text and restored before every so many steps."""
    for seed in range(5000, 5030):
        play = random_play(random.Random(seed), 60)
        assert first_difference(play, check=every > 5, restore=every) is None, seed


def test_large_world_agrees_by_way_of_snapshots() -> None:
    play = random_play(random.Random(77), 300, large=True)
    assert first_difference(play, check=False, restore=25) is None


def test_the_campaign_finds_nothing_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert campaign.main(["--plays", "12", "--seed", "90000"]) == 0
    assert "no difference" in capsys.readouterr().err


def test_the_campaign_shrinks_what_it_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a made-up fault (a decline differs) one step is left, and exit status 1."""

    def faulty(play: dict[str, Any], *, check: bool, restore: int) -> str | None:
        declines = [step for step in play["steps"] if step["do"] == "decline"]
        return "differs" if declines else None

    monkeypatch.setattr(campaign, "first_difference", faulty)
    play = campaign.play_of(3, False)
    play["steps"].append({"at": 1e6, "do": "decline", "contact": "c1", "agent": "a1"})
    left = campaign.smallest(play, 3, False)
    assert [step["do"] for step in left["steps"]] == ["decline"]
    assert left["agents"] == []
    assert campaign.main(["--plays", "40"]) == 1


CHANNEL_SETTINGS: list[dict[str, Any]] = [
    {},
    {"offer_seconds": 2, "retry_seconds": 0, "max_misses": 2},
    {"offer_seconds": 1, "retry_seconds": 3, "reserve_seconds": 2, "cost": 2},
    {"wrap_up_seconds": None, "reserve_seconds": 0, "resume_seconds": 0},
    {"wrap_up_seconds": 2, "target_seconds": 0, "offer_seconds": 5, "reserve_seconds": 5},
]
CHANNELS = ("phone", "chat")
AGENTS = tuple("ab")
waits = st.sampled_from([0, 0, 0, 0.5, 1, 1, 2, 3, 20])
seconds = st.sampled_from([0, 0.5, 1, 2, 5])
levels = st.dictionaries(st.sampled_from(["s", "t"]), st.integers(1, 2), max_size=2)
agent_ids = st.sampled_from([*AGENTS, *AGENTS, "nobody"])
preferences = st.none() | st.fixed_dictionaries(
    {"agent": agent_ids, "seconds": seconds}, optional={"skip_if_away": st.booleans()}
)
abilities = st.fixed_dictionaries(
    {},
    optional={
        "skills": levels,
        "capacity": st.integers(0, 4),
        "limits": st.dictionaries(st.sampled_from(CHANNELS), st.integers(0, 2), max_size=2),
        "channels": st.none() | st.lists(st.sampled_from(CHANNELS), max_size=2),
    },
)
presences = st.sampled_from(["ready", "ready", "away", "offline"])


def said(**fields: Any) -> dict[str, Any]:
    """The fields that are given."""
    return {name: value for name, value in fields.items() if value is not None}


class SideBySide(RuleBasedStateMachine):
    """All commands, in any state, given to both routers."""

    @initialize(
        phone=st.sampled_from(CHANNEL_SETTINGS),
        chat=st.sampled_from(CHANNEL_SETTINGS),
        order=st.sampled_from(
            ["arrival", "priority", "deadline", {"aging": {"seconds_per_priority": 2}}]
        ),
        selection=st.sampled_from(["longest-idle", "least-loaded", "most-skilled", "closest-fit"]),
        max_waiting=st.sampled_from([None, None, 0, 2]),
        first=abilities,
        second=abilities,
    )
    def start(
        self,
        phone: Any,
        chat: Any,
        order: Any,
        selection: str,
        max_waiting: int | None,
        first: dict[str, Any],
        second: dict[str, Any],
    ) -> None:
        play = {"channels": {"phone": phone, "chat": chat}, "order": order}
        play |= {"selection": selection, "max_waiting": max_waiting}
        self.fast = fast_router(play)
        self.naive = make_router(play)
        self.at = 0.0
        self.ids: list[str] = []
        for name, agent in zip(AGENTS, (first, second), strict=True):
            self.do(0, "add_agent", agent={"id": name, **agent})

    def do(self, wait: float, do: str, **fields: Any) -> None:
        """One command to both, at the next timer's instant if `wait` says 20."""
        timer = self.naive.next_timer()
        self.at = max(self.at, timer) if wait == 20 and timer is not None else self.at + wait
        step = {"at": self.at, "do": do, **fields}
        assert fast_step(self.fast, step) == naive_step(self.naive, step)

    def pick(self, data: st.DataObject, *states: str) -> str:
        """A contact's id, if there is one in one of these states, then of those."""
        fit = [name for name in self.ids if self.naive.state_of(name) in states]
        return data.draw(st.sampled_from(fit or self.ids), label="contact")

    @rule(
        wait=waits,
        channel=st.sampled_from(CHANNELS),
        skills=levels,
        priority=st.none() | st.integers(-1, 2),
        earlier=st.none() | seconds,
        later=st.none() | seconds,
        prefer=preferences,
        relax=st.none() | st.lists(seconds, max_size=2).map(sorted),
        expire=st.none() | seconds,
        promised=st.none() | seconds,
    )
    def submit(
        self,
        wait: float,
        channel: str,
        skills: Any,
        priority: int | None,
        earlier: float | None,
        later: float | None,
        prefer: Any,
        relax: Any,
        expire: float | None,
        promised: float | None,
    ) -> None:
        name = f"c{len(self.ids)}"
        steps = relax and [{"after_seconds": after, "skills": {}} for after in relax]
        contact = said(
            id=name,
            channel=channel,
            skills=skills,
            priority=priority,
            arrived_at=None if earlier is None else self.at - earlier,
            not_before=None if later is None else self.at + later,
            prefer=prefer,
            relax=steps,
            expire_seconds=expire,
            target_seconds=promised,
        )
        self.do(wait, "submit", contact=contact)
        if name in self.fast.contacts:
            self.ids.append(name)

    @precondition(lambda self: self.ids)
    @rule(wait=waits, do=st.sampled_from(["accept", "accept", "decline"]), data=st.data())
    def answer(self, wait: float, do: str, data: st.DataObject) -> None:
        name = self.pick(data, "offered")
        holder = self.fast.contacts[name].agent or data.draw(agent_ids)
        self.do(wait, do, contact=name, agent=holder)

    @precondition(lambda self: self.ids)
    @rule(wait=waits, data=st.data(), spoken=st.booleans(), wrap_up=st.none() | seconds)
    def complete(
        self, wait: float, data: st.DataObject, spoken: bool, wrap_up: float | None
    ) -> None:
        fields = {"wrap_up_seconds": wrap_up} if spoken else {}
        self.do(wait, "complete", contact=self.pick(data, "active", "parked"), **fields)

    @precondition(lambda self: self.ids)
    @rule(
        wait=waits,
        do=st.sampled_from(
            ["finish_wrap_up", "abandon", "cancel", "resume", "release", "park", "defer"]
        ),
        data=st.data(),
    )
    def plain(self, wait: float, do: str, data: st.DataObject) -> None:
        states = {
            "finish_wrap_up": ("wrap_up",),
            "resume": ("abandoned",),
            "release": ("deferred",),
            "park": ("active",),
            "defer": ("waiting",),
        }
        name = self.pick(data, *states.get(do, ("waiting", "deferred", "offered", "parked")))
        self.do(wait, do, contact=name)

    @precondition(lambda self: self.ids)
    @rule(
        wait=waits,
        data=st.data(),
        until=st.none() | seconds,
        channel=st.none() | st.sampled_from([*CHANNELS, "pigeon"]),
    )
    def defer(
        self, wait: float, data: st.DataObject, until: float | None, channel: str | None
    ) -> None:
        fields = said(until=None if until is None else self.at + until, channel=channel)
        self.do(wait, "defer", contact=self.pick(data, "waiting"), **fields)

    @precondition(lambda self: self.ids)
    @rule(wait=waits, data=st.data(), priority=st.none() | st.integers(-2, 2), skills=levels)
    def update(self, wait: float, data: st.DataObject, priority: int | None, skills: Any) -> None:
        fields = said(priority=priority, skills=skills or None)
        self.do(wait, "update", contact=self.pick(data, "waiting", "deferred"), **fields)

    @precondition(lambda self: self.ids)
    @rule(
        wait=waits,
        data=st.data(),
        skills=st.none() | levels,
        prefer=preferences,
        keep_place=st.none() | st.booleans(),
    )
    def transfer(
        self, wait: float, data: st.DataObject, skills: Any, prefer: Any, keep_place: bool | None
    ) -> None:
        fields = said(skills=skills, prefer=prefer, keep_place=keep_place)
        self.do(wait, "transfer", contact=self.pick(data, "active"), **fields)

    @precondition(lambda self: self.ids)
    @rule(wait=waits, data=st.data(), prefer=preferences)
    def reopen(self, wait: float, data: st.DataObject, prefer: Any) -> None:
        self.do(wait, "reopen", contact=self.pick(data, "parked"), **said(prefer=prefer))

    @precondition(lambda self: self.ids)
    @rule(wait=waits, data=st.data(), agent=agent_ids)
    def assign(self, wait: float, data: st.DataObject, agent: str) -> None:
        self.do(wait, "assign", contact=self.pick(data, "waiting", "deferred"), agent=agent)

    @rule(wait=waits, agent=agent_ids, state=presences)
    def presence(self, wait: float, agent: str, state: str) -> None:
        self.do(wait, "presence", agent=agent, state=state)

    @rule(wait=waits, agent=agent_ids, fields=abilities, presence=presences)
    def add_agent(self, wait: float, agent: str, fields: Any, presence: str) -> None:
        self.do(wait, "add_agent", agent={"id": agent, "presence": presence, **fields})

    @rule(wait=waits, agent=agent_ids, fields=abilities)
    def update_agent(self, wait: float, agent: str, fields: Any) -> None:
        self.do(wait, "update_agent", agent={"id": agent, **fields})

    @rule(wait=waits, agent=agent_ids)
    def remove_agent(self, wait: float, agent: str) -> None:
        self.do(wait, "remove_agent", agent=agent)

    @rule(wait=st.sampled_from([-1, 0, 1, 20, 100]))
    def advance(self, wait: float) -> None:
        before = self.at
        self.do(wait, "advance")
        self.at = max(before, self.at)

    @rule()
    def restore(self) -> None:
        self.fast = Router.restore(json.loads(json.dumps(self.fast.snapshot())))

    @invariant()
    def agree(self) -> None:
        if not hasattr(self, "fast"):
            return
        self.fast.check()
        assert [contact.id for contact in self.fast.queue] == self.naive.waiting()
        for contact in self.naive.contacts:
            seen = self.fast.contacts[contact.id]
            holder = contact.holder.id if contact.holder else None
            assert (seen.state, seen.agent) == (contact.state, holder)
        assert len(self.fast.contacts) == len(self.naive.contacts)
        assert self.fast.next_timer == self.naive.next_timer()


TestSideBySide = SideBySide.TestCase
TestSideBySide.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
