"""The commands of a play: which keys each takes, and which method of `Router` it calls.

Values go to the router as they are said, so that it checks them in its own order: first whether
channel, contact and agent are known, then the contact's state, then the values. Only what has to
be built before (a contact, an agent, a preference) may fail too early; then the functions here
keep to that order.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from omniqueue.core import lifecycle
from omniqueue.core.router import Router
from omniqueue.errors import InvalidValueError, OmniqueueError, UnknownChannelError
from omniqueue.model import Agent, Contact, Preference
from omniqueue.model.contact import contact_of
from omniqueue.model.event import Events, JsonValue
from omniqueue.model.json_forms import CONTACT, PREFERENCE, REQUIREMENT, numbers
from omniqueue.model.reader import (
    NotedError,
    Place,
    RawTable,
    Read,
    array_of,
    each_of,
    instant,
    number,
    or_null,
    read_value,
    table,
    text,
    truth,
)
from omniqueue.play.document import Step

_Fields: TypeAlias = Mapping[str, Any]


def _numbers_or_null(value: object, place: Place) -> None:
    each_of(or_null(number), value, place)


_ABILITIES: Final[Mapping[str, Read]] = {
    "skills": numbers,
    "capacity": number,
    "limits": numbers,
    "channels": or_null(array_of(text)),
    "costs": numbers,
    "wrap_up_seconds": _numbers_or_null,
    "skill_order": array_of(text),
}
_CHANNEL_KEYS: Final = ("limits", "channels", "costs", "wrap_up_seconds")
NEW_AGENT: Final = RawTable({"id": text}, {**_ABILITIES, "presence": text})
AGENT_CHANGES: Final = RawTable({"id": text}, _ABILITIES)


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _require_channels(router: Router, names: list[str]) -> None:
    for name in names:
        if _normal(name) not in router.channels:
            raise UnknownChannelError("channel", name, "a channel of this router")


def _submit(router: Router, said: _Fields, at: float) -> Events:
    contact = said["contact"]
    try:
        built = contact_of(contact)
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
        named = (agent.get(key) or () for key in _CHANNEL_KEYS)
        _require_channels(router, [name for names in named for name in names])
        if _normal(agent["id"]) not in router.agents:
            raise
        built = Agent(agent["id"])  # a duplicate: for the router to say
    return router.add_agent(built, presence=presence, at=at)


def _update_agent(router: Router, said: _Fields, at: float) -> Events:
    changes = dict(said["agent"])
    return router.update_agent(changes.pop("id"), at=at, **changes)


def _preferring(router: Router, do: str, said: _Fields) -> _Fields:
    """Return a command's keys with the preference built.

    A bad preference counts only where the command is allowed; elsewhere it is left out, and the
    router refuses the command for the contact or its state.
    """
    options = dict(said)
    try:
        options["prefer"] = Preference(**said["prefer"])
    except InvalidValueError:
        view = router.contacts.get(_normal(said["contact"]))
        allowed = [lifecycle.STATES[state] for state in lifecycle.COMMANDS[do]]
        guarded = view is not None and said.get("agent") not in (None, view.agent)
        if view is not None and view.state in allowed and not guarded:
            raise
        del options["prefer"]
    return options


class Command:
    """One row of the table of commands.

    Args:
        required: the keys beside `at` and `do` that must be there, in the order in which the
            method takes them.
        optional: the keys that may be there: arguments by name.
        method: the method of `Router`; empty: that of the command's name.
        run: calls the router where something has to be built before; None: nothing has.

    Example:
        >>> sorted(COMMANDS["presence"].required)
        ['agent', 'state']
    """

    def __init__(
        self,
        required: Mapping[str, Read],
        optional: Mapping[str, Read] | None = None,
        *,
        method: str = "",
        run: Callable[[Router, _Fields, float], Events] | None = None,
    ) -> None:
        self.required = required
        self.optional = optional or {}
        self.method = method
        self.run = run
        self.step = RawTable({"at": instant, "do": text, **required}, self.optional)


_CONTACT: Final[dict[str, Read]] = {"contact": text}
_AGENT: Final[dict[str, Read]] = {"agent": text}

COMMANDS: Final[Mapping[str, Command]] = {
    "submit": Command({"contact": CONTACT}, run=_submit),
    "accept": Command(_CONTACT | _AGENT),
    "decline": Command(_CONTACT | _AGENT),
    "complete": Command(_CONTACT, _AGENT | {"wrap_up_seconds": or_null(number)}),
    "finish_wrap_up": Command(_CONTACT, _AGENT),
    "abandon": Command(_CONTACT),
    "cancel": Command(_CONTACT),
    "resume": Command(_CONTACT),
    "defer": Command(_CONTACT, {"until": number, "channel": text}),
    "release": Command(_CONTACT),
    "update": Command(_CONTACT, {"priority": number, "target_seconds": number} | REQUIREMENT),
    "transfer": Command(
        _CONTACT, _AGENT | REQUIREMENT | {"prefer": PREFERENCE, "keep_place": truth}
    ),
    "park": Command(_CONTACT, _AGENT),
    "reopen": Command(_CONTACT, {"prefer": PREFERENCE}),
    "assign": Command(_CONTACT | _AGENT),
    "presence": Command(_AGENT | {"state": text}, {"reason": text}, method="set_presence"),
    "add_agent": Command({"agent": NEW_AGENT}, run=_add_agent),
    "remove_agent": Command(_AGENT),
    "update_agent": Command({"agent": AGENT_CHANGES}, run=_update_agent),
    "stop_matching": Command({}),
    "start_matching": Command({}),
    "advance": Command({}),
}


def read_step(value: object, place: Place) -> Step:
    """Read a step; its keys depend on its command."""
    do = table(value).get("do")
    if "do" not in table(value):
        place.below("do").note("is missing")
        raise NotedError
    if not isinstance(do, str) or do not in COMMANDS:
        place.below("do").refuse(InvalidValueError("", do, f"one of {', '.join(COMMANDS)}"))
        raise NotedError
    fields = COMMANDS[do].step(value, place)
    return Step(float(fields.pop("at")), fields.pop("do"), fields)


def perform(router: Router, command: Mapping[str, JsonValue]) -> Events:
    """Give a router a command that is written as JSON, by the words of a play.

    Args:
        router: the router.
        command: an object with `at`, `do` and the command's own keys.

    Raises:
        FileFaultsError: keys or JSON types are not those of the command; nothing was done.
        OmniqueueError: what the router refuses, with the `events` of the time that passed.

    Returns:
        All events, those of timers first.

    Cost: that of the router's method, and some 10 microseconds.

    Example:
        >>> router = Router()
        >>> said = {"at": 3, "do": "submit", "contact": {"id": "c1", "channel": "fax"}}
        >>> [event.name for event in perform(router, said)]
        ['queued', 'unservable']
        >>> perform(router, {"at": 5, "do": "abandon", "contract": "c1"})
        Traceback (most recent call last):
        ...
        omniqueue.errors.FileFaultsError: command: contract: not a key; did you mean 'contact'?
        command: contact: is missing
    """
    step = read_value(read_step, dict(command), name="command")
    # First the timers: what has to be built may be refused before the router is asked.
    passed = router.advance(at=step.at)
    try:
        return Events((*passed.tuples, *take(router, step).tuples))
    except OmniqueueError as refusal:
        refusal.events = passed
        raise


def take(router: Router, step: Step) -> Events:
    """Give one step's command to a router whose time is the step's already.

    Args:
        router: the router.
        step: the step, its JSON types checked.

    Raises:
        OmniqueueError: what the router refuses; then nothing has changed.

    Cost: that of the router's method.

    Example:
        >>> said = {"contact": {"id": "c1", "channel": "fax"}}
        >>> take(Router(), Step(3.0, "submit", said))[0].name
        'queued'
    """
    command, said = COMMANDS[step.do], step.fields
    if command.run is not None:
        return command.run(router, said, step.at)
    if "prefer" in said:
        said = _preferring(router, step.do, said)
    named = [said[key] for key in command.required]
    options = {key: said[key] for key in command.optional if key in said}
    method = getattr(router, command.method or step.do)
    events: Events = method(*named, at=step.at, **options)
    return events
