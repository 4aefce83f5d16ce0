"""Folding: all weeks of a log laid over one week, weekday and clock time kept."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

import attrs

from omniqueue.sim.logs.contact_log import ContactLog, LoggedContact

# A Monday whose week has no change of the clock anywhere in Europe or North America.
FOLDED_MONDAY: Final = date(2001, 1, 1)


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
    for contact in log.contacts:
        local = datetime.fromtimestamp(contact.at, zone)
        weekday = local.weekday()
        weeks.add(local.toordinal() - weekday)
        into = local.minute * 60 + local.second + local.microsecond / 1e6
        at = hours[weekday, local.hour] + into
        minutes[at // 60] = minutes.get(at // 60, 0) + 1
        moved.append(
            LoggedContact(
                contact.id,
                at,
                contact.channel,
                contact.skills,
                contact.handling_seconds,
                contact.priority,
            )
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
