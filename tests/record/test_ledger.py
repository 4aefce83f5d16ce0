"""The ledger keeps one row a contact, whatever happens to it."""

from __future__ import annotations

from math import isnan

from omniqueue import Agent, Contact, Router, Skills
from omniqueue.record.ledger import OUTCOMES, Ledger


def outcomes(ledger: Ledger) -> list[str]:
    return [OUTCOMES[outcome] for outcome in ledger.outcomes]


def test_a_contact_is_followed_from_arrival_to_end() -> None:
    router, ledger = Router(), Ledger()
    ledger.observe(router.submit(Contact("c1", "fax", skills={"fr": 1}), at=5))
    assert (len(ledger), outcomes(ledger), ledger.agents) == (1, ["open"], [None])
    assert isnan(ledger.assigned_at[0])
    assert isnan(ledger.ended_at[0])
    ledger.observe(router.add_agent(Agent("ana", skills={"fr": 1}), at=8))
    ledger.observe(router.complete("c1", at=20))
    assert (ledger.arrived_at[0], ledger.assigned_at[0], ledger.ended_at[0]) == (5, 8, 20)
    assert (ledger.channels, ledger.agents, outcomes(ledger)) == (["fax"], ["ana"], ["completed"])


def test_the_first_assignment_counts() -> None:
    router, ledger = Router(), Ledger()
    for name in ("ana", "eve"):
        ledger.observe(router.add_agent(Agent(name), at=0))
    ledger.observe(router.submit(Contact("c1", "phone"), at=1))
    ledger.observe(router.transfer("c1", at=9))
    assert (ledger.agents, ledger.assigned_at[0]) == (["ana"], 1.0)


def test_who_leaves_and_comes_back_is_open_again() -> None:
    router, ledger = Router(), Ledger()
    ledger.observe(router.submit(Contact("c1", "phone"), at=1))
    ledger.observe(router.abandon("c1", at=2))
    assert outcomes(ledger) == ["abandoned"]
    ledger.observe(router.resume("c1", at=3))
    assert outcomes(ledger) == ["open"]
    assert isnan(ledger.ended_at[0])
    ledger.observe(router.cancel("c1", at=4))
    assert outcomes(ledger) == ["cancelled"]


def test_a_refused_contact_is_kept_too() -> None:
    ledger = Ledger()
    ledger.refuse("c1", "phone", Skills.of({}), at=3.0)
    assert (outcomes(ledger), ledger.ended_at[0]) == (["refused"], 3.0)
