"""Seeking: who of several agents is found for a contact."""

from __future__ import annotations

from core.worlds import router, taker
from omniqueue import Agent


def test_longest_idle_is_by_stamp_and_free_agents_go_first() -> None:
    made = router(Agent("a", capacity=2), Agent("b", capacity=2), Agent("c"))
    assert [taker(made, f"c{n}") for n in range(5)] == ["a", "b", "c", "a", "b"]
    made.complete("c2", at=1)
    made.complete("c0", at=2)
    assert taker(made, "x", at=3) == "c"
    assert taker(made, "y", at=3) == "a"
    made.check()


def test_least_loaded_is_by_share_of_capacity() -> None:
    made = router(Agent("a", capacity=2), Agent("b", capacity=4), selection="least-loaded")
    assert [taker(made, f"c{n}") for n in range(6)] == ["a", "b", "b", "a", "b", "b"]


def test_most_skilled_and_closest_fit() -> None:
    agents = [Agent("low", skills={"s": 2}), Agent("high", skills={"s": 9}),
              Agent("wide", skills={"s": 2, "t": 1})]  # fmt: skip
    needs = {"s": 2}
    most = router(*agents, selection="most-skilled")
    assert [taker(most, f"c{n}", skills=needs) for n in range(3)] == ["high", "low", "wide"]
    least = router(*reversed(agents), selection="closest-fit")
    assert [taker(least, f"c{n}", skills=needs) for n in range(3)] == ["low", "wide", "high"]
