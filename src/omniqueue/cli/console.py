"""What the command line writes: results to standard output, one line a fault to standard error."""

from __future__ import annotations

import contextlib
import errno
import os
import sys


def printable(text: str) -> str:
    r"""Return a text with every control, hidden or broken sign escaped, safe for a terminal.

    Args:
        text: any text.

    Cost: O(length).

    Example:
        >>> print(printable("call\x1b[31m\n\u202eer"))
        call\x1b[31m\n\u202eer
    """
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )


def say(line: str) -> None:
    """Write one line to standard output.

    Args:
        line: the text; what is not printable, or not in the terminal's alphabet, is escaped.

    Raises:
        OSError: standard output is closed, or cannot take it.

    Cost: O(length).

    Example:
        >>> say("assigned c1")
        assigned c1
    """
    stream = sys.stdout
    if stream is None:
        raise OSError(errno.EBADF, "standard output is closed")
    stream.write(_in_alphabet(printable(line), stream.encoding) + "\n")


def complain(line: str) -> None:
    """Write one line to standard error, as far as there is one.

    Args:
        line: the text; what is not printable is escaped.

    Cost: O(length).

    Example:
        >>> complain("play.json: is empty")
    """
    stream = sys.stderr
    if stream is not None:
        with contextlib.suppress(OSError):
            stream.write(_in_alphabet(printable(line), stream.encoding) + "\n")


def _in_alphabet(text: str, encoding: str | None) -> str:
    if text.isascii():
        return text
    name = encoding or "utf-8"
    return text.encode(name, "backslashreplace").decode(name)


def flush_output() -> None:
    """Hand everything written so far to the operating system.

    Raises:
        OSError: standard output cannot take it.
    """
    if sys.stdout is not None:
        sys.stdout.flush()


def abandon_output() -> None:
    """Give up on standard output, so that the interpreter does not try once more at its end."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
