"""What people write instead of a router: a list, a sorted list, a table scanned every tick.

All have the face of `RoutedSystem`, so the very same loop times them and the engine. Each does
less: no offers, timers, capacities, events, refusals or snapshots. They are given what a careful
programmer would give them: what an agent serves is worked out once for each kind of contact, and
a scan ends when nobody is free. One that does not keep a rule of routing says so in `breaks`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Final, Protocol, TypeAlias, cast

from sortedcontainers import SortedKeyList

from omniqueue.bench.workload import RoutedSystem
from omniqueue.model.agent import Agent
from omniqueue.model.contact import Contact
from omniqueue.model.skill import Skills

_Entry: TypeAlias = tuple[float, int, Contact]
_TICK_COMMANDS: Final = 20  # ten contacts in, ten answered: a short tick for so many agents


class _Line(Protocol):
    """The part of a list that a scan needs."""

    def __iter__(self) -> Iterator[_Entry]: ...

    def __delitem__(self, index: int) -> None: ...


class _Serves(dict[Skills, bool]):
    """Which needs an agent's skills cover: worked out once for each, on first look."""

    def __init__(self, held: Skills) -> None:
        super().__init__()
        self.held = held

    def __missing__(self, needed: Skills) -> bool:
        found = self[needed] = self.held.covers(needed)
        return found


class ListScan:
    """All waiting contacts in one list, scanned from its head for each agent who comes free.

    Cost: O(waiting) for each assignment: what the agent cannot serve is looked at every time.

    Example:
        >>> scan = ListScan()
        >>> scan.add_agent(Agent("ana"), at=0.0)
        >>> scan.submit(Contact("c1", "fax"), at=1.0), scan.submit(Contact("c2", "fax"), at=2.0)
        (None, None)
        >>> scan.complete("c1", at=3.0)
        >>> scan.held("ana")
        'c2'
    """

    name = "list, scanned"
    breaks = ""

    def __init__(self) -> None:
        line: list[_Entry] = []
        self._line: _Line = line
        self._append: Callable[[_Entry], object] = line.append
        self._sequence = 0
        self._serves: dict[str, _Serves] = {}
        self._idle: dict[str, float] = {}  # since when, in that order
        self._agent_of: dict[str, str] = {}
        self._held: dict[str, str] = {}

    def add_agent(self, agent: Agent, *, at: float) -> None:
        """Add an agent who is free. Cost: O(1)."""
        self._serves[agent.id] = _Serves(agent.skills)
        self._idle[agent.id] = at

    def submit(self, contact: Contact, *, at: float) -> None:
        """Give the contact to who is idle longest and can, or let it wait. Cost: O(idle)."""
        for agent_id in self._idle:
            if self._serves[agent_id][contact.skills]:
                del self._idle[agent_id]
                self._assign(contact.id, agent_id)
                return
        self._sequence += 1
        self._append((at, self._sequence, contact))

    def complete(self, contact_id: str, *, at: float) -> None:
        """Free the agent, who takes the first it can serve. Cost: O(waiting)."""
        agent_id = self._agent_of.pop(contact_id)
        del self._held[agent_id]
        serves = self._serves[agent_id]
        for index, entry in enumerate(self._line):
            if serves[entry[2].skills]:
                del self._line[index]
                self._assign(entry[2].id, agent_id)
                return
        self._idle[agent_id] = at

    def held(self, agent_id: str) -> str | None:
        """Return the id of the contact that an agent has, or None. Cost: O(1)."""
        return self._held.get(agent_id)

    def _assign(self, contact_id: str, agent_id: str) -> None:
        self._agent_of[contact_id] = agent_id
        self._held[agent_id] = contact_id


def _place(entry: _Entry) -> tuple[float, int]:
    return entry[:2]


class SortedScan(ListScan):
    """The same with a SortedKeyList by arrival, which also takes in those that come back.

    Cost: as the list; taking one from the middle is O(log n).

    Example:
        >>> SortedScan().name
        'SortedKeyList, scanned'
    """

    name = "SortedKeyList, scanned"

    def __init__(self) -> None:
        super().__init__()
        line = SortedKeyList(key=_place)
        self._line = cast("_Line", line)
        self._append = line.add


class SqliteTable:
    """A table of waiting contacts, scanned every tick, as telephony switches do.

    Each tick walks the table in order of arrival and asks, for each contact, for the agent idle
    longest who has the skill; it ends early when nobody is free.

    Cost: O(waiting) a tick when somebody free cannot serve what stands first.

    Example:
        >>> table = SqliteTable(tick_commands=1)
        >>> table.add_agent(Agent("ana", skills={"fr": 2}), at=0.0)
        >>> table.submit(Contact("c1", "fax", skills={"fr": 1}), at=1.0)
        >>> table.held("ana")
        'c1'
    """

    name = "SQLite table, scanned every tick"
    breaks = "agents stand idle beside waiting contacts until the tick"

    def __init__(self, tick_commands: int = _TICK_COMMANDS) -> None:
        self._tick_commands = tick_commands
        self._commands = 0
        self._free = 0
        self._table = sqlite3.connect(":memory:", isolation_level=None)
        self._table.executescript(
            """
            create table waiting (sequence integer primary key, id text, channel text,
                arrived_at real, skill text, level integer);
            create table agents (id text primary key, since real, free integer, contact text);
            create index free_agents on agents (free, since);
            create index arrivals on waiting (arrived_at, sequence);
            create index contact_of on agents (contact);
            create table skills (
                agent text, skill text, level integer, primary key (agent, skill)) without rowid;
            """
        )

    def __del__(self) -> None:
        self._table.close()

    def add_agent(self, agent: Agent, *, at: float) -> None:
        """Add an agent who is free. Cost: O(skills)."""
        self._free += 1
        self._table.execute("insert into agents values (?, ?, 1, null)", (agent.id, at))
        self._table.executemany(
            "insert into skills values (?, ?, ?)",
            [(agent.id, name, level) for name, level in agent.skills.pairs],
        )

    def submit(self, contact: Contact, *, at: float) -> None:
        """Let the contact wait for the next tick. Cost: O(log waiting)."""
        [(skill, level)] = contact.skills.pairs or ((None, 0),)
        self._table.execute(
            "insert into waiting (id, channel, arrived_at, skill, level) values (?, ?, ?, ?, ?)",
            (contact.id, contact.channel, at, skill, level),
        )
        self._count()

    def complete(self, contact_id: str, *, at: float) -> None:
        """Free the agent for the next tick. Cost: O(log agents)."""
        self._free += 1
        self._table.execute(
            "update agents set free = 1, contact = null, since = ? where contact = ?",
            (at, contact_id),
        )
        self._count()

    def held(self, agent_id: str) -> str | None:
        """Return the id of the contact that an agent has, or None. Cost: O(log agents)."""
        found = self._table.execute("select contact from agents where id = ?", (agent_id,))
        [[contact_id]] = found.fetchall()
        return None if contact_id is None else str(contact_id)

    def _count(self) -> None:
        self._commands += 1
        if self._commands % self._tick_commands == 0:
            self._tick()

    def _tick(self) -> None:
        taken = []
        table = self._table
        rows = table.execute(
            "select sequence, id, skill, level from waiting order by arrived_at, sequence"
        )
        for sequence, contact_id, skill, level in rows:
            if not self._free:
                break
            found = table.execute(
                "select id from agents where free = 1 and (? is null or exists (select 1 from"
                " skills where agent = agents.id and skill = ? and skills.level >= ?))"
                " order by since, rowid limit 1",
                (skill, skill, level),
            ).fetchone()
            if found is not None:
                taken.append((sequence,))
                self._free -= 1
                table.execute(
                    "update agents set free = 0, contact = ? where id = ?",
                    (contact_id, found[0]),
                )
        rows.close()
        table.executemany("delete from waiting where sequence = ?", taken)


RIVALS: Final[tuple[Callable[[], RoutedSystem], ...]] = (ListScan, SortedScan, SqliteTable)
