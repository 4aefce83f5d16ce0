"""Contacts: every value is checked when the contact is made, and nothing of it leaks."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping
from math import inf, nan

import attrs
import pytest

from omniqueue import Contact, Preference, RelaxStep, Router
from omniqueue.errors import InvalidValueError, shown


def nested(levels: int) -> Mapping[str, object]:
    value: object = 1
    for _ in range(levels):
        value = {"x": value}
    return value  # type: ignore[return-value]


CYCLE: dict[str, object] = {}
CYCLE["x"] = CYCLE


@pytest.mark.parametrize("field", ["arrived_at", "not_before", "target_seconds", "expire_seconds"])
@pytest.mark.parametrize("value", [nan, inf, -inf, "1", True, 10**400, []], ids=shown)
def test_bad_seconds(field: str, value: object) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Contact("c1", "fax", **{field: value})  # type: ignore[arg-type]
    assert caught.value.field == field
    assert getattr(Contact("c1", "fax", **{field: None}), field) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("field", ["target_seconds", "expire_seconds"])
def test_durations_are_not_negative(field: str) -> None:
    with pytest.raises(InvalidValueError):
        Contact("c1", "fax", **{field: -1})  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [nan, 2**31 + 1, 2**64, 10**400, True, False, "1", None, 1.0])
def test_bad_priorities(value: object) -> None:
    with pytest.raises(InvalidValueError, match="priority is"):
        Contact("c1", "fax", priority=value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["", " ", "x" * 129, "a\0", "a\n", "\x1b[1m", "\ud800", 1, None])
def test_bad_names(value: object) -> None:
    for field, make in (
        ("id", lambda: Contact(value, "fax")),  # type: ignore[arg-type]
        ("channel", lambda: Contact("c1", value)),  # type: ignore[arg-type]
        ("customer", lambda: Contact("c1", "fax", customer=value or " ")),  # type: ignore[arg-type]
        ("prefer.agent", lambda: Preference(value, 1)),  # type: ignore[arg-type]
    ):
        with pytest.raises(InvalidValueError) as caught:
            make()
        assert caught.value.field == field


@pytest.mark.parametrize("value", ["../../etc/passwd", "'; DROP TABLE x", "%s", "{0}"])
def test_odd_names_are_opaque(value: str) -> None:
    contact = Contact(value, "fax", customer=value)
    router = Router()
    router.submit(contact, at=0)
    assert router.contacts[value].contact == contact
    assert (contact.id, contact.customer) == (value, value)


def test_spellings_of_one_id_are_one() -> None:
    assert Contact("cafe\u0301", "fax") == Contact("caf\u00e9", "fax")


def test_skills() -> None:
    with pytest.raises(InvalidValueError, match="at most 64"):
        Contact("c1", "fax", skills={f"s{n}": 1 for n in range(65)})
    for bad in (None, 5, "fr", {"fr": 0}, {"": 1}):
        with pytest.raises(InvalidValueError):
            Contact("c1", "fax", skills=bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "steps",
    [
        [(0, {"law": 1})],
        [(0, {"fr": 3})],
        [(0, {"fr": 1}), (1, {"fr": 2})],
        [(0, {}), (1, {"fr": 1})],
        [(2, {"fr": 2}), (1, {"fr": 1})],
    ],
)
def test_relaxation_only_relaxes(steps: list[tuple[float, dict[str, int]]]) -> None:
    with pytest.raises(InvalidValueError, match="relax"):
        Contact("c1", "fax", skills={"fr": 2}, relax=[RelaxStep(*step) for step in steps])


def test_relaxation_steps_are_values() -> None:
    for after, skills in ((-1, {}), (nan, {}), (True, {}), (1, {"fr": 0}), (1, None)):
        with pytest.raises(InvalidValueError, match=r"relax\."):
            RelaxStep(after, skills)  # type: ignore[arg-type]
    steps = [RelaxStep(0, {"fr": 2}), RelaxStep(0, {"fr": 1}), RelaxStep(9, {})]
    assert Contact("c1", "fax", skills={"fr": 2}, relax=iter(steps)).relax == tuple(steps)
    with pytest.raises(InvalidValueError, match="at most 64"):
        Contact("c1", "fax", relax=[RelaxStep(1, {})] * 65)


@pytest.mark.parametrize("bad", ["ab", [None], [{"after_seconds": 1}], None, 5])
def test_relaxation_of_another_type(bad: object) -> None:
    with pytest.raises(InvalidValueError, match="relax"):
        Contact("c1", "fax", relax=bad)  # type: ignore[arg-type]


def test_preferences_are_values() -> None:
    for seconds in (-1, nan, inf, True, "1", None):
        with pytest.raises(InvalidValueError, match=r"prefer\.seconds"):
            Preference("ana", seconds)  # type: ignore[arg-type]
    for skip in (0, "yes", None):
        with pytest.raises(InvalidValueError, match=r"prefer\.skip_if_away"):
            Preference("ana", 1, skip)  # type: ignore[arg-type]
    for bad in ("ana", {"agent": "ana"}, 5):
        with pytest.raises(InvalidValueError, match="prefer"):
            Contact("c1", "fax", prefer=bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "attributes",
    [
        {"secret-4711": {1}},
        {"secret-4711": b"x"},
        {"secret-4711": nan},
        {"secret-4711": inf},
        {"secret-4711": object()},
        {"secret-4711": [{1: 2}]},
        {1: "secret-4711"},
        {None: "secret-4711"},
        {"secret-4711": 10**5000},
        {"secret-4711": "x" * 17_000},
        {f"secret-4711-{n}": 1 for n in range(65)},
        {"secret-4711": nested(8)},
        {"secret-4711": [[[[[[[[1]]]]]]]]},
        CYCLE,
        ["secret-4711"],
        5,
    ],
    ids=lambda value: type(value).__name__,
)
def test_bad_attributes_never_show(attributes: object) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Contact("c1", "fax", attributes=attributes)  # type: ignore[arg-type]
    error = pickle.loads(pickle.dumps(caught.value))
    assert error.field == "attributes"
    assert "4711" not in f"{error} {error.args} {vars(error)}"
    assert caught.value.__cause__ is None


def test_good_attributes_are_copied() -> None:
    said = {"tier": "gold", "n": [1, None, True, 1.5, {"a": ("b",)}], "deep": nested(7)}
    contact = Contact("c1", "fax", attributes=said)  # type: ignore[arg-type]
    said["tier"] = "none"
    assert contact.attributes is not None
    assert contact.attributes["tier"] == "gold"
    assert contact.attributes["n"] == (1, None, True, 1.5, {"a": ["b"]})
    assert (
        len(Contact("c1", "fax", attributes={str(n): n for n in range(64)}).attributes or ()) == 64
    )
    assert Contact("c1", "fax", attributes={}).attributes == {}


def test_the_size_of_attributes_is_counted_in_bytes_of_text() -> None:
    assert Contact("c1", "fax", attributes={"name": "\u5ba2" * 5000}).attributes


def test_attributes_do_not_show_when_printed() -> None:
    contact = Contact("c1", "fax", attributes={"card": "4711"})
    assert "4711" not in repr(contact)
    router = Router()
    events = router.submit(contact, at=0)
    assert "4711" not in f"{events!r} {router!r} {router.contacts['c1']!r}"
    with pytest.raises(Exception, match="c1") as caught:
        router.submit(contact, at=0)
    assert "4711" not in str(caught.value)


def test_contacts_are_values() -> None:
    contact = Contact(
        "c1", "fax", skills={"fr": 2}, priority=1, arrived_at=3, not_before=4,
        prefer=Preference("ana", 5), relax=[RelaxStep(1, {"fr": 1})], target_seconds=6,
        expire_seconds=7, customer="x", attributes={"a": [1]},
    )  # fmt: skip
    copies = [copy.copy(contact), copy.deepcopy(contact)]
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        copies.append(pickle.loads(pickle.dumps(contact, protocol)))
    for again in copies:
        assert again == contact
        assert hash(again) == hash(contact)
        assert again.skills is contact.skills
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        contact.priority = 2  # type: ignore[misc]
