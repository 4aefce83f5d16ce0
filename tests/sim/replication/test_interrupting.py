"""Interrupted contacts in the simulation: they stop, keep what is left, and go on from there."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
import pytest

from omniqueue import Channel, Events
from omniqueue.centre.chance import Chance
from omniqueue.centre.groups import Group, Level, ShiftPlan
from omniqueue.centre.times import Exponential, Lognormal
from omniqueue.centre.week import Hours
from omniqueue.errors import InvariantError
from omniqueue.model.contact_events import Continued, Interrupted
from omniqueue.record.ledger import COMPLETED, OPEN
from omniqueue.sim.replication.customers import draw_customers
from omniqueue.sim.replication.loop import run_replication
from omniqueue.sim.replication.replication_record import ReplicationRecord, check_identities
from omniqueue.sim.runs.replications import simulate
from omniqueue.sim.runs.summary import GROUP_SUMS, summarise
from omniqueue.sim.scenarios.arrivals import Trace
from omniqueue.sim.scenarios.scenario import Scenario, Stream

EMAIL = Channel("email", interrupted_by=["phone"])


def at_desk(
    group: Group, *, channels: Sequence[Channel] = (EMAIL,), **more: object
) -> ReplicationRecord:
    """Mails of 100 and 30 seconds at 0 and 5, calls of 10 and 5 seconds at 20 and 50."""
    streams = [
        Stream("mails", channel="email", arrivals=Trace([0, 5], [100, 30])),
        Stream("calls", channel="phone", arrivals=Trace([20, 50], [10, 5])),
    ]
    made = Scenario(streams=streams, groups=[group], channels=channels, **more)  # type: ignore[arg-type]
    record = run_replication(made)
    check_identities(record)
    return record


def pauses(record: ReplicationRecord) -> list[tuple[int, float, float]]:
    return list(
        zip(
            record.pause_contact.tolist(),
            record.pause_from.tolist(),
            record.pause_to.tolist(),
            strict=True,
        )
    )


def test_what_is_interrupted_goes_on_from_where_it_was() -> None:
    record = at_desk(Group("desk"))
    assert record.answered_at.tolist() == [0, 115, 20, 50]
    assert record.ended_at.tolist() == [115, 145, 30, 55]
    assert pauses(record) == [(0, 20, 30), (0, 50, 55)]
    assert record.interrupted_seconds.tolist() == [15, 0, 0, 0]
    assert record.columns()["interrupted_seconds"].tolist() == [15, 0, 0, 0]


def test_without_the_word_nothing_is_interrupted() -> None:
    record = at_desk(Group("desk"), channels=[Channel("email")])
    assert record.answered_at.tolist() == [0, 100, 130, 140]
    assert pauses(record) == []


def test_costs_of_its_own_say_whether_a_call_fits_beside() -> None:
    beside = at_desk(Group("desk", capacity=3))
    assert pauses(beside) == []
    assert beside.answered_at.tolist() == [0, 5, 20, 50]
    # A call takes all of these agents: one mail or both give way.
    alone = at_desk(Group("desk", capacity=3, costs={"phone": 3}))
    assert pauses(alone) == [(0, 20, 30), (1, 20, 30), (0, 50, 55)]
    assert alone.ended_at.tolist() == [115, 45, 30, 55]
    two = at_desk(Group("desk", capacity=3, costs={"phone": 2}))
    assert pauses(two) == [(1, 20, 30)], "in order of arrival the first stays"
    assert two.ended_at.tolist() == [100, 45, 30, 55]


def test_agents_who_slow_down_work_on_what_goes_on() -> None:
    record = at_desk(Group("desk", capacity=2, slowdown=0.5, costs={"phone": 2}))
    # From 5 on both mails proceed at 2/3; at 20 are left 85 and 20, at 50 71 2/3 and 6 2/3.
    assert pauses(record) == [(0, 20, 30), (1, 20, 30), (0, 50, 55), (1, 50, 55)]
    assert record.ended_at.tolist() == pytest.approx([130, 65, 30, 55])


def test_wrap_up_and_offers_keep_it_waiting() -> None:
    phone = Channel("phone", wrap_up_seconds=4, offer_seconds=20)
    record = at_desk(Group("desk", reaction="2s"), channels=[EMAIL, phone])
    # Held out at 20, taken at 22, through at 32, wrapped up at 36.
    assert pauses(record) == [(0, 20, 36), (0, 50, 61)]
    assert record.ended_at[0] == 100 + 16 + 11


def test_a_missed_offer_lets_it_go_on_at_once() -> None:
    phone = Channel("phone", offer_seconds=20, max_misses=9)
    record = at_desk(Group("desk", miss=1), channels=[EMAIL, phone], drain_seconds=0.0)
    assert pauses(record)[0] == (0, 20, 40)
    assert record.outcome.tolist() == [COMPLETED, COMPLETED, OPEN, OPEN]


def test_at_the_end_of_a_shift_it_is_finished_by_its_agent() -> None:
    record = at_desk(Group("desk", shifts=[ShiftPlan(Hours("mon", 0, 24))], count=1))
    assert record.ended_at[0] == 110, "the call of 50 comes too late"
    assert record.outcome.tolist() == [COMPLETED, OPEN, COMPLETED, OPEN]
    assert record.staffed_to.tolist() == [110]


def test_who_is_one_too_many_goes_when_both_are_done() -> None:
    levels = [Level(Hours("mon", 0, 24), 1), Level(Hours("mon", 24, 86400), 0)]
    record = at_desk(Group("desk", levels=levels))
    assert record.ended_at[[0, 2]].tolist() == [110, 30]
    assert record.staffed_to.tolist() == [110]


def test_a_run_that_ends_ends_the_interruptions() -> None:
    record = at_desk(Group("desk"), horizon_seconds=25.0, drain_seconds=0.0)
    assert pauses(record) == [(0, 20, 25)]
    assert np.isnan(record.ended_at[0])


def test_sums_leave_out_what_is_interrupted() -> None:
    streams = [
        Stream("mails", channel="email", arrivals=Trace([0], [100])),
        Stream("calls", channel="phone", arrivals=Trace([20], [30])),
    ]
    groups = [Group("desk", capacity=4, costs={"email": 3, "phone": 2})]
    scenario = Scenario(streams=streams, groups=groups, channels=[EMAIL], horizon_seconds=200)
    result = simulate(scenario, replications=1)
    mails = {
        name: result.estimate(name, channel="email").value
        for name in ("mean_contact_time", "mean_interrupted_time", "in_hand")
    }
    assert mails == {"mean_contact_time": 100, "mean_interrupted_time": 30, "in_hand": 130 / 200}
    assert result.estimate("mean_interrupted_time", channel="phone").value == 0
    assert result.estimate("occupancy", group="desk").value == pytest.approx(130 / 200)
    load = (100 * 3 / 4 + 30 * 2 / 4) / 200
    assert result.estimate("load", group="desk").value == pytest.approx(load)


def busy_desk(slowdown: float = 0.0) -> Scenario:
    """Calls and chats interrupt mails, calls chats; agents of two sizes who come and go."""
    return Scenario(
        streams=[
            Stream("calls", channel="phone", arrivals="50 per hour", handling=Lognormal(200, 150)),
            Stream("chats", channel="chat", arrivals="20 per hour", handling=Exponential(300)),
            Stream("mails", channel="email", arrivals="25 per hour", handling=Lognormal(400, 300)),
        ],
        groups=[
            Group("large", count=4, capacity=6, slowdown=slowdown, shrinkage=0.1),
            Group(
                "small",
                count=3,
                capacity=2,
                costs={"phone": 2, "email": 2, "chat": 1},
                speed=1.25,
                shifts=[ShiftPlan(Hours(start=8 * 3600, end=16 * 3600))],
            ),
        ],
        channels=[
            Channel("phone", cost=6, wrap_up_seconds=20),
            Channel("chat", cost=3, interrupted_by=["phone"]),
            Channel("email", cost=4, interrupted_by=["phone", "chat"]),
        ],
        horizon_seconds=2 * 86400.0,
        drain_seconds=20 * 86400.0,
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_time_worked_is_the_handling_time_to_the_second(seed: int) -> None:
    scenario = busy_desk()
    record = run_replication(scenario, seed)
    check_identities(record)
    assert len(record.pause_contact) > 300
    assert (record.outcome == COMPLETED).all()
    worked = record.ended_at - record.answered_at - record.interrupted_seconds
    pace = np.array([1.0, 1.25])[record.group]
    handling = draw_customers(scenario, Chance(seed)).handling
    np.testing.assert_allclose(worked * pace, handling, rtol=0, atol=1e-6)


def test_sums_over_time_agree_with_the_contacts() -> None:
    scenario = busy_desk()
    record = run_replication(scenario, 2)
    whole = attrs.evolve(record, horizon_seconds=record.ended_seconds + 1.0)
    [total] = summarise(whole, scenario)
    staffed, busy, load, _ = (total.groups[name] for name in GROUP_SUMS)
    assert (busy > 0).all()
    assert (busy <= staffed * (1 + 1e-9)).all()
    assert (load <= busy * (1 + 1e-9)).all(), "what goes on fits the capacity"
    cost = np.array([[6, 3, 4], [2, 1, 2]])[record.group, record.stream]
    at_work = record.released_at - record.answered_at - record.interrupted_seconds
    capacity = np.array([6, 2])[record.group]
    for group in range(2):
        mine = record.group == group
        assert load[group] == pytest.approx(float((at_work * cost / capacity)[mine].sum()))


def test_agents_who_slow_down_interrupt_as_well() -> None:
    record = run_replication(busy_desk(slowdown=0.4), 5)
    check_identities(record)
    assert len(record.pause_contact) > 300
    assert (record.outcome == COMPLETED).all()


def test_a_listener_hears_every_interruption_and_changes_nothing() -> None:
    heard: list[object] = []

    def listen(events: Events) -> None:
        heard.extend(event[0] for event in events.tuples)

    scenario = busy_desk()
    listened = run_replication(scenario, 5, listener=listen)
    silent = run_replication(scenario, 5)
    assert pauses(listened) == pauses(silent)
    assert heard.count(Interrupted) == heard.count(Continued) == len(silent.pause_contact)
    np.testing.assert_array_equal(listened.ended_at, silent.ended_at)


def test_broken_interruptions_are_found() -> None:
    record = at_desk(Group("desk"))
    for changes in (
        {"pause_contact": np.array([3, 0])},  # a call that was not in hand by then
        {"pause_to": np.array([30.0, 116.0])},  # after its end
        {"pause_from": np.array([31.0, 50.0])},  # backwards
        {"pause_from": np.array([20.0, 29.0])},  # twice at once
    ):
        with pytest.raises(InvariantError):
            check_identities(attrs.evolve(record, **changes))  # type: ignore[arg-type]
