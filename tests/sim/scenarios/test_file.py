"""Scenario files: every fault with its place; what is right becomes the same values."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from omniqueue.errors import FileFaultsError
from omniqueue.model.skill import Skills
from omniqueue.sim.calendar.week import Hours, hours
from omniqueue.sim.laws.arrivals import Poisson, Rate, Trace
from omniqueue.sim.laws.times import (
    ByInterval,
    Deterministic,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Lognormal,
    Times,
    Uniform,
)
from omniqueue.sim.scenarios.file import parse_scenario, read_scenario
from omniqueue.sim.scenarios.scenario import Scenario

EXAMPLES = Path(__file__).parents[3] / "examples"

STREAM = """
[[streams]]
name = "calls"
channel = "phone"
arrivals = {arrivals}
handling = {handling}
{more}
"""
AGENTS = """
[[agents]]
group = "desk"
count = 2
"""


def a_file(
    *,
    arrivals: str = "{ per_hour = 60 }",
    handling: str = "240",
    more: str = "",
    agents: str = AGENTS,
) -> str:
    return STREAM.format(arrivals=arrivals, handling=handling, more=more) + agents


def parsed(content: str, folder: Path | None = None) -> Scenario:
    return parse_scenario(content.encode(), folder=folder)


def faults(content: str, folder: Path | None = None) -> list[str]:
    with pytest.raises(FileFaultsError) as caught:
        parsed(content, folder)
    return caught.value.faults


def test_the_example_is_a_scenario() -> None:
    scenario = read_scenario(str(EXAMPLES / "desk_scenario.toml"))
    assert [stream.channel for stream in scenario.streams] == ["phone", "chat", "email", "fax"]
    assert scenario.days == 5
    assert scenario.groups[1].skills == Skills.of({"chat": 1, "paper": 1})


@pytest.mark.parametrize(
    ("text", "law"),
    [
        ("90", Deterministic(90)),
        ('"4 min"', Deterministic(240)),
        ('{ seconds = "90s" }', Deterministic(90)),
        ('{ mean = "4 min" }', Exponential(240)),
        ('{ mean = "4min", sd = "3min" }', Lognormal(240, 180)),
        ('{ kind = "gamma", mean = 240, sd = 120 }', Gamma(240, 120)),
        ("{ mean = 240, phases = 3 }", Erlang(240, 3)),
        ('{ low = "1min", high = "2min" }', Uniform(60, 120)),
        ('{ values = [1, "2s"] }', Empirical([1, 2])),
        (
            '[{ from = "00:00", to = "02:00", mean = 100 }, { mean = 150 }]',
            ByInterval([(hours("mon-sun", "00:00", "02:00"), Exponential(100))], Exponential(150)),
        ),
    ],
)
def test_times_as_people_write_them(text: str, law: Times) -> None:
    assert parsed(a_file(handling=text)).streams[0].handling == law


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("{ per_minute = 1 }", [Rate(60)]),
        ("{ per_day = 24 }", [Rate(1)]),
        (
            '[{ days = "mon", from = "08:00", to = "10:00", per_hour = 5 }]',
            [Rate(5, hours("mon", "08:00", "10:00"))],
        ),
        (
            '[{ days = "sun", from = "23:30", to = "00:30", every = "30min", counts = [3, 4] }]',
            [Rate(6, Hours("sun", 84600, 86400)), Rate(8, Hours("mon", 0, 1800))],
        ),
    ],
)
def test_rates_as_people_write_them(text: str, rates: list[Rate]) -> None:
    assert parsed(a_file(arrivals=text)).streams[0].arrivals == Poisson(rates)


def test_all_faults_are_told_with_their_places() -> None:
    found = faults(
        """
        seed = -1
        colour = "red"
        [run]
        days = 0
        warmup = 3
        [routing]
        order = "os:system"
        [channels.phone]
        cost = 0
        [[streams]]
        name = "calls"
        channel = "phone"
        arrivals = [{ per_hour = 1 }, { days = "someday", per_hour = -2 }]
        handling = { mean = "-4 min" }
        patience = { mean = 1, sd = 2, phases = 3 }
        skills = { billing = 0 }
        redial = { chance = 0.5 }
        [[streams]]
        channel = "fax"
        arrivals = { per_fortnight = 3 }
        [[agents]]
        group = "desk"
        count = 1e308
        shifts = [{ from = "25:00" }, { breaks = [{ from = "12:00" }] }]
        """
    )
    places = [fault.split(":")[0] for fault in found]
    assert set(places) >= {
        "colour",
        "run.warmup",
        "routing.order",
        "channels.phone.cost",
        "streams[0].arrivals[1].days",
        "streams[0].handling.mean",
        "streams[0].patience.kind",
        "streams[0].skills",
        "streams[0].redial.after",
        "streams[1].name",
        "agents[0].count",
        "agents[0].shifts[0].from",
        "agents[0].shifts[1].breaks[0].to",
    } - {"streams[0].patience.kind"}
    assert any(place.startswith("streams[0].patience") for place in places)
    assert any(place.startswith("streams[1].arrivals") for place in places)
    assert all("\n" not in fault for fault in found)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (a_file(arrivals="{ per_hour = -1 }"), "streams[0].arrivals.per_hour"),
        (a_file(arrivals="{ per_hour = 0 }"), "horizon"),
        (a_file(arrivals="{ per_hour = 1000000000000 }"), "streams[0].arrivals.per_hour"),
        (a_file(arrivals="{ per_hour = 1e9 }") + '[run]\nhorizon = "60d"', "arrivals"),
        (a_file(arrivals="7"), "streams[0].arrivals"),
        (a_file(handling="{}"), "streams[0].handling"),
        (a_file(handling="[{ mean = 3, from = '08:00' }]"), "streams[0].handling"),
        (a_file(handling="'x'"), "streams[0].handling"),
        (a_file(more="relax = 3"), "streams[0].relax"),
        (a_file(more="opening = [3]"), "streams[0].opening[0]"),
        (a_file(more="prefer = { agent = 'x', seconds = -1 }"), "streams[0].prefer.seconds"),
        (a_file(more="priority = 1.5"), "streams[0].priority"),
        (a_file(agents=AGENTS + "speed = 'x'"), "agents[0].speed"),
        (a_file(agents=AGENTS + "limits = { telepathy = 1 }"), "agents[0].limits"),
        ("agents = 3" + a_file(agents=""), "agents"),
        (a_file(agents=""), "agents"),
        (AGENTS, "streams"),
        (a_file() + "[run]\ndays = 2\nhorizon = '3h'", "run"),
        (a_file() + "[busyness]\nshape = 0", "busyness.shape"),
        ("format = 'omniqueue-scenario/2'\n" + a_file(), "format"),
        ("seed = 99999999999999999999\n" + a_file(), "seed"),
    ],
)
def test_one_fault_and_its_place(content: str, place: str) -> None:
    found = faults(content)
    assert found
    assert found[0].startswith(place), found


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"\xef\xbb\xbf", b"a = ", b"a = " + b"[" * 100_000, b"a = 1" + b"0" * 5000],
)
def test_what_is_no_scenario_at_all(content: bytes) -> None:
    with pytest.raises(FileFaultsError):
        parse_scenario(content)


def test_a_trace_and_a_column_from_files(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(
        "id,time,channel,seconds\n"
        "c1,2024-05-06T09:00:00,phone,30\n"
        "c2,2024-05-06T09:00:30,fax,1min\n"
        "c3,2024-05-07T10:00:00,phone,90\n"
    )
    trace = '{ trace = "log.csv", only = "phone", handling = "seconds" }'
    stream = STREAM.replace("handling = {handling}\n", "").format(arrivals=trace, more="")
    scenario = parsed(stream + AGENTS, tmp_path)
    nine = 9 * 3600.0
    assert scenario.streams[0].arrivals == Trace([nine, nine + 25 * 3600], [30, 90])
    empirical = a_file(handling='{ file = "log.csv", column = "seconds" }')
    assert parsed(empirical, tmp_path).streams[0].handling == Empirical([30, 60, 90])


def test_files_outside_the_folder_and_what_is_no_file_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "out.csv").write_text("id,time,channel\n")
    (folder / "link.csv").symlink_to(tmp_path / "out.csv")
    os.mkfifo(folder / "pipe")
    for name in (
        "../out.csv",
        str(tmp_path / "out.csv"),
        "link.csv",
        "/dev/zero",
        "pipe",
        ".",
        "",
    ):
        [fault] = faults(a_file(arrivals=f"{{ trace = '{name}' }}"), folder)
        assert fault.startswith("streams[0].arrivals"), fault
        [fault] = faults(a_file(handling=f"{{ file = '{name}', column = 'x' }}"), folder)
        assert fault.startswith("streams[0].handling"), fault
    [fault] = faults(a_file(arrivals="{ trace = 'log.csv' }"), None)
    assert fault.startswith("streams[0].arrivals")


def test_scenarios_are_regular_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"#" * ((1 << 20) + 1))
    for name in (
        tmp_path,
        tmp_path / "pipe",
        "/dev/zero",
        tmp_path / "missing",
        tmp_path / "large",
    ):
        with pytest.raises(FileFaultsError):
            read_scenario(str(name))
