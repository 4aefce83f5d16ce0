"""`omniqueue VERB ...`: find the verb, run it, and turn whatever happens into an exit code.

Exit codes: 0 done; 1 done, and what was checked does not hold; 2 bad use or bad input; 130
incomplete; 141 the reader of the output has left, as `head` does, which is said by nothing else.
A verb's heavy imports stand inside its `run`, so that help comes at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from omniqueue import __version__
from omniqueue.cli import audit, bench, compare, play, route, simulate, staff, validate, whatif
from omniqueue.cli.console import abandon_output, complain, flush_output
from omniqueue.cli.verb import BAD_USE, DONE, INCOMPLETE, READER_GONE
from omniqueue.errors import FileFaultsError, InvalidValueError, OmniqueueError

# A verb is a module of its name: a line and a description for its help, arguments, a run.
_VERBS = (play, route, audit, whatif, simulate, compare, staff, validate, bench)


_OPTIONS = {  # field to options, where they differ
    "seconds_per_priority": ("order",),
    "group": ("cost", "max-agents", "agents", "add-agents"),
}


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        complain(f"{self.prog}: {message} (see {self.prog} --help)")
        raise SystemExit(BAD_USE)

    def parse_known_args(
        self, args: Iterable[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Parse; a verb refuses what it does not know itself, so that its own help is named."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line. Cost: O(verbs).

    Example:
        >>> make_parser().parse_args(["play", "day.json", "--json"]).file
        'day.json'
    """
    parser = _Parser(
        prog="omniqueue",
        description="Route contacts of every channel to agents: one queue, in order of arrival.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"omniqueue {__version__}")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    for verb in _VERBS:
        name = verb.__name__.rpartition(".")[2]
        one = verbs.add_parser(name, help=verb.WHAT, description=verb.MORE, allow_abbrev=False)
        one.set_defaults(run=verb.run)
        verb.add_arguments(one)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; no exception but a defect gets out.

    Args:
        argv: the arguments without the program's name; None: those of the process.

    Example:
        >>> main(["--version"])  # doctest: +ELLIPSIS
        omniqueue ...
        0
    """
    said = sys.argv[1:] if argv is None else list(argv)

    def run() -> int:
        arguments = make_parser().parse_args(said)
        try:
            code: int = arguments.run(arguments)
        except InvalidValueError as error:
            raise _as_typed(error, said) from None
        return code

    def flush() -> int:
        flush_output()
        return DONE

    return max(_exit_code(run), _exit_code(flush))


def _as_typed(error: InvalidValueError, said: Sequence[str]) -> OmniqueueError:
    """Return a refusal with the option, and the text, that were typed, if one was."""
    plain = (error.field.removesuffix("_seconds").replace("_", "-").replace(" ", "-"),)
    typed = []
    for place, word in enumerate(said):
        name, given, text = word.partition("=")
        if name.removeprefix("--") in _OPTIONS.get(error.field, plain) and name[:2] == "--":
            typed.append((name, text if given else "".join(said[place + 1 : place + 2])))
    if not typed:
        return error
    named = [each for each in typed if error.value.strip("'") in each[1]]
    return InvalidValueError(*(named or typed)[-1], error.expected)


def _exit_code(act: Callable[[], int]) -> int:
    try:
        return act()
    except SystemExit as leaving:  # how argparse ends help and bad use
        return leaving.code if isinstance(leaving.code, int) else DONE
    except KeyboardInterrupt:
        complain("omniqueue: stopped; the output is incomplete")
        return INCOMPLETE
    except FileFaultsError as error:
        for fault in error.faults:
            complain(f"{error.path}: {fault}")
        if error.more:
            complain(f"{error.path}: and {error.more} more faults")
    except OmniqueueError as error:
        complain(f"omniqueue: {error}")
    except BrokenPipeError:
        abandon_output()
        return READER_GONE
    except OSError as error:
        complain(f"{error.filename or 'standard output'}: {error.strerror or error}")
        if error.filename is None:
            abandon_output()
    return BAD_USE
