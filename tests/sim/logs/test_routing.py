"""Routing a log on the simulated clock: who is there, ties at one instant, ends of shifts."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import pytest

from omniqueue import Event, Router, Skills
from omniqueue.centre.handling import HandlingRules
from omniqueue.centre.times import Constant
from omniqueue.errors import FileFaultsError
from omniqueue.events import PresenceSet
from omniqueue.model.contact_events import (
    Assigned,
    Completed,
    Continued,
    Interrupted,
    Requeued,
)
from omniqueue.record.ledger import Ledger
from omniqueue.sim.logs.contact_log import LoggedContact
from omniqueue.sim.logs.routing import RoutedRun, Routing, handling_seconds
from omniqueue.sim.logs.staff_file import parse_staff

NONE = Skills.of({})
DAY = 86400.0
HOUR = 3600.0


class Recorder:
    """Keeps all events, as short texts."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.hears = dict.fromkeys(Event.kinds.values(), self.events.append)

    def told(self, *kinds: type[Event]) -> list[tuple[float, str]]:
        return [(event.at, _short(event)) for event in self.events if isinstance(event, kinds)]


def _short(event: Event) -> str:
    if isinstance(event, PresenceSet):
        return f"{event.agent} {event.state}"
    return f"{event.contact} {event.name}"  # type: ignore[attr-defined]


def logged(name: str, at: float, channel: str = "phone") -> LoggedContact:
    return LoggedContact(name, at, channel, NONE, None, 0)


def routed(
    staff: str, log: Sequence[LoggedContact], handling: Sequence[float], stop_after: int = 10**9
) -> tuple[RoutedRun, Recorder, Ledger]:
    parsed = parse_staff(staff.encode())
    router = Router(channels=parsed.channels, max_waiting=parsed.max_waiting)
    recorder, ledger = Recorder(), Ledger()
    steps = iter(range(10**9))
    routing = Routing(
        parsed,
        log,
        handling,
        router,
        listeners=[recorder, ledger],
        on_refused=lambda one: ledger.refuse(one.id, one.channel, one.skills, at=one.at),
        stopped=lambda: next(steps) >= stop_after,
    )
    run = routing.run()
    router.check()
    return run, recorder, ledger


def test_who_looks_is_asked_before_each_step_and_at_the_end() -> None:
    looks: list[tuple[float, float]] = []
    routing = Routing(
        parse_staff(ALWAYS.encode()),
        [logged("c1", 10), logged("c2", 11)],
        [60, 60],
        Router(),
        look=lambda router, at: looks.append((router.now, at)),
    )
    routing.run()
    assert looks[:2] == [(0, 10), (10, 10)]  # the agent signs in, and c1 comes
    assert looks[2:] == [(10, 11), (11, 70), (70, 130), (130, 86400), (130, inf)]


ALWAYS = '[[agents]]\ngroup = "desk"\n'
MORNING = ALWAYS + 'shifts = [{ from = "08:00", to = "12:00" }]\n'


def test_contacts_go_in_order_of_arrival_and_the_run_ends_when_all_is_done() -> None:
    log = [logged("c1", 10), logged("c2", 11), logged("c3", 12)]
    run, recorder, _ = routed(ALWAYS, log, [60, 60, 60])
    assert recorder.told(Assigned) == [
        (10, "c1 assigned"),
        (70, "c2 assigned"),
        (130, "c3 assigned"),
    ]
    assert run == RoutedRun(
        started_at=10, ended_at=190, closed_at=190, arrived=3, incomplete=False
    )
    assert recorder.told(PresenceSet)[-1] == (190, "desk-1 offline")


def test_the_whole_shift_counts_however_quiet_the_day() -> None:
    staff = '[[agents]]\ngroup = "desk"\nshifts = [{ from = "08:00", to = "18:00" }]\n'
    log = [logged("only", 10 * HOUR)]
    run, recorder, _ = routed(staff, log, [600])
    assert (run.ended_at, run.closed_at) == (10 * HOUR + 600, 18 * HOUR)
    assert recorder.told(PresenceSet) == [
        (8 * HOUR, "desk-1 ready"),
        (18 * HOUR, "desk-1 away"),
        (18 * HOUR, "desk-1 offline"),
    ]


def test_an_agent_finishes_what_it_has_and_then_goes() -> None:
    log = [logged("late", 12 * HOUR - 5), logged("later", 12 * HOUR - 4)]
    run, recorder, ledger = routed(MORNING, log, [60, 60])
    assert recorder.told(PresenceSet) == [
        (8 * HOUR, "desk-1 ready"),  # the whole shift counts, not from the first arrival
        (12 * HOUR, "desk-1 away"),
        (12 * HOUR + 55, "desk-1 offline"),
    ]
    assert ledger.agents == ["desk-1", None]  # nobody is there in the afternoon
    assert run.ended_at == 12 * HOUR + 55


def test_wrap_up_is_finished_too() -> None:
    staff = "channels.phone.wrap_up_seconds = 30\n" + MORNING
    run, recorder, _ = routed(staff, [logged("late", 12 * HOUR - 5)], [60])
    assert recorder.told(PresenceSet)[-1] == (12 * HOUR + 85, "desk-1 offline")
    assert run.ended_at == 12 * HOUR + 85


def test_who_waits_over_night_is_answered_in_the_morning() -> None:
    log = [logged("evening", 20 * HOUR), logged("next", DAY + 7 * HOUR)]
    _, recorder, _ = routed(MORNING, log, [60, 60])
    assert recorder.told(Assigned) == [
        (DAY + 8 * HOUR, "evening assigned"),
        (DAY + 8 * HOUR + 60, "next assigned"),
    ]


def test_the_run_ends_at_midnight_for_those_whom_nobody_serves() -> None:
    staff = ALWAYS + 'channels = ["fax"]\n[[agents]]\ngroup = "night"\nchannels = ["chat"]\n'
    run, _, ledger = routed(staff, [logged("c1", 10), logged("c2", 20, "fax")], [60, 60])
    assert run.ended_at == DAY
    assert ledger.agents == [None, "desk-1"]


def test_ties_at_one_instant() -> None:
    """Completions, then shifts that start, then arrivals, then shifts that end."""
    noon = 12 * HOUR
    staff = MORNING + '[[agents]]\ngroup = "late"\nshifts = [{ from = "12:00", to = "20:00" }]\n'
    log = [
        logged("c1", noon - 60),
        logged("c2", noon - 60),
        logged("c3", noon),
        logged("c4", noon + 99),
    ]
    _, recorder, ledger = routed(staff, log, [60, 60, 60, 60])
    kinds = (Assigned, Completed, PresenceSet)
    at_noon = [text for at, text in recorder.told(*kinds) if at == noon]
    assert at_noon == [
        "c1 completed",
        "c2 assigned",
        "late-1 ready",
        "c3 assigned",
        "desk-1 away",
    ]
    assert ledger.agents == ["desk-1", "desk-1", "late-1", "late-1"]


def test_an_offer_is_accepted_at_once() -> None:
    staff = "channels.phone.offer_seconds = 20\n" + ALWAYS
    _, recorder, ledger = routed(staff, [logged("c1", 10), logged("c2", 20)], [60, 60])
    assert recorder.told(Assigned) == [(10, "c1 assigned"), (70, "c2 assigned")]
    assert [event.name for event in recorder.events[2:5]] == ["queued", "offered", "assigned"]
    assert list(ledger.ended_at) == [70, 130]


def test_a_full_queue_refuses() -> None:
    staff = "routing.max_waiting = 1\n" + ALWAYS
    log = [logged(f"c{number}", number) for number in range(1, 5)]
    _, _, ledger = routed(staff, log, [60] * 4)
    assert ledger.agents == ["desk-1", "desk-1", None, None]


def test_a_returning_agent_need_not_have_left() -> None:
    """Who still finishes work at the end of its break is simply ready again."""
    staff = ALWAYS + (
        'shifts = [{ from = "08:00", to = "14:00", breaks = [{ from = "12:00", to = "12:01" }] }]'
    )
    log = [logged("long", 12 * HOUR - 60), logged("next", 12 * HOUR + 30)]
    _, recorder, _ = routed(staff, log, [600, 60])
    assert recorder.told(PresenceSet)[1:3] == [
        (12 * HOUR, "desk-1 away"),
        (12 * HOUR + 60, "desk-1 ready"),
    ]
    assert recorder.told(Assigned)[1] == (12 * HOUR + 540, "next assigned")


MAILS = ALWAYS.replace("[[", "channels.email.interrupted_by = ['phone']\n[[")
HELD_UP = [
    logged("mail", 0, "email"),
    logged("next", 5, "email"),
    logged("call", 20),
    logged("late", 50),
]


def test_an_interrupted_contact_goes_on_from_where_it_was() -> None:
    run, recorder, ledger = routed(MAILS, HELD_UP, [100, 30, 10, 5])
    assert recorder.told(Assigned, Interrupted, Continued, Completed) == [
        (0, "mail assigned"),
        (20, "mail interrupted"),
        (20, "call assigned"),
        (30, "call completed"),
        (30, "mail continued"),
        (50, "mail interrupted"),
        (50, "late assigned"),
        (55, "late completed"),
        (55, "mail continued"),
        (115, "mail completed"),
        (115, "next assigned"),
        (145, "next completed"),
    ]
    assert list(ledger.ended_at) == [115, 145, 30, 55]
    assert run.ended_at == 145


def test_without_the_word_a_call_waits() -> None:
    _, recorder, ledger = routed(ALWAYS, HELD_UP, [100, 30, 10, 5])
    assert recorder.told(Interrupted, Continued) == []
    assert list(ledger.ended_at) == [100, 130, 140, 145]


@pytest.mark.parametrize(
    ("costs", "held_up", "ended"),
    [
        ("{}", [], [100, 35, 30, 55]),
        ("{ phone = 2 }", ["next interrupted"], [100, 45, 30, 55]),  # the first in order stays
        ("{ phone = 2, email = 3 }", ["mail interrupted"] * 2, [115, 145, 30, 55]),
    ],
)
def test_the_costs_of_a_group_say_what_fits_beside(
    costs: str, held_up: list[str], ended: list[float]
) -> None:
    staff = MAILS + f"capacity = 3\ncosts = {costs}\n"
    _, recorder, ledger = routed(staff, HELD_UP, [100, 30, 10, 5])
    assert [text for _, text in recorder.told(Interrupted)] == held_up
    assert list(ledger.ended_at) == ended


def test_what_is_interrupted_at_a_shifts_end_is_finished_by_its_agent() -> None:
    noon = 12 * HOUR
    staff = MAILS + 'shifts = [{ from = "08:00", to = "12:00" }]\n'
    log = [logged("mail", noon - 20, "email"), logged("call", noon - 10), logged("late", noon + 9)]
    run, recorder, _ = routed(staff, log, [30, 40, 1])
    kinds = (Interrupted, Continued, Completed, PresenceSet, Requeued)
    assert recorder.told(*kinds)[1:] == [
        (noon - 10, "mail interrupted"),
        (noon, "desk-1 away"),
        (noon + 30, "call completed"),
        (noon + 30, "mail continued"),
        (noon + 50, "mail completed"),
        (noon + 50, "desk-1 offline"),
    ]
    assert run.ended_at == noon + 50


def test_what_is_due_at_the_instant_of_a_call_is_done_and_not_interrupted() -> None:
    log = [logged("mail", 0, "email"), logged("call", 30)]
    _, recorder, ledger = routed(MAILS, log, [30, 10])
    assert recorder.told(Interrupted) == []
    assert list(ledger.ended_at) == [30, 40]


def test_many_interruptions_lose_no_work() -> None:
    """With one agent the last ends when all the work is done, whatever interrupts what."""
    log = [logged("mail", 0, "email"), logged("other", 1, "email")]
    log += [logged(f"call-{number}", 3 * number + 2) for number in range(200)]
    run, recorder, ledger = routed(MAILS, log, [1000, 500, *[2] * 200])
    assert len(recorder.told(Interrupted)) == len(recorder.told(Continued)) == 200
    assert list(ledger.ended_at)[:2] == [1400, 1900]
    assert run.ended_at == 1900


def test_a_stopped_run_says_so() -> None:
    log = [logged(f"c{number}", number) for number in range(1, 9)]
    run, _, ledger = routed(ALWAYS, log, [60] * 8, stop_after=4)
    assert run.incomplete
    assert run.arrived == len(ledger) == 3


def test_handling_times_of_the_log_go_before_the_rules() -> None:
    rules = HandlingRules(Constant(60.0))
    own = LoggedContact("c2", 1.0, "phone", NONE, 7.5, 0)
    assert handling_seconds([logged("c1", 0), own], rules, seed=1) == [60.0, 7.5]


def test_every_channel_without_a_handling_time_is_named() -> None:
    log = [logged("c1", 0), logged("c2", 0, "fax"), logged("c3", 0)]
    with pytest.raises(FileFaultsError) as caught:
        handling_seconds(log, HandlingRules(), seed=1, name="desk.toml")
    assert [fault.split()[-2] for fault in caught.value.faults] == ["'phone'", "'fax'"]
