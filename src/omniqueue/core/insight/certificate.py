"""Certificates: for each contact that matching gives away, who was passed over, and why.

Off unless asked for. While they are on, matching takes its general path, which hands every
contact over in one place (`offers.give`).
"""

from __future__ import annotations

from itertools import islice
from typing import Final

from omniqueue.core.insight.obstacles import OBSTACLES, OWN_ORDER, obstacles
from omniqueue.core.insight.positions import PositionIndex, position_index
from omniqueue.core.rows import AgentRow, ContactRow, place
from omniqueue.core.seeking import own_rank
from omniqueue.core.state import State
from omniqueue.model.contact_events import PassedOver

UNEXPLAINED: Final = "unexplained"  # it could have been taken: a defect of omniqueue


class CertificateWriter:
    """Writes the certificates of a router.

    Args:
        ids: how many of those passed over are named.
    """

    __slots__ = ("ids",)

    def __init__(self, ids: int) -> None:
        self.ids = ids

    def certify(self, state: State, agent: AgentRow, row: ContactRow) -> None:
        """Say who is passed over by a contact that still stands, given to an agent.

        Cost: O(lanes log n + special contacts before it).
        """
        index = position_index(state)
        total = index.before(row)[0]
        counts = _counts(state, index, agent, row) if total else {}
        first = []
        for key in islice(index.queue, min(self.ids, total)):
            first.append((key[3], _cause(state, agent, state.contacts[key[3]], row)))
        told = (*OBSTACLES, OWN_ORDER, UNEXPLAINED)
        known = {cause: counts[cause] for cause in told if cause in counts}
        state.log.append((PassedOver, state.now, row.id, agent.id, total, known, tuple(first)))


def _counts(
    state: State, index: PositionIndex, agent: AgentRow, row: ContactRow
) -> dict[str, int]:
    where = place(row)
    counts: dict[str, int] = {}

    def count(cause: str, number: int) -> None:
        counts[cause] = counts.get(cause, 0) + number

    special: dict[object, int] = {}  # lane -> contacts before it that are looked at one by one
    groups = [entries for entries in state.preferring.values() if entries]
    groups += [lane.solo for lane in index.lanes if lane.solo]
    for entries in groups:
        for entry in entries:
            if entry[:3] >= where:
                break
            other = entry[3]
            special[other.lane] = special.get(other.lane, 0) + 1
            count(_cause(state, agent, other, row), 1)
    for lane, keys in index.lanes.items():
        alike = keys.bisect_left(where) - special.get(lane, 0)
        if alike:
            first = lane.first_open()
            assert first is not None
            count(_cause(state, agent, first, row), alike)
    return counts


def _cause(state: State, agent: AgentRow, row: ContactRow, given: ContactRow) -> str:
    """Return why an agent does not take a contact before the one that it is given."""
    found = obstacles(agent, row)
    if found:
        return found[0].cause
    later = own_rank(state, agent, row) > own_rank(state, agent, given)  # type: ignore[operator]
    return OWN_ORDER if later else UNEXPLAINED


def certify(state: State, ids: int | None) -> None:
    """Turn certificates on, each naming up to `ids` contacts; None: off. Cost: O(channels)."""
    state.certifier = None if ids is None else CertificateWriter(ids)
    state.roster.certify(on=ids is not None)
    state.open_quick_roads()
