"""Values of the naive reference router: what is said in a play, checked once, in plain classes.

"Rule N" below is a rule of play-format.md; the checks are those of its rule 13 and of "Errors".
"""

from __future__ import annotations

import math
import unicodedata
from typing import Any, NamedTuple

Json = dict[str, Any]

LEVEL_MAX = 1_000_000
CAPACITY_MAX = 1_000_000
COST_MAX = 1_000_000
PRIORITY_MAX = 2**31
ID_BYTES_MAX = 128
NEEDED_SKILLS_MAX = 64
HELD_SKILLS_MAX = 1_000
GROUPS_MAX = 16  # of any_of
ALTERNATIVES_MIN, ALTERNATIVES_MAX = 2, 32  # of each group
NOT_AGENTS_MAX = 64
SKILL_ORDER_MAX = 1_000
PRESENCES = ("ready", "away", "offline")
ORDERS = ("arrival", "priority", "deadline")
SELECTIONS = ("longest-idle", "least-loaded", "most-skilled", "closest-fit",
              "linear", "round-robin", "fewest-taken", "least-busy")  # fmt: skip
STOCK_CHANNELS = ("phone", "email", "fax", "chat")


class Refused(Exception):
    """A refused command: its error's class name, and the events of the timers fired before it."""

    def __init__(self, error_name: str, events: list[Json]) -> None:
        super().__init__(error_name)
        self.error_name = error_name
        self.events = events


def refuse(error_name: str) -> Refused:
    """Make a refusal; `NaiveRouter.step` adds the events to it."""
    return Refused(error_name, [])


# ---------------------------------------------------------------- checks of single values


def is_int(value: object, low: int, high: int) -> bool:
    """Tell whether `value` is an int (a bool is none) from `low` to `high`."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def check_int(value: object, low: int, high: int) -> int:
    """Return `value` if it is an int in range, else refuse it."""
    if not is_int(value, low, high) or not isinstance(value, int):
        raise refuse("InvalidValueError")
    return value


def check_number(value: object) -> float:
    """Return a finite number as a float, else refuse it."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise refuse("InvalidValueError")
    try:
        number = float(value)
    except OverflowError:
        raise refuse("InvalidValueError") from None
    if not math.isfinite(number):
        raise refuse("InvalidValueError")
    return number


def check_duration(value: object) -> float:
    """Rule 13: durations are finite and not negative."""
    number = check_number(value)
    if number < 0:
        raise refuse("InvalidValueError")
    return number


def normal_id(text: str) -> str:
    """Ids that differ only by their Unicode composition are one id."""
    return unicodedata.normalize("NFC", text)


def check_id(text: object) -> str:
    """Return the normalised id, or refuse one that is blank, too long or has hidden characters."""
    if not isinstance(text, str) or not text.strip():
        raise refuse("InvalidValueError")
    name = normal_id(text)
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in name):
        raise refuse("InvalidValueError")
    if len(name.encode("utf-8")) > ID_BYTES_MAX:
        raise refuse("InvalidValueError")
    return name


def check_skills(skills: Json, most: int) -> dict[str, int]:
    """Skills: name -> level, an int of at least 1 (rule 13)."""
    if len(skills) > most or any(not name.strip() for name in skills):
        raise refuse("InvalidValueError")
    return {name: check_int(level, 1, LEVEL_MAX) for name, level in skills.items()}


def check_without_repeats(names: list[str], most: int) -> list[str]:
    """A list of names, each once."""
    if len(names) > most or len(set(names)) < len(names):
        raise refuse("InvalidValueError")
    return names


class Requirement(NamedTuple):
    """What a contact needs: all of `skills`, and of each group of `any_of` one alternative."""

    skills: dict[str, int]
    any_of: list[dict[str, int]]

    def as_event(self) -> Json:
        """The keys of events; groups only if there are any."""
        groups = {"any_of": [dict(group) for group in self.any_of]} if self.any_of else {}
        return {"skills": dict(self.skills), **groups}


def check_requirement(said: Json) -> Requirement:
    """The requirement that `skills` and `any_of` state together; what is not said is empty."""
    skills = check_skills(said.get("skills") or {}, NEEDED_SKILLS_MAX)
    groups = said.get("any_of") or []
    if len(groups) > GROUPS_MAX or any(len(group) < ALTERNATIVES_MIN for group in groups):
        raise refuse("InvalidValueError")
    return Requirement(skills, [check_skills(group, ALTERNATIVES_MAX) for group in groups])


def requirement_is_said(fields: Json) -> bool:
    """Tell whether a command gives a requirement, be it an empty one."""
    return fields.get("skills") is not None or fields.get("any_of") is not None


def implied(before: Requirement, group: dict[str, int]) -> bool:
    """Rule 5: whoever meets `before` meets one alternative of the new group."""

    def satisfies(name: str, level: int) -> bool:
        return name in group and group[name] <= level

    if any(satisfies(name, level) for name, level in before.skills.items()):
        return True
    return any(all(satisfies(*each) for each in former.items()) for former in before.any_of)


def check_relax(steps: list[Json], needed: Requirement) -> list[tuple[float, Requirement]]:
    """Rule 5: each step is implied by what was needed before it; steps come in order of time."""
    checked: list[tuple[float, Requirement]] = []
    before, after_before = needed, 0.0
    for step in steps:
        after = check_duration(step["after_seconds"])
        needs = check_requirement(step)
        if after < after_before:
            raise refuse("InvalidValueError")
        if any(level > before.skills.get(name, 0) for name, level in needs.skills.items()):
            raise refuse("InvalidValueError")
        if not all(implied(before, group) for group in needs.any_of):
            raise refuse("InvalidValueError")
        checked.append((after, needs))
        before, after_before = needs, after
    return checked


def check_prefer(prefer: Json | None) -> tuple[str, float, bool] | None:
    """A wish for an agent: (agent id, seconds, skip_if_away), or None."""
    if prefer is None:
        return None
    skip_if_away = prefer.get("skip_if_away", True)
    if not isinstance(skip_if_away, bool):
        raise refuse("InvalidValueError")
    return check_id(prefer["agent"]), check_duration(prefer["seconds"]), skip_if_away


# ---------------------------------------------------------------- what the router keeps


class Channel:
    """The settings of one channel; a fault in them is a ValueError (the play is invalid)."""

    def __init__(self, name: str, settings: Json) -> None:
        known = {"cost", "offer_seconds", "wrap_up_seconds", "retry_seconds", "max_misses",
                 "resume_seconds", "target_seconds", "reserve_seconds", "max_waiting",
                 "interrupted_by"}  # fmt: skip
        if not name.strip() or set(settings) - known:
            raise ValueError(f"channel {name!r}: {sorted(set(settings) - known)}")
        try:
            self.name = name
            self.cost = check_int(settings.get("cost", 1), 1, COST_MAX)
            self.offer_seconds = self._optional(settings, "offer_seconds", None)
            self.wrap_up_seconds = self._optional(settings, "wrap_up_seconds", 0)
            self.retry_seconds = self._optional(settings, "retry_seconds", 60)
            self.max_misses = check_int(settings.get("max_misses", 1), 1, 2**63)
            self.resume_seconds = check_duration(settings.get("resume_seconds", 60))
            self.target_seconds = self._optional(settings, "target_seconds", None)
            self.reserve_seconds = self._optional(settings, "reserve_seconds", None)
            most = settings.get("max_waiting")
            self.max_waiting = None if most is None else check_int(most, 0, 2**63)
        except Refused as error:
            raise ValueError(f"channel {name!r}: a bad value") from error
        if self.offer_seconds is not None and self.offer_seconds <= 0:
            raise ValueError(f"channel {name!r}: offer_seconds must be above 0")
        self.interrupted_by: list[str] = settings.get("interrupted_by", [])
        if not isinstance(self.interrupted_by, list) or name in self.interrupted_by:
            raise ValueError(f"channel {name!r}: interrupted by {self.interrupted_by!r}")
        if any(self.interrupted_by.count(other) > 1 for other in self.interrupted_by):
            raise ValueError(f"channel {name!r}: interrupted by one channel twice")

    @staticmethod
    def _optional(settings: Json, name: str, default: float | None) -> float | None:
        """A duration that may be null."""
        value = settings.get(name, default)
        return None if value is None else check_duration(value)


class Timer:
    """A deadline. Timers fire in order of due time, then of creation (rule 1)."""

    def __init__(self, due: float, made: int, kind: str, contact: Contact) -> None:
        self.due = due
        self.made = made
        self.kind = kind
        self.contact = contact
        self.agent_id = ""  # of a retry timer: whose exclusion ends
        self.needs = Requirement({}, [])  # of a relaxation timer: from then on


class Agent:
    """An agent: what it can do, and what it is doing now."""

    def __init__(self, spec: Json, stamp: int) -> None:
        self.id = check_id(spec["id"])
        self.skills: dict[str, int] = {}
        self.capacity = 1
        self.limits: dict[str, int] = {}
        self.channels: list[str] | None = None  # None: all
        self.costs: dict[str, int] = {}  # its own, in place of the channels' (rule 14)
        self.wrap_up_seconds: dict[str, float | None] = {}  # its own, likewise
        self.skill_order: list[str] = []  # which contacts it takes first (rule 2)
        self.presence: str = "ready" if spec.get("presence") is None else spec["presence"]
        self.stamp = stamp
        self.added = stamp  # the order of adding
        self.misses = 0
        self.work: list[Contact] = []  # offers, active, interrupted, wrap-ups
        self.taken = 0  # how many contacts ("fewest-taken")
        self.latest_taking = 0  # a counter value; 0: never ("round-robin")
        self.busy_seconds = 0.0  # of the busy periods that are over ("least-busy")
        self.busy_since = 0.0  # the start of the running one, while there is any work
        self.replace(checked_agent_fields(spec))
        if self.presence not in PRESENCES:
            raise refuse("InvalidValueError")

    def replace(self, fields: Json) -> None:
        """Take over those of the replaceable fields that are given."""
        self.skills = fields.get("skills", self.skills)
        self.capacity = fields.get("capacity", self.capacity)
        self.limits = fields.get("limits", self.limits)
        self.channels = fields.get("channels", self.channels)
        self.costs = fields.get("costs", self.costs)
        self.wrap_up_seconds = fields.get("wrap_up_seconds", self.wrap_up_seconds)
        self.skill_order = fields.get("skill_order", self.skill_order)

    def as_event(self) -> Json:
        """The keys of the events agent_added and agent_updated; what is its own only if any."""
        channels = None if self.channels is None else list(self.channels)
        own: Json = {"costs": dict(self.costs), "wrap_up_seconds": dict(self.wrap_up_seconds),
                     "skill_order": list(self.skill_order)}  # fmt: skip
        return {"agent": self.id, "skills": dict(self.skills), "capacity": self.capacity,
                "limits": dict(self.limits), "channels": channels,
                **{key: value for key, value in own.items() if value}}  # fmt: skip


def checked_agent_fields(spec: Json) -> Json:
    """Check those of the replaceable fields that `spec` has; null: the default."""
    fields: Json = {}
    if "skills" in spec:
        fields["skills"] = check_skills(spec["skills"] or {}, HELD_SKILLS_MAX)
    if "capacity" in spec:
        capacity = 1 if spec["capacity"] is None else spec["capacity"]
        fields["capacity"] = check_int(capacity, 0, CAPACITY_MAX)
    if "limits" in spec:
        limits = spec["limits"] or {}
        fields["limits"] = {name: check_int(limits[name], 0, CAPACITY_MAX) for name in limits}
    if "channels" in spec:
        names = spec["channels"]
        fields["channels"] = None if names is None else sorted(set(names))
    if "costs" in spec:
        costs = spec["costs"] or {}
        fields["costs"] = {name: check_int(costs[name], 1, COST_MAX) for name in costs}
    if "wrap_up_seconds" in spec:
        own = spec["wrap_up_seconds"] or {}
        fields["wrap_up_seconds"] = {
            name: None if own[name] is None else check_duration(own[name]) for name in own
        }
    if "skill_order" in spec:
        order = check_without_repeats(spec["skill_order"] or [], SKILL_ORDER_MAX)
        if any(not name.strip() for name in order):
            raise refuse("InvalidValueError")
        fields["skill_order"] = order
    return fields


class Contact:
    """A contact: what was said of it, and where it stands. States are those of the contract."""

    def __init__(self, spec: Json, now: float, channel: Channel) -> None:
        arrived_at = spec.get("arrived_at")
        not_before = spec.get("not_before")
        target = spec.get("target_seconds")
        expire = spec.get("expire_seconds")
        priority = spec.get("priority")
        self.id = check_id(spec["id"])
        self.channel = channel
        self.needs = check_requirement(spec)
        names = [check_id(name) for name in spec.get("not_agents") or []]
        self.not_agents = check_without_repeats(names, NOT_AGENTS_MAX)
        self.priority = check_priority(0 if priority is None else priority)
        self.arrived_at = now if arrived_at is None else check_number(arrived_at)
        if self.arrived_at > now:  # "may lie in the past, never in the future"
            raise refuse("InvalidValueError")
        self.not_before = None if not_before is None else check_number(not_before)
        self.prefer = check_prefer(spec.get("prefer"))
        self.relax = check_relax(spec.get("relax") or [], self.needs)
        self.expire_seconds = None if expire is None else check_duration(expire)
        # Its own target counts before the channel's; kept through a change of channel (rule 3).
        self.target_seconds = channel.target_seconds if target is None else check_duration(target)
        self.sequence = 0  # given when it is accepted; anew when it loses its place
        self.state = "waiting"
        self.holder: Agent | None = None  # while offered, active, interrupted or in wrap-up
        self.excluded: list[str] = []  # agent ids (rule 7)
        self.barred: str | None = None  # the agent who sent it on (rule 8)
        self.preference: Preference | None = None  # while it runs (rule 4)
        self.expiry_fell_due = False  # while offered or abandoned (rule 6)
        self.abandoned_at = -math.inf  # the latest abandonment (rule 12)

    @property
    def skills(self) -> dict[str, int]:
        """The skills that are all needed now."""
        return self.needs.skills


class Preference:
    """A running preference for one agent (rule 4)."""

    def __init__(self, agent_id: str, until: float, skip_if_away: bool) -> None:
        self.agent_id = agent_id
        self.until = until
        self.skip_if_away = skip_if_away


def check_priority(value: object) -> int:
    """A priority is an int within +-2**31."""
    return check_int(value, -PRIORITY_MAX, PRIORITY_MAX)
