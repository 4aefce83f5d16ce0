"""Interrupting in the naive router (rule 15): small plays worked on paper."""

from __future__ import annotations

import pytest

from oracle.naive_values import Json
from oracle.naive_world import World

# E-mails make room for phone calls; a call takes an agent of capacity 3 whole.
MAIL: Json = {"email": {"interrupted_by": ["phone"]}, "phone": {"cost": 3}}
ASKED: Json = {"email": {"interrupted_by": ["phone"]},
               "phone": {"cost": 3, "offer_seconds": 5, "retry_seconds": 0}}  # fmt: skip


def at_a_call(channels: Json = MAIL, capacity: int = 3, **settings: object) -> World:
    """Agent a has e1 in hand, interrupted at 1 by the call p1."""
    world = World(channels=channels, **settings)  # type: ignore[arg-type]
    world.agent("a", capacity=capacity)
    world.new("e1", 0, "email")
    events = world.new("p1", 1, "phone")
    assert events[1] == "interrupted e1 a by p1@1"
    return world


# ---------------------------------------------------------------- a: room


def test_15a_offers_and_wrap_ups_do_not() -> None:
    """A call waits for the answer to an offered e-mail, and for the end of a wrap-up."""
    channels: Json = {**MAIL, "email": {**MAIL["email"], "offer_seconds": 9}}
    world = World(channels=channels)
    world.agent("a", capacity=3)
    world.new("e1", 0, "email")
    assert world.new("p1", 1) == ["queued p1@1"]
    assert world.do("accept", 2, "e1", agent="a") == [
        "assigned e1 a@2", "interrupted e1 a by p1@2", "assigned p1 a@2"]  # fmt: skip
    world = World(channels=MAIL)
    world.agent("a", capacity=3)
    world.new("e1", 0, "email")
    world.do("complete", 1, "e1", wrap_up_seconds=None)
    assert world.new("p1", 2) == ["queued p1@2"]
    assert world.do("finish_wrap_up", 3, "e1") == ["wrap_up_ended e1 a@3", "assigned p1 a@3"]


def test_15a_the_interrupted_go_on_using_room() -> None:
    """A fax would fit beside the call (3 + 1 of 4), not beside call and e-mail (3 + 2)."""
    channels: Json = {"email": {**MAIL["email"], "cost": 2}, "phone": {"cost": 3}}
    world = at_a_call(channels, capacity=4)
    assert world.new("f1", 2, "fax") == ["queued f1@2"]
    assert world.refused("assign", 2, "f1", agent="a") == "IllegalTransitionError"
    assert world.do("complete", 3, "e1") == ["completed e1 a@3", "assigned f1 a@3"]


def test_15a_limits_count_the_interrupted() -> None:
    """E-mails and calls interrupt each other; with a limit of 1, e1 keeps e2 out."""
    channels: Json = {"email": {"interrupted_by": ["phone"]},
                      "phone": {"cost": 3, "interrupted_by": ["email"]}}  # fmt: skip
    world = at_a_call(channels)
    world.do("update_agent", 2, agent={"id": "a", "limits": {"email": 1}})
    assert world.new("e2", 3, "email") == ["queued e2@3"]
    assert world.refused("assign", 3, "e2", agent="a") == "IllegalTransitionError"
    fields: Json = {"id": "a", "limits": None}  # now e1 fits beside e2, and is taken up again
    assert world.do("update_agent", 4, agent=fields) == [
        "agent_updated a@4", "interrupted p1 a by e2@4", "assigned e2 a@4",
        "continued e1 a@4"]  # fmt: skip


def test_15a_reserved_agents_are_not_interrupted() -> None:
    """The chat has no room and reserves a; the call, which would interrupt e1, waits."""
    world = World(channels={**MAIL, "chat": {"cost": 3, "reserve_seconds": 0}})
    world.agent("a", capacity=3)
    world.new("e1", 0, "email")
    assert world.new("c1", 1, "chat") == ["queued c1@1", "reserved c1 a@1"]
    assert world.new("p1", 2) == ["queued p1@2"]
    assert world.do("complete", 3, "e1") == ["completed e1 a@3", "assigned c1 a@3"]


def test_15a_used_counts_the_interrupted() -> None:
    """Least loaded: a uses 2 + 3 of 4, b 3 + 1 of 4; longest idle, a has the older stamp."""
    channels: Json = {"email": {"cost": 2, "interrupted_by": ["phone"]},
                      "phone": {"cost": 3, "interrupted_by": ["chat"]}}  # fmt: skip
    loaded = ["interrupted p2 b by c1@4", "assigned c1 b@4"]
    idle = ["assigned c1 a@4"]  # it fits beside p1
    for selection, expected in (("least-loaded", loaded), ("longest-idle", idle)):
        world = at_a_call(channels, capacity=4, selection=selection)
        world.agent("b", 2, capacity=4)
        assert world.new("p2", 3)[-1] == "assigned p2 b@3"
        assert world.new("f1", 3, "fax")[-1] == "assigned f1 b@3"
        assert world.used(world.agents[0]) == 5
        assert world.new("c1", 4, "chat")[1:] == expected


# ---------------------------------------------------------------- b: who gets it


def test_15b_beside_everything_counts_the_interrupted() -> None:
    """c1 would fit beside a's call, not beside a's interrupted e-mail too: b comes first."""
    channels: Json = {"email": {"cost": 2, "interrupted_by": ["phone", "chat"]},
                      "phone": {"cost": 3}}  # fmt: skip
    world = at_a_call(channels, capacity=4, selection="most-skilled")
    world.do("update_agent", 2, agent={"id": "a", "skills": {"x": 5}})
    world.agent("b", 2, capacity=1, skills={"x": 1})
    assert world.new("c1", 3, "chat", skills={"x": 1}) == ["queued c1@3", "assigned c1 b@3"]
    # 15c: with b full it is a's; it fits beside the call: nothing is interrupted
    assert world.new("c2", 4, "chat", skills={"x": 1}) == ["queued c2@4", "assigned c2 a@4"]


# ---------------------------------------------------------------- c: who is interrupted


def test_15c_kept_in_queue_order() -> None:
    """By priority: one of three e-mails fits beside the call, and it is the most urgent."""
    world = World(order="priority", channels={**MAIL, "phone": {"cost": 2}})
    world.agent("a", capacity=3)
    world.new("e1", 0, "email")
    world.new("e2", 0, "email", priority=5)
    world.new("e3", 0, "email", priority=1)
    assert world.new("p1", 1) == [
        "queued p1@1", "interrupted e3 a by p1@1", "interrupted e1 a by p1@1",
        "assigned p1 a@1"]  # fmt: skip


def test_15c_the_interrupted_take_no_room_from_those_kept_on() -> None:
    """Of 8: f1 (2) and p1 (3) leave 3; e1 (2) is kept, s1 (3) is not; c1 (3) is out already."""
    yields: Json = {"interrupted_by": ["phone", "fax"]}
    world = World(channels={"email": {**yields, "cost": 2}, "sms": {**yields, "cost": 3},
                            "chat": {"cost": 3, "interrupted_by": ["phone"]},
                            "phone": {"cost": 3}, "fax": {"cost": 2}})  # fmt: skip
    world.agent("a", capacity=8)
    for name, channel in (("e1", "email"), ("s1", "sms"), ("c1", "chat")):
        world.new(name, 0, channel)
    assert world.new("p1", 1) == ["queued p1@1", "interrupted c1 a by p1@1", "assigned p1 a@1"]
    assert world.new("f1", 2, "fax") == [
        "queued f1@2", "interrupted s1 a by f1@2", "assigned f1 a@2"]  # fmt: skip


@pytest.mark.parametrize("do", ["complete", "nothing"])
def test_15c_offers_and_wrap_ups_are_not_interrupted(do: str) -> None:
    """Of 4: e2 in wrap-up (or offered) stays beside the call; e1, older and active, goes."""
    channels: Json = {**MAIL, "email": {**MAIL["email"], "offer_seconds": 99}}
    world = World(channels=channels)
    world.agent("a", capacity=4)
    world.new("e1", 0, "email")
    world.do("accept", 0, "e1", agent="a")
    world.new("e2", 0, "email")
    if do == "complete":
        world.do("accept", 0, "e2", agent="a")
        world.do("complete", 0, "e2", wrap_up_seconds=None)
    assert world.new("p1", 1) == [
        "queued p1@1", "interrupted e1 a by p1@1", "assigned p1 a@1"]  # fmt: skip
    assert world.state_of("e2") == ("wrap_up" if do == "complete" else "offered")


def test_15c_by_hand() -> None:
    """A supervisor's assign interrupts likewise."""
    world = World(channels=ASKED)
    world.agent("a", capacity=3)
    world.new("e1", 0, "email")
    world.new("p1", 1, not_before=9)
    assert world.do("assign", 2, "p1", agent="a") == [
        "interrupted e1 a by p1@2", "assigned p1 a@2"]  # fmt: skip


# ---------------------------------------------------------------- d: taken up again


def test_15d_after_matching() -> None:
    """The next call comes before the e-mail; a fax that fits beside it is given first."""
    world = at_a_call()
    world.new("p2", 2)
    world.new("f1", 2, "fax")
    assert world.do("complete", 3, "p1") == ["completed p1 a@3", "assigned p2 a@3"]
    assert world.do("complete", 4, "p2") == [
        "completed p2 a@4", "assigned f1 a@4", "continued e1 a@4"]  # fmt: skip
    assert world.state_of("e1") == "active"


def test_15d_over_all_agents() -> None:
    """p2 goes from a to b: e1 and f2 fit again, and come in queue order, whoever has them."""
    yields: Json = {"interrupted_by": ["phone"]}
    channels: Json = {"email": {**yields, "cost": 3}, "fax": yields,
                      "phone": {"cost": 2, "offer_seconds": 9}}  # fmt: skip
    world = World(order="priority", channels=channels)
    world.agent("a", capacity=3)
    world.new("e1", 0, "email", priority=1)
    world.agent("b", capacity=5)
    world.new("e2", 0, "email", priority=3)
    world.new("f2", 0, "fax", priority=2)
    world.do("presence", 1, agent="a", state="away")
    world.new("p1", 1)
    assert world.events[1]["contact"] == "f2"
    world.do("accept", 2, "p1", agent="b")
    world.do("presence", 3, agent="a", state="ready")
    assert world.new("p2", 3, prefer={"agent": "a", "seconds": 9})[2:] == [
        "interrupted e1 a by p2@3", "offered p2 a@3"]  # fmt: skip
    assert world.do("decline", 4, "p2", agent="a") == [
        "declined p2 a@4", "requeued p2@4", "interrupted e2 b by p2@4", "offered p2 b@4",
        "continued f2 b@4", "continued e1 a@4"]  # fmt: skip


def test_15d_a_later_one_may_fit_where_an_earlier_does_not() -> None:
    """Of 5: p2 drives e1 (3) out, and f1 (1), which p1 had driven out, fits again."""
    yields: Json = {"interrupted_by": ["phone"]}
    world = World(channels={"email": {**yields, "cost": 3}, "fax": yields, "phone": {"cost": 2}})
    world.agent("a", capacity=5)
    world.new("e1", 0, "email")
    world.new("f1", 0, "fax")
    assert world.new("p1", 1)[1:] == ["interrupted f1 a by p1@1", "assigned p1 a@1"]
    assert world.new("p2", 2)[1:] == [
        "interrupted e1 a by p2@2", "assigned p2 a@2", "continued f1 a@2"]  # fmt: skip


def test_15d_an_agent_with_nothing_else_takes_up_the_first() -> None:
    """Though the capacity has become too small for it; not the second, and limits do not count."""
    world = World(channels={**MAIL, "email": {**MAIL["email"], "cost": 2}, "phone": {"cost": 4}})
    world.agent("a", capacity=4)
    world.new("e1", 0, "email")
    world.new("e2", 0, "email")
    world.new("p1", 1)
    fields: Json = {"id": "a", "capacity": 1, "limits": {"email": 0}}
    assert world.do("update_agent", 2, agent=fields) == ["agent_updated a@2"]
    assert world.do("complete", 3, "p1") == ["completed p1 a@3", "continued e1 a@3"]
    world.do("presence", 4, agent="a", state="away")
    assert world.do("complete", 4, "e1") == ["completed e1 a@4", "continued e2 a@4"]


def test_15d_away_too() -> None:
    """An agent who is away goes on with what was interrupted."""
    world = at_a_call()
    assert world.do("presence", 2, agent="a", state="away") == ["presence a@2"]
    assert world.do("complete", 3, "p1") == ["completed p1 a@3", "continued e1 a@3"]


def test_15d_no_stamp_is_renewed() -> None:
    """The call offered to a was abandoned: a is still the first in idle order."""
    world = World(channels=ASKED)
    for name, mail in (("a", "e1"), ("b", "e2")):
        world.agent(name, capacity=3)
        world.new(mail, 0, "email")
    assert world.new("p1", 1)[1:] == ["interrupted e1 a by p1@1", "offered p1 a@1"]
    assert world.do("abandon", 2, "p1") == [
        "offer_revoked p1 a@2", "abandoned p1@2", "continued e1 a@2"]  # fmt: skip
    assert world.new("p2", 3)[1:] == ["interrupted e1 a by p2@3", "offered p2 a@3"]
    assert world.do("decline", 4, "p2", agent="a") == [
        "declined p2 a@4", "requeued p2@4", "interrupted e2 b by p2@4", "offered p2 b@4",
        "continued e1 a@4"]  # fmt: skip


def test_15d_no_misses_are_forgiven() -> None:
    """The second offer missed in a row sets the agent away, whatever was taken up between."""
    world = World(channels={**ASKED, "phone": {**ASKED["phone"], "max_misses": 2}})
    world.agent("a", capacity=3)
    world.new("e1", 0, "email")
    world.new("p1", 1)
    assert world.do("advance", 12) == [
        "offer_expired p1 a@6", "requeued p1@6", "continued e1 a@6",
        "exclusion_ended p1 a@6", "interrupted e1 a by p1@6", "offered p1 a@6",
        "offer_expired p1 a@11", "requeued p1@11", "presence a@11", "continued e1 a@11",
        "exclusion_ended p1 a@11"]  # fmt: skip


# ---------------------------------------------------------------- e: commands


def test_15e_complete_without_a_wrap_up() -> None:
    """Whatever the channel or the command says; a value that cannot be right is still refused."""
    world = at_a_call({**MAIL, "email": {**MAIL["email"], "wrap_up_seconds": 30}})
    assert world.refused("complete", 2, "e1", wrap_up_seconds=-1) == "InvalidValueError"
    assert world.do("complete", 2, "e1", wrap_up_seconds=9) == ["completed e1 a@2"]
    assert world.events[0]["wrap_up_seconds"] == 0
    assert world.state_of("e1") == "completed" and world.next_timer() is None
    assert world.used(world.agents[0]) == 3


def test_15e_park_and_transfer() -> None:
    """Parked, reopened, sent on: not back to a, whose only room now is e1's own."""
    world = at_a_call()
    assert world.do("park", 2, "e1") == ["parked e1 a@2"]
    assert world.do("reopen", 3, "e1") == ["reopened e1@3"]
    world.do("update_agent", 4, agent={"id": "a", "capacity": 4})
    assert world.state_of("e1") == "active"
    world.do("update_agent", 5, agent={"id": "a", "capacity": 3})
    world.do("park", 6, "p1")
    assert world.do("reopen", 7, "p1")[1] == "interrupted e1 a by p1@7"
    assert world.do("transfer", 8, "e1") == ["transferred e1 a@8"]
    assert world.do("complete", 9, "p1") == ["completed p1 a@9"]  # barred
    assert world.agent("b", 10)[-1] == "assigned e1 b@10"


@pytest.mark.parametrize("do", ["complete", "park", "transfer"])
def test_15e_the_stamp_is_renewed(do: str) -> None:
    """The end of the interrupted work puts a behind b in idle order."""
    world = at_a_call()
    world.do("update_agent", 2, agent={"id": "a", "channels": ["fax", "phone"], "capacity": 5,
                                       "costs": {"phone": 5}})  # fmt: skip
    world.agent("b", 3, capacity=3, limits={"email": 1})
    world.new("e2", 3, "email")
    assert world.do(do, 4, "e1")[0].endswith("e1 a@4")
    world.do("update_agent", 5, agent={"id": "a", "costs": {}})
    assert world.new("f1", 6, "fax")[-1] == "assigned f1 b@6"


# ---------------------------------------------------------------- f: presence


def test_15f_offline_requeues_in_one_queue_order() -> None:
    """Active and interrupted contacts alike; by priority the active one stands between."""
    world = World(order="priority", channels={**MAIL, "phone": {"cost": 3}})
    world.agent("a", capacity=3)
    world.new("e1", 0, "email", priority=1)
    world.new("e2", 0, "email", priority=3)
    world.new("p1", 1, priority=2)
    assert world.do("presence", 2, agent="a", state="offline") == [
        "presence a@2", "requeued e2@2", "requeued p1@2", "requeued e1@2"]  # fmt: skip
    assert world.waiting() == ["e2", "p1", "e1"]
    assert world.do("presence", 3, agent="a", state="ready") == [
        "presence a@3", "assigned e2 a@3", "interrupted e2 a by p1@3",
        "assigned p1 a@3"]  # fmt: skip


def test_15f_away_takes_back_the_offer_only() -> None:
    """The e-mail is not touched; with the offer gone it goes on."""
    world = World(channels=ASKED)
    world.agent("a", capacity=3)
    world.new("e1", 0, "email")
    world.new("p1", 1)
    assert world.do("presence", 2, agent="a", state="away") == [
        "presence a@2", "offer_revoked p1 a@2", "requeued p1@2", "continued e1 a@2"]  # fmt: skip


# ---------------------------------------------------------------- g and h: timers, updates


def test_15g_timers_are_as_for_an_active_contact() -> None:
    """Relaxation goes on; expiry is void, also after the agent went offline."""
    world = World(channels=MAIL)
    world.agent("a", capacity=3, skills={"x": 1})
    world.new("e1", 0, "email", skills={"x": 1}, expire_seconds=4,
              relax=[{"after_seconds": 3, "skills": {}}])  # fmt: skip
    world.new("p1", 1)
    assert world.do("advance", 5) == ["relaxed e1@3"]
    assert world.do("presence", 6, agent="a", state="offline") == [
        "presence a@6", "requeued e1@6", "requeued p1@6"]  # fmt: skip
    assert world.do("advance", 99) == []


def test_15h_update_interrupts_nothing() -> None:
    """A capacity too small for the work in hand, or dearer costs, leave it as it is."""
    world = World(channels=MAIL)
    world.agent("a", capacity=4)
    world.new("e1", 0, "email")
    world.new("p1", 1)
    for fields in ({"capacity": 1}, {"costs": {"email": 9, "phone": 9}}):
        assert world.do("update_agent", 2, agent={"id": "a", **fields}) == ["agent_updated a@2"]
    assert [world.state_of(name) for name in ("e1", "p1")] == ["active", "active"]


# ---------------------------------------------------------------- faults of a channel


@pytest.mark.parametrize("names", [["phone"], ["pigeon"], ["fax", "fax"], "fax", None, [1]])
def test_15_faults_of_a_channel(names: object) -> None:
    """Itself, an undeclared channel, one twice, no list of names."""
    with pytest.raises(ValueError, match="phone"):
        World(channels={"phone": {"interrupted_by": names}})
