"""One blended desk against separate desks and against calls first, for the same customers.

Agents answer calls, e-mails and faxes from 08:00 to 20:00; customers call and write until 18:00,
most of them around noon. The three desks have the same number of agents and meet the same
customers, day by day (common random numbers): what differs is the rule and not the luck. The
numbers are made up.
"""

from __future__ import annotations

from itertools import combinations

import attrs
import numpy as np
from numpy.typing import NDArray

from omniqueue import Channel, EnteringContact
from omniqueue.sim import (
    Estimate,
    Exponential,
    Group,
    Hours,
    Lognormal,
    Poisson,
    Rate,
    Scenario,
    ShiftPlan,
    SimulationResult,
    Stream,
    mean_interval,
    simulate,
)

SEED = 1
DAYS = 30
TRIAL_DAYS = 5  # for each number of agents that a separate desk is tried with
AGENTS = 12
CHANNELS = ("phone", "email", "fax")
SHIFT = ShiftPlan(Hours("mon", "08:00", "20:00"))


def calls_first(contact: EnteringContact) -> int:
    """Rank calls before all else: e-mail and fax are taken when no call waits."""
    return 0 if contact.channel == "phone" else 1


def per_hour(morning: float, noon: float, afternoon: float) -> Poisson:
    """Return Poisson arrivals with so many contacts an hour."""
    return Poisson(
        [
            Rate(morning, Hours("mon", "08:00", "11:00")),
            Rate(noon, Hours("mon", "11:00", "14:00")),
            Rate(afternoon, Hours("mon", "14:00", "18:00")),
        ]
    )


STREAMS = {
    "phone": Stream(
        "calls",
        channel="phone",
        arrivals=per_hour(110, 155, 100),
        handling=Lognormal(240, 180),
        patience=Exponential(600),
    ),
    "email": Stream(
        "e-mails", channel="email", arrivals=per_hour(30, 30, 24), handling=Lognormal(300, 240)
    ),
    "fax": Stream(
        "faxes", channel="fax", arrivals=per_hour(6, 6, 4), handling=Lognormal(240, 120)
    ),
}
BLENDED = Scenario(
    streams=tuple(STREAMS.values()),
    groups=[Group("all", count=AGENTS, shifts=[SHIFT])],
    channels=[
        Channel("phone", target_seconds=60),
        Channel("email", target_seconds=1800),
        Channel("fax", target_seconds=1800),
    ],
    replications=DAYS,
    seed=SEED,
)


def desk(channel: str, agents: int) -> Group:
    return Group(channel, count=agents, channels=(channel,), shifts=[SHIFT])


def level_alone(channel: str, agents: int) -> float:
    """Return the share of a channel's customers whom agents of its own answer in target."""
    alone = attrs.evolve(BLENDED, streams=[STREAMS[channel]], groups=[desk(channel, agents)])
    return simulate(alone, replications=TRIAL_DAYS).estimate("service_level").value


def best_split() -> tuple[int, ...]:
    """Return how many agents each channel has where the worst served is served best.

    Desks that share nothing can be tried one by one.
    """
    most = AGENTS - len(CHANNELS) + 1
    levels = {
        (channel, agents): level_alone(channel, agents)
        for channel in CHANNELS
        for agents in range(1, most + 1)
    }
    splits = [
        (first, second - first, AGENTS - second)
        for first, second in combinations(range(1, AGENTS), 2)
    ]

    def worst(split: tuple[int, ...]) -> float:
        return min(levels[each] for each in zip(CHANNELS, split, strict=True))

    return max(splits, key=worst)


def residuals(
    result: SimulationResult, measure: str, channel: str
) -> tuple[float, NDArray[np.float64]]:
    """Return a ratio of sums, and what each day adds to its error (delta method)."""
    above, below = result.units(measure, channel=channel)
    ratio = float(above.sum() / below.sum())
    return ratio, (above - ratio * below) / below.mean()


def difference(
    one: SimulationResult, other: SimulationResult, measure: str, channel: str
) -> Estimate:
    """Return how much a measure of one desk is above that of another, paired day by day."""
    value, errors = residuals(one, measure, channel)
    other_value, other_errors = residuals(other, measure, channel)
    return mean_interval(value - other_value + errors - other_errors)


def minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f}"


def print_desks(desks: dict[str, SimulationResult]) -> None:
    heads = f"{'mean wait':>10}{'95 % wait':>11}{'longest':>9}{'in target':>11}{'gave up':>9}"
    print(f"{'':<19}{heads}")
    for name, result in desks.items():
        for channel in CHANNELS:
            wait = result.estimate("mean_wait", channel=channel).value / 60
            slow = result.quantile(0.95, by="channel", name=channel).value / 60
            longest = result.quantile(1.0, by="channel", name=channel).value / 60
            level = result.estimate("service_level", channel=channel).value
            gone = result.estimate("abandonment", channel=channel).value
            print(
                f"{name:<13}{channel:<6}{wait:>6.1f} min{slow:>7.1f} min"
                f"{longest:>5.0f} min{level:>11.1%}{gone:>9.1%}"
            )
        busy = result.estimate("occupancy", group="all").value
        print(f"{name:<13}agents busy {busy:.1%} of their time")


def print_differences(blended: SimulationResult, name: str, other: SimulationResult) -> None:
    for channel in CHANNELS:
        wait = difference(blended, other, "mean_wait", channel)
        level = difference(blended, other, "service_level", channel)
        print(
            f"{name:<13}{channel:<6}"
            f"{wait.value / 60:>+6.1f} min ({wait.low / 60:+.1f} to {wait.high / 60:+.1f})"
            f"{100 * level.value:>+8.1f} ({100 * level.low:+.1f} to {100 * level.high:+.1f})"
        )


READING = """
In one queue nobody starves: an e-mail or a fax waits as long as a call, and the longest wait is
minutes. Calls first leaves e-mails and faxes waiting through the noon, some for more than an
hour, and is quickest on the phone. So blending has a price there: the points in target of the
third row from below, and the callers who give up meanwhile. Separate desks make every channel
wait longer than the blended one: customers of one wait while agents of another are idle."""


def main() -> None:
    split = best_split()
    groups = [desk(channel, agents) for channel, agents in zip(CHANNELS, split, strict=True)]
    desks = {
        "blended": simulate(BLENDED),
        "separate": simulate(attrs.evolve(BLENDED, groups=groups)),
        "calls first": simulate(BLENDED, order=calls_first),
    }
    shares = ", ".join(f"{count} {name}" for name, count in zip(CHANNELS, split, strict=True))
    print(f"{DAYS} days, {AGENTS} agents. Targets: phone 1 min, e-mail and fax 30 min.")
    print(f"Separate desks: {shares} (the worst served channel is served best).")
    print("Waits are those of the answered.\n")
    print_desks(desks)
    print("\nBlended against the others, day by day, with 95 % intervals:")
    print(f"{'':<19}{'mean wait':<26}{'in target, points':>20}")
    for name in ("separate", "calls first"):
        print_differences(desks["blended"], name, desks[name])
    print(READING)


if __name__ == "__main__":
    main()
