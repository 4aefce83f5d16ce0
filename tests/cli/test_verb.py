"""The progress bar: only on a terminal, only for long runs, colours only where wanted."""

from __future__ import annotations

import io
import sys

import pytest

from omniqueue.cli.verb import progress_bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, total: int, **options: bool
) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    with progress_bar("routing", total, **options) as tell:
        tell(total // 2, total)
        tell(total, total)
    return stream.getvalue()


def test_a_long_run_on_a_terminal_draws_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "routing" in drawn(monkeypatch, Terminal(), 10_000)


def test_no_colour_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in drawn(monkeypatch, Terminal(), 10_000)


def test_nothing_is_drawn_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(monkeypatch, io.StringIO(), 10_000) == ""
    assert drawn(monkeypatch, Terminal(), 100) == ""
    assert drawn(monkeypatch, Terminal(), 10_000, wanted=False) == ""


def test_without_rich_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name == "rich" or name.startswith("rich.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert drawn(monkeypatch, Terminal(), 10_000) == ""
