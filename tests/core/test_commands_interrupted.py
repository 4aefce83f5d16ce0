"""A command that does not end leaves a router that refuses everything, or a sound one."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import omniqueue
from core.worlds import busy_play, router, taker
from omniqueue import (
    Agent,
    Contact,
    EnteringContact,
    Event,
    Events,
    OmniqueueError,
    Router,
)
from omniqueue.errors import BrokenRouterError, ReentrantCallError
from omniqueue.play.commands import take
from omniqueue.play.document import Step
from oracle.naive_values import Json
from oracle.side_by_side import fast_router, fast_step, steps_of

ENGINE = str(Path(omniqueue.__file__).parent)
INTERRUPTS = (KeyboardInterrupt, MemoryError, RecursionError)


class Tracer:
    """Counts the lines that run in the engine, and does something before one of them."""

    def __init__(self, stop_at: int, action: Callable[[], None]) -> None:
        self.lines = 0
        self.stop_at = stop_at
        self.action = action

    def __call__(self, frame: FrameType, event: str, _: object) -> Any:
        if not frame.f_code.co_filename.startswith(ENGINE):
            return None
        if event == "line":
            self.lines += 1
            if self.lines == self.stop_at:
                self.action()
        return self

    def run(self, command: Callable[[], object]) -> None:
        before = sys.gettrace()
        sys.settrace(self)
        try:
            command()
        finally:
            sys.settrace(before)


def ignore(event: Event) -> None:
    pass


def raises(error: type[BaseException]) -> Callable[[], None]:
    def action() -> None:
        raise error

    return action


def commands_on(made: Router, at: float) -> list[Callable[[], object]]:
    """All that a router can be asked; each with arguments that a sound one takes."""
    return [
        lambda: made.submit(Contact("new", "phone"), at=at),
        lambda: made.advance(at=at),
        lambda: made.add_agent(Agent("new"), at=at),
        lambda: made.abandon("c1", at=at),
        lambda: made.complete("c1", at=at),
        lambda: made.accept("c1", "ana", at=at),
        lambda: made.decline("c1", "ana", at=at),
        lambda: made.set_presence("ana", "ready", at=at),
        made.snapshot,
        made.check,
        made.fork,
        made.statistics,
        made.certify,
        lambda: made.observe(ignore),
        lambda: made.now,
        lambda: made.next_timer,
        lambda: list(made.queue),
        lambda: len(made.contacts),
        lambda: made.agents,
        lambda: made.explain("c1"),
        lambda: made.explain_agent("ana"),
        lambda: made.queue_for("ana"),
        lambda: made.position("c1"),
    ]


def is_broken(made: Router) -> bool:
    """Whether it refuses everything; False: it does not refuse to be copied."""
    with suppress(BrokenRouterError):
        made.fork()
        return False
    for ask in commands_on(made, 1e6):
        with pytest.raises(BrokenRouterError):
            ask()
    return True


def interrupted_steps(seed: int) -> Iterator[tuple[Router, Json, random.Random]]:
    """A router of a random play before each of its later steps."""
    rng = random.Random(seed)
    play = busy_play(seed)
    made = fast_router(play)
    for step in steps_of(play):
        if rng.random() < 0.2:
            yield made.fork(), step, rng
        fast_step(made, step)


def run(made: Router, step: Json) -> None:
    fields = {key: value for key, value in step.items() if key not in ("at", "do")}
    with suppress(OmniqueueError):
        take(made, Step(step["at"], step["do"], fields))


def test_400_interrupts_leave_no_wrong_answer() -> None:
    done = broken = seed = 0
    while done < 400:
        seed += 1
        for made, step, rng in interrupted_steps(seed):
            before, after = made.fork(), made.fork()
            count = Tracer(0, raises(KeyboardInterrupt))
            count.run(lambda: run(after, step))  # noqa: B023
            tracer = Tracer(rng.randint(1, count.lines), raises(rng.choice(INTERRUPTS)))
            if rng.random() < 0.3:
                made.observe(ignore)
            with suppress(*INTERRUPTS):
                tracer.run(lambda: run(made, step))  # noqa: B023
            done += 1
            if is_broken(made):
                broken += 1
                assert "half-way" in repr(made)
                continue
            made.check()  # it happened or it did not
            assert made.snapshot() in (before.snapshot(), after.snapshot()), (seed, step)
    assert broken > 200


def test_an_interrupt_in_an_observer_breaks_the_router_for_not_all_were_told() -> None:
    made = router(Agent("ana"))

    def stops(event: Event) -> None:
        raise KeyboardInterrupt

    made.observe(stops)
    with pytest.raises(KeyboardInterrupt):
        made.submit(Contact("c1", "phone"), at=1)
    with pytest.raises(BrokenRouterError, match="restore from a snapshot"):
        made.advance(at=2)


def test_an_interrupted_question_does_not_break_the_router() -> None:
    made = router(forget_seconds=5)
    for number in range(20):
        made.submit(Contact(f"c{number}", "phone"), at=number)
    lines = Tracer(0, raises(KeyboardInterrupt))
    lines.run(lambda: made.fork().position("c7"))
    for line in range(1, lines.lines):
        asked = made.fork()
        with suppress(KeyboardInterrupt):
            Tracer(line, raises(KeyboardInterrupt)).run(lambda: asked.position("c7"))  # noqa: B023
        asked.abandon("c3", at=30)
        assert asked.position("c7").queue == 7


def test_a_second_thread_is_refused_and_the_first_goes_on() -> None:
    made = router(Agent("ana"))
    refused: list[bool] = []  # by line of the first thread's command

    def meanwhile() -> None:
        thread = threading.Thread(target=lambda: refused.append(is_broken(made)))
        thread.start()
        thread.join()

    for line in range(1, 200):
        tracer = Tracer(line, meanwhile)
        contact = Contact(f"c{line}", "phone")
        tracer.run(lambda: made.submit(contact, at=5))  # noqa: B023
        made.check()
        assert contact.id in made.contacts
        if tracer.lines < line:
            break
    first, last = refused.index(True), len(refused) - refused[::-1].index(True)
    assert all(refused[first:last])  # from the door on until all is done
    assert last - first > 10
    assert len(refused) - (last - first) < 12


def test_a_refused_command_lowers_the_flag() -> None:
    made = router(Agent("ana"))
    assert taker(made, "c1") == "ana"
    refused: list[Callable[[], Events]] = [
        lambda: made.advance(at=-1),
        lambda: made.advance(at="soon"),  # type: ignore[arg-type]
        lambda: made.complete("nobody", at=1),
        lambda: made.submit(Contact("c1", "phone"), at=1),
        lambda: made.update_agent("ana", at=1, skills={"fr": 0}),
    ]
    for command in refused:
        with pytest.raises(OmniqueueError):
            command()
        assert not is_broken(made)
    made.check()


def test_a_policy_that_commands_is_refused_and_breaks_nothing() -> None:
    refusals: list[ReentrantCallError] = []

    def meddles(contact: EnteringContact) -> float:
        if contact.id == "c1":
            with pytest.raises(ReentrantCallError, match="policy") as refusal:
                made.advance(at=9)
            refusals.append(refusal.value)
        return 0

    made = Router(order=meddles)
    made.submit(Contact("c1", "phone"), at=1)
    assert len(refusals) == 1
    assert not is_broken(made)
    assert made.now == 1
