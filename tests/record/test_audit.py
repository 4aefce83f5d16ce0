"""Faults planted in a sound record are each found and named, with their line."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest

from omniqueue import Agent, Channel, Contact, Preference, Router
from omniqueue.errors import FileFaultsError
from omniqueue.record.audit import audited
from omniqueue.record.audit_faults import AUDIT_KINDS
from omniqueue.record.event_lines import EventWriter
from omniqueue.record.event_reading import EventReader
from record.planting import Lines, audit, place, recount


def recorded() -> Lines:
    """A small day with offers, exclusions, a preference, wrap-up, a transfer, an abandonment."""
    channels = [
        Channel("phone", wrap_up_seconds=5),
        Channel("web", offer_seconds=10, retry_seconds=20, max_misses=5),
    ]
    router, file = Router(channels=channels), StringIO()
    writer = EventWriter(
        file, router.channels.values(), order=router.order, selection="longest-idle"
    )

    def tell(events: Any) -> None:
        for event in events:
            writer.write(event)

    tell(router.add_agent(Agent("ana", limits={"chat": 1}, capacity=2), at=0))
    tell(router.add_agent(Agent("bob", skills={"fr": 2}), at=0))
    tell(router.submit(Contact("c1", "phone"), at=1))  # bob or ana
    tell(router.submit(Contact("c2", "phone", skills={"fr": 1}), at=2))
    tell(router.submit(Contact("c3", "chat"), at=3))
    tell(router.submit(Contact("c4", "phone"), at=4))
    tell(router.submit(Contact("c5", "phone"), at=5))
    tell(router.complete("c1", at=10))
    tell(router.advance(at=15))
    tell(router.set_presence("bob", "away", at=16))
    tell(router.submit(Contact("c6", "phone", prefer=Preference("bob", 10, False)), at=20))
    tell(router.abandon("c6", at=22))
    tell(router.resume("c6", at=30))
    for agent in router.agents.values():
        for contact in list(agent.contacts):
            if router.contacts[contact].state == "active":
                tell(router.complete(contact, at=40))
    tell(router.advance(at=50))
    tell(router.set_presence("bob", "ready", at=60))
    while active := [c for c in ("c4", "c5", "c6") if router.contacts[c].state == "active"]:
        for contact in active:
            tell(router.complete(contact, at=router.now + 10))
        tell(router.advance(at=router.now + 10))
    tell(router.submit(Contact("w1", "web", skills={"fr": 1}), at=200))
    tell(router.advance(at=205))
    tell(router.submit(Contact("p1", "phone", prefer=Preference("ana", 30)), at=206))
    tell(router.advance(at=260))  # the offer, and its exclusion, run out
    tell(router.accept("w1", "bob", at=router.now + 1))
    tell(router.complete("w1", at=280))
    tell(router.submit(Contact("s1", "phone", skills={"fr": 3}), at=290))  # nobody can
    writer.close(at=router.now, contacts=router.statistics().contacts)
    return [json.loads(line) for line in file.getvalue().splitlines()]


def test_the_record_itself_is_sound() -> None:
    found = audit(recorded())
    assert found.unexplained == {}
    assert found.fair
    assert found.events == len(recorded()) - 2
    assert sum(found.served.values()) == sum(each.answered for each in found.agents)
    assert found.totals["open"] == 1


def swap_two_assignments(lines: Lines) -> Lines:
    first, second = (place(lines, "assigned", contact=name) for name in ("c4", "c5"))
    lines[first]["contact"], lines[second]["contact"] = "c5", "c4"
    return lines


def wrong_agent(lines: Lines) -> Lines:
    lines[place(lines, "assigned", contact="c2")]["agent"] = "ana"
    return lines


def strange_agent(lines: Lines) -> Lines:
    lines[place(lines, "assigned", contact="c2")]["agent"] = "eve"
    return lines


def capacity_exceeded(lines: Lines) -> Lines:
    at = place(lines, "queued", contact="c5")
    for name in ("d1", "d2"):
        event = {"at": 5.0, "event": "assigned", "agent": "ana", "by_hand": True}
        queued = {**lines[at], "contact": name, "at": 5.0, "arrived_at": 5.0}
        lines[at + 1 : at + 1] = [queued, {**event, "contact": name}]
    return recount(lines)


def limit_exceeded(lines: Lines) -> Lines:
    lines[place(lines, "agent_added", agent="ana")]["limits"] = {"chat": 0}
    return lines


def double_assignment(lines: Lines) -> Lines:
    at = place(lines, "assigned", contact="c3")
    lines.insert(at + 1, {**lines[at], "agent": "bob"})
    return recount(lines)


def contact_lost(lines: Lines) -> Lines:
    lines[-1]["contacts"]["waiting"] = 0
    return lines


def contact_lost_after_an_offer(lines: Lines) -> Lines:
    del lines[place(lines, "requeued", contact="w1")]
    return recount(lines)


def contact_forgotten(lines: Lines) -> Lines:
    """Its assignment and all that followed are gone: a free agent stands beside it."""
    kept = [line for line in lines if line.get("contact") != "c3" or line["event"] == "queued"]
    return recount(kept)


def completed_unheld(lines: Lines) -> Lines:
    at = place(lines, "completed", contact="c1")
    lines.insert(at, {**lines[at], "contact": "c5", "agent": "ana"})
    return recount(lines)


def completed_by_another(lines: Lines) -> Lines:
    lines[place(lines, "completed", contact="c1")]["agent"] = "nobody-here"
    return lines


def time_back(lines: Lines) -> Lines:
    lines[place(lines, "completed", contact="c1")]["at"] = 3.5
    return lines


def after_the_end(lines: Lines) -> Lines:
    at = place(lines, "wrap_up_ended", contact="c1")
    lines.insert(at + 1, {"at": lines[at]["at"], "event": "abandoned", "contact": "c1"})
    return recount(lines)


def early_offer_end(lines: Lines) -> Lines:
    lines[place(lines, "offered", contact="w1")]["until"] += 100
    return lines


def late_offer_end(lines: Lines) -> Lines:
    lines[place(lines, "offered", contact="w1")]["until"] -= 5
    return lines


def early_exclusion_end(lines: Lines) -> Lines:
    lines[place(lines, "offer_expired", contact="w1")]["retry_at"] += 7
    return lines


def early_preference_end(lines: Lines) -> Lines:
    at = place(lines, "preferred", contact="c6")
    lines.insert(
        at + 1,
        {"at": lines[at]["at"], "event": "preference_ended", "contact": "c6", "agent": "bob"},
    )
    return recount(lines)


def abandoned_while_active(lines: Lines) -> Lines:
    at = place(lines, "assigned", contact="c1")
    lines.insert(at + 1, {"at": 1.0, "event": "abandoned", "contact": "c1"})
    return recount(lines)


def duplicate_id(lines: Lines) -> Lines:
    lines[place(lines, "queued", contact="s1")]["contact"] = "c1"
    return lines


def late_resume(lines: Lines) -> Lines:
    lines[0]["channels"]["phone"]["resume_seconds"] = 2.0
    return lines


def stricter(lines: Lines) -> Lines:
    event = {"at": 290.0, "event": "relaxed", "contact": "s1", "skills": {"fr": 9}}
    lines.insert(-1, event)
    return recount(lines)


def work_left(lines: Lines) -> Lines:
    at = place(lines, "assigned", contact="c3")
    gone = {"at": 3.0, "event": "presence", "agent": "ana", "state": "offline", "reason": None}
    lines.insert(at + 1, gone)
    return recount(lines)


def future(lines: Lines) -> Lines:
    lines[place(lines, "queued", contact="s1")]["arrived_at"] += 1
    return lines


def reserved_early(lines: Lines) -> Lines:
    lines.insert(-1, {"at": 290.0, "event": "reserved", "contact": "s1", "agent": "bob"})
    return recount(lines)


def no_end(lines: Lines) -> Lines:
    return lines[:-1]


def wrong_number(lines: Lines) -> Lines:
    lines[-1]["events"] += 1
    return lines


def wrong_ended(lines: Lines) -> Lines:
    lines[-1]["contacts"]["completed"] += 1
    return lines


def unknown_name(lines: Lines) -> Lines:
    lines.insert(-1, {"at": 290.0, "event": "vanished", "contact": "s1"})
    return recount(lines)


def more_after_the_end(lines: Lines) -> Lines:
    return [*lines, {"at": 300.0, "event": "requeued", "contact": "s1"}]


def twice_the_agent(lines: Lines) -> Lines:
    at = place(lines, "agent_added", agent="ana")
    lines.insert(at, dict(lines[at]))
    return recount(lines)


def wrong_rank(lines: Lines) -> Lines:
    lines[place(lines, "queued", contact="c4")]["rank"] = -1.0
    return lines


def unknown_channel(lines: Lines) -> Lines:
    lines[place(lines, "queued", contact="s1")]["channel"] = "pigeon"
    return lines


@pytest.mark.parametrize(
    ("plant", "kind"),
    [
        (swap_two_assignments, "passed over"),
        (wrong_agent, "lacks skill"),
        (strange_agent, "unknown agent"),
        (capacity_exceeded, "capacity exceeded"),
        (limit_exceeded, "limit exceeded"),
        (double_assignment, "double assignment"),
        (contact_lost, "contact lost"),
        (contact_lost_after_an_offer, "contact lost"),
        (contact_forgotten, "free beside waiting"),
        (completed_unheld, "not held"),
        (completed_by_another, "not held"),
        (time_back, "time went back"),
        (after_the_end, "after its end"),
        (early_offer_end, "early timer"),
        (late_offer_end, "late timer"),
        (early_exclusion_end, "early timer"),
        (early_preference_end, "early timer"),
        (abandoned_while_active, "wrong state"),
        (duplicate_id, "duplicate id"),
        (late_resume, "late resume"),
        (stricter, "stricter needs"),
        (work_left, "work left behind"),
        (future, "future arrival"),
        (reserved_early, "early reservation"),
        (no_end, "cut file"),
        (wrong_number, "wrong number of events"),
        (wrong_ended, "wrong count"),
        (unknown_name, "unknown event"),
        (more_after_the_end, "after the end line"),
        (twice_the_agent, "duplicate agent"),
        (wrong_rank, "wrong rank"),
        (unknown_channel, "unknown channel"),
    ],
)
def test_a_planted_fault_is_named(plant: Callable[[Lines], Lines], kind: str) -> None:
    found = audit(plant(recorded()))
    assert kind in found.unexplained
    assert not found.fair
    fault = next(fault for fault in found.faults if fault.kind == kind)
    assert f"line {fault.line}: {kind}: at " in str(fault)


def test_the_line_of_a_fault_is_that_of_the_file() -> None:
    lines = abandoned_while_active(recorded())
    (fault, *_) = audit(lines).faults
    assert lines[fault.line - 1] == {"at": 1.0, "event": "abandoned", "contact": "c1"}
    assert fault.detail == "abandoned while active"


def test_every_kind_has_its_words() -> None:
    assert all(AUDIT_KINDS.values())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "line 2: is not JSON"),
        ("[]", "line 2: is no JSON object"),
        ("{", "line 2: is not JSON"),
        ('{"at": NaN, "event": "requeued", "contact": "c"}', "line 2: holds NaN"),
        ('{"at": 1e999, "event": "requeued", "contact": "c"}', "at is inf; expected a finite"),
        ('{"at": true, "event": "requeued", "contact": "c"}', "at is True; expected a finite"),
        ('{"at": 1, "event": "requeued"}', "requeued.contact is None; expected a value"),
        ('{"at": 1, "event": "requeued", "contact": ""}', "contact is ''; expected a name"),
        ('{"at": 1, "event": 7}', "event is 7; expected the name of an event"),
        ('{"at": 1, "at": 2, "event": "requeued", "contact": "c"}', "a key more than once"),
        ('{"at": 1, "event": "requeued", "contact": "\udcff"}', "line 2: is not UTF-8"),
        ("[" * 100_000, "line 2: is nested too deeply"),
        ('{"at": ' + "9" * 5000 + ', "event": "requeued", "contact": "c"}', "line 2: "),
        ('{"at": 1, "event": "end", "events": 1.5}', "events is 1.5; expected a whole"),
        ('{"at": 1, "event": "end", "events": 1, "contacts": {"x": -1}}', "a whole number from 0"),
        (
            '{"at": 1, "event": "presence", "agent": "a", "state": "asleep", "reason": null}',
            "state is 'asleep'; expected ready, away, offline",
        ),
    ],
)
def test_a_line_that_is_none_is_refused_with_its_number(text: str, fault: str) -> None:
    header = '{"format": "omniqueue-events/1", "order": "arrival", "selection": "x"}\n'
    reader = EventReader("record", [header, text + "\n"])
    with pytest.raises(FileFaultsError) as refused:
        list(reader)
    assert fault in str(refused.value)


@pytest.mark.parametrize(
    "header",
    [
        "{}",
        '{"format": "omniqueue-events/2", "order": "arrival", "selection": "x"}',
        '{"format": "omniqueue-events/1", "order": 3, "selection": "x"}',
        '{"format": "omniqueue-events/1", "order": "aging:nan", "selection": "x"}',
        '{"format": "omniqueue-events/1", "order": "aging:x", "selection": "x"}',
        '{"format": "omniqueue-events/1", "order": "a", "selection": "x", "channels": []}',
        '{"format": "omniqueue-events/1", "order": "a", "selection": "x", "channels": {"x": 1}}',
        '{"format": "omniqueue-events/1", "order": "a", "selection": "x", "channels": 1}',
    ],
)
def test_a_header_of_another_kind_is_refused(header: str) -> None:
    with pytest.raises(FileFaultsError, match="line 1: "):
        EventReader("record", [header + "\n"])


def test_ranks_that_cannot_be_compared_are_refused() -> None:
    lines = recorded()
    lines[place(lines, "queued", contact="c4")]["rank"] = [1.0, 2.0]
    with pytest.raises(FileFaultsError, match="ranks of one kind"):
        audit(lines)


def test_a_last_line_that_breaks_off_is_a_cut_file() -> None:
    lines = [json.dumps(line) + "\n" for line in recorded()]
    reader = EventReader("record", [*lines[:-1], lines[-1][:20]])
    assert audited(reader.header, reader).unexplained == {"cut file": 1}


def test_stopping_gives_a_partial_result() -> None:
    reader = EventReader("record", [json.dumps(line) + "\n" for line in recorded()])
    items = ((number * 2000, item) for number, item in reader)
    found = audited(reader.header, items, stopped=lambda: True)
    assert found.incomplete
    assert found.events == 1
