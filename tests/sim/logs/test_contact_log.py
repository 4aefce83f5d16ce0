"""Reading contact logs: good ones, and every way in which one can be bad."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from omniqueue.errors import FileFaultsError, InvalidValueError
from omniqueue.sim.logs import contact_log
from omniqueue.sim.logs.contact_log import Clock, ContactLog, LogColumns, read_log

HEADER = "id,time,channel,skill,language,seconds,urgency\n"
COLUMNS = LogColumns(skills=("skill", "language"), handling="seconds", priority="urgency")
NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def log_path(tmp_path: Path) -> Path:
    return tmp_path / "log.csv"


def read(path: Path, text: str | bytes, **options: object) -> ContactLog:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    options.setdefault("zone", UTC)
    return read_log(str(path), options.pop("columns", COLUMNS), **options)  # type: ignore[arg-type]


def faults(path: Path, text: str | bytes, **options: object) -> list[str]:
    with pytest.raises(FileFaultsError) as caught:
        read(path, text, **options)
    return caught.value.faults


def test_a_good_log(log_path: Path) -> None:
    text = HEADER + (
        "c1,1970-01-01T00:00:10,phone,law,fr,90,2\n"
        "\n"
        'c2,1970-01-01T01:00:10+01:00,fax,law,law,"4 min",\n'
        "c3,1970-01-01 00:00:11,fax,,,,-1\n"
    )
    first, second, third = read(log_path, text).contacts
    assert (first.id, first.at, first.channel) == ("c1", 10.0, "phone")
    assert (dict(first.skills), first.handling_seconds, first.priority) == (
        {"law": 1, "fr": 1},
        90.0,
        2,
    )
    assert (second.at, dict(second.skills), second.handling_seconds) == (10.0, {"law": 1}, 240.0)
    assert (dict(third.skills), third.handling_seconds, third.priority) == ({}, None, -1)
    assert read(log_path, gzip.compress(text.encode())).contacts[0] == first


def test_cells_that_look_like_commands_are_text(log_path: Path) -> None:
    text = HEADER + "=cmd(),1970-01-01,phone,=1+1,@x,,\n../../etc/passwd,1970-01-01,fax,%s,{0},,\n"
    first, second = read(log_path, text).contacts
    assert (first.id, list(first.skills)) == ("=cmd()", ["=1+1", "@x"])
    assert (second.id, list(second.skills)) == ("../../etc/passwd", ["%s", "{0}"])


BAD_ROWS = {
    "line 3: id is 'c1'; expected an id of its own (line 2 has it)": "c1,1970-01-02,fax,,,,",
    "line 3: id is ''; expected 1 to 128": ",1970-01-02,fax,,,,",
    "line 3: time is 'soon'; expected a time in ISO 8601": "c2,soon,fax,,,,",
    "line 3: time lies before that of a line above": "c2,1969-12-31,fax,,,,",
    "line 3: time is '0999-01-01'; expected a year": "c2,0999-01-01,fax,,,,",
    "line 3: channel is 'pigeon'; expected a channel": "c2,1970-01-02,pigeon,,,,",
    "line 3: skill is 'a\\x00b'": "c2,1970-01-02,fax,a\0b,,,",
    "line 3: language is 'a\\x1bb'": "c2,1970-01-02,fax,,a\x1bb,,",
    "line 3: seconds is -5.0": "c2,1970-01-02,fax,,,-5,",
    "line 3: seconds is nan": "c2,1970-01-02,fax,,,nan,",
    "line 3: seconds is 'long'": "c2,1970-01-02,fax,,,long,",
    "line 3: urgency is '1.5'": "c2,1970-01-02,fax,,,,1.5",
    "line 3: urgency is 99999999999": "c2,1970-01-02,fax,,,,99999999999",
    "line 3: has 3 cells, the header has 7": "c2,1970-01-02,fax",
}


@pytest.mark.parametrize(("fault", "row"), BAD_ROWS.items())
def test_a_bad_row_is_named_with_its_line_or_left_out(
    fault: str, row: str, log_path: Path
) -> None:
    text = HEADER + "c1,1970-01-02,phone,,,,\n" + row + "\nc3,1970-01-03,phone,,,,\n"
    if "\0" in row:  # the csv module of Python 3.11 and later disagree on NUL
        assert faults(log_path, text, channels=["phone", "fax"])[0].startswith("line 3")
        return
    (found,) = faults(log_path, text, channels=["phone", "fax"])
    assert found.startswith(fault)
    repaired = read(log_path, text, channels=["phone", "fax"], repair=True)
    moved = "before" in fault
    assert (repaired.dropped, repaired.moved) == (not moved, moved)
    assert len(repaired.contacts) == 2 + moved
    assert [c.at for c in repaired.contacts] == sorted(c.at for c in repaired.contacts)


def test_all_faults_are_counted_and_the_first_are_spelt_out(log_path: Path) -> None:
    text = HEADER + "x,never,phone,,,,\n" * 50
    with pytest.raises(FileFaultsError) as caught:
        read(log_path, text)
    assert len(caught.value.faults) == contact_log.FAULTS_MAX
    assert len(caught.value.faults) + caught.value.more == 50


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is empty"),
        (HEADER, "holds no contact"),
        ("id,when\n", "line 1: no column 'time' (there are: 'id', 'when')"),
        ("title,zone\n", "line 1: none of the columns 'id', 'time', 'channel'"),
        ("id,id,time,channel,skill,language,seconds,urgency\n", "column 'id' is there twice"),
        (HEADER + '"c1,1970-01-01\n', "no CSV"),
        ("id,time\n".encode("utf-16"), "line 1"),
        (b"\xff\xfe\x00", "line 1"),
        (HEADER + "x" * 200_000, "no CSV: field larger"),
    ],
)
def test_what_is_no_log_is_refused(text: str | bytes, fault: str, log_path: Path) -> None:
    assert any(fault in found for found in faults(log_path, text))
    assert faults(log_path, text, repair=True)


def test_bytes_that_are_not_text_matter_only_where_they_are_used(log_path: Path) -> None:
    columns = LogColumns()
    head = b"id,time,channel,note\n"
    good = head + b"c1,1970-01-01,phone,caf\xe9\n"
    assert read(log_path, good, columns=columns).contacts[0].id == "c1"
    bad = head + b"caf\xe9,1970-01-01,phone,x\n"
    (fault,) = faults(log_path, bad, columns=columns)
    assert fault.startswith("line 2: id is 'caf\\udce9'")


def test_naive_times_need_a_zone(log_path: Path) -> None:
    (fault,) = faults(log_path, HEADER + "c1,2024-05-06T09:00,phone,,,,\n", zone=None)
    assert "a time with its zone, or a zone for the log" in fault


def test_too_many_rows_are_refused(log_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_log, "ROWS_MAX", 2)
    text = HEADER + "".join(f"c{n},1970-01-01,phone,,,,\n" for n in range(3))
    assert faults(log_path, text) == ["holds more than 2 rows"]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-03-10T01:59:59", "2024-03-10T01:59:59-05:00"),
        ("2024-03-10T03:00:00", "2024-03-10T03:00:00-04:00"),
        ("2024-11-03T01:30:00", "2024-11-03T01:30:00-04:00"),  # comes twice: the first
        ("2024-11-03T02:30:00", "2024-11-03T02:30:00-05:00"),
        ("2024-07-01T12:00:00", "2024-07-01T12:00:00-04:00"),
    ],
)
def test_the_clock_of_a_zone(text: str, iso: str) -> None:
    expected = Clock(None)("time", iso)
    assert Clock(NEW_YORK)("time", text) == expected


def test_a_time_that_the_clock_skips_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="clock of the zone shows"):
        Clock(NEW_YORK)("time", "2024-03-10T02:30:00")


@given(
    st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2037, 1, 1)),
)
def test_the_short_way_through_a_day_is_the_long_one(moment: datetime) -> None:
    moment = moment.replace(fold=0)  # of an hour that comes twice the first is meant
    aware = moment.replace(tzinfo=NEW_YORK)
    back = datetime.fromtimestamp(aware.timestamp(), UTC).astimezone(NEW_YORK)
    clock = Clock(NEW_YORK)
    if back.replace(tzinfo=None, fold=0) == moment:
        assert clock("time", moment.isoformat()) == pytest.approx(aware.timestamp(), abs=1e-6)
