"""Every exception of omniqueue: one family, one way to say what was wrong."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

__all__ = [
    "BrokenRouterError",
    "DuplicateAgentError",
    "DuplicateContactError",
    "FileFaultsError",
    "IllegalTransitionError",
    "InvalidValueError",
    "InvariantError",
    "MissingExtraError",
    "OmniqueueError",
    "PolicyError",
    "QueueFullError",
    "ReentrantCallError",
    "SnapshotError",
    "TimeWentBackwardsError",
    "UnknownAgentError",
    "UnknownChannelError",
    "UnknownContactError",
    "shown",
]

TransitionCode = Literal[
    "already_yours", "with_colleague", "too_late", "gone", "cannot_take", "wrong_state"
]
"""Why a command does not go with a contact's state, for programs.

- `already_yours`: an `accept` of what this agent has accepted already (a retry, say);
- `with_colleague`: another agent than the one named holds it, or is offered it;
- `too_late`: the offer is over, or the time to `resume`;
- `gone`: it is over: abandoned, cancelled, expired or completed;
- `cannot_take`: the agent of an `assign` is not ready, or lacks skill, channel or room;
- `wrong_state`: all else.
"""

_INTERPRETERS_OWN = (ArithmeticError, AttributeError, IndexError, NameError, TypeError)
_SHOWN_MAX = 64  # characters of an offending value that a message may carry


def shown(value: object) -> str:
    r"""Return a short printable form of any value, safe to put in a message or a log.

    Text is cut to 64 characters and escaped; containers and objects of the caller are named by
    their type only, so no customer data travels in an error.

    Example:
        >>> shown("caller\n"), shown({"card": "4711"}), shown(float("nan"))
        ("'caller\\n'", 'a dict', 'nan')
    """
    if isinstance(value, str):
        text = value[:_SHOWN_MAX]
        return ascii(text) + ("..." if len(value) > _SHOWN_MAX else "")
    if value is None or isinstance(value, bool | float):
        return repr(value)
    if isinstance(value, int):
        if value.bit_length() > 200:
            return f"an int of {value.bit_length()} bits"
        return repr(value)
    return f"a {type(value).__name__}"


class OmniqueueError(Exception):
    """The base of every refusal: which field, which value, what would have been right.

    Args:
        field: the name of the offending argument, setting or file place.
        value: the offending value; kept only in its short escaped form (`value`).
        expected: what would have been right, as the end of a sentence.

    Every class has a `code`, by which a program can tell refusals apart (in JSON, say).

    A command that is refused has changed nothing but the time; `events` are those of the timers
    that fired while it passed (an `Events`, empty elsewhere). `others` are further faults of the
    same value, where all of them were looked for.

    Example:
        >>> error = InvalidValueError("priority", True, "an int within +-2**31")
        >>> str(error)
        'priority is True; expected an int within +-2**31'
        >>> error.code
        'invalid_value'
    """

    code: str = "refused"
    events: Sequence[object] = ()
    others: Sequence[OmniqueueError] = ()

    def __init__(self, field: str, value: object, expected: str) -> None:
        self.field = field
        self.value = value.text if isinstance(value, _Shown) else shown(value)
        self.expected = expected
        super().__init__(field, self.value, expected)

    def at(self, field: str) -> OmniqueueError:
        """Return the same refusal with the name of another field."""
        return type(self)(field, _Shown(self.value), self.expected)

    def __str__(self) -> str:
        return f"{self.field} is {self.value}; expected {self.expected}"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.field, _Shown(self.value), self.expected)


class _Shown:
    """A value that has been cut and escaped already (an error on its way through pickle)."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __reduce__(self) -> tuple[object, ...]:
        return _Shown, (self.text,)


class InvalidValueError(OmniqueueError):
    """A value that cannot be right, whatever the state of the router."""

    code = "invalid_value"


class TimeWentBackwardsError(OmniqueueError):
    """A command's time lies before the router's time; the clock has stayed where it was."""

    code = "time_went_backwards"


class UnknownChannelError(OmniqueueError):
    """A channel that was not declared when the router was made."""

    code = "unknown_channel"


class UnknownContactError(OmniqueueError):
    """A contact id that the router has never accepted, or has forgotten."""

    code = "unknown_contact"


class UnknownAgentError(OmniqueueError):
    """An agent id that is not signed on the router."""

    code = "unknown_agent"


class DuplicateContactError(OmniqueueError):
    """A contact id that has been used before."""

    code = "duplicate_contact"


class DuplicateAgentError(OmniqueueError):
    """An agent id that is in use."""

    code = "duplicate_agent"


class QueueFullError(OmniqueueError):
    """The contact would have to wait, and `max_waiting` contacts wait already."""

    code = "queue_full"


class IllegalTransitionError(OmniqueueError):
    """A command that the contact's present state does not allow.

    Args:
        field: "contact"; "agent", where another agent is named than the holder, or one that
            cannot take it; "at", where it is too late.
        value: its value.
        expected: what would have been right, as the end of a sentence.
        code: one of `TransitionCode`.
        command: the command's name.
        contact: the contact's id.
        state: the state it is in.
        holder: the agent who holds it, by id, or None.

    Example:
        >>> from omniqueue import Contact, Router
        >>> router = Router()
        >>> _ = router.submit(Contact("c1", "fax"), at=0)
        >>> try:
        ...     router.accept("c1", "ana", at=1)
        ... except IllegalTransitionError as error:
        ...     print(error, "-", error.code, error.state, error.holder)
        accept 'c1': it is waiting; expected one that is offered - too_late waiting None
    """

    code: TransitionCode

    def __init__(
        self,
        field: str,
        value: object,
        expected: str,
        *,
        code: TransitionCode,
        command: str,
        contact: str,
        state: str,
        holder: str | None = None,
    ) -> None:
        super().__init__(field, value, expected)
        self.code = code
        self.command = command
        self.contact = contact
        self.state = state
        self.holder = holder

    def __str__(self) -> str:
        said = f"{self.command} {shown(self.contact)}"
        if self.field != "contact":
            return f"{said}: {super().__str__()}"
        link = "to" if self.state == "offered" else "with"
        held = "" if self.holder is None else f" {link} {shown(self.holder)}"
        return f"{said}: it is {self.state}{held}; expected {self.expected}"

    def __reduce__(self) -> tuple[object, ...]:
        remade = partial(
            type(self),
            code=self.code,
            command=self.command,
            contact=self.contact,
            state=self.state,
            holder=self.holder,
        )
        return remade, (self.field, _Shown(self.value), self.expected)


class PolicyError(OmniqueueError):
    """A policy raised, or returned something that is no rank."""

    code = "policy"

    @classmethod
    def raised(cls, policy: str, problem: Exception, expected: str) -> PolicyError:
        """Return the error for a policy that raised, with what may be said of the exception.

        The text of some exceptions is the interpreter's and names types and attributes; that of
        others (a `KeyError`, say) may be a customer's, and stays with the exception, the cause.

        Example:
            >>> print(PolicyError.raised("order policy x", ZeroDivisionError("by zero"), "a rank"))
            order policy x raised ZeroDivisionError: by zero; expected a rank
        """
        said = f": {shown(str(problem))[1:-1]}" if isinstance(problem, _INTERPRETERS_OWN) else ""
        return cls(policy, _Shown(f"raised {type(problem).__name__}{said}"), expected)

    def __str__(self) -> str:
        if self.value.startswith("raised "):
            return f"{self.field} {self.value}; expected {self.expected}"
        return super().__str__()


class ReentrantCallError(OmniqueueError):
    """A command given from inside a policy or an observer of the same router."""

    code = "reentrant_call"


class BrokenRouterError(OmniqueueError):
    """A command has not ended: it was interrupted half-way, or another thread is inside.

    After an interrupt the router refuses everything: restore it from a snapshot.
    """

    code = "broken_router"


class SnapshotError(OmniqueueError):
    """A snapshot that is damaged, of another format, or needs a policy that was not given."""

    code = "snapshot"


class InvariantError(OmniqueueError):
    """`check()` found the router in a state that must not be: a defect of omniqueue."""

    code = "invariant"


class MissingExtraError(OmniqueueError):
    """A feature needs an optional library that is not installed.

    Args:
        field: what needs it, in the plural.
        value: the library.
        expected: what installs it.

    Example:
        >>> str(MissingExtraError("reports", "matplotlib", "pip install 'omniqueue[plot]'"))
        "reports need matplotlib: pip install 'omniqueue[plot]'"
    """

    code = "missing_extra"

    def __str__(self) -> str:
        library = self.value.strip("'")
        return f"{self.field} need {library}: {self.expected}"


class FileFaultsError(OmniqueueError):
    """A file is not what its format says; every fault is listed with its place.

    Args:
        path: the file, as the user named it.
        faults: one line for each fault, each with its place.
        more: how many further faults were found and not listed.

    Example:
        >>> error = FileFaultsError("desk.toml", ["agents[0].id: is missing"])
        >>> print("; ".join(error.faults))
        agents[0].id: is missing
    """

    code = "file_faults"

    def __init__(self, path: str, faults: list[str], more: int = 0) -> None:
        super().__init__("file", path, f"no faults, found {len(faults) + more}")
        self.path = path
        self.faults = list(faults)
        self.more = more

    def __str__(self) -> str:
        lines = [f"{self.path}: {fault}" for fault in self.faults]
        if self.more:
            lines.append(f"{self.path}: and {self.more} more faults")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.path, self.faults, self.more)
