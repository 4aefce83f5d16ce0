"""The naive router against the cases of the contract, and its rules 1 to 6 on their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oracle.naive_router import Refused
from oracle.naive_values import Json
from oracle.naive_world import CHAT_OFFER, World
from oracle.run_play import run_play

CASES = sorted((Path(__file__).resolve().parents[1] / "play" / "cases").glob("*.json"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    """Every play of the contract ends as it expects."""
    play = json.loads(path.read_text())
    assignments, waiting, rejected, _ = run_play(play)
    assert assignments == play["expect"]["assignments"]
    assert waiting == play["expect"]["waiting"]
    assert rejected == play["expect"]["rejected"]


def test_there_are_cases() -> None:
    """The contract's cases were found."""
    assert len(CASES) >= 41


# ---------------------------------------------------------------- order and selection


def test_order_deadline_none_is_last_and_falls_back_to_arrival() -> None:
    """Deadline order: none last; equal ranks by arrived_at, then by first submission."""
    world = World(order="deadline")
    world.new("none2", 5)
    world.new("none1", 5, arrived_at=1)
    world.new("late", 5, target_seconds=100)
    world.new("b", 5, target_seconds=5)
    world.new("a", 5, arrived_at=2, target_seconds=8)
    assert world.waiting() == ["a", "b", "late", "none1", "none2"]


def test_order_aging_and_priority_ties() -> None:
    """Aging: arrived_at - S * priority, ties by arrived_at."""
    world = World(order={"aging": {"seconds_per_priority": 10}})
    world.new("early", 20, arrived_at=10)
    world.new("urgent", 20, priority=1)
    world.new("lowly", 20, arrived_at=0, priority=-1)
    assert world.waiting() == ["lowly", "early", "urgent"]
    world.do("update", 21, "urgent", priority=3)
    assert world.waiting() == ["urgent", "lowly", "early"]


def test_selection_least_loaded() -> None:
    """Least loaded: used / capacity, then the stamp."""
    world = World(selection="least-loaded", channels={"phone": {"cost": 2}})
    world.agent("a", capacity=4)
    world.agent("b", capacity=8)
    assert world.new("1", 1)[-1] == "assigned 1 a@1"
    assert world.new("2", 1)[-1] == "assigned 2 b@1"
    assert world.new("3", 1)[-1] == "assigned 3 b@1"
    world.do("complete", 2, "1")
    assert world.new("4", 3)[-1] == "assigned 4 a@3"
    assert world.new("5", 3)[-1] == "assigned 5 b@3"  # 4/8 = 2/4, b's stamp is older


def test_idle_order_counts_offers_and_keeps_their_stamp() -> None:
    """An agent with an offer out is not idle; an offer taken back leaves the stamp."""
    world = World(channels=CHAT_OFFER)
    world.agent("a", capacity=2)
    world.agent("b", capacity=2)
    assert world.new("1", 1, "chat")[-1] == "offered 1 a@1"
    assert world.new("2", 1)[-1] == "assigned 2 b@1"
    assert world.do("abandon", 2, "1") == ["offer_revoked 1 a@2", "abandoned 1@2"]
    assert world.new("3", 3)[-1] == "assigned 3 a@3"


def test_closest_fit_and_most_skilled_use_needed_skills_only() -> None:
    """Surplus over the needed skills first, then the number of further skills, then idleness."""
    closest = World(selection="closest-fit")
    most = World(selection="most-skilled")
    for world in (closest, most):
        world.agent("wide", skills={"x": 3, "y": 9, "z": 9})
        world.agent("high", skills={"x": 5})
    assert closest.new("1", 1, skills={"x": 2})[-1] == "assigned 1 wide@1"
    assert most.new("1", 1, skills={"x": 2})[-1] == "assigned 1 high@1"


# ---------------------------------------------------------------- rule 1: time


def test_timers_fire_by_due_time_then_creation() -> None:
    """Timers of one submit and one instant: deferral, preference, relaxation, expiry."""
    world = World()
    world.agent("a", capacity=1, skills={"x": 1})
    world.new("busy", 0)
    world.new("c", 1, not_before=6, prefer={"agent": "a", "seconds": 5}, skills={"x": 1},
              relax=[{"after_seconds": 5, "skills": {}}], expire_seconds=5)  # fmt: skip
    assert world.do("advance", 9) == [
        "released c@6", "preference_ended c a@6", "relaxed c@6", "expired c@6"]  # fmt: skip


def test_matching_runs_between_timers_of_one_instant() -> None:
    """The deferral's timer comes before the expiry's: the contact is taken in between."""
    world = World()
    world.agent("a")
    world.new("c", 1, not_before=6, expire_seconds=5)
    assert world.do("advance", 6) == ["released c@6", "assigned c a@6"]


def test_limits_of_time_are_exact() -> None:
    """Late: accept at the offer's end, finish_wrap_up at its timer; in time: resume."""
    world = World(channels={"chat": {"offer_seconds": 10, "wrap_up_seconds": 3}})
    world.agent("a")
    world.new("1", 0, "chat")
    assert world.refused("accept", 10, "1", agent="a") == "IllegalTransitionError"
    assert world.state_of("1") == "waiting"
    world.do("presence", 60, agent="a", state="ready")
    assert world.do("advance", 70) == ["exclusion_ended 1 a@70", "offered 1 a@70"]
    world.do("accept", 71, "1", agent="a")
    world.do("complete", 72, "1")
    assert world.refused("finish_wrap_up", 75, "1") == "IllegalTransitionError"
    world.do("presence", 76, agent="a", state="away")
    world.new("2", 80)
    world.do("abandon", 80, "2")
    assert world.do("resume", 140, "2") == ["resumed 2@140"]


def test_timer_due_at_once_waits_for_the_next_command() -> None:
    """expire_seconds 0 and a relaxation after 0 seconds act at the next command's start."""
    world = World()
    world.agent("a")
    assert world.new("1", 5, expire_seconds=0)[-1] == "assigned 1 a@5"
    assert world.new("2", 5, expire_seconds=0) == ["queued 2@5"]
    assert world.next_timer() == 5
    assert world.do("advance", 5) == ["expired 2@5"]


def test_time_going_back_leaves_the_clock() -> None:
    """TimeWentBackwards comes first and fires nothing."""
    world = World()
    world.new("1", 5, expire_seconds=1)
    assert world.refused("submit", 4, contact={"id": "2", "channel": "x"}) == (
        "TimeWentBackwardsError")  # fmt: skip
    assert world.now == 5 and world.state_of("1") == "waiting"


def test_refusal_carries_the_events_of_timers() -> None:
    """A refused command still let time pass."""
    world = World()
    world.new("1", 5, expire_seconds=1)
    with pytest.raises(Refused) as caught:
        world.step("complete", 8, contact="ghost")
    assert caught.value.events == [{"at": 6.0, "event": "expired", "contact": "1"}]
    assert world.now == 8


# ---------------------------------------------------------------- rule 2: matching


def test_matching_looks_again_from_the_head() -> None:
    """Several go in queue order; room is by cost and limit, offers and wrap-ups counted."""
    world = World(channels={"chat": {"cost": 2, "wrap_up_seconds": None}})
    for name, channel in (("p", "phone"), ("c1", "chat"), ("c2", "chat"), ("e", "email")):
        world.new(name, 0, channel)
    events = world.agent("a", 1, capacity=9, limits={"chat": 1})
    assert events[1:] == ["assigned p a@1", "assigned c1 a@1", "assigned e a@1"]
    assert world.do("complete", 2, "c1") == ["completed c1 a@2"]  # the wrap-up counts
    assert world.do("finish_wrap_up", 3, "c1") == ["wrap_up_ended c1 a@3", "assigned c2 a@3"]


def test_levels_and_channels_are_needed() -> None:
    """A level too low, a channel not taken, capacity 0: nobody can take it."""
    world = World()
    world.agent("low", skills={"x": 1})
    world.agent("mail", skills={"x": 9}, channels=["email"])
    world.agent("nil", skills={"x": 9}, capacity=0)
    world.agent("lim", skills={"x": 9}, limits={"phone": 0})
    assert world.new("1", 1, skills={"x": 2}) == ["queued 1@1"]


# ---------------------------------------------------------------- rule 3: deferral


def test_change_of_channel() -> None:
    """A call-back takes the new channel's cost and times; the target stays as it was."""
    channels = {"phone": {"target_seconds": 50}, "sms": {"cost": 3, "target_seconds": 1,
                "resume_seconds": 5}}  # fmt: skip
    world = World(order="deadline", channels=channels)
    world.new("1", 0)
    world.new("2", 0, target_seconds=40)
    world.do("defer", 1, "1", channel="sms")
    assert world.do("release", 2, "1") == ["released 1@2"]
    assert world.waiting() == ["2", "1"]
    assert world.agent("a", 3, capacity=3)[1:] == ["assigned 2 a@3"]
    world.do("abandon", 4, "1")
    assert world.refused("resume", 9.5, "1") == "IllegalTransitionError"


def test_release_ends_not_before_and_its_timer() -> None:
    """A deferral by not_before is released like any other, once."""
    world = World()
    world.new("1", 0, not_before=9)
    world.new("2", 0, not_before=0)
    assert world.state_of("2") == "waiting"
    world.do("release", 1, "1")
    assert world.do("advance", 10) == []


# ---------------------------------------------------------------- rule 4: preference


def test_preference_runs_during_a_deferral() -> None:
    """Its seconds count from the submit, deferred or not."""
    world = World()
    world.agent("a")
    world.agent("b")
    world.new("busy", 0, prefer={"agent": "a", "seconds": 1})
    world.new("1", 0, not_before=5, prefer={"agent": "a", "seconds": 3})
    assert world.do("advance", 9) == ["preference_ended 1 a@3", "released 1@5", "assigned 1 b@5"]


def test_preference_ends_when_its_agent_leaves() -> None:
    """Away ends it, in queue order, unless skip_if_away is false; removal outlives."""
    world = World()
    world.agent("a", capacity=1)
    world.agent("b", capacity=9)
    world.new("busy", 0, prefer={"agent": "a", "seconds": 9})
    world.new("2", 1, prefer={"agent": "a", "seconds": 90})
    world.new("1", 1, arrived_at=0, prefer={"agent": "a", "seconds": 90})
    world.new("3", 1, prefer={"agent": "a", "seconds": 90, "skip_if_away": False})
    assert world.do("presence", 2, agent="a", state="away") == [
        "presence a@2", "preference_ended 1 a@2", "preference_ended 2 a@2",
        "assigned 1 b@2", "assigned 2 b@2"]  # fmt: skip
    world.do("remove_agent", 3, agent="a")
    assert world.agent("a", 4, capacity=9)[1:] == ["assigned 3 a@4"]


def test_preference_ends_with_the_first_offer() -> None:
    """After a decline anybody may have the contact."""
    world = World(channels=CHAT_OFFER)
    world.agent("a")
    world.agent("b")
    assert world.new("1", 0, "chat", prefer={"agent": "b", "seconds": 99}) == [
        "queued 1@0", "preferred 1 b@0", "offered 1 b@0"]  # fmt: skip
    assert world.do("decline", 1, "1", agent="b") == [
        "declined 1 b@1", "requeued 1@1", "offered 1 a@1"]  # fmt: skip


def test_update_of_skills_ends_preference_and_relaxation() -> None:
    """`update` of priority does not."""
    world = World()
    world.agent("a", skills={"x": 1})
    world.new("busy", 0)
    world.agent("b", skills={"x": 1}, channels=["phone"], at=0)
    spec: Json = {"prefer": {"agent": "a", "seconds": 50}, "skills": {"x": 1},
            "relax": [{"after_seconds": 5, "skills": {}}]}  # fmt: skip
    world.new("1", 0, **spec)
    assert world.do("update", 1, "1", priority=4) == ["updated 1@1"]
    assert world.do("update", 2, "1", skills={"x": 2}) == ["updated 1@2", "preference_ended 1 a@2"]
    assert world.do("advance", 60) == []


def test_preference_for_one_who_could_never_serve() -> None:
    """No preference by capacity, limit, channel, presence; one when merely busy."""
    world = World(channels={"phone": {"cost": 2}})
    world.agent("small", capacity=1)
    world.agent("limited", capacity=2, limits={"phone": 0})
    world.agent("mail", capacity=2, channels=["email"])
    world.agent("gone", capacity=2, presence="away")
    for name in ("small", "limited", "mail", "gone"):
        assert world.new(name, 1, prefer={"agent": name, "seconds": 5}) == [f"queued {name}@1"]
    wish = {"agent": "gone", "seconds": 5, "skip_if_away": False}
    assert world.new("1", 1, prefer=wish) == ["queued 1@1", "preferred 1 gone@1"]


# ---------------------------------------------------------------- rule 5: relaxation


def test_relaxation_counts_from_submit_in_any_state() -> None:
    """Not from arrived_at; while offered and abandoned too; a transfer ends the rest."""
    world = World(channels={"chat": {"offer_seconds": 10, "wrap_up_seconds": None}})
    world.agent("a", skills={"x": 2})
    steps = [{"after_seconds": n, "skills": {"x": 1}} for n in (5, 12, 13)]
    world.new("1", 10, "chat", arrived_at=0, skills={"x": 2}, relax=steps)
    assert world.do("advance", 15) == ["relaxed 1@15"]
    assert world.state_of("1") == "offered"
    world.do("abandon", 16, "1")
    assert world.do("advance", 22) == ["relaxed 1@22"]
    world.do("resume", 22, "1")
    world.do("accept", 22, "1", agent="a")
    world.do("transfer", 22, "1")
    assert world.do("advance", 30) == []


# ---------------------------------------------------------------- rule 6: expiry


def test_expiry_while_offered_or_abandoned() -> None:
    """It acts on the return to the queue; from the submit, not from arrived_at."""
    world = World(channels=CHAT_OFFER)
    world.agent("a", capacity=2)
    world.new("1", 5, "chat", arrived_at=0, expire_seconds=5)
    world.new("2", 6, "chat", expire_seconds=5)
    world.do("abandon", 7, "2")
    assert world.do("decline", 12, "1", agent="a") == ["declined 1 a@12", "expired 1@12"]
    assert world.do("resume", 13, "2") == ["resumed 2@13", "expired 2@13"]
    assert world.do("advance", 99) == []  # an expired contact's exclusion says nothing


def test_expiry_is_void_once_taken() -> None:
    """Neither its timer nor a time that has passed counts after the agent took it."""
    world = World(channels=CHAT_OFFER)
    world.agent("a")
    world.new("1", 0, "chat", expire_seconds=5)
    world.do("accept", 6, "1", agent="a")
    assert world.do("presence", 7, agent="a", state="offline") == ["presence a@7", "requeued 1@7"]
