"""The life of a contact: ONE table. The router asks it; the README draws it.

Theory of operation. A contact is in exactly one state. A command or a timer moves it along an
edge of `TRANSITIONS`; what is not in the table cannot happen. The states below the line
(`ENDED`) are final, but for `abandoned`, from which a customer may come back in time.
"""

from __future__ import annotations

from typing import Final

from omniqueue.errors import IllegalTransitionError

STATES: Final = (
    "waiting",
    "deferred",
    "offered",
    "active",
    "interrupted",
    "wrap_up",
    "parked",
    "completed",
    "abandoned",
    "cancelled",
    "expired",
)
(
    WAITING,
    DEFERRED,
    OFFERED,
    ACTIVE,
    INTERRUPTED,
    WRAP_UP,
    PARKED,
    COMPLETED,
    ABANDONED,
    CANCELLED,
    EXPIRED,
) = range(len(STATES))

IN_HAND: Final = frozenset({OFFERED, ACTIVE, INTERRUPTED, WRAP_UP})  # an agent holds it
TAKEN: Final = frozenset({ACTIVE, INTERRUPTED})
ENDED: Final = (COMPLETED, ABANDONED, CANCELLED, EXPIRED)
FINAL: Final = (COMPLETED, CANCELLED, EXPIRED)

# cause -> state it finds -> states it may leave behind (before matching looks at the queue)
COMMANDS: Final[dict[str, dict[int, tuple[int, ...]]]] = {
    "accept": {OFFERED: (ACTIVE,)},
    "decline": {OFFERED: (WAITING, EXPIRED)},
    "complete": {
        ACTIVE: (WRAP_UP, COMPLETED),
        INTERRUPTED: (COMPLETED,),
        PARKED: (COMPLETED,),
    },
    "finish_wrap_up": {WRAP_UP: (COMPLETED,)},
    "abandon": {WAITING: (ABANDONED,), DEFERRED: (ABANDONED,), OFFERED: (ABANDONED,)},
    "cancel": {
        WAITING: (CANCELLED,),
        DEFERRED: (CANCELLED,),
        OFFERED: (CANCELLED,),
        PARKED: (CANCELLED,),
    },
    "resume": {ABANDONED: (WAITING, EXPIRED)},
    "defer": {WAITING: (DEFERRED,)},
    "release": {DEFERRED: (WAITING,)},
    "update": {WAITING: (WAITING,), DEFERRED: (DEFERRED,)},
    "transfer": {ACTIVE: (WAITING,), INTERRUPTED: (WAITING,)},
    "park": {ACTIVE: (PARKED,), INTERRUPTED: (PARKED,)},
    "reopen": {PARKED: (WAITING,)},
    "assign": {WAITING: (ACTIVE,), DEFERRED: (ACTIVE,)},
}
CAUSES: Final[dict[str, dict[int, tuple[int, ...]]]] = {
    "matched": {WAITING: (OFFERED, ACTIVE)},
    "offer not answered": {OFFERED: (WAITING, EXPIRED)},
    "agent away": {OFFERED: (WAITING, EXPIRED)},
    "another contact goes first": {ACTIVE: (INTERRUPTED,)},
    "room again": {INTERRUPTED: (ACTIVE,)},
    "agent offline": {
        OFFERED: (WAITING, EXPIRED),
        ACTIVE: (WAITING,),
        INTERRUPTED: (WAITING,),
        WRAP_UP: (COMPLETED,),
    },
    "wrap-up over": {WRAP_UP: (COMPLETED,)},
    "deferral over": {DEFERRED: (WAITING,)},
    "expiry": {WAITING: (EXPIRED,), DEFERRED: (EXPIRED,)},
}
TRANSITIONS: Final = {**COMMANDS, **CAUSES}


def refuse(command: str, contact_id: str, state: int) -> IllegalTransitionError:
    """Return the error for a command that this state does not allow.

    Example:
        >>> print(refuse("resume", "c1", ACTIVE))
        resume 'c1' is 'active'; expected a contact that is abandoned
    """
    allowed = " or ".join(STATES[found] for found in COMMANDS[command])
    return IllegalTransitionError(
        f"{command} {contact_id!a}", STATES[state], f"a contact that is {allowed}"
    )


def state_table() -> str:
    """Return the table of commands and states as Markdown, drawn from the one table.

    Example:
        >>> print(state_table().splitlines()[2])
        | `accept` | offered | active |
    """
    lines = ["| command or cause | finds the contact | leaves it |", "|---|---|---|"]
    for cause, edges in TRANSITIONS.items():
        shown = f"`{cause}`" if cause in COMMANDS else cause
        grouped: dict[tuple[int, ...], list[str]] = {}
        for found, left in edges.items():
            grouped.setdefault(left, []).append(STATES[found])
        for left, found_names in grouped.items():
            left_names = " or ".join(STATES[state] for state in left)
            lines.append(f"| {shown} | {', '.join(found_names)} | {left_names} |")
    return "\n".join(lines)


def state_diagram() -> str:
    """Return the same table as a Mermaid state diagram.

    Example:
        >>> print(state_diagram().splitlines()[1])
            [*] --> waiting: submit
    """
    lines = ["stateDiagram-v2", "    [*] --> waiting: submit", "    [*] --> deferred: submit"]
    for cause, edges in TRANSITIONS.items():
        for found, left in edges.items():
            for state in left:
                if state != found:
                    lines.append(f"    {STATES[found]} --> {STATES[state]}: {cause}")
    lines += [f"    {STATES[state]} --> [*]" for state in ENDED]
    return "\n".join(lines)
