"""The reader of settings files: keys from fields, units, and one grammar of faults."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from omniqueue import Channel
from omniqueue.errors import FileFaultsError, InvalidValueError
from omniqueue.model.checks import duration, whole
from omniqueue.model.fields import checked, inline, setting, several
from omniqueue.model.reader import (
    FAULTS_MAX,
    Faults,
    Place,
    RawTable,
    Unreadable,
    keys_of,
    named,
    not_a_key,
    number,
    or_null,
    read_file,
    row_of,
    table_of,
    text,
)


@attrs.frozen(field_transformer=checked)
class Turn:
    """A stretch within a job."""

    number: int = attrs.field(metadata=setting(whole, 1, 9, key="no"))


@attrs.frozen(kw_only=True, field_transformer=checked)
class Job:
    """Something with every kind of field."""

    title: str = attrs.field(metadata=setting(read=text))
    first: Turn = attrs.field(metadata=inline(Turn))
    rest_seconds: float | None = attrs.field(default=None, metadata=setting(duration))
    limit: int = attrs.field(default=1, metadata=setting(whole, 0, 5, table="bounds"))
    turns: tuple[Turn, ...] = attrs.field(default=(), metadata=several(Turn))


READ = table_of(Job, refused={"crew": "a job has none", "bounds.least": "it is 0"})


def job(tree: object) -> Job:
    return read_file(READ, tree, name="job.toml", format="job/1")


def faults(tree: object) -> list[str]:
    with pytest.raises(FileFaultsError) as caught:
        job(tree)
    return caught.value.faults


def test_keys_are_those_of_the_fields() -> None:
    assert list(keys_of(Job)) == ["title", "no", "rest", "rest_seconds", "bounds", "turns"]
    read = job({"title": "x", "no": 2, "rest": "4 min", "bounds": {"limit": 3}, "turns": []})
    assert read == Job(title="x", first=Turn(2), rest_seconds=240, limit=3)
    assert job({"format": "job/1", "title": "x", "no": 2, "rest_seconds": 9}).rest_seconds == 9


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"rest": 60}, 'rest: is 60; expected a length with its unit, as "90s"'),
        ({"rest_seconds": "60s"}, "rest_seconds: is '60s'; expected finite seconds"),
        ({"rest": "1s", "rest_seconds": 1}, "rest_seconds: says again what another key says"),
        ({"title": None}, "title: is null; expected text"),
        ({"title": True}, "title: is true; expected text"),
        ({"titel": "x"}, "titel: not a key; did you mean 'title'?"),
        ({"crew": 3}, "crew: not a key here: a job has none"),
        ({"bounds": {"least": 1}}, "bounds.least: not a key here: it is 0"),
        ({"bounds": {"limit": 6}}, "bounds.limit: is 6; expected an int from 0 to 5"),
        ({"bounds": 3}, "bounds: is 3; expected a table, as { ... }"),
        ({"no": 0}, "no: is 0; expected an int from 1 to 9"),
        ({"turns": {}}, "turns: is a table; expected a list, as [ ... ]"),
        ({"turns": [{"no": 1}, {}]}, "turns[1].no: is missing"),
        ({"format": "job/2"}, "format: is 'job/2'; expected 'job/1'"),
        ({"a b": 1}, "'a b': not a key; known here: "),
    ],
)
def test_one_fault_with_its_place(more: dict[str, object], fault: str) -> None:
    [found] = faults({"title": "x", "no": 1, **more})
    assert found.startswith(fault)


def test_all_faults_come_at_once() -> None:
    assert faults({"no": 0, "turns": [{"no": 0}, {"on": 1}]}) == [
        "no: is 0; expected an int from 1 to 9",
        "turns[0].no: is 0; expected an int from 1 to 9",
        "turns[1].on: not a key; did you mean 'no'?",
        "turns[1].no: is missing",
        "title: is missing",
    ]


def test_a_value_whose_fault_is_known_has_no_second_one() -> None:
    known = Faults("job.json")
    known.add("no", "is NaN")
    tree = {"title": "x", "no": Unreadable()}
    with pytest.raises(FileFaultsError) as caught:
        read_file(READ, tree, name="job.json", format="job/1", faults=known)
    assert caught.value.faults == ["no: is NaN"]


def test_faults_beyond_the_bound_are_counted() -> None:
    tree = {f"k{number}": 1 for number in range(FAULTS_MAX + 3)}
    with pytest.raises(FileFaultsError) as caught:
        job({"title": "x", "no": 1, **tree})
    assert (len(caught.value.faults), caught.value.more) == (FAULTS_MAX, 3)


def test_a_key_of_any_length_is_told_in_short() -> None:
    assert len(not_a_key("x" * 10**6, ["title"])) < 100
    [found] = faults({"title": "x", "no": 1, "\x1b" * 10**6: 1})
    assert len(found) < 400
    assert "\x1b" not in found


def test_named_tables_raw_tables_and_rows() -> None:
    place = Place("", Faults("a"))
    sms, fax = named(Channel)({"sms": {"cost": 2}, "fax": {"target": "1h"}}, place)
    assert (sms.name, sms.cost, fax.target_seconds) == ("sms", 2, 3600)
    raw = RawTable({"at": number}, {"until": or_null(number)})
    assert raw({"at": 1, "until": None}, place) == {"at": 1, "until": None}
    assert row_of("[a, b]", number, text)([1, "x"], place) == (1, "x")


def test_files_lie_in_the_folder_of_the_file_that_names_them(tmp_path: Path) -> None:
    (tmp_path / "log.csv").touch()
    place = Place("trace", Faults("a"), tmp_path)
    assert place.file("log.csv") == str((tmp_path / "log.csv").resolve())
    for name in ("../log.csv", "/etc/passwd", "", ".", "a\0b"):
        with pytest.raises(InvalidValueError, match="a file in the folder of this file"):
            place.file(name)
