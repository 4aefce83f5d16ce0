"""Every command of the router, many of one kind in a row, in a centre with a backlog."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from omniqueue import Agent, Channel, Contact, Router

Size = Callable[[int, int], int]
Call = Callable[[], object]
Prepare = Callable[[int], tuple[Router, list[Call]]]


def centre(
    agents: int, waiting: int, *, offer: bool = False, wrap_up: float | None = 0.0
) -> Router:
    """A router with so many agents, each with a contact from "c0" on, and a backlog."""
    offer_seconds = 1e6 if offer else None
    names = ("phone", "email", "fax", "chat")
    router = Router(
        channels=[
            Channel(name, offer_seconds=offer_seconds, wrap_up_seconds=wrap_up) for name in names
        ]
    )
    skills = {f"s{skill}": 5 for skill in range(10)}
    for index in range(agents):
        router.add_agent(Agent(f"a{index}", skills=skills), at=0.0)
    for index in range(agents + waiting):
        router.submit(contact(f"c{index}", index), at=1.0)
    return router


def contact(name: str, index: int) -> Contact:
    channel = ("phone", "email", "fax", "chat")[index % 4]
    return Contact(name, channel, skills={f"s{index % 10}": 1 + index % 5})


def held(count: int) -> list[str]:
    """The contacts that agents have."""
    return [f"c{index}" for index in range(count)]


def waiting(count: int) -> list[str]:
    """Contacts that wait, from everywhere in the queue."""
    return [f"c{count + (index * 7919) % count}" for index in range(count)]


def each(command: Callable[..., object], names: Sequence[str], **more: object) -> list[Call]:
    return [partial(command, name, at=2.0, **more) for name in names]


def submit_waits(count: int) -> tuple[Router, list[Call]]:
    router = centre(10, count)
    new = [contact(f"n{index}", index) for index in range(count)]
    return router, [partial(router.submit, one, at=2.0) for one in new]


def submit_taken(count: int) -> tuple[Router, list[Call]]:
    router = centre(0, 0)
    for index in range(count):
        router.add_agent(Agent(f"a{index}", skills={f"s{s}": 5 for s in range(10)}), at=0.0)
    new = [contact(f"n{index}", index) for index in range(count)]
    return router, [partial(router.submit, one, at=2.0) for one in new]


def abandon(count: int) -> tuple[Router, list[Call]]:
    router = centre(count, count)
    return router, each(router.abandon, waiting(count))


def cancel(count: int) -> tuple[Router, list[Call]]:
    router = centre(count, count)
    return router, each(router.cancel, waiting(count))


def resume(count: int) -> tuple[Router, list[Call]]:
    router, calls = abandon(count)
    for call in calls:
        call()
    return router, each(router.resume, waiting(count))


def defer(count: int) -> tuple[Router, list[Call]]:
    router = centre(count, count)
    return router, each(router.defer, waiting(count), until=1e6)


def release(count: int) -> tuple[Router, list[Call]]:
    router, calls = defer(count)
    for call in calls:
        call()
    return router, each(router.release, waiting(count))


def update(count: int) -> tuple[Router, list[Call]]:
    router = centre(count, count)
    return router, each(router.update, waiting(count), skills={"s1": 2})


def accept(count: int) -> tuple[Router, list[Call]]:
    router = centre(count, count, offer=True)
    agents = [router.contacts[name].agent for name in held(count)]
    pairs = zip(held(count), agents, strict=True)
    return router, [partial(router.accept, name, str(agent), at=2.0) for name, agent in pairs]


def decline(count: int) -> tuple[Router, list[Call]]:
    router = centre(count, count, offer=True)
    agents = [router.contacts[name].agent for name in held(count)]
    pairs = zip(held(count), agents, strict=True)
    calls: list[Call] = [
        partial(router.decline, name, str(agent), at=2.0) for name, agent in pairs
    ]
    return router, calls[: count // 10]  # each that was declined stands apart from then on


def complete(count: int) -> tuple[Router, list[Call]]:
    router = centre(count, count)
    return router, each(router.complete, held(count))


def finish_wrap_up(count: int) -> tuple[Router, list[Call]]:
    router = centre(count, count, wrap_up=None)
    for name in held(count):
        router.complete(name, at=1.0)
    return router, each(router.finish_wrap_up, held(count))


def transfer(count: int) -> tuple[Router, list[Call]]:
    router = centre(count, count)
    return router, each(router.transfer, held(count), skills={"s2": 1})


def park(count: int) -> tuple[Router, list[Call]]:
    router = centre(count, count)
    return router, each(router.park, held(count))


def reopen(count: int) -> tuple[Router, list[Call]]:
    router, calls = park(count)
    for call in calls:
        call()
    return router, each(router.reopen, held(count))


def assign(count: int) -> tuple[Router, list[Call]]:
    router = centre(0, count)
    for index in range(count):
        router.add_agent(Agent(f"x{index}", skills={"s0": 1}, channels=[]), at=1.0)
    for index in range(count):
        name = f"n{index}"
        router.submit(Contact(name, "fax", not_before=1e6), at=1.0)
        router.update_agent(f"x{index}", at=1.0, channels=["fax"])
    free = [name for name, view in router.agents.items() if view.free]
    names = [f"n{index}" for index in range(len(free))]
    return router, [
        partial(router.assign, name, agent, at=2.0)
        for name, agent in zip(names, free, strict=True)
    ]


def add_agent(count: int) -> tuple[Router, list[Call]]:
    router = centre(10, 2 * count)
    skills = {f"s{skill}": 5 for skill in range(10)}
    agents = [Agent(f"n{index}", skills=skills) for index in range(count)]
    return router, [partial(router.add_agent, agent, at=2.0) for agent in agents]


def update_agent(count: int) -> tuple[Router, list[Call]]:
    router = centre(count, count)
    names = [f"a{index}" for index in range(count)]
    return router, each(router.update_agent, names, capacity=2)


def remove_agent(count: int) -> tuple[Router, list[Call]]:
    router = centre(count, count)
    return router, each(router.remove_agent, [f"a{index}" for index in range(count)])


def set_presence(count: int) -> tuple[Router, list[Call]]:
    router = centre(count, count)
    names = [f"a{index}" for index in range(count)]
    calls: list[Call] = []
    for state in ("away", "ready"):
        calls += each(router.set_presence, names, state=state)
    return router, calls


def advance(count: int) -> tuple[Router, list[Call]]:
    router = centre(10, 0)
    for index in range(count):
        router.submit(Contact(f"n{index}", "fax", expire_seconds=10.0 + index), at=2.0)
    return router, [partial(router.advance, at=12.0 + index) for index in range(count)]


COMMANDS: tuple[Prepare, ...] = (
    submit_waits, submit_taken, abandon, cancel, resume, defer, release, update, accept, decline,
    complete, finish_wrap_up, transfer, park, reopen, assign, add_agent, update_agent,
    remove_agent, set_presence, advance,
)  # fmt: skip


@pytest.mark.parametrize("prepare", COMMANDS, ids=lambda prepare: prepare.__name__)
def test_command(benchmark: BenchmarkFixture, size: Size, rounds: int, prepare: Prepare) -> None:
    """So many commands of a kind as `extra_info` says."""
    count = size(20, 2_000)
    used: list[Router] = []

    def setup() -> tuple[tuple[list[Call]], dict[str, object]]:
        router, calls = prepare(count)
        used[:] = [router]
        benchmark.extra_info["commands"] = len(calls)
        return (calls,), {}

    benchmark.pedantic(give, setup=setup, rounds=rounds)
    if not benchmark.enabled:
        used[0].check()


def give(calls: Sequence[Call]) -> None:
    for call in calls:
        call()
