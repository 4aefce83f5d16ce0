"""The README of plays says what the code does: its lists are compared, its play is run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import attrs
import pytest

import omniqueue.errors
from omniqueue.errors import FileFaultsError
from omniqueue.model import STOCK_CHANNELS, Channel, agent_events, contact_events, json_forms
from omniqueue.model.agent import PRESENCES
from omniqueue.model.event import Event
from omniqueue.model.reader import FAULTS_MAX, RawTable, keys_of
from omniqueue.play import (
    commands,
    first_difference,
    json_text,
    parse_play,
    reading,
    run_play,
)
from omniqueue.play.commands import Command
from omniqueue.play.document import Entrance, Play, Rejection
from omniqueue.policy.order import STOCK_ORDERS
from omniqueue.policy.selection import STOCK_SELECTIONS

README = (Path(reading.__file__).parent / "README.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows of the table that follows the line with this text, without its two head rows."""
    lines = iter(README[README.index(heading) :].splitlines())
    rows: list[list[str]] = []
    for line in lines:
        if line.startswith("|"):
            cells = re.split(r"(?<!\\)\|", line)[1:-1]
            rows.append([cell.strip() for cell in cells])
        elif rows:
            break
    return rows[2:]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]*)`", text)


def first_cells(heading: str) -> list[str]:
    return [quoted(row[0])[0] for row in table(heading)]


def keys(record: RawTable | Command) -> set[str]:
    return {*record.required, *record.optional}


def must_be_there(heading: str) -> set[str]:
    return {quoted(row[0])[0] for row in table(heading) if row[2] == "must be there"}


@pytest.mark.parametrize(
    ("heading", "record"),
    [
        ("### Agents", commands.NEW_AGENT),
        ("### Contacts", json_forms.CONTACT),
    ],
)
def test_the_keys_are_those_of_the_code(heading: str, record: RawTable) -> None:
    assert set(first_cells(heading)) == keys(record)
    assert must_be_there(heading) == set(record.required)


def test_the_settings_are_those_of_the_classes() -> None:
    assert set(first_cells("## What the file holds")) == {"format", *keys_of(Play)}
    assert must_be_there("## What the file holds") == set(reading.REQUIRED)
    fields = {field.name for field in attrs.fields(Channel)} - {"name"}
    assert set(first_cells("### Channels")) == fields
    assert set(first_cells("### Agents")) == set(keys_of(Entrance))


def test_the_commands_and_their_keys_are_those_of_the_code() -> None:
    rows = table("## Commands")
    assert [quoted(row[0])[0] for row in rows] == list(commands.COMMANDS)
    for row in rows:
        record = commands.COMMANDS[quoted(row[0])[0]]
        said = re.sub(r"\([^)]*\)", "", row[1])
        optional = set(re.findall(r"\[`(\w+)`\]", said))
        assert (set(quoted(said)) - optional, optional) == (
            set(record.required),
            set(record.optional),
        )
    [change] = [row for row in rows if row[0] == "`update_agent`"]
    assert set(quoted(change[1])) == {"agent", *keys(commands.AGENT_CHANGES)}


def test_the_states_of_the_commands_are_those_of_the_engine() -> None:
    from omniqueue.core import lifecycle

    for row in table("## Commands"):
        allowed = lifecycle.COMMANDS.get(quoted(row[0])[0])
        if allowed is not None:
            said = re.findall(r"[a-z_]+", row[2].removesuffix(" to that agent"))
            assert said == [lifecycle.STATES[state] for state in allowed], row


def test_the_policies_are_those_of_the_code() -> None:
    orders = [json.loads(name) for name in first_cells("### Orders")[:3]]
    assert set(orders) == set(STOCK_ORDERS)
    assert {json.loads(name) for name in first_cells("### Selections")} == set(STOCK_SELECTIONS)


def test_the_defaults_are_those_of_the_code() -> None:
    for row in table("### Channels"):
        default = getattr(STOCK_CHANNELS[0], quoted(row[0])[0])
        shown = "none" if default == () else "null" if default is None else f"{default:g}"
        assert row[2] == shown, row
    for channel in STOCK_CHANNELS:
        assert f"`{channel.name}`" in README
    for presence in PRESENCES:
        assert f"`{presence}`" in README


def test_the_errors_are_those_of_the_code_in_order_of_precedence() -> None:
    named = first_cells("## Refused commands")
    assert (named[0], named[-1]) == ("TimeWentBackwardsError", "QueueFullError")
    for name in named:
        assert issubclass(getattr(omniqueue.errors, name), omniqueue.errors.OmniqueueError)


def event_classes() -> Iterable[type[Event]]:
    for module in (contact_events, agent_events):
        for found in vars(module).values():
            if found in Event.kinds.values():
                yield found


def test_the_events_and_their_keys_are_those_of_the_code() -> None:
    said = {quoted(row[0])[0]: quoted(row[1]) for row in table("## Output")}
    refused = Rejection(0.0, 0, omniqueue.errors.UnknownAgentError("agent", "x", "y")).to_dict()
    assert said.pop("rejected") == list(refused)[2:]
    assert said == {
        kind.name: [field.name for field in attrs.fields(kind)[1:]] for kind in event_classes()
    }


def test_the_bounds_are_those_of_the_code() -> None:
    assert f"more than {json_text.DEPTH_MAX} levels" in README
    assert f"more than {json_text.DIGITS_MAX} digits" in README
    assert f"more than {reading.BYTES_MAX // 2**20} MiB" in README
    assert f"Up to {FAULTS_MAX} faults" in README
    assert reading.FORMAT in README


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_example_comes_out_as_it_says() -> None:
    [text] = blocks("json")
    play = parse_play(text)
    assert play.expect is not None
    assert first_difference(play.expect, run_play(play)) is None


def test_the_sample_faults_are_what_is_printed() -> None:
    steps = [
        {"at": 0, "do": "dance"},
        {
            "at": 0,
            "do": "submit",
            "contact": {"id": "c", "channel": "fax", "skills": {"fr": True}},
        },
    ]
    text = json.dumps({"format": reading.FORMAT, "agents": [], "steps": steps})
    with pytest.raises(FileFaultsError) as caught:
        parse_play(text)
    [sample] = blocks("text")
    pairs = zip(sample.splitlines(), caught.value.faults, strict=True)
    assert all(found.startswith(said.removesuffix("...")) for said, found in pairs)
