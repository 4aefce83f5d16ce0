"""Questions to a router: why a contact waits, where it stands, how long, what if. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from omniqueue.core.commands import Commands, agent_of, contact_of
from omniqueue.core.endings import looked_at
from omniqueue.core.insight.certificate import certify
from omniqueue.core.insight.positions import Position, position_of
from omniqueue.core.insight.views import ContactView
from omniqueue.core.lifecycle import DEFERRED, ENDED, STATES, WAITING
from omniqueue.core.rows import ContactRow
from omniqueue.core.snapshot import (
    fork,
)
from omniqueue.errors import IllegalTransitionError
from omniqueue.model.checks import truth, whole

if TYPE_CHECKING:  # what only some programs ask for is imported when they do
    from omniqueue.core.insight.estimate import MeasuredTimes, WaitEstimate
    from omniqueue.core.insight.explanation import AgentExplanation, Explanation

IDS_MAX = 1000
LIMIT_MAX = 2**53


class InsightQueries(Commands):
    """Questions; none of them changes what the router does."""

    __slots__ = ()

    def explain(self, contact_id: str, *, agents: bool = False) -> Explanation:
        """Say why a contact still waits: its place, what is in the way, what will change it.

        Args:
            contact_id: any contact; of one that is neither waiting nor deferred the state is
                all there is to say.
            agents: whether each agent is listed, with all that is in its way.

        Raises:
            UnknownContactError: no such contact.

        Cost: O(agents and the work in their hands), and that of `position`.

        Example:
            >>> from omniqueue import Agent, Contact, Router
            >>> router = Router()
            >>> _ = router.add_agent(Agent("ana", skills={"fr": 2}), at=0, presence="away")
            >>> _ = router.submit(Contact("c1", "phone", skills={"fr": 3}), at=1)
            >>> print(router.explain("c1", agents=True).text)
            c1 (phone needs fr 3) at 1: waiting since 1, place 1 of 1 waiting, 1 of 1 of its kind
              nobody signed in could ever take it
              ana (fr 2, capacity 1): 1 away (ana is away)
              ana is away; lacks fr at level 3 (has 2)
        """
        from omniqueue.core.insight.explaining import explain

        row = contact_of(looked_at(self._state), contact_id)
        return explain(self._state, row, each_agent=truth("agents", agents))

    def explain_agent(self, agent_id: str) -> AgentExplanation:
        """Say why an agent has no (more) work although contacts wait.

        Args:
            agent_id: the agent.

        Raises:
            UnknownAgentError: no such agent.

        Cost: O(lanes + waiting contacts with exclusions or preferences), however many wait.

        Example:
            >>> from omniqueue import Agent, Contact, Router
            >>> router = Router()
            >>> _ = router.add_agent(Agent("ana", channels=["fax"]), at=0)
            >>> _ = router.submit(Contact("c1", "phone"), at=1)
            >>> print(router.explain_agent("ana").text)
            ana at 1: ready, 1 of 1 free; 1 waiting
              1 is of another channel (c1: ana does not take phone)
        """
        from omniqueue.core.insight.explaining import explain_agent

        return explain_agent(self._state, agent_of(looked_at(self._state), agent_id))

    def queue_for(self, agent_id: str, limit: int = 10) -> tuple[ContactView, ...]:
        """Return the waiting contacts that an agent would take, in order.

        That is: were it ready and done with its present work, interrupted contacts included, did
        nobody else take any, and did no time pass.

        Args:
            agent_id: the agent.
            limit: how many, at most.

        Raises:
            UnknownAgentError: no such agent.
            InvalidValueError: `limit` is no int from 0.

        Cost: O(lanes + contacts that came back to lanes it serves), then O(log lanes) each.

        Example:
            >>> from omniqueue import Agent, Contact, Router
            >>> router = Router()
            >>> _ = router.add_agent(Agent("ana", channels=["fax"]), at=0, presence="away")
            >>> for name, channel in [("c1", "phone"), ("c2", "fax"), ("c3", "fax")]:
            ...     _ = router.submit(Contact(name, channel), at=1)
            >>> [contact.id for contact in router.queue_for("ana")]
            ['c2', 'c3']
        """
        from omniqueue.core.insight.explaining import queue_for

        agent = agent_of(looked_at(self._state), agent_id)
        rows = queue_for(self._state, agent, whole("limit", limit, 0, LIMIT_MAX))
        return tuple(ContactView(row) for row in rows)

    def position(self, contact_id: str) -> Position:
        """Return a contact's place in the queue and among those of its kind.

        Args:
            contact_id: a contact that is waiting, or deferred (then: the place that it keeps).

        Raises:
            UnknownContactError: no such contact.
            IllegalTransitionError: it is in another state.

        Cost: O(log n), once there is an index: the first question builds it, O(n log n), about
        200 bytes a waiting contact. From then on commands keep it up to date (O(log n) each),
        until twice as many contacts have moved as it holds without a question. Inside an
        observer or a policy: O(n log n), for there the index cannot be up to date.

        Example:
            >>> from omniqueue import Contact, Router
            >>> router = Router()
            >>> _ = router.submit(Contact("c1", "fax"), at=1)
            >>> router.position("c1").queue
            1
        """
        row = contact_of(looked_at(self._state), contact_id)
        if row.state not in (WAITING, DEFERRED):
            raise _not_in_line("position", row, "one that is waiting or deferred")
        return position_of(self._state, row)

    def estimate_wait(self, contact_id: str, times: MeasuredTimes) -> WaitEstimate | None:
        """Estimate how long a contact will still wait, with an 80 % interval.

        Those before it are gone through in queue order, each filling the earliest time of the
        ready agents who can take it, by measured holding times; the interval is that of a gamma
        distribution with as many phases as ends of work are waited for. Source: the queue-length
        predictor, W. Whitt, "Predicting queueing delays", Management Science 45 (1999), carried
        over to agents of several skills (see `omniqueue.core.insight.estimate`). It does not know
        who will sign in, leave or overtake. Contacts before it that it may interrupt do not count.

        Args:
            contact_id: a waiting contact.
            times: measured holding times: `omniqueue.record.holding_times.HoldingTimes`, or
                anything with its method `holding`.

        Returns:
            The estimate; None: nobody ready could take it, or nothing has been measured.

        Raises:
            UnknownContactError: no such contact.
            IllegalTransitionError: it is not waiting.

        Cost: O(agents), O(k log k) in kinds of agents for up to 200 of those before it, and the
        index as with `position`.

        Example:
            >>> from omniqueue import Agent, Contact, Router
            >>> from omniqueue.record import HoldingTimes
            >>> router, times = Router(), HoldingTimes()
            >>> router.observe(times.hear)
            >>> _ = router.add_agent(Agent("ana"), at=0)
            >>> for number in range(4):
            ...     _ = router.submit(Contact(f"c{number}", "phone"), at=0)
            >>> _ = router.complete("c0", at=100)
            >>> router.estimate_wait("c3", times).expected_seconds
            200.0
        """
        from omniqueue.core.insight.estimate import estimate_wait

        row = contact_of(looked_at(self._state), contact_id)
        if row.state != WAITING:
            raise _not_in_line("estimate_wait", row, "one that is waiting")
        return estimate_wait(self._state, row, times)

    def certify(self, ids: int | None = 10) -> None:
        """Precede every offer and assignment by matching with a `passed_over` event.

        Args:
            ids: how many of the contacts that are passed over it names; None: no certificates.

        Raises:
            InvalidValueError: no int from 0 to 1,000.
            ReentrantCallError: called from inside a policy or an observer.

        Cost: O(channels). While on, each contact given costs O(lanes log n) more, and the index
        of `position` is kept; while off, nothing.

        Example:
            >>> from omniqueue import Agent, Contact, Router
            >>> router = Router()
            >>> router.certify()
            >>> _ = router.submit(Contact("c1", "phone"), at=1)
            >>> _ = router.submit(Contact("c2", "fax"), at=2)
            >>> given = router.add_agent(Agent("ana", channels=["fax"]), at=3)
            >>> given[1].first, given[2].contact
            ((('c1', 'channel'),), 'c2')
        """
        self._state.refuse_inside("certify")
        certify(self._state, None if ids is None else whole("ids", ids, 0, IDS_MAX))

    def fork(self) -> Self:
        """Return an independent copy that goes on exactly like the original: for "what if".

        Policies are shared, and asked of it too; observers are not copied.

        Raises:
            ReentrantCallError: called from inside a policy or an observer.

        Cost: O(n log n) in contacts, agents and timers; as much memory as the original, less
        what is immutable.

        Example:
            >>> from omniqueue import Agent, Contact, Router
            >>> router = Router()
            >>> _ = router.submit(Contact("c1", "phone"), at=1)
            >>> tried = router.fork()
            >>> _ = tried.add_agent(Agent("two-more"), at=2)
            >>> len(tried.queue), len(router.queue)
            (0, 1)
        """
        self._state.refuse_inside("fork")
        twin = type(self).__new__(type(self))
        twin._state = fork(self._state)
        if self._state.certifier is not None:
            certify(twin._state, self._state.certifier.ids)
        return twin


def _not_in_line(question: str, row: ContactRow, expected: str) -> IllegalTransitionError:
    return IllegalTransitionError(
        "contact",
        row.id,
        expected,
        code="gone" if row.state in ENDED else "wrong_state",
        command=question,
        contact=row.id,
        state=STATES[row.state],
        holder=None if row.agent is None else row.agent.id,
    )
