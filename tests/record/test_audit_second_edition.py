"""The audit names planted faults in what the second edition of the play format adds."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO

import pytest

from omniqueue import Agent, Channel, Contact, Events, Router
from omniqueue.record.event_lines import EventWriter
from record.planting import Lines, audit, place, recount


def recorded(selection: str = "round-robin") -> Lines:
    """A day with alternatives, own orders, limits per channel and an outage."""
    router = Router(
        channels=[Channel("fax", max_waiting=2), Channel("mail", wrap_up_seconds=5)],
        selection=selection,
    )
    file = StringIO()
    channels = list(router.channels.values())
    writer = EventWriter(file, channels, order=router.order, selection=router.selection)

    def tell(events: Events) -> None:
        for event in events:
            writer.write(event)

    for name in ("ana", "bob", "cid"):
        own = {"wrap_up_seconds": {"phone": 4}} if name == "ana" else {}
        tell(router.add_agent(Agent(name, skills={"fr": 1, "tax": 1}, **own), at=0))  # type: ignore[arg-type]
    order = ["cards", "loans"]
    tell(
        router.add_agent(
            Agent("dee", skills={"cards": 1, "loans": 1}, skill_order=order), at=0, presence="away"
        )
    )
    for number in range(3):
        tell(router.submit(Contact(f"p{number}", "phone"), at=1 + number))
    alternatives = [{"en": 1, "fr": 1}]
    tell(router.submit(Contact("e", "phone", any_of=alternatives), at=5))
    tell(router.submit(Contact("n", "phone", not_agents=["ana"]), at=6))
    for number in range(2):
        tell(router.submit(Contact(f"f{number}", "fax", skills={"el": 1}), at=7))
    tell(router.submit(Contact("loan", "phone", skills={"loans": 1}), at=8))
    tell(router.submit(Contact("card", "phone", skills={"cards": 1}), at=9))
    tell(router.set_presence("dee", "ready", at=10))
    tell(router.complete("p0", at=11))  # ana, with a wrap-up of her own; then "e"
    tell(router.complete("p1", at=20))  # bob has "n"
    tell(router.stop_matching(at=30))
    tell(router.submit(Contact("late", "phone"), at=31))
    tell(router.complete("p2", at=32))
    tell(router.start_matching(at=40))
    tell(router.complete("e", at=50))
    tell(router.complete("n", at=60))
    tell(router.submit(Contact("r0", "mail"), at=70))
    tell(router.submit(Contact("r1", "mail"), at=71))
    writer.close(at=router.now, contacts=router.statistics().contacts)
    return [json.loads(line) for line in file.getvalue().splitlines()]


def test_the_record_itself_is_sound() -> None:
    for selection in ("round-robin", "longest-idle", "fewest-taken", "least-busy", "linear"):
        found = audit(recorded(selection))
        assert found.unexplained == {}, found.faults
        assert found.verdict.overtakings["own order"] == 2  # of the loan, and of "n"
    assert recorded()[1].keys() >= {"wrap_up_seconds"}


def unwanted(lines: Lines) -> Lines:
    given = lines[place(lines, "assigned", contact="n")]
    lines[place(lines, "queued", contact="n")]["not_agents"] = [given["agent"]]
    return lines


def no_alternative(lines: Lines) -> Lines:
    lines[place(lines, "queued", contact="e")]["any_of"] = [{"en": 1, "fr": 9}]
    return lines


def own_order_ignored(lines: Lines) -> Lines:
    """The agent takes the loan though a card waits."""
    lines[place(lines, "assigned", contact="card")]["contact"] = "loan"
    return lines


def own_order_without_cause(lines: Lines) -> Lines:
    """The agent has no such order, and passes the loan over."""
    lines[place(lines, "agent_added", agent="dee")]["skill_order"] = ["loans"]
    return lines


def wrong_wrap_up(lines: Lines) -> Lines:
    """It is over three seconds late."""
    lines[place(lines, "completed", contact="p0")]["wrap_up_seconds"] = 1
    return lines


def queue_over_limit(lines: Lines) -> Lines:
    lines[0]["channels"]["fax"]["max_waiting"] = 1
    return lines


def out_of_turn(lines: Lines) -> Lines:
    """The second to come goes to the one who has just had the first."""
    wrong = lines[place(lines, "assigned", contact="r0")]["agent"]
    other = lines[place(lines, "assigned", contact="r1")]["agent"]
    lines[place(lines, "assigned", contact="r0")]["agent"] = other
    lines[place(lines, "assigned", contact="r1")]["agent"] = wrong
    return lines


def given_while_stopped(lines: Lines) -> Lines:
    at = place(lines, "queued", contact="late")
    given = lines.pop(place(lines, "assigned", contact="late"))
    lines.insert(at + 1, {**given, "at": 31.0})
    return lines


def left_over_when_started(lines: Lines) -> Lines:
    """Matching starts, and a free agent stands beside a contact."""
    del lines[place(lines, "assigned", contact="late")]
    lines[-1]["contacts"]["waiting"] += 1
    lines[-1]["contacts"]["active"] -= 1
    return recount(lines)


@pytest.mark.parametrize(
    ("plant", "kind"),
    [
        (unwanted, "unwanted agent"),
        (no_alternative, "no alternative"),
        (own_order_ignored, "own order ignored"),
        (own_order_without_cause, "passed over"),
        (wrong_wrap_up, "late timer"),
        (queue_over_limit, "queue over limit"),
        (out_of_turn, "out of turn"),
        (given_while_stopped, "given while stopped"),
        (left_over_when_started, "free beside waiting"),
    ],
)
def test_a_planted_fault_is_named(plant: Callable[[Lines], Lines], kind: str) -> None:
    found = audit(plant(recorded()))
    assert kind in found.unexplained, found.faults


@pytest.mark.parametrize(
    "selection",
    ["longest-idle", "least-loaded", "round-robin", "fewest-taken", "least-busy", "linear"],
)
def test_each_stock_selection_is_judged(selection: str) -> None:
    """The first contact of all goes to another agent than the one whose turn it is."""
    lines = recorded(selection)
    given = lines[place(lines, "assigned", contact="p0")]
    given["agent"] = "cid" if given["agent"] != "cid" else "ana"
    assert audit(lines).unexplained["out of turn"] >= 1


def test_a_selection_of_ones_own_is_not_judged() -> None:
    lines = recorded()
    lines[0]["selection"] = "mine"
    given = lines[place(lines, "assigned", contact="p0")]
    given["agent"] = "cid" if given["agent"] != "cid" else "ana"
    assert "out of turn" not in audit(lines).unexplained
