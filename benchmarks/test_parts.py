"""The engine's parts, each where it does most of the work: lanes, shapes, matching, timers."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from omniqueue import Agent, Channel, Contact, Router
from omniqueue.bench.timing import Stopwatch
from omniqueue.bench.workload import Engine, RoutingSizes, RoutingWorld
from omniqueue.core.rows import DEFERRAL
from omniqueue.core.timers import Timers

Size = Callable[[int, int], int]


@pytest.mark.parametrize("share", [0.5, 0.02], ids=["serve half", "serve few"])
@pytest.mark.parametrize("lanes", [10, 1_000, 10_000])
def test_lanes(
    benchmark: BenchmarkFixture, size: Size, rounds: int, lanes: int, share: float
) -> None:
    """Contacts of few and of many requirements, for agents who serve half of them, or few."""
    sizes = RoutingSizes(
        waiting=size(200, 100_000),
        lanes=size(min(lanes, 100), lanes),
        agents=size(20, 1_000),
        share=share,
    )
    world = RoutingWorld(sizes, Engine(), Stopwatch())
    benchmark.pedantic(world.run, (size(20, 10_000),), rounds=rounds, warmup_rounds=1)


def test_lanes_come_and_go(benchmark: BenchmarkFixture, size: Size, rounds: int) -> None:
    """The only agent who serves many lanes leaves and comes back."""
    router = Router()
    lanes = size(20, 10_000)
    router.add_agent(Agent("ana", skills={"s": lanes}, capacity=0), at=0.0)
    router.add_agent(Agent("bob", capacity=1), at=0.0)
    for lane in range(lanes):
        router.submit(Contact(f"c{lane}", "fax", skills={"s": lane + 1}), at=0.0)

    def leave_and_come() -> None:
        router.set_presence("ana", "away", at=1.0)
        router.set_presence("ana", "ready", at=1.0)

    benchmark.pedantic(leave_and_come, rounds=rounds)
    assert len(router.queue) == lanes


@pytest.mark.parametrize("profiles", [10, 1_000])
@pytest.mark.parametrize("idle", [False, True], ids=["backlog", "free"])
def test_shapes(
    benchmark: BenchmarkFixture, size: Size, rounds: int, profiles: int, idle: bool
) -> None:
    """Agents of few and of many kinds, all at work or half of them free."""
    sizes = RoutingSizes(
        waiting=0 if idle else size(200, 100_000),
        agents=size(20, 1_000),
        profiles=size(min(profiles, 20), profiles),
        idle=idle,
    )
    world = RoutingWorld(sizes, Engine(), Stopwatch())
    benchmark.pedantic(world.run, (size(20, 10_000),), rounds=rounds, warmup_rounds=1)


def test_shared_agents(benchmark: BenchmarkFixture, size: Size, rounds: int) -> None:
    """Agents with several contacts and limits, so that each contact changes their shape."""
    chance = Random(1)
    count = size(20, 2_000)
    names = ("phone", "email", "fax", "chat")

    def setup() -> tuple[tuple[Router, list[Contact], list[str]], dict[str, object]]:
        router = Router(channels=[Channel("phone", cost=3), Channel("email", cost=2)])
        for index in range(size(10, 500)):
            agent = Agent(f"a{index}", capacity=6, limits={"chat": 2, "phone": 1})
            router.add_agent(agent, at=0.0)
        first = [Contact(f"f{n}", chance.choice(names)) for n in range(count)]
        for contact in first:
            router.submit(contact, at=1.0)
        held = [c.id for c in first if router.contacts[c.id].state == "active"]
        more = [Contact(f"m{n}", chance.choice(names)) for n in range(count)]
        return (router, more, held), {}

    def turn(router: Router, more: list[Contact], held: list[str]) -> None:
        for contact, done in zip(more, held, strict=False):
            router.submit(contact, at=2.0)
            router.complete(done, at=2.0)

    benchmark.pedantic(turn, setup=setup, rounds=rounds)


@pytest.mark.parametrize("passed", [0, 1_000])
def test_matching_passes_others(
    benchmark: BenchmarkFixture, size: Size, rounds: int, passed: int
) -> None:
    """A freed agent walks past the heads of lanes that only others serve."""
    router = Router()
    heads = size(min(passed, 20), passed)
    router.add_agent(Agent("other", skills={"s": 100_000}, capacity=0), at=0.0)
    router.add_agent(Agent("busy", skills={"s": 100_000}), at=0.0)
    router.submit(Contact("long", "fax", skills={"s": 1}), at=0.0)
    router.add_agent(Agent("ana"), at=0.0)
    for lane in range(heads):
        router.submit(Contact(f"h{lane}", "fax", skills={"s": lane + 1}), at=0.0)
    turns = size(20, 2_000)
    made = 0
    router.submit(Contact("c0", "fax"), at=0.0)

    def turn() -> None:
        nonlocal made
        for _ in range(turns):
            made += 1
            router.submit(Contact(f"c{made}", "fax"), at=1.0)
            router.complete(f"c{made - 1}", at=1.0)

    benchmark.pedantic(turn, rounds=rounds)
    assert len(router.queue) == heads


@pytest.mark.parametrize("cancelled", [False, True], ids=["due", "cancelled"])
def test_timers(benchmark: BenchmarkFixture, size: Size, rounds: int, cancelled: bool) -> None:
    """Deadlines started, then due in order, or cancelled before."""
    router = Router()
    router.submit(Contact("c", "fax"), at=0.0)
    row = router._state.contacts["c"]
    chance = Random(1)
    dues = [chance.random() for _ in range(size(50, 10_000))]

    def run() -> int:
        timers = Timers()
        made = [timers.start(due, DEFERRAL, row) for due in dues]
        if cancelled:
            for timer in made:
                timers.cancel(timer)
        spent = 0
        while timers.pop_due(1.0) is not None:
            spent += 1
        return spent

    assert benchmark.pedantic(run, rounds=rounds) == (0 if cancelled else len(dues))


@pytest.mark.parametrize("restored", [False, True], ids=["taken", "restored"])
def test_snapshot(benchmark: BenchmarkFixture, size: Size, rounds: int, restored: bool) -> None:
    """A snapshot of a backlog, taken and restored."""
    sizes = RoutingSizes(waiting=size(200, 20_000), agents=size(20, 500))
    engine = Engine()
    RoutingWorld(sizes, engine, Stopwatch())
    saved = engine.router.snapshot()
    if not restored:
        assert benchmark.pedantic(engine.router.snapshot, rounds=rounds) == saved
        return
    router = benchmark.pedantic(Router.restore, (saved,), rounds=rounds)
    assert router.snapshot() == saved


@pytest.mark.parametrize("question", ["explain", "explain_agent", "queue_for", "position", "fork"])
def test_insight(benchmark: BenchmarkFixture, size: Size, rounds: int, question: str) -> None:
    """What the router is asked about a backlog: a contact in its middle, an agent at work."""
    sizes = RoutingSizes(waiting=size(200, 100_000), agents=size(20, 1_000))
    engine = Engine()
    RoutingWorld(sizes, engine, Stopwatch())
    router = engine.router
    contact = [view.id for view in router.queue][len(router.queue) // 2]
    agent = next(iter(router.agents))
    router.position(contact)  # builds its index
    ask: dict[str, Callable[[], object]] = {
        "explain": lambda: router.explain(contact),
        "explain_agent": lambda: router.explain_agent(agent),
        "queue_for": lambda: router.queue_for(agent, 10),
        "position": lambda: router.position(contact),
        "fork": router.fork,
    }
    assert benchmark.pedantic(ask[question], rounds=rounds) is not None


@pytest.mark.parametrize("interrupted", [False, True], ids=["in turn", "interrupted"])
def test_interrupting(
    benchmark: BenchmarkFixture, size: Size, rounds: int, interrupted: bool
) -> None:
    """Agents at letters; calls come and go, waiting for a free agent or put before the letter."""
    letter = Channel("letter", interrupted_by=["phone"] if interrupted else [])
    router = Router(channels=[letter])
    agents = size(10, 1_000)
    for number in range(agents):
        router.add_agent(Agent(f"a{number}", capacity=1 if interrupted else 2), at=0.0)
        router.submit(Contact(f"l{number}", "letter"), at=0.0)
    calls = size(10, 5_000)
    made = 0

    def call_and_hang_up() -> None:
        nonlocal made
        for _ in range(calls):
            router.submit(Contact(f"c{made}", "phone"), at=1.0)
            router.complete(f"c{made}", at=1.0)
            made += 1

    benchmark.pedantic(call_and_hang_up, rounds=rounds)
    assert router.statistics().contacts["active"] == agents
