"""The README is true: its examples run, its tables are those of the code, its files exist."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from omniqueue.core.lifecycle import state_diagram, state_table

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_its_examples_give_what_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)  # files are named as a reader in the repository names them
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert result.attempted >= 10
    assert result.failed == 0


def test_the_state_table_and_diagram_are_drawn_from_the_lifecycle() -> None:
    assert state_table() in README
    assert f"```mermaid\n{state_diagram()}\n```" in README


def test_every_file_it_links_to_exists() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert len(links) >= 5
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_picture_is_what_the_engine_gives() -> None:
    import runpy

    drawn = runpy.run_path(str(ROOT / "examples" / "draw_blended_queue.py"))["picture"]()
    shipped = (ROOT / "examples" / "pictures" / "blended_queue.svg").read_text(encoding="utf-8")
    assert shipped == drawn + "\n"
