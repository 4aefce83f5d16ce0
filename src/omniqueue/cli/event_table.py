"""Two ways to print what happens in a play: JSON for machines, a table for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from omniqueue.cli.console import printable, say
from omniqueue.model.event import Event, JsonValue
from omniqueue.play import Rejection
from omniqueue.report.tables import text_table

if TYPE_CHECKING:
    from omniqueue.play.questions import Answer

_HEADINGS = ("time", "event", "contact", "agent", "detail")
_OWN_COLUMN = ("at", "event", "contact", "agent")


class JsonLines:
    """Prints one JSON object a line, each at once.

    Example:
        >>> from omniqueue.events import Requeued
        >>> JsonLines().tell(Requeued(20.0, "c1"))
        {"at": 20.0, "event": "requeued", "contact": "c1"}
    """

    def tell(self, happening: Event | Rejection) -> None:
        """Print an event or a refusal. Cost: O(its size)."""
        say(json.dumps(happening.to_dict(), allow_nan=False))

    def explain(self, answers: Sequence[Answer]) -> None:
        """Print what was asked about single contacts. Cost: O(its size)."""
        for answer in answers:
            say(json.dumps(answer.to_dict(), allow_nan=False))

    def end(self, waiting: Sequence[str]) -> None:
        """Print who still waits, as the last line. Cost: O(waiting)."""
        say(json.dumps({"event": "end", "waiting": list(waiting)}))

    def stop(self) -> None:
        """Print that the play was not run to its end. Cost: O(1)."""
        say(json.dumps({"event": "incomplete"}))


class EventTable:
    """Gathers what happens, and prints it as a table with aligned columns.

    Args:
        title: printed above the table, if there is one.

    Example:
        >>> from omniqueue import Abandoned
        >>> table = EventTable("Nobody answers")
        >>> table.tell(Abandoned(9.5, "c1"))
        >>> table.end(["c2"])
        Nobody answers
        <BLANKLINE>
        time  event      contact  agent  detail
         9.5  abandoned  c1
              end                        waiting: c2
    """

    def __init__(self, title: str = "") -> None:
        self.title = title
        self._rows: list[tuple[str, ...]] = []
        self._answers: Sequence[Answer] = ()

    def tell(self, happening: Event | Rejection) -> None:
        """Add an event or a refusal. Cost: O(its size)."""
        said = happening.to_dict()
        self._rows.append((*(_text(said.get(key)) for key in _OWN_COLUMN), _detail(said)))

    def explain(self, answers: Sequence[Answer]) -> None:
        """Keep what was asked about single contacts, to be printed below the table."""
        self._answers = answers

    def end(self, waiting: Sequence[str]) -> None:
        """Print the table and who still waits. Cost: O(size of the table)."""
        self._print("end", f"waiting: {', '.join(map(printable, waiting)) or 'nobody'}")

    def stop(self) -> None:
        """Print the table as far as it goes, and that it is incomplete. Cost: O(its size)."""
        self._print("incomplete", "the play was not run to its end")

    def _print(self, event: str, detail: str) -> None:
        if self.title:
            say(self.title)
            say("")
        rows = [*self._rows, ("", event, "", "", detail)]
        for line in text_table(_HEADINGS, rows, left=range(1, len(_HEADINGS))):
            say(line)
        for answer in self._answers:
            say("")
            for line in answer.lines:
                say(line)


def _detail(said: Mapping[str, JsonValue]) -> str:
    """Return what the other columns leave out, but for what is null or empty."""
    named = ((key, value) for key, value in said.items() if key not in _OWN_COLUMN)
    return "  ".join(f"{key}={_text(value)}" for key, value in named if value not in (None, {}))


def _text(value: JsonValue) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, Mapping):
        return ",".join(f"{printable(key)}:{_text(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return printable(str(value))
