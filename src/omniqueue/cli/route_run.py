"""One run of `omniqueue route`: from the arguments to the report."""

from __future__ import annotations

import argparse
import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC

import attrs

from omniqueue.centre.regular_file import same_file, text_to
from omniqueue.cli.explaining import Asker
from omniqueue.cli.intervals import Intervals, by_interval, interval_length
from omniqueue.cli.options import LOG_ROLES
from omniqueue.cli.route_explain import asker_of, explained_by
from omniqueue.cli.verb import watched
from omniqueue.core.router import Router
from omniqueue.errors import FileFaultsError, InvalidValueError
from omniqueue.model.durations import duration_text
from omniqueue.policy.order import order_text
from omniqueue.record import measures
from omniqueue.record.event_lines import EventWriter
from omniqueue.record.fairness import FairnessJudge
from omniqueue.record.ledger import Ledger
from omniqueue.record.listener import Listener
from omniqueue.record.lives import Lives
from omniqueue.record.workload import Workload
from omniqueue.report.route_tables import RouteReport
from omniqueue.sim.logs.contact_log import Clock, ContactLog, LogColumns, LoggedContact, read_log
from omniqueue.sim.logs.folding import Fold, fold_week
from omniqueue.sim.logs.routing import RoutedRun, Routing, handling_seconds
from omniqueue.sim.logs.staff_file import (
    Staff,
    read_staff,
    zone_named,
)
from omniqueue.sim.scenarios.unserved import lacking


def route(arguments: argparse.Namespace) -> RouteReport:
    """Do what the arguments of `omniqueue route` ask for, and return the report.

    Raises:
        OmniqueueError: bad input.
        OSError: the events cannot be written.
    """
    with no_collection():
        return _route(arguments)


def _route(arguments: argparse.Namespace) -> RouteReport:
    staff = staff_of(arguments)
    seconds = interval_length(arguments.interval)
    log, contacts, fold = contacts_of(arguments, staff)
    intervals = None if seconds is None else Intervals(seconds, staff.zone)
    if intervals is not None:
        intervals.check(contacts[0].at, contacts[-1].at)
    asker = asker_of(arguments.explain, arguments.log, contacts, staff.zone)
    handling = handling_seconds(contacts, staff.handling, seed=staff.seed, name=arguments.staff)
    router = Router(
        channels=staff.channels,
        order=staff.order,
        selection=staff.selection,
        max_waiting=staff.max_waiting,
    )
    lives = Lives(staff.channels)
    ledger, workload = Ledger(lives), Workload(staff.channels, lives)
    judge = FairnessJudge(staff.channels, order=router.order)
    with _event_file(arguments, staff, router) as writer:
        listeners: list[Listener] = [lives, workload, judge]
        if writer is not None:
            listeners.append(writer)
        run = _run(arguments, staff, contacts, handling, router, ledger, listeners, asker)
        if writer is not None and not run.incomplete:
            writer.close(at=run.ended_at, contacts=router.statistics().contacts)
    zone = staff.zone
    targets = {channel.name: channel.target_seconds for channel in router.channels.values()}
    now = run.ended_at
    group_of = {agent.id: group.name for group in staff.groups for agent in group.agents()}
    return RouteReport(
        log=arguments.log,
        staff=arguments.staff,
        title=staff.title,
        zone=zone,
        started_at=run.started_at,
        ended_at=now,
        incomplete=run.incomplete,
        folded_weeks=None if fold is None else fold.weeks,
        busiest_minute=None if fold is None else fold.busiest_minute,
        unserved=_unserved(staff, contacts),
        dropped=log.dropped,
        moved=log.moved,
        order=router.order,
        selection=router.selection,
        seed=staff.seed,
        totals=measures.totals(ledger),
        channels=measures.by_channel(ledger, targets, now=now),
        skills=measures.by_skill(ledger, targets, now=now),
        groups=measures.by_group(
            workload.agents(at=now), group_of, [group.name for group in staff.groups]
        ),
        intervals=None if intervals is None else by_interval(ledger, targets, intervals, now=now),
        interval=duration_text(seconds or 0.0),
        verdict=judge.verdict(),
        explained=None if asker is None else explained_by(asker, ledger),
    )


def _unserved(staff: Staff, contacts: Sequence[LoggedContact]) -> dict[str, int]:
    """Return what no agent group has, to how many contacts need it."""
    patterns = [group.pattern() for group in staff.groups]
    found: dict[str, int] = {}
    for (channel, skills), number in Counter((it.channel, it.skills) for it in contacts).items():
        what = lacking(channel, skills, patterns)
        if what is not None:
            found[what] = found.get(what, 0) + number
    return found


def staff_of(arguments: argparse.Namespace) -> Staff:
    """Return the staff file, with what the options say instead."""
    staff = read_staff(arguments.staff)
    changes: dict[str, object] = {}
    if arguments.zone is not None:
        changes["zone"] = zone_named("--zone", arguments.zone)
    if arguments.order is not None:
        changes["order"] = arguments.order
    if arguments.selection is not None:
        changes["selection"] = arguments.selection
    if arguments.seed is not None:
        changes["seed"] = arguments.seed
    changes["columns"] = columns_of(arguments.column, staff.columns)
    return attrs.evolve(staff, **changes)  # type: ignore[arg-type]


def columns_of(options: Sequence[str], columns: LogColumns) -> LogColumns:
    """Return the log's columns with those that options name instead.

    Args:
        options: texts as "time=opened"; "skill=..." may come several times.
        columns: the columns of the staff file.

    Raises:
        InvalidValueError: no such role, or no name.

    Example:
        >>> columns_of(["skill=topic", "skill=town"], LogColumns()).skills
        ('topic', 'town')
    """
    named: dict[str, list[str]] = {}
    for option in options:
        role, given, name = option.partition("=")
        if given and role not in LOG_ROLES:
            raise InvalidValueError(
                "role", role, f"{', '.join(LOG_ROLES[:-1])} or {LOG_ROLES[-1]}"
            )
        if not name:
            raise InvalidValueError("--column", option, "ROLE=NAME, as time=opened or skill=topic")
        named.setdefault(role, []).append(name)
    changes: dict[str, object] = {role: names[-1] for role, names in named.items()}
    if "skill" in named:
        del changes["skill"]
        changes["skills"] = tuple(named["skill"])
    return attrs.evolve(columns, **changes)  # type: ignore[arg-type]


def contacts_of(
    arguments: argparse.Namespace, staff: Staff
) -> tuple[ContactLog, Sequence[LoggedContact], Fold | None]:
    """Read the log; keep what --from and --to ask for; fold it."""
    clock = Clock(staff.zone)
    start = None if arguments.start is None else clock("--from", arguments.start)
    end = None if arguments.end is None else clock("--to", arguments.end)
    log = read_log(
        arguments.log,
        staff.columns,
        zone=staff.zone,
        repair=arguments.repair,
        channels=staff.all_channels(),
    )
    contacts: Sequence[LoggedContact] = [
        contact
        for contact in log.contacts
        if (start is None or contact.at >= start) and (end is None or contact.at < end)
    ]
    if not contacts:
        raise FileFaultsError(arguments.log, ["holds no contact between --from and --to"])
    if arguments.fold is None:
        return log, contacts, None
    fold = fold_week(contacts, staff.zone or UTC)
    return log, fold.contacts, fold


@contextmanager
def _event_file(
    arguments: argparse.Namespace, staff: Staff, router: Router
) -> Iterator[EventWriter | None]:
    """Open the file for --events, which must be none of the files that are read."""
    path = arguments.events
    if path is None:
        yield None
        return
    if same_file(path, arguments.log) or same_file(path, arguments.staff):
        raise InvalidValueError("--events", path, "a file that is not read as well")
    with text_to(path) as file:
        channels = router.channels.values()
        order = order_text(router.order)
        yield EventWriter(file, channels, order=order, selection=router.selection)


def _run(
    arguments: argparse.Namespace,
    staff: Staff,
    contacts: Sequence[LoggedContact],
    handling: Sequence[float],
    router: Router,
    ledger: Ledger,
    listeners: Sequence[Listener],
    asker: Asker | None,
) -> RoutedRun:
    """Route all contacts, with a progress bar, until the end or Ctrl-C."""

    def refused(contact: LoggedContact) -> None:
        ledger.refuse(contact.id, contact.channel, contact.skills, at=contact.at)

    with watched(arguments, "routing", len(contacts)) as (progress, stopped):
        return Routing(
            staff,
            contacts,
            handling,
            router,
            listeners=listeners,
            on_refused=refused,
            stopped=stopped,
            on_progress=lambda done: progress(done, len(contacts)),
            look=None if asker is None else asker.look,
        ).run()


@contextmanager
def no_collection() -> Iterator[None]:
    """Keep Python from looking for cycles: a run makes none, and a search visits all contacts.

    Example:
        >>> with no_collection():
        ...     gc.isenabled()
        False
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
