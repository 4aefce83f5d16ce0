"""Random plays in which contacts are interrupted and agents have costs of their own.

They are not those of `random_play`, whose seeds go on giving the plays they gave before.
"""

from __future__ import annotations

import random

from oracle.generate import CONTACT_COMMANDS, Writer
from oracle.naive_values import Json

BAD_COSTS: list[Json] = [{"phone": 0}, {"pigeon": 1}, {"phone": 1_000_001}, {"email": -1}]


class InterruptingWriter(Writer):
    """Writes a play in which contacts are interrupted, and agents have costs of their own.

    Most agents have the same capacity; a phone call often takes all of it, e-mails little.
    """

    commands = CONTACT_COMMANDS | {
        "complete": (10, ("active", "active", "interrupted", "parked")),
        "transfer": (6, ("active", "interrupted")),
        "park": (5, ("active", "interrupted")),
    }

    def __init__(self, rng: random.Random, large: bool) -> None:
        self.whole = rng.choice((2, 3, 3, 4, 5))  # what most agents have
        super().__init__(rng, large)

    def _play(self) -> Json:
        if "email" not in self.channel_names:
            self.channel_names.insert(2, "email")
        play = super()._play()
        for name, others in self.interrupters().items():
            settings = play["channels"].setdefault(name, {})
            if others or self.often(0.2):
                settings["interrupted_by"] = others
        for name, settings in play["channels"].items():
            if self.often(0.7):
                dear = self.whole if name == "phone" else self.rng.choice((1, self.whole))
                settings["cost"] = self.rng.randint(1, 3) if name == "email" else dear
        return play

    def interrupters(self) -> dict[str, list[str]]:
        """Which channels interrupt which: a chain, a pair both ways, or any."""
        rng, names = self.rng, self.channel_names
        kind = rng.choice(("email", "chain", "mutual", "mutual", "any", "any"))
        if kind == "email":
            return {"email": [name for name in names if name == "phone" or
                              (name != "email" and self.often(0.3))]}  # fmt: skip
        if kind == "chain":
            return {"email": ["chat"], "chat": ["phone"]}
        if kind == "mutual":
            return {"email": ["chat", "phone"], "phone": ["chat"], "chat": ["phone"]}
        found: dict[str, list[str]] = {}
        for name in names:
            others = [other for other in names if other != name and self.often(0.5)]
            found[name] = rng.sample(others, len(others))
        return found

    def channel_settings(self) -> Json:
        settings = super().channel_settings()
        if self.often(0.5):  # else agents are away half of the time
            settings["max_misses"] = 5
        return settings

    def needed_skills(self) -> dict[str, int]:
        return super().needed_skills() if self.often(0.4) else {}

    def presence(self) -> Json:
        step = super().presence()
        if step["state"] == "offline" and self.often(0.6):
            step["state"] = "ready"
        return step

    def agent_parts(self, chance: float) -> Json:
        parts = super().agent_parts(chance)
        if "capacity" in parts and self.often(0.8):
            parts["capacity"] = self.whole
        if "channels" in parts and self.often(0.5):
            parts["channels"] = None
        if self.often(chance / 2):
            names = [name for name in self.channel_names if self.often(0.5)]
            parts["costs"] = {name: self.rng.choice((1, 1, 2, 3, self.whole)) for name in names}
        return parts

    def choose(self) -> Json:
        interrupted = [c for c in self.router.contacts if c.state == "interrupted"]
        if interrupted and self.often(0.06):  # whatever command: most are refused
            contact = self.rng.choice(interrupted)
            return self.contact_command(self.rng.choice(list(self.commands)), contact, contact.id)
        return super().choose()

    def spoil_agent(self, spec: Json) -> None:
        if self.often(0.4):
            spec["costs"] = self.rng.choice(BAD_COSTS)
        else:
            super().spoil_agent(spec)


def interrupting_play(rng: random.Random, steps: int, large: bool = False) -> Json:
    """A random play of that many steps: a small world, or 40 agents and hundreds of lanes."""
    return InterruptingWriter(rng, large).write(steps)


__all__ = ["InterruptingWriter", "interrupting_play"]
