"""`forget_seconds`: ids of ended contacts can be used again, memory stays flat, nothing else."""

from __future__ import annotations

import pytest

from core.worlds import names, refused, router
from omniqueue import Agent, Contact, EnteringContact, RelaxStep, Router
from omniqueue.errors import DuplicateContactError, UnknownContactError


def test_an_id_can_be_used_again_from_that_instant_on() -> None:
    made = router(Agent("ana"), forget_seconds=10)
    made.submit(Contact("c", "phone"), at=0)
    made.complete("c", at=5)
    again = Contact("c", "fax")
    refused(made, DuplicateContactError, lambda: made.submit(again, at=14.5))
    assert "c" in made.contacts
    assert names(made.submit(again, at=15)) == ["queued", "assigned"]
    made.check()


def test_a_forgotten_contact_is_unknown() -> None:
    made = router(forget_seconds=0)
    made.submit(Contact("c", "phone"), at=0)
    made.cancel("c", at=1)
    refused(made, UnknownContactError, lambda: made.cancel("c", at=1))
    assert len(made.contacts) == 0
    assert "c" not in made.contacts


@pytest.mark.parametrize("forget_seconds", [0, 7])
def test_memory_is_flat_however_many_contacts_pass(forget_seconds: float) -> None:
    made = router(Agent("ana"), forget_seconds=forget_seconds)
    most = 0
    for index in range(2000):
        made.submit(Contact(f"c{index}", "phone", expire_seconds=1e6), at=index)
        made.complete(f"c{index}", at=index)
        most = max(most, len(made.contacts))
    assert most <= forget_seconds + 1
    assert made.statistics().timers <= 1
    made.check()


def test_an_abandoned_contact_is_forgotten_with_all_that_was_to_come() -> None:
    made = router(forget_seconds=10)
    step = RelaxStep(20, {"s": 1})
    made.submit(Contact("c", "fax", skills={"s": 2}, relax=[step], expire_seconds=30), at=0)
    made.abandon("c", at=0)
    made.advance(at=10)
    assert "c" not in made.contacts
    assert names(made.advance(at=100)) == []
    made.check()


def test_time_counts_from_the_last_end_not_from_an_earlier_abandonment() -> None:
    """A customer who came back, and was then answered, is known as long as any other."""
    made = router(forget_seconds=10)
    made.submit(Contact("c", "fax"), at=0)
    made.abandon("c", at=0)
    made.resume("c", at=5)
    made.cancel("c", at=9)
    made.advance(at=18.5)
    assert "c" in made.contacts
    made.advance(at=19)
    assert "c" not in made.contacts


def test_a_new_contact_of_an_old_id_is_never_forgotten_in_the_old_ones_place() -> None:
    made = router(forget_seconds=10)
    made.submit(Contact("c", "fax"), at=0)
    made.abandon("c", at=0)
    made.resume("c", at=5)
    made.cancel("c", at=9)
    made.advance(at=19)
    assert "c" not in made.contacts
    made.submit(Contact("c", "fax"), at=19)
    for at in (20, 29, 40):
        made.advance(at=at)
        assert [contact.id for contact in made.queue] == ["c"]
        assert made.contacts["c"].state == "waiting"
        made.check()


def test_a_new_contact_of_an_old_id_outlives_every_old_entry() -> None:
    """Abandoned and back several times, each leaving an entry behind."""
    made = router(forget_seconds=10)
    made.submit(Contact("c", "fax"), at=0)
    for at in range(5):
        made.abandon("c", at=at)
        made.resume("c", at=at + 0.5)
    made.cancel("c", at=9)
    known = []
    for step in range(24):
        now = 9 + step / 2
        made.advance(at=now)
        known.append("c" in made.contacts)
        if not known[-1]:
            made.submit(Contact("c", "fax"), at=now)
    assert known.count(False) == 1
    assert not known[20]  # at 19
    made.check()


@pytest.mark.parametrize("look", [False, True])
def test_looking_changes_no_events(look: bool) -> None:
    """What happens depends on commands and time, never on whether somebody looked."""
    made = router(forget_seconds=10)
    step = RelaxStep(20, {"s": 1})
    made.submit(Contact("c", "fax", skills={"s": 2}, relax=[step]), at=0)
    made.abandon("c", at=0)
    made.advance(at=15)
    if look:
        assert len(made.contacts) == 0
        made.snapshot()
    assert names(made.advance(at=30)) == []


def test_a_jump_tells_what_small_steps_tell() -> None:
    events = []
    for stops in ([40], [12, 40], [5, 10, 15, 20, 25, 40]):
        made = router(forget_seconds=10)
        step = RelaxStep(20, {"s": 1})
        made.submit(Contact("c", "fax", skills={"s": 2}, relax=[step]), at=0)
        made.abandon("c", at=0)
        events.append([event.to_dict() for at in stops for event in made.advance(at=at)])
        assert len(made.contacts) == 0
    assert events[0] == events[1] == events[2]


def test_statistics_count_what_the_views_show() -> None:
    made = router(forget_seconds=10)
    made.submit(Contact("c", "fax"), at=0)
    made.cancel("c", at=0)
    made.advance(at=50)
    assert made.statistics().contacts["cancelled"] == 0
    assert len(made.contacts) == 0
    assert "0 contacts" in repr(made)


def test_a_policy_that_looks_at_the_router_forgets_nothing() -> None:
    seen: list[Router] = []

    def looking(contact: EnteringContact) -> float:
        for made in seen:
            assert len(made.contacts) >= 0
        return 0

    made = router(order=looking, forget_seconds=1000)
    seen.append(made)
    made.submit(Contact("a", "fax"), at=0)
    made.cancel("a", at=1)
    made.submit(Contact("b", "fax"), at=2)
    assert list(made.contacts) == ["a", "b"]


def test_a_snapshot_forgets_at_the_same_instants() -> None:
    made = router(forget_seconds=10)
    for index in range(5):
        made.submit(Contact(f"c{index}", "fax"), at=index)
        made.cancel(f"c{index}", at=index)
    for at in (9, 10, 11.5, 14):
        made.advance(at=at)
        other = Router.restore(made.snapshot())
        assert list(other.contacts) == list(made.contacts)
        assert len(made.contacts) == 5 - max(0, int(at) - 9)
