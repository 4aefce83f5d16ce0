"""The fairness verdict as text: causes that happened, and every fault."""

from __future__ import annotations

from omniqueue.record.verdict import FairnessFault, Verdict
from omniqueue.report.fairness_tables import fairness_lines, overtaking_lines


def test_causes_that_did_not_happen_are_left_out() -> None:
    verdict = Verdict(judged=3, overtakings={"skill": 4, "room": 0}, unexplained={}, faults=())
    assert list(overtaking_lines(verdict)) == [
        "overtaken by cause  overtakings",
        "skill                         4  the agent lacks a skill it needs",
    ]


def test_faults_are_named() -> None:
    fault = FairnessFault(30.0, "passed over", "c2", "ana", "phone fr 1", "c1", 0)
    verdict = Verdict(
        judged=3, overtakings={}, unexplained={"passed over": 1}, faults=(fault,),
        most_overtaken=("c1", 1),
    )  # fmt: skip
    *_, most, unexplained, kind, named = fairness_lines(verdict, lambda at: f"{at:g}")
    assert most == "overtaken most often: c1, 1 time"
    assert (unexplained, kind) == ("unexplained = 1", "  passed over: 1")
    assert named.startswith("  passed over: at 30 ana got c2 while c1")
