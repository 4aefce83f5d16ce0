"""Random plays with what the second edition of play-format.md adds.

`whole` plays use all of it, others each part of it by the toss of a coin. They are not those of
`random_play` and `interrupting_play`, whose seeds go on giving the plays they gave before; half of
them are written upon the one, half upon the other.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from oracle.generate import Writer
from oracle.generate_interrupting import InterruptingWriter
from oracle.naive_values import SELECTIONS, Contact, Json

PARTS = ("any_of", "not_agents", "wrap_up_seconds", "skill_order", "selection", "max_waiting",
         "guard", "retry", "target", "stop", "reason")  # fmt: skip
GUARDED = ("complete", "finish_wrap_up", "transfer", "park")


class SecondEdition(Writer):
    """Adds to a writer's plays those parts of the second edition that are in `parts`."""

    def __init__(self, rng: random.Random, large: bool, whole: bool) -> None:
        self.parts = [part for part in PARTS if whole or rng.random() < 0.5]
        self.crowd = rng.random() < 0.4  # agents with room for all sorts: turns decide
        self.diligence = 0.3 if self.crowd else rng.choice((0, 0, 0.1))  # work is simply done
        super().__init__(rng, large)

    def draws(self, part: str, chance: float) -> bool:
        """True with this chance, if the play uses the part."""
        return part in self.parts and self.often(chance)

    # ------------------------------------------------------------ settings

    def _play(self) -> Json:
        while len(self.skill_names) < 3:
            self.skill_names.append(f"s{len(self.skill_names)}")
        play = super()._play()
        if self.draws("selection", 0.8):
            play["selection"] = self.rng.choice(SELECTIONS)
        if self.crowd and not self.large:
            play["agents"] = [self.agent(name) for name in self.agent_names]
        return play

    def channel_settings(self) -> Json:
        settings = super().channel_settings()
        if (self.crowd or self.large) and self.often(0.7):
            settings["offer_seconds"] = None
        if self.draws("max_waiting", 0.2):
            most = self.rng.choice((0, 1, 2, 3, 3, 5))
            settings["max_waiting"] = most * (20 if self.large else 1)
        if self.draws("retry", 0.15):
            settings["retry_seconds"] = None
        return settings

    def agent_parts(self, chance: float) -> Json:
        parts = super().agent_parts(chance)
        if self.crowd and self.often(0.8):
            parts.pop("limits", None)
            parts.pop("channels", None)
            parts["capacity"] = self.rng.choice((2, 3, 4, 6))
        if self.draws("wrap_up_seconds", chance / 2):
            names = [name for name in self.channel_names if self.often(0.6)]
            parts["wrap_up_seconds"] = {
                name: self.rng.choice((None, 0, 0, 1, 2, 5)) for name in names
            }
        if self.draws("skill_order", chance * 0.8):
            most = 12 if self.large else len(self.skill_names)
            parts["skill_order"] = self.rng.sample(self.skill_names, self.rng.randint(0, most))
            if self.often(0.1):
                parts["skill_order"].insert(0, "what nobody has")
        return parts

    def held_skills(self) -> dict[str, int]:
        held = super().held_skills()
        if self.crowd and not self.large:
            held |= {name: self.rng.randint(1, 3) for name in self.skill_names if self.often(0.8)}
        return held

    # ------------------------------------------------------------ contacts

    def groups(self) -> list[dict[str, int]]:
        """Groups of alternatives, no two alike."""
        found: list[dict[str, int]] = []
        for _ in range(self.rng.choice((1, 1, 1, 2, 3))):
            names = self.rng.sample(self.skill_names, self.rng.choice((2, 2, 3)))
            group = {name: self.rng.choice((1, 1, 2, 3)) for name in names}
            if group not in found:
                found.append(group)
        return found

    def widened(self, group: dict[str, int]) -> dict[str, int]:
        """A group that the former implies: lower levels, or one alternative more."""
        wider = {name: self.rng.randint(1, level) for name, level in group.items()}
        return {self.rng.choice(self.skill_names): self.rng.randint(1, 3)} | wider

    def relaxed(self, skills: dict[str, int], groups: list[dict[str, int]]) -> Json:
        """A requirement that the former implies."""
        less: dict[str, int] = {}
        wider: list[dict[str, int]] = []
        for name, level in skills.items():
            chance = self.rng.random()
            if chance < 0.4:
                less[name] = self.rng.randint(1, level)
            elif chance < 0.75:  # "French" becomes "French or English"
                other = self.rng.choice([each for each in self.skill_names if each != name])
                wider.append({name: self.rng.randint(1, level), other: self.rng.randint(1, 3)})
        for group in groups:
            if self.often(0.7):
                wider.append(self.widened(group) if self.often(0.7) else dict(group))
        said: Json = {"skills": less} if less or self.often(0.3) else {}
        if wider:
            said["any_of"] = [g for n, g in enumerate(wider) if g not in wider[:n]]
        return said

    def contact(self) -> Json:
        spec = super().contact()
        if self.draws("any_of", 0.45):
            if self.often(0.5):
                spec.pop("skills", None)
            spec["any_of"] = self.groups()
            spec.pop("relax", None)
        if self.draws("any_of", 0.2):
            spec["relax"] = self.relaxations(spec)
        if self.draws("not_agents", 0.15):
            count = self.rng.choice((1, 1, 2, 6 if self.large else 3))
            spec["not_agents"] = self.rng.sample([*self.agent_names, "nobody"], count)
        return spec

    def relaxations(self, spec: Json) -> list[Json]:
        """Relaxation steps, each implied by the requirement before it."""
        steps: list[Json] = []
        after, said = 0.0, spec
        for _ in range(self.rng.choice((1, 1, 2, 3))):
            after += self.seconds()
            said = self.relaxed(said.get("skills", {}), said.get("any_of", []))
            steps.append({"after_seconds": after, **said})
        return steps

    # ------------------------------------------------------------ steps

    def choose(self) -> Json:
        stopped = self.router.stopped
        if self.draws("stop", 0.15 if stopped else 0.015):
            return {"do": "start_matching" if stopped or self.often(0.05) else "stop_matching"}
        if stopped and self.often(0.03):
            return {"do": "stop_matching"}
        at_work = [c for c in self.router.contacts if c.state in ("offered", "active")]
        if at_work and self.often(self.diligence):
            contact = self.rng.choice(at_work)
            do = "accept" if contact.state == "offered" else "complete"
            return self.contact_command(do, contact, contact.id)
        return super().choose()

    def contact_command(self, do: str, contact: Contact, name: str) -> Json:
        step = super().contact_command(do, contact, name)
        do = step["do"]  # it may have become another
        if do in ("update", "transfer") and self.draws("any_of", 0.35):
            step["any_of"] = self.groups() if self.often(0.9) else []
        if do == "update" and self.draws("target", 0.5):
            step["target_seconds"] = self.seconds()
        if do in GUARDED and self.draws("guard", 0.4):
            holder = contact.holder.id if contact.holder else "nobody"
            step["agent"] = holder if self.often(0.85) else self.some_agent()
        return step

    def presence(self) -> Json:
        step = super().presence()
        if self.draws("reason", 0.4):
            step["reason"] = self.rng.choice(("lunch", "training"))
        return step

    # ------------------------------------------------------------ bad values

    def spoil(self, step: Json) -> None:
        bad = BAD_STEPS.get(step["do"])
        if bad is None or self.often(0.5):
            super().spoil(step)
        else:
            self.rng.choice(bad)(step)

    def spoil_agent(self, spec: Json) -> None:
        if self.often(0.5):
            super().spoil_agent(spec)
        else:
            self.rng.choice(BAD_OWN)(spec)


def _groups(groups: list[Json]) -> Callable[[Json], object]:
    """Spoils a command that takes a requirement."""
    return lambda step: step.update(any_of=groups)


def _contact(**fields: object) -> Callable[[Json], object]:
    """Spoils the contact of a submit."""
    return lambda step: step["contact"].update(fields)


def _narrower(step: Json) -> None:
    """A relaxation step that asks for more than was needed."""
    step["contact"].pop("skills", None)
    step["contact"].update(
        any_of=[{"s0": 2, "s1": 2}],
        relax=[{"after_seconds": 1, "any_of": [{"s0": 2, "s2": 1}]}],
    )


TOO_FEW: list[Json] = [{"s0": 1}]
TOO_LOW: list[Json] = [{"s0": 1, "s1": 0}]
TOO_MANY: list[Json] = [{f"s{n}": 1 for n in range(33)}]
BAD_STEPS: dict[str, list[Callable[[Json], object]]] = {
    "submit": [
        _contact(any_of=TOO_FEW),
        _contact(any_of=TOO_LOW),
        _contact(any_of=TOO_MANY),
        _contact(any_of=[{}]),
        _contact(any_of=[{"s0": n, "s1": 1} for n in range(1, 18)]),
        _contact(not_agents=["a0", "a0"]),
        _contact(not_agents=[f"x{n}" for n in range(65)]),
        _contact(not_agents=[" "]),
        _narrower,
    ],
    "update": [_groups(TOO_FEW), _groups(TOO_LOW), lambda step: step.update(target_seconds=-1)],
    "transfer": [_groups(TOO_FEW), _groups(TOO_LOW), _groups([{}])],
    "presence": [lambda step: step.update(reason=" ")],
}
BAD_OWN: list[Callable[[Json], object]] = [
    lambda spec: spec.update(wrap_up_seconds={"phone": -1}),
    lambda spec: spec.update(wrap_up_seconds={"pigeon": 1}),
    lambda spec: spec.update(skill_order=["s0", "s1", "s0"]),
    lambda spec: spec.update(skill_order=[f"x{n}" for n in range(1_001)]),
    lambda spec: spec.update(skill_order=[" "]),
]


class SecondEditionInterrupting(SecondEdition, InterruptingWriter):
    """The same upon plays with interrupting and own costs."""


def second_edition_play(
    rng: random.Random, steps: int, large: bool = False, whole: bool = True
) -> Json:
    """A random play of that many steps: a small world, or 40 agents and hundreds of lanes."""
    kind = SecondEditionInterrupting if rng.random() < 0.5 else SecondEdition
    return kind(rng, large, whole).write(steps)


__all__ = ["SecondEdition", "second_edition_play"]
