"""From the text of a play to a `Play`: every fault is found, with its place, before anything runs.

Three passes: is it JSON, are the keys and the types right, do the settings make sense. The values
inside steps are not judged here: the router refuses a bad one when its turn comes, like any other
command.
"""

from __future__ import annotations

import os

from omniqueue.play.commands import COMMANDS, NEW_AGENT
from omniqueue.play.document import Play
from omniqueue.play.files import read_regular_file, refuse_oversize
from omniqueue.play.json_text import Faults, below, parse_json
from omniqueue.play.settings import CHANNEL, build, judge, order
from omniqueue.play.shapes import ListOf, MapOf, OneOf, OrNull, Record, Row, number, text

FORMAT = "omniqueue-play/1"
BYTES_MAX = 64 * 1024 * 1024


_COMMAND_NAME = OneOf(tuple(COMMANDS))


def _step(faults: Faults, place: str, value: object) -> bool:
    """Expect a step; its keys depend on its command."""
    do = value.get("do") if isinstance(value, dict) else None
    if isinstance(do, str) and do in COMMANDS:
        keys = COMMANDS[do].keys
        step = Record({"at": number, "do": text, **keys.required}, keys.optional)
        return step(faults, place, value)
    if isinstance(value, dict) and "do" in value:
        return _COMMAND_NAME(faults, below(place, "do"), do)
    if isinstance(value, dict):
        faults.add(below(place, "do"), "is missing")
        return False
    return Record({})(faults, place, value)


EXPECTATION = Record(
    {},
    {
        "assignments": ListOf(Row("[seconds, contact, agent]", (number, text, text))),
        "waiting": ListOf(text),
        "rejected": ListOf(Row("[index of the step, error]", (number, text))),
    },
)
PLAY = Record(
    {"format": OneOf((FORMAT,)), "agents": ListOf(NEW_AGENT), "steps": ListOf(_step)},
    {
        "title": text,
        "order": order,
        "selection": text,
        "max_waiting": OrNull(number),
        "channels": MapOf(CHANNEL),
        "expect": EXPECTATION,
    },
)


def read_play(path: str | os.PathLike[str]) -> Play:
    """Read a play from a file.

    Args:
        path: a regular file of at most 64 MiB.

    Raises:
        FileFaultsError: it cannot be read, or is no valid play; with every fault and its place.

    Cost: O(size).

    Example:
        >>> read_play("no/such/play.json")
        Traceback (most recent call last):
        ...
        omniqueue.errors.FileFaultsError: no/such/play.json: cannot be read: ...
    """
    return parse_play(read_regular_file(path, bytes_max=BYTES_MAX), name=os.fspath(path))


def parse_play(content: str | bytes, *, name: str = "play") -> Play:
    """Return the play that a JSON text describes.

    Args:
        content: the text, or its UTF-8 bytes (at most 64 MiB).
        name: what to call it in errors.

    Raises:
        FileFaultsError: it is no valid play; with every fault and its place.

    Cost: O(size).

    Example:
        >>> play = parse_play('{"format": "omniqueue-play/1", "agents": [{"id": "ana"}],'
        ...                   ' "steps": [{"at": 5, "do": "advance"}]}')
        >>> play.agents[0].agent.id, play.steps[0].at
        ('ana', 5.0)
    """
    if isinstance(content, bytes):
        refuse_oversize(name, content, bytes_max=BYTES_MAX)
    faults = Faults(name)
    tree = parse_json(content, faults)
    # Each pass goes on where the one before found faults, so that one run shows everything.
    PLAY(faults, "", tree)
    judge(faults, tree)
    if faults.count or not isinstance(tree, dict):
        raise faults.error()
    return build(tree)
