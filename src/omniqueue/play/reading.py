"""From the text of a play to a `Play`: every fault is found, with its place, before anything runs.

Is it JSON, are the keys and the types right, do the settings make sense. The values inside steps
are not judged here: the router refuses a bad one when its turn comes, like any other command.
"""

from __future__ import annotations

import os
from typing import Final

from omniqueue.centre.regular_file import read_small
from omniqueue.errors import FileFaultsError
from omniqueue.model.reader import Faults, array_of, read_file, table_of
from omniqueue.play.commands import read_step
from omniqueue.play.document import Play
from omniqueue.play.json_text import parse_json

FORMAT: Final = "omniqueue-play/1"
BYTES_MAX: Final = 64 * 1024 * 1024
REQUIRED: Final = ("format", "agents", "steps")


PLAY: Final = table_of(Play, reads={"steps": array_of(read_step)})


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
        omniqueue.errors.FileFaultsError: no/such/play.json: cannot be opened: ...
    """
    name = os.fspath(path)
    return parse_play(read_small(name, BYTES_MAX), name=name)


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
    if isinstance(content, bytes) and len(content) > BYTES_MAX:
        raise FileFaultsError(name, [f"is larger than {BYTES_MAX} bytes"])
    faults = Faults(name)
    tree = parse_json(content, faults)
    for key in REQUIRED:
        if isinstance(tree, dict) and key not in tree:
            faults.add(key, "is missing")
    return read_file(PLAY, tree, name=name, format=FORMAT, faults=faults)
