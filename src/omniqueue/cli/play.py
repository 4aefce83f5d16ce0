"""`omniqueue play`: run a script of timed commands and print what happens."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

from omniqueue.cli.console import complain
from omniqueue.cli.options import add_explain, question
from omniqueue.cli.verb import CHECK_FAILED, DONE
from omniqueue.errors import InvalidValueError

if TYPE_CHECKING:  # what only a run needs is imported by `run`
    from omniqueue.play import Outcome, Play

WHAT: Final = "run a play (a JSON file of timed commands) and print what happens"
MORE: Final = (
    "Run a play and print what happens. Exit code 1: what the play expects does"
    " not come (or, if it expects nothing, a command is refused). 2: it is no valid play."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.add_argument("file", metavar="FILE", help="the play; - for standard input")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, no table")
    add_explain(parser, "seconds")


def run(arguments: argparse.Namespace) -> int:
    """Run the play of a file and return the exit code.

    Raises:
        FileFaultsError: it is no valid play.
        InvalidValueError: a question that is none, or about a contact that never comes.
        OSError: standard output cannot take the result.
    """
    from omniqueue.cli.event_table import EventTable, JsonLines
    from omniqueue.play import run_play
    from omniqueue.play.questions import Asker

    questions = [question(text) for text in arguments.explain]
    name, play = _load(arguments.file)
    for asked in questions:
        if asked.contact not in _contacts(play):
            raise InvalidValueError("--explain", asked.contact, f"a contact that {name} submits")
    asker = Asker(questions)
    printer = JsonLines() if arguments.json else EventTable(play.title)
    try:
        outcome = run_play(play, printer.tell, asker.look)
    except KeyboardInterrupt:
        printer.stop()
        raise
    printer.explain(asker.answers)
    printer.end(outcome.waiting)
    return _verdict(name, play, outcome)


def _contacts(play: Play) -> set[str]:
    """Return the ids of all contacts that a play submits, as the router spells them."""
    said = [step.fields["contact"] for step in play.steps if step.do == "submit"]
    return {normalize("NFC", str(each["id"])) for each in said if isinstance(each, dict)}


def _load(file: str) -> tuple[str, Play]:
    from omniqueue.play import parse_play, read_play
    from omniqueue.play.reading import BYTES_MAX

    if file != "-":
        return file, read_play(file)
    name = "standard input"
    if sys.stdin is None:
        raise OSError(0, "is closed", name)
    return name, parse_play(sys.stdin.buffer.read(BYTES_MAX + 1), name=name)


def _verdict(name: str, play: Play, outcome: Outcome) -> int:
    from omniqueue.play import first_difference

    if play.expect is not None:
        difference = first_difference(play.expect, outcome)
        if difference is None:
            return DONE
        complain(f"{name}: {difference}")
        return CHECK_FAILED
    if not outcome.rejected:
        return DONE
    step, error = outcome.rejected[0]
    count = f"{len(outcome.rejected)} of {len(play.steps)} commands refused"
    complain(f"{name}: {count}, the first: steps[{step}]: {error}")
    return CHECK_FAILED
