"""Contacts as columns: what the results say of all of them together, with names."""

from __future__ import annotations

import csv
from math import isnan
from pathlib import Path

import numpy as np
import pytest

from omniqueue.errors import InvalidValueError
from omniqueue.sim import Exponential, Group, Redial, Scenario, SimulationResult, Stream, simulate
from omniqueue.sim.runs.contact_columns import write_contacts

DESK = Scenario(
    streams=[
        Stream(
            "calls",
            channel="phone",
            arrivals="60 per hour",
            handling="100s",
            patience=Exponential(60),
            redial=Redial(chance=0.5, after=Exponential(300)),
        ),
        Stream("mails", channel="email", arrivals="10 per hour", handling="60s", priority=3),
    ],
    groups=[Group("early"), Group("late", channels=["phone"])],
    horizon_seconds=7200,
)


def kept(jobs: int = 1) -> SimulationResult:
    return simulate(DESK, replications=3, seed=5, keep_contacts=True, jobs=jobs)


def test_the_columns_agree_with_the_estimates() -> None:
    result = kept()
    columns = result.contact_columns()
    assert len({len(column) for column in columns.values()}) == 1
    phone = columns["channel"] == "phone"
    arrived = np.sum(phone) / 3
    assert arrived == pytest.approx(result.estimate("arrived", channel="phone").value)
    answered = columns["agent"] != ""
    waits = columns["waited_seconds"][answered & phone].astype(float)
    assert waits.mean() == pytest.approx(result.estimate("mean_wait", channel="phone").value)
    assert {str(name) for name in columns["group"]} == {"early", "late", ""}
    assert {str(name) for name in columns["outcome"]} == {"completed", "abandoned"}
    assert set(columns["replication"].tolist()) == {1, 2, 3}
    assert set(columns["priority"][~phone].tolist()) == {3}
    assert set(columns["attempt"].tolist()) > {1, 2}
    first = columns["replication"] == 1
    assert len({str(name) for name in columns["contact"][first]}) == np.sum(first)


def test_processes_keep_the_same() -> None:
    one, two = kept().contact_columns(), kept(jobs=2).contact_columns()
    for name in one:
        assert one[name].tolist() == two[name].tolist() or isnan(sum(one[name].astype(float)))


def test_a_file_has_a_row_for_each_contact(tmp_path: Path) -> None:
    columns = kept().contact_columns()
    path = tmp_path / "contacts.csv"
    write_contacts(str(path), columns)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(columns["stream"])
    mail = next(row for row in rows if row["stream"] == "mails")
    assert mail["patience_seconds"] == ""
    assert float(rows[0]["arrived_at"]) == columns["arrived_at"][0]


def test_what_was_not_kept_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="keep_contacts=True"):
        simulate(DESK, replications=2).contact_columns()
