"""The naive router: the cases of the contract, and the harder of its rules 1 to 14 alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oracle.naive_values import Json
from oracle.naive_world import CHAT_OFFER, World
from oracle.run_play import run_play

CASES = sorted((Path(__file__).resolve().parents[1] / "play" / "cases").rglob("*.json"))


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
    assert len(CASES) >= 71


# ---------------------------------------------------------------- order and selection


def test_idle_order_counts_offers_and_keeps_their_stamp() -> None:
    """An agent with an offer out is not idle; an offer taken back leaves the stamp."""
    world = World(channels=CHAT_OFFER)
    world.agent("a", capacity=2)
    world.agent("b", capacity=2)
    assert world.new("1", 1, "chat")[-1] == "offered 1 a@1"
    assert world.new("2", 1)[-1] == "assigned 2 b@1"
    assert world.do("abandon", 2, "1") == ["offer_revoked 1 a@2", "abandoned 1@2"]
    assert world.new("3", 3)[-1] == "assigned 3 a@3"


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


# ---------------------------------------------------------------- rule 7: offers


def test_missed_offers_in_a_row() -> None:
    """Over all channels, against the max_misses of the contact just missed."""
    channels = {"chat": {"offer_seconds": 5, "max_misses": 3, "retry_seconds": 1},
                "email": {"offer_seconds": 5, "max_misses": 2, "retry_seconds": 1}}  # fmt: skip
    world = World(channels=channels)
    world.agent("a", capacity=2)
    world.new("1", 0, "chat")
    world.do("advance", 4)
    world.new("2", 4, "email")
    assert world.do("advance", 5) == ["offer_expired 1 a@5", "requeued 1@5"]
    assert world.do("advance", 9) == [
        "exclusion_ended 1 a@6", "offered 1 a@6",
        "offer_expired 2 a@9", "requeued 2@9", "presence a@9", "offer_revoked 1 a@9",
        "requeued 1@9"]  # fmt: skip
    assert world.events[4]["reason"] == "missed offers"


def test_misses_go_back_to_nought() -> None:
    """When the agent takes any contact, offered or not."""
    channels = {"chat": {"offer_seconds": 5, "max_misses": 2, "retry_seconds": 50}}
    world = World(channels=channels)
    world.agent("a", capacity=3)
    world.new("1", 0, "chat")
    world.new("2", 6)  # taken unasked
    world.new("3", 7, "chat")
    assert world.do("advance", 12) == ["offer_expired 3 a@12", "requeued 3@12"]
    world.new("4", 13, "chat")
    world.do("presence", 14, agent="a", state="away")
    world.do("presence", 15, agent="a", state="ready")
    assert world.do("advance", 20) == ["offer_expired 4 a@20", "requeued 4@20"]


def test_exclusions_end_for_all_when_anyone_takes_it() -> None:
    """Also by hand; their timers then say nothing."""
    world = World(channels=CHAT_OFFER)
    world.agent("a")
    world.agent("b", presence="away")
    world.new("1", 0, "chat")
    world.do("decline", 1, "1", agent="a")
    world.do("presence", 1, agent="b", state="ready")
    world.do("accept", 2, "1", agent="b")
    assert world.do("transfer", 3, "1") == ["transferred 1 b@3", "offered 1 a@3"]
    assert world.do("advance", 12) == []


def test_retry_of_nought_seconds_lasts_to_the_next_command() -> None:
    """The exclusion ends by its timer, at the start of the next command."""
    world = World(channels={"chat": {"offer_seconds": 5, "retry_seconds": 0}})
    world.agent("a")
    world.new("1", 0, "chat")
    assert world.do("decline", 1, "1", agent="a") == ["declined 1 a@1", "requeued 1@1"]
    assert world.do("advance", 1) == ["exclusion_ended 1 a@1", "offered 1 a@1"]


# ---------------------------------------------------------------- rule 8: transfer and park


def test_transfer_bars_until_the_next_transfer() -> None:
    """The sender never gets it back by matching, but by hand; the bar outlives removal."""
    world = World()
    world.agent("a")
    world.new("1", 0)
    assert world.do("transfer", 1, "1") == ["transferred 1 a@1"]
    world.do("remove_agent", 2, agent="a")
    assert world.agent("a", 3) == ["agent_added a@3"]
    assert world.do("assign", 4, "1", agent="a") == ["assigned 1 a@4"]
    world.do("park", 5, "1")
    assert world.do("reopen", 6, "1", prefer={"agent": "a", "seconds": 9}) == ["reopened 1@6"]
    assert world.agent("b", 7)[1:] == ["assigned 1 b@7"]
    assert world.do("transfer", 8, "1") == ["transferred 1 b@8", "assigned 1 a@8"]


def test_losing_the_place() -> None:
    """keep_place false: arrived_at is now, and a new sequence number."""
    world = World()
    world.agent("a", capacity=2)
    world.new("1", 0)
    world.new("2", 0)
    world.do("presence", 4, agent="a", state="away")
    world.new("3", 5)
    world.do("transfer", 5, "1", keep_place=False)
    world.do("transfer", 5, "2")
    assert world.waiting() == ["2", "3", "1"]


def test_transfer_renews_the_stamp_without_wrap_up() -> None:
    """The agent goes to the end of the idle order."""
    world = World(channels={"phone": {"wrap_up_seconds": 50}})
    world.agent("a", skills={"x": 1})
    world.agent("b")
    world.new("1", 0, skills={"x": 1})
    world.new("2", 1)
    world.do("park", 3, "2")
    world.do("park", 4, "1")
    assert world.new("3", 5)[-1] == "assigned 3 b@5"


# ---------------------------------------------------------------- rules 9 and 10: presence


def test_offline_order_of_events() -> None:
    """Offers and active contacts together in queue order; then wrap-ups; then preferences."""
    world = World(channels={"chat": {"offer_seconds": 10}, "email": {"wrap_up_seconds": None}})
    world.agent("a", capacity=4)
    world.new("w", 0, "email")
    world.do("complete", 0, "w")
    world.new("1", 1, "chat")
    world.new("2", 2, arrived_at=0)
    world.new("3", 3, "chat")
    world.new("p", 4, prefer={"agent": "a", "seconds": 50})
    assert world.do("presence", 5, agent="a", state="offline") == [
        "presence a@5", "requeued 2@5", "offer_revoked 1 a@5", "requeued 1@5",
        "offer_revoked 3 a@5", "requeued 3@5", "wrap_up_ended w a@5",
        "preference_ended p a@5"]  # fmt: skip
    assert world.waiting() == ["2", "1", "3", "p"]
    assert world.do("presence", 6, agent="a", state="ready")[1] == "assigned 2 a@6"


def test_stamp_is_renewed_at_the_end_of_wrap_up_only() -> None:
    """a completes first but ends its wrap-up last."""
    world = World()
    world.agent("a")
    world.agent("b")
    world.new("1", 0)
    world.new("2", 0)
    world.do("complete", 1, "1", wrap_up_seconds=5)
    world.do("complete", 2, "2")
    world.do("advance", 6)
    assert world.new("3", 7)[-1] == "assigned 3 b@7"


# ---------------------------------------------------------------- rule 11: reservation


def mixed_world() -> World:
    """Calls of cost 2 may reserve; a (capacity 2) holds a chat, b (capacity 4) three."""
    world = World(channels={"phone": {"cost": 2, "reserve_seconds": 10}})
    world.agent("a", capacity=2)
    world.agent("b", capacity=4)
    for number in range(5):
        prefer = {"agent": "a" if number == 0 else "b", "seconds": 0}
        world.new(f"c{number}", 0, "chat", prefer=prefer)
    world.do("complete", 0, "c4")
    return world


def test_reservation_counts_from_arrival_and_past_due_is_now() -> None:
    """An old contact reserves in its own submit's matching; another may still take it."""
    world = mixed_world()
    assert world.new("call", 20, arrived_at=5)[-1] == "reserved call a@20"
    world.do("complete", 21, "c1")
    assert world.state_of("call") == "active"
    assert world.events[-1]["agent"] == "b"
    assert world.new("x", 22, "chat")[-1] == "assigned x a@22"


def test_reservation_stands_while_offered() -> None:
    """An offer is not yet taking; after a decline another agent is reserved."""
    channels = {"phone": {"cost": 2, "reserve_seconds": 0, "offer_seconds": 9}}
    world = World(channels=channels)
    world.agent("a", capacity=2)
    world.new("c0", 0, "chat")
    assert world.new("call", 1)[-1] == "reserved call a@1"
    assert world.agent("b", 2, capacity=2)[1:] == ["offered call b@2"]
    world.do("complete", 3, "c0")
    assert world.new("x", 3, "chat") == ["queued x@3"]  # a still reserved, b has the offer
    assert world.do("abandon", 4, "call") == [
        "offer_revoked call b@4", "abandoned call@4", "reservation_ended call a@4",
        "assigned x b@4"]  # fmt: skip


def test_a_fallen_reservation_gives_no_claim() -> None:
    """The reserved agent goes away: an earlier contact goes first, then another is reserved."""
    world = mixed_world()
    world.new("call", 1)
    world.do("advance", 11)
    assert world.do("presence", 12, agent="a", state="offline") == [
        "presence a@12", "requeued c0@12", "reservation_ended call a@12",
        "assigned c0 b@12", "reserved call b@12"]  # fmt: skip


def test_reservation_falls_by_deferral_and_by_exclusion() -> None:
    """Deferred: it falls; with a channel its timer is set anew from arrived_at."""
    channels = {"phone": {"cost": 2, "reserve_seconds": 0}, "sms": {"cost": 2,
                "reserve_seconds": 30}}  # fmt: skip
    world = World(channels=channels)
    world.agent("a", capacity=2)
    world.new("c0", 0, "chat")
    world.new("call", 1)
    assert world.do("defer", 2, "call", channel="sms") == [
        "deferred call@2", "reservation_ended call a@2"]  # fmt: skip
    assert world.do("release", 3, "call") == ["released call@3"]
    assert world.do("advance", 40) == ["reserved call a@31"]


def test_reservation_timer_anew_when_the_place_is_lost() -> None:
    """A transfer with keep_place false counts from now."""
    world = World(channels={"phone": {"cost": 2, "reserve_seconds": 10}})
    world.agent("a", capacity=2)
    world.new("1", 0)
    world.agent("b", capacity=2)
    world.new("c", 0, "chat")
    assert world.do("transfer", 30, "1", keep_place=False) == ["transferred 1 a@30"]
    assert world.do("advance", 50) == ["reserved 1 b@40"]


# ---------------------------------------------------------------- rules 12 and 13


def test_resume_counts_from_the_latest_abandonment() -> None:
    """Any number of times; a deferred one then waits; exclusions have gone on."""
    world = World(channels={"chat": {"offer_seconds": 9, "retry_seconds": 150}})
    world.agent("a")
    world.new("1", 0, "chat")
    world.do("decline", 0, "1", agent="a")
    world.do("defer", 0, "1", until=500)
    for at in (0, 60, 120):
        world.do("abandon", at, "1")
        resumed = world.do("resume", at + 60, "1")
        assert resumed[-1] == ("offered 1 a@180" if at == 120 else f"resumed 1@{at + 60}")
    world.do("abandon", 180, "1")
    assert world.refused("resume", 240.5, "1") == "IllegalTransitionError"
    assert world.do("advance", 600) == []


def test_precedence_of_errors() -> None:
    """Channel, contact, agent, duplicate, transition, value, full - in this order."""
    world = World(max_waiting=1, channels=CHAT_OFFER)
    world.agent("a")
    world.new("1", 0)
    world.new("2", 0)
    assert world.refused("defer", 1, "ghost", channel="y") == "UnknownChannelError"
    assert world.refused("assign", 1, "ghost", agent="nobody") == "UnknownContactError"
    assert world.refused("assign", 1, "1", agent="nobody") == "UnknownAgentError"
    assert world.refused("accept", 1, "1", agent="nobody") == "IllegalTransitionError"
    assert world.refused("update", 1, "1", priority=2**40) == "IllegalTransitionError"
    assert world.refused("defer", 1, "2", until=1) == "InvalidValueError"
    assert world.refused("update", 1, "2") == "InvalidValueError"
    three = {"id": "3", "channel": "phone"}
    assert world.refused("submit", 1, contact={**three, "priority": 2**40}) == "InvalidValueError"
    assert world.refused("submit", 1, contact=three) == "QueueFullError"
    assert world.refused("presence", 1, agent="nobody", state="x") == "UnknownAgentError"
    assert world.refused("presence", 1, agent="a", state="x") == "InvalidValueError"
    assert world.refused("complete", 1, "2", wrap_up_seconds=-1) == "IllegalTransitionError"
    assert world.refused("complete", 1, "1", wrap_up_seconds=-1) == "InvalidValueError"


def test_max_waiting_counts_deferred_and_preferences() -> None:
    """A free agent whom the contact does not wait for is no help; resume is never refused."""
    world = World(max_waiting=1)
    world.agent("a", capacity=1)
    world.agent("b", presence="away")
    world.new("d", 0, not_before=50)
    wish = {"agent": "b", "seconds": 5, "skip_if_away": False}
    spec = {"id": "1", "channel": "phone"}
    assert world.refused("submit", 1, contact={**spec, "prefer": wish}) == "QueueFullError"
    assert world.refused("submit", 1, contact={**spec, "not_before": 9}) == "QueueFullError"
    assert world.new("1", 1, not_before=1)[-1] == "assigned 1 a@1"
    world.do("release", 2, "d")
    world.do("abandon", 2, "d")
    world.new("2", 3)
    world.do("resume", 4, "d")
    assert world.waiting() == ["d", "2"]


def test_reservations_are_one_an_agent_by_load_then_idle_order() -> None:
    """The lowest used / capacity, then idle order; an agent holds one reservation."""
    world = World(channels={"phone": {"cost": 4, "reserve_seconds": 0}, "chat": {"cost": 1}})
    for name, capacity in (("a", 4), ("b", 8), ("c", 5), ("d", 4)):
        world.agent(name, capacity=capacity, channels=["phone", "chat"])
    work = (("b", 5), ("d", 1), ("a", 1), ("c", 2))  # loads: b 5/8, d 1/4, a 1/4, c 2/5
    for name, count in work:
        for number in range(count):
            contact_id = f"{name}{number}"
            world.new(contact_id, 0, "chat", not_before=50)
            world.do("assign", 0, contact_id, agent=name)
    for number, name in enumerate(("d", "a", "c", "b")):
        assert world.new(f"r{number}", 1)[-1] == f"reserved r{number} {name}@1"
    assert world.new("r4", 1) == ["queued r4@1"]
    assert world.do("cancel", 2, "r0") == [
        "cancelled r0@2", "reservation_ended r0 d@2", "reserved r4 d@2"]  # fmt: skip


def test_reservation_outlives_away_while_offered() -> None:
    """It falls only while the contact waits, or with its agent removed."""
    channels = {"phone": {"cost": 2, "reserve_seconds": 0, "offer_seconds": 9}}
    for removed in (False, True):
        world = World(channels=channels)
        world.agent("a", capacity=2)
        world.new("c0", 0, "chat")
        world.new("call", 1)
        world.agent("b", 2, capacity=2)
        assert world.do("presence", 3, agent="a", state="away") == ["presence a@3"]
        if removed:
            assert world.do("remove_agent", 4, agent="a")[2:] == [
                "reservation_ended call a@4", "agent_removed a@4"]  # fmt: skip
            continue
        assert world.do("decline", 4, "call", agent="b") == [
            "declined call b@4", "requeued call@4", "reservation_ended call a@4"]  # fmt: skip


def test_expiry_timer_is_void_after_accept_and_acts_while_deferred() -> None:
    """Once taken it never acts; deferred it acts; it counts from the submit."""
    world = World(channels=CHAT_OFFER)
    world.agent("a")
    world.new("1", 0, "chat", expire_seconds=5)
    world.do("accept", 3, "1", agent="a")
    world.new("2", 3, arrived_at=0, expire_seconds=3)
    world.do("defer", 4, "2")
    assert world.do("presence", 4, agent="a", state="away") == ["presence a@4"]
    world.do("transfer", 4, "1")
    assert world.do("advance", 50) == ["expired 2@6"]


def test_abandon_ends_the_preference() -> None:
    """Back again, the contact may go to anyone."""
    world = World()
    world.agent("a")
    world.new("busy", 0)
    world.new("1", 1, prefer={"agent": "a", "seconds": 50})
    world.agent("b", 2, channels=["phone"])
    world.do("abandon", 3, "1")
    assert world.do("resume", 4, "1") == ["resumed 1@4", "assigned 1 b@4"]


def test_becoming_ready_renews_the_stamp() -> None:
    """The agent is now the last in idle order."""
    world = World()
    world.agent("a")
    world.agent("b")
    world.do("presence", 1, agent="a", state="away")
    world.do("presence", 2, agent="a", state="ready")
    assert world.new("1", 3)[-1] == "assigned 1 b@3"


def test_defaults() -> None:
    """max_misses 1, retry 60, resume 60; equal relaxation times are in order."""
    world = World(channels={"chat": {"offer_seconds": 5}})
    world.agent("a")
    steps = [{"after_seconds": 5, "skills": {"x": n}} for n in (2, 1)]
    world.new("1", 0, "chat")
    world.new("2", 0, skills={"x": 3}, relax=steps)
    assert world.do("advance", 5)[:3] == ["offer_expired 1 a@5", "requeued 1@5", "presence a@5"]
    assert world.next_timer() == 65
    assert world.do("update", 6, "2", priority=1) and world.events[0]["skills"] == {"x": 1}


# ---------------------------------------------------------------- rule 14: own costs


def test_14_own_cost_above_the_capacity() -> None:
    """Such an agent could not serve the contact even when empty: no preference, no assign."""
    world = World()
    world.agent("a", capacity=2, costs={"phone": 3})
    assert world.new("1", 0, prefer={"agent": "a", "seconds": 5}) == ["queued 1@0"]
    assert world.refused("assign", 1, "1", agent="a") == "IllegalTransitionError"


def test_14_own_costs_count_in_reservations() -> None:
    """The lowest used / capacity is b's; by the channel's cost a would come first."""
    world = World(channels={"phone": {"cost": 4, "reserve_seconds": 0}})
    world.agent("a", capacity=4, costs={"email": 3})
    world.agent("b", capacity=4)
    world.new("e1", 0, "email")
    world.new("e2", 0, "email")
    assert world.new("p1", 1) == ["queued p1@1", "reserved p1 b@1"]
