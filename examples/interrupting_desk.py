"""A desk where a call interrupts an e-mail, beside the same desk where it waits for its end.

Six agents, calls and long e-mails in one queue, in order of arrival. With `interrupted_by` a call
is taken in the middle of an e-mail; the agent goes on with the e-mail afterwards, from where it
was left. Both desks meet the same customers, day by day. The numbers are made up.
"""

from __future__ import annotations

import attrs

from omniqueue import Channel
from omniqueue.sim import (
    Exponential,
    Group,
    Lognormal,
    Scenario,
    SimulationResult,
    Stream,
    simulate,
)

DAYS = 10
PHONE = Channel("phone", target_seconds=20)
WAITING = Scenario(
    streams=[
        Stream(
            "calls",
            channel="phone",
            arrivals="40 per hour",
            handling=Lognormal(240, 180),
            patience=Exponential(300),
        ),
        Stream("e-mails", channel="email", arrivals="15 per hour", handling=Lognormal(600, 400)),
    ],
    groups=[Group("desk", count=6)],
    channels=[PHONE],
    replications=DAYS,
    seed=1,
)
INTERRUPTING = attrs.evolve(WAITING, channels=[PHONE, Channel("email", interrupted_by=["phone"])])


def print_desk(name: str, result: SimulationResult) -> None:
    def minutes(measure: str, channel: str) -> str:
        return f"{result.estimate(measure, channel=channel).value / 60:.1f} min"

    level = result.estimate("service_level", channel="phone").value
    gone = result.estimate("abandonment", channel="phone").value
    busy = result.estimate("occupancy", group="desk").value
    parts = ("mean_wait", "mean_interrupted_time", "mean_contact_time")
    seconds = sum(result.estimate(part, channel="email").value for part in parts)
    print(f"{name}: agents busy {busy:.1%} of their time")
    print(
        f"  calls    wait {minutes('mean_wait', 'phone')}; "
        f"{level:.1%} answered within 20 s, {gone:.1%} give up"
    )
    print(
        f"  e-mails  wait {minutes('mean_wait', 'email')}, "
        f"worked on {minutes('mean_contact_time', 'email')}, "
        f"interrupted {minutes('mean_interrupted_time', 'email')}: "
        f"done {seconds / 60:.1f} min after they came"
    )


def main() -> None:
    print(f"{DAYS} days, six agents, in order of arrival (means)\n")
    print_desk("Calls wait", simulate(WAITING))
    print_desk("Calls interrupt e-mails", simulate(INTERRUPTING))


if __name__ == "__main__":
    main()
