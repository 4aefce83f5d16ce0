"""Edited snapshots: whatever `restore` accepts must be sound and go on routing.

`python -m core.mutations 20000` (with `tests` on the path) tries that many and prints what broke.
"""

from __future__ import annotations

import copy
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

from core.worlds import busy_play
from omniqueue import EnteringContact, OmniqueueError, Router
from omniqueue.core.snapshot import _digest
from omniqueue.errors import InvariantError, SnapshotError
from oracle.generate_interrupting import interrupting_play
from oracle.side_by_side import fast_router, fast_step, steps_of

AFTER = 25  # commands that a restored router is given


def by_text(contact: EnteringContact) -> tuple[float, ...]:
    return -contact.priority, len(contact.id)


def worlds(seed: int) -> Iterator[tuple[Any, list[Any], dict[str, Any]]]:
    """Snapshots of a random play, each with the commands that followed, and its policy."""
    rng = random.Random(seed)
    play = interrupting_play(rng, 90) if seed % 3 == 0 else busy_play(seed, 90)
    steps = steps_of(play)
    made = fast_router(play)
    policy: dict[str, Any] = {"order": by_text} if seed % 5 == 4 else {}
    if seed % 5 > 2:
        made = Router(
            channels=made.channels.values(),
            selection=made.selection,
            forget_seconds=7,
            **policy,
        )
    for index, step in enumerate(steps):
        if index % 30 == 29:
            yield json.loads(json.dumps(made.snapshot())), steps[index : index + AFTER], policy
        fast_step(made, step)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container in a document, with each of its keys."""
    found: list[tuple[Any, Any]] = []
    keys = value if isinstance(value, dict) else range(len(value))
    for key in keys:
        found.append((value, key))
        if isinstance(value[key], dict | list):
            found += places(value[key])
    return found


def mutate(rng: random.Random, saved: Any) -> str:
    """Change one thing of a document; return what."""
    found = [(box, key) for box, key in places(saved) if key != "digest"]
    box, key = rng.choice(found)
    old = box[key]
    other_box, other_key = rng.choice(found)
    how = rng.randrange(8)
    if how == 0:
        del box[key]
        return f"deleted {key!r}: {old!r:.80}"
    if how == 1 and isinstance(box, list):
        box.insert(rng.randrange(len(box) + 1), copy.deepcopy(old))
        return f"repeated {old!r:.80}"
    if how == 2 and isinstance(box, list):
        rng.shuffle(box)
        return f"shuffled the list of {key!r}"
    if how in (3, 4):
        box[key] = copy.deepcopy(other_box[other_key])  # something that stands elsewhere
    elif how == 5 and isinstance(old, int | float):
        box[key] = old + rng.choice((1, -1, 0.5, 1e6, -1e6))
    else:
        box[key] = rng.choice(
            (None, True, False, 0, 1, -1, 0.5, 2.0, 10**400, -5.5, 1e308, "", "x", "a1", "waiting",
             "offer", [], [0], {}, {"x": 1}, [[]], "offline", "ready", 7)
        )  # fmt: skip
    return f"{key!r}: {old!r:.80} became {box[key]!r:.80}"


def fault(saved: Any, steps: list[Any], policy: dict[str, Any]) -> str | None:
    """What is wrong with how a document is taken; None: refused in its class, or sound."""
    try:
        made = Router.restore(saved, **policy)
    except SnapshotError:
        return None
    except Exception as problem:
        return f"restore raised {type(problem).__name__}: {problem}"
    try:
        made.check()
        for step in steps:
            fast_step(made, step)
            made.check()
        made.advance(at=made.now + 1000)
        made.check()
        again = Router.restore(made.snapshot(), **policy)
        assert again.snapshot() == made.snapshot(), "saved otherwise"
    except InvariantError as problem:
        return f"not sound: {problem}"
    except OmniqueueError as problem:
        return f"refused later: {type(problem).__name__}: {problem}"
    except Exception as problem:
        return f"broke later: {type(problem).__name__}: {problem}"
    return None


def campaign(count: int, first: int = 0) -> tuple[Counter[str], list[str]]:
    """Try so many mutations; return how often what happened, and the faults."""
    rng = random.Random(first)
    results: Counter[str] = Counter()
    faults: list[str] = []
    seed = first
    while True:
        for saved, steps, policy in worlds(seed):
            for _ in range(10):
                edited = copy.deepcopy(saved)
                what = mutate(rng, edited)
                edited["digest"] = _digest(edited)
                found = fault(edited, steps, policy)
                results["faults" if found else "good"] += 1
                if found:
                    faults.append(f"{seed}: {what}: {found}")
                if results.total() == count:
                    return results, faults
        seed += 1


if __name__ == "__main__":
    counted, found_faults = campaign(int(sys.argv[1]), int((sys.argv[2:] or ["0"])[0]))
    print("\n".join(found_faults))
    print(dict(counted))
