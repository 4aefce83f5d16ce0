"""Staff files: what they may say, and every fault with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from omniqueue import Skills
from omniqueue.centre.groups import Break, ShiftPlan
from omniqueue.centre.times import Constant, Lognormal
from omniqueue.centre.week import Hours
from omniqueue.errors import FileFaultsError
from omniqueue.sim.logs.staff_file import Staff, parse_staff, read_staff

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
LUNCH = Break("12:00", "12:30", turns=2)
DESK = '[[agents]]\ngroup = "desk"\n'


def faults(text: str | bytes) -> list[str]:
    with pytest.raises(FileFaultsError) as caught:
        parse_staff(text.encode() if isinstance(text, str) else text)
    return caught.value.faults


def a_file(name: str) -> str:
    return (EXAMPLES / name).read_text(encoding="utf-8")


def parsed(text: str) -> Staff:
    return parse_staff(text.encode())


def test_the_least_staff_file() -> None:
    staff = parsed(DESK)
    (desk,) = staff.groups
    assert (desk.name, desk.count, desk.shifts) == ("desk", 1, ())
    assert (staff.order, staff.selection, staff.max_waiting) == ("arrival", "longest-idle", None)
    assert list(staff.all_channels()) == ["phone", "email", "fax", "chat"]


def test_everything_a_staff_file_may_say() -> None:
    staff = parsed("""
        format = "omniqueue-staff/2"
        title = "desk"
        zone = "Europe/Berlin"
        seed = 5
        log = { id = "no", time = "when", channel = "by", skills = "topic", handling = "took" }
        routing = { order = "aging:90", selection = "least-loaded", max_waiting = 10 }
        [channels]
        phone = { cost = 60, target = "20s", wrap_up = "30s", offer = "15s", retry_seconds = 5 }
        sms = { reserve = "1h", max_misses = 2, interrupted_by = ["phone", "chat"] }
        [handling]
        default = "4 min"
        channel.sms = { mean = "2min", sd = "60 s" }
        skill.law = { seconds = 900 }
        [[agents]]
        group = "lawyers"
        count = 2
        skills = { law = 3, fr = 1 }
        capacity = 100
        limits = { sms = 4 }
        costs = { phone = 80, sms = 20 }
        channels = ["phone", "sms"]
        shifts = [
            { days = "mon-fri", from = "08:00", to = "17:00", breaks = [
                { from = "12:00", to = "12:30", turns = 2 },
            ] },
        ]
        [[agents]]
        group = "others"
        skills = ["fr"]
    """)
    assert staff.columns.skills == ("topic",)
    assert staff.columns.handling == "took"
    assert (staff.order, staff.max_waiting, staff.seed) == ("aging:90", 10, 5)
    phone, sms = staff.channels
    assert (phone.cost, phone.target_seconds, phone.offer_seconds) == (60, 20.0, 15.0)
    assert (sms.reserve_seconds, sms.max_misses) == (3600.0, 2)
    assert (phone.interrupted_by, sms.interrupted_by) == ((), ("chat", "phone"))
    assert staff.handling.default == Constant(240.0)
    assert staff.handling.by_channel == {"sms": Lognormal(120.0, 60.0)}
    assert staff.handling.by_skill == {"law": Constant(900.0)}
    lawyers, others = staff.groups
    first, second = lawyers.agents()
    assert (first.id, second.id, first.capacity) == ("lawyers-1", "lawyers-2", 100)
    assert (first.channels, dict(first.limits)) == (("phone", "sms"), {"sms": 4})
    assert dict(second.costs) == {"phone": 80, "sms": 20}
    assert lawyers.shifts == (ShiftPlan(Hours("mon-fri", "08:00", "17:00"), breaks=[LUNCH]),)
    assert (others.skills, dict(others.costs)) == (Skills.of({"fr": 1}), {})


FAULTS = {
    'format = "omniqueue-staff/1"': "format: is 'omniqueue-staff/1'; expected 'omniqueue-staff/2'",
    'colour = "red"': "colour: not a key; known here",
    'zone = "Mars/Olympus"': "zone: is 'Mars/Olympus'; expected a time zone",
    'zone = "../../etc/passwd"': "zone: is '../../etc/passwd'; expected a time zone",
    "zone = 3": "zone: is 3; expected a time zone",
    "seed = -1": "seed: is -1; expected an int",
    "seed = 1e99": "seed: is 1e+99; expected an int",
    "log = 3": "log: is 3; expected a table",
    'log = { idd = "x" }': "log.idd: not a key; did you mean 'id'?",
    'routing = { order = "os:system" }': "routing.order: is 'os:system'; expected arrival",
    'routing = { selection = "mine" }': "routing.selection: is 'mine'; expected",
    "routing = { max_waiting = true }": "routing.max_waiting: is true; expected an int",
    "channels.phone.cost = 0": "channels.phone.cost: is 0; expected an int from 1",
    "channels.phone.cost = nan": "channels.phone.cost: is nan; expected an int from 1",
    'channels.phone.target = "soon"': "channels.phone.target: is 'soon'; expected a length",
    "channels.phone.offer = 20": "channels.phone.offer: is 20; expected a length with its unit",
    "channels.phone.offer = '0s'": "channels.phone.offer: is 0.0; expected seconds above 0",
    "channels.phone.offer_seconds = 0": "channels.phone.offer_seconds: is 0; expected seconds",
    "channels.phone = { offer = '9s', offer_seconds = 9 }": "offer_seconds: says again what",
    "channels.phone.resume = '9s'": "resume: not a key here: who gave up",
    'channels.phone.wrap_up = "until finished"': "channels.phone.wrap_up: is 'until finished'",
    "channels.phone.wrap_up = false": "channels.phone.wrap_up: is false; expected a length",
    'channels."".cost = 1': "channels.'': is ''; expected 1 to 128",
    "channels.email.interrupted_by = ['pigeon']": (
        "channels.email.interrupted_by: is 'pigeon'; expected one of phone"
    ),
    "channels.email.interrupted_by = ['email']": (
        "channels.email.interrupted_by: is 'email'; expected other channels"
    ),
    "channels.email.interrupted_by = ['fax', 'fax']": (
        "channels.email.interrupted_by: is a list; expected each channel once"
    ),
    "channels.email.interrupted_by = 'phone'": (
        "channels.email.interrupted_by: is 'phone'; expected a list of channel names"
    ),
    "channels.email.interrupted_by = ['']": "channels.email.interrupted_by: is ''; expected 1 to",
    "channels.email.interrupted_by = [3]": "channels.email.interrupted_by: is 3; expected a str",
    "channels.email.interupted_by = []": "did you mean 'interrupted_by'?",
    "handling.default = true": "handling.default: is true; expected a length",
    "handling.default = { mean = 1 }": "handling.default.mean: is 1; expected a length with",
    "handling.channel.pigeon = '3s'": "handling.channel: is 'pigeon'; expected one of phone",
    "handling.skill.law = { mean = '0s', sd = '1s' }": "handling.skill.law.mean: is 0.0; expected",
}


@pytest.mark.parametrize(("text", "fault"), FAULTS.items())
def test_a_fault_is_named_with_its_place(text: str, fault: str) -> None:
    found = faults(text + "\n" + DESK)
    assert fault in found[0]
    assert len(found) == 1


GROUP_FAULTS = {
    "": "agents: is missing",
    "agents = []": "agents: is 0; expected 1 to 1000",
    "agents = 3": "agents: is 3; expected a list",
    "[[agents]]": "agents[0].group: is missing",
    '[[agents]]\ngroup = "a\\u0000b"': "agents[0].group: is 'a\\x00b'; expected 1 to 128",
    f"{DESK}count = -1": "agents[0].count: is -1; expected an int from 0",
    f"{DESK}count = 1{'0' * 40}": "agents[0].count: is 1",
    f"{DESK}count = 1e308": "agents[0].count: is 1e+308; expected an int",
    f"{DESK}capacity = -1": "agents[0].capacity: is -1; expected an int from 0",
    f"{DESK}skills = {{ law = 0 }}": "agents[0].skills.law: is 0; expected an int from",
    f"{DESK}limits = {{ pigeon = 1 }}": "agents[0].limits: is 'pigeon'; expected one of",
    f"{DESK}costs = {{ pigeon = 1 }}": "agents[0].costs: is 'pigeon'; expected one of",
    f"{DESK}costs = {{ fax = 0 }}": "agents[0].costs.fax: is 0; expected an int from 1",
    f"{DESK}costs = 3": "agents[0].costs: is 3; expected a table",
    f"{DESK}cost = {{ fax = 2 }}": "agents[0].cost: not a key; did you mean 'costs'?",
    f"{DESK}channels = ['pigeon']": "agents[0].channels: is 'pigeon'; expected one of",
    f"{DESK}shifts = [{{ days = 'someday', from = '1:00', to = '2:00' }}]": (
        "agents[0].shifts[0].days: is 'someday'; expected weekdays"
    ),
    f"{DESK}shifts = [{{ from = '25:00', to = '2:00' }}]": "agents[0].shifts[0].from: is '25:00'",
    f"{DESK}shifts = [{{ from = '24:00', to = '2:00' }}]": "expected a time before 24:00",
    DESK + DESK: "agents[1].group: is 'desk'; expected each name once",
    f'{DESK}count = 100000\n[[agents]]\ngroup = "b"': "agents: is 100001; expected at",
}


@pytest.mark.parametrize(("text", "fault"), GROUP_FAULTS.items())
def test_a_fault_of_a_group_is_named_with_its_place(text: str, fault: str) -> None:
    assert fault in "; ".join(faults(text))


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        "x = 1".encode("utf-16"),
        b"\xef\xbb\xbfx = 1",
        b"x = " + b"[" * 100_000,
        b"x = " + b"9" * 5000,
        b"x = 1\nx = 2",
        b"[",
        b"x = NaN",
    ],
)
def test_what_is_no_toml_is_one_fault(content: bytes) -> None:
    assert len(faults(content)) == 1


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (a_file("desk_scenario.toml"), "is a scenario file; expected a staff file"),
        ("format = 'omniqueue-scenario/2'\n" + DESK, "is a scenario file; expected a staff file"),
        (a_file("desk_log.csv"), "no TOML: this looks like CSV; expected a staff"),
        ('{"format": "omniqueue-play/1"}', "no TOML: this looks like JSON; expected a staff"),
    ],
)
def test_a_file_of_another_kind_is_one_fault(text: str, fault: str) -> None:
    [found] = faults(text)
    assert found.startswith(fault)


def test_a_staff_file_with_a_table_of_a_scenario_is_still_a_staff_file() -> None:
    [found] = faults('format = "omniqueue-staff/2"\nrun = { days = 3 }\n' + DESK)
    assert found.startswith("run: not a key here: a run is as long as its log")


def test_all_faults_come_at_once_up_to_a_cap() -> None:
    text = "".join(f"k{number} = 1\n" for number in range(30)) + DESK
    with pytest.raises(FileFaultsError) as caught:
        parsed(text)
    assert (len(caught.value.faults), caught.value.more) == (20, 10)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "staff.toml"
    path.write_bytes(b"#" * (1 << 20) + b"\n")
    with pytest.raises(FileFaultsError, match="larger than"):
        read_staff(str(path))


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*_staff.toml")), ids=lambda path: path.stem)
def test_the_shipped_staff_files_are_sound(path: Path) -> None:
    assert read_staff(str(path)).groups
