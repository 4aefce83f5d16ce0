"""The centre: identities that hold exactly in every run, and known answers in small ones."""

from __future__ import annotations

from collections import Counter

import attrs
import numpy as np
import pytest

from omniqueue import Assigned, Channel, Contact, Events, Preference, Queued, RelaxStep
from omniqueue.centre.groups import Break, Group, Level, ShiftPlan
from omniqueue.centre.times import Constant, Exponential, Lognormal, Uniform
from omniqueue.centre.week import Hours
from omniqueue.model.contact_events import Declined, OfferExpired
from omniqueue.policy.order import EnteringContact
from omniqueue.record.ledger import ABANDONED, COMPLETED, EXPIRED, OPEN, REFUSED
from omniqueue.sim.replication.loop import run_replication
from omniqueue.sim.replication.replication_record import (
    CLOSED,
    ReplicationRecord,
    check_identities,
)
from omniqueue.sim.scenarios.arrivals import Busyness, Poisson, Rate, Trace
from omniqueue.sim.scenarios.scenario import Redial, Scenario, Stream

HOUR = 3600.0


def traced(times: list[float], handling: float | list[float], **more: object) -> Stream:
    several = handling if isinstance(handling, list) else [handling] * len(times)
    return Stream("calls", channel="phone", arrivals=Trace(times, several), **more)  # type: ignore[arg-type]


def ran(streams: list[Stream], groups: list[Group], **more: object) -> ReplicationRecord:
    record = run_replication(Scenario(streams=streams, groups=groups, **more))  # type: ignore[arg-type]
    check_identities(record)
    return record


def test_one_agent_one_after_another() -> None:
    record = ran([traced([0, 10, 20], 30)], [Group("desk")])
    assert record.answered_at.tolist() == [0, 30, 60]
    assert record.ended_at.tolist() == [30, 60, 90]
    assert record.waited_seconds.tolist() == [0, 20, 40]


def test_a_full_queue_refuses() -> None:
    record = ran([traced([0, 10, 20, 31], 30)], [Group("desk")], max_waiting=1)
    assert record.outcome.tolist() == [COMPLETED, COMPLETED, REFUSED, COMPLETED]
    assert record.waited_seconds.tolist() == [0, 20, 0, 29]


def test_who_is_out_of_patience_leaves_unless_taken_at_that_instant() -> None:
    record = ran([traced([0, 10, 20], [40, 40, 40], patience="30s")], [Group("desk")])
    assert record.outcome.tolist() == [COMPLETED, COMPLETED, ABANDONED]
    assert record.ended_at.tolist() == [40, 80, 50]


def test_wrap_up_keeps_the_agent_and_not_the_customer() -> None:
    record = ran([traced([0, 10], 30, wrap_up="15s")], [Group("desk")])
    assert record.ended_at.tolist() == [30, 75]
    assert record.released_at.tolist() == [45, 90]
    assert record.answered_at.tolist() == [0, 45]


def test_the_channel_says_how_long_wrap_up_is_unless_the_stream_does() -> None:
    channels = [Channel("phone", wrap_up_seconds=15)]
    record = ran([traced([0, 10], 30)], [Group("desk")], channels=channels)
    assert record.answered_at.tolist() == [0, 45]
    record = ran([traced([0, 10], 30, wrap_up="0s")], [Group("desk")], channels=channels)
    assert record.answered_at.tolist() == [0, 30]


def test_speed_divides_handling_times() -> None:
    stream = traced([0, 100], 60)
    assert ran([stream], [Group("desk", speed=2)]).ended_at.tolist() == [30, 130]
    assert ran([stream], [Group("desk", speed={"calls": 0.5})]).ended_at.tolist() == [120, 240]


def test_several_at_once_take_longer() -> None:
    group = Group("desk", capacity=2, slowdown=0.5)
    record = ran([traced([0, 50, 60], [100, 100, 10])], [group])
    # From 50 on both proceed at 2/3: the first ends at 125, the third begins then.
    assert record.answered_at.tolist() == [0, 50, 125]
    # The second has 40 s of work left at 140, and is alone then.
    assert record.ended_at.tolist() == [125, 180, 140]


def test_at_the_end_of_a_shift_the_contact_is_finished() -> None:
    shift = ShiftPlan(Hours("mon", 0, 3600))
    record = ran([traced([3590, 3595], 60)], [Group("desk", shifts=[shift])], drain_seconds=7200)
    assert record.ended_at[0] == 3650
    assert record.outcome.tolist() == [COMPLETED, OPEN]
    assert record.staffed_from.tolist() == [0]
    assert record.staffed_to.tolist() == [3650]


def test_a_break_begins_after_the_contact_and_ends_by_the_clock() -> None:
    shift = ShiftPlan(Hours("mon", 0, 7200), 1, [Break("00:10", "00:20")])
    record = ran([traced([590, 595, 1300], 60)], [Group("desk", shifts=[shift])])
    assert record.answered_at.tolist() == [590, 1200, 1300]
    assert record.staffed_from.tolist() == [0, 1200]
    assert record.staffed_to.tolist() == [650, 7200]


def test_when_a_level_falls_the_first_to_finish_go() -> None:
    levels = [Level(Hours(start=0, end=100 * 60), 3), Level(Hours(start=100 * 60, end=86400), 1)]
    at = 100 * 60.0
    # Three in hand at the change, ending 10, 20 and 30 seconds after it; one more waits.
    record = ran(
        [traced([at - 5, at - 4, at - 3, at - 2], [35, 14, 23, 5])], [Group("g", levels=levels)]
    )
    assert record.ended_at[:3].tolist() == [at + 30, at + 10, at + 20]
    assert record.answered_at[3] == at + 30  # two have gone, the third stays and takes it
    gone = sorted(record.staffed_to.tolist())
    assert gone[:2] == [at + 10, at + 20]


def test_a_level_that_rises_again_keeps_who_was_to_go() -> None:
    levels = [
        Level(Hours(start=0, end=6000), 2),
        Level(Hours(start=6000, end=6060), 1),
        Level(Hours(start=6060, end=86400), 2),
    ]
    record = ran([traced([5990, 5991, 6061], [500, 500, 1])], [Group("g", levels=levels)])
    assert record.answered_at[2] == 6490  # both are busy, nobody new came
    assert len(record.staffed_from) == 2


def test_offers_are_accepted_after_a_reaction() -> None:
    channels = [Channel("phone", offer_seconds=20)]
    record = ran([traced([0, 100], 30)], [Group("desk", reaction="5s")], channels=channels)
    assert record.answered_at.tolist() == [5, 105]


def test_missed_and_declined_offers() -> None:
    channels = [Channel("phone", offer_seconds=20, retry_seconds=30)]
    group = Group("desk", count=4, miss=0.2, decline=0.3, reaction=Uniform(1, 5), back_after="40s")
    heard: Counter[object] = Counter()

    def listen(events: Events) -> None:
        heard.update(event[0] for event in events.tuples)

    scenario = Scenario(
        streams=[Stream("calls", channel="phone", arrivals="60 per hour", handling="60s")],
        groups=[group],
        channels=channels,
    )
    record = run_replication(scenario, listener=listen)
    check_identities(record)
    offers = heard[Assigned] + heard[Declined] + heard[OfferExpired]
    assert heard[OfferExpired] / offers == pytest.approx(0.2, abs=0.05)
    assert heard[Declined] / offers == pytest.approx(0.3, abs=0.05)
    assert (record.outcome == COMPLETED).all()


def test_relaxation_preference_and_expiry_act_at_their_instants() -> None:
    streams = [
        traced([0], 1000),
        Stream(
            "picky",
            channel="phone",
            arrivals=Trace([10]),
            handling="1s",
            skills={"fr": 1},
            relax=[RelaxStep(60, {})],
        ),
        Stream(
            "loyal",
            channel="phone",
            arrivals=Trace([20]),
            handling="1s",
            prefer=Preference("desk-1", 30),
        ),
        Stream(
            "hasty",
            channel="phone",
            arrivals=Trace([30]),
            handling="1s",
            skills={"fr": 1},
            expire_seconds=5,
        ),
    ]
    record = ran(streams, [Group("desk", count=2)])
    assert record.answered_at[:3].tolist() == [0, 70, 50]
    assert record.outcome[3] == EXPIRED
    assert record.ended_at[3] == 35


def test_opening_hours_turn_away() -> None:
    stream = traced([0, 9 * HOUR, 17 * HOUR], 60, opening=[Hours("mon", "09:00", "17:00")])
    record = ran([stream], [Group("desk")])
    assert record.outcome.tolist() == [CLOSED, COMPLETED, CLOSED]


def test_redials_come_after_the_delay_with_the_same_need() -> None:
    calls = traced(
        [0, 10], [1000, 77], patience="50s", redial=Redial(chance=1, after="100s", attempts=4)
    )
    record = ran([calls], [Group("desk")])
    assert record.attempt.tolist() == [1, 1, 2, 3, 4]
    assert record.arrived_at.tolist() == [0, 10, 160, 310, 460]
    assert (record.outcome[1:] == ABANDONED).all()
    quick = ran([attrs.evolve(calls, arrivals=Trace([0, 10], [120, 77]))], [Group("desk")])
    assert quick.ended_at[2] == 160 + 77


def everything() -> Scenario:
    return Scenario(
        streams=[
            Stream(
                "calls",
                channel="phone",
                arrivals=Poisson([Rate(90, Hours("mon-sun", "08:00", "18:00"))]),
                handling=Lognormal(240, 200),
                wrap_up=Exponential(20),
                patience=Exponential(120),
                redial=Redial(chance=0.5, after=Exponential(200)),
                opening=[Hours("mon-sun", "08:30", "18:00")],
                priority=3,
            ),
            Stream(
                "chats",
                channel="chat",
                arrivals="30 per hour",
                handling=Exponential(300),
                patience=Exponential(500),
                skills={"chat": 1},
                expire_seconds=400,
            ),
            Stream(
                "mails",
                channel="email",
                arrivals="8 per hour",
                handling=Uniform(60, 400),
                skills={"chat": 1, "mail": 1},
                relax=[RelaxStep(600, {"chat": 1})],
            ),
        ],
        groups=[
            Group(
                "one",
                count=5,
                capacity=2,
                limits={"phone": 1},
                skills={"chat": 1, "mail": 1},
                slowdown=0.4,
                shrinkage=0.1,
                miss=0.1,
                decline=0.1,
                reaction=Uniform(1, 4),
                shifts=[
                    ShiftPlan(
                        Hours("mon-sun", "07:00", "15:00"),
                        breaks=[Break("11:00", "11:20", turns=2)],
                    )
                ],
            ),
            Group(
                "two",
                speed=1.2,
                levels=[
                    Level(Hours(start=0, end=43200), 3),
                    Level(Hours(start=43200, end=86400), 6),
                ],
            ),
        ],
        channels=[
            Channel("phone", cost=1, target_seconds=20),
            Channel("chat", offer_seconds=15, retry_seconds=20),
        ],
        order="aging:60",
        max_waiting=40,
        busyness=Busyness(10),
        horizon_seconds=2 * 86400.0,
    )


def test_all_together_keeps_the_identities() -> None:
    scenario = everything()
    for replication in range(2):
        record = run_replication(scenario, 5, replication)
        check_identities(record)
        assert set(record.outcome.tolist()) >= {COMPLETED, ABANDONED, EXPIRED, CLOSED}
        assert record.attempt.max() > 1


def test_a_listener_changes_nothing_and_hears_ids_once() -> None:
    scenario = everything()
    ids: list[object] = []

    def listen(events: Events) -> None:
        ids.extend(event[2] for event in events.tuples if event[0] is Queued)

    heard = run_replication(scenario, 5, listener=listen)
    silent = run_replication(scenario, 5)
    for name, column in silent.columns().items():
        np.testing.assert_array_equal(column, heard.columns()[name])
    assert len(set(ids)) == len(ids) == int(heard.entered.sum())


def test_the_same_seed_gives_the_same_run_and_another_does_not() -> None:
    scenario = everything()
    first, again, other = (run_replication(scenario, seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first.answered_at, again.answered_at)
    assert first.answered_at[:50].tolist() != other.answered_at[:50].tolist()


def by_size(contact: EnteringContact) -> float:
    return -contact.arrived_at


def test_two_policies_meet_the_same_customers() -> None:
    scenario = attrs.evolve(everything(), max_waiting=None)
    fair = run_replication(scenario, 5)
    unfair = run_replication(scenario, 5, order=by_size, selection="least-loaded")
    check_identities(unfair)
    first = fair.attempt == 1
    count = int(first.sum())
    for name in ("stream", "arrived_at", "patience"):
        np.testing.assert_array_equal(getattr(fair, name)[:count], getattr(unfair, name)[:count])
    assert fair.answered_at[:count].tolist() != unfair.answered_at[:count].tolist()


def test_it_can_be_stopped() -> None:
    calls = Stream("calls", channel="phone", arrivals="3600 per hour", handling=Constant(1))
    scenario = Scenario(streams=[calls], groups=[Group("desk", count=2)])
    asked: list[int] = []

    def stopped() -> bool:
        asked.append(1)
        return len(asked) > 2

    record = run_replication(scenario, stopped=stopped)
    assert record.incomplete
    assert record.horizon_seconds == record.ended_seconds < scenario.horizon_seconds


def test_memory_does_not_grow_with_the_contacts_that_have_been() -> None:
    made: list[str] = []
    plain = Stream.contact

    def counted(self: Stream, contact_id: str) -> Contact:
        made.append(contact_id)
        return plain(self, contact_id)

    calls = Stream("calls", channel="phone", arrivals="3600 per hour", handling=Exponential(5))
    scenario = Scenario(streams=[calls], groups=[Group("desk", count=10)], horizon_seconds=7200)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stream, "contact", counted)
        record = run_replication(scenario, 1)
    assert len(record) > 6500
    assert len(made) < 60


def test_a_group_has_a_wrap_up_of_its_own_and_takes_its_own_kind_first() -> None:
    calls = Stream(
        "calls", channel="phone", arrivals=Trace([0.0, 1.0, 2.0]), handling=Constant(10)
    )
    loans = Stream(
        "loans",
        channel="phone",
        arrivals=Trace([3.0]),
        handling=Constant(10),
        any_of=[{"loans": 1, "cards": 1}],
        not_agents=["other-1"],
    )
    scenario = Scenario(
        streams=[calls, loans],
        groups=[
            Group(
                "desk",
                skills={"loans": 1},
                wrap_up_seconds={"phone": 5},
                skill_order=["loans"],
            ),
            Group("other", skills={"loans": 1}, channels=["fax"]),
        ],
        horizon_seconds=100,
    )
    record = run_replication(scenario)
    assert record.answered_at.tolist() == [0.0, 30.0, 45.0, 15.0]
    assert (record.released_at - record.ended_at).tolist() == [5.0] * 4
