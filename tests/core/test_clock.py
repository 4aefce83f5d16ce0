"""Time: any epoch and scale, zero durations, long jumps."""

from __future__ import annotations

import json
import random

import pytest

from core.worlds import router
from omniqueue import (
    Agent,
    Channel,
    Contact,
    Event,
    RelaxStep,
    Router,
)
from omniqueue.errors import InvalidValueError
from oracle.generate import Writer
from oracle.naive_values import Json
from oracle.side_by_side import first_difference


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


def test_a_jump_beyond_the_bound_is_refused_and_the_clock_stays() -> None:
    made = Router(max_jump_seconds=3600)
    made.advance(at=1.7e9)  # the first command may have any time
    made.submit(Contact("c", "fax", expire_seconds=60), at=1.7e9 + 3600)
    before = made.snapshot()
    with pytest.raises(InvalidValueError, match="max_jump_seconds is 3600"):
        made.advance(at=1.7e12)
    with pytest.raises(InvalidValueError, match="max_jump_seconds"):
        made.submit(Contact("d", "fax"), at=made.now + 3601.0)
    assert made.snapshot() == before
    for _ in range(5):  # whatever quick way a command takes, the bound goes by the one before
        made.submit(Contact(f"{made.now}", "fax"), at=made.now + 3000)
    assert made.contacts["c"].state == "expired"
    for other in (Router.restore(made.snapshot()), made.fork()):
        with pytest.raises(InvalidValueError, match="max_jump_seconds"):
            other.advance(at=made.now + 3601)
        other.advance(at=made.now + 3600)
        with pytest.raises(InvalidValueError, match="max_jump_seconds"):
            other.submit(Contact("e", "fax"), at=made.now + 7300.0)


def test_times_beyond_every_float_are_kept() -> None:
    made = Router(forget_seconds=1e308)
    made.submit(Contact("c", "fax"), at=1.7e308)
    made.cancel("c", at=1.7e308)
    saved = json.loads(json.dumps(made.snapshot(), allow_nan=False))
    assert Router.restore(saved).snapshot()["digest"] == saved["digest"]
