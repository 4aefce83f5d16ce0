"""The commands of a play: which keys each takes, and which method of `Router` it calls.

Values go to the router as they are said, so that it checks them in its own order: first whether
channel, contact and agent are known, then the contact's state, then the values. Only what has to
be built before (a contact, an agent, a preference) may fail too early; then the functions here
keep to that order.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import attrs

from omniqueue.core.router import Router
from omniqueue.errors import InvalidValueError, UnknownChannelError
from omniqueue.model import Agent, Contact, Preference, RelaxStep
from omniqueue.model.event import Events
from omniqueue.play.document import Step
from omniqueue.play.shapes import (
    ListOf,
    MapOf,
    OrNull,
    Record,
    Shape,
    number,
    private,
    text,
    truth,
)

_Fields: TypeAlias = Mapping[str, Any]

LEVELS = MapOf(number)
PREFERENCE = Record({"agent": text, "seconds": number}, {"skip_if_away": truth})
GROUPS = ListOf(LEVELS)
RELAXATION = Record({"after_seconds": number}, {"skills": LEVELS, "any_of": GROUPS})
CONTACT = Record(
    {"id": text, "channel": text},
    {
        "skills": LEVELS,
        "any_of": GROUPS,
        "not_agents": ListOf(text),
        "priority": number,
        "arrived_at": number,
        "not_before": number,
        "prefer": PREFERENCE,
        "relax": ListOf(RELAXATION),
        "target_seconds": number,
        "expire_seconds": number,
        "customer": text,
        "attributes": private,
    },
)
ABILITIES: Mapping[str, Shape] = {
    "skills": LEVELS,
    "capacity": number,
    "limits": MapOf(number),
    "channels": OrNull(ListOf(text)),
    "costs": MapOf(number),
    "wrap_up_seconds": MapOf(OrNull(number)),
    "skill_order": ListOf(text),
}
CHANNEL_FIELDS = ("limits", "channels", "costs", "wrap_up_seconds")  # they name channels
NEW_AGENT = Record({"id": text}, {**ABILITIES, "presence": text})
AGENT_CHANGES = Record({"id": text}, ABILITIES)


def _preference(said: _Fields) -> Preference | None:
    return Preference(**said["prefer"]) if "prefer" in said else None


def _contact(said: _Fields) -> Contact:
    built = dict(said)
    if "prefer" in said:
        built["prefer"] = _preference(said)
    if "relax" in said:
        built["relax"] = [RelaxStep(**step) for step in said["relax"]]
    return Contact(**built)


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _require_channels(router: Router, names: list[str]) -> None:
    for name in names:
        if _normal(name) not in router.channels:
            raise UnknownChannelError("channel", name, "a channel of this router")


def _submit(router: Router, said: _Fields, at: float) -> Events:
    contact = said["contact"]
    try:
        built = _contact(contact)
    except InvalidValueError:
        _require_channels(router, [contact["channel"]])
        if _normal(contact["id"]) not in router.contacts:
            raise
        built = Contact(contact["id"], contact["channel"])  # a duplicate: for the router to say
    return router.submit(built, at=at)


def _add_agent(router: Router, said: _Fields, at: float) -> Events:
    agent = dict(said["agent"])
    presence = agent.pop("presence", "ready")
    try:
        built = Agent(**agent)
    except InvalidValueError:
        named = (agent.get(key) or () for key in CHANNEL_FIELDS)
        _require_channels(router, [name for names in named for name in names])
        if _normal(agent["id"]) not in router.agents:
            raise
        built = Agent(agent["id"])  # a duplicate: for the router to say
    return router.add_agent(built, presence=presence, at=at)


def _update_agent(router: Router, said: _Fields, at: float) -> Events:
    changes = dict(said["agent"])
    return router.update_agent(changes.pop("id"), at=at, **changes)


def _options_with_preference(router: Router, said: _Fields, *allowed_in: str) -> _Fields:
    """Return a command's optional keys with the preference built.

    A bad preference counts only where the command is allowed; elsewhere it is left out, and the
    router refuses the command for the contact or its state.
    """
    options = {key: value for key, value in said.items() if key != "contact"}
    if "prefer" in said:
        try:
            options["prefer"] = _preference(said)
        except InvalidValueError:
            view = router.contacts.get(_normal(said["contact"]))
            guarded = view is not None and said.get("agent") not in (None, view.agent)
            if view is not None and view.state in allowed_in and not guarded:
                raise
            del options["prefer"]
    return options


def _transfer(router: Router, said: _Fields, at: float) -> Events:
    options = _options_with_preference(router, said, "active", "interrupted")
    return router.transfer(said["contact"], at=at, **options)


def _reopen(router: Router, said: _Fields, at: float) -> Events:
    options = _options_with_preference(router, said, "parked")
    return router.reopen(said["contact"], at=at, **options)


def _presence(router: Router, said: _Fields, at: float) -> Events:
    return router.set_presence(said["agent"], said["state"], at=at, reason=said.get("reason"))


def _remove_agent(router: Router, said: _Fields, at: float) -> Events:
    return router.remove_agent(said["agent"], at=at)


def _stop_matching(router: Router, said: _Fields, at: float) -> Events:
    return router.stop_matching(at=at)


def _start_matching(router: Router, said: _Fields, at: float) -> Events:
    return router.start_matching(at=at)


def _advance(router: Router, said: _Fields, at: float) -> Events:
    return router.advance(at=at)


def _by_contact(method: str) -> Callable[[Router, _Fields, float], Events]:
    """Return the runner of a command that names a contact, and otherwise passes its keys on."""

    def run(router: Router, said: _Fields, at: float) -> Events:
        options = dict(said)
        events: Events = getattr(router, method)(options.pop("contact"), at=at, **options)
        return events

    return run


def _by_contact_and_agent(method: str) -> Callable[[Router, _Fields, float], Events]:
    def run(router: Router, said: _Fields, at: float) -> Events:
        events: Events = getattr(router, method)(said["contact"], said["agent"], at=at)
        return events

    return run


@attrs.frozen
class Command:
    """One row of the table of commands.

    Args:
        keys: the keys beside `at` and `do`.
        run: calls the router; raises what the router raises.

    Example:
        >>> sorted(COMMANDS["presence"].keys.required)
        ['agent', 'state']
    """

    keys: Record
    run: Callable[[Router, _Fields, float], Events]


_CONTACT: Mapping[str, Shape] = {"contact": text}
_GUARD: Mapping[str, Shape] = {"agent": text}
_REQUIREMENT: Mapping[str, Shape] = {"skills": LEVELS, "any_of": GROUPS}
_CONTACT_AND_AGENT: Mapping[str, Shape] = {"contact": text, "agent": text}

COMMANDS: Mapping[str, Command] = {
    "submit": Command(Record({"contact": CONTACT}), _submit),
    "accept": Command(Record(_CONTACT_AND_AGENT), _by_contact_and_agent("accept")),
    "decline": Command(Record(_CONTACT_AND_AGENT), _by_contact_and_agent("decline")),
    "complete": Command(
        Record(_CONTACT, {**_GUARD, "wrap_up_seconds": OrNull(number)}), _by_contact("complete")
    ),
    "finish_wrap_up": Command(Record(_CONTACT, _GUARD), _by_contact("finish_wrap_up")),
    "abandon": Command(Record(_CONTACT), _by_contact("abandon")),
    "cancel": Command(Record(_CONTACT), _by_contact("cancel")),
    "resume": Command(Record(_CONTACT), _by_contact("resume")),
    "defer": Command(Record(_CONTACT, {"until": number, "channel": text}), _by_contact("defer")),
    "release": Command(Record(_CONTACT), _by_contact("release")),
    "update": Command(
        Record(_CONTACT, {"priority": number, "target_seconds": number, **_REQUIREMENT}),
        _by_contact("update"),
    ),
    "transfer": Command(
        Record(_CONTACT, {**_GUARD, **_REQUIREMENT, "prefer": PREFERENCE, "keep_place": truth}),
        _transfer,
    ),
    "park": Command(Record(_CONTACT, _GUARD), _by_contact("park")),
    "reopen": Command(Record(_CONTACT, {"prefer": PREFERENCE}), _reopen),
    "assign": Command(Record(_CONTACT_AND_AGENT), _by_contact_and_agent("assign")),
    "presence": Command(Record({"agent": text, "state": text}, {"reason": text}), _presence),
    "add_agent": Command(Record({"agent": NEW_AGENT}), _add_agent),
    "remove_agent": Command(Record({"agent": text}), _remove_agent),
    "update_agent": Command(Record({"agent": AGENT_CHANGES}), _update_agent),
    "stop_matching": Command(Record({}), _stop_matching),
    "start_matching": Command(Record({}), _start_matching),
    "advance": Command(Record({}), _advance),
}


def perform(router: Router, step: Step) -> Events:
    """Give one step's command to a router whose time is the step's already.

    Args:
        router: the router.
        step: the step, its JSON types checked.

    Raises:
        OmniqueueError: what the router refuses; then nothing has changed.

    Cost: that of the router's method.

    Example:
        >>> from omniqueue import Router
        >>> said = {"contact": {"id": "c1", "channel": "fax"}}
        >>> perform(Router(), Step(3.0, "submit", said))[0].name
        'queued'
    """
    return COMMANDS[step.do].run(router, step.fields, step.at)
