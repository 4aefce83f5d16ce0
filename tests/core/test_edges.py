"""Unusual but legal: huge and tiny times, empty capacities, odd ids, long jumps, full queues."""

from __future__ import annotations

import random
from typing import Any

import pytest

from core.worlds import names, refused, router, shown
from omniqueue import (
    Agent,
    Channel,
    Contact,
    Event,
    InvalidValueError,
    Preference,
    QueueFullError,
    RelaxStep,
    Router,
    Unservable,
)
from oracle.generate import Writer
from oracle.naive_values import Json
from oracle.side_by_side import first_difference


def agree(agents: list[Json], *steps: tuple[Any, ...], **play: Any) -> None:
    """Both routers do the same on a play; steps are (at, do, fields)."""
    written = [{"at": at, "do": do, **fields} for at, do, fields in steps]
    whole = {"agents": agents, "steps": written, **play}
    assert first_difference(whole) is None
    assert first_difference(whole, restore=2) is None


class OtherTimes(Writer):
    """Writes plays whose durations and instants are not the usual ones."""

    def __init__(self, seed: int, start: float, scale: float, zero: bool) -> None:
        self.start, self.scale, self.zero = start, scale, zero
        super().__init__(random.Random(seed), False)

    def _play(self) -> Json:
        self.at = self.start
        return super()._play()

    def seconds(self) -> float:
        return 0 if self.zero else super().seconds() * self.scale

    def length(self) -> float:
        return super().length() * self.scale

    def time(self) -> float:
        chance = self.rng.random()
        timer = self.router.next_timer()
        if chance < 0.3 and timer is not None:
            return timer
        return self.at + self.rng.choice((0, 0, 1, 1, 2, 3, 10)) * self.scale

    def channel_settings(self) -> Json:
        settings = super().channel_settings()
        for name, value in settings.items():
            if name.endswith("_seconds") and value is not None:
                zero = self.zero and name != "offer_seconds"
                settings[name] = 0 if zero else value * self.scale
        return settings


@pytest.mark.parametrize(
    ("start", "scale", "zero"),
    [(1.7e9, 0.1, False), (-1.7e9, 1 / 3, False), (0, 1, True), (4e15, 0.1, False),
     (1e-300, 1e-300, False), (-2e-322, 4e-323, False), (1e300, 1e299, False)],
)  # fmt: skip
def test_any_epoch_and_any_scale(start: float, scale: float, zero: bool) -> None:
    """Tenths at today's Unix time, steps that vanish in rounding, zero durations everywhere."""
    for seed in range(20):
        play = OtherTimes(seed, start, scale, zero).write(60)
        play["steps"].insert(0, {"at": start, "do": "advance"})
        assert first_difference(play) is None, seed


def test_a_jump_of_a_year_fires_each_timer_once_and_in_order() -> None:
    channel = Channel("c1", offer_seconds=7, retry_seconds=60, max_misses=1000, reserve_seconds=9)
    made = router(Agent("ana", capacity=2), channels=[channel])
    twin = Router.restore(made.snapshot())
    events: list[Event] = []
    small: list[Event] = []
    steps = [RelaxStep(100 * n, {}) for n in range(1, 20)]
    for one, told in ((made, events), (twin, small)):
        told += one.submit(Contact("c", "c1", relax=steps), at=0)
        told += one.submit(Contact("d", "c1", not_before=50), at=0)
        told += one.submit(Contact("e", "c1", skills={"x": 1}, expire_seconds=5000), at=0)
    events += made.advance(at=31_536_000)
    while twin.next_timer is not None and twin.next_timer <= 31_536_000:
        small += twin.advance(at=twin.next_timer)
    small += twin.advance(at=31_536_000)
    assert [event.to_dict() for event in events] == [event.to_dict() for event in small]
    times = [event.at for event in events]
    assert times == sorted(times)
    relaxed = [event.at for event in events if event.name == "relaxed"]
    assert relaxed == [100.0 * n for n in range(1, 20)]
    assert made.snapshot() == twin.snapshot()


def test_capacity_lowered_below_the_load() -> None:
    """Work goes on; nothing new until it fits again."""
    made = router(Agent("ana", capacity=3))
    for index in range(4):
        made.submit(Contact(f"c{index}", "phone"), at=0)
    made.update_agent("ana", at=1, capacity=1)
    assert made.agents["ana"].free == -2
    assert names(made.complete("c0", at=2)) == ["completed"]
    assert names(made.complete("c1", at=3)) == ["completed"]
    made.check()
    assert names(made.complete("c2", at=4)) == ["completed", "assigned"]
    made.update_agent("ana", at=5, capacity=0)
    assert names(made.complete("c3", at=6)) == ["completed"]
    assert repr(made.agents["ana"]) == "<agent 'ana': ready, 0 of 0 in use>"
    made.check()


def test_a_cost_above_all_capacities_is_accepted_and_waits() -> None:
    made = router(Agent("ana", capacity=5), channels=[Channel("big", cost=6)])
    assert names(made.submit(Contact("c", "big"), at=0)) == ["queued", "unservable"]
    assert names(made.update_agent("ana", at=1, capacity=6)) == ["agent_updated", "assigned"]


def test_a_need_that_nobody_has_is_told_once() -> None:
    """Once while such contacts wait, not with each of them."""
    made = router(Agent("ana"))
    told = []
    for index in range(5):
        told += made.submit(Contact(f"c{index}", "fax", skills={"x": 1}), at=index).of(Unservable)
    assert [event.contact for event in told] == ["c0"]
    assert told[0].skills == {"x": 1}
    made.add_agent(Agent("bob", skills={"x": 1}), at=9, presence="away")
    made.submit(Contact("c9", "fax", skills={"x": 2}), at=9)
    assert names(made.submit(Contact("d", "fax", skills={"x": 1}), at=9)) == ["queued"]


def test_a_full_queue_refuses_only_who_would_wait() -> None:
    made = router(Agent("ana"), max_waiting=1)
    made.submit(Contact("a", "phone"), at=0)
    made.submit(Contact("w", "phone"), at=0)
    refused(made, QueueFullError, lambda: made.submit(Contact("x", "phone"), at=0))
    made.add_agent(Agent("bob", channels=["fax"]), at=0)
    assert "assigned" in names(made.submit(Contact("f", "fax"), at=0))
    later = Contact("x", "fax", not_before=9)
    refused(made, QueueFullError, lambda: made.submit(later, at=0))
    waits_for_ana = Contact("x", "phone", prefer=Preference("ana", 5))
    refused(made, QueueFullError, lambda: made.submit(waits_for_ana, at=0))
    made.cancel("w", at=1)
    made.submit(Contact("x", "phone"), at=1)
    made.park("a", at=2)
    assert made.reopen("a", at=2)[0].name == "reopened"
    made.check()


def test_nobody_may_wait_at_all() -> None:
    made = router(Agent("ana"), max_waiting=0)
    made.submit(Contact("a", "phone"), at=0)
    refused(made, QueueFullError, lambda: made.submit(Contact("b", "phone"), at=0))
    made.complete("a", at=1)
    made.submit(Contact("b", "phone"), at=1)


def test_64_needed_skills_and_a_thousand_held() -> None:
    needed = {f"s{n}": 1 + n % 3 for n in range(64)}
    held = {f"s{n}": 3 for n in range(1000)}
    made = router(Agent("ana", skills=held), selection="closest-fit")
    made.add_agent(Agent("bob", skills={**needed, "s0": 2}), at=0)
    events = made.submit(Contact("c", "fax", skills=needed), at=0)
    assert shown(events)[-1] == "assigned c bob@0"
    with pytest.raises(InvalidValueError):
        Contact("d", "fax", skills={**needed, "more": 1})
    with pytest.raises(InvalidValueError):
        Agent("d", skills={**held, "more": 1})


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "'; DROP TABLE x", "%s", "{0}", "\u65e5\u672c", "\U0001f600" * 32,
     "x" * 128, " a "],
)  # fmt: skip
def test_any_printable_id_is_just_an_id(name: str) -> None:
    made = router(Agent(name, skills={name: 1}), channels=[Channel(name)])
    made.submit(Contact(name, name, skills={name: 1}, prefer=Preference(name, 5)), at=0)
    assert made.contacts[name].agent == name
    assert Router.restore(made.snapshot()).agents[name].contacts == (name,)
    made.complete(name, at=1)
    assert repr(made.contacts[name]).isascii()


def test_a_thousand_channels() -> None:
    channels = [Channel(f"ch{n}", cost=n % 7 + 1) for n in range(996)]
    made = Router(channels=channels)
    made.add_agent(Agent("ana", capacity=7, limits={f"ch{n}": n % 3 for n in range(996)}), at=0)
    for n in range(996):
        made.submit(Contact(f"c{n}", f"ch{n}"), at=n)
    made.check()
    with pytest.raises(InvalidValueError):
        Router(channels=[Channel(f"ch{n}") for n in range(997)])


def test_who_was_removed_and_came_back_is_still_excluded_barred_and_preferred() -> None:
    chat = {"chat": {"offer_seconds": 5, "retry_seconds": 50}}
    ana, bob = {"id": "ana"}, {"id": "bob", "presence": "away"}
    agree(
        [ana, bob],
        (0, "submit", {"contact": {"id": "e", "channel": "chat"}}),
        (1, "decline", {"contact": "e", "agent": "ana"}),
        (2, "remove_agent", {"agent": "ana"}),
        (3, "add_agent", {"agent": ana}),
        (4, "submit", {"contact": {"id": "t", "channel": "phone"}}),
        (5, "transfer", {"contact": "t"}),
        (6, "remove_agent", {"agent": "ana"}),
        (7, "add_agent", {"agent": {"id": "ana", "capacity": 3}}),
        (8, "submit", {"contact": {"id": "p", "channel": "fax", "prefer": {
            "agent": "bob", "seconds": 90, "skip_if_away": False}}}),
        (9, "remove_agent", {"agent": "bob"}),
        (10, "advance", {}),
        (20, "add_agent", {"agent": {"id": "bob", "skills": {"x": 1}}}),
        (60, "advance", {}),
        (99, "advance", {}),
        channels=chat,
    )  # fmt: skip


def test_places_given_up_in_priority_order() -> None:
    steps: list[tuple[Any, ...]] = []
    for index in range(6):
        contact = {"id": f"c{index}", "channel": "phone", "priority": index % 2}
        steps.append((index, "submit", {"contact": contact}))
    for index in range(6, 20):
        steps.append((index, "transfer", {"contact": f"c{index % 6}", "keep_place": False}))
        steps.append((index, "complete", {"contact": f"c{index % 5}"}))
    for order in ("priority", "deadline", {"aging": {"seconds_per_priority": 0}}):
        agree([{"id": "ana"}, {"id": "bob", "capacity": 2}], *steps, order=order)


def test_limits_and_a_change_of_channel() -> None:
    """A call-back counts against the limit of the channel it changed to."""
    ana = {"id": "ana", "capacity": 4, "limits": {"phone": 0, "fax": 1}}
    agree(
        [ana],
        (0, "submit", {"contact": {"id": "a", "channel": "phone"}}),
        (0, "submit", {"contact": {"id": "b", "channel": "phone"}}),
        (1, "defer", {"contact": "a", "channel": "fax"}),
        (1, "defer", {"contact": "b", "channel": "fax", "until": 5}),
        (2, "release", {"contact": "a"}),
        (6, "advance", {}),
        (7, "update_agent", {"agent": {"id": "ana", "limits": {"fax": 2}}}),
        (8, "update_agent", {"agent": {"id": "ana", "limits": {"fax": 0}}}),
        (9, "complete", {"contact": "a"}),
        (9, "complete", {"contact": "b"}),
    )


@pytest.mark.parametrize(
    "channels",
    [["pigeon"], ("pigeon",), {"pigeon"}, {"pigeon": 1}, iter(["pigeon"])],
    ids=["list", "tuple", "set", "dict", "iterator"],
)
def test_an_unknown_channel_in_any_kind_of_list_is_refused(channels: Any) -> None:
    """And the agent is as it was."""
    made = router(Agent("ana"))
    before = made.snapshot()
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is asserted below
        made.update_agent("ana", at=0, channels=channels)
    assert type(caught.value).__name__ in ("UnknownChannelError", "InvalidValueError")
    made.check()
    assert made.snapshot() == before
    assert "assigned" in names(made.submit(Contact("c", "phone"), at=0))
