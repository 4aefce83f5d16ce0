"""`omniqueue audit`: judge recorded events apart from the engine.

It reads the JSON lines that `omniqueue route --events` writes (format "omniqueue-events/1"; plain
or gzip, at most 1 GiB unpacked) by code that shares nothing with the engine. Named are: contacts
given out of turn or to the wrong agent, agents left free beside contacts that they could take,
capacity and limits exceeded, contacts given twice, lost, or changed after their end, timers early
or late, time going back, a cut or changed file. Which of several free agents was chosen is not.

Exit codes: 0 all is explained; 1 something is not (each kind is counted, the first 20 faults and
the first of every kind are named with their line); 2 bad use, or a line that is no line of the
format; 130 incomplete (what is printed is then a partial result, and says so).

Keys of `--json` (one object; seconds unless said otherwise; null: nothing to measure):

- `format` "omniqueue-audit/2"; `record`; `order`, `selection`; `events`; `started_at`, `ended_at`
  (as recorded; ISO 8601 with `--zone`); `incomplete`;
- `arrived` = `answered` + `abandoned` + `cancelled` + `expired` + `refused` (0: not in the events)
  + `open`;
- `judged` (contacts given), `overtakings` (cause to number), `most_overtaken` (`contact`,
  `times`; or null), `unexplained` (number), `unexplained_by_kind`, `faults` (list of `line`,
  `at`, `kind`, `contact`, `agent`, `detail`);
- `channels`, `skills`: lists of `name`, the counts as above, every other measure of contacts that
  `formulas` names, `median_wait`, `p95_wait`, `longest_wait`, `overtaken` (contacts),
  `overtakings` (times), `most_overtakings`;
- `agents`: list of `agent`, `abilities`, `signed_in_seconds`, `idle_seconds`, `occupancy`
  (share), `answered`; `spread`: of `occupancy`, `idle_seconds`, `answered` each `lowest`,
  `lower_quartile`, `median`, `upper_quartile`, `highest` between agents who were signed in;
- `served`: list of `agent`, `contacts` (channel and skills with levels), `answered`;
- `formulas`: measure to its formula in words.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial
from typing import Final

from omniqueue.cli.verb import Progress, add_output_options, present, watched

WHAT: Final = "judge recorded events (JSON lines) apart from the engine: a gate for CI"
MORE: Final = (
    "Judge recorded events by code that shares nothing with the engine: every"
    " overtaking with its cause, who suffered most, who served whom, and every fault by name."
    " Exit code 1: something is unexplained. 2: bad input."
)
_BYTES_MAX: Final = 1 << 30
_CONTACT_BYTES: Final = 512  # what the events of one contact take, about
_TELL_EVERY: Final = 1 << 20  # characters between two words to the progress bar


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    add = parser.add_argument
    add("record", metavar="EVENTS.jsonl", help="as route --events writes it, plain or gzip")
    add("--zone", metavar="ZONE", help="tell instants in this zone, as Europe/Berlin")
    add_output_options(parser, quiet="only the totals and the verdict, no progress bar")


def run(arguments: argparse.Namespace) -> int:
    """Audit the record and return the exit code.

    Raises:
        OmniqueueError: bad input; a `FileFaultsError` names file, line and fault.
    """
    from omniqueue.centre.regular_file import lines_of
    from omniqueue.record.audit import audited
    from omniqueue.record.event_reading import EventReader
    from omniqueue.report.audit_tables import audit_json, audit_lines
    from omniqueue.sim.logs.contact_log import zone_named

    path = arguments.record
    zone = None if arguments.zone is None else zone_named("--zone", arguments.zone)
    total = _size(path) // _CONTACT_BYTES
    with watched(arguments, "auditing", total) as watch:
        reader = EventReader(path, _counted(lines_of(path, _BYTES_MAX), watch["progress"], total))
        found = audited(reader.header, reader, stopped=watch["stopped"])
    document = partial(audit_json, name=path, zone=zone)
    lines = partial(audit_lines, name=path, zone=zone)
    return present(arguments, found, document, lines, holds=found.fair)


def _size(path: str) -> int:
    """Return how many bytes a record holds, unpacked, for the progress bar."""
    from omniqueue.centre.regular_file import open_regular

    with open_regular(path) as file:
        packed = file.read(2) == b"\x1f\x8b"
        size = file.seek(0, 2)
        if packed and size >= 4:
            file.seek(-4, 2)  # a gzip file ends with its unpacked size, modulo 2**32
            size = int.from_bytes(file.read(4), "little")
    return size


def _counted(lines: Iterator[str], tell: Progress, total: int) -> Iterator[str]:
    """Yield lines, and tell now and then how far they are."""
    read = told = 0
    for line in lines:
        yield line
        read += len(line)
        if read - told >= _TELL_EVERY:
            told = read
            tell(read // _CONTACT_BYTES, total)
