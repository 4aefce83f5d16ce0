"""Only regular files, and only so many bytes of them."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from omniqueue.centre.regular_file import lines_of, read_small, same_file
from omniqueue.errors import FileFaultsError


def faults(path: object, bytes_max: int = 1000) -> str:
    with pytest.raises(FileFaultsError) as caught:
        list(lines_of(str(path), bytes_max))
    return "; ".join(caught.value.faults)


def test_plain_and_packed_files_give_the_same_lines(tmp_path: Path) -> None:
    plain, packed = tmp_path / "plain", tmp_path / "packed"
    plain.write_bytes(b"\xef\xbb\xbfa,b\r\n1,2\n")
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert list(lines_of(str(plain), 1000)) == ["a,b\r\n", "1,2\n"]
    assert list(lines_of(str(packed), 1000)) == ["a,b\r\n", "1,2\n"]


def test_a_bomb_is_refused_while_it_unpacks(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.gz"
    bomb.write_bytes(gzip.compress(b"a,b\n" * 1_000_000))
    assert bomb.stat().st_size < 10_000
    assert "more than 100000 bytes" in faults(bomb, 100_000)


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(b"x\n" + b"y" * 2_000_000)
    assert "line 2" in faults(path, 10_000_000)


def test_damaged_and_cut_archives_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.gz"
    whole = gzip.compress(os.urandom(500))
    path.write_bytes(whole[:200])
    assert "cannot be read" in faults(path)
    path.write_bytes(whole[:100] + b"\xff" * 100 + whole[200:])
    assert "cannot be read" in faults(path)


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, "/dev/zero"):
        assert "regular file" in faults(path)
    assert "cannot be opened" in faults(tmp_path / "missing")
    assert "is not a path" in faults("a\0b")


def test_small_files_are_small(tmp_path: Path) -> None:
    path = tmp_path / "staff.toml"
    path.write_bytes(b"x" * 11)
    assert read_small(str(path), 11) == b"x" * 11
    with pytest.raises(FileFaultsError, match="larger than 10 bytes"):
        read_small(str(path), 10)


def test_two_names_of_one_file(tmp_path: Path) -> None:
    path, link = tmp_path / "a", tmp_path / "b"
    path.touch()
    link.symlink_to(path)
    assert same_file(str(path), str(link))
    assert not same_file(str(path), str(tmp_path / "c"))
