"""A validation as text: two columns of words, the verdict last."""

from __future__ import annotations

import attrs

from omniqueue.report.validation_tables import validation_lines
from omniqueue.sim.validation.validation import Check, Validation

CHECK = Check(
    system="desk", measure="mean wait", theory=1.0, simulated=1.5, half_width=0.1, z=9.0,
    passed=False,
)  # fmt: skip
FOUND = Validation(
    checks=(CHECK,), faults=(), limit=4.0, seed=1, full=False, contacts=1000, runs=2
)


def test_each_measure_stands_beside_theory() -> None:
    head, row, *_, contacts, verdict = validation_lines(FOUND)
    assert head == "system  measure      theory  simulated  half width      z"
    assert row == "desk    mean wait  1.000000   1.500000    0.100000  +9.00  FAIL"
    assert (contacts, verdict) == ("1,000 contacts, seed 1", "failed")


def test_in_brief_only_what_fails_is_shown() -> None:
    held = attrs.evolve(FOUND, checks=(attrs.evolve(CHECK, passed=True),))
    first, *_, verdict = validation_lines(held, brief=True)
    assert first == "Little's law and flows, exactly: hold in 2 of 2 runs"
    assert verdict == "passed"
