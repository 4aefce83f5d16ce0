"""Growth: nothing that has come and gone is kept, and no command walks what it need not."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest

from omniqueue import Agent, Channel, Contact, Router, Selection

CHANNELS = [f"line-{number}" for number in range(12)]


def agents_come_and_go(made: Router, start: int) -> None:
    """Agents of ever new kinds: skills, channels, orders, costs, wrap-ups."""
    for number in range(start, start + 300):
        channels = [name for bit, name in enumerate(CHANNELS) if number % 4093 >> bit & 1]
        agent = Agent(
            f"a{number}",
            skills={f"s{number}": 1},
            channels=channels,
            costs={"line-0": 1 + number % 7},
            wrap_up_seconds={"line-1": number},
            skill_order=[f"s{number}", "none"],
        )
        made.add_agent(agent, at=number)
        made.remove_agent(f"a{number}", at=number)


def contacts_decline_and_leave(made: Router, start: int) -> None:
    """Offers declined for good, unwanted agents, abandoned and cancelled."""
    for number in range(start, start + 300):
        name = f"c{number}"
        contact = Contact(name, "asked", not_agents=[f"nobody-{number}"])
        made.submit(contact, at=number)
        for _ in range(2):
            holder = made.contacts[name].agent
            if holder is not None:
                made.decline(name, holder, at=number)
        made.cancel(name, at=number)


def reservations_come_and_fall(made: Router, start: int) -> None:
    """A contact too large for what is free reserves, and is cancelled."""
    for number in range(start, start + 300):
        for name in ("small", "tiny"):
            made.submit(Contact(f"{name}-{number}", "line-0"), at=number)
        made.submit(Contact(f"large-{number}", "large"), at=number + 0.1)
        assert any(agent.reserved_for for agent in made.agents.values())
        made.cancel(f"large-{number}", at=number + 0.25)
        for name in ("small", "tiny"):
            made.complete(f"{name}-{number}", at=number + 0.5)


def requirements_never_seen(made: Router, start: int) -> None:
    """Groups of alternatives without end, some kinds taken first."""
    for number in range(start, start + 300):
        groups = [{f"x{number}": 1, "s": 1}, {f"y{number}": 2, "t": 1}]
        made.submit(Contact(f"c{number}", "line-2", any_of=groups), at=number)
        made.complete(f"c{number}", at=number)


def matching_stops_and_starts(made: Router, start: int) -> None:
    for number in range(start, start + 300):
        made.submit(Contact(f"c{number}", "asked"), at=number)
        made.stop_matching(at=number)
        made.start_matching(at=number)
        made.cancel(f"c{number}", at=number)


@pytest.mark.parametrize(
    "busy",
    [
        agents_come_and_go,
        contacts_decline_and_leave,
        reservations_come_and_fall,
        matching_stops_and_starts,
    ],
)
@pytest.mark.parametrize("selection", ["longest-idle", "fewest-taken", "least-busy"])
def test_memory_stays_flat(busy: Callable[[Router, int], None], selection: str) -> None:
    """After a first round, three more leave nothing behind."""
    made = Router(
        channels=[
            *(Channel(name) for name in CHANNELS),
            Channel("asked", offer_seconds=900, retry_seconds=None),
            Channel("large", cost=4, reserve_seconds=0),
        ],
        selection=selection,
        forget_seconds=0,
    )
    skills = {"s": 1, "t": 1}
    for name in ("ana", "bob"):
        made.add_agent(Agent(name, skills=skills, capacity=4, skill_order=["t", "s"]), at=0)
    for round_ in range(8):
        busy(made, 1 + 300 * round_)
    tracemalloc.start()
    try:
        busy(made, 3000)
        before = tracemalloc.get_traced_memory()[0]
        for round_ in range(3):
            busy(made, 4000 + 300 * round_)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    made.check()
    assert grown < 60_000, grown  # 900 rounds: less than 70 bytes each
    assert made.statistics().profiles == 1
    assert len(made._state.roster.rooms) <= 20


def test_rooms_go_with_the_last_agent_who_had_them() -> None:
    made = Router(channels=[Channel(name) for name in CHANNELS])
    made.add_agent(Agent("ana"), at=0)
    agents_come_and_go(made, 1)
    assert len(made._state.roster.rooms) == 1
    assert len(made._state.roster.profiles) <= 2


def test_newcomers_are_raised_without_a_walk_over_all_who_are_there() -> None:
    """The heap of what agents have done holds no more than the agents and some that are gone."""
    made = Router(selection=Selection(name="mine", turn="fewest-taken"))
    for number in range(500):
        made.add_agent(Agent(f"a{number}"), at=0)
        made.remove_agent(f"a{number}", at=0)
    assert all(len(heap) < 200 for heap in made._state.roster.comparing.values())


def test_the_first_contact_an_agent_may_take_is_found_behind_those_it_may_not() -> None:
    made = Router()
    for number in range(200):
        made.submit(Contact(f"not-{number}", "phone", not_agents=["ana", "eve"]), at=number)
    made.submit(Contact("c", "phone", not_agents=["eve"]), at=200)
    made.submit(Contact("d", "phone"), at=201)
    events = made.add_agent(Agent("ana"), at=300)
    assert events[-1].to_dict()["contact"] == "c"
    events = made.add_agent(Agent("eve"), at=301)
    assert events[-1].to_dict()["contact"] == "d"
    made.check()


def test_lanes_that_nobody_waits_in_are_given_up_also_by_those_who_take_them_in_order() -> None:
    made = Router(channels=[Channel("line-2")], forget_seconds=0)
    made.add_agent(Agent("ana", skills={"s": 1, "t": 1}, skill_order=["t", "s"]), at=0)
    requirements_never_seen(made, 1)
    for round_ in range(1, 12):
        requirements_never_seen(made, 1 + 300 * round_)
    made.check()
    [profile] = made._state.roster.profiles_by_kind.values()
    assert made.statistics().lanes <= 1100
    assert len(profile.own_rank) <= 1100
