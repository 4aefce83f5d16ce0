"""What explanations say: the next changes, hopelessness, other states, texts, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from core.worlds import ASKED, contact_in, router
from omniqueue import (
    Agent,
    Assigned,
    Channel,
    Contact,
    OmniqueueError,
    Preference,
    RelaxStep,
    Router,
)
from omniqueue.errors import InvalidValueError, UnknownAgentError, UnknownContactError
from omniqueue.insight import Obstacle


def in_way(made: Router, contact: str, agent: str) -> tuple[Obstacle, ...]:
    [found] = [e for e in made.explain(contact, agents=True).agents if e.agent == agent]
    return found.obstacles


def taker(made: Router, contact: str) -> str | None:
    """Who has it, offered or active."""
    view = made.contacts[contact]
    return view.agent if view.state in ("offered", "active") else None


# ------------------------------------------------------------ what comes next


def test_the_next_changes_are_the_timers_and_the_work_that_matter() -> None:
    made = router(Agent("ana", skills={"s": 1}), Agent("bob"), at=0)
    made.submit(Contact("a", "phone", skills={"s": 1}), at=0)
    made.complete("a", at=1, wrap_up_seconds=30)
    made.submit(Contact("b", "fax"), at=2)
    steps = [RelaxStep(50, {})]
    wanted = Contact(
        "c", "asked", skills={"s": 1}, relax=steps, expire_seconds=90, prefer=Preference("ana", 9)
    )
    made.submit(wanted, at=3)
    told = made.explain("c")
    assert dict(told.work) == {"ana": ("a",)}
    assert [(e.at, e.what, e.agent) for e in told.next_changes] == [
        (12.0, "preference", "ana"),
        (31.0, "wrap_up", "ana"),
        (53.0, "relaxation", None),
        (93.0, "expiry", None),
    ]
    assert told.next_changes[0].at == made.next_timer
    assert not told.hopeless
    assert told.lines[-1] == "  or when work ends: ana (a)"
    made.advance(at=31)
    assert taker(made, "c") == "ana"
    made.decline("c", "ana", at=32)
    told = made.explain("c")
    assert [e.what for e in told.next_changes] == ["relaxation", "exclusion", "expiry"]
    assert in_way(made, "c", "ana")[0].until == 92.0


def test_many_changes_are_cut_in_the_text_only() -> None:
    made = router()
    steps = [RelaxStep(n, {}) for n in range(8)]
    made.submit(Contact("c", "fax", relax=steps), at=-1)
    told = made.explain("c")
    assert len(told.next_changes) == 8
    assert "  and 3 more timers" in told.lines


@pytest.mark.parametrize(
    ("agent", "presence", "contact", "hopeless"),
    [
        (Agent("a"), "ready", Contact("c", "fax"), None),
        (Agent("a"), "away", Contact("c", "fax"), False),
        (Agent("a"), "offline", Contact("c", "fax"), True),
        (Agent("a", capacity=0), "ready", Contact("c", "fax"), True),
        (Agent("a", limits={"fax": 0}), "ready", Contact("c", "fax"), True),
        (Agent("a", channels=["chat"]), "ready", Contact("c", "fax"), True),
        (Agent("a"), "ready", Contact("c", "fax", skills={"s": 1}), True),
        (
            Agent("a"),
            "ready",
            Contact("c", "fax", skills={"s": 1}, relax=[RelaxStep(5, {})]),
            False,
        ),
        (
            Agent("a"),
            "ready",
            Contact("c", "fax", skills={"s": 1}, relax=[RelaxStep(5, {})], expire_seconds=4),
            True,
        ),
        (
            Agent("a", channels=["chat"]),
            "ready",
            Contact("c", "fax", skills={"s": 1}, relax=[RelaxStep(5, {})]),
            True,
        ),
    ],
)
def test_hopeless_is_said_plainly(
    agent: Agent, presence: Any, contact: Contact, hopeless: bool | None
) -> None:
    made = router(at=0)
    made.add_agent(agent, at=0, presence=presence)
    made.submit(contact, at=0)
    told = made.explain("c")
    if hopeless is None:  # taken
        assert told.position is None
        assert told.text == "c (fax) at 0: active with a since 0"
        return
    assert told.hopeless is hopeless
    assert ("nobody signed in could ever take it" in told.text) is hopeless


def test_who_sent_it_on_alone_makes_it_hopeless() -> None:
    made = router(Agent("ana"))
    made.submit(Contact("c", "phone"), at=0)
    made.transfer("c", at=1)
    assert made.explain("c").hopeless
    assert in_way(made, "c", "ana")[0].text == "sent it on"


STATES = ["offered", "active", "interrupted", "parked", "wrap_up", "completed"]


@pytest.mark.parametrize("state", STATES)
def test_other_states_are_said_and_nothing_else(state: str) -> None:
    told = contact_in(state).explain("c", agents=True)
    assert told.state == state
    assert told.groups == told.agents == told.next_changes == ()  # type: ignore[comparison-overlap]
    assert len(told.lines) == 1
    assert state in told.text


def test_since_is_when_it_came_to_its_state() -> None:
    made = router(Agent("ana"), channels=[Channel("phone", offer_seconds=20, wrap_up_seconds=9)])
    made.submit(Contact("c", "phone"), at=4)
    made.accept("c", "ana", at=8)
    assert made.explain("c").text == "c (phone) at 8: active with ana since 8 (arrived at 4)"
    made.submit(Contact("d", "phone"), at=9)
    made.defer("d", at=15, until=100)
    assert made.explain("d").lines[0] == (
        "d (phone) at 15: deferred since 15 until 100 (arrived at 9),"
        " would be place 1 of 1 waiting, 1 of 1 of its kind"
    )
    made.complete("c", at=16)
    told = made.explain("c")
    assert (told.since, told.until) == (16.0, 25.0)
    assert told.text == "c (phone) at 16: wrap_up with ana since 16 until 25 (arrived at 4)"


def test_presence_is_said_of_the_agent_and_not_of_contacts() -> None:
    made = router()
    made.submit(Contact("x", "fax"), at=1)
    made.add_agent(Agent("di"), at=2, presence="offline")
    assert made.explain_agent("di").lines[1] == "  1 waits, but di is not signed in"
    made.submit(Contact("y", "fax"), at=3)
    made.set_presence("di", "away", at=4, reason="lunch")
    assert made.explain_agent("di").lines[1] == "  2 wait, but di is away (lunch)"


def test_texts_of_groups_and_obstacles() -> None:
    made = router(*(Agent(f"a{n}", skills={"s": 1}) for n in range(3)))
    made.add_agent(Agent("z", capacity=3, limits={"fax": 1}), at=0)
    for n in range(4):
        made.submit(Contact(f"c{n}", "fax"), at=n)
    made.submit(Contact("c", "fax", skills={}), at=5)
    made.set_presence("a1", "away", at=6, reason="lunch")
    lines = made.explain("c").lines
    assert lines[0] == "c (fax) at 6: waiting since 5, place 1 of 1 waiting, 1 of 1 of its kind"
    assert lines[1] == (
        "  3 agents like a0 (s 1, capacity 1): 1 away (a1 is away (lunch)),"
        " 2 have no room (a0 no room: 0 free, 1 needed, holds c0)"
    )
    assert lines[2] == (
        "  z (no skills, capacity 3): 1 is at a limit (z at its limit of 1 on fax: holds c3)"
    )
    many = Obstacle("room", needed=1, held=0, work=tuple("abcdefgh"))
    assert many.text == "no room: 0 free, 1 needed, holds a, b, c, d, e and 3 more"
    assert Obstacle("deferred").text == "it is deferred until released"


def test_lacking_skills_are_said_of_one_and_of_several() -> None:
    made = router(*(Agent(f"a{n}", skills={"s": 1}) for n in range(3)))
    made.add_agent(Agent("z", skills={"t": 1}, channels=["fax"]), at=0)
    made.submit(Contact("c0", "phone", skills={"t": 2}), at=1)
    lines = made.explain("c0").lines
    assert lines[2:] == (
        "  3 agents like a0 (s 1, capacity 1): 3 lack a skill (a0 lacks t at level 2 (has none))",
        "  z (t 1, capacity 1): 1 does not take it (z does not take phone)",
    )
    made.submit(Contact("c1", "fax", skills={"t": 2}), at=2)
    z = "z (t 1, capacity 1): 1 lacks a skill (z lacks t at level 2 (has 1))"
    assert z in made.explain("c1").text
    assert made.explain_agent("a0").lines[1] == (
        "  2 need a skill (c0: a0 lacks t at level 2 (has none))"
    )


# ------------------------------------------------------------ interrupting, own costs

MAIL = Channel("mail", cost=2, interrupted_by=["phone"], wrap_up_seconds=9)


def test_work_that_it_may_interrupt_is_not_in_its_way() -> None:
    """A call that needs 3 finds a mail (2, on), a mail that is wrapped up (2), a chat (1)."""
    made = router(channels=[MAIL, Channel("phone", cost=3)])
    made.add_agent(Agent("ana", capacity=5), at=0)
    for name, channel in [("m0", "mail"), ("m1", "mail"), ("chat", "chat")]:
        made.submit(Contact(name, channel), at=0)
    made.complete("m0", at=1)
    made.submit(Contact("call", "phone"), at=2)
    made.submit(Contact("m2", "mail"), at=2)
    [found] = in_way(made, "call", "ana")
    assert found == Obstacle("room", needed=3, held=2, work=("m0", "chat"))
    [found] = in_way(made, "m2", "ana")
    assert found == Obstacle("room", needed=2, held=0, work=("m0", "m1", "chat"))
    told = made.explain("call")
    assert dict(told.work) == {"ana": ("m0", "chat")}
    assert [(each.at, each.what, each.contact) for each in told.next_changes] == [
        (10.0, "wrap_up", "m0")
    ]
    assert told.lines[-1] == "  or when work ends: ana (m0, chat)"
    tried = made.fork()
    tried.complete("chat", at=3)
    assert taker(tried, "call") == "ana"
    assert made.advance(at=10).of(Assigned)[-1].contact == "call"  # m1 makes way


def test_an_offer_is_in_the_way_until_it_is_accepted() -> None:
    offered = Channel("mail", interrupted_by=["phone"], offer_seconds=20)
    made = router(Agent("ana"), channels=[offered])
    made.submit(Contact("m", "mail"), at=0)
    made.submit(Contact("call", "phone"), at=1)
    assert in_way(made, "call", "ana") == (Obstacle("room", needed=1, held=0, work=("m",)),)
    assert [each.what for each in made.explain("call").next_changes] == ["offer"]
    made.accept("m", "ana", at=2)
    assert taker(made, "call") == "ana"
    assert made.contacts["m"].state == "interrupted"


def test_what_is_interrupted_counts_for_those_that_may_not_interrupt_it() -> None:
    made = router(channels=[MAIL, Channel("phone", cost=2)])
    made.add_agent(Agent("ana", capacity=2), at=0)
    for name, channel in [("m", "mail"), ("call", "phone"), ("chat", "chat"), ("next", "phone")]:
        made.submit(Contact(name, channel), at=0)
    assert in_way(made, "chat", "ana") == (
        Obstacle("room", needed=1, held=-2, work=("m", "call")),
    )
    assert in_way(made, "next", "ana") == (Obstacle("room", needed=2, held=0, work=("call",)),)
    told = made.explain_agent("ana")
    assert (told.free, told.contacts, told.interrupted) == (-2, ("m", "call"), ("m",))
    assert told.lines == (
        "ana at 0: ready, 0 of 2 free, holds m, call (interrupted: m); 2 waiting",
        "  2 find no room (chat: no room: 0 free, 1 needed, holds m, call)",
    )
    assert [contact.id for contact in made.queue_for("ana")] == ["chat", "next"]


def test_costs_of_its_own_count_and_tell_agents_apart() -> None:
    made = router(channels=[Channel("phone", cost=2)])
    made.add_agent(Agent("ana", capacity=3, costs={"phone": 4}), at=0)
    made.add_agent(Agent("bob", capacity=3, costs={"phone": 3}), at=0)
    made.add_agent(Agent("eve", capacity=3), at=0)
    for name in ("c0", "c1", "c2"):
        made.submit(Contact(name, "phone"), at=0)
    assert in_way(made, "c2", "ana") == (Obstacle("capacity", needed=4, held=3),)
    assert in_way(made, "c2", "bob") == (Obstacle("room", needed=3, held=0, work=("c0",)),)
    assert in_way(made, "c2", "eve") == (Obstacle("room", needed=2, held=1, work=("c1",)),)
    told = made.explain("c2")
    assert [dict(group.costs) for group in told.groups] == [{"phone": 4}, {"phone": 3}, {}]
    assert told.groups[0].text == (
        "ana (no skills, capacity 3): 1 is too small (ana capacity 3 is below the cost 4)"
    )
    groups: Any = told.to_dict()["groups"]
    assert groups[1]["costs"] == {"phone": 3}
    assert not told.hopeless
    for name in ("bob", "eve"):
        made.remove_agent(name, at=1)
    assert made.explain("c2").hopeless


def test_only_the_work_that_is_in_the_way_is_awaited() -> None:
    """At a limit, the wrap-up of another channel changes nothing."""
    made = router(Agent("ana", capacity=5, limits={"chat": 1}))
    for name, channel in [("c", "chat"), ("call", "phone"), ("d", "chat")]:
        made.submit(Contact(name, channel), at=0)
    made.complete("call", at=1, wrap_up_seconds=50)
    told = made.explain("d")
    assert (dict(told.work), told.next_changes) == ({"ana": ("c",)}, ())


# ------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda made: made.explain("ghost"), UnknownContactError),
        (lambda made: made.explain("c", agents=1), InvalidValueError),
        (lambda made: made.explain_agent("ghost"), UnknownAgentError),
        (lambda made: made.queue_for("ghost"), UnknownAgentError),
        (lambda made: made.queue_for("ana", -1), InvalidValueError),
        (lambda made: made.queue_for("ana", True), InvalidValueError),
    ],
)
def test_bad_questions_are_refused(ask: Any, error: type[OmniqueueError]) -> None:
    with pytest.raises(error):
        ask(contact_in("waiting"))


def test_questions_inside_an_observer_are_answered() -> None:
    made = Router(channels=[ASKED])
    found: list[tuple[int, str]] = []

    def look(event: Any) -> None:
        told = made.explain(event.contact)
        place = made.position(event.contact).queue if told.position else 0
        found.append((place, told.state))

    made.observe(look, "queued")
    made.submit(Contact("c1", "fax"), at=0)
    made.submit(Contact("c0", "fax", arrived_at=-1), at=0)
    assert found == [(1, "waiting"), (1, "waiting")]
