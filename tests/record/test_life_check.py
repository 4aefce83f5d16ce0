"""The life check's table knows every event of a contact, and names what its state forbids."""

from __future__ import annotations

import pytest

from omniqueue import Skills
from omniqueue.model import contact_events as events
from omniqueue.model.event import Event
from omniqueue.record.audit_faults import FaultBook
from omniqueue.record.life_check import _RULES, ENDED_STATES, OPEN_STATES, LifeCheck, Weight

NONE = Skills.of({})
BESIDE = {events.Queued, events.ReservationEnded}  # heard beside the table
UNJUDGED = {events.PassedOver, events.Unservable}  # they change nothing


def heard(*several: Event) -> tuple[list[Weight], dict[str, int]]:
    book = FaultBook()
    check = LifeCheck([], book)
    queued = events.Queued(0.0, "c1", "phone", NONE, 0, 0.0, 0.0)
    return [check.hear(each) for each in (queued, *several)], dict(book.counts)


def test_every_event_of_a_contact_has_a_row_or_is_heard_by_itself() -> None:
    several = {each for each in vars(events).values() if each in Event.kinds.values()}
    assert several == set(_RULES) | BESIDE | UNJUDGED
    states = {*OPEN_STATES, *ENDED_STATES, "abandoned", "between an offer and the queue", None}
    for rule in _RULES.values():
        assert {*(rule.found or ()), rule.to} <= states


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (events.Reopened(1.0, "c1"), "wrong state"),
        (events.Resumed(1.0, "c1"), "wrong state"),
        (events.Parked(1.0, "c1", "ana"), "not held"),
        (events.Completed(1.0, "c1", "ana", 0.0), "not held"),
        (events.PreferenceEnded(1.0, "c1", "ana"), "not running"),
    ],
)
def test_what_a_waiting_contact_cannot_do_is_named(event: Event, kind: str) -> None:
    assert heard(event)[1] == {kind: 1}


def test_what_has_ended_is_dropped_and_what_is_unknown_only_judged() -> None:
    weights, faults = heard(
        events.Cancelled(1.0, "c1"), events.Expired(2.0, "c1"), events.Abandoned(2.0, "c2")
    )
    assert weights[1:] == [Weight.MEASURED, Weight.DROPPED, Weight.JUDGED]
    assert faults == {"after its end": 1}
