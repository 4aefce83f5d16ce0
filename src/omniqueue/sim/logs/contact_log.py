"""Contact logs: a CSV of what arrived, read whole, every fault with its line; folded weeks."""

from __future__ import annotations

import csv
import gc
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, time, timedelta, tzinfo
from math import inf
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from omniqueue.centre.regular_file import lines_of
from omniqueue.errors import FileFaultsError, InvalidValueError, shown
from omniqueue.model.checks import identifier, priority
from omniqueue.model.durations import cell_seconds
from omniqueue.model.fields import setting
from omniqueue.model.reader import text, texts
from omniqueue.model.skill import NO_SKILLS, Skills

BYTES_MAX: Final = 2 * 1024**3
ROWS_MAX: Final = 20_000_000
FAULTS_MAX: Final = 20
# A Monday whose week has no change of the clock anywhere in Europe or North America.
FOLDED_MONDAY: Final = date(2001, 1, 1)
YEARS: Final = (1900, 2200)  # calendars are sound here, and a typing error is soon seen


@attrs.frozen(kw_only=True)
class LogColumns:
    """The names of a log's columns.

    Args:
        id: the contact's id.
        time: when it arrived (ISO 8601).
        channel: the channel's name.
        skills: columns whose cell names a skill that the contact needs (at level 1); an empty
            cell needs none.
        handling: handling time, in seconds or as "4 min"; None: no such column.
        priority: the priority, a whole number; an empty cell is 0. None: no such column.

    Example:
        >>> LogColumns(skills=("department",)).time
        'time'
    """

    id: str = attrs.field(default="id", metadata=setting(read=text))
    time: str = attrs.field(default="time", metadata=setting(read=text))
    channel: str = attrs.field(default="channel", metadata=setting(read=text))
    skills: tuple[str, ...] = attrs.field(default=(), metadata=setting(read=texts))
    handling: str | None = attrs.field(default=None, metadata=setting(read=text))
    priority: str | None = attrs.field(default=None, metadata=setting(read=text))


@attrs.frozen
class LoggedContact:
    """One row of a log, in normal form.

    Args:
        id: the contact's id.
        at: when it arrived, in seconds since 1970 UTC.
        channel: the channel's name.
        skills: what it needs.
        handling_seconds: how long it took; None: the log does not say.
        priority: its priority.
    """

    id: str
    at: float
    channel: str
    skills: Skills
    handling_seconds: float | None
    priority: int


@attrs.frozen
class ContactLog:
    """A log that was read.

    Args:
        contacts: in order of time; equal times in the order of the file.
        dropped: rows left out by a repair.
        moved: rows that a repair found after a row of a later time.
        name: what it is called, as its file.
        folded_weeks: how many weeks were laid over one; None: not folded.
        busiest_minute: the most contacts within one minute of the folded week; None: not folded.
    """

    contacts: tuple[LoggedContact, ...]
    dropped: int = 0
    moved: int = 0
    name: str = "log"
    folded_weeks: int | None = None
    busiest_minute: int | None = None

    def between(self, start: float, end: float) -> ContactLog:
        """Return the part of it from one instant to before another.

        Args:
            start: seconds since 1970 UTC; -infinity: from its beginning.
            end: infinity: to its end.

        Raises:
            FileFaultsError: it holds no contact between them.

        Cost: O(n).

        Example:
            >>> one = LoggedContact("c1", 9.0, "phone", NO_SKILLS, None, 0)
            >>> len(ContactLog((one, attrs.evolve(one, at=12.0))).between(9.0, 12.0).contacts)
            1
        """
        part = tuple(contact for contact in self.contacts if start <= contact.at < end)
        if not part:
            raise FileFaultsError(self.name, ["holds no contact between those times"])
        return attrs.evolve(self, contacts=part)


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


@no_collection()
def read_log(
    path: str,
    columns: LogColumns,
    *,
    zone: tzinfo | None = None,
    repair: bool = False,
    channels: Iterable[str] | None = None,
) -> ContactLog:
    r"""Read a contact log: CSV, plain or gzip, with a header line.

    Args:
        path: the file: a regular file of at most 2 GiB (unpacked).
        columns: the names of its columns; further columns are passed over.
        zone: what naive times mean; None: they are refused.
        repair: sort by time and leave out bad rows, instead of refusing them.
        channels: the channels that exist; None: any.

    Raises:
        FileFaultsError: every fault with its line, the first 20 spelt out.

    Cost: O(n), about 3 microseconds a row; the log is held in memory.

    Example:
        >>> import pathlib, tempfile
        >>> from datetime import timezone
        >>> path = pathlib.Path(tempfile.mkdtemp(), "log.csv")
        >>> _ = path.write_text("id,time,channel\nc1,2024-05-06T09:00:00,phone\n")
        >>> read_log(str(path), LogColumns(), zone=timezone.utc).contacts[0].at
        1714986000.0
    """
    known = None if channels is None else frozenset(channels)
    return _Reader(path, columns, Clock(zone), known, repair).read()


def zone_named(field: str, value: object) -> ZoneInfo:
    """Return a time zone by its IANA name, or refuse the name.

    Example:
        >>> zone_named("zone", "Europe/Berlin").key
        'Europe/Berlin'
    """
    try:
        return ZoneInfo(text(value))
    except (ZoneInfoNotFoundError, InvalidValueError, ValueError, OSError):
        raise InvalidValueError(field, value, "a time zone, as Europe/Berlin") from None


def read_zone(value: object, _: object) -> ZoneInfo:
    """Return the time zone that a file names."""
    return zone_named("", value)


@attrs.define
class _Reader:
    """Reads one log."""

    _path: str
    _columns: LogColumns
    _instant: Clock
    _channels: frozenset[str] | None
    _repair: bool
    _faults: list[str] = attrs.field(factory=list)
    _faults_total: int = 0
    _dropped: int = 0
    _seen: dict[str, int] = attrs.field(factory=dict)  # id -> line
    _skills: dict[tuple[str, ...], Skills] = attrs.field(factory=dict)

    def read(self) -> ContactLog:
        contacts: list[LoggedContact] = []
        moved = 0
        latest = -inf
        with closing(self._rows()) as rows:
            for line, cells in rows:
                if len(contacts) >= ROWS_MAX:
                    raise FileFaultsError(self._path, [f"holds more than {ROWS_MAX} rows"])
                try:
                    contact = self._contact(line, cells)
                except InvalidValueError as error:
                    self._drop(line, str(error))
                    continue
                if contact.at < latest:
                    moved += 1
                    self._fault(line, f"{self._columns.time} lies before that of a line above")
                else:
                    latest = contact.at
                contacts.append(contact)
        if self._faults and not self._repair:
            more = self._faults_total - len(self._faults)
            raise FileFaultsError(self._path, self._faults, more)
        if moved:
            contacts.sort(key=lambda contact: contact.at)
        if not contacts:
            raise FileFaultsError(self._path, ["holds no contact"])
        return ContactLog(tuple(contacts), self._dropped, moved, self._path)

    def _rows(self) -> Generator[tuple[int, Sequence[str]], None, None]:
        """Yield line number and the cells of the wanted columns."""
        line = 1
        with closing(lines_of(self._path, BYTES_MAX)) as lines:
            reader = csv.reader(lines, strict=True)
            try:
                header = next(reader, None)
                if header is None:
                    raise FileFaultsError(self._path, ["is empty: a header line is missing"])
                pick, width = self._picker(header)
                line = reader.line_num + 1
                for cells in reader:
                    if len(cells) == width:
                        yield line, pick(cells)
                    elif cells:
                        self._drop(line, f"has {len(cells)} cells, the header has {width}")
                    line = reader.line_num + 1
            except csv.Error as problem:
                raise FileFaultsError(self._path, [f"line {line}: no CSV: {problem}"]) from None

    def _picker(self, header: list[str]) -> tuple[Callable[[Sequence[str]], list[str]], int]:
        columns = self._columns
        optional = [name for name in (columns.handling, columns.priority) if name is not None]
        wanted = [columns.id, columns.time, columns.channel, *columns.skills, *optional]
        if not any(name in header for name in wanted):
            columns_wanted = ", ".join(map(shown, wanted))
            told = f"line 1: none of the columns {columns_wanted} (there are: {_names(header)})"
            raise FileFaultsError(self._path, [told])
        faults = [
            f"line 1: no column {shown(name)} (there are: {_names(header)})"
            for name in wanted
            if name not in header
        ]
        faults += [
            f"line 1: column {shown(name)} is there twice"
            for name in wanted
            if header.count(name) > 1
        ]
        if faults:
            raise FileFaultsError(self._path, faults)
        places = [header.index(name) for name in wanted]
        return (lambda cells: [cells[place] for place in places]), len(header)

    def _contact(self, line: int, cells: Sequence[str]) -> LoggedContact:
        columns = self._columns
        name = identifier(columns.id, cells[0])
        first = self._seen.setdefault(name, line)
        if first != line:
            raise InvalidValueError(columns.id, name, f"an id of its own (line {first} has it)")
        channel = cells[2]
        if self._channels is not None and channel not in self._channels:
            raise InvalidValueError(columns.channel, channel, "a channel of the staff file")
        end = 3 + len(columns.skills)
        handling_seconds = None
        urgency = 0
        if columns.handling is not None and cells[end]:
            handling_seconds = cell_seconds(columns.handling, cells[end])
        if columns.priority is not None and cells[-1]:
            urgency = _whole(columns.priority, cells[-1])
        return LoggedContact(
            name,
            self._instant(columns.time, cells[1]),
            channel,
            self._needed(tuple(cells[3:end])) if end > 3 else NO_SKILLS,
            handling_seconds,
            urgency,
        )

    def _needed(self, cells: tuple[str, ...]) -> Skills:
        known = self._skills.get(cells)
        if known is None:
            for column, cell in zip(self._columns.skills, cells, strict=True):
                if cell:
                    identifier(column, cell)
            known = self._skills[cells] = Skills.of(dict.fromkeys(filter(None, cells), 1))
        return known

    def _drop(self, line: int, problem: str) -> None:
        self._dropped += 1
        self._fault(line, problem)

    def _fault(self, line: int, problem: str) -> None:
        self._faults_total += 1
        if len(self._faults) < FAULTS_MAX:
            self._faults.append(f"line {line}: {problem}")


class Clock:
    """Reads ISO 8601 times as instants, naive ones by the clock of a zone.

    Args:
        zone: the zone of naive times; None: they are refused.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> Clock(ZoneInfo("America/Chicago"))("time", "1970-01-01T00:00:00")
        21600.0
    """

    __slots__ = ("_days", "_zone")

    def __init__(self, zone: tzinfo | None) -> None:
        self._zone = zone
        self._days: dict[int, float | None] = {}  # day -> its UTC offset, None where it changes

    def __call__(self, field: str, said: str) -> float:
        """Return the instant in seconds since 1970 UTC.

        Raises:
            InvalidValueError: no ISO 8601 time, a naive one without a zone, or one that the
                zone's clock skipped.

        Cost: about 0.5 microseconds.
        """
        try:
            moment = datetime.fromisoformat(said)
        except ValueError:
            raise InvalidValueError(field, said, "a time in ISO 8601") from None
        if not YEARS[0] <= moment.year <= YEARS[1]:
            raise InvalidValueError(field, said, f"a year from {YEARS[0]} to {YEARS[1]}")
        if moment.tzinfo is not None:
            return moment.timestamp()
        if self._zone is None:
            raise InvalidValueError(field, said, "a time with its zone, or a zone for the log")
        naive = (moment - _EPOCH).total_seconds()
        day = moment.toordinal()
        try:
            offset = self._days[day]
        except KeyError:
            offset = self._days[day] = self._offset(moment)
        if offset is not None:
            return naive - offset
        at = moment.replace(tzinfo=self._zone).timestamp()
        if datetime.fromtimestamp(at, self._zone).replace(tzinfo=None) != moment:
            raise InvalidValueError(field, said, "a time that the clock of the zone shows")
        return at

    def _offset(self, moment: datetime) -> float | None:
        """Return the offset of a whole day; None where the clock is changed on it."""
        zone = self._zone
        morning = moment.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=zone)
        evening = morning.replace(hour=23, minute=59, second=59)
        before, after = morning.utcoffset(), evening.replace(fold=1).utcoffset()
        if before is None or before != after or before != morning.replace(fold=1).utcoffset():
            return None
        return before.total_seconds()


_EPOCH: Final = datetime(1970, 1, 1)  # naive on purpose: a difference of clocks


def _names(header: list[str]) -> str:
    names = ", ".join(shown(name) for name in header[:20])
    return names + (", ..." if len(header) > 20 else "")


def _whole(field: str, cell: str) -> int:
    try:
        return priority(field, int(cell) if len(cell) <= 20 else cell)
    except ValueError:
        raise InvalidValueError(field, cell, "a whole number within +-2**31") from None


def fold_week(log: ContactLog, zone: tzinfo) -> ContactLog:
    """Return a log with all contacts moved to the week of Monday 2001-01-01.

    Args:
        log: the log.
        zone: whose weekdays and clock are kept.

    Cost: O(n log n).

    Example:
        >>> from datetime import timezone
        >>> from omniqueue import Skills
        >>> one = LoggedContact("c1", 0.0, "phone", Skills.of({}), None, 0)
        >>> fold_week(ContactLog((one,)), timezone.utc).contacts[0].at  # Thursday 1970-01-01 00:00
        978566400.0
    """
    moved = []
    weeks = set()
    minutes: dict[float, int] = {}
    hours = _FoldedHours(zone)
    for it in log.contacts:
        local = datetime.fromtimestamp(it.at, zone)
        weekday = local.weekday()
        weeks.add(local.toordinal() - weekday)
        into = local.minute * 60 + local.second + local.microsecond / 1e6
        at = hours[weekday, local.hour] + into
        minutes[at // 60] = minutes.get(at // 60, 0) + 1
        moved.append(
            LoggedContact(it.id, at, it.channel, it.skills, it.handling_seconds, it.priority)
        )
    moved.sort(key=lambda contact: contact.at)
    return attrs.evolve(
        log,
        contacts=tuple(moved),
        folded_weeks=len(weeks),
        busiest_minute=max(minutes.values(), default=0),
    )


class _FoldedHours(dict[tuple[int, int], float]):
    """Weekday and hour to the instant at which that hour of the folded week starts."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def __missing__(self, key: tuple[int, int]) -> float:
        weekday, hour = key
        day = FOLDED_MONDAY + timedelta(days=weekday)
        at = self[key] = datetime.combine(day, time(hour), self._zone).timestamp()
        return at
