"""The result of `omniqueue validate` as text: every measure beside theory, and the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from omniqueue.report.tables import Column, table_lines
from omniqueue.sim.validation.validation import CONFIDENCE, DEGREES, Check, Validation

_CHECKS: Final = (
    Column[Check]("system", lambda each: each.system),
    Column[Check]("measure", lambda each: each.measure, words=True),
    Column[Check]("theory", lambda each: f"{each.theory:.6f}"),
    Column[Check]("simulated", lambda each: f"{each.simulated:.6f}"),
    Column[Check]("half width", lambda each: f"{each.half_width:.6f}"),
    Column[Check]("z", lambda each: f"{each.z:+.2f}"),
    Column[Check]("", lambda each: "pass" if each.passed else "FAIL"),
)


def validation_lines(found: Validation, *, brief: bool = False) -> Iterator[str]:
    """Yield a validation as lines of text.

    Args:
        found: what was compared with theory.
        brief: of the table only what fails.

    Cost: O(checks).
    """
    shown = [check for check in found.checks if not (brief and check.passed)]
    if shown:
        yield from table_lines(_CHECKS, shown)
        yield ""
    yield from found.faults
    held = found.runs - len(found.faults)
    yield f"Little's law and flows, exactly: hold in {held} of {found.runs} runs"
    failed = sum(not check.passed for check in found.checks)
    yield (
        f"{len(found.checks)} measures, {failed} beyond |z| = {found.limit:.2f} (together"
        f" {100 * CONFIDENCE:g} %, Bonferroni, Student t with {DEGREES} degrees of freedom);"
        f" greatest |z| {found.worst:.2f}"
    )
    yield f"{found.contacts:,} contacts, seed {found.seed}"
    if found.incomplete:
        yield "incomplete: systems are missing, so there is no verdict"
    else:
        yield "passed" if found.passed else "failed"
