"""The verdict names what is wrong in streams of events made by hand, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import pytest

from omniqueue import Channel, Event, Skills
from omniqueue.model import agent_events as of_agents, contact_events as of_contacts
from omniqueue.record.fairness import FairnessJudge
from omniqueue.record.verdict import CAUSES, FAULT_KINDS, FAULTS_KEPT_MAX, Verdict

NONE = Skills.of({})
BILLING = Skills.of({"billing": 2})


def judged(
    *events: Event, channels: Sequence[Channel] = (), order: str | None = "arrival"
) -> Verdict:
    judge = FairnessJudge(channels, order=order)
    judge.observe(events)
    return judge.verdict()


def agent(
    name: str = "ana",
    *,
    skills: Skills = NONE,
    capacity: int = 1,
    channels: tuple[str, ...] | None = None,
    limits: dict[str, int] | None = None,
    presence: str = "ready",
    costs: dict[str, int] | None = None,
) -> Event:
    return of_agents.AgentAdded(
        0.0, name, skills, capacity, limits or {}, channels, presence, costs or {}
    )


def queued(
    name: str,
    at: float,
    *,
    channel: str = "phone",
    skills: Skills = NONE,
    priority: int = 0,
    rank: float | None = None,
) -> Event:
    place = at if rank is None else rank
    return of_contacts.Queued(at, name, channel, skills, priority, at, place)


def assigned(name: str, at: float, to: str = "ana", *, by_hand: bool = False) -> Event:
    return of_contacts.Assigned(at, name, to, by_hand)


def causes(verdict: Verdict) -> dict[str, int]:
    return {cause: number for cause, number in verdict.overtakings.items() if number}


def kinds(verdict: Verdict) -> dict[str, int]:
    return dict(verdict.unexplained)


def test_in_turn_is_fair() -> None:
    verdict = judged(
        agent(presence="away"),
        queued("c1", 1),
        queued("c2", 2),
        of_agents.PresenceSet(3.0, "ana", "ready", None),
        assigned("c1", 3),
    )
    assert verdict.fair
    assert verdict.judged == 1
    assert causes(verdict) == {}
    assert verdict.most_overtaken is None


def test_two_contacts_swapped_are_named() -> None:
    verdict = judged(queued("c1", 1), queued("c2", 2), agent(), assigned("c2", 3))
    assert not verdict.fair
    assert kinds(verdict) == {"passed over": 1}
    (fault,) = verdict.faults
    assert (fault.at, fault.contact, fault.agent, fault.passed_over) == (3, "c2", "ana", "c1")
    assert "ana got c2 while c1 (phone) waited before it" in str(fault)
    assert verdict.most_overtaken == ("c1", 1)


def test_many_passed_over_are_counted_one_by_one_and_named_once() -> None:
    waiting = [queued(f"c{number}", number) for number in range(1, 31)]
    verdict = judged(*waiting, agent(), assigned("c30", 40))
    assert kinds(verdict) == {"passed over": 29}
    assert [(fault.passed_over, fault.others) for fault in verdict.faults] == [("c1", 28)]


def test_only_the_first_faults_are_kept() -> None:
    events = [queued("first", 0)]
    for number in range(1, 40):
        events += [queued(f"c{number}", number), agent(f"a{number}")]
        events.append(assigned(f"c{number}", number, f"a{number}"))
    verdict = judged(*events)
    assert len(verdict.faults) == FAULTS_KEPT_MAX
    assert verdict.unexplained_total == 39


@pytest.mark.parametrize(
    ("cause", "earlier", "helper"),
    [
        ("skill", queued("c1", 1, skills=BILLING), agent()),
        ("skill", queued("c1", 1, skills=BILLING), agent(skills=Skills.of({"billing": 1}))),
        ("channel", queued("c1", 1, channel="fax"), agent(channels=("phone",))),
        ("room", queued("c1", 1, channel="video"), agent()),
        ("room", queued("c1", 1, channel="chat"), agent(limits={"chat": 0})),
    ],
)
def test_what_the_agent_cannot_take_is_explained(
    cause: str, earlier: Event, helper: Event
) -> None:
    verdict = judged(
        earlier, queued("c2", 2), helper, assigned("c2", 3), channels=[Channel("video", cost=2)]
    )
    assert verdict.fair
    assert causes(verdict) == {cause: 1}
    assert verdict.most_overtaken == ("c1", 1)


def test_a_deferred_contact_keeps_its_place_and_is_passed_over() -> None:
    events = [queued("c1", 1), of_contacts.Deferred(1.0, "c1", "phone", 9.0), queued("c2", 2)]
    assert causes(judged(*events, agent(), assigned("c2", 3))) == {"deferral": 1}
    back = of_contacts.Released(2.5, "c1")
    assert kinds(judged(*events, back, agent(), assigned("c2", 3))) == {"passed over": 1}


def test_a_contact_that_waits_for_another_agent_is_passed_over() -> None:
    events = [
        agent("jill", presence="away"),
        queued("c1", 1),
        of_contacts.Preferred(1.0, "c1", "jill", 46.0, False),
        queued("c2", 2),
    ]
    assert causes(judged(*events, agent(), assigned("c2", 3))) == {"preference": 1}
    over = of_contacts.PreferenceEnded(2.5, "c1", "jill")
    assert kinds(judged(*events, over, agent(), assigned("c2", 3))) == {"passed over": 1}


def test_the_preferred_agent_itself_must_take_it_in_turn() -> None:
    verdict = judged(
        queued("c1", 1),
        of_contacts.Preferred(1.0, "c1", "ana", 46.0, True),
        queued("c2", 2),
        agent(),
        assigned("c2", 3),
    )
    assert kinds(verdict) == {"passed over": 1}


def test_an_agent_who_declined_is_excluded_until_that_ends() -> None:
    events = [
        agent(),
        queued("c1", 1),
        of_contacts.Offered(1.0, "c1", "ana", 9.0),
        of_contacts.Declined(2.0, "c1", "ana", 62.0),
        of_contacts.Requeued(2.0, "c1"),
        queued("c2", 3),
    ]
    assert causes(judged(*events, assigned("c2", 3))) == {"exclusion": 1}
    ended = of_contacts.ExclusionEnded(3.0, "c1", "ana")
    assert kinds(judged(*events, ended, assigned("c2", 3))) == {"passed over": 1}
    assert kinds(judged(*events, assigned("c1", 3))) == {"excluded": 1}


def test_a_contact_sent_on_does_not_go_back_but_by_hand() -> None:
    events = [
        agent(capacity=2),
        queued("c1", 1),
        assigned("c1", 1),
        of_contacts.Transferred(2.0, "c1", "ana", NONE, True, 1.0),
        queued("c2", 3),
    ]
    assert causes(judged(*events, assigned("c2", 3))) == {"exclusion": 1}
    assert kinds(judged(*events, assigned("c1", 3))) == {"excluded": 1}
    assert judged(*events, assigned("c1", 3, by_hand=True)).fair


def test_a_reserved_agent_passes_over_all_but_its_contact() -> None:
    channels = [Channel("video", cost=2, reserve_seconds=5)]
    events = [
        agent(capacity=2),
        queued("c0", 0),
        assigned("c0", 0),
        queued("video", 1, channel="video"),
        of_contacts.Reserved(6.0, "video", "ana"),
        queued("c2", 7),
    ]
    assert kinds(judged(*events, assigned("c2", 7), channels=channels)) == {"reserved": 1}
    later = [of_contacts.Completed(8.0, "c0", "ana", 0.0), assigned("video", 8)]
    assert judged(*events, *later, channels=channels).fair
    early = of_contacts.Reserved(5.5, "video", "ana")
    verdict = judged(*events[:4], early, channels=channels)
    assert kinds(verdict) == {"early reservation": 1}


def test_what_a_supervisor_gives_by_hand_has_that_cause() -> None:
    events = [queued("c1", 1, skills=BILLING), queued("c2", 2), queued("c3", 3), agent()]
    verdict = judged(*events, assigned("c3", 4, by_hand=True))
    assert verdict.fair
    assert causes(verdict) == {"by_hand": 2}


def test_an_earlier_arrival_of_later_rank_is_passed_over_by_priority() -> None:
    events = [
        queued("c1", 1, rank=0),
        queued("c2", 2, priority=5, rank=-5),
        agent(),
        assigned("c2", 3),
    ]
    verdict = judged(*events, order="priority")
    assert verdict.fair
    assert causes(verdict) == {"priority": 1}
    assert kinds(judged(*events, order="arrival")) == {"wrong rank": 2}


def test_ranks_of_the_aging_order_are_computed_anew() -> None:
    events = [queued("c1", 100, priority=2, rank=-80.0)]
    assert judged(*events, order="aging:90.0").fair
    assert kinds(judged(*events, order="aging:60.0")) == {"wrong rank": 1}
    assert judged(*events, order="mine").fair  # a user's order: taken as it is told


@pytest.mark.parametrize(
    ("kind", "events"),
    [
        ("lacks skill", [queued("c1", 1, skills=BILLING), agent(), assigned("c1", 1)]),
        ("channel not taken", [queued("c1", 1), agent(channels=("fax",)), assigned("c1", 1)]),
        ("capacity exceeded", [queued("c1", 1), agent(capacity=0), assigned("c1", 1)]),
        ("limit exceeded", [queued("c1", 1), agent(limits={"phone": 0}), assigned("c1", 1)]),
        ("not ready", [queued("c1", 1), agent(presence="away"), assigned("c1", 1)]),
        (
            "other preferred",
            [
                agent("jill", presence="away"),
                agent(),
                queued("c1", 1),
                of_contacts.Preferred(1.0, "c1", "jill", 9.0, False),
                assigned("c1", 1),
            ],
        ),
        ("double assignment", [queued("c1", 1), agent(capacity=2), *[assigned("c1", 1)] * 2]),
        (
            "not waiting",
            [queued("c1", 1), of_contacts.Abandoned(1.0, "c1"), agent(), assigned("c1", 1)],
        ),
        ("unknown agent", [queued("c1", 1), assigned("c1", 1)]),
        ("unknown contact", [agent(), of_contacts.Requeued(1.0, "c1")]),
        ("queued twice", [queued("c1", 1), queued("c1", 2)]),
    ],
)
def test_a_contact_given_to_the_wrong_agent_is_named(kind: str, events: list[Event]) -> None:
    verdict = judged(*events)
    assert kinds(verdict) == {kind: 1}
    assert verdict.faults[0].kind == kind
    assert FAULT_KINDS[kind] in str(verdict.faults[0])


def test_work_lost_by_going_offline_gives_the_room_back() -> None:
    verdict = judged(
        agent(),
        queued("c1", 1),
        assigned("c1", 1),
        of_agents.PresenceSet(2.0, "ana", "offline", None),
        of_contacts.Requeued(2.0, "c1"),
        of_agents.PresenceSet(3.0, "ana", "ready", None),
        assigned("c1", 3),
    )
    assert verdict.fair


def test_wrap_up_takes_room_until_it_ends() -> None:
    events = [agent(), queued("c1", 1), assigned("c1", 1), queued("c2", 2)]
    done = of_contacts.Completed(3.0, "c1", "ana", 30.0)
    assert kinds(judged(*events, done, assigned("c2", 3))) == {"capacity exceeded": 1}
    over = of_contacts.WrapUpEnded(33.0, "c1", "ana")
    assert judged(*events, done, over, assigned("c2", 33)).fair


def test_a_transfer_can_give_the_place_up() -> None:
    events = [
        agent(capacity=2),
        queued("c1", 1),
        assigned("c1", 1),
        agent("eve", presence="away"),
        queued("c2", 2, channel="fax"),
        of_contacts.Transferred(3.0, "c1", "ana", NONE, False, 3.0),
        of_agents.PresenceSet(4.0, "eve", "ready", None),
        assigned("c2", 4, "eve"),
    ]
    assert judged(*events).fair


def test_a_cost_of_its_own_stands_for_the_channels() -> None:
    channels = [Channel("video", cost=2)]
    events = [queued("c1", 1, channel="video"), queued("c2", 2)]
    taken = [*events, agent(costs={"video": 1}), assigned("c1", 3)]
    assert judged(*taken, channels=channels).fair
    dear = [*events, agent(capacity=2, costs={"video": 3}), assigned("c2", 3)]
    assert causes(judged(*dear, channels=channels)) == {"room": 1}
    update = of_agents.AgentUpdated(4.0, "ana", NONE, 2, {}, None, {"video": 2})
    later = [*taken, update, assigned("c2", 4)]
    assert kinds(judged(*later, channels=channels)) == {"capacity exceeded": 1}
    cheap = attrs.evolve(update, costs={})  # then the channel's cost counts again
    assert kinds(judged(*taken, cheap, assigned("c2", 4), channels=channels)) == {
        "capacity exceeded": 1
    }


MAIL = [Channel("email", interrupted_by=["phone"]), Channel("phone", cost=2)]


def mails_and_a_call(*last: Event) -> Verdict:
    """Two e-mails are all that ana has room for; then a third waits, and a call comes in."""
    mails = [queued(name, at, channel="email") for at, name in enumerate(["m1", "m2", "m3"])]
    given = [assigned("m1", 2), assigned("m2", 2)]
    return judged(agent(capacity=2), *mails, *given, queued("call", 3), *last, channels=MAIL)


def aside(name: str, at: float = 3, by: str = "call") -> Event:
    return of_contacts.Interrupted(at, name, "ana", by)


def test_room_by_interrupting_is_room() -> None:
    verdict = mails_and_a_call(aside("m1"), aside("m2"), assigned("call", 3))
    assert verdict.fair
    assert causes(verdict) == {"room": 1}  # the third e-mail
    fax = judged(
        agent(),
        queued("m1", 1, channel="email"),
        assigned("m1", 1),
        queued("f", 2, channel="fax"),
        assigned("f", 2),
        channels=MAIL,
    )
    assert kinds(fax) == {"capacity exceeded": 1}


def test_interruptions_without_a_reason_are_named() -> None:
    verdict = mails_and_a_call(aside("m2"), assigned("call", 3))
    assert kinds(verdict) == {"not interrupted": 1}
    assert str(verdict.faults[0]) == (
        "not interrupted: at 3 ana kept on with m1 (email):"
        " the agent went on with it, though it had to make way"
    )
    assert kinds(mails_and_a_call(aside("m1"))) == {"needless interruption": 1}
    gone = of_contacts.Abandoned(3.0, "call")
    again = of_contacts.Continued(3.0, "m1", "ana")
    assert kinds(mails_and_a_call(aside("m1"), gone, again)) == {"needless interruption": 1}


def test_what_was_put_aside_goes_on_in_its_turn() -> None:
    events = [aside("m1"), aside("m2"), assigned("call", 3)]
    done = of_contacts.Completed(9.0, "call", "ana", 0.0)
    first, second = (of_contacts.Continued(9.0, name, "ana") for name in ("m1", "m2"))
    assert mails_and_a_call(*events, done, first, second).fair
    verdict = mails_and_a_call(*events, done, second, first)
    assert kinds(verdict) == {"wrong continuation": 1}
    assert "ana took up m2 (email): the agent took it up without room" in str(verdict.faults[0])
    assert kinds(mails_and_a_call(*events, first)) == {"wrong continuation": 1}
    wrap_up = of_contacts.Completed(9.0, "call", "ana", 30.0)
    assert kinds(mails_and_a_call(*events, wrap_up, first)) == {"wrong continuation": 1}


def test_every_cause_and_kind_has_its_words() -> None:
    assert set(judged().overtakings) == set(CAUSES)
    assert all(FAULT_KINDS.values())
    plain = judged(queued("c1", 1), assigned("c1", 1)).to_dict()
    assert plain["unexplained"] == 1
    assert plain["unexplained_by_kind"] == {"unknown agent": 1}
