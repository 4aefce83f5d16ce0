"""What nobody can serve is said in words."""

from __future__ import annotations

import pytest

from omniqueue import Agent, Channel, Contact
from omniqueue.model.skill import Skills
from omniqueue.sim.scenarios.unserved import lacking

AGENTS = [Agent("a", skills={"fr": 2}, channels=["phone"]), Agent("b", skills={"tax": 1})]


@pytest.mark.parametrize(
    ("channel", "skills", "said"),
    [
        ("phone", {}, None),
        ("phone", {"fr": 2}, None),
        ("phone", {"ordrs": 1}, "ordrs (no agent has it)"),
        ("phone", {"fr": 3}, "fr 3 (no agent has it)"),
        ("fax", {"fr": 1}, "fr (no agent has it)"),
        ("phone", {"fr": 1, "tax": 1}, "fr, tax (no agent has all of it)"),
    ],
)
def test_lacking(channel: str, skills: dict[str, int], said: str | None) -> None:
    assert lacking(Channel(channel), Skills.of(skills), AGENTS) == said


def test_a_channel_that_nobody_takes() -> None:
    assert lacking(Channel("fax"), Skills.of({}), AGENTS[:1]) == "fax (no agent takes it)"


def test_a_cost_or_a_limit_that_no_agent_can_meet() -> None:
    none = Skills.of({})
    big = Channel("letter", cost=3)
    assert lacking(big, none, AGENTS[1:]) == "letter (costs 3: no agent has the capacity)"
    assert lacking(big, none, [Agent("c", costs={"letter": 1})]) is None
    shut = [Agent("c", limits={"chat": 0}), Agent("d", channels=["fax"])]
    assert lacking(Channel("chat"), none, shut) == "chat (every agent's limit is 0)"


def test_alternatives_of_which_nobody_has_one() -> None:
    needs = Contact("c", "fax", skills={"tax": 1}, any_of=[{"fr": 3, "en": 1}]).needs
    assert lacking(Channel("fax"), needs, AGENTS) == "en or fr 3 (no agent has it)"
    needs = Contact("c", "phone", skills={"tax": 1}, any_of=[{"fr": 1, "en": 1}]).needs
    assert lacking(Channel("phone"), needs, AGENTS) == "tax, en or fr (no agent has all of it)"
