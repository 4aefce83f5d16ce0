"""Routing a log: a real day through a staff, and how it went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import TextIO

import attrs

from omniqueue.centre.regular_file import text_to
from omniqueue.core.router import Router
from omniqueue.errors import InvalidValueError
from omniqueue.play.questions import Answer, Asker, Question
from omniqueue.policy.order import order_text
from omniqueue.record import measures
from omniqueue.record.event_lines import EventWriter
from omniqueue.record.fairness import FairnessJudge
from omniqueue.record.ledger import REFUSED, Ledger
from omniqueue.record.listener import Listener
from omniqueue.record.lives import Lives
from omniqueue.record.measures import ContactMeasures, GroupMeasures
from omniqueue.record.verdict import Verdict
from omniqueue.record.workload import Workload
from omniqueue.sim.logs.contact_log import ContactLog, LoggedContact
from omniqueue.sim.logs.intervals import Intervals, by_interval
from omniqueue.sim.logs.routing import Progress, RoutedRun, Routing, handling_seconds, ignore
from omniqueue.sim.logs.staff_file import Staff
from omniqueue.sim.scenarios.unserved import lacking


@attrs.frozen(kw_only=True, eq=False)
class RoutedLog:
    """How a log went through a staff.

    Args:
        log: the log. staff: the staff.
        order: the order policy's name. selection: the selection policy's.
        started_at: the first instant (seconds since 1970 UTC). ended_at: the last.
        incomplete: whether the run was stopped before its end.
        unserved: what no agent group has, to how many contacts need it.
        ledger: the contacts, in order of arrival.
        totals: the counts of `omniqueue.record.measures.TOTALS`.
        channels: measures by channel. skills: by skill. groups: by agent group.
        intervals: by interval of arrival; None: not asked for.
        interval_seconds: the length of the intervals; None: not asked for.
        verdict: the fairness verdict.
        explained: the answers about single contacts; None: nothing was asked.
    """

    log: ContactLog
    staff: Staff
    order: str
    selection: str
    started_at: float
    ended_at: float
    incomplete: bool
    unserved: Mapping[str, int]
    ledger: Ledger
    totals: Mapping[str, int]
    channels: Sequence[ContactMeasures]
    skills: Sequence[ContactMeasures]
    groups: Sequence[GroupMeasures]
    intervals: Sequence[ContactMeasures] | None
    interval_seconds: float | None
    verdict: Verdict
    explained: Sequence[Answer] | None


def route_log(
    log: ContactLog,
    staff: Staff,
    *,
    interval_seconds: float | None = None,
    explain: Sequence[Question] = (),
    events: str | None = None,
    stopped: Callable[[], bool] = bool,
    progress: Progress = ignore,
) -> RoutedLog:
    r"""Route a log through a staff on a simulated clock, and return how it went.

    Args:
        log: the log, as of `read_log`.
        staff: who answers, as of `read_staff`.
        interval_seconds: measures by time of arrival too, in intervals of this length (60 to
            604,800).
        explain: single contacts at instants: why they wait.
        events: the file to which every event is written, as JSON lines; gzip: *.gz.
        stopped: asked before each step; true ends the run before its time.
        progress: told how many contacts have arrived, and how many there are.

    Raises:
        FileFaultsError: no rule of the staff covers the handling time of a channel.
        InvalidValueError: an interval out of range; a question about a contact not in the log.
        OSError: the events cannot be written.

    Cost: O(log n) an event, beside the router's own.

    Example:
        >>> from omniqueue import Skills
        >>> from omniqueue.sim.logs.staff_file import parse_staff
        >>> desk = parse_staff(b'[[agents]]\ngroup = "desk"\n')
        >>> calls = [LoggedContact(f"c{n}", 0.0, "phone", Skills.of({}), 60.0, 0) for n in (1, 2)]
        >>> route_log(ContactLog(tuple(calls)), desk).channels[0].value("mean_wait")
        30.0
    """
    contacts = log.contacts
    intervals = None if interval_seconds is None else Intervals(interval_seconds, staff.zone)
    if intervals is not None:
        intervals.check(contacts[0].at, contacts[-1].at)
    asker = _asker(explain, log)
    handling = handling_seconds(contacts, staff.handling, seed=staff.seed, name=staff.name)
    records = _Records(log, staff)
    with ExitStack() as files:
        writer = None if events is None else records.writer(files.enter_context(text_to(events)))
        routing = Routing(
            staff,
            contacts,
            handling,
            records.router,
            listeners=records.listeners,
            on_refused=records.refuse,
            stopped=stopped,
            progress=progress,
            look=asker.look if explain else None,
        )
        run = routing.run()
        if writer is not None and not run.incomplete:
            writer.close(at=run.closed_at, contacts=records.router.statistics().contacts)
    return records.measured(run, intervals, _answers(asker, records.ledger) if explain else None)


class _Records:
    """The router of a run, and who listens to it."""

    def __init__(self, log: ContactLog, staff: Staff) -> None:
        self._log, self._staff = log, staff
        self.router = Router(
            channels=staff.channels,
            order=staff.order,
            selection=staff.selection,
            max_waiting=staff.max_waiting,
        )
        lives = Lives(staff.channels)
        self.ledger = Ledger(lives)
        self._workload = Workload(staff.channels, lives)
        self._judge = FairnessJudge(staff.channels, order=self.router.order)
        self.listeners: list[Listener] = [lives, self._workload, self._judge]

    def writer(self, file: TextIO) -> EventWriter:
        """Return what writes every event to a file; it listens too."""
        router = self.router
        order = order_text(router.order)
        writer = EventWriter(
            file, router.channels.values(), order=order, selection=router.selection
        )
        self.listeners.append(writer)
        return writer

    def refuse(self, contact: LoggedContact) -> None:
        """Note a contact that a full queue refused: the router has no event of it."""
        self.ledger.refuse(contact.id, contact.channel, contact.skills, at=contact.at)

    def measured(
        self, run: RoutedRun, intervals: Intervals | None, explained: Sequence[Answer] | None
    ) -> RoutedLog:
        """Return everything, measured when the run is over."""
        ledger, staff, router, now = self.ledger, self._staff, self.router, run.ended_at
        targets = {channel.name: channel.target_seconds for channel in router.channels.values()}
        group_of = {agent.id: staff.groups[place].name for place, agent in staff.agents()}
        names = [group.name for group in staff.groups]
        return RoutedLog(
            log=self._log,
            staff=staff,
            order=router.order,
            selection=router.selection,
            started_at=run.started_at,
            ended_at=now,
            incomplete=run.incomplete,
            unserved=_unserved(staff, self._log.contacts),
            ledger=ledger,
            totals=measures.totals(ledger),
            channels=measures.by_channel(ledger, targets, now=now),
            skills=measures.by_skill(ledger, targets, now=now),
            groups=measures.by_group(self._workload.agents(at=run.closed_at), group_of, names),
            intervals=(
                None if intervals is None else by_interval(ledger, targets, intervals, now=now)
            ),
            interval_seconds=None if intervals is None else intervals.seconds,
            verdict=self._judge.verdict(),
            explained=explained,
        )


def _unserved(staff: Staff, contacts: Sequence[LoggedContact]) -> dict[str, int]:
    """Return what no agent group has, to how many contacts need it."""
    patterns = [group.pattern() for group in staff.groups if group.size]
    channels = staff.all_channels()
    found: dict[str, int] = {}
    for (channel, skills), number in Counter((it.channel, it.skills) for it in contacts).items():
        what = lacking(channels[channel], skills, patterns)
        if what is not None:
            found[what] = found.get(what, 0) + number
    return found


def _asker(questions: Sequence[Question], log: ContactLog) -> Asker:
    known = {contact.id for contact in log.contacts} if questions else ()
    for asked in questions:
        if asked.contact not in known:
            raise InvalidValueError("explain", asked.contact, f"a contact routed from {log.name}")
    return Asker(questions)


def _answers(asker: Asker, ledger: Ledger) -> list[Answer]:
    """Return what was found, and why there is nothing to be found."""
    rows = zip(ledger.ids, ledger.arrived_at, ledger.outcomes, strict=True)
    refused = {contact: at for contact, at, outcome in rows if outcome == REFUSED}
    found = []
    for answer in asker.answers:
        if answer.explanation is None:
            gone = answer.contact in refused and refused[answer.contact] <= answer.at
            instead = "was refused, the queue was full" if gone else "has not arrived yet"
            answer = attrs.evolve(answer, otherwise=instead)
        found.append(answer)
    late = "the run was stopped before"
    return [*found, *(Answer(asked.contact, asked.at, None, late) for asked in asker.left)]
