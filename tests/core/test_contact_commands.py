"""Commands about contacts: full queues, odd needs and ids, places given up, changed channels."""

from __future__ import annotations

from typing import Any

import pytest

from core.worlds import agree, names, refused, router, shown
from omniqueue import Agent, Channel, Contact, Preference, Router
from omniqueue.errors import InvalidValueError, QueueFullError
from omniqueue.events import Unservable


def test_a_cost_above_all_capacities_is_accepted_and_waits() -> None:
    made = router(Agent("ana", capacity=5), channels=[Channel("big", cost=6)])
    assert names(made.submit(Contact("c", "big"), at=0)) == ["queued", "unservable"]
    assert names(made.update_agent("ana", at=1, capacity=6)) == ["agent_updated", "assigned"]


def test_a_need_that_nobody_has_is_told_once() -> None:
    """Once while such contacts wait, not with each of them."""
    made = router(Agent("ana"))
    told = []
    for index in range(5):
        told += made.submit(Contact(f"c{index}", "fax", skills={"x": 1}), at=index).of(Unservable)
    assert [event.contact for event in told] == ["c0"]
    assert told[0].skills == {"x": 1}
    made.add_agent(Agent("bob", skills={"x": 1}), at=9, presence="away")
    made.submit(Contact("c9", "fax", skills={"x": 2}), at=9)
    assert names(made.submit(Contact("d", "fax", skills={"x": 1}), at=9)) == ["queued"]


def test_a_need_that_nobody_has_any_more_is_told_as_it_becomes_so() -> None:
    def waiting_for_greek() -> Router:
        made = router(Agent("ana", skills={"greek": 2}), Agent("bo"))
        for name in ("c1", "c2", "c3"):
            made.submit(Contact(name, "phone", skills={"greek": 1}), at=1)
        return made

    made = waiting_for_greek()
    [told] = made.update_agent("ana", at=2, skills={}).of(Unservable)
    assert (told.contact, told.channel, dict(told.skills)) == ("c2", "phone", {"greek": 1})
    assert not made.submit(Contact("c4", "phone", skills={"greek": 1}), at=3).of(Unservable)
    assert not made.update("c2", at=4, priority=3).of(Unservable)
    made.update_agent("ana", at=5, skills={"greek": 1})
    [told] = made.remove_agent("ana", at=6).of(Unservable)
    assert told.contact == "c1"  # which ana had
    made.add_agent(Agent("ana", skills={"greek": 1}), at=7, presence="away")
    [told] = made.set_presence("ana", "offline", at=8).of(Unservable)
    assert told.contact == "c1"
    assert made.set_presence("ana", "away", at=9).of(Unservable) == []
    other = waiting_for_greek()
    other.update("c2", at=2, skills={"latin": 1})
    assert other.snapshot() == Router.restore(other.snapshot()).snapshot()
    restored = Router.restore(other.snapshot())
    assert not restored.submit(Contact("l", "phone", skills={"latin": 1}), at=3).of(Unservable)
    for cause in ({"capacity": 0}, {"limits": {"phone": 0}}, {"channels": ["fax"]}):
        made = waiting_for_greek()
        assert len(made.update_agent("ana", at=2, **cause).of(Unservable)) == 1


def test_a_contact_that_waits_for_an_agent_who_is_gone_is_told_of() -> None:
    made = router(Agent("ana"))
    made.submit(Contact("c1", "phone"), at=0)
    prefer = Preference("ana", 60, skip_if_away=False)
    made.submit(Contact("c2", "phone", prefer=prefer), at=1)
    assert [told.contact for told in made.set_presence("ana", "offline", at=2).of(Unservable)] == [
        "c1"
    ]
    made.abandon("c1", at=3)
    made.set_presence("ana", "away", at=4)
    [told] = made.set_presence("ana", "offline", at=5).of(Unservable)
    assert told.contact == "c2"


def test_a_full_queue_refuses_only_who_would_wait() -> None:
    made = router(Agent("ana"), max_waiting=1)
    made.submit(Contact("a", "phone"), at=0)
    made.submit(Contact("w", "phone"), at=0)
    refused(made, QueueFullError, lambda: made.submit(Contact("x", "phone"), at=0))
    made.add_agent(Agent("bob", channels=["fax"]), at=0)
    assert "assigned" in names(made.submit(Contact("f", "fax"), at=0))
    later = Contact("x", "fax", not_before=9)
    refused(made, QueueFullError, lambda: made.submit(later, at=0))
    waits_for_ana = Contact("x", "phone", prefer=Preference("ana", 5))
    refused(made, QueueFullError, lambda: made.submit(waits_for_ana, at=0))
    made.cancel("w", at=1)
    made.submit(Contact("x", "phone"), at=1)
    made.park("a", at=2)
    assert made.reopen("a", at=2)[0].name == "reopened"
    made.check()


def test_nobody_may_wait_at_all() -> None:
    made = router(Agent("ana"), max_waiting=0)
    made.submit(Contact("a", "phone"), at=0)
    refused(made, QueueFullError, lambda: made.submit(Contact("b", "phone"), at=0))
    made.complete("a", at=1)
    made.submit(Contact("b", "phone"), at=1)


def test_64_needed_skills_and_a_thousand_held() -> None:
    needed = {f"s{n}": 1 + n % 3 for n in range(64)}
    held = {f"s{n}": 3 for n in range(1000)}
    made = router(Agent("ana", skills=held), selection="closest-fit")
    made.add_agent(Agent("bob", skills={**needed, "s0": 2}), at=0)
    events = made.submit(Contact("c", "fax", skills=needed), at=0)
    assert shown(events)[-1] == "assigned c bob@0"
    with pytest.raises(InvalidValueError):
        Contact("d", "fax", skills={**needed, "more": 1})
    with pytest.raises(InvalidValueError):
        Agent("d", skills={**held, "more": 1})


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "'; DROP TABLE x", "%s", "{0}", "\u65e5\u672c", "\U0001f600" * 32,
     "x" * 128, " a "],
)  # fmt: skip
def test_any_printable_id_is_just_an_id(name: str) -> None:
    made = router(Agent(name, skills={name: 1}), channels=[Channel(name)])
    made.submit(Contact(name, name, skills={name: 1}, prefer=Preference(name, 5)), at=0)
    assert made.contacts[name].agent == name
    assert Router.restore(made.snapshot()).agents[name].contacts == (name,)
    made.complete(name, at=1)
    assert repr(made.contacts[name]).isascii()


def test_places_given_up_in_priority_order() -> None:
    steps: list[tuple[Any, ...]] = []
    for index in range(6):
        contact = {"id": f"c{index}", "channel": "phone", "priority": index % 2}
        steps.append((index, "submit", {"contact": contact}))
    for index in range(6, 20):
        steps.append((index, "transfer", {"contact": f"c{index % 6}", "keep_place": False}))
        steps.append((index, "complete", {"contact": f"c{index % 5}"}))
    for order in ("priority", "deadline", {"aging": {"seconds_per_priority": 0}}):
        agree([{"id": "ana"}, {"id": "bob", "capacity": 2}], *steps, order=order)


def test_limits_and_a_change_of_channel() -> None:
    """A call-back counts against the limit of the channel it changed to."""
    ana = {"id": "ana", "capacity": 4, "limits": {"phone": 0, "fax": 1}}
    agree(
        [ana],
        (0, "submit", {"contact": {"id": "a", "channel": "phone"}}),
        (0, "submit", {"contact": {"id": "b", "channel": "phone"}}),
        (1, "defer", {"contact": "a", "channel": "fax"}),
        (1, "defer", {"contact": "b", "channel": "fax", "until": 5}),
        (2, "release", {"contact": "a"}),
        (6, "advance", {}),
        (7, "update_agent", {"agent": {"id": "ana", "limits": {"fax": 2}}}),
        (8, "update_agent", {"agent": {"id": "ana", "limits": {"fax": 0}}}),
        (9, "complete", {"contact": "a"}),
        (9, "complete", {"contact": "b"}),
    )
