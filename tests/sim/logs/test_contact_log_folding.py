"""Folding keeps weekday and clock time, and the order of equal times."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from omniqueue import Skills
from omniqueue.sim.logs.contact_log import ContactLog, LoggedContact, fold_week

CHICAGO = ZoneInfo("America/Chicago")


def logged(name: str, text: str) -> LoggedContact:
    at = datetime.fromisoformat(text).replace(tzinfo=CHICAGO).timestamp()
    return LoggedContact(name, at, "phone", Skills.of({}), 9.0, 2)


def test_weekday_and_clock_are_kept_across_summer_and_winter() -> None:
    log = [
        logged("winter", "2019-12-31T09:00:30"),  # a Tuesday
        logged("sunday", "2020-01-05T23:59:59"),
        logged("monday", "2020-01-06T00:00:00"),
        logged("summer", "2020-07-14T09:00:30"),  # a Tuesday
    ]
    fold = fold_week(ContactLog(tuple(log)), CHICAGO)
    assert [contact.id for contact in fold.contacts] == ["monday", "winter", "summer", "sunday"]
    clocks = [
        datetime.fromtimestamp(contact.at, CHICAGO).strftime("%a %H:%M:%S %Y-%m-%d")
        for contact in fold.contacts
    ]
    assert clocks == [
        "Mon 00:00:00 2001-01-01",
        "Tue 09:00:30 2001-01-02",
        "Tue 09:00:30 2001-01-02",
        "Sun 23:59:59 2001-01-07",
    ]
    assert (fold.folded_weeks, fold.busiest_minute) == (3, 2)
    assert (fold.contacts[0].handling_seconds, fold.contacts[0].priority) == (9.0, 2)
