"""Estimated waits: the formulas where they are exact, the truth of a simulated desk elsewhere."""

from __future__ import annotations

import heapq
import random
from collections.abc import Mapping
from math import sqrt

import pytest
from scipy import stats

from core.worlds import contact_in
from omniqueue import Agent, Assigned, Channel, Contact, Preference, Router, Skills
from omniqueue.core.insight.estimate import SAMPLES
from omniqueue.errors import IllegalTransitionError, UnknownContactError
from omniqueue.insight import WaitEstimate
from omniqueue.record.holding_times import HoldingTimes


class Told:
    """Holding times as they are said."""

    def __init__(self, seconds: Mapping[str, float]) -> None:
        self.seconds = seconds

    def holding(self, channel: str, skills: Skills) -> tuple[float, float] | None:
        found = self.seconds.get(channel)
        return None if found is None else (found, 1.0)


CALLS = Told({"phone": 60.0, "chat": 300.0})


def estimate(made: Router, contact: str, times: Told = CALLS) -> WaitEstimate:
    found = made.estimate_wait(contact, times)
    assert found is not None
    return found


@pytest.mark.parametrize(("agents", "before"), [(1, 0), (1, 3), (5, 0), (5, 40), (5, 2000)])
def test_one_kind_of_agent_is_the_queue_length_predictor(agents: int, before: int) -> None:
    """(n + 1) m / s, and nearly the quantiles of Erlang; also when not all are looked at."""
    made = Router()
    for number in range(agents):
        made.add_agent(Agent(f"a{number}"), at=0)
    for number in range(agents + before + 1):
        made.submit(Contact(f"c{number}", "phone"), at=0)
    found = estimate(made, f"c{agents + before}")
    assert found.expected_seconds == pytest.approx((before + 1) * 60 / agents)
    law = stats.gamma(before + 1, scale=60 / agents)
    low, high = law.ppf(0.1), law.ppf(0.9)
    assert found.low_seconds == pytest.approx(low, rel=0.08)
    assert found.high_seconds == pytest.approx(high, rel=0.02)
    assert (found.agents, round(found.ahead)) == (agents, before)
    assert (before > SAMPLES) == (before == 2000)


def test_work_of_others_does_not_count_and_shared_work_counts_in_part() -> None:
    """10 that only bob takes, 10 that only ana takes, 10 that both do: 15 go to ana."""
    made = Router()
    made.add_agent(Agent("ana", skills={"a": 1, "both": 1}), at=0)
    made.add_agent(Agent("bob", skills={"b": 1, "both": 1}), at=0)
    for number in range(2):
        made.submit(Contact(f"at-work-{number}", "phone", skills={"both": 1}), at=0)
    for number in range(30):
        needs = ("a", "b", "both")[number % 3]
        made.submit(Contact(f"c{number}", "phone", skills={needs: 1}), at=1)
    made.submit(Contact("c", "phone", skills={"a": 1}), at=2)
    assert estimate(made, "c").expected_seconds == pytest.approx(16 * 60, rel=0.05)
    made.submit(Contact("d", "phone", skills={"both": 1}), at=2)
    assert estimate(made, "d").expected_seconds == pytest.approx(16 * 60, rel=0.05)
    made.set_presence("bob", "away", at=3)
    assert estimate(made, "c").expected_seconds == pytest.approx(21 * 60, rel=0.05)


def test_several_at_once_are_quicker() -> None:
    made = Router(channels=[Channel("chat")])
    made.add_agent(Agent("ana", capacity=5, limits={"chat": 3}), at=0)
    for number in range(6):
        made.submit(Contact(f"c{number}", "chat"), at=0)
    assert estimate(made, "c5").expected_seconds == pytest.approx(300)


def test_costs_of_its_own_make_an_agent_slower() -> None:
    made = Router()
    made.add_agent(Agent("ana", capacity=4, costs={"chat": 2}), at=0)
    for number in range(3):
        made.submit(Contact(f"c{number}", "chat"), at=0)
    assert estimate(made, "c2").expected_seconds == pytest.approx(150)


def test_what_it_may_interrupt_does_not_hold_it_up() -> None:
    """Nine mails wait before a call, which may interrupt them; before a mail they count."""
    made = Router(channels=[Channel("mail", interrupted_by=["phone"])])
    made.add_agent(Agent("ana"), at=0)
    made.submit(Contact("now", "phone"), at=0)
    for number in range(9):
        made.submit(Contact(f"m{number}", "mail"), at=0)
    for name, channel in [("call", "phone"), ("mail", "mail")]:
        made.submit(Contact(name, channel), at=0)
    times = Told({"phone": 60.0, "mail": 100.0})
    found = estimate(made, "call", times)
    assert (found.expected_seconds, found.ahead) == (60, 0)
    assert estimate(made, "mail", times).expected_seconds == pytest.approx(10 * 100 + 60)


def test_nobody_and_nothing_measured_give_none() -> None:
    made = Router()
    made.submit(Contact("c", "phone"), at=0)
    assert made.estimate_wait("c", CALLS) is None
    made.add_agent(Agent("ana"), at=1, presence="away")
    assert made.estimate_wait("c", CALLS) is None
    made.set_presence("ana", "ready", at=2)
    made.submit(Contact("d", "phone"), at=3)
    assert made.estimate_wait("d", Told({})) is None
    assert made.estimate_wait("d", CALLS) is not None


def test_a_preference_counts_while_it_runs() -> None:
    made = Router()
    for name in ("ana", "bob"):
        made.add_agent(Agent(name), at=0)
        made.submit(Contact(f"{name}'s", "phone"), at=0)
    made.submit(Contact("c", "phone", prefer=Preference("ana", 1000)), at=0)
    assert estimate(made, "c").expected_seconds == 60
    assert estimate(made, "c").agents == 1
    made.submit(Contact("d", "phone", prefer=Preference("ana", 45)), at=0)
    found = estimate(made, "d")
    assert (found.expected_seconds, found.agents) == (60, 2)
    assert found.low_seconds == 45


def test_an_agent_kept_free_counts_for_that_contact_only() -> None:
    made = Router(channels=[Channel("phone", cost=2, reserve_seconds=5), Channel("chat")])
    made.add_agent(Agent("ana", capacity=2), at=0)
    made.submit(Contact("chat-0", "chat"), at=0)
    made.submit(Contact("call", "phone"), at=0)
    made.submit(Contact("chat-1", "chat", arrived_at=0), at=6)
    assert made.agents["ana"].reserved_for == "call"
    assert estimate(made, "call").agents == 1
    assert made.estimate_wait("chat-1", CALLS) is None


def desk(seed: int, agents: int, load: float) -> list[tuple[WaitEstimate, float]]:
    """Estimates made at arrival, and the truth: exponential times, measured on the way."""
    rng = random.Random(seed)
    made, times = Router(), HoldingTimes()
    made.observe(times.hear)
    for number in range(agents):
        made.add_agent(Agent(f"a{number}"), at=0)
    ends: list[tuple[float, str]] = []
    waiting: dict[str, WaitEstimate] = {}
    found: list[tuple[WaitEstimate, float]] = []

    def begin(events: list[Assigned]) -> None:
        for event in events:
            heapq.heappush(ends, (event.at + rng.expovariate(1 / 100), event.contact))
            if event.contact in waiting:
                estimated = waiting.pop(event.contact)
                found.append((estimated, event.at - estimated.at))

    arrives = 0.0
    for number in range(3000):
        arrives += rng.expovariate(agents * load / 100)
        while ends and ends[0][0] <= arrives:
            at, contact = heapq.heappop(ends)
            begin(made.complete(contact, at=at).of(Assigned))
        begin(made.submit(Contact(f"c{number}", "phone"), at=arrives).of(Assigned))
        if number > 200 and made.contacts[f"c{number}"].state == "waiting":
            told = made.estimate_wait(f"c{number}", times)
            assert told is not None
            waiting[f"c{number}"] = told
    return found


@pytest.mark.parametrize(("agents", "load"), [(1, 0.8), (10, 0.95), (30, 1.02)])
def test_four_in_five_waits_of_a_simulated_desk_lie_within(agents: int, load: float) -> None:
    found = [pair for seed in range(3) for pair in desk(seed, agents, load)]
    inside = sum(told.low_seconds <= wait <= told.high_seconds for told, wait in found)
    assert inside / len(found) == pytest.approx(0.8, abs=0.06)
    expected = sum(told.expected_seconds for told, _ in found) / len(found)
    true = sum(wait for _, wait in found) / len(found)
    assert expected == pytest.approx(true, rel=0.1)


def test_holding_times_by_kind_and_fading() -> None:
    times = HoldingTimes(memory=50)
    made = Router(channels=[Channel("phone", wrap_up_seconds=10)])
    made.observe(times.hear)
    made.add_agent(Agent("ana", skills={"s": 1}), at=0)
    seconds, at = random.Random(1), 0.0
    taken = []
    for number in range(200):
        needs = {"s": 1} if number % 2 else {}
        made.submit(Contact(f"c{number}", "phone", skills=needs), at=at)
        talk = seconds.choice((20.0, 40.0)) * (2 if needs else 1)
        made.complete(f"c{number}", at=at + talk)
        at += talk + 10
        made.advance(at=at)
        if not needs:
            taken.append(talk + 10)
    mean, cv2 = times.holding("phone", Skills.of({})) or (0.0, 0.0)
    assert mean == pytest.approx(40, rel=0.1)
    assert sqrt(cv2) == pytest.approx(10 / 40, rel=0.25)
    other = times.holding("phone", Skills.of({"s": 1}))
    assert other is not None
    assert other[0] == pytest.approx(70, rel=0.1)
    assert times.holding("phone", Skills.of({"never": 1})) != other
    assert times.holding("fax", Skills.of({})) is None
    assert len(times._worked) == 0


def test_interrupted_and_parked_work() -> None:
    times = HoldingTimes()
    made = Router()
    made.observe(times.hear)
    made.add_agent(Agent("ana"), at=0)
    made.submit(Contact("c", "fax"), at=0)
    made.set_presence("ana", "offline", at=7)  # no holding time
    made.set_presence("ana", "ready", at=8)
    made.park("c", at=18)
    assert times.holding("fax", Skills.of({})) == (10.0, 1.0)


@pytest.mark.parametrize("state", ["deferred", "offered", "active", "interrupted", "completed"])
def test_only_who_waits_has_an_estimate(state: str) -> None:
    with pytest.raises(IllegalTransitionError):
        contact_in(state).estimate_wait("c", CALLS)
    with pytest.raises(UnknownContactError):
        contact_in(state).estimate_wait("ghost", CALLS)
