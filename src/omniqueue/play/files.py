"""The door for files that a user names: only regular files, only up to a size."""

from __future__ import annotations

import os
import stat

from omniqueue.errors import FileFaultsError, shown

# A device or a FIFO must not hold the process up while it is found out what it is.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_regular_file(path: str | os.PathLike[str], *, bytes_max: int) -> bytes:
    """Return the content of a regular file of at most `bytes_max` bytes.

    Args:
        path: the file; a symbolic link counts as what it points to.
        bytes_max: the largest size that is read.

    Raises:
        FileFaultsError: no such file, not readable, no regular file, too large.

    Cost: O(size); a file that is too large is not read beyond the bound.

    Example:
        >>> read_regular_file("no/such/file.json", bytes_max=10)
        Traceback (most recent call last):
        ...
        omniqueue.errors.FileFaultsError: no/such/file.json: cannot be read: ...
    """
    name = os.fspath(path)
    try:
        with os.fdopen(os.open(name, _FLAGS), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise FileFaultsError(name, ["is no regular file"])
            content = file.read(bytes_max + 1)
    except OSError as error:
        raise FileFaultsError(name, [f"cannot be read: {error.strerror}"]) from None
    except ValueError:  # a NUL in the name
        raise FileFaultsError(name, [f"is no file name: {shown(name)}"]) from None
    refuse_oversize(name, content, bytes_max=bytes_max)
    return content


def refuse_oversize(name: str, content: bytes, *, bytes_max: int) -> None:
    """Refuse content longer than `bytes_max` bytes.

    Args:
        name: where it comes from, for the error.
        content: at least the first `bytes_max` + 1 bytes, if there are as many.
        bytes_max: the largest size that is taken.

    Raises:
        FileFaultsError: the content is too large.

    Cost: O(1).

    Example:
        >>> refuse_oversize("standard input", b"{}", bytes_max=2)
    """
    if len(content) > bytes_max:
        raise FileFaultsError(name, [f"is larger than {bytes_max:,} bytes"])
