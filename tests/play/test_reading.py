"""Reading plays: what is refused, with which place, and that nothing gets past or kills us."""

from __future__ import annotations

import json
import os
import pickle
import threading
from pathlib import Path

import pytest

from omniqueue.errors import FileFaultsError
from omniqueue.play import Expectation, Play, parse_play, read_play
from omniqueue.policy import register_order

FORMAT = "omniqueue-play/1"
CALL = {"id": "c1", "channel": "phone"}


def play_with(**keys: object) -> str:
    """The text of a play that is sound but for these keys."""
    return json.dumps({"format": FORMAT, "agents": [], "steps": [], **keys})


def step(do: str, **keys: object) -> str:
    """The text of a play with one step."""
    return play_with(steps=[{"at": 0, "do": do, **keys}])


def faults_of(content: str | bytes) -> list[str]:
    with pytest.raises(FileFaultsError) as caught:
        parse_play(content, name="odd.json")
    assert caught.value.path == "odd.json"
    return caught.value.faults


def test_a_play_of_only_what_is_required_has_the_defaults() -> None:
    assert parse_play(play_with()) == Play()


def test_an_order_is_written_as_in_other_files_too() -> None:
    rule = {"aging": {"seconds_per_priority": 60}}
    assert parse_play(play_with(order="aging:60")).order == "aging:60"
    assert parse_play(play_with(order=rule)).order == "aging:60.0"


def test_times_may_have_their_unit() -> None:
    [phone] = parse_play(play_with(channels={"phone": {"offer": "20 s"}})).channels
    assert phone.offer_seconds == 20


def test_every_setting_arrives() -> None:
    play = parse_play(
        play_with(
            title="All of it",
            order={"aging": {"seconds_per_priority": 60}},
            selection="closest-fit",
            max_waiting=3,
            channels={"sms": {"cost": 2, "offer_seconds": None, "wrap_up_seconds": None}},
            agents=[{"id": "ana", "limits": {"sms": 1}, "channels": None, "presence": "away"}],
            steps=[{"at": 1, "do": "complete", "contact": "c", "wrap_up_seconds": None}],
            expect={"waiting": ["cafe\u0301"]},
        )
    )
    assert (play.title, play.order, play.max_waiting) == ("All of it", "aging:60.0", 3)
    assert play.selection == "closest-fit"
    assert (play.channels[0].name, play.channels[0].wrap_up_seconds) == ("sms", None)
    assert (play.agents[0].presence, dict(play.agents[0].agent.limits)) == ("away", {"sms": 1})
    assert play.steps[0].fields == {"contact": "c", "wrap_up_seconds": None}
    assert play.expect == Expectation(waiting=("caf\u00e9",))


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "top level: is empty"),
        (b" \n\t", "top level: is empty"),
        (b"\xef\xbb\xbf{}", "byte 0: is a byte order mark"),
        ("{}".encode("utf-16"), "byte 0: looks like UTF-16"),
        ("{}".encode("utf-16-le"), "byte 0: looks like UTF-16"),
        ("{}".encode("utf-16-be"), "byte 0: looks like UTF-16"),
        ("{}".encode("utf-32-be"), "byte 0: looks like UTF-16"),
        (b'{\n"title": "\xff"}', "line 2, byte 12: is not UTF-8"),
        (b'{"format": ', "line 1, column 12: is not JSON"),
        (b'{"a": 1,\n"b" 2}', "line 2, column 5: is not JSON"),
        (b"{} {}", "line 1, column 4: is not JSON"),
        (b'{"title": "\n"}', "line 1, column 12: is not JSON"),
        (b"'{}'", "line 1, column 1: is not JSON"),
        (b"\x1f\x8b\x08\x00", "byte 1: is not UTF-8"),
        ("[" * 100_000, "line 1, column 65: is nested deeper than 64 levels"),
        ('{"a":\n' * 100_000, "line 65, column 1: is nested deeper than 64 levels"),
        ("[" * 100_000 + "]" * 100_000, "line 1, column 65: is nested deeper than 64 levels"),
        ("\ufeff{}", "line 1, column 1: is not JSON"),
    ],
)
def test_text_that_makes_no_tree_is_refused_with_its_place(
    content: str | bytes, fault: str
) -> None:
    [line] = faults_of(content)
    assert fault in line


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("NaN", "is NaN"),
        ("Infinity", "is Infinity"),
        ("-Infinity", "is -Infinity"),
        ("1e999", "is 1e999, beyond every float"),
        ("-1e999", "is -1e999, beyond every float"),
        ("1" * 5000, "is an integer of 5000 digits"),
        ("-" + "1" * 5000, "is an integer of 5001 digits"),
        ("1" * 401, "is an int of 1329 bits; expected finite seconds"),
        ("true", "is true; expected finite seconds"),
        ('"5"', "is '5'; expected finite seconds"),
        ("null", "is null; expected finite seconds"),
    ],
)
def test_a_time_that_is_no_finite_number_is_named(number: str, problem: str) -> None:
    text = step("advance").replace('"at": 0', f'"at": {number}')
    [line] = faults_of(text)
    assert line.startswith(f"steps[0].at: {problem}")


def test_levels_of_nesting_that_the_parser_survives_are_refused_all_the_same() -> None:
    assert faults_of("[" * 64 + "]" * 64) == ["is a list; expected a table, as { ... }"]
    [line] = faults_of(step("submit", contact=CALL).replace('"c1"', "[" * 61 + "]" * 61))
    assert line.endswith("is nested deeper than 64 levels")


def test_brackets_inside_strings_are_no_levels() -> None:
    title = "[{" * 100 + '\\"' + "[" * 100
    assert parse_play(play_with(title=title)).title == title
    [line] = faults_of('{"title": "' + "[" * 100)
    assert "is not JSON: Unterminated string" in line


def test_a_repeated_key_is_named_wherever_it_stands() -> None:
    text = '{"format": "%s", "agents": [{"id": "a", "id": "b"}], "steps": [], "steps": []}'
    assert faults_of(text % FORMAT) == [
        "steps: is given more than once",
        "agents[0].id: is given more than once",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[]", "is a list; expected a table, as { ... }"),
        ("7", "is 7; expected a table"),
        ("null", "is null; expected a table"),
        (play_with(format="omniqueue-play/2"), "format: is 'omniqueue-play/2'; expected"),
        (play_with(format=1), "format: is 1; expected"),
        (play_with(speed=2), "speed: not a key"),
        (play_with(**{"walk in": 2}), "'walk in': not a key"),
        (play_with(title=None), "title: is null; expected text"),
        (play_with(agents={}), "agents: is a table; expected a list"),
        (play_with(agents=["ana"]), "agents[0]: is 'ana'; expected a table, as { ... }"),
        (play_with(agents=[{}]), "agents[0].id: is missing"),
        (play_with(agents=[{"id": 7}]), "agents[0].id: is 7; expected a str"),
        (play_with(agents=[{"id": " "}]), "agents[0].id: is ' '; expected 1 to 128"),
        (
            play_with(agents=[{"id": "a"}, {"id": "a"}]),
            "agents[1].id: is 'a'; expected each",
        ),
        (
            play_with(agents=[{"id": "\u00e9"}, {"id": "e\u0301"}]),
            "agents[1].id: is '\\xe9'; expected each name once",
        ),
        (play_with(agents=[{"id": "a", "color": 1}]), "agents[0].color: not a key"),
        (play_with(agents=[{"id": "a", "capacity": -1}]), "agents[0].capacity: is -1"),
        (play_with(agents=[{"id": "a", "capacity": 1.5}]), "agents[0].capacity: is 1.5"),
        (play_with(agents=[{"id": "a", "capacity": True}]), "agents[0].capacity: is true"),
        (play_with(agents=[{"id": "a", "capacity": None}]), "agents[0].capacity: is null"),
        (play_with(agents=[{"id": "a", "skills": {"fr": 0}}]), "agents[0].skills.fr: is 0"),
        (play_with(agents=[{"id": "a", "skills": {"": 1}}]), "agents[0].skills: is ''"),
        (
            play_with(agents=[{"id": "a", "skills": {f"s{n}": 1 for n in range(1001)}}]),
            "agents[0].skills: is 1001; expected at most 1000 skills",
        ),
        (play_with(agents=[{"id": "a", "limits": {"phone": -1}}]), "agents[0].limits.phone: is"),
        (
            play_with(agents=[{"id": "a", "limits": {"pigeon": 1}}]),
            "agents[0].limits: is 'pigeon'; expected one of phone",
        ),
        (
            play_with(agents=[{"id": "a", "channels": ["phone", "pigeon"]}]),
            "agents[0].channels: is 'pigeon'; expected one of phone",
        ),
        (play_with(agents=[{"id": "a", "presence": "lunch"}]), "agents[0].presence: is 'lunch'"),
        (play_with(channels={"phone": {"cost": 0}}), "channels.phone.cost: is 0"),
        (play_with(channels={"phone": {"offer_seconds": 0}}), "channels.phone.offer_seconds: is"),
        (play_with(channels={"phone": {"max_misses": 0}}), "channels.phone.max_misses: is 0"),
        (play_with(channels={"phone": {"resume_seconds": None}}), "phone.resume_seconds: is null"),
        (play_with(channels={"phone": {"name": "x"}}), "channels.phone.name: not a key"),
        (
            play_with(channels={"\x1b[31m": {}}),
            r"channels.'\x1b[31m': is '\x1b[31m'",
        ),
        (
            play_with(channels={"\u00e9": {}, "e\u0301": {}}),
            "channels: is '\\xe9'; expected each channel once",
        ),
        (
            play_with(channels={f"c{n}": {} for n in range(997)}),
            "channels: is 1001; expected at most 1000",
        ),
        (play_with(channels=[]), "channels: is a list; expected a table, as { ... }"),
        (play_with(max_waiting=-1), "max_waiting: is -1"),
        (play_with(max_waiting=1.5), "max_waiting: is 1.5"),
        (play_with(max_waiting=True), "max_waiting: is true"),
        (play_with(order="os:system"), "order: is 'os:system'"),
        (play_with(order="os.system"), "order: is 'os.system'"),
        (play_with(order="aging"), "order: is 'aging'"),
        (play_with(order={"aging": {}}), "order.aging.seconds_per_priority: is missing"),
        (play_with(order={"ageing": {}}), "order.ageing: not a key; did you mean 'aging'?"),
        (play_with(order=7), "order: is 7"),
        (
            play_with(order={"aging": {"seconds_per_priority": 10**400}}),
            "order.aging.seconds_per_priority: is an int of 1329 bits",
        ),
        (play_with(selection="os:system"), "selection: is 'os:system'"),
        (play_with(selection=None), "selection: is null"),
        (play_with(expect=None), "expect: is null"),
        (play_with(expect={"order": []}), "expect.order: not a key"),
        (play_with(expect={"waiting": [1]}), "expect.waiting[0]: is 1"),
        (play_with(expect={"assignments": [[1, "c1"]]}), "expect.assignments[0]: is a list"),
        (play_with(expect={"rejected": [["E", 1]]}), "expect.rejected[0][0]: is 'E'"),
        (play_with(steps=[7]), "steps[0]: is 7; expected a table, as { ... }"),
        (play_with(steps=[{"at": 0}]), "steps[0].do: is missing"),
        (play_with(steps=[{"do": "advance"}]), "steps[0].at: is missing"),
        (step("dance"), "steps[0].do: is 'dance'; expected one of submit, accept"),
        (step("__init__"), "steps[0].do: is '__init__'"),
        (step("snapshot"), "steps[0].do: is 'snapshot'"),
        (play_with(steps=[{"at": 0, "do": ["submit"]}]), "steps[0].do: is a list"),
        (step("submit"), "steps[0].contact: is missing"),
        (step("submit", contact="c1"), "steps[0].contact: is 'c1'; expected a table, as { ... }"),
        (step("submit", contact={"id": "c1"}), "steps[0].contact.channel: is missing"),
        (step("submit", contact={**CALL, "id": 7}), "steps[0].contact.id: is 7"),
        (step("submit", contact={**CALL, "id": 1.5}), "steps[0].contact.id: is 1.5"),
        (step("submit", contact={**CALL, "id": True}), "steps[0].contact.id: is true"),
        (step("submit", contact={**CALL, "colour": 1}), "steps[0].contact.colour: not a key"),
        (step("submit", contact={**CALL, "priority": "1"}), "steps[0].contact.priority: is '1'"),
        (step("submit", contact={**CALL, "priority": True}), "steps[0].contact.priority: is true"),
        (step("submit", contact={**CALL, "skills": {"fr": "1"}}), "contact.skills.fr: is '1'"),
        (step("submit", contact={**CALL, "arrived_at": None}), "contact.arrived_at: is null"),
        (step("submit", contact={**CALL, "prefer": "ana"}), "contact.prefer: is 'ana'"),
        (step("submit", contact={**CALL, "prefer": {"agent": "a"}}), "prefer.seconds: is missing"),
        (
            step(
                "submit",
                contact={**CALL, "prefer": {"agent": "a", "seconds": 1, "skip_if_away": 1}},
            ),
            "contact.prefer.skip_if_away: is 1; expected true or false",
        ),
        (step("submit", contact={**CALL, "relax": [{}]}), "relax[0].after_seconds: is missing"),
        (step("accept", contact="c1"), "steps[0].agent: is missing"),
        (step("abandon", contact=7), "steps[0].contact: is 7; expected text"),
        (step("transfer", contact="c1", keep_place="no"), "steps[0].keep_place: is 'no'"),
        (step("defer", contact="c1", until="soon"), "steps[0].until: is 'soon'"),
        (step("presence", agent="a", state=1), "steps[0].state: is 1"),
        (step("presence", agent="a", state="away", why="tea"), "steps[0].why: not a key"),
        (step("update_agent", agent={"skills": {}}), "steps[0].agent.id: is missing"),
        (
            step("update_agent", agent={"id": "a", "presence": "away"}),
            "steps[0].agent.presence: not a key",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(text: str, fault: str) -> None:
    lines = faults_of(text)
    assert [line for line in lines if fault in line], lines


@pytest.mark.parametrize(
    "contact",
    [
        {**CALL, "skills": {"fr": 0}},
        {**CALL, "skills": {"fr": 1.5}},
        {**CALL, "priority": 2**64},
        {**CALL, "priority": 10**400},
        {**CALL, "id": ""},
        {**CALL, "id": "\ud800"},
        {**CALL, "expire_seconds": -1},
        {**CALL, "channel": "pigeon"},
        {**CALL, "attributes": {"a": [[[[[[[[[1]]]]]]]]]}},
    ],
)
def test_a_bad_value_inside_a_step_is_left_for_the_router_to_refuse(
    contact: dict[str, object],
) -> None:
    assert parse_play(step("submit", contact=contact)).steps[0].fields["contact"] == contact


def test_all_faults_are_found_in_one_go() -> None:
    text = play_with(
        format="x",
        agents=[{"id": "", "capacity": -1, "skills": {"a": 0, "b": 1, "c": True}}, {"id": 1}],
        channels={"phone": {"cost": 0, "retry_seconds": -1, "colour": 1}},
        order="alphabet",
        steps=[{"at": 0, "do": "dance"}, {"at": "now", "do": "advance"}],
    ).replace('"dance"', '"dance", "x": 1e999')
    places = {line.split(": ")[0] for line in faults_of(text)}
    assert places == {
        "format",
        "agents[0].id",
        "agents[0].capacity",
        "agents[0].skills.a",
        "agents[0].skills.c",
        "agents[1].id",
        "channels.phone.cost",
        "channels.phone.retry_seconds",
        "channels.phone.colour",
        "order",
        "steps[0].x",
        "steps[0].do",
        "steps[1].at",
    }


def test_faults_are_listed_up_to_twenty_and_counted_beyond() -> None:
    with pytest.raises(FileFaultsError) as caught:
        parse_play(play_with(steps=[{"at": 0, "do": "dance"}] * 250))
    assert (len(caught.value.faults), caught.value.more) == (20, 230)
    assert str(caught.value).endswith("and 230 more faults")


def test_the_error_survives_pickling() -> None:
    with pytest.raises(FileFaultsError) as caught:
        parse_play(step("dance"))
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_what_an_application_says_of_a_customer_is_in_no_fault() -> None:
    text = step("submit", contact={**CALL, "attributes": {"card": [4711]}})
    text = text.replace("4711", 'NaN, {"pin": 1, "pin": 2}')
    said = "\n".join(faults_of(text))
    assert "steps[0].contact.attributes: is NaN" in said
    assert "steps[0].contact.attributes: is given more than once" in said
    assert not any(secret in said for secret in ("card", "pin"))
    [line] = faults_of(step("submit", contact={**CALL, "attributes": "secret"}))
    assert line == "steps[0].contact.attributes: is a str; expected a table, as { ... }"


def test_a_hostile_id_is_only_text() -> None:
    for odd in ("../../etc/passwd", "'; DROP TABLE", "%s", "{0}"):
        play = parse_play(play_with(agents=[{"id": odd, "skills": {odd: 1}}]))
        assert play.agents[0].agent.id == odd


def test_an_order_registered_before_may_be_named() -> None:
    register_order("by-length-of-id", lambda contact: len(contact.id))
    assert parse_play(play_with(order="by-length-of-id")).order == "by-length-of-id"


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(play_with(title="\u00e9"), encoding="utf-8")
    assert read_play(path).title == read_play(str(path)).title == "\u00e9"
    (tmp_path / "link.json").symlink_to(path)
    assert read_play(tmp_path / "link.json").title == "\u00e9"


def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("/dev/zero")
    for path in (tmp_path, tmp_path / "fifo", "/dev/zero", "/dev/null", tmp_path / "link"):
        with pytest.raises(FileFaultsError, match="is not a regular file"):
            read_play(path)


@pytest.mark.parametrize("name", ["missing.json", "a\0b", "x" * 5000, "missing/\ud800"])
def test_a_file_that_cannot_be_opened_is_a_fault_of_the_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileFaultsError):
        read_play(f"{tmp_path}/{name}")


def test_a_file_above_the_bound_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(2**36)  # a hole: takes no room on the disk
    with pytest.raises(FileFaultsError, match="is larger than 67108864 bytes"):
        read_play(path)


def test_deep_text_does_not_kill_a_thread_with_a_small_stack() -> None:
    found: list[str] = []
    size = threading.stack_size(256 * 1024)
    try:
        for text in ("[" * 100_000, '{"a":[' * 100_000, "[" * 3_000 + "]" * 3_000):
            thread = threading.Thread(target=lambda said=text: found.extend(faults_of(said)))
            thread.start()
            thread.join()
    finally:
        threading.stack_size(size)
    assert [line.split(": ")[1] for line in found] == ["is nested deeper than 64 levels"] * 3
