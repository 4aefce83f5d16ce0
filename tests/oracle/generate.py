"""Random plays, the same for the same seed, that reach every command and every setting.

`random_play` keeps a NaiveRouter beside the play it writes, so that most commands are legal.
Times are whole or half seconds and few, so timers and commands often meet at one instant.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress

from oracle.naive_router import NaiveRouter, Refused
from oracle.naive_values import Contact, Json
from oracle.run_play import make_router

CONTACT_COMMANDS: dict[str, tuple[int, tuple[str, ...]]] = {
    # do: (weight, states in which it is allowed)
    "accept": (26, ("offered",)),
    "decline": (7, ("offered",)),
    "complete": (11, ("active", "active", "parked")),
    "finish_wrap_up": (4, ("wrap_up",)),
    "abandon": (4, ("waiting", "deferred", "offered")),
    "cancel": (3, ("waiting", "deferred", "offered", "parked")),
    "resume": (5, ("abandoned",)),
    "defer": (5, ("waiting",)),
    "release": (3, ("deferred",)),
    "update": (5, ("waiting", "deferred")),
    "transfer": (6, ("active",)),
    "park": (4, ("active",)),
    "reopen": (5, ("parked",)),
    "assign": (7, ("waiting", "deferred")),
}
OTHER_COMMANDS = {"submit": 34, "presence": 8, "add_agent": 2, "remove_agent": 2,
                  "update_agent": 4, "advance": 5}  # fmt: skip


class Writer:
    """Writes one play, step by step, and keeps a router in the state reached."""

    commands = CONTACT_COMMANDS

    def __init__(self, rng: random.Random, large: bool) -> None:
        self.rng = rng
        self.large = large
        self.at = float(rng.choice((0, 0, 0, 100, -20)))
        self.serial = 0
        self.channel_names = ["phone", "chat", "email"][: rng.choice((2, 3, 3))]
        if rng.random() < 0.2:
            self.channel_names.append("sms")
        self.skill_names = [f"s{n}" for n in range(48 if large else rng.choice((1, 2, 3)))]
        self.agent_names = [f"a{n}" for n in range(44 if large else 5)]
        self.play = self._play()
        self.router: NaiveRouter = make_router(self.play)
        for agent in self.play["agents"]:
            self.router.step("add_agent", self.at, agent=agent)

    # ------------------------------------------------------------ small choices

    def often(self, chance: float) -> bool:
        """True with this chance."""
        return self.rng.random() < chance

    def seconds(self) -> float:
        """A short duration, 0 among them."""
        return self.rng.choice((0, 0.5, 1, 1, 2, 2, 3, 5, 5, 10, 20))

    def length(self) -> float:
        """A short duration above 0."""
        return self.rng.choice((0.5, 1, 2, 2, 3, 5, 10, 20))

    def some_agent(self) -> str:
        """An agent's id; seldom one that is not there."""
        if self.router.agents and self.often(0.92):
            return self.rng.choice(self.router.agents).id
        return self.rng.choice((*self.agent_names, "nobody"))

    # ------------------------------------------------------------ settings

    def _play(self) -> Json:
        """A play without steps."""
        rng = self.rng
        play: Json = {"format": "omniqueue-play/1"}
        order = rng.choice(("arrival", "arrival", "priority", "aging", "deadline"))
        play["order"] = order
        if order == "aging":
            play["order"] = {"aging": {"seconds_per_priority": rng.choice((0, 0.5, 1, 3, 60))}}
        play["selection"] = rng.choice(
            ("longest-idle", "longest-idle", "least-loaded", "most-skilled", "closest-fit")
        )
        if self.often(0.2):
            play["max_waiting"] = rng.choice((0, 2, 3, 5, 8)) * (50 if self.large else 1)
        play["channels"] = {}
        for name in self.channel_names:
            if name == "sms" or self.often(0.85):
                play["channels"][name] = self.channel_settings()
        count = 40 if self.large else rng.choice((2, 2, 3, 3, 4))
        play["agents"] = [self.agent(f"a{n}") for n in range(count)]
        play["steps"] = []
        return play

    def channel_settings(self) -> Json:
        """Settings of one channel; short times, so that timers matter within a play."""
        rng = self.rng
        settings: Json = {}
        if self.often(0.6):
            settings["cost"] = rng.choice((1, 2, 2, 3))
        if self.often(0.65):
            settings["offer_seconds"] = rng.choice((None, 0.5, 1, 2, 3, 5, 10))
        if self.often(0.5):
            settings["wrap_up_seconds"] = rng.choice((None, 0, 1, 2, 3, 5))
        if self.often(0.8):
            settings["retry_seconds"] = rng.choice((0, 1, 2, 3, 5, 10))
        if self.often(0.5):
            settings["max_misses"] = rng.choice((1, 2, 2, 3, 5))
        if self.often(0.6):
            settings["resume_seconds"] = rng.choice((0, 2, 5, 5, 20))
        if self.often(0.5):
            settings["target_seconds"] = rng.choice((0, 1, 5, 10, 30))
        if self.often(0.5):
            settings["reserve_seconds"] = rng.choice((0, 0, 3, 3, 10, None))
        return settings

    def held_skills(self) -> dict[str, int]:
        """Skills of an agent."""
        if self.large:
            names = self.rng.sample(self.skill_names, self.rng.randint(8, 24))
        else:
            names = [name for name in self.skill_names if self.often(0.7)]
        return {name: self.rng.randint(1, 4) for name in names}

    def needed_skills(self) -> dict[str, int]:
        """Skills that a contact needs."""
        if self.large:
            names = self.rng.sample(self.skill_names, self.rng.choice((0, 1, 1, 1, 2, 2, 3)))
        else:
            names = [name for name in self.skill_names if self.often(0.35)]
        return {name: self.rng.choice((1, 1, 2, 3)) for name in names}

    def agent_parts(self, chance: float) -> Json:
        """Some of an agent's replaceable fields, each with this chance."""
        parts: Json = {}
        if self.often(chance):
            parts["skills"] = self.held_skills()
        if self.often(chance):
            parts["capacity"] = self.rng.choice((0, 1, 1, 2, 2, 3, 3, 4, 5))
        if self.often(chance / 2):
            names = [name for name in self.channel_names if self.often(0.5)]
            parts["limits"] = {name: self.rng.choice((0, 1, 1, 2)) for name in names}
        if self.often(chance / 3):
            parts["channels"] = [name for name in self.channel_names if self.often(0.7)]
        return parts

    def agent(self, agent_id: str) -> Json:
        """A whole agent."""
        spec: Json = {"id": agent_id, **self.agent_parts(0.9)}
        if self.often(0.3):
            spec["presence"] = self.rng.choice(("ready", "away", "offline"))
        return spec

    # ------------------------------------------------------------ contacts

    def prefer(self) -> Json:
        """A preference."""
        prefer: Json = {"agent": self.some_agent(), "seconds": self.seconds()}
        if self.often(0.5):
            prefer["skip_if_away"] = self.often(0.4)
        return prefer

    def relax(self, needed: dict[str, int]) -> list[Json]:
        """Relaxation steps, each dropping a skill or lowering a level (or doing nothing)."""
        steps: list[Json] = []
        after, skills = 0.0, dict(needed)
        for _ in range(self.rng.choice((1, 1, 2, 3))):
            after += self.seconds()
            for name in list(skills):
                if self.often(0.4):
                    del skills[name]
                elif self.often(0.5):
                    skills[name] = self.rng.randint(1, skills[name])
            steps.append({"after_seconds": after, "skills": dict(skills)})
        return steps

    def contact(self) -> Json:
        """A new contact."""
        self.serial += 1
        spec: Json = {"id": f"c{self.serial}", "channel": self.rng.choice(self.channel_names)}
        if self.often(0.6):
            spec["skills"] = self.needed_skills()
        if self.often(0.4):
            spec["priority"] = self.rng.choice((-1, 0, 1, 1, 2, 5))
        if self.often(0.25):
            spec["arrived_at"] = self.at - self.seconds()
        if self.often(0.12):
            spec["not_before"] = self.at + self.rng.choice((-1, 0, 1, 2, 3, 5, 10))
        if self.often(0.25):
            spec["prefer"] = self.prefer()
        if spec.get("skills") and self.often(0.4):
            spec["relax"] = self.relax(spec["skills"])
        if self.often(0.2):
            spec["target_seconds"] = self.seconds()
        if self.often(0.25):
            spec["expire_seconds"] = self.seconds()
        if self.often(0.05):
            spec["customer"] = "somebody"
            spec["attributes"] = {"note": "x"}
        return spec

    # ------------------------------------------------------------ steps

    def time(self) -> float:
        """The next step's instant: often the same, often exactly that of a timer."""
        chance = self.rng.random()
        timer = self.router.next_timer()
        if chance < 0.01:
            return self.at - 1
        if chance < 0.25 and timer is not None and timer <= self.at + 20:
            return timer
        if chance < 0.28 and timer is not None and timer <= self.at + 20:
            return timer + 0.5
        if chance > 0.97:
            return self.at + self.rng.choice((20, 30, 60))
        return self.at + self.rng.choice((0, 0, 0, 0, 0.5, 0.5, 1, 1, 2, 3))

    def find(self, states: tuple[str, ...]) -> Contact | None:
        """A contact in one of these states, any state with half as many weights."""
        state = self.rng.choice(states)
        found = [c for c in self.router.contacts if c.state == state]
        found = found or [c for c in self.router.contacts if c.state in states]
        if state == "abandoned" and self.often(0.9):
            found = [c for c in found if self.at <= c.abandoned_at + c.channel.resume_seconds]
        return self.rng.choice(found) if found else None

    def choose(self) -> Json:
        """A command, not yet with its time; legal as far as one can see now."""
        weights = {name: weight for name, (weight, _) in self.commands.items()}
        weights.update(OTHER_COMMANDS)
        if self.large:
            weights.update(submit=50, complete=30, finish_wrap_up=10)
        while True:
            do = self.rng.choices(list(weights), list(weights.values()))[0]
            if do not in self.commands:
                return self.other_command(do)
            if self.router.contacts and self.often(0.02):
                contact = self.rng.choice(self.router.contacts)  # in whatever state
                return self.contact_command(do, contact, contact.id)
            named = self.find(self.commands[do][1])
            if named is not None:
                ghost = self.often(0.01)
                return self.contact_command(do, named, "ghost" if ghost else named.id)
            del weights[do]

    def contact_command(self, do: str, contact: Contact, name: str) -> Json:
        """A command on one contact."""
        step: Json = {"do": do, "contact": name}
        if do in ("accept", "decline"):
            holder = contact.holder.id if contact.holder else "nobody"
            step["agent"] = holder if self.often(0.93) else self.some_agent()
        elif do == "assign":
            router = self.router
            ready = [agent for agent in router.agents if agent.presence == "ready"]
            fit = [a for a in ready if router.has_room(a, contact)
                   and router.could_serve_empty(a, contact)]  # fmt: skip
            if not fit and self.often(0.8):
                return {"do": "advance"}
            step["agent"] = self.rng.choice(fit).id if fit else self.some_agent()
        elif do == "complete" and self.often(0.4):
            step["wrap_up_seconds"] = self.rng.choice((None, 0, 1, 2, 5))
        elif do == "defer":
            if self.often(0.6):
                step["until"] = self.at + self.length()
            if self.often(0.4):
                step["channel"] = self.rng.choice(self.channel_names)
        elif do == "update":
            if self.often(0.6):
                step["priority"] = self.rng.randint(-2, 4)
            if self.often(0.5) or ("priority" not in step and self.often(0.9)):
                step["skills"] = self.needed_skills()
        elif do == "transfer":
            if self.often(0.5):
                step["skills"] = self.needed_skills()
            if self.often(0.4):
                step["keep_place"] = self.often(0.3)
        if do in ("transfer", "reopen") and self.often(0.45):
            step["prefer"] = self.prefer()
        return step

    def other_command(self, do: str) -> Json:
        """A command that is not on one contact already known."""
        if do == "submit":
            spec = self.contact()
            if self.serial > 1 and self.often(0.02):
                spec["id"] = f"c{self.rng.randint(1, self.serial)}"
            return {"do": do, "contact": spec}
        if do == "presence":
            return self.presence()
        if do == "add_agent":
            here = [agent.id for agent in self.router.agents]
            free = [name for name in self.agent_names if name not in here]
            known = self.often(0.1) or not free
            return {"do": do, "agent": self.agent(self.rng.choice(here if known and here else
                                                                  self.agent_names[:1] if known
                                                                  else free))}  # fmt: skip
        if do == "remove_agent":
            return {"do": do, "agent": self.some_agent()}
        if do == "update_agent":
            return {"do": do, "agent": {"id": self.some_agent(), **self.agent_parts(0.5)}}
        return {"do": do}

    def presence(self) -> Json:
        """A change of presence: agents tend to come back; offline mostly hits those with work."""
        agents = self.router.agents
        away = [agent for agent in agents if agent.presence != "ready"]
        if away and self.often(0.6):
            return {"do": "presence", "agent": self.rng.choice(away).id, "state": "ready"}
        busy = [agent for agent in agents if agent.work]
        agent_id = self.rng.choice(busy).id if busy and self.often(0.7) else self.some_agent()
        state = self.rng.choice(("ready", "away", "away", "offline", "offline"))
        return {"do": "presence", "agent": agent_id, "state": state}

    # ------------------------------------------------------------ bad values

    def spoil(self, step: Json) -> None:
        """Put a bad value (of the right JSON type) into a step, where one fits."""
        do = step["do"]
        spec = step.get("contact") if do == "submit" else step.get("agent")
        if do == "submit" and isinstance(spec, dict):
            self.rng.choice(BAD_CONTACTS)(spec, self.at)
        elif do in ("add_agent", "update_agent") and isinstance(spec, dict):
            self.spoil_agent(spec)
            if do == "update_agent":
                spec.pop("presence", None)
        elif do == "presence":
            step["state"] = "asleep"
        elif do == "complete":
            step["wrap_up_seconds"] = -1
        elif do == "defer":
            step.update(self.rng.choice(({"until": self.at}, {"channel": "pigeon"})))
        elif do == "update":
            step.update(self.rng.choice(({"priority": 2**40}, {"skills": {"s0": 0}})))
        elif do in ("transfer", "reopen"):
            step["prefer"] = {"agent": self.some_agent(), "seconds": -1}

    def spoil_agent(self, spec: Json) -> None:
        """Put a bad value into an agent."""
        self.rng.choice(BAD_AGENTS)(spec)

    def write(self, steps: int) -> Json:
        """Write that many steps and return the play."""
        burst = min(steps // 3, 300) if self.large else 0
        for index in range(steps):
            at = self.time()
            self.at = max(self.at, at)
            if at == self.at:  # timers first: what is legal then? (a later step sees the same)
                self.router.step("advance", at)
            step = self.choose() if index >= burst else self.other_command("submit")
            if self.often(0.04):
                self.spoil(step)
            step = {"at": at, **step}
            self.play["steps"].append(step)
            with suppress(Refused):
                self.router.step(**step)
        return self.play


BAD_CONTACTS: list[Callable[[Json, float], object]] = [
    lambda spec, at: spec.update(skills={"s0": 0}),
    lambda spec, at: spec.update(skills={"": 1}),
    lambda spec, at: spec.update(skills={"s0": 1_000_001}),
    lambda spec, at: spec.update(priority=2**31 + 1),
    lambda spec, at: spec.update(arrived_at=at + 1),
    lambda spec, at: spec.update(expire_seconds=-1),
    lambda spec, at: spec.update(target_seconds=-0.5),
    lambda spec, at: spec.update(prefer={"agent": "a0", "seconds": -1}),
    lambda spec, at: spec.update(relax=[{"after_seconds": 1, "skills": {"new": 1}}]),
    lambda spec, at: spec.update(relax=[{"after_seconds": -1, "skills": {}}]),
    lambda spec, at: spec.update(relax=[{"after_seconds": n, "skills": {}} for n in (2, 1)]),
    lambda spec, at: spec.update(id=" "),
    lambda spec, at: spec.update(channel="pigeon"),
    lambda spec, at: spec.update(channel="pigeon", priority=2**40),
]
BAD_AGENTS: list[Callable[[Json], object]] = [
    lambda spec: spec.update(capacity=-1),
    lambda spec: spec.update(capacity=1_000_001),
    lambda spec: spec.update(skills={"s0": 0}),
    lambda spec: spec.update(limits={"phone": -1}),
    lambda spec: spec.update(limits={"pigeon": 1}),
    lambda spec: spec.update(channels=["pigeon"]),
    lambda spec: spec.update(presence="asleep"),
]


def random_play(rng: random.Random, steps: int, large: bool = False) -> Json:
    """A random play of that many steps: a small world, or 40 agents and hundreds of lanes."""
    return Writer(rng, large).write(steps)


__all__ = ["Writer", "random_play"]
