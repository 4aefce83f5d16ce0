"""Staff files: a centre whose contacts come from a log, in TOML."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from omniqueue.centre.centre import Centre
from omniqueue.centre.groups import Group
from omniqueue.centre.handling import HandlingRules
from omniqueue.centre.regular_file import read_small
from omniqueue.centre.toml_file import FILE_BYTES_MAX, toml_table
from omniqueue.errors import InvalidValueError, OmniqueueError
from omniqueue.model.fields import checked, setting
from omniqueue.model.reader import read_file, table_of
from omniqueue.sim.logs.contact_log import LogColumns, read_zone

FORMAT: Final = "omniqueue-staff/2"
_AS_GIVEN: Final = "none: in a routed log agents come to every shift and take every offer"
_SIMULATED: Final = {  # settings of a group that mean nothing here, and why
    "levels": "shifts: a log is routed to agents who come and go, not to a number of them",
    "speed": "none: the log or [handling] says how long a contact takes",
    "slowdown": "none: the log or [handling] says how long a contact takes",
    **dict.fromkeys(("shrinkage", "miss", "decline", "reaction", "back_after"), _AS_GIVEN),
}
_REFUSED: Final = {
    "streams": "contacts come from a log",
    "busyness": "contacts come from a log",
    "run": "a run is as long as its log",
    "name": "its title is what people read",
}


@attrs.frozen(kw_only=True, field_transformer=checked)
class Staff(Centre):
    r"""A centre whose contacts come from a log.

    Args:
        groups, channels, order, selection, max_waiting, seed, title: as of `Centre`.
        zone: whose clock shifts and naive times follow; None: not said.
        columns: the names of the log's columns.
        handling: which rule gives a contact's handling time.
        name: what it is called, as its file.

    Raises:
        InvalidValueError: as of `Centre`, and what only a simulation can do.

    Example:
        >>> staff = parse_staff(b'[[agents]]\ngroup = "desk"\ncount = 2\n')
        >>> staff.groups[0].count, staff.order
        (2, 'arrival')
    """

    zone: ZoneInfo | None = attrs.field(default=None, metadata=setting(read=read_zone))
    columns: LogColumns = attrs.field(
        factory=LogColumns, metadata=setting(key="log", read=table_of(LogColumns))
    )
    handling: HandlingRules = attrs.field(
        factory=HandlingRules, metadata=setting(read=table_of(HandlingRules))
    )
    name: str = "staff"

    def faults(self) -> Iterator[OmniqueueError]:
        """Yield what does not fit together, each with its place."""
        yield from super().faults()
        for place, group in enumerate(self.groups):
            for field in attrs.fields(Group):
                value = getattr(group, field.name)
                if field.name in _SIMULATED and value != field.default:
                    where = f"groups[{place}].{field.name}"
                    yield InvalidValueError(where, value, _SIMULATED[field.name])
        channels = self.all_channels()
        for name in self.handling.by_channel:
            if name not in channels:
                known = f"one of {', '.join(channels)}"
                yield InvalidValueError("handling.channel", name, known)


def read_staff(path: str) -> Staff:
    """Read a staff file.

    Args:
        path: a regular file of at most 1 MiB.

    Raises:
        FileFaultsError: every fault with its place, the first 20 spelt out.

    Example:
        >>> read_staff("/dev/null")
        Traceback (most recent call last):
        ...
        omniqueue.errors.FileFaultsError: /dev/null: is not a regular file
    """
    return parse_staff(read_small(path, FILE_BYTES_MAX), name=path)


def parse_staff(content: bytes, *, name: str = "staff") -> Staff:
    r"""Return what the bytes of a staff file say.

    Args:
        content: TOML in UTF-8.
        name: what to call the file in an error.

    Raises:
        FileFaultsError: every fault with its place, the first 20 spelt out.

    Example:
        >>> parse_staff(b'[[agents]]\ngroup = "a"\ncount = -1\n')
        Traceback (most recent call last):
        ...
        omniqueue.errors.FileFaultsError: staff: agents[0].count: is -1; expected ...
    """
    tree = toml_table(content, name=name, kind="staff")
    read = table_of(Staff, refused=_REFUSED)
    return attrs.evolve(read_file(read, tree, name=name, format=FORMAT), name=name)
