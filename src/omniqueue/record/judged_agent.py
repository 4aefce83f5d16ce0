"""An agent as the judge sees it: abilities, presence, load; from events alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from omniqueue.record.waiting_line import File, Needs

Abilities: TypeAlias = tuple[Needs, tuple[str, ...] | None]  # levels held, channels (None: all)


class Profile:
    """What agents of equal skills and channels can do, and whom among the waiting they serve.

    Example:
        >>> profile = Profile((("fr", 2),), ("phone",))
        >>> profile.takes("fax"), profile.covers((("fr", 1),))
        (False, True)
    """

    __slots__ = ("_channels", "_files_seen", "_levels", "_served")

    def __init__(self, levels: Needs, channels: tuple[str, ...] | None) -> None:
        self._levels = dict(levels)
        self._channels = None if channels is None else frozenset(channels)
        self._served: list[File] = []
        self._files_seen = 0

    def takes(self, channel: str) -> bool:
        """Tell whether these agents take a channel."""
        return self._channels is None or channel in self._channels

    def covers(self, needs: Needs) -> bool:
        """Tell whether these agents have every skill at the level. Cost: O(skills needed)."""
        levels = self._levels
        for skill, level in needs:  # noqa: SIM110 - a plain loop: run for every contact given
            if levels.get(skill, 0) < level:
                return False
        return True

    def served(self, files: Sequence[File]) -> list[File]:
        """Return the files whose needs are met; each file is looked at once.

        Args:
            files: all files there are, in the order in which they appeared; only ever longer.
        """
        if self._files_seen < len(files):
            self._served += [
                file
                for file in files[self._files_seen :]
                if self.takes(file.channel) and self.covers(file.needs)
            ]
            self._files_seen = len(files)
        return self._served


NOTHING: Final = Profile((), ())


class JudgedAgent:
    """One agent: its profile, whether it is ready, and its load.

    Example:
        >>> agent = JudgedAgent("ana", NOTHING)
        >>> agent.take("phone", 1); agent.has_room("phone", 1)
        False
    """

    __slots__ = ("capacity", "held", "id", "limits", "profile", "ready", "reserved_for", "used")

    def __init__(self, name: str, profile: Profile) -> None:
        self.id = name
        self.profile = profile
        self.capacity = 1
        self.limits: dict[str, int] = {}
        self.ready = False
        self.used = 0
        self.held: dict[str, int] = {}
        self.reserved_for: str | None = None

    def has_room(self, channel: str, cost: int) -> bool:
        """Tell whether one more contact of a channel fits, by cost and by limit."""
        if self.used + cost > self.capacity:
            return False
        limit = self.limits.get(channel)
        return limit is None or self.held.get(channel, 0) < limit

    def take(self, channel: str, cost: int) -> None:
        """Add one contact's cost to the load."""
        self.used += cost
        self.held[channel] = self.held.get(channel, 0) + 1

    def drop(self, channel: str, cost: int) -> None:
        """Give one contact's cost back."""
        self.used -= cost
        self.held[channel] = self.held.get(channel, 0) - 1
