"""Faults planted in a day with interruptions and own costs are each found and named."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest

from omniqueue import Agent, Channel, Contact, Router
from omniqueue.record.event_lines import EventWriter
from record.planting import Lines, audit, place, recount


def recorded() -> Lines:
    """E-mails are put aside for calls and text messages; a call costs bob less than others."""
    channels = [
        Channel("email", interrupted_by=["phone", "sms"]),
        Channel("phone", cost=2),
        Channel("sms"),
    ]
    router, file = Router(channels=channels), StringIO()
    writer = EventWriter(
        file, router.channels.values(), order=router.order, selection="longest-idle"
    )

    def tell(events: Any) -> None:
        for event in events:
            writer.write(event)

    def submit(name: str, channel: str, at: float) -> None:
        tell(router.submit(Contact(name, channel), at=at))

    tell(router.add_agent(Agent("ana", capacity=2), at=0))
    tell(router.add_agent(Agent("bob", channels=["phone"], costs={"phone": 1}), at=0))
    submit("e1", "email", 1)
    submit("e2", "email", 2)
    submit("p1", "phone", 3)  # bob has room for it
    submit("p2", "phone", 4)  # ana puts both e-mails aside
    submit("e3", "email", 5)  # waits: those put aside use ana's room towards it
    tell(router.complete("p2", at=6))  # both go on
    tell(router.complete("e1", at=7))  # ana takes e3
    submit("s1", "sms", 8)  # e2 is kept on, e3 put aside
    tell(router.complete("s1", at=9))
    submit("p3", "phone", 10)
    tell(router.set_presence("ana", "offline", at=11))  # all three go back to the queue
    tell(router.complete("p1", at=12))  # bob takes p3
    tell(router.set_presence("ana", "ready", at=13))
    submit("p4", "phone", 14)
    tell(router.complete("e2", at=15))  # while it is interrupted
    writer.close(at=router.now, contacts=router.statistics().contacts)
    return [json.loads(line) for line in file.getvalue().splitlines()]


def test_the_record_itself_is_sound() -> None:
    lines = recorded()
    assert audit(lines).unexplained == {}
    told = [line["event"] for line in lines[1:]]
    assert (told.count("interrupted"), told.count("continued")) == (7, 3)
    assert lines[-1]["contacts"]["interrupted"] == 1
    assert lines[place(lines, "completed", contact="e2")]["wrap_up_seconds"] == 0.0


def not_put_aside(lines: Lines) -> Lines:
    del lines[place(lines, "interrupted", contact="e2", by="p2")]
    return recount(lines)


def put_aside_though_it_fits(lines: Lines) -> Lines:
    at = place(lines, "interrupted", contact="e3", by="s1")
    lines.insert(at, {**lines[at], "contact": "e2"})
    return recount(lines)


def the_wrong_one_put_aside(lines: Lines) -> Lines:
    lines[place(lines, "interrupted", contact="e3", by="s1")]["contact"] = "e2"
    return lines


def put_aside_for_nobody(lines: Lines) -> Lines:
    at = place(lines, "assigned", contact="e2")
    event = {"at": 2.0, "event": "interrupted", "contact": "e1", "agent": "ana", "by": "p9"}
    lines.insert(at + 1, event)
    return recount(lines)


def put_aside_for_another(lines: Lines) -> Lines:
    lines[place(lines, "interrupted", contact="e3", by="s1")]["by"] = "p1"
    return lines


def put_aside_by_another_agent(lines: Lines) -> Lines:
    lines[place(lines, "interrupted", contact="e1", by="p2")]["agent"] = "bob"
    return lines


def put_aside_while_it_waits(lines: Lines) -> Lines:
    at = place(lines, "queued", contact="e3")
    event = {"at": 5.0, "event": "interrupted", "contact": "e3", "agent": "ana", "by": "p2"}
    lines.insert(at + 1, event)
    return recount(lines)


def put_aside_twice(lines: Lines) -> Lines:
    at = place(lines, "interrupted", contact="e1", by="p2")
    lines.insert(at, dict(lines[at]))
    return recount(lines)


def continued_uninterrupted(lines: Lines) -> Lines:
    at = place(lines, "assigned", contact="e2")
    lines.insert(at, {"at": 2.0, "event": "continued", "contact": "e1", "agent": "ana"})
    return recount(lines)


def continued_without_room(lines: Lines) -> Lines:
    at = place(lines, "queued", contact="e3")
    lines.insert(at, {"at": 5.0, "event": "continued", "contact": "e1", "agent": "ana"})
    return recount(lines)


def continued_out_of_turn(lines: Lines) -> Lines:
    first, second = (place(lines, "continued", contact=name) for name in ("e1", "e2"))
    lines[first]["contact"], lines[second]["contact"] = "e2", "e1"
    return lines


def left_aside(lines: Lines) -> Lines:
    del lines[place(lines, "continued", contact="e2")]
    return recount(lines)


def room_elsewhere(lines: Lines) -> Lines:
    at = place(lines, "assigned", contact="p1")
    aside = {"at": 3.0, "event": "interrupted", "agent": "ana", "by": "p1"}
    lines[at]["agent"] = "ana"
    lines[at:at] = [{**aside, "contact": "e1"}, {**aside, "contact": "e2"}]
    return recount(lines)


def no_room_for_an_email(lines: Lines) -> Lines:
    """Those put aside use the agent's room towards all that may not interrupt them."""
    at = place(lines, "queued", contact="e3")
    given = {"at": 5.0, "event": "assigned", "contact": "e3", "agent": "ana", "by_hand": False}
    lines.insert(at + 1, given)
    return recount(lines)


def no_cost_of_his_own(lines: Lines) -> Lines:
    del lines[place(lines, "agent_added", agent="bob")]["costs"]  # as before there were any
    return lines


def nothing_interrupts(lines: Lines) -> Lines:
    lines[0]["channels"]["email"]["interrupted_by"] = []
    return lines


def a_call_left_waiting(lines: Lines) -> Lines:
    """As if ana could not have put her e-mails aside for the second call."""
    at, until = place(lines, "interrupted", contact="e1"), place(lines, "completed", contact="p2")
    kept = [line for line in lines[at : until + 1] if line.get("contact") == "e3"]
    lines[at : place(lines, "continued", contact="e2") + 1] = kept
    return recount(lines)


def wrap_up_of_an_interrupted_one(lines: Lines) -> Lines:
    lines[place(lines, "completed", contact="e2")]["wrap_up_seconds"] = 5.0
    return lines


def requeued_though_she_is_there(lines: Lines) -> Lines:
    lines.insert(-1, {"at": 15.0, "event": "requeued", "contact": "e3"})
    return recount(lines)


def left_with_her_who_went(lines: Lines) -> Lines:
    at = place(lines, "requeued", contact="e2")
    del lines[at]
    return recount(lines)


def one_interrupted_lost(lines: Lines) -> Lines:
    lines[-1]["contacts"]["interrupted"] = 0
    return lines


@pytest.mark.parametrize(
    ("plant", "kind"),
    [
        (not_put_aside, "not interrupted"),
        (put_aside_though_it_fits, "needless interruption"),
        (the_wrong_one_put_aside, "not interrupted"),
        (the_wrong_one_put_aside, "needless interruption"),
        (put_aside_for_nobody, "needless interruption"),
        (put_aside_for_another, "needless interruption"),
        (put_aside_by_another_agent, "not held"),
        (put_aside_by_another_agent, "not interrupted"),
        (put_aside_while_it_waits, "not held"),
        (put_aside_twice, "wrong state"),
        (continued_uninterrupted, "wrong state"),
        (continued_without_room, "wrong continuation"),
        (continued_out_of_turn, "wrong continuation"),
        (left_aside, "not continued"),
        (room_elsewhere, "room elsewhere"),
        (no_room_for_an_email, "capacity exceeded"),
        (no_cost_of_his_own, "capacity exceeded"),
        (nothing_interrupts, "capacity exceeded"),
        (a_call_left_waiting, "free beside waiting"),
        (wrap_up_of_an_interrupted_one, "wrong state"),
        (requeued_though_she_is_there, "wrong state"),
        (left_with_her_who_went, "work left behind"),
        (one_interrupted_lost, "contact lost"),
    ],
)
def test_a_planted_fault_is_named(plant: Callable[[Lines], Lines], kind: str) -> None:
    found = audit(plant(recorded()))
    assert kind in found.unexplained
    fault = next(fault for fault in found.faults if fault.kind == kind)
    assert f"line {fault.line}: {kind}: at " in str(fault)


@pytest.mark.parametrize(
    ("plant", "told"),
    [
        (
            put_aside_though_it_fits,
            "e2, ana: the agent put it aside, though it need not make way",
        ),
        (
            left_aside,
            "e2, ana: an interrupted contact stayed aside, though its agent had room again",
        ),
        (
            room_elsewhere,
            "room elsewhere: at 3.0 p1, ana: bob had room for it beside everything in hand",
        ),
        (
            put_aside_while_it_waits,
            "not held: at 5.0 e3, ana: interrupted while waiting",
        ),
    ],
)
def test_the_first_fault_says_who_and_why(plant: Callable[[Lines], Lines], told: str) -> None:
    assert str(audit(plant(recorded())).faults[0]).endswith(told)


def test_times_of_the_agents() -> None:
    """An interrupted contact is in hand, but what is busy is counted once."""
    ana, bob = audit(recorded()).agents
    assert (ana.signed_in_seconds, ana.idle_seconds, ana.answered) == (13, 1, 9)
    assert (bob.signed_in_seconds, bob.idle_seconds, bob.answered) == (15, 3, 2)
