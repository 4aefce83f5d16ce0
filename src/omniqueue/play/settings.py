"""The settings of a play, judged one by one so that every fault shows, then built.

`judge` expects nothing: it passes over what has the wrong type, which the shapes have noted
already. `build` expects a tree without faults.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any, TypeAlias

from omniqueue.core.router import Router
from omniqueue.errors import InvalidValueError, OmniqueueError
from omniqueue.model import STOCK_CHANNELS, Agent, Channel
from omniqueue.model.agent import presence
from omniqueue.model.checks import instant
from omniqueue.play.commands import ABILITIES, CHANNEL_FIELDS, NEW_AGENT
from omniqueue.play.document import Entrance, Expectation, Play, Step
from omniqueue.play.json_text import Faults, below
from omniqueue.play.shapes import ListOf, OrNull, Record, Shape, number, text
from omniqueue.policy.order import STOCK_ORDERS
from omniqueue.policy.registry import order_named

_Json: TypeAlias = Mapping[str, Any]

AGING = Record({"aging": Record({"seconds_per_priority": number})})
CHANNEL = Record(
    {},
    {
        "cost": number,
        "offer_seconds": OrNull(number),
        "wrap_up_seconds": OrNull(number),
        "retry_seconds": OrNull(number),
        "max_misses": number,
        "resume_seconds": number,
        "target_seconds": OrNull(number),
        "reserve_seconds": OrNull(number),
        "max_waiting": OrNull(number),
        "interrupted_by": ListOf(text),
    },
)


def order(faults: Faults, place: str, value: object) -> bool:
    """Expect the name of an order, or the rule of ageing with its rate. Cost: O(1).

    Example:
        >>> order(Faults("a.json"), "order", {"aging": {"seconds_per_priority": 60}})
        True
    """
    return isinstance(value, str) or AGING(faults, place, value)


def judge(faults: Faults, tree: object) -> None:
    """Note every setting that makes no sense, whatever else is wrong with the play.

    Args:
        faults: where faults are noted.
        tree: the play as JSON, whose shape need not be right.

    Cost: O(size).

    Example:
        >>> faults = Faults("a.json")
        >>> judge(faults, {"channels": {"sms": {"cost": 0}}, "agents": [{"id": ""}]})
        >>> [line.split(":")[0] for line in faults.lines]
        ['channels.sms.cost', 'agents[0].id']
    """
    if not isinstance(tree, dict):
        return
    if _fits(order, tree.get("order")):
        _judge_order(faults, tree["order"])
    if _fits(text, tree.get("selection")):
        _try(faults, "selection", Router, selection=tree["selection"])
    if _fits(number, tree.get("max_waiting")):
        _try(faults, "max_waiting", Router, max_waiting=tree["max_waiting"])
    names = {channel.name for channel in STOCK_CHANNELS}
    _judge_channels(faults, tree.get("channels"), names)
    ids: set[str] = set()
    for place, agent in _items("agents", tree.get("agents")):
        _judge_agent(faults, place, agent, names, ids)
    for place, step in _items("steps", tree.get("steps")):
        _judge_instant(faults, below(place, "at"), step.get("at"))
    expect = tree.get("expect")
    if isinstance(expect, dict) and isinstance(expect.get("assignments"), list):
        for index, row in enumerate(expect["assignments"]):
            if isinstance(row, list) and row:
                _judge_instant(faults, f"expect.assignments[{index}][0]", row[0])


def _fits(shape: Shape, value: object) -> bool:
    return value is not None and shape(Faults(""), "", value)


def _items(place: str, value: object) -> Iterator[tuple[str, _Json]]:
    """Yield those items of a list that are objects, each with its place."""
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict):
            yield below(place, index), item


def _try(
    faults: Faults, place: str, make: Callable[..., object], *args: object, **fields: object
) -> bool:
    """Make a value, or note why it cannot be made."""
    try:
        make(*args, **fields)
    except OmniqueueError as error:
        faults.add(place, f"is {error.value}: expected {error.expected}")
        return False
    return True


def _judge_instant(faults: Faults, place: str, value: object) -> None:
    if _fits(number, value):
        _try(faults, place, instant, "at", value)


def _judge_order(faults: Faults, value: Any) -> None:
    if isinstance(value, dict):
        rate = value["aging"]["seconds_per_priority"]
        place = "order.aging.seconds_per_priority"
        if _try(faults, place, instant, "seconds_per_priority", rate):
            _try(faults, place, Router, order=_order_name(value))
    elif ":" in value or not _is_order(value):  # in a file, parameters are written out
        names = ", ".join(STOCK_ORDERS)
        aging = '{"aging": {"seconds_per_priority": ...}}'
        faults.wrong("order", value, f"{names}, a registered name or {aging}")


def _is_order(name: str) -> bool:
    try:
        order_named(name)
    except InvalidValueError:
        return False
    return True


def _judge_channels(faults: Faults, channels: object, names: set[str]) -> None:
    """Judge the play's own channels and add their names to the stock ones."""
    if not isinstance(channels, dict):
        return
    own: dict[str, str] = {}
    for name, settings in channels.items():
        place = below("channels", name)
        if _try(faults, place, Channel, name):
            normal = _normal(name)
            if normal in own:
                faults.add(place, f"is the same name as {own[normal]}")
            own[normal] = place
        for key, value in settings.items() if isinstance(settings, dict) else ():
            if key in CHANNEL.optional and CHANNEL.optional[key](Faults(""), "", value):
                _try(faults, below(place, key), Channel, "any", **{key: value})
    _try(faults, "channels", Router, channels=map(Channel, own))  # too many, that is
    names.update(own)
    for name, settings in channels.items():
        if isinstance(settings, dict) and _fits(ListOf(text), settings.get("interrupted_by")):
            for index, other in enumerate(settings["interrupted_by"]):
                place = below(below(below("channels", name), "interrupted_by"), index)
                if _normal(other) == _normal(name):
                    faults.add(place, "is the channel itself: expected another")
                elif _normal(other) not in names:
                    faults.add(place, "is no channel of this play")


def _judge_agent(
    faults: Faults, place: str, agent: _Json, names: Container[str], ids: set[str]
) -> None:
    agent_id = agent.get("id")
    if isinstance(agent_id, str) and _try(faults, below(place, "id"), Agent, agent_id):
        if _normal(agent_id) in ids:
            faults.wrong(below(place, "id"), agent_id, "each agent once")
        ids.add(_normal(agent_id))
    if _fits(text, agent.get("presence")):
        _try(faults, below(place, "presence"), presence, "presence", agent["presence"])
    for key in ABILITIES:
        value, spot = agent.get(key), below(place, key)
        sound = _fits(NEW_AGENT.optional[key], value)
        for where, name, part in _parts(spot, value):
            if not _fits(NEW_AGENT.optional[key], part):
                continue  # the shapes have noted it
            sound &= _try(faults, where, Agent, "any", **{key: part})
            if key in CHANNEL_FIELDS and _normal(name) not in names:
                faults.add(where, "is no channel of this play")
        if sound:  # what only the whole can be: too many, or one name in two spellings
            _try(faults, spot, Agent, "any", **{key: value})


def _parts(place: str, value: object) -> Iterator[tuple[str, str, object]]:
    """Yield place, name and value of each part of an ability that can be judged alone."""
    if isinstance(value, dict):
        for name, level in value.items():
            yield below(place, name), name, {name: level}
    elif isinstance(value, list):
        for index, name in enumerate(value):
            if isinstance(name, str):
                yield below(place, index), name, [name]


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _order_name(value: Any) -> str:
    if isinstance(value, str):
        return value
    return f"aging:{float(value['aging']['seconds_per_priority'])!r}"


def build(tree: _Json) -> Play:
    """Return the play that a tree without faults describes.

    Args:
        tree: the play as JSON, of the right shape and judged.

    Cost: O(size).

    Example:
        >>> build({"agents": [], "steps": [{"at": 5, "do": "advance"}]}).steps[0].at
        5.0
    """
    return Play(
        title=tree.get("title", ""),
        order=_order_name(tree.get("order", "arrival")),
        selection=tree.get("selection", "longest-idle"),
        max_waiting=tree.get("max_waiting"),
        channels=tuple(
            Channel(name, **settings) for name, settings in tree.get("channels", {}).items()
        ),
        agents=tuple(_entrance(agent) for agent in tree["agents"]),
        steps=tuple(_step(step) for step in tree["steps"]),
        expect=_expectation(tree["expect"]) if "expect" in tree else None,
    )


def _entrance(said: _Json) -> Entrance:
    abilities = {key: value for key, value in said.items() if key != "presence"}
    return Entrance(Agent(**abilities), presence("presence", said.get("presence", "ready")))


def _step(said: _Json) -> Step:
    fields = {key: value for key, value in said.items() if key not in ("at", "do")}
    return Step(float(said["at"]), said["do"], fields)


def _expectation(said: _Json) -> Expectation:
    built: dict[str, Any] = {}
    if "assignments" in said:
        built["assignments"] = tuple(
            (float(at), _normal(contact), _normal(agent))
            for at, contact, agent in said["assignments"]
        )
    if "waiting" in said:
        built["waiting"] = tuple(map(_normal, said["waiting"]))
    if "rejected" in said:
        built["rejected"] = tuple((step, error) for step, error in said["rejected"])
    return Expectation(**built)
