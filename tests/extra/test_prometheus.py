"""The exporter's metrics are what happened, its labels bounded; without the library it says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from omniqueue import Agent, Channel, Contact, Router
from omniqueue.errors import InvalidValueError
from omniqueue.record.live_statistics import LiveStatistics

SOURCE = Path(__file__).resolve().parents[2] / "src"
CHANNELS = [Channel("phone", target_seconds=20), Channel("fax")]


def test_a_missing_library_says_what_to_install() -> None:
    """In a process where it cannot be imported."""
    script = (
        "import sys; sys.modules['prometheus_client'] = None\n"
        f"sys.path.insert(0, {str(SOURCE)!r})\n"
        "from omniqueue.errors import MissingExtraError\n"
        "from omniqueue.extra.prometheus import RouterCollector\n"
        "from omniqueue.record.live_statistics import LiveStatistics\n"
        "try:\n    RouterCollector(LiveStatistics())\n"
        "except MissingExtraError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "pip install 'omniqueue[metrics]'" in done.stdout, done.stderr


def busy() -> tuple[Router, LiveStatistics]:
    router, statistics = Router(channels=CHANNELS), LiveStatistics(CHANNELS)
    router.observe(statistics.hear)
    router.add_agent(Agent("ana"), at=0)
    router.submit(Contact("c1", "phone"), at=0)
    router.submit(Contact("c2", "phone"), at=1)
    router.complete("c1", at=50)
    for number in range(30):
        router.submit(Contact(f"f{number}", "fax", skills={f"s{number % 5}": 1}), at=60)
    router.abandon("f0", at=61)
    return router, statistics


def test_text_of_a_scrape() -> None:
    client = pytest.importorskip("prometheus_client")
    from omniqueue.extra.prometheus import RouterCollector

    registry = client.CollectorRegistry()
    _, statistics = busy()
    collector = RouterCollector(statistics, lanes=2, registry=registry)
    assert client.generate_latest(registry) == b""
    collector.refresh(at=70)
    lines = client.generate_latest(registry).decode().splitlines()
    for line in (
        'omniqueue_contacts{channel="fax",state="waiting"} 29.0',
        'omniqueue_contacts{channel="fax",state="abandoned"} 1.0',
        'omniqueue_contacts{channel="phone",state="active"} 1.0',
        'omniqueue_contacts_arrived_total{channel="fax"} 30.0',
        'omniqueue_wait_seconds_bucket{channel="phone",le="5.0"} 1.0',
        'omniqueue_wait_seconds_bucket{channel="phone",le="60.0"} 2.0',
        'omniqueue_wait_seconds_bucket{channel="phone",le="+Inf"} 2.0',
        'omniqueue_wait_seconds_sum{channel="phone"} 49.0',
        'omniqueue_service_level_ratio{channel="phone"} 0.5',
        'omniqueue_lane_waiting{channel="fax",skills="s1:1"} 6.0',
        'omniqueue_lane_waiting{channel="(other)",skills="(other)"} 17.0',
        'omniqueue_agents{presence="ready"} 1.0',
        "omniqueue_occupancy_ratio 1.0",
        "omniqueue_longest_waiting_seconds 10.0",
    ):
        assert line in lines, line
    assert sum(line.startswith("omniqueue_lane_waiting") for line in lines) == 3


def test_interrupted_contacts_have_their_own_state() -> None:
    client = pytest.importorskip("prometheus_client")
    from omniqueue.extra.prometheus import RouterCollector

    channels = [Channel("email", interrupted_by=["phone"])]
    router, statistics = Router(channels=channels), LiveStatistics(channels)
    router.observe(statistics.hear)
    registry = client.CollectorRegistry()
    collector = RouterCollector(statistics, registry=registry)
    router.add_agent(Agent("ana"), at=0)
    router.submit(Contact("mail", "email"), at=0)
    router.submit(Contact("call", "phone"), at=5)

    def mails(state: str) -> float | None:
        labels = {"channel": "email", "state": state}
        found: float | None = registry.get_sample_value("omniqueue_contacts", labels)
        return found

    collector.refresh(at=10)
    assert (mails("interrupted"), mails("active")) == (1.0, 0.0)
    assert registry.get_sample_value("omniqueue_occupancy_ratio") == 1.0
    router.complete("call", at=20)
    collector.refresh(at=20)
    assert (mails("interrupted"), mails("active")) == (0.0, 1.0)


def test_scrapes_see_the_last_summary_only() -> None:
    pytest.importorskip("prometheus_client")
    from omniqueue.extra.prometheus import RouterCollector

    router, statistics = busy()
    collector = RouterCollector(statistics)
    collector.refresh(at=70)
    before = [repr(metric) for metric in collector.collect()]
    router.submit(Contact("late", "fax"), at=80)
    assert [repr(metric) for metric in collector.collect()] == before


@pytest.mark.parametrize("lanes", [-1, 1001, 2.0])
def test_bad_numbers_are_refused(lanes: int) -> None:
    pytest.importorskip("prometheus_client")
    from omniqueue.extra.prometheus import RouterCollector

    with pytest.raises(InvalidValueError):
        RouterCollector(LiveStatistics(), lanes=lanes)
