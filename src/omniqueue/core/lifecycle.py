"""The life of a contact: ONE table. The engine moves contacts by it; the README draws it.

Theory of operation. A contact is in exactly one state. A command, a timer or the match moves it
along an edge of `TRANSITIONS`: by a cause, from the state it is found in to one that the cause
may leave behind. The table drives:

- a command is refused unless the table has an edge for it from the contact's state (`refuse`);
- `move` is the only function that changes a state. Its second argument, made by `leaving`, is
  the part of the table for one cause and one state left behind, and the new state is read from
  it. A move that the table lacks is a defect of the engine, and raises `InvariantError`.
- Where every contact passes (`serve`, `complete`), `move` stands in place: the same part of the
  table is read, without a call. `tests/core/test_lifecycle.py` finds any other write of a state.

A contact is born waiting (`rows.contact_row`, which also restores one in the state it was in).
The states in `ENDED` are final, but for `abandoned`, from which a customer may come back in time.

Cost: a move is a look-up in a dict of ints. `leaving` is called when the module is loaded where
the cause is known then.
"""

from __future__ import annotations

from typing import Final, Protocol, TypeAlias

from omniqueue.errors import IllegalTransitionError, InvariantError, TransitionCode

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
# What moves a contact without a command about it; told like `COMMANDS`.
OCCASIONS: Final[dict[str, dict[int, tuple[int, ...]]]] = {
    "not before": {WAITING: (DEFERRED,)},
    "matched": {WAITING: (OFFERED, ACTIVE)},
    "offer not answered": {OFFERED: (WAITING, EXPIRED)},
    "agent away": {OFFERED: (WAITING, EXPIRED)},
    "matching stopped": {OFFERED: (WAITING, EXPIRED)},
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
TRANSITIONS: Final = {**COMMANDS, **OCCASIONS}

Move: TypeAlias = dict[int, int]  # state found -> state left, for one cause


class _Holder(Protocol):
    id: str


class _Contact(Protocol):
    id: str
    state: int
    since: float

    @property
    def agent(self) -> _Holder | None: ...


def _moves() -> dict[tuple[str, int], Move]:
    moves: dict[tuple[str, int], Move] = {}
    for cause, edges in TRANSITIONS.items():
        for found, lefts in edges.items():
            for left in lefts:
                moves.setdefault((cause, left), {})[found] = left
    return moves


_MOVES: Final = _moves()


def leaving(cause: str, left: int) -> Move:
    """Return the moves by which a cause leaves a contact in a state, for `move`.

    Raises:
        InvariantError: the table has no such move.

    Example:
        >>> leaving("park", PARKED) == {ACTIVE: PARKED, INTERRUPTED: PARKED}
        True
    """
    found = _MOVES.get((cause, left))
    if found is None:
        raise InvariantError(f"{cause} to", STATES[left], "a move of the lifecycle table")
    return found


def move(row: _Contact, by: Move, at: float) -> None:
    """Move a contact to another state by the table; nothing else changes a state.

    Args:
        row: the contact.
        by: what `leaving` returned for the cause and the state to leave it in.
        at: the engine's time.

    Raises:
        InvariantError: the table has no such move from the contact's state.

    Cost: O(1), some 30 ns.
    """
    try:
        row.state = by[row.state]
    except KeyError:
        raise _no_such_move(row, by) from None
    row.since = at


def _no_such_move(row: _Contact, by: Move) -> InvariantError:
    [(cause, left)] = [edge for edge, moves in _MOVES.items() if moves is by]
    return InvariantError(
        f"{cause} {row.id!a} to {STATES[left]} from",
        STATES[row.state],
        "a move of the lifecycle table",
    )


def refuse(command: str, row: _Contact, agent_id: str | None = None) -> IllegalTransitionError:
    """Return the error for a command that a contact's state, or its holder, does not allow.

    Args:
        command: the command's name.
        row: the contact.
        agent_id: the agent whom the command names; None: nobody.
    """
    holder = None if row.agent is None else row.agent.id
    allowed = COMMANDS[command]
    if row.state in allowed:
        field, value = "agent", agent_id
        expected = "the one it is offered to" if row.state == OFFERED else "the one who has it"
    else:
        field, value = "contact", row.id
        expected = f"one that is {' or '.join(STATES[found] for found in allowed)}"
    return IllegalTransitionError(
        field,
        value,
        expected,
        code=_code(command, row.state, holder, agent_id),
        command=command,
        contact=row.id,
        state=STATES[row.state],
        holder=holder,
    )


def _code(command: str, state: int, holder: str | None, agent_id: str | None) -> TransitionCode:
    if agent_id is not None and holder is not None:
        if agent_id != holder:
            return "with_colleague"
        if command == "accept" and state in TAKEN:
            return "already_yours"
    if state in ENDED:
        return "gone"
    return "too_late" if command in ("accept", "decline") else "wrong_state"


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
    lines = ["stateDiagram-v2", "    [*] --> waiting: submit"]
    for cause, edges in TRANSITIONS.items():
        for found, left in edges.items():
            for state in left:
                if state != found:
                    lines.append(f"    {STATES[found]} --> {STATES[state]}: {cause}")
    lines += [f"    {STATES[state]} --> [*]" for state in ENDED]
    return "\n".join(lines)
