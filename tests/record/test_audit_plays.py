"""The audit and the engine agree: events of random plays, and of the cities' logs, have no fault.

A longer campaign: `PYTHONPATH=tests python tests/record/test_audit_plays.py --plays 1000`.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from omniqueue import Assigned, Event, OmniqueueError
from omniqueue.centre.regular_file import lines_of
from omniqueue.cli import main as cli
from omniqueue.play.commands import take
from omniqueue.play.document import Step
from omniqueue.record.audit import AuditResult, audited
from omniqueue.record.event_lines import EventWriter
from omniqueue.record.event_reading import EventReader
from oracle.generate import random_play
from oracle.generate_interrupting import interrupting_play
from oracle.generate_second_edition import second_edition_play
from oracle.side_by_side import fast_router, steps_of

ROOT = Path(__file__).resolve().parents[2]
CITIES = ROOT.parent / "shared/data"


Writer = Callable[..., dict[str, Any]]
WRITERS: tuple[Writer, ...] = (random_play, interrupting_play, second_edition_play)


def audited_play(
    seed: int,
    write: Writer = random_play,
    *,
    large: bool = False,
    certificates: bool = False,
) -> tuple[AuditResult, int]:
    """Run a play through the engine, audit what was written; also the engine's assignments."""
    play = write(random.Random(seed), 400 if large else 60, large)
    router, file = fast_router(play), StringIO()
    channels = list(router.channels.values())
    writer = EventWriter(file, channels, order=router.order, selection=router.selection)
    assigned = 0
    if certificates:
        router.certify()
    for step in steps_of(play):
        fields = {key: value for key, value in step.items() if key not in ("at", "do")}
        events: list[Event] = []
        try:
            events += router.advance(at=step["at"])
            events += take(router, Step(step["at"], step["do"], fields))
        except OmniqueueError as refusal:
            events += refusal.events  # type: ignore[arg-type]
        for event in events:
            writer.write(event)
            assigned += isinstance(event, Assigned)
    writer.close(at=router.now, contacts=router.statistics().contacts)
    file.seek(0)
    reader = EventReader(f"play {seed}", file)
    return audited(reader.header, reader), assigned


def disagreement(seed: int, write: Writer = random_play, **options: bool) -> str | None:
    """Say where audit and engine disagree on a play (as `audited_play`); None: nowhere."""
    found, assigned = audited_play(seed, write, **options)
    if not found.fair:
        return f"seed {seed}: {dict(found.unexplained)}: {found.faults[0]}"
    taken = sum(found.served.values())
    if not taken == sum(each.answered for each in found.agents) == assigned:
        return f"seed {seed}: {assigned} assigned, {taken} in the matrix"
    by_cause = sum(found.verdict.overtakings.values()) - found.verdict.overtakings["priority"]
    if sum(each.overtakings for each in found.channels) != by_cause:
        return f"seed {seed}: {by_cause} overtakings by cause, another number by channel"
    return None


@pytest.mark.parametrize("block", range(4))
def test_audit_and_engine_agree_on_random_plays(block: int) -> None:
    """200 plays of 60 steps, every command among them."""
    for seed in range(block * 50, block * 50 + 50):
        assert disagreement(seed) is None


@pytest.mark.parametrize("block", range(6))
def test_audit_and_engine_agree_on_plays_that_interrupt(block: int) -> None:
    """300 plays of 60 steps; a fifth of them with a certificate before each contact given."""
    for seed in range(block * 50, block * 50 + 50):
        assert disagreement(seed, interrupting_play, certificates=not seed % 5) is None


@pytest.mark.parametrize("block", range(6))
def test_audit_and_engine_agree_on_plays_of_the_second_edition(block: int) -> None:
    """300 plays of 60 steps with groups of alternatives, own orders, all selections ..."""
    for seed in range(block * 50, block * 50 + 50):
        assert disagreement(seed, second_edition_play, certificates=not seed % 5) is None


@pytest.mark.parametrize("write", WRITERS)
def test_audit_and_engine_agree_on_large_worlds(write: Writer) -> None:
    for seed in range(2):
        assert disagreement(seed, write, large=True) is None


@pytest.mark.parametrize(
    ("log", "staff", "options", "contacts"),
    [
        ("la311_2022.csv", "los_angeles_staff.toml", (), 16_840),
        ("kc311.csv", "kansas_city_staff.toml", ("--fold", "week"), 77_707),
    ],
)
def test_audit_and_engine_agree_on_the_cities(
    log: str, staff: str, options: tuple[str, ...], contacts: int, tmp_path: Path
) -> None:
    if not (CITIES / log).exists():
        pytest.skip("the city's log is not here")
    record = str(tmp_path / "events.jsonl")
    arguments = [str(CITIES / log), "--staff", str(ROOT / "examples" / staff), *options]
    assert cli.main(["route", *arguments, "--quiet", "--events", record]) == 0
    reader = EventReader(record, lines_of(record, 1 << 30))
    found = audited(reader.header, reader)
    assert found.unexplained == {}
    assert found.totals["arrived"] == contacts
    assert found.totals["answered"] == sum(found.served.values())


def campaign(arguments: list[str]) -> int:
    """Audit many plays; exit status 1 at the first disagreement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plays", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--kind", choices=[write.__name__ for write in WRITERS])
    said = parser.parse_args(arguments)
    named = {write.__name__: write for write in WRITERS}
    write = named[said.kind or "random_play"]
    for seed in range(said.seed, said.seed + said.plays):
        found = disagreement(seed, write, large=said.large)
        if found is not None:
            print(found)
            return 1
    print(f"{said.plays} plays, no disagreement")
    return 0


if __name__ == "__main__":
    sys.exit(campaign(sys.argv[1:]))
