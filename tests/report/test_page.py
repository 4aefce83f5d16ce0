"""The report is one sound HTML file that asks nothing of a network and trusts no name."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import attrs
import pytest

from omniqueue.centre.groups import Group
from omniqueue.cli import main as cli
from omniqueue.errors import InvalidValueError, MissingExtraError
from omniqueue.model.channel import Channel
from omniqueue.report import page
from omniqueue.report.page import report_page, write_report
from omniqueue.sim.runs.replications import simulate
from omniqueue.sim.runs.results import SimulationResult
from omniqueue.sim.scenarios.scenario import Scenario, Stream
from report.scenarios import a_scenario

VOID = {"meta", "br", "link", "img", "hr", "input"}
EVIL = "<script>alert('$x_1$')</script>&\"'"


class Balanced(HTMLParser):
    """Fails where a tag is closed that is not the one open, or an id is there twice."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src", "xlink:href"):
                self.links.append(value or "")
            assert not name.startswith("on"), name

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def checked(html: str) -> Balanced:
    parser = Balanced()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    assert len(parser.ids) == len(set(parser.ids))
    assert all(link.startswith("#") and link[1:] in parser.ids for link in parser.links)
    assert set(re.findall(r"url\(#([^)]*)\)", html)) <= set(parser.ids)
    assert not re.search(r"(https?:)?//\w|@import|<script|<link|javascript:", html)
    words = " ".join(parser.text)
    assert not re.search(r"\bnan\b|\bNone\b|\binf\b", words)
    return parser


@pytest.fixture(scope="module")
def result() -> SimulationResult:
    return simulate(a_scenario())


def whole(found: SimulationResult, hour_seconds: int | None = None) -> str:
    return report_page(found, hour_seconds=hour_seconds)


def test_it_says_all_that_it_promises(result: SimulationResult) -> None:
    html = whole(result, 36000)
    found = checked(html)
    assert found.tags.count("title") == 1 + found.tags.count("svg")
    assert html.count('role="img" aria-label="') == found.tags.count("svg") >= 9
    assert found.tags.count("figure") == found.tags.count("svg")
    for words in (
        "<title>A desk</title>",
        "3 simulated runs of 48h each",
        "Service level = answered within the target",
        "Waits over the day",
        "an average day (mon, tue)",
        "Arrivals and queue",
        "How long people wait",
        "Served by one group alone: mails (only late)",
        "email, needs paper 2",
        "contacts arrived between mon 10:00 and 11:00",
        "95 % confidence",
        "target 20s",
        "the target of 4h",
    ):
        assert words in html, words
    assert "partial" not in html


def test_the_same_result_gives_the_same_bytes(result: SimulationResult, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_report(path, simulate(a_scenario()))
    assert path.read_bytes() == whole(result).encode()


def test_names_are_escaped() -> None:
    scenario = Scenario(
        streams=[
            Stream(
                EVIL,
                channel=EVIL,
                arrivals="60 per hour",
                handling="240s",
                patience="60s",
                skills={EVIL: 1},
            ),
            Stream("電話", channel="電話", arrivals="6 per hour", handling="240s"),
        ],
        groups=[Group(EVIL, count=5, skills={EVIL: 1}), Group("a" * 100)],
        channels=[Channel(EVIL), Channel("電話")],
        horizon_seconds=7200,
        title=EVIL,
        replications=2,
    )
    html = whole(simulate(scenario))
    found = checked(html)
    assert "script" not in found.tags
    assert "&lt;script&gt;" in html
    assert EVIL in "".join(found.text)


def test_one_channel_one_run_nobody_gives_up_no_target() -> None:
    calls = Stream("calls", channel="walk-in", arrivals="30 per hour", handling="200s")
    scenario = Scenario(
        streams=[calls], groups=[Group("desk", count=2)], channels=[Channel("walk-in")],
        horizon_seconds=5400, replications=1,
    )  # fmt: skip
    html = whole(simulate(scenario))
    checked(html)
    assert "One run alone tells nothing about chance" in html
    assert "The target is" not in html
    assert "the time simulated" in html


def test_nobody_is_answered() -> None:
    calls = Stream(
        "calls", channel="phone", arrivals="30 per hour", handling="200s", skills={"rare": 1}
    )
    scenario = Scenario(streams=[calls], groups=[Group("desk")], horizon_seconds=3600)
    html = whole(simulate(scenario, replications=2))
    checked(html)
    assert "Nobody was answered on phone." in html
    assert "still waiting" in html


def test_a_partial_result_says_so(result: SimulationResult) -> None:
    html = report_page(attrs.evolve(result, incomplete=True, precision=0.001, first_record=None))
    checked(html)
    assert "This is a partial result" in html
    assert "was not reached" in html
    assert "Who serves whom" not in html
    nothing = attrs.evolve(result, summaries=(), replications=0, incomplete=True)
    html = report_page(nothing)
    checked(html)
    assert "Nothing was measured" in html


def test_many_channels_and_groups() -> None:
    scenario = Scenario(
        streams=[
            Stream(
                f"s{n}", channel=f"c{n}", arrivals="4 per hour", handling="600s", patience="900s"
            )
            for n in range(10)
        ],
        groups=[Group(f"g{n}") for n in range(12)],
        channels=[Channel(f"c{n}") for n in range(10)],
        horizon_seconds=3600,
    )
    html = whole(simulate(scenario, replications=2))
    checked(html)
    assert "2 channels and 4 groups are left out" in html
    assert ">others<" in html


def test_an_hour_without_anybody_and_one_that_is_none(result: SimulationResult) -> None:
    assert "Nobody arrived between mon 23:00 and 00:00." in whole(result, 82800)
    with pytest.raises(InvalidValueError, match="hour is 86400"):
        whole(result, 86400)


def test_what_to_install_is_said(
    result: SimulationResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    without: Callable[[str], None] = lambda name: None  # noqa: E731
    monkeypatch.setattr(page, "find_spec", without)
    with pytest.raises(
        MissingExtraError, match=re.escape("need matplotlib: pip install 'omniqueue[plot]'")
    ):
        report_page(result)


def test_users_settings_and_processes_are_left_alone(result: SimulationResult) -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    matplotlib.rcParams["font.size"] = 31.0
    try:
        html = report_page(result)
        assert matplotlib.rcParams["font.size"] == 31.0
    finally:
        matplotlib.rcParams["font.size"] = before["font.size"]
    assert dict(matplotlib.rcParams) == before
    assert "31px" not in html
    code = "import sys, omniqueue, omniqueue.cli.main; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.split() == [b"False"]


SMALL = """
[run]
horizon = "3h"
replications = 2
[[streams]]
name = "calls"
channel = "phone"
arrivals = { per_hour = 60 }
handling = { mean = "1 min" }
[[agents]]
group = "desk"
count = 2
"""


def test_the_verb_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario, out = tmp_path / "small.toml", tmp_path / "out.html"
    scenario.write_text(SMALL, encoding="utf-8")
    line = ["simulate", str(scenario), "--json", "--order", "priority"]
    assert cli.main([*line, "--report", str(out), "--report-hour", "01:00"]) == 0
    html = out.read_text(encoding="utf-8")
    checked(html)
    assert "between mon 01:00 and 02:00" in html
    assert "order of the queue: priority" in html
    for wrong in (
        ["--report-hour", "01:00"],
        ["--report", str(out), "--report-hour", "24:00"],
        ["--report", str(out), "--report-hour", "noon"],
        ["--report", str(scenario)],
        ["--report", str(tmp_path)],
        ["--report", str(tmp_path / "nowhere" / "out.html")],
    ):
        capsys.readouterr()
        assert cli.main([*line, *wrong]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert "--report" in said.err
