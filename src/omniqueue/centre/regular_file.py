"""Opening what a user names: regular files only, never more than a stated number of bytes."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, TextIO, cast

from omniqueue.errors import FileFaultsError

_GZIP_MAGIC: Final = b"\x1f\x8b"
_GZIP_LEVEL: Final = 6  # the default of gzip; 9 takes far longer and saves little
_LINE_MAX: Final = 1 << 20  # characters; a line longer than this is no row of a log


def open_regular(path: str) -> BinaryIO:
    """Open a regular file to read bytes.

    Args:
        path: the file; a link counts as what it points to.

    Raises:
        FileFaultsError: missing, unreadable, or no regular file (folder, device, pipe).

    Example:
        >>> open_regular("/dev/null")
        Traceback (most recent call last):
        ...
        omniqueue.errors.FileFaultsError: /dev/null: is not a regular file
    """
    try:
        # Not blocking: opening a pipe would wait for its writer before it could be refused.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or "is not a path"
        raise FileFaultsError(path, [f"cannot be opened: {reason}"]) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise FileFaultsError(path, ["is not a regular file"])
    return os.fdopen(handle, "rb")


def read_small(path: str, bytes_max: int) -> bytes:
    """Return the bytes of a regular file of at most `bytes_max` bytes.

    Raises:
        FileFaultsError: not to be opened, or larger.

    Example:
        >>> read_small("/dev/zero", 10)
        Traceback (most recent call last):
        ...
        omniqueue.errors.FileFaultsError: /dev/zero: is not a regular file
    """
    with open_regular(path) as file:
        content = file.read(bytes_max + 1)
    if len(content) > bytes_max:
        raise FileFaultsError(path, [f"is larger than {bytes_max} bytes"])
    return content


class _Bounded(io.RawIOBase):
    """A stream of bytes that refuses to give more than a number of them."""

    def __init__(self, source: BinaryIO, path: str, bytes_max: int) -> None:
        self._source = source
        self._path = path
        self._bytes_max = bytes_max
        self._left = bytes_max

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = cast("memoryview", buffer)
        content = self._source.read(len(view))
        self._left -= len(content)
        if self._left < 0:
            raise FileFaultsError(
                self._path, [f"holds more than {self._bytes_max} bytes (unpacked)"]
            )
        view[: len(content)] = content
        return len(content)


def lines_of(path: str, bytes_max: int) -> Generator[str, None, None]:
    """Yield the lines of a UTF-8 text file, plain or gzip (told by its first bytes).

    Bytes that are not UTF-8 come as lone surrogates, which no id or name may contain, so they
    are refused where they matter, with their line.

    Args:
        path: the file.
        bytes_max: the most bytes it may hold, unpacked.

    Raises:
        FileFaultsError: not to be opened, too large, damaged, or a line without end.

    Example:
        >>> next(lines_of("/dev/null", 10))
        Traceback (most recent call last):
        ...
        omniqueue.errors.FileFaultsError: /dev/null: is not a regular file
    """
    with open_regular(path) as file:
        packed = file.read(2) == _GZIP_MAGIC
        file.seek(0)
        source = cast("BinaryIO", gzip.GzipFile(fileobj=file)) if packed else file
        bounded = io.BufferedReader(_Bounded(source, path, bytes_max), 1 << 16)
        text = io.TextIOWrapper(
            bounded, encoding="utf-8-sig", errors="surrogateescape", newline=""
        )
        number = 0
        try:
            while line := text.readline(_LINE_MAX):
                number += 1
                if len(line) >= _LINE_MAX:
                    raise FileFaultsError(path, [f"line {number}: is longer than {_LINE_MAX}"])
                yield line
        except (EOFError, OSError, zlib.error) as problem:
            fault = f"line {number + 1}: cannot be read: {type(problem).__name__}"
            raise FileFaultsError(path, [fault]) from None


@contextmanager
def text_to(path: str) -> Iterator[TextIO]:
    """Open a file to write UTF-8 text, as gzip where its name ends in .gz.

    The same text gives the same bytes: neither the time nor the name is written into the file.

    Args:
        path: the file; what it holds is lost.

    Raises:
        OSError: it cannot be written.

    Example:
        >>> with text_to("/dev/null") as file:
        ...     file.write("text")
        4
    """
    if not path.lower().endswith(".gz"):
        with Path(path).open("w", encoding="utf-8") as plain:
            yield plain
        return
    with (
        Path(path).open("wb") as file,
        gzip.GzipFile("", "wb", _GZIP_LEVEL, file, mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8") as text,
    ):
        yield text


def same_file(first: str, second: str) -> bool:
    """Tell whether two paths lead to one existing file.

    Example:
        >>> same_file(".", "..")
        False
    """
    try:
        return Path(first).samefile(second)
    except OSError:
        return False
