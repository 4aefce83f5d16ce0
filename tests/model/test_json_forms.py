"""JSON forms: there and back again; all faults are found, with their places."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from omniqueue import Agent, Channel, Contact, RelaxStep
from omniqueue.errors import FileFaultsError
from omniqueue.testing import agents, contacts

QUICK = settings(max_examples=200, deadline=None, database=None, derandomize=True)


@QUICK
@given(contacts())
def test_contacts_come_back(contact: Contact) -> None:
    assert Contact.from_dict(json.loads(json.dumps(contact.to_dict()))) == contact


@QUICK
@given(agents())
def test_agents_come_back(agent: Agent) -> None:
    assert Agent.from_dict(json.loads(json.dumps(agent.to_dict()))) == agent


def test_all_that_a_contact_can_say_comes_back() -> None:
    contact = Contact(
        "c",
        "phone",
        skills={"fr": 1},
        any_of=[{"tech": 1, "sales": 2}],
        not_agents=["zoe"],
        relax=[RelaxStep(9, any_of=[{"tech": 1, "sales": 2, "law": 1}])],
        attributes={"tier": [1, None]},
        customer="k",
        target_seconds=20,
        expire_seconds=60,
        not_before=5,
        arrived_at=3,
        priority=-1,
    )
    said = json.loads(json.dumps(contact.to_dict()))
    assert Contact.from_dict(said) == contact
    assert set(said) == {*said, "any_of", "not_agents", "relax", "attributes", "customer"}


def test_channels_come_back() -> None:
    channel = Channel("sms", cost=2, retry_seconds=None, interrupted_by=["phone"], max_waiting=3)
    assert Channel.from_dict(json.loads(json.dumps(channel.to_dict()))) == channel


BAD: list[tuple[type, dict[str, Any], list[str]]] = [
    (Contact, {}, ["id: is missing", "channel: is missing"]),
    (
        Contact,
        {
            "id": "c",
            "channel": "fax",
            "priority": 2**40,
            "skills": {"fr": 0, "en": 1},
            "expire_seconds": -1,
            "prefer": {"agent": "ana", "seconds": -5},
            "relax": [{"after_seconds": 1, "skills": {}}, {"after_seconds": -1, "skills": {}}],
        },
        ["priority: is", "skills['fr']: is 0", "expire_seconds: is", "prefer.seconds", "relax[1]"],
    ),
    (Contact, {"id": "c", "channel": "fax", "skils": {}}, ["skils: not a key"]),
    (Contact, {"id": "c", "channel": "fax", "customer": 7}, ["customer: is 7"]),
    (Contact, {"id": "c", "channel": "fax", "attributes": "4711"}, ["attributes: is a str"]),
    (
        Contact,
        {"id": "c", "channel": "fax", "relax": [{"after_seconds": 1, "skills": {"fr": 1}}]},
        ["relax"],
    ),
    (
        Agent,
        {"capacity": -1, "limits": {"fax": "x"}},
        ["id: is missing", "capacity", "limits.fax"],
    ),
    (Channel, {"name": "x", "cost": 0, "offer_seconds": 0}, ["cost: is 0", "offer_seconds: is 0"]),
]


@pytest.mark.parametrize(("kind", "said", "faults"), BAD)
def test_every_fault_has_its_place(
    kind: type[Contact | Agent | Channel], said: dict[str, Any], faults: list[str]
) -> None:
    with pytest.raises(FileFaultsError) as caught:
        kind.from_dict(said)
    text = str(caught.value)
    for fault in faults:
        assert fault in text
    assert len(caught.value.faults) == len(faults)
    assert "4711" not in text
