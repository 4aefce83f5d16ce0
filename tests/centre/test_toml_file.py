"""TOML files: one fault for what is no TOML, or plainly a file of another kind."""

from __future__ import annotations

import pytest

from omniqueue.centre.toml_file import toml_table
from omniqueue.errors import FileFaultsError


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"a = '\xff'", "byte 5: is not UTF-8"),
        (b"a = " + b"[" * 100_000, "nested too deeply"),
        (b"a = " + b"9" * 5_000, "no TOML: "),
        (b'{"agents": []}', "looks like JSON; expected a scenario file"),
        (b"id,time,channel\n1,2,fax\n", "looks like CSV; expected a scenario file"),
        (b"a b\n", "no TOML: "),
        (b"[log]\n", "is a staff file; expected a scenario file"),
        (b'format = "omniqueue-staff/2"\n', "is a staff file; expected a scenario file"),
    ],
)
def test_one_fault_that_names_what_it_is(content: bytes, fault: str) -> None:
    with pytest.raises(FileFaultsError) as refused:
        toml_table(content, name="desk.toml", kind="scenario")
    assert fault in str(refused.value)
    assert len(refused.value.faults) == 1


def test_what_has_the_keys_of_both_kinds_is_read() -> None:
    """Its own reader says then which key is wrong."""
    content = b"[log]\n[run]\n"
    assert toml_table(content, name="x", kind="staff") == {"log": {}, "run": {}}
    assert toml_table(content, name="x", kind="scenario") == {"log": {}, "run": {}}
