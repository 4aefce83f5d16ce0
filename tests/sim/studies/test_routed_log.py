"""Routing a log as a function: what it returns, and what it refuses before it begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from omniqueue import Skills
from omniqueue.errors import InvalidValueError
from omniqueue.play.questions import Question
from omniqueue.sim.logs.contact_log import ContactLog, LoggedContact
from omniqueue.sim.logs.staff_file import parse_staff
from omniqueue.sim.studies.routed_log import route_log

DESK = parse_staff(
    b'max_waiting = 1\n[[agents]]\ngroup = "desk"\n'.replace(b"max", b"[routing]\nmax")
)
CALLS = ContactLog(
    tuple(
        LoggedContact(f"c{n}", 10.0 * n, "phone", Skills.of({"en": 1} if n == 4 else {}), 100.0, 0)
        for n in range(5)
    ),
    name="calls.csv",
)


def test_everybody_is_counted_and_what_nobody_can_serve_is_said() -> None:
    routed = route_log(CALLS, DESK, interval_seconds=60)
    assert routed.totals["arrived"] == sum(list(routed.totals.values())[1:]) == 5
    assert routed.totals["refused"] == 3
    assert routed.unserved == {"en (no agent has it)": 1}
    assert routed.intervals is not None
    assert [each.sums["arrived"] for each in routed.intervals] == [5]
    assert routed.explained is None
    assert (routed.log, routed.staff, routed.incomplete) == (CALLS, DESK, False)


def test_progress_is_told_and_a_stopped_run_says_so() -> None:
    asked = iter(range(100))
    routed = route_log(CALLS, DESK, stopped=lambda: next(asked) > 2)
    assert routed.incomplete
    assert routed.totals["arrived"] < 5


def test_questions_are_answered_in_order_of_time() -> None:
    asked = [Question("c1", 50.0), Question("c2", 25.0), Question("c3", 1.0)]
    answers = route_log(CALLS, DESK, explain=asked).explained
    assert answers is not None
    assert [(each.contact, each.at) for each in answers] == [
        ("c3", 1.0),
        ("c2", 25.0),
        ("c1", 50.0),
    ]
    assert [each.otherwise for each in answers[:2]] == [
        "has not arrived yet",
        "was refused, the queue was full",
    ]
    assert answers[2].explanation is not None


def test_what_cannot_be_is_refused_before_the_run(tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    with pytest.raises(InvalidValueError, match=r"explain is 'c9'.*routed from calls\.csv"):
        route_log(CALLS, DESK, explain=[Question("c9", 0.0)], events=str(events))
    with pytest.raises(InvalidValueError, match="interval is"):
        route_log(CALLS, DESK, interval_seconds=59, events=str(events))
    assert not events.exists()
