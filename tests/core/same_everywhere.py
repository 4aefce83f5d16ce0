"""Run fixed random plays and print the sha256 of all they tell, as JSON lines, and of snapshots.

A script: `python same_everywhere.py PLAYS` with `src` and `tests` on the path; PLAYS is a JSON
file, so that every Python runs the very same plays.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path

from omniqueue import OmniqueueError
from omniqueue.play.commands import take
from omniqueue.play.document import Step
from oracle.side_by_side import fast_router, steps_of


def main() -> None:
    told = sha256()
    for play in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
        made = fast_router(play)
        for step in steps_of(play):
            fields = {key: value for key, value in step.items() if key not in ("at", "do")}
            try:
                events = take(made, Step(step["at"], step["do"], fields))
            except OmniqueueError as error:
                told.update(f"{type(error).__name__}: {error}\n".encode())
                continue
            for event in events:
                told.update(json.dumps(event.to_dict()).encode() + b"\n")
        told.update(json.dumps(made.snapshot()).encode())
        told.update(repr(list(made.queue)).encode())
    print(told.hexdigest())


if __name__ == "__main__":
    main()
