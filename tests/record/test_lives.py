"""Lives agree with the router's states; followers hear each move once, as it was and as it is."""

from __future__ import annotations

import random

import pytest

from omniqueue import Agent, Channel, Contact, Router
from omniqueue.model import contact_events
from omniqueue.model.event import Event
from omniqueue.record.lives import STATES, Life, Lives
from omniqueue.record.workload import Workload
from oracle.generate import random_play
from oracle.generate_interrupting import interrupting_play
from oracle.side_by_side import fast_router, fast_step, steps_of

BESIDE = {  # nothing moves
    contact_events.Preferred,
    contact_events.PreferenceEnded,
    contact_events.ExclusionEnded,
    contact_events.Reserved,
    contact_events.ReservationEnded,
    contact_events.PassedOver,
    contact_events.Unservable,
}


def test_every_event_of_a_contact_is_followed_or_moves_nothing() -> None:
    several = {each for each in vars(contact_events).values() if each in Event.kinds.values()}
    assert several == BESIDE | set(Lives().hears)


@pytest.mark.parametrize("block", range(2))
def test_states_holders_and_needs_are_the_routers(block: int) -> None:
    for seed in range(block * 20, block * 20 + 20):
        play = (interrupting_play if seed % 2 else random_play)(random.Random(seed), 60)
        made = fast_router(play)
        lives = Lives()
        made.observe(lives.hear)
        for step in steps_of(play):
            fast_step(made, step)
            open_ones = {view.id: view for view in made.contacts.values()}
            for life in lives:
                view = open_ones[life.id]
                assert (life.state, life.channel, life.skills) == (
                    view.state,
                    view.channel,
                    view.skills,
                )
                assert (life.since, life.answered_at) == (view.since, view.answered_at)
                if view.agent is not None:
                    assert life.agent == view.agent


def test_a_move_is_heard_with_what_was_before_and_what_is_now() -> None:
    heard: list[tuple[str | None, str, str | None, float, float, float | None]] = []

    def hear(life: Life, before: str | None, event: Event) -> None:
        heard.append((before, life.state, life.agent, event.at, life.since, life.answered_at))

    router, lives = Router(), Lives()
    lives.follow(dict.fromkeys(STATES, hear))
    router.observe(lives.hear)
    router.submit(Contact("c1", "phone"), at=1)
    router.add_agent(Agent("ana"), at=4)
    router.transfer("c1", at=9)
    router.abandon("c1", at=10)
    router.resume("c1", at=12)
    assert heard == [
        (None, "waiting", None, 1, 1, None),
        ("waiting", "active", "ana", 4, 1, None),
        ("active", "waiting", "ana", 9, 4, 4),
        ("waiting", "abandoned", "ana", 10, 9, 4),
        ("abandoned", "waiting", "ana", 12, 10, 4),
    ]


def test_new_needs_are_a_change_and_no_move() -> None:
    moved: list[str] = []
    changed: list[tuple[str, int]] = []
    router, lives = Router(), Lives()
    lives.follow(
        {"waiting": lambda life, before, event: moved.append(life.id)},
        on_change=lambda life: changed.append((life.id, life.skills["fr"])),
    )
    router.observe(lives.hear)
    router.submit(Contact("c1", "phone", skills={"fr": 1}), at=1)
    router.update("c1", skills={"fr": 3}, at=2)
    assert (moved, changed) == (["c1"], [("c1", 3)])
    [life] = lives
    assert life.entered_skills["fr"] == 1


def test_memory_is_that_of_what_is_not_over() -> None:
    channels = [Channel("phone", resume_seconds=30), Channel("sms", resume_seconds=30)]
    router, lives = Router(channels=channels), Lives(channels)
    workload = Workload(channels, lives)
    router.observe(lives.hear)
    router.observe(workload.hear)
    router.add_agent(Agent("ana"), at=0)
    for number in range(500):
        router.submit(Contact(f"c{number}", "phone"), at=number * 10)
        router.submit(Contact(f"d{number}", "sms"), at=number * 10)
        router.abandon(f"d{number}", at=number * 10 + 1)
        router.complete(f"c{number}", at=number * 10 + 2)
    assert len(lives) < 6
    assert not workload._held
    assert workload.agents(at=5000)["ana"].answered == 500


def test_whose_entry_was_not_heard_is_not_followed() -> None:
    lives = Lives()
    lives.observe(
        [
            contact_events.Assigned(1.0, "c1", "ana", False),
            contact_events.Resumed(2.0, "c1"),
            contact_events.Completed(3.0, "c1", "ana", 0.0),
        ]
    )
    assert len(lives) == 0


def test_an_id_queued_twice_ends_the_former_life() -> None:
    ended: list[str] = []
    router, lives = Router(), Lives()
    lives.follow({"cancelled": lambda life, before, event: ended.append(life.id)})
    queued = router.submit(Contact("c1", "phone"), at=1)
    lives.observe([*queued, *queued])
    assert (len(lives), ended) == (1, ["c1"])
