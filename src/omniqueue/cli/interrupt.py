"""Ctrl-C as a wish to stop between two steps, so that a partial result is a sound one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stop_wish() -> Iterator[Callable[[], bool]]:
    """Yield a function that tells whether the user has pressed Ctrl-C; a second one ends all.

    Outside the main thread nothing can be caught, and the answer is always no.

    Example:
        >>> with stop_wish() as stopped:
        ...     stopped()
        False
    """
    wished: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        if wished:
            raise KeyboardInterrupt
        wished.append(number)

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(wished)
    finally:
        signal.signal(signal.SIGINT, before)
