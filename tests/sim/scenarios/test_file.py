"""Scenario files: every fault with its place; what is right becomes the same values."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from omniqueue.centre.times import (
    ByInterval,
    Constant,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Lognormal,
    Times,
    Uniform,
)
from omniqueue.centre.week import Hours
from omniqueue.errors import FileFaultsError
from omniqueue.model.skill import Skills
from omniqueue.sim.scenarios.arrivals import Poisson, Rate, Trace
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
    handling: str = "'4 min'",
    more: str = "",
    agents: str = AGENTS,
) -> str:
    return STREAM.format(arrivals=arrivals, handling=handling, more=more) + agents


def interrupted(by: str) -> str:
    return f"[channels]\nsms = {{}}\nfax = {{ interrupted_by = {by} }}"


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
        ('"4 min"', Constant(240)),
        ("{ seconds = 90 }", Constant(90)),
        ('{ mean = "4 min" }', Exponential(240)),
        ('{ mean = "4min", sd = "3min" }', Lognormal(240, 180)),
        ('{ kind = "gamma", mean_seconds = 240, sd = "2 min" }', Gamma(240, 120)),
        ('{ mean = "4 min", phases = 3 }', Erlang(240, 3)),
        ('{ low = "1min", high = "2min" }', Uniform(60, 120)),
        ('{ values = ["1s", "2s"] }', Empirical([1, 2])),
        ("{ values_seconds = [1, 2] }", Empirical([1, 2])),
        (
            '[{ from = "00:00", to = "02:00", mean = "100s" }, { mean = "150s" }]',
            ByInterval([(Hours("mon-sun", "00:00", "02:00"), Exponential(100))], Exponential(150)),
        ),
    ],
)
def test_times_as_people_write_them(text: str, law: Times) -> None:
    assert parsed(a_file(handling=text)).streams[0].handling == law


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("{ per_minute = 1 }", [Rate(60)]),
        ('"60 per minute"', [Rate(3600)]),
        ("{ per_day = 24 }", [Rate(1)]),
        (
            '[{ days = "mon", from = "08:00", to = "10:00", per_hour = 5 }]',
            [Rate(5, Hours("mon", "08:00", "10:00"))],
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
        "streams[0].patience",
        "streams[0].skills.billing",
        "streams[0].redial.after",
        "streams[1].name",
        "agents[0].count",
        "agents[0].shifts[0].from",
        "agents[0].shifts[1].breaks[0].to",
    }
    assert any(place.startswith("streams[1].arrivals") for place in places)
    assert all("\n" not in fault for fault in found)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (a_file(arrivals="{ per_hour = -1 }"), "streams[0].arrivals.per_hour"),
        (a_file(arrivals="{ per_hour = 0 }"), "run.horizon"),
        (a_file(arrivals="{ per_hour = 1000000000000 }"), "streams[0].arrivals.per_hour"),
        (a_file(arrivals="{ per_hour = 1e9 }") + '[run]\nhorizon = "60d"', "arrivals"),
        (a_file(arrivals="7"), "streams[0].arrivals"),
        (a_file(handling="{}"), "streams[0].handling"),
        (a_file(handling="[{ mean = '3s', from = '08:00' }]"), "streams[0].handling"),
        (a_file(handling="'x'"), "streams[0].handling"),
        (a_file(more="relax = 3"), "streams[0].relax"),
        (a_file(more="opening = [3]"), "streams[0].opening[0]"),
        (a_file(more="prefer = { agent = 'x', seconds = -1 }"), "streams[0].prefer.seconds"),
        (a_file(more="priority = 1.5"), "streams[0].priority"),
        (a_file(agents=AGENTS + "speed = 'x'"), "agents[0].speed"),
        (a_file(agents=AGENTS + "limits = { telepathy = 1 }"), "agents[0].limits"),
        ("agents = 3" + a_file(agents=""), "agents"),
        (a_file(agents=AGENTS + "costs = { telepathy = 1 }"), "agents[0].costs: is 'telepathy'"),
        (a_file(agents=AGENTS + "costs = { fax = 0 }"), "agents[0].costs.fax: is 0; expected"),
        (a_file(agents=AGENTS + "costs = 3"), "agents[0].costs: is 3; expected"),
        (a_file() + interrupted("['telepathy']"), "channels.fax.interrupted_by: is 'telepathy'"),
        (a_file() + interrupted("['fax']"), "channels.fax.interrupted_by: is 'fax'"),
        (a_file() + interrupted("['sms', 'sms']"), "channels.fax.interrupted_by: is a list"),
        (a_file() + interrupted("['']"), "channels.fax.interrupted_by: is ''"),
        (a_file() + interrupted("[3]"), "channels.fax.interrupted_by: is 3"),
        (a_file() + interrupted("'phone'"), "channels.fax.interrupted_by: is 'phone'"),
        (a_file() + interrupted("[[]]"), "channels.fax.interrupted_by: "),
        (a_file(agents=""), "agents"),
        (AGENTS, "streams"),
        (a_file() + "[run]\ndays = 2", "run.days: not a key here: the horizon has its unit"),
        (a_file() + "[busyness]\nshape = 0", "busyness.shape"),
        ("format = 'omniqueue-scenario/1'\n" + a_file(), "format"),
        ("seed = 99999999999999999999\n" + a_file(), "seed"),
    ],
)
def test_one_fault_and_its_place(content: str, place: str) -> None:
    found = faults(content)
    assert found
    assert found[0].startswith(place), found


def test_who_interrupts_whom_and_costs_of_a_group() -> None:
    costs = AGENTS + "capacity = 4\ncosts = { phone = 4, fax = 2 }\n"
    scenario = parsed(a_file(agents=costs) + interrupted("['sms', 'phone']"))
    channels = scenario.all_channels()
    assert channels["fax"].interrupted_by == ("phone", "sms")
    [group] = scenario.groups
    assert [dict(agent.costs) for agent in group.agents()] == [{"fax": 2, "phone": 4}] * 2
    assert [group.cost_of(channels[name]) for name in ("phone", "fax", "sms")] == [4, 2, 1]
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    assert not scenario.interrupts, "no stream brings a fax"


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"\xef\xbb\xbf", b"a = ", b"a = " + b"[" * 100_000, b"a = 1" + b"0" * 5000],
)
def test_what_is_no_scenario_at_all(content: bytes) -> None:
    with pytest.raises(FileFaultsError):
        parse_scenario(content)


NEAR = [
    ("seeed = 1\n" + a_file(), "seeed: not a key; did you mean 'seed'?"),
    (a_file() + "[run]\nwarmup = 3", "run.warmup: not a key; did you mean 'warm_up'?"),
    (a_file() + "[channels.phone]\ntargt = 3", "channels.phone.targt: not a key; did you mean"),
    (a_file(handling="{ maen = 3 }"), "streams[0].handling.maen: not a key; did you mean 'mean'?"),
    (
        a_file(more="patience = { mean = 3, ds = 2 }"),
        "streams[0].patience.ds: not a key; did you mean 'sd'?",
    ),
    (
        a_file(more='patience = { kind = "gamma", maen = 3, sd = 2 }'),
        "streams[0].patience.maen: not a key; did you mean 'mean'?",
    ),
    (
        a_file(handling="[{ mean = 3 }, { form = '08:00', to = '10:00', mean = 2 }]"),
        "streams[0].handling[1].form: not a key; did you mean 'from'?",
    ),
    (
        a_file(arrivals="{ perhour = 60 }"),
        "streams[0].arrivals.perhour: not a key; did you mean 'per_hour'?",
    ),
    (
        a_file(arrivals="[{ per_hour = 60, dayz = 'mon' }]"),
        "streams[0].arrivals[0].dayz: not a key; did you mean 'days'?",
    ),
    (
        a_file(arrivals="{ trace = 'log.csv', zonne = 'Europe/Berlin' }"),
        "streams[0].arrivals.zonne: not a key; did you mean 'zone'?",
    ),
    (
        a_file(handling="{ file = 'log.csv', colum = 'took' }"),
        "streams[0].handling.colum: not a key; did you mean 'column'?",
    ),
    (
        a_file(more="redial = { chanse = 0.5, chance = 0.5, after = 60 }"),
        "streams[0].redial.chanse: not a key; did you mean 'chance'?",
    ),
    (
        a_file(agents=AGENTS + "shifts = [{ breaks = [{ from = '12:00', til = '13:00' }] }]"),
        "agents[0].shifts[0].breaks[0].til: not a key; known here: 'from', 'to', 'turns'",
    ),
    (
        a_file(agents=AGENTS + "reaction = { meen = 3 }"),
        "agents[0].reaction.meen: not a key; did you mean 'mean'?",
    ),
]


@pytest.mark.parametrize(("content", "fault"), NEAR)
def test_a_misspelt_key_is_named_with_its_place_and_the_nearest(content: str, fault: str) -> None:
    assert any(each.startswith(fault) for each in faults(content)), faults(content)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ((EXAMPLES / "desk_staff.toml").read_text(), "is a staff file; expected a scenario file"),
        ("format = 'omniqueue-staff/2'\n" + AGENTS, "is a staff file; expected a scenario file"),
        ((EXAMPLES / "desk_log.csv").read_text(), "no TOML: this looks like CSV; expected a"),
        ('{"format": "omniqueue-play/1"}', "no TOML: this looks like JSON; expected a scenario"),
        ("a = 1, 2\n", "no TOML: Expected"),
    ],
)
def test_a_file_of_another_kind_is_one_fault(content: str, fault: str) -> None:
    [found] = faults(content)
    assert found.startswith(fault)


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
