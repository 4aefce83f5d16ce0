"""Calls that interrupt e-mails, against the theory of preemptive priority."""

from __future__ import annotations

from typing import Final

import attrs

from omniqueue.centre.groups import Group
from omniqueue.centre.times import Exponential, Lognormal
from omniqueue.model.channel import Channel
from omniqueue.sim.validation.measures import (
    Amount,
    Measure,
    System,
    contacts,
    mean_wait,
    occupancy,
    queue_length,
    scenario_of,
    service_level,
    stream_of,
    wait_chance,
)
from omniqueue.theory import erlang_c

CALL: Final = 0.5  # mean handling times, in time units
MAIL: Final = 1.0
MAIL_SD: Final = 0.5


@attrs.frozen(kw_only=True)
class InterruptedMails:
    """What calls do to the e-mails of the one agent whom they interrupt, in time units.

    Args:
        mean_wait: from arrival to the first answer.
        mean_interrupted: between answer and end, with the agent at calls.
        mean_time: from arrival to end.
    """

    mean_wait: float
    mean_interrupted: float
    mean_time: float


def interrupted_mails(calls: float, mails: float) -> InterruptedMails:
    """Return the means of e-mails of M/G/1 with preemptive priority of calls, work resumed.

    Args:
        calls: calls a time unit, each exponential of mean `CALL`.
        mails: e-mails a time unit, of mean `MAIL` and standard deviation `MAIL_SD`.

    Source: H. White and L. S. Christie (1958); R. G. Miller (1960).

    Example:
        >>> found = interrupted_mails(0.6, 0.3)
        >>> round(found.mean_wait, 6), round(found.mean_interrupted, 6)
        (1.205357, 0.428571)
    """
    by_calls = calls * CALL
    left = 1.0 - by_calls - mails * MAIL
    # Work found in progress: half the second moment of each class, times its rate.
    found = calls * CALL**2 + mails * (MAIL**2 + MAIL_SD**2) / 2
    wait = found / ((1.0 - by_calls) * left)
    interrupted = MAIL * by_calls / (1.0 - by_calls)
    return InterruptedMails(
        mean_wait=wait, mean_interrupted=interrupted, mean_time=wait + MAIL + interrupted
    )


def interrupting_system(
    name: str,
    calls: float,
    mails: float,
    agents: int,
    *,
    order: str,
    within: float,
    batch: float,
) -> System:
    """Return agents who take calls in the middle of e-mails, and go on with these afterwards.

    To calls it is M/M/n without e-mails, in either order. Of e-mails all is known where there is
    one agent and calls go first. In order of arrival an e-mail that waits before a call is begun
    before it, to be interrupted at once: only the sum of its two times is known. With more agents
    an interrupted e-mail stays with its own, whoever else comes free: no formula is known.

    Args:
        name: what it is called.
        calls: calls a time unit.
        mails: e-mails a time unit.
        agents: how many agents.
        order: "priority" (calls first) or "arrival".
        within: the service level time of calls, in time units.
        batch: length of a batch, in time units.
    """
    told = erlang_c(
        arrival_rate=calls, service_rate=1.0 / CALL, agents=agents, service_level_time=within
    )
    answered = contacts(1, "answered")
    measures = [
        occupancy((calls * CALL + mails * MAIL) / agents),
        wait_chance(told.p_wait, 0, ", class 0"),
        mean_wait(told.mean_wait, 0, ", class 0"),
        queue_length(told.mean_queue, 0, ", class 0"),
        service_level(told.service_level, 0, ", class 0"),
        Measure("mean contact time, class 1", MAIL, contacts(1, "contact_seconds"), answered),
    ]
    if agents == 1:
        measures += _of_mails(calls, mails, by_priority=order == "priority")
    streams = [
        stream_of(name, 0, calls, within, handling=Exponential(CALL), priority=1),
        stream_of(name, 1, mails, within, channel="email", handling=Lognormal(MAIL, MAIL_SD)),
    ]
    return System(
        name=name,
        scenario=scenario_of(
            streams,
            [Group("all", count=agents)],
            batch,
            channels=[Channel("email", interrupted_by=["phone"])],
            order=order,
        ),
        measures=tuple(measures),
    )


def _of_mails(calls: float, mails: float, *, by_priority: bool) -> list[Measure]:
    mail = interrupted_mails(calls, mails)
    of = ", class 1"
    answered = contacts(1, "answered")
    time = contacts(1, "wait_seconds", "contact_seconds", "interrupted_seconds")
    number = Amount("contacts", 1, ("queue_seconds", "in_hand_seconds"))
    found = [
        wait_chance(calls * CALL + mails * MAIL, 1, of),
        Measure(f"mean time in system{of}", mail.mean_time, time, answered),
        Measure(f"number in system{of}", mails * mail.mean_time, number, Amount("seconds")),
    ]
    if by_priority:
        interrupted = contacts(1, "interrupted_seconds")
        found += [
            mean_wait(mail.mean_wait, 1, of),
            queue_length(mails * mail.mean_wait, 1, of),
            Measure(f"mean time interrupted{of}", mail.mean_interrupted, interrupted, answered),
        ]
    return found
