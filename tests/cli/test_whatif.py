"""`omniqueue whatif`: options, tables, JSON, exit codes, bad use on one line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from omniqueue.cli import main as cli, verb as common, whatif as verb
from omniqueue.record.measures import RECORD_FORMULAS

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LOG, STAFF = str(EXAMPLES / "desk_log.csv"), str(EXAMPLES / "desk_staff.toml")

WhatIf = Callable[..., tuple[int, str, str]]


@pytest.fixture
def whatif(capsys: pytest.CaptureFixture[str]) -> WhatIf:
    def run(*arguments: object) -> tuple[int, str, str]:
        code = cli.main(["whatif", *map(str, arguments)])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return code, told.out, told.err

    return run


def test_both_outcomes_stand_side_by_side(whatif: WhatIf) -> None:
    code, out, err = whatif(LOG, "--staff", STAFF, "--add-agents", "late=1")
    assert (code, err) == (0, "")
    for word in ("phone A", "phone B", "late A", "late B", "wait B - wait A", "95 % interval"):
        assert word in out
    assert "B: 1 more in late: order arrival, selection longest-idle" in out
    assert "20 batches of consecutive contacts" in out
    assert out.rstrip().endswith("fairness B: 3,173 given, unexplained = 0")
    brief = whatif(LOG, "--staff", STAFF, "--add-agents", "late=1", "--quiet")[1]
    assert len(brief.splitlines()) == 3
    assert brief.startswith("With the change a contact waits ")


def test_json_has_the_documented_keys_and_routes_numbers(
    whatif: WhatIf, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--order", "priority", "--selection", "closest-fit")
    code, out, _ = whatif(LOG, "--staff", STAFF, *options, "--json")
    found = json.loads(out)
    assert code == 0
    documented = {*re.findall(r"`(\w+)`", verb.__doc__ or ""), *RECORD_FORMULAS}
    for part in (found, found["first"], found["differences"][0]):
        assert set(part) <= documented
    assert cli.main(["route", LOG, "--staff", STAFF, "--json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert cli.main(["route", LOG, "--staff", STAFF, *options, "--json"]) == 0
    other = json.loads(capsys.readouterr().out)
    for routed, mine in ((plain, found["first"]), (other, found["second"])):
        assert {key: routed[key] for key in mine} == mine
    assert found == json.loads(whatif(LOG, "--staff", STAFF, *options, "--json")[1])


def test_changes_repeat_and_combine(whatif: WhatIf) -> None:
    code, out, _ = whatif(
        LOG, "--staff", STAFF, "--json", "--from", "2024-05-06", "--to", "2024-05-06T12:00",
        "--add-agents", "late=1", "--add-agents", "late=1", "--add-agents", "early=2",
        "--remove-agents", "technicians=1", "--without-skill", "polish",
        "--without-skill", "french", "--seed", 3, "--zone", "Europe/Berlin",
    )  # fmt: skip
    found = json.loads(out)
    assert code == 0
    assert found["change"] == (
        "2 more in late, 2 more in early, 1 fewer in technicians,"
        " nobody with skill polish, nobody with skill french"
    )
    assert found["seed"] == 3
    agents = [group["agents"] for group in found["second"]["groups"]]
    assert agents == [7, 7, 3, 2, 2]
    assert found["second"]["open"] > 0


def test_no_change_has_no_difference(whatif: WhatIf) -> None:
    code, out, _ = whatif(LOG, "--staff", STAFF, "--quiet")
    assert code == 0
    assert out.startswith("Nothing changes: every contact waits exactly as long as before.")
    folded = json.loads(whatif(LOG, "--staff", STAFF, "--fold", "week", "--json")[1])
    assert folded["folded_weeks"] == 1
    for each in folded["differences"]:
        assert (each["mean"], each["better"], each["worse"]) == (0, 0, 0)


def test_quiet_keeps_what_must_be_known_of_the_log(whatif: WhatIf, tmp_path: Path) -> None:
    log = tmp_path / "bad.csv"
    rows = Path(LOG).read_text().splitlines()[:300]
    log.write_text("\n".join([*rows, "c9999,yesterday,phone,orders,english,0"]))
    options = ("--fold", "week", "--repair", "--quiet")
    code, out, _ = whatif(log, "--staff", STAFF, *options)
    assert code == 0
    assert out.startswith(
        "FOLDED: 1 week laid over one, weekday and clock time kept; at most 9 contacts within a"
        " minute\n"
        "REPAIRED: 1 bad row left out, 0 rows sorted in\n"
        "Nothing changes"
    )


@pytest.mark.parametrize("order", ["aging:60", "aging:60.0"])
def test_an_order_is_written_as_people_do(order: str, whatif: WhatIf) -> None:
    _, out, _ = whatif(LOG, "--staff", STAFF, "--to", "2024-05-06T09:00", "--order", order)
    assert "order aging:60, selection" in out
    assert "order aging:60.0, selection" not in out


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("missing.csv", "--staff", STAFF), "missing.csv: cannot be opened"),
        ((LOG,), "--staff"),
        ((LOG, "--staff", STAFF, "--add-agents", "late"), "--add-agents is 'late'"),
        ((LOG, "--staff", STAFF, "--add-agents", "late=-1"), "--add-agents is 'late=-1'"),
        ((LOG, "--staff", STAFF, "--add-agents", "late=x"), "GROUP=NUMBER"),
        ((LOG, "--staff", STAFF, "--add-agents", "moon=1"), "--add-agents is '"),
        ((LOG, "--staff", STAFF, "--add-agents", "late=999999"), "from 0 to 100000"),
        ((LOG, "--staff", STAFF, "--remove-agents", "late=6"), "--remove-agents is '"),
        ((LOG, "--staff", STAFF, "--without-skill", "klingon"), "--without-skill is '"),
        ((LOG, "--staff", STAFF, "--order", "os:system"), "order is 'os:system'"),
        ((LOG, "--staff", STAFF, "--selection", "x"), "selection is 'x'"),
        ((LOG, "--staff", STAFF, "--seed", "abc"), "--seed"),
        ((LOG, "--staff", STAFF, "--from", "soon"), "--from is 'soon'"),
        ((LOG, "--staff", STAFF, "--column", "time=when"), "no column 'when'"),
        ((LOG, "--staff", LOG), "no TOML"),
    ],
)
def test_bad_use_is_one_line_and_exit_2(
    arguments: tuple[str, ...], fault: str, whatif: WhatIf
) -> None:
    code, out, err = whatif(*arguments)
    assert (code, out) == (2, "")
    assert fault in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(("asked_most", "stops_in"), [(0, "A"), (3_000, "A"), (12_000, "B")])
def test_ctrl_c_gives_a_marked_partial_result_without_an_effect(
    asked_most: int, stops_in: str, whatif: WhatIf, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def impatient() -> Iterator[Callable[[], bool]]:
        asked = iter(range(10**9))
        yield lambda: next(asked) > asked_most

    monkeypatch.setattr(common, "stop_wish", impatient)
    for more in ((), ("--quiet",)):
        code, out, _ = whatif(LOG, "--staff", STAFF, "--add-agents", "late=1", *more)
        assert code == 130
        assert out.startswith("INCOMPLETE: this is a partial result")
        assert "stopped too early to tell an effect: A met " in out
        for word in ("Nothing changes", "answered at all", "on the mean", "wait B - wait A"):
            assert word not in out
    code, out, _ = whatif(LOG, "--staff", STAFF, "--json")
    found = json.loads(out)
    assert (code, found["incomplete"]) == (130, True)
    assert (found["sentence"], found["differences"]) == (None, [])
    assert (found["first"]["arrived"] == 3173) is (stops_in == "B")


def test_pairs_and_single_contacts_are_told(whatif: WhatIf, tmp_path: Path) -> None:
    out = whatif(LOG, "--staff", STAFF, "--without-skill", "french")[1]
    found = json.loads(whatif(LOG, "--staff", STAFF, "--without-skill", "french", "--json")[1])
    rows = [line.split() for line in out.split("wait B - wait A")[1].splitlines()]
    every = found["differences"][0]
    assert every["pairs"] < every["contacts"]
    assert rows[1][:3] == ["all", f"{every['contacts']:,}", f"{every['pairs']:,}"]
    assert "pairs = contacts answered in both" in out
    log = tmp_path / "one.csv"
    log.write_text("\n".join(Path(LOG).read_text().splitlines()[:2]))
    assert ", 1 contact\n" in whatif(log, "--staff", STAFF)[1]
