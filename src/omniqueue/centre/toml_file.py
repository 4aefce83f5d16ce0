"""TOML files: decoded, parsed, and told from files of another kind."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from omniqueue.errors import FileFaultsError

FILE_BYTES_MAX: Final = 1 << 20

Kind: TypeAlias = Literal["scenario", "staff"]

_CALLED: Final[Mapping[Kind, str]] = {"scenario": "a scenario file", "staff": "a staff file"}
_OWN_KEYS: Final[Mapping[Kind, frozenset[str]]] = {  # that the other kind does not have
    "scenario": frozenset({"streams", "run", "busyness"}),
    "staff": frozenset({"log", "handling", "zone"}),
}


def toml_table(content: bytes, *, name: str, kind: Kind) -> dict[str, object]:
    r"""Return what the bytes of a TOML file say.

    Args:
        content: TOML in UTF-8.
        name: what to call the file in an error.
        kind: what the file is meant to be.

    Raises:
        FileFaultsError: it is no TOML, or plainly a file of another kind; one fault only.

    Cost: O(size).

    Example:
        >>> toml_table(b'[[streams]]\nname = "calls"\n', name="desk.toml", kind="staff")
        Traceback (most recent call last):
        ...
        omniqueue.errors.FileFaultsError: desk.toml: is a scenario file; expected a staff file
    """
    try:
        table = tomllib.loads(content.decode())
    except UnicodeDecodeError as problem:
        raise FileFaultsError(name, [f"byte {problem.start}: is not UTF-8"]) from None
    except RecursionError:
        raise FileFaultsError(name, ["is nested too deeply"]) from None
    except ValueError as problem:  # TOML's own errors, and numbers of thousands of digits
        other = _other_language(content)
        told = f"no TOML: {str(problem)[:200]}"
        if other is not None:
            told = f"no TOML: this looks like {other}; expected {_CALLED[kind]}"
        raise FileFaultsError(name, [told]) from None
    other_kind: Kind = "staff" if kind == "scenario" else "scenario"
    if _is(other_kind, table) and not _is(kind, table):
        raise FileFaultsError(name, [f"is {_CALLED[other_kind]}; expected {_CALLED[kind]}"])
    return table


def _is(kind: Kind, table: Mapping[str, object]) -> bool:
    """Tell whether a file says that it is of a kind, or has keys that only this kind has."""
    said = table.get("format")
    if isinstance(said, str) and said.startswith(f"omniqueue-{kind}/"):
        return True
    return not _OWN_KEYS[kind].isdisjoint(table)


def _other_language(content: bytes) -> str | None:
    """Return what a file that is no TOML looks like, by its first sign and line."""
    text = content.decode().lstrip()
    if text.startswith("{"):
        return "JSON"
    first = text.partition("\n")[0]
    return "CSV" if "," in first and not any(sign in first for sign in "=[#") else None
