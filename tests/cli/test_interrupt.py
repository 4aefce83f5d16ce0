"""Ctrl-C is a wish first, and an end the second time."""

from __future__ import annotations

import signal
import threading

import pytest

from omniqueue.cli.interrupt import stop_wish


def test_the_first_is_noted_and_the_second_ends_all() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stop_wish() as stopped:
        assert not stopped()
        signal.raise_signal(signal.SIGINT)
        assert stopped()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_another_thread_catches_nothing() -> None:
    answers: list[bool] = []

    def work() -> None:
        with stop_wish() as stopped:
            answers.append(stopped())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert answers == [False]
