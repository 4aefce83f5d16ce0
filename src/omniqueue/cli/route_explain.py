"""`omniqueue route --explain`: what is asked about contacts of a log, and what is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from omniqueue.cli.explaining import Asker, question
from omniqueue.errors import InvalidValueError
from omniqueue.record.ledger import REFUSED, Ledger
from omniqueue.report.route_tables import ContactExplanation
from omniqueue.sim.logs.contact_log import Clock, LoggedContact


def asker_of(
    texts: Sequence[str], log: str, contacts: Sequence[LoggedContact], zone: tzinfo | None
) -> Asker | None:
    """Return who asks what the options ask; None: nobody.

    Args:
        texts: each as CONTACT@TIME; the time in ISO 8601, or in seconds since 1970 UTC.
        log: the log's name.
        contacts: the log.
        zone: the zone of naive times; None: they are refused.

    Raises:
        InvalidValueError: no question, or about a contact that is not routed.

    Cost: O(contacts), nothing where nothing is asked.

    Example:
        >>> asker_of([], "log.csv", [], None) is None
        True
    """
    if not texts:
        return None
    clock = Clock(zone)
    questions = [question(text, clock) for text in texts]
    known = {contact.id for contact in contacts}
    for asked in questions:
        if asked.contact not in known:
            raise InvalidValueError("--explain", asked.contact, f"a contact routed from {log}")
    return Asker(questions)


def explained_by(asker: Asker, ledger: Ledger) -> list[ContactExplanation]:
    """Return what was told, and what cannot be told.

    Args:
        asker: after the run.
        ledger: the contacts of the run.

    Cost: O(contacts).

    Example:
        >>> explained_by(Asker([]), Ledger())
        []
    """
    rows = zip(ledger.ids, ledger.arrived_at, ledger.outcomes, strict=True)
    refused = {contact: at for contact, at, outcome in rows if outcome == REFUSED}
    found = []
    for answer in asker.answers:
        asked, instead = answer.question, ""
        if answer.told is None:
            gone = asked.contact in refused and refused[asked.contact] <= asked.at
            instead = "was refused, the queue was full" if gone else "has not arrived yet"
        found.append(
            ContactExplanation(
                contact=asked.contact, at=asked.at, explanation=answer.told, otherwise=instead
            )
        )
    for asked in asker.left:
        instead = "the run was stopped before"
        found.append(
            ContactExplanation(
                contact=asked.contact, at=asked.at, explanation=None, otherwise=instead
            )
        )
    return found
