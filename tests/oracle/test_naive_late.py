"""The naive router: rules 7 to 13 of the contract on their own, and further details."""

from __future__ import annotations

from oracle.naive_values import Json
from oracle.naive_world import CHAT_OFFER, World

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


def test_away_keeps_work_and_wrap_up_holds_room() -> None:
    """Away: work goes on; a wrap-up uses its cost until it ends; the stamp is renewed then."""
    world = World(channels={"phone": {"wrap_up_seconds": 5}})
    world.agent("a")
    world.new("1", 0)
    assert world.do("presence", 1, agent="a", state="away") == ["presence a@1"]
    assert world.do("complete", 2, "1") == ["completed 1 a@2"]
    assert world.do("presence", 3, agent="a", state="ready") == ["presence a@3"]
    assert world.do("presence", 3, agent="a", state="ready") == []
    assert world.new("2", 4) == ["queued 2@4"]
    assert world.do("advance", 7) == ["wrap_up_ended 1 a@7", "assigned 2 a@7"]


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


def test_reservation_goes_to_the_least_loaded_and_holds() -> None:
    """The agent takes nothing else; when room comes the contact goes to it."""
    world = mixed_world()
    assert world.new("call", 1) == ["queued call@1"]
    assert world.do("advance", 11) == ["reserved call a@11"]
    assert world.new("x", 12, "chat")[-1] == "assigned x b@12"  # a is kept free
    assert world.new("y", 12, "chat") == ["queued y@12"]
    assert world.do("complete", 13, "c0") == ["completed c0 a@13", "assigned call a@13"]
    assert world.do("complete", 14, "call") == ["completed call a@14", "assigned y a@14"]


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


def test_reservation_falls_and_is_made_anew_before_matching() -> None:
    """The reserved agent goes away: another is reserved before its work is matched again."""
    world = mixed_world()
    world.new("call", 1)
    world.do("advance", 11)
    assert world.do("presence", 12, agent="a", state="offline") == [
        "presence a@12", "requeued c0@12", "reservation_ended call a@12",
        "reserved call b@12"]  # fmt: skip
    assert world.waiting() == ["c0", "call"]  # b has room for c0, but is kept free


def test_reservation_ends_with_its_agent_removed() -> None:
    """reservation_ended, then agent_removed, then a new one before matching."""
    world = mixed_world()
    world.new("call", 1)
    world.do("advance", 11)
    assert world.do("remove_agent", 12, agent="a") == [
        "presence a@12", "requeued c0@12", "reservation_ended call a@12", "agent_removed a@12",
        "reserved call b@12"]  # fmt: skip


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


def test_ids_and_bad_values() -> None:
    """Ids are not used twice, a refused submit leaves its id free; values are checked."""
    world = World()
    bad: list[Json] = [
        {"skills": {"x": 0}}, {"skills": {"x": True}}, {"skills": {"x": 1.5}},
        {"skills": {"x": 1_000_001}}, {"skills": {" ": 1}}, {"priority": 2**31 + 1},
        {"arrived_at": 1.5}, {"expire_seconds": -1}, {"target_seconds": float("inf")},
        {"prefer": {"agent": "a", "seconds": -1}}, {"not_before": float("nan")},
        {"skills": {"x": 1}, "relax": [{"after_seconds": 1, "skills": {"x": 2}}]},
        {"relax": [{"after_seconds": n, "skills": {}} for n in (2, 1)]},
        {"skills": {"x": 2}, "relax": [{"after_seconds": n, "skills": {"x": n}} for n in (1, 2)]},
    ]  # fmt: skip
    for fields in bad:
        contact = {"id": "1", "channel": "phone", **fields}
        assert world.refused("submit", 1, contact=contact) == "InvalidValueError", fields
    assert world.refused("submit", 1, contact={"id": " ", "channel": "phone"}) == (
        "InvalidValueError")  # fmt: skip
    world.new("1", 1, priority=2**31)
    world.do("cancel", 1, "1")
    again = {"id": "1", "channel": "phone", "priority": 2**40}
    assert world.refused("submit", 2, contact=again) == "DuplicateContactError"
    assert world.refused("submit", 2, contact={**again, "channel": "y"}) == "UnknownChannelError"
    for agent in ({"capacity": -1}, {"skills": {"x": 0}}, {"limits": {"chat": -1}},
                  {"capacity": True}, {"presence": "asleep"}):  # fmt: skip
        assert world.refused("add_agent", 2, agent={"id": "a", **agent}) == "InvalidValueError"
    assert world.refused("add_agent", 2, agent={"id": "a", "limits": {"y": 1}}) == (
        "UnknownChannelError")  # fmt: skip


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


def test_assign_fits_or_is_illegal() -> None:
    """By hand: no offer, past exclusion, preference, reservation; but the room counts."""
    world = mixed_world()
    world.new("call", 1, arrived_at=-20)  # reserves a
    world.new("m", 1, "email", skills={"x": 1}, not_before=99)
    assert world.refused("assign", 2, "call", agent="a") == "IllegalTransitionError"
    assert world.refused("assign", 2, "m", agent="a") == "IllegalTransitionError"
    world.do("update", 2, "m", skills={})
    assert world.do("assign", 3, "m", agent="a") == ["assigned m a@3"]
    assert world.events[0]["by_hand"] is True
    assert world.do("advance", 120) == []


# ---------------------------------------------------------------- further details


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


def test_assign_needs_a_ready_agent() -> None:
    """Not one who is away."""
    world = World()
    world.agent("a", presence="away")
    world.new("1", 0)
    assert world.refused("assign", 1, "1", agent="a") == "IllegalTransitionError"


def test_becoming_ready_renews_the_stamp() -> None:
    """The agent is now the last in idle order."""
    world = World()
    world.agent("a")
    world.agent("b")
    world.do("presence", 1, agent="a", state="away")
    world.do("presence", 2, agent="a", state="ready")
    assert world.new("1", 3)[-1] == "assigned 1 b@3"


def test_wrap_up_until_finished_by_command_and_none_from_parked() -> None:
    """An explicit null: until finished. From parked there is none."""
    world = World()
    world.agent("a")
    world.new("1", 0)
    world.do("complete", 1, "1", wrap_up_seconds=None)
    assert world.do("advance", 5000) == [] and world.state_of("1") == "wrap_up"
    world.do("finish_wrap_up", 5000, "1")
    world.new("2", 5001)
    world.do("park", 5002, "2")
    assert world.do("complete", 5003, "2", wrap_up_seconds=9) == ["completed 2@5003"]
    assert world.state_of("2") == "completed" and world.next_timer() is None


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


def test_update_agent_keeps_work_and_opens_room() -> None:
    """Those fields are replaced; work stays; new work only where it fits."""
    world = World()
    world.agent("a", capacity=2, skills={"x": 1})
    world.new("1", 0, skills={"x": 1})
    world.new("2", 0, skills={"x": 2})
    fields = {"id": "a", "skills": {"x": 2}}
    assert world.do("update_agent", 1, agent=fields) == ["agent_updated a@1", "assigned 2 a@1"]
    assert world.events[0]["capacity"] == 2
    assert world.do("update_agent", 2, agent={"id": "a", "capacity": 1}) == ["agent_updated a@2"]
    world.do("complete", 3, "1")
    assert world.new("3", 4) == ["queued 3@4"]
    world.do("complete", 5, "2")
    assert world.state_of("3") == "active"
