"""`omniqueue route`: options, exit codes, faults on one line each, and planted faults named."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from omniqueue import Event
from omniqueue.cli import main as cli, route as verb, verb as common
from omniqueue.core.roster import Roster
from omniqueue.core.rows import ChannelRow, Lane
from omniqueue.model.skill import Skills
from omniqueue.policy import order
from omniqueue.record.event_reading import EndLine, EventReader
from omniqueue.record.fairness import FairnessJudge
from omniqueue.record.measures import RECORD_FORMULAS, TOTALS

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LOG, STAFF = str(EXAMPLES / "desk_log.csv"), str(EXAMPLES / "desk_staff.toml")
CITIES = EXAMPLES / "../../shared/data"

Routed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def route(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Routed:
    """Run the verb; return exit code, standard output and standard error."""
    if verb not in cli._VERBS:
        monkeypatch.setattr(cli, "_VERBS", (*cli._VERBS, verb))

    def run(*arguments: object) -> tuple[int, str, str]:
        code = cli.main(["route", *map(str, arguments)])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return code, told.out, told.err

    return run


def in_json(route: Routed, *arguments: object) -> dict[str, object]:
    code, out, _ = route(*arguments, "--json")
    found: dict[str, object] = json.loads(out)
    assert code == (0 if found["verdict"]["unexplained"] == 0 else 1)  # type: ignore[index]
    return found


def test_the_shipped_example_routes_fairly(route: Routed) -> None:
    code, out, err = route(LOG, "--staff", STAFF, "--interval", "30min")
    assert (code, err) == (0, "")
    assert "3,173 contacts arrived = 3,173 answered" in out
    assert out.rstrip().endswith("unexplained = 0")
    assert "arrived within 30m 00s of" in out
    for word in ("phone", "french", "back-office", "2024-05-06T09:30+02:00"):
        assert word in out


def test_the_same_run_twice_gives_the_same_bytes(route: Routed) -> None:
    assert route(LOG, "--staff", STAFF, "--json") == route(LOG, "--staff", STAFF, "--json")
    other = route(LOG, "--staff", STAFF, "--json", "--seed", 8)
    assert other[1] != route(LOG, "--staff", STAFF, "--json")[1]


def test_json_has_the_documented_keys_and_adds_up(route: Routed) -> None:
    found = in_json(route, LOG, "--staff", STAFF, "--interval", "1h")
    documented = {*re.findall(r"`(\w+)`", verb.__doc__ or ""), *RECORD_FORMULAS}
    assert set(found) <= documented
    for part in ("channels", "skills", "intervals", "groups"):
        assert set(found[part][0]) <= documented  # type: ignore[index]
    assert set(found["verdict"]) <= documented  # type: ignore[call-overload]
    total = sum(found[key] for key in TOTALS[1:])  # type: ignore[misc]
    assert found["arrived"] == total == 3173
    for part in ("channels", "intervals"):
        assert sum(each["arrived"] for each in found[part]) == total  # type: ignore[attr-defined]
    assert sum(group["answered"] for group in found["groups"]) == found["answered"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["priority", "aging:90", "deadline"])
@pytest.mark.parametrize("selection", ["least-loaded", "closest-fit"])
def test_other_policies_are_fair_too(name: str, selection: str, route: Routed) -> None:
    options = ("--order", name, "--selection", selection)
    found = in_json(route, LOG, "--staff", STAFF, *options)
    assert found["verdict"]["unexplained"] == 0  # type: ignore[index]
    assert found["verdict"]["overtakings"]["priority"] > 0  # type: ignore[index]
    assert str(found["order"]).startswith(name)


@pytest.mark.parametrize(("said", "told"), [("aging:90.0", "aging:90"), ("aging:0.5",) * 2])
def test_an_order_is_written_as_people_do(
    said: str, told: str, route: Routed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = tmp_path / "events.jsonl"
    options = ("--order", said, "--to", "2024-05-06T09:00", "--events", events)
    assert f": order {told}, selection" in route(LOG, "--staff", STAFF, *options)[1]
    assert in_json(route, LOG, "--staff", STAFF, *options)["order"] == told
    assert cli.main(["audit", str(events)]) == 0
    assert f"events, order {told}, selection" in capsys.readouterr().out


def test_a_file_of_another_kind_is_one_fault(route: Routed) -> None:
    scenario = str(EXAMPLES / "desk_scenario.toml")
    for log, staff, fault in (
        (LOG, scenario, f"{scenario}: is a scenario file; expected a staff file"),
        (LOG, LOG, f"{LOG}: no TOML: this looks like CSV; expected a staff file"),
        (STAFF, STAFF, f"{STAFF}: line 1: none of the columns"),
    ):
        code, out, err = route(log, "--staff", staff)
        assert (code, out, len(err.splitlines())) == (2, "", 1)
        assert err.startswith(fault)


def test_a_part_of_the_log_and_a_folded_one(route: Routed) -> None:
    day = in_json(route, LOG, "--staff", STAFF, "--from", "2024-05-07", "--to", "2024-05-07T12:00")
    assert 0 < day["arrived"] < 1000  # type: ignore[operator]
    assert str(day["started_at"]).startswith("2024-05-07T0")
    assert day["folded_weeks"] is None
    folded = in_json(route, LOG, "--staff", STAFF, "--fold", "week")
    assert (folded["folded_weeks"], folded["arrived"]) == (1, 3173)
    assert str(folded["started_at"]).startswith("2001-01-01T")
    assert "FOLDED: 1 week laid" in route(LOG, "--staff", STAFF, "--fold", "week")[1]


def test_quiet_is_totals_and_verdict(route: Routed) -> None:
    _, out, _ = route(LOG, "--staff", STAFF, "--quiet")
    assert out.startswith("3,173 contacts arrived")
    assert "in target" not in out
    assert out.rstrip().endswith("unexplained = 0")


def test_written_events_are_enough_for_another_judge(route: Routed, tmp_path: Path) -> None:
    out = tmp_path / "events.jsonl"
    found = in_json(route, LOG, "--staff", STAFF, "--events", out)
    reader = EventReader(str(out), out.read_text().splitlines(keepends=True))
    judge = FairnessJudge(reader.header.channels, order=reader.header.order)
    *events, (_, end) = reader
    judge.observe(event for _, event in events if isinstance(event, Event))
    assert judge.verdict().to_dict() == found["verdict"]
    assert isinstance(end, EndLine)
    assert end.events == len(events)


# ------------------------------------------------------------ planted faults


class LastInFirstOut(deque):  # type: ignore[type-arg]
    """A line that serves its last contact first."""

    def popleft(self) -> object:
        return self.pop()

    def __getitem__(self, index: object) -> object:  # type: ignore[override]
        return super().__getitem__(-1 if index == 0 else index)  # type: ignore[index]


def test_a_lane_that_serves_the_last_first_is_named(
    route: Routed, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Lane.__init__

    def make(lane: Lane, *arguments: object, **more: object) -> None:
        made(lane, *arguments, **more)  # type: ignore[arg-type]
        if lane.channel.name == "phone" and set(lane.skills) == {"orders", "english"}:
            lane.line = LastInFirstOut()

    monkeypatch.setattr(Lane, "__init__", make)
    code, out, _ = route(LOG, "--staff", STAFF, "--quiet")
    assert code == 1
    assert re.search(r"passed over: at 2024-.* while c\d+ \(phone english 1 orders 1\)", out)


def test_an_engine_that_ignores_a_skill_is_named(
    route: Routed, monkeypatch: pytest.MonkeyPatch
) -> None:
    holders = Roster.holders

    def without_polish(roster: Roster, channel: ChannelRow, skills: Skills) -> int:
        needed = {name: level for name, level in skills.items() if name != "polish"}
        return holders(roster, channel, Skills.of(needed))

    monkeypatch.setattr(Roster, "holders", without_polish)
    code, out, _ = route(LOG, "--staff", STAFF, "--quiet")
    assert code == 1
    assert re.search(r"\n  lacks skill: \d+", out)
    assert re.search(r"lacks skill: at 2024-.* got c\d+ \(.* polish 1\)", out)


def test_an_engine_that_calls_a_wrong_rank_is_named(
    route: Routed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lowest_first(priority: int, arrived_at: float, target_seconds: float) -> float:
        return float(priority)

    monkeypatch.setattr(order.PRIORITY, "stock", lowest_first)
    code, out, _ = route(LOG, "--staff", STAFF, "--quiet", "--order", "priority")
    assert code == 1
    assert re.search(r"\n  wrong rank: \d+\n", out)


# ------------------------------------------------------------ bad input


def test_bad_rows_are_told_line_by_line_or_repaired(route: Routed, tmp_path: Path) -> None:
    text = Path(LOG).read_text().splitlines()[:40]
    text[5], text[9] = text[9], text[5]
    text[20] = "=cmd(),yesterday,phone,orders,english,0"
    log = tmp_path / "bad.csv"
    log.write_text("\n".join(text))
    code, out, err = route(log, "--staff", STAFF)
    assert (code, out) == (2, "")
    assert all(line.startswith(f"{log}: line ") for line in err.splitlines())
    assert "line 21: time is 'yesterday'; expected a time in ISO 8601" in err
    code, out, err = route(log, "--staff", STAFF, "--repair")
    assert (code, err) == (0, "")
    assert "REPAIRED: 1 bad row left out" in out
    assert "38 contacts arrived" in out


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("missing.csv", "--staff", STAFF), "missing.csv: cannot be opened"),
        ((".", "--staff", STAFF), ".: is not a regular file"),
        ((LOG, "--staff", "/dev/null"), "/dev/null: is not a regular file"),
        ((LOG,), "--staff"),
        ((LOG, "--staff", LOG), "no TOML"),
        ((LOG, "--staff", STAFF, "--seed", "abc"), "--seed"),
        ((LOG, "--staff", STAFF, "--seed", "-5"), "--seed is '-5'"),
        ((LOG, "--staff", STAFF, "--order", "os:system"), "order is 'os:system'"),
        ((LOG, "--staff", STAFF, "--selection", "x"), "selection is 'x'"),
        ((LOG, "--staff", STAFF, "--zone", "../etc"), "--zone is '../etc'"),
        ((LOG, "--staff", STAFF, "--from", "soon"), "--from is 'soon'"),
        ((LOG, "--staff", STAFF, "--to", "1999-01-01"), "no contact between"),
        ((LOG, "--staff", STAFF, "--fold", "year"), "--fold"),
        ((LOG, "--staff", STAFF, "--interval", "1s"), "interval is '1s'"),
        ((LOG, "--staff", STAFF, "--interval", "often"), "--interval is 'often'"),
        (
            (LOG, "--staff", STAFF, "--column", "when=time"),
            "role is 'when'; expected id, time, channel, skill, handling or priority",
        ),
        ((LOG, "--staff", STAFF, "--column", "time=when"), "no column 'when'"),
        ((LOG, "--staff", STAFF, "--events", LOG), "--events is"),
        ((LOG, "--staff", STAFF, "--events", "/no/such/folder/x"), "/no/such/folder/x: "),
        ((LOG, "--staff", STAFF, "--jobs", "-5"), "--jobs"),
    ],
)
def test_bad_use_is_one_line_and_exit_2(
    arguments: tuple[str, ...], fault: str, route: Routed
) -> None:
    before = Path(LOG).read_bytes()
    code, out, err = route(*arguments)
    assert (code, out) == (2, "")
    assert fault in err
    assert len(err.splitlines()) == 1
    assert Path(LOG).read_bytes() == before


def test_columns_named_by_options_go_before_the_staff_file(route: Routed, tmp_path: Path) -> None:
    log = tmp_path / "other.csv"
    log.write_text("no,when,by,took\na,2024-05-06T10:00,fax,60\nb,2024-05-06T10:01,fax,60\n")
    staff = tmp_path / "staff.toml"
    staff.write_text('[[agents]]\ngroup = "desk"\n')
    columns = [
        option
        for column in ("id=no", "time=when", "channel=by", "handling=took")
        for option in ("--column", column)
    ]
    found = in_json(route, log, "--staff", staff, *columns, "--zone", "Asia/Tokyo")
    assert found["answered"] == 2
    assert found["ended_at"] == "2024-05-06T10:02:00+09:00"
    code, _, err = route(log, "--staff", staff, *columns)
    assert (code, "a zone for the log" in err) == (2, True)
    code, _, err = route(log, "--staff", staff, *columns[:6], "--zone", "Asia/Tokyo")
    assert (code, err) == (2, f"{staff}: handling: nothing says how long 'fax' takes\n")


def test_an_interrupted_run_is_a_marked_partial_result(
    route: Routed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    @contextmanager
    def impatient() -> Iterator[Callable[[], bool]]:
        asked = iter(range(10**9))
        yield lambda: next(asked) > 500

    monkeypatch.setattr(common, "stop_wish", impatient)
    events = tmp_path / "events.jsonl"
    code, out, _ = route(LOG, "--staff", STAFF, "--quiet", "--events", events)
    assert code == 130
    assert out.startswith("INCOMPLETE: this is a partial result, up to 2024-05-06T")
    assert '"event": "end"' not in events.read_text()
    code, out, _ = route(LOG, "--staff", STAFF, "--json")
    assert (code, json.loads(out)["incomplete"]) == (130, True)


# ------------------------------------------------------------ real logs, where they are at hand


@pytest.mark.skipif(not (CITIES / "la311_2022.csv").exists(), reason="the city's log is not here")
def test_los_angeles(route: Routed) -> None:
    log, staff = CITIES / "la311_2022.csv", EXAMPLES / "los_angeles_staff.toml"
    found = in_json(route, log, "--staff", staff)
    assert found["arrived"] == 16_840
    assert found["verdict"]["unexplained"] == 0  # type: ignore[index]


@pytest.mark.skipif(not (CITIES / "kc311.csv").exists(), reason="the city's log is not here")
def test_kansas_city_on_one_week(route: Routed) -> None:
    log, staff = CITIES / "kc311.csv", EXAMPLES / "kansas_city_staff.toml"
    found = in_json(route, log, "--staff", staff, "--fold", "week")
    assert found["arrived"] == 77_707
    assert found["verdict"]["judged"] == found["answered"]  # type: ignore[index]
    assert found["verdict"]["unexplained"] == 0  # type: ignore[index]
    assert found["busiest_minute"] == 47
