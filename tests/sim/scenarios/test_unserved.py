"""What nobody can serve is said in words."""

from __future__ import annotations

import pytest

from omniqueue import Agent
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
    assert lacking(channel, Skills.of(skills), AGENTS) == said


def test_a_channel_that_nobody_takes() -> None:
    assert lacking("fax", Skills.of({}), AGENTS[:1]) == "fax (no agent takes it)"
